"""tf.cast, tf.shape, tf.size and tf.rank of what is more than one tensor."""

import numpy as np

import headwater as tf


def test_sparse_tensor():
    x = tf.SparseTensor([[0, 1], [2, 0]], tf.constant([1.5, -2.5]), [3, 2])
    y = tf.cast(x, tf.int32)
    assert isinstance(y, tf.SparseTensor) and y.dtype == tf.int32
    with tf.Session() as sess:
        value = sess.run(y)
    np.testing.assert_array_equal(value.indices, [[0, 1], [2, 0]])
    assert value.values.tolist() == [1, -2] and value.dense_shape.tolist() == [3, 2]


def test_indexed_slices():
    x = tf.IndexedSlices(tf.constant([[1.5], [2.5]]), tf.constant([4, 0]), tf.constant([5, 1]))
    y = tf.cast(x, tf.float64)
    assert isinstance(y, tf.IndexedSlices) and y.dtype == tf.float64
    with tf.Session() as sess:
        value = sess.run(y)
    assert value.values.tolist() == [[1.5], [2.5]] and value.indices.tolist() == [4, 0]


def test_shape_size_and_rank_of_a_sparse_tensor():
    x = tf.SparseTensor([[0, 1], [2, 0]], tf.constant([1.5, -2.5]), [3, 2])
    found = [tf.shape(x), tf.size(x), tf.rank(x), tf.shape(x, out_type=tf.int64)]
    assert [t.dtype for t in found] == [tf.int32, tf.int32, tf.int32, tf.int64]
    with tf.Session() as sess:
        shape, size, rank, long = sess.run(found)
    assert shape.tolist() == long.tolist() == [3, 2] and (size, rank) == (6, 2)
