"""Batch normalization by its parts and by its layers: statistics in training and after it."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 60, "training steps")
FLAGS = tf.flags.FLAGS


def main(_):
    random = np.random.RandomState(0)
    x = tf.placeholder(tf.float32, [None, 4, 4, 2])
    training = tf.placeholder(tf.bool, [])
    by_layers = tf.layers.batch_normalization(x, momentum=0.8, training=training, name="layers")
    by_contrib = tf.contrib.layers.batch_norm(x, decay=0.8, is_training=training, scope="contrib")
    update = tf.group(*tf.get_collection(tf.GraphKeys.UPDATE_OPS))
    fused, mean, variance = tf.nn.fused_batch_norm(x, tf.ones([2]), tf.zeros([2]), epsilon=1e-3)
    by_hand = tf.nn.batch_normalization(x, mean, variance, None, None, 1e-3)
    old = tf.nn.batch_norm_with_global_normalization(
        x, mean, variance, tf.zeros([2]), tf.ones([2]), 1e-3, scale_after_normalization=True
    )
    instance = tf.contrib.layers.instance_norm(x, scope="instance")
    layer = tf.contrib.layers.layer_norm(x, scope="layer")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for _ in range(FLAGS.steps):
            sess.run(update, {x: random.normal(3.0, 2.0, [16, 4, 4, 2]), training: True})
        feed = {x: random.normal(3.0, 2.0, [64, 4, 4, 2]), training: False}
        for name, tensor in [("layers", by_layers), ("contrib", by_contrib)]:
            value = sess.run(tensor, feed)
            print(
                "%s: near 0: %s, near 1: %s"
                % (name, abs(value.mean()) < 0.2, abs(value.std() - 1) < 0.2)
            )
        a, b, c = sess.run([fused, by_hand, old], feed)
        print("fused and by hand:", np.abs(a - b).max() < 0.02, np.abs(b - c).max() < 1e-3)
        for name, tensor in [("instance", instance), ("layer", layer)]:
            print(
                "%s: mean of an example is 0: %s"
                % (name, abs(sess.run(tensor, feed)[0].mean()) < 1e-3)
            )


if __name__ == "__main__":
    tf.app.run()
