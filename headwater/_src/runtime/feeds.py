"""What a step is given: `feed_dict`'s keys as tensors and its values as arrays of the right type
and shape.
"""

from collections.abc import Mapping

import numpy as np

from headwater._src.core import dtypes, nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import dims as dims_lib
from headwater._src.graph.operation import Tensor
from headwater._src.runtime.fetches import expansion_of


class Feed:
    """Turns the values fed for one tensor into arrays; remembers the last good shape."""

    __slots__ = ("tensor", "dtype", "dims", "_shape", "_is_object", "_number")

    def __init__(self, tensor):
        self.tensor = tensor
        self.dims = tensor.dims
        kind = tensor.dtype.base_dtype
        self._is_object = kind in (dtypes.string, dtypes.resource, dtypes.variant)
        self.dtype = np.dtype(object) if self._is_object else np.dtype(kind.as_numpy_dtype)
        # Python numbers become NumPy scalars of a floating type without further questions.
        self._number = self.dtype.type if self.dtype.kind == "f" else None
        self._shape = None

    def convert(self, value):
        """`value` as a NumPy array (or the JAX array it is) that fits the tensor.

        Raises:
          TypeError: it is a tensor, or of a type that cannot be converted.
          ValueError: it has another shape.
        """
        if value.__class__ is np.ndarray and value.dtype == self.dtype and not self._is_object:
            array = value
        elif self._number is not None and value.__class__ in (float, int):
            array = self._number(value)
        else:
            array = self._array(value)
        if array.shape != self._shape:
            self._check_shape(array.shape)
        return array

    def _array(self, value):
        if isinstance(value, Tensor) or hasattr(value, "_as_graph_element"):
            raise TypeError(
                "The value of a feed cannot be a tf.Tensor object. Acceptable feed values include "
                "Python "
                "scalars, strings, lists, numpy ndarrays, or TensorHandles. For reference, the "
                "tensor object "
                f"was {value!r} which was passed to the feed with key {self.tensor}."
            )
        if hasattr(value, "__dlpack__") and not isinstance(value, np.ndarray):
            if getattr(value, "dtype", None) == self.dtype:
                return value if type(value).__module__.startswith("jax") else np.from_dlpack(value)
            value = np.asarray(value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self._check_number(value)
        if self._is_object:
            return _object_array(value)
        try:
            return np.asarray(value, self.dtype)
        except OverflowError:
            raise TypeError(
                f"Type of feed value {value} with type {type(value)} is not compatible with Tensor "
                f"type {self.dtype}. Try explicitly setting the type of the feed tensor to a "
                "larger type (e.g. int64)."
            ) from None
        except (TypeError, ValueError) as error:
            raise type(error)(
                f"{error} (while converting the value fed for {self.tensor.name!r} to {self.dtype})"
            ) from None

    def _check_number(self, value):
        kind = self.dtype.kind
        if kind in "iu" and (
            isinstance(value, int)
            and not np.iinfo(self.dtype).min <= value <= np.iinfo(self.dtype).max
            or isinstance(value, float)
            and value != int(value)
        ):
            if isinstance(value, int):
                raise TypeError(
                    f"Type of feed value {value} with type {type(value)} is not compatible with "
                    f"Tensor type {self.dtype}. Try explicitly setting the type of the feed tensor "
                    "to a larger type (e.g. int64)."
                )

    def _check_shape(self, shape):
        if not dims_lib.compatible(self.dims, tuple(shape)):
            raise ValueError(
                f"Cannot feed value of shape {tuple(shape)} for Tensor {self.tensor.name!r}, which "
                f"has shape '{TensorShape._of(self.dims)}'"
            )
        self._shape = tuple(shape)


def _object_array(value):
    if isinstance(value, (str, bytes)):
        out = np.empty((), object)
        out[()] = value.encode() if isinstance(value, str) else value
        return out
    array = np.asarray(value)
    if array.dtype == object or array.dtype.kind in "US":
        out = np.empty(array.shape, object)
        flat = out.reshape(-1)
        for i, item in enumerate(array.reshape(-1).tolist()):
            flat[i] = item.encode() if isinstance(item, str) else item
        return out
    return array.astype(object)


def expand(graph, feed_dict):
    """`feed_dict` as parallel lists of tensors and values, with composite keys expanded.

    Raises:
      TypeError: `feed_dict` is no dict, or a key does not mean a tensor.
      ValueError: a tensor may not be fed.
    """
    if not isinstance(feed_dict, Mapping):
        raise TypeError(
            f"feed_dict must be a dict from tensors to values, but got {type(feed_dict).__name__}"
        )
    tensors, values = [], []
    if any(isinstance(key, tuple) for key in feed_dict):
        feed_dict = nest.flatten_dict_items(feed_dict)
    for key, value in feed_dict.items():
        found = expansion_of(key)
        pairs = [(key, value)] if found is None else found[1](key, value)
        for part, part_value in pairs:
            tensors.append(as_fed_tensor(graph, part))
            values.append(part_value)
    return tensors, values


def parts_of(key):
    """The keys that a key of `feed_dict` stands for: itself, or the tensors of a composite one."""
    found = expansion_of(key)
    if found is None:
        return [key]
    if found[2] is None:
        raise TypeError(f"{key!r} cannot be fed in a partial run")
    return list(found[2](key))


def as_fed_tensor(graph, key):
    """The tensor that a key of `feed_dict` means."""
    try:
        tensor = graph.as_graph_element(key, allow_tensor=True, allow_operation=False)
    except Exception as error:
        text = error.args[0] if error.args else error
        raise TypeError(f"Cannot interpret feed_dict key as Tensor: {text}") from None
    if not graph.is_feedable(tensor):
        raise ValueError(f"Tensor {tensor.name} may not be fed.")
    return tensor
