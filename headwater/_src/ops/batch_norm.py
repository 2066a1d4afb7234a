"""Normalisation by the statistics of a batch, as one op with its gradient op."""

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.gradients import gradients
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, merge_dim, with_rank
from headwater._src.ops._windows import channels_first, invalid

_EPSILON = "epsilon: float = 9.999999747378752e-05"
_FACTOR = "exponential_avg_factor: float = 1.0"
_FORMAT = "data_format: {'NHWC', 'NCHW'} = 'NHWC'"
_FORMAT_3D = "data_format: {'NHWC', 'NCHW', 'NDHWC', 'NCDHW'} = 'NHWC'"
_TRAINING = "is_training: bool = true"
_FLOATS = "T: {half, bfloat16, float}"

FusedBatchNorm = define_op(
    "FusedBatchNorm",
    inputs="x: T, scale: T, offset: T, mean: T, variance: T",
    outputs="y: T, batch_mean: T, batch_variance: T, reserve_space_1: T, reserve_space_2: T",
    attrs=["T: {float}", _EPSILON, _FACTOR, _FORMAT, _TRAINING],
)
FusedBatchNormV2 = define_op(
    "FusedBatchNormV2",
    inputs="x: T, scale: U, offset: U, mean: U, variance: U",
    outputs="y: T, batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U",
    attrs=[_FLOATS, "U: {float}", _EPSILON, _FACTOR, _FORMAT, _TRAINING],
)
FusedBatchNormV3 = define_op(
    "FusedBatchNormV3",
    inputs="x: T, scale: U, offset: U, mean: U, variance: U",
    outputs=(
        "y: T, batch_mean: U, batch_variance: U, reserve_space_1: U, reserve_space_2: U, "
        "reserve_space_3: U"
    ),
    attrs=[_FLOATS, "U: {bfloat16, float}", _EPSILON, _FACTOR, _FORMAT_3D, _TRAINING],
)
FusedBatchNormGrad = define_op(
    "FusedBatchNormGrad",
    inputs="y_backprop: T, x: T, scale: T, reserve_space_1: T, reserve_space_2: T",
    outputs=(
        "x_backprop: T, scale_backprop: T, offset_backprop: T, reserve_space_3: T, "
        "reserve_space_4: T"
    ),
    attrs=["T: {float}", _EPSILON, _FORMAT, _TRAINING],
)
FusedBatchNormGradV2 = define_op(
    "FusedBatchNormGradV2",
    inputs="y_backprop: T, x: T, scale: float, reserve_space_1: U, reserve_space_2: U",
    outputs=(
        "x_backprop: T, scale_backprop: U, offset_backprop: U, reserve_space_3: U, "
        "reserve_space_4: U"
    ),
    attrs=[_FLOATS, "U: {float}", _EPSILON, _FORMAT, _TRAINING],
)
FusedBatchNormGradV3 = define_op(
    "FusedBatchNormGradV3",
    inputs=(
        "y_backprop: T, x: T, scale: float, reserve_space_1: U, reserve_space_2: U, "
        "reserve_space_3: U"
    ),
    outputs=(
        "x_backprop: T, scale_backprop: U, offset_backprop: U, reserve_space_4: U, "
        "reserve_space_5: U"
    ),
    attrs=[_FLOATS, "U: {float}", _EPSILON, _FORMAT_3D, _TRAINING],
)


# --- shapes -----------------------------------------------------------------------------------


def _axis(data_format, rank):
    return 1 if channels_first(data_format) else rank - 1


def _checked(x, vectors, data_format):
    """The dims of `x`, of which the channels agree with `vectors`, and the channels."""
    rank = 5 if "D" in data_format else 4
    dims = list(with_rank(x.dims, rank))
    at = _axis(data_format, rank)
    for vector in vectors:
        dims[at] = merge_dim(dims[at], with_rank(vector.dims, 1)[0])
    return tuple(dims), dims[at]


def _shape(count):
    def shape(x, scale, offset, mean, variance, *, data_format, is_training):
        vectors = [scale, offset] + ([] if is_training else [mean, variance])
        dims, channels = _checked(x, vectors, data_format)
        return [dims, *[(channels,)] * 4, *[None] * (count - 5)]

    return shape


FusedBatchNorm.shape(_shape(5))
FusedBatchNormV2.shape(_shape(5))
FusedBatchNormV3.shape(_shape(6))


def _grad_shape(y_backprop, x, scale, data_format):
    dims, channels = _checked(y_backprop, [scale], data_format)
    if x.dims is not None and len(x.dims) != len(dims):
        raise ShapeError(f"Shapes must be equal rank, but are {len(dims)} and {len(x.dims)}")
    return [dims, (channels,), (channels,), (0,), (0,)]


