"""Variables of both kinds: the nodes they make, assignments, and errors."""

import numpy as np
import pytest

import headwater as hw
from headwater._src.graph.variable import Variable

KINDS = [False, True]


@pytest.fixture(autouse=True)
def graph():
    with hw.Graph().as_default() as g:
        yield g


def _nodes(graph):
    return [(n.op, n.name, list(n.input)) for n in graph.as_graph_def().node]


def test_nodes_of_a_reference_variable(graph):
    v = hw.Variable(3)
    assert _nodes(graph) == [
        ("Const", "Variable/initial_value", []),
        ("VariableV2", "Variable", []),
        ("Assign", "Variable/Assign", ["Variable", "Variable/initial_value"]),
        ("Identity", "Variable/read", ["Variable"]),
    ]
    assert repr(v) == "<tf.Variable 'Variable:0' shape=() dtype=int32_ref>"


def test_nodes_of_a_resource_variable(graph):
    v = hw.Variable([1.0], use_resource=True, name="w")
    assert _nodes(graph) == [
        ("Const", "w/Initializer/initial_value", []),
        ("VarHandleOp", "w", []),
        ("VarIsInitializedOp", "w/IsInitialized/VarIsInitializedOp", ["w"]),
        ("AssignVariableOp", "w/Assign", ["w", "w/Initializer/initial_value"]),
        ("ReadVariableOp", "w/Read/ReadVariableOp", ["w"]),
    ]
    assert repr(v) == "<tf.Variable 'w:0' shape=(1,) dtype=float32>"


