"""Shapes that are refused when a node is made, and shapes that only the step can refuse."""

import numpy as np
import pytest

import headwater as tf


def given(*dims, dtype=tf.float32):
    return tf.placeholder(dtype, dims)


def rows(*dims):
    return given(*dims, dtype=tf.int32)


SCATTERS = [tf.scatter_update, tf.scatter_add, tf.scatter_mul, tf.scatter_max]


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize("scatter", SCATTERS)
@pytest.mark.parametrize(
    ("indices", "updates", "says"),
    [
        ((3,), (4, 2), r"Dimension 0 in both shapes must be equal, but are 4 and 3"),
        ((3,), (3, 3), r"Shapes are \[3,3\] and \[3,2\]"),
        ((None,), (3,), "Shapes must be equal rank, but are 1 and 2"),
    ],
)
def test_rows_that_do_not_fit(scatter, use_resource, indices, updates, says):
    variable = tf.get_variable("v", [4, 2], use_resource=use_resource)
    with pytest.raises(ValueError, match=says):
        scatter(variable, rows(*indices), given(*updates))


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize(
    ("indices", "updates"),
    [((3,), (3, 2)), ((), (2,)), ((3,), ()), ((None,), (None, 2)), ((2, 3), (2, 3, 2))],
)
def test_rows_that_may_fit(use_resource, indices, updates):
    variable = tf.get_variable("v", [4, 2], use_resource=use_resource)
    assert tf.scatter_update(variable, rows(*indices), given(*updates)).shape == (4, 2)


@pytest.mark.parametrize("use_resource", [False, True])
@pytest.mark.parametrize(
    ("indices", "updates", "says"),
    [
        (
            (3, 1),
            (4, 2),
            r"\[0,1\) of indices\[shape=\[3,1\]\] = \[3\] must match dimensions \[0,1\) of "
            r"updates\[shape=\[4,2\]\] = \[4\]",
        ),
        (
            (3, 1),
            (3, 3),
            r"\[1,2\) of input\[shape=\[4,2\]\] = \[2\] must match dimensions \[1,2\) of "
            r"updates\[shape=\[3,3\]\] = \[3\]",
        ),
        ((3, 1), (), "must be at least rank 1 but is rank 0"),
    ],
)
def test_positions_that_do_not_fit(use_resource, indices, updates, says):
    variable = tf.get_variable("v", [4, 2], use_resource=use_resource)
    with pytest.raises(ValueError, match=says):
        tf.scatter_nd_update(variable, rows(*indices), given(*updates))


def test_a_scalar_has_no_positions():
    variable = tf.Variable(1.0)
    update = tf.scatter_nd_update(variable, [[0]], [0.5])
    with tf.Session() as sess:
        sess.run(variable.initializer)
        with pytest.raises(tf.errors.InvalidArgumentError, match="Output must be at least 1-D"):
            sess.run(update)


REFUSED = [
    (lambda: tf.sparse_to_dense([1], [[5], [3]], 1), "must be rank 1 but is rank 2"),
    (
        lambda: tf.raw_ops.SoftmaxCrossEntropyWithLogits(
            features=np.zeros([2, 1, 4]), labels=np.zeros([2, 1, 4])
        ),
        "rank 2, but is rank 3",
    ),
]


@pytest.mark.parametrize(("build", "says"), REFUSED)
def test_refused(build, says):
    with pytest.raises(ValueError, match=says):
        build()


@pytest.mark.parametrize(
    ("shape", "says"),
    [
        ((-1, 2, -1), r"At most one dimension can be inferred \(-1\). Found: \[-1  2 -1\]"),
        ((-1, 7), r"Cannot reshape a tensor with 24 elements to shape \[None, 7\] \(21 elem"),
        ((2, 7), r"Cannot reshape a tensor with 24 elements to shape \[2, 7\] \(14 elem"),
    ],
)
def test_sparse_shapes_with_another_number_of_elements(shape, says):
    sparse = tf.SparseTensor([[0, 0, 0]], [1.0], [2, 3, 4])
    with pytest.raises(ValueError, match=says):
        tf.sparse_reshape(sparse, shape)


def test_one_dimension_twice_is_refused_by_the_step():
    reversed_rows = tf.reverse_sequence(np.ones((2, 3)), np.int64([1, 2]), seq_axis=0)
    with tf.Session() as sess:
        with pytest.raises(tf.errors.InvalidArgumentError, match="batch_dim == seq_dim == 0"):
            sess.run(reversed_rows)


@pytest.mark.parametrize("axis", [0, 1, -2, -3])
@pytest.mark.parametrize("function", [tf.nn.softmax, tf.nn.log_softmax])
def test_softmax_along_an_axis_that_the_step_decides(function, axis):
    logits = np.float32([[[1, 2, 3], [3, 5, 9]]])
    chosen = tf.placeholder(tf.int32, [])
    with tf.Session() as sess:
        expected, found = sess.run(
            [function(logits, axis=axis), function(logits, axis=chosen)], {chosen: axis}
        )
    np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_softmax_along_an_axis_that_is_not_there():
    chosen = tf.placeholder_with_default(100, [])
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError):
        sess.run(tf.nn.softmax([1.0, 2.0], axis=chosen))
