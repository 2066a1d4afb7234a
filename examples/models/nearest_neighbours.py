"""k nearest neighbours: no training, just distances and a vote."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("k", 5, "neighbours that vote")
tf.flags.DEFINE_integer("steps", 40, "points to classify")
FLAGS = tf.flags.FLAGS


def main(_):
    random = np.random.RandomState(0)
    centres = np.array([[0, 0], [4, 0], [0, 4]])
    classes = random.randint(0, 3, 300)
    points = centres[classes] + random.randn(300, 2)
    known = tf.placeholder(tf.float32, [None, 2])
    labels = tf.placeholder(tf.int32, [None])
    one = tf.placeholder(tf.float32, [2])
    distance = tf.reduce_sum(tf.abs(tf.subtract(known, one)), axis=1)
    _, nearest = tf.nn.top_k(tf.negative(distance), k=FLAGS.k)
    votes = tf.bincount(tf.gather(labels, nearest), minlength=3)
    winner = tf.argmax(votes, output_type=tf.int32)
    right = 0
    with tf.Session() as sess:
        for i in range(FLAGS.steps):
            feed = {known: points[100:], labels: classes[100:], one: points[i]}
            right += sess.run(winner, feed_dict=feed) == classes[i]
    print("right: %d of %d" % (right, FLAGS.steps))
    print("good:", bool(right >= 0.85 * FLAGS.steps))


if __name__ == "__main__":
    tf.app.run()
