"""Special functions on JAX; see `numpy_special`."""

import jax.numpy as jnp
from jax import lax
from jax.scipy import special

erf, erfc, erfinv, ndtri = special.erf, special.erfc, special.erfinv, special.ndtri
lgamma, digamma = lax.lgamma, lax.digamma
zeta = special.zeta
igamma, igammac = special.gammainc, special.gammaincc
betainc = special.betainc


def polygamma(n, x):
    """The derivative of order `n` of the digamma function."""
    return lax.polygamma(*jnp.broadcast_arrays(n, x))


__all__ = [
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
