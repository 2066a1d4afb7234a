"""Between sparse and dense tensors: conversion, sums, products."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import SparseTensor, SparseTensorValue
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import known_dims, merge_dim, with_rank
from headwater._src.ops._sparse import NUMBERS, flat_index, invalid, listed, sparse
from headwater._src.ops._static import shape_tensor, size_tensor

# --- to dense ---------------------------------------------------------------------------------

SparseToDense = define_op(
    "SparseToDense",
    inputs="sparse_indices: Tindices, output_shape: Tindices, sparse_values: T, default_value: T",
    outputs="dense: T",
    attrs=["validate_indices: bool = true", "T: type", "Tindices: {int32, int64}"],
    shape=lambda sparse_indices, output_shape, sparse_values, default_value: known_dims(
        output_shape
    ),
)


@SparseToDense.kernel(static=["output_shape"])
def sparse_to_dense_kernel(
    xp, sparse_indices, output_shape, sparse_values, default_value, *, validate_indices
):
    rank = len(np.shape(sparse_indices))
    if rank > 2:
        raise invalid(
            "sparse_indices should be a scalar, vector, or matrix, got shape "
            f"[{listed(np.shape(sparse_indices))}]"
        )
    if np.ndim(output_shape) != 1:
        raise invalid(f"output_shape must be rank 1, got shape [{listed(np.shape(output_shape))}]")
    indices = xp.reshape(sparse_indices, (-1, 1) if rank < 2 else np.shape(sparse_indices))
    count, depth = indices.shape
    shape = tuple(np.asarray(output_shape).tolist())
    if len(shape) != depth:
        raise invalid(
            f"output_shape has incorrect number of elements: {len(shape)} should be: {depth}"
        )
    if np.shape(sparse_values) not in ((), (count,)):
        raise invalid(
            f"sparse_values has incorrect shape [{listed(np.shape(sparse_values))}], "
            f"should be [] or [{count}]"
        )
    if np.shape(default_value) != ():
        raise invalid("default_value should be a scalar.")
    limits = np.array(shape, np.int64)
    inside = xp.all((indices >= 0) & (indices < limits), axis=1)
    flat = flat_index(xp, xp.asarray(indices).astype(np.int64), shape)
    if validate_indices:
        increasing = flat[1:] > flat[:-1]
        xp.require(
            xp.all(inside) & xp.all(increasing), lambda: _bad_row(indices, shape, inside, flat)
        )
    else:
        xp.require(
            inside,
            lambda: invalid(f"Indices are not valid (out of bounds).  Shape: [{listed(shape)}]"),
        )
    size = int(np.prod(shape, dtype=np.int64))
    if xp.compiled:
        dense = xp.full((size,), default_value)
        dense = xp.scatter_update(dense, flat, xp.broadcast_to(sparse_values, (count,)))
        return xp.reshape(dense, shape)
    dense = np.full((size,), default_value)
    dense[flat] = sparse_values
    return dense.reshape(shape)


def _bad_row(indices, shape, inside, flat):
    for i, row in enumerate(np.asarray(indices)):
        if not inside[i]:
            return invalid(
                f"indices[{i}] = [{listed(row)}] is out of bounds: need 0 <= index < "
                f"[{listed(shape)}]"
            )
        if i and flat[i] <= flat[i - 1]:
            problem = "repeated" if flat[i] == flat[i - 1] else "out of order"
            more = (
                ""
                if problem == "repeated"
                else (
                    ". Many sparse ops require sorted indices.\n  Use `tf.sparse.reorder` to "
                    "create a correctly ordered copy.\n\n"
                )
            )
            return invalid(f"indices[{i}] = [{listed(row)}] is {problem}{more}")
    return invalid("indices are not valid")


@SparseToDense.gradient
def sparse_to_dense_gradient(op, dy):
    indices, shape, _, _ = op.inputs
    dvalues = raw.GatherNd(dy, indices)
    rest = PUBLIC["reduce_sum"](dy) - PUBLIC["reduce_sum"](dvalues)
    return [PUBLIC["zeros_like"](indices), PUBLIC["zeros_like"](shape), dvalues, rest]


@public
def sparse_to_dense(
    sparse_indices, output_shape, sparse_values, default_value=0, validate_indices=True, name=None
):
    """A dense tensor with some elements set.

    Args:
      sparse_indices: integer matrix with a row for each element; or a vector, or a scalar, of
        positions.
      output_shape: integer vector.
      sparse_values: the elements, or one for all positions.
      default_value: scalar that stands everywhere else.
      validate_indices: whether to check that the positions are in increasing order, without
        repetition.
      name: name of the node.

    Returns:
      A `Tensor` of shape `output_shape`.

    Raises:
      InvalidArgumentError: a position outside of the shape, or not in order.
    """
    return raw.SparseToDense(
        sparse_indices,
        output_shape,
        sparse_values,
        default_value,
        validate_indices=validate_indices,
        name=name,
    )


@public
def sparse_tensor_to_dense(sp_input, default_value=None, validate_indices=True, name=None):
    """The dense form of a sparse tensor.

    Args:
      sp_input: `SparseTensor`.
      default_value: scalar that stands where there is no element; None for zero (or the empty
        string).
      validate_indices: whether to check that the positions are in increasing order, without
        repetition.
      name: name of the node.

    Returns:
      A `Tensor`.

    Raises:
      TypeError: `sp_input` is not a `SparseTensor`.
      InvalidArgumentError: a position outside of the shape, or not in order.
    """
    sp_input = sparse(sp_input)
    if default_value is None:
        default_value = PUBLIC["zeros"]([], dtype=sp_input.dtype)
    return sparse_to_dense(
        sp_input.indices,
        sp_input.dense_shape,
        sp_input.values,
        default_value=default_value,
        validate_indices=validate_indices,
        name=name,
    )


# --- sums and products with dense tensors -----------------------------------------------------

SparseTensorDenseAdd = define_op(
    "SparseTensorDenseAdd",
    inputs="a_indices: Tindices, a_values: T, a_shape: Tindices, b: T",
    outputs="output: T",
    attrs=[f"T: {NUMBERS}", "Tindices: {int32, int64}"],
    shape=lambda a_indices, a_values, a_shape, b: b.dims,
)


@SparseTensorDenseAdd.kernel(static=["a_shape"])
def sparse_tensor_dense_add_kernel(xp, a_indices, a_values, a_shape, b):
    shape = np.asarray(a_shape).tolist()
    if len(shape) != b.ndim:
        raise invalid(
            "Two operands have different dimensions; received a shape "
            f"[{listed(shape)}] and [{listed(b.shape)}]"
        )
    for i, (x, y) in enumerate(zip(shape, b.shape, strict=True)):
        if x != y:
            raise invalid(
                f"Dimension {i} does not equal (no broadcasting is supported): sparse "
                f"side {x} vs dense side {y}"
            )
    xp.require(
        (a_indices >= 0) & (a_indices < np.array(shape, np.int64)),
        lambda: _bad_index(a_indices, b.shape),
    )
    flat = flat_index(xp, a_indices, shape)
    return xp.reshape(xp.scatter_add(xp.reshape(b, (-1,)), flat, a_values), b.shape)


def _bad_index(indices, shape):
    rows, columns = np.nonzero((indices < 0) | (indices >= np.array(shape)))
    i, j = int(rows[0]), int(columns[0])
    return invalid(
        f"Sparse tensor has an invalid index on dimension {j}: a_indices({i},{j}) = "
        f"{indices[i, j]}, dense tensor shape: {' '.join(map(str, shape))}"
    )


@SparseTensorDenseAdd.gradient
def sparse_tensor_dense_add_gradient(op, dy):
    return [None, raw.GatherNd(dy, op.inputs[0]), None, dy]


SparseTensorDenseMatMul = define_op(
    "SparseTensorDenseMatMul",
    inputs="a_indices: Tindices, a_values: T, a_shape: int64, b: T",
    outputs="product: T",
    attrs=[
        "T: type",
        "Tindices: {int32, int64} = int64",
        "adjoint_a: bool = false",
        "adjoint_b: bool = false",
    ],
)


@SparseTensorDenseMatMul.shape
def sparse_tensor_dense_mat_mul_shape(a_indices, a_values, a_shape, b, *, adjoint_a, adjoint_b):
    with_rank(a_indices.dims, 2)
    with_rank(a_values.dims, 1)
    rows, inner = with_rank(known_dims(a_shape), 2)
    first, second = with_rank(b.dims, 2)
    if adjoint_a:
        rows, inner = inner, rows
    if adjoint_b:
        first, second = second, first
    merge_dim(inner, first)
    return (rows, second)


@SparseTensorDenseMatMul.kernel(static=["a_shape"])
def sparse_tensor_dense_mat_mul_kernel(
    xp, a_indices, a_values, a_shape, b, *, adjoint_a, adjoint_b
):
    rows, inner = np.asarray(a_shape).tolist()
    m, k = a_indices[:, 0], a_indices[:, 1]
    if adjoint_a:
        rows, inner, m, k = inner, rows, k, m
        a_values = xp.conj(a_values)
    if adjoint_b:
        b = xp.conj(xp.transpose(b))
    if b.shape[0] != inner:
        raise invalid(
            "Cannot multiply A and B because inner dimension does not match: "
            f"{inner} vs. {b.shape[0]}.  Did you forget a transpose?  Dimensions of A: "
            f"[{rows}, {inner}).  Dimensions of B: [{listed(b.shape)}]"
        )
    xp.require((k >= 0) & (k < inner), lambda: _outside("k", k, inner, not adjoint_a))
    xp.require((m >= 0) & (m < rows), lambda: _outside("m", m, rows, adjoint_a))
    return xp.segment_sum(a_values[:, None] * xp.gather(b, k), m, rows)


def _outside(letter, values, limit, column):
    i = int(np.flatnonzero((values < 0) | (values >= limit))[0])
    return invalid(
        f"{letter} ({values[i]}) from index[{i},{int(column)}] out of bounds (>={limit})"
    )


@SparseTensorDenseMatMul.gradient
def sparse_tensor_dense_mat_mul_gradient(op, dy):
    indices, values, shape, b = op.inputs
    flip_a, flip_b = op.attrs["adjoint_a"], op.attrs["adjoint_b"]
    db = raw.SparseTensorDenseMatMul(indices, values, shape, dy, adjoint_a=not flip_a)
    if flip_b:
        db = PUBLIC["matrix_transpose"](db, conjugate=True)
    rows, columns = indices[:, 0], indices[:, 1]
    from_dy = PUBLIC["gather"](dy, rows if not flip_a else columns)
    from_b = PUBLIC["gather"](
        PUBLIC["transpose"](b) if flip_b else b, columns if not flip_a else rows
    )
    # A row of one, times a column of the other: a product of as many 1x1 matrices.
    left = raw.ExpandDims(from_dy, -1 if flip_a else -2)
    right = raw.ExpandDims(from_b, -1 if flip_b != flip_a else -2)
    product = PUBLIC["matmul"](left, right, adjoint_a=flip_a, adjoint_b=flip_a == flip_b)
    return [None, raw.Squeeze(product, squeeze_dims=[-2, -1]), None, db]


@public
def sparse_tensor_dense_matmul(sp_a, b, adjoint_a=False, adjoint_b=False, name=None):
    """The product of a sparse and a dense matrix; either may be the sparse one.

    Args:
      sp_a: `SparseTensor` of rank 2.
      b: matrix of the same type.
      adjoint_a: whether to take the conjugate transpose of `sp_a`.
      adjoint_b: whether to take the conjugate transpose of `b`.
      name: name of the scope of the new node.

    Returns:
      A dense matrix.

    Raises:
      InvalidArgumentError: the sizes do not fit, or an index is outside of the shape.
    """
    if isinstance(b, (SparseTensor, SparseTensorValue)) and not isinstance(
        sp_a, (SparseTensor, SparseTensorValue)
    ):
        # AB = (B'A')', with the adjoints turned round.
        product = sparse_tensor_dense_matmul(
            b, sp_a, adjoint_a=not adjoint_b, adjoint_b=not adjoint_a
        )
        return PUBLIC["transpose"](product)
    sp_a = sparse(sp_a)
    with scope(name, "SparseTensorDenseMatMul", [sp_a.indices, sp_a.values, b]):
        b = convert_to_tensor(b, name="b")
        return raw.SparseTensorDenseMatMul(
            sp_a.indices, sp_a.values, sp_a.dense_shape, b, adjoint_a=adjoint_a, adjoint_b=adjoint_b
        )


# --- element by element, with broadcasting of the dense side -----------------------------------


def _cwise(name, combine):
    op = define_op(
        name,
        inputs="sp_indices: int64, sp_values: T, sp_shape: int64, dense: T",
        outputs="output: T",
        attrs=[f"T: {NUMBERS}"],
        shape=lambda sp_indices, sp_values, sp_shape, dense: (with_rank(sp_indices.dims, 2)[0],),
    )

    @op.kernel(static=["sp_shape"])
    def kernel(xp, sp_indices, sp_values, sp_shape, dense):
        shape = np.asarray(sp_shape).tolist()
        missing = len(shape) - dense.ndim
        if missing < 0 or any(
            d not in (1, s) for d, s in zip(dense.shape, shape[missing:], strict=True)
        ):
            raise invalid(
                "SparseDenseBinaryOpShared broadcasts dense to sparse only; got "
                f"incompatible shapes: [{listed(shape)}] vs. [{listed(dense.shape)}]"
            )
        xp.require(
            (sp_indices >= 0) & (sp_indices < np.array(shape, np.int64)),
            lambda: invalid(
                "Provided indices are out-of-bounds w.r.t. dense side with broadcasted shape"
            ),
        )
        at = tuple(
            sp_indices[:, missing + i] * (1 if d > 1 else 0) for i, d in enumerate(dense.shape)
        )
        return combine(xp, sp_values, xp.asarray(dense)[at] if at else dense)

    return op


def _divided(xp, x, y):
    return xp.floor_divide(x, y) if np.dtype(x.dtype).kind in "iu" else x / y


SparseDenseCwiseMul = _cwise("SparseDenseCwiseMul", lambda xp, x, y: x * y)
SparseDenseCwiseDiv = _cwise("SparseDenseCwiseDiv", _divided)
SparseDenseCwiseAdd = _cwise("SparseDenseCwiseAdd", lambda xp, x, y: x + y)


def _cwise_gradient(op, dy, divide):
    indices, values, shape, dense = op.inputs
    dense_shape = PUBLIC["cast"](shape_tensor(dense), dtypes.int64)
    added = raw.ExpandDims(size_tensor(shape) - size_tensor(dense_shape), 0)
    full = PUBLIC["concat"]([PUBLIC["ones"](added, dtypes.int64), dense_shape], 0)
    scaled = indices // (shape // full)
    at = raw.Slice(scaled, PUBLIC["concat"]([[0], added], 0), [-1, -1])
    found = raw.GatherNd(dense, at)
    if divide:
        dx = dy / found
        part = dy * (-values / raw.Square(found))
    else:
        dx = dy * found
        part = dy * values
    return [
        None,
        dx,
        None,
        raw.SparseTensorDenseAdd(at, part, dense_shape, PUBLIC["zeros_like"](dense)),
    ]


@SparseDenseCwiseMul.gradient
def sparse_dense_cwise_mul_gradient(op, dy):
    return _cwise_gradient(op, dy, False)


@SparseDenseCwiseDiv.gradient
def sparse_dense_cwise_div_gradient(op, dy):
    return _cwise_gradient(op, dy, True)


@SparseDenseCwiseAdd.gradient
def sparse_dense_cwise_add_gradient(op, dy):
    raise NotImplementedError("Gradient for SparseDenseCwiseAdd is not implemented.")


# --- products of dense matrices with many zeros -----------------------------------------------


def sparse_matmul(
    a, b, transpose_a=False, transpose_b=False, a_is_sparse=False, b_is_sparse=False, name=None
):
    """The product of two dense matrices that may hold many zeros.

    Args:
      a: matrix of type float32 or bfloat16.
      b: matrix of type float32 or bfloat16.
      transpose_a: whether to transpose `a`.
      transpose_b: whether to transpose `b`.
      a_is_sparse: whether `a` holds many zeros; the result is the same.
      b_is_sparse: whether `b` holds many zeros; the result is the same.
      name: name of the node.

    Returns:
      A float32 matrix.

    Raises:
      ValueError: the sizes do not fit.
    """
    return raw.SparseMatMul(
        a,
        b,
        transpose_a=transpose_a,
        transpose_b=transpose_b,
        a_is_sparse=a_is_sparse,
        b_is_sparse=b_is_sparse,
        name=name,
    )
