"""A graph of the rows of a grid, in headwater or in TensorFlow, and what it computes."""

import importlib.util
import inspect
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import headwater as hw
from tests.cases.case import A
from tests.grids.grid import Row, V
from tests.parity import harness

HAS_TENSORFLOW = importlib.util.find_spec("tensorflow") is not None
STEP = 1e-6  # of central differences
FLOATING = {"float16", "bfloat16", "float32", "float64", "complex64", "complex128"}


@dataclass
class Part:
    """A row's nodes: its outputs, derivatives of first and second order, or why it has none."""

    row: Row
    fed: list = field(default_factory=list)
    variables: list = field(default_factory=list)
    outputs: list = field(default_factory=list)
    operations: list = field(default_factory=list)
    weighted: Any = None
    gradients: list = field(default_factory=list)
    along: Any = None
    second: list = field(default_factory=list)
    error: Exception | None = None

    @property
    def fetches(self) -> list:
        found = (*self.outputs, *self.gradients, *self.second, *self.operations)
        return [t for t in found if t is not None]


class GridGraph:
    """The rows' calls as a graph of library `tf`.

    Args:
      tf: the library.
      rows: what is called.
      known: what placeholders know of their shapes: "sizes", "rank" or "nothing".
      derivatives: whether derivatives are built, of the rows that ask for them.
      constants: 0 or 1, to make every other input a constant instead of a placeholder.
      replace_type: the type of inputs of type "T", instead of the row's.
    """

    def __init__(
        self, tf, rows, known="sizes", *, derivatives=False, constants=None, replace_type=None
    ):
        self.tf, self.rows, self.known, self.feeds = tf, rows, known, {}
        self.replaced, self.constants, self.graph = replace_type, constants, tf.Graph()
        self.parts = [Part(row) for row in rows]
        with self.graph.as_default():
            for i, part in enumerate(self.parts):
                with tf.name_scope(f"row{i}"):
                    try:
                        self._build(part, derivatives)
                    except Exception as error:  # compared with the other library's
                        part.error = error

    def _build(self, part: Part, derivatives: bool):
        row = part.row
        names = _op(row).input_names
        given = [self._argument(part, v, n, n) for n, v in zip(names, row.inputs, strict=True)]
        call = getattr(self.tf.raw_ops, row.op)
        theirs = list(inspect.signature(call).parameters)  # a few inputs have names of their own
        names = names if set(names) <= set(theirs) else theirs[: len(names)]
        result = call(**dict(zip(names, given, strict=True)), **row.attrs)
        part.outputs = _tensors(result)
        part.operations = [] if part.outputs else [result]
        if derivatives and row.gradient:
            self._differentiate(part)

    def _argument(self, part: Part, value: Any, name: str, seed: str):
        if isinstance(value, list) and any(isinstance(v, A) for v in value):
            return [self._argument(part, v, name, f"{seed}{i}") for i, v in enumerate(value)]
        if not isinstance(value, A):
            return value
        kind = (self.replaced or part.row.dtype) if value.dtype == "T" else value.dtype
        array = _numbers(value, f"{part.row.op}.{seed}", kind)
        if isinstance(value, V):
            op = _op(part.row)
            resource = op.opdef.inputs[_position(part.row, name)].type is hw.resource
            variable = self.tf.Variable(
                self.tf.constant(array, kind), use_resource=resource, dtype=kind
            )
            part.variables.append(variable)
            return variable.handle if resource else variable._ref()
        if self.constants is not None and self.constants == _position(part.row, name) % 2:
            return self.tf.constant(array, kind)
        shape = {"sizes": array.shape, "rank": [None] * array.ndim, "nothing": None}[self.known]
        placeholder = self.tf.placeholder(self.tf.as_dtype(kind), shape)
        self.feeds[placeholder] = array
        part.fed.append(placeholder)
        return placeholder

    def _differentiate(self, part: Part):
        """First derivatives of the weighted outputs; second ones of those along a direction."""
        tf = self.tf
        inputs = _floating(part.fed)
        part.weighted = self._weighted(part.outputs, 7)
        found = tf.gradients(part.weighted, inputs)
        part.gradients = [None if g is None else tf.convert_to_tensor(g) for g in found]
        if part.row.second:
            part.along = self._weighted([g for g in part.gradients if g is not None], 8)
            found = tf.gradients(part.along, inputs)
            part.second = [None if g is None else tf.convert_to_tensor(g) for g in found]

    def _weighted(self, tensors: list, seed: int):
        tf, random = self.tf, np.random.RandomState(seed)
        terms = []
        parts = [
            p for t in tensors for p in ([tf.real(t), tf.imag(t)] if t.dtype.is_complex else [t])
        ]
        for t in parts:
            if t.dtype.name in FLOATING:
                weights = random.uniform(0.5, 1.5, 997)
                flat = tf.cast(tf.reshape(t, [-1]), tf.float64)
                index = tf.range(tf.size(flat)) % 997
                terms.append(tf.reduce_sum(flat * tf.gather(weights, index)))
        return tf.add_n(terms)

    def run(self) -> list:
        """What every part's fetches give; an error instead where a part fails."""
        with self.graph.as_default(), self._session() as sess:
            sess.run(self.tf.global_variables_initializer())
            fetches = [p.fetches for p in self.parts]
            try:
                values = sess.run(fetches, self.feeds)
            except Exception:
                values = [self._alone(sess, p) for p in self.parts]
            held = sess.run([p.variables for p in self.parts])
        return [
            p.error or (v if isinstance(v, Exception) else [*v, *h])
            for p, v, h in zip(self.parts, values, held, strict=True)
        ]

    def _session(self):
        # Else a node without a kernel would keep TensorFlow from running any.
        options = self.tf.GraphOptions(place_pruned_graph=True)
        config = self.tf.ConfigProto(graph_options=options)
        return self.tf.Session(graph=self.graph, config=config)

    def _alone(self, sess, part: Part):
        try:
            return sess.run(part.fetches, {x: self.feeds[x] for x in part.fed})
        except Exception as error:
            return error

    def refusal(self):
        """The error of building or running the only row; None when there is none."""
        part, (result,) = self.parts[0], self.run()
        return part.error or (result if isinstance(result, Exception) else None)

    def wrong_derivatives(self, order: int) -> list:
        """Rows whose derivatives are not what moving the inputs shows."""
        random, found = np.random.RandomState(3), []
        moves = {
            x: _move(random, self.feeds[x].shape, part.row.symmetric)
            for part in self.parts
            for x in _floating(part.fed)
        }
        wanted = [p.weighted if order == 1 else p.along for p in self.parts]
        errors = [f"{p.row}: {p.error!r}" for p in self.parts if p.error]
        if errors:
            return errors
        with self.tf.Session(graph=self.graph) as sess:
            ends = [
                sess.run(
                    wanted,
                    {
                        x: v + s * STEP * moves[x] if x in moves else v
                        for x, v in self.feeds.items()
                    },
                )
                for s in (1, -1)
            ]
            slopes = sess.run(self._slopes(order), self.feeds)
        for part, up, down, gradients in zip(self.parts, *ends, slopes, strict=True):
            xs = _floating(part.fed)
            got = sum(
                float(np.real(np.sum(g * moves[x]))) for x, g in zip(xs, gradients, strict=True)
            )
            want = (up - down) / (2 * STEP)
            scale = 1 + abs(up) + abs(want)
            if not abs(got - want) <= 1e-5 * scale:
                found.append(f"{part.row}: slope {got}, by differences {want}")
        return found

    def _slopes(self, order: int) -> list:
        """The derivatives of `order`, zeros in the place of None."""
        with self.graph.as_default():
            return [
                [
                    self.tf.zeros_like(x) if g is None else g
                    for x, g in zip(_floating(p.fed), p.gradients if order == 1 else p.second)
                ]
                for p in self.parts
            ]

    @staticmethod
    def takes(tf, row: Row, kind: str) -> bool:
        """Whether the op's signature allows `kind` where the row says "T"."""
        opdef = _op(row).opdef
        attrs = {a.name: a.allowed for a in opdef.attrs}
        used = [
            arg.type_attr
            for arg, v in zip(opdef.inputs, row.inputs, strict=True)
            if any(isinstance(a, A) and a.dtype == "T" for a in (v if isinstance(v, list) else [v]))
        ]
        return all(not attrs.get(a) or tf.as_dtype(kind) in attrs[a] for a in used)


