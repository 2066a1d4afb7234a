"""How often numbers occur: `tf.bincount`."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError
from headwater._src.ops._static import size_tensor

_WEIGHTS = "T: {int32, int64, float, double}"
DenseBincount = define_op(
    "DenseBincount",
    inputs="input: Tidx, size: Tidx, weights: T",
    outputs="output: T",
    attrs=["Tidx: {int32, int64}", _WEIGHTS, "binary_output: bool = false"],
)
Bincount = define_op(
    "Bincount",
    inputs="arr: int32, size: int32, weights: T",
    outputs="bins: T",
    attrs=[_WEIGHTS],
)


@DenseBincount.shape
def dense_bincount_shape(input, size, weights):
    if size.dims not in (None, ()):
        raise ShapeError(f"Shape must be rank 0 but is rank {len(size.dims)}")
    count = None if size.known is None else int(size.known)
    if input.dims is None:
        return None
    if len(input.dims) > 2:
        raise ShapeError(f"Shape must be at most rank 2 but is rank {len(input.dims)}")
    return (count,) if len(input.dims) < 2 else (input.dims[0], count)


@Bincount.shape
def bincount_shape(arr, size, weights):
    return (None if size.known is None else int(size.known),)


def _count(xp, values, size, weights, binary):
    """Counts of one row; numbers of `size` and more are left out."""
    xp.require(
        values >= 0,
        lambda: errors.InvalidArgumentError(None, None, "Input arr must be non-negative!"),
    )
    if weights.size == 0 or binary:
        weights = xp.ones(values.shape, weights.dtype)
    places = xp.where((values >= 0) & (values < size), values, size)
    zeros = xp.zeros((size + 1,), weights.dtype)
    return xp.scatter(zeros, places, weights, "max" if binary else "add")[:size]


@DenseBincount.kernel(static=["size"])
def dense_bincount_kernel(xp, input, size, weights, *, binary_output):
    size = int(size)
    if size < 0:
        raise errors.InvalidArgumentError(None, None, f"size ({size}) must be non-negative")
    if input.ndim < 2:
        flat = xp.reshape(input, (-1,))
        return _count(xp, flat, size, xp.reshape(weights, (-1,)), binary_output)
    rows, columns = input.shape
    if rows == 0:
        return xp.zeros((0, size), weights.dtype)
    # Rows are counted as one, each with numbers of its own.
    offsets = np.arange(rows, dtype=input.dtype).reshape(-1, 1) * (size + 1)
    inside = xp.where(input < size, input, size)
    xp.require(
        input >= 0,
        lambda: errors.InvalidArgumentError(None, None, "Input arr must be non-negative!"),
    )
    flat = xp.reshape(inside + offsets, (-1,))
    total = _count(xp, flat, rows * (size + 1), xp.reshape(weights, (-1,)), binary_output)
    return xp.reshape(total, (rows, size + 1))[:, :size]


@Bincount.kernel(static=["size"])
def bincount_kernel(xp, arr, size, weights):
    flat, weights = xp.reshape(arr, (-1,)), xp.reshape(weights, (-1,))
    return _count(xp, flat, int(size), weights, False)


DenseBincount.no_gradient()
Bincount.no_gradient()


def bincount(arr, weights=None, minlength=None, maxlength=None, dtype=dtypes.int32):
    """How often each number occurs.

    Args:
      arr: `int32` `Tensor` of numbers that are not negative.
      weights: what each of them counts, of the shape of `arr`; 1 by default.
      minlength: least length of the result.
      maxlength: largest length of the result; larger numbers are not counted.
      dtype: type of the counts when there are no weights.

    Returns:
      A vector as long as the largest number plus one; empty when `arr` is.

    Raises:
      InvalidArgumentError: a number is negative.
    """
    with scope(None, "bincount", []):
        arr = convert_to_tensor(arr, dtypes.int32, "arr")
        present = raw.Cast(raw.Greater(size_tensor(arr), 0), DstT=dtypes.int32)
        size = present * (PUBLIC["reduce_max"](arr) + 1)
        if minlength is not None:
            size = raw.Maximum(convert_to_tensor(minlength, dtypes.int32, "minlength"), size)
        if maxlength is not None:
            size = raw.Minimum(convert_to_tensor(maxlength, dtypes.int32, "maxlength"), size)
        if weights is not None:
            weights = raw.Reshape(convert_to_tensor(weights, name="weights"), [-1])
        flat = raw.Reshape(arr, [-1])
        if weights is None:
            weights = constant(np.zeros(0, dtypes.as_dtype(dtype).as_numpy_dtype))
        return raw.DenseBincount(flat, size, weights)
