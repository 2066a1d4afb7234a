"""Sums on JAX: those over several leading axes go through memory in its order."""

import jax.numpy as jnp
import numpy as np
from jax import lax

_SMALL = 1 << 14  # elements that are added in no time in any order


def sum(x, axis=None, dtype=None, keepdims=False):
    """The sum of `x` along `axis`; see `numpy.sum`.

    Over several leading axes (gradients of biases, moments of images) the first is summed first:
    whole images are added, then the rows of what comes out. XLA on its own would go through memory
    once for every few channels. It also leaves smaller errors than one long row of additions.
    """
    x = jnp.asarray(x)
    axes = _normal(axis, x.ndim)
    result = np.dtype(dtype or x.dtype)
    leading = axes == list(range(len(axes))) and 1 < len(axes) < x.ndim
    if not leading or x.size <= _SMALL or not jnp.issubdtype(result, np.inexact):
        return jnp.sum(x, axis=axis, dtype=dtype, keepdims=keepdims)
    shape = (1,) * len(axes) + x.shape[len(axes) :] if keepdims else x.shape[len(axes) :]
    left = len(axes)
    while left > 1 and x.size > _SMALL:
        x = lax.optimization_barrier(jnp.sum(x, axis=0, dtype=result))  # or XLA would make them one
        left -= 1
    return jnp.sum(x, axis=tuple(range(left)), dtype=result).reshape(shape)


def _normal(axis, ndim):
    return [] if axis is None else sorted(int(a) % ndim for a in np.atleast_1d(axis))


__all__ = ["sum"]
