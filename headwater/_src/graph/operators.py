"""Python's operators on tensors and variables: each builds the node TensorFlow builds, under the
same name.

`Operators` is a base class of `Tensor` and of variables; ops are reached through the op table.
"""

import functools
from typing import Any

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import raw

TO_FLOAT = {  # what true division makes of its operands
    dtypes.uint8: dtypes.float32,
    dtypes.int8: dtypes.float32,
    dtypes.uint16: dtypes.float32,
    dtypes.int16: dtypes.float32,
    dtypes.int32: dtypes.float64,
    dtypes.int64: dtypes.float64,
    dtypes.uint32: dtypes.float64,
    dtypes.uint64: dtypes.float64,
}


def _is_foreign(other):
    """Objects such as SparseTensor that have their own operators with tensors."""
    return getattr(type(other), "__headwater_operand__", False)


def binary(name, build, scoped=False):
    """The operator method and its reflected form.

    Args:
      name: the scope (and so the node's name).
      build: `(x, y, name) -> Tensor`.
      scoped: whether `build` makes further nodes, which belong into the scope.
    """

    def method(self, other):
        if other.__class__ is self.__class__ and not scoped and hasattr(self, "value_index"):
            return build(self, other, name)
        if _is_foreign(other):
            return NotImplemented
        return _in_scope(self, other, False)

    def reflected(self, other):
        return _in_scope(self, other, True)

    def _in_scope(self, other, swap):
        from headwater._src.graph.convert import convert_to_tensor

        graph = self.graph.here()
        if graph is not get_default_graph():
            with graph.as_default():
                return _in_scope(self, other, swap)
        scope = graph.unique_name(name)
        local = graph._local
        before = local.scopes
        local.scopes = before.named(scope)
        try:
            tensor = convert_to_tensor(self)
            other = convert_to_tensor(
                other, name="x" if swap else "y", preferred_dtype=tensor.dtype.base_dtype
            )
            x, y = (other, tensor) if swap else (tensor, other)
            return build(x, y, scope + "/")
        finally:
            local.scopes = before

    return method, reflected


def add(x, y, name=None):
    """`AddV2`, or `Add` for strings."""
    op = raw.Add if x.dtype.base_dtype is dtypes.string else raw.AddV2
    return op(x, y, name=name)


def multiply(x, y, name=None):
    """`Mul`."""
    return raw.Mul(x, y, name=name)


def truediv(x, y, name=None):
    """True division: integers are divided as floating-point numbers.

    Raises:
      TypeError: the operands' types differ.
    """
    kind = x.dtype.base_dtype
    if kind is not y.dtype.base_dtype:
        raise TypeError(f"`x` and `y` must have the same dtype, got {x.dtype!r} != {y.dtype!r}.")
    wider = TO_FLOAT.get(kind)
    if wider is not None:
        x, y = raw.Cast(x, DstT=wider, name="Cast"), raw.Cast(y, DstT=wider, name="Cast")
    return raw.RealDiv(x, y, name=name)


def div(x, y, name=None):
    """Python 2's division: integers are divided rounding down."""
    kind = x.dtype.base_dtype
    if kind is not y.dtype.base_dtype:
        raise TypeError(f"`x` and `y` must have the same dtype, got {x.dtype!r} != {y.dtype!r}.")
    if kind.is_floating or kind.is_complex:
        return raw.RealDiv(x, y, name=name)
    return raw.FloorDiv(x, y, name=name)


def logical_xor(x, y, name="LogicalXor"):
    """`(x | y) & ~(x & y)`."""
    from headwater._src.graph.convert import convert_to_tensor

    if not isinstance(name, str) or not name.endswith("/"):
        name = name or "LogicalXor"
    x = convert_to_tensor(x, dtypes.bool, "x") if not hasattr(x, "op") else x
    with x.graph.here().name_scope(name) as scope:
        y = convert_to_tensor(y, dtypes.bool, "y")
        return raw.LogicalAnd(
            raw.LogicalOr(x, y, name="LogicalOr"),
            raw.LogicalNot(raw.LogicalAnd(x, y, name="LogicalAnd"), name="LogicalNot"),
            name=scope,
        )


