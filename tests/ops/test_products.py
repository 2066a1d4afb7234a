"""Matrix products of two floating point types."""

import numpy as np
import pytest

import headwater as tf


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("kinds", [(tf.float32, tf.bfloat16), (tf.bfloat16, tf.float32)])
def test_a_product_of_two_types_is_float32_and_its_gradients_have_their_types(kinds, sparse):
    a, b = (tf.constant([[2.0]], kind) for kind in kinds)
    product = tf.matmul(a, b, a_is_sparse=sparse)
    assert product.op.type == "SparseMatMul"
    gradients = tf.gradients(product, [a, b])
    assert [g.dtype for g in gradients] == list(kinds)
    with tf.Session() as sess:
        value, *found = sess.run([product, *gradients])
    np.testing.assert_array_equal(value, np.float32([[4.0]]))
    assert [float(g[0, 0]) for g in found] == [2.0, 2.0]


def test_a_sparse_product_of_bfloat16_is_bfloat16():
    a = tf.constant([[1.5, 2.0]], tf.bfloat16)
    product = tf.matmul(a, a, transpose_b=True, a_is_sparse=True)
    assert product.dtype == tf.bfloat16
    assert product.op.inputs[0].op.type == "SparseMatMul"
    (gradient,) = tf.gradients(product, [a])
    with tf.Session() as sess:
        value, found = sess.run([product, gradient])
    assert float(value[0, 0]) == 6.25
    np.testing.assert_array_equal(found.astype(np.float32), [[3.0, 4.0]])


@pytest.mark.parametrize("sparse", [False, True])
def test_other_pairs_of_types_are_refused(sparse):
    with pytest.raises(TypeError, match="float64"):
        tf.matmul(tf.constant([[1.0]]), tf.constant([[1.0]], tf.float64), a_is_sparse=sparse)


def test_an_operator_multiplies_batches_that_only_the_step_knows():
    a, b = tf.placeholder(tf.float32), tf.placeholder(tf.float32)
    with tf.Session() as sess:
        found = sess.run(a @ b, {a: np.ones([5, 2, 3]), b: np.ones([3, 4])})
    assert found.shape == (5, 2, 4)


@pytest.mark.parametrize("multiply", [tf.matmul, lambda a, b: a @ b])
def test_a_vector_is_no_factor(multiply):
    with pytest.raises(ValueError, match="Shape must be rank 2 but is rank 1"):
        multiply(tf.constant([1.0, 2.0]), tf.constant([[1.0], [2.0]]))
