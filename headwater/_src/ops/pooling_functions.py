"""The public pooling functions."""

import numpy as np

from headwater._src.graph import public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope
from headwater._src.ops._windows import per_dimension


def _max_pool_padding(padding):
    if not isinstance(padding, (list, tuple)):
        return {"padding": padding, "explicit_paddings": []}
    return {"padding": "EXPLICIT", "explicit_paddings": [int(n) for pair in padding for n in pair]}


@public
def max_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):
    """The largest value in each window of an image.

    Args:
      value: real `Tensor` of shape `[batch, height, width, channels]`, or as `data_format` says.
      ksize: the window: an integer or a list of 1, 2 or 4.
      strides: how far the window moves, in the same form.
      padding: `"SAME"`, `"VALID"` or a list of a (before, after) pair for each dimension.
      data_format: `"NHWC"` or `"NCHW"`.
      name: optional name of the operation.
      input: the newer name of `value`.

    Returns:
      `Tensor` of shape `[batch, rows, columns, channels]`.

    Raises:
      ValueError: shapes or attributes do not fit.
    """
    value = renamed("value", value, "input", input)
    return _max_pool(value, ksize, strides, padding, data_format, name, "MaxPool")


def _max_pool(value, ksize, strides, padding, data_format, name, default):
    with scope(name, default, (value,)) as name:
        data_format = data_format or "NHWC"
        window = per_dimension(ksize, 2, data_format, "ksize")
        if any(k == 0 for k in window):
            raise ValueError(f"`ksize` cannot be zero. Received: ksize={ksize}")
        steps = per_dimension(strides, 2, data_format, "strides")
        return raw.MaxPool(
            value,
            ksize=window,
            strides=steps,
            **_max_pool_padding(padding),
            data_format=data_format,
            name=name,
        )


def max_pool2d(input, ksize, strides, padding, data_format="NHWC", name=None):
    """`max_pool` under its newer name.

    Args:
      input: real `Tensor` of shape `[batch, height, width, channels]`, or as `data_format` says.
      ksize: the window: an integer or a list of 1, 2 or 4.
      strides: how far the window moves, in the same form.
      padding: `"SAME"`, `"VALID"` or a list of pairs.
      data_format: `"NHWC"` or `"NCHW"`.
      name: optional name of the operation.

    Returns:
      `Tensor` of rank 4.
    """
    return _max_pool(input, ksize, strides, padding, data_format, name, "MaxPool2d")


@public
def avg_pool(value, ksize, strides, padding, data_format="NHWC", name=None, input=None):
    """The mean of each window of an image.

    Args:
      value: floating-point `Tensor` of shape `[batch, height, width, channels]`, or as
        `data_format` says.
      ksize: the window: an integer or a list of 1, 2 or 4.
      strides: how far the window moves, in the same form.
      padding: `"SAME"` or `"VALID"`; what lies outside does not count.
      data_format: `"NHWC"` or `"NCHW"`.
      name: optional name of the operation.
      input: the newer name of `value`.

    Returns:
      `Tensor` of shape `[batch, rows, columns, channels]`.

    Raises:
      ValueError: shapes or attributes do not fit.
    """
    value = renamed("value", value, "input", input)
    with scope(name, "AvgPool", (value,)) as name:
        data_format = data_format or "NHWC"
        return raw.AvgPool(
            value,
            ksize=per_dimension(ksize, 2, data_format, "ksize"),
            strides=per_dimension(strides, 2, data_format, "strides"),
            padding=padding,
            data_format=data_format,
            name=name,
        )


def _sequence(op, input, ksize, strides, padding, data_format, name, default):
    """Pools a sequence as an image with one row."""
    with scope(name, default, (input,)) as name:
        data_format = data_format or "NWC"
        if isinstance(padding, (list, tuple)):
            padding = list(padding)
            padding.insert(1 if data_format == "NWC" else 2, [0, 0])
        layout, axis = ("NCHW", 2) if data_format == "NCW" else ("NHWC", 1)
        window = [1, *per_dimension(ksize, 1, data_format, "ksize")]
        steps = [1, *per_dimension(strides, 1, data_format, "strides")]
        if layout == "NCHW":
            window, steps = ([v[1], v[2], 1, v[3]] for v in (window, steps))
        else:
            window, steps = ([v[1], 1, *v[2:]] for v in (window, steps))
        image = PUBLIC["expand_dims"](input, axis)
        extra = _max_pool_padding(padding) if op is raw.MaxPool else {"padding": padding}
        result = op(image, ksize=window, strides=steps, **extra, data_format=layout, name=name)
        return PUBLIC["squeeze"](result, [axis])


