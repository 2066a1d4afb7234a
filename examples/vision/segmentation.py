"""Which pixels belong to the disc? Dilated convolutions and one logit for each pixel."""

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 60, "training steps")
FLAGS = flags.FLAGS


def discs(n, seed):
    random = np.random.RandomState(seed)
    y, x = np.mgrid[0:16, 0:16]
    centre = random.uniform(4, 12, [n, 2, 1, 1])
    masks = (y - centre[:, 0]) ** 2 + (x - centre[:, 1]) ** 2 < 16
    images = masks + 0.5 * random.randn(n, 16, 16)
    return images[..., np.newaxis].astype(np.float32), masks[..., np.newaxis].astype(np.float32)


def conv(x, channels, rate, name):
    with tf.variable_scope(name):
        init = tf.contrib.layers.variance_scaling_initializer(seed=rate)
        shape = [3, 3, x.shape[-1].value, channels]
        kernel = tf.get_variable("kernel", shape, initializer=init)
        bias = tf.get_variable("bias", [channels], initializer=tf.zeros_initializer())
        return tf.nn.bias_add(tf.nn.atrous_conv2d(x, kernel, rate, "SAME"), bias)


def main(_):
    images = tf.placeholder(tf.float32, [None, 16, 16, 1])
    masks = tf.placeholder(tf.float32, [None, 16, 16, 1])
    h = tf.nn.relu6(conv(images, 6, 1, "near"))
    h = tf.nn.leaky_relu(conv(h, 6, 2, "further"), alpha=0.1)
    h = tf.nn.crelu(conv(h, 4, 4, "far"))
    logits = conv(h, 1, 1, "logits")
    weighted = tf.nn.weighted_cross_entropy_with_logits(masks, logits, pos_weight=3.0)
    loss = tf.reduce_mean(weighted)
    train = tf.train.RMSPropOptimizer(0.01).minimize(loss)
    found = tf.cast(logits > 0, tf.float32)
    union = tf.reduce_sum(tf.maximum(found, masks))
    overlap = tf.reduce_sum(found * masks) / union
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        xs, ys = discs(50, 10000)
        before = sess.run(loss, {images: xs, masks: ys})
        for step in range(FLAGS.steps):
            sess.run(train, dict(zip([images, masks], discs(16, step))))
        after, score = sess.run([loss, overlap], {images: xs, masks: ys})
    print("intersection over union: %.2f" % score)
    print("loss decreased:", bool(after < before))


if __name__ == "__main__":
    tf.app.run()
