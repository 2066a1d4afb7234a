"""Integer division by zero, in both tiers."""

import numpy as np
import pytest

import headwater as tf


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize("divide", [tf.floordiv, tf.floormod, tf.truncatediv, tf.truncatemod])
def test_a_zero_divisor_fails_where_something_is_divided(divide, tier, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", tier)
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.int32, [None])
        y = tf.placeholder(tf.int32, [])
        z = divide(x, y)
        with pytest.raises(tf.errors.InvalidArgumentError, match="Integer division by zero"):
            sess.run(z, {x: [1, 2], y: 0})
        assert sess.run(z, {x: np.zeros(0, np.int32), y: 0}).shape == (0,)


def test_the_gradient_of_the_sum_of_a_scalar():
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.float32)
        (gradient,) = tf.gradients(tf.reduce_sum(x * 3.0), [x])
        assert sess.run(gradient, {x: 2.0}) == 3.0
