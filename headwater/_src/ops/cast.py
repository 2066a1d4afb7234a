"""Changing the type of a tensor."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import IndexedSlices, SparseTensor
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.ops._args import deprecated
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import same

Cast = define_op(
    "Cast",
    inputs="x: SrcT",
    outputs="y: DstT",
    attrs=["SrcT: type", "DstT: type", "Truncate: bool = false"],
    shape=lambda x: same(x),
)


def _called(dtype):
    return {"float32": "float", "float64": "double", "float16": "half"}.get(dtype.name, dtype.name)


@Cast.kernel
def cast_kernel(xp, x, *, SrcT, DstT):
    if dtypes.string in (SrcT, DstT) and SrcT != DstT:
        raise errors.UnimplementedError(
            None, None, f"Cast {_called(SrcT)} to {_called(DstT)} is not supported"
        )
    return xp.cast(x, DstT.as_numpy_dtype)


@Cast.gradient
def cast_gradient(op, dy):
    """Back to the source type, between types that have gradients."""
    source, target = op.inputs[0].dtype.base_dtype, dy.dtype.base_dtype
    if all(t.is_floating or t.is_complex for t in (source, target)):
        return [cast(dy, source)]
    return [None]


@public
def cast(x, dtype, name=None):
    """The values of `x` in another type; numbers that become integers lose their fraction.

    Args:
      x: `Tensor`, `SparseTensor`, `IndexedSlices`, or a value to make a tensor of.
      dtype: the new type.
      name: name of the node.

    Returns:
      What `x` is, of type `dtype`; `x` itself when it has that type.

    Raises:
      TypeError: `x` cannot be a tensor.

    >>> sess.run(tf.cast([1.8, -1.8], tf.int32))
    array([ 1, -1], dtype=int32)
    """
    target = dtypes.as_dtype(dtype).base_dtype
    if hasattr(x, "op") and x.__class__.__name__ == "Tensor" and x.dtype.base_dtype == target:
        return x
    with scope(name, "Cast", [x]) as node_name:
        if hasattr(x, "dense_shape") and hasattr(x, "values"):
            values = cast(x.values, target, name=node_name)
            if isinstance(x, IndexedSlices):
                return IndexedSlices(values, x.indices, x.dense_shape)
            return SparseTensor(x.indices, values, x.dense_shape)
        x = convert_to_tensor(x, name="x")
        if x.dtype.base_dtype == target:
            return x
        return raw.Cast(x, DstT=target, name=node_name)


@public
def saturate_cast(value, dtype, name=None):
    """The values of `value` in another type; what is out of its range becomes its end.

    Args:
      value: `Tensor` of real numbers.
      dtype: the new type.
      name: name of the node.

    Returns:
      A `Tensor` of type `dtype` and the shape of `value`.
    """
    with scope(name, "saturate_cast", [value]) as node_name:
        value = convert_to_tensor(value, name="value")
        target, source = dtypes.as_dtype(dtype).base_dtype, value.dtype.base_dtype
        if target == source:
            return value
        low, high = _common_range(source, target)
        kind = source.as_numpy_dtype
        clamped = raw.ClipByValue(
            value, constant(np.array(low, kind)), constant(np.array(high, kind)), name="clamp"
        )
        return cast(clamped, target, name=node_name)


def _common_range(source, target):
    """The smallest and largest value of `source` that `target` can hold."""
    low, high = max(source.min, target.min), min(source.max, target.max)
    if source.is_floating and target.is_integer:
        # The nearest numbers of the source type may lie just outside of the target's range.
        kind = source.as_numpy_dtype
        for bound, inwards in ((low, np.inf), (high, -np.inf)):
            near = np.array(bound, kind)
            if not target.min <= int(near) <= target.max:
                near = np.nextafter(near, np.array(inwards, kind))
            low, high = (near, high) if inwards > 0 else (low, near)
    return low, high


def _to(dtype, name, default_name):
    def function(x, name=default_name):
        deprecated(f"tf.{function.__name__}", "tf.cast")
        return cast(x, dtype, name=name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The values of `x` as `{dtype.name}`; the old spelling of `cast`.

    Args:
      x: `Tensor`, `SparseTensor` or `IndexedSlices`.
      name: name of the node.

    Returns:
      What `x` is, of type `{dtype.name}`.

    Raises:
      TypeError: `x` cannot have that type.
    """
    return function


to_float = _to(dtypes.float32, "to_float", "ToFloat")
to_double = _to(dtypes.float64, "to_double", "ToDouble")
to_int32 = _to(dtypes.int32, "to_int32", "ToInt32")
to_int64 = _to(dtypes.int64, "to_int64", "ToInt64")
to_bfloat16 = _to(dtypes.bfloat16, "to_bfloat16", "ToBFloat16")
to_complex64 = _to(dtypes.complex64, "to_complex64", "ToComplex64")
to_complex128 = _to(dtypes.complex128, "to_complex128", "ToComplex128")
