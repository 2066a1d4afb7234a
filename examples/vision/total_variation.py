"""Noise is removed by optimising the picture itself: near to what was seen, and smooth."""

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 80, "optimisation steps")
flags.DEFINE_float("smoothness", 0.15, "weight of the total variation")
FLAGS = flags.FLAGS


def gram(features):
    """The products of all channels, which describe a style."""
    flat = tf.reshape(features, [-1, features.shape[-1].value])
    return tf.matmul(flat, flat, transpose_a=True) / tf.cast(tf.shape(flat)[0], tf.float32)


def main(_):
    random = np.random.RandomState(0)
    clean = np.zeros([1, 24, 24, 3], np.float32)
    clean[:, 6:18, 6:18] = [1.0, 0.5, 0.0]
    noisy = clean + 0.2 * random.randn(*clean.shape).astype(np.float32)
    picture = tf.Variable(noisy)
    filters = tf.constant(random.randn(3, 3, 3, 6).astype(np.float32) * 0.1)
    style = gram(tf.nn.relu(tf.nn.conv2d(clean, filters, [1, 1, 1, 1], "VALID")))
    own = gram(tf.nn.relu(tf.nn.conv2d(picture, filters, [1, 1, 1, 1], "VALID")))
    content_loss = tf.nn.l2_loss(picture - noisy)
    style_loss = tf.reduce_sum(tf.square(own - style))
    smooth = tf.reduce_sum(tf.image.total_variation(picture))
    loss = content_loss + style_loss + FLAGS.smoothness * smooth
    train = tf.train.AdamOptimizer(0.02).minimize(loss, var_list=[picture])
    error = tf.reduce_mean(tf.abs(picture - clean))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run([loss, error])
        for _ in range(FLAGS.steps):
            sess.run(train)
        after = sess.run([loss, error])
    print("loss %.2f, then %.2f" % (before[0], after[0]))
    print("error %.3f, then %.3f" % (before[1], after[1]))
    print("cleaner:", bool(after[1] < before[1]))


if __name__ == "__main__":
    tf.app.run()
