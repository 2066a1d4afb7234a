"""Many threads on one session: no lost update, no deadlock, nobody waits for a blocked one."""

from __future__ import annotations

import threading

import numpy as np
import pytest

THREADS, STEPS = 8, 1000


def in_threads(count, work, timeout=60.0):
    """Runs `work(i)` in threads that start together; their first error is raised here."""
    errors, start = [], threading.Barrier(count)

    def body(i):
        try:
            start.wait(timeout)
            work(i)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=body, args=(i,), daemon=True) for i in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout)
    assert not any(thread.is_alive() for thread in threads), "deadlock"
    if errors:
        raise errors[0]


@pytest.mark.parametrize("resource", [False, True], ids=["reference", "resource"])
def test_no_lost_update(tf, sess, resource):
    v = tf.Variable(0, name="v", dtype=tf.int64, use_resource=resource)
    w = tf.Variable(np.zeros(3), name="w", use_resource=resource)
    one = tf.constant(1, tf.int64)
    up = tf.group(
        tf.assign_add(v, one, use_locking=True), tf.assign_add(w, [1.0, 2.0, 3.0], use_locking=True)
    )
    sess.run(tf.global_variables_initializer())
    in_threads(THREADS, lambda i: [sess.run(up) for _ in range(STEPS)])
    assert sess.run(v) == THREADS * STEPS
    assert sess.run(w).tolist() == [THREADS * STEPS * k for k in (1.0, 2.0, 3.0)]


def test_different_steps_on_shared_counters(tf, sess):
    v = tf.Variable(0, name="v")
    x = tf.placeholder(tf.int32, [])
    ups = [tf.assign_add(v, x * k, use_locking=True) for k in range(1, THREADS + 1)]
    sess.run(v.initializer)
    in_threads(THREADS, lambda i: [sess.run(ups[i], {x: 1}) for _ in range(200)])
    assert sess.run(v) == 200 * sum(range(1, THREADS + 1))


def test_each_thread_gets_its_own_result(tf, sess):
    x = tf.placeholder(tf.float32, [None])
    y = tf.reduce_sum(x * x)

    def work(i):
        for n in range(1, 100):
            assert sess.run(y, {x: np.full(n % 5 + 1, i)}) == i * i * (n % 5 + 1)

    in_threads(THREADS, work)


def test_same_new_step_from_all_threads(tf, sess):
    """The step is built once and every thread waits for that, or gets its own."""
    x = tf.placeholder(tf.float32, [])
    for round_ in range(5):
        y = x * float(round_)
        got = [None] * THREADS

        def work(i, y=y, got=got):
            got[i] = sess.run(y, {x: i})

        in_threads(THREADS, work)
        assert got == [i * float(round_) for i in range(THREADS)]


def test_a_blocked_thread_stops_nobody(tf, sess):
    entered, release = threading.Event(), threading.Event()

    def block(value):
        entered.set()
        assert release.wait(30)
        return value

    if not hasattr(tf, "py_func"):
        pytest.skip("tf.py_func is not there")
    waiting = tf.py_func(block, [np.float32(7.0)], tf.float32)
    v = tf.Variable(0.0)
    up = tf.assign_add(v, 1.0)
    sess.run(v.initializer)
    result = []
    thread = threading.Thread(target=lambda: result.append(sess.run(waiting)), daemon=True)
    thread.start()
    assert entered.wait(30)
    in_threads(4, lambda i: [sess.run(up) for _ in range(50)], timeout=30)
    assert sess.run(v) == 200.0 and result == []
    release.set()
    thread.join(30)
    assert result == [7.0]


def test_default_graph_and_session_belong_to_the_thread(tf, sess):
    seen = []

    def work():
        seen.append(tf.get_default_session())
        with tf.Graph().as_default() as graph:
            seen.append(tf.constant(1).graph is graph)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [None, True]
    assert tf.get_default_session() is sess


def test_a_graph_may_grow_while_it_runs(tf, sess):
    x = tf.placeholder(tf.float32, [])
    y = x + 1.0
    graph = tf.get_default_graph()

    def work(i):
        with graph.as_default():
            for n in range(50):
                if i == 0:
                    assert sess.run(tf.constant(float(n)) + 1.0) == n + 1.0
                else:
                    assert sess.run(y, {x: n}) == n + 1.0

    in_threads(4, work)


def test_an_error_in_one_thread_leaves_the_others_alone(tf, sess):
    x = tf.placeholder(tf.float32, [None])
    y = tf.reshape(x, [2]) * 2.0

    def work(i):
        for _ in range(100):
            if i % 2:
                assert sess.run(y, {x: [1.0, float(i)]}).tolist() == [2.0, 2.0 * i]
            else:
                with pytest.raises(tf.errors.InvalidArgumentError):
                    sess.run(y, {x: [1.0, 2.0, 3.0]})

    in_threads(4, work)