@FusedBatchNormGrad.shape
def _grad_v1_shape(y_backprop, x, scale, reserve_space_1, reserve_space_2, *, data_format):
    return _grad_shape(y_backprop, x, scale, data_format)


@FusedBatchNormGradV2.shape
def _grad_v2_shape(y_backprop, x, scale, reserve_space_1, reserve_space_2, *, data_format):
    return _grad_shape(y_backprop, x, scale, data_format)


@FusedBatchNormGradV3.shape
def _grad_v3_shape(
    y_backprop, x, scale, reserve_space_1, reserve_space_2, reserve_space_3, *, data_format
):
    return _grad_shape(y_backprop, x, scale, data_format)


# --- kernels ----------------------------------------------------------------------------------


def _spread(xp, vector, rank, at):
    """A vector of channels in a shape that broadcasts over the others."""
    return xp.reshape(vector, (-1,) + (1,) * (rank - at - 1))


def _normalise(xp, x, scale, offset, mean, variance, epsilon, factor, data_format, is_training):
    rank, kind = xp.ndim(x), x.dtype
    at = _axis(data_format, rank)
    if tuple(scale.shape) != (x.shape[at],):
        invalid(
            f"scale must have the same number of elements as the channels of x, got "
            f"{scale.shape[0]} and {x.shape[at]}"
        )
    wide = x.astype("float32")
    old_mean, old_variance = mean, variance
    batch_mean, batch_variance = mean, variance
    if is_training:
        axes = tuple(i for i in range(rank) if i != at)
        count = int(np.prod([x.shape[i] for i in axes]))
        if count == 0:
            nan = xp.full(scale.shape, np.nan, "float32")
            return x, nan, nan, xp.zeros_like(scale), xp.zeros_like(scale)
        mean = xp.mean(wide, axis=axes, dtype="float32")
        centred = wide - _spread(xp, mean, rank, at)
        variance = xp.mean(centred * centred, axis=axes, dtype="float32")
        # What is kept for inference is the unbiased estimate.
        batch_mean, batch_variance = mean, variance * np.float32(count / max(count - 1, 1))
        if factor != 1.0:
            part, rest = np.float32(factor), np.float32(1.0 - factor)
            batch_mean = rest * old_mean + part * batch_mean
            batch_variance = rest * old_variance + part * batch_variance
    else:
        centred = wide - _spread(xp, mean, rank, at)
    slope = scale / xp.sqrt(variance + np.float32(epsilon))
    y = centred * _spread(xp, slope, rank, at) + _spread(xp, offset, rank, at)
    return y.astype(kind), batch_mean, batch_variance, mean, variance


def _kernel(
    xp,
    x,
    scale,
    offset,
    mean,
    variance,
    *,
    epsilon,
    exponential_avg_factor,
    data_format,
    is_training,
):
    return _normalise(
        xp,
        x,
        scale,
        offset,
        mean,
        variance,
        epsilon,
        exponential_avg_factor,
        data_format,
        is_training,
    )


FusedBatchNorm.kernel(_kernel)
FusedBatchNormV2.kernel(_kernel)


@FusedBatchNormV3.kernel
def _kernel_v3(
    xp,
    x,
    scale,
    offset,
    mean,
    variance,
    *,
    epsilon,
    exponential_avg_factor,
    data_format,
    is_training,
):
    found = _normalise(
        xp,
        x,
        scale,
        offset,
        mean,
        variance,
        epsilon,
        exponential_avg_factor,
        data_format,
        is_training,
    )
    return (*found, xp.zeros((0,), "float32"))


def _backprop(xp, dy, x, scale, mean, variance, epsilon, data_format, is_training):
    rank, kind = xp.ndim(x), x.dtype
    at = _axis(data_format, rank)
    axes = tuple(i for i in range(rank) if i != at)
    count = int(np.prod([x.shape[i] for i in axes]))
    empty = xp.zeros((0,), "float32")
    if count == 0:
        return xp.zeros(x.shape, kind), xp.zeros_like(scale), xp.zeros_like(scale), empty, empty
    dy, x = dy.astype("float32"), x.astype("float32")
    centred = x - _spread(xp, mean, rank, at)
    inverse = 1 / xp.sqrt(variance + np.float32(epsilon))
    total = xp.sum(dy, axis=axes, dtype="float32")
    product = xp.sum(dy * centred, axis=axes, dtype="float32")
    dscale = product * inverse
    dx = dy
    if is_training:
        share = inverse * inverse * product / np.float32(count)
        dx = dx - _spread(xp, total / np.float32(count), rank, at)
        dx = dx - centred * _spread(xp, share, rank, at)
    dx = dx * _spread(xp, scale * inverse, rank, at)
    return dx.astype(kind), dscale, total, empty, empty


