"""Special functions: error function, gamma functions, products that are 0 where a factor is."""

import math

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops import _of_sparse
from headwater._src.ops._binary import FLOATS, REAL, binary
from headwater._src.ops._broadcast import like, waiting
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import broadcast, same
from headwater._src.ops._static import shape_tensor


def unary(name, kernel, gradient):
    """Adds an op `y = name(x)` on floating-point numbers; `gradient(op, dy)` gives `dx`."""
    op = define_op(
        name, inputs="x: T", outputs="y: T", attrs=[f"T: {REAL}"], shape=lambda x: same(x)
    )
    op.kernel(kernel)
    op.gradient(lambda op, dy: [gradient(op, dy)])
    return op


def _function(op, name, summary, opens_scope=False):
    def function(x, name=None):
        if not opens_scope:
            return op(x, name=name)
        with scope(name, function.__name__, [x]):
            return op(convert_to_tensor(x))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
      x: floating-point `Tensor`.
      name: name of the node.

    Returns:
      A `Tensor` of the type and shape of `x`.

    Raises:
      TypeError: `x` is not of a floating-point type.
    """
    return public(_of_sparse.of_values(function) if name in _of_sparse.NAMES else function)


# --- error function ---------------------------------------------------------------------------


def gaussian_gradient(factor):
    """`dy factor exp(-x^2)`."""

    def gradient(op, dy):
        scaled = dy * like(factor, dy)
        with waiting(dy):
            return scaled * raw.Exp(-raw.Square(op.inputs[0]))

    return gradient


def erfinv_gradient(op, dy):
    """`dy sqrt(pi)/2 exp(y^2)`."""
    scaled = dy * like(math.sqrt(math.pi) / 2, dy)
    with waiting(dy):
        return scaled * raw.Exp(raw.Square(op.outputs[0]))


def ndtri_gradient(op, dy):
    """`dy sqrt(2 pi) exp(y^2 / 2)`."""
    scaled = dy * like(math.sqrt(2 * math.pi), dy)
    with waiting(dy):
        return scaled * raw.Exp(raw.Square(op.outputs[0]) / 2.0)


Erf = unary("Erf", lambda xp, x: xp.erf(x), gaussian_gradient(2 / math.sqrt(math.pi)))
Erfc = unary("Erfc", lambda xp, x: xp.erfc(x), gaussian_gradient(-2 / math.sqrt(math.pi)))
Erfinv = unary("Erfinv", lambda xp, x: xp.erfinv(x), erfinv_gradient)
Ndtri = unary("Ndtri", lambda xp, x: xp.ndtri(x), ndtri_gradient)

erf = _function(
    Erf,
    "erf",
    "The error function: `2 / sqrt(pi)` times the integral of `exp(-t^2)` from 0 to `x`.",
)
erfc = _function(Erfc, "erfc", "`1 - erf(x)`, exact where that is small.")
erfinv = _function(Erfinv, "erfinv", "The inverse of `erf`, for `x` in `[-1, 1]`.", True)
ndtri = _function(
    Ndtri, "ndtri", "The quantiles of the normal distribution, for `x` in `[0, 1]`.", True
)

# --- gamma functions --------------------------------------------------------------------------


def lgamma_gradient(op, dy):
    """`dy digamma(x)`."""
    with waiting(dy):
        return dy * raw.Digamma(op.inputs[0])


def digamma_gradient(op, dy):
    """`dy` times the trigamma function."""
    with waiting(dy):
        x = op.inputs[0]
        return dy * raw.Polygamma(like(1, x), x)


Lgamma = unary("Lgamma", lambda xp, x: xp.lgamma(x), lgamma_gradient)
Digamma = unary("Digamma", lambda xp, x: xp.digamma(x), digamma_gradient)

lgamma = _function(Lgamma, "lgamma", "The logarithms of the absolute value of the gamma function.")
digamma = _function(Digamma, "digamma", "The derivatives of `lgamma`.")

# --- Bessel functions -------------------------------------------------------------------------


def bessel_i0e_gradient(op, dy):
    """`dy (i1e(x) - sign(x) i0e(x))`."""
    x, y = op.inputs[0], op.outputs[0]
    with waiting(dy):
        return dy * (bessel_i1e(x) - raw.Sign(x) * y)


def bessel_i1e_gradient(op, dy):
    """`dy (i0e(x) - i1e(x) (sign(x) + 1 / x))`, and half of `dy` at 0."""
    x, y = op.inputs[0], op.outputs[0]
    with waiting(dy):
        at_zero = raw.Equal(x, like(0.0, x, "Equal/y"))
        half = PUBLIC["cast"](0.5, x.dtype.base_dtype)
        slope = bessel_i0e(x) - y * (raw.Sign(x) + raw.Reciprocal(x))
        return dy * raw.SelectV2(at_zero, half, slope)


BesselI0e = unary("BesselI0e", lambda xp, x: xp.bessel_i0e(x), bessel_i0e_gradient)
BesselI1e = unary("BesselI1e", lambda xp, x: xp.bessel_i1e(x), bessel_i1e_gradient)

bessel_i0e = _function(
    BesselI0e, "bessel_i0e", "The modified Bessel function of order 0, times `exp(-|x|)`.", True
)
bessel_i1e = _function(
    BesselI1e, "bessel_i1e", "The modified Bessel function of order 1, times `exp(-|x|)`.", True
)


def summed(x, shape, axes):
    """`x` summed over `axes`, in `shape`."""
    return raw.Reshape(raw.Sum(x, axes), shape)


def polygamma_gradient(op, dz):
    """None for the order; the next order for `x`."""
    order, x = op.inputs
    order_shape, x_shape = shape_tensor(order), shape_tensor(x)
    _, x_axes = raw.BroadcastGradientArgs(order_shape, x_shape)
    with waiting(dz):
        slope = raw.Polygamma(order + 1, x)
        return [None, summed(slope * dz, x_shape, x_axes)]


def zeta_gradient(op, dz):
    """None for the exponent; `-x zeta(x + 1, q)` for `q`."""
    x, q = op.inputs
    x_shape, q_shape = shape_tensor(x), shape_tensor(q)
    _, q_axes = raw.BroadcastGradientArgs(x_shape, q_shape)
    with waiting(dz):
        slope = -x * raw.Zeta(x + 1, q)
        return [None, summed(slope * dz, q_shape, q_axes)]


Polygamma = define_op(
    "Polygamma",
    inputs="a: T, x: T",
    outputs="z: T",
    attrs=["T: {float, double}"],
    shape=lambda a, x: broadcast(a.dims, x.dims),
)
Polygamma.kernel(lambda xp, a, x: xp.polygamma(a, x))
Polygamma.gradient(polygamma_gradient)

Zeta = define_op(
    "Zeta",
    inputs="x: T, q: T",
    outputs="z: T",
    attrs=["T: {float, double}"],
    shape=lambda x, q: broadcast(x.dims, q.dims),
)
Zeta.kernel(lambda xp, x, q: xp.zeta(x, q))
Zeta.gradient(zeta_gradient)


def polygamma(a, x, name=None):
    """The derivatives of order `a` of the digamma function.

    Args:
      a: `Tensor` of whole floating-point numbers, the orders.
      x: `Tensor` of the type of `a`; its shape broadcasts with that of `a`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `a` and the broadcast shape.

    Raises:
      ValueError: the shapes do not broadcast.
    """
    return raw.Polygamma(a, x, name=name)


def zeta(x, q, name=None):
    """Hurwitz's zeta function: the sum of `(q + n) ** -x` over all `n` from 0.

    Args:
      x: floating-point `Tensor`, the exponents.
      q: `Tensor` of the type of `x`; its shape broadcasts with that of `x`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `x` and the broadcast shape.

    Raises:
      ValueError: the shapes do not broadcast.
    """
    return raw.Zeta(x, q, name=name)


# --- incomplete gamma and beta functions ------------------------------------------------------

Igamma = define_op(
    "Igamma",
    inputs="a: T, x: T",
    outputs="z: T",
    attrs=["T: {bfloat16, half, float, double}"],
    shape=lambda a, x: broadcast(a.dims, x.dims),
)
Igamma.kernel(lambda xp, a, x: xp.igamma(a, x))
Igammac = define_op(
    "Igammac",
    inputs="a: T, x: T",
    outputs="z: T",
    attrs=["T: {bfloat16, half, float, double}"],
    shape=lambda a, x: broadcast(a.dims, x.dims),
)
Igammac.kernel(lambda xp, a, x: xp.igammac(a, x))
IgammaGradA = define_op(
    "IgammaGradA",
    inputs="a: T, x: T",
    outputs="z: T",
    attrs=["T: {float, double}"],
    shape=lambda a, x: broadcast(a.dims, x.dims),
)
IgammaGradA.kernel(lambda xp, a, x: xp.igamma_grad_a(a, x))
IgammaGradA.no_gradient()


@Igamma.gradient
def igamma_gradient(op, dz):
    """XLA's series for `a`; the density of the gamma distribution for `x`."""
    a, x = op.inputs
    a_shape, x_shape = shape_tensor(a), shape_tensor(x)
    a_axes, x_axes = raw.BroadcastGradientArgs(a_shape, x_shape)
    with waiting(dz):
        by_a = raw.IgammaGradA(a, x)
        density = raw.Exp(-x + (a - 1) * raw.Log(x) - raw.Lgamma(a))
        return [summed(by_a * dz, a_shape, a_axes), summed(density * dz, x_shape, x_axes)]


