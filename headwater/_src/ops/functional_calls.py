"""Calls of graph functions by name: `SymbolicGradient`, `RemoteCall` and `For`, and the public
functions that run `Defun`s as branches and loops.
"""

from headwater._src.core import dtypes
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.bodies import new_graph
from headwater._src.graph.call_ops import call_op
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.function_gradient import gradient_body

_SIGNATURE = ["Tin: list(type) >= 1", "Tout: list(type) >= 1", "f: func"]

# --- ops --------------------------------------------------------------------------------------

SymbolicGradient = define_op(
    "SymbolicGradient", inputs="input: Tin", outputs="output: Tout", attrs=_SIGNATURE
).function("call", "f")
SymbolicGradient.shape(lambda input, *, Tout: [x.dims for x in input[: len(Tout)]])
SymbolicGradient.no_gradient()


def _gradient_bodies(node):
    """The derivatives of a function's results, weighted with the last inputs, by its inputs."""
    found = node.__dict__.get("_body")
    if found is None:
        found = node._body = gradient_body(node, node.attrs["f"], len(node.outputs))
    return [found]


SymbolicGradient.bodies = _gradient_bodies

RemoteCall = define_op(
    "RemoteCall",
    inputs="target: string, args: Tin",
    outputs="output: Tout",
    attrs=_SIGNATURE,
    stateful=True,
).function("call", "f")
RemoteCall.leading = 1  # the device: there is one process
RemoteCall.shape(lambda target, args, *, Tout: [None] * len(Tout))

ForOp = define_op(
    "For",
    inputs="start: int32, limit: int32, delta: int32, input: T",
    outputs="output: T",
    attrs=["T: list(type) >= 0", "body: func"],
).function("loop", "body")
ForOp.hidden = 3  # the loop's variables begin with the counter, its limit and its step
ForOp.shape(lambda start, limit, delta, input, *, T: [None] * len(T))


def _for_bodies(node):
    """A `For` as the condition and body of a `While` over its inputs."""
    found = node.__dict__.get("_bodies")
    if found is not None:
        return found
    condition, body = new_graph(node.graph, "for_condition"), new_graph(node.graph, "for_body")
    i, limit, delta = [condition.add_input(t) for t in node.inputs][:3]
    with condition.as_default():
        up = raw.LogicalAnd(raw.Greater(delta, convert_to_tensor(0)), raw.Less(i, limit))
        down = raw.LogicalAnd(raw.Less(delta, convert_to_tensor(0)), raw.Greater(i, limit))
        condition.outputs = [raw.LogicalOr(up, down)]
    i, limit, delta, *values = [body.add_input(t, None) for t in node.inputs]
    with body.as_default():
        called = call_op(node.graph, _name(node.attrs["body"]))(i, *values)
        body.outputs = [raw.Add(i, delta), limit, delta, *_listed(called)]
    node._bodies = [condition, body]
    return node._bodies


ForOp.bodies = _for_bodies


def _name(function):
    return function if isinstance(function, str) else function.name


def _listed(outputs):
    if hasattr(outputs, "outputs"):
        return list(outputs.outputs)
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


# --- functions --------------------------------------------------------------------------------


def _library_name(function, graph, types=None):
    """The name of a `Defun` in the library of `graph`, which it is added to."""
    if isinstance(function, str):
        return function
    if types is not None and hasattr(function, "instantiate"):
        function = function.instantiate(types)
    function.add_to_graph(graph)
    return function.name


def _results(function):
    return list(function.declared_output_types)


def _arguments(values):
    return [convert_to_tensor(v) for v in values]


def _unpack(outputs):
    return list(outputs) if isinstance(outputs, (list, tuple)) else [outputs]


def _instance(function, types):
    return function.instantiate(types) if hasattr(function, "instantiate") else function


@public
def symbolic_gradient(input, Tout, f, name=None):
    """The derivatives of a function.

    Args:
      input: the function's arguments, then for each of its results the tensor that weights it.
      Tout: types of the derivatives, those of the arguments.
      f: a `Defun`.
      name: name of the node.

    Returns:
      A list of `Tensor`s.
    """
    graph = get_default_graph()
    values = _arguments(input)
    f = _instance(f, [t.dtype.base_dtype for t in values[: len(Tout)]])
    found = raw.SymbolicGradient(
        values,
        Tout=[dtypes.as_dtype(t) for t in Tout],
        f=_library_name(f, graph),
        name=name,
    )
    return _unpack(found)


@public
def Gradient(inputs, f, name=None):
    """The derivatives of a `Defun`; see `symbolic_gradient`.

    Args:
      inputs: the function's arguments, then for each of its results the tensor that weights it.
      f: the `Defun`.
      name: name of the node.

    Returns:
      A list of `Tensor`s.
    """
    values = _arguments(inputs)
    return symbolic_gradient(
        values, [t.dtype for t in values[: len(f.declared_input_types)]], f, name
    )


