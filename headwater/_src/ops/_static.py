"""Shape, size and rank of a tensor as tensors: constants where the static shape decides them.

Public functions and gradients of many op files need these; TensorFlow names the nodes the same
either way.
"""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import raw
from headwater._src.graph.composite import SparseTensor, SparseTensorValue
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import is_full, size


def _sparse(x):
    """`x`, or the `SparseTensor` of a value of one."""
    return SparseTensor.from_value(x) if isinstance(x, SparseTensorValue) else x


def shape_tensor(x, name=None, out_type=dtypes.int32, optimize=True):
    """The shape of `x` as a vector: a constant when it is known and `optimize`, else a `Shape`
    node.
    """
    with scope(name, "Shape", [x]) as node_name:
        x = _sparse(x)
        if isinstance(x, SparseTensor):
            return raw.Cast(x.dense_shape, DstT=out_type)
        x = convert_to_tensor(x)
        if optimize and is_full(x.dims):
            return _constant(x.dims, out_type, node_name)
        return raw.Shape(x, out_type=out_type, name=node_name)


def size_tensor(x, name=None, out_type=dtypes.int32, optimize=True):
    """The number of elements of `x` as a scalar; see `shape_tensor`."""
    with scope(name, "Size", [x]) as node_name:
        x = _sparse(x)
        if isinstance(x, SparseTensor):
            shape = raw.Cast(x.dense_shape, DstT=out_type)
            return raw.Prod(shape, constant([0], name="reduction_indices"), name=node_name)
        x = convert_to_tensor(x)
        if optimize and is_full(x.dims):
            return _constant(size(x.dims), out_type, node_name)
        return raw.Size(x, out_type=out_type, name=node_name)


def rank_tensor(x, name=None, optimize=True):
    """The rank of `x` as a scalar; see `shape_tensor`."""
    with scope(name, "Rank", [x]) as node_name:
        x = _sparse(x)
        if isinstance(x, SparseTensor):
            return raw.Size(x.dense_shape, name=node_name)
        x = convert_to_tensor(x)
        if optimize and x.dims is not None:
            return _constant(len(x.dims), dtypes.int32, node_name)
        return raw.Rank(x, name=node_name)


def _constant(value, dtype, name):
    return constant(np.array(value, dtypes.as_dtype(dtype).as_numpy_dtype), name=name)
