"""Patches of images: every window of an image laid out as channels."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._shapes import window, with_rank

ExtractImagePatches = define_op(
    "ExtractImagePatches",
    inputs="images: T",
    outputs="patches: T",
    attrs=[
        "ksizes: list(int) >= 4",
        "strides: list(int) >= 4",
        "rates: list(int) >= 4",
        "T: {bfloat16, half, float, double, int8, int16, int32, int64, uint8, uint16, uint32, "
        "uint64, complex64, complex128, bool}",
        "padding: {'SAME', 'VALID'}",
    ],
)


@ExtractImagePatches.shape
def _patches_shape(images, *, ksizes, strides, rates, padding):
    batch, height, width, depth = with_rank(images.dims, 4)
    rows, columns = (
        window(size, ksizes[i], strides[i], rates[i], padding)
        for i, size in ((1, height), (2, width))
    )
    return (batch, rows, columns, None if depth is None else depth * ksizes[1] * ksizes[2])


def _windows(size, kernel, stride, rate, padding):
    """The input index of each place of each window, `[windows, kernel]`; -1 outside."""
    reach = (kernel - 1) * rate + 1
    count = -(-size // stride) if padding == "SAME" else (size - reach + stride) // stride
    before = max((count - 1) * stride + reach - size, 0) // 2 if padding == "SAME" else 0
    at = np.arange(max(count, 0))[:, None] * stride - before + np.arange(kernel) * rate
    return np.where((at >= 0) & (at < size), at, -1)


@ExtractImagePatches.kernel
def _patches_kernel(xp, images, *, ksizes, strides, rates, padding):
    if images.ndim != 4:
        raise errors.InvalidArgumentError(
            None, None, f"input must be 4-dimensional{list(images.shape)}"
        )
    rows, columns = (
        _windows(images.shape[i], ksizes[i], strides[i], rates[i], padding) for i in (1, 2)
    )
    taken = images[:, np.maximum(rows, 0)][:, :, :, np.maximum(columns, 0)]
    # [batch, row, row place, column, column place, channel]
    inside = (rows >= 0)[:, :, None, None] & (columns >= 0)
    taken = xp.where(inside[..., None], taken, xp.zeros((), images.dtype))
    taken = xp.transpose(taken, (0, 1, 3, 2, 4, 5))
    return xp.reshape(taken, (images.shape[0], len(rows), len(columns), -1))


@ExtractImagePatches.gradient
def _patches_gradient(op, dy):
    attrs = {name: op.attrs[name] for name in ("ksizes", "strides", "rates", "padding")}
    _, high, wide, _ = op.attrs["ksizes"]
    shape, reshape, transpose = PUBLIC["shape"], raw.Reshape, PUBLIC["transpose"]
    unstack = PUBLIC["unstack"]
    batch, height, width, depth = unstack(shape(op.inputs[0]))
    rows, columns = unstack(shape(op.outputs[0])[1:3])
    # The places of the pixels, cut into patches too, say where each gradient belongs; 0 is outside.
    count = height * width
    places = PUBLIC["range"](1, count + 1, dtype=dtypes.float64)
    places = reshape(places, [1, height, width, 1])
    places = raw.Cast(raw.ExtractImagePatches(places, **attrs), DstT=dtypes.int64)
    parts = reshape(dy, [batch, rows, columns, high, wide, depth])
    parts = reshape(transpose(parts, [1, 2, 3, 4, 0, 5]), [-1, batch * depth])
    sums = raw.UnsortedSegmentSum(parts, reshape(places, [-1]) - 1, count)
    sums = reshape(sums, [height, width, batch, depth])
    return [transpose(sums, [2, 0, 1, 3])]


@public
def extract_image_patches(
    images, ksizes=None, strides=None, rates=None, padding=None, name=None, sizes=None
):
    """Lays out every window of images as channels.

    Args:
      images: `Tensor` of shape `[batch, height, width, channels]`.
      ksizes: size of the windows, `[1, height, width, 1]`.
      strides: steps between windows, `[1, rows, columns, 1]`.
      rates: steps between the pixels of a window, `[1, rows, columns, 1]`.
      padding: `"SAME"` or `"VALID"`.
      name: optional name of the operation.
      sizes: the newer name of `ksizes`.

    Returns:
      `Tensor` of shape `[batch, rows, columns, window height * window width * channels]`.

    Raises:
      ValueError: `images` does not have four dimensions.
    """
    ksizes = ksizes if sizes is None else renamed("ksizes", ksizes, "sizes", sizes)
    return raw.ExtractImagePatches(
        images, ksizes=ksizes, strides=strides, rates=rates, padding=padding, name=name
    )


@public
def extract_patches(images, sizes, strides, rates, padding, name=None):
    """`tf.image.extract_image_patches` with all arguments given.

    Args:
      images: `Tensor` of shape `[batch, height, width, channels]`.
      sizes: size of the windows, `[1, height, width, 1]`.
      strides: steps between windows.
      rates: steps between the pixels of a window.
      padding: `"SAME"` or `"VALID"`.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[batch, rows, columns, window height * window width * channels]`.
    """
    return extract_image_patches(images, sizes, strides, rates, padding, name)
