"""Feeds of every kind."""

from __future__ import annotations

import numpy as np
import pytest

VALUES = {
    "python float": (1.5, "float32", 1.5),
    "python int": (2, "float32", 2.0),
    "python bool": (True, "bool", True),
    "int as bool": (1, "bool", True),
    "list": ([1, 2], "float32", [1.0, 2.0]),
    "tuple": ((1, 2), "int64", [1, 2]),
    "nested list": ([[1], [2]], "float64", [[1.0], [2.0]]),
    "numpy scalar": (np.float64(0.5), "float32", 0.5),
    "float64 array": (np.array([0.25, 0.5]), "float32", [0.25, 0.5]),
    "int array": (np.array([1, 2]), "float32", [1.0, 2.0]),
    "whole float as int": (3.0, "int32", 3),
    "not contiguous": (np.arange(6).reshape(2, 3).T, "int32", [[0, 3], [1, 4], [2, 5]]),
    "reversed": (np.arange(3)[::-1], "float32", [2.0, 1.0, 0.0]),
    "big endian": (np.array([1.0, 2.0], ">f4"), "float32", [1.0, 2.0]),
    "empty": (np.zeros((0, 3)), "float32", np.zeros((0, 3)).tolist()),
    "complex": ([1 + 2j], "complex64", [1 + 2j]),
    "half": (0.5, "float16", 0.5),
    "list of arrays": ([np.ones(2), np.zeros(2)], "float32", [[1.0, 1.0], [0.0, 0.0]]),
    "bytes": (b"x", "string", b"x"),
    "text": ("é", "string", "é".encode()),
    "list of text": (["a", b"b"], "string", [b"a", b"b"]),
    "array of text": (np.array(["a", "bc"]), "string", [b"a", b"bc"]),
    "array of objects": (np.array([b"\x00\xff"], object), "string", [b"\x00\xff"]),
    "range": (range(3), "int32", [0, 1, 2]),
}


@pytest.mark.parametrize("value,dtype,expected", VALUES.values(), ids=VALUES)
def test_value(tf, sess, value, dtype, expected):
    x = tf.placeholder(getattr(tf, dtype))
    for _ in range(3):
        got = sess.run(tf.identity(x, name="y"), {x: value})
        assert (
            got.tolist() == expected
            if isinstance(got, (np.ndarray, np.generic))
            else (got == expected)
        )
        if dtype != "string":
            assert got.dtype == getattr(tf, dtype).as_numpy_dtype


class Arrayish:
    def __array__(self, dtype=None, copy=None):
        return np.array([1.0, 2.0], dtype)


def test_objects_with_an_array_method(tf, sess):
    x = tf.placeholder(tf.float32, [2])
    assert sess.run(x + 1.0, {x: Arrayish()}).tolist() == [2.0, 3.0]


def test_keys(tf, sess):
    x = tf.placeholder(tf.float32, name="x")
    y = tf.placeholder(tf.float32, name="y")
    z = x - y
    assert sess.run(z, {"x:0": 3.0, y: 1.0}) == 2.0
    assert sess.run(z, {(x, y): (3.0, 1.0)}) == 2.0
    assert sess.run(z, feed_dict={x: 3.0, "y:0": 5.0}) == -2.0


def test_tensors_that_are_no_placeholders(tf, sess):
    a = tf.constant(1.0)
    b = a * 2.0
    c = b + 1.0
    v = tf.Variable(3.0)
    s = tf.constant("s")
    assert sess.run(c, {b: 10.0}) == 11.0
    assert sess.run([b, c], {b: 10.0}) == [10.0, 11.0]
    assert sess.run(v * 2.0, {v: 5.0}) == 10.0  # not even initialized
    assert sess.run(tf.identity(s), {s: "t"}) == b"t"
    assert sess.run(c) == 3.0


def test_sparse_placeholder(tf, sess):
    sp = tf.sparse_placeholder(tf.float32)
    value = tf.SparseTensorValue([[0, 0]], [3.0], [1, 1])
    assert sess.run(sp.values * 2.0, {sp: value}).tolist() == [6.0]
    assert sess.run(sp.values, {sp: ([[0, 0]], [4.0], [1, 1])}).tolist() == [4.0]


def test_placeholder_with_default(tf, sess):
    x = tf.placeholder_with_default([1.0, 2.0], [None])
    assert sess.run(x * 1.0).tolist() == [1.0, 2.0]
    assert sess.run(x * 1.0, {x: [5.0]}).tolist() == [5.0]


def test_changing_shapes_and_dtypes(tf, sess):
    x = tf.placeholder(tf.float32)
    y = tf.reduce_sum(x * 2.0)
    for shape in ([], [1], [5], [2, 3], [5], [], [4, 1, 2]) * 3:
        assert sess.run(y, {x: np.ones(shape)}) == 2.0 * np.prod(shape)


@pytest.mark.parametrize("size", [10, 1000, 1_000_000])
@pytest.mark.parametrize("aligned", [True, False])
def test_a_feed_may_be_changed_right_after_run(tf, sess, size, aligned):
    """An array that the executable aliases must not be read after `run` has returned."""
    store = np.empty(size + 64, np.float32)
    offset = (-store.ctypes.data % 64) // 4 + (0 if aligned else 1)
    feed = store[offset : offset + size]
    x = tf.placeholder(tf.float32, [size])
    v = tf.Variable(tf.zeros([size]))
    keep = tf.assign(v, x)
    y = tf.reduce_sum(tf.tanh(x) * 0.0 + x)
    sess.run(v.initializer)
    for step in range(6):
        feed[:] = step
        total, held = sess.run([y, keep.op, x * 1.0][::2], {x: feed})
        sess.run(keep.op, {x: feed})
        feed[:] = -1000.0
        assert total == step * size
        assert held[0] == held[-1] == step
        np.testing.assert_array_equal(sess.run(v), np.full(size, step, np.float32))


def test_a_feed_is_not_written(tf, sess):
    x = tf.placeholder(tf.float32, [4])
    v = tf.Variable(tf.zeros([4]))
    put = tf.assign(v, x)
    up = tf.assign_add(v, [1.0] * 4)
    feed = np.arange(4, dtype=np.float32)
    feed.flags.writeable = False
    for _ in range(3):
        sess.run(put, {x: feed})
        sess.run(up)
        assert feed.tolist() == [0.0, 1.0, 2.0, 3.0]
        assert sess.run(v).tolist() == [1.0, 2.0, 3.0, 4.0]
