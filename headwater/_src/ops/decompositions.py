"""Decompositions of matrices: Cholesky, QR, singular values, eigenvalues, LU."""

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._matrices import (
    NUMBERS,
    adjoint,
    invalid,
    product,
    require_matrices,
    same_square,
    square_dims,
    transposed,
    wide,
)
from headwater._src.ops._shapes import with_rank

# --- Cholesky ---------------------------------------------------------------------------------

Cholesky = define_op(
    "Cholesky", inputs="input: T", outputs="output: T", attrs=[NUMBERS], shape=same_square
)


@Cholesky.kernel
def _cholesky_kernel(xp, input):
    require_matrices(xp, input, square=True)
    return input if 0 in input.shape else xp.cholesky(wide(xp, input))


@Cholesky.gradient
def _cholesky_gradient(op, dy):
    factor = op.outputs[0]
    shape = PUBLIC["shape"]
    side, batch = shape(factor)[-1], shape(factor)[:-2]
    identity = PUBLIC["eye"](side, batch_shape=batch, dtype=factor.dtype)
    inverse = PUBLIC["matrix_triangular_solve"](factor, identity)
    middle = product(factor, dy, adjoint_a=True)
    middle = PUBLIC["matrix_set_diag"](middle, 0.5 * PUBLIC["matrix_diag_part"](middle))
    middle = raw.MatrixBandPart(middle, -1, 0)
    dx = product(product(inverse, middle, adjoint_a=True), inverse)
    dx = dx + adjoint(dx)
    return [dx * 0.5]


CholeskyGrad = define_op(
    "CholeskyGrad",
    inputs="l: T, grad: T",
    outputs="output: T",
    attrs=["T: {half, float, double}"],
    shape=lambda l, grad: square_dims(l),
)


@CholeskyGrad.kernel
def _cholesky_grad_kernel(xp, l, grad):
    require_matrices(xp, l, grad, square=True)
    if 0 in l.shape:
        return l
    factor, grad = xp.tril(wide(xp, l)), xp.tril(wide(xp, grad))
    middle = xp.tril(xp.matmul(transposed(xp, factor), grad))
    middle = xp.where(np.eye(factor.shape[-1], dtype=bool), middle / 2, middle)
    # Both sides are divided by the factor: inverse' @ middle @ inverse.
    upper = transposed(xp, factor)
    left = xp.triangular_solve(upper, middle, False)
    dx = transposed(xp, xp.triangular_solve(upper, transposed(xp, left), False))
    return (dx + transposed(xp, dx)) / 2


@public
def cholesky(input, name=None):
    """The lower triangular `l` with `l @ adjoint(l) == input`.

    Args:
      input: `Tensor` of shape `[..., n, n]`, Hermitian and positive definite; its upper triangle is
        not read.
      name: optional name of the operation.

    Returns:
      `Tensor` of the shape and type of `input`; NaN for matrices that are not positive definite.

    Raises:
      ValueError: the matrices are not square.
    """
    return raw.Cholesky(input, name=name)


# --- QR ---------------------------------------------------------------------------------------

Qr = define_op(
    "Qr", inputs="input: T", outputs="q: T, r: T", attrs=["full_matrices: bool = false", NUMBERS]
)


def _least(m, n):
    if m == 0 or n == 0:
        return 0
    return None if m is None or n is None else min(m, n)


@Qr.shape
def _qr_shape(input, *, full_matrices):
    dims = with_rank(input.dims, 2, at_least=True)
    if dims is None:
        return [None, None]
    *batch, m, n = dims
    inner = m if full_matrices else _least(m, n)
    return [(*batch, m, inner), (*batch, inner, n)]


@Qr.kernel
def _qr_kernel(xp, input, *, full_matrices):
    require_matrices(xp, input)
    *batch, m, n = input.shape
    inner = m if full_matrices else min(m, n)
    if 0 in input.shape:
        q = xp.broadcast_to(np.eye(m, inner, dtype=input.dtype), (*batch, m, inner))
        return q, xp.zeros((*batch, inner, n), input.dtype)
    return xp.qr(wide(xp, input), full_matrices)


