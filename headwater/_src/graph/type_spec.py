"""`tf.TypeSpec`: what is known of a value before it exists — its class, element types and shape.

A spec is compared by what `_serialize` gives: a nested tuple of shapes, element types and plain
values. Every question between two specs (are they compatible, is one the other's special case,
what covers both) is answered part by part over these tuples, by the functions at the end.
"""

import abc
from typing import Any

import numpy as np

from headwater._src.core import dtypes
from headwater._src.core.dtypes import DType
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import dims as dims_lib
from headwater._src.graph.composite import (
    IndexedSlices,
    IndexedSlicesValue,
    SparseTensor,
    SparseTensorValue,
    inference_dims,
)
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import raw


class TypeSpec(abc.ABC):
    """The type of a value, more exact than its Python class.

    A subclass says what it holds (`_serialize`: the arguments that would build it again) and of
    which tensors its values are made (`_component_specs`, `_to_components`, `_from_components`).
    """

    __slots__ = ()
    dtype: Any
    shape: Any

    @property
    @abc.abstractmethod
    def value_type(self):
        """The Python class of the values."""

    @abc.abstractmethod
    def _serialize(self):
        """The arguments that build the spec again: a tuple of shapes, types and plain values."""

    @property
    @abc.abstractmethod
    def _component_specs(self):
        """The `TensorSpec`s of the tensors that a value is made of, nested as they are."""

    @abc.abstractmethod
    def _to_components(self, value):
        """The tensors that `value` is made of."""

    @abc.abstractmethod
    def _from_components(self, components):
        """The value that is made of `components`, tensors or arrays."""

    @classmethod
    def _deserialize(cls, serialization):
        return cls(*serialization)

    # -- questions -------------------------------------------------------------------------------

    def is_compatible_with(self, spec_or_value):
        """Whether some value can be of this type and of the other one.

        Args:
          spec_or_value: a `TypeSpec`, or a value to take the type of.

        Raises:
          TypeError: there is no spec for such a value.
        """
        other = spec_or_value
        if not isinstance(other, TypeSpec):
            other = type_spec_from_value(other)
        return type(self) is type(other) and _compatible(self._serialize(), other._serialize())

    def is_subtype_of(self, other):
        """Whether every value of this type is also of the type `other`."""
        return type(self) is type(other) and _is_special(self._serialize(), other._serialize())

    def most_specific_common_supertype(self, others):
        """The narrowest spec that covers this one and all of `others`.

        Args:
          others: sequence of `TypeSpec`s.

        Returns:
          A `TypeSpec`, or None when there is none.
        """
        parts = self._serialize()
        for other in others:
            if type(other) is not type(self):
                return None
            parts = _common(parts, other._serialize())
            if parts is _NONE:
                return None
        return self._deserialize(parts)

    def most_specific_compatible_type(self, other):
        """`most_specific_common_supertype` of two, under its older name.

        Raises:
          ValueError: no spec covers both.
        """
        found = None
        if type(other) is type(self):
            found = self.most_specific_common_supertype([other])
        if found is None:
            raise ValueError(f"No TypeSpec is compatible with both {self} and {other}")
        return found

    # -- values and their tensors ----------------------------------------------------------------

    def flatten(self):
        """The flat list of the `TensorSpec`s of a value's tensors."""
        return list(self._component_specs)

    def to_tensors(self, value):
        """The flat list of the tensors that `value` is made of."""
        return list(self._to_components(value))

    def from_tensors(self, tensors):
        """The value that is made of `tensors` (an iterator or list, in the order of `flatten`)."""
        return self._from_components([t for _, t in zip(self.flatten(), tensors)])

    def placeholder_value(self, placeholder_context=None):
        """A value of this type made of new placeholders."""
        return self._from_components([s.placeholder_value(None) for s in self.flatten()])

    def cast(self, value, casting_context=None):
        """`value`, when it is of this type.

        Raises:
          TypeError: it is not.
        """
        if not self.is_compatible_with(value):
            raise TypeError(f"Can not cast {value!r} to {self!r}")
        return value

    def _to_legacy_output_types(self):
        return self.dtype

    def _to_legacy_output_shapes(self):
        return self.shape

    def _to_legacy_output_classes(self):
        return self.value_type

    # -- a plain value ---------------------------------------------------------------------------

    def __eq__(self, other):
        return type(self) is type(other) and _key(self._serialize()) == _key(other._serialize())

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash((type(self), _key(self._serialize())))

    def __reduce__(self):
        return type(self), self._serialize()

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(map(repr, self._serialize()))})"


