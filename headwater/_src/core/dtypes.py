"""Element types of tensors: `DType`, its constants (`float32`, `int64_ref`, ...) and `as_dtype`.

There is exactly one `DType` object per enum value, so types may be compared by `is`.  Every fact
about a type is computed once, when this module is imported, and kept in a plain slot, because
building a graph asks for them at every node.
"""

from typing import Any

import ml_dtypes
import numpy as np

_REF_OFFSET = 100  # DT_FLOAT_REF == DT_FLOAT + 100, and so on

# enum value, public name, name in op signatures, kind, numpy type.
# Kinds: b bool, i signed integer, u unsigned integer, f floating, c complex, q quantized,
# s string, h handle.
_TABLE = (
    (1, "float32", "float", "f", np.float32),
    (2, "float64", "double", "f", np.float64),
    (3, "int32", "int32", "i", np.int32),
    (4, "uint8", "uint8", "u", np.uint8),
    (5, "int16", "int16", "i", np.int16),
    (6, "int8", "int8", "i", np.int8),
    (7, "string", "string", "s", np.object_),
    (8, "complex64", "complex64", "c", np.complex64),
    (9, "int64", "int64", "i", np.int64),
    (10, "bool", "bool", "b", np.bool_),
    (11, "qint8", "qint8", "q", np.dtype([("qint8", np.int8)])),
    (12, "quint8", "quint8", "q", np.dtype([("quint8", np.uint8)])),
    (13, "qint32", "qint32", "q", np.dtype([("qint32", np.int32)])),
    (14, "bfloat16", "bfloat16", "f", ml_dtypes.bfloat16),
    (15, "qint16", "qint16", "q", np.dtype([("qint16", np.int16)])),
    (16, "quint16", "quint16", "q", np.dtype([("quint16", np.uint16)])),
    (17, "uint16", "uint16", "u", np.uint16),
    (18, "complex128", "complex128", "c", np.complex128),
    (19, "float16", "half", "f", np.float16),
    (20, "resource", "resource", "h", None),
    (21, "variant", "variant", "h", None),
    (22, "uint32", "uint32", "u", np.uint32),
    (23, "uint64", "uint64", "u", np.uint64),
)

# Types whose `limits` are defined, with the upper limit.
_LIMITS = {
    "bool": True,
    "uint8": 2**8 - 1,
    "uint16": 2**16 - 1,
    "uint32": 2**32 - 1,
    "uint64": 2**64 - 1,
    "int8": 2**7 - 1,
    "int16": 2**15 - 1,
    "int32": 2**31 - 1,
    "int64": 2**63 - 1,
    "float32": 1,
    "float64": 1,
}

_BY_ENUM: dict[int, "DType"] = {}


