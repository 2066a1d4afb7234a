"""Reductions of rows by segment other than sums: means, products, smallest and largest."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._indexing import check_indices, segment_count, sorted_segments
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, is_full, text, with_rank
from headwater._src.ops._static import rank_tensor, shape_tensor

_REAL = "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"
_NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
    "bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}"
)


def _lowest(dtype):
    return np.array(-np.inf if _is_float(dtype) else np.iinfo(dtype).min, dtype)


def _highest(dtype):
    return np.array(np.inf if _is_float(dtype) else np.iinfo(dtype).max, dtype)


def _is_float(dtype):
    return np.dtype(dtype).kind not in "iu"


def _smallest_finite(dtype):
    # What an empty segment holds: the lowest number, not minus infinity.
    return np.array(_finfo(dtype).min if _is_float(dtype) else np.iinfo(dtype).min, dtype)


def _largest_finite(dtype):
    return np.array(_finfo(dtype).max if _is_float(dtype) else np.iinfo(dtype).max, dtype)


def _finfo(dtype):
    try:
        return np.finfo(dtype)
    except ValueError:  # bfloat16 is not NumPy's
        import ml_dtypes

        return ml_dtypes.finfo(dtype)


# --- sorted -----------------------------------------------------------------------------------


def _sorted_shape(data, segment_ids):
    with_rank(segment_ids.dims, 1)
    return None if data.dims is None else (None,) + data.dims[1:]


def _sorted_op(name, types, how, start):
    op = define_op(
        name,
        inputs="data: T, segment_ids: Tindices",
        outputs="output: T",
        attrs=[f"T: {types}", "Tindices: {int32, int64}"],
        shape=_sorted_shape,
    )

    @op.kernel(dynamic=True)
    def kernel(xp, data, segment_ids):
        ids, count = np.asarray(segment_ids), sorted_segments(segment_ids, len(data))
        if how == "mean":
            return _mean(xp, data, ids, count)
        result = xp.full((count, *data.shape[1:]), start(data.dtype), data.dtype)
        result = xp.scatter(result, ids, data, how)
        # A segment without rows holds zero (one, for products).
        rows = np.bincount(ids, minlength=count).reshape((count,) + (1,) * (data.ndim - 1))
        return xp.where(rows > 0, result, np.array(how == "mul", data.dtype))

    return op


def _mean(xp, data, ids, count):
    rows = np.maximum(np.bincount(ids, minlength=count), 1)
    total = xp.segment_sum(data, ids, count)
    rows = rows.reshape((count,) + (1,) * (data.ndim - 1)).astype(data.dtype)
    if data.dtype.kind not in "iu":
        return total / rows
    # Integers are divided towards zero.
    return xp.where((total < 0), -(-total // rows), total // rows).astype(data.dtype)


SegmentMean = _sorted_op("SegmentMean", _NUMBERS, "mean", None)
SegmentProd = _sorted_op("SegmentProd", _NUMBERS, "mul", lambda dtype: 1)
SegmentMax = _sorted_op("SegmentMax", _REAL, "max", _lowest)
SegmentMin = _sorted_op("SegmentMin", _REAL, "min", _highest)


@SegmentMean.gradient
def segment_mean_gradient(op, dy):
    data, ids = op.inputs
    rank = rank_tensor(data)
    ids_shape = shape_tensor(ids)
    tail = PUBLIC["ones"](raw.ExpandDims(rank - 1, 0), "int32")
    shape = PUBLIC["concat"]([ids_shape, tail], 0)
    ones = PUBLIC["ones"](shape, dy.dtype)
    scaled = raw.RealDiv(dy, raw.SegmentSum(ones, ids), name="truediv")
    return [PUBLIC["gather"](scaled, ids), None]


@SegmentMax.gradient
@SegmentMin.gradient
def segment_extreme_gradient(op, dy):
    data, ids = op.inputs
    zeros = PUBLIC["zeros_like"](data)
    gathered = PUBLIC["gather"](op.outputs[0], ids)
    selected = raw.Equal(data, gathered)
    # Rows that are equally large share the gradient.
    count = raw.SegmentSum(raw.Cast(selected, DstT=dy.dtype.base_dtype), ids)
    share = raw.RealDiv(dy, count, name="truediv")
    return [raw.SelectV2(selected, PUBLIC["gather"](share, ids), zeros), None]


@SegmentProd.gradient
def segment_prod_gradient(op, dy):
    data, ids = op.inputs
    is_zero = raw.Equal(data, 0)
    zeros = raw.SegmentSum(raw.Cast(is_zero, DstT="int32"), ids)
    # With two zeros in a segment nothing changes when one of them does.
    dy = raw.SelectV2(raw.Greater(zeros, 1), PUBLIC["zeros_like"](dy), dy)
    others = raw.SelectV2(is_zero, PUBLIC["ones_like"](data), data)
    prod_of_others = raw.SegmentProd(others, ids)
    gathered = PUBLIC["gather"](op.outputs[0], ids)
    gathered_others = PUBLIC["gather"](prod_of_others, ids)
    rest = raw.RealDiv(gathered, others, name="truediv")
    partial = raw.SelectV2(is_zero, gathered_others, rest)
    return [raw.Mul(PUBLIC["gather"](dy, ids), partial, name="mul"), None]


_SORTED_DOC = """{what} of runs of rows of `data`.

    Args:
      data: numeric `Tensor`.
      segment_ids: vector of integers that never fall: the segment of each row.
      name: name of the node.

    Returns:
      A `Tensor` with a row for each segment up to the last id; one without rows of `data` is
      {empty}.

    Raises:
      InvalidArgumentError: an id is negative or smaller than the one before it.
    """


def _sorted_function(op, name, what, empty):
    def function(data, segment_ids, name=None):
        return op(data, segment_ids, name=name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = _SORTED_DOC.format(what=what, empty=empty)
    return function


segment_mean = _sorted_function(SegmentMean, "segment_mean", "Means", "zero")
segment_prod = _sorted_function(SegmentProd, "segment_prod", "Products", "one")
segment_max = _sorted_function(SegmentMax, "segment_max", "Largest elements", "zero")
segment_min = _sorted_function(SegmentMin, "segment_min", "Smallest elements", "zero")

# --- unsorted ---------------------------------------------------------------------------------


def _unsorted_op(name, types, how, start):
    op = define_op(
        name,
        inputs="data: T, segment_ids: Tindices, num_segments: Tnumsegments",
        outputs="output: T",
        attrs=[f"T: {types}", "Tindices: {int32, int64}", "Tnumsegments: {int32, int64} = int32"],
    )

    @op.shape
    def shape(data, segment_ids, num_segments):
        if data.dims is None or segment_ids.dims is None:
            return None
        for a, b in zip(data.dims, segment_ids.dims):
            if a is not None and b is not None and a != b:
                raise ShapeError(f"Dimensions must be equal, but are {a} and {b}")
        count = None if num_segments.known is None else int(num_segments.known)
        return (count,) + data.dims[len(segment_ids.dims) :]

    @op.kernel(static=["num_segments"])
    def kernel(xp, data, segment_ids, num_segments):
        count = segment_count(num_segments)
        if tuple(data.shape[: segment_ids.ndim]) != tuple(segment_ids.shape):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"data.shape = {text(tuple(data.shape))} does not start with segment_ids.shape = "
                f"{text(tuple(segment_ids.shape))}",
            )
        clipped = xp.maximum(segment_ids, 0 if count else -1)
        check_indices(xp, clipped, count, "segment_ids", "out of range")
        # Rows with negative ids go to a segment of their own, which is cut off.
        ids = xp.where(segment_ids >= 0, segment_ids, count)
        result = xp.full(
            (count + 1, *data.shape[segment_ids.ndim :]), start(data.dtype), data.dtype
        )
        return xp.scatter(result, ids, data, how)[:count]

    return op


UnsortedSegmentMax = _unsorted_op("UnsortedSegmentMax", _REAL, "max", _smallest_finite)
UnsortedSegmentMin = _unsorted_op("UnsortedSegmentMin", _REAL, "min", _largest_finite)
UnsortedSegmentProd = _unsorted_op("UnsortedSegmentProd", _NUMBERS, "mul", lambda dtype: 1)


def _gather_or_zero(rows, ids, clipped=None, kept=None):
    """Rows at `ids`, zero where an id is negative; also the clipped ids and the mask."""
    if clipped is None:
        clipped = raw.Maximum(ids, PUBLIC["zeros_like"](ids))
    gathered = PUBLIC["gather"](rows, clipped)
    if kept is None:
        positive = raw.GreaterEqual(ids, 0)
        ids_shape = shape_tensor(positive)
        extra = rank_tensor(gathered) - rank_tensor(positive)
        tail = PUBLIC["ones"]([extra], ids_shape.dtype)
        kept = raw.Reshape(positive, PUBLIC["concat"]([ids_shape, tail], 0))
        kept = kept & PUBLIC["ones_like"](gathered, dtype="bool")
    return raw.SelectV2(kept, gathered, PUBLIC["zeros_like"](gathered)), clipped, kept


@UnsortedSegmentMax.gradient
@UnsortedSegmentMin.gradient
def unsorted_segment_extreme_gradient(op, dy):
    data, ids, count = op.inputs
    gathered, clipped, kept = _gather_or_zero(op.outputs[0], ids)
    selected = raw.LogicalAnd(raw.Equal(data, gathered), kept)
    shared = raw.UnsortedSegmentSum(raw.Cast(selected, DstT=dy.dtype.base_dtype), ids, count)
    share, _, _ = _gather_or_zero(raw.RealDiv(dy, shared, name="truediv"), None, clipped, kept)
    return [raw.SelectV2(selected, share, PUBLIC["zeros_like"](share)), None, None]


@UnsortedSegmentProd.gradient
def unsorted_segment_prod_gradient(op, dy):
    data, ids, count = op.inputs
    is_zero = raw.Equal(data, 0)
    zeros = raw.UnsortedSegmentSum(raw.Cast(is_zero, DstT="int32"), ids, count)
    dy = raw.SelectV2(raw.Greater(zeros, 1), PUBLIC["zeros_like"](dy), dy)
    others = raw.SelectV2(is_zero, PUBLIC["ones_like"](data), data)
    prod_of_others = raw.UnsortedSegmentProd(others, ids, count)
    clipped = raw.Maximum(ids, PUBLIC["zeros_like"](ids))
    gathered = PUBLIC["gather"](op.outputs[0], clipped)
    gathered_others = PUBLIC["gather"](prod_of_others, clipped)
    rest = raw.RealDiv(gathered, data, name="truediv")
    partial = raw.SelectV2(is_zero, gathered_others, rest)
    taken, _, _ = _gather_or_zero(dy, ids, clipped)
    return [raw.Mul(taken, partial, name="mul"), None, None]


_UNSORTED_DOC = """{what} of the rows of `data` that have the same segment id.

    Args:
      data: numeric `Tensor`.
      segment_ids: integers whose shape begins the shape of `data`; rows with a negative id are
        dropped.
      num_segments: scalar, the number of segments.
      name: name of the node.

    Returns:
      A `Tensor` of shape `[num_segments] + data.shape[segment_ids.rank:]`; a segment without rows
      holds {empty}.

    Raises:
      InvalidArgumentError: an id is `num_segments` or more.
    """


def _unsorted_function(build, name, what, empty):
    def function(data, segment_ids, num_segments, name=None):
        return build(data, segment_ids, num_segments, name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = _UNSORTED_DOC.format(what=what, empty=empty)
    return function


def _plain(op):
    return lambda data, ids, count, name: op(data, ids, count, name=name)


def _divided(default_name, by):
    """Sums divided by a function of the number of rows."""

    def build(data, ids, count, name):
        with scope(name, default_name, [data, ids, count]):
            data = convert_to_tensor(data)
            ids, number = convert_to_tensor(ids), convert_to_tensor(count)
            if is_full(ids.dims):
                with scope(None, "Shape", [ids]):
                    ids_shape = convert_to_tensor(ids.shape)
            else:
                ids_shape = shape_tensor(ids)
            ones = PUBLIC["ones"](ids_shape, data.dtype)
            rows = raw.UnsortedSegmentSum(ones, ids, number)
            first = number[None]
            extra = rank_tensor(data) - rank_tensor(ids)
            tail = PUBLIC["ones"]([extra], number.dtype)
            shape = PUBLIC["concat"]([first, tail], 0)
            rows = raw.Maximum(raw.Reshape(rows, shape), 1)
            total = raw.UnsortedSegmentSum(data, ids, count)
            return total / by(rows)

    return build


unsorted_segment_max = _unsorted_function(
    _plain(UnsortedSegmentMax), "unsorted_segment_max", "Largest elements", "the lowest number"
)
unsorted_segment_min = _unsorted_function(
    _plain(UnsortedSegmentMin), "unsorted_segment_min", "Smallest elements", "the highest number"
)
unsorted_segment_prod = _unsorted_function(
    _plain(UnsortedSegmentProd), "unsorted_segment_prod", "Products", "one"
)
unsorted_segment_mean = _unsorted_function(
    _divided("UnsortedSegmentMean", lambda rows: rows), "unsorted_segment_mean", "Means", "zero"
)
unsorted_segment_sqrt_n = _unsorted_function(
    _divided("UnsortedSegmentSqrtN", lambda rows: raw.Sqrt(rows)),
    "unsorted_segment_sqrt_n",
    "Sums, divided by the square root of their number,",
    "zero",
)
