"""Python values to arrays and back to `TensorProto`: the rules of `tf.constant`.

`to_ndarray` decides which values are acceptable, what type they get and which array they are; it
needs no protobuf and is quick for the scalars and small lists that graphs are full of.
`make_tensor_proto` writes such an array the way TensorFlow does, byte for byte, and `make_ndarray`
reads one.
"""

import math

import numpy as np

from headwater._src.core import dtypes
from headwater._src.core.dtypes import as_dtype
from headwater._src.core.tensor_shape import Dimension, TensorShape

MAX_BYTES = 2**31 - 1
"""The most a protocol message can hold, and the largest array that is made of one."""

_INT32_MIN, _INT32_MAX = -(2**31), 2**31 - 1
_FLOAT32_MAX = float(np.finfo(np.float32).max)
_F32, _I32 = dtypes.float32, dtypes.int32
_STRINGS = frozenset({str, bytes, np.str_, np.bytes_})
_BOOLS = frozenset({bool, np.bool_})
_INTS = _BOOLS | {int} | {np.dtype(code).type for code in "bhilqBHILQ"}
_BFLOAT16 = dtypes.bfloat16.as_numpy_dtype
_FLOATS = _INTS | {float, np.float16, np.float32, np.float64, _BFLOAT16}
_COMPLEX = _FLOATS | {complex, np.complex64, np.complex128}


def _acceptable(dtype):
    """Types of elements that suit `dtype` at first sight, and base classes for a second."""
    if dtype.is_bool:
        return _BOOLS, (bool, np.bool_)
    if dtype.is_integer:
        return _INTS, (int, np.integer, np.bool_, Dimension)
    if dtype.is_floating:
        return _FLOATS, (int, float, np.integer, np.floating, np.bool_, _BFLOAT16)
    if dtype.is_complex:
        return _COMPLEX, (int, float, complex, np.number, np.bool_, _BFLOAT16)
    if dtype is dtypes.string:
        return _STRINGS, (str, bytes)
    return frozenset(), ()


_ACCEPTABLE = {dtype: _acceptable(dtype) for dtype in dtypes.TYPE_NAMES.values()}


# -- values to arrays


def to_ndarray(values, dtype=None, shape=None, verify_shape=False):
    """Converts Python values to an array, with TensorFlow's checks and choice of type.

    Without `dtype`: Python floats become float32, ints int32 (int64 or uint64 where they do not
    fit), strings and bytes an `object` array of `bytes`; NumPy arrays and scalars keep their type.

    Args:
      values: a scalar, nested lists or tuples of scalars, an array or something with `__array__`,
        a `TensorShape` or a `Dimension`.
      dtype: the type wanted, or None.
      shape: the shape wanted, or None for that of `values`.  Too few elements are filled up with
        the last one.
      verify_shape: whether `shape` must be exactly that of `values`.

    Returns:
      `np.ndarray`; it may share memory with `values`.

    Raises:
      TypeError: if an element does not suit `dtype`, or no type suits.
      ValueError: if `values` are ragged, None, or too many for `shape`.
    """
    if shape is None and not verify_shape:
        return _convert(values, dtype)
    array, dims = _with_shape(values, dtype, shape, verify_shape)
    return array if array.shape == dims else _fill(array.ravel(), dims)


