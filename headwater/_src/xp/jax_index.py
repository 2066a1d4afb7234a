"""Indexing intrinsics on JAX; see `numpy_index`. Indices are known to be in range: the kernels
check them.
"""

import jax.numpy as jnp
from jax import lax

_HALF = 1 << 31
_FEW = 256  # elements that are compared with one another to find the equal ones


def gather(params, indices, axis=0):
    """Rows of `params` along `axis` at `indices`: shape
    `params[:axis] + indices.shape + params[axis+1:]`.
    """
    return jnp.take(params, indices, axis=axis, mode="clip")


def scatter_add(operand, indices, updates):
    """`operand` with `updates` added at rows `indices`; repeated indices add up."""
    return jnp.asarray(operand).at[indices].add(updates)


def scatter_update(operand, indices, updates):
    """`operand` with rows `indices` replaced."""
    return jnp.asarray(operand).at[indices].set(updates)


def segment_sum(data, segment_ids, num_segments):
    """Sums of the rows of `data` that share a segment id."""
    data = jnp.asarray(data)
    zeros = jnp.zeros((num_segments, *data.shape[jnp.ndim(segment_ids) :]), data.dtype)
    return zeros.at[segment_ids].add(data)


def first_places(x):
    """For each element of a vector the place at which its value occurs first."""
    x = jnp.asarray(x)
    n = x.shape[0]
    places = jnp.arange(n)
    if not n:
        return places
    if n <= _FEW:  # one loop without branches is faster than to sort
        return jnp.min(jnp.where(x[:, None] == x, places[:, None], n), axis=0)
    if x.dtype.itemsize > 4 or n >= _HALF:
        run = jnp.searchsorted(jnp.sort(x, stable=False), x)
        return jnp.full(n, n).at[run].min(places)[run]
    # XLA sorts one array several times as fast as two: value and place are put into one number.
    both = jnp.sort(x.astype(jnp.int64) * _HALF + places, stable=False)
    value, place = both // _HALF, both % _HALF
    begins = jnp.concatenate([jnp.ones(1, bool), value[1:] != value[:-1]])
    first = place[lax.cummax(jnp.where(begins, places, 0))]
    return jnp.zeros(n, first.dtype).at[place].set(first, unique_indices=True)


__all__ = ["first_places", "gather", "scatter_add", "scatter_update", "segment_sum"]
