"""Scattering into an array, for NumPy: one function for all ways of combining. Indices are known to
be in range.
"""

import numpy as np

_UFUNCS = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "min": np.minimum,
    "max": np.maximum,
}


def scatter(operand, index, updates, how):
    """`operand` with `updates` combined in at `index`; repeated positions combine one after the
    other.

    Args:
      operand: array.
      index: an index array (rows), or a tuple of them (positions along the first dimensions).
      updates: array that broadcasts to `operand[index]`.
      how: `"add"`, `"sub"`, `"mul"`, `"div"`, `"min"`, `"max"` or `"update"`.

    Returns:
      A new array.
    """
    result = np.array(operand)
    if how == "update":
        result[index] = updates
    elif how == "div":
        ufunc = np.floor_divide if result.dtype.kind in "iu" else np.divide
        ufunc.at(result, index, updates)
    else:
        _UFUNCS[how].at(result, index, updates)
    return result


__all__ = ["scatter"]
