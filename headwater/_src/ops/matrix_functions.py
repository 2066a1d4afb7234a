"""Functions of square matrices: square root, logarithm, exponential."""

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._matrices import NUMBERS, product, require_matrices, same_square, wide
from headwater._src.ops._scope import scope


def _function(name, types, routine):
    op = define_op(name, inputs="input: T", outputs="output: T", attrs=[types], shape=same_square)

    def kernel(xp, input):
        require_matrices(xp, input, square=True)
        return input if 0 in input.shape else xp.matrix_function(wide(xp, input), routine)

    op.kernel(kernel, dynamic=True)
    return op


MatrixSquareRoot = _function("MatrixSquareRoot", NUMBERS, "sqrtm")
MatrixLogarithm = _function("MatrixLogarithm", "T: {complex64, complex128}", "logm")
MatrixExponential = _function("MatrixExponential", NUMBERS, "expm")


def _kronecker(a, b):
    """The Kronecker products of batches of matrices."""
    shape, concat = PUBLIC["shape"], PUBLIC["concat"]
    a_shape, b_shape = shape(a), shape(b)
    n, m = a_shape[-1], b_shape[-1]
    batch = raw.Slice(a_shape, [0], [raw.Sub(PUBLIC["size"](a_shape), 2)])
    a_wide = concat([batch, [n], [1], [n], [1]], 0)
    b_wide = concat([batch, [1], [m], [1], [m]], 0)
    a, b = raw.Reshape(a, a_wide), raw.Reshape(b, b_wide)
    side = n * m
    whole = concat([batch, [side], [side]], 0)
    return raw.Reshape(a * b, whole)


@MatrixSquareRoot.gradient
def _square_root_gradient(op, dy):
    # With y @ y = x: dx = dy @ y + y @ dy, a Sylvester equation, solved as one linear system.
    root, transpose = op.outputs[0], PUBLIC["matrix_transpose"]
    shape = PUBLIC["shape"](root)
    side, batch = shape[-1], shape[:-2]
    count = raw.Prod(batch, constant(np.array([0], np.int32)))
    identity = raw.Reshape(PUBLIC["eye"](side, dtype=root.dtype.base_dtype), [-1])
    identity = raw.Reshape(raw.Tile(identity, [count]), shape)
    adjoint = (
        transpose(root, conjugate=True) if root.dtype.base_dtype.is_complex else transpose(root)
    )
    system = raw.AddV2(
        _kronecker(identity, adjoint),
        _kronecker(raw.Conj(root) if (root.dtype.base_dtype.is_complex) else root, identity),
        name="Add",
    )
    batch = raw.Slice(shape, [0], [raw.Sub(PUBLIC["size"](shape), 2)])
    flat = PUBLIC["concat"]([batch, [side * side], [1]], 0)
    column = raw.Reshape(transpose(dy), flat)
    return [transpose(raw.Reshape(raw.MatrixSolve(system, column), shape))]


@public
def sqrtm(input, name=None):
    """The principal square root of square matrices.

    Args:
      input: `Tensor` of shape `[..., n, n]`, floating-point or complex.
      name: optional name of the operation.

    Returns:
      `Tensor` of the shape and type of `input`; NaN where there is no (real) root.

    Raises:
      ValueError: the matrices are not square.
    """
    return raw.MatrixSquareRoot(input, name=name)


@public
def logm(input, name=None):
    """The principal logarithm of square matrices.

    Args:
      input: complex `Tensor` of shape `[..., n, n]`.
      name: optional name of the operation.

    Returns:
      `Tensor` of the shape and type of `input`.

    Raises:
      ValueError: the matrices are not square.
    """
    return raw.MatrixLogarithm(input, name=name)


