"""Linear equations: solving them, inverses, determinants."""

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._matrices import (
    NUMBERS,
    invalid,
    product,
    require_matrices,
    same_square,
    square_dims,
    transposed,
    wide,
)
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import broadcast, merge, merge_dim, text, with_rank

# --- square systems ---------------------------------------------------------------------------

MatrixSolve = define_op(
    "MatrixSolve",
    inputs="matrix: T, rhs: T",
    outputs="output: T",
    attrs=["adjoint: bool = false", NUMBERS],
)


def _solve_dims(matrix, rhs, square):
    a, b = (
        square_dims(matrix) if square else with_rank(matrix.dims, 2, at_least=True),
        with_rank(rhs.dims, 2, at_least=True),
    )
    if a is None or b is None:
        return None
    batch = merge(a[:-2], b[:-2])
    merge_dim(a[-2], b[-2])
    return (*batch, a[-1], b[-1])


@MatrixSolve.shape
def _solve_shape(matrix, rhs):
    return _solve_dims(matrix, rhs, True)


def _require_system(xp, matrix, rhs, square):
    if xp.ndim(matrix) != xp.ndim(rhs):
        raise invalid("All input tensors must have the same rank.")
    require_matrices(xp, matrix, rhs)
    if matrix.shape[:-2] != rhs.shape[:-2]:
        raise invalid("All input tensors must have the same outer dimensions.")
    if square and matrix.shape[-1] != matrix.shape[-2]:
        raise invalid("First input (lhs) must be a square matrix.")
    if matrix.shape[-2] != rhs.shape[-2]:
        raise invalid("Input matrix and rhs are incompatible.")


@MatrixSolve.kernel
def _solve_kernel(xp, matrix, rhs, *, adjoint):
    _require_system(xp, matrix, rhs, True)
    if 0 in matrix.shape or 0 in rhs.shape:
        return rhs
    a, b = wide(xp, matrix), wide(xp, rhs)
    x, ok = xp.linalg_solve(transposed(xp, a) if adjoint else a, b)
    xp.require(ok, lambda: invalid("Input matrix is not invertible."))
    return x


@MatrixSolve.gradient
def _solve_gradient(op, dy):
    a, x, was_adjoint = op.inputs[0], op.outputs[0], op.attrs["adjoint"]
    db = raw.MatrixSolve(a, dy, adjoint=not was_adjoint)
    da = product(x, db, adjoint_b=True) if was_adjoint else product(db, x, adjoint_b=True)
    return [raw.Neg(da), db]


@public
def matrix_solve(matrix, rhs, adjoint=False, name=None):
    """The `x` with `matrix @ x == rhs`.

    Args:
      matrix: `Tensor` of shape `[..., n, n]`, invertible.
      rhs: `Tensor` of shape `[..., n, k]`.
      adjoint: whether the adjoint of `matrix` is meant.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[..., n, k]`.

    Raises:
      ValueError: the shapes do not fit.
      InvalidArgumentError: when run with a matrix that is not invertible.
    """
    return raw.MatrixSolve(matrix, rhs, adjoint=adjoint, name=name)


# --- triangular systems -----------------------------------------------------------------------

MatrixTriangularSolve = define_op(
    "MatrixTriangularSolve",
    inputs="matrix: T, rhs: T",
    outputs="output: T",
    attrs=[
        "lower: bool = true",
        "adjoint: bool = false",
        "T: {bfloat16, double, float, half, complex64, complex128}",
    ],
)


@MatrixTriangularSolve.shape
def _triangular_shape(matrix, rhs):
    a, b = with_rank(matrix.dims, 2, at_least=True), with_rank(rhs.dims, 2, at_least=True)
    if a is None or b is None:
        return None
    side = merge_dim(merge_dim(a[-2], a[-1]), b[-2])
    batch = broadcast(a[:-2], b[:-2])
    return None if batch is None else (*batch, side, b[-1])


