"""A variational autoencoder for small pictures of one blob; its two numbers are the place."""

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 300, "training steps")
flags.DEFINE_integer("latent", 2, "size of the code")
FLAGS = flags.FLAGS


def blobs(random, n=64):
    y, x = np.mgrid[0:8, 0:8]
    centre = random.uniform(2, 5, [n, 2, 1, 1])
    return np.exp(-((y - centre[:, 0]) ** 2 + (x - centre[:, 1]) ** 2) / 2.0).reshape(n, 64)


def encoder(x):
    with tf.variable_scope("encoder"):
        h = tf.layers.dense(x, 32, tf.nn.elu)
        return tf.layers.dense(h, FLAGS.latent), tf.layers.dense(h, FLAGS.latent, tf.nn.softplus)


def decoder(z, reuse=None):
    with tf.variable_scope("decoder", reuse=reuse):
        return tf.layers.dense(tf.layers.dense(z, 32, tf.nn.elu), 64)


def main(_):
    tf.set_random_seed(0)
    x = tf.placeholder(tf.float32, [None, 64])
    mean, deviation = encoder(x)
    deviation += 1e-4
    z = mean + deviation * tf.random_normal(tf.shape(mean))
    logits = decoder(z)
    cross = tf.nn.sigmoid_cross_entropy_with_logits(labels=x, logits=logits)
    drawing = tf.reduce_sum(cross, axis=1)
    kl = 0.5 * tf.reduce_sum(
        tf.square(mean) + tf.square(deviation) - 2 * tf.log(deviation) - 1, axis=1
    )
    loss = tf.reduce_mean(drawing + kl)
    train = tf.train.AdamOptimizer(0.005).minimize(loss)
    samples = tf.nn.sigmoid(decoder(tf.random_normal([5, FLAGS.latent]), reuse=True))
    random = np.random.RandomState(0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        test = {x: blobs(np.random.RandomState(1), 200)}
        before = sess.run(loss, test)
        for _ in range(FLAGS.steps):
            sess.run(train, {x: blobs(random)})
        after, divergence, drawn = sess.run([loss, tf.reduce_mean(kl), samples], test)
    print("new pictures:", drawn.shape, "divergence is not negative:", bool(divergence >= 0))
    print("loss %.2f, then %.2f, decreased: %s" % (before, after, after < before))


if __name__ == "__main__":
    tf.app.run()
