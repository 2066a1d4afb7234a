"""Gradients of nodes with bodies: a branch's is a branch, a loop's is a loop that runs backwards.

A gradient's body is built by the same sweep as any gradient. When it uses a tensor of the forward
body, the forward node is made to hand that tensor out: as one more result of a branch, as a list
with one element for each iteration of a loop. So nothing is computed twice, and random numbers and
side effects are those of the forward run.
"""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import dims as dims_lib
from headwater._src.graph.blame import node_error
from headwater._src.graph.bodies import new_graph
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.func_graph import FuncGraph, hands_on, unify_captures
from headwater._src.graph.gradients import gradients_into, is_trainable, zeros_of
from headwater._src.graph.node import constant_node
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import raw

# Nodes that look only at the shape of their input.
_SHAPE_OF = frozenset({"Shape", "ShapeN", "Size", "Rank", "ZerosLike", "OnesLike"})


class GradientBody(FuncGraph):
    """A body that also sees the tensors of a forward body.

    Attributes:
      forward: the forward `FuncGraph`.
    """

    def __init__(self, name, outer, forward, fetch):
        super().__init__(name, outer)
        self.forward = forward
        self._fetch = fetch

    def is_inside(self, graph):
        """Whether tensors of `graph` can be used here."""
        return (
            super().is_inside(graph) or self.forward is not None and self.forward.is_inside(graph)
        )

    def capture_inputs(self, op, tensors):
        """See `FuncGraph`. Where only a static shape matters, no value is asked for."""
        if op.name in _SHAPE_OF:
            tensors = [
                self._stand_in(t)
                if t.op.graph is self.forward
                and dims_lib.is_full(t.dims)
                and t.dtype.base_dtype is not dtypes.variant
                else t
                for t in tensors
            ]
        return super().capture_inputs(op, tensors)

    def _stand_in(self, tensor):
        with self.as_default(), self.control_dependencies(None):
            return raw.FakeParam(dtype=tensor.dtype.base_dtype, shape=tensor.dims)

    def _capture(self, tensor):
        if tensor.op.graph is not self.forward:
            return super()._capture(tensor)
        with self.as_default(), self.control_dependencies(None):
            if tensor.op.type == "Const":
                return constant_node(self, tensor.op.attrs["value"])
            found = self._fetch(self, tensor)
            return found if found.op.graph is self else self.capture(found)

    def stand_for(self, tensor, inside):
        """Makes the placeholder `inside` an input that stands for a tensor of a graph around."""
        source = self._outer.capture(tensor)
        known = self._captured.get(source)
        if known is not None:
            for node in self._ops:
                if inside in node.inputs:
                    node.inputs = tuple(known if t is inside else t for t in node.inputs)
            return
        self.inputs.append(inside)
        self.sources.append(source)
        self._captured[source] = inside


def _new_gradient_body(forward, fetch):
    outer = get_default_graph()
    name = f"{forward.name}_grad_{len(outer._functions)}"
    graph = outer._functions[name] = GradientBody(name, outer, forward, fetch)
    return graph


def _dense(dy):
    return None if dy is None else convert_to_tensor(dy)


# --- branches and calls -----------------------------------------------------------------------


