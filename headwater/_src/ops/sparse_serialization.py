"""Sparse tensors as three strings, each a serialized `TensorProto`."""

import numpy as np

from headwater._src.core import dtypes, tensor_proto
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.ops._shapes import with_rank
from headwater._src.ops._sparse import invalid, sparse
from headwater._src.ops._strings import objects

SerializeSparse = define_op(
    "SerializeSparse",
    inputs="sparse_indices: int64, sparse_values: T, sparse_shape: int64",
    outputs="serialized_sparse: out_type",
    attrs=["T: type", "out_type: {string, variant} = string"],
    shape=lambda sparse_indices, sparse_values, sparse_shape: (3,),
)
SerializeManySparse = define_op(
    "SerializeManySparse",
    inputs="sparse_indices: int64, sparse_values: T, sparse_shape: int64",
    outputs="serialized_sparse: out_type",
    attrs=["T: type", "out_type: {string, variant} = string"],
    shape=lambda sparse_indices, sparse_values, sparse_shape: (None, 3),
)
_RESULT = "sparse_indices: int64, sparse_values: dtype, sparse_shape: int64"
DeserializeSparse = define_op(
    "DeserializeSparse",
    inputs="serialized_sparse: Tserialized",
    outputs=_RESULT,
    attrs=["dtype: type", "Tserialized: {string, variant} = string"],
    shape=lambda serialized_sparse: [(None, None), (None,), (None,)],
)
DeserializeManySparse = define_op(
    "DeserializeManySparse",
    inputs="serialized_sparse: string",
    outputs=_RESULT,
    attrs=["dtype: type"],
)


@DeserializeManySparse.shape
def deserialize_many_sparse_shape(serialized_sparse):
    with_rank(serialized_sparse.dims, 2)
    return [(None, None), (None,), (None,)]


def _pack(array):
    proto = tensor_proto.make_tensor_proto(array)
    if array.dtype != np.object_:
        # Always in the plain form, also for a single value.
        plain = type(proto)(dtype=proto.dtype, tensor_shape=proto.tensor_shape)
        plain.tensor_content = np.ascontiguousarray(array).tobytes()
        proto = plain
    return proto.SerializeToString()


def _unpack(text, what):
    from headwater._src.core.proto import tensor_pb2

    try:
        return tensor_proto.make_ndarray(tensor_pb2.TensorProto.FromString(text))
    except Exception:
        raise invalid(f"Could not parse serialized_sparse[{what}]") from None


@SerializeSparse.kernel
def serialize_sparse_kernel(xp, sparse_indices, sparse_values, sparse_shape):
    return objects([_pack(np.asarray(x)) for x in (sparse_indices, sparse_values, sparse_shape)])


@SerializeManySparse.kernel(dynamic=True)
def serialize_many_sparse_kernel(xp, sparse_indices, sparse_values, sparse_shape):
    shape = np.asarray(sparse_shape)
    if len(shape) < 2:
        raise invalid(f"Rank of input SparseTensor should be > 1, but saw rank: {len(shape)}")
    rows = sparse_indices[:, 0]
    out = []
    for i in range(int(shape[0])):
        mine = rows == i
        out += [
            _pack(np.ascontiguousarray(sparse_indices[mine][:, 1:])),
            _pack(sparse_values[mine]),
            _pack(shape[1:]),
        ]
    return objects(out).reshape(-1, 3)


