"""Complex numbers: their parts, size, angle and conjugate; `abs` of any number."""

import math

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import deprecated
from headwater._src.ops._broadcast import like, sum_to, waiting
from headwater._src.ops._of_sparse import of_values
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import broadcast, same


def _as_complex(real_type):
    return dtypes.complex128 if real_type == dtypes.float64 else dtypes.complex64


# --- making -----------------------------------------------------------------------------------

Complex = define_op(
    "Complex",
    inputs="real: T, imag: T",
    outputs="out: Tout",
    attrs=["T: {float, double} = float", "Tout: {complex64, complex128} = complex64"],
    shape=lambda real, imag: broadcast(real.dims, imag.dims),
)


@Complex.kernel
def complex_kernel(xp, real, imag, *, Tout):
    i = Tout.as_numpy_dtype(1j)
    return real + i * imag if xp.compiled else _pair(real, imag, Tout.as_numpy_dtype)


def _pair(real, imag, dtype):
    """Exact also for infinities and NaN, which arithmetic would mix."""
    result = np.empty(np.broadcast_shapes(np.shape(real), np.shape(imag)), dtype)
    result.real, result.imag = real, imag
    return result


@Complex.gradient
def complex_gradient(op, dz):
    x, y = op.inputs
    kind = x.dtype.base_dtype
    return sum_to(x, y, raw.Real(dz, Tout=kind), raw.Imag(dz, Tout=kind))


@public
def complex(real, imag, name=None):
    """Complex numbers from their real and imaginary parts.

    Args:
      real: `Tensor` of `float32` or `float64`.
      imag: `Tensor` of the type of `real`; its shape broadcasts with that of `real`.
      name: name of the node.

    Returns:
      A `Tensor` of `complex64` or `complex128`.

    Raises:
      TypeError: the parts are neither both `float32` nor both `float64`.
    """
    real, imag = convert_to_tensor(real, name="real"), convert_to_tensor(imag, name="imag")
    with scope(name, "Complex", [real, imag]) as node_name:
        kinds = real.dtype.base_dtype, imag.dtype.base_dtype
        if kinds not in ((dtypes.float64,) * 2, (dtypes.float32,) * 2):
            raise TypeError(
                f"The `real` and `imag` components have incorrect types: {real.dtype.name} "
                f"{imag.dtype.name}. They must be consistent, and one of [tf.float32, tf.float64]"
            )
        return raw.Complex(real, imag, Tout=_as_complex(kinds[0]), name=node_name)


# --- parts ------------------------------------------------------------------------------------


def part(name, kernel):
    """Adds an op that takes a real part of complex numbers."""
    op = define_op(
        name,
        inputs="input: T",
        outputs="output: Tout",
        attrs=["T: {complex64, complex128} = complex64", "Tout: {float, double} = float"],
        shape=lambda input: same(input),
    )
    op.kernel(kernel)
    return op


Real = part("Real", lambda xp, input: xp.real(input))
Imag = part("Imag", lambda xp, input: xp.imag(input))
Angle = part("Angle", lambda xp, input: xp.angle(input))


@Real.gradient
def real_gradient(op, dy):
    return [raw.Complex(dy, like(0, dy), Tout=op.inputs[0].dtype.base_dtype)]


@Imag.gradient
def imag_gradient(op, dy):
    return [raw.Complex(like(0, dy), dy, Tout=op.inputs[0].dtype.base_dtype)]


@Angle.gradient
def angle_gradient(op, dy):
    """The angle changes across the direction of `z`: `-dy / (imag + i real)`."""
    z = op.inputs[0]
    kind, real_kind = z.dtype.base_dtype, dy.dtype.base_dtype
    with waiting(dy):
        real, imag = raw.Real(z, Tout=real_kind), raw.Imag(z, Tout=real_kind)
        inverse = raw.Reciprocal(raw.Complex(imag, real, Tout=kind))
        return [-raw.Complex(dy, like(0, dy), Tout=kind) * inverse]


def real(input, name=None):
    """The real parts.

    Args:
      input: `Tensor` of numbers; real ones are given back as they are.
      name: name of the node.

    Returns:
      A real `Tensor` of the shape of `input`.
    """
    with scope(name, "Real", [input]) as node_name:
        x = convert_to_tensor(input, name="input")
        if not x.dtype.base_dtype.is_complex:
            return x
        return raw.Real(x, Tout=x.dtype.base_dtype.real_dtype, name=node_name)