def branch_gradient(op, *dys):
    """The gradient of `If`, `Case` and calls: a node of the same kind with the bodies' gradients."""
    selector = op.inputs[: op.op.leading]
    inputs = op.inputs[len(selector) :]
    forwards = op.op.bodies(op)
    given = [i for i, dy in enumerate(dys) if dy is not None]
    dys = [_dense(dys[i]) for i in given]
    wanted = [i for i, t in enumerate(inputs) if is_trainable(t)]
    found, results = [], []
    for forward in forwards:

        def fetch(graph, tensor, forward=forward):
            for inside, t in zip(forward.inputs, inputs):
                if tensor is inside:
                    return t
            return _extra_output(op, forwards, forward, tensor)

        body = _new_gradient_body(forward, fetch)
        parameters = [body.add_input(dy) for dy in dys]
        pairs = [
            (forward.outputs[i], p)
            for i, p in zip(given, parameters)
            if is_trainable(forward.outputs[i])
        ]
        dxs = gradients_into(
            body, [y for y, _ in pairs], [p for _, p in pairs], [forward.inputs[i] for i in wanted]
        )
        found.append(body)
        with body.as_default():
            results.append([_dense(dx) for dx in dxs])
    connected = [k for k in range(len(wanted)) if any(dxs[k] is not None for dxs in results)]
    for body, dxs in zip(found, results):
        with body.as_default():
            body.outputs = [
                dxs[k] if dxs[k] is not None else zeros_of(inputs[wanted[k]]) for k in connected
            ]
            body.outputs = [body.capture(t) for t in body.outputs]
    sources = unify_captures(found, len(dys))
    types = [t.dtype.base_dtype for t in found[0].outputs]
    functions = (
        dict(zip(op.op.body_attrs, found))
        if op.op.body_attrs != ("branches",)
        else {"branches": found}
    )
    grads = op.op(*selector, [*dys, *sources], Tout=types, **functions) if connected else []
    result = [None] * len(inputs)
    for k, grad in zip(connected, grads):
        result[wanted[k]] = grad
    return [None] * len(selector) + result


def _extra_output(op, forwards, forward, tensor):
    """The output of a branch's node that gives what `tensor` is inside `forward`."""
    saved = op.__dict__.setdefault("_saved", {})
    if tensor in saved:
        return saved[tensor]
    for body in forwards:
        if body is forward:
            body.outputs.append(tensor)
        else:
            with body.as_default(), body.control_dependencies(None):
                body.outputs.append(raw.FakeParam(dtype=tensor.dtype.base_dtype, shape=tensor.dims))
    op.attrs["Tout"] = [*op.attrs["Tout"], tensor.dtype.base_dtype]
    saved[tensor] = _add_output(op, tensor, tensor.dims)
    return saved[tensor]


def _add_output(op, like, dims):
    output = Tensor(op, len(op.outputs), like.dtype.base_dtype)
    output.dims, output.handle = dims, like.handle
    op.outputs.append(output)
    op.graph._touch()
    return output


def gradient_body(node, name, n):
    """The body that gives the derivatives of a function of the library.

    Args:
      node: the `Operation` that runs it; its inputs are the function's arguments and, for each
        result, the tensor that weights it.
      name: name of the function.
      n: the number of arguments.

    Returns:
      A `FuncGraph`.

    Raises:
      NotFoundError: there is no such function.
    """
    from headwater._src.graph.call_ops import call_op
    from headwater._src.graph.function_def import inline

    found = node.graph._functions.get(name if isinstance(name, str) else name.name)
    if found is None:
        raise node_error(errors.NotFoundError, node, f"Function {name} is not defined.")
    definition = found.definition
    body = new_graph(node.graph, f"{found.name}_gradient")
    values = [body.add_input(t) for t in node.inputs]
    if found.gradient_name is not None:
        with body.as_default():
            called = call_op(body, found.gradient_name)(*values)
        body.outputs = list(called) if isinstance(called, (list, tuple)) else [called]
        return body
    names = [arg.name for arg in definition.signature.input_arg]
    ys = inline(definition, body, dict(zip(names, values)))
    pairs = [(y, dy) for y, dy in zip(ys, values[n:]) if is_trainable(y)]
    xs = values[:n]
    dxs = gradients_into(body, [y for y, _ in pairs], [dy for _, dy in pairs], xs)
    with body.as_default():
        dxs = [zeros_of(x) if dx is None else _dense(dx) for x, dx in zip(xs, dxs)]
        body.outputs = [body.capture(t) for t in dxs]
    return body


# --- loops ------------------------------------------------------------------------------------


def loop_gradient(op, *dys):
    """The gradient of `While`: a loop from the last iteration to the first."""
    condition, forward = op.op.bodies(op)
    inputs = list(op.inputs)
    varying = {i for i in range(len(inputs)) if not hands_on(forward, i)}
    given = {i: _dense(dy) for i, dy in enumerate(dys) if dy is not None}
    carried, summed = _needed(forward, varying, given)
    result = [None] * len(inputs)
    if carried:
        steps = _steps(op, condition, forward)
        result = _backward(op, condition, forward, inputs, steps, given, carried, summed)
    for i, dy in given.items():
        if i not in varying:
            result[i] = dy if result[i] is None else raw.AddN([dy, result[i]])
    return result + [None] * (len(op.inputs) - len(result))