class DType:
    """The type of a tensor's elements.

    Use the constants of this module or `as_dtype`; `DType(n)` is the one object for enum value `n`.

    Attributes:
      name: the public name, such as `"float32"` or `"float32_ref"`.
      as_datatype_enum: the number of this type in the `DataType` enum.
      as_numpy_dtype: the corresponding NumPy scalar type (a structured `np.dtype` for quantized
        types, `object` for strings).  `resource` and `variant` have none and raise `KeyError`.
      base_dtype: this type without the reference mark.
      real_dtype: the type of the real part (`self` unless complex).
      size: bytes per element; 0 for strings and handles.
      is_bool, is_integer, is_unsigned, is_floating, is_complex, is_quantized, is_numeric,
        is_numpy_compatible: what kind of type this is.
    """

    __slots__ = (
        "__weakref__",
        "_as_ref",
        "_is_ref_dtype",
        "_type_enum",
        "as_datatype_enum",
        "as_numpy_dtype",
        "base_dtype",
        "is_bool",
        "is_complex",
        "is_floating",
        "is_integer",
        "is_numeric",
        "is_numpy_compatible",
        "is_quantized",
        "is_unsigned",
        "name",
        "real_dtype",
        "size",
    )

    def __new__(cls, type_enum):
        """Returns the interned type numbered `type_enum`.

        Raises:
          TypeError: if there is no such type.
        """
        try:
            return _BY_ENUM[int(type_enum)]
        except KeyError:
            raise TypeError(
                f"{type_enum} does not correspond to a valid tensorflow::DataType"
            ) from None

    def __getattr__(self, name):
        # Reached only for slots left empty: `as_numpy_dtype` of handles.
        if name == "as_numpy_dtype":
            raise KeyError(self._type_enum)
        raise AttributeError(f"'DType' object has no attribute '{name}'")

    @property
    def min(self):
        """The lowest representable value; `TypeError` for types without an order."""
        return self._extreme("minimum", "min")

    @property
    def max(self):
        """The highest representable value; `TypeError` for types without an order."""
        return self._extreme("maximum", "max")

    def _extreme(self, word, attribute):
        if self.is_integer:
            return int(getattr(np.iinfo(self.as_numpy_dtype), attribute))
        if self.is_floating:
            return getattr(ml_dtypes.finfo(self.as_numpy_dtype), attribute)
        message = f"Cannot find {word} value of {self}"
        if self.is_quantized:
            message += f" with quantized type {self.base_dtype}"
        elif self.is_numpy_compatible:
            message += f" with type {self.base_dtype}"
        raise TypeError(message + ".")

    @property
    def limits(self):
        """The pair `(0, upper)` of intensities of an image of this type; 1 for floating types."""
        if not self.is_numpy_compatible:
            raise KeyError(self._type_enum)
        upper = _LIMITS.get(self.base_dtype.name)
        if upper is None:
            raise ValueError(f"{self} does not have defined limits.")
        return 0, upper

    def is_compatible_with(self, other):
        """Whether a tensor of type `other` may be used where this type is wanted.

        A reference is accepted where its base type is wanted, not the other way round.

        Args:
          other: anything `as_dtype` takes.

        Returns:
          `bool`.
        """
        other = as_dtype(other)
        return self is other or self is other.base_dtype

    def __eq__(self, other):
        if self is other:
            return True
        if other is None or type(other) is DType:
            return False
        try:
            return as_dtype(other) is self
        except TypeError:
            return False

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return self._type_enum

    def __int__(self):
        return self._type_enum

    def __repr__(self):
        return f"tf.{self.name}"

    def __str__(self):
        return f"<dtype: {self.name!r}>"

    def __reduce__(self):
        return as_dtype, (self.name,)


def _intern(enum, name, kind, numpy_type, base):
    """Makes and registers the one object for `enum`; `base` is what it refers to, or None."""
    self: Any = object.__new__(DType)
    self._type_enum = self.as_datatype_enum = enum
    self.name = name
    self._is_ref_dtype = base is not None
    self.base_dtype = base or self
    if numpy_type is not None:
        self.as_numpy_dtype = object if numpy_type is np.object_ else numpy_type
    self.size = 0 if kind in "sh" else np.dtype(numpy_type).itemsize
    self.is_bool = kind == "b"
    self.is_integer = kind in "iu"
    self.is_unsigned = kind == "u"
    self.is_floating = kind == "f"
    self.is_complex = kind == "c"
    self.is_quantized = kind == "q"
    self.is_numeric = kind in "iufcq"
    self.is_numpy_compatible = numpy_type is not None
    self.real_dtype = self  # corrected below for complex types
    _BY_ENUM[enum] = self
    return self


TYPE_NAMES: dict[str, DType] = {}
"""Names of types as op signatures write them (`"float"`, `"half"`, `"int32"`, ...) -> `DType`."""

# Everything hashable that names a type: enum values, names, Python and NumPy types.
_LOOKUP: dict[object, DType] = {}


def _build():
    for enum, name, signature_name, kind, numpy_type in _TABLE:
        base = _intern(enum, name, kind, numpy_type, None)
        ref = _intern(enum + _REF_OFFSET, name + "_ref", kind, numpy_type, base)
        base._as_ref = ref._as_ref = ref
        TYPE_NAMES[signature_name] = base
        for dtype, suffix in ((base, ""), (ref, "_ref")):
            _LOOKUP[dtype.as_datatype_enum] = dtype
            _LOOKUP[name + suffix] = _LOOKUP[signature_name + suffix] = dtype
        if numpy_type is not None:
            _LOOKUP[np.dtype(numpy_type)] = base
            if isinstance(numpy_type, type):
                _LOOKUP[numpy_type] = base
    for name, part in (("complex64", "float32"), ("complex128", "float64")):
        for dtype in (_LOOKUP[name], _LOOKUP[name + "_ref"]):
            dtype.real_dtype = _LOOKUP[part]  # type: ignore[attr-defined]
    for alias in (np.longlong, np.ulonglong, np.intc, np.uintc, np.long, np.ulong):
        # C types that NumPy keeps distinct although another name has the same width
        _LOOKUP.setdefault(alias, _LOOKUP[np.dtype(np.dtype(alias).name)])
        _LOOKUP.setdefault(np.dtype(alias), _LOOKUP[alias])
    _LOOKUP.update({float: _LOOKUP["float32"], bool: _LOOKUP["bool"], object: _LOOKUP["string"]})
    _LOOKUP.update({np.str_: _LOOKUP["string"], np.bytes_: _LOOKUP["string"]})


