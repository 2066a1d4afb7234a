"""Expectation and maximisation for a mixture of Gaussians; the likelihood never falls."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 30, "rounds")
FLAGS = tf.flags.FLAGS


def main(_):
    random = np.random.RandomState(1)
    data = np.concatenate([random.randn(300) * 0.5 - 2, random.randn(200) * 1.0 + 3])
    x = tf.constant(data[:, np.newaxis])
    means = tf.Variable([-1.0, 1.0], dtype=tf.float64)
    variances = tf.Variable([1.0, 1.0], dtype=tf.float64)
    weights = tf.Variable([0.5, 0.5], dtype=tf.float64)
    log_density = -0.5 * (tf.square(x - means) / variances + tf.log(2 * np.pi * variances))
    joint = log_density + tf.log(weights)
    likelihood = tf.reduce_mean(tf.reduce_logsumexp(joint, axis=1))
    share = tf.nn.softmax(joint)
    total = tf.reduce_sum(share, 0)
    new_means = tf.reduce_sum(share * x, 0) / total
    new_variances = tf.reduce_sum(share * tf.square(x - new_means), 0) / total
    step = tf.group(
        means.assign(new_means), variances.assign(new_variances), weights.assign(total / len(data))
    )
    history = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(FLAGS.steps):
            history.append(sess.run([likelihood, step])[0])
        centre, spread, part = sess.run([means, tf.sqrt(variances), weights])
    for values in zip(centre, spread, part):
        print("mean %.2f, deviation %.2f, weight %.2f" % values)
    print("likelihood never falls:", bool(np.all(np.diff(history) > -1e-9)))


if __name__ == "__main__":
    tf.app.run()
