"""Both tiers of the engine hold to the same rules: order, state, errors, random numbers, shapes
from values.
"""

import threading

import numpy as np
import pytest

import headwater as tf


@pytest.fixture(params=["interpret", "compile"])
def tier(request, monkeypatch):
    """Makes sessions use one tier always."""
    monkeypatch.setenv("HEADWATER_TIER", request.param)
    return request.param


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def test_a_fed_value_may_decide_a_shape(tier):
    n = tf.placeholder(tf.int32, [])
    x = tf.placeholder(tf.float32, [])
    y = tf.zeros([n, 3]) + x
    with tf.Session() as sess:
        for rows in (2, 3, 2):
            np.testing.assert_array_equal(
                sess.run(y, {n: rows, x: 1.5}), np.full((rows, 3), 1.5, np.float32)
            )


def test_shapes_of_fed_arrays_are_known_while_tracing(tier):
    x = tf.placeholder(tf.float32, [None, None])
    y = tf.reshape(x, [tf.shape(x)[1], -1]) * 2.0
    with tf.Session() as sess:
        for shape in ((2, 3), (4, 5)):
            value = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
            np.testing.assert_array_equal(sess.run(y, {x: value}), value.reshape(shape[1], -1) * 2)


def test_a_shape_that_depends_on_data(tier):
    x = tf.placeholder(tf.float32, [None])
    big = tf.boolean_mask(x, x > 0.0)
    total = tf.reduce_sum(big * 2.0)
    with tf.Session() as sess:
        assert sess.run(total, {x: [1.0, -5.0, 2.0]}) == 6.0
        assert sess.run(total, {x: [-1.0]}) == 0.0


def test_an_index_out_of_range_raises_and_changes_nothing(tier):
    v = tf.Variable([1.0, 2.0, 3.0])
    i = tf.placeholder(tf.int32, [1])
    row = tf.gather(tf.constant([1.0, 2.0, 3.0]), i)
    step = tf.assign_add(v, tf.ones([3]))
    with tf.Session() as sess:
        sess.run(v.initializer)
        np.testing.assert_array_equal(sess.run([row, step], {i: [1]})[0], [2.0])
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"indices\[0\] = 9 is not in \[0, 3\)"
        ) as info:
            sess.run([row, step], {i: [9]})
        assert info.value.op is row.op
        assert "test_tiers.py" in str(info.value)
        np.testing.assert_array_equal(sess.run(v), [2.0, 3.0, 4.0])


def test_what_is_fetched_with_an_update_is_from_before_it(tier):
    v = tf.Variable(1.0)
    before = v * 10.0
    step = tf.assign_add(v, 1.0)
    after = v * 100.0  # made later, but no edge says that it waits
    with tf.Session() as sess:
        sess.run(v.initializer)
        assert sess.run([step.op, before, after])[1:] == [10.0, 100.0]
        assert sess.run([step, before]) == [3.0, 20.0]


def test_a_control_edge_makes_an_update_visible(tier):
    v = tf.Variable(1.0)
    with tf.control_dependencies([tf.assign_add(v, 1.0)]):
        seen = tf.identity(v)
        also = v + 0.0
    with tf.Session() as sess:
        sess.run(v.initializer)
        assert sess.run(seen) == 2.0
        assert sess.run(also) == 3.0


def test_updates_of_one_step_all_count(tier):
    v = tf.Variable(0.0)
    steps = [tf.assign_add(v, float(i)) for i in range(5)]
    with tf.Session() as sess:
        sess.run(v.initializer)
        sess.run([s.op for s in steps])
        assert sess.run(v) == 10.0


def test_fetched_arrays_are_writable_and_stay_as_they_are(tier):
    v = tf.Variable(tf.zeros([300, 300]))
    step = tf.assign_add(v, tf.ones([300, 300]))
    with tf.Session() as sess:
        sess.run(v.initializer)
        first = sess.run(v)
        second = sess.run(step)
        sess.run(step.op)
        assert first.sum() == 0 and second.sum() == 90_000
        second[:] = 7.0
        assert sess.run(v)[0, 0] == 2.0