@public
def remote_call(target, args, Tout, f, name=None):
    """Calls a `Defun`; which device it is for does not matter within one process.

    Args:
      target: name of a device, a string or string `Tensor`.
      args: the arguments.
      Tout: types of the results.
      f: the `Defun`.
      name: name of the node.

    Returns:
      A list of `Tensor`s.
    """
    graph = get_default_graph()
    values = _arguments(args)
    f = _instance(f, [t.dtype.base_dtype for t in values])
    found = raw.RemoteCall(
        convert_to_tensor(target),
        [*values, *f.captured_inputs],
        Tout=[dtypes.as_dtype(t) for t in Tout],
        f=_library_name(f, graph),
        name=name,
    )
    return _unpack(found)


@public
def partitioned_call(args, f, tout=None, executing_eagerly=None, config=None, executor_type=None):
    """Calls a `Defun` by a `PartitionedCall` node.

    Args:
      args: the arguments.
      f: the `Defun`.
      tout: types of the results (default: those the function declares).
      executing_eagerly: accepted.
      config: accepted.
      executor_type: accepted.

    Returns:
      A list of `Tensor`s, or the `Operation` when there are none.
    """
    graph = get_default_graph()
    values = _arguments(args)
    f = _instance(f, [t.dtype.base_dtype for t in values])
    name = _library_name(f, graph)
    op = raw.StatefulPartitionedCall if f.stateful_ops else raw.PartitionedCall
    types = _results(f) if tout is None else [dtypes.as_dtype(t) for t in tout]
    found = op([*values, *f.captured_inputs], Tout=types, f=name)
    return found if hasattr(found, "outputs") else _unpack(found)


@public
def If(cond, inputs, then_branch, else_branch, name=None):
    """Calls one of two `Defun`s.

    Args:
      cond: the scalar that decides.
      inputs: the arguments of both.
      then_branch: the `Defun` for a true `cond`.
      else_branch: the one for a false `cond`.
      name: name of the node.

    Returns:
      A list of `Tensor`s.
    """
    graph = get_default_graph()
    values = _arguments(inputs)
    types = [t.dtype.base_dtype for t in values]
    then_branch, else_branch = _instance(then_branch, types), _instance(else_branch, types)
    found = raw.If(
        convert_to_tensor(cond),
        values,
        Tout=_results(then_branch),
        then_branch=_library_name(then_branch, graph),
        else_branch=_library_name(else_branch, graph),
        name=name,
    )
    return _unpack(found)


@public
def While(input_, cond, body, name=None, hostmem=None):
    """Repeats a `Defun` as long as another one holds.

    Args:
      input_: list of the first values of the loop's variables.
      cond: a `Defun` of the variables that gives a scalar.
      body: a `Defun` that gives their next values.
      name: name of the node.
      hostmem: accepted.

    Returns:
      A list of `Tensor`s, the variables' last values.

    Raises:
      ValueError: `cond` captures tensors that `body` does not.
    """
    graph = get_default_graph()
    values = _arguments(input_)
    types = [t.dtype.base_dtype for t in values]
    cond, body = _instance(cond, types), _instance(body, types)
    if cond.captured_inputs:
        raise ValueError(
            "The 'cond' function of a While must not capture tensors; it captures "
            f"{cond.captured_inputs}"
        )
    if body.captured_inputs:
        raise ValueError(
            "The 'body' function of a While must not capture tensors; it captures "
            f"{body.captured_inputs}"
        )
    found = raw.While(
        values, cond=_library_name(cond, graph), body=_library_name(body, graph), name=name
    )
    return _unpack(found)


@public
def For(start, limit, delta, inputs, body, name=None, hostmem=None, rewrite_with_while=None):
    """Calls a `Defun` for each number of a range.

    Args:
      start: the first number.
      limit: the number to stop before.
      delta: the step.
      inputs: the first values of the other arguments.
      body: a `Defun` of the number and the arguments that gives their next values.
      name: name of the node.
      hostmem: accepted.
      rewrite_with_while: accepted.

    Returns:
      A list of `Tensor`s.
    """
    graph = get_default_graph()
    values = _arguments(inputs)
    body = _instance(body, [dtypes.int32, *(t.dtype.base_dtype for t in values)])
    found = raw.For(
        convert_to_tensor(start, dtypes.int32),
        convert_to_tensor(limit, dtypes.int32),
        convert_to_tensor(delta, dtypes.int32),
        [*values, *body.captured_inputs],
        body=_library_name(body, graph),
        name=name,
    )
    return _unpack(found)[: len(values)]
