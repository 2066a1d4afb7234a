"""Running a pipeline to its end, for the tests beside."""

import numpy as np

import headwater as tf


def elements(dataset, limit=100, feeds=None, before=()):
    """All elements of a dataset, as plain values."""
    iterator = dataset.make_initializable_iterator()
    element, found = iterator.get_next(), []
    with tf.Session() as sess:
        for op in before:
            sess.run(op)
        sess.run(iterator.initializer, feeds)
        try:
            while len(found) < limit:
                found.append(plain(sess.run(element)))
        except tf.errors.OutOfRangeError:
            pass
    return found


def plain(value):
    """Arrays as lists and numbers."""
    if isinstance(value, dict):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, tuple):
        return tuple(plain(v) for v in value)
    return np.asarray(value).tolist()