def _triangular(r, x):
    """`x @ inverse(adjoint(r))`."""
    return adjoint(PUBLIC["matrix_triangular_solve"](r, adjoint(x), lower=False, adjoint=False))


@Qr.gradient
def _qr_gradient(op, dq, dr):
    q, r = op.outputs
    dims = q.dims
    r_dims = r.dims
    if r_dims is None or None in r_dims[-2:]:
        raise NotImplementedError("QrGrad not implemented with dynamic shapes.")
    m, n = dims[-2], r_dims[-1]
    if m is not None and m > n and op.attrs["full_matrices"]:
        raise NotImplementedError(
            "QrGrad not implemented when nrows > ncols and full_matrices is true."
        )
    if r_dims[-2] == n:
        return [_square_qr_gradient(q, r, dq, dr)]
    # Wide matrices: the first columns decide q, the others only r.
    side = r_dims[-2]
    a = op.inputs[0]
    x, y = a[..., :side], a[..., side:]
    u, v = r[..., :side], r[..., side:]
    du, dv = dr[..., :side], dr[..., side:]
    del x, v
    dq_y = product(y, dv, adjoint_b=True)
    dx = _square_qr_gradient(q, u, dq + dq_y, du)
    dy = product(q, dv)
    return [PUBLIC["concat"]([dx, dy], -1)]


def _square_qr_gradient(q, r, dq, dr):
    qdq = product(q, dq, adjoint_a=True)
    qdq_ = qdq - adjoint(qdq)
    rdr = product(r, dr, adjoint_b=True)
    rdr_ = rdr - adjoint(rdr)
    lower = raw.MatrixBandPart(qdq_ + rdr_, -1, 0)
    first = product(q, dr + _triangular(r, lower))
    second = _triangular(r, dq - product(q, qdq))
    result = first + second
    if not q.dtype.base_dtype.is_complex:
        return result
    # q and r are only fixed up to a phase: the part of the gradient that turns it is taken away.
    m = rdr - adjoint(qdq)
    diagonal = raw.MatrixDiagPartV3(raw.Conj(m - adjoint(m)), 0, 0) * 0.5
    correction = product(q, PUBLIC["matrix_diag"](diagonal))
    return result + _triangular(r, correction)


@public
def qr(input, full_matrices=False, name=None):
    """The QR decomposition: `input == q @ r` with orthonormal columns of `q` and upper triangular
    `r`.

    Args:
      input: `Tensor` of shape `[..., m, n]`.
      full_matrices: whether `q` is `m` by `m`; else it has `min(m, n)` columns.
      name: optional name of the operation.

    Returns:
      Named tuple `(q, r)` of `Tensor`s.

    Raises:
      ValueError: `input` has fewer than two dimensions.
    """
    return raw.Qr(input, full_matrices=full_matrices, name=name)


# --- singular values --------------------------------------------------------------------------

Svd = define_op(
    "Svd",
    inputs="input: T",
    outputs="s: T, u: T, v: T",
    attrs=["compute_uv: bool = true", "full_matrices: bool = false", NUMBERS],
)


@Svd.shape
def _svd_shape(input, *, compute_uv, full_matrices):
    dims = with_rank(input.dims, 2, at_least=True)
    if dims is None:
        return [None, None, None] if compute_uv else [None, (0,), (0,)]
    *batch, m, n = dims
    k = _least(m, n)
    if not compute_uv:
        return [(*batch, k), (0,), (0,)]
    if full_matrices:
        return [(*batch, k), (*batch, m, m), (*batch, n, n)]
    return [(*batch, k), (*batch, m, k), (*batch, n, k)]


@Svd.kernel
def _svd_kernel(xp, input, *, compute_uv, full_matrices):
    require_matrices(xp, input)
    *batch, m, n = input.shape
    k = min(m, n)
    if 0 in input.shape:
        s, u, v = xp.zeros((*batch, k), input.dtype), None, None
        if compute_uv:
            u, v = (
                xp.broadcast_to(
                    np.eye(d, d if full_matrices else k, dtype=input.dtype),
                    (*batch, d, d if full_matrices else k),
                )
                for d in (m, n)
            )
    else:
        s, u, v = xp.svd(wide(xp, input), full_matrices, compute_uv)
    if not compute_uv:
        u = v = np.zeros((0,), input.dtype)
    return s, u, v


