"""Elementwise arithmetic on two tensors, with broadcasting."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, operators, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import deprecated
from headwater._src.ops._binary import NUMBERS, REAL, binary, function_of, is_integer
from headwater._src.ops._broadcast import (
    conj,
    like,
    same_shape,
    static_axes,
    sum_to,
    sum_to_both,
    waiting,
)
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import broadcast

# --- sums -------------------------------------------------------------------------------------


def add_gradient(op, dz):
    """Both inputs get `dz`."""
    return sum_to_both(*op.inputs, dz, dz)


def sub_gradient(op, dz):
    """`dz` and `-dz`."""
    return sum_to_both(*op.inputs, dz, -dz)


Add = binary(
    "Add",
    "{bfloat16, half, float, double, uint8, int8, int16, int32, int64, complex64, "
    "complex128, string}",
    lambda xp, x, y: x + y,
    add_gradient,
)
AddV2 = binary(
    "AddV2",
    "{bfloat16, half, float, double, uint8, uint16, uint32, uint64, int8, int16, int32, int64, "
    "complex64, complex128}",
    lambda xp, x, y: x + y,
    add_gradient,
)
Sub = binary("Sub", NUMBERS, lambda xp, x, y: x - y, sub_gradient)

subtract = function_of(Sub, "subtract", "The differences: `x - y`.")


@public
def add(x, y, name=None):
    """The sums: `x + y`; strings are joined.

    Args:
      x: `Tensor` of numbers or strings.
      y: `Tensor` of the type of `x`, or a value to make one of; its shape broadcasts with that of
        `x`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `x` and the broadcast shape.

    Raises:
      TypeError: the types of `x` and `y` differ.
      ValueError: the shapes do not broadcast.

    >>> sess.run(tf.add([1, 2], 3))
    array([4, 5], dtype=int32)
    """
    with scope(name, "Add", [x]) as node_name:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, dtype_hint=x.dtype.base_dtype, name="y")
        return operators.add(x, y, name=node_name)


# --- products ---------------------------------------------------------------------------------


def mul_gradient(op, dz):
    """`dz y` and `x dz`."""
    x, y = op.inputs
    if same_shape(x, y) and dz.dtype.base_dtype in (dtypes.float32, dtypes.int32):
        return [raw.Mul(dz, y), raw.Mul(dz, x)]
    return sum_to(x, y, raw.Mul(dz, conj(y)), raw.Mul(conj(x), dz))


def squared_difference_gradient(op, dz):
    """`2 dz (x - y)` and its negative."""
    x, y = op.inputs
    with waiting(dz):
        dx = raw.Mul(like(2.0, dz, name="scalar"), dz) * (x - y)
    return sum_to_both(x, y, dx, -dx)


def mul_no_nan_kernel(xp, x, y):
    """Zero where `y` is zero, whatever `x` is."""
    return xp.where(y == 0, xp.zeros((), y.dtype), x * y)


def mul_no_nan_gradient(op, dz):
    """The gradient of a product, with products that are zero where the second factor is."""
    x, y = op.inputs
    if same_shape(x, y):
        return [raw.MulNoNan(dz, y), raw.MulNoNan(x, dz)]
    return sum_to(x, y, raw.MulNoNan(dz, y), raw.MulNoNan(x, dz))


Mul = binary("Mul", NUMBERS, lambda xp, x, y: x * y, mul_gradient)
MulNoNan = binary(
    "MulNoNan",
    "{bfloat16, half, float, double, complex64, complex128}",
    mul_no_nan_kernel,
    mul_no_nan_gradient,
)
SquaredDifference = binary(
    "SquaredDifference",
    "{bfloat16, half, float, double, int32, int64, complex64, complex128}",
    lambda xp, x, y: xp.conj(x - y) * (x - y),
    squared_difference_gradient,
)

multiply = function_of(Mul, "multiply", "The elementwise products: `x * y`.")
squared_difference = function_of(
    SquaredDifference, "squared_difference", "The squares of the differences: `(x - y) * (x - y)`."
)


def multiply_no_nan(x, y, name=None):
    """The products `x * y`, 0 where `y` is 0 even when `x` is NaN or infinite.

    Args:
      x: `Tensor` of floating-point numbers.
      y: `Tensor` of the type of `x`; its shape broadcasts with that of `x`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `x` and the broadcast shape.

    Raises:
      ValueError: the shapes do not broadcast.
    """
    with scope(name, "multiply_no_nan", [x, y]) as node_name:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, x.dtype.base_dtype, name="y")
        return raw.MulNoNan(x, y, name=node_name)


def scalar_mul(scalar, x, name=None):
    """The tensor `x` times a number.

    Args:
      scalar: a number, or scalar `Tensor` of the type of `x`.
      x: `Tensor` or `IndexedSlices`.
      name: name of the node.

    Returns:
      A `Tensor` (or `IndexedSlices`) of the type and shape of `x`.

    Raises:
      ValueError: `scalar` is not a scalar.
    """
    kind = x.dtype.base_dtype if hasattr(x, "dtype") else None
    scalar = convert_to_tensor(scalar, kind, name="scalar")
    if scalar.dims not in (None, ()):
        raise ValueError(f"The input scalar must be a 0-D value. Received shape {scalar.shape}.")
    if hasattr(x, "dense_shape"):
        return type(x)(raw.Mul(scalar, x.values, name=name), x.indices, x.dense_shape)
    return raw.Mul(scalar, x, name=name)


# --- powers, extremes, angles -----------------------------------------------------------------


def pow_kernel(xp, x, y):
    """Powers; an integer has none with a negative exponent."""
    if is_integer(x):
        xp.require(
            y >= 0,
            lambda: errors.InvalidArgumentError(
                None, None, "Integers to negative integer powers are not allowed"
            ),
        )
    return xp.power(x, y)


def pow_gradient(op, dz):
    """`dz y x^(y-1)` and `dz x^y log x`, taken as 0 where `x` has no logarithm."""
    inputs, z = op.inputs, op.outputs[0]
    x, y = conj(inputs[0]), conj(inputs[1])
    dx = dz * y * raw.Pow(x, y - 1)
    has_log = raw.NotEqual(x, like(0, x, "NotEqual/y")) if x.dtype.base_dtype.is_complex else x > 0
    safe = raw.Select(has_log, x, PUBLIC["ones_like"](x))
    logarithm = raw.Select(has_log, raw.Log(safe), PUBLIC["zeros_like"](x))
    return sum_to(*inputs, dx, dz * conj(z) * logarithm)


def extreme_gradient(comparison):
    """The gradient of a maximum or minimum: all of it goes to the operand that was taken."""

    def gradient(op, dz):
        x, y = op.inputs
        zeros = PUBLIC["zeros_like"](dz)
        taken = getattr(raw, comparison)(x, y)
        return sum_to(x, y, raw.SelectV2(taken, dz, zeros), raw.SelectV2(taken, zeros, dz))

    return gradient


def atan2_gradient(op, dz):
    """`dz x / (x^2 + y^2)` and `-dz y / (x^2 + y^2)`, where the angle is `atan2(y, x)`."""
    y, x = op.inputs
    with waiting(dz):
        per_square = dz / (raw.Square(y) + raw.Square(x))
        return sum_to(y, x, x * per_square, -y * per_square)


ORDERED = (
    "{bfloat16, half, float, double, int8, uint8, int16, uint16, int32, uint32, int64, uint64}"
)

Pow = binary(
    "Pow",
    "{bfloat16, float, half, double, int8, int16, int32, int64, complex64, complex128}",
    pow_kernel,
    pow_gradient,
)
Maximum = binary(
    "Maximum", ORDERED, lambda xp, x, y: xp.maximum(x, y), extreme_gradient("GreaterEqual")
)
Minimum = binary(
    "Minimum", ORDERED, lambda xp, x, y: xp.minimum(x, y), extreme_gradient("LessEqual")
)

Atan2 = define_op(
    "Atan2",
    inputs="y: T, x: T",
    outputs="z: T",
    attrs=[f"T: {REAL}"],
    shape=lambda y, x: broadcast(y.dims, x.dims),
)
Atan2.kernel(lambda xp, y, x: xp.arctan2(y, x))
Atan2.gradient(atan2_gradient)

maximum = function_of(Maximum, "maximum", "The larger of `x` and `y`, element by element.")
minimum = function_of(Minimum, "minimum", "The smaller of `x` and `y`, element by element.")


@public
def pow(x, y, name=None):
    """The powers: `x ** y`.

    Args:
      x: `Tensor` of numbers.
      y: `Tensor` of the type of `x`, or a value to make one of; its shape broadcasts with that of
        `x`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `x` and the broadcast shape.

    Raises:
      TypeError: the types of `x` and `y` differ.
      ValueError: the shapes do not broadcast.
      InvalidArgumentError: at run time, for integers when an element of `y` is negative.
    """
    with scope(name, "Pow", [x]) as node_name:
        return raw.Pow(x, y, name=node_name)


def atan2(y, x, name=None):
    """The angles in `[-pi, pi]` of the points with coordinates `x` and `y`.

    Args:
      y: floating-point `Tensor`.
      x: `Tensor` of the type of `y`; its shape broadcasts with that of `y`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `y` and the broadcast shape.

    Raises:
      ValueError: the shapes do not broadcast.
    """
    return raw.Atan2(y, x, name=name)


# --- axes of broadcasting ----------------------------------------------------------------------

BroadcastGradientArgs = define_op(
    "BroadcastGradientArgs",
    inputs="s0: T, s1: T",
    outputs="r0: T, r1: T",
    attrs=["T: {int32, int64} = int32"],
    shape=lambda s0, s1: [(None,), (None,)],
)


@BroadcastGradientArgs.kernel(static=["s0", "s1"])
def broadcast_gradient_args_kernel(xp, s0, s1):
    axes = static_axes(tuple(s0.tolist()), tuple(s1.tolist()))
    if axes is None:
        raise errors.InvalidArgumentError(
            None, None, f"Incompatible shapes: {_text(s0)} vs. {_text(s1)}"
        )
    return tuple(np.array(a, s0.dtype) for a in axes)


BroadcastGradientArgs.no_gradient()


def _text(shape):
    return "[" + ",".join(str(d) for d in shape.tolist()) + "]"


# --- pre-1.0 names ----------------------------------------------------------------------------


def mul(x, y, name=None):
    """The old name of `multiply`.

    Args:
      x: `Tensor` of numbers.
      y: `Tensor` of the type of `x`; its shape broadcasts with that of `x`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `x` and the broadcast shape.
    """
    deprecated("tf.mul", "tf.multiply")
    return raw.Mul(x, y, name=name)


def sub(x, y, name=None):
    """The old name of `subtract`.

    Args:
      x: `Tensor` of numbers.
      y: `Tensor` of the type of `x`; its shape broadcasts with that of `x`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `x` and the broadcast shape.
    """
    deprecated("tf.sub", "tf.subtract")
    return raw.Sub(x, y, name=name)
