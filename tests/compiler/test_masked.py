"""Results as long as the data say, inside compiled regions: sparse updates of repeated rows."""

import numpy as np
import pytest

import headwater as tf
from headwater._src.compiler import lower

ROWS, WIDTH = 12, 3
BATCHES = ([3, 5, 3, 3, 0], [1, 1, 1, 1, 1], [0, 1, 2, 3, 4], [11, 7, 11, 7, 2])

OPTIMIZERS = {
    "gradient_descent": lambda: tf.train.GradientDescentOptimizer(0.1),
    "momentum": lambda: tf.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True),
    "adagrad": lambda: tf.train.AdagradOptimizer(0.1),
    "adadelta": lambda: tf.train.AdadeltaOptimizer(1.0),
    "adam": lambda: tf.train.AdamOptimizer(0.1),
    "lazy_adam": lambda: tf.contrib.opt.LazyAdamOptimizer(0.1),
    "rmsprop": lambda: tf.train.RMSPropOptimizer(0.1, momentum=0.5, centered=True),
    "ftrl": lambda: tf.train.FtrlOptimizer(0.1, l1_regularization_strength=0.01),
    "proximal_adagrad": lambda: tf.train.ProximalAdagradOptimizer(0.1),
}


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


@pytest.fixture
def compiled(monkeypatch):
    """The executables that are made; everything that can be is compiled."""
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    made = []
    original = lower.Executable.__init__

    def remember(self, *args, **kwargs):
        made.append(self)
        original(self, *args, **kwargs)

    monkeypatch.setattr(lower.Executable, "__init__", remember)
    return made


def table(resource=False, name="table"):
    start = np.random.RandomState(0).randn(ROWS, WIDTH).astype(np.float32)
    return tf.Variable(start, use_resource=resource, name=name)


def train(make, resource, ids_type=tf.int32):
    """A variable, the placeholder of row numbers, and an operation that changes these rows."""
    variable, ids = table(resource), tf.placeholder(ids_type, [None])
    loss = tf.reduce_sum(tf.square(tf.nn.embedding_lookup(variable, ids)) * 0.5)
    return variable, ids, make().minimize(loss)


def after(variable, ids, step, batches=BATCHES):
    """The variable's value after a step with each batch."""
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for batch in batches:
            sess.run(step, {ids: batch})
        return sess.run(variable)


