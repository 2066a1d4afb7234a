"""The public convolutions: one to three dimensions, forward and transposed."""

import numpy as np

from headwater._src.graph import public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope
from headwater._src.ops._windows import per_dimension


def padding_attrs(padding, rank=4):
    """The attrs `padding` and `explicit_paddings` from a name or a list of pairs.

    Raises:
      ValueError: a list without one pair per dimension.
    """
    if not isinstance(padding, (list, tuple)):
        return {"padding": padding, "explicit_paddings": []}
    for i, pair in enumerate(padding):
        if not isinstance(pair, (list, tuple)) or len(pair) != 2:
            raise ValueError(
                "When `padding` is a list, each element of `padding` must be a list/tuple of "
                "size 2. "
                f"Received: padding={padding} with element at index {i} of size "
                f"{len(pair) if isinstance(pair, (list, tuple)) else type(pair).__name__}"
            )
    if len(padding) != rank:
        raise ValueError(
            f"When padding is a list, it must be of size {rank}. Received: padding={padding} of "
            f"size {len(padding)}"
        )
    return {"padding": "EXPLICIT", "explicit_paddings": [int(n) for pair in padding for n in pair]}


@public
def conv2d(
    input,
    filter=None,
    strides=None,
    padding=None,
    use_cudnn_on_gpu=True,
    data_format="NHWC",
    dilations=[1, 1, 1, 1],
    name=None,
    filters=None,
):
    """Slides filters over images.

    Args:
      input: `Tensor` of shape `[batch, height, width, channels]`, or as `data_format` says.
      filter: `Tensor` of shape `[window height, window width, channels, filters]`, of the type of
        `input`.
      strides: how far the window moves: an integer or a list with 1, 2 or 4 of them.
      padding: `"SAME"`, `"VALID"`, or a list of a (before, after) pair for each dimension.
      use_cudnn_on_gpu: ignored.
      data_format: `"NHWC"` or `"NCHW"`.
      dilations: distance of the window's elements, in the form of `strides`.
      name: optional name of the operation.
      filters: the newer name of `filter`.

    Returns:
      `Tensor` of shape `[batch, rows, columns, filters]`, or as `data_format` says.

    Raises:
      ValueError: shapes or attributes do not fit.
    """
    filter = renamed("filter", filter, "filters", filters)
    data_format = data_format or "NHWC"
    return raw.Conv2D(
        input,
        filter,
        strides=per_dimension(strides, 2, data_format, "strides"),
        **padding_attrs(padding),
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        data_format=data_format,
        dilations=per_dimension(dilations, 2, data_format, "dilations"),
        name=name,
    )


def conv2d_backprop_input(
    input_sizes,
    filter=None,
    out_backprop=None,
    strides=None,
    padding=None,
    use_cudnn_on_gpu=True,
    data_format="NHWC",
    dilations=[1, 1, 1, 1],
    name=None,
    filters=None,
):
    """The gradient of `conv2d` with respect to its input.

    Args:
      input_sizes: int32 vector, the input's shape.
      filter: the filters of the convolution.
      out_backprop: gradient with respect to the convolution's result.
      strides: list of 4 integers, those of the convolution.
      padding: that of the convolution.
      use_cudnn_on_gpu: ignored.
      data_format: `"NHWC"` or `"NCHW"`.
      dilations: list of 4 integers.
      name: optional name of the operation.
      filters: the newer name of `filter`.

    Returns:
      `Tensor` of shape `input_sizes`.
    """
    filter = renamed("filter", filter, "filters", filters)
    return raw.Conv2DBackpropInput(
        input_sizes,
        filter,
        out_backprop,
        strides=per_dimension(strides, 2, data_format, "strides"),
        **padding_attrs(padding),
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        data_format=data_format,
        dilations=per_dimension(dilations, 2, data_format, "dilations"),
        name=name,
    )


