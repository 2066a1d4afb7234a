"""The Mandelbrot set, drawn with letters: complex numbers in variables, updated as a group."""

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 50, "iterations")
flags.DEFINE_integer("rows", 21, "lines of the picture")
FLAGS = flags.FLAGS


def main(_):
    y, x = np.mgrid[-1.2 : 1.2 : FLAGS.rows * 1j, -2.1:0.7:60j]
    c = tf.constant((x + 1j * y).astype(np.complex64))
    z = tf.Variable(c)
    counts = tf.Variable(tf.zeros_like(c, tf.float32))
    following = z * z + c
    inside = tf.abs(following) < 4
    step = tf.group(
        z.assign(tf.where(inside, following, z)), counts.assign_add(tf.cast(inside, tf.float32))
    )
    with tf.Session():
        tf.global_variables_initializer().run()
        for _ in range(FLAGS.steps):
            step.run()
        found = counts.eval()
    for row in found:
        print("".join(" .:-=+*%@#"[min(9, int(9 * n / FLAGS.steps))] for n in row))
    symmetric = np.allclose(found, found[::-1], atol=1)
    print("inside: %d points, symmetric: %s" % ((found == FLAGS.steps).sum(), symmetric))


if __name__ == "__main__":
    tf.app.run()
