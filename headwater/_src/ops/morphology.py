"""Greyscale dilation and erosion: sliding maxima and minima with an additive window."""

from headwater._src.graph import define_op, raw
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, merge_dim, with_rank
from headwater._src.ops._windows import invalid, out_sizes, output_space, pads

_ATTRS = [
    "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
    "strides: list(int) >= 4",
    "rates: list(int) >= 4",
    "padding: {'SAME', 'VALID'}",
]

Dilation2D = define_op(
    "Dilation2D", inputs="input: T, filter: T", outputs="output: T", attrs=_ATTRS
)
Dilation2DBackpropInput = define_op(
    "Dilation2DBackpropInput",
    inputs="input: T, filter: T, out_backprop: T",
    outputs="in_backprop: T",
    attrs=_ATTRS,
    shape=lambda input, filter, out_backprop: input.dims,
)
Dilation2DBackpropFilter = define_op(
    "Dilation2DBackpropFilter",
    inputs="input: T, filter: T, out_backprop: T",
    outputs="filter_backprop: T",
    attrs=_ATTRS,
    shape=lambda input, filter, out_backprop: filter.dims,
)


@Dilation2D.shape
def _dilation_shape(input, filter, *, strides, rates, padding):
    x, w = with_rank(input.dims, 4), with_rank(filter.dims, 3)
    if len(strides) != 4 or len(rates) != 4:
        raise ShapeError("Dilation2D requires the stride and rate attributes to contain 4 values")
    channels = merge_dim(x[3], w[2])
    space = out_sizes(x[1:3], w[:2], strides[1:3], rates[1:3], padding)
    return (x[0], *space, channels)


def _taps(xp, input, filter, strides, rates, padding):
    """The candidates of each maximum, one array per tap, and the arguments of the window."""
    if strides[0] != 1 or strides[3] != 1:
        invalid("Stride is only supported across spatial dimensions.")
    if rates[0] != 1 or rates[3] != 1:
        invalid("Rate is only supported across spatial dimensions.")
    if input.shape[3] != filter.shape[2]:
        invalid(f"input and filter must have the same depth: {input.shape[3]} vs {filter.shape[2]}")
    window, steps, gaps = filter.shape[:2], tuple(strides[1:3]), tuple(rates[1:3])
    output_space(input.shape[1:3], window, steps, gaps, padding)
    move = (window, steps, gaps, pads(input.shape[1:3], window, steps, gaps, padding))
    # Outside of the image there is nothing: a candidate there never wins.
    inside = xp.window_taps(xp.ones(input.shape[:3] + (1,), "bool"), *move, False)
    values = xp.window_taps(input, *move, 0)
    low = xp.lowest(input.dtype)
    offsets = xp.reshape(filter, (-1, filter.shape[2]))
    parts = [
        xp.where(seen, value + offsets[i], low)
        for i, (seen, value) in enumerate(zip(inside, values))
    ]
    return parts, move


@Dilation2D.kernel
def _dilation_kernel(xp, input, filter, *, strides, rates, padding):
    parts, _ = _taps(xp, input, filter, strides, rates, padding)
    result = parts[0]
    for part in parts[1:]:
        result = xp.maximum(result, part)
    return result


def _routed(xp, input, filter, out_backprop, strides, rates, padding):
    """`out_backprop` given to the first tap that reached the maximum, one array per tap."""
    parts, move = _taps(xp, input, filter, strides, rates, padding)
    best = parts[0]
    for part in parts[1:]:
        best = xp.maximum(best, part)
    zero = xp.zeros_like(out_backprop)
    free = xp.ones(out_backprop.shape, "bool")
    shares = []
    for part in parts:
        wins = free & (part == best)
        shares.append(xp.where(wins, out_backprop, zero))
        free = free & ~wins
    return shares, move


@Dilation2DBackpropInput.kernel
def _dilation_input_kernel(xp, input, filter, out_backprop, *, strides, rates, padding):
    shares, move = _routed(xp, input, filter, out_backprop, strides, rates, padding)
    return xp.window_scatter(input.shape, shares, *move)


@Dilation2DBackpropFilter.kernel
def _dilation_filter_kernel(xp, input, filter, out_backprop, *, strides, rates, padding):
    shares, _ = _routed(xp, input, filter, out_backprop, strides, rates, padding)
    sums = [xp.sum(share, axis=(0, 1, 2), dtype=share.dtype) for share in shares]
    return xp.reshape(xp.stack(sums), filter.shape)


@Dilation2D.gradient
def _dilation_gradient(op, dy):
    x, w = op.inputs
    attrs = {name: op.attrs[name] for name in ("strides", "rates", "padding")}
    return [
        raw.Dilation2DBackpropInput(x, w, dy, **attrs),
        raw.Dilation2DBackpropFilter(x, w, dy, **attrs),
    ]


Dilation2DBackpropInput.no_gradient()
Dilation2DBackpropFilter.no_gradient()


@Dilation2D.cost
def _dilation_cost(inputs, output, **attrs):
    flops = 4.0 * inputs[1][0] * inputs[1][1]
    for n in output:
        flops *= n
    return flops


@Dilation2DBackpropInput.cost
def _dilation_input_cost(inputs, output, **attrs):
    return 2 * _dilation_cost(inputs[:2], inputs[2])


@Dilation2DBackpropFilter.cost
def _dilation_filter_cost(inputs, output, **attrs):
    return 2 * _dilation_cost(inputs[:2], inputs[2])


def dilation2d(
    input,
    filter=None,
    strides=None,
    rates=None,
    padding=None,
    name=None,
    filters=None,
    dilations=None,
):
    """The largest sum of a pixel and the window's entry over it, for each place of the window.

    Args:
      input: real `Tensor` of shape `[batch, height, width, channels]`.
      filter: `Tensor` of shape `[window height, window width, channels]`.
      strides: list of 4 integers.
      rates: list of 4 integers, the distance of the window's elements.
      padding: `"SAME"` or `"VALID"`.
      name: optional name of the operation.
      filters: the newer name of `filter`.
      dilations: the newer name of `rates`.

    Returns:
      `Tensor` of shape `[batch, rows, columns, channels]`.

    Raises:
      ValueError: shapes or attributes do not fit.
    """
    filter = renamed("filter", filter, "filters", filters)
    rates = renamed("rates", rates, "dilations", dilations)
    return raw.Dilation2D(input, filter, strides=strides, rates=rates, padding=padding, name=name)


def erosion2d(value, kernel, strides, rates, padding, name=None):
    """The smallest difference of a pixel and the window's entry over it: the dual of `dilation2d`.

    Args:
      value: real `Tensor` of shape `[batch, height, width, channels]`.
      kernel: `Tensor` of shape `[window height, window width, channels]`.
      strides: list of 4 integers.
      rates: list of 4 integers.
      padding: `"SAME"` or `"VALID"`.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[batch, rows, columns, channels]`.

    Raises:
      ValueError: shapes or attributes do not fit.
    """
    with scope(name, "erosion2d", (value, kernel)) as name:
        result = raw.Dilation2D(
            raw.Neg(value),
            raw.ReverseV2(kernel, [0, 1]),
            strides=strides,
            rates=rates,
            padding=padding,
            name=name,
        )
        return raw.Neg(result)
