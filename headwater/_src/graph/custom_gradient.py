"""Functions with a gradient of the program's own: `tf.custom_gradient` and what is made of it.

The outputs of such a function pass through one `IdentityN` node together with its inputs; the
node's attr `_gradient_op_type` names a gradient function that calls the program's one.
"""

import functools
import inspect
import itertools

from headwater._src.core import dtypes, nest
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.gradient_registry import RegisterGradient
from headwater._src.graph.gradients import gradients
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import raw

_numbers = itertools.count(1)


def custom_gradient(f=None):
    """Decorates a function that returns its result together with the function that differentiates
    it.

    Args:
      f: takes tensors `*x` and returns `(y, grad_fn)`, where `grad_fn(*dy)` takes a gradient for
        each tensor of `y` and gives one for each of `x`. When `f` uses resource variables,
        `grad_fn` must accept `variables=[...]` and return a pair: gradients of `x`, gradients of
        the variables.

    Returns:
      A function `h(*x)` with the value of `f(*x)[0]`, whose gradient is what `grad_fn` says.

    >>> @tf.custom_gradient
    ... def clipped(x):
    ...     return x, lambda dy: tf.clip_by_value(dy, -1.0, 1.0)
    """
    if f is None:
        return custom_gradient

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        graph = get_default_graph()
        if graph.eager:
            return graph.custom_gradient(f, args, kwargs, _takes_variables)
        if kwargs:
            raise ValueError(
                "The custom_gradient decorator currently supports keywords arguments only when "
                "eager "
                "execution is enabled."
            )
        return _call(f, args)

    return decorated


def _call(f, args):
    graph = get_default_graph()
    inputs = [convert_to_tensor(x) for x in nest.flatten(list(args))]
    first = len(graph._ops)
    known = {id(v): v for v in _all_variables(graph)}
    returned = f(*nest.pack_sequence_as(list(args), inputs))
    if not isinstance(returned, (tuple, list)) or len(returned) != 2 or not callable(returned[1]):
        raise TypeError(
            "A function decorated with @tf.custom_gradient must return its result and a gradient "
            f"function, but returned {returned!r}"
        )
    result, grad_fn = returned
    variables = _variables_used(graph, graph._ops[first:], inputs, known)
    outputs = [convert_to_tensor(y) for y in nest.flatten(result)]
    for y in outputs:
        raw.Identity(y)
    takes_variables = _takes_variables(grad_fn)
    if variables and not takes_variables:
        raise TypeError(
            "@tf.custom_gradient grad_fn must accept keyword argument 'variables', since "
            "function uses "
            f"variables: {variables}"
        )

    def gradient(op, *dys):
        dys = dys[: len(outputs)]
        if variables:
            found, of_variables = grad_fn(*dys, variables=variables)
            of_variables = nest.flatten(of_variables)
            if len(of_variables) != len(variables):
                raise ValueError(
                    f"Must return gradient for each variable from @custom_gradient grad_fn: got "
                    f"{len(of_variables)} gradients for {len(variables)} variables."
                )
        else:
            found, of_variables = grad_fn(*dys), []
        # The results themselves are inputs of the node too; nothing flows back through them.
        return [None] * len(outputs) + nest.flatten(found) + of_variables

    name = f"CustomGradient-{next(_numbers)}"
    RegisterGradient(name)(gradient)
    with graph.gradient_override_map({"IdentityN": name}):
        everything = raw.IdentityN([*outputs, *inputs, *variables])
    for variable in variables:
        convert_to_tensor(variable)
    return nest.pack_sequence_as(result, everything[: len(outputs)])


def _takes_variables(function):
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return any(p.name == "variables" or p.kind is p.VAR_KEYWORD for p in parameters)


def _all_variables(graph):
    for key in ("variables", "local_variables", "trainable_variables"):
        yield from graph.get_collection(key)


