"""Convolutions in which every channel has its own filters."""

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, known_dims, merge_dim, with_rank
from headwater._src.ops._static import shape_tensor
from headwater._src.ops._windows import (
    arrange,
    channels_first,
    channels_of,
    explicit_pairs,
    invalid,
    out_sizes,
    output_space,
    pads,
    spatial,
)

_ATTRS = [
    "T: {half, bfloat16, float, double}",
    "strides: list(int)",
    "padding: {'SAME', 'VALID', 'EXPLICIT'}",
    "explicit_paddings: list(int) = []",
    "data_format: {'NHWC', 'NCHW'} = 'NHWC'",
    "dilations: list(int) = [1, 1, 1, 1]",
]

DepthwiseConv2dNative = define_op(
    "DepthwiseConv2dNative", inputs="input: T, filter: T", outputs="output: T", attrs=_ATTRS
)
DepthwiseConv2dNativeBackpropInput = define_op(
    "DepthwiseConv2dNativeBackpropInput",
    inputs="input_sizes: int32, filter: T, out_backprop: T",
    outputs="output: T",
    attrs=_ATTRS,
)
DepthwiseConv2dNativeBackpropFilter = define_op(
    "DepthwiseConv2dNativeBackpropFilter",
    inputs="input: T, filter_sizes: int32, out_backprop: T",
    outputs="output: T",
    attrs=_ATTRS,
)


@DepthwiseConv2dNative.shape
def _depthwise_shape(input, filter, *, strides, padding, explicit_paddings, data_format, dilations):
    x, w = with_rank(input.dims, 4), with_rank(filter.dims, 4)
    if len(strides) != 4:
        raise ShapeError(
            "DepthwiseConv2D requires the stride attribute to contain 4 values, but got: "
            f"{len(strides)}"
        )
    steps = spatial(strides, data_format)
    for stride in steps:
        if stride <= 0:
            raise ShapeError(f"Stride must be > 0, but got {stride}")
    channels = merge_dim(channels_of(x, data_format), w[2])
    explicit = explicit_pairs(explicit_paddings, data_format) if padding == "EXPLICIT" else ()
    space = out_sizes(
        spatial(x, data_format), w[:2], steps, spatial(dilations, data_format), padding, explicit
    )
    filters = None if channels is None or w[3] is None else channels * w[3]
    return arrange(x[0], space, filters, data_format)


def _arguments(sizes, window, strides, padding, explicit_paddings, data_format, dilations):
    """`strides, dilations, pads` of the intrinsics."""
    if strides[0] != 1 or channels_of(strides, data_format) != 1:
        invalid(
            "Current implementation does not yet support strides in the batch and depth dimensions."
        )
    explicit = explicit_pairs(explicit_paddings, data_format) if padding == "EXPLICIT" else ()
    steps, rates = spatial(strides, data_format), spatial(dilations, data_format)
    output_space(sizes, window, steps, rates, padding, explicit)
    return steps, rates, pads(sizes, window, steps, rates, padding, explicit)


def _grouped(shape):
    """The shape of a depthwise filter as that of a grouped convolution's."""
    return (shape[0], shape[1], 1, shape[2] * shape[3])


def _check_depth(channels, depth):
    if channels != depth:
        invalid(f"input depth must be evenly divisible by filter depth: {channels} vs {depth}")


@DepthwiseConv2dNative.kernel
def _depthwise_kernel(
    xp, input, filter, *, strides, padding, explicit_paddings, data_format, dilations
):
    channels = channels_of(input.shape, data_format)
    _check_depth(channels, filter.shape[2])
    arguments = _arguments(
        spatial(input.shape, data_format),
        filter.shape[:2],
        strides,
        padding,
        explicit_paddings,
        data_format,
        dilations,
    )
    w = xp.reshape(filter, _grouped(filter.shape))
    return xp.conv(input, w, *arguments, channels, channels_first(data_format))


@DepthwiseConv2dNative.cost
def _depthwise_cost(inputs, output, **attrs):
    window = inputs[1]
    flops = 2.0 * window[0] * window[1]
    for n in output:
        flops *= n
    return flops


@DepthwiseConv2dNative.gradient
def _depthwise_gradient(op, dy):
    x, w = op.inputs
    attrs = _same_attrs(op)
    return [
        raw.DepthwiseConv2dNativeBackpropInput(shape_tensor(x), w, dy, **attrs),
        raw.DepthwiseConv2dNativeBackpropFilter(x, shape_tensor(w), dy, **attrs),
    ]


def _same_attrs(op):
    names = ("strides", "padding", "explicit_paddings", "data_format", "dilations")
    return {name: op.attrs[name] for name in names}


@DepthwiseConv2dNativeBackpropInput.shape
def _backprop_input_shape(input_sizes, filter, out_backprop):
    return with_rank(known_dims(input_sizes), 4)


