"""Intrinsics of array ops on JAX; see `numpy_array`."""

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax


class NeedsValue(Exception):
    """A kernel needs the value of an array that is traced: carries the tracer."""

    def __init__(self, tracer):
        super().__init__("the value of a traced array is needed")
        self.tracer = tracer


def value_of(x):
    """The value of `x` as a NumPy array; raises `NeedsValue` when it is traced."""
    if isinstance(x, jax.core.Tracer):
        raise NeedsValue(x)
    return np.asarray(x)


def dynamic_slice(x, begin, size):
    """The block of `x` of the given size at `begin`, which is in range."""
    return lax.dynamic_slice(jnp.asarray(x), [begin[i] for i in range(len(size))], size)


def embed(shape, index, block):
    """Zeros of `shape` with `block` at `index`."""
    block = jnp.asarray(block)
    ranges, at = [], 0
    for entry in index:
        if entry is None:
            continue
        size = shape[at]
        at += 1
        if isinstance(entry, slice):
            ranges.append(range(*entry.indices(size)))
        elif isinstance(entry, (int, np.integer)):
            ranges.append(range(entry % size, entry % size + 1))
        else:
            return jnp.zeros(shape, block.dtype).at[index].set(block)
    if any(r.step < 0 for r in ranges):
        return jnp.zeros(shape, block.dtype).at[index].set(block)
    # Padding with holes is one fused loop; a scatter would go through memory element by element.
    block = jnp.reshape(block, tuple(len(r) for r in ranges))
    if 0 in block.shape:
        return jnp.zeros(shape, block.dtype)
    config = [(r.start, size - 1 - r[-1], r.step - 1) for r, size in zip(ranges, shape)]
    return lax.pad(block, jnp.zeros((), block.dtype), config)


def top_k(x, k):
    """The `k` largest along the last dimension and their places; of equal ones the first."""
    values, places = lax.top_k(jnp.asarray(x), k)
    return values, places.astype(np.int32)


def bitcast(x, dtype):
    """The bytes of `x` as elements of `dtype`, of which the last dimension has more or fewer."""
    x = jnp.asarray(x)
    if {x.dtype.kind, np.dtype(dtype).kind} & {"c"}:
        return jnp.asarray(x).view(dtype)
    if x.dtype.itemsize > np.dtype(dtype).itemsize:
        x = x[..., 0] if x.shape[-1:] == (1,) else x
        return lax.bitcast_convert_type(x, dtype)
    if x.dtype.itemsize < np.dtype(dtype).itemsize:
        ratio = np.dtype(dtype).itemsize // x.dtype.itemsize
        x = jnp.reshape(x, (*x.shape[:-1], x.shape[-1] // ratio, ratio))
    return lax.bitcast_convert_type(x, dtype)


__all__ = ["NeedsValue", "bitcast", "dynamic_slice", "embed", "top_k", "value_of"]
