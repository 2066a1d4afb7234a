"""Two clouds of points told apart: sigmoid, cross entropy, and the share that is right."""

import numpy as np
import tensorflow as tf

tf.app.flags.DEFINE_integer("steps", 150, "training steps")
tf.app.flags.DEFINE_float("pos_weight", 1.0, "weight of the second cloud")
FLAGS = tf.app.flags.FLAGS


def clouds(n, seed):
    random = np.random.RandomState(seed)
    labels = random.randint(0, 2, n)
    points = random.randn(n, 2) + 3.0 * labels[:, np.newaxis]
    return points.astype(np.float32), labels.astype(np.float32)


def main(_):
    x = tf.placeholder(tf.float32, [None, 2])
    y = tf.placeholder(tf.float32, [None])
    w = tf.Variable(tf.truncated_normal([2, 1], seed=1))
    b = tf.Variable(tf.zeros([1]))
    logits = tf.squeeze(tf.nn.xw_plus_b(x, w, b), [1])
    loss = tf.reduce_mean(
        tf.nn.weighted_cross_entropy_with_logits(
            targets=y, logits=logits, pos_weight=FLAGS.pos_weight
        )
    )
    train = tf.train.MomentumOptimizer(0.1, 0.9).minimize(loss)
    predicted = tf.round(tf.sigmoid(logits))
    accuracy = tf.reduce_mean(tf.to_float(tf.equal(predicted, y)))
    points, labels = clouds(500, 0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(FLAGS.steps):
            pick = slice(step * 50 % 500, step * 50 % 500 + 50)
            sess.run(train, {x: points[pick], y: labels[pick]})
        points, labels = clouds(300, 1)
        score = sess.run(accuracy, {x: points, y: labels})
    print("accuracy: %.3f" % score)
    print("good:", bool(score > 0.9))


if __name__ == "__main__":
    tf.app.run()
