"""Rows put into groups: segment sums, partitions and their inverse."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._indexing import check_indices, segment_count, sorted_segments
from headwater._src.ops._shapes import ShapeError, text, with_rank
from headwater._src.ops._static import shape_tensor

_NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, "
    "qint32, bfloat16, qint16, "
    "quint16, uint16, complex128, half, uint32, uint64}"
)

# --- unsorted segment sum ---------------------------------------------------------------------

UnsortedSegmentSum = define_op(
    "UnsortedSegmentSum",
    inputs="data: T, segment_ids: Tindices, num_segments: Tnumsegments",
    outputs="output: T",
    attrs=[
        f"T: {_NUMBERS}",
        "Tindices: {int16, int32, int64}",
        "Tnumsegments: {int32, int64} = int32",
    ],
)


@UnsortedSegmentSum.shape
def unsorted_segment_sum_shape(data, segment_ids, num_segments):
    if data.dims is None or segment_ids.dims is None:
        return None
    depth = len(segment_ids.dims)
    for a, b in zip(data.dims, segment_ids.dims):
        if a is not None and b is not None and a != b:
            raise ShapeError(f"Dimensions must be equal, but are {a} and {b}")
    count = None if num_segments.known is None else int(num_segments.known)
    return (count,) + data.dims[depth:]


@UnsortedSegmentSum.kernel(static=["num_segments"])
def unsorted_segment_sum_kernel(xp, data, segment_ids, num_segments):
    count = segment_count(num_segments)
    if tuple(data.shape[: segment_ids.ndim]) != tuple(segment_ids.shape):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"data.shape = {text(tuple(data.shape))} does not start with segment_ids.shape = "
            f"{text(tuple(segment_ids.shape))}",
        )
    # Negative ids mean "drop this row".
    kept = segment_ids >= 0
    check_indices(
        xp, xp.maximum(segment_ids, 0 if count else -1), count, "segment_ids", "out of range"
    )
    if count == 0:
        return xp.zeros((0, *data.shape[segment_ids.ndim :]), data.dtype)
    mask = xp.reshape(kept, tuple(segment_ids.shape) + (1,) * (data.ndim - segment_ids.ndim))
    rows = xp.where(mask, data, xp.zeros((), data.dtype))
    return xp.segment_sum(rows, xp.where(kept, segment_ids, 0), count)


@UnsortedSegmentSum.gradient
def unsorted_segment_sum_gradient(op, dy):
    return [_gather_drop_negatives(dy, op.inputs[1]), None, None]


def _gather_drop_negatives(dy, ids):
    """Rows of `dy` at `ids`, zero where an id is negative."""
    clipped = raw.Maximum(ids, PUBLIC["zeros_like"](ids))
    rows = PUBLIC["gather"](dy, clipped)
    positive = raw.GreaterEqual(ids, 0)
    ids_shape = shape_tensor(positive)
    tail = PUBLIC["ones"]([PUBLIC["rank"](rows) - PUBLIC["rank"](positive)], ids_shape.dtype)
    mask = raw.Reshape(positive, PUBLIC["concat"]([ids_shape, tail], 0))
    mask = mask & PUBLIC["ones_like"](rows, dtype="bool")
    return raw.SelectV2(mask, rows, PUBLIC["zeros_like"](rows))


@public
def unsorted_segment_sum(data, segment_ids, num_segments, name=None):
    """Sums of the rows of `data` that have the same segment id.

    Args:
      data: numeric `Tensor`.
      segment_ids: integers whose shape begins the shape of `data`; rows with a negative id are
        dropped.
      num_segments: scalar, the number of segments.
      name: name of the node.

    Returns:
      A `Tensor` of shape `[num_segments] + data.shape[segment_ids.rank:]`.

    Raises:
      InvalidArgumentError: an id is `num_segments` or more.
    """
    return raw.UnsortedSegmentSum(data, segment_ids, num_segments, name=name)


# --- sorted segment sum -----------------------------------------------------------------------

SegmentSum = define_op(
    "SegmentSum",
    inputs="data: T, segment_ids: Tindices",
    outputs="output: T",
    attrs=[f"T: {_NUMBERS}", "Tindices: {int32, int64}"],
)


@SegmentSum.shape
def segment_sum_shape(data, segment_ids):
    with_rank(segment_ids.dims, 1)
    return None if data.dims is None else (None,) + data.dims[1:]


@SegmentSum.kernel(dynamic=True)
def segment_sum_kernel(xp, data, segment_ids):
    return xp.segment_sum(data, segment_ids, sorted_segments(segment_ids, len(data)))


@SegmentSum.gradient
def segment_sum_gradient(op, dy):
    return [PUBLIC["gather"](dy, op.inputs[1]), None]


@public
def segment_sum(data, segment_ids, name=None):
    """Sums of runs of rows of `data`.

    Args:
      data: numeric `Tensor`.
      segment_ids: vector of integers that never fall: the segment of each row.
      name: name of the node.

    Returns:
      A `Tensor` with a row for each segment up to the last id.
    """
    return raw.SegmentSum(data, segment_ids, name=name)


# --- partition and stitch ---------------------------------------------------------------------

DynamicPartition = define_op(
    "DynamicPartition",
    inputs="data: T, partitions: int32",
    outputs="outputs: num_partitions * T",
    attrs=["num_partitions: int >= 1", "T: type"],
)


@DynamicPartition.shape
def dynamic_partition_shape(data, partitions, *, num_partitions):
    if data.dims is None or partitions.dims is None:
        return [None] * num_partitions
    for mine, wanted in zip(data.dims, partitions.dims, strict=False):
        if None not in (mine, wanted) and mine != wanted:
            raise ShapeError(f"Dimensions must be equal, but are {mine} and {wanted}")
    return [(None,) + data.dims[len(partitions.dims) :]] * num_partitions


@DynamicPartition.kernel(dynamic=True)
def dynamic_partition_kernel(xp, data, partitions, *, num_partitions):
    data, where = np.asarray(data), np.asarray(partitions)
    bad = (where < 0) | (where >= num_partitions)
    if bad.any():
        at = np.argwhere(bad)[0].tolist()
        place = f"[{','.join(map(str, at))}]" if at else ""
        raise errors.InvalidArgumentError(
            None,
            None,
            f"partitions{place} = {where[tuple(at)]} is not in [0, {num_partitions})",
        )
    return [data[where == i] for i in range(num_partitions)]


@DynamicPartition.gradient
def dynamic_partition_gradient(op, *dys):
    data, partitions = op.inputs
    shape = shape_tensor(partitions)
    positions = raw.Reshape(PUBLIC["range"](0, PUBLIC["reduce_prod"](shape)), shape)
    parts = raw.DynamicPartition(positions, partitions, num_partitions=op.attrs["num_partitions"])
    merged = raw.ParallelDynamicStitch(list(parts), list(dys))
    return [raw.Reshape(merged, shape_tensor(data)), None]


@public
def dynamic_partition(data, partitions, num_partitions, name=None):
    """The rows of `data`, sorted into lists by number.

    Args:
      data: a `Tensor`.
      partitions: `int32` numbers whose shape begins the shape of `data`: the list of each row.
      num_partitions: the number of lists.
      name: name of the node.

    Returns:
      A list of tensors.

    Raises:
      InvalidArgumentError: a number is out of range.
    """
    return raw.DynamicPartition(data, partitions, num_partitions=num_partitions, name=name)


DynamicStitch = define_op(
    "DynamicStitch",
    inputs="indices: N * int32, data: N * T",
    outputs="merged: T",
    attrs=["N: int >= 1", "T: type"],
)
ParallelDynamicStitch = define_op(
    "ParallelDynamicStitch",
    inputs="indices: N * int32, data: N * T",
    outputs="merged: T",
    attrs=["N: int >= 1", "T: type"],
)


@ParallelDynamicStitch.shape
@DynamicStitch.shape
def dynamic_stitch_shape(indices, data):
    rows = -1
    for index in indices:
        if index.known is None:
            rows = None
            break
        rows = max(rows, int(index.known.max()) if index.known.size else -1)
    for index, value in zip(indices, data):
        if index.dims is not None and value.dims is not None:
            return (None if rows is None else rows + 1,) + value.dims[len(index.dims) :]
    return None


@ParallelDynamicStitch.kernel(static=["indices"])
@DynamicStitch.kernel(static=["indices"])
def dynamic_stitch_kernel(xp, indices, data):
    rows = max((int(np.max(i)) if np.size(i) else -1) for i in indices) + 1
    tail = tuple(data[0].shape[np.ndim(indices[0]) :])
    flat = np.concatenate([np.reshape(i, -1) for i in indices])
    if (flat < 0).any():
        raise errors.InvalidArgumentError(
            None, None, f"indices[{int(np.argmax(flat < 0))}] is out of range"
        )
    values = xp.concatenate([xp.reshape(d, (-1, *tail)) for d in data])
    # Of repeated indices the last wins: the others are left out beforehand.
    last = np.full(rows, -1)
    last[flat] = np.arange(len(flat))
    used = np.flatnonzero(last >= 0)
    zeros = xp.zeros((rows, *tail), values.dtype)
    return xp.scatter_update(zeros, used, xp.gather(values, last[used]))


@ParallelDynamicStitch.gradient
@DynamicStitch.gradient
def dynamic_stitch_gradient(op, dy):
    n = op.attrs["N"]
    indices = op.inputs[:n]
    return [None] * n + [PUBLIC["gather"](dy, index) for index in indices]


@public
def dynamic_stitch(indices, data, name=None):
    """Rows of several tensors put at the places that `indices` say.

    Args:
      indices: list of `int32` tensors.
      data: list of tensors; `data[m]` has a row for each of `indices[m]`.
      name: name of the node.

    Returns:
      A `Tensor` whose row `indices[m][i]` is `data[m][i]`; of repeated indices the last wins.
    """
    return raw.DynamicStitch(indices, data, name=name)
