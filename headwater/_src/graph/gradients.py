"""`tf.gradients`: reverse-mode differentiation as a sweep that adds nodes to the graph.

Read `_Sweep` from its top: which operations matter (`_between`), in which order they are visited
(`run`), and what each visit does (`_visit`). Three kinds of nothing are kept apart: an operation
that is not differentiable (its gradient function is None), one whose gradient nobody wrote
(LookupError), and a tensor that the result does not depend on (no entry in `grads`; None for the
caller). Nothing recurses, so depth is no limit.
"""

import contextlib
import enum
from collections import deque

from headwater._src.core import dtypes
from headwater._src.graph.aggregation import AggregationMethod as AggregationMethod, aggregate
from headwater._src.graph.composite import (
    IndexedSlices,
    SparseTensor,
    convert_n_to_tensor_or_indexed_slices,
)
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.gradient_registry import get_gradient_function
from headwater._src.graph.graph import get_graph_from_inputs
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC, raw


class UnconnectedGradients(enum.Enum):
    """What `tf.gradients` gives for a tensor that the result does not depend on: None, or zeros."""

    NONE = "none"
    ZERO = "zero"


def gradients(
    ys,
    xs,
    grad_ys=None,
    name="gradients",
    colocate_gradients_with_ops=False,
    gate_gradients=False,
    aggregation_method=None,
    stop_gradients=None,
    unconnected_gradients=UnconnectedGradients.NONE,
):
    """Adds nodes that compute the derivatives of the sum of `ys` with respect to each of `xs`.

    Args:
      ys: a tensor or list of tensors, of any shapes.
      xs: a tensor or variable, or a list of them.
      grad_ys: for each of `ys` a tensor of its shape that weights its elements, or None for ones.
      name: name scope of the new nodes.
      colocate_gradients_with_ops: whether a gradient's nodes go to the device of the operation it
        is of.
      gate_gradients: whether the gradients of one operation's inputs become available together.
      aggregation_method: how several contributions are added, see `AggregationMethod`.
      stop_gradients: tensors to be taken as constants.
      unconnected_gradients: what to give for one of `xs` that `ys` do not depend on.

    Returns:
      A list with one entry for each of `xs`: a `Tensor` of its shape, an `IndexedSlices` (where
      only some rows can differ from zero), or None.

    Raises:
      LookupError: an operation between `xs` and `ys` has no gradient.
      ValueError: wrong number of `grad_ys`, arguments of different graphs, or a gradient of a
        wrong shape.
      TypeError: a complex `y` without its `grad_y`, or one whose type does not fit.

    >>> x = tf.constant(3.0)
    >>> sess.run(tf.gradients(x * x, x))
    [np.float32(6.0)]
    """
    ys, xs, stop = (
        _as_list(ys),
        _as_list(xs),
        _as_list(() if stop_gradients is None else stop_gradients),
    )
    given = [None] * len(ys) if grad_ys is None else _as_list(grad_ys)
    if len(given) != len(ys):
        raise ValueError(f"Length mismatch. Passed {len(given)} grad_ys for {len(ys)} ys")
    try:
        unconnected = UnconnectedGradients(unconnected_gradients)
    except ValueError:
        raise ValueError(
            f"Unknown value for unconnected_gradients: {unconnected_gradients!r}"
        ) from None
    _check_sources([*ys, *xs])
    graph = get_graph_from_inputs([*ys, *xs, *stop, *given])
    if graph.eager:
        raise RuntimeError(
            "tf.gradients is not supported when eager execution is enabled. Use tf.GradientTape "
            "instead."
        )
    with graph.as_default():
        with graph.name_scope(name or "gradients"):
            ys = [
                y.values if isinstance(y, IndexedSlices) else y
                for y in convert_n_to_tensor_or_indexed_slices(ys, name="y")
            ]
            xs = [_source(x, f"x_{i}") for i, x in enumerate(xs)]
            stop = [_source(t, f"stop_{i}") for i, t in enumerate(stop)]
            given = convert_n_to_tensor_or_indexed_slices(given, name="grad_y")
            sweep = _Sweep(graph, colocate_gradients_with_ops, gate_gradients, aggregation_method)
            starts = [sweep.start(y, dy, i) for i, (y, dy) in enumerate(zip(ys, given))]
            if graph.building_function and any(x.op.graph is not graph for x in xs):
                return _out_of_body(graph, sweep, ys, starts, xs, stop, unconnected)
            sweep.run(ys, starts, xs, stop)
        return [sweep.result(x, unconnected) for x in xs]