@MatrixTriangularSolve.kernel
def _triangular_kernel(xp, matrix, rhs, *, lower, adjoint):
    for i, x in enumerate((matrix, rhs)):
        if xp.ndim(x) < 2:
            raise invalid(f"In[{i}] ndims must be >= 2: {xp.ndim(x)}")
    rows, columns = matrix.shape[-2:]
    if rows != columns:
        raise invalid(
            f"In[0] matrices in the last dimensions must be square ({columns} =/= {rows})"
        )
    if rhs.shape[-2] != rows:
        raise invalid(
            f"In[0] mismatch In[1] shape: {rows} vs. {rhs.shape[-2]}: {text(matrix.shape)} "
            f"{text(rhs.shape)}"
        )
    batch = np.broadcast_shapes(matrix.shape[:-2], rhs.shape[:-2])
    shape = (*batch, *rhs.shape[-2:])
    if 0 in shape:
        return xp.zeros(shape, rhs.dtype)
    a = xp.broadcast_to(wide(xp, matrix), (*batch, rows, rows))
    b = xp.broadcast_to(wide(xp, rhs), shape)
    return xp.triangular_solve(transposed(xp, a) if adjoint else a, b, lower != adjoint)


@MatrixTriangularSolve.gradient
def _triangular_gradient(op, dy):
    a, b = op.inputs
    x, lower, was_adjoint = op.outputs[0], op.attrs["lower"], op.attrs["adjoint"]
    db = matrix_triangular_solve(a, dy, lower=lower, adjoint=not was_adjoint)
    da = product(x, db, adjoint_b=True) if was_adjoint else product(db, x, adjoint_b=True)
    da = raw.Neg(da)
    da = raw.MatrixBandPart(da, -1, 0) if lower else raw.MatrixBandPart(da, 0, -1)
    a_dims, b_dims = a.dims, b.dims
    if (
        a_dims is not None
        and b_dims is not None
        and a_dims[:-2] == b_dims[:-2]
        and None not in a_dims[:-2]
    ):
        return [da, db]
    shape = PUBLIC["shape"]
    a_shape, b_shape = shape(a), shape(b)
    a_axes, b_axes = raw.BroadcastGradientArgs(a_shape[:-2], b_shape[:-2])
    return [raw.Reshape(raw.Sum(da, a_axes), a_shape), raw.Reshape(raw.Sum(db, b_axes), b_shape)]


@public
def matrix_triangular_solve(matrix, rhs, lower=True, adjoint=False, name=None):
    """The `x` with `matrix @ x == rhs` for a triangular matrix, by substitution.

    Args:
      matrix: `Tensor` of shape `[..., n, n]`; the other triangle is not read.
      rhs: `Tensor` of shape `[..., n, k]`; batch dimensions are broadcast.
      lower: whether the lower triangle counts, else the upper one.
      adjoint: whether the adjoint of `matrix` is meant.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `[..., n, k]`; infinite or NaN where the diagonal has a zero.

    Raises:
      ValueError: the shapes do not fit.
    """
    with scope(name, "triangular_solve", [matrix, rhs]):
        return raw.MatrixTriangularSolve(matrix, rhs, lower=lower, adjoint=adjoint)


@public
def cholesky_solve(chol, rhs, name=None):
    """The `x` with `a @ x == rhs`, where `chol` is the Cholesky factor of `a`.

    Args:
      chol: `Tensor` of shape `[..., n, n]`, lower triangular.
      rhs: `Tensor` of shape `[..., n, k]`.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `[..., n, k]`.

    Raises:
      ValueError: the shapes do not fit.
    """
    with scope(name, "cholesky_solve", [chol, rhs]):
        y = raw.MatrixTriangularSolve(chol, rhs, adjoint=False, lower=True)
        return raw.MatrixTriangularSolve(chol, y, adjoint=True, lower=True)


# --- least squares ----------------------------------------------------------------------------

MatrixSolveLs = define_op(
    "MatrixSolveLs",
    inputs="matrix: T, rhs: T, l2_regularizer: double",
    outputs="output: T",
    attrs=[NUMBERS, "fast: bool = true"],
)


@MatrixSolveLs.shape
def _least_squares_shape(matrix, rhs, l2_regularizer):
    with_rank(l2_regularizer.dims, 0)
    return _solve_dims(matrix, rhs, False)


@MatrixSolveLs.kernel
def _least_squares_kernel(xp, matrix, rhs, l2_regularizer, *, fast):
    _require_system(xp, matrix, rhs, False)
    *batch, m, n = matrix.shape
    shape = (*batch, n, rhs.shape[-1])
    if 0 in matrix.shape or 0 in shape:
        return xp.zeros(shape, rhs.dtype)
    a, b = wide(xp, matrix), wide(xp, rhs)
    if not fast:
        return xp.matmul(xp.pinv(a), b)
    # The normal equations, of whichever side is smaller.
    at = transposed(xp, a)
    gram = xp.matmul(at, a) if m >= n else xp.matmul(a, at)
    gram = gram + xp.cast(l2_regularizer, a.dtype) * np.eye(min(m, n), dtype=a.dtype)
    x, _ = xp.linalg_solve(gram, xp.matmul(at, b) if m >= n else b)
    return x if m >= n else xp.matmul(at, x)


