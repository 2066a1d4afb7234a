"""Set operations along the last dimension, of dense and sparse tensors."""

import numpy as np

from headwater._src.graph import define_op, raw
from headwater._src.graph.composite import SparseTensor, convert_to_tensor_or_sparse_tensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._shapes import ShapeError, with_rank
from headwater._src.ops._sparse import invalid, listed, order_of_rows

_TYPES = "{int8, int16, int32, int64, uint8, uint16, string}"
_ATTRS = ["set_operation: string", "validate_indices: bool = true", f"T: {_TYPES}"]
_RESULT = "result_indices: int64, result_values: T, result_shape: int64"

DenseToDenseSetOperation = define_op(
    "DenseToDenseSetOperation", inputs="set1: T, set2: T", outputs=_RESULT, attrs=_ATTRS
)
DenseToSparseSetOperation = define_op(
    "DenseToSparseSetOperation",
    inputs="set1: T, set2_indices: int64, set2_values: T, set2_shape: int64",
    outputs=_RESULT,
    attrs=_ATTRS,
)
SparseToSparseSetOperation = define_op(
    "SparseToSparseSetOperation",
    inputs="set1_indices: int64, set1_values: T, set1_shape: int64, set2_indices: int64, "
    "set2_values: T, set2_shape: int64",
    outputs=_RESULT,
    attrs=_ATTRS,
)
SetSize = define_op(
    "SetSize",
    inputs="set_indices: int64, set_values: T, set_shape: int64",
    outputs="size: int32",
    attrs=["validate_indices: bool = true", f"T: {_TYPES}"],
)


def _result(rank):
    return [(None, rank), (None,), (rank,)]


@DenseToDenseSetOperation.shape
def dense_to_dense_shape(set1, set2):
    a, b = set1.dims, set2.dims
    if a is not None and len(a) < 2 or b is not None and len(b) < 2:
        raise ShapeError("Input 0 and 1 must have rank >= 2.")
    if a is not None and b is not None:
        if len(a) != len(b):
            raise ShapeError(f"Ranks do not match: {len(a)} and {len(b)}")
        for i, (x, y) in enumerate(zip(a[:-1], b[:-1], strict=True)):
            if x is not None and y is not None and x != y:
                raise ShapeError(f"Dimension {i} in both shapes must be equal, but are {x} and {y}")
    known = a if a is not None else b
    return _result(None if known is None else len(known))


@DenseToSparseSetOperation.shape
def dense_to_sparse_shape(set1, set2_indices, set2_values, set2_shape):
    if set1.dims is not None and len(set1.dims) < 2:
        raise ShapeError("Input 0 must have rank >= 2.")
    (rank,) = with_rank(set2_shape.dims, 1)
    return _result(len(set1.dims) if set1.dims is not None else rank)


@SparseToSparseSetOperation.shape
def sparse_to_sparse_shape(
    set1_indices, set1_values, set1_shape, set2_indices, set2_values, set2_shape
):
    (first,), (second,) = with_rank(set1_shape.dims, 1), with_rank(set2_shape.dims, 1)
    return _result(second if first is None else first)


@SetSize.shape
def set_size_shape(set_indices, set_values, set_shape):
    if set_shape.known is None:
        return None
    return tuple(int(d) for d in set_shape.known[:-1])


class _Groups:
    """The sets of a tensor: one for each position in all dimensions but the last."""

    def __init__(self, shape):
        self.shape = tuple(int(d) for d in shape)
        if len(self.shape) < 2:
            raise invalid(f"Invalid input shape, rank must be at least 2: [{listed(shape)}]")
        self.sets = {}

    def get(self, group):
        return self.sets.get(group, frozenset())


def _dense(array):
    groups = _Groups(np.shape(array))
    for group in np.ndindex(*groups.shape[:-1]):
        groups.sets[group] = set(np.asarray(array[group]).tolist())
    return groups


def _sparse(indices, values, shape, validate):
    groups = _Groups(shape)
    indices = np.asarray(indices)
    inside = np.all((indices >= 0) & (indices < np.asarray(shape)), axis=1)
    if validate:
        order = order_of_rows(np, indices)
        for i in range(len(indices)):
            if not inside[i]:
                raise invalid(
                    f"indices[{i}] = [{listed(indices[i])}] is out of bounds: need 0 <= "
                    f"index < [{listed(shape)}]"
                )
            if order[i] != i:
                raise invalid(
                    f"indices[{i}] = [{listed(indices[i])}] is out of order. Many sparse "
                    "ops require sorted indices.\n  Use `tf.sparse.reorder` to create a "
                    "correctly ordered copy.\n\n"
                )
    for row, value in zip(indices[:, :-1].tolist(), np.asarray(values).tolist(), strict=True):
        groups.sets.setdefault(tuple(row), set()).add(value)
    return groups


_OPERATIONS = {
    "a-b": lambda a, b: set(a) - set(b),
    "b-a": lambda a, b: set(b) - set(a),
    "intersection": lambda a, b: set(a) & set(b),
    "union": lambda a, b: set(a) | set(b),
}


