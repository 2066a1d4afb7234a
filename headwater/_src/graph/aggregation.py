"""Adding up several contributions to the gradient of one tensor."""

from headwater._src.core import dtypes
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import raw


class AggregationMethod:
    """How `tf.gradients` adds up contributions: all at once (`ADD_N`), or one after the other.

    One after the other needs less memory, since a contribution is free as soon as it is added.
    """

    ADD_N = 0
    DEFAULT = ADD_N
    EXPERIMENTAL_TREE = 1
    EXPERIMENTAL_ACCUMULATE_N = 2


_METHODS = [
    AggregationMethod.ADD_N,
    AggregationMethod.EXPERIMENTAL_TREE,
    AggregationMethod.EXPERIMENTAL_ACCUMULATE_N,
]


def aggregate(graph, op, parts, method=None):
    """The sum of the contributions to the gradient of an output of `op`.

    Args:
      graph: the graph the sum is added to.
      op: the `Operation`; it only names the scope of one-by-one sums.
      parts: list of `Tensor`s and `IndexedSlices` of one shape.
      method: one of `AggregationMethod`, or None.

    Returns:
      A `Tensor`, an `IndexedSlices` (when all of `parts` are), or None for no parts.

    Raises:
      ValueError: unknown method.
    """
    method = AggregationMethod.DEFAULT if method is None else method
    if method not in _METHODS:
        raise ValueError(
            f"Invalid `aggregation_method` specified {method}. Accepted values are {_METHODS}."
        )
    if len(parts) < 2:
        return parts[0] if parts else None
    if all(isinstance(part, Tensor) for part in parts):
        if method == AggregationMethod.ADD_N:
            return _add_by_device(graph, parts)
        with graph.name_scope(op.name + "_gradient_sum"):
            total = parts[0]
            for part in parts[1:]:
                total = raw.AddN([total, part])
            return total
    if all(isinstance(part, IndexedSlices) for part in parts):
        return join_slices(parts)
    return raw.AddN(list(parts))


def _add_by_device(graph, parts):
    """Adds what is on one device there, then the devices' sums."""
    by_device = {}
    for part in parts:
        by_device.setdefault(part.device, []).append(part)
    sums = []
    for device in sorted(by_device):
        group = by_device[device]
        if len(group) == 1:
            sums.append(group[0])
            continue
        with graph.colocate_with(group[0].op, ignore_existing=True):
            sums.append(raw.AddN(group))
    return sums[0] if len(sums) == 1 else raw.AddN(sums)


def join_slices(parts):
    """The sum of several `IndexedSlices` of one shape: the slices of all of them, one after
    the other."""
    indices = [part.indices for part in parts]
    if any(i.dtype.base_dtype is dtypes.int64 for i in indices):
        indices = [
            i if i.dtype.base_dtype is dtypes.int64 else raw.Cast(i, DstT=dtypes.int64)
            for i in indices
        ]
    return IndexedSlices(
        raw.ConcatV2([part.values for part in parts], 0, name="concat"),
        raw.ConcatV2(indices, 0, name="concat"),
        parts[0].dense_shape,
    )
