"""A deep convolutional GAN draws squares; transposed convolutions, batch norm, reuse."""

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 30, "training steps")
flags.DEFINE_integer("batch_size", 16, "pictures in a step")
FLAGS = flags.FLAGS


def squares(random):
    images = -np.ones([FLAGS.batch_size, 16, 16, 1], np.float32)
    for image in images:
        y, x = random.randint(0, 9, 2)
        image[y : y + 7, x : x + 7] = 1
    return images


def deconv2d(x, size, channels, name):
    with tf.variable_scope(name):
        shape = [4, 4, channels, x.shape[-1].value]
        init = tf.random_normal_initializer(stddev=0.05)
        w = tf.get_variable("w", shape, initializer=init)
        b = tf.get_variable("biases", [channels], initializer=tf.constant_initializer(0.0))
        output = [FLAGS.batch_size, size, size, channels]
        return tf.nn.bias_add(tf.nn.conv2d_transpose(x, w, output, strides=[1, 2, 2, 1]), b)


def batch_norm(x, name):
    return tf.contrib.layers.batch_norm(
        x, decay=0.9, updates_collections=None, epsilon=1e-5, scale=True, scope=name
    )


def generator(z):
    with tf.variable_scope("generator"):
        h = tf.reshape(tf.layers.dense(z, 4 * 4 * 16), [-1, 4, 4, 16])
        h = tf.nn.relu(batch_norm(h, "bn0"))
        h = tf.nn.relu(batch_norm(deconv2d(h, 8, 8, "up1"), "bn1"))
        return tf.nn.tanh(deconv2d(h, 16, 1, "up2"))


def discriminator(images, reuse=False):
    with tf.variable_scope("discriminator") as scope:
        if reuse:
            scope.reuse_variables()
        h = tf.nn.leaky_relu(tf.layers.conv2d(images, 8, 4, 2, "same", name="conv1"))
        h = tf.nn.leaky_relu(tf.layers.conv2d(h, 16, 4, 2, "same", name="conv2"))
        return tf.layers.dense(tf.layers.flatten(h), 1, name="logit")


def main(_):
    tf.set_random_seed(0)
    images = tf.placeholder(tf.float32, [FLAGS.batch_size, 16, 16, 1])
    z = tf.random_uniform([FLAGS.batch_size, 10], minval=-1, maxval=1)
    drawn = generator(z)
    on_real, on_drawn = discriminator(images), discriminator(drawn, reuse=True)
    d_loss = tf.losses.sigmoid_cross_entropy(tf.ones_like(on_real), on_real)
    d_loss += tf.losses.sigmoid_cross_entropy(tf.zeros_like(on_drawn), on_drawn)
    g_loss = tf.losses.sigmoid_cross_entropy(tf.ones_like(on_drawn), on_drawn)
    d_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="discriminator")
    g_vars = tf.get_collection(tf.GraphKeys.TRAINABLE_VARIABLES, scope="generator")
    d_optim = tf.train.AdamOptimizer(2e-3, beta1=0.5).minimize(d_loss, var_list=d_vars)
    g_optim = tf.train.AdamOptimizer(2e-3, beta1=0.5).minimize(g_loss, var_list=g_vars)
    random = np.random.RandomState(0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        first = None
        for _ in range(FLAGS.steps):
            loss, _ = sess.run([d_loss, d_optim], {images: squares(random)})
            sess.run(g_optim)
            first = loss if first is None else first
        picture = sess.run(drawn)[0, :, :, 0]
    for row in picture[::2]:
        print("".join(" .:*#"[min(4, int(2.5 * (v + 1)))] for v in row))
    print("the critic learns: %s" % (loss < first))
    print("pictures are in range:", bool(np.abs(picture).max() <= 1))


if __name__ == "__main__":
    tf.app.run()
