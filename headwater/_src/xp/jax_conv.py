"""Sliding windows on JAX; see `numpy_conv`."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from headwater._src.xp.numpy_conv import lowest

_FEW_TAPS = 64  # depthwise windows up to this size are sums of products, which XLA fuses
_FEW_WINDOW_TAPS = (
    16  # small windows are maxima or sums of slices: quicker than a windowed reduction
)


def conv(x, w, strides, dilations, pads, groups=1, channels_first=False):
    """The convolution (without flipping); `channels_first` speaks of `x` and the result."""
    x, w = jnp.asarray(x), jnp.asarray(w)
    # Of one channel the sum of taps is quicker too, but its gradients are not: see `_convolution`.
    if w.shape[-2] == 1 and np.prod(w.shape[:-2]) <= _FEW_TAPS and 0 not in x.shape + w.shape:
        return _depthwise(x, w, strides, dilations, pads, channels_first)
    return _convolution(x, w, strides, dilations, pads, groups, channels_first)


def _convolution(x, w, strides, dilations, pads, groups, channels_first):
    x, w = jnp.asarray(x), jnp.asarray(w)
    space = "DHW"[3 - len(strides) :]
    layout = f"NC{space}" if channels_first else f"N{space}C"
    sizes = x.shape[2:] if channels_first else x.shape[1:-1]
    out = [
        (n + a + b - (k - 1) * d - 1) // s + 1
        for n, k, s, d, (a, b) in zip(sizes, w.shape, strides, dilations, pads)
    ]
    if 0 in x.shape or 0 in w.shape or min(out) <= 0:
        out = [max(n, 0) for n in out]
        shape = (
            (x.shape[0], w.shape[-1], *out) if channels_first else (x.shape[0], *out, w.shape[-1])
        )
        return jnp.zeros(shape, x.dtype)
    return lax.conv_general_dilated(
        x,
        w,
        window_strides=tuple(strides),
        padding=[tuple(p) for p in pads],
        rhs_dilation=tuple(dilations),
        dimension_numbers=(layout, f"{space}IO", layout),
        feature_group_count=groups,
    )


def _depthwise(x, w, strides, dilations, pads, channels_first):
    if channels_first:
        x = jnp.moveaxis(x, 1, -1)
    channels = x.shape[-1]
    window = w.shape[:-2]
    w = w.reshape(*window, channels, -1)
    y = None
    for tap, part in zip(np.ndindex(*window), window_taps(x, window, strides, dilations, pads, 0)):
        product = part[..., None] * w[tap]
        y = product if y is None else y + product
    # What uses the result must not compute it anew: XLA would fuse it into each of them.
    y = lax.optimization_barrier(y.reshape(*y.shape[:-2], -1))
    return jnp.moveaxis(y, -1, 1) if channels_first else y


def conv_input_gradient(shape, w, dy, strides, dilations, pads, groups=1, channels_first=False):
    """The gradient of `conv` with respect to an input of `shape`."""
    shape = tuple(int(n) for n in shape)
    dy = jnp.asarray(dy)
    if 0 in dy.shape or 0 in shape:
        return jnp.zeros(shape, dy.dtype)

    form = conv if groups > 1 else _convolution

    def forward(x):
        return form(x, w, strides, dilations, pads, groups, channels_first)

    return jax.linear_transpose(forward, jax.ShapeDtypeStruct(shape, dy.dtype))(dy)[0]


def conv_filter_gradient(x, shape, dy, strides, dilations, pads, groups=1, channels_first=False):
    """The gradient of `conv` with respect to a filter of `shape`."""
    shape = tuple(int(n) for n in shape)
    dy = jnp.asarray(dy)
    if 0 in dy.shape or 0 in shape or 0 in x.shape:
        return jnp.zeros(shape, dy.dtype)
    # XLA turns the batch of both to the end. What makes them must not run in that order.
    x, dy = lax.optimization_barrier((jnp.asarray(x), dy))
    form = conv if groups > 1 else _convolution

    def forward(w):
        return form(x, w, strides, dilations, pads, groups, channels_first)

    return jax.linear_transpose(forward, jax.ShapeDtypeStruct(shape, dy.dtype))(dy)[0]


def window_taps(x, window, strides, dilations, pads, fill):
    """The elements that each window sees, one array per tap; see `numpy_conv.window_taps`."""
    x = jnp.asarray(x)
    space = [
        max((n + a + b - (k - 1) * d - 1) // s + 1, 0)
        for n, k, s, d, (a, b) in zip(x.shape[1:], window, strides, dilations, pads)
    ]
    after = x.ndim - 1 - len(window)
    if any(a or b for a, b in pads):
        config = [(0, 0, 0), *((a, b, 0) for a, b in pads), *[(0, 0, 0)] * after]
        x = lax.pad(x, jnp.asarray(fill, x.dtype), config)
    taps = []
    for tap in np.ndindex(*window):
        start = [i * d for i, d in zip(tap, dilations)]
        stop = [i + (n - 1) * s + 1 if n else i for i, n, s in zip(start, space, strides)]
        taps.append(
            lax.slice(
                x,
                (0, *start, *[0] * after),
                (x.shape[0], *stop, *x.shape[1 + len(window) :]),
                (1, *strides, *[1] * after),
            )
        )
    return taps


def window_scatter(shape, parts, window, strides, dilations, pads):
    """The sum of `parts` put back where `window_taps` took them from an array of `shape`."""
    parts = list(parts)
    shape = tuple(int(n) for n in shape)
    kind = parts[0].dtype
    if 0 in parts[0].shape or 0 in shape:
        return jnp.zeros(shape, kind)
    if tuple(window) == tuple(strides) and all(d == 1 for d in dilations):
        return _tiled(shape, parts, window, pads)
    count = len(window)
    after = len(shape) - 1 - count
    space = parts[0].shape[1 : 1 + count]
    total = None
    for tap, part in zip(np.ndindex(*window), parts):
        config = [(0, 0, 0)]
        for i, n, s, d, size, (a, _) in zip(tap, space, strides, dilations, shape[1:], pads):
            start = i * d - a
            config.append((start, size - start - (n - 1) * s - 1, s - 1))
        config += [(0, 0, 0)] * after
        put = lax.pad(part, jnp.zeros((), kind), config)
        total = put if total is None else total + put
    return total


def _tiled(shape, parts, window, pads):
    """`window_scatter` for windows side by side: a transposition, and no additions."""
    count = len(window)
    space = parts[0].shape[1 : 1 + count]
    rest = shape[1 + count :]
    block = jnp.stack(parts).reshape(*window, shape[0], *space, *rest)
    order = [count]
    for i in range(count):
        order += [count + 1 + i, i]
    order += list(range(2 * count + 1, block.ndim))
    full = [n * k for n, k in zip(space, window)]
    block = block.transpose(order).reshape(shape[0], *full, *rest)
    config = [(0, 0, 0)]
    config += [(-a, n + a - m, 0) for (a, _), n, m in zip(pads, shape[1:], full)]
    block = lax.pad(block, jnp.zeros((), block.dtype), config + [(0, 0, 0)] * len(rest))
    return lax.optimization_barrier(block)  # what uses it would have to find each element anew


def window_reduce(x, window, strides, pads, kind):
    """The `kind` (`"max"` or `"sum"`) of what each window sees; see `numpy_conv.window_reduce`."""
    x = jnp.asarray(x)
    fill = lowest(x.dtype) if kind == "max" else np.zeros((), x.dtype)
    combine = jnp.maximum if kind == "max" else jnp.add
    if np.prod(window) <= _FEW_WINDOW_TAPS:
        result = None
        for part in window_taps(x, window, strides, (1,) * len(window), pads, fill):
            result = part if result is None else combine(result, part)
        return result
    rest = x.ndim - 1 - len(window)
    return lax.reduce_window(
        x,
        fill,
        lax.max if kind == "max" else lax.add,
        (1, *window, *[1] * rest),
        (1, *strides, *[1] * rest),
        ((0, 0), *pads, *[(0, 0)] * rest),
    )


def window_spread(shape, y, window, strides, pads):
    """An array of `shape` in which every element is the sum of `y` over the windows that see it."""
    y = jnp.asarray(y)
    shape = tuple(int(n) for n in shape)
    if np.prod(window) <= _FEW_WINDOW_TAPS or 0 in y.shape or 0 in shape:
        return window_scatter(
            shape, [y] * int(np.prod(window)), window, strides, (1,) * len(window), pads
        )
    rest = y.ndim - 1 - len(window)
    borders = []
    for n, m, k, s, (a, _) in zip(shape[1:], y.shape[1:], window, strides, pads):
        borders.append((k - 1 - a, n + a - (m - 1) * s - 1))
    return lax.reduce_window(
        y,
        np.zeros((), y.dtype),
        lax.add,
        (1, *window, *[1] * rest),
        (1,) * y.ndim,
        ((0, 0), *borders, *[(0, 0)] * rest),
        base_dilation=(1, *strides, *[1] * rest),
    )


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
