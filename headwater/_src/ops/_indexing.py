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


def sorted_segments(segment_ids, rows):
    """The number of segments that sorted ids name.

    Args:
      segment_ids: the ids.
      rows: how many rows of data they are for.

    Raises:
      InvalidArgumentError: they are no vector of that length, or not sorted, or negative.
    """
    ids = np.asarray(segment_ids)
    if ids.ndim != 1:
        raise errors.InvalidArgumentError(None, None, "segment_ids should be a vector.")
    if len(ids) != rows:
        raise errors.InvalidArgumentError(
            None, None, "segment_ids should be the same size as dimension 0 of input."
        )
    count = int(ids[-1]) + 1 if rows else 0
    if rows and (count <= 0 or ids[0] < 0 or (ids[1:] < ids[:-1]).any()):
        raise errors.InvalidArgumentError(None, None, _unsorted(ids, count))
    return count


def _unsorted(ids, count):
    """What TensorFlow says, which looks at one run of equal ids after the other."""
    if count <= 0:
        return "segment ids must be >= 0"
    for this, following in zip(ids[:-1], ids[1:], strict=True):
        if following < this:
            return "segment ids are not increasing"
        if following > this and not 0 <= this < count:
            break
    return (
        f"Segment id {this} out of range [0, {count}), possibly because 'segment_ids' input is "
        "not sorted."
    )


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