@public
def max_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The largest value in each window of a sequence.

    Args:
      input: real `Tensor` of shape `[batch, width, channels]`, or `[batch, channels, width]` for
        `"NCW"`.
      ksize: the window's size.
      strides: how far the window moves.
      padding: `"SAME"`, `"VALID"` or a list of pairs.
      data_format: `"NWC"` or `"NCW"`.
      name: optional name of the operation.

    Returns:
      `Tensor` of rank 3.
    """
    if isinstance(padding, (list, tuple)) and data_format == "NCHW_VECT_C":
        raise ValueError(
            f"`data_format='NCHW_VECT_C'` is not supported with explicit padding: {padding}"
        )
    return _sequence(raw.MaxPool, input, ksize, strides, padding, data_format, name, "MaxPool1d")


@public
def avg_pool1d(input, ksize, strides, padding, data_format="NWC", name=None):
    """The mean of each window of a sequence.

    Args:
      input: floating-point `Tensor` of shape `[batch, width, channels]`, or as `data_format` says.
      ksize: the window's size.
      strides: how far the window moves.
      padding: `"SAME"` or `"VALID"`.
      data_format: `"NWC"` or `"NCW"`.
      name: optional name of the operation.

    Returns:
      `Tensor` of rank 3.
    """
    return _sequence(raw.AvgPool, input, ksize, strides, padding, data_format, name, "AvgPool1D")


def _volume(op, input, ksize, strides, padding, data_format, name, default):
    with scope(name, default, (input,)) as name:
        data_format = data_format or "NDHWC"
        return op(
            input,
            ksize=per_dimension(ksize, 3, data_format, "ksize"),
            strides=per_dimension(strides, 3, data_format, "strides"),
            padding=padding,
            data_format=data_format,
            name=name,
        )


@public
def max_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The largest value in each window of a volume.

    Args:
      input: floating-point `Tensor` of shape `[batch, depth, height, width, channels]`, or as
        `data_format` says.
      ksize: the window: an integer or a list of 1, 3 or 5.
      strides: how far the window moves, in the same form.
      padding: `"SAME"` or `"VALID"`.
      data_format: `"NDHWC"` or `"NCDHW"`.
      name: optional name of the operation.

    Returns:
      `Tensor` of rank 5.
    """
    return _volume(raw.MaxPool3D, input, ksize, strides, padding, data_format, name, "MaxPool3D")


@public
def avg_pool3d(input, ksize, strides, padding, data_format="NDHWC", name=None):
    """The mean of each window of a volume.

    Args:
      input: floating-point `Tensor` of shape `[batch, depth, height, width, channels]`, or as
        `data_format` says.
      ksize: the window: an integer or a list of 1, 3 or 5.
      strides: how far the window moves, in the same form.
      padding: `"SAME"` or `"VALID"`.
      data_format: `"NDHWC"` or `"NCDHW"`.
      name: optional name of the operation.

    Returns:
      `Tensor` of rank 5.
    """
    return _volume(raw.AvgPool3D, input, ksize, strides, padding, data_format, name, "AvgPool3D")


def _rank_of(input, data_format):
    layouts = {"NWC": 1, "NCW": 1, "NHWC": 2, "NCHW": 2, "NDHWC": 3, "NCDHW": 3}
    if data_format is not None:
        if data_format not in layouts:
            raise ValueError(
                f"`data_format` must be one of {sorted(layouts)}. Received: {data_format}"
            )
        return layouts[data_format]
    rank = convert_to_tensor(input).shape.rank
    if rank is None:
        raise ValueError("Rank of input must be known")
    if not 3 <= rank <= 5:
        raise ValueError(
            "`input.shape.rank` must be 3, 4 or 5. Received: "
            f"input.shape={input.shape} of rank {rank}"
        )
    return rank - 2


def max_pool_v2(input, ksize, strides, padding, data_format=None, name=None):
    """`max_pool1d`, `max_pool2d` or `max_pool3d`, as the rank of `input` says.

    Args:
      input: real `Tensor` of rank 3, 4 or 5.
      ksize: the window.
      strides: how far the window moves.
      padding: `"SAME"`, `"VALID"` or a list of pairs.
      data_format: see those functions.
      name: optional name of the operation.

    Returns:
      `Tensor` of the rank of `input`.

    Raises:
      ValueError: the rank is unknown or another.
    """
    function = (max_pool1d, max_pool2d, max_pool3d)[_rank_of(input, data_format) - 1]
    return function(input, ksize, strides, padding, data_format, name)


