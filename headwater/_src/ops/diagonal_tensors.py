"""Bands around the main diagonal, and tensors of any rank with elements only on the diagonal."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.ops._shapes import ShapeError, merge, size, text, with_rank

_NUMBERS = "{bfloat16, half, float, double, int32, int64, complex64, complex128}"

# --- a band of a matrix -----------------------------------------------------------------------

MatrixBandPart = define_op(
    "MatrixBandPart",
    inputs="input: T, num_lower: Tindex, num_upper: Tindex",
    outputs="band: T",
    attrs=["T: type", "Tindex: {int32, int64} = int64"],
)


@MatrixBandPart.shape
def _band_part_shape(input, num_lower, num_upper):
    with_rank(num_lower.dims, 0)
    with_rank(num_upper.dims, 0)
    return with_rank(input.dims, 2, at_least=True)


@MatrixBandPart.kernel
def _band_part_kernel(xp, input, num_lower, num_upper):
    if xp.ndim(input) < 2:
        raise errors.InvalidArgumentError(
            None, None, f"input must be at least 2-dim, received shape: {text(input.shape)}"
        )
    rows, columns = input.shape[-2:]
    for name, value, limit in (("lower", num_lower, rows), ("upper", num_upper, columns)):
        xp.require(
            value <= limit,
            lambda n=name, v=value, m=limit: errors.InvalidArgumentError(
                None,
                None,
                f"num_{n} must be negative or less or equal to number of "
                f"{'rows' if n == 'lower' else 'columns'} ({m}) got: {v}",
            ),
        )
    row, column = np.indices((rows, columns))
    below = (num_lower < 0) | (row - column <= num_lower)
    above = (num_upper < 0) | (column - row <= num_upper)
    return xp.where(below & above, input, xp.zeros((), input.dtype))


@MatrixBandPart.gradient
def _band_part_gradient(op, dy):
    return [raw.MatrixBandPart(dy, op.inputs[1], op.inputs[2]), None, None]


@public
def matrix_band_part(input, num_lower, num_upper, name=None):
    """The diagonals around the main one; everything else is zero.

    Args:
      input: `Tensor` of shape `[..., m, n]`.
      num_lower: how many diagonals below the main one are kept; all of them when negative.
      num_upper: how many diagonals above the main one are kept; all of them when negative.
      name: optional name of the operation.

    Returns:
      `Tensor` of the shape and type of `input`.

    Raises:
      ValueError: `input` has fewer than two dimensions.

    >>> sess.run(tf.matrix_band_part([[1, 2], [3, 4]], -1, 0))
    array([[1, 0], [3, 4]], dtype=int32)
    """
    return raw.MatrixBandPart(input, num_lower, num_upper, name=name)


# --- the diagonal of a tensor of any rank -----------------------------------------------------

Diag = define_op("Diag", inputs="diagonal: T", outputs="output: T", attrs=[f"T: {_NUMBERS}"])


@Diag.shape
def _diag_shape(diagonal):
    dims = with_rank(diagonal.dims, 1, at_least=True)
    return None if dims is None else (*dims, *dims)


@Diag.kernel
def _diag_kernel(xp, diagonal):
    if xp.ndim(diagonal) < 1:
        raise errors.InvalidArgumentError(None, None, "Input must be at least rank 1, got 0")
    shape, flat = diagonal.shape, xp.reshape(diagonal, (-1,))
    matrix = xp.where(np.eye(flat.shape[0], dtype=bool), flat[:, None], xp.zeros((), flat.dtype))
    return xp.reshape(matrix, (*shape, *shape))


DiagPart = define_op("DiagPart", inputs="input: T", outputs="diagonal: T", attrs=[f"T: {_NUMBERS}"])


@DiagPart.shape
def _diag_part_shape(input):
    dims = input.dims
    if dims is None:
        return None
    if len(dims) % 2 or not dims:
        raise ShapeError(f"Input must have even and non-zero rank, input rank is {len(dims)}")
    return merge(dims[: len(dims) // 2], dims[len(dims) // 2 :])


@DiagPart.kernel
def _diag_part_kernel(xp, input):
    half = xp.ndim(input) // 2
    if not half or xp.ndim(input) % 2:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"The rank of the tensor should be even and positive, got shape {text(input.shape)}",
        )
    shape = input.shape[:half]
    if shape != input.shape[half:]:
        i = next(i for i in range(half) if shape[i] != input.shape[half + i])
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Invalid shape {text(input.shape)}: dimensions {i} and {half + i} do not match.",
        )
    n = size(shape)
    at = np.arange(n)
    return xp.reshape(xp.reshape(input, (n, n))[at, at], shape)


@Diag.gradient
def _diag_gradient(op, dy):
    return [raw.DiagPart(dy)]


@DiagPart.gradient
def _diag_part_gradient(op, dy):
    return [raw.Diag(dy)]


@public
def diag(diagonal, name=None):
    """The tensor of twice the rank that has the given elements on its diagonal and is zero
    elsewhere.

    Args:
      diagonal: `Tensor` of shape `[d1, ..., dk]`, numeric.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[d1, ..., dk, d1, ..., dk]`.

    Raises:
      ValueError: `diagonal` is a scalar.
    """
    return raw.Diag(diagonal, name=name)


@public
def diag_part(input, name=None):
    """The diagonal of a tensor of even rank; the inverse of `tf.diag`.

    Args:
      input: `Tensor` of shape `[d1, ..., dk, d1, ..., dk]`, numeric.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[d1, ..., dk]`.

    Raises:
      ValueError: the rank is odd or zero, or the halves of the shape differ.
    """
    return raw.DiagPart(input, name=name)