def _convert(values, dtype):
    """`to_ndarray` without a shape."""
    kind = type(values)
    if dtype is None:
        if kind is float:
            if -_FLOAT32_MAX <= values <= _FLOAT32_MAX:
                return np.array(values, np.float32)
        elif kind is int:
            if _INT32_MIN <= values <= _INT32_MAX:
                return np.array(values, np.int32)
        elif kind is bool:
            return np.array(values)
    else:
        dtype = as_dtype(dtype).base_dtype
        if kind is float:
            if dtype is _F32 and -_FLOAT32_MAX <= values <= _FLOAT32_MAX:
                return np.array(values, np.float32)
        elif kind is int:
            if dtype is _I32 and _INT32_MIN <= values <= _INT32_MAX:
                return np.array(values, np.int32)
            if dtype is _F32 and -(2**24) <= values <= 2**24:
                return np.array(values, np.float32)
    if kind is np.ndarray or isinstance(values, np.generic):
        return _convert_array(np.asarray(values), dtype)
    if values is None:
        raise ValueError("None values not supported.")
    if kind is TensorShape or kind is Dimension:
        return _convert_shape(values, dtype)
    if hasattr(values, "__array__") and not isinstance(values, type):
        return _convert_array(np.asarray(values), dtype)
    if dtype is not None:
        return _convert_checked(values, dtype)
    return _convert_inferred(values)


def _convert_array(array, dtype):
    if dtype is None:
        dtype = as_dtype(array.dtype)
    elif not dtype.is_numpy_compatible:
        raise _not_compatible(dtype, array, array.dtype)
    if dtype is dtypes.string:
        return _bytes_array(array)
    wanted = np.dtype(dtype.as_numpy_dtype)
    if array.dtype == wanted:
        return array
    with np.errstate(over="ignore", invalid="ignore"):
        if array.dtype.kind == "c" and not dtype.is_complex:
            array = array.real  # NumPy would warn that it drops the imaginary part
        return array.astype(wanted)


def _bytes_array(array):
    """An `object` array of `bytes` for an array of strings."""
    if array.dtype.kind == "U":
        flat = [s.encode() for s in array.ravel().tolist()]
    elif array.dtype.kind == "S":
        flat = array.ravel().tolist()
    else:
        flat = [_as_bytes(s) for s in array.ravel().tolist()]
        if array.dtype == object and all(map(_is, flat, array.ravel().tolist())):
            return array
    return _object_array(flat, array.shape)


def _is(a, b):
    return a is b


def _object_array(flat, shape):
    array = np.empty(len(flat), object)
    array[:] = flat
    return array.reshape(shape)


def _as_bytes(value):
    if isinstance(value, bytes):
        return bytes(value)
    if isinstance(value, str):
        return value.encode()
    raise TypeError(f"Expected binary or unicode string, got {value!r}")


def _convert_shape(values, dtype):
    """The array for a `TensorShape` or a `Dimension`, which must be known."""
    is_shape = type(values) is TensorShape
    noun = "TensorShape" if is_shape else "Dimension"
    if is_shape and not values.is_fully_defined():
        raise ValueError(f"Cannot convert a partially known TensorShape to a Tensor: {values}")
    if not is_shape and values.value is None:
        raise ValueError(f"Cannot convert an unknown Dimension to a Tensor: {values}")
    sizes = values._dims if is_shape else values.value
    largest = max(sizes, default=0) if is_shape else sizes
    if dtype is None:
        dtype = _I32 if largest <= _INT32_MAX else dtypes.int64
    elif dtype is not _I32 and dtype is not dtypes.int64:
        raise TypeError(f"Cannot convert a {noun} to dtype: {dtype.name}")
    elif dtype is _I32 and largest > _INT32_MAX:
        raise ValueError(
            f"Cannot convert a {noun} to dtype int32; a dimension is too large ({largest})"
        )
    return np.array(sizes, dtype.as_numpy_dtype)


def _convert_checked(values, dtype):
    """Python values to a given type: every element must suit it."""
    if not dtype.is_numpy_compatible:
        raise _not_compatible(dtype, values, np.array(values).dtype)
    if dtype.is_quantized:
        _check_quantized(values, dtype)
        return np.array(values, dtype.as_numpy_dtype)
    exact, bases = _ACCEPTABLE[dtype]
    kinds = set(map(type, values)) if type(values) in (list, tuple) else {type(values)}
    if not kinds <= exact:
        _check(values, dtype, exact, bases)
    if dtype is dtypes.string:
        return _strings(values)
    array = np.array(_plain(values) if Dimension in kinds else values)
    if array.dtype == object and dtype.is_integer:
        array = np.array(_plain(values))
    _require_dense(values, array)
    if array.dtype != dtype.as_numpy_dtype:
        with np.errstate(over="ignore", invalid="ignore"):
            array = array.astype(dtype.as_numpy_dtype)
    return array


