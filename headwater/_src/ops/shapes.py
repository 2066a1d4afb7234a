"""Shapes as values, and ops that give a tensor another shape without moving its elements."""

import math

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.ops import _args
from headwater._src.ops._shapes import (
    ShapeError,
    broadcast,
    is_full,
    known_dims,
    size as _size,
    text,
)
from headwater._src.ops._static import rank_tensor, shape_tensor, size_tensor

# --- shape, size, rank ------------------------------------------------------------------------

Shape = define_op(
    "Shape",
    inputs="input: T",
    outputs="output: out_type",
    attrs=["T: type", "out_type: {int32, int64} = int32"],
)
Size = define_op(
    "Size",
    inputs="input: T",
    outputs="output: out_type",
    attrs=["T: type", "out_type: {int32, int64} = int32"],
    shape=lambda input: (),
)
Rank = define_op(
    "Rank",
    inputs="input: T",
    outputs="output: int32",
    attrs=["T: type"],
    shape=lambda input: (),
)
ShapeN = define_op(
    "ShapeN",
    inputs="input: N * T",
    outputs="output: N * out_type",
    attrs=["N: int >= 1", "T: type", "out_type: {int32, int64} = int32"],
)


@Shape.shape
def shape_shape(input):
    return (None,) if input.dims is None else (len(input.dims),)


@ShapeN.shape
def shape_n_shape(input):
    return [shape_shape(x) for x in input]


@Shape.kernel
def shape_kernel(xp, input, *, out_type):
    # The shape is concrete even where the elements are traced: what is computed from it stays
    # NumPy.
    return np.array(input.shape, out_type.as_numpy_dtype)


@Size.kernel
def size_kernel(xp, input, *, out_type):
    return np.array(_size(tuple(input.shape)), out_type.as_numpy_dtype)


@Rank.kernel
def rank_kernel(xp, input):
    return np.array(input.ndim, np.int32)


@ShapeN.kernel
def shape_n_kernel(xp, input, *, out_type):
    return [np.array(x.shape, out_type.as_numpy_dtype) for x in input]


for _op in (Shape, Size, Rank, ShapeN):
    _op.no_gradient()


@public
def shape(input, name=None, out_type=None):
    """The shape of a tensor, as a vector.

    Args:
      input: a `Tensor` or value.
      name: name of the node.
      out_type: `tf.int32` (default) or `tf.int64`.

    Returns:
      A `Tensor` of shape `[rank]`; a constant where the static shape is known.

    >>> sess.run(tf.shape([[1, 2, 3]]))
    array([1, 3], dtype=int32)
    """
    return shape_tensor(input, name, dtypes.int32 if out_type is None else out_type)


@public
def size(input, name=None, out_type=None):
    """The number of elements of a tensor, as a scalar.

    Args:
      input: a `Tensor` or value.
      name: name of the node.
      out_type: `tf.int32` (default) or `tf.int64`.

    Returns:
      A scalar `Tensor`; a constant where the static shape is known.
    """
    return size_tensor(input, name, dtypes.int32 if out_type is None else out_type)


@public
def rank(input, name=None):
    """The number of dimensions of a tensor, as a scalar.

    Args:
      input: a `Tensor` or value.
      name: name of the node.

    Returns:
      A scalar `int32` `Tensor`; a constant where the rank is known.
    """
    return rank_tensor(input, name)


def shape_n(input, out_type=dtypes.int32, name=None):
    """The shapes of several tensors.

    Args:
      input: list of tensors of one type.
      out_type: `tf.int32` or `tf.int64`.
      name: name of the node.

    Returns:
      A list of vectors.
    """
    return raw.ShapeN(input, out_type=out_type, name=name)


# --- reshape ----------------------------------------------------------------------------------

Reshape = define_op(
    "Reshape",
    inputs="tensor: T, shape: Tshape",
    outputs="output: T",
    attrs=["T: type", "Tshape: {int32, int64} = int32"],
)


