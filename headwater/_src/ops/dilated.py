"""Convolutions of any number of dimensions, and dilation by way of `space_to_batch`."""

import numpy as np

from headwater._src.graph import public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope


@public
def with_space_to_batch(
    input, dilation_rate, padding, op, filter_shape=None, spatial_dims=None, data_format=None
):
    """Applies `op` with a dilated window, by moving the gaps into the batch and back.

    Args:
      input: `Tensor` of rank above the largest spatial dimension.
      dilation_rate: vector of one rate per spatial dimension.
      padding: `"SAME"` or `"VALID"`.
      op: function `(input, number of spatial dimensions, padding)` that works without dilation.
      filter_shape: the window's shape, needed for `"SAME"`.
      spatial_dims: increasing list of the spatial dimensions, from 1 on.
      data_format: says where the spatial dimensions are when `spatial_dims` does not.

    Returns:
      The result of `op`, as if its window were dilated.

    Raises:
      ValueError: an argument is missing, unknown or out of range.
    """
    input = convert_to_tensor(input, name="input")
    rates = convert_to_tensor(dilation_rate, dtype="int32", name="dilation_rate")
    if rates.dims is not None and len(rates.dims) != 1:
        raise ValueError(
            f"`dilation_rate.shape.rank` must be 1. Received: dilation_rate={dilation_rate} of "
            "rank "
            f"{len(rates.dims)}"
        )
    if not rates.dims or rates.dims[0] is None:
        raise ValueError(
            "`dilation_rate.shape` must be fully defined. Received: dilation_rate="
            f"{dilation_rate} with shape {rates.shape}"
        )
    count = rates.dims[0]
    if spatial_dims is None:
        first = 2 if data_format is not None and data_format.startswith("NC") else 1
        spatial_dims = range(first, count + first)
    spatial_dims = list(spatial_dims)
    if len(spatial_dims) != count or any(b <= a for a, b in zip(spatial_dims, spatial_dims[1:])):
        raise ValueError(
            "`spatial_dims` must be a monotonically increasing sequence of positive integers. "
            f"Received: spatial_dims={spatial_dims}"
        )
    if spatial_dims and spatial_dims[0] < 1:
        raise ValueError(
            "`spatial_dims` must be a monotonically increasing sequence of positive integers. "
            f"Received: spatial_dims={spatial_dims}"
        )
    last = spatial_dims[-1] if spatial_dims else 0
    if input.dims is not None and len(input.dims) < last + 1:
        raise ValueError(
            f"`input.shape.rank` must be at least {last + 1}. Received: input.shape={input.shape} "
            f"with rank {len(input.dims)}"
        )
    known = rates.known
    if known is not None and (known < 1).any():
        raise ValueError(
            f"`dilation_rate` must be positive. Received: dilation_rate={dilation_rate}"
        )
    if known is not None and (known == 1).all():
        return op(input, count, padding)
    base = _base_paddings(padding, filter_shape, count, rates, known)
    sizes = [input.dims[d] for d in spatial_dims] if input.dims is not None else [None]
    if None in sizes:
        dynamic = PUBLIC["shape"](input)
        sizes = PUBLIC["stack"]([dynamic[d] for d in spatial_dims])
    paddings, crops = PUBLIC["required_space_to_batch_paddings"](
        input_shape=sizes, block_shape=rates, base_paddings=base
    )
    block = _around(known if known is not None else rates, 1, spatial_dims)
    paddings = _around(_known_or_tensor(paddings), 0, spatial_dims)
    crops = _around(_known_or_tensor(crops), 0, spatial_dims)
    batched = PUBLIC["space_to_batch_nd"](input, block, paddings)
    return PUBLIC["batch_to_space_nd"](op(batched, count, "VALID"), block, crops)


def _known_or_tensor(tensor):
    return tensor if tensor.known is None else tensor.known


def _base_paddings(padding, filter_shape, count, rates, known):
    if padding == "VALID":
        return np.zeros((count, 2), np.int32)
    if padding != "SAME":
        raise ValueError(f"`padding` must be one of 'SAME' or 'VALID'. Received: padding={padding}")
    if filter_shape is None:
        raise ValueError(
            "`filter_shape` must be specified for `padding='SAME'`. Received: filter_shape=None"
        )
    window = convert_to_tensor(filter_shape, name="filter_shape")
    if window.known is not None:
        window = window.known
    sizes = window[:count]
    reach = sizes + (sizes - 1) * ((known if known is not None else rates) - 1)
    extra = reach - 1
    before = extra // 2
    after = extra - before
    return PUBLIC["stack"]([[before[i], after[i]] for i in range(count)])


