"""`tf.gradients` called inside a loop's body."""

import pytest

import headwater as tf


def loop_with(gradient, start):
    """The result of a loop that twice adds `gradient(a)` to `a`."""
    _, end = tf.while_loop(lambda i, a: i < 2, lambda i, a: (i + 1, a + gradient(a)), [0, start])
    with tf.Session() as session:
        return session.run(end)


def test_with_respect_to_what_the_body_captures():
    w = tf.constant(3.0)
    assert loop_with(lambda a: tf.gradients(a * a * w, w)[0], tf.constant(2.0)) == 42


def test_with_respect_to_a_loop_variable():
    assert loop_with(lambda a: tf.gradients(a * a, a)[0], tf.constant(2.0)) == 18


@pytest.mark.parametrize("steps", [0, 2], ids=["start", "before"])
def test_by_way_of_a_first_value_it_is_refused(steps):
    start = x = tf.constant(2.0)
    for _ in range(steps):
        start = start * 2.0
    with pytest.raises(ValueError, match="inside while loop with respect to op 'Const'"):
        loop_with(lambda a: tf.gradients(a * a * x, x)[0], start)


def test_around_two_loops():
    x = tf.constant(2.0)

    def outer(a):
        _, end = tf.while_loop(
            lambda i, b: i < 1, lambda i, b: (i + 1, tf.gradients(b * b, x)[0]), [0, a]
        )
        return end

    with pytest.raises(ValueError, match="inside while loop"):
        loop_with(outer, x * 1.0)
