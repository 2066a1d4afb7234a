"""A condition that is the same in every run of a step is decided once: its branch becomes a part of
the step, with the same results as a condition that is fed.
"""

import numpy as np
import pytest

import headwater as tf


def build():
    """A condition with a random op, an update and a gradient in its branches."""
    flag = tf.placeholder_with_default(tf.constant(False), [], name="flag")
    x = tf.placeholder(tf.float32, [3])
    v = tf.Variable([1.0, 2.0, 3.0], use_resource=True)
    counter = tf.Variable(0, use_resource=True)

    def taken():
        with tf.control_dependencies([counter.assign_add(1)]):
            return tf.cond(x[0] > 0, lambda: x * v, lambda: x - v)

    y = tf.cond(flag, taken, lambda: x * v * v)
    return flag, x, v, counter, y, tf.gradients(y, [x, v])


def instructions(session, fetches, feeds, constants):
    session.prepare(fetches, feeds, constants)
    step = session._steps.get(fetches, [], tuple(feeds), constants)
    return [i.node.type for i in step.program.instrs]


@pytest.mark.parametrize("value", [True, False])
def test_constant_condition_gives_what_a_fed_one_gives(value):
    with tf.Graph().as_default(), tf.Session() as session:
        flag, x, v, counter, y, gradients = build()
        session.run(tf.global_variables_initializer())
        fetches = [y, *gradients]
        at = np.array([1.0, -2.0, 3.0], np.float32)
        expected = session.run(fetches, {x: at, flag: value})
        run = session.prepare(fetches, [x], ((flag, value),))
        for _ in range(3):  # interpreted, then compiled
            for a, b in zip(run([at]), expected):
                np.testing.assert_allclose(a, b)
        assert session.run(counter) == (4 if value else 0)


def test_known_condition_leaves_no_condition():
    with tf.Graph().as_default(), tf.Session() as session:
        flag, x, *_, y, _ = build()
        assert "If" in instructions(session, [y], [x, flag], ())
        assert "If" not in instructions(session, [y], [x], ((flag, False),))
        # Not fed, the default decides.
        assert "If" not in instructions(session, [y], [x], ())
        # The inner condition depends on the input and stays.
        assert instructions(session, [y], [x], ((flag, True),)).count("If") == 1


def test_random_numbers_are_those_of_the_branch():
    def draws(constant):
        with tf.Graph().as_default(), tf.Session() as session:
            tf.set_random_seed(7)
            flag = tf.placeholder_with_default(tf.constant(False), [])
            y = tf.cond(flag, lambda: tf.random_uniform([4]), lambda: tf.zeros([4]))
            if constant:
                run = session.prepare(y, [], ((flag, True),))
                return [run([]) for _ in range(3)]
            return [session.run(y, {flag: True}) for _ in range(3)]

    np.testing.assert_array_equal(draws(True), draws(False))
