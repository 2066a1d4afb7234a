"""Ops that parse serialized `Example` messages into tensors."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op
from headwater._src.ops._strings import invalid, objects

_KINDS = "{float, int64, string}"

ParseExampleV2 = define_op(
    "ParseExampleV2",
    inputs="serialized: string, names: string, sparse_keys: string, dense_keys: string, "
    "ragged_keys: string, dense_defaults: Tdense",
    outputs="sparse_indices: num_sparse * int64, sparse_values: sparse_types, "
    "sparse_shapes: num_sparse * int64, dense_values: Tdense, "
    "ragged_values: ragged_value_types, ragged_row_splits: ragged_split_types",
    attrs=[
        f"Tdense: list({_KINDS}) >= 0",
        "num_sparse: int >= 0",
        f"sparse_types: list({_KINDS}) >= 0",
        f"ragged_value_types: list({_KINDS}) >= 0",
        "ragged_split_types: list({int32, int64}) >= 0",
        "dense_shapes: list(shape) >= 0",
    ],
)
ParseExample = define_op(
    "ParseExample",
    inputs="serialized: string, names: string, sparse_keys: Nsparse * string, "
    "dense_keys: Ndense * string, dense_defaults: Tdense",
    outputs="sparse_indices: Nsparse * int64, sparse_values: sparse_types, "
    "sparse_shapes: Nsparse * int64, dense_values: Tdense",
    attrs=[
        "Nsparse: int >= 0",
        "Ndense: int >= 0",
        f"sparse_types: list({_KINDS}) >= 0",
        f"Tdense: list({_KINDS}) >= 0",
        "dense_shapes: list(shape) >= 0",
    ],
)
ParseSingleExample = define_op(
    "ParseSingleExample",
    inputs="serialized: string, dense_defaults: Tdense",
    outputs="sparse_indices: num_sparse * int64, sparse_values: sparse_types, "
    "sparse_shapes: num_sparse * int64, dense_values: Tdense",
    attrs=[
        "num_sparse: int >= 0",
        "sparse_keys: list(string) >= 0",
        "dense_keys: list(string) >= 0",
        f"sparse_types: list({_KINDS}) >= 0",
        f"Tdense: list({_KINDS}) >= 0",
        "dense_shapes: list(shape) >= 0",
    ],
)


# --- shapes -------------------------------------------------------------------------------------


def _out_shapes(serialized, sparse, dense_shapes, ragged=()):
    batch = serialized.dims
    rank = None if batch is None else len(batch) + 1
    shapes: list = [(None, rank)] * sparse + [(None,)] * sparse + [(rank,)] * sparse
    shapes.extend(None if batch is None or d is None else (*batch, *d) for d in dense_shapes)
    return shapes + [(None,)] * 2 * len(ragged)


@ParseExampleV2.shape
def parse_example_v2_shape(
    serialized,
    names,
    sparse_keys,
    dense_keys,
    ragged_keys,
    dense_defaults,
    *,
    num_sparse,
    dense_shapes,
    ragged_value_types,
):
    return _out_shapes(serialized, num_sparse, dense_shapes, ragged_value_types)


@ParseExample.shape
def parse_example_shape(
    serialized, names, sparse_keys, dense_keys, dense_defaults, *, Nsparse, dense_shapes
):
    return _out_shapes(serialized, Nsparse, dense_shapes)


@ParseSingleExample.shape
def parse_single_example_shape(serialized, dense_defaults, *, num_sparse, dense_shapes):
    return _out_shapes(serialized, num_sparse, dense_shapes)


# --- kernels ------------------------------------------------------------------------------------


def _strings(value):
    flat = np.asarray(value, np.object_).reshape(-1).tolist()
    return [x.encode() if isinstance(x, str) else x for x in flat]


@ParseExampleV2.kernel
def parse_example_v2_kernel(
    xp,
    serialized,
    names,
    sparse_keys,
    dense_keys,
    ragged_keys,
    dense_defaults,
    *,
    sparse_types,
    Tdense,
    dense_shapes,
):
    if np.size(ragged_keys):
        raise errors.UnimplementedError(None, None, "ragged features are not implemented yet")
    return _parse(
        serialized,
        names,
        _strings(sparse_keys),
        _strings(dense_keys),
        dense_defaults,
        sparse_types,
        Tdense,
        dense_shapes,
    )


@ParseExample.kernel
def parse_example_kernel(
    xp,
    serialized,
    names,
    sparse_keys,
    dense_keys,
    dense_defaults,
    *,
    sparse_types,
    Tdense,
    dense_shapes,
):
    keys = [[k for one in group for k in _strings(one)] for group in (sparse_keys, dense_keys)]
    return _parse(serialized, names, *keys, dense_defaults, sparse_types, Tdense, dense_shapes)


@ParseSingleExample.kernel
def parse_single_example_kernel(
    xp, serialized, dense_defaults, *, sparse_keys, dense_keys, sparse_types, Tdense, dense_shapes
):
    return _parse(
        serialized,
        np.zeros(0, object),
        _strings(sparse_keys),
        _strings(dense_keys),
        dense_defaults,
        sparse_types,
        Tdense,
        dense_shapes,
    )


_FIELDS = {dtypes.float32: "float_list", dtypes.int64: "int64_list", dtypes.string: "bytes_list"}
_NAMES = {"float_list": "float", "int64_list": "int64", "bytes_list": "string"}


class _Message:
    """One message of a batch, and how errors call it."""

    def __init__(self, data, index, name, single):
        from google.protobuf.message import DecodeError

        from headwater._src.core.proto import example_pb2

        self.index, self.single = index, single
        self.name = name.decode("utf-8", "replace") if name else "<unknown>"
        try:
            self.features = example_pb2.Example.FromString(data).features.feature
        except DecodeError:
            raise invalid(
                f"Could not parse example input, value: '{data.decode('utf-8', 'replace')}'"
            ) from None

    def where(self, key):
        key = key.decode("utf-8", "replace")
        return (
            f"Key: {key}."
            if self.single
            else (f"Name: {self.name}, Key: {key}, Index: {self.index}.")
        )

    def values(self, key, dtype, sparse=False):
        """The values of a feature, or None when it is not there."""
        feature = self.features.get(key.decode())
        kind = None if feature is None else feature.WhichOneof("kind")
        if kind is None:
            return None
        wanted = _FIELDS[dtype]
        if kind != wanted:
            raise invalid(
                f"{self.where(key)}  Data types don't match. Expected type: {_NAMES[wanted]}, "
                f"Actual type: {_NAMES[kind]}"
                if sparse and not self.single
                else f"{self.where(key)}  Data types don't match. Data type: {_NAMES[kind]} but "
                f"expected type: {_NAMES[wanted]}"
            )
        return list(getattr(feature, kind).value)

    def missing(self, key, dtype):
        start = "" if self.single else f"Name: {self.name}, "
        return invalid(
            f"{start}Feature: {key.decode('utf-8', 'replace')} (data type: "
            f"{_NAMES[_FIELDS[dtype]]}) is required but could not be found."
        )


def _parse(serialized, names, sparse_keys, dense_keys, defaults, sparse_types, dense_types, shapes):
    single = np.ndim(serialized) == 0
    data, names = _strings(serialized), _strings(names)
    if names and len(names) != len(data):
        raise invalid(
            f"Expected len(names) == len(serialized), but got: {len(names)} vs. {len(data)}"
        )
    messages = [_Message(one, i, names[i] if names else None, single) for i, one in enumerate(data)]
    found = [_sparse(messages, key, t, single) for key, t in zip(sparse_keys, sparse_types)]
    dense = [
        _dense(messages, key, t, shape, np.asarray(default), single)
        for key, t, shape, default in zip(dense_keys, dense_types, shapes, defaults)
    ]
    return [f[0] for f in found] + [f[1] for f in found] + [f[2] for f in found] + dense


def _array(values, dtype):
    return objects(values) if dtype == dtypes.string else np.array(values, dtype.as_numpy_dtype)


def _sparse(messages, key, dtype, single):
    """Indices, values and shape of a feature of any length."""
    rows = [m.values(key, dtype, sparse=True) or [] for m in messages]
    lengths = np.array([len(r) for r in rows], np.int64)
    values = _array([v for row in rows for v in row], dtype)
    columns = np.concatenate([np.arange(n) for n in lengths] or [np.zeros(0, np.int64)])
    if single:
        return columns.astype(np.int64)[:, None], values, lengths
    longest = int(lengths.max()) if rows else 0
    indices = np.stack([np.repeat(np.arange(len(rows)), lengths), columns], 1).astype(np.int64)
    return indices, values, np.array([len(rows), longest], np.int64)


def _dense(messages, key, dtype, shape, default, single):
    """A feature of fixed length, or one that is padded to the longest of the batch."""
    if shape and shape[0] is None:
        return _padded(messages, key, dtype, shape, default, single)
    count, rows = int(np.prod(shape, dtype=np.int64)), []
    for message in messages:
        values = message.values(key, dtype)
        if values is None:
            if default.size != count or not default.size and count:
                raise message.missing(key, dtype)
            rows += default.reshape(-1).tolist()
            continue
        if len(values) != count:
            if single:
                raise invalid(
                    f"{message.where(key)}  Number of {_NAMES[_FIELDS[dtype]]} values != "
                    f"expected.  values size: {len(values)} but output shape: "
                    f"{_text(shape)}"
                )
            raise invalid(
                f"{message.where(key)}  Number of {_NAMES[_FIELDS[dtype]]} values != "
                f"expected.  Values size: {len(values)} but output shape: {_text(shape)}"
            )
        rows += values
    return _array(rows, dtype).reshape(shape if single else (len(messages), *shape))


def _padded(messages, key, dtype, shape, default, single):
    step = int(np.prod(shape[1:], dtype=np.int64))
    rows = []
    for message in messages:
        values = message.values(key, dtype) or []
        if step and len(values) % step:
            name = "bytes" if dtype == dtypes.string else dtype.name.removesuffix("32")
            raise invalid(
                f"{message.where(key)}  Number of {name} values is not "
                f"a multiple of stride length. Saw {len(values)} values but output shape "
                f"is: {_text(shape)}"
            )
        rows.append(values)
    longest = max((len(r) for r in rows), default=0)
    pad = (
        default.reshape(-1).tolist()[0] if default.size else (b"" if dtype == dtypes.string else 0)
    )
    flat = [v for row in rows for v in (*row, *[pad] * (longest - len(row)))]
    dims = (longest // step if step else 0, *shape[1:])
    return _array(flat, dtype).reshape(dims if single else (len(messages), *dims))


def _text(shape):
    return "[" + ",".join("?" if d is None else str(d) for d in shape) + "]"


for _op in (ParseExampleV2, ParseExample, ParseSingleExample):
    _op.no_gradient()
