"""Calls of graph functions by eager execution, and their gradients.

A function's body is run as a step, see `runtime/functions.py`, so it is compiled when that pays. To
differentiate a call, the forward body is made to hand out what its gradient's body uses.
"""

import numpy as np

from headwater._src.compiler.control import chooser, is_true
from headwater._src.compiler.program import Slot
from headwater._src.eager.recording import record, recording
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.func_graph import FuncGraph
from headwater._src.graph.function_gradient import branch_gradient
from headwater._src.graph.gradients import is_trainable
from headwater._src.graph.opdef import parse_opdef
from headwater._src.graph.optable import raw
from headwater._src.graph.registry import Op
from headwater._src.runtime.functions import FunctionRunner


def run_body(executor, body, values):
    """What a body gives for a list of values, as arrays.

    Args:
      executor: the `Executor`.
      body: the `FuncGraph`.
      values: arrays and objects behind handles.
    """
    runners = body.__dict__.setdefault("_eager_runners", {})
    # A step is bound to its variables.
    key = (len(body.outputs), *[v.key for v in values if v.__class__ is Slot])
    runner = runners.get(key)
    if runner is None:
        runner = runners[key] = FunctionRunner(executor.session, executor.resources, body)
    return [np.asarray(v) if hasattr(v, "__array__") else v for v in runner(values)]


def run_function(executor, node):
    """What a node with bodies gives: a call, a branch or a loop.

    Args:
      executor: the `Executor`.
      node: the `Operation`.
    """
    values = [t.content for t in node.inputs]
    bodies = node.op.bodies(node)
    if node.op.form == "loop":
        condition, body = bodies
        while is_true(run_body(executor, condition, values)[0]):
            values = run_body(executor, body, values)
        return values
    if node.op.form == "branch":
        selector, *values = values
        return run_body(executor, bodies[chooser(node, len(bodies))(selector)], values)
    return run_body(executor, bodies[0], values)


def new_body(name, outer):
    """An empty body that leaves nothing in the graph around it.

    Args:
      name: the function's name.
      outer: the `EagerGraph`, or a body.
    """
    body = FuncGraph(name, outer)
    body._names_in_use, body._functions, body._collections = {}, {}, {}
    body._local.scopes = body.scopes.replace(name="", controllers=())
    return body


_CUSTOM = parse_opdef("CustomGradient", "", "", (), False)


def record_custom(graph, inputs, outputs, gradient):
    """Tells the open tapes that outputs were computed from inputs, and how to differentiate that.

    Args:
      graph: the `EagerGraph`.
      inputs: tensors.
      outputs: tensors that nothing else has made.
      gradient: a gradient function, `(op, *dys) -> [dx or None, ...]`.
    """
    if not recording.tapes:
        return
    from headwater._src.eager.graph import EagerOperation

    op = Op(_CUSTOM)
    op.gradient_fn = gradient
    node = EagerOperation(graph, op, op.name, tuple(inputs), {}, ())
    node.outputs = list(outputs)
    record(node)


class Call:
    """A body that eager execution can call and differentiate.

    State: `_backward` has, once they are asked for, the gradient of the results and, under True,
    that of everything the body hands out, which gradients of gradients need.

    Args:
      body: the `FuncGraph`.
    """

    def __init__(self, body):
        self.body = body
        self.count = len(body.outputs)
        self._backward = {}

    def __call__(self, graph, inputs):
        """The body's results.

        Args:
          graph: the `EagerGraph`.
          inputs: list of `EagerTensor`s, one for each of the body's inputs.
        """
        tapes = recording.tapes
        deep = len(tapes) > 1 or any(tape.persistent for tape in tapes)
        backward = self._differentiable(deep) if tapes else None
        body = self.body
        values = run_body(graph.executor, body, [t.content for t in inputs])
        made = [graph.tensor(v, t.dtype.base_dtype) for v, t in zip(values, body.outputs)]
        if backward is not None:
            record_custom(
                graph,
                inputs,
                made[: backward.count],
                lambda op, *dys: backward(graph, inputs, made, dys),
            )
        return made[: self.count]

    def _differentiable(self, deep):
        found = self._backward.get(deep)
        if found is None:
            found = _Backward(self.body, self.count)
            while deep and found.count < len(self.body.outputs):
                found = _Backward(self.body, len(self.body.outputs))
            self._backward[deep] = found
        return found


class _Backward:
    """The gradient of a body: a call of its own.

    State: `_arguments` says where each of its inputs comes from: `("in", i)`, `("dy", i)` or
    `("out", i)`, the last of them an output that the forward body hands out for it.

    Args:
      forward: the forward body.
      count: of how many of its outputs.
    """

    def __init__(self, forward, count):
        self.count = count
        scratch = new_body("gradient", forward.outer_graph)
        with scratch.as_default():
            inputs = [scratch.add_input(t) for t in forward.inputs]
            types = [t.dtype.base_dtype for t in forward.outputs]
            op = raw.StatefulPartitionedCall(inputs, Tout=types, f=forward)[0].op
            op._saved = dict(zip(forward.outputs, op.outputs))  # handed out already
            self._dys = {
                i: scratch.add_input(t) for i, t in enumerate(op.outputs[:count]) if is_trainable(t)
            }
            grads = branch_gradient(op, *[self._dys.get(i) for i in range(len(op.outputs))])
        self._grads = [None if g is None else g.value_index for g in grads]
        node = next((g.op for g in grads if g is not None), None)
        if node is None:
            self._call = None
            return
        places = {t: ("in", i) for i, t in enumerate(inputs)}
        places.update({t: ("dy", i) for i, t in self._dys.items()})
        places.update({t: ("out", i) for i, t in enumerate(op.outputs)})
        self._arguments = [places[t] for t in node.inputs]
        self._call = Call(node.attrs["f"])

    def __call__(self, graph, inputs, made, dys):
        if self._call is None:
            return [None] * len(self._grads)
        dys = {i: convert_to_tensor(dys[i]) for i in self._dys}
        sources = {"in": inputs, "dy": dys, "out": made}
        with graph.as_default():
            found = self._call(graph, [sources[kind][i] for kind, i in self._arguments])
        return [None if i is None else found[i] for i in self._grads]
