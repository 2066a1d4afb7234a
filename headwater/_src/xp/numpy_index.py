"""Indexing intrinsics on NumPy: gather, scatter, one-hot, segment sums. Indices are checked by the
kernels.
"""

import numpy as np


def gather(params, indices, axis=0):
    """Rows of `params` along `axis` at `indices`: shape
    `params[:axis] + indices.shape + params[axis+1:]`.
    """
    return np.take(params, indices, axis=axis)


def scatter_add(operand, indices, updates):
    """`operand` with `updates` added at rows `indices`; repeated indices add up."""
    result = np.array(operand)
    np.add.at(result, indices, updates)
    return result


def scatter_update(operand, indices, updates):
    """`operand` with rows `indices` replaced; of repeated indices the last wins."""
    result = np.array(operand)
    result[indices] = updates
    return result


def segment_sum(data, segment_ids, num_segments):
    """Sums of the rows of `data` that share a segment id."""
    data = np.asarray(data)
    result = np.zeros((num_segments, *data.shape[np.ndim(segment_ids) :]), data.dtype)
    np.add.at(result, segment_ids, data)
    return result


def first_places(x):
    """For each element of a vector the place at which its value occurs first."""
    _, first, inverse = np.unique(x, return_index=True, return_inverse=True)
    return first[inverse]


__all__ = ["first_places", "gather", "scatter_add", "scatter_update", "segment_sum"]
