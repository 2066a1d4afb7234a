"""Effects, errors, long loops, GraphDefs of graphs with branches and loops."""

import numpy as np
import pytest

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


@pytest.fixture(params=["interpret", "compile", "auto"])
def tier(request, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", request.param)
    return request.param


def count(limit):
    return tf.while_loop(lambda i: i < limit, lambda i: i + 1, [tf.constant(0)])


def test_python_functions_and_assignments_run_in_order(tier):
    log, v = [], tf.Variable(0.0)

    def note(i):
        log.append(int(i))
        return np.float32(2 * i)

    def body(i):
        y = tf.py_func(note, [i], tf.float32)
        y.set_shape([])
        with tf.control_dependencies([tf.assign_add(v, y)]):
            return i + 1

    loop = tf.while_loop(lambda i: i < 4, body, [tf.constant(0)])
    with tf.Session() as sess:
        sess.run(v.initializer)
        for k in (1, 2, 3):
            assert sess.run(loop) == 4
            assert log == [0, 1, 2, 3] * k
            assert sess.run(v) == 12.0 * k


def test_a_branch_not_taken_has_no_effect(tier):
    p, v = tf.placeholder(tf.bool, []), tf.Variable(1.0)
    step = tf.cond(p, lambda: tf.assign_add(v, 1.0), lambda: tf.constant(0.0))
    with tf.Session() as sess:
        sess.run(v.initializer)
        sess.run(step, {p: False})
        assert sess.run(v) == 1.0
        sess.run(step, {p: True})
        assert sess.run(v) == 2.0


def test_a_branch_not_taken_may_use_a_variable_without_a_value(tier):
    p, v = tf.placeholder(tf.bool, []), tf.Variable(1.0)
    r = tf.cond(p, lambda: v + 1.0, lambda: tf.constant(5.0))
    with tf.Session() as sess:
        assert sess.run(r, {p: False}) == 5.0
        with pytest.raises(tf.errors.FailedPreconditionError, match="uninitialized value"):
            sess.run(r, {p: True})


def test_a_failing_loop_changes_no_variable(tier):
    v = tf.Variable(0.0)
    table = tf.constant([1.0, 2.0])

    def body(i):
        with tf.control_dependencies([tf.assign_add(v, tf.gather(table, i))]):
            return i + 1

    loop = tf.while_loop(lambda i: i < 5, body, [tf.constant(0)])
    with tf.Session() as sess:
        sess.run(v.initializer)
        with pytest.raises(tf.errors.InvalidArgumentError, match=r"2 is not in \[0, 2\)"):
            sess.run(loop)
        assert sess.run(v) == 0.0


def test_a_long_loop_is_compiled_in_its_first_run():
    x = tf.placeholder(tf.float64, [])
    i, a = tf.while_loop(
        lambda i, a: i < 2_000_000,
        lambda i, a: (i + 1, a * x + 1.0),
        [tf.constant(0), tf.constant(0.0, tf.float64)],
    )
    with tf.Session() as sess:
        assert sess.run([i, a], {x: 0.5}) == [2_000_000, 2.0]


def test_an_endless_loop_ends_with_the_time_limit(tier):
    endless = tf.while_loop(lambda i: True, lambda i: i + 1, [tf.constant(0)])
    with tf.Session() as sess, pytest.raises(tf.errors.DeadlineExceededError):
        sess.run(endless, options=tf.RunOptions(timeout_in_ms=20))


def test_a_graph_def_holds_the_bodies(tier):
    p, x = tf.placeholder(tf.bool, [], name="p"), tf.placeholder(tf.float32, [], name="x")
    v = tf.Variable(2.0, use_resource=True)
    y = tf.cond(p, lambda: x * v, lambda: tf.sin(x), name="branch")
    z = tf.while_loop(
        lambda i, a: i < 3,
        lambda i, a: (i + 1, tf.cond(a > 3.0, lambda: a * x, lambda: a + x)),
        [tf.constant(0), y],
    )[1]
    tf.identity(tf.gradients(z, x)[0], name="g")
    init = tf.global_variables_initializer().name
    names = [y.name, z.name, "g:0"]
    definition = tf.get_default_graph().as_graph_def()

    def values():
        with tf.Session() as sess:
            sess.run(init)
            return [sess.run(names, {"p:0": flag, "x:0": 1.5}) for flag in (True, False)]

    want = values()
    with tf.Graph().as_default():
        tf.import_graph_def(tf.GraphDef.FromString(definition.SerializeToString()), name="")
        assert values() == want


ERRORS = [
    (TypeError, "must not be a Python bool", lambda p: tf.cond(True, lambda: 1, lambda: 2)),
    (TypeError, "'true_fn' must be callable", lambda p: tf.cond(p, 1, lambda: 2)),
    (TypeError, "'true_fn' argument required", lambda p: tf.cond(p)),
    (
        TypeError,
        "may not be set simultaneously",
        lambda p: tf.cond(p, lambda: 1, lambda: 2, fn1=lambda: 1),
    ),
    (ValueError, "must have a return value", lambda p: tf.cond(p, lambda: None, lambda: None)),
    (
        ValueError,
        r"same type\(s\). Received int32 from 'true_fn' and float32",
        lambda p: tf.cond(p, lambda: 1, lambda: 2.0),
    ),
    (
        ValueError,
        "don't have the same nested structure",
        lambda p: tf.cond(p, lambda: [1, 2], lambda: [1]),
    ),
    (TypeError, "same sequence type", lambda p: tf.cond(p, lambda: [1, 2], lambda: (1, 2))),
    (TypeError, "'cond' must be callable", lambda p: tf.while_loop(1, 2, [p])),
    (TypeError, "'body' must be callable", lambda p: tf.while_loop(lambda x: x, 2, [p])),
    (ValueError, "'loop_vars' must be provided", lambda p: tf.while_loop(lambda: p, lambda: p, [])),
    (
        TypeError,
        "positive integer",
        lambda p: tf.while_loop(lambda x: x, lambda x: x, [p], parallel_iterations=0),
    ),
    (
        TypeError,
        "does not match expected type of bool",
        lambda p: tf.while_loop(lambda i: i, lambda i: i, [tf.constant(1)]),
    ),
    (
        ValueError,
        "after one iteration",
        lambda p: tf.while_loop(
            lambda i: i[0] < 3, lambda i: tf.concat([i, i], 0), [tf.zeros([1])]
        ),
    ),
    (
        ValueError,
        "is not compatible with the initial shape",
        lambda p: tf.while_loop(
            lambda i: i[0] < 3, lambda i: i, [tf.zeros([1])], shape_invariants=[tf.TensorShape([2])]
        ),
    ),
    (
        ValueError,
        "same number of elements",
        lambda p: tf.while_loop(
            lambda i, j: i < 3, lambda i, j: i + 1, [tf.constant(0), tf.constant(0)]
        ),
    ),
    (
        ValueError,
        "must be a scalar",
        lambda p: tf.while_loop(
            lambda i: i < 3, lambda i: i, [tf.constant(0)], maximum_iterations=[1]
        ),
    ),
    (TypeError, "must be a list, tuple, or dict", lambda p: tf.case(3)),
    (TypeError, "pred must be a Tensor", lambda p: tf.case([(1, lambda: 1)])),
    (
        TypeError,
        "must be an integer Tensor",
        lambda p: tf.switch_case(tf.constant(1.0), [lambda: 1]),
    ),
    (
        ValueError,
        "contiguous range",
        lambda p: tf.switch_case(tf.constant(1), {1: lambda: 1, 2: lambda: 1}),
    ),
    (ValueError, "not scalars", lambda p: tf.map_fn(lambda x: x, tf.constant(1.0))),
    (
        ValueError,
        "Inconsistent shapes",
        lambda p: tf.TensorArray(tf.float32, 3).write(0, [1.0]).write(1, [1.0, 2.0]),
    ),
    (ValueError, "`size` must be provided", lambda p: tf.TensorArray(tf.float32)),
]


@pytest.mark.parametrize("kind, says, build", ERRORS, ids=[e[1] for e in ERRORS])
def test_errors_while_building(kind, says, build):
    with pytest.raises(kind, match=says):
        build(tf.placeholder(tf.bool, []))


RUN_ERRORS = [
    ("Could not read from TensorArray index 0", lambda: tf.TensorArray(tf.float32, 3).read(0)),
    (
        "Tried to read from index 5 but array size is: 3",
        lambda: tf.TensorArray(tf.float32, 3).write(0, 1.0).read(5),
    ),
    (
        "array is not resizeable and size is: 3",
        lambda: tf.TensorArray(tf.float32, 3).write(5, 1.0).stack(),
    ),
    (
        "already been written to",
        lambda: tf.TensorArray(tf.float32, 3).write(0, 1.0).write(0, 2.0).read(0),
    ),
    (
        "inconsistent shapes",
        lambda: (
            tf.TensorArray(tf.float32, 2, infer_shape=False)
            .write(0, [1.0])
            .write(1, [1.0, 2.0])
            .stack()
        ),
    ),
    (
        "Expected sum of lengths",
        lambda: (
            tf.TensorArray(tf.float32, 2, infer_shape=False).split([1.0, 2.0, 3.0], [1, 3]).read(1)
        ),
    ),
    (
        "None of conditions evaluated as True",
        lambda: tf.case([(tf.constant(False), lambda: tf.constant(1))]),
    ),
    (
        "more than 1 conditions",
        lambda: tf.case(
            [
                (tf.constant(True), lambda: tf.constant(1)),
                (tf.constant(True), lambda: tf.constant(2)),
            ],
            exclusive=True,
        ),
    ),
]


@pytest.mark.parametrize("says, build", RUN_ERRORS, ids=[e[0] for e in RUN_ERRORS])
def test_errors_while_running(says, build, tier):
    fetch = build()
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match=says):
        sess.run(fetch)


def test_a_tensor_of_a_body_cannot_be_used_outside():
    inside = []
    tf.while_loop(lambda i: i < 3, lambda i: inside.append(i * 2) or i + 1, [tf.constant(0)])
    with pytest.raises(
        ValueError, match="Cannot use 'while/mul' as input .*because 'while/mul' is in a while loop"
    ):
        tf.add(inside[0], 1)


def test_variables_made_in_a_branch_are_the_graph_s():
    tf.cond(tf.constant(True), lambda: tf.Variable(1.0, name="w") + 0.0, lambda: tf.constant(2.0))
    assert [v.name for v in tf.global_variables()] == ["cond/w:0"]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        assert sess.run(tf.global_variables()) == [1.0]
