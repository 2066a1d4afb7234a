"""Building graphs, differentiating them, and keeping what they have learned."""

import os
import tempfile
import time

import numpy as np
from registry import repeated


def _additions(tf, count):
    """A function that makes a chain of so many additions and says how long that took."""

    def build():
        with tf.Graph().as_default():
            a = tf.placeholder(tf.float32, [8])
            start = time.perf_counter()
            z = a
            for _ in range(count):
                z = z + a
            return time.perf_counter() - start

    return build


@repeated
def build_1000_additions(tf):
    """`z = z + a`, 1,000 times, in a new graph."""
    return _additions(tf, 1_000)


@repeated
def build_10000_additions(tf):
    """`z = z + a`, 10,000 times, in a new graph."""
    return _additions(tf, 10_000)


@repeated
def build_100000_additions(tf):
    """`z = z + a`, 100,000 times, in a new graph."""
    return _additions(tf, 100_000)


@repeated
def build_10000_mixed(tf):
    """10,000 nodes of matrix products, sums, ReLUs, products with constants and reshapes."""

    def build():
        with tf.Graph().as_default():
            x = tf.placeholder(tf.float32, [None, 16])
            weights, bias = (
                tf.constant(np.eye(16, dtype=np.float32)),
                tf.constant(np.zeros(16, np.float32)),
            )
            start = time.perf_counter()
            for _ in range(1_429):  # seven nodes each: two of them are constants
                x = tf.nn.relu(tf.matmul(x, weights) + bias)
                x = tf.reshape(x * 0.5, [-1, 16])
            return time.perf_counter() - start

    return build


@repeated
def gradients_of_5000_ops(tf):
    """`tf.gradients` through a chain of 5,000 sums, products and tanhs."""

    def differentiate():
        with tf.Graph().as_default():
            x = z = tf.placeholder(tf.float32, [8])
            for i in range(5_000):
                z = tf.tanh(z) if i % 3 == 0 else z * x if i % 3 == 1 else z + x
            start = time.perf_counter()
            tf.gradients(z, x)
            return time.perf_counter() - start

    return differentiate


@repeated
def save_and_restore(tf):
    """Writing a checkpoint of 20 variables, 8 MB together, and reading it again."""
    for i in range(20):
        tf.Variable(tf.random_normal([320, 320]), name=f"v{i}")
    saver = tf.train.Saver()
    sess = tf.Session()
    sess.run(tf.global_variables_initializer())
    folder = tempfile.TemporaryDirectory()

    def save_restore(folder=folder):
        saver.restore(sess, saver.save(sess, os.path.join(folder.name, "model")))

    return save_restore
