"""A Kohonen map learns to lie as a sheet in the unit square."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 600, "points shown")
tf.flags.DEFINE_integer("side", 6, "the map has side * side units")
FLAGS = tf.flags.FLAGS


def main(_):
    tf.set_random_seed(1)
    units = FLAGS.side**2
    rows, columns = np.divmod(np.arange(units), FLAGS.side)
    places = tf.constant(np.stack([rows, columns], 1), tf.float32)
    point = tf.placeholder(tf.float32, [2])
    progress = tf.placeholder(tf.float32, [])
    weights = tf.Variable(tf.random_uniform([units, 2], 0.4, 0.6))
    winner = tf.argmin(tf.norm(weights - point, axis=1), axis=0)
    away = tf.reduce_sum(tf.squared_difference(places, tf.gather(places, winner)), 1)
    radius = FLAGS.side / 2.0 * tf.exp(-2.5 * progress)
    rate = 0.5 * tf.exp(-2.0 * progress) * tf.exp(-away / (2 * tf.square(radius)))
    learn = tf.assign_add(weights, tf.expand_dims(rate, 1) * (point - weights))
    random = np.random.RandomState(0)
    test = random.uniform(size=[200, 2]).astype(np.float32)
    distances = tf.norm(tf.expand_dims(test, 1) - weights, axis=2)
    error = tf.reduce_mean(tf.reduce_min(distances, axis=1))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(error)
        for step in range(FLAGS.steps):
            sess.run(learn, {point: random.uniform(size=2), progress: step / float(FLAGS.steps)})
        after = sess.run(error)
    print("mean distance to the map: %.3f, then %.3f" % (before, after))
    print("it has unfolded:", bool(after < 0.6 * before))


if __name__ == "__main__":
    tf.app.run()