@Reshape.shape
def reshape_shape(tensor, shape):
    if shape.dims is not None and len(shape.dims) != 1:
        raise ShapeError(f"Shape must be rank 1 but is rank {len(shape.dims)}")
    wanted = known_dims(shape)
    count = _size(tensor.dims)
    if wanted is None or count is None:
        return wanted
    if None not in wanted:
        if _size(wanted) != count:
            raise ShapeError(
                f"Cannot reshape a tensor with {count} elements to shape {text(wanted)} "
                f"({_size(wanted)} elements)"
            )
        return wanted
    if wanted.count(None) > 1:
        return wanted
    rest = 1
    for d in wanted:
        rest *= 1 if d is None else d
    if rest == 0:
        if count == 0:
            return wanted
        raise ShapeError(
            f"Cannot reshape a tensor with {count} elements to shape {text(wanted)} (0 elements)"
        )
    if count % rest:
        raise ShapeError(f"Dimension size must be evenly divisible by {rest} but is {count}")
    return tuple(count // rest if d is None else d for d in wanted)


@Reshape.kernel(static=["shape"])
def reshape_kernel(xp, tensor, shape):
    _vector(shape)
    wanted = np.asarray(shape).tolist()
    count = math.prod(tensor.shape)
    holes = [i for i, d in enumerate(wanted) if d == -1]
    if len(holes) > 1:
        _invalid(f"Only one input size may be -1, not both {holes[0]} and {holes[1]}")
    for i, d in enumerate(wanted):
        if d < -1:
            _invalid(f"Size {i} must be non-negative, not {d}")
    if holes:
        rest = math.prod(d for d in wanted if d > 0)
        if count % rest:
            _invalid(
                f"Input to reshape is a tensor with {count} values, but the requested shape "
                f"requires a multiple of {rest}"
            )
        if 0 in wanted:  # any size would do: what is left over of the sizes that are not zero
            count_or_left = math.prod(d for d in tensor.shape if d)
        else:
            count_or_left = count
        wanted[holes[0]] = count_or_left // rest
    if math.prod(wanted) != count:
        _invalid(
            f"Input to reshape is a tensor with {count} values, but the requested shape has "
            f"{math.prod(wanted)}"
        )
    return xp.reshape(tensor, tuple(wanted))


def _vector(shape):
    if np.ndim(shape) != 1:
        _invalid(f"sizes input must be 1-D, not {text(np.shape(shape))}")


def _invalid(message):
    raise errors.InvalidArgumentError(None, None, message)


@Reshape.gradient
def reshape_gradient(op, dy):
    dy = convert_to_tensor(dy)  # slices of rows have no other shape
    dims = op.inputs[0].dims
    if dims is not None and dims.count(None) == 1:
        wanted = [-1 if d is None else d for d in dims]
        return [raw.Reshape(dy, wanted), None]
    return [raw.Reshape(dy, shape_tensor(op.inputs[0])), None]


@public
def reshape(tensor, shape, name=None):
    """The elements of `tensor`, in row-major order, in another shape.

    Args:
      tensor: a `Tensor`.
      shape: vector of `int32` or `int64`; one entry may be -1, which is computed from the others.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `tensor`.

    Raises:
      ValueError: the numbers of elements are known to differ.
      InvalidArgumentError: they differ at run time.

    >>> sess.run(tf.reshape([1, 2, 3, 4], [2, -1]))
    array([[1, 2],
           [3, 4]], dtype=int32)
    """
    return raw.Reshape(tensor, shape, name=name)


def _reshape_to_input(op, dy):
    return raw.Reshape(dy, shape_tensor(op.inputs[0]))


# --- expand_dims ------------------------------------------------------------------------------

ExpandDims = define_op(
    "ExpandDims",
    inputs="input: T, dim: Tdim",
    outputs="output: T",
    attrs=["T: type", "Tdim: {int32, int64} = int32"],
)


@ExpandDims.shape
def expand_dims_shape(input, dim):
    if input.dims is None:
        return None
    rank = len(input.dims)
    if dim.known is None:
        return (None,) * (rank + 1)
    if dim.known.size != 1:
        raise ShapeError("'dim' input must be a tensor with a single value")
    axis = int(dim.known.ravel()[0])
    if not -rank - 1 <= axis <= rank:
        raise ShapeError(f"dim {axis} not in the interval [{-rank - 1}, {rank}].")
    axis += rank + 1 if axis < 0 else 0
    return input.dims[:axis] + (1,) + input.dims[axis:]


@ExpandDims.kernel(static=["dim"])
def expand_dims_kernel(xp, input, dim):
    axis, rank = int(np.ravel(dim)[0]), input.ndim
    if not -rank - 1 <= axis <= rank:
        _invalid(f"Tried to expand dim index {axis} for tensor with {rank} dimensions.")
    return xp.expand_dims(input, axis)


@ExpandDims.gradient
def expand_dims_gradient(op, dy):
    return [_reshape_to_input(op, dy), None]


@public
def expand_dims(input, axis=None, name=None, dim=None):
    """`input` with a dimension of size 1 inserted.

    Args:
      input: a `Tensor`.
      axis: where the new dimension stands in the result; negative counts from the end.
      name: name of the node.
      dim: deprecated name of `axis`.

    Returns:
      A `Tensor` with one dimension more.

    Raises:
      ValueError: neither or both of `axis` and `dim` are given, or it is out of range.
    """
    axis = _args.renamed("axis", axis, "dim", dim)
    if axis is None:
        raise ValueError("Must specify an axis argument to tf.expand_dims()")
    return raw.ExpandDims(input, axis, name=name)


# --- squeeze ----------------------------------------------------------------------------------

Squeeze = define_op(
    "Squeeze",
    inputs="input: T",
    outputs="output: T",
    attrs=["T: type", "squeeze_dims: list(int) >= 0 = []"],
)


@Squeeze.shape
def squeeze_shape(input, *, squeeze_dims):
    dims = input.dims
    if dims is None:
        return None
    if not squeeze_dims:
        return None if None in dims else tuple(d for d in dims if d != 1)
    return _squeezed(dims, squeeze_dims, ShapeError)


@Squeeze.kernel
def squeeze_kernel(xp, input, *, squeeze_dims):
    dims = tuple(input.shape)
    if squeeze_dims:
        dims = _squeezed(
            dims, squeeze_dims, lambda text: errors.InvalidArgumentError(None, None, text)
        )
    else:
        dims = tuple(d for d in dims if d != 1)
    return xp.reshape(input, dims)


def _squeezed(dims, axes, error):
    rank, gone = len(dims), set()
    for axis in axes:
        if not -rank <= axis < rank:
            raise error(f"Tried to squeeze dim index {axis} for tensor with {rank} dimensions.")
        axis += rank if axis < 0 else 0
        if dims[axis] not in (1, None):
            raise error(f"Can not squeeze dim[{axis}], expected a dimension of 1, got {dims[axis]}")
        gone.add(axis)
    return tuple(d for i, d in enumerate(dims) if i not in gone)


@Squeeze.gradient
def squeeze_gradient(op, dy):
    return [_reshape_to_input(op, dy)]


@public
def squeeze(input, axis=None, name=None, squeeze_dims=None):
    """`input` without its dimensions of size 1.

    Args:
      input: a `Tensor`.
      axis: the dimensions to remove, an integer or list (default: all of size 1).
      name: name of the node.
      squeeze_dims: deprecated name of `axis`.

    Returns:
      A `Tensor` with the same elements.

    Raises:
      ValueError: a dimension in `axis` is known not to be 1, or both names are given.
      InvalidArgumentError: it is not 1 at run time.
    """
    axis = _args.renamed("axis", axis, "squeeze_dims", squeeze_dims)
    if axis is not None and np.ndim(axis) == 0:
        axis = [axis]
    return raw.Squeeze(input, squeeze_dims=axis, name=name)


# --- broadcasting -----------------------------------------------------------------------------

BroadcastTo = define_op(
    "BroadcastTo",
    inputs="input: T, shape: Tidx",
    outputs="output: T",
    attrs=["T: type", "Tidx: {int32, int64} = int32"],
)


@BroadcastTo.shape
def broadcast_to_shape(input, shape):
    wanted = known_dims(shape)
    if wanted is None or input.dims is None:
        return wanted
    if len(input.dims) > len(wanted):
        raise ShapeError(f"Shape must be at most rank {len(wanted)} but is rank {len(input.dims)}")
    for have, want in zip(reversed(input.dims), reversed(wanted)):
        if have not in (None, 1) and want is not None and have != want:
            raise ShapeError(f"Dimensions must be equal, but are {have} and {want}")
    # A size other than 1 stays what it is, whatever is wanted.
    kept = (None,) * (len(wanted) - len(input.dims)) + tuple(input.dims)
    return tuple(h if w is None and h != 1 else w for h, w in zip(kept, wanted, strict=True))


@BroadcastTo.kernel(static=["shape"])
def broadcast_to_kernel(xp, input, shape):
    wanted, have = tuple(np.asarray(shape).tolist()), tuple(input.shape)
    fits = len(have) <= len(wanted) and all(
        h in (1, w) for h, w in zip(reversed(have), reversed(wanted))
    )
    if not fits:
        _invalid(f"Incompatible shapes: {text(have)} vs. {text(wanted)}")
    return xp.broadcast_to(input, wanted)


@BroadcastTo.gradient
def broadcast_to_gradient(op, dy):
    x, wanted = op.inputs
    have = shape_tensor(x)
    if is_full(dy.dims):
        wanted = constant(np.array(dy.dims, wanted.dtype.as_numpy_dtype))
    _, axes = raw.BroadcastGradientArgs(wanted, have)
    return [raw.Reshape(raw.Sum(dy, axes, keep_dims=True), have), None]


@public
def broadcast_to(input, shape, name=None):
    """`input` repeated along dimensions of size 1 (and new ones in front) to `shape`.

    Args:
      input: a `Tensor`.
      shape: vector of `int32` or `int64`.
      name: name of the node.

    Returns:
      A `Tensor` of that shape.

    Raises:
      InvalidArgumentError: the shapes are not compatible.
    """
    return raw.BroadcastTo(input, shape, name=name)


BroadcastArgs = define_op(
    "BroadcastArgs",
    inputs="s0: T, s1: T",
    outputs="r0: T",
    attrs=["T: {int32, int64} = int32"],
)


@BroadcastArgs.shape
def broadcast_args_shape(s0, s1):
    if s0.dims is None or s1.dims is None or None in s0.dims + s1.dims:
        return (None,)
    return (max(s0.dims[0], s1.dims[0]),)


@BroadcastArgs.kernel(static=["s0", "s1"])
def broadcast_args_kernel(xp, s0, s1):
    a, b = np.asarray(s0).tolist(), np.asarray(s1).tolist()
    a, b = [1] * (len(b) - len(a)) + a, [1] * (len(a) - len(b)) + b
    if any(x != y and 1 not in (x, y) for x, y in zip(a, b)):
        _invalid(f"Incompatible shapes: {text(tuple(a))} vs. {text(tuple(b))}")
    return np.array([y if x == 1 else x for x, y in zip(a, b)], s0.dtype)


BroadcastArgs.no_gradient()


def broadcast_dynamic_shape(shape_x, shape_y):
    """The shape that broadcasting two shapes gives, computed at run time.

    Args:
      shape_x: vector of `int32` or `int64`.
      shape_y: vector of the same type.

    Returns:
      A vector.

    Raises:
      InvalidArgumentError: the shapes cannot be broadcast together.
    """
    return raw.BroadcastArgs(shape_x, shape_y)


def broadcast_static_shape(shape_x, shape_y):
    """The shape that broadcasting two shapes gives, as far as it is known now.

    Args:
      shape_x: a `TensorShape`.
      shape_y: a `TensorShape`.

    Returns:
      A `TensorShape`.

    Raises:
      ValueError: the shapes cannot be broadcast together.
    """
    try:
        return TensorShape(broadcast(shape_x._dims, shape_y._dims))
    except ShapeError:
        raise ValueError(
            f"Incompatible shapes for broadcasting. Two shapes are compatible if for each "
            f"dimension pair they are either equal or one of them is 1. Received: {shape_x} and "
            f"{shape_y}."
        ) from None
