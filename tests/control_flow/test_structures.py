"""What loops and maps return: structures, sparse tensors, IndexedSlices."""

import collections

import numpy as np
import pytest

import headwater as tf

Pair = collections.namedtuple("Pair", ["i", "x"])
SPARSE = tf.SparseTensorValue([[0, 0], [1, 1], [1, 2]], np.float32([1.0, 2.0, 3.0]), [3, 4])


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def run(fetches):
    with tf.Session() as session:
        return session.run(fetches)


def dense(value):
    found = np.zeros(value.dense_shape, np.float32)
    found[tuple(np.asarray(value.indices).T)] = value.values
    return found


@pytest.mark.parametrize("options", [{}, {"maximum_iterations": 10}])
def test_a_loop_gives_the_structure_of_its_body(options):
    below = lambda i, x: i < 3
    body = lambda i, x: Pair(i + 1, x * 2.0)
    found = tf.while_loop(below, body, [0, tf.constant(1.0)], **options)
    assert type(found) is Pair
    assert run(found) == (3, 8.0)


def test_a_sparse_loop_variable():
    start = tf.SparseTensor.from_value(SPARSE)
    body = lambda i, s: (i + 1, tf.SparseTensor(s.indices, s.values * 2.0, s.dense_shape))
    _, found = tf.while_loop(lambda i, s: i < 3, body, [0, start])
    np.testing.assert_array_equal(dense(run(found)), dense(SPARSE) * 8.0)


def test_map_fn_of_a_sparse_tensor():
    sparse = tf.SparseTensor.from_value(SPARSE)
    double = lambda row: tf.SparseTensor(row.indices, row.values * 2.0, row.dense_shape)
    found, sums = run(
        [
            tf.map_fn(double, sparse),
            tf.map_fn(tf.sparse.reduce_sum, sparse, dtype=tf.float32),
        ]
    )
    np.testing.assert_array_equal(dense(found), dense(SPARSE) * 2.0)
    assert sums.tolist() == [1.0, 5.0, 0.0]


def test_map_fn_that_makes_sparse_tensors():
    found = tf.map_fn(
        lambda a: tf.sparse.from_dense(tf.stack([a, a * 0.0])),
        tf.constant([1.0, 2.0]),
        dtype=tf.SparseTensorSpec([2], tf.float32),
    )
    assert dense(run(found)).tolist() == [[1.0, 0.0], [2.0, 0.0]]


def test_map_fn_of_nothing():
    with pytest.raises(ValueError, match="does not contain any Tensors"):
        tf.map_fn(lambda a: a, [])


def test_gradients_of_gathered_rows_in_a_loop_add_up():
    x = tf.constant(np.ones([3, 2], np.float32))
    body = lambda i, total: (i + 1, total + tf.reduce_sum(tf.gather(x, [i % 2])))
    _, total = tf.while_loop(lambda i, t: i < 5, body, [0, tf.constant(0.0)])
    dx = tf.convert_to_tensor(tf.gradients(total, x)[0])
    assert run(dx).tolist() == [[3.0, 3.0], [2.0, 2.0], [0.0, 0.0]]


ACCUMULATED = {
    "shape": (lambda a: tf.accumulate_n([a, a], shape=[3]), ValueError, "not compatible"),
    "shapes": (lambda a: tf.accumulate_n([a, a[:1]]), ValueError, "not compatible"),
    "types": (lambda a: tf.accumulate_n([a, tf.constant([1, 2])]), ValueError, "same dtype"),
    "dtype": (lambda a: tf.accumulate_n([a], tensor_dtype=tf.int32), TypeError, "tensor_dtype"),
    "none": (lambda a: tf.accumulate_n([]), ValueError, "at least one"),
}


@pytest.mark.parametrize("case", ACCUMULATED)
def test_accumulate_n_refuses(case):
    build, kind, message = ACCUMULATED[case]
    with pytest.raises(kind, match=message):
        build(tf.constant([1.0, 2.0]))


def test_accumulate_n():
    a = tf.constant([1.0, 2.0])
    assert run(tf.accumulate_n([a, a, a], shape=[2], tensor_dtype=tf.float32)).tolist() == [3, 6]
