"""Heat spreads in a cube: conv3d with mirrored walls keeps the total."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 40, "time steps")
FLAGS = tf.flags.FLAGS


def main(_):
    start = np.zeros([1, 8, 8, 8, 1], np.float32)
    start[0, 2:4, 3:5, 4, 0] = 100.0
    heat = tf.Variable(start)
    kernel = np.zeros([3, 3, 3, 1, 1], np.float32)
    for axis in range(3):
        for end in (0, 2):
            kernel[tuple(end if a == axis else 1 for a in range(3))] = 0.1
    kernel[1, 1, 1] = 0.4
    walls = [[0, 0], [1, 1], [1, 1], [1, 1], [0, 0]]
    step = heat.assign(tf.nn.conv3d(tf.pad(heat, walls, "SYMMETRIC"), kernel, [1] * 5, "VALID"))
    coarse = tf.nn.avg_pool3d(heat, [1, 4, 4, 4, 1], [1, 4, 4, 4, 1], "VALID")
    hottest = tf.nn.max_pool3d(heat, [1, 8, 8, 8, 1], [1, 8, 8, 8, 1], "VALID")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(FLAGS.steps):
            sess.run(step)
        parts, top, total = sess.run([coarse, hottest, tf.reduce_sum(heat)])
    print("warmth of the eight corners:", np.round(parts.ravel(), 2).tolist())
    print("hottest: %.1f" % top.max())
    print("total: %.1f" % total)


if __name__ == "__main__":
    tf.app.run()