def _refuse_paths_through_starts(body, ys, xs):
    """Raises where `ys` in a loop's body depend on tensors around it by way of a loop variable.

    In the first iteration the variable comes from there, in the others from the body; no gradient
    within one iteration says both.
    """
    targets = [y.op for y in ys]
    for start, inside in zip(body.starts, body.inputs):
        if _between(body, targets, [inside.op]):
            for x in xs:
                if _depends(start, x):
                    raise ValueError(
                        f"Cannot compute gradient inside while loop with respect to op {x.op.name!r}"
                        f": the loop variable that starts from {start.name!r} depends on it. Take "
                        "the gradient after the loop, or with respect to what the body is given."
                    )


def _depends(t, x):
    """Whether there is a differentiable path from `x`, in this graph or around it, to `t`."""
    at = t.op.graph
    if t is x or x.op.graph is at:
        return t is x or bool(_between(at, [t.op], [x.op]))
    if at is at.root:
        return False
    around = [*at.captured(), *zip(at.starts, at.inputs)]
    return any(_between(at, [t.op], [i.op]) and _depends(source, x) for source, i in around)


def _out_of_body(graph, sweep, ys, starts, xs, stop, unconnected):
    """Gradients inside a body with respect to tensors around it: through what the body captured."""
    found = {}
    at = graph
    while True:
        last = at is graph.root or not any(x.op.graph is not at for x in xs if x not in found)
        inner = [x for x in xs if x.op.graph is at]
        if not last:
            _refuse_paths_through_starts(at, ys, [x for x in xs if x.op.graph is not at])
        captured = (
            []
            if last
            else [(source, inside) for source, inside in at.captured() if is_trainable(inside)]
        )
        sweep.run(
            ys,
            starts,
            [*inner, *(inside for _, inside in captured)],
            [t for t in stop if t.op.graph is at],
        )
        for x in inner:
            found[x] = sweep.result(x, unconnected)
        reached = [
            (source, sweep.result(inside, UnconnectedGradients.NONE)) for source, inside in captured
        ]
        reached = [(source, dy) for source, dy in reached if dy is not None]
        if reached and reached[0][0].op.graph.eager:  # there, no tensor depends on another
            found.update(reached)
            break
        if last or not reached:
            break
        ys, starts = [source for source, _ in reached], [dy for _, dy in reached]
        at = at.outer_graph
        sweep = _Sweep(graph, sweep.colocate, sweep.gate, sweep.method)
    return [
        found[x]
        if x in found
        else zeros_of(x)
        if unconnected is UnconnectedGradients.ZERO
        else None
        for x in xs
    ]


def gradients_into(graph, ys, dys, xs):
    """The derivatives of a body's results with respect to its inputs, as nodes of another graph.

    Args:
      graph: the graph the new nodes go to; it sees the tensors of the body as it likes.
      ys: tensors of the body.
      dys: for each of `ys` the tensor of `graph` that weights it.
      xs: inputs of the body.

    Returns:
      A list with a `Tensor`, an `IndexedSlices` or None for each of `xs`.
    """
    with graph.as_default():
        sweep = _Sweep(graph, False, False, None)
        sweep.run(ys, dys, xs, ())
        return [sweep.result(x, UnconnectedGradients.NONE) for x in xs]


