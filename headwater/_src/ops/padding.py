"""Borders around a tensor: constant, reflected and symmetric padding."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._shapes import ShapeError, text
from headwater._src.ops._static import shape_tensor


def _invalid(message):
    raise errors.InvalidArgumentError(None, None, message)


# --- constant padding -------------------------------------------------------------------------

Pad = define_op(
    "Pad",
    inputs="input: T, paddings: Tpaddings",
    outputs="output: T",
    attrs=["T: type", "Tpaddings: {int32, int64} = int32"],
)
PadV2 = define_op(
    "PadV2",
    inputs="input: T, paddings: Tpaddings, constant_values: T",
    outputs="output: T",
    attrs=["T: type", "Tpaddings: {int32, int64} = int32"],
)


@Pad.shape
def pad_shape(input, paddings):
    rank = paddings.dims[0] if paddings.dims else None
    if paddings.dims is not None:
        if len(paddings.dims) != 2:
            raise ShapeError(f"Shape must be rank 2 but is rank {len(paddings.dims)}")
        if paddings.dims[1] not in (None, 2):
            raise ShapeError(f"Dimension must be 2 but is {paddings.dims[1]}")
    if input.dims is not None:
        if rank is not None and rank != len(input.dims):
            raise ShapeError(f"Shape must be rank {rank} but is rank {len(input.dims)}")
        rank = len(input.dims)
    if rank is None:
        return None
    if paddings.known is None:
        return (None,) * rank
    for before, after in paddings.known.tolist():
        if before < 0 or after < 0:
            raise ShapeError("Paddings must be non-negative")
    return tuple(
        None if d is None else d + b + a
        for d, (b, a) in zip(input.dims or (None,) * rank, paddings.known.tolist())
    )


@PadV2.shape
def pad_v2_shape(input, paddings, constant_values):
    return pad_shape(input, paddings)


def _pairs(input, paddings):
    pairs = np.asarray(paddings)
    if pairs.shape != (input.ndim, 2):
        _invalid(
            "The first dimension of paddings must be the rank of inputs"
            f"{text(pairs.shape)} {text(tuple(input.shape))}"
        )
    for before, after in pairs.tolist():
        if before < 0 or after < 0:
            _invalid(f"Paddings must be non-negative: {before} {after}")
    return pairs.tolist()


@Pad.kernel(static=["paddings"])
def pad_kernel(xp, input, paddings, *, T):
    return xp.pad(input, _pairs(input, paddings), constant_values=b"" if T.name == "string" else 0)


@PadV2.kernel(static=["paddings"])
def pad_v2_kernel(xp, input, paddings, constant_values):
    return xp.pad(input, _pairs(input, paddings), constant_values=constant_values)


def _pad_gradient(op, dy):
    x, paddings = op.inputs[:2]
    rank = raw.Rank(x) if x.dims is None else PUBLIC["rank"](x)
    first = raw.Slice(paddings, [0, 0], PUBLIC["stack"]([rank, 1]))
    begin = raw.Reshape(first, [-1])
    return raw.Slice(dy, begin, shape_tensor(x, out_type=begin.dtype))


@Pad.gradient
def pad_gradient(op, dy):
    return [_pad_gradient(op, dy), None]


@PadV2.gradient
def pad_v2_gradient(op, dy):
    return [_pad_gradient(op, dy), None, None]


# --- mirrored padding -------------------------------------------------------------------------

MirrorPad = define_op(
    "MirrorPad",
    inputs="input: T, paddings: Tpaddings",
    outputs="output: T",
    attrs=["T: type", "Tpaddings: {int32, int64} = int32", "mode: {'REFLECT', 'SYMMETRIC'}"],
    shape=pad_shape,
)
MirrorPadGrad = define_op(
    "MirrorPadGrad",
    inputs="input: T, paddings: Tpaddings",
    outputs="output: T",
    attrs=["T: type", "Tpaddings: {int32, int64} = int32", "mode: {'REFLECT', 'SYMMETRIC'}"],
)


def _sources(size, before, after, skip):
    """For each element of a mirrored dimension, which of the original `size` elements it is."""
    ahead = np.arange(before, 0, -1) - 1 + skip
    behind = size - 1 - skip - np.arange(after)
    return np.concatenate([ahead, np.arange(size), behind])


def _mirrored(pairs, shape, mode):
    skip = 1 if mode == "REFLECT" else 0
    for (before, after), size in zip(pairs, shape):
        if before > size - skip or after > size - skip:
            bound, not_so = (
                ("less than", "not less than") if skip else ("no greater than", "greater than")
            )
            _invalid(
                f"paddings must be {bound} the dimension size: {before}, {after} {not_so} {size}"
            )
    return [_sources(size, before, after, skip) for (before, after), size in zip(pairs, shape)]


@MirrorPad.kernel(static=["paddings"])
def mirror_pad_kernel(xp, input, paddings, *, mode):
    pairs = _pairs(input, paddings)
    for axis, source in enumerate(_mirrored(pairs, input.shape, mode)):
        if pairs[axis] != [0, 0]:
            input = xp.gather(input, source, axis)
    return input


@MirrorPad.gradient
def mirror_pad_gradient(op, dy):
    return [raw.MirrorPadGrad(dy, op.inputs[1], mode=op.attrs["mode"]), None]


@MirrorPadGrad.shape
def mirror_pad_grad_shape(input, paddings):
    if input.dims is None:
        return (
            (None,) * paddings.dims[0] if paddings.dims and paddings.dims[0] is not None else None
        )
    if paddings.known is None:
        return (None,) * len(input.dims)
    return tuple(
        None if d is None else d - b - a for d, (b, a) in zip(input.dims, paddings.known.tolist())
    )


@MirrorPadGrad.kernel(static=["paddings"])
def mirror_pad_grad_kernel(xp, input, paddings, *, mode):
    pairs = _pairs(input, paddings)
    shape = [d - b - a for d, (b, a) in zip(input.shape, pairs)]
    for axis, source in enumerate(_mirrored(pairs, shape, mode)):
        if pairs[axis] != [0, 0]:
            rows = xp.moveaxis(input, axis, 0)
            input = xp.moveaxis(xp.segment_sum(rows, source, shape[axis]), 0, axis)
    return input


@MirrorPadGrad.gradient
def mirror_pad_grad_gradient(op, dy):
    return [raw.MirrorPad(dy, op.inputs[1], mode=op.attrs["mode"]), None]


@public
def pad(tensor, paddings, mode="CONSTANT", name=None, constant_values=0):
    """`tensor` with elements added before and after, in each dimension.

    Args:
      tensor: a `Tensor` of rank `n`.
      paddings: matrix `[n, 2]` of integers: how many elements before and after.
      mode: "CONSTANT"; "REFLECT" (mirrored, without repeating the border); or "SYMMETRIC" (mirrored
        with it).
      name: name of the node.
      constant_values: what is added in mode "CONSTANT".

    Returns:
      A `Tensor`.

    Raises:
      ValueError: an unknown `mode`, or `paddings` of a wrong shape.

    >>> sess.run(tf.pad([1, 2], [[1, 1]]))
    array([0, 1, 2, 0], dtype=int32)
    """
    kind = mode.upper()
    if kind == "CONSTANT":
        if (
            not hasattr(constant_values, "op")
            and np.ndim(constant_values) == 0
            and constant_values == 0
        ):
            result = raw.Pad(tensor, paddings, name=name)
        else:
            result = raw.PadV2(tensor, paddings, constant_values, name=name)
    elif kind in ("REFLECT", "SYMMETRIC"):
        result = raw.MirrorPad(tensor, paddings, mode=kind, name=name)
    else:
        raise ValueError(
            'Value of argument `mode` expected to be one of "CONSTANT", "REFLECT", or '
            f'"SYMMETRIC". Received `mode` = {mode}'
        )
    return result