_build()


def as_dtype(type_value):
    """Converts `type_value` to a `DType`.

    Args:
      type_value: a `DType`, an enum value, a name (`"float32"`, `"float"`, `"int32_ref"`), a NumPy
        type or `np.dtype`, one of the Python types `float`, `bool` and `object`, or a value that
        has a `dtype`.

    Returns:
      The `DType` (one object per type).

    Raises:
      TypeError: if `type_value` names no type.
    """
    if type(type_value) is DType:
        return type_value
    try:
        return _LOOKUP[type_value]
    except (KeyError, TypeError):
        pass
    return _as_dtype_slowly(type_value)


def _as_dtype_slowly(type_value):
    if isinstance(type_value, np.dtype):
        numpy_dtype: Any = type_value
    else:
        numpy_dtype = getattr(type_value, "dtype", None)
    if isinstance(numpy_dtype, DType):
        return numpy_dtype
    if isinstance(numpy_dtype, np.dtype):
        # `.type` forgets byte order and string length
        found = _LOOKUP.get(numpy_dtype) or _LOOKUP.get(numpy_dtype.type)
        if found is not None:
            return found
    raise TypeError(
        f"Cannot convert the argument `type_value`: {type_value!r} to a TensorFlow DType."
    )


def of_value(enum):
    """The `DType` of a value, by its number in `DataType`; TypeError for references and others."""
    dtype = as_dtype(enum)
    if dtype._is_ref_dtype:
        raise TypeError(f"{dtype.name} is no type of values")
    return dtype


float32 = TYPE_NAMES["float"]
float64 = double = TYPE_NAMES["double"]
float16 = half = TYPE_NAMES["half"]
bfloat16 = TYPE_NAMES["bfloat16"]
int8 = TYPE_NAMES["int8"]
int16 = TYPE_NAMES["int16"]
int32 = TYPE_NAMES["int32"]
int64 = TYPE_NAMES["int64"]
uint8 = TYPE_NAMES["uint8"]
uint16 = TYPE_NAMES["uint16"]
uint32 = TYPE_NAMES["uint32"]
uint64 = TYPE_NAMES["uint64"]
complex64 = TYPE_NAMES["complex64"]
complex128 = TYPE_NAMES["complex128"]
bool = TYPE_NAMES["bool"]
string = TYPE_NAMES["string"]
qint8 = TYPE_NAMES["qint8"]
qint16 = TYPE_NAMES["qint16"]
qint32 = TYPE_NAMES["qint32"]
quint8 = TYPE_NAMES["quint8"]
quint16 = TYPE_NAMES["quint16"]
resource = TYPE_NAMES["resource"]
variant = TYPE_NAMES["variant"]

float32_ref = float32._as_ref
float64_ref = double_ref = float64._as_ref
float16_ref = half_ref = float16._as_ref
bfloat16_ref = bfloat16._as_ref
int8_ref = int8._as_ref
int16_ref = int16._as_ref
int32_ref = int32._as_ref
int64_ref = int64._as_ref
uint8_ref = uint8._as_ref
uint16_ref = uint16._as_ref
uint32_ref = uint32._as_ref
uint64_ref = uint64._as_ref
complex64_ref = complex64._as_ref
complex128_ref = complex128._as_ref
bool_ref = bool._as_ref
string_ref = string._as_ref
qint8_ref = qint8._as_ref
qint16_ref = qint16._as_ref
qint32_ref = qint32._as_ref
quint8_ref = quint8._as_ref
quint16_ref = quint16._as_ref
resource_ref = resource._as_ref
variant_ref = variant._as_ref

QUANTIZED_DTYPES = frozenset(dtype for dtype in _BY_ENUM.values() if dtype.is_quantized)
"""The quantized types and their references."""