class _Sweep:
    """One reverse sweep.

    State: `grads` maps an operation to a list with, for each of its outputs, the contributions to
    that output's gradient so far; once the operation is visited each list is replaced by their sum
    (or None).
    """

    def __init__(self, graph, colocate, gate, method):
        self.graph, self.colocate, self.gate, self.method = graph, colocate, gate, method
        self.grads = {}

    def run(self, ys, starts, xs, stop):
        """Visits every operation between `xs` and `ys` after all its consumers there."""
        for y, dy in zip(ys, starts):
            self._add(y, dy)
        sources = dict.fromkeys(x.op for x in xs)
        between = _between(ys[0].op.graph if ys else self.graph, [y.op for y in ys], sources)
        waiting = dict.fromkeys(between, 0)
        for op in between:
            for t in op.inputs:
                if t.op in waiting:
                    waiting[t.op] += 1
        # The sweep ends at sources that no other source feeds.
        ends = {op for op in sources if not any(waiting.get(t.op, 0) for t in op.inputs)}
        ends.update(t.op for t in stop)
        queue = deque(op for op in dict.fromkeys(y.op for y in ys) if waiting.get(op) == 0)
        while queue:
            op = queue.popleft()
            with self._beside(op):
                self._visit(op, op in ends)
            for t in op.inputs:
                left = waiting.get(t.op)
                if left is not None:
                    waiting[t.op] = left - 1
                    if left == 1:
                        queue.append(t.op)

    def _visit(self, op, is_end):
        """Sums the contributions to the outputs of `op` and sends gradients on to its inputs."""
        parts = self.grads.get(op)
        if parts is None:
            aggregate(self.graph, op, (), self.method)
            return
        dys = self.grads[op] = [aggregate(self.graph, op, part, self.method) for part in parts]
        if is_end or all(dy is None for dy in dys):
            return
        function = get_gradient_function(op)
        if function is None:
            return
        full = dys
        if op.op.kind != "function":
            full = [
                zeros_of(t, optimize=False) if dy is None and is_trainable(t) else dy
                for t, dy in zip(op.outputs, dys)
            ]
        with self.graph.name_scope(op.name + "_grad"):
            first = len(self.graph._ops)
            dxs = _as_list(function(op, *full))
            for node in self.graph._ops[first:]:
                node._original = op
            if len(dxs) != len(op.inputs):
                raise ValueError(
                    f"Num gradients {len(dxs)} generated for op {op.node_def} do not match num "
                    f"inputs {len(op.inputs)}"
                )
            if self.gate and sum(dx is not None for dx in dxs) > 1:
                with self.graph.scoped(colocate=()):
                    dxs = PUBLIC["tuple"](dxs)
        for i, (x, dx) in enumerate(zip(op.inputs, dxs)):
            if dx is not None:
                _check_gradient(op, i, x, dx)
                self._add(x, dx)

    def _add(self, tensor, gradient):
        """Notes one more contribution to the gradient of `tensor`."""
        parts = self.grads.get(tensor.op)
        if parts is None:
            parts = self.grads[tensor.op] = [[] for _ in tensor.op.outputs]
        parts[tensor.value_index].append(gradient)

    def start(self, y, dy, i):
        """The gradient that the sweep starts with at `y`: the given one, or ones."""
        kind = y.dtype.base_dtype
        if dy is not None:
            _check_start(y, kind, dy)
            with self._beside(y.op):
                return _named_copy(dy, f"grad_ys_{i}")
        if kind.is_complex:
            raise TypeError(
                f"Gradients of complex tensors ({y}) must set grad_ys (y.dtype = {kind.name})"
            )
        with self._beside(y.op):
            shape = _shape_of(y)
            with self.graph.name_scope(f"grad_ys_{i}") as scope:
                return raw.Fill(shape, constant(1, kind, name="Const"), name=scope)

    def _beside(self, op):
        return self.graph.colocate_with(op) if self.colocate else contextlib.nullcontext()

    def result(self, x, unconnected):
        """The gradient of `x` after the sweep."""
        found = self.grads.get(x.op)
        dx = None if found is None else found[x.value_index]
        if isinstance(dx, list):  # given for a tensor that the sweep never came to
            dx = None
        if dx is None and unconnected is UnconnectedGradients.ZERO:
            return zeros_of(x)
        return dx


def _between(graph, targets, sources):
    """The operations on a differentiable path from `sources` to `targets`, as an ordered dict
    of None."""
    reached, queue = dict.fromkeys(sources), deque(sources)
    while queue:
        for output in queue.popleft().outputs:
            if is_trainable(output):
                for consumer in graph.consumers_of(output):
                    if consumer not in reached:
                        reached[consumer] = None
                        queue.append(consumer)
    found = dict.fromkeys(op for op in targets if op in reached)
    queue = deque(found)
    while queue:
        for t in queue.popleft().inputs:
            if t.op in reached and t.op not in found:
                found[t.op] = None
                queue.append(t.op)
    return found


