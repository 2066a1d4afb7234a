"""Special functions on JAX; see `numpy_special`."""

import jax.numpy as jnp
from jax import lax
from jax.scipy import special

erf, erfc, erfinv, ndtri = special.erf, special.erfc, special.erfinv, special.ndtri
lgamma, digamma = lax.lgamma, lax.digamma
zeta = special.zeta
igamma, igammac = special.gammainc, special.gammaincc
betainc = special.betainc
bessel_i0e, bessel_i1e = special.i0e, special.i1e


def polygamma(n, x):
    """The derivative of order `n` of the digamma function."""
    return lax.polygamma(*jnp.broadcast_arrays(n, x))


i0, i1 = special.i0, special.i1
expint = special.expi


def spence(x):
    """Spence's function; JAX has it for float32 and float64 only."""
    wide = x.astype(jnp.promote_types(x.dtype, jnp.float32))
    return special.spence(wide).astype(x.dtype)


def igamma_grad_a(a, x):
    """The derivative of `igamma` by its first argument."""
    return lax.igamma_grad_a(*jnp.broadcast_arrays(a, x))


def random_gamma_grad(alpha, sample):
    """The derivatives of gamma numbers by their shape parameter, their quantiles being kept."""
    return lax.random_gamma_grad(*jnp.broadcast_arrays(alpha, sample))


__all__ = [
    "expint",
    "i0",
    "i1",
    "igamma_grad_a",
    "random_gamma_grad",
    "spence",
    "bessel_i0e",
    "bessel_i1e",
    "betainc",
    "digamma",
    "erf",
    "erfc",
    "erfinv",
    "igamma",
    "igammac",
    "lgamma",
    "ndtri",
    "polygamma",
    "zeta",
]
