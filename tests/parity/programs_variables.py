"""Reference and resource variables, and the ways of assigning them."""

from __future__ import annotations

import numpy as np

from .harness import Case, Collection

programs = Collection("variables")


@programs
def unnamed(tf):
    v = tf.Variable(0.8)
    w = tf.Variable([1, 2, 3])
    u = tf.Variable("text")
    ops = [o.name for o in tf.get_default_graph().get_operations()]
    return Case([v, w, u, v * 2.0], init=True, facts=[ops, v.name, v.op.name, v.initializer.name])


@programs
def initial_values(tf):
    a = tf.Variable(np.arange(6).reshape(2, 3), name="a")
    b = tf.Variable(lambda: tf.ones([2]), name="b")
    c = tf.Variable(tf.zeros([2, 2]), name="c")
    d = tf.Variable(c.initialized_value() * 2.0, name="d")
    e = tf.Variable(1, dtype=tf.float64, name="e")
    f = tf.Variable([True, False], trainable=False, name="f")
    return Case(
        [a, b, c, d, e, f],
        init=True,
        facts=[v.trainable for v in (a, f)] + [v.initial_value.name for v in (a, b, e)],
        functional=True,
    )


@programs
def properties(tf):
    v = tf.Variable([[1.0, 2.0]], name="v", expected_shape=None)
    return Case(
        [v.value(), v.read_value(), v.initialized_value()],
        init=True,
        facts=[
            v.shape.as_list(),
            v.get_shape().as_list(),
            v.dtype.name,
            v.device,
            v.graph is tf.get_default_graph(),
            v.op.type,
            v.value().name,
            v.value().dtype.name,
            str(v),
        ],
        functional=True,
    )


@programs
def assignments(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    set_ = tf.assign(v, [5.0, 6.0])
    add = tf.assign_add(v, [1.0, 1.0], name="add")
    sub = v.assign_sub([0.5, 0.25])
    facts = [set_.dtype.name, add.name, sub.name, set_.op.type]
    with tf.control_dependencies([add]):
        later = tf.identity(v)
    return Case(later, init=True, train=sub, steps=3, facts=facts)


@programs
def assign_methods(tf):
    v = tf.Variable(1.0, name="v")
    w = tf.Variable(10.0, name="w")
    up = v.assign_add(2.0)
    twice = w.assign(v * 2.0, use_locking=True)
    return Case([up], init=True, train=twice.op, steps=2)


@programs
def assign_with_another_shape(tf):
    v = tf.Variable([1.0], validate_shape=False, name="v")
    w = tf.Variable(tf.placeholder_with_default([1, 2], [None]), validate_shape=False, name="w")
    change = tf.assign(v, [[1.0, 2.0]], validate_shape=False)
    return Case([change, w], init=True)


@programs
def chained_assignments(tf):
    v = tf.Variable(1.0, name="v")
    one = tf.assign_add(v, 1.0)
    with tf.control_dependencies([one]):
        two = tf.assign(v, v * 3.0)
    with tf.control_dependencies([two]):
        three = tf.assign_sub(v, 1.0)
    return Case([three], init=True, steps=3)


@programs
def read_as_operands(tf):
    v = tf.Variable([1.0, 2.0], name="v")
    w = tf.Variable([3.0, 4.0], name="w")
    return Case(
        [
            v + w,
            v * 2,
            2 - v,
            v / w,
            -v,
            v[0],
            tf.reduce_sum(v),
            v**2,
            v < w,
            tf.stack([v, w]),
            tf.convert_to_tensor(v),
            tf.identity(v),
        ],
        init=True,
    )


@programs
def initializers(tf):
    tf.Variable(1.0, name="a")
    b = tf.Variable(2.0, name="b")
    local = tf.Variable(3.0, name="l", collections=[tf.GraphKeys.LOCAL_VARIABLES])
    init = tf.group(tf.global_variables_initializer(), tf.local_variables_initializer())
    only = tf.variables_initializer([b], name="only")
    check = tf.is_variable_initialized(b)
    return Case([b, local, check], init=[init, only], facts=[init.name, only.name])


@programs
def uninitialized_report(tf):
    a = tf.Variable(1.0, name="a")
    tf.Variable(2.0, name="b")
    report = tf.report_uninitialized_variables()
    return Case(report, init=a.initializer)


@programs
def resource_variable(tf):
    v = tf.Variable([1.0, 2.0], name="v", use_resource=True)
    up = v.assign_add([1.0, 1.0])
    return Case(
        [v, v + 1.0, v.read_value()],
        init=True,
        train=up,
        steps=2,
        facts=[v.name, v.dtype.name, v.handle.dtype.name, v.op.type],
    )


@programs
def resource_assignments(tf):
    v = tf.Variable(3, name="v", use_resource=True)
    with tf.control_dependencies([tf.assign(v, 5)]):
        a = v.read_value()
    with tf.control_dependencies([a]), tf.control_dependencies([v.assign_sub(2).op]):
        b = tf.identity(v)
    return Case([a, b], init=True, steps=2)


@programs
def scatter(tf):
    v = tf.Variable([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]], name="v")
    up = tf.scatter_update(v, [0], [[9.0, 9.0]])
    with tf.control_dependencies([up]):
        add = tf.scatter_add(v, [1, 1], [[1.0, 2.0], [3.0, 4.0]])
    with tf.control_dependencies([add]):
        sub = tf.scatter_sub(v, 2, [0.5, 0.5])
    return Case([sub], init=True)


@programs
def in_scopes_and_devices(tf):
    with tf.name_scope("s"), tf.device("/cpu:0"):
        v = tf.Variable(1.0, name="v")
        w = tf.Variable(v.initialized_value() + 1.0)
    with tf.control_dependencies([tf.constant(1, name="before")]):
        u = tf.Variable(5.0, name="u")
    return Case([v, w, u], init=True, functional=True)


@programs
def count_up(tf):
    v = tf.Variable(0, name="v")
    return Case([tf.count_up_to(v, 5)], init=True, steps=4)


@programs
def static_shape_is_set(tf):
    x = tf.placeholder(tf.float32, name="x")
    before = str(x.shape)
    x.set_shape([None, 3])
    y = tf.identity(x)
    x.set_shape([2, None])
    return Case(
        tf.ensure_shape(y, [None, 3]),
        {x: np.ones((2, 3))},
        facts=[before, str(x.shape), str(y.shape)],
    )
