"""Memory at the border of a step: what is fed, what compiled regions take, what stays on the host."""

import numpy as np

from headwater._src.xp import numpy_xp

ALIGNMENT = 64  # bytes: XLA uses such arrays without a copy
SYNCHRONOUS_COPY = 65_536  # bytes: smaller unaligned arrays are copied before a call returns
LISTS = (numpy_xp.TensorList, numpy_xp.OneHot)


def feed_safe(value):
    """An argument that may be used after the caller has changed his array.

    XLA runs asynchronously. It uses a 64-byte aligned NumPy array in place, and copies another one
    only later when it is large; so both get a copy of our own, aligned so that XLA need not copy it
    again.
    """
    if value.__class__ is not np.ndarray:
        return value
    if value.nbytes < SYNCHRONOUS_COPY and value.__array_interface__["data"][0] % ALIGNMENT:
        return value
    return aligned_copy(value)


def aligned_copy(array):
    """A C-ordered copy of a NumPy array whose memory XLA can use as it is."""
    raw = np.empty(array.nbytes + ALIGNMENT, np.uint8)
    start = -raw.__array_interface__["data"][0] % ALIGNMENT
    copy = raw[start : start + array.nbytes].view(array.dtype).reshape(array.shape)
    copy[...] = array
    return copy


def on_host(value):
    """What a compiled segment made, for NumPy."""
    if hasattr(value, "to_host"):
        return value.to_host()
    return np.asarray(value) if hasattr(value, "__array__") else value  # others are handles


def on_device(values):
    """A NumPy list of tensors, for a compiled segment."""
    from headwater._src.xp import jax_xp

    return jax_xp.from_host(values)


def host_copy(value):
    """A NumPy array of its own memory."""
    return np.array(value) if not isinstance(value, np.generic) else value