def test_a_feed_may_be_changed_right_after_the_run(tier):
    x = tf.placeholder(tf.float32, [1000, 1000])
    v = tf.Variable(tf.zeros([1000, 1000]))
    step = tf.assign(v, x * 1.0)
    keep = tf.assign(v, x)
    with tf.Session() as sess:
        sess.run(v.initializer)
        for op in (step, keep):
            for offset in [*range(0, 64, 4)] * 3:  # aligned arrays are the dangerous ones
                raw = np.zeros(4_000_192, np.uint8)
                at = (-raw.ctypes.data) % 64 + offset
                value = raw[at : at + 4_000_000].view(np.float32).reshape(1000, 1000)
                value[:] = 1.0
                sess.run(op.op, {x: value})
                value[:] = -1.0
                assert sess.run(v).min() == 1.0


def test_random_numbers_are_the_same_in_both_tiers(monkeypatch):
    u = tf.random_uniform([7, 5], seed=3)
    n = tf.random_normal([11], seed=4)
    t = tf.truncated_normal([6, 3], seed=5)
    results = []
    for name in ("interpret", "compile"):
        monkeypatch.setenv("HEADWATER_TIER", name)
        with tf.Session() as sess:
            results.append([sess.run([u, n, t]) for _ in range(3)])
    for one, other in zip(*results):
        for a, b in zip(one, other):
            np.testing.assert_array_equal(a, b)
    assert not np.array_equal(results[0][0][0], results[0][1][0])


def test_threads_lose_no_update(tier):
    v = tf.Variable(0, dtype=tf.int32)
    w = tf.Variable(tf.zeros([64]))
    step = tf.group(
        tf.assign_add(v, 1, use_locking=True), tf.assign_add(w, tf.ones([64]), use_locking=True)
    )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(step)

        def work():
            for _ in range(200):
                sess.run(step)
                sess.run(w)

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sess.run(v) == 1601
        np.testing.assert_array_equal(sess.run(w), np.full(64, 1601, np.float32))


def test_the_choice_of_tier_follows_counts_not_time():
    x = tf.placeholder(tf.float32, [None, 200])
    w = tf.Variable(tf.ones([200, 200]))
    y = tf.matmul(x, w)
    data = np.ones((100, 200), np.float32)
    with tf.Session() as sess:
        sess.run(w.initializer)
        for _ in range(400):
            sess.run(y, {x: data})
        step = sess._steps.get([y], [], [x])
        (entry,) = step._runners[0]._entries.values()
        assert entry.executable is not None
        np.testing.assert_array_equal(sess.run(y, {x: data}), np.full((100, 200), 200, np.float32))


def test_growing_the_graph_keeps_compiled_steps():
    a = tf.placeholder(tf.float32, [])
    b = a + 1.0
    with tf.Session() as sess:
        assert sess.run(b, {a: 1.0}) == 2.0
        step = sess._steps.get([b], [], [a])
        tf.constant(1.0)
        assert sess.run(b, {a: 2.0}) == 3.0
        assert sess._steps.get([b], [], [a]) is step


def test_what_cannot_be_compiled_is_interpreted(monkeypatch, caplog):
    from headwater._src.compiler.lower import Executable

    def refuse(self, values, keys):
        raise RuntimeError("XLA cannot do this")

    monkeypatch.setattr(Executable, "__call__", refuse)
    x = tf.placeholder(tf.float32, [None, 300])
    v = tf.Variable(tf.zeros([300, 300]))
    step = tf.assign_add(v, tf.matmul(x, x, transpose_a=True))
    with tf.Session() as sess:
        sess.run(v.initializer)
        data = np.ones((100, 300), np.float32)
        for _ in range(200):
            sess.run(step.op, {x: data})
        assert sess.run(v)[0, 0] == 20_000.0
    assert "interpreted because it could not be compiled" in caplog.text


def test_a_failed_step_draws_the_same_numbers_when_it_is_repeated(monkeypatch):
    index = tf.random_uniform([1], 0, 10, tf.int32, seed=1)
    row = tf.gather(tf.constant([0.0, 1.0, 2.0, 3.0, 4.0]), index)
    outcomes = []
    for name in ("interpret", "compile"):
        monkeypatch.setenv("HEADWATER_TIER", name)
        with tf.Session() as sess:
            found = []
            for _ in range(20):
                try:
                    found.append(float(sess.run(row)[0]))
                except tf.errors.InvalidArgumentError as error:
                    found.append(error.message.splitlines()[0])
        outcomes.append(found)
    assert outcomes[0] == outcomes[1]
    assert len({type(o) for o in outcomes[0]}) == 2
