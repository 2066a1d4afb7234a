"""What the sparse ops share: arguments, shapes, keys of index rows."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph.composite import SparseTensor, SparseTensorValue
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._shapes import known_dims, merge_dim, with_rank

NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
    "bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64}"
)
REALS = "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"


def sparse(value):
    """A `SparseTensor` from one, or from a `SparseTensorValue`.

    Raises:
      TypeError: it is neither.
    """
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    if not isinstance(value, SparseTensor):
        raise TypeError("Input must be a SparseTensor.")
    return value


def all_sparse(values):
    """A list of `SparseTensor`s.

    Raises:
      TypeError: `values` is no list, or holds something else.
    """
    if not isinstance(values, (list, tuple)):
        raise TypeError("Inputs must be a list")
    if not all(isinstance(v, (SparseTensor, SparseTensorValue)) for v in values):
        raise TypeError("All inputs must be SparseTensors.")
    return [sparse(v) for v in values]


def parts_dims(indices, values, shape):
    """`(number of elements, rank)` of a sparse tensor's parts, as far as they are known.

    Raises:
      ShapeError: the parts do not fit together.
    """
    count, rank = with_rank(indices.dims, 2)
    (n,) = with_rank(values.dims, 1)
    (r,) = with_rank(shape.dims, 1)
    return merge_dim(count, n), merge_dim(rank, r)


def shape_dims(shape):
    """The static dims of the dense form, None when nothing is known of them."""
    return known_dims(shape)


def invalid(message):
    """The error for bad data."""
    return errors.InvalidArgumentError(None, None, message)


def listed(values):
    """Numbers the way messages show them: `1,2,3`."""
    return ",".join(str(int(v)) for v in np.reshape(values, -1))


def order_of_rows(xp, indices):
    """The stable order that sorts the rows of an index matrix."""
    if indices.shape[1] == 0:
        return xp.arange(indices.shape[0])
    return xp.lexsort(tuple(indices[:, i] for i in range(indices.shape[1] - 1, -1, -1)))


def union_of_rows(first, second):
    """The distinct rows of two index matrices in order, and where each of their rows is among them.

    Args:
      first: int64 matrix.
      second: int64 matrix with as many columns.

    Returns:
      `(rows, positions of first, positions of second)`.
    """
    rows, where = np.unique(np.concatenate([first, second]), axis=0, return_inverse=True)
    where = where.reshape(-1)
    return rows, where[: len(first)], where[len(first) :]


def flat_index(xp, indices, shape):
    """Row-major positions of index rows in an array of `shape`."""
    flat = xp.zeros(indices.shape[:1], np.int64)
    for i, size in enumerate(np.asarray(shape).tolist()):
        flat = flat * size + indices[:, i]
    return flat


def int64(value):
    """`value` as an int64 tensor; a tensor of another type is cast."""
    return PUBLIC["cast"](value, dtypes.int64)
