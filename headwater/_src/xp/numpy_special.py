"""Special functions on NumPy, from SciPy (which JAX brings along), loaded at first use."""

import functools
import importlib

import numpy as np


@functools.cache
def _scipy():
    return importlib.import_module("scipy.special")


def _special(name):
    def function(*args):
        args = [np.asarray(a) for a in args]
        dtype = args[0].dtype
        # SciPy has loops for float32 and float64 only
        wide = dtype if dtype in (np.float32, np.float64) else np.float32
        return np.asarray(getattr(_scipy(), name)(*[a.astype(wide) for a in args])).astype(dtype)

    function.__name__ = name
    function.__doc__ = f"SciPy's `special.{name}` in the type of the first argument."
    return function


erf, erfc, erfinv, ndtri = (_special(n) for n in ("erf", "erfc", "erfinv", "ndtri"))
_gammaln = _special("gammaln")
zeta = _special("zeta")
igamma, igammac, betainc = _special("gammainc"), _special("gammaincc"), _special("betainc")


def lgamma(x):
    """The logarithm of the gamma function's size; SciPy says -inf of -inf, everyone else inf."""
    return np.where(np.isneginf(x), np.asarray(np.inf, np.asarray(x).dtype), _gammaln(x))


_psi = _special("digamma")


def digamma(x):
    """The derivative of `lgamma`; NaN at zero, as XLA and TensorFlow have it (SciPy: infinity)."""
    return np.where(np.equal(x, 0), np.asarray(np.nan, np.asarray(x).dtype), _psi(x))


bessel_i0e, bessel_i1e = _special("i0e"), _special("i1e")


def polygamma(n, x):
    """The derivative of order `n` of the digamma function."""
    x = np.asarray(x)
    n = np.asarray(n)
    return np.where(n == 0, digamma(x), _scipy().polygamma(n.astype(np.int64), x)).astype(x.dtype)


i0, i1 = _special("i0"), _special("i1")
j0, j1, y0, y1 = (_special(n) for n in ("j0", "j1", "y0", "y1"))
k0, k0e, k1, k1e = (_special(n) for n in ("k0", "k0e", "k1", "k1e"))
dawsn, expint, spence = _special("dawsn"), _special("expi"), _special("spence")


def _fresnel(place):
    def function(x):
        return _scipy().fresnel(x)[place].astype(x.dtype)

    function.__doc__ = "One of Fresnel's integrals, in the type of the argument."
    return function


fresnel_sin, fresnel_cos = _fresnel(0), _fresnel(1)


def _from_xla(name):
    """SciPy has no such function: XLA's, run at once."""

    def function(first, second):
        jax = importlib.import_module("jax")
        first, second = np.broadcast_arrays(first, second)
        with jax.enable_x64(True):
            return np.asarray(getattr(jax.lax, name)(first, second))

    function.__name__ = name
    function.__doc__ = f"XLA's `{name}` of arrays that broadcast."
    return function


igamma_grad_a = _from_xla("igamma_grad_a")
random_gamma_grad = _from_xla("random_gamma_grad")

__all__ = [
    "dawsn",
    "expint",
    "fresnel_cos",
    "fresnel_sin",
    "i0",
    "i1",
    "igamma_grad_a",
    "j0",
    "j1",
    "k0",
    "k0e",
    "k1",
    "k1e",
    "random_gamma_grad",
    "spence",
    "y0",
    "y1",
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
