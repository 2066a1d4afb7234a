"""Runs the tables of `tests/cases`: both tiers, shapes, types, gradients, GraphDefs, TensorFlow."""

import functools
import importlib
import importlib.util
import pkgutil

import numpy as np
import pytest

import headwater as hw
from tests import cases
from tests.cases.case import A, Case


def _tables() -> list:
    found = []
    for info in pkgutil.iter_modules(cases.__path__):
        module = importlib.import_module(f"{cases.__name__}.{info.name}")
        found += [
            pytest.param(c, id=f"{info.name}-{i}-{c}")
            for i, c in enumerate(getattr(module, "CASES", []))
        ]
    return found


ALL = _tables()
GOOD = [p for p in ALL if not p.values[0].error]
BAD = [p for p in ALL if p.values[0].error]
DYNAMIC = (  # the shape depends on data
    "where",
    "boolean_mask",
    "repeat",
    "segment_sum",
    "segment_mean",
    "segment_prod",
    "segment_max",
    "segment_min",
)
WITH_GRADIENT = [p for p in GOOD if p.values[0].gradient]


class Built:
    """A case's graph: what was fed and what came out."""

    def __init__(self, tf, case: Case, known: bool = True, dtype: str | None = None):
        self.tf, self.graph, self.feeds = tf, tf.Graph(), {}
        with self.graph.as_default():
            args = [
                self._argument(a, f"{case.call}{i}", known, dtype) for i, a in enumerate(case.args)
            ]
            function = functools.reduce(getattr, case.call.split("."), tf)
            self.output = function(*args, **case.kwargs)

    def _argument(self, value, seed: str, known: bool, dtype: str | None):
        if isinstance(value, list) and any(isinstance(v, A) for v in value):
            return [self._argument(v, f"{seed}.{i}", known, dtype) for i, v in enumerate(value)]
        if not isinstance(value, A):
            return value
        array = value.array(seed, dtype)
        shape = array.shape if known else [None] * array.ndim
        placeholder = self.tf.placeholder(array.dtype.name, shape)
        self.feeds[placeholder] = array
        return placeholder

    def run(self, fetch=None, feeds=None):
        """The value of `fetch` (default: the output)."""
        with self.tf.Session(graph=self.graph) as sess:
            return sess.run(self.output if fetch is None else fetch, feeds or self.feeds)


@pytest.fixture(params=["interpret", "compile"])
def tier(request, monkeypatch) -> str:
    """Each tier in turn."""
    monkeypatch.setenv("HEADWATER_TIER", request.param)
    return request.param


def _close(got, wanted, tolerance: float):
    got, wanted = np.asarray(got), np.asarray(wanted)
    assert got.dtype == wanted.dtype
    assert got.shape == wanted.shape
    if got.dtype.kind in "fcV":
        np.testing.assert_allclose(got, wanted, rtol=tolerance, atol=tolerance)
    else:
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("case", GOOD)
def test_static_shape_and_type(case, known, monkeypatch):
    """The result has the type and shape that the graph promised."""
    monkeypatch.setenv("HEADWATER_TIER", "interpret")
    built = Built(hw, case, known)
    value = np.asarray(built.run())
    assert value.dtype == built.output.dtype.as_numpy_dtype
    assert built.output.shape.is_compatible_with(value.shape)
    if known and case.call not in DYNAMIC and built.output.shape.rank is not None:
        assert built.output.shape.is_fully_defined()


@pytest.mark.parametrize("case", GOOD)
def test_compiled_equals_interpreted(case, monkeypatch):
    """XLA and NumPy agree."""
    built = Built(hw, case)
    monkeypatch.setenv("HEADWATER_TIER", "interpret")
    interpreted = built.run()
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    _close(built.run(), interpreted, case.tolerance)


@pytest.mark.parametrize("case", BAD)
def test_error(case, tier):
    """Bad data is reported in TensorFlow's words, by both tiers."""
    with pytest.raises(hw.errors.InvalidArgumentError, match=case.error):
        Built(hw, case).run()


@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
@pytest.mark.parametrize("case", WITH_GRADIENT)
def test_gradient(case, known, monkeypatch):
    """Gradients equal central differences, in double precision."""
    monkeypatch.setenv("HEADWATER_TIER", "interpret")
    built = Built(hw, case, known, "float64")
    shape = np.shape(built.run())
    weights = np.random.RandomState(7).uniform(0.5, 1.5, shape)
    with built.graph.as_default():
        weighted = hw.reduce_sum(built.output * weights)
        inputs = list(built.feeds)
        gradients = _dense(hw, hw.gradients(weighted, inputs))
    with hw.Session(graph=built.graph) as sess:
        for x, dx in zip(inputs, gradients, strict=True):
            got = np.zeros(built.feeds[x].shape) if dx is None else sess.run(dx, built.feeds)
            assert got.shape == built.feeds[x].shape
            np.testing.assert_allclose(
                got, _differences(sess, weighted, built.feeds, x), rtol=1e-5, atol=1e-6
            )


def _dense(tf, gradients: list) -> list:
    return [None if g is None else tf.convert_to_tensor(g) for g in gradients]


def _differences(sess, y, feeds: dict, x, step: float = 1e-6) -> np.ndarray:
    base = feeds[x]
    result = np.zeros(base.shape)
    for index in np.ndindex(*base.shape):
        ends = []
        for sign in (1, -1):
            moved = base.copy()
            moved[index] += sign * step
            ends.append(sess.run(y, {**feeds, x: moved}))
        result[index] = (ends[0] - ends[1]) / (2 * step)
    return result


@pytest.mark.parametrize("case", GOOD)
def test_graphdef_round_trip(case):
    """An exported graph imports to an equal one."""
    built = Built(hw, case)
    exported = built.graph.as_graph_def()
    again = hw.Graph()
    with again.as_default():
        hw.import_graph_def(exported, name="")
    assert again.as_graph_def() == exported


@pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason="TensorFlow is not installed"
)
@pytest.mark.parametrize("case", GOOD)
def test_against_tensorflow(case, monkeypatch):
    """TensorFlow builds the same nodes and gets the same numbers."""
    from tests.parity import harness

    monkeypatch.setenv("HEADWATER_TIER", "interpret")
    ours, theirs = Built(hw, case), Built(harness.oracle(), case)
    if case.gradient:
        for built in (ours, theirs):
            with built.graph.as_default():
                found = built.tf.gradients(built.output, list(built.feeds))
                built.gradients = _dense(built.tf, found)
    nodes = [
        [(n.name, n.op, list(n.input)) for n in b.graph.as_graph_def().node] for b in (ours, theirs)
    ]
    assert nodes[0] == nodes[1]
    _close(ours.run(), theirs.run(), max(case.tolerance, 2e-5))
    if case.gradient:
        for mine, reference in zip(ours.gradients, theirs.gradients, strict=True):
            assert (mine is None) == (reference is None)
            if mine is not None:
                _close(ours.run(mine), theirs.run(reference), max(case.tolerance, 1e-4))
