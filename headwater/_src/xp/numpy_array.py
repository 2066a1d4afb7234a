"""Intrinsics of array ops on NumPy: values needed now, blocks cut out and put in."""

import numpy as np


def value_of(x):
    """The value of `x` as a NumPy array, for what must be known now (a slice's end)."""
    return np.asarray(x)


def dynamic_slice(x, begin, size):
    """The block of `x` of the given size at `begin`, which is in range."""
    return x[tuple(slice(int(b), int(b) + s) for b, s in zip(begin, size))]


def embed(shape, index, block):
    """Zeros of `shape` with `block` at `index`."""
    result = np.zeros(shape, np.asarray(block).dtype)
    result[index] = block
    return result


def top_k(x, k):
    """The `k` largest along the last dimension and their places; of equal ones the first."""
    # Sorting the reversed row upwards and reading it backwards keeps equal elements in order.
    last = x.shape[-1] - 1
    order = last - np.argsort(x[..., ::-1], axis=-1, kind="stable")[..., ::-1][..., :k]
    return np.take_along_axis(x, order, -1), order.astype(np.int32)


def bitcast(x, dtype):
    """The bytes of `x` as elements of `dtype`, of which the last dimension has more or fewer."""
    return np.ascontiguousarray(x).view(dtype)


__all__ = ["bitcast", "dynamic_slice", "embed", "top_k", "value_of"]
