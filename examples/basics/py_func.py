"""Python in the graph with py_func, and a gradient for it."""

import numpy as np
import tensorflow as tf

calls = []


def clipped_cube(x):
    """What the graph shall compute: NumPy, with a side effect."""
    calls.append(x.shape)
    return np.clip(x**3, -1, 1).astype(np.float32)


@tf.RegisterGradient("ClippedCube")
def _clipped_cube_gradient(op, grad):
    x = op.inputs[0]
    return grad * tf.where(tf.abs(x) < 1, 3 * x * x, tf.zeros_like(x))


x = tf.placeholder(tf.float32, [None])
with tf.get_default_graph().gradient_override_map({"PyFunc": "ClippedCube"}):
    y = tf.py_func(clipped_cube, [x], tf.float32)
y.set_shape(x.shape)
(gradient,) = tf.gradients(y, x)
counted, total = tf.py_func(lambda v: (np.int64(v.size), v.sum()), [x], [tf.int64, tf.float32])

with tf.Session() as sess:
    feed = {x: [0.5, -2.0, 1.5]}
    print("values:", sess.run(y, feed).tolist())
    print("gradient:", sess.run(gradient, feed).tolist())
    print("count and sum:", *sess.run([counted, total], feed))
    print("Python was called with shapes", sorted(set(calls)))
