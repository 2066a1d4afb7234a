"""The op that parses serialized `SequenceExample` messages into tensors."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op
from headwater._src.ops._strings import invalid, objects

_KINDS = "{float, int64, string}"
_SPLITS = "{int32, int64}"
ParseSequenceExampleV2 = define_op(
    "ParseSequenceExampleV2",
    "serialized: string, debug_name: string, context_sparse_keys: string, "
    "context_dense_keys: string, context_ragged_keys: string, feature_list_sparse_keys: string, "
    "feature_list_dense_keys: string, feature_list_ragged_keys: string, "
    "feature_list_dense_missing_assumed_empty: bool, context_dense_defaults: Tcontext_dense",
    "context_sparse_indices: Ncontext_sparse * int64, "
    "context_sparse_values: context_sparse_types, "
    "context_sparse_shapes: Ncontext_sparse * int64, context_dense_values: Tcontext_dense, "
    "context_ragged_values: context_ragged_value_types, "
    "context_ragged_row_splits: context_ragged_split_types, "
    "feature_list_sparse_indices: Nfeature_list_sparse * int64, "
    "feature_list_sparse_values: feature_list_sparse_types, "
    "feature_list_sparse_shapes: Nfeature_list_sparse * int64, "
    "feature_list_dense_values: feature_list_dense_types, "
    "feature_list_dense_lengths: Nfeature_list_dense * int64, "
    "feature_list_ragged_values: feature_list_ragged_value_types, "
    "feature_list_ragged_outer_splits: feature_list_ragged_split_types, "
    "feature_list_ragged_inner_splits: feature_list_ragged_split_types",
    [
        "Ncontext_sparse: int >= 0 = 0",
        f"Tcontext_dense: list({_KINDS}) >= 0 = []",
        f"context_sparse_types: list({_KINDS}) >= 0 = []",
        f"context_ragged_value_types: list({_KINDS}) >= 0 = []",
        f"context_ragged_split_types: list({_SPLITS}) >= 0 = []",
        "context_dense_shapes: list(shape) >= 0 = []",
        "Nfeature_list_sparse: int >= 0 = 0",
        "Nfeature_list_dense: int >= 0 = 0",
        f"feature_list_dense_types: list({_KINDS}) >= 0 = []",
        f"feature_list_sparse_types: list({_KINDS}) >= 0 = []",
        f"feature_list_ragged_value_types: list({_KINDS}) >= 0 = []",
        f"feature_list_ragged_split_types: list({_SPLITS}) >= 0 = []",
        "feature_list_dense_shapes: list(shape) >= 0 = []",
    ],
)
ParseSequenceExampleV2.no_gradient()


@ParseSequenceExampleV2.shape
def parse_sequence_example_shape(
    serialized,
    debug_name,
    context_sparse_keys,
    context_dense_keys,
    context_ragged_keys,
    feature_list_sparse_keys,
    feature_list_dense_keys,
    feature_list_ragged_keys,
    feature_list_dense_missing_assumed_empty,
    context_dense_defaults,
    *,
    Ncontext_sparse,
    context_dense_shapes,
    context_ragged_value_types,
    Nfeature_list_sparse,
    feature_list_dense_shapes,
    feature_list_ragged_value_types,
):
    batch = serialized.dims
    rank = None if batch is None else len(batch) + 1
    n, m = Ncontext_sparse, Nfeature_list_sparse
    deeper = None if rank is None else rank + 1
    shapes: list = [(None, rank)] * n + [(None,)] * n + [(rank,)] * n
    shapes += [None if batch is None else (*batch, *d) for d in context_dense_shapes]
    shapes += [(None,)] * 2 * len(context_ragged_value_types)
    shapes += [(None, deeper)] * m + [(None,)] * m + [(deeper,)] * m
    shapes += [None if batch is None else (*batch, None, *d) for d in feature_list_dense_shapes]
    shapes += [batch] * len(feature_list_dense_shapes)
    return shapes + [(None,)] * 3 * len(feature_list_ragged_value_types)


@ParseSequenceExampleV2.kernel
def parse_sequence_example_kernel(
    xp,
    serialized,
    debug_name,
    context_sparse_keys,
    context_dense_keys,
    context_ragged_keys,
    feature_list_sparse_keys,
    feature_list_dense_keys,
    feature_list_ragged_keys,
    feature_list_dense_missing_assumed_empty,
    context_dense_defaults,
    *,
    context_sparse_types,
    Tcontext_dense,
    context_dense_shapes,
    feature_list_dense_types,
    feature_list_sparse_types,
    feature_list_dense_shapes,
):
    if np.size(context_ragged_keys) or np.size(feature_list_ragged_keys):
        raise errors.UnimplementedError(None, None, "ragged features are not implemented yet")
    batch = _Batch(serialized, debug_name)
    context = [
        batch.sparse(k, t) for k, t in zip(_texts(context_sparse_keys), context_sparse_types)
    ]
    dense = [
        batch.dense(*item)
        for item in zip(
            _texts(context_dense_keys), Tcontext_dense, context_dense_shapes, context_dense_defaults
        )
    ]
    lists = [
        batch.sparse_list(k, t)
        for k, t in zip(_texts(feature_list_sparse_keys), feature_list_sparse_types)
    ]
    dense_lists = [
        batch.dense_list(*item)
        for item in zip(
            _texts(feature_list_dense_keys),
            feature_list_dense_types,
            feature_list_dense_shapes,
            np.asarray(feature_list_dense_missing_assumed_empty).reshape(-1).tolist(),
        )
    ]
    return [
        *(c[i] for i in range(3) for c in context),
        *dense,
        *(c[i] for i in range(3) for c in lists),
        *(values for values, _ in dense_lists),
        *(lengths for _, lengths in dense_lists),
    ]


def _texts(keys):
    flat = np.asarray(keys, object).reshape(-1).tolist()
    return [k.decode() if isinstance(k, bytes) else k for k in flat]


_FIELDS = {dtypes.float32: "float_list", dtypes.int64: "int64_list", dtypes.string: "bytes_list"}
_NAMES = {"float_list": "float", "int64_list": "int64", "bytes_list": "string"}


def _array(values, dtype):
    return objects(values) if dtype == dtypes.string else np.array(values, dtype.as_numpy_dtype)


class _Batch:
    """Messages of a batch, or a single one."""

    def __init__(self, serialized, names):
        from google.protobuf.message import DecodeError

        from headwater._src.core.proto import example_pb2

        self.single = np.ndim(serialized) == 0
        data = np.asarray(serialized, object).reshape(-1).tolist()
        names = _texts(names)
        self.names = [(names[i] if i < len(names) else "") or "<unknown>" for i in range(len(data))]
        try:
            self.messages = [example_pb2.SequenceExample.FromString(d) for d in data]
        except DecodeError:
            raise invalid("Could not parse example input") from None

    def _values(self, feature, dtype, key, i, step=None):
        """The values of one feature (of a step of a list); None when it has none."""
        kind = None if feature is None else feature.WhichOneof("kind")
        if kind is None:
            return None
        if kind != _FIELDS[dtype]:
            where = (
                f"Key: {key}, Index: {i}" if step is None else f"Feature list: {key}, Index: {step}"
            )
            raise invalid(
                f"Name: {self.names[i]}, {where}.  Data types don't match. Expected type: "
                f"{_NAMES[_FIELDS[dtype]]}  Feature is: {kind}"
            )
        return list(getattr(feature, kind).value)

    def _context(self, key, dtype):
        return [
            self._values(m.context.feature.get(key), dtype, key, i)
            for i, m in enumerate(self.messages)
        ]

    def sparse(self, key, dtype):
        """Indices, values and shape of a context feature of any length."""
        rows = [[r or []] for r in self._context(key, dtype)]
        index, values, shape = _ragged(rows, dtype)
        index, shape = np.delete(index, 1, axis=1), np.delete(shape, 1)
        return (index[:, 1:], values, shape[1:]) if self.single else (index, values, shape)

    def dense(self, key, dtype, shape, default):
        """A context feature of fixed length."""
        count, flat, default = int(np.prod(shape, dtype=np.int64)), [], np.asarray(default)
        for i, values in enumerate(self._context(key, dtype)):
            if values is None:
                if default.size != count:
                    raise invalid(
                        f"Name: {self.names[i]}, Context feature '{key}' (data type: "
                        f"{_NAMES[_FIELDS[dtype]]}) is required but could not be found."
                    )
                values = default.reshape(-1).tolist()
            elif len(values) != count:
                raise invalid(
                    f"Name: {self.names[i]}, Key: {key}, Index: {i}.  Number of "
                    f"{_NAMES[_FIELDS[dtype]]} values != expected.  values size: {len(values)} "
                    f"but output shape: {list(shape)}"
                )
            flat += values
        dims = shape if self.single else (len(self.messages), *shape)
        return _array(flat, dtype).reshape(dims)

    def _steps(self, key, dtype):
        """For each message the list of a feature list's values, step by step, or None."""
        found = []
        for i, m in enumerate(self.messages):
            steps = m.feature_lists.feature_list.get(key)
            found.append(
                None
                if steps is None
                else [self._values(f, dtype, key, i, t) or [] for t, f in enumerate(steps.feature)]
            )
        return found

    def sparse_list(self, key, dtype):
        """Indices, values and shape of a feature list whose steps have any length."""
        index, values, shape = _ragged([s or [] for s in self._steps(key, dtype)], dtype)
        return (index[:, 1:], values, shape[1:]) if self.single else (index, values, shape)

    def dense_list(self, key, dtype, shape, may_be_missing):
        """A feature list whose steps have one shape, filled up, and the numbers of steps."""
        found, count = self._steps(key, dtype), int(np.prod(shape, dtype=np.int64))
        for i, steps in enumerate(found):
            if steps is None and not may_be_missing:
                raise invalid(
                    f"Name: {self.names[i]}, Feature list '{key}' is required but could not be "
                    "found.  Did you mean to include it in "
                    "feature_list_dense_missing_assumed_empty or feature_list_dense_defaults?"
                )
            for at, values in enumerate(steps or ()):
                if len(values) != count:
                    raise invalid(
                        f"Name: {self.names[i]}, Key: {key}, Index: {at}.  Number of "
                        f"{_NAMES[_FIELDS[dtype]]} values != expected.  values size: "
                        f"{len(values)} but output shape: {list(shape)}"
                    )
        lengths = np.array([len(s or ()) for s in found], np.int64)
        longest = int(lengths.max()) if len(lengths) else 0
        pad = [b"" if dtype == dtypes.string else 0] * count
        flat = [
            v
            for steps in found
            for values in [*(steps or []), *[pad] * (longest - len(steps or ()))]
            for v in values
        ]
        if self.single:
            return _array(flat, dtype).reshape((longest, *shape)), lengths[0]
        return _array(flat, dtype).reshape((len(found), longest, *shape)), lengths


def _ragged(rows, dtype):
    """Lists of lists of values as indices, values and shape of a sparse tensor of rank 3."""
    places, values = [], []
    for i, steps in enumerate(rows):
        for t, step in enumerate(steps):
            places += [(i, t, k) for k in range(len(step))]
            values += step
    widest = max((len(step) for steps in rows for step in steps), default=0)
    shape = (len(rows), max((len(s) for s in rows), default=0), widest)
    index = np.array(places, np.int64).reshape(-1, 3)
    return index, _array(values, dtype), np.array(shape, np.int64)