def _grad_kernel(
    xp, y_backprop, x, scale, reserve_space_1, reserve_space_2, *, epsilon, data_format, is_training
):
    return _backprop(
        xp,
        y_backprop,
        x,
        scale,
        reserve_space_1,
        reserve_space_2,
        epsilon,
        data_format,
        is_training,
    )


FusedBatchNormGrad.kernel(_grad_kernel)
FusedBatchNormGradV2.kernel(_grad_kernel)


@FusedBatchNormGradV3.kernel
def _grad_kernel_v3(
    xp,
    y_backprop,
    x,
    scale,
    reserve_space_1,
    reserve_space_2,
    reserve_space_3,
    *,
    epsilon,
    data_format,
    is_training,
):
    return _backprop(
        xp,
        y_backprop,
        x,
        scale,
        reserve_space_1,
        reserve_space_2,
        epsilon,
        data_format,
        is_training,
    )


# --- gradients --------------------------------------------------------------------------------

_TO_LAST = {"NCHW": [0, 2, 3, 1], "NCDHW": [0, 2, 3, 4, 1]}
_TO_FIRST = {"NCHW": [0, 3, 1, 2], "NCDHW": [0, 4, 1, 2, 3]}
_LAST = {"NCHW": "NHWC", "NCDHW": "NDHWC"}


def _gradient(grad_op, reserves):
    """Gradient of a batch normalisation through `grad_op`, which takes `reserves` outputs."""

    def gradient(op, *dys):
        x, scale = op.inputs[0], op.inputs[1]
        dy, layout = dys[0], op.attrs["data_format"]
        attrs = {"epsilon": op.attrs["epsilon"], "is_training": op.attrs["is_training"]}
        transpose = PUBLIC["transpose"]
        kept = list(op.outputs[3 : 3 + reserves])
        first = not op.attrs["is_training"] and layout in _TO_LAST
        if not op.attrs["is_training"]:
            kept[:2] = op.inputs[3:5]
        if first:
            x, dy = transpose(x, _TO_LAST[layout]), transpose(dy, _TO_LAST[layout])
        found = getattr(raw, grad_op)(
            dy, x, scale, *kept, data_format=_LAST[layout] if first else layout, **attrs
        )
        dx, dscale, doffset = found[:3]
        if first:
            dx = transpose(dx, _TO_FIRST[layout])
        return [dx, dscale, doffset, None, None]

    return gradient


FusedBatchNorm.gradient(_gradient("FusedBatchNormGrad", 2))
FusedBatchNormV2.gradient(_gradient("FusedBatchNormGradV2", 2))
FusedBatchNormV3.gradient(_gradient("FusedBatchNormGradV3", 3))


def _grad_gradient(op, *dys):
    """Second derivative: that of the first derivative's formula, written in simple ops."""
    dy, x, scale, mean, variance = op.inputs[:5]
    layout, training = op.attrs["data_format"], op.attrs["is_training"]
    transpose = PUBLIC["transpose"]
    ddx = dys[0]
    inner_dy, inner_x = dy, x
    if layout in _TO_LAST:
        order = _TO_LAST[layout]
        inner_x, inner_dy = transpose(x, order), transpose(dy, order)
        ddx = transpose(ddx, order)
    formula = _training_formula if training else _inference_formula
    ys = formula(inner_dy, inner_x, scale, mean, variance, op.attrs["epsilon"])
    found = gradients(list(ys), [dy, x, scale], [ddx, dys[1], dys[2]])
    return [*found, *[None] * (len(op.inputs) - 3)]


def _training_formula(dy, x, scale, mean, variance, epsilon):
    axes = list(range(len(x.dims) - 1))
    reduce_mean, reduce_sum = PUBLIC["reduce_mean"], PUBLIC["reduce_sum"]
    kind, cast = x.dtype, PUBLIC["cast"]
    dy, x = cast(dy, "float32"), cast(x, "float32")
    mean_dy, mean_x = reduce_mean(dy, axes), reduce_mean(x, axes)
    variance = reduce_mean(raw.SquaredDifference(x, raw.StopGradient(mean_x)), axes)
    centred_dy, centred = dy - mean_dy, x - mean_x
    product = reduce_mean(dy * centred, axes)
    inverse = raw.Rsqrt(variance + epsilon)
    share = raw.Reciprocal(variance + epsilon) * product
    dx = scale * inverse * (centred_dy - share * centred)
    dscale = inverse * reduce_sum(dy * centred, axes)
    return cast(dx, kind), dscale, reduce_sum(dy, axes)


def _inference_formula(dy, x, scale, mean, variance, epsilon):
    axes = list(range(len(x.dims) - 1))
    reduce_sum, cast, kind = PUBLIC["reduce_sum"], PUBLIC["cast"], x.dtype
    dy, x = cast(dy, "float32"), cast(x, "float32")
    doffset = reduce_sum(dy, axes)
    inverse = raw.Rsqrt(variance + epsilon)
    dscale = reduce_sum(dy * (x - mean) * inverse, axes)
    return cast(dy * scale * inverse, kind), dscale, doffset


