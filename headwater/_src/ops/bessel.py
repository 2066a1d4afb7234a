"""Bessel functions, and integrals without a closed form."""

import math

from headwater._src.graph import define_op, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._binary import REAL
from headwater._src.ops._broadcast import like, waiting
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import same

# XLA has these; the others run on the host.
_COMPILED = frozenset({"i0", "i1", "expint", "spence"})


def _define(op_name, function_name, intrinsic, summary, slope):
    """Adds an op and its public function; `slope(op, x, y)` gives the derivative."""
    op = define_op(
        op_name, inputs="x: T", outputs="y: T", attrs=[f"T: {REAL}"], shape=lambda x: same(x)
    )

    def kernel(xp, x):
        return getattr(xp, intrinsic)(x)

    op.kernel(dynamic=intrinsic not in _COMPILED)(kernel)

    def gradient(op, dy):
        with waiting(dy):
            return [slope(dy, op.inputs[0], op.outputs[0])]

    op.gradient(gradient)

    def function(x, name=None):
        with scope(name, function_name, [x]):
            return op(convert_to_tensor(x))

    function.__name__ = function.__qualname__ = function_name
    function.__doc__ = f"""{summary}

    Args:
      x: floating-point `Tensor`.
      name: name of the scope of the node.

    Returns:
      A `Tensor` of the type and shape of `x`.

    Raises:
      TypeError: `x` is not of a floating-point type.
    """
    return function


def _at_zero(x, value, elsewhere):
    """`elsewhere()`, but `value` where `x` is 0."""
    zero = raw.Equal(x, like(0.0, x, "Equal/y"))
    at_zero = PUBLIC["cast"](value, x.dtype.base_dtype)
    return raw.SelectV2(zero, at_zero, elsewhere())


def _fresnel_slope(wave):
    return lambda dy, x, y: dy * getattr(raw, wave)(math.pi / 2.0 * raw.Square(x))


def _spence_slope(dy, x, y):
    slope = raw.Log(x) / (1 - x)
    slope = raw.Select(raw.Equal(x, 1.0), -PUBLIC["ones_like"](x), slope)
    return dy * slope


bessel_i0 = _define(
    "BesselI0",
    "bessel_i0",
    "i0",
    "The modified Bessel function of the first kind of order 0.",
    lambda dy, x, y: dy * bessel_i1(x),
)
bessel_i1 = _define(
    "BesselI1",
    "bessel_i1",
    "i1",
    "The modified Bessel function of the first kind of order 1.",
    lambda dy, x, y: dy * _at_zero(x, 1.0, lambda: bessel_i0(x) - raw.RealDiv(y, x, name="div")),
)
bessel_j0 = _define(
    "BesselJ0",
    "bessel_j0",
    "j0",
    "The Bessel function of the first kind of order 0.",
    lambda dy, x, y: dy * -bessel_j1(x),
)
bessel_j1 = _define(
    "BesselJ1",
    "bessel_j1",
    "j1",
    "The Bessel function of the first kind of order 1.",
    lambda dy, x, y: dy * _at_zero(x, 0.5, lambda: bessel_j0(x) - raw.RealDiv(y, x, name="div")),
)
bessel_k0 = _define(
    "BesselK0",
    "bessel_k0",
    "k0",
    "The modified Bessel function of the second kind of order 0.",
    lambda dy, x, y: dy * -bessel_k1(x),
)
bessel_k0e = _define(
    "BesselK0e",
    "bessel_k0e",
    "k0e",
    "`exp(x) bessel_k0(x)`.",
    lambda dy, x, y: dy * (y - bessel_k1e(x)),
)
bessel_k1 = _define(
    "BesselK1",
    "bessel_k1",
    "k1",
    "The modified Bessel function of the second kind of order 1.",
    lambda dy, x, y: dy * (-bessel_k0(x) - raw.RealDiv(y, x, name="div")),
)
bessel_k1e = _define(
    "BesselK1e",
    "bessel_k1e",
    "k1e",
    "`exp(x) bessel_k1(x)`.",
    lambda dy, x, y: dy * (y * (1.0 - raw.Reciprocal(x)) - bessel_k0e(x)),
)
bessel_y0 = _define(
    "BesselY0",
    "bessel_y0",
    "y0",
    "The Bessel function of the second kind of order 0.",
    lambda dy, x, y: dy * -bessel_y1(x),
)
bessel_y1 = _define(
    "BesselY1",
    "bessel_y1",
    "y1",
    "The Bessel function of the second kind of order 1.",
    lambda dy, x, y: dy * (bessel_y0(x) - raw.RealDiv(y, x, name="div")),
)
dawsn = _define(
    "Dawsn",
    "dawsn",
    "dawsn",
    "Dawson's integral: `exp(-x^2)` times the integral of `exp(t^2)` from 0 to `x`.",
    lambda dy, x, y: dy * (1.0 - 2 * x * y),
)
expint = _define(
    "Expint",
    "expint",
    "expint",
    "The exponential integral: that of `exp(t) / t` up to `x`.",
    lambda dy, x, y: dy * raw.Exp(x) / x,
)
fresnel_cos = _define(
    "FresnelCos",
    "fresnel_cos",
    "fresnel_cos",
    "Fresnel's cosine integral: that of `cos(pi t^2 / 2)` from 0 to `x`.",
    _fresnel_slope("Cos"),
)
fresnel_sin = _define(
    "FresnelSin",
    "fresnel_sin",
    "fresnel_sin",
    "Fresnel's sine integral: that of `sin(pi t^2 / 2)` from 0 to `x`.",
    _fresnel_slope("Sin"),
)
spence = _define(
    "Spence",
    "spence",
    "spence",
    "Spence's function: the integral of `log(t) / (1 - t)` from 1 to `x`.",
    _spence_slope,
)
