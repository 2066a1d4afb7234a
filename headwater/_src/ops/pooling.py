"""Maxima and means over sliding windows, in two and three dimensions, and their gradient ops."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, raw
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._shapes import ShapeError, known_dims, merge, with_rank
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

_REAL = "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"
_POOLED = "{half, bfloat16, float, double, int32, int64, uint8, int16, int8, uint16, qint8}"
_SIZES = ["ksize: list(int) >= 4", "strides: list(int) >= 4"]
_EXPLICIT = ["padding: {'SAME', 'VALID', 'EXPLICIT'}", "explicit_paddings: list(int) = []"]
_PADDING = "padding: {'SAME', 'VALID'}"
_FORMAT = "data_format: {'NHWC', 'NCHW'} = 'NHWC'"
_VECT = "data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'"
_SIZES_3D = [
    "ksize: list(int) >= 5",
    "strides: list(int) >= 5",
    _PADDING,
    "data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'",
]
_GRADIENT = "orig_input: T, orig_output: T, grad: T"

MaxPool = define_op(
    "MaxPool",
    inputs="input: T",
    outputs="output: T",
    attrs=[f"T: {_POOLED} = float", *_SIZES, *_EXPLICIT, _VECT],
)
MaxPoolGrad = define_op(
    "MaxPoolGrad",
    inputs=_GRADIENT,
    outputs="output: T",
    attrs=[*_SIZES, *_EXPLICIT, _FORMAT, f"T: {_REAL} = float"],
)
MaxPoolGradGrad = define_op(
    "MaxPoolGradGrad",
    inputs=_GRADIENT,
    outputs="output: T",
    attrs=[*_SIZES, _PADDING, _FORMAT, f"T: {_REAL}"],
)
MaxPoolV2 = define_op(
    "MaxPoolV2",
    inputs="input: T, ksize: int32, strides: int32",
    outputs="output: T",
    attrs=[f"T: {_POOLED} = float", _PADDING, _VECT],
)
MaxPoolGradV2 = define_op(
    "MaxPoolGradV2",
    inputs=f"{_GRADIENT}, ksize: int32, strides: int32",
    outputs="output: T",
    attrs=[_PADDING, _FORMAT, f"T: {_REAL} = float"],
)
MaxPoolGradGradV2 = define_op(
    "MaxPoolGradGradV2",
    inputs=f"{_GRADIENT}, ksize: int32, strides: int32",
    outputs="output: T",
    attrs=[_PADDING, _FORMAT, f"T: {_REAL}"],
)
AvgPool = define_op(
    "AvgPool",
    inputs="value: T",
    outputs="output: T",
    attrs=[*_SIZES, _PADDING, _FORMAT, "T: {half, bfloat16, float, double}"],
)
AvgPoolGrad = define_op(
    "AvgPoolGrad",
    inputs="orig_input_shape: int32, grad: T",
    outputs="output: T",
    attrs=[*_SIZES, _PADDING, _FORMAT, "T: {half, bfloat16, float, double}"],
)
MaxPool3D = define_op(
    "MaxPool3D",
    inputs="input: T",
    outputs="output: T",
    attrs=[*_SIZES_3D, "T: {half, bfloat16, float}"],
)
MaxPool3DGrad = define_op(
    "MaxPool3DGrad",
    inputs="orig_input: TInput, orig_output: TInput, grad: T",
    outputs="output: T",
    attrs=[
        *_SIZES_3D,
        "T: {half, bfloat16, float} = float",
        "TInput: {half, bfloat16, float} = float",
    ],
)
MaxPool3DGradGrad = define_op(
    "MaxPool3DGradGrad", inputs=_GRADIENT, outputs="output: T", attrs=[*_SIZES_3D, f"T: {_REAL}"]
)
AvgPool3D = define_op(
    "AvgPool3D",
    inputs="input: T",
    outputs="output: T",
    attrs=[*_SIZES_3D, "T: {half, bfloat16, float, double}"],
)
AvgPool3DGrad = define_op(
    "AvgPool3DGrad",
    inputs="orig_input_shape: int32, grad: T",
    outputs="output: T",
    attrs=[*_SIZES_3D, "T: {half, bfloat16, float, double}"],
)


# --- shapes -----------------------------------------------------------------------------------


def _pooled(x, ksize, strides, padding, data_format, explicit_paddings=()):
    rank = 5 if "D" in data_format else 4
    for what, values in (("ksize", ksize), ("stride", strides)):
        if len(values) != rank:
            raise ShapeError(
                f"Pooling requires the {what} attribute to contain {rank} values, but got: "
                f"{len(values)}"
            )
        for value in values:
            if value <= 0:
                raise ShapeError(
                    f"{'Stride' if what == 'stride' else 'Window size'} must be > 0, but got "
                    f"{value}"
                )
    dims = with_rank(x.dims, rank)
    explicit = _explicit(padding, explicit_paddings, data_format)
    sizes, window, steps = (spatial(v, data_format) for v in (dims, ksize, strides))
    space = out_sizes(sizes, window, steps, (1,) * len(window), padding, explicit)
    channels, depth = channels_of(dims, data_format), channels_of(ksize, data_format)
    if depth != 1 and channels is not None:
        channels = (
            -(-channels // channels_of(strides, data_format))
            if padding == "SAME"
            else (channels - depth) // channels_of(strides, data_format) + 1
        )
    return arrange(dims[0], space, channels, data_format)


def _explicit(padding, explicit_paddings, data_format):
    if padding != "EXPLICIT":
        return ()
    if any(p < 0 for p in explicit_paddings):
        raise ShapeError("All elements of explicit_paddings must be nonnegative")
    return explicit_pairs(list(explicit_paddings), data_format)


@MaxPool.shape
def _max_pool_shape(input, *, ksize, strides, padding, explicit_paddings, data_format):
    return _pooled(input, ksize, strides, padding, data_format, explicit_paddings)


@MaxPoolV2.shape
def _max_pool_v2_shape(input, ksize, strides, *, padding, data_format):
    with_rank(input.dims, 4)
    if ksize.known is None or strides.known is None:
        return (None,) * 4
    return _pooled(input, ksize.known.tolist(), strides.known.tolist(), padding, data_format)


@AvgPool.shape
def _avg_pool_shape(value, *, ksize, strides, padding, data_format):
    return _pooled(value, ksize, strides, padding, data_format)


def _pool_3d_shape(input, *, ksize, strides, padding, data_format):
    return _pooled(input, ksize, strides, padding, data_format)


MaxPool3D.shape(_pool_3d_shape)
AvgPool3D.shape(_pool_3d_shape)
for _op in (MaxPoolGrad, MaxPool3DGrad):
    _op.shape(lambda orig_input, orig_output, grad: merge(orig_input.dims, None))
for _op in (MaxPoolGradGrad, MaxPool3DGradGrad):
    _op.shape(lambda orig_input, orig_output, grad: orig_output.dims)
MaxPoolGradV2.shape(lambda orig_input, orig_output, grad, ksize, strides: orig_input.dims)
MaxPoolGradGradV2.shape(lambda orig_input, orig_output, grad, ksize, strides: orig_output.dims)
AvgPoolGrad.shape(lambda orig_input_shape, grad: with_rank(known_dims(orig_input_shape), 4))
AvgPool3DGrad.shape(lambda orig_input_shape, grad: with_rank(known_dims(orig_input_shape), 5))


# --- kernels ----------------------------------------------------------------------------------


class _Move:
    """How a pooling window moves over an array of a given shape."""

    def __init__(self, shape, ksize, strides, padding, data_format, explicit_paddings=()):
        ksize, strides = [int(k) for k in ksize], [int(s) for s in strides]
        if len(shape) != len(ksize):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Input must be 4 or 5-dimensional, as the window {ksize} is; its shape is "
                f"{list(shape)}",
            )
        if ksize[0] != 1 or strides[0] != 1:
            raise errors.UnimplementedError(
                None, None, "Pooling is not yet supported on the batch dimension."
            )
        self.first = channels_first(data_format)
        self.shape = tuple(int(n) for n in shape)
        self.sizes = spatial(self.shape, data_format)
        self.window, self.strides = spatial(ksize, data_format), spatial(strides, data_format)
        self.depth = channels_of(ksize, data_format)
        if self.depth != 1:
            self._check_depth(
                channels_of(strides, data_format), channels_of(self.shape, data_format)
            )
        explicit = _explicit(padding, explicit_paddings, data_format)
        ones = (1,) * len(self.window)
        self.pads = pads(self.sizes, self.window, self.strides, ones, padding, explicit)
        self.space = output_space(self.sizes, self.window, self.strides, ones, padding, explicit)

    def _check_depth(self, stride, channels):
        if any(k != 1 for k in self.window):
            raise errors.UnimplementedError(
                None,
                None,
                "MaxPooling supports exactly one of pooling across depth "
                "or pooling across width/height.",
            )
        if channels % self.depth:
            raise errors.UnimplementedError(
                None,
                None,
                "Depthwise max pooling requires the depth window to evenly divide the input depth",
            )
        if stride != self.depth:
            raise errors.UnimplementedError(
                None,
                None,
                "Depthwise max pooling requires the depth window to equal the depth stride",
            )

    @property
    def last_shape(self):
        """The array's shape with channels last."""
        return (self.shape[0], *self.sizes, self.shape[1 if self.first else -1])

    def last(self, xp, x):
        return xp.moveaxis(x, 1, -1) if self.first else x

    def back(self, xp, x):
        return xp.moveaxis(x, -1, 1) if self.first else x

    def taps(self, xp, x, fill=0):
        return xp.window_taps(
            x, self.window, self.strides, (1,) * len(self.window), self.pads, fill
        )

    def inside(self):
        """For each tap, whether it lies inside of the array (None when all do), by position."""
        if not any(a or b for a, b in self.pads):
            return [None] * int(np.prod(self.window))
        found = []
        for tap in np.ndindex(*self.window):
            mask = np.ones((), bool)
            for i, n, m, s, (a, _) in zip(tap, self.sizes, self.space, self.strides, self.pads):
                at = np.arange(m) * s + i - a
                mask = mask[..., None] & (at >= 0) & (at < n)
            found.append(mask[None, ..., None])
        return found

    def counts(self):
        """How many elements of the array each window sees: `[1, *positions, 1]`."""
        total = np.ones(())
        for n, m, k, s, (a, _) in zip(self.sizes, self.space, self.window, self.strides, self.pads):
            start = np.arange(m) * s - a
            total = total[..., None] * (np.minimum(start + k, n) - np.maximum(start, 0))
        return total[None, ..., None]


