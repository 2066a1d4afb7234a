"""Sparse tensors on their way through a queue: kept in the session, their numbers in the queue."""

from dataclasses import dataclass

from headwater._src.core import dtypes
from headwater._src.graph import raw
from headwater._src.graph.composite import SparseTensor, SparseTensorValue
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.static_value import constant_value


@dataclass
class Info:
    """How a component is to be restored; `sparse` is False for ordinary tensors."""

    sparse: bool
    dtype: object = None
    rank: int | None = None
    store: object = None
    wide: bool = False  # one number for an element, as a vector


def converted(value):
    """A component as a tensor or a sparse tensor."""
    if isinstance(value, SparseTensorValue):
        return SparseTensor.from_value(value)
    return value if isinstance(value, SparseTensor) else convert_to_tensor(value)


def stored(tensor_lists, enqueue_many, keep):
    """Lists of tensors in which numbers stand for sparse tensors.

    Args:
      tensor_lists: list of lists of tensors and sparse tensors.
      enqueue_many: whether each holds several elements.
      keep: bool tensor: whether elements are wanted at all.

    Returns:
      `(lists of tensors, list of Info)`.
    """
    lists = [list(tensors) for tensors in tensor_lists]
    infos = []
    for position in range(len(lists[0])):
        column = [tensors[position] for tensors in lists]
        if not any(isinstance(t, SparseTensor) for t in column):
            infos.append(Info(False))
            continue
        if not all(isinstance(t, SparseTensor) for t in column):
            raise TypeError("A component is sparse in one set of tensors and not in another")
        infos.append(_store(lists, position, column, enqueue_many, keep))
    return lists, infos


def _store(lists, position, column, enqueue_many, keep):
    first = column[0]
    ranks = {t.shape.rank for t in column}
    rank = ranks.pop() if len(ranks) == 1 else None
    if rank is not None and enqueue_many:
        rank -= 1
    info = Info(True, first.dtype, rank, None, not enqueue_many)
    for tensors, sparse in zip(lists, column):
        tensors[position] = _handles(info, sparse, enqueue_many, keep)
    return info


def _handles(info, sparse, enqueue_many, keep):
    def add():
        op = raw.AddManySparseToTensorsMap if enqueue_many else raw.AddSparseToTensorsMap
        shared = "" if info.store is None else info.store
        handle = op(sparse.indices, sparse.values, sparse.dense_shape, shared_name=shared)
        if info.store is None:
            info.store = handle.op.name
        return handle

    known = constant_value(keep)
    if known is not None and keep.shape.rank == 0 or keep.shape.rank == 1:
        handle = add()
    else:
        handle = PUBLIC["cond"](keep, add, lambda: _nothing(sparse, enqueue_many))
    return handle if enqueue_many else PUBLIC["expand_dims"](handle, 0)


def _nothing(sparse, enqueue_many):
    minus = convert_to_tensor(-1, dtypes.int64)
    if not enqueue_many:
        return minus
    return raw.Fill(PUBLIC["expand_dims"](sparse.dense_shape[0], 0), minus)


def restored(tensors, infos):
    """What came out of the queue, with sparse tensors where numbers stand."""
    found = []
    for tensor, info in zip(tensors, infos, strict=True):
        if not info.sparse:
            found.append(tensor)
            continue
        handles = raw.Squeeze(tensor, squeeze_dims=[1]) if info.wide else tensor
        indices, values, shape = raw.TakeManySparseFromTensorsMap(
            handles, dtype=info.dtype, shared_name=info.store
        )
        rank = None if info.rank is None else info.rank + 1
        indices.set_shape([None, rank])
        shape.set_shape([rank])
        found.append(SparseTensor(indices, values, shape))
    return found
