"""Blocks of space moved into the batch or the channels, and back."""

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, merge_dim, with_rank
from headwater._src.ops._windows import invalid


def _divided(n, by):
    if n is None or by is None:
        return None
    if n % by:
        raise ShapeError(f"Dimension size must be evenly divisible by {by} but is {n}")
    return n // by


# --- space to batch ---------------------------------------------------------------------------

SpaceToBatchND = define_op(
    "SpaceToBatchND",
    inputs="input: T, block_shape: Tblock_shape, paddings: Tpaddings",
    outputs="output: T",
    attrs=["T: type", "Tblock_shape: {int32, int64} = int32", "Tpaddings: {int32, int64} = int32"],
)
BatchToSpaceND = define_op(
    "BatchToSpaceND",
    inputs="input: T, block_shape: Tblock_shape, crops: Tcrops",
    outputs="output: T",
    attrs=["T: type", "Tblock_shape: {int32, int64} = int32", "Tcrops: {int32, int64} = int32"],
)
SpaceToBatch = define_op(
    "SpaceToBatch",
    inputs="input: T, paddings: Tpaddings",
    outputs="output: T",
    attrs=["T: type", "Tpaddings: {int32, int64} = int32", "block_size: int >= 2"],
)
BatchToSpace = define_op(
    "BatchToSpace",
    inputs="input: T, crops: Tidx",
    outputs="output: T",
    attrs=["T: type", "block_size: int >= 2", "Tidx: {int32, int64} = int32"],
)


def _block_arguments(block_dims, border):
    (count,) = with_rank(block_dims, 1)
    rows, two = with_rank(border.dims, 2)
    if border.dims is not None and two not in (None, 2):
        raise ShapeError(f"Dimension must be 2 but is {two}")
    if count is not None and rows is not None and count != rows:
        raise ShapeError(
            f"Dimension 0 in both shapes must be equal, but are {rows} and {count}. Shapes are "
            f"[{rows},2] and [{count},2]."
        )
    return rows if count is None else count


def _to_batch_dims(dims, count, block, border):
    if dims is None:
        return None
    with_rank(dims, (count or 0) + 1, at_least=True)
    if count is None:
        return (None,) * len(dims)
    dims = list(dims)
    if block is not None and any(b < 1 for b in block):
        raise ShapeError(f"block_shape must be positive, but got {list(block)}")
    factor = None if block is None else int(np.prod(block))
    dims[0] = None if dims[0] is None or factor is None else dims[0] * factor
    for i in range(count):
        known = dims[i + 1] is not None and block is not None and border is not None
        if border is not None and (np.asarray(border[i]) < 0).any():
            raise ShapeError("paddings cannot be negative")
        dims[i + 1] = _divided(dims[i + 1] + int(sum(border[i])), int(block[i])) if known else None
    return tuple(dims)


def _to_space_dims(dims, count, block, border):
    if dims is None:
        return None
    with_rank(dims, (count or 0) + 1, at_least=True)
    if count is None:
        return (None,) * len(dims)
    dims = list(dims)
    if block is not None and any(b < 1 for b in block):
        raise ShapeError(f"block_shape must be positive, but got {list(block)}")
    dims[0] = _divided(dims[0], None if block is None else int(np.prod(block)))
    for i in range(count):
        if border is not None and (np.asarray(border[i]) < 0).any():
            raise ShapeError("crops cannot be negative")
        if dims[i + 1] is None or block is None or border is None:
            dims[i + 1] = None
            continue
        cropped = dims[i + 1] * int(block[i]) - int(sum(border[i]))
        if cropped < 0:
            raise ShapeError(
                f"Negative dimension size caused by subtracting {int(sum(border[i]))} from "
                f"{dims[i + 1] * int(block[i])}"
            )
        dims[i + 1] = cropped
    return tuple(dims)


@SpaceToBatchND.shape
def _space_to_batch_nd_shape(input, block_shape, paddings):
    count = _block_arguments(block_shape.dims, paddings)
    return _to_batch_dims(input.dims, count, block_shape.known, paddings.known)


