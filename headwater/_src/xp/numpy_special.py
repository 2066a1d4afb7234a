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
lgamma, digamma = _special("gammaln"), _special("digamma")
zeta = _special("zeta")
igamma, igammac, betainc = _special("gammainc"), _special("gammaincc"), _special("betainc")


def polygamma(n, x):
    """The derivative of order `n` of the digamma function."""
    x = np.asarray(x)
    n = np.asarray(n)
    return np.where(n == 0, digamma(x), _scipy().polygamma(n.astype(np.int64), x)).astype(x.dtype)


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