def _check(values, dtype, exact, bases):
    """Raises `TypeError` for the first element of `values` that is none of `exact` or `bases`."""
    if isinstance(values, (list, tuple)):
        if not set(map(type, values)) <= exact:
            for value in values:
                _check(value, dtype, exact, bases)
        return
    if type(values) in exact or isinstance(values, bases):
        return
    if isinstance(values, np.ndarray):
        if values.dtype.type in exact:
            return
    elif isinstance(values, (range, bytearray, memoryview)) and not dtype.is_bool:
        return  # numbers, but not as a list: refused later for its shape
    raise _unsuitable(values, dtype)


def _unsuitable(value, dtype):
    return TypeError(
        f"Expected {dtype.name}, got {value} of type '{type(value).__name__}' instead."
    )


def _check_quantized(values, dtype):
    """Elements of quantized types are written as tuples."""
    if isinstance(values, list):
        for value in values:
            _check_quantized(value, dtype)
    elif not isinstance(values, tuple):
        raise _unsuitable(values, dtype)


def _convert_inferred(values):
    """Python values without a given type: NumPy finds one, which is then narrowed."""
    if isinstance(values, (str, bytes)):
        return _object_array([_as_bytes(values)], ())
    array = _try_array(values)
    if array.dtype == object:
        array = _try_array(_plain(values))
    if array.dtype.kind in "US":
        if not _all_strings(values):
            raise _cannot_convert(values)
        return _strings(values)
    if array.dtype == object:
        if _all_strings(values):
            return _strings(values)
        raise _cannot_convert(values)
    _require_dense(values, array)
    if array.dtype == np.float64:
        with np.errstate(over="ignore"):
            return array.astype(np.float32)
    if array.dtype == np.int64:
        if array.size == 0 or (array.max() <= _INT32_MAX and array.min() >= _INT32_MIN):
            return array.astype(np.int32)
        return array
    as_dtype(array.dtype)  # raises for types that have no counterpart, such as dates
    return array


def _try_array(values):
    try:
        return np.array(values)
    except ValueError:
        if _all_strings(values):
            return np.array(None)
        raise


def _strings(values):
    """An `object` array of `bytes` for a string or nested lists of strings."""
    if isinstance(values, (str, bytes)):
        return _object_array([_as_bytes(values)], ())
    flat = []
    _flatten(values, flat)
    dense = _dense_shape(values)
    if len(flat) != math.prod(dense):
        raise ValueError(
            f"Expected values {values} to be a dense tensor with shape {dense}, "
            f"but got shape {[len(values)]}."
        )
    return _object_array([_as_bytes(value) for value in flat], dense)


def _flatten(values, into):
    for value in values:
        if isinstance(value, (list, tuple)):
            _flatten(value, into)
        else:
            into.append(value)


def _all_strings(values):
    if isinstance(values, (list, tuple)):
        return all(map(_all_strings, values))
    return isinstance(values, (str, bytes))


def _plain(values):
    """Nested lists with every known `Dimension` replaced by its size."""
    if isinstance(values, (list, tuple)):
        return [_plain(value) for value in values]
    if isinstance(values, Dimension):
        if values.value is None:
            raise TypeError(f"Cannot convert an unknown Dimension to a Tensor: {values}")
        return values.value
    return values


def _dense_shape(values):
    """The shape that nested lists have if they are dense, going by the first element."""
    shape = []
    while isinstance(values, (list, tuple)):
        shape.append(len(values))
        if not values:
            break
        values = values[0]
    return shape


