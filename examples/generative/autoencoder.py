"""Digits squeezed into sixteen numbers and drawn again."""

from __future__ import absolute_import, division, print_function

import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

flags = tf.app.flags
flags.DEFINE_string("data_dir", "/tmp/mnist", "folder of the digits")
flags.DEFINE_integer("steps", 400, "training steps")
FLAGS = flags.FLAGS

SIZES = [784, 96, 16]


def layers(x, sizes, name):
    for i, (inputs, outputs) in enumerate(zip(sizes, sizes[1:])):
        w = tf.Variable(tf.random_normal([inputs, outputs], stddev=0.1), name="%s_w%d" % (name, i))
        b = tf.Variable(tf.zeros([outputs]), name="%s_b%d" % (name, i))
        x = tf.nn.sigmoid(tf.add(tf.matmul(x, w), b))
    return x


def main(_):
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(FLAGS.data_dir)
    X = tf.placeholder("float", [None, 784])
    noise = tf.placeholder_with_default(0.0, [])
    damaged = X + noise * tf.random_normal(tf.shape(X))
    code = layers(damaged, SIZES, "encoder")
    drawn = layers(code, SIZES[::-1], "decoder")
    loss = tf.reduce_mean(tf.pow(X - drawn, 2))
    optimizer = tf.train.RMSPropOptimizer(0.01).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        test = {X: mnist.test.images[:200]}
        before = sess.run(loss, test)
        for _ in range(FLAGS.steps):
            batch_x, _ = mnist.train.next_batch(128)
            sess.run(optimizer, feed_dict={X: batch_x, noise: 0.1})
        after, picture = sess.run([loss, drawn], test)
    for row in np.reshape(picture[0], [28, 28])[4:24:2]:
        print("".join(" .:*#"[min(4, int(5 * v))] for v in row))
    print("loss %.4f, then %.4f, decreased: %s" % (before, after, after < before))


if __name__ == "__main__":
    tf.app.run()
