"""Sparse tensors: what each function gives, in both tiers where it can be compiled."""

import functools

import numpy as np
import pytest

import headwater as tf

A = ([[0, 1], [1, 0], [2, 2]], [1.0, 2.0, 3.0], [3, 4])
B = ([[0, 1], [1, 2], [2, 2]], [5.0, -2.0, -3.0], [3, 4])


def sparse(parts, dtype=np.float32):
    indices, values, shape = parts
    return tf.SparseTensor(np.array(indices, np.int64), np.array(values, dtype), shape)


def dense(parts):
    out = np.zeros(parts[2], np.float32)
    for index, value in zip(parts[0], parts[1], strict=True):
        out[tuple(index)] = value
    return out


@pytest.fixture(params=["interpret", "compile"])
def run(request, monkeypatch):
    """Runs a tensor in each tier."""
    monkeypatch.setenv("HEADWATER_TIER", request.param)
    with tf.Graph().as_default(), tf.Session() as sess:
        yield sess.run


def filled(value):
    return dense((value.indices.tolist(), value.values.tolist(), value.dense_shape.tolist()))


TO_DENSE = [
    ("add", lambda a, b: tf.sparse_add(a, b), lambda a, b: a + b),
    ("maximum", tf.sparse_maximum, np.maximum),
    ("minimum", tf.sparse_minimum, np.minimum),
    ("concat", lambda a, b: tf.sparse_concat(1, [a, b]), lambda a, b: np.concatenate([a, b], 1)),
    ("concat0", lambda a, b: tf.sparse_concat(0, [a, b]), lambda a, b: np.concatenate([a, b], 0)),
    ("transpose", lambda a, b: tf.sparse_transpose(a), lambda a, b: a.T),
    ("reshape", lambda a, b: tf.sparse_reshape(a, [2, -1]), lambda a, b: a.reshape(2, 6)),
    ("slice", lambda a, b: tf.sparse_slice(a, [1, 0], [2, 3]), lambda a, b: a[1:3, :3]),
    ("times", lambda a, b: a * tf.constant([1.0, 2, 3, 4]), lambda a, b: a * [1, 2, 3, 4]),
    ("over", lambda a, b: a / 2.0, lambda a, b: a / 2),
    (
        "split",
        lambda a, b: tf.sparse_split(sp_input=a, num_split=3, axis=1)[0],
        lambda a, b: a[:, :2],
    ),
    ("sum", lambda a, b: tf.sparse_reduce_sum_sparse(a, 1), lambda a, b: a.sum(1)),
    ("retain", lambda a, b: tf.sparse_retain(a, [True, False, True]), lambda a, b: a * (a != 2)),
]


@pytest.mark.parametrize(
    ("ours", "expected"), [c[1:] for c in TO_DENSE], ids=[c[0] for c in TO_DENSE]
)
def test_sparse_result(run, ours, expected):
    got = filled(run(ours(sparse(A), sparse(B))))
    np.testing.assert_allclose(got, expected(dense(A), dense(B)))


DENSE = [
    ("to_dense", lambda a: tf.sparse_tensor_to_dense(a), lambda a: a),
    ("plus", lambda a: tf.sparse_add(a, tf.ones([3, 4])), lambda a: a + 1),
    (
        "matmul",
        lambda a: tf.sparse_tensor_dense_matmul(a, np.eye(4, 2, dtype=np.float32)),
        lambda a: a @ np.eye(4, 2),
    ),
    (
        "matmul_a",
        lambda a: tf.sparse_tensor_dense_matmul(
            a, np.ones((2, 3), np.float32), adjoint_a=True, adjoint_b=True
        ),
        lambda a: a.T @ np.ones((3, 2)),
    ),
    ("sum", lambda a: tf.sparse_reduce_sum(a, 1), lambda a: a.sum(1)),
    ("sum_all", lambda a: tf.sparse_reduce_sum(a, keepdims=True), lambda a: a.sum(keepdims=True)),
    ("max", lambda a: tf.sparse_reduce_max(a, 0), lambda a: a.max(0)),
]


@pytest.mark.parametrize(("ours", "expected"), [c[1:] for c in DENSE], ids=[c[0] for c in DENSE])
def test_dense_result(run, ours, expected):
    np.testing.assert_allclose(run(ours(sparse(A))), expected(dense(A)))


