"""A straight line through noisy points, by gradient descent on the squared error."""

from __future__ import print_function

import numpy
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_float("learning_rate", 0.05, "step size")
flags.DEFINE_integer("steps", 200, "passes over the points")
FLAGS = flags.FLAGS

rng = numpy.random.RandomState(3)
train_X = numpy.linspace(-1, 3, 20)
train_Y = 0.7 * train_X - 1.3 + 0.05 * rng.randn(20)


def main(argv):
    X = tf.placeholder("float")
    Y = tf.placeholder("float")
    W = tf.Variable(rng.randn(), name="weight")
    b = tf.Variable(rng.randn(), name="bias")
    prediction = tf.add(tf.multiply(X, W), b)
    cost = tf.reduce_sum(tf.pow(prediction - Y, 2)) / (2 * train_X.shape[0])
    optimizer = tf.train.GradientDescentOptimizer(FLAGS.learning_rate).minimize(cost)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        everything = {X: train_X, Y: train_Y}
        first = sess.run(cost, feed_dict=everything)
        for epoch in range(FLAGS.steps):
            for x, y in zip(train_X, train_Y):
                sess.run(optimizer, feed_dict={X: x, Y: y})
            if (epoch + 1) % 50 == 0:
                print("epoch %d: cost %.5f" % (epoch + 1, sess.run(cost, everything)))
        last = sess.run(cost, feed_dict=everything)
        print("y = %.2f x %+.2f" % (sess.run(W), sess.run(b)))
        print("cost decreased:", bool(last < first))


if __name__ == "__main__":
    tf.app.run()