@MatrixSolveLs.gradient
def _least_squares_gradient(op, dy):
    if not op.attrs["fast"]:
        raise ValueError("Gradient not defined for fast=False")
    a, b, l2 = op.inputs
    dims = a.dims
    if dims is None or None in dims[-2:]:
        raise ValueError("the gradient of MatrixSolveLs needs a static matrix shape")
    m, n = dims[-2:]
    identity = PUBLIC["eye"](
        min(m, n), batch_shape=PUBLIC["shape"](a)[:-2], dtype=a.dtype.base_dtype
    )
    weight = raw.Cast(l2, DstT=a.dtype.base_dtype)
    over = m >= n
    gram = product(a, a, adjoint_a=over, adjoint_b=not over) + weight * identity
    factor = raw.Cholesky(gram)
    x = op.outputs[0]
    if over:
        z = cholesky_solve(factor, dy)
        xz = product(x, z, adjoint_b=True)
        da = -product(a, xz + PUBLIC["matrix_transpose"](xz)) + product(b, z, adjoint_b=True)
        return [da, product(a, z), None]
    ady = product(a, dy)
    db = cholesky_solve(factor, ady)
    gram_b = cholesky_solve(factor, b)
    da = product(gram_b, dy - product(a, db, adjoint_a=True), adjoint_b=True) - product(
        db, x, adjoint_b=True
    )
    return [da, db, None]


@public
def matrix_solve_ls(matrix, rhs, l2_regularizer=0.0, fast=True, name=None):
    """The `x` for which `matrix @ x` is nearest to `rhs`; of several the smallest.

    Args:
      matrix: `Tensor` of shape `[..., m, n]`.
      rhs: `Tensor` of shape `[..., m, k]`.
      l2_regularizer: weight of the squared size of `x` in what is minimised.
      fast: whether the normal equations are solved (quick, needs full rank), or else a complete
        decomposition is used, without regularisation.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `[..., n, k]`.

    Raises:
      ValueError: the shapes do not fit.
    """
    if not fast and l2_regularizer != 0:
        fast = True
    if not fast:
        return raw.MatrixSolveLs(matrix, rhs, l2_regularizer, fast=fast, name=name)
    with scope(name, "matrix_solve_ls", [matrix, rhs]):
        matrix = convert_to_tensor(matrix, name="matrix")
        dims = matrix.dims
        if dims is not None and None not in dims[-2:]:
            return _normal(matrix, rhs, l2_regularizer, dims[-2] >= dims[-1])
        shape = PUBLIC["shape"](matrix)[-2:]
        return PUBLIC["cond"](
            shape[0] >= shape[1],
            lambda: _normal(matrix, rhs, l2_regularizer, True),
            lambda: _normal(matrix, rhs, l2_regularizer, False),
        )


def _normal(matrix, rhs, l2_regularizer, over):
    gram = product(matrix, matrix, adjoint_a=over, adjoint_b=not over)
    if l2_regularizer != 0:
        shape = PUBLIC["shape"](matrix)
        batch, small = shape[:-2], shape[-1] if over else shape[-2]
        gram = gram + l2_regularizer * PUBLIC["eye"](small, batch_shape=batch, dtype=matrix.dtype)
    factor = raw.Cholesky(gram)
    if over:
        return cholesky_solve(factor, product(matrix, rhs, adjoint_a=True))
    return product(matrix, cholesky_solve(factor, rhs), adjoint_a=True)


# --- inverse and determinant ------------------------------------------------------------------

MatrixInverse = define_op(
    "MatrixInverse",
    inputs="input: T",
    outputs="output: T",
    attrs=["adjoint: bool = false", NUMBERS],
    shape=same_square,
)


@MatrixInverse.kernel
def _inverse_kernel(xp, input, *, adjoint):
    require_matrices(xp, input, square=True)
    if 0 in input.shape:
        return input
    a = wide(xp, input)
    identity = xp.broadcast_to(np.eye(a.shape[-1], dtype=a.dtype), a.shape)
    x, ok = xp.linalg_solve(transposed(xp, a) if adjoint else a, identity)
    xp.require(ok, lambda: invalid("Input is not invertible."))
    return x