def _variables_used(graph, nodes, inputs, known):
    """The variables that the nodes made by the function read, in order of first use.

    Raises:
      TypeError: one of them is a reference variable made by the function.
    """
    handles, references = {}, {}
    for variable in _all_variables(graph):
        handle = getattr(variable, "handle", None)
        if isinstance(handle, Tensor):
            handles[handle] = variable
        elif id(variable) not in known:
            references[variable.op] = variable
    given, found = set(inputs), {}
    for node in nodes:
        for t in node.inputs:
            if t.op in references and node.type != "Assign":
                raise TypeError(
                    "All variables used by a function wrapped with @custom_gradient must be "
                    "`ResourceVariable`s. Ensure that no `variable_scope` is created with "
                    "`use_resource=False`."
                )
            if (
                t in handles
                and t not in given
                and node.type in ("ReadVariableOp", "ResourceGather")
            ):
                found[t] = handles[t]
    return list(found.values())


def grad_pass_through(f):
    """A function with the values of `f` and the gradient of the identity.

    Args:
      f: a function of one tensor, such as `tf.round`; its result must have the shape of its
        argument.

    Returns:
      A function that takes what `f` takes.
    """

    @custom_gradient
    def _through(*args):
        def grad(*dys, variables=None):
            of_variables = [None] * len(variables or ())
            return (dys, of_variables) if variables else dys

        return f(*args), grad

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        return _through(*args, **kwargs)

    return decorated


def recompute_grad(f):
    """A function like `f` that forgets what it computed on the way, and computes it again for the
    gradient.

    Args:
      f: a function of tensors; it must give the same result each time.

    Returns:
      A function that takes what `f` takes; less memory, more computation.
    """

    @functools.wraps(f)
    def decorated(*args, **kwargs):
        @custom_gradient
        def again(*args):
            inputs = [convert_to_tensor(x) for x in args]

            def grad(*dys, variables=None):
                graph = get_default_graph()
                if graph.eager:
                    second = lambda: nest.flatten(f(*inputs, **kwargs))
                    found = graph.gradients_of(second, [*inputs, *(variables or ())], list(dys))
                    split = len(inputs)
                    return (found[:split], found[split:]) if variables else found
                with graph.control_dependencies(list(dys)):
                    copies = [raw.Identity(x) for x in inputs]
                    second = nest.flatten(f(*copies, **kwargs))
                sources = [*copies, *(variables or ())]
                found = gradients(second, sources, grad_ys=list(dys))
                split = len(copies)
                return (found[:split], found[split:]) if variables else found

            return f(*inputs, **kwargs), grad

        return again(*args)

    return decorated


def hessians(
    ys,
    xs,
    name="hessians",
    colocate_gradients_with_ops=False,
    gate_gradients=False,
    aggregation_method=None,
):
    """Adds nodes that compute the second derivatives of the sum of `ys` with respect to each of
    `xs`.

    Args:
      ys: a tensor or list of tensors.
      xs: a tensor or variable, or a list of them, of static shapes.
      name: ignored, as in TensorFlow.
      colocate_gradients_with_ops: as in `tf.gradients`.
      gate_gradients: as in `tf.gradients`.
      aggregation_method: as in `tf.gradients`.

    Returns:
      A list with a tensor of shape `x.shape + x.shape` for each of `xs`.

    Raises:
      ValueError: `ys` do not depend on one of `xs`.
      NotImplementedError: the shape of one of `xs` is not known while the graph is built.
    """
    xs = list(xs) if isinstance(xs, (list, tuple)) else [xs]
    options = {
        "colocate_gradients_with_ops": colocate_gradients_with_ops,
        "gate_gradients": gate_gradients,
        "aggregation_method": aggregation_method,
    }
    result = []
    for x, first in zip(xs, gradients(ys, xs, **options)):
        if first is None:
            raise ValueError("None values not supported.")
        result.append(_jacobian(convert_to_tensor(first), x, options))
    return result


def _jacobian(values, x, options):
    """The derivative of every element of `values` (of the shape of `x`) with respect to `x`."""
    dims = x.shape.as_list() if x.shape.dims is not None else [None]
    flat = raw.Reshape(values, convert_to_tensor([-1]))
    if None in dims:
        if gradients(flat[0], x, **options)[0] is None:
            raise ValueError("None values not supported.")
        raise NotImplementedError(f"tf.hessians needs a static shape, but that of {x} is {x.shape}")
    count = 1
    for d in dims:
        count *= d
    rows = []
    for i in range(count):
        row = gradients(flat[i], x, **options)[0]
        if row is None:
            raise ValueError("None values not supported.")
        rows.append(row)
    return raw.Reshape(raw.Pack(rows), convert_to_tensor([*dims, *dims], dtypes.int32))
