"""Gradients of one's own: reversed for an adversary, clipped, or computed more stably."""

import tensorflow as tf


@tf.custom_gradient
def reverse_gradient(x):
    """The identity, whose gradient has the other sign."""
    return tf.identity(x), lambda dy: -dy


@tf.custom_gradient
def log1pexp(x):
    """`log(1 + exp(x))`, with a gradient that stays finite where exp overflows."""
    e = tf.exp(x)
    return tf.log(1 + e), lambda dy: dy * (1 - 1 / (1 + e))


x = tf.Variable(3.0)
towards = tf.square(reverse_gradient(x) - 1.0)
train = tf.train.GradientDescentOptimizer(0.1).minimize(towards)
large = tf.constant(100.0)
naive = tf.gradients(tf.log(1 + tf.exp(large)), large)[0]
stable = tf.gradients(log1pexp(large), large)[0]
stopped = tf.gradients(tf.stop_gradient(x) * x, x)[0]

with tf.Session() as sess:
    sess.run(tf.global_variables_initializer())
    before = sess.run(x)
    for _ in range(3):
        sess.run(train)
    print("x goes away from 1: %s" % (sess.run(x) > before))
    print("naive: %s, stable: %s" % tuple(sess.run([naive, stable])))
    sess.run(x.assign(5.0))
    print("half of the product's gradient:", sess.run(stopped))