@Igammac.gradient
def igammac_gradient(op, dz):
    """Minus the gradients of `igamma`."""
    by_a, by_x = igamma_gradient(op, dz)
    return [-by_a, -by_x]


Betainc = define_op(
    "Betainc",
    inputs="a: T, b: T, x: T",
    outputs="z: T",
    attrs=["T: {float, double}"],
    shape=lambda a, b, x: broadcast(a.dims, broadcast(b.dims, x.dims)),
)
Betainc.kernel(lambda xp, a, b, x: xp.betainc(a, b, x))


@Betainc.gradient
def betainc_gradient(op, dz):
    """None for the parameters; the density of the beta distribution for `x`."""
    a, b, x = op.inputs
    a_shape, x_shape = shape_tensor(a), shape_tensor(x)
    _, x_axes = raw.BroadcastGradientArgs(a_shape, x_shape)
    log_beta = raw.Lgamma(a) + raw.Lgamma(b) - raw.Lgamma(a + b)
    density = raw.Exp(PUBLIC["xlog1py"](b - 1, -x) + raw.Xlogy(a - 1, x) - log_beta)
    return [None, None, summed(density * dz, x_shape, x_axes)]


def igamma(a, x, name=None):
    """The lower regularized incomplete gamma function.

    Args:
      a: floating-point `Tensor`, the shape parameters.
      x: `Tensor` of the type of `a`; its shape broadcasts with that of `a`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `a` and the broadcast shape.

    Raises:
      ValueError: the shapes do not broadcast.
    """
    return raw.Igamma(a, x, name=name)


