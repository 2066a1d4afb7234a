"""Tensors put together and taken apart along a dimension: concat, stack, split."""

from typing import Any

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.operation import Tensor
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, axis_index, merge, text
from headwater._src.ops._static import rank_tensor, shape_tensor


def _invalid(message):
    raise errors.InvalidArgumentError(None, None, message)


# --- concat -----------------------------------------------------------------------------------

ConcatV2 = define_op(
    "ConcatV2",
    inputs="values: N * T, axis: Tidx",
    outputs="output: T",
    attrs=["N: int >= 2", "T: type", "Tidx: {int32, int64} = int32"],
)
Concat = define_op(
    "Concat",
    inputs="concat_dim: int32, values: N * T",
    outputs="output: T",
    attrs=["N: int >= 2", "T: type"],
)


@ConcatV2.shape
def concat_v2_shape(values, axis):
    if axis.dims is not None and axis.dims != ():
        raise ShapeError(f"Shape must be rank 0 but is rank {len(axis.dims)}")
    known = [v.dims for v in values if v.dims is not None]
    if not known:
        return None
    rank = len(known[0])
    if any(len(dims) != rank for dims in known):
        other = next(dims for dims in known if len(dims) != rank)
        raise ShapeError(f"Shapes must be equal rank, but are {rank} and {len(other)}")
    if rank == 0:
        raise ShapeError("Can't concatenate scalars (use tf.stack instead)")
    if axis.known is None:
        return (None,) * rank
    at = axis_index(int(axis.known), rank, "concat axis")
    before = after = None
    total: Any = 0
    for value in values:
        dims = value.dims
        if dims is None:
            total = None
            continue
        total = None if total is None or dims[at] is None else total + dims[at]
        before, after = merge(before, dims[:at]), merge(after, dims[at + 1 :])
    return (*before, total, *after)  # type: ignore[misc]


@Concat.shape
def concat_shape(concat_dim, values):
    return concat_v2_shape(values, concat_dim)


@ConcatV2.kernel(static=["axis"])
def concat_v2_kernel(xp, values, axis):
    first = tuple(values[0].shape)
    rank, at = len(first), int(axis)
    if not -rank <= at < rank:
        _invalid(
            f"ConcatOp : Expected concatenating dimensions in the range [{-rank}, {rank}), but "
            f"got {at}"
        )
    at += rank if at < 0 else 0
    for i, value in enumerate(values):
        shape = tuple(value.shape)
        if len(shape) != rank:
            _invalid(
                f"ConcatOp : Ranks of all input tensors should match: shape[0] = {text(first)} vs. "
                f"shape[{i}] = {text(shape)}"
            )
        for j, (a, b) in enumerate(zip(first, shape)):
            if j != at and a != b:
                _invalid(
                    f"ConcatOp : Dimension {j} in both shapes must be equal: shape[0] = "
                    f"{text(first)} vs. "
                    f"shape[{i}] = {text(shape)}"
                )
    return xp.concatenate(list(values), axis=at)


@Concat.kernel(static=["concat_dim"])
def concat_kernel(xp, concat_dim, values):
    return concat_v2_kernel(xp, values, concat_dim)


@ConcatV2.gradient
def concat_v2_gradient(op, dy):
    return [*_concat_gradient(dy, op.inputs[:-1], op.inputs[-1]), None]


@Concat.gradient
def concat_gradient(op, dy):
    return [None, *_concat_gradient(dy, op.inputs[1:], op.inputs[0])]


def _concat_gradient(dy, values, axis):
    """A slice of `dy` for each value, at the offset where the value was put."""
    at = raw.FloorMod(axis, rank_tensor(values[0]), name="mod")
    sizes = [shape_tensor(v) for v in values] if _all_static(values) else None
    if sizes is None:
        # TensorFlow looks at the shapes one by one first, and leaves the nodes it made on the way.
        for value in values:
            shape_tensor(value)
            if not _is_static(value):
                break
        sizes = raw.ShapeN(list(values))
    offsets = raw.ConcatOffset(at, sizes)
    return [raw.Slice(dy, begin, size) for begin, size in zip(offsets, sizes)]


def _is_static(value):
    return value.dims is not None and None not in value.dims


