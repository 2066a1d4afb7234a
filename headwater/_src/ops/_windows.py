"""Sliding-window arithmetic for convolutions and pooling: layouts, padding, output sizes."""

from headwater._src.core import errors
from headwater._src.ops._shapes import ShapeError


def channels_first(data_format):
    """Whether `data_format` puts channels before the spatial dimensions."""
    return data_format.startswith("NC")


def spatial(values, data_format):
    """The entries of `values` (one per dimension) that belong to spatial dimensions."""
    return tuple(values[2:] if channels_first(data_format) else values[1:-1])


def channels_of(values, data_format):
    """The entry of `values` that belongs to the channels."""
    return values[1] if channels_first(data_format) else values[-1]


def arrange(batch, space, channels, data_format):
    """One tuple of the three parts, in the order of `data_format`."""
    if channels_first(data_format):
        return (batch, channels, *space)
    return (batch, *space, channels)


def explicit_pairs(explicit_paddings, data_format):
    """The spatial (before, after) pairs of the flat attr `explicit_paddings`."""
    pairs = list(zip(explicit_paddings[::2], explicit_paddings[1::2]))
    return spatial(pairs, data_format)


def pads(sizes, window, strides, dilations, padding, explicit=()):
    """(before, after) for each spatial dimension.

    Args:
      sizes, window, strides, dilations: one entry per spatial dimension.
      padding: `"SAME"`, `"VALID"` or `"EXPLICIT"`.
      explicit: the pairs, for `"EXPLICIT"`.
    """
    if padding == "EXPLICIT":
        return tuple(explicit)
    if padding == "VALID":
        return ((0, 0),) * len(sizes)
    result = []
    for n, k, s, d in zip(sizes, window, strides, dilations):
        total = max((-(-n // s) - 1) * s + (k - 1) * d + 1 - n, 0)
        result.append((total // 2, total - total // 2))
    return tuple(result)


def out_sizes(sizes, window, strides, dilations, padding, explicit=()):
    """The number of windows along each spatial dimension (None where unknown)."""
    if padding != "EXPLICIT":
        explicit = ((0, 0),) * len(sizes)
    return tuple(
        _out_size(*values, padding, a + b)
        for *values, (a, b) in zip(sizes, window, strides, dilations, explicit)
    )


def _out_size(size, window, stride, dilation, padding, border):
    if size is None or (window is None and padding != "SAME"):
        return None
    if padding == "SAME":
        return -(-size // stride)
    size += border
    reach = (window - 1) * dilation + 1
    if size < reach:
        raise ShapeError(f"Negative dimension size caused by subtracting {reach} from {size}")
    return (size - reach) // stride + 1


def output_space(sizes, window, strides, dilations, padding, explicit=()):
    """`out_sizes` of a kernel: the error is TensorFlow's at run time."""
    try:
        return out_sizes(sizes, window, strides, dilations, padding, explicit)
    except ShapeError as error:
        raise errors.InvalidArgumentError(
            None, None, f"Computed output size would be negative: {error}"
        ) from None


def invalid(message):
    """Raises `InvalidArgumentError` with `message`."""
    raise errors.InvalidArgumentError(None, None, message)


def per_dimension(value, count, data_format, name):
    """A list with one entry per dimension from a number or a list for some of them.

    Args:
      value: an integer, a list with 1, `count` or `count + 2` integers, or None for all ones.
      count: number of spatial dimensions.
      data_format: where the channels are.
      name: the argument's name, for the error.

    Raises:
      ValueError: the list has another length.
    """
    if value is None:
        value = [1]
    elif not hasattr(value, "__len__"):
        value = [value]
    value = list(value)
    if len(value) == count + 2:
        return value
    if len(value) == 1:
        value = value * count
    elif len(value) != count:
        raise ValueError(
            f"{name} should be of length 1, {count} or {count + 2}. Received: {name}={value} of "
            f"length {len(value)}"
        )
    return list(arrange(1, value, 1, data_format))
