"""Runs the grids of `tests/grids`: tiers, types, shapes, derivatives, refusals, TensorFlow.

The rows of an op share a graph and a run, since there are thousands; a failure names its rows.
"""

import importlib
import pkgutil
from collections import defaultdict

import numpy as np
import pytest

import headwater as hw
from tests import grids
from tests.parity import harness

from .grid_graph import HAS_TENSORFLOW, GridGraph, unlike, vaguer

ROWS = [
    row
    for info in pkgutil.iter_modules(grids.__path__)
    for row in getattr(importlib.import_module(f"{grids.__name__}.{info.name}"), "ROWS", [])
]
GOOD, BAD = defaultdict(list), defaultdict(list)
for _row in ROWS:
    (BAD if _row.fails else GOOD)[_row.op].append(_row)
ops = pytest.mark.parametrize("op", list(GOOD))
with_tensorflow = pytest.mark.skipif(not HAS_TENSORFLOW, reason="TensorFlow is not installed")


@pytest.fixture(autouse=True)
def interpreted(monkeypatch):
    """Tests that do not say otherwise run in NumPy."""
    monkeypatch.setenv("HEADWATER_TIER", "interpret")


def _report(found: list) -> None:
    assert not found, "\n" + "\n".join(str(f) for f in found)


def test_there_are_three_thousand():
    assert len(ROWS) >= 3000


@ops
@pytest.mark.parametrize("known", ["sizes", "rank", "nothing"])
def test_static_shape_and_type(op, known):
    """Results have the types and shapes that the graph promised, whatever it knew."""
    built = GridGraph(hw, GOOD[op], known)
    found = []
    for part, values in zip(built.parts, built.run(), strict=True):
        if part.error is not None and known != "sizes":
            continue  # an op that asks for static shapes
        for tensor, value in zip(part.outputs, values, strict=False):
            value = np.asarray(value, object if isinstance(value, bytes) else None)
            if value.dtype != tensor.dtype.as_numpy_dtype:
                found.append(f"{part.row}: {value.dtype} instead of {tensor.dtype}")
            if not tensor.shape.is_compatible_with(value.shape):
                found.append(f"{part.row}: {value.shape} instead of {tensor.shape}")
    _report(found)


@ops
def test_compiled_equals_interpreted(op, monkeypatch):
    """XLA and NumPy agree, also about derivatives."""
    built = GridGraph(hw, GOOD[op], derivatives=True)
    slow = built.run()
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    _report(unlike(built.rows, built.run(), slow))


@pytest.mark.parametrize("op", [op for op in GOOD if max(len(r.inputs) for r in GOOD[op]) > 1])
@pytest.mark.parametrize("constants", [0, 1])
def test_compiled_with_constants(op, constants, monkeypatch):
    """Inputs that the compiler knows and inputs that it does not know may be mixed."""
    slow = GridGraph(hw, GOOD[op], constants=constants).run()
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    _report(unlike(GOOD[op], GridGraph(hw, GOOD[op], constants=constants).run(), slow))


@ops
def test_round_trip(op):
    """The exported graph imports to an equal one."""
    exported = GridGraph(hw, GOOD[op]).graph.as_graph_def()
    with hw.Graph().as_default() as again:
        hw.import_graph_def(exported, name="")
    assert again.as_graph_def() == exported


@pytest.mark.parametrize("op", [op for op in GOOD if any(r.gradient for r in GOOD[op])])
@pytest.mark.parametrize("order", [1, 2])
def test_derivatives(op, order):
    """Derivatives in a random direction equal central differences, in double precision."""
    rows = [
        r
        for r in GOOD[op]
        if r.dtype in ("float64", "complex128") and (r.second if order == 2 else r.gradient)
    ]
    if not rows:
        pytest.skip("no row asks for second derivatives")
    built = GridGraph(hw, rows, derivatives=True)
    _report(built.wrong_derivatives(order))


@ops
def test_types_outside_the_signature(op):
    """A type that the signature does not list is a TypeError."""
    for row in GOOD[op][:1]:
        for kind in ("float32", "int32", "bool", "string", "complex64"):
            if not GridGraph.takes(hw, row, kind):
                part = GridGraph(hw, [row], replace_type=kind).parts[0]
                assert isinstance(part.error, TypeError), f"{row} took {kind}: {part.error}"


@with_tensorflow
@ops
def test_against_tensorflow(op):
    """TensorFlow's values, static shapes and derivatives."""
    rows = [r for r in GOOD[op] if not r.alone]
    ours, theirs = (GridGraph(tf, rows, derivatives=True) for tf in (hw, harness.oracle()))
    _report(unlike(ours.rows, ours.run(), theirs.run()))


@with_tensorflow
@ops
@pytest.mark.parametrize("known", ["sizes", "rank", "nothing"])
def test_static_shapes_are_tensorflows(op, known):
    """The graph promises what TensorFlow's promises, or more."""
    rows = [r for r in GOOD[op] if not r.alone]
    ours, theirs = (GridGraph(tf, rows, known) for tf in (hw, harness.oracle()))
    _report(vaguer(ours.parts, theirs.parts))


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize("known", ["sizes", "nothing"])
@pytest.mark.parametrize("op", list(BAD))
def test_refused(op, known, tier, monkeypatch):
    """What TensorFlow refuses is refused with an error of its class."""
    monkeypatch.setenv("HEADWATER_TIER", tier)
    found = []
    for row in BAD[op]:
        mine = GridGraph(hw, [row], known).refusal()
        if not isinstance(mine, (ValueError, TypeError, hw.errors.OpError)):
            found.append(f"{row}: {mine!r}")
        elif HAS_TENSORFLOW:
            other = GridGraph(harness.oracle(), [row], known).refusal()
            if type(mine).__name__ != type(other).__name__:
                found.append(f"{row}: {mine!r}, TensorFlow {other!r}")
    _report(found)
