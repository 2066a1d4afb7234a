"""Convolutions in two and three dimensions and their gradient ops."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, raw
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

_ATTRS_2D = [
    "T: {half, bfloat16, float, double, int32}",
    "strides: list(int)",
    "use_cudnn_on_gpu: bool = true",
    "padding: {'SAME', 'VALID', 'EXPLICIT'}",
    "explicit_paddings: list(int) = []",
    "data_format: {'NHWC', 'NCHW'} = 'NHWC'",
    "dilations: list(int) = [1, 1, 1, 1]",
]
_ATTRS_3D = [
    "T: {half, bfloat16, float, double}",
    "strides: list(int) >= 5",
    "padding: {'SAME', 'VALID'}",
    "data_format: {'NDHWC', 'NCDHW'} = 'NDHWC'",
    "dilations: list(int) = [1, 1, 1, 1, 1]",
]

Conv2D = define_op("Conv2D", inputs="input: T, filter: T", outputs="output: T", attrs=_ATTRS_2D)
Conv2DBackpropInput = define_op(
    "Conv2DBackpropInput",
    inputs="input_sizes: int32, filter: T, out_backprop: T",
    outputs="output: T",
    attrs=_ATTRS_2D,
)
Conv2DBackpropFilter = define_op(
    "Conv2DBackpropFilter",
    inputs="input: T, filter_sizes: int32, out_backprop: T",
    outputs="output: T",
    attrs=["T: {half, bfloat16, float, double}", *_ATTRS_2D[1:]],
)
Conv3D = define_op("Conv3D", inputs="input: T, filter: T", outputs="output: T", attrs=_ATTRS_3D)
Conv3DBackpropInputV2 = define_op(
    "Conv3DBackpropInputV2",
    inputs="input_sizes: Tshape, filter: T, out_backprop: T",
    outputs="output: T",
    attrs=[*_ATTRS_3D, "Tshape: {int32, int64} = int32"],
)
Conv3DBackpropFilterV2 = define_op(
    "Conv3DBackpropFilterV2",
    inputs="input: T, filter_sizes: int32, out_backprop: T",
    outputs="output: T",
    attrs=_ATTRS_3D,
)


class _Window:
    """How a convolution's window moves: the attrs of an op, without those of batch and channels."""

    def __init__(self, rank, strides, dilations, padding, data_format, explicit_paddings=()):
        if len(strides) != rank:
            raise ShapeError(
                f"Conv{rank - 2}D requires the stride attribute to contain {rank} values, but "
                f"got: {len(strides)}"
            )
        if len(dilations) != rank:
            raise ShapeError(
                f"Conv{rank - 2}D requires the dilation attribute to contain {rank} values, but "
                f"got: {len(dilations)}"
            )
        for stride in spatial(strides, data_format):
            if stride <= 0:
                raise ShapeError(f"Stride must be > 0, but got {stride}")
        for rate in spatial(dilations, data_format):
            if rate < 1:
                raise ShapeError(f"Dilation rate must be >= 1, but got {rate}")
        self.rank, self.padding, self.data_format = rank, padding, data_format
        self.strides, self.dilations = (
            spatial(strides, data_format),
            spatial(dilations, data_format),
        )
        self.outer = [(v[0], channels_of(v, data_format)) for v in (strides, dilations)]
        self.first = channels_first(data_format)
        self.explicit = ()
        if padding == "EXPLICIT":
            self.explicit = self._explicit(list(explicit_paddings))

    def _explicit(self, paddings):
        if len(paddings) != 2 * self.rank:
            raise ShapeError(
                f"explicit_paddings attribute must contain {2 * self.rank} values, but got: "
                f"{len(paddings)}"
            )
        if any(p < 0 for p in paddings):
            raise ShapeError("All elements of explicit_paddings must be nonnegative")
        inner = explicit_pairs(paddings, self.data_format)
        if sum(paddings) != sum(a + b for a, b in inner):
            raise ShapeError(
                "Nonzero explicit padding in the batch or depth dimensions is not supported"
            )
        return inner

    def out(self, sizes, window):
        return out_sizes(sizes, window, self.strides, self.dilations, self.padding, self.explicit)

    def check(self):
        """Raises for what kernels, but not shape functions, refuse."""
        if self.outer[0] != (1, 1):
            raise errors.UnimplementedError(
                None,
                None,
                "Current implementation does not yet support strides in "
                "the batch and depth dimensions.",
            )
        if self.outer[1] != (1, 1):
            invalid(
                "Current implementation does not yet support dilations in the batch and depth "
                "dimensions."
            )

    def arguments(self, sizes, window):
        """`strides, dilations, pads` of the intrinsics, for an input of those spatial sizes."""
        self.check()
        return (
            self.strides,
            self.dilations,
            pads(sizes, window, self.strides, self.dilations, self.padding, self.explicit),
        )

    def groups(self, channels, filter_shape):
        """The number of groups of channels that `filter_shape` means."""
        if 0 in filter_shape:
            invalid("filter must not have zero elements (i.e. all dimensions must be non-zero)")
        depth, filters = filter_shape[-2:]
        if channels % depth:
            invalid(f"input depth must be evenly divisible by filter depth: {channels} vs {depth}")
        groups = channels // depth or 1
        if filters % groups:
            invalid(
                f"output depth must be evenly divisible by number of groups: {filters} vs {groups}"
            )
        return groups


