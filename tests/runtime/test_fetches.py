"""Fetch structures: every nesting comes back as it was given."""

from __future__ import annotations

import collections

import numpy as np
import pytest

Pair = collections.namedtuple("Pair", "first second")


@pytest.fixture
def nodes(tf):
    a = tf.constant(1.0, name="a")
    b = tf.constant([2, 3], name="b")
    return a, b, tf.no_op(name="n")


STRUCTURES = {
    "tensor": (lambda a, b, n: a, lambda a, b: a),
    "operation": (lambda a, b, n: n, lambda a, b: None),
    "name": (lambda a, b, n: "a:0", lambda a, b: a),
    "operation name": (lambda a, b, n: "n", lambda a, b: None),
    "names in a list": (lambda a, b, n: ["n", "b:0", "a"], lambda a, b: [None, b, None]),
    "empty list": (lambda a, b, n: [], lambda a, b: []),
    "empty tuple": (lambda a, b, n: (), lambda a, b: ()),
    "empty dict": (lambda a, b, n: {}, lambda a, b: {}),
    "list": (lambda a, b, n: [a, n, b], lambda a, b: [a, None, b]),
    "tuple": (lambda a, b, n: (a, (b, [])), lambda a, b: (a, (b, []))),
    "nested": (lambda a, b, n: [a, [b, (a,)], {"k": n}], lambda a, b: [a, [b, (a,)], {"k": None}]),
    "dict": (lambda a, b, n: {"x": a, "y": [b]}, lambda a, b: {"x": a, "y": [b]}),
    "dict of other keys": (lambda a, b, n: {1: a, (2, 3): b}, lambda a, b: {1: a, (2, 3): b}),
    "namedtuple": (lambda a, b, n: Pair(a, [n, b]), lambda a, b: Pair(a, [None, b])),
    "duplicates": (lambda a, b, n: [a, a, "a:0", [a]], lambda a, b: [a, a, a, [a]]),
    "ordered dict": (
        lambda a, b, n: collections.OrderedDict([("z", a), ("y", b)]),
        lambda a, b: collections.OrderedDict([("z", a), ("y", b)]),
    ),
}


def assert_same(got, want):
    assert type(got) is type(want)
    if isinstance(want, dict):
        assert list(got) == list(want)
        for key in want:
            assert_same(got[key], want[key])
    elif isinstance(want, (list, tuple)):
        assert len(got) == len(want)
        for mine, theirs in zip(got, want):
            assert_same(mine, theirs)
    else:
        np.testing.assert_array_equal(got, want)


@pytest.mark.parametrize("given,expected", STRUCTURES.values(), ids=STRUCTURES)
def test_structure(tf, sess, nodes, given, expected):
    got = sess.run(given(*nodes))
    assert_same(got, expected(np.float32(1.0), np.array([2, 3], np.int32)))


def test_attrs_classes(tf, sess, nodes):
    attr = pytest.importorskip("attr", reason="attrs is not installed")
    made = attr.make_class("Made", ["x", "y"])
    got = sess.run(made(nodes[0], [nodes[1]]))
    assert isinstance(got, made)
    assert got.x == 1.0 and got.y[0].tolist() == [2, 3]


def test_scalars_are_numpy_scalars(tf, sess):
    got = sess.run([tf.constant(1.0), tf.constant(2), tf.constant(True), tf.constant("s")])
    assert [type(v) for v in got] == [np.float32, np.int32, np.bool_, bytes]


def test_strings_are_object_arrays(tf, sess):
    got = sess.run(tf.constant(["a", "é"]))
    assert got.dtype == object and got.tolist() == [b"a", "é".encode()]


def test_sparse_tensor(tf, sess):
    got = sess.run(tf.SparseTensor([[0, 1]], [1.5], [2, 2]))
    assert isinstance(got, tf.SparseTensorValue)
    assert got.indices.tolist() == [[0, 1]] and got.indices.dtype == np.int64
    assert got.values.tolist() == [1.5] and got.dense_shape.tolist() == [2, 2]


@pytest.mark.parametrize("dense_shape", [None, [4, 1]])
def test_indexed_slices(tf, sess, dense_shape):
    shape = None if dense_shape is None else tf.constant(dense_shape)
    got = sess.run(tf.IndexedSlices(tf.constant([[1.0]]), tf.constant([3]), shape))
    assert got.values.tolist() == [[1.0]] and got.indices.tolist() == [3]
    assert (got.dense_shape is None) if shape is None else got.dense_shape.tolist() == dense_shape


@pytest.mark.parametrize("resource", [False, True])
def test_variables(tf, sess, resource):
    v = tf.Variable([1.0, 2.0], name="v", use_resource=resource)
    sess.run(v.initializer)
    a, (b, c) = sess.run([v, (v.value(), v.initializer)])
    assert a.tolist() == b.tolist() == [1.0, 2.0] and c is None


def test_fetched_arrays_are_writable_and_independent(tf, sess):
    v = tf.Variable(np.arange(100.0), dtype=tf.float32)
    c = tf.constant(np.ones(100), tf.float32)
    y = v * 2.0
    up = tf.assign_add(v, c)
    sess.run(v.initializer)
    for _ in range(4):  # interpreted at first, compiled later
        before = sess.run([v, c, y, y, tf.identity(v)])
        kept = [array.copy() for array in before]
        sess.run(up)
        for array, copy in zip(before, kept):
            assert array.flags.writeable
            np.testing.assert_array_equal(array, copy)
        for array in before:
            array[:] = -1.0
        assert sess.run(v)[0] == kept[0][0] + 1.0
        assert sess.run(c)[0] == 1.0


def test_two_fetches_of_one_state_do_not_share_memory(tf, sess):
    v = tf.Variable(np.zeros(1000), dtype=tf.float32)
    sess.run(v.initializer)
    for _ in range(3):
        a, b = sess.run([v, v.value()])
        c = sess.run(v)
        a[0] = 5.0
        assert c[0] == 0.0 and sess.run(v)[0] == 0.0
        assert b is a or b[0] in (0.0, 5.0)


def test_make_callable(tf, sess):
    x = tf.placeholder(tf.float32)
    y = x * 2.0
    assert sess.make_callable(y, [x])(3.0) == 6.0
    assert sess.make_callable([y, {"y": y}], feed_list=[x])(3.0) == [6.0, {"y": 6.0}]
    assert sess.make_callable(y.op, [x])(3.0) is None
    assert sess.make_callable(tf.constant(3))() == 3
    named = sess.make_callable("mul:0", ["Placeholder:0"])
    assert [named(i) for i in range(5)] == [0.0, 2.0, 4.0, 6.0, 8.0]
    with pytest.raises(tf.errors.OpError):
        sess.make_callable(y, [])()


def test_make_callable_with_options(tf, sess):
    x = tf.placeholder(tf.float32)
    call = sess.make_callable(x + 1.0, [x], accept_options=True)
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    assert call(1.0, options=options, run_metadata=metadata) == 2.0
    assert any(d.node_stats for d in metadata.step_stats.dev_stats)