def conv2d_backprop_filter(
    input,
    filter_sizes,
    out_backprop,
    strides,
    padding,
    use_cudnn_on_gpu=True,
    data_format="NHWC",
    dilations=[1, 1, 1, 1],
    name=None,
):
    """The gradient of `conv2d` with respect to its filters.

    Args:
      input: the convolution's input.
      filter_sizes: int32 vector, the filters' shape.
      out_backprop: gradient with respect to the convolution's result.
      strides: list of 4 integers, those of the convolution.
      padding: that of the convolution.
      use_cudnn_on_gpu: ignored.
      data_format: `"NHWC"` or `"NCHW"`.
      dilations: list of 4 integers.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `filter_sizes`.
    """
    return raw.Conv2DBackpropFilter(
        input,
        filter_sizes,
        out_backprop,
        strides=strides,
        **padding_attrs(padding),
        use_cudnn_on_gpu=use_cudnn_on_gpu,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


@public
def conv3d(
    input,
    filter=None,
    strides=None,
    padding=None,
    data_format="NDHWC",
    dilations=[1, 1, 1, 1, 1],
    name=None,
    filters=None,
):
    """Slides filters over volumes.

    Args:
      input: `Tensor` of shape `[batch, depth, height, width, channels]`, or as `data_format` says.
      filter: `Tensor` of shape `[depth, height, width, channels, filters]`.
      strides: list of 5 integers.
      padding: `"SAME"` or `"VALID"`.
      data_format: `"NDHWC"` or `"NCDHW"`.
      dilations: list of 5 integers.
      name: optional name of the operation.
      filters: the newer name of `filter`.

    Returns:
      `Tensor` of rank 5.

    Raises:
      ValueError: shapes or attributes do not fit.
    """
    filter = renamed("filter", filter, "filters", filters)
    return raw.Conv3D(
        input,
        filter,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


def conv3d_backprop_filter(
    input,
    filter_sizes,
    out_backprop,
    strides,
    padding,
    data_format="NDHWC",
    dilations=[1, 1, 1, 1, 1],
    name=None,
):
    """The gradient of `conv3d` with respect to its filters.

    Args:
      input: the convolution's input.
      filter_sizes: int32 vector, the filters' shape.
      out_backprop: gradient with respect to the convolution's result.
      strides: list of 5 integers.
      padding: `"SAME"` or `"VALID"`.
      data_format: `"NDHWC"` or `"NCDHW"`.
      dilations: list of 5 integers.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `filter_sizes`.
    """
    return raw.Conv3DBackpropFilterV2(
        input,
        filter_sizes,
        out_backprop,
        strides=strides,
        padding=padding,
        data_format=data_format,
        dilations=dilations,
        name=name,
    )


@public
def conv1d(
    value=None,
    filters=None,
    stride=None,
    padding=None,
    use_cudnn_on_gpu=None,
    data_format=None,
    name=None,
    input=None,
    dilations=None,
):
    """Slides filters over sequences.

    Args:
      value: `Tensor` of shape `[batch, width, channels]`, or `[batch, channels, width]` for
        `"NCW"`.
      filters: `Tensor` of shape `[window, channels, filters]`.
      stride: how far the window moves.
      padding: `"SAME"` or `"VALID"`.
      use_cudnn_on_gpu: ignored.
      data_format: `"NWC"` (the default; also `"NHWC"`) or `"NCW"` (also `"NCHW"`).
      name: optional name of the operation.
      input: the newer name of `value`.
      dilations: distance of the window's elements.

    Returns:
      `Tensor` of rank 3.

    Raises:
      ValueError: an unknown `data_format`, or shapes that do not fit.
    """
    value = renamed("value", value, "input", input)
    with scope(name, "conv1d", (value, filters)) as name:
        if data_format in (None, "NHWC", "NWC"):
            layout, axis = "NHWC", -3
        elif data_format in ("NCHW", "NCW"):
            layout, axis = "NCHW", -2
        else:
            raise ValueError(
                f"`data_format` must be 'NWC' or 'NCW'. Received: data_format={data_format}"
            )
        value = convert_to_tensor(value)
        steps, rates = _row(stride, layout, "stride"), _row(dilations, layout, "dilations")
        value = PUBLIC["expand_dims"](value, axis)
        window = PUBLIC["expand_dims"](filters, 0)
        if value.dims is not None and len(value.dims) != 4:
            # A batch of several dimensions is one long batch to the convolution.
            return _batched_conv1d(
                value, window, steps, rates, padding, layout, axis, use_cudnn_on_gpu, name
            )
        result = raw.Conv2D(
            value,
            window,
            strides=steps,
            **padding_attrs(padding),
            use_cudnn_on_gpu=True if use_cudnn_on_gpu is None else use_cudnn_on_gpu,
            data_format=layout,
            dilations=rates,
            name=name,
        )
        return PUBLIC["squeeze"](result, [axis])


def _batched_conv1d(value, window, steps, rates, padding, layout, axis, use_cudnn_on_gpu, name):
    shape = PUBLIC["shape"](value)
    inner = PUBLIC["concat"]([[-1], shape[-3:]], 0)
    result = raw.Conv2D(
        raw.Reshape(value, inner),
        window,
        strides=steps,
        **padding_attrs(padding),
        use_cudnn_on_gpu=True if use_cudnn_on_gpu is None else use_cudnn_on_gpu,
        data_format=layout,
        dilations=rates,
        name=name,
    )
    result = PUBLIC["squeeze"](result, [axis])
    outer = PUBLIC["concat"]([shape[:-3], PUBLIC["shape"](result)[1:]], 0)
    return raw.Reshape(result, outer)


def _row(value, layout, name):
    """One dimension's strides or dilations as those of an image with one row."""
    if value is None:
        value = 1
    values = list(np.ravel(value))
    if len(values) == 3:
        value = values[1] if layout == "NHWC" else values[2]
    elif len(values) == 1:
        value = values[0]
    else:
        raise ValueError(
            f"{name} should be of length 1 or 3. Received: {name}={value} of length {len(values)}"
        )
    return [1, 1, int(value), 1] if layout == "NHWC" else [1, 1, 1, int(value)]


# --- transposed -------------------------------------------------------------------------------


@public
def conv2d_transpose(
    value=None,
    filter=None,
    output_shape=None,
    strides=None,
    padding="SAME",
    data_format="NHWC",
    name=None,
    input=None,
    filters=None,
    dilations=None,
):
    """The transpose of `conv2d`: its gradient with respect to the input, as a layer.

    Args:
      value: `Tensor` of shape `[batch, height, width, channels]`, or as `data_format` says.
      filter: `Tensor` of shape `[window height, window width, filters, channels]`.
      output_shape: vector, the result's shape.
      strides: how far apart the inputs lie in the result: an integer or a list of 1, 2 or 4.
      padding: that of the convolution it transposes.
      data_format: `"NHWC"` or `"NCHW"`.
      name: optional name of the operation.
      input: the newer name of `value`.
      filters: the newer name of `filter`.
      dilations: in the form of `strides`.

    Returns:
      `Tensor` of shape `output_shape`.

    Raises:
      ValueError: shapes or attributes do not fit.
    """
    value = renamed("value", value, "input", input)
    filter = renamed("filter", filter, "filters", filters)
    with scope(name, "conv2d_transpose", (value, filter, output_shape)) as name:
        data_format = data_format or "NHWC"
        return raw.Conv2DBackpropInput(
            output_shape,
            filter,
            value,
            strides=per_dimension(strides, 2, data_format, "strides"),
            **padding_attrs(padding),
            data_format=data_format,
            dilations=per_dimension(dilations, 2, data_format, "dilations"),
            name=name,
        )


@public
def conv3d_transpose(
    value,
    filter=None,
    output_shape=None,
    strides=None,
    padding="SAME",
    data_format="NDHWC",
    name=None,
    input=None,
    filters=None,
    dilations=None,
):
    """The transpose of `conv3d`.

    Args:
      value: `Tensor` of shape `[batch, depth, height, width, channels]`, or as `data_format` says.
      filter: `Tensor` of shape `[depth, height, width, filters, channels]`.
      output_shape: vector, the result's shape.
      strides: an integer or a list of 1, 3 or 5.
      padding: `"SAME"` or `"VALID"`.
      data_format: `"NDHWC"` or `"NCDHW"`.
      name: optional name of the operation.
      input: the newer name of `value`.
      filters: the newer name of `filter`.
      dilations: in the form of `strides`.

    Returns:
      `Tensor` of shape `output_shape`.

    Raises:
      ValueError: shapes or attributes do not fit.
    """
    filter = renamed("filter", filter, "filters", filters)
    value = renamed("value", value, "input", input)
    with scope(name, "conv3d_transpose", (value, filter, output_shape)) as name:
        data_format = data_format or "NDHWC"
        return raw.Conv3DBackpropInputV2(
            output_shape,
            filter,
            value,
            strides=per_dimension(strides, 3, data_format, "strides"),
            padding=padding,
            data_format=data_format,
            dilations=per_dimension(dilations, 3, data_format, "dilations"),
            name=name,
        )


@public
def conv1d_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format="NWC",
    dilations=None,
    name=None,
):
    """The transpose of `conv1d`.

    Args:
      input: `Tensor` of shape `[batch, width, channels]`, or `[batch, channels, width]` for
        `"NCW"`.
      filters: `Tensor` of shape `[window, filters, channels]`.
      output_shape: vector of 3, the result's shape.
      strides: how far apart the inputs lie in the result.
      padding: `"SAME"` or `"VALID"`.
      data_format: `"NWC"` or `"NCW"`.
      dilations: distance of the window's elements.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `output_shape`.

    Raises:
      ValueError: an unknown `data_format`, or shapes that do not fit.
    """
    with scope(name, "conv1d_transpose", (input, filters, output_shape)) as name:
        if data_format is None or data_format == "NWC":
            layout, axis = "NHWC", 1
        elif data_format == "NCW":
            layout, axis = "NCHW", 2
        else:
            raise ValueError(
                f"`data_format` must be 'NWC' or 'NCW'. Received: data_format={data_format}"
            )
        steps, rates = _row(strides, layout, "strides"), _row(dilations, layout, "dilations")
        value = PUBLIC["expand_dims"](input, axis)
        window = PUBLIC["expand_dims"](filters, 0)
        if isinstance(output_shape, (list, tuple, np.ndarray)):
            output_shape = list(output_shape)
        sizes = PUBLIC["concat"]([output_shape[:axis], [1], output_shape[axis:]], 0)
        result = raw.Conv2DBackpropInput(
            sizes,
            window,
            value,
            strides=steps,
            **padding_attrs(padding),
            data_format=layout,
            dilations=rates,
            name=name,
        )
        return PUBLIC["squeeze"](result, [axis])


def conv_transpose(
    input,
    filters,
    output_shape,
    strides,
    padding="SAME",
    data_format=None,
    dilations=None,
    name=None,
):
    """The transposed convolution that the length of `output_shape` asks for.

    Args:
      input: `Tensor` of rank 3, 4 or 5.
      filters: `Tensor` of the same rank.
      output_shape: vector of known length, the result's shape.
      strides: see those functions.
      padding: `"SAME"` or `"VALID"`.
      data_format: see those functions.
      dilations: see those functions.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `output_shape`.

    Raises:
      ValueError: the length of `output_shape` is unknown or not 3, 4 or 5.
    """
    with scope(name, "conv_transpose", (input, filters, output_shape)) as name:
        dims = getattr(output_shape, "dims", None)
        n = dims[0] if dims else None if hasattr(output_shape, "dims") else len(output_shape)
        if n is None:
            raise ValueError("output_shape must be a tensor of known shape, or a list")
        functions = {3: conv1d_transpose, 4: conv2d_transpose, 5: conv3d_transpose}
        if n not in functions:
            raise ValueError(
                f"`output_shape` must be of length 3, 4 or 5. Received: "
                f"output_shape={output_shape} "
                f"of length {n}"
            )
        layouts = {3: "NWC", 4: "NHWC", 5: "NDHWC"}
        return functions[n](
            input,
            filters,
            output_shape,
            strides,
            padding=padding,
            data_format=data_format or layouts[n],
            dilations=dilations,
            name=name,
        )
