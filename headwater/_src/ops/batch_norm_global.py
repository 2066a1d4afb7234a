"""The first batch normalisation op, which old graphs hold."""

from headwater._src.graph import define_op, raw
from headwater._src.ops._shapes import with_rank

_NUMBERS = (
    "T: {float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
    "bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}"
)
_ATTRS = [_NUMBERS, "variance_epsilon: float", "scale_after_normalization: bool"]

BatchNormWithGlobalNormalization = define_op(
    "BatchNormWithGlobalNormalization",
    inputs="t: T, m: T, v: T, beta: T, gamma: T",
    outputs="result: T",
    attrs=_ATTRS,
    shape=lambda t, m, v, beta, gamma: with_rank(t.dims, 4),
)
BatchNormWithGlobalNormalizationGrad = define_op(
    "BatchNormWithGlobalNormalizationGrad",
    inputs="t: T, m: T, v: T, gamma: T, backprop: T",
    outputs="dx: T, dm: T, dv: T, db: T, dg: T",
    attrs=_ATTRS,
)


@BatchNormWithGlobalNormalization.kernel
def _kernel(xp, t, m, v, beta, gamma, *, variance_epsilon, scale_after_normalization):
    inverse = 1 / xp.sqrt(v + xp.asarray(variance_epsilon, v.dtype))
    if scale_after_normalization:
        inverse = inverse * gamma
    return (t - m) * inverse + beta


@BatchNormWithGlobalNormalizationGrad.shape
def _grad_shape(t, m, v, gamma, backprop):
    dims = with_rank(t.dims, 4)
    return [dims, *[(dims[3],)] * 4]


@BatchNormWithGlobalNormalizationGrad.kernel
def _grad_kernel(xp, t, m, v, gamma, backprop, *, variance_epsilon, scale_after_normalization):
    spread = v + xp.asarray(variance_epsilon, v.dtype)
    inverse = 1 / xp.sqrt(spread)
    scale = inverse * gamma if scale_after_normalization else inverse
    axes = (0, 1, 2)
    db = xp.sum(backprop, axis=axes)
    product = xp.sum(backprop * (t - m), axis=axes)
    dg = product * inverse if scale_after_normalization else xp.zeros_like(gamma)
    dv = -product * scale / spread / 2
    return backprop * scale, -db * scale, dv, db, dg


@BatchNormWithGlobalNormalization.gradient
def _gradient(op, dy):
    t, m, v, _, gamma = op.inputs
    names = ("variance_epsilon", "scale_after_normalization")
    return list(
        raw.BatchNormWithGlobalNormalizationGrad(
            t, m, v, gamma, dy, **{n: op.attrs[n] for n in names}
        )
    )


BatchNormWithGlobalNormalizationGrad.no_gradient()
