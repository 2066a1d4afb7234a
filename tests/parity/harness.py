"""Builds one program in two libraries and says what differs.

A *program* is a function of the library module (`headwater` or `tensorflow.compat.v1`).  It builds
nodes in the current default graph and returns a `Case`: what to fetch, what to feed, what to
differentiate.  `build` runs the program and records the graph as plain Python values, `run` runs
it in a session, and the test modules compare the two records.

Set `HEADWATER_PARITY_SELF=1` to put TensorFlow on both sides: the programs themselves are then
checked (they build, run and are deterministic) without headwater.
"""

from __future__ import annotations

import functools
import importlib
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .protos import attr_value, node_record

GRADIENT_SCOPE = re.compile(r"(^|/)gradients(_\d+)?/")
DEFAULT_RTOL = {
    "float16": 2e-3,
    "float32": 1e-6,
    "float64": 1e-12,
    "complex64": 1e-6,
    "complex128": 1e-12,
    "bfloat16": 2e-2,
}


@dataclass
class Case:
    """What is to be compared once a program has built its graph.

    Args:
      fetches: a tensor, an operation, or a list or dict of them; run `steps` times.
      feeds: tensor -> value, or a list with one such dict for every step.
      init: operations run once before the first step (`True`: the variables' initializer).
      train: an operation that is run after the fetches of every step.
      ys, xs: differentiate `ys` with respect to `xs` and compare the values of the gradients.
      grad: keyword arguments for `tf.gradients`.
      facts: plain Python values (names, strings, numbers) which must be equal.
      close: "close" (relative to the largest element), "exact", or a number of ulps.
      rtol: replaces the relative tolerance of the dtype.
      steps: how often the fetches are run.
      functional: the program has branches or loops, which TensorFlow 1.x writes as `Switch` and
        `Merge` nodes and headwater as nodes with bodies: nodes and their shapes are not compared.
    """

    fetches: Any = None
    feeds: Any = field(default_factory=dict)
    init: Any = None
    train: Any = None
    ys: Any = None
    xs: Any = None
    grad: dict[str, Any] = field(default_factory=dict)
    facts: Any = None
    close: str | int = "close"
    rtol: float | None = None
    steps: int = 1
    functional: bool = False


@dataclass(frozen=True)
class Program:
    """A named program; `strict` also compares every node under `gradients/`."""

    name: str
    function: Callable[[Any], Case]
    strict: bool


@dataclass(frozen=True)
class Failing:
    """A program that must fail: its class, and a sentence that both messages must contain."""

    name: str
    function: Callable[[Any], Case | None]
    error: str
    says: str


@dataclass
class Built:
    """A program's graph in one library, as plain values, with what is needed to run it."""

    graph: Any
    case: Case
    nodes: list[dict[str, Any]]
    shapes: dict[str, tuple[str, Any]]
    gradients: list[Any]
    facts: Any


class Collection(list):
    """The programs of one module; `@programs` or `@programs.strict` adds one."""

    def __init__(self, theme: str) -> None:
        super().__init__()
        self.theme = theme

    def _add(self, function: Callable[[Any], Case], strict: bool) -> Callable[[Any], Case]:
        self.append(Program(f"{self.theme}:{function.__name__}", function, strict))
        return function

    def __call__(self, function: Callable[[Any], Case]) -> Callable[[Any], Case]:
        return self._add(function, strict=False)

    def strict(self, function: Callable[[Any], Case]) -> Callable[[Any], Case]:
        return self._add(function, strict=True)

    def each(self, rows: Mapping[str, Callable[[Any], Case]]) -> None:
        """Adds a table of programs, one per row."""
        for name, function in rows.items():
            self.append(Program(f"{self.theme}:{name}", function, strict=False))


