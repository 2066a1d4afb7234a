"""From Python values to tensors: `convert_to_tensor`, its registry of conversion functions, and
`constant`.
"""

import numbers

import numpy as np

from headwater._src.core import dtypes, tensor_proto
from headwater._src.core.tensor_shape import Dimension, TensorShape
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.node import constant_node
from headwater._src.graph.operation import Operation, Tensor
from headwater._src.graph.optable import OPS

_REGISTRY = []  # (priority, order, types, function)
_CACHE = {}  # exact type -> the functions that apply, best first
_PLAIN = (bool, int, float, complex, str, bytes, np.ndarray, np.generic)


def register_tensor_conversion_function(base_type, conversion_func, priority=100):
    """Teaches `convert_to_tensor` another type.

    Args:
      base_type: a class, or tuple of classes.
      conversion_func: `(value, dtype=None, name=None, as_ref=False) -> Tensor` or NotImplemented.
      priority: functions of lower priority are tried first.

    Raises:
      TypeError: a wrong argument type.
    """
    types = base_type if isinstance(base_type, tuple) else (base_type,)
    if not all(isinstance(t, type) for t in types):
        raise TypeError("base_type must be a type or a tuple of types.")
    if not callable(conversion_func):
        raise TypeError("conversion_func must be callable.")
    _REGISTRY.append((priority, len(_REGISTRY), types, conversion_func))
    _REGISTRY.sort(key=lambda entry: entry[:2])
    _CACHE.clear()


def _functions_for(kind):
    found = _CACHE.get(kind)
    if found is None:
        found = _CACHE[kind] = [f for _, _, types, f in _REGISTRY if issubclass(kind, types)]
    return found


def convert_to_tensor(
    value, dtype=None, name=None, preferred_dtype=None, dtype_hint=None, as_ref=False
):
    """The tensor that `value` means: itself, or a new constant.

    Args:
      value: a Tensor, a Python number, string or nested list, a NumPy array, a variable, or an
        object of a registered type.
      dtype: the type it must have.
      name: name of the new node.
      preferred_dtype: a type to try first when `dtype` is not given.
      dtype_hint: the newer name of `preferred_dtype`.
      as_ref: whether a variable gives its reference.

    Returns:
      A `Tensor`.

    Raises:
      TypeError: no conversion is known for the type of `value`.
      ValueError: the value is a tensor of another type, or cannot be a tensor.

    >>> tf.convert_to_tensor([1, 2]).dtype
    tf.int32
    """
    if dtype is not None and dtype.__class__ is not dtypes.DType:
        dtype = dtypes.as_dtype(dtype)
    if isinstance(value, Tensor):
        if dtype is not None and not dtype.is_compatible_with(value.dtype):
            raise ValueError(
                f"Tensor conversion requested dtype {dtype.name} for Tensor with dtype "
                f"{value.dtype.name}: {value!r}"
            )
        return value
    hint = preferred_dtype if preferred_dtype is not None else dtype_hint
    for function in _functions_for(type(value)):
        result = NotImplemented
        if dtype is None and hint is not None:
            try:
                result = function(value, dtype=dtypes.as_dtype(hint), name=name, as_ref=as_ref)
            except (TypeError, ValueError):
                result = NotImplemented
            else:
                if (
                    result is not NotImplemented
                    and result.dtype.base_dtype != dtypes.as_dtype(hint).base_dtype
                ):
                    raise TypeError(
                        f"convert_to_tensor did not convert to the preferred dtype: "
                        f"{result.dtype.name} vs {dtypes.as_dtype(hint).name}"
                    )
        if result is NotImplemented:
            result = function(value, dtype=dtype, name=name, as_ref=as_ref)
        if result is NotImplemented:
            continue
        if not isinstance(result, Tensor):
            raise RuntimeError(f"{function} did not return a Tensor: {result!r}")
        if dtype is not None and not dtype.is_compatible_with(result.dtype):
            raise RuntimeError(
                f"Conversion function {function} for type {type(value)} returned incompatible"
                f" dtype: requested = {dtype.base_dtype.name}, actual = {result.dtype.name}"
            )
        return result
    if isinstance(value, Operation):
        raise TypeError(f"Can't convert Operation '{value.name}' to Tensor")
    raise TypeError(
        f"Cannot convert {value!r} with type {type(value)} to Tensor: no conversion function "
        "registered."
    )


def convert_n_to_tensor(values, dtype=None, name=None, preferred_dtype=None, as_ref=False):
    """`convert_to_tensor` for each of `values`; names get a running number."""
    if not isinstance(values, (list, tuple)):
        raise TypeError("values must be a sequence.")
    return [
        convert_to_tensor(
            v, dtype, None if name is None else f"{name}_{i}", preferred_dtype, as_ref=as_ref
        )
        for i, v in enumerate(values)
    ]


