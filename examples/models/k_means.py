"""k-means clustering with segment sums; the centres are a variable."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 10, "most rounds")
tf.flags.DEFINE_integer("points", 600, "how many")
FLAGS = tf.flags.FLAGS
TRUE_CENTRES = np.array([[-3, 0], [3, 0], [0, 4]], np.float32)


def main(_):
    random = np.random.RandomState(0)
    data = TRUE_CENTRES[np.arange(FLAGS.points) % 3] + 0.5 * random.randn(FLAGS.points, 2)
    points = tf.constant(data, tf.float32)
    centres = tf.Variable(points[:3], trainable=False)
    owner = tf.Variable(tf.zeros([FLAGS.points], tf.int64), trainable=False)
    distances = tf.reduce_sum(
        tf.squared_difference(tf.expand_dims(points, 1), tf.expand_dims(centres, 0)), 2
    )
    nearest = tf.argmin(distances, 1)
    changed = tf.reduce_any(tf.not_equal(nearest, owner))
    sums = tf.unsorted_segment_sum(points, nearest, 3)
    counts = tf.unsorted_segment_sum(tf.ones([FLAGS.points, 1]), nearest, 3)
    with tf.control_dependencies([changed]):
        update = tf.group(centres.assign(sums / tf.maximum(counts, 1)), owner.assign(nearest))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        for rounds in range(1, FLAGS.steps + 1):  # noqa: B007  used after the loop
            moving, _ = sess.run([changed, update])
            if not moving:
                break
        found = sess.run(centres)
    found = found[np.lexsort(np.round(found).T)]
    wanted = TRUE_CENTRES[np.lexsort(TRUE_CENTRES.T)]
    print("rounds:", rounds)
    print("centres:", np.round(found, 1).tolist())
    print("near the true ones:", bool(np.abs(found - wanted).max() < 0.3))


if __name__ == "__main__":
    tf.app.run()
