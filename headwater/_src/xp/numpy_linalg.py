"""Linear algebra on NumPy: batches of matrices in the last two dimensions, of 32- or 64-bit
numbers.

What cannot be done (a singular matrix, one that is not positive definite) gives NaN or a flag,
never an exception: the kernels say what is wrong.
"""

import numpy as np


def cholesky(x):
    """The lower triangular factors; NaN where a matrix is not positive definite. Reads the lower
    triangle only.
    """
    try:
        return np.linalg.cholesky(x)
    except np.linalg.LinAlgError:
        return np.full_like(x, np.nan)


def linalg_solve(a, b):
    """`(x, ok)` with `a @ x = b`; `ok` says that no matrix is singular."""
    try:
        return np.linalg.solve(a, b), True
    except np.linalg.LinAlgError:
        return np.full(
            np.broadcast_shapes(b.shape, (*a.shape[:-1], b.shape[-1])), np.nan, b.dtype
        ), False


def triangular_solve(a, b, lower):
    """`x` with `a @ x = b`, from one triangle of `a`; the other is not looked at. Same batch
    dimensions.
    """
    n = a.shape[-1]
    x = np.zeros_like(b)
    with np.errstate(all="ignore"):
        for i in range(n) if lower else range(n - 1, -1, -1):
            done = slice(0, i) if lower else slice(i + 1, n)
            known = np.matmul(a[..., i : i + 1, done], x[..., done, :])[..., 0, :]
            x[..., i, :] = (b[..., i, :] - known) / a[..., i, i, None]
    return x


def qr(x, full):
    """`(q, r)`; with `full`, `q` is square."""
    return np.linalg.qr(x, mode="complete" if full else "reduced")


def svd(x, full, vectors):
    """`(s, u, v)`, singular values falling; only `s` unless `vectors`. NaN where it does not
    converge.
    """
    try:
        if not vectors:
            return np.linalg.svd(x, compute_uv=False), None, None
        u, s, vh = np.linalg.svd(x, full_matrices=full)
    except np.linalg.LinAlgError:
        m, n = x.shape[-2:]
        k = min(m, n)
        s = np.full((*x.shape[:-2], k), np.nan, x.real.dtype)
        u = np.full((*x.shape[:-2], m, m if full else k), np.nan, x.dtype)
        vh = np.full((*x.shape[:-2], n if full else k, n), np.nan, x.dtype)
    return s, u, np.conj(np.swapaxes(vh, -1, -2))


def eigh(x):
    """`(values, vectors)` of Hermitian matrices, values rising; reads the lower triangle only."""
    try:
        values, vectors = np.linalg.eigh(x, UPLO="L")
    except np.linalg.LinAlgError:
        return np.full(x.shape[:-1], np.nan, x.real.dtype), np.full_like(x, np.nan)
    return values, vectors


def eig(x):
    """`(values, vectors)` of square matrices, complex."""
    return np.linalg.eig(x)


def det(x):
    """Determinants."""
    return np.linalg.det(x)


def slogdet(x):
    """`(sign, logarithm of the absolute determinant)`."""
    sign, logarithm = np.linalg.slogdet(x)
    return sign, logarithm.astype(sign.dtype)


def pinv(x):
    """The Moore-Penrose inverses."""
    return np.linalg.pinv(x, rcond=np.finfo(x.dtype).eps * max(x.shape[-2:]))


def lu(x):
    """`(lu, permutation)` by partial pivoting: both triangles in one matrix, and the row that each
    row came from.
    """
    a, n = np.array(x), x.shape[-1]
    order = np.broadcast_to(np.arange(n), x.shape[:-1]).copy()
    batch = a.reshape(-1, n, n)
    rows = order.reshape(-1, n)
    for matrix, row in zip(batch, rows):
        for i in range(n):
            pivot = i + int(np.argmax(np.abs(matrix[i:, i])))
            if pivot != i:
                matrix[[i, pivot]] = matrix[[pivot, i]]
                row[[i, pivot]] = row[[pivot, i]]
            if matrix[i, i] != 0:
                matrix[i + 1 :, i] /= matrix[i, i]
                matrix[i + 1 :, i + 1 :] -= np.outer(matrix[i + 1 :, i], matrix[i, i + 1 :])
    return batch.reshape(x.shape), rows.reshape(x.shape[:-1])


def matrix_function(x, name):
    """`"sqrtm"`, `"logm"` or `"expm"` of square matrices."""
    import scipy.linalg

    function = getattr(scipy.linalg, name)
    result = np.empty_like(x)
    with np.errstate(all="ignore"):
        for index in np.ndindex(x.shape[:-2]):
            try:
                value = function(x[index])
            except (ValueError, np.linalg.LinAlgError):
                value = np.full(x.shape[-2:], np.nan)
            complex_only = np.iscomplexobj(value) and not np.iscomplexobj(x)
            result[index] = (
                np.nan
                if complex_only and np.abs(value.imag).max() > 1e-6
                else (value.real if complex_only else value)
            )
    return result


def fft(x, axes, inverse):
    """The discrete Fourier transform over `axes` of complex numbers."""
    x = np.asarray(x)
    return (np.fft.ifftn if inverse else np.fft.fftn)(x, axes=axes).astype(x.dtype)


__all__ = [
    "cholesky",
    "det",
    "eig",
    "eigh",
    "fft",
    "linalg_solve",
    "lu",
    "matrix_function",
    "pinv",
    "qr",
    "slogdet",
    "svd",
    "triangular_solve",
]