def _combine(a, b, operation, dtype):
    if operation.lower() not in _OPERATIONS:
        raise invalid(f"Invalid set_operation {operation}.")
    if len(a.shape) != len(b.shape) or a.shape[:-1] != b.shape[:-1]:
        raise invalid(f"Mismatched shapes [{listed(a.shape[:-1])}] vs [{listed(b.shape[:-1])}]")
    act = _OPERATIONS[operation.lower()]
    rows, values, width = [], [], 0
    for group in sorted({*a.sets, *b.sets}):
        found = sorted(act(a.get(group), b.get(group)))
        rows += [(*group, i) for i in range(len(found))]
        values += found
        width = max(width, len(found))
    out = np.empty(len(values), dtype)
    for i, value in enumerate(values):
        out[i] = value
    return (
        np.array(rows, np.int64).reshape(-1, len(a.shape)),
        out,
        np.array((*a.shape[:-1], width), np.int64),
    )


@DenseToDenseSetOperation.kernel(dynamic=True)
def dense_to_dense_kernel(xp, set1, set2, *, set_operation):
    return _combine(_dense(set1), _dense(set2), set_operation, np.asarray(set1).dtype)


@DenseToSparseSetOperation.kernel(dynamic=True)
def dense_to_sparse_kernel(
    xp, set1, set2_indices, set2_values, set2_shape, *, set_operation, validate_indices
):
    return _combine(
        _dense(set1),
        _sparse(set2_indices, set2_values, set2_shape, validate_indices),
        set_operation,
        np.asarray(set1).dtype,
    )


@SparseToSparseSetOperation.kernel(dynamic=True)
def sparse_to_sparse_kernel(
    xp,
    set1_indices,
    set1_values,
    set1_shape,
    set2_indices,
    set2_values,
    set2_shape,
    *,
    set_operation,
    validate_indices,
):
    return _combine(
        _sparse(set1_indices, set1_values, set1_shape, validate_indices),
        _sparse(set2_indices, set2_values, set2_shape, validate_indices),
        set_operation,
        np.asarray(set1_values).dtype,
    )


@SetSize.kernel(dynamic=True)
def set_size_kernel(xp, set_indices, set_values, set_shape, *, validate_indices):
    groups = _sparse(set_indices, set_values, set_shape, validate_indices)
    out = np.zeros(groups.shape[:-1], np.int32)
    for group, found in groups.sets.items():
        out[group] = len(found)
    return out


for _op in (
    DenseToDenseSetOperation,
    DenseToSparseSetOperation,
    SparseToSparseSetOperation,
    SetSize,
):
    _op.no_gradient()


def set_size(a, validate_indices=True):
    """The number of distinct elements of each set, that is, of each row of the last dimension.

    Args:
      a: `SparseTensor` of integers or strings.
      validate_indices: whether to check the order and bounds of the positions.

    Returns:
      An int32 `Tensor` of the shape of `a` without the last dimension.

    Raises:
      TypeError: `a` is dense, or of another type.
    """
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    if not isinstance(a, SparseTensor):
        raise TypeError(f"Expected `SparseTensor`, got {a}.")
    if a.values.dtype.base_dtype not in SetSize.opdef.attrs[1].allowed:
        raise TypeError(f"Invalid dtype `{a.values.dtype}`.")
    return raw.SetSize(a.indices, a.values, a.dense_shape, validate_indices=validate_indices)


def _set_operation(a, b, operation, validate_indices, flipped=None):
    a = convert_to_tensor_or_sparse_tensor(a, name="a")
    b = convert_to_tensor_or_sparse_tensor(b, name="b")
    if b.dtype.base_dtype != a.dtype.base_dtype:
        raise TypeError(f"Types don't match, {a.dtype} vs {b.dtype}.")
    if isinstance(a, SparseTensor) and not isinstance(b, SparseTensor):
        a, b, operation = b, a, flipped or operation
    keywords = {"set_operation": operation, "validate_indices": validate_indices}
    if isinstance(a, SparseTensor):
        found = raw.SparseToSparseSetOperation(
            a.indices, a.values, a.dense_shape, b.indices, b.values, b.dense_shape, **keywords
        )
    elif isinstance(b, SparseTensor):
        found = raw.DenseToSparseSetOperation(a, b.indices, b.values, b.dense_shape, **keywords)
    else:
        found = raw.DenseToDenseSetOperation(convert_to_tensor(a), convert_to_tensor(b), **keywords)
    return SparseTensor(*found)


def set_intersection(a, b, validate_indices=True):
    """The elements that are in both sets, for each row of the last dimension.

    Args:
      a: `Tensor` or `SparseTensor` of integers or strings.
      b: the same, of equal shape but for the last dimension.
      validate_indices: whether to check the order and bounds of positions.

    Returns:
      A `SparseTensor` with the elements of each set in order.
    """
    return _set_operation(a, b, "intersection", validate_indices)


def set_difference(a, b, aminusb=True, validate_indices=True):
    """The elements of one set that are not in the other, for each row of the last dimension.

    Args:
      a: `Tensor` or `SparseTensor` of integers or strings.
      b: the same, of equal shape but for the last dimension.
      aminusb: whether to take `b` from `a`, or else `a` from `b`.
      validate_indices: whether to check the order and bounds of positions.

    Returns:
      A `SparseTensor` with the elements of each set in order.
    """
    names = ("a-b", "b-a") if aminusb else ("b-a", "a-b")
    return _set_operation(a, b, names[0], validate_indices, names[1])


def set_union(a, b, validate_indices=True):
    """The elements that are in one of the sets, for each row of the last dimension.

    Args:
      a: `Tensor` or `SparseTensor` of integers or strings.
      b: the same, of equal shape but for the last dimension.
      validate_indices: whether to check the order and bounds of positions.

    Returns:
      A `SparseTensor` with the elements of each set in order.
    """
    return _set_operation(a, b, "union", validate_indices)
