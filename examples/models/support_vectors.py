"""A linear support vector machine: hinge loss and a large margin, by several optimizers."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 200, "training steps")
FLAGS = tf.flags.FLAGS
OPTIMIZERS = [
    tf.train.GradientDescentOptimizer(0.1),
    tf.train.AdadeltaOptimizer(learning_rate=30.0),
    tf.train.RMSPropOptimizer(0.02, decay=0.9),
    tf.train.FtrlOptimizer(0.5),
    tf.train.ProximalGradientDescentOptimizer(0.1, l2_regularization_strength=1e-3),
]


def main(_):
    random = np.random.RandomState(2)
    labels = np.sign(random.randn(200)).astype(np.float32)
    points = (random.randn(200, 2) * 0.7 + 1.5 * labels[:, np.newaxis]).astype(np.float32)
    for optimizer in OPTIMIZERS:
        with tf.variable_scope(None, default_name=optimizer.get_name()):
            w = tf.get_variable("w", [2, 1], initializer=tf.zeros_initializer())
            b = tf.get_variable("b", [1], initializer=tf.zeros_initializer())
        score = tf.squeeze(tf.matmul(points, w) + b)
        hinge = tf.reduce_mean(tf.nn.relu(1.0 - labels * score))
        loss = hinge + 0.01 * tf.nn.l2_loss(w)
        train = optimizer.minimize(loss)
        right = tf.reduce_mean(tf.cast(tf.equal(tf.sign(score), labels), tf.float32))
        with tf.Session() as sess:
            sess.run(tf.global_variables_initializer())
            for _ in range(FLAGS.steps):
                sess.run(train)
            share, margin = sess.run([right, 2.0 / tf.norm(w)])
        print("%s: accuracy %.3f, margin %.2f" % (optimizer.get_name(), share, margin))
        print("good:", bool(share > 0.9))


if __name__ == "__main__":
    tf.app.run()
