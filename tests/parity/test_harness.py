"""The comparison itself: it must see what differs, and only that."""

from __future__ import annotations

import numpy as np
import pytest

from .harness import Case, Program, assert_same_nodes, build, difference, oracle, ulps
from .protos import node_record, tensor_value, without_defaults

ONE = np.float32(1.0)
NEXT = np.nextafter(ONE, np.float32(2.0))


@pytest.mark.parametrize(
    "got, want, close",
    [
        (np.float32(1.00001), ONE, "close"),
        (np.float64(1.0), ONE, "close"),
        (np.ones(2, np.float32), np.ones((1, 2), np.float32), "close"),
        (np.array([np.nan], np.float32), np.array([1.0], np.float32), "close"),
        (NEXT, ONE, "exact"),
        (np.nextafter(np.nextafter(NEXT, np.float32(2)), np.float32(2)), ONE, 2),
        (np.int32(1), np.int32(2), "close"),
        (np.int64(1), np.int32(1), "close"),
        ("s", b"s", "close"),
        (None, ONE, "close"),
        (np.array([b"a"], object), np.array([b"b"], object), "close"),
    ],
)
def test_seen(got, want, close):
    assert difference(got, want, close, None) is not None


@pytest.mark.parametrize(
    "got, want, close",
    [
        (NEXT, ONE, "close"),
        (NEXT, ONE, 1),
        (np.array([np.nan, np.inf], np.float32), np.array([np.nan, np.inf], np.float32), "exact"),
        (np.array([b"a"], object), np.array([b"a"], object), "close"),
        (b"s", b"s", "close"),
        (None, None, "close"),
    ],
)
def test_accepted(got, want, close):
    assert difference(got, want, close, None) is None


def test_ulps_across_zero():
    tiny = np.nextafter(np.float32(0.0), np.float32(1.0))
    assert ulps(np.array([tiny]), np.array([-tiny])) == 2
    assert ulps(np.zeros(3, np.float32), -np.zeros(3, np.float32)) == 0


def of_names(name, device, control):
    def function(tf):
        with (
            tf.device(device),
            tf.control_dependencies([tf.constant(1, name="c")] if control else []),
        ):
            tf.transpose(tf.constant([[1.0]], name="x"), name=name)
        return Case()

    return Program(f"{name}{device}{control}", function, strict=False)


@pytest.mark.parametrize("other", [("u", "", True), ("t", "/cpu:0", True), ("t", "", False)])
def test_graphs_that_differ(other):
    first, second = (build(of_names(*v), "oracle").nodes for v in (("t", "", True), other))
    assert_same_nodes(first, first)
    with pytest.raises(AssertionError):
        assert_same_nodes(first, second)


def test_constants_are_equal_however_they_are_stored():
    tf = oracle()
    stored = tf.make_tensor_proto(np.full((2, 2), 3.0, np.float32))
    splat = type(stored)(dtype=1, float_val=[3.0])
    splat.tensor_shape.CopyFrom(stored.tensor_shape)
    assert tensor_value(stored) == tensor_value(splat)
    assert tensor_value(stored) != tensor_value(tf.make_tensor_proto(np.full((2, 2), 4.0)))


def test_only_defaults_are_dropped():
    node = oracle().NodeDef(name="m", op="MatMul")
    node.attr["transpose_a"].b = True
    node.attr["transpose_b"].b = False
    defaults = {"transpose_a": ("b", False), "transpose_b": ("b", False)}
    assert without_defaults(node_record(node), defaults)["attrs"] == {"transpose_a": ("b", True)}
