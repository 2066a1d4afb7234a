"""Sparse tensors with an element in every row."""

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import with_rank
from headwater._src.ops._sparse import invalid, parts_dims, shape_dims, sparse

# --- rows without elements --------------------------------------------------------------------

SparseFillEmptyRows = define_op(
    "SparseFillEmptyRows",
    inputs="indices: int64, values: T, dense_shape: int64, default_value: T",
    outputs="output_indices: int64, output_values: T, empty_row_indicator: bool, "
    "reverse_index_map: int64",
    attrs=["T: type"],
)
SparseFillEmptyRowsGrad = define_op(
    "SparseFillEmptyRowsGrad",
    inputs="reverse_index_map: int64, grad_values: T",
    outputs="d_values: T, d_default_value: T",
    attrs=["T: type"],
    shape=lambda reverse_index_map, grad_values: [with_rank(reverse_index_map.dims, 1), ()],
)


@SparseFillEmptyRows.shape
def sparse_fill_empty_rows_shape(indices, values, dense_shape, default_value):
    count, rank = parts_dims(indices, values, dense_shape)
    with_rank(default_value.dims, 0)
    dims = shape_dims(dense_shape)
    return [(None, rank), (None,), (None if not dims else dims[0],), (count,)]


@SparseFillEmptyRows.kernel(dynamic=True)
def sparse_fill_empty_rows_kernel(xp, indices, values, dense_shape, default_value):
    if np.ndim(dense_shape) != 1 or not len(dense_shape):
        raise invalid("Dense shape cannot be empty.")
    rows, count = int(dense_shape[0]), len(indices)
    rank = len(dense_shape)
    if rows == 0:
        if count:
            raise invalid(
                f"Received SparseTensor with dense_shape[0] = 0 but indices.shape[0] = {count}"
            )
        return (
            np.zeros((0, rank), np.int64),
            np.zeros(0, values.dtype),
            np.zeros(0, np.bool_),
            np.zeros(0, np.int64),
        )
    for i, row in enumerate(indices[:, 0].tolist()):
        if row < 0:
            raise invalid(f"indices({i}, 0) is invalid: {row} < 0")
        if row >= rows:
            raise invalid(f"indices({i}, 0) is invalid: {row} >= {rows}")
    empty = np.ones(rows, np.bool_)
    empty[indices[:, 0]] = False
    added = np.zeros((int(empty.sum()), rank), np.int64)
    added[:, 0] = np.flatnonzero(empty)
    joined = np.concatenate([indices, added])
    filled = np.empty(len(joined), values.dtype)
    filled[:count], filled[count:] = values, default_value
    order = np.argsort(joined[:, 0], kind="stable")
    places = np.empty(len(order), np.int64)
    places[order] = np.arange(len(order))
    return joined[order], filled[order], empty, places[:count]


@SparseFillEmptyRowsGrad.kernel(dynamic=True)
def sparse_fill_empty_rows_grad_kernel(xp, reverse_index_map, grad_values):
    for place in np.asarray(reverse_index_map).tolist():
        if not 0 <= place < len(grad_values):
            raise invalid(
                f"Elements in reverse index must be in [0, {len(grad_values)}) but got {place}"
            )
    rest = np.ones(len(grad_values), np.bool_)
    rest[reverse_index_map] = False
    return grad_values[reverse_index_map], np.sum(grad_values[rest], dtype=grad_values.dtype)


@SparseFillEmptyRows.gradient
def sparse_fill_empty_rows_gradient(op, _, dy, __, ___):
    dvalues, default = raw.SparseFillEmptyRowsGrad(op.outputs[3], dy)
    return [None, dvalues, None, default]


SparseFillEmptyRowsGrad.no_gradient()


@public
def sparse_fill_empty_rows(sp_input, default_value, name=None):
    """A sparse tensor with an element in every row.

    Args:
      sp_input: `SparseTensor`.
      default_value: scalar that is put in the first column of rows without an element.
      name: name of the scope of the new node.

    Returns:
      `(sparse tensor, bool vector that says which rows were empty)`.

    Raises:
      TypeError: `sp_input` is not a `SparseTensor`.
    """
    sp_input = sparse(sp_input)
    with scope(name, "SparseFillEmptyRows", [sp_input]):
        default_value = convert_to_tensor(default_value, sp_input.values.dtype.base_dtype)
        indices, values, empty, _ = raw.SparseFillEmptyRows(
            sp_input.indices, sp_input.values, sp_input.dense_shape, default_value
        )
        return SparseTensor(indices, values, sp_input.dense_shape), empty
