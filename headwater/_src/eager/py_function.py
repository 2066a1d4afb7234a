"""`tf.py_function`: a Python function of eager tensors as a node of a graph, with a gradient."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.eager.mode import eager_graph
from headwater._src.eager.tape import GradientTape
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import executing_eagerly, get_default_graph
from headwater._src.graph.optable import raw
from headwater._src.graph.variable import Variable
from headwater._src.ops.script import add_function


def py_function(func, inp, Tout, name=None):
    """Tensors that a Python function computes by eager execution, each time the step runs.

    Args:
      func: function of eager tensors; it may use any operation, and `numpy()`.
      inp: list of tensors: its arguments.
      Tout: the type of its result, or a list of the types of its results; empty for None.
      name: name of the node.

    Raises:
      ValueError: `func` is not callable.
      tf.errors.UnknownError: when it runs: `func` returned a variable.

    Returns:
      A `Tensor` of unknown shape, a list of them when `Tout` is a list, or an `Operation` when
      that is empty. It has a gradient, where `func` has one.

    >>> x = tf.constant(3.0)
    >>> y = tf.py_function(lambda v: v * v, [x], tf.float32)
    >>> sess.run([y, tf.gradients(y, x)[0]])
    [np.float32(9.0), np.float32(6.0)]
    """
    if not callable(func):
        raise ValueError(f"Expected func to be callable. Received func={func}")
    listed = isinstance(Tout, (list, tuple))
    types = [dtypes.as_dtype(t) for t in (Tout if listed else [Tout])]
    function = _Function(func, types)
    if executing_eagerly():
        found = function.call([convert_to_tensor(x) for x in inp])
        return found if listed else found[0]
    graph = get_default_graph()
    forward, backward = (add_function(f, graph) for f in (function.forward, function.backward))
    result = raw.EagerPyFunc(
        inp, token=forward.token, Tout=types, _backward=backward.token, name=name
    )
    return result if listed or not types else result[0]


class _Function:
    """A program's function, and how it was differentiated last.

    State: `_last` holds the arrays that it was called with last, the tape of that call, its
    arguments and results; the gradient uses it when it is for the same arguments.
    """

    def __init__(self, function, types):
        self._function, self._types = function, types
        self._last: tuple = ()

    def call(self, args):
        """The results for eager tensors, as a list of tensors of the declared types."""
        found = self._function(*args)
        if not self._types:
            return []
        found = list(found) if isinstance(found, (list, tuple)) else [found]
        for value in found:
            if isinstance(value, Variable):
                raise errors.UnknownError(
                    None,
                    None,
                    "TypeError: Attempting to return a variable from a function that is run by "
                    f"py_function: {value!r}. Return its value, variable.read_value(), instead.",
                )
        return [
            convert_to_tensor(value, dtype if not hasattr(value, "dtype") else None)
            for value, dtype in zip(found, self._types + [None] * len(found))
        ]

    def forward(self, *arrays):
        """The results for arrays, as arrays."""
        graph = eager_graph()
        with graph.as_default():
            args = [
                graph.tensor(np.asarray(a), dtypes.as_dtype(np.asarray(a).dtype)) for a in arrays
            ]
            with GradientTape(persistent=True) as tape:
                for x in args:
                    if _is_smooth(x.dtype):
                        tape.watch(x)
                found = self.call(args)
            self._last = (arrays, tape, args, found)
        return [t.content for t in found]

    def backward(self, *arrays):
        """The gradients of the arguments, for the arguments and the gradients of those results
        that have any.
        """
        smooth = [_is_smooth(dtype) for dtype in self._types]
        count = len(arrays) - sum(smooth)
        given, dys = arrays[:count], arrays[count:]
        if not self._last or not _same(self._last[0], given):
            self.forward(*given)
        _, tape, args, found = self._last
        graph = eager_graph()
        with graph.as_default():
            ys = [y for y, is_smooth in zip(found, smooth) if is_smooth]
            weights = [graph.tensor(np.asarray(dy), y.dtype) for y, dy in zip(ys, dys)]
            dxs = tape.gradient(ys, args, weights)
            return [
                np.zeros(x.dims, x.content.dtype) if dx is None else convert_to_tensor(dx).content
                for x, dx in zip(args, dxs)
            ]


def _is_smooth(dtype):
    return dtype.is_floating or dtype.is_complex


def _same(before, now):
    return len(before) == len(now) and all(
        a is b or np.array_equal(a, b) for a, b in zip(before, now)
    )