def _around(values, fill, spatial_dims):
    """One row per dimension from 1 on: those of `values` at `spatial_dims`, else `fill`."""
    dynamic = hasattr(values, "op")
    width = () if (len(values.dims) if dynamic else values.ndim) == 1 else (2,)
    parts, at, taken = [], 1, 0
    while taken < len(spatial_dims):
        if spatial_dims[taken] > at:
            parts.append(np.full((spatial_dims[taken] - at, *width), fill, np.int32))
        end = taken + 1
        while end < len(spatial_dims) and spatial_dims[end] == spatial_dims[end - 1] + 1:
            end += 1
        parts.append(values[taken:end])
        at = spatial_dims[end - 1] + 1
        taken = end
    return PUBLIC["concat"](parts, 0) if dynamic else np.concatenate(parts).astype(np.int32)


@public
def convolution(
    input,
    filter,
    padding,
    strides=None,
    dilation_rate=None,
    name=None,
    data_format=None,
    filters=None,
    dilations=None,
):
    """A convolution over one, two or three spatial dimensions.

    Args:
      input: `Tensor` of shape `[batch, *space, channels]`, or as `data_format` says.
      filter: `Tensor` of shape `[*window, channels, filters]`.
      padding: `"SAME"` or `"VALID"`.
      strides: one integer per spatial dimension.
      dilation_rate: one integer per spatial dimension; not together with strides above 1.
      name: optional name of the operation.
      data_format: a name that starts with `"NC"` for channels first.
      filters: the newer name of `filter`.
      dilations: the newer name of `dilation_rate`.

    Returns:
      `Tensor` of the rank of `input`.

    Raises:
      ValueError: shapes or arguments do not fit.
    """
    filter = renamed("filter", filter, "filters", filters)
    dilation_rate = renamed("dilation_rate", dilation_rate, "dilations", dilations)
    with scope(name, "convolution", (input, filter)) as name:
        input = convert_to_tensor(input, name="input")
        filter = convert_to_tensor(filter, name="filter")
        count = _spatial_count(input, filter)
        strides, rates = _strides_and_rates(count, strides, dilation_rate)
        first = data_format is not None and data_format.startswith("NC")
        channels = None if input.dims is None else input.dims[1 if first else count + 1]
        depth = None if filter.dims is None else filter.dims[count]
        if channels is not None and depth is not None and channels % depth:
            raise ValueError(
                "The number of input channels is not divisible by the corresponding number of "
                f"output filters. Received: input.shape={input.shape} with {channels} channels and "
                f"filters.shape={filter.shape} with {depth} output filters."
            )

        def op(x, _, pad):
            return _plain_convolution(x, filter, pad, data_format, strides, count, name)

        if (rates == 1).all():
            return op(input, count, padding)
        # TensorFlow refuses a filter of unknown size here; its shape can be looked at when it runs.
        window = filter.shape if filter.shape.is_fully_defined() else PUBLIC["shape"](filter)
        result = with_space_to_batch(
            input,
            rates,
            padding,
            op,
            filter_shape=window,
            spatial_dims=range(2, count + 2) if first else range(1, count + 1),
        )
        if first and result.dims is not None and filter.dims is not None:
            known = list(result.dims)
            known[1] = filter.dims[-1]
            result.set_shape(known)
        return result


def _spatial_count(input, filter):
    ranks = [len(t.dims) for t in (input, filter) if t.dims is not None]
    if not ranks:
        raise ValueError("The rank of `input` or of `filter` must be known")
    count = ranks[0] - 2
    if not 1 <= count <= 3:
        raise ValueError(
            f"`num_spatial_dims` must be 1, 2, or 3. Received: num_spatial_dims={count}."
        )
    if len(set(ranks)) > 1:
        raise ValueError(
            f"The ranks of `input` and `filter` differ: {input.shape} and {filter.shape}"
        )
    return count


def _strides_and_rates(count, strides, rates):
    rates = np.ones(count, np.int32) if rates is None else np.asarray(rates, np.int32).ravel()
    if len(rates) == 1:
        rates = np.repeat(rates, count)
    if len(rates) != count:
        raise ValueError(
            f"`len(dilation_rate)` should be {count}. Received: dilation_rate={list(rates)} of "
            f"length {len(rates)}"
        )
    if (rates < 1).any():
        raise ValueError(
            f"all values of `dilation_rate` must be positive. Received: dilation_rate={rates}"
        )
    strides = np.ones(count, np.int32) if strides is None else np.asarray(strides, np.int32).ravel()
    if len(strides) == 1:
        strides = np.repeat(strides, count)
    if len(strides) != count:
        raise ValueError(
            f"`len(strides)` should be {count}. Received: strides={list(strides)} of length "
            f"{len(strides)}"
        )
    if (strides < 1).any():
        raise ValueError(f"all values of `strides` must be positive. Received: strides={strides}")
    if (strides > 1).any() and (rates > 1).any():
        raise ValueError(
            "`strides > 1` not supported in conjunction with `dilation_rate > 1`. Received: "
            f"strides={strides} and dilation_rate={rates}"
        )
    return strides, rates