def _gather(serialized, dtype):
    """The sparse tensors of a matrix of strings as one with a further dimension in front."""
    indices, values, shapes = [], [], []
    for i, (a, b, c) in enumerate(np.asarray(serialized, np.object_).tolist()):
        index, value, shape = _unpack(a, f"{i}, 0"), _unpack(b, f"{i}, 1"), _unpack(c, f"{i}, 2")
        if value.dtype != np.dtype(dtype.as_numpy_dtype):
            have = dtypes.as_dtype(value.dtype).name
            names = {"float32": "float", "float64": "double"}
            raise invalid(
                f"Requested SparseTensor of type {names.get(dtype.name, dtype.name)} but "
                f"SparseTensor[{i}].values.dtype() == {names.get(have, have)}"
            )
        if shapes and len(shape) != len(shapes[0]):
            raise invalid(
                "Inconsistent rank across SparseTensors: rank prior to SparseTensor"
                f"[{i}] was: {len(shapes[0]) + 1} but rank of SparseTensor[{i}] is: "
                f"{len(shape) + 1}"
            )
        indices.append(np.insert(index.reshape(len(value), len(shape)), 0, i, axis=1))
        values.append(value)
        shapes.append(shape)
    if not shapes:
        raise invalid("Must have at least 1 serialized SparseTensor, but input matrix has 0 rows")
    shape = np.max(np.stack(shapes), axis=0)
    return (
        np.concatenate(indices),
        np.concatenate(values),
        np.concatenate([[len(shapes)], shape]).astype(np.int64),
    )


@DeserializeManySparse.kernel(dynamic=True)
def deserialize_many_sparse_kernel(xp, serialized_sparse, *, dtype):
    if np.ndim(serialized_sparse) != 2 or np.shape(serialized_sparse)[1] != 3:
        raise invalid(
            f"Serialized sparse should have 3 columns but has {np.shape(serialized_sparse)[-1]}"
        )
    return _gather(serialized_sparse, dtype)


@DeserializeSparse.kernel(dynamic=True)
def deserialize_sparse_kernel(xp, serialized_sparse, *, dtype):
    shape = np.shape(serialized_sparse)
    if not shape or shape[-1] != 3:
        raise invalid("Serialized sparse should have non-zero rank and 3 as its last dimension")
    index, value, dense = _gather(np.reshape(serialized_sparse, (-1, 3)), dtype)
    batch = shape[:-1]
    front = np.stack(np.unravel_index(index[:, 0], batch), 1) if batch else index[:, :0]
    return (
        np.concatenate([front, index[:, 1:]], axis=1).astype(np.int64),
        value,
        np.concatenate([batch, dense[1:]]).astype(np.int64),
    )


for _op in (SerializeSparse, SerializeManySparse, DeserializeSparse, DeserializeManySparse):
    _op.no_gradient()


@public
def serialize_sparse(sp_input, name=None, out_type=dtypes.string):
    """A sparse tensor as a vector of three strings.

    Args:
      sp_input: `SparseTensor`.
      name: name of the node.
      out_type: `tf.string`.

    Returns:
      A string vector of length 3.

    Raises:
      TypeError: `sp_input` is not a `SparseTensor`.
    """
    sp_input = sparse(sp_input)
    return raw.SerializeSparse(
        sp_input.indices, sp_input.values, sp_input.dense_shape, name=name, out_type=out_type
    )


@public
def serialize_many_sparse(sp_input, name=None, out_type=dtypes.string):
    """Each row (along the first dimension) of a sparse tensor as three strings.

    Args:
      sp_input: `SparseTensor` of rank 2 or more.
      name: name of the node.
      out_type: `tf.string`.

    Returns:
      A string matrix of shape `[rows, 3]`.

    Raises:
      TypeError: `sp_input` is not a `SparseTensor`.
    """
    sp_input = sparse(sp_input)
    return raw.SerializeManySparse(
        sp_input.indices, sp_input.values, sp_input.dense_shape, name=name, out_type=out_type
    )


@public
def deserialize_many_sparse(serialized_sparse, dtype, rank=None, name=None):
    """The sparse tensor whose rows `serialize_many_sparse` (or several `serialize_sparse`) wrote.

    Args:
      serialized_sparse: string matrix of shape `[rows, 3]`.
      dtype: type of the elements.
      rank: rank of the result, when known.
      name: name of the node.

    Returns:
      A `SparseTensor`; its first dimension are the rows.

    Raises:
      InvalidArgumentError: the strings are no sparse tensors of this type.
    """
    indices, values, shape = raw.DeserializeManySparse(serialized_sparse, dtype=dtype, name=name)
    indices.set_shape([None, rank])
    shape.set_shape([rank])
    return SparseTensor(indices, values, shape)
