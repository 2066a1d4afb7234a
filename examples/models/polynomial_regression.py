"""A cubic through points of a sine; ridge regression in closed form checks the result."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 400, "training steps")
tf.flags.DEFINE_integer("degree", 3, "of the polynomial")
tf.flags.DEFINE_float("ridge", 1e-3, "weight of the squared coefficients")
FLAGS = tf.flags.FLAGS


def main(_):
    x = np.linspace(-2, 2, 40).astype(np.float32)
    y = np.sin(x).astype(np.float32)
    powers = tf.stack([tf.constant(x) ** k for k in range(FLAGS.degree + 1)], axis=1)
    with tf.variable_scope("fit", regularizer=tf.contrib.layers.l2_regularizer(FLAGS.ridge)):
        w = tf.get_variable("w", [FLAGS.degree + 1, 1], initializer=tf.zeros_initializer())
    residual = tf.matmul(powers, w)[:, 0] - y
    penalty = tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
    loss = tf.reduce_mean(tf.square(residual)) / 2 + penalty
    train = tf.train.AdamOptimizer(0.05).minimize(loss)
    best = tf.matrix_solve_ls(powers, y[:, np.newaxis], l2_regularizer=FLAGS.ridge * len(x))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        first = sess.run(loss)
        for _ in range(FLAGS.steps):
            sess.run(train)
        last, found, wanted = sess.run([loss, w, best])
    print("coefficients:", np.round(found.ravel(), 2).tolist())
    print("far from the best by %.4f" % np.abs(found - wanted).max())
    print("loss %.4f, then %.5f, decreased: %s" % (first, last, last < first))


if __name__ == "__main__":
    tf.app.run()
