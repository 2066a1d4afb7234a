"""Numbers rounded as if they were stored in a few bits, for training that knows of it."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, raw
from headwater._src.ops._shapes import ShapeError, merge, merge_dim, with_rank

_BITS = ["num_bits: int = 8", "narrow_range: bool = false"]
_RANGE = ["min: float = -6.0", "max: float = 6.0"]


def _define(name, inputs, outputs, attrs):
    return define_op(name, inputs=inputs, outputs=outputs, attrs=attrs)


FakeQuantWithMinMaxArgs = _define(
    "FakeQuantWithMinMaxArgs", "inputs: float", "outputs: float", [*_RANGE, *_BITS]
)
FakeQuantWithMinMaxArgsGradient = _define(
    "FakeQuantWithMinMaxArgsGradient",
    "gradients: float, inputs: float",
    "backprops: float",
    [*_RANGE, *_BITS],
)
_THREE = "inputs: float, min: float, max: float"
_BACK = "backprops_wrt_input: float, backprop_wrt_min: float, backprop_wrt_max: float"
FakeQuantWithMinMaxVars = _define("FakeQuantWithMinMaxVars", _THREE, "outputs: float", _BITS)
FakeQuantWithMinMaxVarsGradient = _define(
    "FakeQuantWithMinMaxVarsGradient", f"gradients: float, {_THREE}", _BACK, _BITS
)
FakeQuantWithMinMaxVarsPerChannel = _define(
    "FakeQuantWithMinMaxVarsPerChannel", _THREE, "outputs: float", _BITS
)
FakeQuantWithMinMaxVarsPerChannelGradient = _define(
    "FakeQuantWithMinMaxVarsPerChannelGradient", f"gradients: float, {_THREE}", _BACK, _BITS
)


# --- shapes -----------------------------------------------------------------------------------

FakeQuantWithMinMaxArgs.shape(lambda inputs: inputs.dims)
FakeQuantWithMinMaxArgsGradient.shape(lambda gradients, inputs: merge(gradients.dims, inputs.dims))


@FakeQuantWithMinMaxVars.shape
def _vars_shape(inputs, min, max):
    with_rank(min.dims, 0)
    with_rank(max.dims, 0)
    return inputs.dims


@FakeQuantWithMinMaxVarsGradient.shape
def _vars_gradient_shape(gradients, inputs, min, max, *, num_bits):
    if not 2 <= num_bits <= 16:
        raise ShapeError("num_bits must be between 2 and 16")
    return [merge(gradients.dims, inputs.dims), (), ()]


def _channels(inputs, min, max):
    with_rank(inputs.dims, 1, at_least=True)
    last = None if inputs.dims is None else inputs.dims[-1]
    for vector in (min, max):
        last = merge_dim(last, with_rank(vector.dims, 1)[0])
    return None if inputs.dims is None else (*inputs.dims[:-1], last), last


@FakeQuantWithMinMaxVarsPerChannel.shape
def _channel_shape(inputs, min, max):
    return _channels(inputs, min, max)[0]


@FakeQuantWithMinMaxVarsPerChannelGradient.shape
def _channel_gradient_shape(gradients, inputs, min, max):
    dims, last = _channels(inputs, min, max)
    return [merge(dims, gradients.dims), (last,), (last,)]


# --- kernels ----------------------------------------------------------------------------------


def _nudged(xp, low, high, num_bits, narrow_range):
    """The range moved so that zero is one of the steps, and the step."""
    if not 2 <= num_bits <= 16:
        raise errors.InvalidArgumentError(
            None, None, f"num_bits must be between 2 and 16, inclusive, got {num_bits}"
        )
    first, last = np.float32(1 if narrow_range else 0), np.float32(2**num_bits - 1)
    step = (high - low) / (last - first)
    zero = first - low / step
    at = xp.where(
        zero < first, first, xp.where(zero > last, last, xp.floor(zero + np.float32(0.5)))
    )
    return (first - at) * step, (last - at) * step, step


def _quantised(xp, x, low, high, num_bits, narrow_range, exact=False):
    """`x` rounded; `exact` divides by the range where TensorFlow does not invert the step."""
    low, high = xp.asarray(low, "float32"), xp.asarray(high, "float32")
    bottom, top, step = _nudged(xp, low, high, num_bits, narrow_range)
    inverse = np.float32(1) / step
    if exact:
        inverse = np.float32(2**num_bits - 1 - bool(narrow_range)) / (high - low)
    shifted = xp.clip(x, bottom, top) - bottom
    result = xp.floor(shifted * inverse + np.float32(0.5)) * step + bottom
    return xp.where((low == 0) & (high == 0), xp.zeros_like(x), result)


def _parts(xp, dy, x, low, high, num_bits, narrow_range):
    """What of the gradient goes to the input, to the lower and to the upper bound."""
    low, high = xp.asarray(low, "float32"), xp.asarray(high, "float32")
    bottom, top, _ = _nudged(xp, low, high, num_bits, narrow_range)
    empty = (low == 0) & (high == 0)
    zero = xp.zeros_like(dy)
    inside = ((x >= bottom) & (x <= top)) | empty
    return (
        xp.where(inside, dy, zero),
        xp.where((x < bottom) & ~empty, dy, zero),
        xp.where((x > top) & ~empty, dy, zero),
    )


@FakeQuantWithMinMaxArgs.kernel
def _args_kernel(xp, inputs, *, min, max, num_bits, narrow_range):
    return _quantised(xp, inputs, min, max, num_bits, narrow_range, exact=True)


@FakeQuantWithMinMaxArgsGradient.kernel
def _args_gradient_kernel(xp, gradients, inputs, *, min, max, num_bits, narrow_range):
    return _parts(xp, gradients, inputs, min, max, num_bits, narrow_range)[0]


@FakeQuantWithMinMaxVars.kernel
def _vars_kernel(xp, inputs, min, max, *, num_bits, narrow_range):
    return _quantised(xp, inputs, min, max, num_bits, narrow_range)


@FakeQuantWithMinMaxVarsGradient.kernel
def _vars_gradient_kernel(xp, gradients, inputs, min, max, *, num_bits, narrow_range):
    dx, low, high = _parts(xp, gradients, inputs, min, max, num_bits, narrow_range)
    return dx, xp.sum(low, dtype="float32"), xp.sum(high, dtype="float32")


@FakeQuantWithMinMaxVarsPerChannel.kernel
def _channel_kernel(xp, inputs, min, max, *, num_bits, narrow_range):
    return _quantised(xp, inputs, min, max, num_bits, narrow_range)


@FakeQuantWithMinMaxVarsPerChannelGradient.kernel
def _channel_gradient_kernel(xp, gradients, inputs, min, max, *, num_bits, narrow_range):
    dx, low, high = _parts(xp, gradients, inputs, min, max, num_bits, narrow_range)
    axes = tuple(range(xp.ndim(inputs) - 1))
    return dx, xp.sum(low, axis=axes, dtype="float32"), xp.sum(high, axis=axes, dtype="float32")


# --- gradients --------------------------------------------------------------------------------


@FakeQuantWithMinMaxArgs.gradient
def _args_gradient(op, dy):
    names = ("min", "max", "num_bits", "narrow_range")
    attrs = {n: op.attrs[n] for n in names}
    return [raw.FakeQuantWithMinMaxArgsGradient(dy, op.inputs[0], **attrs)]


@FakeQuantWithMinMaxVars.gradient
def _vars_gradient(op, dy):
    attrs = {n: op.attrs[n] for n in ("num_bits", "narrow_range")}
    return list(raw.FakeQuantWithMinMaxVarsGradient(dy, *op.inputs, **attrs))


@FakeQuantWithMinMaxVarsPerChannel.gradient
def _channel_gradient(op, dy):
    attrs = {n: op.attrs[n] for n in ("num_bits", "narrow_range")}
    return list(raw.FakeQuantWithMinMaxVarsPerChannelGradient(dy, *op.inputs, **attrs))


for _op in (
    FakeQuantWithMinMaxArgsGradient,
    FakeQuantWithMinMaxVarsGradient,
    FakeQuantWithMinMaxVarsPerChannelGradient,
):
    _op.no_gradient()


# --- public -----------------------------------------------------------------------------------


def fake_quant_with_min_max_args(inputs, min=-6, max=6, num_bits=8, narrow_range=False, name=None):
    """`inputs` rounded to the steps of a range given as numbers.

    Args:
      inputs: float32 `Tensor`.
      min: the range's lower end.
      max: the range's upper end.
      num_bits: 2 to 16; there are `2 ** num_bits` steps.
      narrow_range: whether the lowest step is left out.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape of `inputs`.
    """
    return raw.FakeQuantWithMinMaxArgs(
        inputs, min=min, max=max, num_bits=num_bits, narrow_range=narrow_range, name=name
    )


def fake_quant_with_min_max_args_gradient(
    gradients, inputs, min=-6, max=6, num_bits=8, narrow_range=False, name=None
):
    """The gradient of `fake_quant_with_min_max_args`.

    Args:
      gradients: gradient with respect to its result.
      inputs: its input.
      min: the range's lower end.
      max: the range's upper end.
      num_bits: 2 to 16.
      narrow_range: whether the lowest step is left out.
      name: optional name of the operation.

    Returns:
      `gradients` inside of the range, zero outside.
    """
    return raw.FakeQuantWithMinMaxArgsGradient(
        gradients, inputs, min=min, max=max, num_bits=num_bits, narrow_range=narrow_range, name=name
    )


def fake_quant_with_min_max_vars(inputs, min, max, num_bits=8, narrow_range=False, name=None):
    """`inputs` rounded to the steps of a range that may be learnt.

    Args:
      inputs: float32 `Tensor`.
      min: scalar, the range's lower end.
      max: scalar, the range's upper end.
      num_bits: 2 to 16.
      narrow_range: whether the lowest step is left out.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape of `inputs`.
    """
    return raw.FakeQuantWithMinMaxVars(
        inputs, min, max, num_bits=num_bits, narrow_range=narrow_range, name=name
    )


def fake_quant_with_min_max_vars_gradient(
    gradients, inputs, min, max, num_bits=8, narrow_range=False, name=None
):
    """The gradient of `fake_quant_with_min_max_vars`.

    Args:
      gradients: gradient with respect to its result.
      inputs: its input.
      min: scalar, the range's lower end.
      max: scalar, the range's upper end.
      num_bits: 2 to 16.
      narrow_range: whether the lowest step is left out.
      name: optional name of the operation.

    Returns:
      Gradients with respect to `inputs`, `min` and `max`.
    """
    return raw.FakeQuantWithMinMaxVarsGradient(
        gradients, inputs, min, max, num_bits=num_bits, narrow_range=narrow_range, name=name
    )


def fake_quant_with_min_max_vars_per_channel(
    inputs, min, max, num_bits=8, narrow_range=False, name=None
):
    """`fake_quant_with_min_max_vars` with a range for each entry of the last dimension.

    Args:
      inputs: float32 `Tensor` of rank at least 1.
      min: vector of lower ends.
      max: vector of upper ends.
      num_bits: 2 to 16.
      narrow_range: whether the lowest step is left out.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape of `inputs`.
    """
    return raw.FakeQuantWithMinMaxVarsPerChannel(
        inputs, min, max, num_bits=num_bits, narrow_range=narrow_range, name=name
    )


def fake_quant_with_min_max_vars_per_channel_gradient(
    gradients, inputs, min, max, num_bits=8, narrow_range=False, name=None
):
    """The gradient of `fake_quant_with_min_max_vars_per_channel`.

    Args:
      gradients: gradient with respect to its result.
      inputs: its input.
      min: vector of lower ends.
      max: vector of upper ends.
      num_bits: 2 to 16.
      narrow_range: whether the lowest step is left out.
      name: optional name of the operation.

    Returns:
      Gradients with respect to `inputs`, `min` and `max`.
    """
    return raw.FakeQuantWithMinMaxVarsPerChannelGradient(
        gradients, inputs, min, max, num_bits=num_bits, narrow_range=narrow_range, name=name
    )
