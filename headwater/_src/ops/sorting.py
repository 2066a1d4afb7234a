"""`sort` and `argsort`, by the op that finds the largest values."""

from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC, public, raw
from headwater._src.graph.static_value import constant_value
from headwater._src.ops._scope import scope


@public
def sort(values, axis=-1, direction="ASCENDING", name=None):
    """The values in order along a dimension.

    Args:
      values: a real numeric `Tensor`.
      axis: the dimension, an integer known beforehand.
      direction: `"ASCENDING"` or `"DESCENDING"`.
      name: name of the scope.

    Returns:
      `Tensor` of the shape and type of `values`.

    Raises:
      ValueError: there is no such direction, or `axis` is not known.
    """
    with scope(name, "sort", [values]):
        values = convert_to_tensor(values, name="values")
        return _ordered(values, axis, direction, lambda found, flip: flip(found[0]))


@public
def argsort(values, axis=-1, direction="ASCENDING", stable=False, name=None):
    """Where the values in order are, along a dimension; equal ones keep their order.

    Args:
      values: a real numeric `Tensor`.
      axis: the dimension, an integer known beforehand.
      direction: `"ASCENDING"` or `"DESCENDING"`.
      stable: recorded only: the order of equal values is always kept.
      name: name of the scope.

    Returns:
      int32 `Tensor` of the shape of `values`.

    Raises:
      ValueError: there is no such direction, or `axis` is not known.
    """
    del stable
    with scope(name, "argsort", [values]):
        values = convert_to_tensor(values, name="values")
        return _ordered(values, axis, direction, lambda found, flip: found[1])


def _flipped(x):
    """A value for each, in opposite order; its own inverse."""
    if x.dtype.is_floating:
        return raw.Neg(x)
    return raw.Sub(convert_to_tensor(x.dtype.max, x.dtype) if x.dtype.is_unsigned else
                   convert_to_tensor(-1, x.dtype), x)  # fmt: skip


def _ordered(values, axis, direction, choose):
    if direction not in ("ASCENDING", "DESCENDING"):
        raise ValueError(f"Direction should be one of DESCENDING, ASCENDING but it is: {direction}")
    axis = constant_value(axis) if hasattr(axis, "op") else axis
    if axis is None:
        raise ValueError("axis must be constant")
    rank = values.shape.ndims
    flip = _flipped if direction == "ASCENDING" else lambda x: x
    if axis == -1 or rank is not None and axis == rank - 1:
        return choose(_largest(values, flip), flip)
    if rank is None:
        raise ValueError("The rank of values must be known unless axis is -1.")
    order = list(range(rank))
    order[axis], order[-1] = order[-1], order[axis]
    found = choose(_largest(PUBLIC["transpose"](values, order), flip), flip)
    return PUBLIC["transpose"](found, order)


def _largest(values, flip):
    return raw.TopKV2(flip(values), PUBLIC["shape"](values)[-1])