def _forward_shape(move, input, filter):
    x, w = with_rank(input.dims, move.rank), with_rank(filter.dims, move.rank)
    channels, depth, filters = channels_of(x, move.data_format), w[-2], w[-1]
    if depth == 0:
        raise ShapeError("Depth of filter must not be 0")
    if channels is not None and depth is not None:
        if channels % depth:
            raise ShapeError(
                f"Depth of input ({channels}) is not a multiple of input depth of filter ({depth})"
            )
        groups = channels // depth
        if groups > 1 and filters is not None and filters % groups:
            raise ShapeError(
                f"Depth of output ({filters}) is not a multiple of the number of groups ({groups})"
            )
    space = move.out(spatial(x, move.data_format), w[:-2])
    return arrange(x[0], space, filters, move.data_format)


def _forward(xp, move, input, filter):
    groups = move.groups(channels_of(input.shape, move.data_format), filter.shape)
    sizes, window = spatial(input.shape, move.data_format), filter.shape[:-2]
    output_space(sizes, window, move.strides, move.dilations, move.padding, move.explicit)
    return xp.conv(input, filter, *move.arguments(sizes, window), groups, move.first)


def _input_gradient(xp, move, sizes, filter, out_backprop):
    sizes = [int(n) for n in np.ravel(sizes)]
    if len(sizes) == move.rank - 2:
        # Only the spatial sizes are given; the rest follows from the other inputs.
        sizes = arrange(out_backprop.shape[0], sizes, filter.shape[-2], move.data_format)
    elif len(sizes) != move.rank:
        invalid(
            f"Conv{move.rank - 2}DBackpropInput requires input_sizes to contain {move.rank} values "
            f"or {move.rank - 2} values, but got: {len(sizes)}"
        )
    groups = move.groups(channels_of(sizes, move.data_format), filter.shape)
    _check_backprop(move, sizes, filter.shape, out_backprop.shape)
    window = filter.shape[:-2]
    arguments = move.arguments(spatial(sizes, move.data_format), window)
    return xp.conv_input_gradient(sizes, filter, out_backprop, *arguments, groups, move.first)


def _filter_gradient(xp, move, input, sizes, out_backprop):
    sizes = tuple(int(n) for n in np.ravel(sizes))
    if len(sizes) != move.rank:
        invalid(f"filter_sizes must hold {move.rank} values, but got: {len(sizes)}")
    groups = move.groups(channels_of(input.shape, move.data_format), sizes)
    _check_backprop(move, input.shape, sizes, out_backprop.shape)
    arguments = move.arguments(spatial(input.shape, move.data_format), sizes[:-2])
    return xp.conv_filter_gradient(input, sizes, out_backprop, *arguments, groups, move.first)


def _check_backprop(move, x, w, dy):
    space = output_space(
        spatial(x, move.data_format),
        w[:-2],
        move.strides,
        move.dilations,
        move.padding,
        move.explicit,
    )
    wanted = arrange(x[0], space, w[-1], move.data_format)
    for i, (want, got) in enumerate(zip(wanted, dy)):
        if want != got:
            invalid(
                f"Conv{move.rank - 2}DBackprop: the size of out_backprop does not fit computed: "
                f"actual = {got}, computed = {want} in dimension {i}"
            )


def _flops(x, w, y):
    """Multiplications and additions of a convolution: one product per tap for each output."""
    window = float(np.prod(w[:-1]))
    return 2 * window * float(np.prod(y))


# --- two dimensions ---------------------------------------------------------------------------


def _move_2d(strides, padding, explicit_paddings, data_format, dilations):
    return _Window(4, strides, dilations, padding, data_format, explicit_paddings)


@Conv2D.shape
def _conv2d_shape(input, filter, *, strides, padding, explicit_paddings, data_format, dilations):
    return _forward_shape(
        _move_2d(strides, padding, explicit_paddings, data_format, dilations), input, filter
    )


