"""Numbers rounded to those that a few bits can hold, kept as floating-point numbers."""

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._binary import REAL

QuantizeAndDequantizeV2 = define_op(
    "QuantizeAndDequantizeV2",
    inputs="input: T, input_min: T, input_max: T",
    outputs="output: T",
    attrs=[
        "signed_input: bool = true",
        "num_bits: int = 8",
        "range_given: bool = false",
        f"T: {REAL}",
        "round_mode: {'HALF_TO_EVEN', 'HALF_UP'} = 'HALF_TO_EVEN'",
        "narrow_range: bool = false",
        "axis: int = -1",
    ],
    shape=lambda input, input_min, input_max: input.dims,
)
QuantizeAndDequantizeV3 = define_op(
    "QuantizeAndDequantizeV3",
    inputs="input: T, input_min: T, input_max: T, num_bits: int32",
    outputs="output: T",
    attrs=[
        "signed_input: bool = true",
        "range_given: bool = true",
        f"T: {REAL}",
        "narrow_range: bool = false",
        "axis: int = -1",
    ],
    shape=lambda input, input_min, input_max, num_bits: input.dims,
)


def _fail(message):
    raise errors.InvalidArgumentError(None, None, message)


def _rounded(xp, x, low, high, bits, signed, given, up, narrow, axis):
    """`x` on the grid of `2 ** bits` values that holds 0 and spans `low` to `high`."""
    if not 0 < bits < (62 if signed else 63):
        _fail(f"num_bits is out of range: {bits} with signed_input {signed}")
    if not -1 <= axis < x.ndim:
        _fail(f"Axis should be at least -1. Got {axis}" if axis < -1 else "Axis is out of range.")
    shape = [1] * x.ndim
    others = tuple(range(x.ndim))
    if axis != -1:
        shape[axis] = x.shape[axis]
        others = tuple(i for i in others if i != axis)
    if not given:
        low, high = xp.min(x, axis=others), xp.max(x, axis=others)
    low, high = xp.reshape(low, shape), xp.reshape(high, shape)
    if signed:
        least, most = -(2 ** (bits - 1)) + bool(narrow), 2 ** (bits - 1) - 1
    else:
        least, most = 0, 2**bits - 1
    none = xp.full(shape, xp.finfo(x.dtype).max, x.dtype)
    below = (least * low) > 0 if least else xp.zeros(shape, bool)
    by_low = xp.where(below, least / xp.where(below, low, 1), none)
    by_high = xp.where(most * high > 0, most / xp.where(most * high > 0, high, 1), none)
    scale = xp.minimum(by_low, by_high)
    low, high = (
        xp.where(by_low < by_high, low, least / scale),
        xp.where(by_low < by_high, most / scale, high),
    )
    kept = xp.clip(x, low, high) if given else x
    steps = kept * scale
    steps = xp.floor(steps + 0.5) if up else xp.round(steps)
    return steps / scale


@QuantizeAndDequantizeV2.kernel
def _second_kernel(
    xp,
    input,
    input_min,
    input_max,
    *,
    signed_input,
    num_bits,
    range_given,
    round_mode,
    narrow_range,
    axis,
):
    up = round_mode == "HALF_UP"
    if range_given:
        xp.require(
            input_min <= input_max,
            lambda: errors.InvalidArgumentError(
                None, None, f"Invalid range: input_min {input_min} > input_max {input_max}"
            ),
        )
    return _rounded(
        xp,
        input,
        input_min,
        input_max,
        num_bits,
        signed_input,
        range_given,
        up,
        narrow_range,
        axis,
    )


@QuantizeAndDequantizeV3.kernel(static=["num_bits"])
def _third_kernel(
    xp,
    input,
    input_min,
    input_max,
    num_bits,
    *,
    signed_input,
    range_given,
    narrow_range,
    axis,
):
    return _rounded(
        xp,
        input,
        input_min,
        input_max,
        int(num_bits),
        signed_input,
        range_given,
        False,
        narrow_range,
        axis,
    )


@QuantizeAndDequantizeV2.gradient
def _second_gradient(op, dy):
    """As if nothing were rounded."""
    return [dy, None, None]


@QuantizeAndDequantizeV3.gradient
def _third_gradient(op, dy):
    """As if nothing were rounded."""
    return [dy, None, None, None]


@public
def quantize_and_dequantize(
    input,
    input_min,
    input_max,
    signed_input=True,
    num_bits=8,
    range_given=False,
    round_mode="HALF_TO_EVEN",
    name=None,
    narrow_range=False,
    axis=None,
):
    """Rounds numbers to those that `num_bits` bits can hold; gradients pass unchanged.

    Args:
      input: floating-point `Tensor`.
      input_min: the least number, used when `range_given`; a vector when `axis` is given.
      input_max: the largest number, likewise.
      signed_input: whether there are negative numbers.
      num_bits: how many bits.
      range_given: whether to use `input_min` and `input_max`, instead of what `input` spans.
      round_mode: `"HALF_TO_EVEN"` or `"HALF_UP"`.
      name: optional name of the operation.
      narrow_range: whether the least of the signed values is left out.
      axis: the dimension whose slices have ranges of their own; None for one range.

    Returns:
      A `Tensor` like `input`.

    Raises:
      InvalidArgumentError: at run time, when range or number of bits are not possible.
    """
    return raw.QuantizeAndDequantizeV2(
        convert_to_tensor(input),
        input_min,
        input_max,
        signed_input=signed_input,
        num_bits=num_bits,
        range_given=range_given,
        round_mode=round_mode,
        narrow_range=narrow_range,
        axis=-1 if axis is None else axis,
        name=name,
    )
