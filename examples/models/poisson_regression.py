"""Counts that depend on a number: Poisson loss, then SciPy's L-BFGS on the same graph."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 300, "training steps")
FLAGS = tf.flags.FLAGS


def main(_):
    random = np.random.RandomState(0)
    x = random.uniform(-1, 1, 4000).astype(np.float32)
    counts = random.poisson(np.exp(1.2 * x + 0.5)).astype(np.float32)
    w = tf.Variable(0.0)
    b = tf.Variable(0.0)
    log_rate = w * x + b
    loss = tf.reduce_mean(tf.nn.log_poisson_loss(counts, log_rate))
    train = tf.train.GradientDescentOptimizer(0.2).minimize(loss)
    exact = tf.contrib.opt.ScipyOptimizerInterface(loss, method="L-BFGS-B")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(FLAGS.steps):
            sess.run(train)
        slope, offset = sess.run([w, b])
        exact.minimize(sess)
        best = sess.run([w, b])
    print("descent: %.2f %.2f" % (slope, offset))
    print("near L-BFGS: %s" % np.allclose([slope, offset], best, atol=0.02))
    print("near the truth: %s" % np.allclose(best, [1.2, 0.5], atol=0.15))


if __name__ == "__main__":
    tf.app.run()
