"""Python functions as nodes of a graph: `tf.py_func` and `tf.numpy_function`.

State: `_functions` maps the tokens that stand in the nodes to the functions; the graph that a node
was made in keeps its function alive. A graph from a file has tokens that mean nothing here, so
nothing that is read runs code.
"""

import itertools
import threading
import traceback
import weakref

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.gradients import is_trainable
from headwater._src.graph.optable import raw

PyFunc = define_op(
    "PyFunc",
    inputs="input: Tin",
    outputs="output: Tout",
    attrs=["token: string", "Tin: list(type) >= 0", "Tout: list(type) >= 0"],
    stateful=True,
)
PyFuncStateless = define_op(
    "PyFuncStateless",
    inputs="input: Tin",
    outputs="output: Tout",
    attrs=["token: string", "Tin: list(type) >= 0", "Tout: list(type) >= 0"],
)


EagerPyFunc = define_op(
    "EagerPyFunc",
    inputs="input: Tin",
    outputs="output: Tout",
    attrs=[
        "token: string",
        "is_async: bool = false",
        "Tin: list(type) >= 0",
        "Tout: list(type) >= 0",
    ],
    stateful=True,
)


class _Function:
    """Holds a function, so that it can be referred to weakly."""

    def __init__(self, function):
        self.function = function
        self.token = f"pyfunc_{next(_numbers)}"
        _functions[self.token] = self


_functions = weakref.WeakValueDictionary()
_numbers = itertools.count()


def py_func_kernel(ctx, input, *, token, Tout):
    holder = _functions.get(token)
    if holder is None:
        raise errors.InvalidArgumentError(
            None, None, f"callback {token} is not found: the function is not of this process"
        )
    try:
        result = holder.function(*[_argument(x) for x in input])
    except errors.OpError:
        raise
    except Exception as error:
        kind = next((k for python, k in _ERRORS if isinstance(error, python)), errors.UnknownError)
        text = f"{type(error).__name__}: {error}\n{traceback.format_exc()}"
        raise kind(None, None, text) from error
    if isinstance(result, dict):
        raise _unsupported(result)
    values = list(result) if isinstance(result, (list, tuple)) else [result]
    if result is None:
        values = []
    if len(values) != len(Tout):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"{token} returns {len(values)} values, but expects to see {len(Tout)} values.",
        )
    return [_result(token, i, v, dtype) for i, (v, dtype) in enumerate(zip(values, Tout))]


_ERRORS = (
    ((TypeError, ValueError), errors.InvalidArgumentError),
    (StopIteration, errors.OutOfRangeError),
    (MemoryError, errors.ResourceExhaustedError),
    (NotImplementedError, errors.UnimplementedError),
)
_NAMES = {"float32": "float", "float64": "double", "float16": "half"}


def _argument(x):
    """A scalar arrives as a NumPy number (or bytes), an array as one that may be written to."""
    x = np.asarray(x)
    return x[()] if x.ndim == 0 else np.array(x)


def _unsupported(value):
    return errors.InternalError(None, None, f"Unsupported object type {type(value).__name__}")


def _result(token, i, value, dtype):
    array = np.asarray(value)
    if array.dtype.kind in "USO":
        for v in array.reshape(-1):
            if not isinstance(v, (str, bytes)):
                raise _unsupported(v)
        flat = [v.encode() if isinstance(v, str) else bytes(v) for v in array.reshape(-1)]
        found, array = dtypes.string, np.empty(array.shape, object)
        array.reshape(-1)[:] = flat
    else:
        try:
            found = dtypes.as_dtype(array.dtype)
        except TypeError:
            raise errors.InternalError(
                None, None, f"Unsupported numpy data type: {array.dtype}"
            ) from None
    if found != dtype:
        has, wants = (_NAMES.get(t.name, t.name) for t in (found, dtype))
        raise errors.InvalidArgumentError(
            None, None, f"{i}-th value returned by {token} is {has}, but expects {wants}"
        )
    return np.array(array)


