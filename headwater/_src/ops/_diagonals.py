"""Where the elements of diagonals are: index arithmetic for bands of a matrix and their packed
form.

A band holds the diagonals `lower` to `upper` (0 is the main one, positive ones are above it).
Packed, its diagonals are rows, the uppermost first, each as long as the longest; `align` says at
which end the shorter ones are filled up.
"""

import numpy as np

from headwater._src.core import errors
from headwater._src.ops._shapes import ShapeError


def band_of(k):
    """`(lower, upper)` from the value of an op's input `k`: one number, or two.

    Raises:
      InvalidArgumentError: `k` has another shape, or the lower bound is above the upper one.
    """
    k = np.asarray(k)
    if k.ndim > 1 or k.size not in (1, 2):
        raise errors.InvalidArgumentError(
            None,
            None,
            "diag_index must be a scalar or vector, received shape: "
            f"[{','.join(map(str, k.shape))}]"
            if k.ndim > 1
            else f"diag_index must have only one or two elements, received {k.size} elements.",
        )
    lower, upper = int(k.ravel()[0]), int(k.ravel()[-1])
    if lower > upper:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"lower_diag_index must not be larger than upper_diag_index: {lower} > {upper}",
        )
    return lower, upper


def longest(rows, columns, lower, upper):
    """The length of the longest diagonal of a band, None where a dimension is unknown."""
    if rows is None or columns is None:
        return None
    return min(rows + min(upper, 0), columns - max(lower, 0))


def check_band(rows, columns, lower, upper):
    """Whether the band lies in the matrix.

    Raises:
      ShapeError: it does not.
    """
    for what, k in (("lower_diag_index", lower), ("upper_diag_index", upper)):
        below = rows is not None and k <= -rows and (k, rows) != (0, 0)
        above = columns is not None and k >= columns and (k, columns) != (0, 0)
        if below or above:
            raise ShapeError(f"{what} is out of bound.")


def _starts(diagonals, rows, columns, length, align):
    """For each diagonal, where its first element is in its packed row."""
    above, below = (word == "RIGHT" for word in align.split("_"))
    lengths = np.minimum(rows + np.minimum(diagonals, 0), columns - np.maximum(diagonals, 0))
    right = np.where(diagonals >= 0, above, below)
    return np.where(right, length - lengths, 0), lengths


def packed_places(rows, columns, lower, upper, align):
    """For the packed form: which element of the matrix each place holds.

    Returns:
      `(row, column, inside)`, integer arrays of the packed shape and a boolean one that is False in
      the filling.
    """
    length = longest(rows, columns, lower, upper)
    diagonals = np.arange(upper, lower - 1, -1)
    starts, lengths = _starts(diagonals, rows, columns, length, align)
    at = np.arange(length) - starts[:, None]
    inside = (at >= 0) & (at < lengths[:, None])
    at = np.where(inside, at, 0)
    row = at - np.minimum(diagonals, 0)[:, None]
    column = at + np.maximum(diagonals, 0)[:, None]
    return np.where(inside, row, 0), np.where(inside, column, 0), inside


def matrix_places(rows, columns, lower, upper, length, align):
    """For a matrix: which element of the packed form each place takes.

    Returns:
      `(diagonal, place, inside)`, arrays of shape `[rows, columns]`; `inside` is True in the band.
    """
    row, column = np.indices((rows, columns))
    diagonal = column - row
    inside = (diagonal >= lower) & (diagonal <= upper)
    starts, _ = _starts(diagonal, rows, columns, length, align)
    place = np.minimum(row, column) + starts
    return np.where(inside, upper - diagonal, 0), np.where(inside, place, 0), inside
