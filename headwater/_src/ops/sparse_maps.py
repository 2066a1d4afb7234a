"""Sparse tensors kept in the session under numbers, which can go through a queue."""

import itertools
import threading

import numpy as np

from headwater._src.graph import define_op
from headwater._src.ops._shapes import scalar
from headwater._src.ops._strings import invalid

_IN = "sparse_indices: int64, sparse_values: T, sparse_shape: int64"
_PLACE = ["container: string = ''", "shared_name: string = ''"]
AddSparseToTensorsMap = define_op(
    "AddSparseToTensorsMap",
    _IN,
    "sparse_handle: int64",
    ["T: type", *_PLACE],
    scalar,
    stateful=True,
)
AddManySparseToTensorsMap = define_op(
    "AddManySparseToTensorsMap",
    _IN,
    "sparse_handles: int64",
    ["T: type", *_PLACE],
    lambda sparse_indices, sparse_values, sparse_shape: (None,),
    stateful=True,
)
TakeManySparseFromTensorsMap = define_op(
    "TakeManySparseFromTensorsMap",
    "sparse_handles: int64",
    "sparse_indices: int64, sparse_values: dtype, sparse_shape: int64",
    ["dtype: type", *_PLACE],
    lambda sparse_handles: [(None, None), (None,), (None,)],
    stateful=True,
)


class _Store:
    """Sparse tensors by number."""

    def __init__(self):
        self._kept, self._numbers = {}, itertools.count()
        self._lock = threading.Lock()

    def add(self, tensor):
        with self._lock:
            number = next(self._numbers)
            self._kept[number] = tensor
        return number

    def take(self, number):
        with self._lock:
            found = self._kept.pop(number, None)
        if found is None:
            raise invalid(f"Unable to find SparseTensor: {number} in map.")
        return found


def _store(ctx):
    attrs = ctx.node.attrs
    key = ("sparse map", attrs["container"], attrs["shared_name"] or ctx.node.name)
    return ctx.resources.object(key, _Store)


@AddSparseToTensorsMap.host
def add_sparse_kernel(ctx, sparse_indices, sparse_values, sparse_shape):
    number = _store(ctx).add((sparse_indices, sparse_values, np.asarray(sparse_shape)))
    return np.int64(number)


@AddManySparseToTensorsMap.host
def add_many_sparse_kernel(ctx, sparse_indices, sparse_values, sparse_shape):
    shape, store = np.asarray(sparse_shape), _store(ctx)
    if len(shape) < 2:
        raise invalid(f"Rank of input SparseTensor should be > 1, but saw rank: {len(shape)}")
    rows, found = sparse_indices[:, 0], []
    for i in range(int(shape[0])):
        mine = rows == i
        found.append(store.add((sparse_indices[mine][:, 1:], sparse_values[mine], shape[1:])))
    return np.array(found, np.int64)


@TakeManySparseFromTensorsMap.host
def take_many_sparse_kernel(ctx, sparse_handles, *, dtype):
    store = _store(ctx)
    parts = [store.take(int(h)) for h in np.asarray(sparse_handles).reshape(-1)]
    if not parts:
        raise invalid("Must have at least 1 serialized SparseTensor")
    if len({len(shape) for _, _, shape in parts}) > 1:
        raise invalid("Inconsistent rank across SparseTensors")
    shape = np.max(np.stack([s for _, _, s in parts]), axis=0)
    indices = [np.insert(i, 0, n, axis=1) for n, (i, _, _) in enumerate(parts)]
    return (
        np.concatenate(indices).astype(np.int64),
        np.concatenate([v for _, v, _ in parts]),
        np.array([len(parts), *shape], np.int64),
    )


for _op in (AddSparseToTensorsMap, AddManySparseToTensorsMap, TakeManySparseFromTensorsMap):
    _op.no_gradient()