def _safe_reciprocal(x):
    """`1 / x`, and 0 where `x` is 0."""
    return x * raw.Reciprocal(x * x + 1e-20)


def _conjugate_transpose(x):
    """The adjoint, by `tf.matrix_transpose`: under other node names than `tf.linalg.adjoint`."""
    transpose = PUBLIC["matrix_transpose"]
    return transpose(x, conjugate=True) if x.dtype.base_dtype.is_complex else transpose(x)


def _outside_of_rows(v1, v, dv1, dv, m, n, full):
    """The part of the gradient of `v` that leaves the space of the first `m` columns."""
    dv1_t = _conjugate_transpose(dv1)
    rest = dv1_t - product(product(dv1_t, v1), v1, adjoint_b=True)
    if full:
        v2, dv2 = v[..., :, m:n], dv[..., :, m:n]
        rest = rest - product(product(v1, dv2, adjoint_a=True), v2, adjoint_b=True)
    return rest


@Svd.gradient
def _svd_gradient(op, ds, du, dv):
    a = op.inputs[0]
    if not op.attrs["compute_uv"]:
        values = PUBLIC["matrix_diag"](ds)
        _, u, v = raw.Svd(a, compute_uv=True)
        return [product(u, product(values, v, adjoint_b=True))]
    dims = a.dims
    if dims is None or None in dims[-2:]:
        raise NotImplementedError(
            "SVD gradient has not been implemented for input with unknown inner matrix shape."
        )
    m, n = dims[-2:]
    full = op.attrs["full_matrices"]
    matrix_diag = PUBLIC["matrix_diag"]
    s, u, v = op.outputs
    use_adjoint = m > n
    if use_adjoint:
        # For tall matrices the gradient of the adjoint is computed, with u and v exchanged.
        m, n = n, m
        u, v, du, dv = v, u, dv, du
    if full and abs(m - n) > 1:
        raise NotImplementedError(
            "svd gradient is not implemented for abs(m - n) > 1 when full_matrices is True"
        )
    s_matrix_grad = matrix_diag(ds)
    with a.graph.control_dependencies([ds, du, dv]):
        s_matrix = matrix_diag(s)
        squares = raw.Square(s)
        PUBLIC["shape"](s)
        f = PUBLIC["matrix_set_diag"](
            _safe_reciprocal(raw.ExpandDims(squares, -2) - raw.ExpandDims(squares, -1)),
            PUBLIC["zeros_like"](s),
        )
        s_inverse = matrix_diag(_safe_reciprocal(s))
        v1, dv1 = v[..., :, :m], dv[..., :, :m]
        u_du, v_dv = product(u, du, adjoint_a=True), product(v1, dv1, adjoint_a=True)
        f_u, f_v = f * u_du, f * v_dv
        middle = (
            s_matrix_grad
            + product(f_u + adjoint(f_u), s_matrix)
            + product(s_matrix, f_v + adjoint(f_v))
        )
        dx = product(u, product(middle, v1, adjoint_b=True))
        before = dx
        if m != n:
            rest = _outside_of_rows(v1, v, dv1, dv, m, n, full)
            before = dx + product(product(u, s_inverse), rest)
        if a.dtype.base_dtype.is_complex:
            eye_term = raw.MatrixDiagPartV3(u_du, 0, 0)
            phases = matrix_diag(_safe_reciprocal(s) * (raw.Conj(eye_term) - eye_term) * 0.5)
            before = (
                before + product(u, product(phases, v1, adjoint_b=True))
                if not use_adjoint
                else (before - product(u, product(phases, v1, adjoint_b=True)))
            )
        if use_adjoint:
            return [_conjugate_transpose(before)]
        return [before]