CHANGES = {
    "assign": (lambda v: hw.assign(v, [[5.0, 6.0], [7.0, 8.0]]), [[5, 6], [7, 8]]),
    "add": (lambda v: hw.assign_add(v, [[1.0, 1.0], [2.0, 2.0]]), [[2, 3], [5, 6]]),
    "sub": (lambda v: v.assign_sub([[1.0, 1.0], [2.0, 2.0]]), [[0, 1], [1, 2]]),
    "scatter_update": (lambda v: hw.scatter_update(v, [1], [[9.0, 8.0]]), [[1, 2], [9, 8]]),
    "scatter_add": (
        lambda v: hw.scatter_add(v, [0, 0], [[1.0, 1.0], [2.0, 2.0]]),
        [[4, 5], [3, 4]],
    ),
    "scatter_sub": (lambda v: hw.scatter_sub(v, 1, [1.0, 1.0]), [[1, 2], [2, 3]]),
    "scatter_mul": (
        lambda v: hw.scatter_mul(v, [0, 0], [[2.0, 2.0], [3.0, 3.0]]),
        [[6, 12], [3, 4]],
    ),
    "scatter_div": (lambda v: hw.scatter_div(v, [1], [[2.0, 2.0]]), [[1, 2], [1.5, 2]]),
    "scatter_min": (lambda v: hw.scatter_min(v, [1], [[0.0, 9.0]]), [[1, 2], [0, 4]]),
    "scatter_max": (lambda v: hw.scatter_max(v, [1], [[0.0, 9.0]]), [[1, 2], [3, 9]]),
    "scatter_scalar": (lambda v: hw.scatter_add(v, [0], 10.0), [[11, 12], [3, 4]]),
    "nd_update": (lambda v: hw.scatter_nd_update(v, [[1, 0]], [7.0]), [[1, 2], [7, 4]]),
    "nd_add": (lambda v: hw.scatter_nd_add(v, [[1, 0], [1, 0]], [1.0, 2.0]), [[1, 2], [6, 4]]),
    "nd_sub": (lambda v: hw.scatter_nd_sub(v, [[0]], [[1.0, 2.0]]), [[0, 0], [3, 4]]),
}


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize("resource", KINDS)
@pytest.mark.parametrize("change", CHANGES)
def test_change(change, resource, tier, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", tier)
    v = hw.Variable([[1.0, 2.0], [3.0, 4.0]], use_resource=resource)
    make, expected = CHANGES[change]
    update = make(v)
    with hw.Session() as sess:
        sess.run(hw.global_variables_initializer())
        np.testing.assert_array_equal(sess.run(update), expected)
        np.testing.assert_array_equal(sess.run(v), expected)


@pytest.mark.parametrize("resource", KINDS)
@pytest.mark.parametrize("index", [2, -1])
def test_index_out_of_range_leaves_the_variable_alone(index, resource):
    v = hw.Variable([1.0, 2.0], use_resource=resource)
    at = hw.placeholder("int32", [1])
    update = hw.scatter_add(v, at, [1.0])
    with hw.Session() as sess:
        sess.run(hw.global_variables_initializer())
        with pytest.raises(hw.errors.InvalidArgumentError, match=rf"{index} is not in \[0, 2\)"):
            sess.run(update, {at: [index]})
        np.testing.assert_array_equal(sess.run(v), [1.0, 2.0])


@pytest.mark.parametrize("resource", KINDS)
def test_uninitialized(resource):
    v = hw.Variable(1.0, name="v", use_resource=resource)
    with hw.Session() as sess:
        assert not sess.run(hw.is_variable_initialized(v))
        with pytest.raises(hw.errors.FailedPreconditionError, match="uninitialized"):
            sess.run(v + 1.0)
        sess.run(v.initializer)
        assert sess.run(hw.is_variable_initialized(v))


@pytest.mark.parametrize("resource", KINDS)
def test_count_up_to(resource):
    v = hw.Variable(0, use_resource=resource)
    tick = v.count_up_to(2)
    with hw.Session() as sess:
        sess.run(v.initializer)
        assert [sess.run(tick), sess.run(tick)] == [0, 1]
        with pytest.raises(hw.errors.OutOfRangeError, match="Reached limit of 2"):
            sess.run(tick)
        assert sess.run(v) == 2


@pytest.mark.parametrize("resource", KINDS)
def test_load_and_eval(resource):
    v = hw.Variable([1.0, 2.0], use_resource=resource)
    with hw.Session():
        v.load([3.0, 4.0])
        np.testing.assert_array_equal(v.eval(), [3.0, 4.0])


@pytest.mark.parametrize("resource", KINDS)
def test_proto_round_trip(resource, graph):
    v = hw.Variable([1.0], name="v", trainable=False, use_resource=resource)
    again = Variable.from_proto(v.to_proto())
    assert type(again) is type(v)
    assert (again.name, again.trainable, again.dtype) == (v.name, False, v.dtype)
    assert (again.initializer, again.initial_value) == (v.initializer, v.initial_value)


BAD = {
    "nothing": (lambda: hw.Variable(), ValueError, "initial_value must be specified"),
    "shape": (
        lambda: hw.Variable(hw.placeholder("float32")),
        ValueError,
        "initial_value must have a shape specified",
    ),
    "collections": (
        lambda: hw.Variable(1, collections="x"),
        ValueError,
        "must be a list, tuple, or set",
    ),
    "iteration": (lambda: iter(hw.Variable([1])), TypeError, "not iterable"),
    "assigned shape": (
        lambda: hw.Variable([1.0]).assign([1.0, 2.0]),
        ValueError,
        "Dimension 0 in both shapes must be equal, but are 1 and 2",
    ),
    "resource shape": (
        lambda: hw.Variable([1.0], use_resource=True).assign([1.0, 2.0]),
        ValueError,
        "incompatible",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_error(name):
    make, error, message = BAD[name]
    with pytest.raises(error, match=message):
        make()


def test_collections():
    a = hw.Variable(1.0)
    b = hw.Variable(1.0, trainable=False)
    c = hw.Variable(1.0, trainable=False, collections=[hw.GraphKeys.LOCAL_VARIABLES])
    assert hw.global_variables() == [a, b]
    assert hw.trainable_variables() == [a]
    assert hw.local_variables() == [c]
