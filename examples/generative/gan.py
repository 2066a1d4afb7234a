"""Two networks against each other: one makes numbers, one tells them from real ones."""

import numpy as np
import tensorflow as tf

flags = tf.flags
flags.DEFINE_integer("steps", 400, "training steps")
flags.DEFINE_integer("batch_size", 64, "numbers in a step")
FLAGS = flags.FLAGS
MEAN, DEVIATION = 4.0, 0.5


def generator(z, reuse=False):
    with tf.variable_scope("generator", reuse=reuse):
        h = tf.nn.softplus(tf.layers.dense(z, 8, name="hidden"))
        return tf.layers.dense(h, 1, name="out")


def discriminator(x, reuse=False):
    with tf.variable_scope("discriminator", reuse=reuse):
        h = tf.nn.leaky_relu(tf.layers.dense(x, 16, name="hidden"))
        spread = tf.tile(tf.reduce_mean(tf.abs(x), 0, keepdims=True), [tf.shape(x)[0], 1])
        return tf.layers.dense(tf.concat([h, spread], 1), 1, name="out")


def main(_):
    tf.set_random_seed(0)
    real = tf.placeholder(tf.float32, [None, 1])
    z = tf.random_uniform([FLAGS.batch_size, 2], -1.0, 1.0)
    fake = generator(z)
    on_real, on_fake = discriminator(real), discriminator(fake, reuse=True)
    cross = tf.nn.sigmoid_cross_entropy_with_logits
    d_loss = tf.reduce_mean(cross(logits=on_real, labels=0.9 * tf.ones_like(on_real)))
    d_loss += tf.reduce_mean(cross(logits=on_fake, labels=tf.zeros_like(on_fake)))
    g_loss = tf.reduce_mean(cross(logits=on_fake, labels=tf.ones_like(on_fake)))
    variables = tf.trainable_variables()
    d_vars = [v for v in variables if v.name.startswith("discriminator")]
    g_vars = [v for v in variables if v.name.startswith("generator")]
    d_train = tf.train.AdamOptimizer(0.01, beta1=0.5).minimize(d_loss, var_list=d_vars)
    g_train = tf.train.AdamOptimizer(0.01, beta1=0.5).minimize(g_loss, var_list=g_vars)
    random = np.random.RandomState(0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = np.mean(sess.run(fake))
        for _ in range(FLAGS.steps):
            numbers = random.normal(MEAN, DEVIATION, [FLAGS.batch_size, 1])
            sess.run(d_train, {real: numbers})
            sess.run(g_train)
        after = np.mean([sess.run(fake) for _ in range(10)])
    print("mean of what is made: %.2f, then %.2f; wanted: %.2f" % (before, after, MEAN))
    print("nearer:", bool(abs(after - MEAN) < abs(before - MEAN)))


if __name__ == "__main__":
    tf.app.run()