@pytest.mark.parametrize("resource", [False, True], ids=["reference", "resource"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_step_with_repeated_rows_is_one_executable(name, resource, compiled, monkeypatch):
    variable, ids, step = train(OPTIMIZERS[name], resource)
    init = tf.global_variables_initializer()
    with tf.Session() as sess:
        sess.run(init)
        compiled.clear()
        for batch in BATCHES:  # with 3, 1, 5 and 3 different rows
            sess.run(step, {ids: batch})
        assert len(compiled) == 1 and compiled[0].donates
        found = sess.run(variable)
    monkeypatch.setenv("HEADWATER_TIER", "interpret")
    np.testing.assert_allclose(found, after(variable, ids, step), rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize("dtype", [tf.int32, tf.int64], ids=lambda d: d.name)
def test_gradients_of_a_row_are_added_before_they_are_applied(dtype, compiled):
    variable, ids, step = train(OPTIMIZERS["adagrad"], True, dtype)
    value = np.random.RandomState(0).randn(ROWS, WIDTH).astype(np.float32)
    squares = np.full_like(value, 0.1)
    for batch in BATCHES:
        for row in set(batch):
            gradient = value[row] * batch.count(row)
            squares[row] += gradient**2
            value[row] -= 0.1 * gradient / np.sqrt(squares[row])
    np.testing.assert_allclose(after(variable, ids, step), value, rtol=1e-5)


def test_no_rows_at_all(compiled):
    variable, ids, step = train(OPTIMIZERS["ftrl"], False)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(variable)
        sess.run(step, {ids: []})
        np.testing.assert_array_equal(sess.run(variable), before)


@pytest.mark.parametrize("name", ["ftrl", "adam", "momentum"])
@pytest.mark.parametrize("bad", [ROWS, -1])
def test_a_row_out_of_range_leaves_everything_as_it_was(name, bad, compiled):
    variable, ids, step = train(OPTIMIZERS[name], False)
    other = tf.Variable(tf.ones([4]))
    also = tf.assign_add(other, other)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run([step, also], {ids: [1, 2, 1]})
        before = sess.run(tf.global_variables())
        compiled.clear()
        for batch in ([1, bad, 1], [bad]):
            with pytest.raises(tf.errors.InvalidArgumentError, match=f"{bad} is not in"):
                sess.run([step, also], {ids: batch})
        for old, now in zip(before, sess.run(tf.global_variables()), strict=True):
            np.testing.assert_array_equal(old, now)
        sess.run([step, also], {ids: [1, 2, 1]})
        assert all(e.donates for e in compiled if e.donated)
        np.testing.assert_array_equal(sess.run(other), np.full(4, 4.0))


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_a_fetched_result_has_its_own_length(tier, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", tier)
    ids = tf.placeholder(tf.int32, [None])
    rows, places, counts = tf.unique_with_counts(ids)
    picked = tf.gather(tf.range(0, 120, 10), rows) + 1
    total = tf.reduce_sum(rows * 2)  # not row by row: takes all of them
    with tf.Session() as sess:
        found = sess.run([rows, places, counts, picked, total], {ids: [5, 3, 5, 5, 1]})
    for value, expected in zip(
        found, ([5, 3, 1], [0, 1, 0, 0, 2], [3, 1, 1], [51, 31, 11], 18), strict=True
    ):
        np.testing.assert_array_equal(value, expected)


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_values_may_come_from_the_host_later(tier, monkeypatch):
    """The rows are known before the values: they are in two segments, and cannot share a mask."""
    monkeypatch.setenv("HEADWATER_TIER", tier)
    variable, ids = table(True), tf.placeholder(tf.int32, [None])
    start = np.random.RandomState(0).randn(ROWS, WIDTH).astype(np.float32)
    values = tf.py_func(lambda i: np.ones((len(i), WIDTH), np.float32), [ids + 0], tf.float32)
    values.set_shape([None, WIDTH])
    gradient = tf.IndexedSlices(values, ids * 1, tf.constant([ROWS, WIDTH]))
    step = tf.train.AdagradOptimizer(1.0, 1.0).apply_gradients([(gradient, variable)])
    found = after(variable, ids, step, [[2, 2, 4]])
    np.testing.assert_allclose(found[2], start[2] - 2 / np.sqrt(5), rtol=1e-6)
    np.testing.assert_allclose(found[4], start[4] - 1 / np.sqrt(2), rtol=1e-6)
    np.testing.assert_array_equal(found[5], start[5])


def test_rows_updated_in_a_branch(compiled):
    variable, ids = table(True), tf.placeholder(tf.int32, [None])
    wanted = tf.placeholder(tf.bool, [])
    start = np.random.RandomState(0).randn(ROWS, WIDTH).astype(np.float32)

    def update():
        rows, places = tf.unique(ids)
        sums = tf.unsorted_segment_sum(tf.ones([tf.size(ids), WIDTH]), places, tf.shape(rows)[0])
        with tf.control_dependencies([tf.scatter_add(variable, rows, tf.sqrt(sums))]):
            return tf.constant(1)

    step = tf.cond(wanted, update, lambda: tf.constant(0))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(step, {ids: [1, 1, 1, 1, 2], wanted: False}) == 0
        assert sess.run(step, {ids: [1, 1, 1, 1, 2], wanted: True}) == 1
        found = sess.run(variable)
    np.testing.assert_allclose(found[1:4], start[1:4] + [[2], [1], [0]], rtol=1e-6)


def test_first_places_are_the_same_in_both_namespaces():
    from headwater._src.xp import jax_xp, numpy_xp

    rng = np.random.RandomState(0)
    for dtype in (np.int8, np.int32, np.uint32, np.int64):
        for size in (0, 1, 50, 300):
            x = rng.randint(0, 20, size).astype(dtype)
            if size > 1 and np.dtype(dtype).kind == "i":
                x[:2] = np.iinfo(dtype).min, np.iinfo(dtype).max
            expected = [x.tolist().index(v) for v in x.tolist()]
            for xp in (numpy_xp, jax_xp):
                assert np.asarray(xp.first_places(x)).tolist() == expected