def _require_dense(values, array):
    if array.ndim == 0:
        return
    if array.ndim == 1 and type(values) is list:
        return
    if isinstance(values, (bytearray, memoryview)):
        return
    dense = _dense_shape(values)
    if list(array.shape) != dense:
        raise ValueError(
            f"Expected values {values} to be a dense tensor with shape {dense}, "
            f"but got shape {list(array.shape)}."
        )


def _cannot_convert(values):
    return TypeError(
        f"Failed to convert elements of {values} to Tensor. "
        "Consider casting elements to a supported type."
    )


def _not_compatible(dtype, values, numpy_dtype):
    return TypeError(f"`dtype` {dtype} is not compatible with {values} of dtype {numpy_dtype}.")


# -- shapes


def _with_shape(values, dtype, shape, verify_shape):
    """The pair of an array, reshaped where it has just enough elements, and the shape wanted."""
    if shape is None:
        array = _convert(values, dtype)
        return array, array.shape
    dims = tuple([int(d) for d in shape])
    size = math.prod(dims)
    if size == 0 and values is not None and not isinstance(values, (np.ndarray, np.generic)):
        # nothing is taken from `values`, so not even their type counts
        numpy_type = np.float32 if dtype is None else as_dtype(dtype).as_numpy_dtype
        return np.empty(dims, numpy_type), dims
    array = _convert(values, dtype)
    if verify_shape and array.shape != dims:
        raise TypeError(f"Expected Tensor's shape: {dims}, but got {array.shape}.")
    if array.size > size:
        raise ValueError(f"Too many elements provided. Takes at most {size}, but got {array.size}.")
    return (array.reshape(dims) if array.size == size else array), dims


def _fill(flat, shape):
    """An array of `shape` that starts with `flat` and repeats its last element (or zeros)."""
    array = np.empty(math.prod(shape), flat.dtype)
    array[: flat.size] = flat
    if flat.size:
        array[flat.size :] = flat[-1]
    else:
        array[:] = b"" if flat.dtype == object else np.zeros((), flat.dtype)
    return array.reshape(shape)


# -- arrays to protos

# Where elements go that are not written as `tensor_content`.
_VALUE_FIELD = {
    dtypes.float32: "float_val",
    dtypes.float64: "double_val",
    dtypes.int32: "int_val",
    dtypes.int16: "int_val",
    dtypes.int8: "int_val",
    dtypes.uint8: "int_val",
    dtypes.uint16: "int_val",
    dtypes.qint8: "int_val",
    dtypes.quint8: "int_val",
    dtypes.qint16: "int_val",
    dtypes.quint16: "int_val",
    dtypes.qint32: "int_val",
    dtypes.int64: "int64_val",
    dtypes.uint32: "uint32_val",
    dtypes.uint64: "uint64_val",
    dtypes.bool: "bool_val",
    dtypes.float16: "half_val",
    dtypes.bfloat16: "half_val",
    dtypes.complex64: "scomplex_val",
    dtypes.complex128: "dcomplex_val",
    dtypes.string: "string_val",
}
_NEVER_AS_CONTENT = frozenset(
    {dtypes.bool, dtypes.string, dtypes.complex64, dtypes.complex128, dtypes.uint16}
)


