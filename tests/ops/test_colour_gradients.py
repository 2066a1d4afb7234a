"""The gradient of `tf.image.rgb_to_hsv`."""

import numpy as np
import pytest

import headwater as tf


def gradients(pixels):
    """Gradients of hue, saturation and value: three arrays of the pixels' shape."""
    images = tf.placeholder(tf.float32)
    hsv = tf.image.rgb_to_hsv(images)
    with tf.Session() as sess:
        found = [tf.gradients(hsv[..., i], images)[0] for i in range(3)]
        return sess.run(found, {images: pixels})


def test_like_finite_differences():
    pixels = np.random.RandomState(3).uniform(0.05, 1, (4, 5, 3)).astype(np.float32)
    images = tf.constant(pixels)
    hsv = tf.image.rgb_to_hsv(images)
    with tf.Session():
        error = tf.test.compute_gradient_error(
            images, pixels.shape, hsv, pixels.shape, x_init_value=pixels, delta=1e-3
        )
    assert error < 2e-2


# Of TensorFlow 2.21. Of equal channels the first counts as the largest, the last as the smallest.
TIES = [
    ([0.5, 0.5, 0.1], [-0.417, 0.417, 0], [0.4, 0, -2], [1, 0, 0]),
    ([0.5, 0.1, 0.1], [0, 0.417, -0.417], [0.4, 0, -2], [1, 0, 0]),
    ([0.1, 0.5, 0.5], [0, -0.417, 0.417], [-2, 0.4, 0], [0, 1, 0]),
    ([0.1, 0.1, 0.5], [0.417, -0.417, 0], [0, -2, 0.4], [0, 0, 1]),
    ([0.4, 0.4, 0.4], [0, 0, 0], [2.5, 0, -2.5], [1, 0, 0]),
    ([0.0, 0.0, 0.0], [0, 0, 0], [0, 0, 0], [1, 0, 0]),
    ([0.2, 0.0, 0.9], [0.185, -0.144, -0.041], [0, 0, 0], [0, 0, 1]),
]


@pytest.mark.parametrize(("pixel", "hue", "saturation", "value"), TIES)
def test_equal_channels_and_black(pixel, hue, saturation, value):
    found = gradients([pixel])
    np.testing.assert_allclose(np.squeeze(found, 1), [hue, saturation, value], atol=1e-3)