def _logical(logical_op, bitwise_op):
    def build(x, y, name):
        if x.dtype.base_dtype is dtypes.bool:
            return logical_op(x, y, name)
        if x.dtype.base_dtype.is_integer:
            return getattr(raw, bitwise_op)(x, y, name=name)
        return logical_op(x, y, name)  # which reports the type

    return build


def _matmul(x, y, name):
    if all(t.dims is not None and len(t.dims) <= 2 for t in (x, y)):
        return raw.MatMul(x, y, name=name)
    return raw.BatchMatMulV2(x, y, name=name)


class Operators:
    """Operator methods; a class that has them needs `graph` and must convert to a tensor."""

    __slots__ = ()
    dtype: Any

    __add__, __radd__ = binary("add", add)
    __sub__, __rsub__ = binary("sub", lambda x, y, name: raw.Sub(x, y, name=name))
    __mul__, __rmul__ = binary("mul", multiply)
    __truediv__, __rtruediv__ = binary("truediv", truediv, scoped=True)
    __div__, __rdiv__ = binary("div", div)
    __floordiv__, __rfloordiv__ = binary(
        "floordiv", lambda x, y, name: raw.FloorDiv(x, y, name=name)
    )
    __mod__, __rmod__ = binary("mod", lambda x, y, name: raw.FloorMod(x, y, name=name))
    __pow__, __rpow__ = binary("pow", lambda x, y, name: raw.Pow(x, y, name=name))
    __matmul__, __rmatmul__ = binary("matmul", _matmul)
    __and__, __rand__ = binary(
        "and", _logical(lambda x, y, name: raw.LogicalAnd(x, y, name=name), "BitwiseAnd")
    )
    __or__, __ror__ = binary(
        "or", _logical(lambda x, y, name: raw.LogicalOr(x, y, name=name), "BitwiseOr")
    )
    __xor__, __rxor__ = binary("xor", _logical(logical_xor, "BitwiseXor"), scoped=True)

    def __lt__(self, other):
        return raw.Less(self, other)

    def __le__(self, other):
        return raw.LessEqual(self, other)

    def __gt__(self, other):
        return raw.Greater(self, other)

    def __ge__(self, other):
        return raw.GreaterEqual(self, other)

    def __neg__(self):
        return raw.Neg(self)

    def __invert__(self):
        if self.dtype.base_dtype.is_integer:
            return raw.Invert(self)
        return raw.LogicalNot(self)

    def __abs__(self):
        if self.dtype.base_dtype.is_complex:
            return raw.ComplexAbs(self, Tout=self.dtype.base_dtype.real_dtype, name="Abs")
        return raw.Abs(self)

    def __getitem__(self, key):
        return strided_slice(self, key)


def strided_slice(tensor, key, name="strided_slice", var=None):
    """`tensor[key]` with Python's and NumPy's slicing: numbers, slices, `...`, `tf.newaxis`,
    tensors.

    Args:
      tensor: a `Tensor` or variable.
      key: what stands between the brackets.
      name: name of the node.
      var: the variable that is sliced, when assignment to the slice is wanted.

    Returns:
      A `Tensor`.

    Raises:
      TypeError: an index that is not a number, slice, ellipsis, newaxis or scalar integer tensor.
      ValueError: several ellipses, or an index out of range.
    """
    from headwater._src.graph.convert import convert_to_tensor

    parts = key if isinstance(key, (list, tuple)) else [key]
    if (
        getattr(key, "dtype", None) is not None
        and dtypes.as_dtype(key.dtype).base_dtype is dtypes.bool
    ):
        return _boolean_mask(tensor, key)
    bounds, masks = _bounds(parts)
    with tensor.graph.here().name_scope(name) as scope:
        packed = _packed(bounds)
        tensor = convert_to_tensor(tensor) if var is None else tensor
        result = raw.StridedSlice(tensor, *packed, **masks, name=scope)
    if var is not None:
        from headwater._src.graph.optable import PUBLIC

        result.assign = functools.partial(PUBLIC["assign_slice"], var, result, packed, masks)
    return result