def make_tensor_proto(values, dtype=None, shape=None, verify_shape=False):
    """Writes `values` as a `TensorProto`, with the same bytes as TensorFlow.

    Args:
      values: anything `to_ndarray` takes, or a `TensorProto`, which is returned.
      dtype: the type wanted, or None.
      shape: the shape wanted, or None; too few elements are kept as they are, the reader repeats
        the last one.
      verify_shape: whether `shape` must be exactly that of `values`.

    Returns:
      `TensorProto`.

    Raises:
      TypeError: if an element does not suit `dtype`, or no type suits.
      ValueError: if `values` are ragged, None, too many for `shape`, or larger than 2 GB.
    """
    from headwater._src.core.proto import tensor_pb2

    if isinstance(values, tensor_pb2.TensorProto):
        return values
    array, dims = _with_shape(values, dtype, shape, verify_shape)
    dtype = as_dtype(dtype).base_dtype if dtype is not None else as_dtype(array.dtype)
    proto = tensor_pb2.TensorProto(dtype=dtype.as_datatype_enum)
    proto.tensor_shape.SetInParent()
    for d in dims:
        proto.tensor_shape.dim.add().size = d
    if array.shape == dims and array.size > 1 and dtype not in _NEVER_AS_CONTENT:
        if array.nbytes > MAX_BYTES:
            raise ValueError("Cannot create a tensor proto whose content is larger than 2GB.")
        if not array.dtype.isnative:
            array = array.astype(array.dtype.newbyteorder("="))
        proto.tensor_content = array.tobytes()
        return proto
    flat = array.ravel()
    if dtype is dtypes.float16 or dtype is dtypes.bfloat16:
        flat = flat.view(np.uint16)
    elif dtype.is_complex:
        flat = np.ascontiguousarray(flat).view(dtype.real_dtype.as_numpy_dtype)
    elif dtype.is_quantized:
        flat = flat[dtype.name]
    getattr(proto, _VALUE_FIELD[dtype]).extend(flat.tolist())
    return proto


def make_ndarray(tensor):
    """Reads a `TensorProto` as an array that the caller may write to.

    Args:
      tensor: a `TensorProto`, of this library or of TensorFlow.

    Returns:
      `np.ndarray`; strings as an `object` array of `bytes`.

    Raises:
      TypeError: if arrays cannot hold the type (`resource`, `variant`).
      ValueError: if the shape is negative, larger than 2 GB, or not that of the content.
    """
    dtype = as_dtype(tensor.dtype).base_dtype
    if not dtype.is_numpy_compatible:
        raise TypeError(f"Unsupported tensor type: {tensor.dtype}")
    shape = tuple([d.size for d in tensor.tensor_shape.dim])
    numpy_dtype = np.dtype(dtype.as_numpy_dtype)
    size = _checked_size(shape, tensor.tensor_shape.unknown_rank, numpy_dtype)
    if tensor.tensor_content and dtype is not dtypes.string:
        content = tensor.tensor_content
        if len(content) != size * numpy_dtype.itemsize:
            raise ValueError(
                f"The content of a tensor of type {dtype.name} and shape {list(shape)} must be "
                f"{size * numpy_dtype.itemsize} bytes, but is {len(content)} bytes long."
            )
        return np.frombuffer(content, numpy_dtype).copy().reshape(shape)
    flat = _flat_values(getattr(tensor, _VALUE_FIELD[dtype]), dtype, numpy_dtype)
    if flat.size > size:
        raise ValueError(
            f"A tensor of shape {list(shape)} has {size} elements, but {flat.size} are given."
        )
    return flat.reshape(shape) if flat.size == size else _fill(flat, shape)


def _checked_size(shape, unknown_rank, numpy_dtype):
    """The number of elements, after a look at whether the shape can be meant."""
    if unknown_rank or any(d < 0 for d in shape):
        raise ValueError(f"The shape of a tensor's value must be known, but is {list(shape)}.")
    size = math.prod(shape)
    if size * numpy_dtype.itemsize > MAX_BYTES:
        raise ValueError(
            f"Refusing to make an array of shape {list(shape)} and type {numpy_dtype} from a "
            f"TensorProto: it is larger than {MAX_BYTES} bytes."
        )
    return size


def _flat_values(values, dtype, numpy_dtype):
    if dtype is dtypes.string:
        return _object_array(list(values), (len(values),))
    if dtype is dtypes.float16 or dtype is dtypes.bfloat16:
        return np.array(values, np.uint16).view(numpy_dtype)
    if dtype.is_complex:
        return np.array(values, dtype.real_dtype.as_numpy_dtype).view(numpy_dtype)
    if dtype.is_quantized:
        return np.array(values, numpy_dtype[dtype.name]).view(numpy_dtype)
    return np.array(values, numpy_dtype)
