"""Indices that kernels get as data: whether they are in range, and TensorFlow's message when
not.
"""

import numpy as np

from headwater._src.core import errors


def check_indices(xp, indices, size, what="indices", problem="not in"):
    """Raises `InvalidArgumentError` unless every index is in `[0, size)`.

    Args:
      xp: the array namespace.
      indices: integer array.
      size: the bound.
      what: the name of the input in the message.
      problem: how the message puts it.
    """

    def error():
        found = np.asarray(indices)
        at = np.argwhere((found < 0) | (found >= size))[0].tolist()
        place = f"[{','.join(map(str, at))}]" if at else ""
        return errors.InvalidArgumentError(
            None, None, f"{what}{place} = {found[tuple(at)]} is {problem} [0, {size})"
        )

    xp.require((indices >= 0) & (indices < size), error)


def check_nd(xp, indices, shape, message):
    """Raises `InvalidArgumentError` unless every row of `indices` is inside `shape`.

    Args:
      xp: the array namespace.
      indices: integer array `[..., k]`.
      shape: the bounds, of length `k`.
      message: `(place, row) -> text`, where `place` is the position of the first bad row.
    """
    bounds = np.array(shape, np.int64)

    def error():
        found = np.asarray(indices)
        bad = ((found < 0) | (found >= bounds)).any(axis=-1)
        at = np.argwhere(bad)[0].tolist()
        return errors.InvalidArgumentError(None, None, message(at, found[tuple(at)].tolist()))

    if len(shape):
        xp.require((indices >= 0) & (indices < bounds), error)


def nd_index(indices):
    """The last dimension of `indices` as a tuple of index arrays."""
    return tuple(indices[..., i] for i in range(indices.shape[-1]))


def segment_count(num_segments):
    """The value of the input `num_segments` as an `int`.

    Raises:
      InvalidArgumentError: it is not a scalar, or negative.
    """
    if np.ndim(num_segments) != 0:
        shape = ",".join(map(str, np.shape(num_segments)))
        raise errors.InvalidArgumentError(
            None, None, f"num_segments should be a scalar, not shape [{shape}]"
        )
    if num_segments < 0:
        raise errors.InvalidArgumentError(
            None, None, f"Input num_segments == {num_segments} must not be negative."
        )
    return int(num_segments)
