"""`IndexedSlices` and `SparseTensor`: parts, conversions, errors."""

from __future__ import annotations

import warnings

import numpy as np
import pytest

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def slices(shape=(5, 2)):
    dense = None if shape is None else tf.constant(shape)
    return tf.IndexedSlices(tf.constant([[1.0, 2.0]], name="v"), tf.constant([3], name="i"), dense)


def test_properties_of_slices(graph):
    s = slices()
    assert (s.dtype, s.name, s.op.name, s.graph, s.device) == (tf.float32, "v:0", "v", graph, "")
    assert s.shape.as_list() == [5, 2] and slices(None).shape.ndims is None
    assert str(slices(None)).startswith("IndexedSlices(indices=Tensor(")
    minus = -s
    assert minus.values.op.type == "Neg" and minus.indices is s.indices
    assert [op.type for op in s.consumers()] == ["Neg"]
    with pytest.raises(TypeError, match="unsupported operand"):
        s * 2


def test_slices_to_tensor():
    s = tf.IndexedSlices([[1.0, 2.0], [3.0, 4.0]], [2, 2], tf.constant([3, 2]))
    dense = tf.convert_to_tensor(s, name="dense")
    assert (dense.op.type, dense.name, dense.shape.as_list()) == (
        "UnsortedSegmentSum",
        "dense:0",
        [3, 2],
    )
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(dense), [[0, 0], [0, 0], [4, 6]])


@pytest.mark.parametrize(
    "convert, error, message",
    [
        (lambda: tf.convert_to_tensor(slices(None)), ValueError, "without dense_shape"),
        (
            lambda: tf.convert_to_tensor(slices(), tf.int32),
            ValueError,
            "Incompatible tensor conversion requested to `dtype` int32 for IndexedSlices",
        ),
        (
            lambda: tf.convert_to_tensor_or_indexed_slices(slices(), tf.int32),
            ValueError,
            "Incompatible tensor conversion requested to `dtype` int32 for `value`",
        ),
        (
            lambda: tf.convert_to_tensor(sparse()),
            TypeError,
            "Failed to convert elements of SparseTensor",
        ),
        (
            lambda: tf.convert_to_tensor_or_sparse_tensor(sparse(), tf.int32),
            RuntimeError,
            "Sparse dtype mismatch. Requested: int32,  Actual: float32",
        ),
        (lambda: tf.SparseTensor.from_value(3), TypeError, "neither a SparseTensor nor"),
        (lambda: sparse().with_values([1.0, 2.0]), ValueError, "1 and 2 are not compatible"),
    ],
)
def test_refused_conversions(convert, error, message):
    with pytest.raises(error, match=message):
        convert()


def test_a_large_dense_form_warns():
    with pytest.warns(UserWarning, match="dense Tensor with 400000000 elements"):
        tf.convert_to_tensor(slices((200_000_000, 2)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        tf.convert_to_tensor(slices((2_000, 2)))


def test_what_stays_composite():
    s, t = slices(), sparse()
    assert tf.convert_to_tensor_or_indexed_slices(s) is s
    assert tf.convert_to_tensor_or_sparse_tensor(t) is t
    assert tf.convert_to_tensor_or_indexed_slices(3, tf.float32, "k").name == "k:0"
    assert tf.convert_to_tensor_or_sparse_tensor([1, 2]).dtype == tf.int32
    fed = tf.convert_to_tensor_or_sparse_tensor(tf.SparseTensorValue([[0, 1]], [2.0], [3, 4]))
    assert isinstance(fed, tf.SparseTensor)


def sparse():
    return tf.SparseTensor([[0, 1]], [2.0], [3, 4])


def test_properties_of_a_sparse_tensor(graph):
    t = sparse()
    assert [op.name for op in graph.get_operations()] == [
        "SparseTensor/indices",
        "SparseTensor/values",
        "SparseTensor/dense_shape",
    ]
    assert (t.indices.dtype, t.dtype, t.dense_shape.dtype) == (tf.int64, tf.float32, tf.int64)
    assert t.shape.as_list() == t.get_shape().as_list() == [3, 4]
    assert t.op is t.values.op and t.graph is graph
    assert t.with_values([5.0]).indices is t.indices
    with tf.Session():
        value = t.eval()
    assert isinstance(value, tf.SparseTensorValue)
    np.testing.assert_array_equal(value.values, [2.0])


def test_set_shape():
    t = tf.SparseTensor([[0, 1]], [2.0], tf.placeholder(tf.int64, [2]))
    assert t.shape.as_list() == [None, None]
    t.set_shape([None, 4])
    assert t.shape.as_list() == [None, 4]
    with pytest.raises(ValueError, match="incompatible"):
        t.set_shape([3, 5])


@pytest.mark.parametrize(
    "parts, message",
    [
        (([[0, 1]], [2.0], [3, 4, 5]), "2 and 3 are not compatible"),
        (([0, 1], [2.0], [3, 4]), r"Shape \(2,\) must have rank 2"),
        (([[0, 1], [0, 2]], [2.0], [3, 4]), "2 and 1 are not compatible"),
        (([[0, 1]], [[2.0]], [3, 4]), r"Shape \(1, 1\) must have rank 1"),
        (([[0, 1]], 2.0, [3, 4]), r"Shape \(\) must have rank 1"),
    ],
)
def test_parts_must_fit(parts, message):
    with pytest.raises(ValueError, match=message):
        tf.SparseTensor(*parts)


def test_sessions_fetch_and_feed_them():
    s, t = slices(), sparse()
    with tf.Session() as sess:
        found, short, value = sess.run([s, slices(None), {"t": t}])
        assert found.values.tolist() == [[1, 2]] and found.dense_shape.tolist() == [5, 2]
        assert short.dense_shape is None and short.indices.tolist() == [3]
        assert value["t"].indices.tolist() == [[0, 1]] and value["t"].values.tolist() == [2]
        fed = sess.run(t, {t: tf.SparseTensorValue([[1, 1]], [7.0], [2, 2])})
        assert fed.values.tolist() == [7] and fed.dense_shape.tolist() == [2, 2]
