"""A residual network with shortcuts, written with tf.contrib.layers and hand-made batch norm."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 40, "training steps")
FLAGS = tf.flags.FLAGS


def normalized(x, name):
    """Batch normalization from moments, without moving averages."""
    channels = x.shape[-1].value
    with tf.variable_scope(name):
        mean, variance = tf.nn.moments(x, [0, 1, 2])
        beta = tf.get_variable("beta", [channels], initializer=tf.zeros_initializer())
        gamma = tf.get_variable("gamma", [channels], initializer=tf.ones_initializer())
        return tf.nn.batch_normalization(x, mean, variance, beta, gamma, 1e-5)


def block(x, name):
    with tf.variable_scope(name):
        h = tf.nn.relu(normalized(x, "bn1"))
        h = tf.contrib.layers.conv2d(h, 8, 3, activation_fn=None, scope="conv1")
        h = tf.nn.relu(normalized(h, "bn2"))
        h = tf.contrib.layers.conv2d(h, 8, 3, activation_fn=None, scope="conv2")
        return x + h


def main(_):
    tf.set_random_seed(2)
    random = np.random.RandomState(0)
    labels = random.randint(0, 3, 90)
    pictures = random.randn(90, 8, 8, 1).astype(np.float32) * 0.5
    for picture, label in zip(pictures, labels):
        picture[label * 2 : label * 2 + 3] += 1.0
    x = tf.contrib.layers.conv2d(pictures, 8, 3, scope="stem")
    for i in range(3):
        x = block(x, "block%d" % i)
    pooled = tf.contrib.layers.max_pool2d(tf.nn.relu(x), 2, scope="pool")
    pooled = tf.reduce_mean(pooled, [1, 2]) + tf.reduce_mean(x[:, :, :1], 2)[:, 0]
    hidden = tf.contrib.layers.dropout(tf.contrib.layers.flatten(x), 0.9, is_training=True)
    hidden = tf.contrib.layers.layer_norm(hidden)
    logits = tf.contrib.layers.fully_connected(hidden, 3, activation_fn=None)
    logits += tf.contrib.layers.linear(pooled, 3)
    loss = tf.contrib.losses.sparse_softmax_cross_entropy(logits, labels)
    kernels = [v for v in tf.trainable_variables() if v.shape.ndims > 1]
    decay = tf.contrib.layers.apply_regularization(
        tf.contrib.layers.l2_regularizer(1e-4), weights_list=kernels
    )
    step = tf.train.get_or_create_global_step()
    train = tf.contrib.layers.optimize_loss(
        loss + decay, step, learning_rate=0.005, optimizer="Adam", clip_gradients=5.0
    )
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        history = [sess.run(train) for _ in range(FLAGS.steps)]
        print("weight decay is a small part:", bool(0 < sess.run(decay) < 0.1 * history[0]))
    print("loss %.3f, then %.3f" % (history[0], history[-1]))
    print("decreased:", bool(history[-1] < history[0]))


if __name__ == "__main__":
    tf.app.run()
