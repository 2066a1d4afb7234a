"""Functions with a gradient of the program's own, in eager execution; see `graph/custom_gradient`."""

from headwater._src.core import nest
from headwater._src.eager.calls import record_custom
from headwater._src.eager.recording import listening, stopped
from headwater._src.eager.tape import GradientTape
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import raw
from headwater._src.graph.variable import Variable


def call(graph, f, args, kwargs, takes_variables):
    """What a function gives that returns its result together with its gradient function.

    Args:
      graph: the `EagerGraph`.
      f: the function.
      args: its arguments; numbers and arrays become tensors.
      kwargs: its keyword arguments, which are left as they are.
      takes_variables: whether a gradient function accepts `variables`.
    """
    args = nest.map_structure(_tensor, list(args))
    inputs = [x.value() if isinstance(x, Variable) else x for x in nest.flatten(args)]
    watcher = GradientTape()
    with listening(watcher):
        result, grad_fn = f(*args, **kwargs)
    variables = [
        v for v in watcher._variables.values() if not any(v is x for x in nest.flatten(args))
    ]
    if variables and not takes_variables(grad_fn):
        raise TypeError(
            "@tf.custom_gradient grad_fn must accept keyword argument 'variables', since function "
            f"uses variables: {variables}"
        )
    with stopped():
        outputs = [raw.Identity(y) for y in nest.flatten(result)]

    def gradient(op, *dys):
        if not variables:
            return nest.flatten(grad_fn(*dys))
        found, of_variables = grad_fn(*dys, variables=variables)
        return [*nest.flatten(found), *nest.flatten(of_variables)]

    record_custom(graph, [*inputs, *(v.handle for v in variables)], outputs, gradient)
    return nest.pack_sequence_as(result, outputs)


def gradients_of(f, sources, dys):
    """The gradients of a function that is called now, as `tf.gradients` gives those of tensors.

    Args:
      f: a function without arguments that gives a list of tensors.
      sources: list of tensors and variables.
      dys: weights of the tensors.
    """
    with GradientTape() as tape:
        tape.watch(sources)
        found = f()
    return tape.gradient(found, sources, dys)


def _tensor(value):
    return value if isinstance(value, (Tensor, Variable)) else convert_to_tensor(value)
