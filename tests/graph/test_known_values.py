"""What is known of a tensor's value before anything runs."""

import headwater as tf


def test_a_default_that_may_be_fed_is_not_known():
    with tf.Graph().as_default(), tf.Session() as sess:
        size = tf.placeholder_with_default(2, [])
        x = tf.zeros(tf.stack([size, 3]))
        assert size.known is None
        assert x.shape.as_list() == [None, 3]
        assert sess.run(x).shape == (2, 3)
        assert sess.run(x, {size: 5}).shape == (5, 3)


def test_arithmetic_on_shapes_is_known():
    with tf.Graph().as_default():
        x = tf.placeholder(tf.float32, [4, None])
        assert tf.reshape(x, tf.stack([tf.shape(x)[0], -1])).shape.as_list() == [4, None]
