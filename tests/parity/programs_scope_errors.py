"""Errors of variable scopes, `get_variable`, partitioned variables and templates."""

from __future__ import annotations

from .harness import Failing
from .programs_scopes import zeros


def twice(tf, first, second, reuse=None, **scope):
    tf.get_variable("v", **first)
    with tf.variable_scope("", reuse=reuse, **scope):
        tf.get_variable("v", **second)


def split(tf, parts):
    return dict(shape=[4, 4], partitioner=parts if callable(parts) else lambda **unused: parts)


def two(tf):
    return tf.fixed_size_partitioner(2)


def opened(tf, *args, **kwargs):
    with tf.variable_scope(*args, **kwargs):
        pass


def read_first(tf):
    v = tf.get_variable("v", [2])
    with tf.Session() as sess:
        sess.run(v)


def wrong_order(tf):
    v = tf.get_variable("v", [1], initializer=zeros(tf), use_resource=True)
    w = tf.Variable(v * 2.0, use_resource=True)
    with tf.Session() as sess:
        sess.run(w.initializer)


def template_that_makes_variables(tf):
    f = tf.make_template("f", lambda: tf.Variable(1.0))
    f()
    f()


A = dict(shape=[2])
ERRORS = {
    "exists": (
        "ValueError",
        "Variable v already exists, disallowed. Did you mean to set reuse",
        lambda tf: twice(tf, A, A),
    ),
    "exists_resource": (
        "ValueError",
        "Variable v already exists, disallowed",
        lambda tf: twice(tf, dict(A, use_resource=True), A),
    ),
    "does_not_exist": (
        "ValueError",
        "Variable w does not exist, or was not created with tf.get_v",
        lambda tf: (opened(tf, "x"), _reuse(tf, "w")),
    ),
    "other_shape": (
        "ValueError",
        "Trying to share variable v, but specified shape .3,. and found",
        lambda tf: twice(tf, A, dict(shape=[3]), reuse=True),
    ),
    "other_dtype": (
        "ValueError",
        "Trying to share variable v, but specified dtype int32 and found",
        lambda tf: twice(tf, A, dict(shape=[2], dtype=tf.int32), reuse=True),
    ),
    "no_shape": (
        "ValueError",
        "Variable v did not get an initializer, so its `shape` argument",
        lambda tf: tf.get_variable("v"),
    ),
    "unknown_shape": (
        "ValueError",
        "The initializer passed is not valid",
        lambda tf: tf.get_variable("v", [None, 2]),
    ),
    "shape_of_a_value": (
        "ValueError",
        "If initializer is a constant, do not specify shape",
        lambda tf: tf.get_variable("v", [2], initializer=[1, 2]),
    ),
    "type_of_a_value": (
        "ValueError",
        "and explicit dtype .* don't match",
        lambda tf: tf.get_variable("v", initializer=[1.0], dtype=tf.int32),
    ),
    "no_default_initializer": (
        "ValueError",
        "An initializer for variable v of .* is required",
        lambda tf: tf.get_variable("v", [1], dtype=tf.complex64),
    ),
    "function_without_parameters": (
        "TypeError",
        "unexpected keyword argument 'dtype'",
        lambda tf: tf.get_variable("v", [2], initializer=lambda: 1.0),
    ),
    "getter": (
        "ValueError",
        "Passed a custom_getter which is not callable",
        lambda tf: tf.get_variable("v", [2], custom_getter=3),
    ),
    "collections": (
        "ValueError",
        "collections argument to Variable constructor must be a list",
        lambda tf: tf.get_variable("v", [2], collections=7),
    ),
    "constraint": (
        "ValueError",
        "The `constraint` argument must be a callable",
        lambda tf: tf.get_variable("v", [2], constraint=3),
    ),
    "synchronization": (
        "ValueError",
        "Invalid variable synchronization mode",
        lambda tf: tf.get_variable("v", [2], synchronization=9),
    ),
    "aggregation": (
        "ValueError",
        "Invalid variable aggregation mode",
        lambda tf: tf.get_variable("v", [2], aggregation=9),
    ),
    "no_scope_name": (
        "TypeError",
        "If default_name is None then name_or_scope is required",
        lambda tf: opened(tf, None),
    ),
    "scope_of_a_number": (
        "TypeError",
        "name_or_scope must be a string or VariableScope",
        lambda tf: opened(tf, 5),
    ),
    "reuse_of_a_default": (
        "ValueError",
        "reuse=True cannot be used without a name_or_scope",
        lambda tf: opened(tf, None, "x", reuse=True),
    ),
    "auxiliary": (
        "TypeError",
        "The auxiliary_name_scope must be `True` or `False`",
        lambda tf: opened(tf, "a", auxiliary_name_scope=3),
    ),
    "scope_name": (
        "ValueError",
        "'a b' is not a valid root scope name",
        lambda tf: opened(tf, "a b"),
    ),
    "partitioner": (
        "ValueError",
        "Partitioner must be callable, but received: 5",
        lambda tf: tf.get_variable("v", [4], partitioner=5),
    ),
    "parts_no_list": (
        "ValueError",
        "Partitioner must return a sequence, but saw: 3",
        lambda tf: tf.get_variable("v", **split(tf, 3)),
    ),
    "parts_rank": (
        "ValueError",
        "does not match the Variable's rank: .1, 2, 1. vs. .4, 4.",
        lambda tf: tf.get_variable("v", **split(tf, [1, 2, 1])),
    ),
    "parts_zero": (
        "ValueError",
        "Partitioner returned zero partitions for some axes: .0, 1.",
        lambda tf: tf.get_variable("v", **split(tf, [0, 1])),
    ),
    "parts_two_axes": (
        "ValueError",
        "Can only slice a variable along one dimension: shape: .4, 4.",
        lambda tf: tf.get_variable("v", **split(tf, [2, 2])),
    ),
    "parts_unknown_shape": (
        "ValueError",
        "Shape of a new partitioned variable must be fully",
        lambda tf: tf.get_variable("v", [None], partitioner=two(tf)),
    ),
    "parts_exist": (
        "ValueError",
        "Partitioned variable with name v already exists",
        lambda tf: twice(tf, split(tf, two(tf)), split(tf, two(tf))),
    ),
    "parts_against_whole": (
        "ValueError",
        "A partitioner was provided, but an unpartitioned",
        lambda tf: twice(tf, dict(shape=[4, 4]), split(tf, two(tf))),
    ),
    "whole_against_parts": (
        "ValueError",
        "No partitioner was provided, but a partitioned version",
        lambda tf: twice(tf, split(tf, two(tf)), dict(shape=[4, 4])),
    ),
    "parts_other_shape": (
        "ValueError",
        "Trying to reuse partitioned variable v, but specified sha",
        lambda tf: twice(tf, split(tf, two(tf)), dict(shape=[4, 5], partitioner=two(tf)), True),
    ),
    "parts_other_parts": (
        "ValueError",
        "Trying to reuse partitioned variable v, but specified par",
        lambda tf: twice(tf, split(tf, two(tf)), split(tf, [4, 1]), True),
    ),
    "parts_do_not_exist": (
        "ValueError",
        "PartitionedVariable w does not exist",
        lambda tf: _reuse(tf, "w", shape=[4], partitioner=two(tf)),
    ),
    "slicing_length": (
        "ValueError",
        "The 'shape' and 'slicing' of a partitioned Variable must",
        lambda tf: tf.create_partitioned_variables([4], [2, 1], zeros(tf)),
    ),
    "too_many_slices": (
        "ValueError",
        "Expected 0 <= offset < shape but found offset=4, shape=4",
        lambda tf: tf.create_partitioned_variables([4, 4], [5, 1], zeros(tf)),
    ),
    "partitioner_bytes": (
        "ValueError",
        "Both max_shard_bytes and bytes_per_string_element must",
        lambda tf: tf.variable_axis_size_partitioner(0),
    ),
    "uninitialized": (
        "FailedPreconditionError",
        "Attempting to use uninitialized value v",
        read_first,
    ),
    "initialized_in_the_wrong_order": (
        "FailedPreconditionError",
        "Could not find variable v",
        wrong_order,
    ),
    "template_variables": (
        "ValueError",
        "Trainable variable created when calling a template after",
        template_that_makes_variables,
    ),
}


def _reuse(tf, name, **kwargs):
    with tf.variable_scope("", reuse=True):
        tf.get_variable(name, **kwargs)


failing = [
    Failing(f"scopes:{name}", function, error, says)
    for name, (error, says, function) in ERRORS.items()
]