for _op in (FusedBatchNormGrad, FusedBatchNormGradV2, FusedBatchNormGradV3):
    _op.gradient(_grad_gradient)


def _cost(inputs, output, **attrs):
    return 8 * float(np.prod(inputs[0]))


for _op in (
    FusedBatchNorm,
    FusedBatchNormV2,
    FusedBatchNormV3,
    FusedBatchNormGrad,
    FusedBatchNormGradV2,
    FusedBatchNormGradV3,
):
    _op.cost(_cost)


# --- public -----------------------------------------------------------------------------------


@public
def fused_batch_norm(
    x,
    scale,
    offset,
    mean=None,
    variance=None,
    epsilon=0.001,
    data_format="NHWC",
    is_training=True,
    name=None,
    exponential_avg_factor=1.0,
):
    """Normalises each channel by its mean and variance, then scales and shifts it.

    Args:
      x: floating-point `Tensor` of rank 4 or 5.
      scale: float32 vector, one factor per channel.
      offset: float32 vector, one summand per channel.
      mean: the population's mean, for inference, or the running one.
      variance: the population's variance, for inference, or the running one.
      epsilon: small number added to the variance; at least 1.001e-5 is used.
      data_format: `"NHWC"`, `"NCHW"`, `"NDHWC"` or `"NCDHW"`.
      is_training: whether statistics are those of `x` or those given.
      name: optional name of the operation.
      exponential_avg_factor: how much the batch's statistics weigh in the returned ones.

    Returns:
      Three `Tensor`s: `x` normalised, mean and (unbiased) variance.

    Raises:
      ValueError: shapes do not fit, or statistics are missing.
    """
    if (not is_training or exponential_avg_factor != 1.0) and (mean is None or variance is None):
        raise ValueError(
            "Both `mean` and `variance` must be a 1D tensor when `is_training` is False or "
            "`exponential_avg_factor` != 1.0. Received: "
            f"`mean` {mean!r} and `variance` {variance!r}"
        )
    x = convert_to_tensor(x, name="input")
    scale = convert_to_tensor(scale, name="scale")
    offset = convert_to_tensor(offset, name="offset")
    if mean is None:
        mean = constant(np.zeros((0,), np.float32))
    if variance is None:
        variance = constant(np.zeros((0,), np.float32))
    y, batch_mean, batch_variance, *_ = raw.FusedBatchNormV3(
        x,
        scale,
        offset,
        mean,
        variance,
        epsilon=max(epsilon, 1.001e-5),
        data_format=data_format,
        exponential_avg_factor=exponential_avg_factor,
        is_training=is_training,
        name=name,
    )
    return y, batch_mean, batch_variance


@public
def batch_normalization(x, mean, variance, offset, scale, variance_epsilon, name=None):
    r"""$\frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} \cdot scale + offset$, broadcast.

    Args:
      x: floating-point `Tensor`.
      mean: `Tensor` that broadcasts against `x`.
      variance: like `mean`.
      offset: like `mean`, or None.
      scale: like `mean`, or None.
      variance_epsilon: small number added to the variance.
      name: optional name of the scope.

    Returns:
      `Tensor` with the shape and type of `x`.
    """
    with scope(name, "batchnorm", (x, mean, variance, scale, offset)):
        inverse = raw.Rsqrt(variance + variance_epsilon)
        if scale is not None:
            inverse = inverse * scale
        cast = PUBLIC["cast"]
        kind = x.dtype.base_dtype
        scaled = x * cast(inverse, kind)
        shift = offset - mean * inverse if offset is not None else -mean * inverse
        return scaled + cast(shift, kind)


def batch_norm_with_global_normalization(
    t=None,
    m=None,
    v=None,
    beta=None,
    gamma=None,
    variance_epsilon=None,
    scale_after_normalization=None,
    name=None,
    input=None,
    mean=None,
    variance=None,
):
    """`batch_normalization` in the form of the oldest programs.

    Args:
      t: `Tensor` of rank 4.
      m: vector of means.
      v: vector of variances.
      beta: vector of offsets.
      gamma: vector of factors.
      variance_epsilon: small number added to the variance.
      scale_after_normalization: whether `gamma` is used.
      name: optional name of the scope.
      input: the newer name of `t`.
      mean: the newer name of `m`.
      variance: the newer name of `v`.

    Returns:
      `Tensor` with the shape and type of `t`.
    """
    t = t if input is None else input
    m = m if mean is None else mean
    v = v if variance is None else variance
    return batch_normalization(
        t, m, v, beta, gamma if scale_after_normalization else None, variance_epsilon, name
    )
