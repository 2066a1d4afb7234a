"""Loop variables that no fetched tensor depends on are not computed."""

import numpy as np
import pytest

import headwater as tf


@pytest.fixture
def loop():
    """Three variables: a counter, one that uses a variable, one that calls a Python function."""
    factor, calls = tf.Variable(2.0), []

    def noted(y):
        calls.append(float(y))
        return y + np.float32(1)

    def body(i, x, y):
        called = tf.py_func(noted, [y], tf.float32)
        called.set_shape([])
        return i + 1, x * factor, called

    results = tf.while_loop(lambda i, x, y: i < 5, body, [0, 1.0, 1.0])
    return factor, calls, results


def test_what_the_counter_does_not_need_is_not_computed(loop):
    _, calls, (i, _, _) = loop
    with tf.Session() as sess:
        assert sess.run(i) == 5  # the variable has no value yet
    assert not calls


def test_what_is_fetched_is_computed(loop):
    factor, calls, (i, x, y) = loop
    with tf.Session() as sess:
        with pytest.raises(tf.errors.FailedPreconditionError):
            sess.run(x)
        sess.run(factor.initializer)
        assert sess.run(x) == 32
        assert not calls
        assert sess.run([y, i]) == [6, 5]
        assert calls == [1, 2, 3, 4, 5]


def test_what_another_variable_needs_is_computed():
    """`c` needs `b`, which needs `a` of the iteration before."""
    a, b, c = tf.while_loop(
        lambda a, b, c: tf.less(a, 4), lambda a, b, c: (a + 1, a * 10, c + b), [0, 0, 0]
    )
    with tf.Session() as sess:
        assert sess.run(c) == 0 + 0 + 10 + 20
        assert sess.run(b) == 30


def test_a_condition_needs_its_variables():
    _, x = tf.while_loop(lambda x, y: x < 100, lambda x, y: (x * 2, y + 1), [1, 0])
    with tf.Session() as sess:
        assert sess.run(x) == 7


def test_an_update_in_a_loop_happens_whatever_is_fetched():
    count = tf.Variable(0, use_resource=True)

    def body(i, x):
        with tf.control_dependencies([count.assign_add(1)]):
            return i + 1, x * 2.0

    i, _ = tf.while_loop(lambda i, x: i < 3, body, [0, 1.0])
    with tf.Session() as sess:
        sess.run(count.initializer)
        sess.run(i)
        assert sess.run(count) == 3


def test_the_state_of_a_cell_is_not_needed_for_the_steps_taken():
    cell = tf.nn.rnn_cell.LSTMCell(3)
    inputs = tf.ones([4, 2, 5])

    def loop_fn(time, output, state, loop_state):
        if output is None:
            state, steps = cell.zero_state(2, tf.float32), tf.constant(0)
        else:
            steps = loop_state + 1
        finished = tf.fill([2], time >= 4)
        following = tf.cond(
            tf.reduce_all(finished), lambda: tf.zeros([2, 5]), lambda: tf.gather(inputs, time)
        )
        return finished, following, state, output, steps

    *_, steps = tf.nn.raw_rnn(cell, loop_fn)
    with tf.Session() as sess:
        assert sess.run(steps) == 4


@pytest.mark.parametrize("known", [True, False])
def test_a_loop_in_a_branch_is_needed_by_what_is_in_the_branch(known):
    """Also where the branch that is taken is known, and becomes a part of the step."""
    x = tf.constant(2.0)

    def branch():
        doubled = tf.while_loop(lambda i, y: i < 3, lambda i, y: (i + 1, y * 2.0), [0, x])[1]
        return doubled + 1.0

    predicate = tf.constant(True) if known else tf.placeholder_with_default(True, [])
    result = tf.cond(predicate, branch, lambda: x)
    (gradient,) = tf.gradients(result, x)
    with tf.Session() as sess:
        assert sess.run([result, gradient]) == [17, 8]
