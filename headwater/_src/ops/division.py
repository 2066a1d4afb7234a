"""Division: exact, rounded down, towards zero, with remainders, and safe against zero."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import operators, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._args import deprecated
from headwater._src.ops._binary import FLOATS, NUMBERS, binary, function_of, is_integer
from headwater._src.ops._broadcast import conj, sum_to
from headwater._src.ops._scope import scope


def nonzero_divisor(xp, x, y):
    """Fails like TensorFlow's kernels when an integer divisor is 0 and there is something to
    divide.
    """
    if 0 not in np.shape(x):
        xp.require(
            y != 0, lambda: errors.InvalidArgumentError(None, None, "Integer division by zero")
        )


# --- quotients --------------------------------------------------------------------------------


def quotient_gradient(divide):
    """The gradient of `x / y` with `divide` as division: `dz / y` and `dz (-x / y / y)`."""

    def gradient(op, dz):
        inputs = op.inputs
        x, y = conj(inputs[0]), conj(inputs[1])
        dx = divide(dz, y)
        return sum_to(*inputs, dx, dz * divide(divide(-x, y), y))

    return gradient


def truncate_div_kernel(xp, x, y):
    """Integer division towards zero."""
    nonzero_divisor(xp, x, y)
    quotient = xp.floor_divide(x, y)
    return quotient + ((quotient < 0) & (quotient * y != x)).astype(quotient.dtype)


def div_kernel(xp, x, y):
    """Division; of integers towards zero."""
    return truncate_div_kernel(xp, x, y) if is_integer(x) else x / y


def floor_div_kernel(xp, x, y):
    """Division rounded down."""
    if is_integer(x):
        nonzero_divisor(xp, x, y)
        return xp.floor_divide(x, y)
    return xp.floor(x / y)


def floor_mod_kernel(xp, x, y):
    """The remainder with the sign of `y`."""
    if is_integer(x):
        nonzero_divisor(xp, x, y)
    return xp.mod(x, y)


def truncate_mod_kernel(xp, x, y):
    """The remainder with the sign of `x`."""
    if is_integer(x):
        nonzero_divisor(xp, x, y)
    return xp.fmod(x, y)


def div_no_nan_kernel(xp, x, y):
    """Zero where `y` is zero."""
    zero = y == 0
    return xp.where(zero, xp.zeros((), y.dtype), x / xp.where(zero, xp.ones((), y.dtype), y))


def floor_div_gradient(op, dz):
    """None: a step function."""
    return [None, None]


def floor_mod_gradient(op, dz):
    """`dz` and `-dz floor(x / y)`."""
    x, y = op.inputs
    return sum_to(x, y, dz, dz * -raw.FloorDiv(x, y))


def _div_no_nan(x, y):
    return raw.DivNoNan(x, y, name="div_no_nan")


RealDiv = binary("RealDiv", NUMBERS, div_kernel, quotient_gradient(lambda x, y: raw.RealDiv(x, y)))
Div = binary(
    "Div", NUMBERS, div_kernel, quotient_gradient(lambda x, y: raw.RealDiv(x, y, name="truediv"))
)
TruncateDiv = binary("TruncateDiv", NUMBERS, div_kernel, floor_div_gradient)
FloorDiv = binary("FloorDiv", NUMBERS, floor_div_kernel, floor_div_gradient)
DivNoNan = binary("DivNoNan", FLOATS, div_no_nan_kernel, quotient_gradient(_div_no_nan))
FloorMod = binary(
    "FloorMod",
    "{int8, int16, int32, int64, uint8, uint16, uint32, uint64, bfloat16, half, float, double}",
    floor_mod_kernel,
    floor_mod_gradient,
)
Mod = binary("Mod", "{int32, int64, half, half, bfloat16, float, double}", truncate_mod_kernel)
TruncateMod = binary(
    "TruncateMod", "{int32, int64, bfloat16, half, float, double}", truncate_mod_kernel
)

realdiv = function_of(RealDiv, "realdiv", "The quotients of floating-point numbers: `x / y`.")
truncatediv = function_of(
    TruncateDiv,
    "truncatediv",
    "The quotients, of integers rounded towards zero.",
    raises="\n      InvalidArgumentError: at run time, when an integer is divided by 0.",
)
truncatemod = function_of(
    TruncateMod,
    "truncatemod",
    "The remainders of division towards zero; they have the sign of `x`.",
    raises="\n      InvalidArgumentError: at run time, when an integer is divided by 0.",
)
floormod = function_of(
    FloorMod,
    "floormod",
    "The remainders of division rounded down; they have the sign of `y`.",
    raises="\n      InvalidArgumentError: at run time, when an integer is divided by 0.",
)
floor_div = function_of(
    FloorDiv,
    "floor_div",
    "The quotients rounded down.",
    raises="\n      InvalidArgumentError: at run time, when an integer is divided by 0.",
)
mod = function_of(
    FloorMod,
    "mod",
    "The remainders of division rounded down; they have the sign of `y`.",
    raises="\n      InvalidArgumentError: at run time, when an integer is divided by 0.",
)


def _operands(x, y):
    """Both as tensors, `y` of the type of `x` when it has none of its own."""
    x = convert_to_tensor(x, name="x")
    return x, convert_to_tensor(y, dtype_hint=x.dtype.base_dtype, name="y")


def truediv(x, y, name=None):
    """Python 3's division: integers are divided as floating-point numbers.

    Args:
      x: `Tensor` of numbers.
      y: `Tensor` of the type of `x`; its shape broadcasts with that of `x`.
      name: name of the node.

    Returns:
      A floating-point or complex `Tensor` of the broadcast shape.

    Raises:
      TypeError: the types of `x` and `y` differ.
      ValueError: the shapes do not broadcast.

    >>> sess.run(tf.truediv([1, 2], 2))
    array([0.5, 1. ])
    """
    with scope(name, "truediv", [x, y]) as node_name:
        x, y = _operands(x, y)
        return operators.truediv(x, y, name=node_name)


def divide(x, y, name=None):
    """Python 3's division, as the operator `/`.

    Args:
      x: `Tensor` of numbers.
      y: `Tensor` of the type of `x`; its shape broadcasts with that of `x`.
      name: name of the node.

    Returns:
      A floating-point or complex `Tensor` of the broadcast shape.

    Raises:
      TypeError: the types of `x` and `y` differ.
      ValueError: the shapes do not broadcast.
    """
    if name is not None:
        return truediv(x, y, name)
    if not hasattr(x, "dtype") or not hasattr(x, "graph"):
        if hasattr(y, "dtype"):
            x = convert_to_tensor(x, dtype_hint=dtypes.as_dtype(y.dtype).base_dtype)
        else:
            x = convert_to_tensor(x)
    return x / y


def div(x, y, name=None):
    """Python 2's division: of integers rounded down, of floating-point numbers exact.

    Args:
      x: `Tensor` of real numbers.
      y: `Tensor` of the type of `x`; its shape broadcasts with that of `x`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `x` and the broadcast shape.

    Raises:
      TypeError: the types of `x` and `y` differ.
      ValueError: the shapes do not broadcast.
      InvalidArgumentError: at run time, when an integer is divided by 0.
    """
    deprecated("tf.div", "tf.divide or tf.floordiv")
    with scope(name, "div", [x, y]) as node_name:
        x = convert_to_tensor(x, name="x")
        return operators.div(x, convert_to_tensor(y, x.dtype.base_dtype, name="y"), name=node_name)


def floordiv(x, y, name=None):
    """Division rounded down, as the operator `//`.

    Args:
      x: `Tensor` of real numbers.
      y: `Tensor` of the type of `x`; its shape broadcasts with that of `x`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `x` and the broadcast shape.

    Raises:
      TypeError: the types of `x` and `y` differ.
      ValueError: the shapes do not broadcast.
      InvalidArgumentError: at run time, when an integer is divided by 0.
    """
    with scope(name, "floordiv", [x, y]) as node_name:
        return raw.FloorDiv(x, y, name=node_name)


@public
def div_no_nan(x, y, name=None):
    """The quotients `x / y`, 0 where `y` is 0.

    Args:
      x: `Tensor` of floating-point numbers.
      y: `Tensor` of the type of `x`; its shape broadcasts with that of `x`.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `x` and the broadcast shape.

    Raises:
      ValueError: the shapes do not broadcast.
    """
    with scope(name, "div_no_nan", [x, y]) as node_name:
        x = convert_to_tensor(x, name="x")
        y = convert_to_tensor(y, x.dtype.base_dtype, name="y")
        return raw.DivNoNan(x, y, name=node_name)


@public
def reciprocal_no_nan(x, name=None):
    """The reciprocals `1 / x`, 0 where `x` is 0.

    Args:
      x: `Tensor` of floating-point or complex numbers.
      name: name of the node.

    Returns:
      A `Tensor` of the type and shape of `x`.

    Raises:
      TypeError: `x` is not of such a type.
    """
    with scope(name, "reciprocal_no_nan", [x]) as node_name:
        x = convert_to_tensor(x, name="x")
        one = convert_to_tensor(1, x.dtype.base_dtype, name="one")
        return raw.DivNoNan(one, x, name=node_name)