@functools.cache
def oracle() -> Any:
    """TensorFlow's 1.x interface, imported once and quietly."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("TF_USE_LEGACY_KERAS", "1")
    tf = importlib.import_module("tensorflow.compat.v1")
    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.ERROR)
    return tf


@functools.cache
def ours() -> Any:
    """headwater; TensorFlow where `HEADWATER_PARITY_SELF` is set."""
    if os.environ.get("HEADWATER_PARITY_SELF"):
        return oracle()
    return importlib.import_module("headwater")


def _flat(structure: Any) -> list[Any]:
    if structure is None:
        return []
    if isinstance(structure, dict):
        return [leaf for key in sorted(structure) for leaf in _flat(structure[key])]
    if isinstance(structure, (list, tuple)):
        return [leaf for part in structure for leaf in _flat(part)]
    return [structure]


def _shape(tensor: Any) -> Any:
    shape = tensor.shape
    return None if shape.ndims is None else tuple(shape.as_list())


@functools.cache
def build(program: Program, side: str) -> Built:
    """Builds `program` with `side` ("ours" or "oracle") in a new graph and records the graph."""
    tf = ours() if side == "ours" else oracle()
    graph = tf.Graph()
    with graph.as_default():
        case = program.function(tf)
        gradients = []
        if case.ys is not None:
            gradients = tf.gradients(case.ys, case.xs, **case.grad)
        if case.init is True:
            case.init = tf.global_variables_initializer()
    definition = graph.as_graph_def()
    return Built(
        graph=graph,
        case=case,
        nodes=[node_record(node) for node in definition.node],
        shapes={
            t.name: (t.dtype.name, _shape(t)) for op in graph.get_operations() for t in op.outputs
        },
        gradients=gradients,
        facts=case.facts,
    )


@functools.cache
def run(program: Program, side: str) -> tuple[list[Any], list[Any]]:
    """The values of the fetches of every step, and of the gradients in the first step."""
    tf = ours() if side == "ours" else oracle()
    built = build(program, side)
    case = built.case
    values, gradients = [], []
    if case.fetches is None and case.ys is None:
        return values, gradients
    with tf.Session(graph=built.graph) as sess:
        if case.init is not None:
            sess.run(case.init)
        for step in range(case.steps):
            feeds = case.feeds[step] if isinstance(case.feeds, list) else case.feeds
            if step == 0:
                known = [g for g in built.gradients if g is not None]
                gradients = [part for value in sess.run(known, feeds) for part in _parts(value)]
            if case.fetches is not None:
                values.extend(_flat(sess.run(case.fetches, feeds)))
            if case.train is not None:
                sess.run(case.train, feeds)
    return values, gradients


def _parts(value: Any) -> Sequence[Any]:
    """The arrays of a value; an `IndexedSlices` value has several."""
    if hasattr(value, "indices") and hasattr(value, "values"):
        return [value.values, value.indices]
    return [value]


def attribute_defaults(program: Program) -> dict[str, dict[str, Any]]:
    """op type -> attr -> default, as TensorFlow's own op definitions say."""
    defaults: dict[str, dict[str, Any]] = {}
    for op in build(program, "oracle").graph.get_operations():
        if op.type not in defaults:
            defaults[op.type] = default_values(op.op_def)
    return defaults


def default_values(op_def: Any) -> dict[str, Any]:
    """attr -> default of one OpDef, as plain values."""
    return {a.name: attr_value(a.default_value) for a in op_def.attr if a.HasField("default_value")}


def assert_same_nodes(got: list[dict[str, Any]], want: list[dict[str, Any]]) -> None:
    """Fails with every part of every node that is not TensorFlow's."""
    names, expected = [(n["name"], n["op"]) for n in got], [(n["name"], n["op"]) for n in want]
    assert names == expected
    differences = [
        f"{mine['name']}.{part}: {mine[part]!r}, TensorFlow has {theirs[part]!r}"
        for mine, theirs in zip(got, want)
        for part in theirs
        if mine[part] != theirs[part]
    ]
    assert not differences, "\n".join(differences)


def difference(got: Any, want: Any, close: str | int, rtol: float | None) -> str | None:
    """Says how a fetched value differs from TensorFlow's, or returns None."""
    if isinstance(want, (bytes, str)) or want is None:
        return None if got == want and type(got) is type(want) else f"{got!r} is not {want!r}"
    got, want = np.asarray(got), np.asarray(want)
    if got.dtype != want.dtype:
        return f"dtype {got.dtype} is not {want.dtype}"
    if got.shape != want.shape:
        return f"shape {got.shape} is not {want.shape}"
    if want.dtype.kind in "OSUbiu" or close == "exact":
        same = np.array_equal(got, want) or _same_bits(got, want)
        return None if same else f"{got!r} is not exactly {want!r}"
    if isinstance(close, int):
        worst = ulps(got, want)
        return None if worst <= close else f"{worst} ulps apart: {got!r} and {want!r}"
    tolerance = rtol if rtol is not None else DEFAULT_RTOL[want.dtype.name]
    wide = np.complex128 if want.dtype.kind == "c" else np.float64
    got, want = got.astype(wide), want.astype(wide)
    finite = want[np.isfinite(want)]
    scale = float(np.max(np.abs(finite))) if finite.size else 0.0
    if np.allclose(got, want, rtol=tolerance, atol=tolerance * scale, equal_nan=True):
        return None
    return f"differs by more than {tolerance}: {got!r} and {want!r}"


def _same_bits(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal including NaNs."""
    return a.dtype != object and a.tobytes() == b.tobytes()


def ulps(a: np.ndarray, b: np.ndarray) -> int:
    """The largest distance between two float arrays in units of the last place."""
    kind = {2: np.int16, 4: np.int32, 8: np.int64}[a.dtype.itemsize]

    def ordered(x: np.ndarray) -> np.ndarray:
        bits = x.reshape(-1).view(kind).astype(object)
        lowest = -(2 ** (8 * a.dtype.itemsize - 1))
        return np.array([lowest - int(v) if v < 0 else int(v) for v in bits], dtype=object)

    gap = np.abs(ordered(np.ascontiguousarray(a)) - ordered(np.ascontiguousarray(b)))
    return int(gap.max()) if gap.size else 0
