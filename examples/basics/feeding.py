"""Placeholders, and other tensors, get their values from the program for one run."""

import numpy as np
import tensorflow as tf

x = tf.placeholder(tf.float32, shape=[None, 2], name="x")
scale = tf.placeholder_with_default(10.0, shape=[], name="scale")
total = tf.reduce_sum(x, reduction_indices=[1]) * scale
both = {"rows": tf.shape(x)[0], "total": total}

with tf.Session() as sess:
    print(sess.run(both, feed_dict={x: [[1, 2], [3, 4]]}))
    print(sess.run(total, {x: np.ones([3, 2]), scale: 0.5}).tolist())
    print(sess.run(total, {"x:0": [[0, 1]], total.op.inputs[1]: 3.0}).tolist())
    step = sess.make_callable(total, [x])
    print(step(np.eye(2)).tolist())
    handle = sess.partial_run_setup([total], [x])
    print(sess.partial_run(handle, total, {x: [[5, 5]]}).tolist())
    try:
        sess.run(total)
    except tf.errors.InvalidArgumentError as e:
        print("not fed:", "'x'" in e.message)
    try:
        sess.run(total, {x: [1, 2, 3]})
    except ValueError as e:
        print("wrong shape:", "(?, 2)" in str(e))
