"""`tf.function`: a Python function as a part of the graph that is called by one node."""

import functools

import numpy as np

from headwater._src.core import errors, nest
from headwater._src.graph import bodies, public, raw
from headwater._src.graph.composite import IndexedSlices, SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.function_def import effects
from headwater._src.graph.operation import Operation, Tensor


@public
def function(
    func=None,
    input_signature=None,
    autograph=True,
    jit_compile=None,
    reduce_retracing=False,
    experimental_implements=None,
    experimental_autograph_options=None,
    experimental_attributes=None,
    experimental_relax_shapes=None,
    experimental_compile=None,
    experimental_follow_type_hints=None,
):
    """Makes calls of a Python function nodes of the graph.

    Each call builds the function's nodes in a body of their own; what has effects in it runs
    whenever the call does, in the order in which it was built. Python's `if` and `while` are not
    turned into `tf.cond` and `tf.while_loop`.

    Args:
      func: the function; without it the result is a decorator.
      input_signature: `tf.TensorSpec`s that the arguments must be compatible with.
      autograph: accepted; see above.
      jit_compile: accepted; everything is compiled.
      reduce_retracing: accepted.
      experimental_implements: accepted.
      experimental_autograph_options: accepted.
      experimental_attributes: accepted.
      experimental_relax_shapes: accepted.
      experimental_compile: accepted.
      experimental_follow_type_hints: accepted.

    Returns:
      The callable, or a decorator.

    >>> @tf.function
    ... def area(r):
    ...     return 3.0 * r * r
    >>> sess.run(area(tf.constant(2.0)))
    np.float32(12.0)
    """
    if func is None:
        return functools.partial(function, input_signature=input_signature)
    return GraphFunction(func, input_signature)


def _as_declared(spec, value):
    """An argument as a tensor of the type and shape that a signature declares."""
    value = convert_to_tensor(value, spec.dtype)
    if not spec.is_compatible_with(value):
        raise ValueError(f"Python inputs incompatible with input_signature: {value} for {spec}")
    return value


class GraphFunction:
    """What `tf.function` gives.

    Attributes:
      python_function: the function itself.
      input_signature: the declared arguments, or None.
    """

    def __init__(self, python_function, input_signature=None):
        functools.update_wrapper(self, python_function)
        self.python_function = python_function
        self.input_signature = input_signature

    def __get__(self, instance, owner=None):
        """The function as a method of `instance`."""
        if instance is None:
            return self
        return GraphFunction(self.python_function.__get__(instance, owner), self.input_signature)

    def __call__(self, *args, **kwargs):
        """Adds a node that runs the function on these arguments.

        Args:
          *args: tensors, or what becomes one when it is an array; other values are handed on.
          **kwargs: the same, by name.

        Returns:
          What the function returns, with the node's outputs for its tensors.

        Raises:
          ValueError: the arguments are not as `input_signature` says.
        """
        graph = get_default_graph()
        if graph.eager:
            return graph.call_function(self, args, kwargs)
        given = self._converted((args, kwargs))
        name = getattr(self.python_function, "__name__", "function").strip("<>")
        body = bodies.new_graph(graph, name)
        leaves = [x for x in nest.flatten(given) if bodies.is_leaf(x)]
        tensors = [graph.capture(t) for t in bodies.expand(leaves)]
        inside = iter(bodies.contract(leaves, [body.add_input(t) for t in tensors]))
        args, kwargs = nest.map_structure(lambda x: next(inside) if bodies.is_leaf(x) else x, given)
        with body.as_default():
            found = self.python_function(*args, **kwargs)
            flat = [] if found is None else nest.flatten(found)
            results = [self._result(x) for x in flat]
            wanted = [x for x in results if bodies.is_leaf(x)]
            body.outputs = [body.capture(t) for t in bodies.expand(wanted)]
        body.targets = effects(body)
        with graph.control_dependencies(body.outer_control):
            made = raw.StatefulPartitionedCall(
                [*tensors, *body.sources],
                Tout=[t.dtype.base_dtype for t in body.outputs],
                f=body,
                name="StatefulPartitionedCall",
            )
        if not body.outputs:
            return made
        outputs = iter(bodies.contract(wanted, list(made)))
        packed = [next(outputs) if bodies.is_leaf(x) else x for x in results]
        return nest.pack_sequence_as(found, packed)

    def _converted(self, given):
        """The arguments, arrays among them made tensors."""
        if self.input_signature is not None:
            return self._declared(given)
        return nest.map_structure(
            lambda x: convert_to_tensor(x) if isinstance(x, np.ndarray) else x, given
        )

    def _declared(self, given):
        args, kwargs = given
        if kwargs or len(args) != len(self.input_signature):
            raise ValueError(
                f"Structure of Python function inputs does not match input_signature: {args} "
                f"{kwargs} for {self.input_signature}"
            )
        signature = tuple(self.input_signature)
        return nest.map_structure_up_to(signature, _as_declared, signature, args), {}

    @staticmethod
    def _result(value):
        if isinstance(value, Operation):
            return None
        if isinstance(value, (Tensor, SparseTensor, IndexedSlices)) or bodies.is_leaf(value):
            return value
        return None if value is None else convert_to_tensor(value)

    def get_concrete_function(self, *args, **kwargs):
        """Not available: a function's nodes are built at each call.

        Args:
          *args: ignored.
          **kwargs: ignored.

        Raises:
          UnimplementedError: always.
        """
        raise errors.UnimplementedError(
            None,
            None,
            "tf.function(...).get_concrete_function: headwater builds the nodes of a function at "
            "each call; call it, or use Defun for a function with a name",
        )