# Coefficients of the numerators of Pade approximants, lowest power first, with the norms they
# serve.
_PADE = {
    3: (120.0, 60.0, 12.0),
    5: (30240.0, 15120.0, 3360.0, 420.0, 30.0),
    7: (17297280.0, 8648640.0, 1995840.0, 277200.0, 25200.0, 1512.0, 56.0),
    9: (
        17643225600.0,
        8821612800.0,
        2075673600.0,
        302702400.0,
        30270240.0,
        2162160.0,
        110880.0,
        3960.0,
        90.0,
    ),
    13: (
        64764752532480000.0,
        32382376266240000.0,
        7771770303897600.0,
        1187353796428800.0,
        129060195264000.0,
        10559470521600.0,
        670442572800.0,
        33522128640.0,
        1323241920.0,
        40840800.0,
        960960.0,
        16380.0,
        182.0,
    ),
}
_LIMITS = {
    "single": ((4.258730016922831e-01, 1.880152677804762e00), 3.925724783138660, (3, 5, 7)),
    "double": (
        (1.495585217958292e-02, 2.539398330063230e-01, 9.504178996162932e-01, 2.097847961257068e00),
        5.371920351148152,
        (3, 5, 7, 9, 13),
    ),
}


def _pade(x, order):
    """Odd and even part of the approximant of `exp(x)`."""
    kind = x.dtype.base_dtype
    coefficients = [PUBLIC["cast"](c, kind) for c in _PADE[order]]
    shape = PUBLIC["shape"]
    identity = PUBLIC["eye"](shape(x)[-2], batch_shape=shape(x)[:-2], dtype=kind)
    square = product(x, x)
    powers = [identity, square]
    while 2 * len(powers) <= order:
        powers.append(product(powers[-1], square))
    odd, even = (coefficients[start::2] for start in (1, 0))
    u = powers[order // 2]
    for power, c in zip(reversed(powers[: order // 2]), reversed(odd)):
        u = u + c * power
    v = None
    for power, c in zip(reversed(powers[: len(even)]), reversed(even)):
        v = c * power if v is None else v + c * power
    return product(x, u), v


@public
def expm(input, name=None):
    """The exponential of square matrices, by scaling, Pade approximation and squaring.

    Args:
      input: floating-point or complex `Tensor` of shape `[..., n, n]`.
      name: optional name of the scope.

    Returns:
      `Tensor` of the shape and type of `input`.

    Raises:
      ValueError: the matrices are not square.
    """
    with scope(name, "matrix_exponential", [input]):
        matrix = convert_to_tensor(input, name="input")
        dims = matrix.dims
        if dims is not None and 0 in dims[-2:]:
            return matrix
        shape, where = PUBLIC["shape"](matrix), raw.SelectV2
        flat = PUBLIC["reshape"](matrix, PUBLIC["concat"](([-1], shape[-2:]), 0))
        kind = matrix.dtype.base_dtype
        limits, most, orders = _LIMITS[
            "double" if kind.size >= 8 and kind.real_dtype.size == 8 else "single"
        ]
        size = PUBLIC["reduce_max"](PUBLIC["reduce_sum"](PUBLIC["abs"](flat), -2), -1)[
            :, None, None
        ]
        steps = PUBLIC["maximum"](PUBLIC["floor"](PUBLIC["log"](size / most) / np.log(2.0)), 0.0)
        small = flat / PUBLIC["cast"](PUBLIC["pow"](PUBLIC["cast"](2.0, size.dtype), steps), kind)
        u, v = _pade(small, orders[-1])
        for limit, order in reversed(list(zip(limits, orders))):
            u_small, v_small = _pade(flat, order)
            fits = size < limit
            u, v = where(fits, u_small, u), where(fits, v_small, v)
        result = raw.MatrixSolve(v - u, u + v)
        times = PUBLIC["reduce_max"](steps)
        zero = constant(0.0, steps.dtype)
        _, result = PUBLIC["while_loop"](
            lambda i, r: i < times,
            lambda i, r: (i + 1, where(i < steps, product(r, r), r)),
            [zero, result],
        )
        if dims is not None:
            result.set_shape(flat.shape)
        return PUBLIC["reshape"](result, shape)
