"""`tf.contrib.eager.defun`: a Python function as a graph function, compiled when that pays."""

import functools

import numpy as np

from headwater._src.core import nest
from headwater._src.eager.calls import Call, new_body
from headwater._src.graph import bodies
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Tensor


def defun(func=None, input_signature=None, autograph=True, experimental_autograph_options=None):
    """A function that is traced at its first call, and runs as one step from then on.

    It is traced again for arguments of another type or shape, and for other values of arguments
    that are not tensors. Where a graph is built, it is just called.

    Args:
      func: a function of tensors, variables and Python values.
      input_signature: list of `tf.TensorSpec`s: one trace serves all arguments that fit.
      autograph: accepted; Python's `if` and `while` on tensors are not rewritten.
      experimental_autograph_options: accepted.

    Returns:
      A function, or a decorator when `func` is not given.

    >>> @tf.contrib.eager.defun
    ... def area(a, b):
    ...     return a * b
    >>> area(tf.constant(2.0), tf.constant(3.0)).numpy()
    np.float32(6.0)
    """
    if func is None:
        return lambda f: defun(f, input_signature)
    return functools.wraps(func)(TracedFunction(func, input_signature))


def function(func=None, input_signature=None, autograph=True, **kwargs):
    """The later name of `defun`.

    Args:
      func: as for `defun`.
      input_signature: as for `defun`.
      autograph: accepted.
      **kwargs: accepted.
    """
    return defun(func, input_signature)


class TracedFunction:
    """A Python function with its traces.

    Args:
      python_function: the function.
      input_signature: list of `tf.TensorSpec`s, or None.
    """

    def __init__(self, python_function, input_signature=None):
        self.python_function = python_function
        self.input_signature = None if input_signature is None else tuple(input_signature)
        self._traces = {}

    def __get__(self, instance, owner=None):
        if instance is None:
            return self
        return functools.partial(self, instance)

    def __call__(self, *args, **kwargs):
        """Calls the function, or what was traced of it."""
        graph = get_default_graph()
        if not graph.eager:
            return self.python_function(*args, **kwargs)
        if self.input_signature is not None:
            args, kwargs = tuple(self._signed(args, kwargs)), {}
        leaves = [_as_argument(leaf) for leaf in nest.flatten([args, kwargs])]
        key = (_structure(args, kwargs), *[self._key(leaf, i) for i, leaf in enumerate(leaves)])
        trace = self._traces.get(key)
        if trace is None:
            trace = self._traces[key] = self._trace(graph, args, kwargs, leaves)
        return trace(graph, [leaf for leaf in leaves if isinstance(leaf, Tensor)])

    def _signed(self, leaves, kwargs):
        if kwargs or len(leaves) != len(self.input_signature):
            raise ValueError(
                "Structure of Python function inputs does not match input_signature: "
                f"{len(leaves)} arguments and {list(kwargs)} for {len(self.input_signature)} specs."
            )
        leaves = [convert_to_tensor(x, spec.dtype) for x, spec in zip(leaves, self.input_signature)]
        for x, spec in zip(leaves, self.input_signature):
            if not spec.shape.is_compatible_with(x.shape):
                raise ValueError(
                    f"Python inputs incompatible with input_signature: {x!r} does not fit {spec}"
                )
        return leaves

    def _key(self, leaf, position):
        if isinstance(leaf, Tensor):
            return (leaf.dtype, None if self.input_signature else leaf.dims)
        try:
            hash(leaf)
        except TypeError:
            return (type(leaf), id(leaf))
        return (type(leaf), leaf)

    def _trace(self, graph, args, kwargs, leaves):
        body = new_body(getattr(self.python_function, "__name__", "function"), graph)
        inside = []
        with body.as_default():
            for i, leaf in enumerate(leaves):
                if isinstance(leaf, Tensor):
                    spec = self.input_signature[i] if self.input_signature else None
                    leaf = body.add_input(leaf, None if spec is None else _dims(spec))
                inside.append(leaf)
            new_args, new_kwargs = nest.pack_sequence_as([args, kwargs], inside)
        return _Trace(body, lambda: self.python_function(*new_args, **new_kwargs))


class _Trace:
    """One trace, which takes the tensors among the arguments.

    Args:
      body: the `FuncGraph`, with its parameters.
      function: the function to trace, without arguments.
    """

    def __init__(self, body, function):
        self._traced = bodies.trace(body, lambda: self._without_nones(function()))
        self._call = Call(body)

    def _without_nones(self, result):
        """The leaves of a result that are something; the structure is noted."""
        self._structure = result
        return [leaf for leaf in nest.flatten(result) if leaf is not None]

    def __call__(self, graph, tensors):
        found = self._call(graph, [*tensors, *self._call.body.sources])
        leaves = iter(bodies.contract(self._traced.leaves, found))
        return nest.map_structure(
            lambda leaf: None if leaf is None else next(leaves), self._structure
        )


def _as_argument(leaf):
    if isinstance(leaf, (np.ndarray, np.generic)) and not isinstance(leaf, np.object_):
        return convert_to_tensor(leaf)
    return leaf


def _structure(args, kwargs):
    return repr(nest.map_structure(lambda leaf: 0, [args, kwargs]))


def _dims(spec):
    return None if spec.shape.rank is None else tuple(spec.shape.as_list())
