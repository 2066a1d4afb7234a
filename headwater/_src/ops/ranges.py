"""Sequences of numbers, and grids and masks made of them."""

import math

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError
from headwater._src.ops._static import size_tensor

# --- range ------------------------------------------------------------------------------------

Range = define_op(
    "Range",
    inputs="start: Tidx, limit: Tidx, delta: Tidx",
    outputs="output: Tidx",
    attrs=[
        "Tidx: {bfloat16, half, float, double, int8, int16, int32, int64, uint16, uint32, uint64} "
        "= int32"
    ],
)


def _length(start, limit, delta, error):
    if delta == 0:
        raise error(f"Requires delta != 0: {delta}")
    if delta > 0 and start > limit:
        raise error(f"Requires start <= limit when delta > 0: {start}/{limit}")
    if delta < 0 and start < limit:
        raise error(f"Requires start >= limit when delta < 0: {start}/{limit}")
    if isinstance(delta, int):
        return -(-(limit - start) // delta)
    return math.ceil(abs((limit - start) / delta))


@Range.shape
def range_shape(start, limit, delta):
    for t in (start, limit, delta):
        if t.dims is not None and t.dims != ():
            raise ShapeError(f"Shape must be rank 0 but is rank {len(t.dims)}")
    values = [t.known for t in (start, limit, delta)]
    if any(v is None for v in values):
        return (None,)
    return (_length(*(v.item() for v in values), ShapeError),)


@Range.kernel(static=["start", "limit", "delta"])
def range_kernel(xp, start, limit, delta, *, Tidx):
    first, last, step = (np.asarray(v).item() for v in (start, limit, delta))
    count = _length(first, last, step, lambda text: errors.InvalidArgumentError(None, None, text))
    kind = Tidx.as_numpy_dtype
    numbers = np.arange(count)
    return (np.asarray(first) + numbers * step).astype(kind)


Range.no_gradient()


@public
def range(start, limit=None, delta=1, dtype=None, name="range"):
    """The numbers `start`, `start + delta`, ... below `limit`.

    Args:
      start: the first number; or, when `limit` is not given, the limit, counting from 0.
      limit: the bound, not included.
      delta: the step, which may be negative.
      dtype: type of the numbers (default: the widest of the arguments' types).
      name: name of the node.

    Returns:
      A vector.

    Raises:
      ValueError: the step is 0 or leads away from the limit.

    >>> sess.run(tf.range(3))
    array([0, 1, 2], dtype=int32)
    """
    if limit is None:
        start, limit = 0, start
    with scope(name, "Range", [start, limit, delta]) as node_name:
        values = [
            _number(v, dtype, n) for v, n in ((start, "start"), (limit, "limit"), (delta, "delta"))
        ]
        if dtype is None:
            order = [dtypes.int32, dtypes.int64, dtypes.float32, dtypes.float64]
            kinds = [v.dtype.base_dtype for v in values]
            if all(k in order for k in kinds):
                dtype = max(kinds, key=order.index)
            else:
                dtype = kinds[0]
        else:
            dtype = dtypes.as_dtype(dtype)
        start, limit, delta = (
            v if v.dtype.base_dtype == dtype else raw.Cast(v, DstT=dtype, name="Cast")
            for v in values
        )
        return raw.Range(start, limit, delta, name=node_name)


def _number(value, dtype, name):
    if dtype is not None and not hasattr(value, "op"):
        return convert_to_tensor(value, dtype, name)
    return convert_to_tensor(value, name=name)


# --- linspace ---------------------------------------------------------------------------------

LinSpace = define_op(
    "LinSpace",
    inputs="start: T, stop: T, num: Tidx",
    outputs="output: T",
    attrs=["T: {bfloat16, half, float, double}", "Tidx: {int32, int64} = int32"],
)


@LinSpace.shape
def lin_space_shape(start, stop, num):
    for t in (start, stop, num):
        if t.dims is not None and t.dims != ():
            raise ShapeError(f"Shape must be rank 0 but is rank {len(t.dims)}")
    if num.known is None:
        return (None,)
    if num.known <= 0:
        raise ShapeError(f"Requires num > 0: {num.known}")
    return (int(num.known),)


@LinSpace.kernel(static=["num"])
def lin_space_kernel(xp, start, stop, num, *, T):
    count, kind = int(num), T.as_numpy_dtype
    if count <= 0:
        raise errors.InvalidArgumentError(None, None, f"Requires num > 0: {count}")
    if count == 1:
        return xp.reshape(start, (1,))
    step = (stop - start) / np.asarray(count - 1, kind)
    numbers = start + step * np.arange(count).astype(kind)
    # The last number is the bound itself, whatever rounding would make of it.
    return xp.concatenate([numbers[:-1], xp.reshape(stop, (1,))])


LinSpace.no_gradient()

# --- grids and masks --------------------------------------------------------------------------


def meshgrid(*args, **kwargs):
    """Coordinates of the points of a grid.

    Args:
      *args: vectors of coordinates, one for each dimension.
      **kwargs: `indexing`, "xy" (default: the first two are exchanged) or "ij"; `name` of
        the scope of the new nodes.

    Returns:
      A list of tensors of the grid's shape, one for each of `args`.

    Raises:
      TypeError: an unknown keyword argument.
      ValueError: an unknown `indexing`.
    """
    indexing = kwargs.pop("indexing", "xy")
    name = kwargs.pop("name", "meshgrid")
    if kwargs:
        raise TypeError(f"'{next(iter(kwargs))}' is an invalid keyword argument for this function")
    if indexing not in ("xy", "ij"):
        raise ValueError(
            f"Argument `indexing` parameter must be either 'xy' or 'ij', got '{indexing}'"
        )
    with scope(name, "meshgrid", args):
        rank = len(args)
        columns = [
            raw.Reshape(PUBLIC["stack"](x), [1] * i + [-1] + [1] * (rank - i - 1))
            for i, x in enumerate(args)
        ]
        sizes = [size_tensor(x) for x in args]
        kind = convert_to_tensor(args[0]).dtype.base_dtype
        if indexing == "xy" and rank > 1:
            columns[0] = raw.Reshape(columns[0], [1, -1] + [1] * (rank - 2))
            columns[1] = raw.Reshape(columns[1], [-1, 1] + [1] * (rank - 2))
            sizes[0], sizes[1] = sizes[1], sizes[0]
        grid = PUBLIC["ones"](sizes, kind)
        return [raw.Mul(column, grid, name="mul") for column in columns]


@public
def linspace(start, stop, num, name=None, axis=0):
    """`num` numbers at equal distances, from `start` to `stop`, both included.

    Args:
      start: floating-point scalar.
      stop: scalar of the same type.
      num: how many, at least 1.
      name: name of the node.
      axis: only 0, for scalars.

    Returns:
      A vector.

    Raises:
      NotImplementedError: `axis` is not 0.
    """
    if axis != 0:
        raise NotImplementedError("linspace along another axis is not implemented in headwater")
    return raw.LinSpace(start, stop, num, name=name)


@public
def sequence_mask(lengths, maxlen=None, dtype=dtypes.bool, name=None):
    """Rows that are true in their first `lengths[i]` places.

    Args:
      lengths: integers of any shape.
      maxlen: scalar, the length of the rows (default: the largest of `lengths`).
      dtype: type of the result.
      name: name of the scope of the new nodes.

    Returns:
      A `Tensor` of shape `lengths.shape + [maxlen]`.

    Raises:
      ValueError: `maxlen` is not a scalar.
    """
    with scope(name, "SequenceMask", [lengths, maxlen]):
        lengths = convert_to_tensor(lengths)
        if maxlen is None:
            axes = constant(np.arange(len(lengths.dims or ()), dtype=np.int32))
            maxlen = raw.Max(lengths, axes)
            maxlen = raw.Maximum(constant(0, maxlen.dtype), maxlen)
        else:
            maxlen = convert_to_tensor(maxlen)
        if maxlen.dims is not None and maxlen.dims != ():
            raise ValueError(
                f"Argument `maxlen` must be scalar for sequence_mask, received `maxlen` = {maxlen}"
            )
        row = raw.Range(constant(0, maxlen.dtype), maxlen, constant(1, maxlen.dtype))
        bound = raw.Cast(raw.ExpandDims(lengths, -1), DstT=maxlen.dtype)
        result = raw.Less(row, bound)
        if dtype is None or result.dtype.base_dtype == dtypes.as_dtype(dtype):
            return result
        return raw.Cast(result, DstT=dtypes.as_dtype(dtype))
