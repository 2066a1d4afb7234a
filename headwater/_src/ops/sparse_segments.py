"""Sums, means and scaled sums of chosen rows by segment, and their gradient ops."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, raw
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._shapes import ShapeError, merge_dim, with_rank

_REAL = (
    "T: {float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"
)
_FLOATS = "T: {bfloat16, half, float, double}"
_INDICES = "Tidx: {int32, int64} = int32"
_SEGMENTS = "Tsegmentids: {int32, int64} = int32"
_COUNT = "Tnumsegments: {int32, int64} = int32"
_SPARSE = "sparse_gradient: bool = false"


def _invalid(message):
    raise errors.InvalidArgumentError(None, None, message)


def _shape(data, indices, segment_ids, count=None):
    with_rank(data.dims, 1, at_least=True)
    merge_dim(with_rank(indices.dims, 1)[0], with_rank(segment_ids.dims, 1)[0])
    if data.dims is None:
        return None
    return (count, *data.dims[1:])


def _checked(xp, rows, indices, segment_ids, count):
    """Raises unless indices are rows of the data and segment ids increase below `count`."""
    indices, ids = np.asarray(indices), np.asarray(segment_ids)
    if indices.shape != ids.shape:
        _invalid("segment_ids and indices should have same size.")
    if not len(ids):
        return 0
    if ids[-1] < 0:
        _invalid("segment ids must be >= 0")
    total = int(ids[-1]) + 1
    for i, segment in enumerate(ids.tolist()):
        if i + 1 < len(ids) and ids[i + 1] < segment:
            _invalid("segment ids are not increasing")
        if not 0 <= segment < total:
            _invalid(
                f"Segment id {segment} out of range [0, {total}), possibly because "
                "'segment_ids' input is not sorted."
            )
    if count is not None and total > count:
        _invalid(f"segment ids must be < num_segments: {int(ids[-1])} is not in [0, {count})")
    bad = (indices < 0) | (indices >= rows)
    if bad.any():
        at = int(np.argmax(bad))
        _invalid(f"Bad: indices[{at}] == {int(indices[at])} out of range [0, {rows})")
    return total


def _weights(ids, count, kind, dtype):
    """What each row is multiplied by: 1, 1 / n or 1 / sqrt(n) for segments of n rows."""
    if kind == "Sum":
        return None
    sizes = np.maximum(np.bincount(np.asarray(ids, np.int64), minlength=count), 1)
    sizes = sizes.astype(np.float64)
    return (1 / (np.sqrt(sizes) if kind == "SqrtN" else sizes)).astype(dtype)


def _reduce(xp, kind, data, indices, segment_ids, count=None):
    total = _checked(xp, data.shape[0], indices, segment_ids, count)
    count = total if count is None else count
    if not len(indices):
        return xp.zeros((count, *data.shape[1:]), data.dtype)
    rows = xp.gather(data, indices)
    narrow = data.dtype
    if np.dtype(narrow).itemsize == 2 and kind != "Sum":
        rows = rows.astype("float32")
    sums = xp.segment_sum(rows, segment_ids, count)
    weights = _weights(segment_ids, count, kind, rows.dtype)
    if weights is not None:
        sums = sums * weights.reshape((-1,) + (1,) * (xp.ndim(sums) - 1))
    return sums.astype(narrow)


def _forward(kind):
    """The op of one kind, and the one of a given number of segments."""
    types = _REAL if kind == "Sum" else _FLOATS
    plain = define_op(
        f"SparseSegment{kind}",
        inputs="data: T, indices: Tidx, segment_ids: Tsegmentids",
        outputs="output: T",
        attrs=[types, _INDICES, _SEGMENTS, _SPARSE],
        shape=lambda data, indices, segment_ids: _shape(data, indices, segment_ids),
    )
    counted = define_op(
        f"SparseSegment{kind}WithNumSegments",
        inputs="data: T, indices: Tidx, segment_ids: Tsegmentids, num_segments: Tnumsegments",
        outputs="output: T",
        attrs=[types, _INDICES, _COUNT, _SEGMENTS, _SPARSE],
    )

    @counted.shape
    def counted_shape(data, indices, segment_ids, num_segments):
        count = None if num_segments.known is None else int(num_segments.known)
        if count is not None and count < 0:
            raise ShapeError("Cannot specify a negative value for num_segments")
        return _shape(data, indices, segment_ids, count)

    @plain.kernel(static=["indices", "segment_ids"])
    def plain_kernel(xp, data, indices, segment_ids):
        return _reduce(xp, kind, data, indices, segment_ids)

    @counted.kernel(static=["indices", "segment_ids", "num_segments"])
    def counted_kernel(xp, data, indices, segment_ids, num_segments):
        return _reduce(xp, kind, data, indices, segment_ids, int(num_segments))

    plain.gradient(_gradient(kind, 2))
    counted.gradient(_gradient(kind, 3))


def _backward(kind):
    """The gradient op of one kind, and its sparse form, which only gives the rows with indices."""
    back = define_op(
        f"SparseSegment{kind}Grad",
        inputs="grad: T, indices: Tidx, segment_ids: Tsegmentids, output_dim0: int32",
        outputs="output: T",
        attrs=[_FLOATS, _INDICES, _SEGMENTS],
    )

    @back.shape
    def back_shape(grad, indices, segment_ids, output_dim0):
        with_rank(grad.dims, 1, at_least=True)
        rows = None if output_dim0.known is None else int(output_dim0.known)
        return None if grad.dims is None else (rows, *grad.dims[1:])

    @back.kernel(static=["indices", "segment_ids", "output_dim0"])
    def back_kernel(xp, grad, indices, segment_ids, output_dim0):
        rows, count = int(output_dim0), grad.shape[0]
        indices, ids = np.asarray(indices), np.asarray(segment_ids)
        if len(ids) and ids[-1] >= count:
            _invalid("Invalid number of segments")
        bad = (ids < 0) | (ids >= count)
        if bad.any():
            _invalid(f"Segment id {int(ids[np.argmax(bad)])} out of range [0, {count})")
        bad = (indices < 0) | (indices >= rows)
        if bad.any():
            _invalid(f"Index {int(indices[np.argmax(bad)])} out of range [0, {rows})")
        weights = _weights(ids, count, kind, grad.dtype)
        if weights is not None:
            grad = grad * weights.reshape((-1,) + (1,) * (xp.ndim(grad) - 1))
        return xp.segment_sum(xp.gather(grad, ids), indices, rows)

    back.no_gradient()
    _sparse_backward(kind, back_kernel)


def _sparse_backward(kind, back_kernel):
    sparse = define_op(
        f"SparseSegment{kind}GradV2",
        inputs="grad: T, indices: Tidx, segment_ids: Tsegmentids, dense_output_dim0: int32",
        outputs="output: T, sorted_unique_indices: Tidx",
        attrs=[_FLOATS, _INDICES, _SEGMENTS],
    )

    @sparse.shape
    def sparse_shape(grad, indices, segment_ids, dense_output_dim0):
        with_rank(grad.dims, 1, at_least=True)
        return [None if grad.dims is None else (None, *grad.dims[1:]), (None,)]

    @sparse.kernel(dynamic=True)
    def sparse_kernel(xp, grad, indices, segment_ids, dense_output_dim0):
        rows = np.unique(indices)
        total = back_kernel(xp, grad, indices, segment_ids, dense_output_dim0)
        return total[rows], rows

    sparse.no_gradient()


def _gradient(kind, others):
    def gradient(op, dy):
        data, indices, ids = op.inputs[:3]
        shape = PUBLIC["shape"](data)
        rows = shape[0]
        if op.attrs["sparse_gradient"]:
            slices = getattr(raw, f"SparseSegment{kind}GradV2")
            values, places = slices(dy, indices, ids, rows)
            return [IndexedSlices(values, places, shape), *[None] * others]
        back = getattr(raw, f"SparseSegment{kind}Grad")
        return [back(dy, indices, ids, rows), *[None] * others]

    return gradient


for _kind in ("Sum", "Mean", "SqrtN"):
    _forward(_kind)
    _backward(_kind)


def _public(kind, data, indices, segment_ids, name, num_segments, sparse_gradient):
    op = getattr(raw, f"SparseSegment{kind}")
    extra = {"sparse_gradient": sparse_gradient}
    if num_segments is not None:
        op = getattr(raw, f"SparseSegment{kind}WithNumSegments")
        return op(data, indices, segment_ids, num_segments, name=name, **extra)
    return op(data, indices, segment_ids, name=name, **extra)


def sparse_segment_sum(
    data, indices, segment_ids, name=None, num_segments=None, sparse_gradient=False
):
    """Sums of the rows `indices` of `data` that share a segment id.

    Args:
      data: real `Tensor` of rank at least 1.
      indices: integer vector of rows.
      segment_ids: non-decreasing integer vector as long as `indices`.
      name: optional name of the operation.
      num_segments: the number of segments; by default the last id and one.
      sparse_gradient: whether the gradient may be sparse.

    Returns:
      `Tensor` of shape `[segments, *data.shape[1:]]`.

    Raises:
      InvalidArgumentError: when run, for ids that decrease or indices out of range.
    """
    return _public("Sum", data, indices, segment_ids, name, num_segments, sparse_gradient)


def sparse_segment_mean(
    data, indices, segment_ids, name=None, num_segments=None, sparse_gradient=False
):
    """Means of the rows `indices` of `data` that share a segment id.

    Args:
      data: floating-point `Tensor` of rank at least 1.
      indices: integer vector of rows.
      segment_ids: non-decreasing integer vector as long as `indices`.
      name: optional name of the operation.
      num_segments: the number of segments; by default the last id and one.
      sparse_gradient: whether the gradient may be sparse.

    Returns:
      `Tensor` of shape `[segments, *data.shape[1:]]`.

    Raises:
      InvalidArgumentError: when run, for ids that decrease or indices out of range.
    """
    return _public("Mean", data, indices, segment_ids, name, num_segments, sparse_gradient)


def sparse_segment_sqrt_n(
    data, indices, segment_ids, name=None, num_segments=None, sparse_gradient=False
):
    """Sums of the rows of each segment, divided by the square root of their number.

    Args:
      data: floating-point `Tensor` of rank at least 1.
      indices: integer vector of rows.
      segment_ids: non-decreasing integer vector as long as `indices`.
      name: optional name of the operation.
      num_segments: the number of segments; by default the last id and one.
      sparse_gradient: whether the gradient may be sparse.

    Returns:
      `Tensor` of shape `[segments, *data.shape[1:]]`.

    Raises:
      InvalidArgumentError: when run, for ids that decrease or indices out of range.
    """
    return _public("SqrtN", data, indices, segment_ids, name, num_segments, sparse_gradient)
