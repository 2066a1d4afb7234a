"""A convolutional network of tf.layers, with batch normalization, on bars of two directions."""

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 60, "training steps")
flags.DEFINE_float("learning_rate", 0.01, "of Adam")
FLAGS = flags.FLAGS


def bars(n, seed):
    """Images `[n, 12, 12, 1]` with a noisy horizontal (0) or vertical (1) bar."""
    random = np.random.RandomState(seed)
    images = 0.2 * random.randn(n, 12, 12, 1)
    labels = random.randint(0, 2, n)
    for image, label in zip(images, labels):
        line = random.randint(12)
        if label:
            image[:, line] += 1
        else:
            image[line] += 1
    return images.astype(np.float32), labels


def network(images, training):
    h = tf.layers.conv2d(images, 8, 3, padding="same", use_bias=False)
    h = tf.nn.relu(tf.layers.batch_normalization(h, training=training, momentum=0.9))
    h = tf.layers.max_pooling2d(h, 2, 2)
    h = tf.layers.separable_conv2d(h, 8, (3, 3), activation=tf.nn.elu)
    h = tf.layers.average_pooling2d(h, 2, 2)
    h = tf.layers.flatten(h)
    h = tf.layers.dropout(h, rate=0.2, training=training)
    return tf.layers.dense(h, 2, kernel_regularizer=tf.contrib.layers.l1_regularizer(1e-4))


def main(_):
    tf.set_random_seed(1)
    images = tf.placeholder(tf.float32, [None, 12, 12, 1])
    labels = tf.placeholder(tf.int64, [None])
    training = tf.placeholder_with_default(False, [])
    logits = network(images, training)
    tf.losses.sparse_softmax_cross_entropy(labels, logits)
    loss = tf.losses.get_total_loss()
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        train = tf.train.AdamOptimizer(FLAGS.learning_rate).minimize(loss)
    right = tf.reduce_mean(tf.to_float(tf.nn.in_top_k(logits, labels, 1)))
    print("losses:", len(tf.get_collection(tf.GraphKeys.LOSSES)))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for step in range(FLAGS.steps):
            xs, ys = bars(32, step)
            value, _ = sess.run([loss, train], {images: xs, labels: ys, training: True})
            if step == 0:
                first = value
        xs, ys = bars(200, 10000)
        score = sess.run(right, {images: xs, labels: ys})
    print("loss decreased: %s, accuracy %.2f" % (value < first, score))


if __name__ == "__main__":
    tf.app.run()
