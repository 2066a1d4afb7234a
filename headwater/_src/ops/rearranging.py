"""Elements moved to other places: transpose, reverse, tile, roll."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, known_dims, merge, text
from headwater._src.ops._static import shape_tensor, size_tensor


def _invalid(message):
    raise errors.InvalidArgumentError(None, None, message)


# --- transpose --------------------------------------------------------------------------------

Transpose = define_op(
    "Transpose",
    inputs="x: T, perm: Tperm",
    outputs="y: T",
    attrs=["T: type", "Tperm: {int32, int64} = int32"],
)
ConjugateTranspose = define_op(
    "ConjugateTranspose",
    inputs="x: T, perm: Tperm",
    outputs="y: T",
    attrs=["T: type", "Tperm: {int32, int64} = int32"],
)


@Transpose.shape
@ConjugateTranspose.shape
def transpose_shape(x, perm):
    rank = perm.dims[0] if perm.dims else None
    if x.dims is not None:
        if rank is not None and rank != len(x.dims):
            raise ShapeError(f"Dimension must be {len(x.dims)} but is {rank}")
        rank = len(x.dims)
    if rank is None:
        return None
    if perm.known is None or x.dims is None:
        return (None,) * rank
    result = []
    for p in perm.known.tolist():
        if not -rank <= p < rank:
            raise ShapeError(f"perm dim {p} is out of range of input rank {rank}")
        result.append(x.dims[p])
    return tuple(result)


def _permutation(x, perm):
    perm = np.asarray(perm).tolist()
    if len(perm) != x.ndim:
        _invalid(
            f"transpose expects a vector of size {x.ndim}. But input(1) is a vector of size "
            f"{len(perm)}"
        )
    for p in perm:
        if not -x.ndim <= p < x.ndim:
            _invalid(f"{p} is out of range [0 .. {x.ndim})")
    perm = [p % x.ndim for p in perm]
    for i in range(x.ndim):
        if i not in perm:
            _invalid(f"{i} is missing from {{{','.join(map(str, perm))}}}.")
    return perm


@Transpose.kernel(static=["perm"])
def transpose_kernel(xp, x, perm):
    return xp.transpose(x, _permutation(x, perm))


@ConjugateTranspose.kernel(static=["perm"])
def conjugate_transpose_kernel(xp, x, perm):
    return xp.conj(xp.transpose(x, _permutation(x, perm)))


@Transpose.gradient
def transpose_gradient(op, dy):
    return [raw.Transpose(dy, raw.InvertPermutation(op.inputs[1]), name="transpose"), None]


@ConjugateTranspose.gradient
def conjugate_transpose_gradient(op, dy):
    return [raw.ConjugateTranspose(dy, raw.InvertPermutation(op.inputs[1]), name="transpose"), None]


@public
def transpose(a, perm=None, name="transpose", conjugate=False):
    """`a` with its dimensions in another order.

    Args:
      a: a `Tensor`.
      perm: vector; dimension `i` of the result is dimension `perm[i]` of `a` (default: the reverse
        order).
      name: name of the node.
      conjugate: whether complex numbers are conjugated too.

    Returns:
      A `Tensor`.

    Raises:
      InvalidArgumentError: `perm` is not a permutation.

    >>> sess.run(tf.transpose([[1, 2], [3, 4]]))
    array([[1, 3],
           [2, 4]], dtype=int32)
    """
    with scope(name, "transpose", [a]) as node_name:
        a = convert_to_tensor(a, name="a")
        op = raw.ConjugateTranspose if conjugate and a.dtype.is_complex else raw.Transpose
        if perm is None:
            if a.dims is not None:
                perm = constant(np.arange(len(a.dims), dtype=np.int32)[::-1], name="perm")
            else:
                perm = raw.Range(raw.Sub(raw.Rank(a), 1, name="sub"), -1, -1)
        return op(a, perm, name=node_name)


InvertPermutation = define_op(
    "InvertPermutation",
    inputs="x: T",
    outputs="y: T",
    attrs=["T: {int32, int64} = int32"],
    shape=lambda x: x.dims or (None,),
)


@InvertPermutation.kernel
def invert_permutation_kernel(xp, x):
    n = x.shape[0]
    inside = (x >= 0) & (x < n)
    xp.require(
        inside,
        lambda: errors.InvalidArgumentError(
            None, None, f"{int(x[~inside][0])} is not between 0 and {n}"
        ),
    )
    order = xp.argsort(x)
    xp.require(
        x[order] == xp.arange(n),
        lambda: errors.InvalidArgumentError(
            None,
            None,
            f"{int(x[order][1:][x[order][1:] == x[order][:-1]][0])} is duplicated in the input.",
        ),
    )
    return order


InvertPermutation.no_gradient()


@public
def invert_permutation(x, name=None):
    """The permutation that undoes the permutation `x`.

    Args:
      x: vector of `int32` or `int64` that holds each number from 0 on once.
      name: name of the node.

    Returns:
      A vector `y` with `y[x[i]] == i`.

    Raises:
      InvalidArgumentError: `x` is not a permutation.
    """
    return raw.InvertPermutation(x, name=name)


# --- reverse ----------------------------------------------------------------------------------

ReverseV2 = define_op(
    "ReverseV2",
    inputs="tensor: T, axis: Tidx",
    outputs="output: T",
    attrs=[
        "Tidx: {int32, int64} = int32",
        "T: "
        "{uint8, int8, uint16, int16, int32, uint32, int64, uint64, bool, bfloat16, half, "
        "float, double, "
        "complex64, complex128, string}",
    ],
)
Reverse = define_op(
    "Reverse",
    inputs="tensor: T, dims: bool",
    outputs="output: T",
    attrs=[
        "T: "
        "{uint8, int8, uint16, int16, uint32, int32, uint64, int64, bool, bfloat16, half, "
        "float, double, "
        "complex64, complex128, string}"
    ],
    shape=lambda tensor, dims: tensor.dims,
)


@ReverseV2.shape
def reverse_v2_shape(tensor, axis):
    if tensor.dims is not None and axis.known is not None:
        rank, seen = len(tensor.dims), set()
        for at in axis.known.ravel().tolist():
            if not -rank <= at < rank:
                raise ShapeError(f"'axis'[{at}] = {at} is out of valid range [0, {rank - 1}]")
            if at % rank in seen:
                raise ShapeError(f"axis {at % rank} specified more than once.")
            seen.add(at % rank)
    return tensor.dims


@ReverseV2.kernel(static=["axis"])
def reverse_v2_kernel(xp, tensor, axis):
    axes, rank = np.asarray(axis).ravel().tolist(), tensor.ndim
    for i, at in enumerate(axes):
        if not -rank <= at < rank:
            _invalid(f"'axis'[{i}] = {at} is out of valid range [0, {rank - 1}]")
    return xp.flip(tensor, tuple(axes)) if axes else tensor


@ReverseV2.gradient
def reverse_v2_gradient(op, dy):
    return [raw.ReverseV2(dy, op.inputs[1]), None]


@Reverse.kernel(static=["dims"])
def reverse_kernel(xp, tensor, dims):
    axes = tuple(np.flatnonzero(np.asarray(dims)).tolist())
    return xp.flip(tensor, axes) if axes else tensor


@Reverse.gradient
def reverse_gradient(op, dy):
    return [raw.Reverse(dy, op.inputs[1]), None]


@public
def reverse(tensor, axis, name=None):
    """`tensor` with some dimensions read backwards.

    Args:
      tensor: a `Tensor`.
      axis: list or vector of dimensions. A list of booleans, one for each dimension, is TensorFlow
        0.x's form.
      name: name of the node.

    Returns:
      A `Tensor` like `tensor`.

    Raises:
      ValueError: a dimension is out of range or named twice.
    """
    if (
        isinstance(axis, (list, tuple))
        and axis
        and all(isinstance(a, (bool, np.bool_)) for a in axis)
    ):
        return raw.Reverse(tensor, axis, name=name)
    return raw.ReverseV2(tensor, axis, name=name)


# --- tile -------------------------------------------------------------------------------------

Tile = define_op(
    "Tile",
    inputs="input: T, multiples: Tmultiples",
    outputs="output: T",
    attrs=["T: type", "Tmultiples: {int32, int64} = int32"],
)


@Tile.shape
def tile_shape(input, multiples):
    times = known_dims(multiples)
    if input.dims is None:
        return None if times is None else (None,) * len(times)
    if times is None:
        return (None,) * len(input.dims)
    if len(times) != len(input.dims):
        raise ShapeError(f"Shape must be rank {len(times)} but is rank {len(input.dims)}")
    sizes = zip(input.dims, times, strict=True)
    return tuple(0 if 0 in (d, n) else None if None in (d, n) else d * n for d, n in sizes)


@Tile.kernel(static=["multiples"])
def tile_kernel(xp, input, multiples):
    if np.ndim(multiples) != 1:
        _invalid(f"Expected multiples to be 1-D, but got shape {text(np.shape(multiples))}")
    times = np.asarray(multiples).tolist()
    if len(times) != input.ndim:
        _invalid(
            f"Expected multiples argument to be a vector of length {input.ndim} but got length "
            f"{len(times)}"
        )
    for i, n in enumerate(times):
        if n < 0:
            _invalid(f"Expected multiples[{i}] >= 0, but got {n}")
    return xp.tile(input, tuple(times))


@Tile.gradient
def tile_gradient(op, dy):
    x, multiples = op.inputs
    shape = shape_tensor(x, out_type=multiples.dtype)
    # Each dimension of dy is split into (copies, size), and the copies are summed.
    pairs = raw.Reshape(transpose(PUBLIC["stack"]([multiples, shape])), [-1])
    axes = PUBLIC["range"](0, size_tensor(pairs), 2)
    dx = raw.Sum(raw.Reshape(dy, pairs), axes)
    dx.set_shape(x.shape)
    return [dx, None]


@public
def tile(input, multiples, name=None):
    """`input` repeated along its dimensions.

    Args:
      input: a `Tensor`.
      multiples: vector with the number of copies along each dimension.
      name: name of the node.

    Returns:
      A `Tensor` whose dimension `i` is `multiples[i]` times as long.

    Raises:
      InvalidArgumentError: a multiple is negative.

    >>> sess.run(tf.tile([1, 2], [2]))
    array([1, 2, 1, 2], dtype=int32)
    """
    return raw.Tile(input, multiples, name=name)


# --- roll -------------------------------------------------------------------------------------

Roll = define_op(
    "Roll",
    inputs="input: T, shift: Tshift, axis: Taxis",
    outputs="output: T",
    attrs=["T: type", "Tshift: {int32, int64}", "Taxis: {int32, int64}"],
)


@Roll.shape
def roll_shape(input, shift, axis):
    if input.dims == ():
        raise ShapeError("Shape must be at least rank 1 but is rank 0")
    for vector in (shift, axis):
        if vector.dims is not None and len(vector.dims) > 1:
            raise ShapeError(f"Shape must be at most rank 1 but is rank {len(vector.dims)}")
    merge(shift.dims, axis.dims)
    return input.dims


@Roll.kernel(static=["axis"])
def roll_kernel(xp, input, shift, axis):
    for name, value in (("shift", shift), ("axis", axis)):
        if np.ndim(value) > 1:
            shown = ",".join(map(str, np.shape(value)))
            _invalid(f"{name} must be a scalar or a 1-D vector. Found: [{shown}]")
    if not input.ndim:
        _invalid("input must be 1-D or higher")
    if np.shape(shift) != np.shape(axis) and np.size(shift) != np.size(axis):
        _invalid("shift and axis must have the same size")
    axes = np.asarray(axis).ravel().tolist()
    for at in axes:
        if not -input.ndim <= at < input.ndim:
            _invalid(f"axis {at} is out of range")
    shifts = shift.reshape(-1)
    for i, at in enumerate(axes):
        input = xp.roll(input, shifts[i], at)
    return input


@Roll.gradient
def roll_gradient(op, dy):
    return [raw.Roll(dy, raw.Neg(op.inputs[1]), op.inputs[2]), None, None]


@public
def roll(input, shift, axis, name=None):
    """`input` with its elements moved along dimensions; what leaves at the end comes in at the
    start.

    Args:
      input: a `Tensor`.
      shift: scalar or vector, by how many places.
      axis: scalar or vector, along which dimensions; a dimension may occur more than once.
      name: name of the node.

    Returns:
      A `Tensor` like `input`.
    """
    return raw.Roll(input, shift, axis, name=name)