def _move(random, shape: tuple, symmetric: bool) -> np.ndarray:
    move = random.uniform(-1, 1, shape)
    return move + np.swapaxes(move, -1, -2) if symmetric else move


def _floating(tensors: list) -> list:
    return [t for t in tensors if t.dtype.name in FLOATING]


def _op(row: Row):
    """What headwater knows of the row's op."""
    return getattr(hw.raw_ops, row.op)


def _position(row: Row, name: str) -> int:
    return _op(row).input_names.index(name)


def _numbers(value: A, seed: str, kind: str) -> np.ndarray:
    if kind == "string" and value.values is None:
        return np.full(value.shape, b"7", object)
    return value.array(seed, kind)


def _tensors(result: Any) -> list:
    if isinstance(result, (list, tuple)):
        return [t for part in result for t in _tensors(part)]
    if hasattr(result, "outputs"):
        return [] if len(result.outputs) == 0 else list(result.outputs)
    return [result]


def vaguer(ours: list, theirs: list) -> list:
    """Says where our static shapes contradict TensorFlow's or say less than they do."""
    found = []
    for part, other in zip(ours, theirs, strict=True):
        for mine, wanted in zip(part.outputs, other.outputs, strict=not other.error):
            if wanted.shape.rank is not None and (
                mine.shape.rank != wanted.shape.rank
                or any(
                    w is not None and m != w
                    for m, w in zip(mine.shape.as_list(), wanted.shape.as_list(), strict=True)
                )
            ):
                found.append(f"{part.row}: {mine.shape}, TensorFlow {wanted.shape}")
    return found


def unlike(rows: list, ours: list, theirs: list) -> list:
    """Says where two libraries or tiers differ; an error must meet an error of its class."""
    found = []
    for row, mine, other in zip(rows, ours, theirs, strict=True):
        if isinstance(mine, Exception) or isinstance(other, Exception):
            if type(mine).__name__ != type(other).__name__ and not _no_kernel(other):
                found.append(f"{row}: {mine!r}\n   the other: {other!r}"[:700])
            continue
        if len(mine) != len(other):
            found.append(f"{row}: {len(mine)} results instead of {len(other)}")
            continue
        for i, (a, b) in enumerate(zip(mine, other, strict=True)):
            said = differs(a, b, row.tolerance)
            if said:
                found.append(f"{row}, result {i}: {said}"[:700])
    return found


def _no_kernel(error) -> bool:
    """TensorFlow has types in signatures for which there is no kernel on a CPU."""
    return "No OpKernel was registered" in str(error) or "Could not find device" in str(error)


TOLERANCES = {"float16": 4e-3, "bfloat16": 3e-2, "float32": 2e-5, "complex64": 2e-5}


def differs(got: Any, want: Any, tolerance: float | None) -> str | None:
    """How a value differs from another, or None."""
    kind = np.asarray(want).dtype.name
    return harness.difference(got, want, "close", tolerance or TOLERANCES.get(kind, 1e-9))
