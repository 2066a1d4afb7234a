"""Constants, the types of tensors, and what converting between types does."""

import numpy as np
import tensorflow as tf

a = tf.constant(2, name="a")
b = tf.constant([[1.5, -2.5], [3.5, 4.0]], dtype=tf.float32, name="b")
filled = tf.constant(-1.0, shape=[2, 3])
grid = tf.reshape(tf.range(6), [2, 3])

conversions = {
    "int32": tf.to_int32(b),
    "int16": tf.cast(b, tf.int16),
    "float64": tf.to_double(b),
    "bfloat16": tf.to_bfloat16(b),
    "bool": tf.cast(b > 0, tf.bool),
    "uint8, saturated": tf.saturate_cast(tf.constant([300.0, -7.0]), tf.uint8),
}

print(a)
print("static shapes:", b.get_shape().as_list(), filled.shape, grid.shape)
with tf.Session() as sess:
    print("a + a =", sess.run(a + a))
    print("products:", sess.run(tf.matmul(b, b)).tolist())
    for name, tensor in sorted(conversions.items()):
        value = sess.run(tensor)
        print("%s: %s" % (name, np.asarray(value, dtype=object).tolist()))
    zeros, ones = sess.run([tf.zeros_like(grid), tf.ones([2], tf.int64)])
    print("sums:", zeros.sum(), ones.sum(), sess.run(tf.reduce_sum(tf.fill([2, 2], 2.5))))