def _plain_convolution(x, filter, padding, data_format, strides, count, name):
    steps = [int(s) for s in strides]
    first = data_format is not None and data_format.startswith("NC")
    if count == 1:
        return PUBLIC["conv1d"](
            x, filter, steps[0], padding, data_format="NCW" if first else "NWC", name=name
        )
    steps = [1, 1, *steps] if first else [1, *steps, 1]
    if count == 2:
        return PUBLIC["conv2d"](
            x, filter, steps, padding, data_format="NCHW" if first else "NHWC", name=name
        )
    return raw.Conv3D(
        x,
        filter,
        strides=steps,
        padding=padding,
        data_format="NCDHW" if first else "NDHWC",
        name=name,
    )


def atrous_conv2d(value, filters, rate, padding, name=None):
    """`conv2d` with `rate - 1` pixels left out between the window's elements.

    Args:
      value: `Tensor` of shape `[batch, height, width, channels]`.
      filters: `Tensor` of shape `[window height, window width, channels, filters]`.
      rate: positive integer.
      padding: `"SAME"` or `"VALID"`.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[batch, rows, columns, filters]`.

    Raises:
      ValueError: shapes or arguments do not fit.
    """
    return convolution(
        value, filters, padding, dilation_rate=np.broadcast_to(rate, (2,)), name=name
    )


def atrous_conv2d_transpose(value, filters, output_shape, rate, padding, name=None):
    """The transpose of `atrous_conv2d`.

    Args:
      value: `Tensor` of shape `[batch, height, width, channels]`.
      filters: `Tensor` of shape `[window height, window width, filters, channels]`.
      output_shape: vector of 4, the result's shape.
      rate: positive integer.
      padding: `"SAME"` or `"VALID"`.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `output_shape`.

    Raises:
      ValueError: shapes or arguments do not fit.
    """
    with scope(name, "atrous_conv2d_transpose", (value, filters, output_shape)):
        value = convert_to_tensor(value, name="value")
        filters = convert_to_tensor(filters, name="filters")
        if None not in (value.dims, filters.dims):
            channels, depth = value.dims[3], filters.dims[3]
            if None not in (channels, depth) and channels != depth:
                raise ValueError(
                    "`value` channel count must be compatible with `filters` input channel count. "
                    f"Received: value.shape={value.shape} with channel count {channels} and "
                    f"filters.shape={filters.shape} with input channel count {depth}."
                )
        if rate < 1:
            raise ValueError(f"`rate` cannot be less than one. Received: rate={rate}")
        if rate == 1:
            return PUBLIC["conv2d_transpose"](
                value, filters, output_shape, [1, 1, 1, 1], padding=padding
            )
        sizes = convert_to_tensor(output_shape, name="output_shape")
        if sizes.dims not in (None, (4,), (None,)):
            raise ValueError(
                f"`output_shape` must have shape (4,). Received: output_shape={sizes.shape}"
            )
        known = sizes.known
        entry = [int(n) for n in known] if known is not None else sizes
        before, after = _transposed_padding(filters, rate, padding)
        # The size of what the plain convolution would have seen, made a multiple of the rate.
        height = entry[1] + before[0] + after[0]
        width = entry[2] + before[1] + after[1]
        rows = (rate - height % rate) % rate
        columns = (rate - width % rate) % rate
        space_to_batch, batch_to_space = PUBLIC["space_to_batch"], PUBLIC["batch_to_space"]
        batched = space_to_batch(value, paddings=[[0, rows], [0, columns]], block_shape=int(rate))
        inner = [
            rate * rate * entry[0],
            (height + rows) // rate,
            (width + columns) // rate,
            entry[3],
        ]
        result = raw.Conv2DBackpropInput(
            inner, filters, batched, strides=[1, 1, 1, 1], padding="VALID"
        )
        crops = [[before[0], after[0] + rows], [before[1], after[1] + columns]]
        return batch_to_space(result, crops=crops, block_size=int(rate))


def _transposed_padding(filters, rate, padding):
    if padding == "VALID":
        return (0, 0), (0, 0)
    if padding != "SAME":
        raise ValueError(f"`padding` must be either 'VALID' or 'SAME'. Received: padding={padding}")
    window = filters.dims[:2] if filters.dims is not None else (None, None)
    if None in window:
        shape = PUBLIC["shape"](filters)
        window = shape[0], shape[1]
    reach = [k + (k - 1) * (rate - 1) - 1 for k in window]
    before = [r // 2 for r in reach]
    return before, [r - b for r, b in zip(reach, before)]