class _Once:
    """The results of a function of constants, computed when they are first asked for."""

    def __init__(self):
        self.lock, self.results = threading.Lock(), None


def py_func_stateless_kernel(ctx, input, *, token, Tout):
    if any(t.op.type != "Const" for t in ctx.node.inputs):
        return py_func_kernel(ctx, input, token=token, Tout=Tout)
    once = ctx.resources.object(("py_func", "", ctx.node), _Once)
    with once.lock:
        if once.results is None:
            once.results = py_func_kernel(ctx, input, token=token, Tout=Tout)
    return once.results


for _op, _kernel in ((PyFunc, py_func_kernel), (PyFuncStateless, py_func_stateless_kernel)):
    _op.shape(lambda input, *, Tout: [None] * len(Tout))
    _op.host(_kernel)
    _op.no_gradient()

EagerPyFunc.shape(lambda input, *, Tout: [None] * len(Tout))
EagerPyFunc.host(py_func_kernel)


@EagerPyFunc.gradient
def eager_py_func_gradient(op, *dys):
    backward = op.attrs.get("_backward")
    if backward is None:  # the node of a file, or a gradient
        raise LookupError(f"The gradient of '{op.name}' (op type: EagerPyFunc) is not known.")
    types = [t.dtype.base_dtype for t in op.inputs]
    given = [dy for y, dy in zip(op.outputs, dys) if is_trainable(y)]
    found = raw.EagerPyFunc([*op.inputs, *given], token=backward, Tout=types, name="EagerPyFunc")
    for x, dx in zip(op.inputs, found):
        dx.set_shape(x.shape)
    return [dx if is_trainable(x) else None for x, dx in zip(op.inputs, found)]


def add_function(function, graph):
    """What stands for a function, with a `token` for nodes of a graph, which keeps it alive.

    Args:
      function: a function of arrays.
      graph: the `Graph`.
    """
    holder = _Function(function)
    _keep(graph, holder)
    return holder


def py_func(func, inp, Tout, stateful=True, name=None):
    """Tensors that a Python function computes, each time the step runs.

    Args:
      func: function of NumPy arrays (NumPy numbers for scalars), which returns an array, or a
        list of arrays.
      inp: list of tensors: its arguments.
      Tout: the type of its result, or a list of the types of its results.
      stateful: whether two calls with the same arguments may differ; if not, a session calls a
        function of constants once.
      name: name of the node.

    Returns:
      A `Tensor` of unknown shape; a list of them when `Tout` is a list. When that list is empty:
      the `Operation` if it is stateful, else an empty list. It has no gradient.

    Raises:
      InvalidArgumentError: when it runs: the number or the types of the results are others, or
        the function raised a `TypeError` or `ValueError`.
      InternalError: when it runs: a result is no array, number or string.
      UnknownError: the function raised another exception.
    """
    if not callable(func):
        raise ValueError(f"Expected func to be callable. Received func={func}")
    holder = add_function(func, get_default_graph())
    listed = isinstance(Tout, (list, tuple))
    types = [dtypes.as_dtype(t) for t in (Tout if listed else [Tout])]
    op = raw.PyFunc if stateful else raw.PyFuncStateless
    result = op(inp, token=holder.token, Tout=types, name=name)
    if not types:
        return result if stateful else []
    return result if listed else result[0]


def numpy_function(func=None, inp=None, Tout=None, stateful=True, name=None):
    """Tensors that a Python function of NumPy arrays computes; see `tf.py_func`.

    Args:
      func: the function.
      inp: list of tensors: its arguments.
      Tout: the type of its result, or a list of the types of its results.
      stateful: whether two calls with the same arguments may differ.
      name: name of the node.

    Returns:
      A `Tensor`, or a list of them when `Tout` is a list.
    """
    return py_func(func, inp, Tout, stateful=stateful, name=name)


def _keep(graph, holder):
    """The function lives as long as the graph, and as the graphs around it."""
    while graph is not None and not graph.eager:
        graph.__dict__.setdefault("_python_functions", []).append(holder)
        graph = getattr(graph, "outer_graph", None)