def igammac(a, x, name=None):
    """The upper regularized incomplete gamma function, `1 - igamma(a, x)`.

    Args:
      a: floating-point `Tensor`, the shape parameters.
      x: `Tensor` of the type of `a`; its shape broadcasts with that of `a`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `a` and the broadcast shape.

    Raises:
      ValueError: the shapes do not broadcast.
    """
    return raw.Igammac(a, x, name=name)


def betainc(a, b, x, name=None):
    """The regularized incomplete beta function.

    Args:
      a: floating-point `Tensor`, the first parameters.
      b: `Tensor` of the type of `a`, the second parameters.
      x: `Tensor` of the type of `a`, the upper limits in `[0, 1]`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `a` and the broadcast shape.

    Raises:
      ValueError: the shapes do not broadcast.
    """
    return raw.Betainc(a, b, x, name=name)


# --- products that are 0 where x is -----------------------------------------------------------


def zero_where_zero(function):
    """The kernel `function(xp, x, y)`, but 0 where `x` is."""

    def kernel(xp, x, y):
        zero = x == 0
        return xp.where(
            zero, xp.zeros((), x.dtype), function(xp, x, xp.where(zero, xp.ones((), y.dtype), y))
        )

    return kernel


def xgradient(slopes):
    """The gradient of a function linear in `x`; `slopes(nonzero, x, y)` are its derivatives."""

    def gradient(op, dz):
        x, y = op.inputs
        x_shape, y_shape = shape_tensor(x), shape_tensor(y)
        x_axes, y_axes = raw.BroadcastGradientArgs(x_shape, y_shape)
        with waiting(dz):
            cast, kind = PUBLIC["cast"], x.dtype.base_dtype
            nonzero = cast(raw.NotEqual(x, cast(0.0, kind)), kind)
            by_x, by_y = slopes(nonzero, x, y)
            return [summed(by_x * dz, x_shape, x_axes), summed(by_y * dz, y_shape, y_axes)]

    return gradient


