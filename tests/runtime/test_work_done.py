"""How much a step and a node cost, in calls of functions: counts are the same on every machine and
under every load, which times are not.

The bounds leave a fifth of room over what was counted when they were written.
"""

import sys

import numpy as np
import pytest

import headwater as tf
from headwater._src.runtime import runner

ROUNDS = 50


def calls(work):
    """Calls of Python and C functions that `work` makes, on the mean of some rounds."""
    for _ in range(3):
        work()  # the first one builds the step
    count = [0]

    def profile(frame, event, argument):
        count[0] += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        for _ in range(ROUNDS):
            work()
    finally:
        sys.setprofile(None)
    return (count[0] - 1) / ROUNDS


def trivial_step():
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    total = a + b
    sess = tf.Session()
    return lambda: sess.run(total, {a: 3.0, b: 4.0})


def fifty_feeds_and_fetches():
    feeds = [tf.placeholder(tf.float32, []) for _ in range(50)]
    fetches = [x + 1.0 for x in feeds]
    values = {x: float(i) for i, x in enumerate(feeds)}
    sess = tf.Session()
    return lambda: sess.run(fetches, values)


def assigned_variable():
    variable = tf.Variable(0.0)
    step = tf.assign_add(variable, 1.0)
    sess = tf.Session()
    sess.run(variable.initializer)
    return lambda: sess.run(step)


def addition():
    state = [tf.placeholder(tf.float32, [8])]
    other = tf.placeholder(tf.float32, [8])

    def build():
        state[0] = state[0] + other

    return build


def multiplication_by_a_number():
    x = tf.placeholder(tf.float32, [8])
    return lambda: x * 0.5


def matrix_product():
    x, w = tf.placeholder(tf.float32, [None, 16]), tf.placeholder(tf.float32, [16, 16])
    return lambda: tf.matmul(x, w)


def gradient_of_a_chain():
    x = z = tf.placeholder(tf.float32, [8])
    for _ in range(20):
        z = tf.tanh(z) * x
    return lambda: tf.gradients(z, x)


BOUNDS = {
    trivial_step: 47,
    fifty_feeds_and_fetches: 576,
    assigned_variable: 61,
    addition: 126,
    multiplication_by_a_number: 250,
    matrix_product: 234,
    gradient_of_a_chain: 26000,
}


@pytest.mark.parametrize("work", BOUNDS, ids=lambda work: work.__name__)
def test_calls_of_functions(work):
    counted = calls(work())
    assert counted <= BOUNDS[work], f"{counted:.0f} calls, of {BOUNDS[work]} allowed"


def executables(sess):
    """How many executables the session's steps hold, and the most that one segment has."""
    held = [
        sum(entry.executable is not None for entry in each._entries.values())
        for step in sess._steps._steps.values()
        for each in step._runners
    ]
    return max(held)


@pytest.fixture
def layer():
    x = tf.placeholder(tf.float32, [None, 64], name="batch")
    y = tf.reduce_sum(tf.matmul(tf.tanh(x * 2.0), tf.ones([64, 64])), axis=1)
    return tf.Session(), x, y


def expected(values):
    return (np.tanh(values * 2.0) @ np.ones((64, 64), np.float32)).sum(1)


def test_a_thousand_batch_sizes_compile_nothing(layer):
    sess, x, y = layer
    data = np.random.RandomState(0).rand(1_000, 64).astype(np.float32)
    for size in np.random.RandomState(1).permutation(1_000) + 1:
        sess.run(y, {x: data[:size]})
    assert executables(sess) == 0


def test_executables_of_a_segment_are_bounded(layer, monkeypatch, caplog):
    """Shapes that come back are compiled, each less willingly than the ones before it."""
    monkeypatch.setattr(runner, "COMPILE_FIXED", 400.0)
    monkeypatch.setattr(runner, "COMPILE_PER_NODE", 0.0)
    monkeypatch.setattr(runner, "VARIETY", 3)
    monkeypatch.setattr(runner, "KEPT", 5)
    sess, x, y = layer
    data = np.random.RandomState(0).rand(240, 64).astype(np.float32)
    sizes = range(200, 212)
    most = 0
    for turn in range(40):
        for size in sizes:
            found = sess.run(y, {x: data[:size]})
            if turn % 10 == 9:
                np.testing.assert_allclose(found, expected(data[:size]), rtol=1e-5)
        most = max(most, executables(sess))
    assert 3 < most <= 5
    told = [r.getMessage() for r in caplog.records if "different shapes" in r.getMessage()]
    assert len(told) == 1 and "batch:0" in told[0]


def test_tables_are_updated_in_place_though_indices_are_checked(monkeypatch):
    """A check of indices runs before the step, which then need not keep the old table."""
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    made = []
    from headwater._src.compiler import lower

    original = lower.Executable.__init__

    def remember(self, *args, **kwargs):
        made.append(self)
        original(self, *args, **kwargs)

    monkeypatch.setattr(lower.Executable, "__init__", remember)
    table = tf.Variable(np.zeros((50, 4), np.float32))
    other = tf.Variable(np.ones((50, 4), np.float32))
    ids = tf.placeholder(tf.int32, [None])
    # Of one shape, and updated in another order than they were made: none may change places.
    second = tf.scatter_add(other, ids, tf.ones([2, 4]))
    with tf.control_dependencies([second]):
        first = tf.scatter_sub(table, ids, tf.ones([2, 4]))
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    made.clear()
    sess.run([first.op, second.op], {ids: [3, 4]})
    assert [e.donates for e in made] == [True]
    with pytest.raises(tf.errors.InvalidArgumentError, match="50"):
        sess.run([first.op, second.op], {ids: [3, 50]})
    sess.run([first.op, second.op], {ids: [4, 5]})
    assert sess.run(table)[:6, 0].tolist() == [0, 0, 0, -1, -2, -1]
    assert sess.run(other)[:6, 0].tolist() == [1, 1, 1, 2, 3, 2]
    # A result has the memory of the variable it replaces.
    executable = made[0]
    slots = {i: slot for slot, i in executable.segment.commits}
    read = {value: slot for slot, value, _, _ in executable.program.state_in}
    results = [slots[i] for i in executable.outs[: len(executable.donated)]]
    assert results == [read[i] for i in executable.donated]


def test_products_with_ones_are_right_when_compiled(layer, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    sess, x, y = layer
    values = np.random.RandomState(0).rand(200, 64).astype(np.float32)
    np.testing.assert_allclose(sess.run(y, {x: values}), expected(values), rtol=1e-5)
