"""Patches of images: every window of an image laid out as channels."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._shapes import known_dims, window, with_rank

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


# --- glimpses ---------------------------------------------------------------------------------

ExtractGlimpse = define_op(
    "ExtractGlimpse",
    inputs="input: float, size: int32, offsets: float",
    outputs="glimpse: float",
    attrs=[
        "centered: bool = true",
        "normalized: bool = true",
        "uniform_noise: bool = true",
        "noise: string = 'uniform'",
    ],
)


@ExtractGlimpse.shape
def _glimpse_shape(input, size, offsets):
    batch, _, _, depth = with_rank(input.dims, 4)
    size = known_dims(size)
    height, width = (None, None) if size is None else size
    return (batch, height, width, depth)


@ExtractGlimpse.host
def _glimpse_kernel(ctx, input, size, offsets, *, centered, normalized, uniform_noise, noise):
    """Windows around the offsets; what lies outside of an image is noise."""
    if np.ndim(input) != 4:
        raise errors.InvalidArgumentError(
            None, None, "input must be 4-dimensional (batch_size, height, width, depth)"
        )
    batch, *extent, depth = input.shape
    extent, size = np.array(extent, np.float64), np.asarray(size)
    if np.shape(offsets) != (batch, 2):
        raise errors.InvalidArgumentError(None, None, "offsets should be a [batch_size, 2] matrix")
    places = np.asarray(offsets, np.float64) * (extent if normalized else 1.0)
    if centered:
        places = (places + extent) / 2
    starts = np.trunc(places - size / 2).astype(np.int64)
    result = _noise(input, (batch, *size.tolist(), depth), uniform_noise, noise)
    for image, start, glimpse in zip(input, starts, result, strict=True):
        low = np.clip(start, 0, image.shape[:2])
        high = np.clip(start + size, low, image.shape[:2])
        (top, left), (bottom, right) = low - start, high - start
        glimpse[top:bottom, left:right] = image[low[0] : high[0], low[1] : high[1]]
    return result


def _noise(images, shape, uniform, kind):
    """What a glimpse shows outside of its image: even over the values, normal, or zeros."""
    random = np.random.default_rng()
    if kind == "zero":
        return np.zeros(shape, np.float32)
    if uniform and kind == "uniform":
        low, high = (images.min(), images.max()) if images.size else (0.0, 1.0)
        return random.uniform(low, high, shape).astype(np.float32)
    spread = images.std() if images.size else 1.0
    middle = images.mean() if images.size else 0.0
    return random.normal(middle, spread, shape).astype(np.float32)


ExtractGlimpse.no_gradient()


@public
def extract_glimpse(
    input, size, offsets, centered=True, normalized=True, uniform_noise=True, name=None
):
    """A window of each image, around a point of its own.

    What lies outside of an image is filled with random numbers, which are not TensorFlow's.

    Args:
      input: float32 `Tensor` of shape `[batch, height, width, channels]`.
      size: two integers, height and width of the windows.
      offsets: float32 `Tensor` of shape `[batch, 2]`, y and x of the windows' middles.
      centered: whether `offsets` are counted from the middle of the image (-1 and 1 are its
        edges) or from its upper left corner.
      normalized: whether `offsets` are parts of the image's size, or pixels.
      uniform_noise: whether the filling is even over the images' values, or normal.
      name: optional name of the operation.

    Returns:
      float32 `Tensor` of shape `[batch, size[0], size[1], channels]`.

    Raises:
      InvalidArgumentError: at run time, when the shapes do not fit.
    """
    return raw.ExtractGlimpse(
        input,
        size,
        offsets,
        centered=centered,
        normalized=normalized,
        uniform_noise=uniform_noise,
        name=name,
    )