@public
def svd(tensor, full_matrices=False, compute_uv=True, name=None):
    """The singular value decomposition: `tensor == u @ diag(s) @ adjoint(v)`.

    Args:
      tensor: `Tensor` of shape `[..., m, n]`.
      full_matrices: whether `u` and `v` are square.
      compute_uv: whether `u` and `v` are wanted at all.
      name: optional name of the operation.

    Returns:
      `(s, u, v)`, or `s` alone without `compute_uv`. The values are real and fall.

    Raises:
      ValueError: `tensor` has fewer than two dimensions.
    """
    s, u, v = raw.Svd(tensor, compute_uv=compute_uv, full_matrices=full_matrices, name=name)
    if s.dtype.base_dtype.is_complex:
        s = raw.Real(s, Tout=s.dtype.base_dtype.real_dtype)
    return (s, u, v) if compute_uv else s


# --- eigenvalues ------------------------------------------------------------------------------

SelfAdjointEigV2 = define_op(
    "SelfAdjointEigV2",
    inputs="input: T",
    outputs="e: T, v: T",
    attrs=["compute_v: bool = true", NUMBERS],
)


@SelfAdjointEigV2.shape
def _eigh_shape(input, *, compute_v):
    dims = square_dims(input)
    if dims is None:
        return [None, None if compute_v else (0,)]
    return [dims[:-1], dims if compute_v else (0,)]


@SelfAdjointEigV2.kernel
def _eigh_kernel(xp, input, *, compute_v):
    require_matrices(xp, input, square=True)
    if 0 in input.shape:
        values, vectors = xp.zeros(input.shape[:-1], input.dtype), input
    else:
        values, vectors = xp.eigh(wide(xp, input))
        xp.require(
            xp.isfinite(values),
            lambda: invalid(
                "Self-adjoint eigen decomposition was not successful. The input might not be valid."
            ),
        )
    return values, vectors if compute_v else np.zeros((0,), input.dtype)


@SelfAdjointEigV2.gradient
def _eigh_gradient(op, de, dv):
    matrix_diag = PUBLIC["matrix_diag"]
    values, vectors = op.outputs
    with values.graph.control_dependencies([de, dv]):
        if op.attrs["compute_v"]:
            apart = _safe_reciprocal(raw.ExpandDims(values, -2) - raw.ExpandDims(values, -1))
            f = PUBLIC["matrix_set_diag"](apart, PUBLIC["zeros_like"](values))
            middle = matrix_diag(de) + f * product(vectors, dv, adjoint_a=True)
            dx = product(vectors, product(middle, vectors, adjoint_b=True))
        else:
            _, vectors = raw.SelfAdjointEigV2(op.inputs[0], compute_v=True)
            dx = product(vectors, product(matrix_diag(de), vectors, adjoint_b=True))
        # Only the lower triangle of the input is read, so it gets the whole gradient.
        dx = raw.MatrixBandPart(dx + adjoint(dx), -1, 0)
        return [PUBLIC["matrix_set_diag"](dx, 0.5 * PUBLIC["matrix_diag_part"](dx))]


SelfAdjointEig = define_op(
    "SelfAdjointEig", inputs="input: T", outputs="output: T", attrs=["T: {double, float, half}"]
)


@SelfAdjointEig.shape
def _eigh_v1_shape(input):
    dims = square_dims(input)
    return (
        None if dims is None else (*dims[:-2], None if dims[-1] is None else dims[-1] + 1, dims[-1])
    )


@SelfAdjointEig.kernel
def _eigh_v1_kernel(xp, input):
    values, vectors = _eigh_kernel(xp, input, compute_v=True)
    return xp.concatenate([values[..., None, :], vectors], -2)


SelfAdjointEig.no_gradient()


@public
def self_adjoint_eig(tensor, name=None):
    """Eigenvalues and eigenvectors of Hermitian matrices.

    Args:
      tensor: `Tensor` of shape `[..., n, n]`; its upper triangle is not read.
      name: optional name of the operation.

    Returns:
      `(e, v)`: the rising eigenvalues, `[..., n]`, and the eigenvectors as columns, `[..., n, n]`.

    Raises:
      ValueError: the matrices are not square.
    """
    return tuple(raw.SelfAdjointEigV2(tensor, compute_v=True, name=name))


