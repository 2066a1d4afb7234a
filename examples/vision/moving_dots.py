"""Does the dot move left or right? Convolutions over space and time."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 40, "training steps")
FLAGS = tf.flags.FLAGS


def films(n, seed):
    """Films `[n, 4, 8, 8, 1]`, and 1 where the dot moves to the right."""
    random = np.random.RandomState(seed)
    labels = random.randint(0, 2, n)
    clips = np.zeros([n, 4, 8, 8, 1], np.float32)
    for clip, label in zip(clips, labels):
        row, column = random.randint(0, 8), random.randint(2, 6)
        for t in range(4):
            clip[t, row, (column + (2 * label - 1) * t) % 8] = 1
    return clips, labels


def main(_):
    tf.set_random_seed(5)
    clips = tf.placeholder(tf.float32, [None, 4, 8, 8, 1])
    labels = tf.placeholder(tf.int64, [None])
    h = tf.layers.conv3d(clips, 8, [2, 3, 3], padding="same", activation=tf.nn.relu)
    h = tf.layers.max_pooling3d(h, [1, 2, 2], [1, 2, 2])
    h = tf.nn.pool(h, [1, 2, 2], "AVG", "VALID", strides=[1, 2, 2])
    logits = tf.layers.dense(tf.contrib.layers.flatten(h), 2)
    loss = tf.losses.sparse_softmax_cross_entropy(labels, logits)
    train = tf.train.AdamOptimizer(0.01).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        xs, ys = films(100, 9999)
        before = sess.run(loss, {clips: xs, labels: ys})
        for step in range(FLAGS.steps):
            sess.run(train, dict(zip([clips, labels], films(32, step))))
        after = sess.run(loss, {clips: xs, labels: ys})
    print("loss %.3f, then %.3f, decreased: %s" % (before, after, after < before))


if __name__ == "__main__":
    tf.app.run()
