"""Elementwise functions of one tensor: a row per op, with types, kernel and gradient.

A row gives the `Op` and its public function.
"""

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops import _of_sparse
from headwater._src.ops._args import deprecated
from headwater._src.ops._broadcast import conj, like, waiting
from headwater._src.ops._shapes import same

REAL = "{bfloat16, half, float, double}"
FLOATS = "{bfloat16, half, float, double, complex64, complex128}"
SIGNED = "{bfloat16, half, float, double, int8, int16, int32, int64, complex64, complex128}"
NUMBERS = (
    "{bfloat16, half, float, double, int8, int16, int32, int64, uint8, uint16, uint32, uint64, "
    "complex64, complex128}"
)
INTEGERS = "{int8, int16, int32, int64, uint8, uint16, uint32, uint64}"

_KINDS = {
    REAL: "floating-point",
    FLOATS: "floating-point or complex",
    SIGNED: "signed numbers",
    NUMBERS: "numbers",
    INTEGERS: "integers",
}


def function_of(op, name, summary, kind, result="`Tensor` of the type and shape of `x`"):
    """The public function of an elementwise op with one input."""

    def function(x, name=None):
        return op(x, name=name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
      x: `Tensor`, or a value to make one of; {kind}.
      name: name of the node.

    Returns:
      A {result}.

    Raises:
      TypeError: the op is not defined for the type of `x`.
    """
    return public(_of_sparse.of_values(function) if name in _of_sparse.NAMES else function)


def unary(name, types, kernel, gradient, public_name, summary):
    """Adds an op `y = name(x)`.

    Args:
      name: the op's name.
      types: the allowed types, as in a signature.
      kernel: `(xp, x) -> y`.
      gradient: `(op, dy) -> dx`, or None where it is zero everywhere.
      public_name: name of the public function.
      summary: first line of its docstring.

    Returns:
      The `Op` and the public function.
    """
    op = define_op(
        name, inputs="x: T", outputs="y: T", attrs=[f"T: {types}"], shape=lambda x: same(x)
    )
    op.kernel(kernel)
    if gradient is None:
        op.gradient(lambda op, dy: [None])
    else:
        op.gradient(lambda op, dy: [gradient(op, dy)])
    return op, function_of(op, public_name, summary, _KINDS[types])


def of_input(derivative, negate=False):
    """The gradient `dy * derivative(x)`, where `derivative` builds its nodes after `dy`."""

    def gradient(op, dy):
        factor = -dy if negate else dy
        with waiting(dy):
            slope = derivative(conj(op.inputs[0]))
        return factor * slope

    return gradient


# --- sign and powers ---------------------------------------------------------------------------

Neg, negative = unary(
    "Neg",
    SIGNED,
    lambda xp, x: xp.negative(x),
    lambda op, dy: -dy,
    "negative",
    "The negated values: `-x`.",
)


def square_gradient(op, dy):
    """`2 x dy`."""
    with waiting(dy):
        x = conj(op.inputs[0])
        return raw.Mul(dy, raw.Mul(x, like(2.0, x)))


Square, square = unary(
    "Square",
    NUMBERS,
    lambda xp, x: xp.multiply(x, x),
    square_gradient,
    "square",
    "The squares: `x * x`.",
)

Sqrt, sqrt = unary(
    "Sqrt",
    FLOATS,
    lambda xp, x: xp.sqrt(x),
    lambda op, dy: raw.SqrtGrad(op.outputs[0], dy),
    "sqrt",
    "The square roots; NaN for negative numbers.",
)

Rsqrt, rsqrt = unary(
    "Rsqrt",
    FLOATS,
    lambda xp, x: 1 / xp.sqrt(x),
    lambda op, dy: raw.RsqrtGrad(op.outputs[0], dy),
    "rsqrt",
    "The reciprocals of the square roots: `1 / sqrt(x)`.",
)

Reciprocal, reciprocal = unary(
    "Reciprocal",
    SIGNED,
    lambda xp, x: 1 / x,
    lambda op, dy: raw.ReciprocalGrad(op.outputs[0], dy),
    "reciprocal",
    "The reciprocals: `1 / x`.",
)

Inv, _inv = unary(
    "Inv",
    SIGNED,
    lambda xp, x: 1 / x,
    lambda op, dy: raw.ReciprocalGrad(op.outputs[0], dy),
    "inv",
    "The reciprocals: `1 / x`.",
)


def sign_gradient(op, dy):
    """Zero: a sign does not change."""
    from headwater._src.graph.optable import PUBLIC

    return PUBLIC["zeros_like"](op.inputs[0])


Sign, _sign = unary("Sign", SIGNED, lambda xp, x: xp.sign(x), sign_gradient, "sign", "The signs.")


@public
@_of_sparse.of_values
def sign(x, name=None):
    """The signs: -1, 0 or 1; for complex numbers `x / |x|`, or 0.

    Args:
      x: `Tensor` of signed or complex numbers.
      name: name of the node.

    Returns:
      A `Tensor` of the type and shape of `x`.
    """
    x = convert_to_tensor(x, name="x") if not hasattr(x, "dtype") else convert_to_tensor(x)
    kind = x.dtype.base_dtype
    if kind.is_complex:
        size = raw.Cast(raw.ComplexAbs(x, Tout=kind.real_dtype), DstT=kind)
        return raw.DivNoNan(x, size, name=name)
    return raw.Sign(x, name=name)


# --- exponentials and logarithms --------------------------------------------------------------


def exp_gradient(op, dy):
    """`dy exp(x)`."""
    with waiting(dy):
        y = conj(op.outputs[0])
    return dy * y


Exp, exp = unary(
    "Exp", FLOATS, lambda xp, x: xp.exp(x), exp_gradient, "exp", "The exponentials: `e ** x`."
)

Expm1, expm1 = unary(
    "Expm1",
    FLOATS,
    lambda xp, x: xp.expm1(x),
    of_input(lambda x: raw.Exp(x)),
    "expm1",
    "`exp(x) - 1`, exact for small `x` too.",
)

Log, log = unary(
    "Log",
    FLOATS,
    lambda xp, x: xp.log(x),
    of_input(lambda x: raw.Reciprocal(x)),
    "log",
    "The natural logarithms; NaN for negative numbers, -inf for 0.",
)

Log1p, log1p = unary(
    "Log1p",
    FLOATS,
    lambda xp, x: xp.log1p(x),
    of_input(lambda x: raw.Reciprocal(1 + x)),
    "log1p",
    "`log(1 + x)`, exact for small `x` too.",
)

# --- trigonometry -----------------------------------------------------------------------------


def _one_and_square(x):
    squared = raw.Square(x)
    return like(1, x), squared


def _tan_gradient(op, dy):
    with waiting(dy):
        secant = raw.Reciprocal(raw.Cos(conj(op.inputs[0])))
        return raw.Square(secant) * dy


def _asin_slope(x):
    one, squared = _one_and_square(x)
    return raw.Reciprocal(raw.Sqrt(raw.Sub(one, squared)))


def _atan_slope(x):
    one, squared = _one_and_square(x)
    return raw.Reciprocal(raw.AddV2(one, squared, name="Add"))


def _acos_gradient(op, dy):
    with waiting(dy):
        slope = _asin_slope(conj(op.inputs[0]))
        return -dy * slope


def _atanh_slope(x):
    one, squared = _one_and_square(x)
    return raw.Reciprocal(raw.Sub(one, squared))


Sin, sin = unary(
    "Sin",
    FLOATS,
    lambda xp, x: xp.sin(x),
    of_input(lambda x: raw.Cos(x)),
    "sin",
    "The sines of angles in radians.",
)
Cos, cos = unary(
    "Cos",
    FLOATS,
    lambda xp, x: xp.cos(x),
    of_input(lambda x: raw.Sin(x), negate=True),
    "cos",
    "The cosines of angles in radians.",
)
Tan, tan = unary(
    "Tan",
    FLOATS,
    lambda xp, x: xp.tan(x),
    _tan_gradient,
    "tan",
    "The tangents of angles in radians.",
)
Asin, asin = unary(
    "Asin",
    FLOATS,
    lambda xp, x: xp.arcsin(x),
    of_input(_asin_slope),
    "asin",
    "The angles in `[-pi/2, pi/2]` with sine `x`.",
)
Acos, acos = unary(
    "Acos",
    FLOATS,
    lambda xp, x: xp.arccos(x),
    _acos_gradient,
    "acos",
    "The angles in `[0, pi]` with cosine `x`.",
)
Atan, atan = unary(
    "Atan",
    FLOATS,
    lambda xp, x: xp.arctan(x),
    of_input(_atan_slope),
    "atan",
    "The angles in `[-pi/2, pi/2]` with tangent `x`.",
)

# --- hyperbolic functions ---------------------------------------------------------------------


def of_output(derivative):
    """The gradient `dy / derivative(y)`."""

    def gradient(op, dy):
        with waiting(dy):
            return dy / derivative(conj(op.outputs[0]))

    return gradient


def through_output(grad_op):
    """The gradient `grad_op(y, dy)`."""

    def gradient(op, dy):
        with waiting(dy):
            y = conj(op.outputs[0])
            return getattr(raw, grad_op)(y, dy)

    return gradient


def sigmoid_kernel(xp, x):
    """`1 / (1 + exp(-x))`."""
    return 1 / (1 + xp.exp(-x))


Sinh, sinh = unary(
    "Sinh",
    FLOATS,
    lambda xp, x: xp.sinh(x),
    of_input(lambda x: raw.Cosh(x)),
    "sinh",
    "The hyperbolic sines.",
)
Cosh, cosh = unary(
    "Cosh",
    FLOATS,
    lambda xp, x: xp.cosh(x),
    of_input(lambda x: raw.Sinh(x)),
    "cosh",
    "The hyperbolic cosines.",
)
Tanh, tanh = unary(
    "Tanh",
    FLOATS,
    lambda xp, x: xp.tanh(x),
    through_output("TanhGrad"),
    "tanh",
    "The hyperbolic tangents: values in `[-1, 1]`.",
)
Asinh, asinh = unary(
    "Asinh",
    FLOATS,
    lambda xp, x: xp.arcsinh(x),
    of_output(lambda y: raw.Cosh(y)),
    "asinh",
    "The inverse hyperbolic sines.",
)
Acosh, acosh = unary(
    "Acosh",
    FLOATS,
    lambda xp, x: xp.arccosh(x),
    of_output(lambda y: raw.Sinh(y)),
    "acosh",
    "The inverse hyperbolic cosines; NaN below 1.",
)
Atanh, atanh = unary(
    "Atanh",
    FLOATS,
    lambda xp, x: xp.arctanh(x),
    of_input(_atanh_slope),
    "atanh",
    "The inverse hyperbolic tangents; NaN outside of `[-1, 1]`.",
)
Sigmoid, sigmoid = unary(
    "Sigmoid",
    FLOATS,
    sigmoid_kernel,
    through_output("SigmoidGrad"),
    "sigmoid",
    "The logistic function `1 / (1 + exp(-x))`: values in `[0, 1]`.",
)

# --- rounding ---------------------------------------------------------------------------------


def rint_kernel(xp, x):
    """The nearest integer, the even one of two."""
    return x if np.dtype(x.dtype).kind in "iu" else xp.rint(x)


Floor, floor = unary(
    "Floor",
    REAL,
    lambda xp, x: xp.floor(x),
    None,
    "floor",
    "The largest integers that are not above `x`, as floating-point numbers.",
)
Ceil, ceil = unary(
    "Ceil",
    REAL,
    lambda xp, x: xp.ceil(x),
    None,
    "ceil",
    "The smallest integers that are not below `x`, as floating-point numbers.",
)
Rint, rint = unary(
    "Rint",
    REAL,
    rint_kernel,
    None,
    "rint",
    "The nearest integers, of two the even one, as floating-point numbers.",
)
Round, _round = unary("Round", SIGNED, rint_kernel, None, "round", "The nearest integers.")


@public
def round(x, name=None):
    """The nearest integers, of two the even one; integers stay as they are.

    Args:
      x: `Tensor` of numbers.
      name: name of the node.

    Returns:
      A `Tensor` of the type and shape of `x` (`x` itself when it has an integer type).
    """
    x = convert_to_tensor(x, name="x")
    return x if x.dtype.base_dtype.is_integer else raw.Round(x, name=name)


# --- tests and bits ---------------------------------------------------------------------------


def predicate(name, kernel, public_name, summary):
    """Adds an op that says something true or false about floating-point numbers."""
    op = define_op(
        name, inputs="x: T", outputs="y: bool", attrs=[f"T: {REAL}"], shape=lambda x: same(x)
    )
    op.kernel(kernel)
    op.no_gradient()
    return op, function_of(
        op, public_name, summary, _KINDS[REAL], "`Tensor` of booleans of the shape of `x`"
    )


IsNan, is_nan = predicate(
    "IsNan", lambda xp, x: xp.isnan(x), "is_nan", "Which elements are not a number."
)
IsInf, is_inf = predicate(
    "IsInf", lambda xp, x: xp.isinf(x), "is_inf", "Which elements are infinite."
)
IsFinite, is_finite = predicate(
    "IsFinite",
    lambda xp, x: xp.isfinite(x),
    "is_finite",
    "Which elements are neither infinite nor NaN.",
)

LogicalNot = define_op("LogicalNot", inputs="x: bool", outputs="y: bool", shape=lambda x: same(x))
LogicalNot.kernel(lambda xp, x: xp.logical_not(x))
LogicalNot.no_gradient()
logical_not = function_of(LogicalNot, "logical_not", "The truth values negated.", "booleans")

Invert = define_op(
    "Invert", inputs="x: T", outputs="y: T", attrs=[f"T: {INTEGERS}"], shape=lambda x: same(x)
)
Invert.kernel(lambda xp, x: xp.invert(x))
Invert.no_gradient()
invert = function_of(Invert, "invert", "The integers with all bits flipped.", "integers")

PopulationCount = define_op(
    "PopulationCount",
    inputs="x: T",
    outputs="y: uint8",
    attrs=[f"T: {INTEGERS}"],
    shape=lambda x: same(x),
)


@PopulationCount.kernel
def _population_count_kernel(xp, x):
    # Negative numbers are counted as the bits they are kept as.
    return xp.bitwise_count(x.astype(np.dtype(f"uint{8 * x.dtype.itemsize}")))


PopulationCount.no_gradient()

# --- pre-1.0 names ----------------------------------------------------------------------------


def neg(x, name=None):
    """The old name of `negative`.

    Args:
      x: `Tensor` of signed numbers.
      name: name of the node.

    Returns:
      A `Tensor` of the type and shape of `x`.
    """
    deprecated("tf.neg", "tf.negative")
    return raw.Neg(x, name=name)


def inv(x, name=None):
    """The old name of `reciprocal`.

    Args:
      x: `Tensor` of signed numbers.
      name: name of the node.

    Returns:
      A `Tensor` of the type and shape of `x`.
    """
    deprecated("tf.inv", "tf.reciprocal")
    return raw.Inv(x, name=name)
