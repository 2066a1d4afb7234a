"""Pi by throwing darts, and moments of random numbers; the same numbers in every run."""

import tensorflow as tf

tf.flags.DEFINE_integer("steps", 20, "rounds of darts")
tf.flags.DEFINE_integer("darts", 10000, "darts in a round")
FLAGS = tf.flags.FLAGS


def main(_):
    tf.set_random_seed(7)
    points = tf.random_uniform([FLAGS.darts, 2], -1.0, 1.0)
    hits = tf.reduce_sum(tf.cast(tf.norm(points, axis=1) < 1.0, tf.int64))
    total = tf.get_local_variable("total", [], tf.int64, initializer=tf.zeros_initializer())
    throw = tf.assign_add(total, hits)
    pi = 4.0 * tf.cast(total, tf.float32) / (FLAGS.darts * FLAGS.steps)
    mean, variance = tf.nn.moments(tf.random_normal([FLAGS.darts], 3.0, 2.0), axes=[0])
    dice = tf.random.categorical(tf.log([[0.5, 0.25, 0.25]]), FLAGS.darts)
    share = tf.reduce_mean(tf.cast(tf.equal(dice, 0), tf.float32))
    cards = tf.random_shuffle(tf.range(5), seed=1)
    with tf.Session() as sess:
        sess.run(tf.initialize_local_variables())
        for _ in range(FLAGS.steps):
            sess.run(throw)
        print("pi is about %.2f" % sess.run(pi))
        print("moments: %.1f %.1f" % tuple(sess.run([mean, variance])))
        print("half of the throws: %.1f" % sess.run(share))
        first = sess.run(cards).tolist()
    with tf.Session() as sess:
        again = sess.run(cards).tolist()
    print("shuffled alike: %s, complete: %s" % (first == again, sorted(first) == list(range(5))))


if __name__ == "__main__":
    tf.app.run()