def imag(input, name=None):
    """The imaginary parts; 0 for real numbers.

    Args:
      input: `Tensor` of numbers.
      name: name of the node.

    Returns:
      A real `Tensor` of the shape of `input`.
    """
    with scope(name, "Imag", [input]) as node_name:
        x = convert_to_tensor(input, name="input")
        if not x.dtype.base_dtype.is_complex:
            return PUBLIC["zeros_like"](x)
        return raw.Imag(x, Tout=x.dtype.base_dtype.real_dtype, name=node_name)


def angle(input, name=None):
    """The angles of complex numbers in radians; of real numbers 0, or pi where they are negative.

    Args:
      input: `Tensor` of numbers.
      name: name of the node.

    Returns:
      A real `Tensor` of the shape of `input`.
    """
    with scope(name, "Angle", [input]) as node_name:
        x = convert_to_tensor(input, name="input")
        if x.dtype.base_dtype.is_complex:
            return raw.Angle(x, Tout=x.dtype.base_dtype.real_dtype, name=node_name)
        return raw.Select(x < 0, math.pi * PUBLIC["ones_like"](x), PUBLIC["zeros_like"](x))


# --- conjugate --------------------------------------------------------------------------------

Conj = define_op(
    "Conj",
    inputs="input: T",
    outputs="output: T",
    attrs=["T: {complex64, complex128, variant} = complex64"],
    shape=lambda input: same(input),
)
Conj.kernel(lambda xp, input: xp.conj(input))


@Conj.gradient
def conj_gradient(op, dy):
    return [raw.Conj(dy)]


@public
def conj(x, name=None):
    """The complex conjugates; real numbers are given back as they are.

    Args:
      x: `Tensor` of numbers.
      name: name of the node.

    Returns:
      A `Tensor` of the type and shape of `x`.

    Raises:
      TypeError: `x` does not hold numbers.
    """
    with scope(name, "Conj", [x]) as node_name:
        x = convert_to_tensor(x, name="x")
        kind = x.dtype.base_dtype
        if kind.is_complex or kind == dtypes.variant:
            return raw.Conj(x, name=node_name)
        if kind.is_floating or kind.is_integer:
            return x
        raise TypeError(f"Expected numeric or variant tensor, got dtype {x.dtype!r}")


# --- absolute values --------------------------------------------------------------------------

Abs = define_op(
    "Abs",
    inputs="x: T",
    outputs="y: T",
    attrs=["T: {bfloat16, half, float, double, int8, int16, int32, int64}"],
    shape=lambda x: same(x),
)
Abs.kernel(lambda xp, x: xp.abs(x))


@Abs.gradient
def abs_gradient(op, dy):
    return [dy * raw.Sign(op.inputs[0])]


ComplexAbs = define_op(
    "ComplexAbs",
    inputs="x: T",
    outputs="y: Tout",
    attrs=["T: {complex64, complex128} = complex64", "Tout: {float, double} = float"],
    shape=lambda x: same(x),
)
ComplexAbs.kernel(lambda xp, x: xp.abs(x))


@ComplexAbs.gradient
def complex_abs_gradient(op, dy):
    """`dy x / |x|`, and 0 where `x` is."""
    x, size, kind = op.inputs[0], op.outputs[0], op.inputs[0].dtype.base_dtype
    zeros_like = PUBLIC["zeros_like"]
    scaled = raw.Complex(dy, zeros_like(dy), Tout=kind) * x
    return [raw.DivNoNan(scaled, raw.Complex(size, zeros_like(size), Tout=kind), name="div_no_nan")]


@public
@of_values
def abs(x, name=None):
    """The absolute values: the distance from 0.

    Args:
      x: `Tensor` of numbers.
      name: name of the node.

    Returns:
      A real `Tensor` of the shape of `x`, and its type where that is real.
    """
    with scope(name, "Abs", [x]) as node_name:
        x = convert_to_tensor(x, name="x")
        if x.dtype.base_dtype.is_complex:
            return raw.ComplexAbs(x, Tout=x.dtype.base_dtype.real_dtype, name=node_name)
        return raw.Abs(x, name=node_name)


def complex_abs(x, name=None):
    """The old spelling of `abs` for complex numbers.

    Args:
      x: `Tensor` of complex numbers.
      name: name of the node.

    Returns:
      A real `Tensor` of the shape of `x`.
    """
    deprecated("tf.complex_abs", "tf.abs")
    x = convert_to_tensor(x, name="x")
    return raw.ComplexAbs(x, Tout=x.dtype.base_dtype.real_dtype, name=name)