@Conv2D.kernel
def _conv2d_kernel(
    xp, input, filter, *, strides, padding, explicit_paddings, data_format, dilations
):
    move = _move_2d(strides, padding, explicit_paddings, data_format, dilations)
    return _forward(xp, move, input, filter)


@Conv2D.cost
def _conv2d_cost(inputs, output, **attrs):
    return _flops(inputs[0], inputs[1], output)


@Conv2D.gradient
def _conv2d_gradient(op, dy):
    x, w = op.inputs
    sizes = raw.ShapeN([x, w])
    attrs = _same_attrs(op)
    return [
        raw.Conv2DBackpropInput(sizes[0], w, dy, **attrs),
        raw.Conv2DBackpropFilter(x, sizes[1], dy, **attrs),
    ]


def _same_attrs(op):
    names = (
        "strides",
        "use_cudnn_on_gpu",
        "padding",
        "explicit_paddings",
        "data_format",
        "dilations",
    )
    return {name: op.attrs[name] for name in names if name in op.attrs}


@Conv2DBackpropInput.shape
def _conv2d_backprop_input_shape(input_sizes, filter, out_backprop, *, data_format):
    return _input_shape(4, input_sizes, filter, out_backprop, data_format)


def _input_shape(rank, input_sizes, filter, out_backprop, data_format):
    w, dy = with_rank(filter.dims, rank), with_rank(out_backprop.dims, rank)
    if rank == 4:
        merge_dim(channels_of(dy, data_format), w[-1])
    dims = known_dims(input_sizes)
    if dims is None or all(d is None for d in dims):
        return (dy[0], *(None,) * (rank - 1))
    if len(dims) == rank - 2:
        return arrange(dy[0], dims, w[-2], data_format)
    if len(dims) != rank:
        raise ShapeError(
            f"Conv{rank - 2}DBackpropInput requires input_sizes to contain {rank} values or "
            f"{rank - 2} values, but got: {len(dims)}"
        )
    if rank == 4:
        merge_dim(dims[0], dy[0])
    return dims


