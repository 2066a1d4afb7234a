"""Sums of several tensors of one shape, and clipping."""

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import define_op, dims as dims_lib, public, raw
from headwater._src.graph.convert import convert_n_to_tensor, convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, broadcast, merge
from headwater._src.ops._static import shape_tensor

NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, "
    "qint16, quint16, uint16, complex128, half, uint32, uint64}"
)

# --- sums -------------------------------------------------------------------------------------


def sum_kernel(xp, inputs):
    """Adds from left to right, as TensorFlow does."""
    total = inputs[0]
    for x in inputs[1:]:
        total = total + x
    return total


AddN = define_op(
    "AddN",
    inputs="inputs: N * T",
    outputs="sum: T",
    attrs=["N: int >= 1", f"T: {NUMBERS[:-1]}, variant}}"],
)
AddN.kernel(sum_kernel)
AddN.lists = True


@AddN.shape
def add_n_shape(inputs):
    dims = inputs[0].dims
    for x in inputs[1:]:
        dims = merge(dims, x.dims)
    return dims


@AddN.gradient
def add_n_gradient(op, dy):
    return [dy] * len(op.inputs)


AccumulateNV2 = define_op(
    "AccumulateNV2",
    inputs="inputs: N * T",
    outputs="sum: T",
    attrs=["N: int >= 1", f"T: {NUMBERS}", "shape: shape"],
)
AccumulateNV2.kernel(sum_kernel)


@AccumulateNV2.shape
def accumulate_n_v2_shape(inputs, *, shape):
    for x in inputs:
        shape = merge(shape, x.dims)
    return shape


@AccumulateNV2.gradient
def accumulate_n_v2_gradient(op, dy):
    return [dy] * len(op.inputs)


def _densely(inputs):
    if not inputs or not isinstance(inputs, (list, tuple)):
        raise ValueError(
            "Inputs must be an iterable of at least one Tensor/IndexedSlices with the same dtype "
            "and shape."
        )
    try:
        return convert_n_to_tensor(inputs)
    except TypeError:
        raise ValueError(
            "Inputs must be an iterable of at least one Tensor/IndexedSlices with the same dtype "
            "and shape."
        ) from None


@public
def add_n(inputs, name=None):
    """The elementwise sum of a list of tensors.

    Args:
      inputs: list of at least one `Tensor` or `IndexedSlices`, all of one shape and type.
      name: name of the node.

    Returns:
      A `Tensor` of that shape and type; for one input without a `name`, that input.

    Raises:
      ValueError: the list is empty, or the shapes differ.
      TypeError: the types differ.
    """
    inputs = _densely(inputs)
    if len(inputs) == 1:
        return raw.Identity(inputs[0], name=name) if name else inputs[0]
    return raw.AddN(inputs, name=name)


def accumulate_n(inputs, shape=None, tensor_dtype=None, name=None):
    """The elementwise sum of a list of tensors, whose expected shape and type can be given.

    Args:
      inputs: list of `Tensor`s of one shape and type.
      shape: the expected shape.
      tensor_dtype: the expected type.
      name: name of the node.

    Returns:
      A `Tensor` of that shape and type; for one input without a `name`, that input.

    Raises:
      ValueError: the list is empty, or the shapes differ.
      TypeError: the types differ from each other or from `tensor_dtype`.
    """
    inputs = _densely(inputs)
    kind = inputs[0].dtype.base_dtype
    if any(x.dtype.base_dtype != kind for x in inputs):
        raise ValueError(
            "Inputs must be a list of at least one Tensor/IndexedSlices with the same dtype "
            "and shape"
        )
    if tensor_dtype is not None and dtypes.as_dtype(tensor_dtype).base_dtype != kind:
        raise TypeError(
            f"The `tensor_dtype` argument is {tensor_dtype}, but `input` is of type {kind}. These "
            "must be equal. Try casting the input to the desired type."
        )
    for dims in [dims_lib.of(shape), *(x.dims for x in inputs)]:
        for x in inputs:
            if not dims_lib.compatible(dims, x.dims):
                raise ValueError(f"Shapes {TensorShape._of(dims)} and {x.shape} are not compatible")
    if len(inputs) == 1:
        return raw.Identity(inputs[0], name=name) if name else inputs[0]
    return raw.AddN(inputs, name=name)


# --- clipping ---------------------------------------------------------------------------------

ClipByValue = define_op(
    "ClipByValue",
    inputs="t: T, clip_value_min: T, clip_value_max: T",
    outputs="output: T",
    attrs=[f"T: {NUMBERS}"],
)


@ClipByValue.shape
def clip_by_value_shape(t, clip_value_min, clip_value_max):
    for bound in (clip_value_min, clip_value_max):
        if bound.dims != () and bound.dims is not None:
            broadcast(t.dims, bound.dims)
    return t.dims


@ClipByValue.kernel
def clip_by_value_kernel(xp, t, clip_value_min, clip_value_max):
    return xp.maximum(xp.minimum(t, clip_value_max), clip_value_min)


@ClipByValue.gradient
def clip_by_value_gradient(op, dy):
    """What was clipped passes its gradient to the bound."""
    x, low, high = op.inputs
    kind = dy.dtype.base_dtype
    x_shape, low_shape, high_shape = shape_tensor(x), shape_tensor(low), shape_tensor(high)
    dy_shape = shape_tensor(dy)
    zeros = PUBLIC["zeros"](dy_shape, kind)
    below, above = raw.Less(x, low), raw.Greater(x, high)
    _, low_axes = raw.BroadcastGradientArgs(x_shape, low_shape)
    _, high_axes = raw.BroadcastGradientArgs(x_shape, high_shape)
    outside = raw.LogicalOr(below, above)
    dx = raw.Select(outside, zeros, dy)
    to_low, to_high = raw.Select(below, dy, zeros), raw.Select(above, dy, zeros)
    return [
        dx,
        raw.Reshape(raw.Sum(to_low, low_axes), low_shape),
        raw.Reshape(raw.Sum(to_high, high_axes), high_shape),
    ]


@public
def clip_by_value(t, clip_value_min, clip_value_max, name=None):
    """The values of `t`, those outside of the bounds replaced by the bound.

    Args:
      t: `Tensor` of real numbers, or `IndexedSlices`.
      clip_value_min: lower bound: a scalar, or a tensor whose shape broadcasts to that of `t`.
      clip_value_max: upper bound, likewise.
      name: name of the last node.

    Returns:
      A `Tensor` (or `IndexedSlices`) of the type and shape of `t`.

    Raises:
      ValueError: a bound's shape would make the result larger than `t`.

    >>> sess.run(tf.clip_by_value([-2.0, 0.5, 3.0], 0.0, 1.0))
    array([0. , 0.5, 1. ], dtype=float32)
    """
    slices = t if hasattr(t, "dense_shape") else None
    with scope(name, "clip_by_value", [t, clip_value_min, clip_value_max]) as node_name:
        values = convert_to_tensor(t if slices is None else slices.values, name="t")
        smaller = raw.Minimum(values, clip_value_max)
        _same_size(values, smaller)
        result = raw.Maximum(smaller, clip_value_min, name=node_name)
        _same_size(values, result)
    return result if slices is None else type(slices)(result, slices.indices, slices.dense_shape)


def _same_size(values, clipped):
    try:
        merge(values.dims, clipped.dims)
    except ShapeError:
        raise ValueError(f"Shapes {values.shape} and {clipped.shape} are not compatible") from None