def _all_static(values):
    return all(_is_static(v) for v in values)


ConcatOffset = define_op(
    "ConcatOffset",
    inputs="concat_dim: int32, shape: N * shape_type",
    outputs="offset: N * shape_type",
    attrs=["N: int >= 2", "shape_type: {int32, int64} = int32"],
)


@ConcatOffset.shape
def concat_offset_shape(concat_dim, shape):
    return [s.dims for s in shape]


@ConcatOffset.kernel(static=["concat_dim", "shape"])
def concat_offset_kernel(xp, concat_dim, shape):
    at, offset, result = int(concat_dim), 0, []
    for size in shape:
        begin = np.zeros(np.shape(size), size.dtype)
        begin[at] = offset
        offset += int(size[at])
        result.append(begin)
    return result


ConcatOffset.no_gradient()


@public
def concat(values, axis, name="concat"):
    """Tensors joined along an existing dimension.

    Args:
      values: list of tensors of one type, whose shapes differ at most in dimension `axis`. The
        order of
        arguments of TensorFlow before 1.0, `concat(axis, values)`, is understood too.
      axis: the dimension, a number or scalar; negative counts from the end.
      name: name of the node.

    Returns:
      A `Tensor`.

    Raises:
      ValueError: the static shapes do not fit.
      InvalidArgumentError: the shapes do not fit at run time.

    >>> sess.run(tf.concat([[1, 2], [3]], 0))
    array([1, 2, 3], dtype=int32)
    """
    if isinstance(values, (int, np.integer)) and isinstance(axis, (list, tuple)):
        values, axis = axis, values
    if not isinstance(values, (list, tuple)):
        values = [values]
    if len(values) == 1:
        # One tensor needs no joining, but the axis is checked as for many.
        with scope(name, "concat", values) as node_name:
            dims = convert_to_tensor(axis, dtypes.int32, "concat_dim").dims
            if dims is not None and dims != ():
                raise ValueError(f"Shape {text(dims)} must have rank 0")
            with scope(node_name, "concat"):
                return raw.Identity(values[0], name="concat")
    return raw.ConcatV2(list(values), axis, name=name)


# --- stack ------------------------------------------------------------------------------------

Pack = define_op(
    "Pack",
    inputs="values: N * T",
    outputs="output: T",
    attrs=["N: int >= 1", "T: type", "axis: int = 0"],
)


@Pack.shape
def pack_shape(values, *, axis):
    dims = None
    for i, value in enumerate(reversed(values)):
        try:
            dims = merge(value.dims, dims)
        except ShapeError as error:
            raise ShapeError(
                f"{error}\n\tFrom merging shape {len(values) - 1 - i} with other shapes."
            ) from None
    if dims is None:
        return None
    at = axis_index(axis, len(dims) + 1)
    return dims[:at] + (len(values),) + dims[at:]


@Pack.kernel
def pack_kernel(xp, values, *, axis):
    first = tuple(values[0].shape)
    for i, value in enumerate(values):
        if tuple(value.shape) != first:
            _invalid(
                f"Shapes of all inputs must match: values[0].shape = {text(first)} != "
                f"values[{i}].shape = {text(tuple(value.shape))}"
            )
    return xp.stack(list(values), axis=axis)


@Pack.gradient
def pack_gradient(op, dy):
    return raw.Unpack(dy, num=op.attrs["N"], axis=op.attrs["axis"], name="unstack")


