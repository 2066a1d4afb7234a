"""Indexing intrinsics on JAX; see `numpy_index`. Indices are known to be in range: the kernels
check them.
"""

import jax.numpy as jnp


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


__all__ = ["gather", "scatter_add", "scatter_update", "segment_sum"]
