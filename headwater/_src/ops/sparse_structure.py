"""Sparse tensors rearranged: order, shape, joining, cutting."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import either, renamed
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import is_full, merge_dim, with_rank
from headwater._src.ops._sparse import (
    NUMBERS,
    all_sparse,
    int64,
    invalid,
    listed,
    order_of_rows,
    parts_dims,
    shape_dims,
    sparse,
)

# --- order ------------------------------------------------------------------------------------

SparseReorder = define_op(
    "SparseReorder",
    inputs="input_indices: int64, input_values: T, input_shape: int64",
    outputs="output_indices: int64, output_values: T",
    attrs=["T: type"],
)


@SparseReorder.shape
def sparse_reorder_shape(input_indices, input_values, input_shape):
    parts_dims(input_indices, input_values, input_shape)
    return [with_rank(input_indices.dims, 2), with_rank(input_values.dims, 1)]


@SparseReorder.kernel
def sparse_reorder_kernel(xp, input_indices, input_values, input_shape):
    order = order_of_rows(xp, input_indices)
    return xp.asarray(input_indices)[order], xp.asarray(input_values)[order]


@SparseReorder.gradient
def sparse_reorder_gradient(op, _, dy):
    indices, _, shape = op.inputs
    numbers = PUBLIC["range"](PUBLIC["shape"](indices)[0])
    moved = sparse_reorder(SparseTensor(indices, numbers, shape))
    return [None, PUBLIC["gather"](dy, raw.InvertPermutation(moved.values)), None]


@public
def sparse_reorder(sp_input, name=None):
    """The same sparse tensor with its elements in row-major order.

    Args:
      sp_input: `SparseTensor`.
      name: name of the node.

    Returns:
      A `SparseTensor`.

    Raises:
      TypeError: `sp_input` is not a `SparseTensor`.
    """
    sp_input = sparse(sp_input)
    indices, values = raw.SparseReorder(
        sp_input.indices, sp_input.values, sp_input.dense_shape, name=name
    )
    if is_full(sp_input.shape._dims):
        return SparseTensor(indices, values, np.array(sp_input.shape._dims, np.int64))
    return SparseTensor(indices, values, raw.Identity(sp_input.dense_shape))


# --- shape ------------------------------------------------------------------------------------

SparseReshape = define_op(
    "SparseReshape",
    inputs="input_indices: int64, input_shape: int64, new_shape: int64",
    outputs="output_indices: int64, output_shape: int64",
)


@SparseReshape.shape
def sparse_reshape_shape(input_indices, input_shape, new_shape):
    count, rank = with_rank(input_indices.dims, 2)
    (old,) = with_rank(input_shape.dims, 1)
    merge_dim(rank, old)
    (new,) = with_rank(new_shape.dims, 1)
    return [(count, new), (new,)]


@SparseReshape.kernel(static=["input_shape", "new_shape"])
def sparse_reshape_kernel(xp, input_indices, input_shape, new_shape):
    old, new = np.asarray(input_shape).tolist(), np.asarray(new_shape).tolist()
    size = int(np.prod(old, dtype=object)) if old else 1
    unknown = None
    product = 1
    for i, d in enumerate(new):
        if d == -1:
            if unknown is not None:
                raise invalid(f"only one output dimension may be -1, not both {unknown} and {i}")
            unknown = i
        elif d < 0:
            raise invalid(f"size {i} must be non-negative, not {d}")
        else:
            product *= d
    if unknown is not None:
        if product == 0:
            raise invalid(
                "reshape cannot infer the missing input size for an empty tensor unless "
                "all specified input sizes are non-zero"
            )
        new[unknown] = 1
        shown = list(new)
        new[unknown] = size // product
        if new[unknown] * product != size:
            raise invalid(
                f"Input to reshape is a SparseTensor with {size} dense values, but the "
                f"requested shape requires a multiple of {product}. "
                f"input_shape=[{listed(old)}] output_shape=[{listed(shown)}]"
            )
    elif product != size:
        raise invalid(
            f"Input to reshape is a tensor with {size} dense values, but the requested "
            f"shape has {product}. input_shape=[{listed(old)}] "
            f"output_shape=[{listed(new)}]"
        )
    flat = xp.zeros(input_indices.shape[:1], np.int64)
    for i, d in enumerate(old):
        flat = flat * d + input_indices[:, i]
    columns = []
    for d in reversed(new):
        columns.append(flat % max(d, 1))
        flat = flat // max(d, 1)
    if columns:
        rows = xp.stack(columns[::-1], axis=1)
    else:
        rows = xp.zeros((input_indices.shape[0], 0), np.int64)
    return rows, np.array(new, np.int64)


SparseReshape.no_gradient()


@public
def sparse_reshape(sp_input, shape, name=None):
    """A sparse tensor in another shape with as many (dense) elements.

    Args:
      sp_input: `SparseTensor`.
      shape: integer vector; one dimension may be -1, for what fits.
      name: name of the node.

    Returns:
      A `SparseTensor`.

    Raises:
      TypeError: `sp_input` is not a `SparseTensor`.
      ValueError: the static shapes have not as many elements, or more than one dimension is -1.
      InvalidArgumentError: the shapes have not as many elements.
    """
    sp_input = sparse(sp_input)
    shape = int64(shape)
    with scope(name, "SparseReshape", [sp_input]) as node_name:
        indices, new = raw.SparseReshape(
            sp_input.indices, sp_input.dense_shape, shape, name=node_name
        )
        static = shape_dims(shape)
        old = sp_input.shape._dims
        if is_full(old) and static is not None:
            if shape.known is not None and np.sum(shape.known == -1) > 1:
                raise ValueError(
                    f"At most one dimension can be inferred (-1). Found: {shape.known}"
                )
            filled = _filled(old, static)
            if filled is not None:
                new = convert_to_tensor(np.array(filled, np.int64), name="Const")
        return SparseTensor(indices, raw.Identity(sp_input.values), new)


def _filled(old, new):
    """The new shape with its unknown dimension worked out; None when it is not decided."""
    size = int(np.prod(old, dtype=np.int64))
    known = int(np.prod([d for d in new if d is not None], dtype=np.int64))
    missing = new.count(None)
    if missing > 1 or missing and (not known or size < known):
        return None
    inferred = size // known if missing else 1
    if known * inferred != size:
        raise ValueError(
            f"Cannot reshape a tensor with {size} elements to shape {list(new)} "
            f"({known * inferred} elements)."
        )
    return tuple(inferred if d is None else d for d in new)


# --- joining ----------------------------------------------------------------------------------

SparseConcat = define_op(
    "SparseConcat",
    inputs="indices: N * int64, values: N * T, shapes: N * int64",
    outputs="output_indices: int64, output_values: T, output_shape: int64",
    attrs=["concat_dim: int", "N: int >= 2", "T: type"],
)


@SparseConcat.shape
def sparse_concat_shape(indices, values, shapes):
    count, rank = 0, None
    for i, v, s in zip(indices, values, shapes, strict=True):
        n, r = parts_dims(i, v, s)
        count = None if count is None or n is None else count + n
        rank = merge_dim(rank, r)
    return [(count, rank), (count,), (rank,)]


@SparseConcat.kernel(dynamic=True)
def sparse_concat_kernel(xp, indices, values, shapes, *, concat_dim):
    rank = len(shapes[0])
    if not -rank <= concat_dim < rank:
        raise invalid(f"Concat dimension must be in range [{-rank}, {rank}), got {concat_dim}")
    axis = concat_dim % rank
    total, rows = 0, []
    for k, (index, shape) in enumerate(zip(indices, shapes, strict=True)):
        if len(shape) != rank:
            raise invalid(
                f"Ranks of all input tensors must match: expected {rank} but got "
                f"{len(shape)} at position {k}"
            )
        for i, d in enumerate(np.asarray(shape).tolist()):
            if i != axis and d != shapes[0][i]:
                raise invalid(
                    f"Input shapes must match: expected {shapes[0][i]} for dimension {i} "
                    f"but got {d} at position {k}"
                )
        moved = np.array(index)
        moved[:, axis] += total
        rows.append(moved)
        total += int(shape[axis])
    joined = np.concatenate(rows)
    order = order_of_rows(np, joined)
    shape = np.array(shapes[0])
    shape[axis] = total
    return joined[order], np.concatenate(values)[order], shape


SparseConcat.no_gradient()


@public
def sparse_concat(
    axis,
    sp_inputs,
    name=None,
    expand_nonconcat_dim=False,
    concat_dim=None,
    expand_nonconcat_dims=None,
):
    """Sparse tensors put together along a dimension.

    Args:
      axis: the dimension.
      sp_inputs: list of `SparseTensor`s.
      name: name of the node.
      expand_nonconcat_dim: whether other dimensions may differ; the result has the largest size.
      concat_dim: the old name of `axis`.
      expand_nonconcat_dims: another name of `expand_nonconcat_dim`.

    Returns:
      A `SparseTensor`.

    Raises:
      TypeError: `sp_inputs` is not a list of `SparseTensor`s.
      InvalidArgumentError: sizes differ in another dimension.
    """
    expand = bool(
        either(
            "expand_nonconcat_dim",
            expand_nonconcat_dim or None,
            "expand_nonconcat_dims",
            expand_nonconcat_dims,
        )
    )
    axis = renamed("axis", axis, "concat_dim", concat_dim)
    inputs = all_sparse(sp_inputs)
    if len(inputs) == 1:
        return inputs[0]
    shapes = [x.dense_shape for x in inputs]
    if expand:
        largest = raw.Max(PUBLIC["concat"]([raw.Reshape(s, [1, -1]) for s in shapes], 0), 0)
        shapes = [
            PUBLIC["concat"](
                [
                    largest[:axis],
                    s[-1:] if axis == -1 else s[axis : axis + 1],
                    largest[:0] if axis == -1 else largest[axis + 1 :],
                ],
                0,
            )
            for s in shapes
        ]
    found = raw.SparseConcat(
        [x.indices for x in inputs], [x.values for x in inputs], shapes, concat_dim=axis, name=name
    )
    result = SparseTensor(*found)
    dims = _joined_dims([x.shape._dims for x in inputs], axis, expand)
    if dims is not None:
        result.set_shape(dims)
    return result


def _joined_dims(all_dims, axis, expand):
    if any(d is None for d in all_dims) or any(len(d) != len(all_dims[0]) for d in all_dims):
        return None
    axis %= len(all_dims[0])
    columns = list(zip(*all_dims, strict=True))
    out = []
    for i, sizes in enumerate(columns):
        if None in sizes:
            out.append(None)
        elif i == axis:
            out.append(sum(sizes))
        else:
            out.append(max(sizes) if expand else sizes[0])
    return tuple(out)


# --- cutting ----------------------------------------------------------------------------------

SparseSplit = define_op(
    "SparseSplit",
    inputs="split_dim: int64, indices: int64, values: T, shape: int64",
    outputs="output_indices: num_split * int64, output_values: num_split * T, "
    "output_shape: num_split * int64",
    attrs=["num_split: int >= 1", "T: type"],
)


@SparseSplit.shape
def sparse_split_shape(split_dim, indices, values, shape, *, num_split):
    (rank,) = with_rank(shape.dims, 1)
    return [*[(None, rank)] * num_split, *[(None,)] * num_split, *[(rank,)] * num_split]


@SparseSplit.kernel(dynamic=True)
def sparse_split_kernel(xp, split_dim, indices, values, shape, *, num_split):
    axis, rank = int(split_dim), len(shape)
    if not -rank <= axis < rank:
        raise invalid(f"Input axis should be in range [{-rank}, {rank}), got {axis}")
    axis %= rank
    size = int(shape[axis])
    if not 1 <= num_split <= size:
        raise invalid(
            "Input num_split should be between 1 and the splitting dimension size "
            f"({size}), got {num_split}"
        )
    each, more = divmod(size, num_split)
    outs, start = ([], [], []), 0
    for part in range(num_split):
        width = each + (part < more)
        kept = (indices[:, axis] >= start) & (indices[:, axis] < start + width)
        rows = indices[kept]
        rows[:, axis] -= start
        new = np.array(shape)
        new[axis] = width
        for out, value in zip(outs, (rows, values[kept], new), strict=True):
            out.append(value)
        start += width
    return [*outs[0], *outs[1], *outs[2]]


@public
def sparse_split(
    keyword_required=None, sp_input=None, num_split=None, axis=None, name=None, split_dim=None
):
    """A sparse tensor cut into parts along a dimension; all arguments by name.

    Args:
      keyword_required: not to be given.
      sp_input: `SparseTensor`.
      num_split: how many parts; where the size cannot be divided, the first ones are larger by one.
      axis: the dimension.
      name: name of the node.
      split_dim: the old name of `axis`.

    Returns:
      A list of `SparseTensor`s.

    Raises:
      ValueError: an argument is missing, or given by position.
      TypeError: `sp_input` is not a `SparseTensor`.
    """
    if keyword_required is not None:
        raise ValueError("Keyword arguments are required for this function.")
    if sp_input is None:
        raise ValueError("sp_input is required")
    if num_split is None:
        raise ValueError("num_split is required")
    axis = renamed("axis", axis, "split_dim", split_dim)
    if axis is None:
        raise ValueError("axis is required")
    sp_input = sparse(sp_input)
    parts = raw.SparseSplit(
        axis,
        sp_input.indices,
        sp_input.values,
        sp_input.dense_shape,
        num_split=num_split,
        name=name,
    )
    return [SparseTensor(*part) for part in zip(*parts, strict=True)]


SparseSlice = define_op(
    "SparseSlice",
    inputs="indices: int64, values: T, shape: int64, start: int64, size: int64",
    outputs="output_indices: int64, output_values: T, output_shape: int64",
    attrs=["T: type"],
)


@SparseSlice.shape
def sparse_slice_shape(indices, values, shape, start, size):
    (rank,) = with_rank(shape.dims, 1)
    return [(None, rank), (None,), (rank,)]


@SparseSlice.kernel(dynamic=True)
def sparse_slice_kernel(xp, indices, values, shape, start, size):
    for what, value in (("start", start), ("size", size)):
        if np.shape(value) != np.shape(shape):
            raise invalid(
                f"Expected {what} to be a vector of length {len(shape)} but got length "
                f"{np.size(value)}"
            )
    kept = np.all((indices >= start) & (indices < start + size), axis=1)
    return (
        indices[kept] - start,
        values[kept],
        np.maximum(0, np.minimum(size, np.asarray(shape) - start)),
    )


SparseSliceGrad = define_op(
    "SparseSliceGrad",
    inputs="backprop_val_grad: T, input_indices: int64, input_start: int64, output_indices: int64",
    outputs="val_grad: T",
    attrs=[f"T: {NUMBERS}"],
    shape=lambda backprop_val_grad, input_indices, input_start, output_indices: (
        with_rank(input_indices.dims, 2)[0],
    ),
)


@SparseSliceGrad.kernel(dynamic=True)
def sparse_slice_grad_kernel(xp, backprop_val_grad, input_indices, input_start, output_indices):
    at = {tuple(row): i for i, row in enumerate(np.asarray(output_indices).tolist())}
    out = np.zeros(len(input_indices), backprop_val_grad.dtype)
    for i, row in enumerate((np.asarray(input_indices) - input_start).tolist()):
        if tuple(row) in at:
            out[i] = backprop_val_grad[at[tuple(row)]]
    return out


@SparseSlice.gradient
def sparse_slice_gradient(op, _, dy, __):
    indices, _, _, start, _ = op.inputs
    return [None, raw.SparseSliceGrad(dy, indices, start, op.outputs[0]), None, None, None]


SparseSliceGrad.no_gradient()


@public
def sparse_slice(sp_input, start, size, name=None):
    """A block of a sparse tensor.

    Args:
      sp_input: `SparseTensor`.
      start: int64 vector, where the block begins.
      size: int64 vector, its size; what reaches beyond the tensor is cut off.
      name: name of the node.

    Returns:
      A `SparseTensor`.

    Raises:
      TypeError: `sp_input` is not a `SparseTensor`.
    """
    sp_input = sparse(sp_input)
    start = convert_to_tensor(start, dtypes.int64)
    size = convert_to_tensor(size, dtypes.int64)
    with scope(name, "SparseSlice", [sp_input]) as node_name:
        found = raw.SparseSlice(
            sp_input.indices, sp_input.values, sp_input.dense_shape, start, size, name=node_name
        )
        return SparseTensor(*found)
