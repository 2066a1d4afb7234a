"""Handles of variables: fetched, passed on, of variables that are not there."""

import copy

import numpy as np
import pytest

import headwater as tf


def test_a_handle_can_be_fetched():
    variable = tf.Variable(1.0, use_resource=True, name="v")
    with tf.Session() as sess:
        value = sess.run(variable.handle)
    assert isinstance(value, np.ndarray) and value.size


def test_two_handles_of_one_name_are_one_variable():
    tf.Variable(300.0, use_resource=True, name="v")
    again = tf.raw_ops.VarHandleOp(dtype=tf.float32, shape=[], shared_name="v")
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(tf.raw_ops.ReadVariableOp(resource=again, dtype=tf.float32)) == 300


def test_a_handle_of_nothing():
    handle = tf.raw_ops.VarHandleOp(dtype=tf.float32, shape=[], shared_name="v")
    with tf.Session() as sess:
        with pytest.raises(
            tf.errors.FailedPreconditionError, match="Resource .*/v/.* does not exist"
        ):
            sess.run(tf.raw_ops.ReadVariableOp(resource=handle, dtype=tf.float32))


def test_a_resource_variable_is_not_copied():
    with pytest.raises(NotImplementedError, match="belongs to a graph"):
        copy.deepcopy(tf.Variable(1.0, use_resource=True))


@pytest.mark.parametrize(
    "passed_on",
    [tf.identity, lambda h: tf.custom_gradient(lambda x: (tf.identity(x), lambda d: d))(h)],
)
def test_what_is_behind_a_handle_is_known_of_its_copies(passed_on):
    variable = tf.Variable(np.zeros([20]), use_resource=True)
    handle = passed_on(variable.handle)
    rows = tf.raw_ops.ResourceGather(resource=handle, indices=[1, 2], dtype=tf.float64)
    assert rows.shape == [2]
    (gradient,) = tf.gradients(rows, [handle])
    assert gradient.dense_shape.op.type == "Const"