@BatchToSpaceND.shape
def _batch_to_space_nd_shape(input, block_shape, crops):
    count = _block_arguments(block_shape.dims, crops)
    return _to_space_dims(input.dims, count, block_shape.known, crops.known)


@SpaceToBatch.shape
def _space_to_batch_shape(input, paddings, *, block_size):
    dims = with_rank(input.dims, 4)
    _block_arguments((2,), paddings)
    return _to_batch_dims(dims, 2, (block_size, block_size), paddings.known)


@BatchToSpace.shape
def _batch_to_space_shape(input, crops, *, block_size):
    dims = with_rank(input.dims, 4)
    _block_arguments((2,), crops)
    return _to_space_dims(dims, 2, (block_size, block_size), crops.known)


def _check_blocks(x, block, border, what):
    block, border = np.asarray(block), np.asarray(border)
    if block.ndim != 1:
        invalid(f"block rank should be 1 instead of {block.ndim}")
    if np.ndim(x) < len(block) + 1:
        invalid(f"input rank should be >= {len(block) + 1} instead of {np.ndim(x)}")
    if border.shape != (len(block), 2):
        invalid(
            f"{what} should have shape [{len(block)}, 2] instead of "
            f"[{','.join(str(n) for n in border.shape)}]"
        )
    for i, b in enumerate(block):
        if b < 1:
            invalid(f"All values in block_shape must be positive, got value, {b} at index {i}.")
    if (border < 0).any():
        invalid(f"{what} cannot be negative")
    return [int(b) for b in block], border.tolist()