def avg_pool_v2(input, ksize, strides, padding, data_format=None, name=None):
    """`avg_pool1d`, `avg_pool` or `avg_pool3d`, as the rank of `input` says.

    Args:
      input: floating-point `Tensor` of rank 3, 4 or 5.
      ksize: the window.
      strides: how far the window moves.
      padding: `"SAME"` or `"VALID"`.
      data_format: see those functions.
      name: optional name of the operation.

    Returns:
      `Tensor` of the rank of `input`.

    Raises:
      ValueError: the rank is unknown or another.
    """
    function = (avg_pool1d, avg_pool, avg_pool3d)[_rank_of(input, data_format) - 1]
    return function(input, ksize, strides, padding, data_format, name)


@public
def pool(
    input,
    window_shape,
    pooling_type,
    padding,
    dilation_rate=None,
    strides=None,
    name=None,
    data_format=None,
    dilations=None,
):
    """Pooling over one, two or three spatial dimensions, with a dilated window if asked for.

    Args:
      input: `Tensor` of shape `[batch, *space, channels]`, or as `data_format` says.
      window_shape: one positive integer per spatial dimension.
      pooling_type: `"AVG"` or `"MAX"`.
      padding: `"SAME"` or `"VALID"`.
      dilation_rate: one integer per spatial dimension; not together with strides above 1.
      strides: one integer per spatial dimension.
      name: optional name of the operation.
      data_format: a name that starts with `"NC"` for channels first.
      dilations: the newer name of `dilation_rate`.

    Returns:
      `Tensor` of the rank of `input`.

    Raises:
      ValueError: shapes or arguments do not fit.
    """
    rates = renamed("dilation_rate", dilation_rate, "dilations", dilations)
    with scope(name, f"{pooling_type.lower()}_pool", (input,)) as name:
        input = convert_to_tensor(input, name="input")
        count = len(window_shape)
        if not 1 <= count <= 3:
            raise ValueError(
                f"`len(window_shape)` must be 1, 2, or 3. Received: window_shape={window_shape} of "
                f"length {count}"
            )
        if input.dims is not None and len(input.dims) != count + 2:
            raise ValueError(
                f"`input.shape.rank` must be {count + 2}. Received: input.shape={input.shape}"
            )
        rates = np.ones(count, np.int32) if rates is None else np.asarray(rates, np.int32)
        steps = np.ones(count, np.int32) if strides is None else np.asarray(strides, np.int32)
        _check_pool(pooling_type, padding, rates, steps, window_shape)
        first = data_format is not None and data_format.startswith("NC")

        def op(x, _, pad):
            return _plain_pool(
                x, pooling_type, list(window_shape), steps.tolist(), pad, first, name
            )

        return PUBLIC["with_space_to_batch"](
            input,
            dilation_rate=rates,
            padding=padding,
            op=op,
            filter_shape=window_shape,
            spatial_dims=range(2, count + 2) if first else range(1, count + 1),
        )


def _check_pool(pooling_type, padding, rates, steps, window):
    for name, values in (("dilation_rate", rates), ("strides", steps)):
        if len(values) != len(window):
            raise ValueError(f"`len({name})` must be {len(window)}. Received: {name}={values}")
        if (values < 1).any():
            raise ValueError(f"all values of `{name}` must be positive. Received: {name}={values}")
    if padding == "SAME" and (rates > 1).any():
        raise ValueError(
            "pooling with 'SAME' padding is not implemented for `dilation_rate` > 1. Received: "
            f"padding={padding} and dilation_rate={rates}"
        )
    if (steps > np.asarray(window)).any():
        raise ValueError(
            "`strides` > `window_shape` not supported due to inconsistency between CPU and GPU "
            f"implementations. Received: strides={steps} and window_shape={window}"
        )
    if (steps > 1).any() and (rates > 1).any():
        raise ValueError(
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
            f"strides={steps} and dilation_rate={rates}"
        )
    if pooling_type not in ("AVG", "MAX"):
        raise ValueError(
            f"`pooling_type` must be one of 'AVG' or 'MAX'. Received: pooling_type={pooling_type}"
        )


def _plain_pool(x, kind, window, steps, padding, first, name):
    count = len(window)
    window, steps = ([1, 1, *v] if first else [1, *v, 1] for v in (window, steps))
    if count == 1:
        function = max_pool1d if kind == "MAX" else avg_pool1d
        return function(x, window, steps, padding, data_format="NCW" if first else "NWC", name=name)
    if count == 2:
        function = max_pool if kind == "MAX" else avg_pool
        return function(
            x, window, steps, padding, data_format="NCHW" if first else "NHWC", name=name
        )
    function = max_pool3d if kind == "MAX" else avg_pool3d
    return function(x, window, steps, padding, data_format="NCDHW" if first else "NDHWC", name=name)