Xdivy = binary(
    "Xdivy",
    FLOATS.replace("half, float, bfloat16", "half, bfloat16, float"),
    zero_where_zero(lambda xp, x, y: x / y),
    xgradient(lambda one, x, y: (raw.Xdivy(one, y), raw.Xdivy(-x, y**2))),
)
Xlogy = binary(
    "Xlogy",
    FLOATS.replace("half, float, bfloat16", "half, bfloat16, float"),
    zero_where_zero(lambda xp, x, y: x * xp.log(y)),
    xgradient(lambda one, x, y: (raw.Xlogy(one, y), raw.Xdivy(x, y))),
)
Xlog1py = binary(
    "Xlog1py",
    FLOATS.replace("half, float, bfloat16", "half, bfloat16, float"),
    zero_where_zero(lambda xp, x, y: x * xp.log1p(y)),
    xgradient(lambda one, x, y: (raw.Xlog1py(one, y), raw.Xdivy(x, y + 1.0))),
)


def _xfunction(op, name, summary, opens_scope):
    def function(x, y, name=None):
        if not opens_scope:
            return op(x, y, name=name)
        with scope(name, function.__name__, [x]):
            return op(x, y)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
      x: floating-point or complex `Tensor`.
      y: `Tensor` of the type of `x`; its shape broadcasts with that of `x`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `x` and the broadcast shape.

    Raises:
      ValueError: the shapes do not broadcast.
    """
    return public(function)


xdivy = _xfunction(Xdivy, "xdivy", "`x / y`, and 0 where `x` is 0 (even when `y` is too).", True)
xlogy = _xfunction(
    Xlogy, "xlogy", "`x log(y)`, and 0 where `x` is 0 (even when `y` is too).", False
)
xlog1py = _xfunction(
    Xlog1py, "xlog1py", "`x log(1 + y)`, and 0 where `x` is 0 (even when `y` is -1).", True
)


@public
def lbeta(x, name=None):
    """The logarithm of the absolute value of the Beta function, over the last dimension.

    Args:
      x: floating-point `Tensor` of shape `[..., n]`.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `[...]`.
    """
    with scope(name, "lbeta", [x]):
        x = convert_to_tensor(x, name="x")
        reduce_sum = PUBLIC["reduce_sum"]
        return reduce_sum(raw.Lgamma(x), [-1]) - raw.Lgamma(reduce_sum(x, [-1]))