def _to_batch(xp, input, block, border):
    block, border = _check_blocks(input, block, border, "paddings")
    m = len(block)
    rest = input.shape[m + 1 :]
    padded = [n + sum(p) for n, p in zip(input.shape[1:], border)]
    for i, (n, b) in enumerate(zip(padded, block)):
        if n % b:
            invalid(f"padded_shape[{i}]={n} is not divisible by block_shape[{i}]={b}")
    x = xp.pad(input, [(0, 0), *[tuple(p) for p in border], *[(0, 0)] * len(rest)])
    split = [input.shape[0]]
    for n, b in zip(padded, block):
        split += [n // b, b]
    x = xp.reshape(x, (*split, *rest))
    order = [2 + 2 * i for i in range(m)] + [0] + [1 + 2 * i for i in range(m)]
    x = xp.transpose(x, (*order, *range(2 * m + 1, 2 * m + 1 + len(rest))))
    batch = input.shape[0] * int(np.prod(block))
    return xp.reshape(x, (batch, *(n // b for n, b in zip(padded, block)), *rest))


def _to_space(xp, input, block, border):
    block, border = _check_blocks(input, block, border, "crops")
    m = len(block)
    factor = int(np.prod(block))
    space, rest = input.shape[1 : m + 1], input.shape[m + 1 :]
    if input.shape[0] % factor:
        invalid(
            f"Input batch dimension ({input.shape[0]}) is not divisible by product of block "
            f"sizes ({factor})"
        )
    for i, (n, b, crop) in enumerate(zip(space, block, border)):
        if n * b < sum(crop):
            invalid(f"cropped_shape[{i}]={n * b - sum(crop)} must be non-negative")
    batch = input.shape[0] // factor
    x = xp.reshape(input, (*block, batch, *space, *rest))
    order = [m]
    for i in range(m):
        order += [m + 1 + i, i]
    x = xp.transpose(x, (*order, *range(2 * m + 1, 2 * m + 1 + len(rest))))
    x = xp.reshape(x, (batch, *(n * b for n, b in zip(space, block)), *rest))
    inside = tuple(slice(a, n * b - z) for n, b, (a, z) in zip(space, block, border))
    return x[(slice(None), *inside)]


@SpaceToBatchND.kernel(static=["block_shape", "paddings"])
def _space_to_batch_nd_kernel(xp, input, block_shape, paddings):
    return _to_batch(xp, input, block_shape, paddings)


@BatchToSpaceND.kernel(static=["block_shape", "crops"])
def _batch_to_space_nd_kernel(xp, input, block_shape, crops):
    return _to_space(xp, input, block_shape, crops)


@SpaceToBatch.kernel(static=["paddings"])
def _space_to_batch_kernel(xp, input, paddings, *, block_size):
    return _to_batch(xp, input, [block_size] * 2, paddings)


@BatchToSpace.kernel(static=["crops"])
def _batch_to_space_kernel(xp, input, crops, *, block_size):
    return _to_space(xp, input, [block_size] * 2, crops)


@SpaceToBatchND.gradient
def _space_to_batch_nd_gradient(op, dy):
    return [raw.BatchToSpaceND(dy, op.inputs[1], op.inputs[2]), None, None]


@BatchToSpaceND.gradient
def _batch_to_space_nd_gradient(op, dy):
    return [raw.SpaceToBatchND(dy, op.inputs[1], op.inputs[2]), None, None]


@SpaceToBatch.gradient
def _space_to_batch_gradient(op, dy):
    return [raw.BatchToSpace(dy, op.inputs[1], block_size=op.attrs["block_size"]), None]


@BatchToSpace.gradient
def _batch_to_space_gradient(op, dy):
    return [raw.SpaceToBatch(dy, op.inputs[1], block_size=op.attrs["block_size"]), None]


@public
def space_to_batch_nd(input, block_shape, paddings, name=None):
    """Pads and cuts space into blocks, and moves the place in a block into the batch.

    Args:
      input: `Tensor` of shape `[batch, *space, ...]`.
      block_shape: integer vector, one block size per spatial dimension.
      paddings: integer matrix of (before, after) rows.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[batch * prod(block_shape), *(padded space / block_shape), ...]`.

    Raises:
      ValueError: a padded size is not a multiple of its block.
    """
    return raw.SpaceToBatchND(input, block_shape, paddings, name=name)


@public
def batch_to_space_nd(input, block_shape, crops, name=None):
    """The inverse of `space_to_batch_nd`, with borders cropped instead of padded.

    Args:
      input: `Tensor` of shape `[batch * prod(block_shape), *space, ...]`.
      block_shape: integer vector, one block size per spatial dimension.
      crops: integer matrix of (before, after) rows.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[batch, *(space * block_shape - crops), ...]`.

    Raises:
      ValueError: the batch is not a multiple of the blocks' size.
    """
    return raw.BatchToSpaceND(input, block_shape, crops, name=name)


@public
def space_to_batch(input, paddings, block_size=None, name=None, block_shape=None):
    """`space_to_batch_nd` for images, with square blocks.

    Args:
      input: `Tensor` of shape `[batch, height, width, channels]`.
      paddings: integer matrix of 2 (before, after) rows.
      block_size: the blocks' side.
      name: optional name of the operation.
      block_shape: the blocks' sizes; the newer form of `block_size`.

    Returns:
      `Tensor` of rank 4.

    Raises:
      ValueError: a padded size is not a multiple of its block.
    """
    block = renamed("block_shape", block_shape, "block_size", block_size)
    result = space_to_batch_nd(input, paddings=paddings, block_shape=_square(block), name=name)
    result.set_shape(result.shape.with_rank(4))
    return result


def _square(block):
    """A side as an int64 vector of two, which is what TensorFlow makes of it."""
    if isinstance(block, (int, np.integer)):
        return np.array([block, block], dtype=np.int64)
    return block


@public
def batch_to_space(input, crops, block_size, name=None, block_shape=None):
    """`batch_to_space_nd` for images, with square blocks.

    Args:
      input: `Tensor` of shape `[batch * block_size ** 2, height, width, channels]`.
      crops: integer matrix of 2 (before, after) rows.
      block_size: the blocks' side.
      name: optional name of the operation.
      block_shape: the newer form of `block_size`.

    Returns:
      `Tensor` of rank 4.

    Raises:
      ValueError: the batch is not a multiple of the blocks' size.
    """
    block = renamed("block_shape", block_shape, "block_size", block_size)
    result = batch_to_space_nd(input, crops=crops, block_shape=_square(block), name=name)
    result.set_shape(result.shape.with_rank(4))
    return result


@public
def required_space_to_batch_paddings(input_shape, block_shape, base_paddings=None, name=None):
    """The padding that makes sizes multiples of blocks, and the crops that undo it afterwards.

    Args:
      input_shape: int32 vector of sizes.
      block_shape: int32 vector of block sizes.
      base_paddings: matrix of (before, after) rows that are wanted anyway.
      name: optional name of the scope.

    Returns:
      Two int32 matrices: paddings and crops.
    """
    with scope(name, "required_space_to_batch_paddings", (input_shape, block_shape)):
        input_shape = convert_to_tensor(input_shape, dtype="int32", name="input_shape")
        block_shape = convert_to_tensor(block_shape, dtype="int32", name="block_shape")
        if block_shape.dims is None or len(block_shape.dims) != 1 or block_shape.dims[0] is None:
            raise ValueError("block_shape must be a vector of known length")
        count = block_shape.dims[0]
        if count == 0:
            zeros = PUBLIC["zeros"]
            return zeros([0, 2], "int32"), zeros([0, 2], "int32")
        input_shape.set_shape((count,))
        if base_paddings is None:
            base_paddings = PUBLIC["zeros"]([count, 2], "int32")
        else:
            base_paddings = convert_to_tensor(base_paddings, dtype="int32", name="base_paddings")
            base_paddings.set_shape((count, 2))
        known = [t.known for t in (input_shape, block_shape, base_paddings)]
        if all(v is not None for v in known):
            sizes, block, base = known
            extra = (block - (sizes + base.sum(axis=1)) % block) % block
            paddings = np.stack([base[:, 0], base[:, 1] + extra], axis=1).astype(np.int32)
            crops = np.stack([np.zeros_like(extra), extra], axis=1).astype(np.int32)
            return constant(paddings, name="paddings"), constant(crops, name="crops")
        before, after = base_paddings[:, 0], base_paddings[:, 1]
        full = input_shape + before + after
        extra = (block_shape - full % block_shape) % block_shape
        after = after + extra
        stack = PUBLIC["stack"]
        paddings = stack([[before[i], after[i]] for i in range(count)], name="paddings")
        crops = stack([[0, extra[i]] for i in range(count)], name="crops")
        return paddings, crops


# --- space to depth ---------------------------------------------------------------------------

_LAYOUTS = "data_format: {'NHWC', 'NCHW', 'NCHW_VECT_C'} = 'NHWC'"

SpaceToDepth = define_op(
    "SpaceToDepth",
    inputs="input: T",
    outputs="output: T",
    attrs=["T: type", "block_size: int >= 2", _LAYOUTS],
)
DepthToSpace = define_op(
    "DepthToSpace",
    inputs="input: T",
    outputs="output: T",
    attrs=["T: type", "block_size: int >= 2", _LAYOUTS],
)


@SpaceToDepth.shape
def _space_to_depth_shape(input, *, block_size, data_format):
    if data_format == "NCHW_VECT_C":
        n, c, h, w, v = with_rank(input.dims, 5)
        merge_dim(v, 4)
        return (n, _times(c, block_size**2), _divided(h, block_size), _divided(w, block_size), 4)
    dims = with_rank(input.dims, 4)
    if data_format == "NCHW":
        n, c, h, w = dims
        return (n, _times(c, block_size**2), _divided(h, block_size), _divided(w, block_size))
    n, h, w, c = dims
    return (n, _divided(h, block_size), _divided(w, block_size), _times(c, block_size**2))


@DepthToSpace.shape
def _depth_to_space_shape(input, *, block_size, data_format):
    if data_format == "NCHW_VECT_C":
        n, c, h, w, v = with_rank(input.dims, 5)
        merge_dim(v, 4)
        return (n, _divided(c, block_size**2), _times(h, block_size), _times(w, block_size), 4)
    dims = with_rank(input.dims, 4)
    if data_format == "NCHW":
        n, c, h, w = dims
        return (n, _divided(c, block_size**2), _times(h, block_size), _times(w, block_size))
    n, h, w, c = dims
    return (n, _times(h, block_size), _times(w, block_size), _divided(c, block_size**2))


def _times(n, factor):
    return None if n is None else n * factor


def _only_known_layouts(data_format):
    if data_format == "NCHW_VECT_C":
        invalid("NCHW_VECT_C is a layout of graphics processors only")


@SpaceToDepth.kernel
def _space_to_depth_kernel(xp, input, *, block_size, data_format):
    _only_known_layouts(data_format)
    b = block_size
    n, *space = input.shape
    h, w, c = space if data_format == "NHWC" else (space[1], space[2], space[0])
    if h % b or w % b:
        invalid(f"Image width {w} and height {h} should be divisible by block_size: {b}")
    if data_format == "NHWC":
        x = xp.reshape(input, (n, h // b, b, w // b, b, c))
        return xp.reshape(xp.transpose(x, (0, 1, 3, 2, 4, 5)), (n, h // b, w // b, b * b * c))
    x = xp.reshape(input, (n, c, h // b, b, w // b, b))
    return xp.reshape(xp.transpose(x, (0, 3, 5, 1, 2, 4)), (n, b * b * c, h // b, w // b))


@DepthToSpace.kernel
def _depth_to_space_kernel(xp, input, *, block_size, data_format):
    _only_known_layouts(data_format)
    b = block_size
    n, *space = input.shape
    h, w, c = space if data_format == "NHWC" else (space[1], space[2], space[0])
    if c % (b * b):
        invalid(f"Input depth dimension {c} should be divisible by: {b * b}")
    c //= b * b
    if data_format == "NHWC":
        x = xp.reshape(input, (n, h, w, b, b, c))
        return xp.reshape(xp.transpose(x, (0, 1, 3, 2, 4, 5)), (n, h * b, w * b, c))
    x = xp.reshape(input, (n, b, b, c, h, w))
    return xp.reshape(xp.transpose(x, (0, 3, 4, 1, 5, 2)), (n, c, h * b, w * b))


@SpaceToDepth.gradient
def _space_to_depth_gradient(op, dy):
    return [
        raw.DepthToSpace(dy, block_size=op.attrs["block_size"], data_format=op.attrs["data_format"])
    ]


@DepthToSpace.gradient
def _depth_to_space_gradient(op, dy):
    return [
        raw.SpaceToDepth(dy, block_size=op.attrs["block_size"], data_format=op.attrs["data_format"])
    ]


def space_to_depth(input, block_size, name=None, data_format="NHWC"):
    """Moves each block of pixels into the channels.

    Args:
      input: `Tensor` of shape `[batch, height, width, channels]`, or as `data_format` says.
      block_size: the blocks' side, at least 2.
      name: optional name of the operation.
      data_format: `"NHWC"` or `"NCHW"`.

    Returns:
      `Tensor` of shape `[batch, height / block_size, width / block_size, channels * block_size **
      2]`.

    Raises:
      ValueError: height or width is not a multiple of `block_size`.
    """
    return raw.SpaceToDepth(input, block_size=block_size, data_format=data_format, name=name)


def depth_to_space(input, block_size, name=None, data_format="NHWC"):
    """The inverse of `space_to_depth`.

    Args:
      input: `Tensor` of shape `[batch, height, width, channels]`, or as `data_format` says.
      block_size: the blocks' side, at least 2.
      name: optional name of the operation.
      data_format: `"NHWC"` or `"NCHW"`.

    Returns:
      `Tensor` of shape `[batch, height * block_size, width * block_size, channels / block_size **
      2]`.

    Raises:
      ValueError: `channels` is not a multiple of `block_size ** 2`.
    """
    return raw.DepthToSpace(input, block_size=block_size, data_format=data_format, name=name)