def _max_pool(xp, x, move):
    x = move.last(xp, x)
    if move.depth != 1:
        groups = xp.reshape(x, (*x.shape[:-1], x.shape[-1] // move.depth, move.depth))
        return move.back(xp, xp.max(groups, axis=-1))
    return move.back(xp, xp.window_reduce(x, move.window, move.strides, move.pads, "max"))


def _winners(xp, x, move):
    """For each tap, where it holds the first maximum of its window. `x` has channels last.

    As in TensorFlow, a NaN never replaces what was found before it, and stays when it came first.
    """
    parts = move.taps(xp, x, xp.lowest(x.dtype))
    best, at = None, None
    for i, (part, seen) in enumerate(zip(parts, move.inside())):
        if best is None:
            best = part
            at = xp.zeros(part.shape, "int32") + np.where(True if seen is None else seen, 0, -1)
            continue
        better = part > best
        if seen is not None:
            better = seen & (better | (at < 0))
        best, at = xp.where(better, part, best), xp.where(better, i, at)
    return [at == i for i in range(len(parts))]


def _max_pool_grad(xp, x, dy, move):
    _check_gradient(dy, move)
    x, dy = move.last(xp, x), move.last(xp, dy)
    if move.depth != 1:
        return move.back(xp, _depth_grad(xp, x, dy, move.depth))
    zero = xp.zeros_like(dy)
    shares = [xp.where(wins, dy, zero) for wins in _winners(xp, x, move)]
    ones = (1,) * len(move.window)
    return move.back(
        xp, xp.window_scatter(move.last_shape, shares, move.window, move.strides, ones, move.pads)
    )


def _depth_grad(xp, x, dy, depth):
    groups = xp.reshape(x, (*x.shape[:-1], x.shape[-1] // depth, depth))
    first = xp.argmax(groups, axis=-1)[..., None] == np.arange(depth)
    return xp.reshape(xp.where(first, dy[..., None], xp.zeros((), dy.dtype)), x.shape)


def _check_gradient(dy, move):
    wanted = (move.shape[0], *move.space)
    got = tuple(dy.shape)
    got = (got[0], *(got[2:] if move.first else got[1:-1]))
    if wanted != got:
        invalid(
            f"Expected grad shape to be {list(wanted)}, but got {list(got)} (batch and spatial "
            "dimensions)"
        )


def _max_pool_grad_grad(xp, x, ddx, move):
    if tuple(ddx.shape) != move.shape:
        invalid(f"Expected grad shape to be {list(move.shape)}, but got {list(ddx.shape)}")
    x, ddx = move.last(xp, x), move.last(xp, ddx)
    if move.depth != 1:
        raise errors.UnimplementedError(
            None, None, "MaxPoolGradGrad supports no pooling across depth"
        )
    result = None
    for wins, part in zip(_winners(xp, x, move), move.taps(xp, ddx)):
        share = xp.where(wins, part, xp.zeros_like(part))
        result = share if result is None else result + share
    return move.back(xp, result)


def _avg_pool(xp, x, move):
    kind = x.dtype
    wide = np.float32 if np.dtype(kind).itemsize == 2 else kind
    total = xp.window_reduce(
        move.last(xp, x).astype(wide), move.window, move.strides, move.pads, "sum"
    )
    return move.back(xp, (total / move.counts().astype(wide)).astype(kind))


def _avg_pool_grad(xp, dy, move):
    _check_gradient(dy, move)
    kind = dy.dtype
    wide = np.float32 if np.dtype(kind).itemsize == 2 else kind
    share = move.last(xp, dy).astype(wide) / move.counts().astype(wide)
    dx = xp.window_spread(move.last_shape, share, move.window, move.strides, move.pads)
    return move.back(xp, dx.astype(kind))


@MaxPool.kernel
def _max_pool_kernel(xp, input, *, ksize, strides, padding, explicit_paddings, data_format):
    return _max_pool(
        xp, input, _Move(input.shape, ksize, strides, padding, data_format, explicit_paddings)
    )


@MaxPoolGrad.kernel
def _max_pool_grad_kernel(
    xp, orig_input, orig_output, grad, *, ksize, strides, padding, explicit_paddings, data_format
):
    move = _Move(orig_input.shape, ksize, strides, padding, data_format, explicit_paddings)
    return _max_pool_grad(xp, orig_input, grad, move)


@MaxPoolGradGrad.kernel
def _max_pool_grad_grad_kernel(
    xp, orig_input, orig_output, grad, *, ksize, strides, padding, data_format
):
    return _max_pool_grad_grad(
        xp, orig_input, grad, _Move(orig_input.shape, ksize, strides, padding, data_format)
    )


@MaxPoolV2.kernel(static=["ksize", "strides"])
def _max_pool_v2_kernel(xp, input, ksize, strides, *, padding, data_format):
    return _max_pool(xp, input, _Move(input.shape, ksize, strides, padding, data_format))


@MaxPoolGradV2.kernel(static=["ksize", "strides"])
def _max_pool_grad_v2_kernel(
    xp, orig_input, orig_output, grad, ksize, strides, *, padding, data_format
):
    return _max_pool_grad(
        xp, orig_input, grad, _Move(orig_input.shape, ksize, strides, padding, data_format)
    )


@MaxPoolGradGradV2.kernel(static=["ksize", "strides"])
def _max_pool_grad_grad_v2_kernel(
    xp, orig_input, orig_output, grad, ksize, strides, *, padding, data_format
):
    return _max_pool_grad_grad(
        xp, orig_input, grad, _Move(orig_input.shape, ksize, strides, padding, data_format)
    )


@AvgPool.kernel
def _avg_pool_kernel(xp, value, *, ksize, strides, padding, data_format):
    _no_depth(ksize, data_format)
    return _avg_pool(xp, value, _Move(value.shape, ksize, strides, padding, data_format))


@AvgPoolGrad.kernel(static=["orig_input_shape"])
def _avg_pool_grad_kernel(xp, orig_input_shape, grad, *, ksize, strides, padding, data_format):
    return _avg_pool_grad(xp, grad, _Move(orig_input_shape, ksize, strides, padding, data_format))


def _no_depth(ksize, data_format):
    if channels_of(ksize, data_format) != 1:
        raise errors.UnimplementedError(None, None, "Non-spatial pooling is not yet supported.")


@MaxPool3D.kernel
def _max_pool_3d_kernel(xp, input, *, ksize, strides, padding, data_format):
    _no_depth(ksize, data_format)
    return _max_pool(xp, input, _Move(input.shape, ksize, strides, padding, data_format))


@MaxPool3DGrad.kernel
def _max_pool_3d_grad_kernel(
    xp, orig_input, orig_output, grad, *, ksize, strides, padding, data_format
):
    return _max_pool_grad(
        xp, orig_input, grad, _Move(orig_input.shape, ksize, strides, padding, data_format)
    )


@MaxPool3DGradGrad.kernel
def _max_pool_3d_grad_grad_kernel(
    xp, orig_input, orig_output, grad, *, ksize, strides, padding, data_format
):
    return _max_pool_grad_grad(
        xp, orig_input, grad, _Move(orig_input.shape, ksize, strides, padding, data_format)
    )


@AvgPool3D.kernel
def _avg_pool_3d_kernel(xp, input, *, ksize, strides, padding, data_format):
    _no_depth(ksize, data_format)
    return _avg_pool(xp, input, _Move(input.shape, ksize, strides, padding, data_format))


@AvgPool3DGrad.kernel(static=["orig_input_shape"])
def _avg_pool_3d_grad_kernel(xp, orig_input_shape, grad, *, ksize, strides, padding, data_format):
    return _avg_pool_grad(xp, grad, _Move(orig_input_shape, ksize, strides, padding, data_format))


def _cost(position):
    """A few operations per element of a window, over the shape at `position` of the inputs
    (-1: of the output).
    """

    def cost(inputs, output, *, ksize=(), **attrs):
        shape = output if position < 0 else inputs[position]
        return 3 * float(np.prod(ksize or (1,))) * float(np.prod(shape))

    return cost


for _op, _position in (
    (MaxPool, -1),
    (AvgPool, -1),
    (MaxPool3D, -1),
    (AvgPool3D, -1),
    (MaxPoolGrad, 2),
    (MaxPool3DGrad, 2),
    (AvgPoolGrad, 1),
    (AvgPool3DGrad, 1),
    (MaxPoolGradGrad, 1),
    (MaxPool3DGradGrad, 1),
):
    _op.cost(_cost(_position))


# --- gradients --------------------------------------------------------------------------------


def _attrs(op, *extra):
    return {name: op.attrs[name] for name in ("ksize", "strides", "padding", "data_format", *extra)}


@MaxPool.gradient
def _max_pool_gradient(op, dy):
    return [raw.MaxPoolGrad(op.inputs[0], op.outputs[0], dy, **_attrs(op, "explicit_paddings"))]


@MaxPool3D.gradient
def _max_pool_3d_gradient(op, dy):
    return [raw.MaxPool3DGrad(op.inputs[0], op.outputs[0], dy, **_attrs(op))]


@MaxPoolV2.gradient
def _max_pool_v2_gradient(op, dy):
    x, ksize, strides = op.inputs
    return [
        raw.MaxPoolGradV2(
            x,
            op.outputs[0],
            dy,
            ksize,
            strides,
            padding=op.attrs["padding"],
            data_format=op.attrs["data_format"],
        ),
        None,
        None,
    ]


@AvgPool.gradient
def _avg_pool_gradient(op, dy):
    return [raw.AvgPoolGrad(shape_tensor(op.inputs[0]), dy, **_attrs(op))]


@AvgPool3D.gradient
def _avg_pool_3d_gradient(op, dy):
    return [raw.AvgPool3DGrad(shape_tensor(op.inputs[0]), dy, **_attrs(op))]


@AvgPoolGrad.gradient
def _avg_pool_grad_gradient(op, dy):
    return [raw.StopGradient(op.inputs[0]), raw.AvgPool(dy, **_attrs(op))]


@AvgPool3DGrad.gradient
def _avg_pool_3d_grad_gradient(op, dy):
    return [raw.StopGradient(op.inputs[0]), raw.AvgPool3D(dy, **_attrs(op))]


def _second(grad_grad):
    """Gradient of a max-pool gradient op: linear in its last input, flat in the others."""

    def gradient(op, dy):
        x, y = op.inputs[:2]
        zeros_like = PUBLIC["zeros_like"]
        return [zeros_like(x), zeros_like(y), getattr(raw, grad_grad)(x, y, dy, **_attrs(op))]

    return gradient


MaxPoolGrad.gradient(_second("MaxPoolGradGrad"))
MaxPool3DGrad.gradient(_second("MaxPool3DGradGrad"))


def _third(forward_gradient, extra):
    def gradient(op, dy):
        x, y = op.inputs[:2]
        zeros_like = PUBLIC["zeros_like"]
        attrs = {**_attrs(op), **extra}
        return [zeros_like(x), zeros_like(y), getattr(raw, forward_gradient)(x, y, dy, **attrs)]

    return gradient


MaxPoolGradGrad.gradient(_third("MaxPoolGrad", {"explicit_paddings": []}))
MaxPool3DGradGrad.gradient(_third("MaxPool3DGrad", {}))


@MaxPoolGradV2.gradient
def _max_pool_grad_v2_gradient(op, dy):
    x, y, _, ksize, strides = op.inputs
    zeros_like = PUBLIC["zeros_like"]
    attrs = {name: op.attrs[name] for name in ("padding", "data_format")}
    return [
        zeros_like(x),
        zeros_like(y),
        raw.MaxPoolGradGradV2(x, y, dy, ksize, strides, **attrs),
        None,
        None,
    ]