@MatrixInverse.gradient
def _inverse_gradient(op, dy):
    inverse, was_adjoint = op.outputs[0], op.attrs["adjoint"]

    if was_adjoint:
        inner = product(dy, inverse, adjoint_a=True)
        return [raw.Neg(product(inverse, inner))]
    return [raw.Neg(product(inverse, product(dy, inverse, adjoint_b=True), adjoint_a=True))]


@public
def matrix_inverse(input, adjoint=False, name=None):
    """The inverse of square matrices.

    Args:
      input: `Tensor` of shape `[..., n, n]`.
      adjoint: whether the inverse of the adjoint is meant.
      name: optional name of the operation.

    Returns:
      `Tensor` of the shape and type of `input`.

    Raises:
      ValueError: the matrices are not square.
      InvalidArgumentError: when run with a matrix that is not invertible.
    """
    return raw.MatrixInverse(input, adjoint=adjoint, name=name)


_DETERMINANT = "T: {half, float, double, complex64, complex128}"


MatrixDeterminant = define_op(
    "MatrixDeterminant", inputs="input: T", outputs="output: T", attrs=[_DETERMINANT]
)


def _batch_dims(x):
    dims = with_rank(x.dims, 2, at_least=True)
    if dims is not None:
        merge_dim(dims[-1], dims[-2])
    return None if dims is None else dims[:-2]


@MatrixDeterminant.shape
def _determinant_shape(input):
    return _batch_dims(input)


@MatrixDeterminant.kernel
def _determinant_kernel(xp, input):
    require_matrices(xp, input, square=True)
    if 0 in input.shape:
        return xp.ones(input.shape[:-2], input.dtype)
    return xp.det(wide(xp, input))


@MatrixDeterminant.gradient
def _determinant_gradient(op, dy):
    a, determinant = op.inputs[0], op.outputs[0]
    inverse = raw.MatrixInverse(a, adjoint=True)
    scaled = dy * determinant
    shape = raw.ConcatV2([PUBLIC["shape"](determinant), [1, 1]], 0, name="concat")
    return [raw.Reshape(scaled, shape) * inverse]


@public
def matrix_determinant(input, name=None):
    """The determinants of square matrices.

    Args:
      input: `Tensor` of shape `[..., n, n]`.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[...]`.

    Raises:
      ValueError: the matrices are not square.
    """
    return raw.MatrixDeterminant(input, name=name)


LogMatrixDeterminant = define_op(
    "LogMatrixDeterminant",
    inputs="input: T",
    outputs="sign: T, log_abs_determinant: T",
    attrs=[_DETERMINANT],
    shape=lambda input: [_batch_dims(input)] * 2,
)


@LogMatrixDeterminant.kernel
def _log_determinant_kernel(xp, input):
    require_matrices(xp, input, square=True)
    if 0 in input.shape:
        return xp.ones(input.shape[:-2], input.dtype), xp.zeros(input.shape[:-2], input.dtype)
    return xp.slogdet(wide(xp, input))


@LogMatrixDeterminant.gradient
def _log_determinant_gradient(op, dsign, dy):
    inverse = raw.MatrixInverse(op.inputs[0], adjoint=True)
    shape = raw.ConcatV2([PUBLIC["shape"](op.outputs[1]), [1, 1]], 0, name="concat")
    return [raw.Reshape(dy, shape) * inverse]


@public
def log_matrix_determinant(input, name=None):
    """Sign and logarithm of the absolute value of determinants.

    Args:
      input: `Tensor` of shape `[..., n, n]`.
      name: optional name of the operation.

    Returns:
      Named tuple `(sign, log_abs_determinant)` of `Tensor`s of shape `[...]`.

    Raises:
      ValueError: the matrices are not square.
    """
    return raw.LogMatrixDeterminant(input, name=name)


def _real(x):
    kind = x.dtype.base_dtype
    return raw.Real(x, Tout=kind.real_dtype) if kind.is_complex else x


@public
def logdet(matrix, name=None):
    """The logarithm of the determinant of Hermitian positive definite matrices.

    Args:
      matrix: `Tensor` of shape `[..., n, n]`.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `[...]`, real.
    """
    with scope(name, "logdet", [matrix]):
        diagonal = PUBLIC["matrix_diag_part"](raw.Cholesky(matrix))
        return 2.0 * PUBLIC["reduce_sum"](raw.Log(_real(diagonal)), [-1])
