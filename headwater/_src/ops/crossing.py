"""Numbers to buckets, and every combination of sparse features' values."""

import itertools

import numpy as np

from headwater._src.core import dtypes, hashing
from headwater._src.graph import define_op, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._shapes import same
from headwater._src.ops._strings import invalid

Bucketize = define_op(
    "Bucketize",
    inputs="input: T",
    outputs="output: int32",
    attrs=["T: {int32, int64, float, double}", "boundaries: list(float)"],
    shape=same,
)


@Bucketize.kernel
def bucketize_kernel(xp, input, *, boundaries):
    if list(boundaries) != sorted(boundaries):
        raise invalid("Expected sorted boundaries")
    edges = np.asarray(boundaries, np.float32)
    return xp.astype(xp.sum(input[..., None] >= edges, axis=-1), np.int32)


Bucketize.no_gradient()

_CROSS_INPUTS = (
    "indices: N * int64, values: sparse_types, shapes: N * int64, dense_inputs: dense_types"
)
_CROSS_TYPES = [
    "sparse_types: list({int64, string}) >= 0",
    "dense_types: list({int64, string}) >= 0",
]


SparseCross = define_op(
    "SparseCross",
    inputs=_CROSS_INPUTS,
    outputs="output_indices: int64, output_values: out_type, output_shape: int64",
    attrs=[
        "N: int >= 0",
        "hashed_output: bool",
        "num_buckets: int >= 0",
        "hash_key: int",
        *_CROSS_TYPES,
        "out_type: {int64, string}",
        "internal_type: {int64, string}",
    ],
)
SparseCrossV2 = define_op(
    "SparseCrossV2",
    inputs=_CROSS_INPUTS + ", sep: string",
    outputs="output_indices: int64, output_values: string, output_shape: int64",
    attrs=["N: int >= 0", *_CROSS_TYPES],
)


@SparseCross.shape
def sparse_cross_shape(indices, values, shapes, dense_inputs):
    return [(None, 2), (None,), (2,)]


@SparseCrossV2.shape
def sparse_cross_v2_shape(indices, values, shapes, dense_inputs, sep):
    return [(None, 2), (None,), (2,)]


_FACTOR = 0xC6A4A7935BD1E995  # Murmur's
_MASK = (1 << 64) - 1


def fingerprint_cat(first, second):
    """One 64-bit fingerprint of two, by Murmur's mixing.

    Args:
      first: a fingerprint.
      second: a fingerprint.
    """
    fold = lambda x: x ^ (x >> 47)
    mixed = first ^ _FACTOR ^ (fold(second * _FACTOR & _MASK) * _FACTOR & _MASK)
    mixed = fold(mixed * _FACTOR & _MASK) * _FACTOR & _MASK
    return fold(mixed)


def _rows(indices, values, shapes, dense_inputs):
    """For each example the list of each feature's values."""
    sizes = {int(s[0]) for s in shapes} | {len(d) for d in dense_inputs}
    if len(sizes) != 1:
        raise invalid(f"Expected batch size {max(sizes, default=0)}, got {min(sizes, default=0)}")
    count = sizes.pop()
    features = []
    for where, what in zip(indices, values):
        lists = [[] for _ in range(count)]
        for row, value in zip(where[:, 0], what):
            lists[row].append(value)
        features.append(lists)
    features += [[list(row) for row in np.asarray(d)] for d in dense_inputs]
    return [[feature[i] for feature in features] for i in range(count)]


def _crossed(rows, combine, dtype):
    """The combinations of each row, as the parts of a sparse tensor."""
    combined = [[combine(c) for c in itertools.product(*row)] for row in rows]
    where = [(i, j) for i, row in enumerate(combined) for j in range(len(row))]
    flat = [value for row in combined for value in row]
    out = np.empty(len(flat), dtype)
    out[:] = flat
    return (
        np.array(where, np.int64).reshape(-1, 2),
        out,
        np.array([len(rows), max(map(len, combined), default=0)], np.int64),
    )


def _text(value):
    return value if isinstance(value, bytes) else str(int(value)).encode()


def _number(value):
    return hashing.farm64(value) if isinstance(value, bytes) else int(value) & _MASK


@SparseCross.kernel(dynamic=True)
def sparse_cross_kernel(
    xp, indices, values, shapes, dense_inputs, *, hashed_output, num_buckets, hash_key
):
    rows = _rows(indices, values, shapes, dense_inputs)
    if not hashed_output:
        return _crossed(rows, lambda c: b"_X_".join(map(_text, c)), np.object_)

    def hashed(combination):
        code = hash_key & _MASK
        for value in combination:
            code = fingerprint_cat(code, _number(value))
        return code % (num_buckets or (1 << 63) - 1)

    return _crossed(rows, hashed, np.int64)


@SparseCrossV2.kernel(dynamic=True)
def sparse_cross_v2_kernel(xp, indices, values, shapes, dense_inputs, sep):
    rows = _rows(indices, values, shapes, dense_inputs)
    return _crossed(rows, lambda c: np.asarray(sep).item().join(map(_text, c)), np.object_)


for _op in (SparseCross, SparseCrossV2):
    _op.no_gradient()


def _parts(inputs):
    """`inputs` in the order and types that the ops take: sparse ones, then dense ones."""
    if not isinstance(inputs, (list, tuple)):
        raise TypeError("Inputs must be a list")
    converted = [i if isinstance(i, SparseTensor) else convert_to_tensor(i) for i in inputs]
    sparse = [i for i in converted if isinstance(i, SparseTensor)]
    dense = [i for i in converted if not isinstance(i, SparseTensor)]
    typed = lambda t: t if t.dtype == dtypes.string else raw.Cast(t, DstT=dtypes.int64)
    return (
        [s.indices for s in sparse],
        [typed(s.values) for s in sparse],
        [s.dense_shape for s in sparse],
        [typed(d) for d in dense],
    )


def cross(inputs, name=None, separator=None):
    """Every combination of the features' values of each example, as strings.

    Args:
      inputs: list of features: `SparseTensor`s of rank 2, or `Tensor`s of shape `[batch, n]`, of
        strings or integers.
      name: optional name of the operation.
      separator: what stands between two values (default `"_X_"`).

    Returns:
      A `SparseTensor` of strings with a row for each example.
    """
    parts = _parts(inputs)
    return SparseTensor(
        *raw.SparseCrossV2(*parts, "_X_" if separator is None else separator, name=name)
    )


def cross_hashed(inputs, num_buckets=0, hash_key=None, name=None):
    """Every combination of the features' values of each example, as numbers of buckets.

    Args:
      inputs: list of features, as for `tf.sparse.cross`.
      num_buckets: how many buckets there are; 0 for as many as there are non-negative numbers.
      hash_key: where hashing starts.
      name: optional name of the operation.

    Returns:
      A `SparseTensor` of int64 with a row for each example.
    """
    parts = _parts(inputs)
    strings = any(t.dtype == dtypes.string for t in (*parts[1], *parts[3]))
    integers = any(t.dtype != dtypes.string for t in (*parts[1], *parts[3]))
    return SparseTensor(
        *raw.SparseCross(
            *parts,
            hashed_output=True,
            num_buckets=num_buckets,
            hash_key=0xDECAFCAFFE if hash_key is None else hash_key,
            out_type=dtypes.int64,
            internal_type=dtypes.string if strings and not integers else dtypes.int64,
            name=name,
        )
    )