@DepthwiseConv2dNativeBackpropInput.kernel(static=["input_sizes"])
def _backprop_input_kernel(
    xp,
    input_sizes,
    filter,
    out_backprop,
    *,
    strides,
    padding,
    explicit_paddings,
    data_format,
    dilations,
):
    sizes = tuple(int(n) for n in input_sizes)
    if len(sizes) != 4:
        invalid(
            f"Conv2DCustomBackpropInput: input_sizes input must have 4 elements, got {len(sizes)}"
        )
    channels = channels_of(sizes, data_format)
    _check_depth(channels, filter.shape[2])
    arguments = _arguments(
        spatial(sizes, data_format),
        filter.shape[:2],
        strides,
        padding,
        explicit_paddings,
        data_format,
        dilations,
    )
    w = xp.reshape(filter, _grouped(filter.shape))
    return xp.conv_input_gradient(
        sizes, w, out_backprop, *arguments, channels, channels_first(data_format)
    )


@DepthwiseConv2dNativeBackpropInput.cost
def _backprop_input_cost(inputs, output, **attrs):
    return _depthwise_cost([None, inputs[1]], inputs[2])


@DepthwiseConv2dNativeBackpropInput.gradient
def _backprop_input_gradient(op, dy):
    _, w, out_backprop = op.inputs
    attrs = _same_attrs(op)
    return [
        None,
        raw.DepthwiseConv2dNativeBackpropFilter(dy, shape_tensor(w), out_backprop, **attrs),
        raw.DepthwiseConv2dNative(dy, w, **attrs),
    ]


@DepthwiseConv2dNativeBackpropFilter.shape
def _backprop_filter_shape(input, filter_sizes, out_backprop):
    return with_rank(known_dims(filter_sizes), 4)


@DepthwiseConv2dNativeBackpropFilter.kernel(static=["filter_sizes"])
def _backprop_filter_kernel(
    xp,
    input,
    filter_sizes,
    out_backprop,
    *,
    strides,
    padding,
    explicit_paddings,
    data_format,
    dilations,
):
    sizes = tuple(int(n) for n in filter_sizes)
    if len(sizes) != 4:
        invalid(f"filter_sizes must have 4 elements, got {len(sizes)}")
    channels = channels_of(input.shape, data_format)
    _check_depth(channels, sizes[2])
    arguments = _arguments(
        spatial(input.shape, data_format),
        sizes[:2],
        strides,
        padding,
        explicit_paddings,
        data_format,
        dilations,
    )
    dw = xp.conv_filter_gradient(
        input, _grouped(sizes), out_backprop, *arguments, channels, channels_first(data_format)
    )
    return xp.reshape(dw, sizes)


@DepthwiseConv2dNativeBackpropFilter.cost
def _backprop_filter_cost(inputs, output, **attrs):
    return _depthwise_cost([None, output], inputs[2])


@DepthwiseConv2dNativeBackpropFilter.gradient
def _backprop_filter_gradient(op, dw):
    x, _, out_backprop = op.inputs
    attrs = _same_attrs(op)
    return [
        raw.DepthwiseConv2dNativeBackpropInput(shape_tensor(x), dw, out_backprop, **attrs),
        None,
        raw.DepthwiseConv2dNative(x, dw, **attrs),
    ]


# --- public -----------------------------------------------------------------------------------


def _padding(padding):
    if isinstance(padding, (list, tuple)):
        return {
            "padding": "EXPLICIT",
            "explicit_paddings": [int(n) for pair in padding for n in pair],
        }
    return {"padding": padding, "explicit_paddings": []}


