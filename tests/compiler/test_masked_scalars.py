"""Scalars that are computed from rows of which only the step knows how many there are."""

import headwater as tf


def test_labels_that_occur_once():
    labels = tf.constant([[3, 4, 4, 3, 0], [3, 0, 0, 0, 0]])
    with tf.Session() as sess:
        unique, places = sess.run(tf.nn.ctc_unique_labels(labels))
    assert unique.tolist() == [[3, 4, 0, 0, 0], [3, 0, 0, 0, 0]]
    assert places.tolist() == [[0, 1, 1, 0, 2], [0, 1, 1, 1, 1]]
