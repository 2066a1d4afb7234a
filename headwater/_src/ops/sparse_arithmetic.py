"""Sums, extremes, reductions and softmax of sparse tensors."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import SparseTensor, SparseTensorValue
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._reduction import reduced_shape
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import with_rank
from headwater._src.ops._sparse import (
    NUMBERS,
    REALS,
    flat_index,
    invalid,
    listed,
    shape_dims,
    sparse,
    union_of_rows,
)
from headwater._src.ops._static import shape_tensor, size_tensor

# --- the sum of two sparse tensors ------------------------------------------------------------

SparseAdd = define_op(
    "SparseAdd",
    inputs="a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T, "
    "b_shape: int64, thresh: Treal",
    outputs="sum_indices: int64, sum_values: T, sum_shape: int64",
    attrs=[f"T: {NUMBERS}", f"Treal: {REALS}"],
)


@SparseAdd.shape
def sparse_add_shape(a_indices, a_values, a_shape, b_indices, b_values, b_shape, thresh):
    sizes = with_rank(a_shape.dims, 1)
    return [(None, sizes[0]), (None,), sizes]


@SparseAdd.kernel(dynamic=True)
def sparse_add_kernel(xp, a_indices, a_values, a_shape, b_indices, b_values, b_shape, thresh):
    _same_shape(a_shape, b_shape)
    rows, at_a, at_b = union_of_rows(a_indices, b_indices)
    total = np.zeros(len(rows), a_values.dtype)
    total[at_a] = a_values
    total[at_b] += b_values
    kept = np.abs(total) >= thresh
    return rows[kept], total[kept], np.asarray(a_shape)


def _same_shape(a_shape, b_shape):
    if len(a_shape) != len(b_shape):
        raise invalid(
            "Operands should have the same ranks; got shapes: "
            f"[{listed(a_shape)}] and [{listed(b_shape)}]"
        )
    for i, (x, y) in enumerate(zip(a_shape, b_shape, strict=True)):
        if x != y:
            raise invalid(f"Operands' shapes do not match: got {x} and {y} for dimension {i}")


SparseAddGrad = define_op(
    "SparseAddGrad",
    inputs="backprop_val_grad: T, a_indices: int64, b_indices: int64, sum_indices: int64",
    outputs="a_val_grad: T, b_val_grad: T",
    attrs=[f"T: {NUMBERS}"],
    shape=lambda backprop_val_grad, a_indices, b_indices, sum_indices: [
        (with_rank(a_indices.dims, 2)[0],),
        (with_rank(b_indices.dims, 2)[0],),
    ],
)


@SparseAddGrad.kernel(dynamic=True)
def sparse_add_grad_kernel(xp, backprop_val_grad, a_indices, b_indices, sum_indices):
    at = {tuple(row): i for i, row in enumerate(np.asarray(sum_indices).tolist())}

    def picked(rows):
        places = [at.get(tuple(row), -1) for row in np.asarray(rows).tolist()]
        found = np.append(backprop_val_grad, backprop_val_grad.dtype.type(0))
        return found[np.array(places, np.int64)]

    return picked(a_indices), picked(b_indices)


@SparseAdd.gradient
def sparse_add_gradient(op, _, dvalues, __):
    da, db = raw.SparseAddGrad(dvalues, op.inputs[0], op.inputs[3], op.outputs[0])
    return [None, da, None, None, db, None, None]


SparseAddGrad.no_gradient()


@public
def sparse_add(a, b, threshold=None, thresh=None):
    """The sum of two tensors of which at least one is sparse.

    Args:
      a: `SparseTensor` or `Tensor`.
      b: `SparseTensor` or `Tensor` of the same shape.
      threshold: sums of two sparse tensors below this size are left out.
      thresh: the old name of `threshold`.

    Returns:
      A `SparseTensor` when both are sparse, else a `Tensor`.

    Raises:
      TypeError: neither is sparse.
      ValueError: the static shapes differ.
    """
    threshold = renamed("threshold", threshold, "thresh", thresh, 0)
    kinds = (SparseTensor, SparseTensorValue)
    if not isinstance(a, kinds) and not isinstance(b, kinds):
        raise TypeError("At least one input should be SparseTensor; do you mean to use tf.add()?")
    if isinstance(a, kinds) and isinstance(b, kinds):
        a, b = sparse(a), sparse(b)
        real = a.values.dtype.real_dtype
        threshold = convert_to_tensor(threshold, real.base_dtype, name="threshold")
        indices, values, shape = raw.SparseAdd(
            a.indices, a.values, a.dense_shape, b.indices, b.values, b.dense_shape, threshold
        )
        a.shape.assert_is_compatible_with(b.shape)
        dims = a.shape.merge_with(b.shape)
        if None not in (a.shape.rank, b.shape.rank) and dims.is_fully_defined():
            shape = convert_to_tensor(np.array(dims.as_list(), np.int64), name="Const")
        return SparseTensor(indices, values, shape)
    if isinstance(b, kinds):
        a, b = b, a
    a = sparse(a)
    return raw.SparseTensorDenseAdd(a.indices, a.values, a.dense_shape, b)


# --- the greater and the smaller one ----------------------------------------------------------


def _extreme(name, types, choose):
    op = define_op(
        name,
        inputs="a_indices: int64, a_values: T, a_shape: int64, b_indices: int64, b_values: T, "
        "b_shape: int64",
        outputs="output_indices: int64, output_values: T",
        attrs=[f"T: {types}"],
        shape=lambda a_indices, a_values, a_shape, b_indices, b_values, b_shape: [
            (None, None),
            (None,),
        ],
    )

    @op.kernel(dynamic=True)
    def kernel(xp, a_indices, a_values, a_shape, b_indices, b_values, b_shape):
        if len(a_shape) != len(b_shape):
            raise invalid(
                "Operands do not have the same ranks; got shapes: "
                f"{' '.join(map(str, a_shape))} and {' '.join(map(str, b_shape))}"
            )
        _same_shape(a_shape, b_shape)
        rows, at_a, at_b = union_of_rows(a_indices, b_indices)
        left = np.zeros(len(rows), a_values.dtype)
        right = np.zeros(len(rows), a_values.dtype)
        left[at_a], right[at_b] = a_values, b_values
        return rows, choose(left, right)

    return op


SparseSparseMaximum = _extreme("SparseSparseMaximum", REALS, np.maximum)
SparseSparseMinimum = _extreme("SparseSparseMinimum", NUMBERS, np.minimum)


@SparseSparseMaximum.gradient
def sparse_sparse_maximum_gradient(op, _, dy):
    raise NotImplementedError("Gradient for SparseSparseMaximum is currently not implemented yet.")


@SparseSparseMinimum.gradient
def sparse_sparse_minimum_gradient(op, _, dy):
    raise NotImplementedError("Gradient for SparseSparseMinimum is currently not implemented yet.")


@public
def sparse_maximum(sp_a, sp_b, name=None):
    """The greater of two sparse tensors, element by element; a missing element counts as zero.

    Args:
      sp_a: `SparseTensor`.
      sp_b: `SparseTensor` of the same shape.
      name: name of the node.

    Returns:
      A `SparseTensor`.

    Raises:
      InvalidArgumentError: the shapes differ.
    """
    return _of_two(raw.SparseSparseMaximum, "SparseSparseMaximum", sp_a, sp_b, name)


@public
def sparse_minimum(sp_a, sp_b, name=None):
    """The smaller of two sparse tensors, element by element; a missing element counts as zero.

    Args:
      sp_a: `SparseTensor`.
      sp_b: `SparseTensor` of the same shape.
      name: name of the node.

    Returns:
      A `SparseTensor`.

    Raises:
      InvalidArgumentError: the shapes differ.
    """
    return _of_two(raw.SparseSparseMinimum, "SparseSparseMinimum", sp_a, sp_b, name)


def _of_two(op, default_name, a, b, name):
    with scope(name, default_name, [a.indices, a.values, b.indices, b.values]) as node_name:
        indices, values = op(
            a.indices, a.values, a.dense_shape, b.indices, b.values, b.dense_shape, name=node_name
        )
    return SparseTensor(indices, values, a.dense_shape)


# --- reductions -------------------------------------------------------------------------------

_REDUCE = "input_indices: int64, input_values: T, input_shape: int64, reduction_axes: int32"


def reduce_shape(input_indices, input_values, input_shape, reduction_axes, *, keep_dims):
    """The shape of a reduction, when the shape and the axes are constants."""
    dims, axes = shape_dims(input_shape), reduction_axes.known
    if input_shape.known is None or axes is None:
        return None
    rank = len(dims)
    gone = {axis % rank for axis in np.reshape(axes, -1).tolist()} if rank else set()
    if keep_dims:
        return tuple(1 if i in gone else d for i, d in enumerate(dims))
    return tuple(d for i, d in enumerate(dims) if i not in gone)


def _axes(reduction_axes, rank):
    result = set()
    for axis in np.reshape(reduction_axes, -1).tolist():
        if not -rank <= axis < rank:
            raise invalid(f"Invalid reduction dimension {axis}, for input with {rank} dimensions.")
        result.add(axis % rank)
    return result


def _groups(xp, indices, shape, reduction_axes):
    """The dimensions that stay, their sizes, and the group of each element."""
    shape = np.asarray(shape).tolist()
    gone = _axes(reduction_axes, len(shape))
    kept = [i for i in range(len(shape)) if i not in gone]
    sizes = [shape[i] for i in kept]
    columns = indices[:, np.array(kept, np.int64)] if kept else indices[:, :0]
    return kept, sizes, columns, flat_index(xp, columns, sizes)


SparseReduceSum = define_op(
    "SparseReduceSum",
    inputs=_REDUCE,
    outputs="output: T",
    attrs=["keep_dims: bool = false", f"T: {NUMBERS}"],
    shape=reduce_shape,
)
SparseReduceMax = define_op(
    "SparseReduceMax",
    inputs=_REDUCE,
    outputs="output: T",
    attrs=["keep_dims: bool = false", f"T: {REALS}"],
    shape=reduce_shape,
)


@SparseReduceSum.kernel(static=["input_shape", "reduction_axes"])
def sparse_reduce_sum_kernel(
    xp, input_indices, input_values, input_shape, reduction_axes, *, keep_dims
):
    kept, sizes, _, group = _groups(xp, input_indices, input_shape, reduction_axes)
    total = xp.segment_sum(input_values, group, int(np.prod(sizes, dtype=np.int64)))
    return xp.reshape(total, _final(kept, sizes, len(input_shape), keep_dims))


def _final(kept, sizes, rank, keep_dims):
    if not keep_dims:
        return tuple(sizes)
    return tuple(sizes[kept.index(i)] if i in kept else 1 for i in range(rank))


@SparseReduceMax.kernel(dynamic=True)
def sparse_reduce_max_kernel(
    xp, input_indices, input_values, input_shape, reduction_axes, *, keep_dims
):
    kept, sizes, _, group = _groups(np, input_indices, input_shape, reduction_axes)
    out = np.zeros(int(np.prod(sizes, dtype=np.int64)), input_values.dtype)
    present, best = _max_of_groups(group, input_values)
    out[present] = best
    return out.reshape(_final(kept, sizes, len(input_shape), keep_dims))


def _max_of_groups(group, values):
    present, where = np.unique(group, return_inverse=True)
    best = np.empty(len(present), values.dtype)
    best[where.reshape(-1)[::-1]] = values[::-1]
    np.maximum.at(best, where.reshape(-1), values)
    return present, best


def _reduce_sparse(name, types, combine):
    op = define_op(
        name,
        inputs=_REDUCE,
        outputs="output_indices: int64, output_values: T, output_shape: int64",
        attrs=["keep_dims: bool = false", f"T: {types}"],
        shape=lambda input_indices, input_values, input_shape, reduction_axes: [None, None, None],
    )

    @op.kernel(dynamic=True)
    def kernel(xp, input_indices, input_values, input_shape, reduction_axes, *, keep_dims):
        kept, sizes, columns, group = _groups(np, input_indices, input_shape, reduction_axes)
        present, values = combine(group, input_values)
        _, first = np.unique(group, return_index=True)
        rows = columns[first]
        shape = _final(kept, sizes, len(input_shape), keep_dims)
        if keep_dims:
            full = np.zeros((len(rows), len(input_shape)), np.int64)
            full[:, kept] = rows
            rows = full
        return rows, values, np.array(shape, np.int64)

    return op


def _sum_of_groups(group, values):
    present, where = np.unique(group, return_inverse=True)
    total = np.zeros(len(present), values.dtype)
    np.add.at(total, where.reshape(-1), values)
    return present, total


SparseReduceSumSparse = _reduce_sparse("SparseReduceSumSparse", NUMBERS, _sum_of_groups)
SparseReduceMaxSparse = _reduce_sparse("SparseReduceMaxSparse", REALS, _max_of_groups)


@SparseReduceSum.gradient
def sparse_reduce_sum_gradient(op, dy):
    indices, _, shape, axes = op.inputs
    if shape.known is not None and axes.known is not None:
        kept = reduced_shape(shape, axes)
    else:
        kept = _kept_sizes(shape, axes)
    spread = raw.Reshape(dy, kept)
    scale = shape // kept
    return [None, raw.GatherNd(spread, indices // scale), None, None]


def _kept_sizes(shape, axes):
    """The shape with 1 for every reduced dimension, when only a step decides it."""
    rank = size_tensor(shape)
    axes = raw.FloorMod(raw.AddV2(axes, rank, name="add"), rank, name="mod")
    axes_shape = shape_tensor(axes)
    every = raw.Range(0, rank, 1, name="range")
    ones = PUBLIC["ones"](axes_shape, dtypes.int64)
    return raw.DynamicStitch([every, axes], [shape, ones])


def _reduction(op, sp_input, axis, keepdims, reduction_axes, keep_dims):
    keepdims = renamed("keepdims", keepdims, "keep_dims", keep_dims, False)
    axis = renamed("axis", axis, "reduction_axes", reduction_axes)
    return op(
        sp_input.indices,
        sp_input.values,
        sp_input.dense_shape,
        _all_axes(sp_input, axis),
        keep_dims=keepdims,
    )


def _all_axes(sp_input, axis):
    if axis is not None:
        return axis
    dims = sp_input.dense_shape.dims
    if dims is not None and dims[0] is not None:
        return convert_to_tensor(np.arange(dims[0], dtype=np.int32), name="Const")
    return PUBLIC["range"](0, raw.Size(sp_input.dense_shape, name="Rank"))


def sparse_reduce_sum(sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None):
    """The sum of the elements along some dimensions, as a dense tensor.

    Args:
      sp_input: `SparseTensor`.
      axis: dimension, or list of dimensions; None for all.
      keepdims: whether reduced dimensions stay, with size 1.
      reduction_axes: old name of `axis`.
      keep_dims: old name of `keepdims`.

    Returns:
      A `Tensor`.

    Raises:
      InvalidArgumentError: a dimension that `sp_input` does not have.
    """
    return _reduction(raw.SparseReduceSum, sp_input, axis, keepdims, reduction_axes, keep_dims)


def sparse_reduce_max(sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None):
    """The greatest element along some dimensions, as a dense tensor; zero where there is none.

    Args:
      sp_input: `SparseTensor`.
      axis: dimension, or list of dimensions; None for all.
      keepdims: whether reduced dimensions stay, with size 1.
      reduction_axes: old name of `axis`.
      keep_dims: old name of `keepdims`.

    Returns:
      A `Tensor`.

    Raises:
      InvalidArgumentError: a dimension that `sp_input` does not have.
    """
    return _reduction(raw.SparseReduceMax, sp_input, axis, keepdims, reduction_axes, keep_dims)


def sparse_reduce_sum_sparse(
    sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None
):
    """The sum of the elements along some dimensions, as a sparse tensor.

    Args:
      sp_input: `SparseTensor`.
      axis: dimension, or list of dimensions; None for all.
      keepdims: whether reduced dimensions stay, with size 1.
      reduction_axes: old name of `axis`.
      keep_dims: old name of `keepdims`.

    Returns:
      A `SparseTensor`.
    """
    return SparseTensor(
        *_reduction(raw.SparseReduceSumSparse, sp_input, axis, keepdims, reduction_axes, keep_dims)
    )


def sparse_reduce_max_sparse(
    sp_input, axis=None, keepdims=None, reduction_axes=None, keep_dims=None
):
    """The greatest element along some dimensions, as a sparse tensor.

    Args:
      sp_input: `SparseTensor`.
      axis: dimension, or list of dimensions; None for all.
      keepdims: whether reduced dimensions stay, with size 1.
      reduction_axes: old name of `axis`.
      keep_dims: old name of `keepdims`.

    Returns:
      A `SparseTensor`.
    """
    return SparseTensor(
        *_reduction(raw.SparseReduceMaxSparse, sp_input, axis, keepdims, reduction_axes, keep_dims)
    )


# --- softmax ----------------------------------------------------------------------------------

SparseSoftmax = define_op(
    "SparseSoftmax",
    inputs="sp_indices: int64, sp_values: T, sp_shape: int64",
    outputs="output: T",
    attrs=["T: {half, float, double}"],
    shape=lambda sp_indices, sp_values, sp_shape: with_rank(sp_values.dims, 1),
)


@SparseSoftmax.kernel(dynamic=True)
def sparse_softmax_kernel(xp, sp_indices, sp_values, sp_shape):
    shape = np.asarray(sp_shape).tolist()
    if len(shape) < 2:
        raise invalid(f"Input should have rank >= 2, but received shape: {listed(shape)}")
    row = flat_index(np, sp_indices[:, :-1], shape[:-1])
    present, best = _max_of_groups(row, sp_values)
    where = np.searchsorted(present, row)
    raised = np.exp(sp_values - best[where])
    return raised / _sum_of_groups(row, raised)[1][where]


@SparseSoftmax.gradient
def sparse_softmax_gradient(op, dy):
    indices, _, shape = op.inputs
    y = op.outputs[0]
    total = -raw.SparseReduceSum(indices, y * dy, shape, [-1], keep_dims=True)
    return [None, raw.SparseDenseCwiseAdd(indices, dy, shape, total) * y, None]


@public
def sparse_softmax(sp_input, name=None):
    """Softmax along the last dimension, over the elements that are there.

    Args:
      sp_input: `SparseTensor` of rank 2 or more.
      name: name of the scope of the new node.

    Returns:
      A `SparseTensor` with the same positions.

    Raises:
      InvalidArgumentError: the rank is less than 2.
    """
    with scope(name, "SparseSoftmax", [sp_input.indices, sp_input.values]):
        values = raw.SparseSoftmax(sp_input.indices, sp_input.values, sp_input.dense_shape)
    return SparseTensor(sp_input.indices, values, sp_input.dense_shape)