def _needed(forward, varying, given):
    """Loop variables whose gradient is carried from iteration to iteration, and inputs whose
    gradient is summed.
    """
    carried, summed = [], {}
    queue = [i for i in given if i in varying]
    position = {t: i for i, t in enumerate(forward.inputs)}
    while queue:
        i = queue.pop()
        if i in carried:
            continue
        carried.append(i)
        for t in _depends_on(forward.outputs[i], position):
            j = position[t]
            if j in varying:
                queue.append(j)
            else:
                summed[j] = None
    return sorted(carried), sorted(summed)


def _depends_on(tensor, inputs):
    found, seen, stack = [], set(), [tensor]
    while stack:
        t = stack.pop()
        if t in seen or not is_trainable(t):
            continue
        seen.add(t)
        if t in inputs:
            found.append(t)
        stack.extend(t.op.inputs)
    return found


def _backward(op, condition, forward, inputs, steps, given, carried, summed):
    saved = op.__dict__.setdefault("_saved", {})
    lists = {}  # tensor of the forward body -> what stands for the list of its values

    def fetch(graph, tensor):
        outside = _outside(graph.outer_graph, op, forward, tensor, saved)
        if outside is not None:
            return outside
        lists[tensor] = graph._placeholder(dtypes.variant, (), None)
        return _element(lists[tensor], index, tensor)

    starts = [given[i] if i in given else zeros_of(op.outputs[i]) for i in carried]
    sums = [zeros_of(inputs[j]) for j in summed]
    last = raw.Sub(steps, convert_to_tensor(1))
    body = _new_gradient_body(forward, fetch)
    index = body.add_input(last)
    params = [body.add_input(dy, _carried_dims(forward, i, dy)) for i, dy in zip(carried, starts)]
    totals = [body.add_input(t) for t in sums]
    with body.as_default():
        dxs = gradients_into(
            body,
            [forward.outputs[i] for i in carried],
            params,
            [forward.inputs[i] for i in (*carried, *summed)],
        )
        nexts = [raw.Sub(index, convert_to_tensor(1))]
        for i, dx, param in zip(carried, dxs, params):
            if dx is None:
                same = dims_lib.is_full(param.dims) or param.dtype.base_dtype is dtypes.variant
                dx = zeros_of(param if same else forward.inputs[i])
            nexts.append(_dense(dx))
        for dx, total in zip(dxs[len(carried) :], totals):
            nexts.append(total if dx is None else raw.AddN([total, _dense(dx)]))
        body.outputs = [body.capture(t) for t in nexts]
    used = _makers(body.outputs)
    for tensor, inside in lists.items():
        if inside.op in used:  # a gradient that nobody wants needs no list
            if tensor not in saved:
                saved[tensor] = _stacked(op, condition, forward, tensor)
            body.stand_for(saved[tensor], inside)
    end = new_graph(get_default_graph(), f"{condition.name}_grad")
    end.inputs = [end.add_input(t) for t in body.inputs[: len(nexts)]]
    with end.as_default():
        end.outputs = [raw.GreaterEqual(end.inputs[0], convert_to_tensor(0))]
    outputs = loop_node([last, *starts, *sums], end, body)
    result = [None] * len(inputs)
    for i, grad in zip((*carried, *summed), outputs[1:]):
        result[i] = grad
    for j, dx in zip(summed, dxs[len(carried) :]):
        if dx is None:
            result[j] = None
    return result


def _makers(tensors):
    """The operations that some tensors of a body are made by."""
    found, stack = set(), [t.op for t in tensors]
    while stack:
        op = stack.pop()
        if op not in found:
            found.add(op)
            stack.extend(t.op for t in op.inputs)
            stack.extend(op._control)
    return found


def _carried_dims(forward, i, dy):
    return dims_lib.relax(dims_lib.relax(dy.dims, forward.inputs[i].dims), forward.outputs[i].dims)


