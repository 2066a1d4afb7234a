"""Shapes of sparse values, quotients of sparse integers, sparse shapes that the step checks."""

import numpy as np
import pytest

import headwater as tf

VALUE = tf.SparseTensorValue(indices=((0, 1), (1, 0)), values=(42, 24), dense_shape=(2, 3))


@pytest.mark.parametrize(("function", "expected"), [(tf.shape, [2, 3]), (tf.size, 6), (tf.rank, 2)])
@pytest.mark.parametrize("make", [lambda v: v, tf.SparseTensor.from_value])
def test_shape_size_and_rank(function, expected, make):
    with tf.Session() as sess:
        np.testing.assert_array_equal(sess.run(function(make(VALUE))), expected)


@pytest.mark.parametrize(
    ("dtype", "quotient"),
    [
        (tf.int8, tf.float32),
        (tf.int32, tf.float64),
        (tf.int64, tf.float64),
        (tf.float32, tf.float32),
    ],
)
def test_true_quotients(dtype, quotient):
    sparse = tf.SparseTensor([[0, 0], [1, 1]], tf.constant([7, 8], dtype), [2, 3])
    found = sparse / tf.constant([[2], [5]], dtype)
    assert found.dtype == quotient
    with tf.Session() as sess:
        np.testing.assert_allclose(sess.run(found).values, [3.5, 1.6], rtol=1e-6)


@pytest.mark.parametrize("dtype", [tf.int32, tf.int64])
def test_a_new_shape_that_only_the_step_knows(dtype):
    shape = tf.placeholder(dtype)
    sparse = tf.SparseTensor([[0, 0, 0], [1, 1, 1]], [1, 2], [2, 5, 6])
    reset = tf.sparse_reset_shape(sparse, shape)
    with tf.Session() as sess:
        assert sess.run(reset, {shape: [3, 7, 8]}).dense_shape.tolist() == [3, 7, 8]
        with pytest.raises(tf.errors.InvalidArgumentError, match="x <= y did not hold"):
            sess.run(reset, {shape: [3, 7, 5]})
        with pytest.raises(tf.errors.InvalidArgumentError, match="x == y did not hold"):
            sess.run(reset, {shape: [3, 7]})


@pytest.mark.parametrize(
    ("first", "second", "total"), [((3, 4), (3, 4), [3, 4]), ((3, None), (None, 4), [3, 4])]
)
def test_the_shape_of_a_sum_is_known_where_the_terms_decide_it(first, second, total):
    terms = [tf.sparse_placeholder(tf.float32, shape) for shape in (first, second)]
    found = tf.sparse_add(*terms)
    assert found.shape.as_list() == total
    assert tf.get_static_value(found.dense_shape).tolist() == total