def _bounds(parts):
    """What `StridedSlice` takes for the parts of a key.

    Returns:
      `(begin, end, strides)`, three lists of numbers and tensors, and a dict of masks.
    """
    begin, end, strides = [], [], []
    masks = dict.fromkeys(
        ("begin_mask", "end_mask", "shrink_axis_mask", "new_axis_mask", "ellipsis_mask"), 0
    )
    for index, part in enumerate(parts):
        bit = 1 << index
        if isinstance(part, slice):
            like = _like_tensors(part)
            for values, value, empty, mask in (
                (begin, part.start, 0, "begin_mask"),
                (end, part.stop, 0, "end_mask"),
            ):
                if value is None:
                    values.append(like(empty))
                    masks[mask] |= bit
                else:
                    _check_index(value)
                    values.append(value)
            if part.step is not None:
                _check_index(part.step)
            strides.append(like(1) if part.step is None else part.step)
        elif part is Ellipsis:
            if masks["ellipsis_mask"]:
                raise ValueError("Multiple ellipses in slice spec not allowed")
            _append(begin, end, strides, 0, 0)
            masks["ellipsis_mask"] |= bit
        elif part is None:
            _append(begin, end, strides, 0, 0)
            masks["new_axis_mask"] |= bit
        else:
            _check_index(part)
            begin.append(part)
            end.append(part + 1)
            strides.append(_like_tensors(slice(part))(1) if _is_int64(part) else 1)
            masks["shrink_axis_mask"] |= bit
    return (begin, end, strides), masks


def _packed(bounds):
    """Each list of numbers and tensors as one tensor; all of the same type."""
    from headwater._src.graph.convert import constant

    if not bounds[0]:
        empty = np.zeros(0, np.int32)
        return [constant(empty, name="Const") for _ in bounds]
    kinds = {
        dtypes.as_dtype(v.dtype).base_dtype for values in bounds for v in values if hasattr(v, "op")
    }
    kind = dtypes.int64 if dtypes.int64 in kinds else dtypes.int32
    return [_stack(values, kind) for values in bounds]


def _like_tensors(part):
    """Where one bound of a slice is a tensor, what makes those left out tensors of its type."""
    kinds = {v.dtype.base_dtype for v in (part.start, part.stop, part.step) if hasattr(v, "op")}
    kind = (
        dtypes.int64 if dtypes.int64 in kinds else dtypes.int32 if dtypes.int32 in kinds else None
    )
    if kind is None:
        return lambda value: value
    from headwater._src.graph.convert import constant

    return lambda value: constant(value, kind)


def _is_int64(value):
    return hasattr(value, "op") and value.dtype.base_dtype is dtypes.int64


def _stack(values, kind):
    from headwater._src.graph.convert import constant, convert_to_tensor

    if any(hasattr(v, "op") for v in values):
        values = [
            v
            if hasattr(v, "op") and v.dtype.base_dtype is kind
            else raw.Cast(v, DstT=kind)
            if hasattr(v, "op")
            else v
            for v in values
        ]
        return convert_to_tensor(values, kind, name="stack")
    return constant(np.array([int(v) for v in values], kind.as_numpy_dtype), name="stack")


def _append(begin, end, strides, first, last):
    begin.append(first)
    end.append(last)
    strides.append(1)


def _check_index(value):
    if isinstance(value, (bool, np.bool_, float, str)) or value is None:
        bad = True
    elif hasattr(value, "dtype"):
        kind = dtypes.as_dtype(value.dtype).base_dtype
        bad = not kind.is_integer or (
            getattr(value, "shape", ()) not in ((),)
            and getattr(value, "ndim", None) not in (0, None)
        )
    else:
        bad = not hasattr(value, "__index__")
    if bad:
        raise TypeError(
            "Only integers, slices (`:`), ellipsis (`...`), tf.newaxis (`None`) and scalar "
            f"tf.int32/tf.int64 tensors are valid indices, got {value!r}"
        )


def _boolean_mask(tensor, mask):
    from headwater._src.graph.optable import PUBLIC

    return PUBLIC["boolean_mask"](tensor, mask)
