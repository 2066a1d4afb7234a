"""Linear algebra on JAX; see `numpy_linalg`."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


def cholesky(x):
    """The lower triangular factors; NaN where a matrix is not positive definite."""
    return lax.linalg.cholesky(jnp.asarray(x), symmetrize_input=False)


def linalg_solve(a, b):
    """`(x, ok)` with `a @ x = b`."""
    packed, _, order = lax.linalg.lu(jnp.asarray(a))
    ok = jnp.all(jnp.diagonal(packed, axis1=-2, axis2=-1) != 0)
    b = jnp.take_along_axis(jnp.asarray(b), order[..., None], -2)
    y = lax.linalg.triangular_solve(packed, b, left_side=True, lower=True, unit_diagonal=True)
    return lax.linalg.triangular_solve(packed, y, left_side=True, lower=False), ok


def triangular_solve(a, b, lower):
    """`x` with `a @ x = b`, from one triangle of `a`."""
    return lax.linalg.triangular_solve(jnp.asarray(a), jnp.asarray(b), left_side=True, lower=lower)


def qr(x, full):
    """`(q, r)`; with `full`, `q` is square."""
    return tuple(jnp.linalg.qr(x, mode="complete" if full else "reduced"))


def svd(x, full, vectors):
    """`(s, u, v)`, singular values falling; only `s` unless `vectors`."""
    if not vectors:
        return jnp.linalg.svd(x, compute_uv=False), None, None
    u, s, vh = jnp.linalg.svd(x, full_matrices=full)
    return s, u, jnp.conj(jnp.swapaxes(vh, -1, -2))


def eigh(x):
    """`(values, vectors)` of Hermitian matrices, values rising; reads the lower triangle only."""
    vectors, values = lax.linalg.eigh(jnp.asarray(x), lower=True, symmetrize_input=False)
    return values, vectors


def eig(x):
    """`(values, vectors)` of square matrices, complex."""
    return tuple(jnp.linalg.eig(x))


def det(x):
    """Determinants, as the product of the pivots."""
    packed, pivots, _ = lax.linalg.lu(jnp.asarray(x))
    swaps = jnp.sum(pivots != jnp.arange(pivots.shape[-1]), -1)
    product = jnp.prod(jnp.diagonal(packed, axis1=-2, axis2=-1), -1)
    return jnp.where(swaps % 2 == 1, -product, product)


def slogdet(x):
    """`(sign, logarithm of the absolute determinant)`."""
    sign, logarithm = jnp.linalg.slogdet(x)
    return sign, logarithm.astype(sign.dtype)


def pinv(x):
    """The Moore-Penrose inverses."""
    return jnp.linalg.pinv(x, rtol=np.finfo(x.dtype).eps * max(x.shape[-2:]))


def lu(x):
    """`(lu, permutation)` by partial pivoting."""
    x = jnp.asarray(x)
    if jnp.iscomplexobj(x):
        return _complex_lu(x)
    packed, _, order = lax.linalg.lu(x)
    return packed, order


def _complex_lu(x):
    """LAPACK chooses the pivot by another size of complex numbers than the absolute value."""
    n = x.shape[-1]

    def step(i, state):
        a, order = state
        sizes = jnp.where(jnp.arange(n) < i, -1, jnp.abs(a[:, i]))
        swap = jnp.stack([jnp.asarray(i), jnp.argmax(sizes)])
        a, order = a.at[swap].set(a[swap[::-1]]), order.at[swap].set(order[swap[::-1]])
        below = jnp.arange(n) > i
        factors = jnp.where(below, a[:, i] / jnp.where(a[i, i] == 0, 1, a[i, i]), 0)
        right = jnp.where(jnp.arange(n) > i, a[i], 0)
        a = a - factors[:, None] * right[None, :]
        return a.at[:, i].set(jnp.where(below, factors, a[:, i])), order

    def one(a):
        return lax.fori_loop(0, n, step, (a, jnp.arange(n, dtype=jnp.int32)))

    packed, order = jax.vmap(one)(x.reshape(-1, n, n))
    return packed.reshape(x.shape), order.reshape(x.shape[:-1])


def fft(x, axes, inverse):
    """The discrete Fourier transform over `axes` of complex numbers."""
    return (jnp.fft.ifftn if inverse else jnp.fft.fftn)(x, axes=axes).astype(x.dtype)


__all__ = [
    "cholesky",
    "det",
    "eig",
    "eigh",
    "fft",
    "linalg_solve",
    "lu",
    "pinv",
    "qr",
    "slogdet",
    "svd",
    "triangular_solve",
]