def depthwise_conv2d_native(
    input,
    filter,
    strides,
    padding,
    data_format="NHWC",
    dilations=[1, 1, 1, 1],
    name=None,
):
    """Slides over each channel its own filters.

    Args:
      input: `Tensor` of shape `[batch, height, width, channels]`, or as `data_format` says.
      filter: `Tensor` of shape `[window height, window width, channels, multiplier]`.
      strides: list of 4 integers.
      padding: `"SAME"`, `"VALID"` or a list of pairs.
      data_format: `"NHWC"` or `"NCHW"`.
      dilations: list of 4 integers.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[batch, rows, columns, channels * multiplier]`.

    Raises:
      ValueError: shapes or attributes do not fit.
    """
    return raw.DepthwiseConv2dNative(
        input,
        filter,
        strides=strides,
        **_padding(padding),
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


def depthwise_conv2d_backprop_input(
    input_sizes,
    filter,
    out_backprop,
    strides,
    padding,
    data_format="NHWC",
    dilations=[1, 1, 1, 1],
    name=None,
):
    """The gradient of `depthwise_conv2d_native` with respect to its input.

    Args:
      input_sizes: int32 vector, the input's shape.
      filter: the filters.
      out_backprop: gradient with respect to the result.
      strides: list of 4 integers.
      padding: that of the convolution.
      data_format: `"NHWC"` or `"NCHW"`.
      dilations: list of 4 integers.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `input_sizes`.
    """
    return raw.DepthwiseConv2dNativeBackpropInput(
        input_sizes,
        filter,
        out_backprop,
        strides=strides,
        **_padding(padding),
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


def depthwise_conv2d_backprop_filter(
    input,
    filter_sizes,
    out_backprop,
    strides,
    padding,
    data_format="NHWC",
    dilations=[1, 1, 1, 1],
    name=None,
):
    """The gradient of `depthwise_conv2d_native` with respect to its filters.

    Args:
      input: the convolution's input.
      filter_sizes: int32 vector, the filters' shape.
      out_backprop: gradient with respect to the result.
      strides: list of 4 integers.
      padding: that of the convolution.
      data_format: `"NHWC"` or `"NCHW"`.
      dilations: list of 4 integers.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `filter_sizes`.
    """
    return raw.DepthwiseConv2dNativeBackpropFilter(
        input,
        filter_sizes,
        out_backprop,
        strides=strides,
        **_padding(padding),
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


@public
def depthwise_conv2d(
    input, filter, strides, padding, rate=None, name=None, data_format=None, dilations=None
):
    """Slides over each channel its own filters, with a dilated window if asked for.

    Args:
      input: `Tensor` of shape `[batch, height, width, channels]`, or as `data_format` says.
      filter: `Tensor` of shape `[window height, window width, channels, multiplier]`.
      strides: list of 4 integers.
      padding: `"SAME"`, `"VALID"` or a list of pairs.
      rate: list of 2 dilation rates.
      name: optional name of the operation.
      data_format: `"NHWC"` (default) or `"NCHW"`.
      dilations: the newer name of `rate`.

    Returns:
      `Tensor` of shape `[batch, rows, columns, channels * multiplier]`.

    Raises:
      ValueError: shapes or arguments do not fit.
    """
    rate = renamed("rate", rate, "dilations", dilations)
    with scope(name, "depthwise", (input, filter)) as name:
        input = convert_to_tensor(input, name="tensor_in")
        filter = convert_to_tensor(filter, name="filter_in")

        def op(x, _, pad):
            return raw.DepthwiseConv2dNative(
                x,
                filter,
                strides=strides,
                **_padding(pad),
                data_format=data_format or "NHWC",
                name=name,
            )

        return PUBLIC["with_space_to_batch"](
            input,
            filter_shape=shape_tensor(filter),
            dilation_rate=[1, 1] if rate is None else rate,
            padding=padding,
            data_format=data_format,
            op=op,
        )


@public
def separable_conv2d(
    input,
    depthwise_filter,
    pointwise_filter,
    strides,
    padding,
    rate=None,
    name=None,
    data_format=None,
    dilations=None,
):
    """A depthwise convolution, then one with a window of one pixel that mixes the channels.

    Args:
      input: `Tensor` of shape `[batch, height, width, channels]`, or as `data_format` says.
      depthwise_filter: `Tensor` of shape `[window height, window width, channels, multiplier]`.
      pointwise_filter: `Tensor` of shape `[1, 1, channels * multiplier, filters]`.
      strides: list of 4 integers, of the depthwise part.
      padding: `"SAME"` or `"VALID"`.
      rate: list of 2 dilation rates of the depthwise part.
      name: optional name of the operation.
      data_format: `"NHWC"` (default) or `"NCHW"`.
      dilations: the newer name of `rate`.

    Returns:
      `Tensor` of shape `[batch, rows, columns, filters]`.

    Raises:
      ValueError: shapes or arguments do not fit.
    """
    rate = renamed("rate", rate, "dilations", dilations)
    with scope(name, "separable_conv2d", (input, depthwise_filter, pointwise_filter)) as name:
        input = convert_to_tensor(input, name="tensor_in")
        depthwise_filter = convert_to_tensor(depthwise_filter, name="depthwise_filter")
        pointwise_filter = convert_to_tensor(pointwise_filter, name="pointwise_filter")
        for n in with_rank(pointwise_filter.dims, 4)[:2]:
            if n is not None and n != 1:
                raise ValueError(f"Dimensions {n} and 1 are not compatible")
        data_format = data_format or "NHWC"

        def op(x, _, pad):
            return raw.DepthwiseConv2dNative(
                x,
                depthwise_filter,
                strides=strides,
                **_padding(pad),
                data_format=data_format,
                name="depthwise",
            )

        middle = PUBLIC["with_space_to_batch"](
            input,
            filter_shape=shape_tensor(depthwise_filter),
            dilation_rate=[1, 1] if rate is None else rate,
            padding=padding,
            data_format=data_format,
            op=op,
        )
        return raw.Conv2D(
            middle,
            pointwise_filter,
            strides=[1, 1, 1, 1],
            padding="VALID",
            data_format=data_format,
            name=name,
        )
