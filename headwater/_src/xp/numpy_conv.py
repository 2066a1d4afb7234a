"""Sliding windows on NumPy: convolutions and pooling. Channels are last; groups share a filter.

`x` has shape `[batch, *space, channels]`, `w` `[*window, channels // groups, filters]`; `strides`,
`dilations`
and `pads` (pairs) have one entry per spatial dimension. A convolution is a matrix product per tap
of the window.
"""

import itertools

import numpy as np

_COLUMNS = 1 << 24  # elements: larger unfolded inputs are multiplied tap by tap


def conv(x, w, strides, dilations, pads, groups=1, channels_first=False):
    """The convolution (without flipping); `channels_first` speaks of `x` and the result."""
    if channels_first:
        return _to_first(conv(_to_last(x), w, strides, dilations, pads, groups))
    x, w, kind = _wide(x, w)
    space = _out_space(x.shape[1:-1], w.shape[:-2], strides, dilations, pads)
    x = _pad(x, pads)
    taps = list(np.ndindex(*w.shape[:-2]))
    filters = w.shape[-1]
    rows = x.shape[0] * int(np.prod(space))
    if groups == 1 and rows * len(taps) * x.shape[-1] <= _COLUMNS:
        columns = np.empty((x.shape[0], *space, len(taps), x.shape[-1]), x.dtype)
        for i, tap in enumerate(taps):
            columns[..., i, :] = x[_at(tap, space, strides, dilations)]
        y = columns.reshape(rows, len(taps) * x.shape[-1]) @ w.reshape(-1, filters)
    else:
        y = np.zeros((rows, filters), x.dtype)
        for tap in taps:
            part = x[_at(tap, space, strides, dilations)].reshape(rows, x.shape[-1])
            y += _product(part, w[tap], groups)
    return y.reshape(x.shape[0], *space, filters).astype(kind, copy=False)


def conv_input_gradient(shape, w, dy, strides, dilations, pads, groups=1, channels_first=False):
    """The gradient of `conv` with respect to an input of `shape`."""
    if channels_first:
        shape = (shape[0], *shape[2:], shape[1])
        return _to_first(
            conv_input_gradient(shape, w, _to_last(dy), strides, dilations, pads, groups)
        )
    w, dy, kind = _wide(w, dy)
    space = dy.shape[1:-1]
    padded = [n + a + b for n, (a, b) in zip(shape[1:-1], pads)]
    dx = np.zeros((shape[0], *padded, shape[-1]), dy.dtype)
    rows = np.ascontiguousarray(dy).reshape(-1, dy.shape[-1])
    for tap in np.ndindex(*w.shape[:-2]):
        part = _product_back(rows, w[tap], groups)
        dx[_at(tap, space, strides, dilations)] += part.reshape(dy.shape[0], *space, shape[-1])
    inside = tuple(slice(a, a + n) for n, (a, _) in zip(shape[1:-1], pads))
    return dx[(slice(None), *inside)].astype(kind, copy=False)