def is_trainable(tensor):
    """Whether gradients flow through a tensor: floating-point and complex numbers, resources,
    variants."""
    kind = tensor.dtype.base_dtype
    return kind.is_floating or kind.is_complex or kind is dtypes.resource or kind is dtypes.variant


def _as_list(value):
    return list(value) if isinstance(value, (list, tuple)) and not hasattr(value, "op") else [value]


def _check_sources(values):
    for value in values:
        if isinstance(value, SparseTensor):
            raise ValueError(
                "Type SparseTensor is not supported as a gradient source or gradient target."
            )
        if value is None:
            raise TypeError("None is not a tensor: tf.gradients cannot take it among ys or xs")


def _source(x, name):
    """The tensor that the graph's nodes read for `x`: a variable's handle or reference, not
    its value."""
    handle = getattr(x, "handle", None)
    if isinstance(handle, Tensor):
        return handle
    return x if isinstance(x, IndexedSlices) else convert_to_tensor(x, name=name, as_ref=True)


def _check_start(y, kind, dy):
    given = dy.dtype.base_dtype
    if kind.is_floating or kind.is_integer:
        if not (given.is_floating or given.is_integer):
            raise TypeError(
                f"Gradient type {given.name} generated for real or integer-valued tensor {y} with "
                f"type {kind.name} must be real or integer"
            )
    elif kind.is_complex:
        if not given.is_complex:
            raise TypeError(
                f"Gradient type {given.name} generated for complex-valued tensor {y} with type "
                f"{kind.name} must be real"
            )
    elif kind not in (dtypes.resource, dtypes.variant):
        raise TypeError(
            f"Tensor {y} with type {kind.name} must be numeric to obtain a default gradient"
        )


def _named_copy(dy, name):
    if not isinstance(dy, IndexedSlices):
        return raw.Identity(dy, name=name)
    indices = raw.Identity(dy.indices, name=f"{name}_indices")
    values = raw.Identity(dy.values, name=f"{name}_values")
    shape = None if dy.dense_shape is None else raw.Identity(dy.dense_shape, name=f"{name}_shape")
    return IndexedSlices(values, indices, shape)


def _shape_of(tensor):
    dims = tensor.dims
    if dims is None or None in dims:
        return raw.Shape(tensor, name="Shape")
    return (
        constant(list(dims), dtypes.int32, shape=[len(dims)], name="Shape")
        if dims
        else constant([], dtypes.int32, name="Shape")
    )


def zeros_of(tensor, optimize=True):
    """Zeros like a tensor; for a resource, like the variable behind it."""
    if tensor.dtype.base_dtype is dtypes.variant:
        return raw.ZerosLike(tensor)
    if tensor.dtype.base_dtype is not dtypes.resource:
        return PUBLIC["zeros_like"](tensor, optimize=optimize)
    kind, dims = tensor.handle or (dtypes.float32, None)
    shape = (
        raw.VariableShape(tensor)
        if dims is None or None in dims
        else constant(list(dims), dtypes.int32, shape=[len(dims)], name="Const")
    )
    return PUBLIC["zeros"](shape, kind)


def _check_gradient(op, i, x, dx):
    if (
        isinstance(dx, IndexedSlices)
        or x.dtype.base_dtype is dtypes.resource
        and isinstance(dx, Tensor)
    ):
        return
    if not isinstance(dx, Tensor):
        raise TypeError(
            f"The gradient of '{op.name}' (op type: {op.type}) gave {dx!r} of type "
            f"{type(dx).__name__} for input {i}; it must be a Tensor, an IndexedSlices or None"
        )
    try:
        dx.set_shape(x.shape)
    except ValueError:
        raise ValueError(
            "Incompatible shapes between op input and calculated input gradient. Forward "
            "operation: "
            f"{op.name}. Input index: {i}. Original input shape: {x.shape}. Calculated input "
            f"gradient shape: {dx.shape}"
        ) from None