def constant(value, dtype=None, shape=None, name="Const", verify_shape=False):
    """A tensor that always has the given value.

    Args:
      value: a Python number, string, nested list or NumPy array.
      dtype: the tensor's type (default: from the value; Python floats are float32, ints int32).
      shape: the tensor's shape; a shorter `value` is filled up with its last element.
      name: name of the node.
      verify_shape: whether `value` must have exactly `shape`.

    Returns:
      A `Tensor`.

    Raises:
      TypeError: the value does not fit `dtype`.
      ValueError: the value does not fit `shape`.

    >>> sess.run(tf.constant([1, 2]) + 1)
    array([2, 3], dtype=int32)
    """
    array = tensor_proto.to_ndarray(value, dtype, shape, verify_shape)
    if hasattr(value, "__array__") and np.may_share_memory(array, value):
        array = array.copy()  # what the program does to its array later is no matter of the graph's
    return constant_node(get_default_graph(), array, name)


def _convert_plain(value, dtype=None, name=None, as_ref=False):
    return constant(value, dtype, name=name or "Const")


def _convert_sequence(value, dtype=None, name=None, as_ref=False):
    if _holds_tensor(value):
        return _pack(value, dtype, name)
    return constant(value, dtype, name=name or "Const")


def _holds_tensor(value):
    stack = [value]
    while stack:
        for item in stack.pop():
            if isinstance(item, (list, tuple)):
                stack.append(item)
            elif isinstance(item, Tensor) or hasattr(item, "_as_graph_element"):
                return True
    return False


def _first_dtype(value):
    for item in value:
        if isinstance(item, (list, tuple)):
            found = _first_dtype(item)
            if found is not None:
                return found
        elif hasattr(item, "dtype"):
            return dtypes.as_dtype(item.dtype).base_dtype
    return None


def _pack(value, dtype, name):
    """Stacks a nested list that has tensors among its leaves."""
    found = _first_dtype(value)
    if dtype is not None and found is not None and dtype != found:
        value = _cast_tensors(value, dtype)
    return _pack_level(value, dtype or found, name or "packed")


def _cast_tensors(value, dtype):
    if isinstance(value, (list, tuple)):
        return [_cast_tensors(item, dtype) for item in value]
    if isinstance(value, Tensor) and value.dtype.base_dtype != dtype:
        return OPS["Cast"](value, DstT=dtype)
    return value


def _pack_level(value, dtype, scope_name):
    graph = get_default_graph()
    with graph.name_scope(scope_name) as scope:
        parts = []
        for i, item in enumerate(value):
            if isinstance(item, (list, tuple)) and _holds_tensor(item):
                parts.append(_pack_level(item, dtype, str(i)))
            elif isinstance(item, Tensor) or hasattr(item, "_as_graph_element"):
                tensor = convert_to_tensor(item)
                if tensor.dtype.base_dtype != dtype:
                    raise TypeError(
                        "Cannot convert a list containing a tensor of dtype "
                        f"{tensor.dtype} to {dtype} (Tensor is: {tensor!r})"
                    )
                parts.append(tensor)
            else:
                parts.append(constant(item, dtype, name=str(i)))
        return OPS["Pack"](parts, name=scope)


def _convert_shape(value, dtype=None, name=None, as_ref=False):
    if isinstance(value, Dimension):
        if value.value is None:
            raise ValueError(f"Cannot convert an unknown Dimension to a Tensor: {value}")
        return constant(value.value, dtype or dtypes.int32, name=name or "shape_as_tensor")
    if not value.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape to a Tensor: {value}")
    if dtype is not None and dtype not in (dtypes.int32, dtypes.int64):
        raise TypeError(f"Cannot convert a TensorShape to dtype {dtype.name}")
    dims = value._dims
    if dtype is None:
        dtype = dtypes.int64 if any(d > 2**31 - 1 for d in dims) else dtypes.int32
    return constant(np.array(dims, dtype.as_numpy_dtype), dtype, name=name or "shape_as_tensor")


def _convert_graph_element(value, dtype=None, name=None, as_ref=False):
    """Objects that are a tensor of the graph under another name."""
    element = value._as_graph_element()
    return element if isinstance(element, Tensor) else NotImplemented


register_tensor_conversion_function((list, tuple), _convert_sequence, 100)
register_tensor_conversion_function(_PLAIN, _convert_plain, 100)
register_tensor_conversion_function((TensorShape, Dimension), _convert_shape, 100)
register_tensor_conversion_function(
    object,
    lambda value, dtype=None, name=None, as_ref=False: (
        _convert_graph_element(value, dtype, name, as_ref)
        if hasattr(value, "_as_graph_element")
        else _convert_fallback(value, dtype, name)
    ),
    200,
)


def _convert_fallback(value, dtype, name):
    """Arrays of other libraries, and numbers."""
    if hasattr(value, "__array__") or isinstance(
        value, (numbers.Number, dict, set, type(None), range)
    ):
        return constant(
            np.asarray(value) if hasattr(value, "__array__") else value, dtype, name=name or "Const"
        )
    return NotImplemented
