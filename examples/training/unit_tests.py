"""Tests of a model with tf.test.TestCase."""

import numpy as np
import tensorflow as tf


def normalize(x):
    """Rows of length 1."""
    return x / tf.sqrt(tf.reduce_sum(tf.square(x), axis=1, keepdims=True) + 1e-12)


class NormalizeTest(tf.test.TestCase):
    def testLength(self):
        with self.test_session():
            rows = normalize(tf.constant([[3.0, 4.0], [0.0, 2.0]]))
            self.assertAllClose(rows.eval(), [[0.6, 0.8], [0.0, 1.0]])

    def testGradient(self):
        with self.test_session():
            x = tf.constant([[0.3, -0.8], [1.0, 2.0]])
            error = tf.test.compute_gradient_error(x, [2, 2], normalize(x), [2, 2])
            self.assertLess(error, 1e-2)

    def testShapes(self):
        self.assertEqual(normalize(tf.placeholder(tf.float32, [None, 7])).shape[1].value, 7)
        with self.assertRaises(ValueError):
            tf.reshape(tf.zeros([3]), [2, 2])
        self.assertAllEqual(np.arange(3), [0, 1, 2])


if __name__ == "__main__":
    tf.test.main()