class TensorSpec(TypeSpec):
    """The type of a `Tensor`: its shape, element type and, where it matters, its name.

    Args:
      shape: anything that means a shape; None when nothing is known.
      dtype: the element type.
      name: a name for the value, or None.
    """

    __slots__ = ("_shape", "_dtype", "_name")

    def __init__(self, shape, dtype=dtypes.float32, name=None):
        self._shape = TensorShape._of(dims_lib.of(shape))
        self._dtype = dtypes.as_dtype(dtype)
        self._name = name

    @classmethod
    def from_spec(cls, spec, name=None):
        """A `TensorSpec` with the shape and type of another, and its name unless one is given."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    @classmethod
    def from_tensor(cls, tensor, name=None):
        """The spec of a `Tensor`, with its operation's name unless one is given.

        Raises:
          ValueError: `tensor` is not a `Tensor`.
        """
        if not isinstance(tensor, Tensor):
            raise ValueError(f"`tensor` should be a tf.Tensor, but got type {type(tensor)}.")
        return cls(tensor.shape, tensor.dtype, name or tensor.op.name)

    @property
    def shape(self):
        """The `TensorShape`."""
        return self._shape

    @property
    def dtype(self):
        """The element type."""
        return self._dtype

    @property
    def name(self):
        """The name, or None."""
        return self._name

    @property
    def value_type(self):
        """`tf.Tensor`."""
        return Tensor

    def is_compatible_with(self, spec_or_tensor):
        """Whether a spec or tensor has this type, as far as it is known; the name is ignored."""
        other = spec_or_tensor
        return (
            isinstance(other, (TensorSpec, Tensor))
            and self._dtype.is_compatible_with(other.dtype)
            and self._shape.is_compatible_with(other.shape)
        )

    def is_subtype_of(self, other):
        """Whether every tensor of this type is also of the type `other`."""
        return (
            type(self) is type(other)
            and (not self._name or self._name == other._name)
            and _is_special(self._serialize()[:2], other._serialize()[:2])
        )

    def placeholder_value(self, placeholder_context=None):
        """A new placeholder of this shape and type."""
        return raw.Placeholder(dtype=self._dtype, shape=dims_lib.of(self._shape), name=self._name)

    def cast(self, value, casting_context=None):
        """`value` as a tensor of this type.

        Raises:
          TypeError: it is not of this type.
        """
        return super().cast(convert_to_tensor(value, self._dtype), casting_context)

    def _serialize(self):
        return self._shape, self._dtype, self._name

    @property
    def _component_specs(self):
        return self

    def flatten(self):
        """A list with this spec itself."""
        return [self]

    def to_tensors(self, value):
        """A list with `value` itself."""
        return [value]

    def _to_components(self, value):
        return value

    def _from_components(self, components):
        return components

    def from_tensors(self, tensors):
        """The first of `tensors`."""
        return next(iter(tensors))

    def __repr__(self):
        return f"TensorSpec(shape={self._shape}, dtype={self._dtype!r}, name={self._name!r})"


class SparseTensorSpec(TypeSpec):
    """The type of a `SparseTensor`.

    Args:
      shape: the shape of the whole tensor; None when nothing is known.
      dtype: the element type.
    """

    __slots__ = ("_shape", "_dtype")

    def __init__(self, shape=None, dtype=dtypes.float32):
        self._shape = TensorShape._of(dims_lib.of(shape))
        self._dtype = dtypes.as_dtype(dtype)

    @classmethod
    def from_value(cls, value):
        """The spec of a `SparseTensor` or `SparseTensorValue`.

        Raises:
          TypeError: `value` is neither.
        """
        if isinstance(value, SparseTensor):
            return cls(value.shape, value.dtype)
        if isinstance(value, SparseTensorValue):
            if isinstance(value.values, np.ndarray):
                return cls([int(d) for d in value.dense_shape], value.values.dtype)
            return cls.from_value(SparseTensor.from_value(value))
        raise TypeError(
            f"Expected SparseTensor or SparseTensorValue. Received: {value} of type "
            f"{type(value).__name__}."
        )

    @property
    def shape(self):
        """The `TensorShape` of the whole tensor."""
        return self._shape

    @property
    def dtype(self):
        """The element type."""
        return self._dtype

    @property
    def value_type(self):
        """`tf.SparseTensor`."""
        return SparseTensor

    def _serialize(self):
        return self._shape, self._dtype

    @property
    def _component_specs(self):
        rank = self._shape.rank
        return [
            TensorSpec([None, rank], dtypes.int64),
            TensorSpec([None], self._dtype),
            TensorSpec([rank], dtypes.int64),
        ]

    def _to_components(self, value):
        if isinstance(value, SparseTensorValue):
            value = SparseTensor.from_value(value)
        return [value.indices, value.values, value.dense_shape]

    def _from_components(self, components):
        if all(isinstance(c, np.ndarray) for c in components):
            return SparseTensorValue(*components)
        value = SparseTensor(*components)
        value.set_shape(self._shape)
        return value


class IndexedSlicesSpec(TypeSpec):
    """The type of an `IndexedSlices`.

    Args:
      shape: the shape of the whole tensor; None when nothing is known.
      dtype: the element type.
      indices_dtype: the type of the positions.
      dense_shape_dtype: the type of `dense_shape`; None when the values have none.
      indices_shape: the shape of the positions; a vector.
    """

    __slots__ = ("_shape", "_values_dtype", "_indices_dtype", "_dense_shape_dtype",
                 "_indices_shape")  # fmt: skip

    def __init__(
        self,
        shape=None,
        dtype=dtypes.float32,
        indices_dtype=dtypes.int64,
        dense_shape_dtype=None,
        indices_shape=None,
    ):
        self._shape = TensorShape._of(dims_lib.of(shape))
        self._values_dtype = dtypes.as_dtype(dtype)
        self._indices_dtype = dtypes.as_dtype(indices_dtype)
        self._dense_shape_dtype = (
            None if dense_shape_dtype is None else dtypes.as_dtype(dense_shape_dtype)
        )
        self._indices_shape = TensorShape._of(dims_lib.of(indices_shape)).with_rank(1)

    @property
    def value_type(self):
        """`tf.IndexedSlices`."""
        return IndexedSlices

    def _serialize(self):
        return (
            self._shape,
            self._values_dtype,
            self._indices_dtype,
            self._dense_shape_dtype,
            self._indices_shape,
        )

    @property
    def _component_specs(self):
        values_shape = None
        if self._shape.rank is not None:
            values_shape = self._indices_shape.concatenate(self._shape[1:])
        specs = [
            TensorSpec(values_shape, self._values_dtype),
            TensorSpec(self._indices_shape, self._indices_dtype),
        ]
        if self._dense_shape_dtype is not None:
            specs.append(TensorSpec([self._shape.rank], self._dense_shape_dtype))
        return tuple(specs)

    def _to_components(self, value):
        parts = (value.values, value.indices)
        return parts if value.dense_shape is None else (*parts, value.dense_shape)

    def _from_components(self, components):
        arrays = all(isinstance(c, np.ndarray) for c in components)
        values, indices, *dense_shape = components
        kind = IndexedSlicesValue if arrays else IndexedSlices
        return kind(values, indices, dense_shape[0] if dense_shape else None)

    def _to_legacy_output_types(self):
        return self._values_dtype

    def _to_legacy_output_shapes(self):
        return self._shape


def type_spec_from_value(value):
    """The `TypeSpec` of a value.

    Args:
      value: a tensor, sparse tensor, `IndexedSlices`, or what converts to a tensor.

    Returns:
      A `TypeSpec`.

    Raises:
      TypeError: there is none for such a value.
    """
    if isinstance(value, TypeSpec):
        raise TypeError(f"Could not build a TypeSpec for {value!r}: it is one itself")
    if isinstance(value, Tensor):
        return TensorSpec(value.shape, value.dtype)
    if isinstance(value, (SparseTensor, SparseTensorValue)):
        return SparseTensorSpec.from_value(value)
    if isinstance(value, (IndexedSlices, IndexedSlicesValue)):
        return _slices_spec(value)
    if not isinstance(value, np.ndarray):
        try:
            tensor = convert_to_tensor(value)
        except (TypeError, ValueError):
            raise TypeError(
                f"Could not build a TypeSpec for {value!r} of unsupported type {type(value)}."
            ) from None
        return TensorSpec(tensor.shape, tensor.dtype)
    return TensorSpec(value.shape, dtypes.as_dtype(value.dtype))


def _slices_spec(value):
    shape = value.dense_shape
    rows = TensorShape._of(dims_lib.of(value.values.shape))[1:]
    whole = TensorShape([None]).concatenate(rows)
    if isinstance(shape, Tensor):
        whole = whole.merge_with(TensorShape._of(inference_dims(shape)))
    elif shape is not None:
        whole = TensorShape(shape)
    return IndexedSlicesSpec(
        whole,
        value.values.dtype,
        value.indices.dtype,
        None if shape is None else shape.dtype,
        TensorShape._of(dims_lib.of(value.indices.shape)),
    )


# -- serialized specs, compared part by part -----------------------------------------------------

_NONE = object()


def _key(part):
    """A part in a form that compares and hashes: shapes by their dimensions."""
    if isinstance(part, (list, tuple)):
        return tuple(map(_key, part))
    if isinstance(part, dict):
        return tuple(sorted((k, _key(v)) for k, v in part.items()))
    if isinstance(part, TensorShape):
        return ("shape", None if part.rank is None else tuple(part.as_list()))
    return part


def _compatible(a, b):
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_compatible, a, b))
    if isinstance(a, (TensorShape, DType, TypeSpec)) and b is not None:
        return a.is_compatible_with(b)
    return a == b


def _is_special(a, b):
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_is_special, a, b))
    if isinstance(a, (TensorShape, TypeSpec)):
        return a.is_subtype_of(b)
    return a == b


def _common(a, b):
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        if len(a) != len(b):
            return _NONE
        parts = list(map(_common, a, b))
        return _NONE if any(p is _NONE for p in parts) else type(a)(parts)
    if isinstance(a, TensorShape) and isinstance(b, TensorShape):
        return a.most_specific_compatible_shape(b)
    if isinstance(a, TypeSpec):
        found = a.most_specific_common_supertype([b])
        return _NONE if found is None else found
    return a if a == b else _NONE