@public
def stack(values, axis=0, name="stack"):
    """Tensors of equal shape joined along a new dimension.

    Args:
      values: list of tensors of one type and shape.
      axis: where the new dimension stands in the result; negative counts from the end.
      name: name of the node.

    Returns:
      A `Tensor` of one rank more.

    Raises:
      ValueError: `axis` is out of range, or the shapes differ.

    >>> sess.run(tf.stack([[1, 2], [3, 4]], axis=1))
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    if axis == 0:
        try:
            result = convert_to_tensor(values, name=name) if not _has_arrays(values) else None
        except (TypeError, ValueError):
            result = None
        if result is not None and (result.dims is None or len(result.dims) > 0):
            return result
    dims = convert_to_tensor(values[0], name=name).dims
    if dims is not None:
        rank = len(dims) + 1
        if not -rank <= axis < rank:
            raise ValueError(f"Argument `axis` = {axis} not in range [{-rank}, {rank})")
    return raw.Pack(values, axis=axis, name=name)


def _has_arrays(values):
    """Lists with tensors or arrays of rank 1 and more are stacked by a node, others become a
    constant.
    """
    if not isinstance(values, (list, tuple)):
        return False
    return any(
        (isinstance(v, Tensor) and v.dims != ()) or (isinstance(v, np.ndarray) and v.ndim)
        for v in values
    )


# --- unstack ----------------------------------------------------------------------------------

Unpack = define_op(
    "Unpack",
    inputs="value: T",
    outputs="output: num * T",
    attrs=["num: int >= 0", "T: type", "axis: int = 0"],
)


@Unpack.shape
def unpack_shape(value, *, num, axis):
    dims = value.dims
    if dims is None:
        return [None] * num
    at = axis_index(axis, len(dims))
    if dims[at] not in (None, num):
        raise ShapeError(f"Dimension must be {num} but is {dims[at]}")
    return [dims[:at] + dims[at + 1 :]] * num


@Unpack.kernel
def unpack_kernel(xp, value, *, num, axis):
    at = axis + value.ndim if axis < 0 else axis
    if value.shape[at] != num:
        _invalid(f"Input shape axis {axis} must equal {num}, got shape {text(tuple(value.shape))}")
    before = (slice(None),) * at
    return [value[(*before, i)] for i in range(num)]


@Unpack.gradient
def unpack_gradient(op, *dys):
    return [raw.Pack(list(dys), axis=op.attrs["axis"], name="stack")]


@public
def unstack(value, num=None, axis=0, name="unstack"):
    """The slices of `value` along a dimension, which they lose.

    Args:
      value: a `Tensor`.
      num: size of the dimension, needed when it is not known.
      axis: the dimension; negative counts from the end.
      name: name of the node.

    Returns:
      A list of tensors.

    Raises:
      ValueError: the number of slices is neither given nor known, or `axis` is out of range.
    """
    if num is None:
        value = convert_to_tensor(value)
        dims = value.dims
        if dims is not None:
            if not -len(dims) <= axis < len(dims):
                raise ValueError(
                    f"Argument `axis` = {axis} not in range [{-len(dims)}, {len(dims)})"
                )
            num = dims[axis]
        if num is None:
            raise ValueError(f"Cannot infer argument `num` from shape {TensorShape(dims)}")
    return raw.Unpack(value, num=num, axis=axis, name=name)


# --- split ------------------------------------------------------------------------------------

Split = define_op(
    "Split",
    inputs="split_dim: int32, value: T",
    outputs="output: num_split * T",
    attrs=["num_split: int >= 1", "T: type"],
)


@Split.shape
def split_shape(split_dim, value, *, num_split):
    dims = value.dims
    if dims is None:
        return [None] * num_split
    if split_dim.known is None:
        return [(None,) * len(dims)] * num_split
    at = axis_index(int(split_dim.known), len(dims), "split_dim")
    size = dims[at]
    if size is not None and size % num_split:
        raise ShapeError(
            f"Dimension size must be evenly divisible by {num_split} but is {size}\n"
            "\tNumber of ways to split should evenly divide the split dimension"
        )
    return [dims[:at] + (None if size is None else size // num_split,) + dims[at + 1 :]] * num_split


@Split.kernel(static=["split_dim"])
def split_kernel(xp, split_dim, value, *, num_split):
    at = _split_axis(split_dim, value)
    if value.shape[at] % num_split:
        _invalid(
            "Number of ways to split should evenly divide the split dimension, but got split_dim "
            f"{at} (size = {value.shape[at]}) and num_split {num_split}"
        )
    return _pieces(value, [value.shape[at] // num_split] * num_split, at)


def _split_axis(split_dim, value):
    if np.size(split_dim) != 1:
        _invalid("split_dim must have exactly one element")
    at, rank = int(split_dim), value.ndim
    if not -rank <= at < rank:
        _invalid(f"-input rank(-{rank}) <= split_dim < input rank ({rank}), but got {at}")
    return at + rank if at < 0 else at


def _pieces(value, sizes, at):
    before, begin, result = (slice(None),) * at, 0, []
    for size in sizes:
        result.append(value[(*before, slice(begin, begin + size))])
        begin += size
    return result


@Split.gradient
def split_gradient(op, *dys):
    return [None, raw.ConcatV2(list(dys), op.inputs[0], name="concat")]


SplitV = define_op(
    "SplitV",
    inputs="value: T, size_splits: Tlen, split_dim: int32",
    outputs="output: num_split * T",
    attrs=["num_split: int >= 1", "T: type", "Tlen: {int8, int32, int64} = int64"],
)


@SplitV.shape
def split_v_shape(value, size_splits, split_dim, *, num_split):
    dims = value.dims
    if dims is None:
        return [None] * num_split
    if split_dim.known is None:
        return [(None,) * len(dims)] * num_split
    at = axis_index(int(split_dim.known), len(dims), "split_dim")
    sizes: list[Any] = [None] * num_split
    if size_splits.known is not None:
        sizes = [None if s == -1 else int(s) for s in size_splits.known]
        total = sum(s for s in sizes if s is not None)
        if dims[at] is not None:
            if sizes.count(None) == 1 and total <= dims[at]:
                sizes[sizes.index(None)] = dims[at] - total
            elif total != dims[at]:
                raise ShapeError(
                    "can't split axis of size "
                    f"{dims[at]} into pieces of size [{','.join(map(str, size_splits.known))}]"
                )
    return [dims[:at] + (s,) + dims[at + 1 :] for s in sizes]


@SplitV.kernel(static=["size_splits", "split_dim"])
def split_v_kernel(xp, value, size_splits, split_dim):
    at = _split_axis(split_dim, value)
    sizes, size = np.asarray(size_splits).tolist(), value.shape[at]
    total = sum(s for s in sizes if s != -1)
    if sizes.count(-1) > 1:
        _invalid("There can only be one -1 in the input.")
    if -1 in sizes and total <= size:
        sizes[sizes.index(-1)] = size - total
    elif total != size:
        _invalid(
            "Determined shape must either match input shape along split_dim exactly if fully "
            "specified, or "
            "be less than the size of the input along split_dim if not fully specified.  Got: "
            f"{total}"
        )
    return _pieces(value, sizes, at)


@SplitV.gradient
def split_v_gradient(op, *dys):
    return [raw.ConcatV2(list(dys), op.inputs[2], name="concat"), None, None]


@public
def split(value, num_or_size_splits, axis=0, num=None, name="split"):
    """Pieces of `value` along a dimension.

    Args:
      value: a `Tensor`.
      num_or_size_splits: the number of equal pieces; or the sizes of the pieces, a list or vector,
        of which one
        may be -1. The order of arguments of TensorFlow before 1.0, `split(axis, number, value)`,
        is understood
        too.
      axis: the dimension, a number or scalar; negative counts from the end.
      num: the number of pieces, needed when the vector of sizes has no static shape.
      name: name of the node.

    Returns:
      A list of tensors.

    Raises:
      ValueError: the pieces do not fill the dimension, or their number is not known.
    """
    if _is_old_order(value, num_or_size_splits, axis):
        value, axis = axis, value
    if isinstance(num_or_size_splits, (int, np.integer)):
        return raw.Split(axis, value, num_split=int(num_or_size_splits), name=name)
    sizes = convert_to_tensor(num_or_size_splits)
    if sizes.dims == ():
        raise ValueError(
            "Rank-0 tensors are not supported as the num_or_size_splits argument to split. "
            f"Argument provided: {num_or_size_splits}"
        )
    if num is None:
        num = sizes.dims[0] if sizes.dims is not None else None
        if num is None:
            raise ValueError(f"Cannot infer argument `num` from shape {num_or_size_splits}")
    return raw.SplitV(value, sizes, axis, num_split=num, name=name)


def _is_old_order(value, number, axis):
    """`split(axis, number, value)`: a bare number cannot be split, and a tensor of rank 1 and
    more is no axis.
    """
    return (
        isinstance(value, (int, np.integer))
        and isinstance(number, (int, np.integer))
        and not isinstance(axis, (int, np.integer))
        and not (isinstance(axis, Tensor) and axis.dims == ())
    )
