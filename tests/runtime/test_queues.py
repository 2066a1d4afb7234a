"""Queues, coordinators and queue runners."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest


def later(work):
    """Runs `work` in a thread; gives a function that waits for it and returns what came out."""
    found = []

    def body():
        try:
            found.append(work())
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=body, daemon=True)
    thread.start()

    def result():
        thread.join(20)
        assert not thread.is_alive(), "deadlock"
        return found[0]

    return result


def test_first_in_first_out(tf, sess):
    q = tf.FIFOQueue(10, [tf.int32, tf.string], shapes=[[], []])
    sess.run(q.enqueue([1, "a"]))
    sess.run(q.enqueue_many([[2, 3], ["b", "c"]]))
    assert sess.run(q.size()) == 3
    number, text = sess.run(q.dequeue())
    assert (number, text) == (1, b"a")
    numbers, texts = sess.run(q.dequeue_many(2))
    assert (numbers.tolist(), texts.tolist()) == ([2, 3], [b"b", b"c"])


def test_a_waiting_dequeue_gets_what_comes(tf, sess):
    q = tf.FIFOQueue(1, tf.int32, shapes=[[]])
    many, one = q.dequeue_many(3), q.enqueue(7)
    result = later(lambda: sess.run(many))
    for _ in range(3):  # more than the queue can hold at once
        sess.run(one)
    assert result().tolist() == [7, 7, 7]


def test_closing(tf, sess):
    q = tf.FIFOQueue(3, tf.float32, shapes=[[]])
    sess.run(q.enqueue_many([[1.0, 2.0]]))
    sess.run(q.close())
    with pytest.raises(tf.errors.CancelledError, match="is closed"):
        sess.run(q.enqueue(1.0))
    assert sess.run(q.dequeue_up_to(5)).tolist() == [1, 2]
    with pytest.raises(tf.errors.OutOfRangeError, match="insufficient elements .requested 1, "):
        sess.run(q.dequeue())


def test_closing_cancels_those_who_wait(tf, sess):
    q = tf.FIFOQueue(1, tf.float32, shapes=[[]])
    sess.run(q.enqueue(1.0))
    add, close = q.enqueue(2.0), q.close(cancel_pending_enqueues=True)
    result = later(lambda: sess.run(add))
    time.sleep(0.1)
    sess.run(close)
    assert isinstance(result(), tf.errors.CancelledError)


def test_closing_the_session_cancels(tf):
    with tf.Graph().as_default():
        q = tf.FIFOQueue(1, tf.float32)
        taken = q.dequeue()
        session = tf.Session()
        result = later(lambda: session.run(taken))
        time.sleep(0.1)
        session.close()
        assert isinstance(result(), tf.errors.CancelledError)


def test_time_limit(tf, sess):
    q = tf.FIFOQueue(1, tf.float32)
    with pytest.raises(tf.errors.DeadlineExceededError):
        sess.run(q.dequeue(), options=tf.RunOptions(timeout_in_ms=50))


def test_shuffled_in_tensorflows_order(tf, sess):
    q = tf.RandomShuffleQueue(10, 0, tf.int32, shapes=[[]], seed=5)
    sess.run(q.enqueue_many([list(range(10))]))
    order = sess.run(q.dequeue_many(10)).tolist()
    assert sorted(order) == list(range(10))
    assert order != list(range(10))


def test_padding(tf, sess):
    q = tf.PaddingFIFOQueue(10, [tf.int32], shapes=[[None]])
    sess.run(q.enqueue([[1, 2, 3]]))
    sess.run(q.enqueue([[4]]))
    np.testing.assert_array_equal(sess.run(q.dequeue_many(2)), [[1, 2, 3], [4, 0, 0]])


def test_priority(tf, sess):
    q = tf.PriorityQueue(10, [tf.string], shapes=[[]])
    sess.run(q.enqueue_many([[3, 1, 2, 1], ["c", "a", "b", "a2"]]))
    assert sess.run(q.dequeue_many(4))[1].tolist() == [b"a", b"a2", b"b", b"c"]


def test_shape_mismatch(tf, sess):
    q = tf.FIFOQueue(3, [tf.float32], shapes=[[2]])
    with pytest.raises(ValueError, match="incompatible"):
        q.enqueue([1.0])
    bad = tf.placeholder_with_default([1.0, 2.0, 3.0], None)
    with pytest.raises(tf.errors.InvalidArgumentError, match=r"Expected \[2\], got \[3\]"):
        sess.run(q.enqueue([bad]))


def test_queue_runner_fills_and_closes(tf, sess):
    counter = tf.Variable(0)
    limited = tf.count_up_to(counter, 5)
    q = tf.FIFOQueue(2, tf.int32, shapes=[[]])
    tf.train.add_queue_runner(tf.train.QueueRunner(q, [q.enqueue(limited)]))
    taken = q.dequeue()
    sess.run(tf.global_variables_initializer())
    coord = tf.train.Coordinator()
    threads = tf.train.start_queue_runners(sess, coord)
    assert [int(sess.run(taken)) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(tf.errors.OutOfRangeError):
        sess.run(taken)
    coord.request_stop()
    coord.join(threads)


def test_coordinator_raises_the_first_error(tf):
    coord = tf.train.Coordinator()

    def fail():
        with coord.stop_on_exception():
            raise ValueError("first")

    thread = threading.Thread(target=fail)
    thread.start()
    with pytest.raises(ValueError, match="first"):
        coord.join([thread])
    assert coord.should_stop()


@pytest.mark.parametrize("fed", [False, True])
def test_what_fails_is_not_held_up_by_what_waits(tf, sess, fed):
    q = tf.FIFOQueue(10, tf.int32, shapes=[[]])
    taken = q.dequeue()  # waits for ever: nothing is ever put in
    good = tf.placeholder(tf.bool) if fed else False
    with tf.control_dependencies([tf.Assert(good, ["not yet"])]):
        put = q.enqueue(33)
    result = later(lambda: sess.run([taken, put], {good: False} if fed else None))
    assert isinstance(result(), tf.errors.InvalidArgumentError)
