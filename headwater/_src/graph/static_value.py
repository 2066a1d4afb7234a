"""`constant_value`: the value of a tensor where the graph alone decides it."""

import numpy as np

from headwater._src.graph.operation import Tensor


def constant_value(tensor, partial=False):
    """The value of `tensor`, when it is known without running anything.

    Args:
      tensor: a `Tensor`.
      partial: whether a vector of which only some elements are known is given too, with None for
        the others.

    Returns:
      A NumPy array (a copy), or None.

    Raises:
      TypeError: `tensor` is not a tensor.
    """
    if isinstance(tensor, (np.ndarray, np.generic)):
        return tensor
    if not isinstance(tensor, Tensor):
        return tensor
    found = _value(tensor, partial)
    return None if found is None else np.array(found)


def _value(tensor, partial):
    kind = tensor.op.type
    if not partial and kind not in _FOLDED:
        return None
    if partial and kind == "Pack" and tensor.known is None:
        parts = [_value(x, True) for x in tensor.op.inputs]
        result = np.empty(len(parts), object)
        result[:] = parts
        return None if all(p is None for p in parts) else result
    if (
        kind == "Fill"
        and tensor.known is None
        and tensor.dims is not None
        and None not in tensor.dims
    ):
        value = _value(tensor.op.inputs[1], False)  # too large to be folded in shape functions
        return None if value is None else np.full(tensor.dims, value)
    return tensor.known if kind in _FOLDED else None


# The ops that TensorFlow looks through: other constant expressions stay unknown to it, and so to
# programs.
_FOLDED = frozenset(
    (
        "Const",
        "Shape",
        "Size",
        "Rank",
        "Range",
        "Cast",
        "Concat",
        "ConcatV2",
        "ConcatOffset",
        "Pack",
        "Unpack",
        "Split",
        "Fill",
        "Equal",
        "NotEqual",
        "StopGradient",
        "Identity",
    )
)


def is_tensor(x):
    """Whether `x` is a tensor, a variable, or another value of the graph.

    Args:
      x: any Python object.

    Returns:
      A bool.
    """
    return (
        isinstance(x, Tensor)
        or hasattr(x, "_as_graph_element")
        or (hasattr(x, "dense_shape") and hasattr(x, "values") and hasattr(x, "indices"))
    )