@public
def self_adjoint_eigvals(tensor, name=None):
    """Eigenvalues of Hermitian matrices, rising; see `tf.self_adjoint_eig`.

    Args:
      tensor: `Tensor` of shape `[..., n, n]`.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[..., n]`.
    """
    return raw.SelfAdjointEigV2(tensor, compute_v=False, name=name)[0]


Eig = define_op(
    "Eig",
    inputs="input: T",
    outputs="e: Tout, v: Tout",
    attrs=[
        "compute_v: bool = true",
        "T: {float, double, complex64, complex128}",
        "Tout: {complex64, complex128}",
    ],
    shape=_eigh_shape,
)


@Eig.kernel(dynamic=True)
def _eig_kernel(xp, input, *, compute_v, Tout):
    require_matrices(xp, input, square=True)
    empty = np.zeros((0,), Tout.as_numpy_dtype)
    if 0 in input.shape:
        values, vectors = xp.zeros(input.shape[:-1], empty.dtype), xp.cast(input, empty.dtype)
    else:
        values, vectors = xp.eig(input)
    return values, vectors if compute_v else empty


@Eig.gradient
def _eig_gradient(op, de, dv):
    a, wanted = op.inputs[0], op.attrs["Tout"]
    conjugate, diagonal = PUBLIC["adjoint"], PUBLIC["matrix_diag"]
    if op.attrs["compute_v"]:
        values, vectors = op.outputs
        back = conjugate(vectors)
        apart = raw.ExpandDims(values, -2) - raw.ExpandDims(values, -1)
        apart = _safe_reciprocal(apart)
        turn = raw.Conj(PUBLIC["matrix_set_diag"](apart, PUBLIC["zeros_like"](values)))
        moved = product(back, dv)
        middle = diagonal(de)
        # Vectors have length one: what would lengthen them does not count.
        lengths = raw.Real(moved, Tout=a.dtype.base_dtype.real_dtype)
        longer = diagonal(PUBLIC["matrix_diag_part"](raw.Cast(lengths, DstT=wanted)))
        middle = middle + turn * (moved - product(product(back, vectors), longer))
    else:
        _, vectors = raw.Eig(a, compute_v=True, Tout=wanted)
        back, middle = conjugate(vectors), diagonal(de)
    da = raw.MatrixSolve(back, product(middle, back))
    return [raw.Cast(da, DstT=a.dtype.base_dtype)]


# --- LU ---------------------------------------------------------------------------------------

Lu = define_op(
    "Lu",
    inputs="input: T",
    outputs="lu: T, p: output_idx_type",
    attrs=[NUMBERS, "output_idx_type: {int32, int64} = int32"],
)


@Lu.shape
def _lu_shape(input):
    dims = square_dims(input)
    return [None, None] if dims is None else [dims, dims[:-1]]


@Lu.kernel
def _lu_kernel(xp, input, *, output_idx_type):
    if xp.ndim(input) < 2:
        raise invalid(f"Input tensor must have rank >= 2, got {xp.ndim(input)}")
    require_matrices(xp, input, square=True)
    if 0 in input.shape:
        return input, np.zeros(input.shape[:-1], output_idx_type.as_numpy_dtype)
    packed, order = xp.lu(wide(xp, input))
    at = np.arange(packed.shape[-1])
    xp.require(packed[..., at, at] != 0, lambda: invalid("Input is not invertible."))
    return packed, order


@public
def lu(input, output_idx_type=np.int32, name=None):
    """The LU decomposition with partial pivoting.

    Args:
      input: `Tensor` of shape `[..., n, n]`, invertible.
      output_idx_type: integer type of the permutation.
      name: optional name of the operation.

    Returns:
      Named tuple `(lu, p)`: both triangles in one matrix (the lower one has ones on its diagonal),
      and for each of its rows the row of `input` that it came from.

    Raises:
      ValueError: the matrices are not square.
    """
    return raw.Lu(convert_to_tensor(input), output_idx_type=output_idx_type, name=name)
