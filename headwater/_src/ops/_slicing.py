"""What begin, end, strides and the five masks of a strided slice mean, dimension by dimension."""

import numpy as np

from headwater._src.ops._shapes import ShapeError

NEW = "new"
SHRINK = "shrink"


def dense_spec(rank, count, masks):
    """Which entry of the spec each dimension takes.

    Args:
      rank: rank of the sliced tensor.
      count: number of entries of the spec.
      masks: dict of the five masks.

    Returns:
      A list of `NEW`, `(SHRINK, i)` and `(begin, end, stride)`, where those are an index `i` into
      the spec, or None
      for "from the start", "to the end" and "every one".

    Raises:
      ShapeError: more entries than dimensions, or two ellipses.
    """
    ellipsis, new, shrink = (
        masks["ellipsis_mask"],
        masks["new_axis_mask"],
        masks["shrink_axis_mask"],
    )
    ellipsis &= (1 << count) - 1
    if ellipsis & (ellipsis - 1):
        raise ShapeError("Multiple ellipses in slice spec not allowed")
    taken = sum(1 for i in range(count) if not (ellipsis | new) >> i & 1)
    if taken > rank:
        raise ShapeError(f"Index out of range using input dim {rank}; input has only {rank} dims")
    rest = [(None, None, None)] * (rank - taken)
    result = []
    for i in range(count):
        bit = 1 << i
        if ellipsis & bit:
            result.extend(rest)
            rest = []
        elif new & bit:
            result.append(NEW)
        elif shrink & bit:
            result.append((SHRINK, i))
        else:
            result.append(
                (
                    None if masks["begin_mask"] & bit else i,
                    None if masks["end_mask"] & bit else i,
                    i,
                )
            )
    return result + rest


def sliced_dims(dims, begin, end, strides, masks):
    """Static shape of a strided slice.

    Args:
      dims: dims of the sliced tensor.
      begin: tensor-like with `known` and `dims`.
      end: as `begin`.
      strides: as `begin`.
      masks: dict of the five masks.

    Returns:
      Dims of the result.
    """
    count = next(
        (t.dims[0] for t in (begin, end, strides) if t.dims is not None and t.dims[0] is not None),
        None,
    )
    if dims is None or count is None or strides.known is None:
        return None
    result, at = [], 0
    for entry in dense_spec(len(dims), count, masks):
        if entry is NEW:
            result.append(1)
            continue
        size = dims[at]
        at += 1
        if entry[0] is SHRINK:
            _check_shrink(entry[1], size, begin, strides, at - 1)
            continue
        first, last, step = entry
        step = 1 if step is None else int(strides.known[step])
        if step == 0:
            raise ShapeError(f"strides[{entry[2]}] must be non-zero")
        if first is not None:
            first = _known_at(begin, first)
        if last is not None:
            last = _known_at(end, last)
        result.append(_length(size, first, last, step))
    return tuple(result)


_UNKNOWN = object()


def _known_at(tensor, i):
    return _UNKNOWN if tensor.known is None else int(tensor.known[i])


def _check_shrink(i, size, begin, strides, at):
    if int(strides.known[i]) <= 0:
        raise ShapeError("only stride 1 allowed on non-range indexing.")
    if begin.known is not None and size is not None:
        index = int(begin.known[i])
        if not -size <= index < size:
            raise ShapeError(f"slice index {index} of dimension {at} out of bounds.")


def _length(size, first, last, step):
    if first is _UNKNOWN or last is _UNKNOWN:
        return None
    # Also where the bounds alone would decide, TensorFlow says nothing of a dimension it does not
    # know.
    return None if size is None else len(range(*slice(first, last, step).indices(size)))


def indices(shape, begin, end, strides, masks, bad, traced=None):
    """The index that does the slicing in NumPy.

    Args:
      shape: shape of the sliced array.
      begin: sequence of integers; entries for single indices may be traced.
      end: sequence of integers.
      strides: sequence of integers.
      masks: dict of the five masks.
      bad: called with a message when an index is out of range.
      traced: `(index, size, message)` is called for a single index that is not a number now.

    Returns:
      A tuple of numbers, slices and None.
    """
    result, at = [], 0
    for entry in dense_spec(len(shape), len(strides), masks):
        if entry is NEW:
            result.append(None)
            continue
        size = shape[at]
        at += 1
        if entry[0] is SHRINK:
            index = begin[entry[1]]
            if int(strides[entry[1]]) <= 0:
                bad("only stride 1 allowed on non-range indexing.")
            if not isinstance(index, (int, np.integer)):
                traced(index, size, at - 1)
                result.append(index)
                continue
            if not -size <= index < size:
                bad(f"slice index {index} of dimension {at - 1} out of bounds.")
            result.append(int(index))
            continue
        first, last, step = entry
        step = 1 if step is None else int(strides[step])
        if step == 0:
            bad(f"strides[{entry[2]}] must be non-zero")
        result.append(
            slice(
                None if first is None else int(begin[first]),
                None if last is None else int(end[last]),
                step,
            )
        )
    return tuple(result)