def loop_node(values, condition, body, **attrs):
    """Adds a `While` node.

    Args:
      values: the initial values of the loop variables.
      condition: `FuncGraph` with the loop variables as parameters.
      body: `FuncGraph` with the loop variables as parameters; its outputs are their next values.
      **attrs: further attrs of the node.

    Returns:
      The node's outputs for the loop variables.
    """
    n = len(values)
    sources = unify_captures([condition, body], n)
    body.outputs = body.outputs[:n] + body.inputs[n:]
    waits = dict.fromkeys(op for g in (condition, body) for op in g.outer_control)
    with get_default_graph().control_dependencies(list(waits)):
        return raw.While([*values, *sources], cond=condition, body=body, **attrs)[:n]


def _steps(op, condition, forward):
    """A tensor with the number of iterations that a loop made."""
    if "_steps" not in op.__dict__:
        with op.graph.as_default(), op.graph.control_dependencies(None):
            zero = convert_to_tensor(np.array(0, np.int32), name="steps")
        count = _add_variable(op, condition, forward, zero, ())
        with forward.as_default(), forward.control_dependencies(None):
            forward.outputs.append(raw.AddV2(count, convert_to_tensor(1)))
        op._steps = _add_output(op, zero, ())
    return op._steps


def _add_variable(op, condition, forward, start, dims):
    """One more loop variable; gives the placeholder in the body."""
    condition.inputs.append(condition._placeholder(start.dtype, dims, None))
    inside = forward.add_input(start, dims)
    op.inputs = (*op.inputs, start)
    op.attrs["T"] = [*op.attrs["T"], start.dtype.base_dtype]
    return inside


def _stacked(op, condition, forward, tensor):
    """The list, as an output of a loop, of the values that `tensor` has in each iteration."""
    dims = (
        tensor.dims
        if dims_lib.is_full(tensor.dims) and tensor.dtype.base_dtype is not dtypes.variant
        else None
    )
    shape = np.array(-1 if dims is None else dims, np.int32)
    with op.graph.as_default(), op.graph.control_dependencies(None):
        empty = raw.EmptyTensorList(shape, -1, element_dtype=tensor.dtype.base_dtype, name="saved")
    inside = _add_variable(op, condition, forward, empty, ())
    with forward.as_default(), forward.control_dependencies(None):
        forward.outputs.append(raw.TensorListPushBack(inside, tensor))
    return _add_output(op, empty, ())


def _element(stack, index, tensor):
    shape = np.array(-1, np.int32)
    item = raw.TensorListGetItem(stack, index, shape, element_dtype=tensor.dtype.base_dtype)
    item.dims, item.handle = tensor.dims, tensor.handle
    return item


def _outside(graph, op, forward, tensor, saved, depth=16):
    """A tensor outside of the loop with the value that `tensor` has in every iteration, or None."""
    if tensor in forward.inputs:
        i = forward.inputs.index(tensor)
        return op.inputs[i] if hands_on(forward, i) else None
    node = tensor.op
    found = saved.get(("outside", graph, tensor))
    if found is not None:
        return found
    pure = (
        node.op.kind == "kernel"
        and not node.op.dynamic
        and not node._control
        and (
            not node.opdef.stateful
            or node.type == "ReadVariableOp"
            and not _updates(forward, node.inputs[0])
        )
    )
    if not pure or depth == 0 or any(t.dtype.base_dtype is dtypes.variant for t in node.inputs):
        return None
    inputs = []
    for t in node.inputs:
        value = _outside(graph, op, forward, t, saved, depth - 1)
        if value is None:
            return None
        inputs.append(value)
    with graph.as_default(), graph.control_dependencies(None):
        if node.type == "Const":
            outputs = [constant_node(graph, node.attrs["value"])]
        else:
            from headwater._src.graph.node import make_node

            outputs = make_node(
                graph,
                node.op,
                node.type,
                tuple(inputs),
                dict(node.attrs),
                [t.dtype for t in node.outputs],
            ).outputs
    for t, value in zip(node.outputs, outputs):
        saved[("outside", graph, t)] = value
    return outputs[tensor.value_index]


def _updates(forward, handle):
    return any(
        handle in node.inputs and node.op.kind in ("update", "function") for node in forward._ops
    )
