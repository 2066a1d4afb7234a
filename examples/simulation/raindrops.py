"""Drops fall on a pond: a partial differential equation, one convolution for each step."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 200, "time steps")
tf.flags.DEFINE_integer("size", 60, "width of the pond")
tf.flags.DEFINE_float("damping", 0.04, "how fast waves lose their height")
FLAGS = tf.flags.FLAGS


def laplace(field):
    """The discrete Laplacian of a field `[n, n]`."""
    kernel = np.array([[0.5, 1.0, 0.5], [1.0, -6.0, 1.0], [0.5, 1.0, 0.5]], np.float32)
    image = tf.expand_dims(tf.expand_dims(field, 0), -1)
    result = tf.nn.depthwise_conv2d(image, kernel.reshape(3, 3, 1, 1), [1, 1, 1, 1], "SAME")
    return result[0, :, :, 0]


def main(_):
    random = np.random.RandomState(0)
    drops = np.zeros([FLAGS.size, FLAGS.size], np.float32)
    for _ in range(20):
        drops[tuple(random.randint(0, FLAGS.size, 2))] = random.uniform()
    eps = tf.placeholder(tf.float32, shape=())
    height = tf.Variable(drops)
    speed = tf.Variable(np.zeros_like(drops))
    new_height = height + eps * speed
    new_speed = speed + eps * (laplace(height) - FLAGS.damping * speed)
    step = tf.group(height.assign(new_height), speed.assign(new_speed))
    highest = tf.reduce_max(tf.abs(height))
    sess = tf.InteractiveSession()
    tf.global_variables_initializer().run()
    before = highest.eval()
    for _ in range(FLAGS.steps):
        step.run({eps: 0.03})
    after = highest.eval()
    print("highest wave: %.3f, then %.3f" % (before, after))
    print("the waves spread:", bool(after < before and np.all(np.isfinite(height.eval()))))
    sess.close()


if __name__ == "__main__":
    tf.app.run()