@Conv2DBackpropInput.kernel(static=["input_sizes"])
def _conv2d_backprop_input_kernel(
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
    move = _move_2d(strides, padding, explicit_paddings, data_format, dilations)
    return _input_gradient(xp, move, input_sizes, filter, out_backprop)


@Conv2DBackpropInput.cost
def _conv2d_backprop_input_cost(inputs, output, **attrs):
    return _flops(output, inputs[1], inputs[2])


@Conv2DBackpropInput.gradient
def _conv2d_backprop_input_gradient(op, dy):
    _, w, out_backprop = op.inputs
    attrs = _same_attrs(op)
    return [
        None,
        raw.Conv2DBackpropFilter(dy, shape_tensor(w), out_backprop, **attrs),
        raw.Conv2D(dy, w, **attrs),
    ]


@Conv2DBackpropFilter.shape
def _conv2d_backprop_filter_shape(input, filter_sizes, out_backprop):
    return _filter_shape(4, filter_sizes)


def _filter_shape(rank, filter_sizes):
    return with_rank(known_dims(filter_sizes), rank)


@Conv2DBackpropFilter.kernel(static=["filter_sizes"])
def _conv2d_backprop_filter_kernel(
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
    move = _move_2d(strides, padding, explicit_paddings, data_format, dilations)
    return _filter_gradient(xp, move, input, filter_sizes, out_backprop)


@Conv2DBackpropFilter.cost
def _conv2d_backprop_filter_cost(inputs, output, **attrs):
    return _flops(inputs[0], output, inputs[2])


@Conv2DBackpropFilter.gradient
def _conv2d_backprop_filter_gradient(op, dw):
    x, _, out_backprop = op.inputs
    attrs = _same_attrs(op)
    return [
        raw.Conv2DBackpropInput(shape_tensor(x), dw, out_backprop, **attrs),
        None,
        raw.Conv2D(x, dw, **attrs),
    ]


# --- three dimensions -------------------------------------------------------------------------


@Conv3D.shape
def _conv3d_shape(input, filter, *, strides, padding, data_format, dilations):
    return _forward_shape(_Window(5, strides, dilations, padding, data_format), input, filter)


@Conv3D.kernel
def _conv3d_kernel(xp, input, filter, *, strides, padding, data_format, dilations):
    move = _Window(5, strides, dilations, padding, data_format)
    channels, depth = channels_of(input.shape, data_format), filter.shape[-2]
    if channels != depth and channels % max(depth, 1):
        invalid(f"input and filter must have the same depth: {channels} vs {depth}")
    return _forward(xp, move, input, filter)


@Conv3D.cost
def _conv3d_cost(inputs, output, **attrs):
    return _flops(inputs[0], inputs[1], output)


@Conv3D.gradient
def _conv3d_gradient(op, dy):
    x, w = op.inputs
    sizes = raw.ShapeN([x, w])
    attrs = _same_attrs(op)
    return [
        raw.Conv3DBackpropInputV2(sizes[0], w, dy, **attrs),
        raw.Conv3DBackpropFilterV2(x, sizes[1], dy, **attrs),
    ]


@Conv3DBackpropInputV2.shape
def _conv3d_backprop_input_shape(input_sizes, filter, out_backprop, *, data_format):
    with_rank(filter.dims, 5)
    return with_rank(known_dims(input_sizes), 5)


@Conv3DBackpropInputV2.kernel(static=["input_sizes"])
def _conv3d_backprop_input_kernel(
    xp, input_sizes, filter, out_backprop, *, strides, padding, data_format, dilations
):
    move = _Window(5, strides, dilations, padding, data_format)
    return _input_gradient(xp, move, input_sizes, filter, out_backprop)


@Conv3DBackpropInputV2.cost
def _conv3d_backprop_input_cost(inputs, output, **attrs):
    return _flops(output, inputs[1], inputs[2])


@Conv3DBackpropInputV2.gradient
def _conv3d_backprop_input_gradient(op, dy):
    _, w, out_backprop = op.inputs
    attrs = _same_attrs(op)
    return [
        None,
        raw.Conv3DBackpropFilterV2(dy, shape_tensor(w), out_backprop, **attrs),
        raw.Conv3D(dy, w, **attrs),
    ]


@Conv3DBackpropFilterV2.shape
def _conv3d_backprop_filter_shape(input, filter_sizes, out_backprop):
    return _filter_shape(5, filter_sizes)


@Conv3DBackpropFilterV2.kernel(static=["filter_sizes"])
def _conv3d_backprop_filter_kernel(
    xp, input, filter_sizes, out_backprop, *, strides, padding, data_format, dilations
):
    move = _Window(5, strides, dilations, padding, data_format)
    return _filter_gradient(xp, move, input, filter_sizes, out_backprop)


@Conv3DBackpropFilterV2.cost
def _conv3d_backprop_filter_cost(inputs, output, **attrs):
    return _flops(inputs[0], output, inputs[2])


@Conv3DBackpropFilterV2.gradient
def _conv3d_backprop_filter_gradient(op, dw):
    x, _, out_backprop = op.inputs
    attrs = _same_attrs(op)
    return [
        raw.Conv3DBackpropInputV2(shape_tensor(x), dw, out_backprop, **attrs),
        None,
        raw.Conv3D(x, dw, **attrs),
    ]


# --- three dimensions, the first form: the whole input and filter are given, not their shapes ---

Conv3DBackpropInput = define_op(
    "Conv3DBackpropInput",
    inputs="input: T, filter: T, out_backprop: T",
    outputs="output: T",
    attrs=[
        "T: {half, float, double}",
        "strides: list(int) >= 5",
        "padding: {'SAME', 'VALID'}",
        "dilations: list(int) = [1, 1, 1, 1, 1]",
    ],
    shape=lambda input, filter, out_backprop: with_rank(input.dims, 5),
)
Conv3DBackpropFilter = define_op(
    "Conv3DBackpropFilter",
    inputs="input: T, filter: T, out_backprop: T",
    outputs="output: T",
    attrs=[
        "T: {half, float, double}",
        "strides: list(int) >= 5",
        "padding: {'SAME', 'VALID'}",
        "dilations: list(int) = [1, 1, 1, 1, 1]",
    ],
    shape=lambda input, filter, out_backprop: with_rank(filter.dims, 5),
)


@Conv3DBackpropInput.kernel
def _conv3d_backprop_input_v1_kernel(
    xp, input, filter, out_backprop, *, strides, padding, dilations
):
    move = _Window(5, strides, dilations, padding, "NDHWC")
    return _input_gradient(xp, move, input.shape, filter, out_backprop)


@Conv3DBackpropFilter.kernel
def _conv3d_backprop_filter_v1_kernel(
    xp, input, filter, out_backprop, *, strides, padding, dilations
):
    move = _Window(5, strides, dilations, padding, "NDHWC")
    return _filter_gradient(xp, move, input, filter.shape, out_backprop)


Conv3DBackpropInput.no_gradient()
Conv3DBackpropFilter.no_gradient()