def test_gradient_of_matmul_equals_the_dense_one(run):
    values, b = tf.constant(A[1]), tf.constant(np.arange(8, dtype=np.float32).reshape(4, 2))
    product = tf.sparse_tensor_dense_matmul(tf.SparseTensor(A[0], values, A[2]), b)
    loss = tf.reduce_sum(product * product)
    full = tf.sparse_to_dense(A[0], A[2], values)
    same = tf.matmul(full, b)
    want = tf.gradients(tf.reduce_sum(same * same), [values, b])
    for got, expected in zip(run(tf.gradients(loss, [values, b])), run(want), strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_fill_empty_rows(run):
    rows, empty = run(tf.sparse_fill_empty_rows(sparse(([[0, 1], [2, 2]], [1, 3], [4, 4])), -1.0))
    assert rows.values.tolist() == [1, -1, 3, -1]
    assert empty.tolist() == [False, True, False, True]


def test_serialized_and_back(run):
    again = tf.deserialize_many_sparse(tf.serialize_many_sparse(sparse(A)), tf.float32)
    np.testing.assert_array_equal(filled(run(again)), dense(A))


def test_sets(run):
    a, b = [[1, 2, 2], [3, 4, 5]], [[2, 1], [5, 9]]
    assert run(tf.sets.intersection(a, b)).values.tolist() == [1, 2, 5]
    assert run(tf.sets.union(a, b)).values.tolist() == [1, 2, 3, 4, 5, 9]
    assert run(tf.sets.difference(a, b)).values.tolist() == [3, 4]


BAD = [
    (
        lambda: tf.sparse_tensor_dense_matmul(sparse(([[0, 9]], [1], [3, 4])), tf.ones([4, 2])),
        r"k \(9\) from index\[0,1\] out of bounds \(>=4\)",
    ),
    (
        lambda: tf.sparse_add(sparse(([[0, 9]], [1], [3, 4])), tf.ones([3, 4])),
        r"Sparse tensor has an invalid index on dimension 1: a_indices\(0,1\) = 9",
    ),
    (lambda: tf.sparse_reduce_sum(sparse(A), 2), "Invalid reduction dimension 2"),
    (lambda: tf.sparse_split(sp_input=sparse(A), num_split=5, axis=1), "num_split should be"),
]


@pytest.mark.parametrize(("make", "message"), BAD)
def test_bad_data(run, make, message):
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        run(make())


WORDS = ([[0, 0], [0, 1], [1, 0]], ["a", "b", "c"], [2, 2])
TRUE = ([[0, 0], [1, 0], [1, 1]], ["a", "c", "d"], [2, 3])
NONE = (np.zeros([0, 2], np.int64), [], [2, 2])
DISTANCES = [  # hypothesis, truth, normalized, plain
    (WORDS, TRUE, [1.0, 0.5], [1, 1]),
    (TRUE, WORDS, [0.5, 1.0], [1, 1]),
    (WORDS, NONE, [np.inf, np.inf], [2, 1]),
    (NONE, TRUE, [1.0, 1.0], [1, 2]),
    (NONE, NONE, [0.0, 0.0], [0, 0]),
    (([[0, 0]], ["a"], [1, 2]), ([[2, 0]], ["a"], [3, 1]), [np.inf, 0, 1], [1, 0, 1]),
    (
        ([[0, i] for i in range(6)], list("kitten"), [1, 6]),
        ([[0, i] for i in range(7)], list("sitting"), [1, 7]),
        [np.float32(3 / 7)],
        [3],
    ),
]


@pytest.mark.parametrize(("hypothesis", "truth", "normalized", "plain"), DISTANCES)
def test_edit_distance(run, hypothesis, truth, normalized, plain):
    sides = [tf.SparseTensorValue(p[0], np.array(p[1], object), p[2]) for p in (hypothesis, truth)]
    for normalize, expected in ((True, normalized), (False, plain)):
        distance = tf.edit_distance(*sides, normalize=normalize)
        assert distance.shape.as_list() == [len(expected)] and distance.dtype == tf.float32
        np.testing.assert_array_equal(run(distance), np.array(expected, np.float32))


def test_edit_distance_of_what_does_not_fit(run):
    a = sparse(([[0, 0]], [1.0], [2, 2]))
    with pytest.raises(ValueError, match="does not match truth_shape: 2 vs. 3"):
        tf.edit_distance(a, sparse(([[0, 0, 0]], [1.0], [2, 2, 1])))
    with pytest.raises(TypeError, match="Hypothesis must be a SparseTensor"):
        tf.edit_distance([1], a)
    with pytest.raises(TypeError, match="Truth must be a SparseTensor"):
        tf.edit_distance(a, [1])
    with pytest.raises(tf.errors.InvalidArgumentError, match="outside of the shape"):
        run(tf.edit_distance(a, sparse(([[5, 0]], [1.0], [2, 2]))))


@pytest.mark.parametrize(
    "name",
    "abs asin asinh atan atanh erf negative sign sin sqrt square tan tanh math.bessel_i0e "
    "math.bessel_i1e".split(),
)
def test_functions_of_the_values(name):
    function = functools.reduce(getattr, name.split("."), tf)
    values = np.array([0.25, 0.75], np.float32)
    with tf.Graph().as_default(), tf.Session() as sess:
        sparse = tf.SparseTensor([[0, 1], [1, 2]], values, [2, 3])
        got, dense = sess.run([function(sparse), function(tf.constant(values))])
    assert isinstance(got, tf.SparseTensorValue)
    assert got.indices.tolist() == [[0, 1], [1, 2]] and got.dense_shape.tolist() == [2, 3]
    assert got.values.tolist() == dense.tolist()