def conv_filter_gradient(x, shape, dy, strides, dilations, pads, groups=1, channels_first=False):
    """The gradient of `conv` with respect to a filter of `shape`."""
    if channels_first:
        return conv_filter_gradient(
            _to_last(x), shape, _to_last(dy), strides, dilations, pads, groups
        )
    x, dy, kind = _wide(x, dy)
    space = dy.shape[1:-1]
    x = _pad(x, pads)
    rows = np.ascontiguousarray(dy).reshape(-1, dy.shape[-1])
    dw = np.zeros(shape, dy.dtype)
    for tap in np.ndindex(*shape[:-2]):
        part = x[_at(tap, space, strides, dilations)].reshape(len(rows), x.shape[-1])
        if groups == 1:
            dw[tap] = part.T @ rows
        else:
            split = [
                a.reshape(len(rows), groups, a.shape[-1] // groups).transpose(1, 0, 2)
                for a in (part, rows)
            ]
            product = split[0].transpose(0, 2, 1) @ split[1]
            dw[tap] = product.transpose(1, 0, 2).reshape(shape[-2:])
    return dw.astype(kind, copy=False)


def window_taps(x, window, strides, dilations, pads, fill):
    """The elements that each window sees, one array per tap, in row-major order of the taps.

    Args:
      x: array `[batch, *space, ...]`.
      window, strides, dilations, pads: one entry per spatial dimension.
      fill: what a window sees outside of `x`.

    Returns:
      A list of arrays `[batch, *positions, ...]`.
    """
    space = _out_space(x.shape[1 : 1 + len(window)], window, strides, dilations, pads)
    x = _pad(x, pads, fill)
    return [x[_at(tap, space, strides, dilations)] for tap in np.ndindex(*window)]


def window_scatter(shape, parts, window, strides, dilations, pads):
    """The sum of `parts` put back where `window_taps` took them from an array of `shape`."""
    parts = list(parts)
    count = len(window)
    padded = [n + a + b for n, (a, b) in zip(shape[1 : 1 + count], pads)]
    result = np.zeros((shape[0], *padded, *shape[1 + count :]), parts[0].dtype)
    space = parts[0].shape[1 : 1 + count]
    for tap, part in zip(np.ndindex(*window), parts):
        result[_at(tap, space, strides, dilations)] += part
    inside = tuple(slice(a, a + n) for n, (a, _) in zip(shape[1 : 1 + count], pads))
    return result[(slice(None), *inside)]


def window_reduce(x, window, strides, pads, kind):
    """The `kind` (`"max"` or `"sum"`) of what each window sees; see `window_taps`."""
    combine, fill = (np.maximum, lowest(x.dtype)) if kind == "max" else (np.add, 0)
    ones = (1,) * len(window)
    result = None
    for part in window_taps(x, window, strides, ones, pads, fill):
        result = part.copy() if result is None else combine(result, part, out=result)
    return result


def window_spread(shape, y, window, strides, pads):
    """An array of `shape` in which every element is the sum of `y` over the windows that see it."""
    return window_scatter(
        shape, [y] * int(np.prod(window)), window, strides, (1,) * len(window), pads
    )


def lowest(dtype):
    """The smallest value of `dtype`, minus infinity where there is one."""
    kind = np.dtype(dtype)
    return np.array(np.iinfo(kind).min if kind.kind in "iu" else -np.inf, kind)


def _wide(a, b):
    """Both arrays in a type that matrix products are good at, and the type of the result."""
    a, b = np.asarray(a), np.asarray(b)
    kind = a.dtype
    if kind.itemsize == 2:
        a, b = a.astype(np.float32), b.astype(np.float32)
    return a, b, kind


def _pad(x, pads, fill=0):
    if not any(itertools.chain.from_iterable(pads)):
        return x
    after = [(0, 0)] * (x.ndim - 1 - len(pads))
    return np.pad(x, [(0, 0), *pads, *after], constant_values=fill)


def _out_space(sizes, window, strides, dilations, pads):
    return tuple(
        max((n + a + b - (k - 1) * d - 1) // s + 1, 0)
        for n, k, s, d, (a, b) in zip(sizes, window, strides, dilations, pads)
    )


def _at(tap, space, strides, dilations):
    """Where the windows at all positions have their element `tap`."""
    return (
        slice(None),
        *(
            slice(i * d, i * d + (n - 1) * s + 1 if n else 0, s)
            for i, n, s, d in zip(tap, space, strides, dilations)
        ),
    )


def _product(rows, w, groups):
    if groups == 1:
        return rows @ w
    if w.shape[0] == 1:  # depthwise: every channel has its own filters
        return (rows[:, :, None] * w.reshape(groups, -1)).reshape(len(rows), w.shape[-1])
    split = rows.reshape(len(rows), groups, rows.shape[-1] // groups).transpose(1, 0, 2)
    product = split @ w.reshape(w.shape[0], groups, -1).transpose(1, 0, 2)
    return product.transpose(1, 0, 2).reshape(len(rows), product.shape[0] * product.shape[2])


def _product_back(rows, w, groups):
    if groups == 1:
        return rows @ w.T
    split = rows.reshape(len(rows), groups, rows.shape[-1] // groups).transpose(1, 0, 2)
    product = split @ w.reshape(w.shape[0], groups, -1).transpose(1, 2, 0)
    return product.transpose(1, 0, 2).reshape(len(rows), product.shape[0] * product.shape[2])


def _to_last(x):
    return np.moveaxis(x, 1, -1)


def _to_first(x):
    return np.moveaxis(x, -1, 1)


__all__ = [
    "conv",
    "conv_filter_gradient",
    "conv_input_gradient",
    "lowest",
    "window_reduce",
    "window_scatter",
    "window_spread",
    "window_taps",
]
