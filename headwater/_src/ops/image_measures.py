"""Measuring images: variation, gradients, edges, and how alike two images are."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.framework import control_dependencies
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope


@public
def total_variation(images, name=None):
    """The sum of the absolute differences of neighbouring pixels.

    Args:
      images: `Tensor` of shape `[height, width, channels]` or `[batch, height, width, channels]`.
      name: optional name of the scope.

    Returns:
      Scalar, or vector with one number for each image.

    Raises:
      ValueError: `images` has another rank.
    """
    with scope(name, "total_variation", [images]):
        images = convert_to_tensor(images)
        rank = len(images.dims)
        if rank == 3:
            down, right = images[1:, :, :] - images[:-1, :, :], images[:, 1:, :] - images[:, :-1, :]
            axes = None
        elif rank == 4:
            down = images[:, 1:, :, :] - images[:, :-1, :, :]
            right = images[:, :, 1:, :] - images[:, :, :-1, :]
            axes = [1, 2, 3]
        else:
            raise ValueError("'images' must be either 3 or 4-dimensional.")
        reduce_sum = PUBLIC["reduce_sum"]
        return reduce_sum(raw.Abs(down), axes) + reduce_sum(raw.Abs(right), axes)


@public
def image_gradients(image):
    """Differences to the pixel below and to the pixel on the right.

    Args:
      image: `Tensor` of shape `[batch, height, width, channels]`.

    Returns:
      `(dy, dx)` of the shape of `image`; the last row and column are zero.

    Raises:
      ValueError: `image` does not have four dimensions.
    """
    image = convert_to_tensor(image)
    if image.dims is None or len(image.dims) != 4:
        raise ValueError(
            f"image_gradients expects a 4D tensor [batch_size, h, w, d], not {image.shape}."
        )
    shape = PUBLIC["shape"](image)
    batch, height, width, depth = PUBLIC["unstack"](shape)
    dy = image[:, 1:, :, :] - image[:, :-1, :, :]
    dx = image[:, :, 1:, :] - image[:, :, :-1, :]
    concat, stack, zeros = PUBLIC["concat"], PUBLIC["stack"], PUBLIC["zeros"]
    dy = concat([dy, zeros(stack([batch, 1, width, depth]), image.dtype.base_dtype)], 1)
    dy = PUBLIC["reshape"](dy, shape)
    dx = concat([dx, zeros(stack([batch, height, 1, depth]), image.dtype.base_dtype)], 2)
    return dy, PUBLIC["reshape"](dx, shape)


@public
def sobel_edges(image):
    """Sobel edges, vertical and horizontal.

    Args:
      image: floating-point `Tensor` of shape `[batch, height, width, channels]`.

    Returns:
      `Tensor` of shape `[batch, height, width, channels, 2]`: `dy` and `dx`.
    """
    image = convert_to_tensor(image)
    static = image.shape
    shape = PUBLIC["shape"](image)
    kernel = np.array([[-1, -2, -1], [0, 0, 0], [1, 2, 1]])
    kernels = np.expand_dims(np.transpose(np.asarray([kernel, kernel.T]), (1, 2, 0)), -2)
    kernels = constant(kernels, image.dtype.base_dtype)
    kernels = PUBLIC["tile"](kernels, [1, 1, shape[-1], 1], name="sobel_filters")
    padded = PUBLIC["pad"](image, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="REFLECT")
    edges = PUBLIC["depthwise_conv2d"](padded, kernels, [1, 1, 1, 1], "VALID")
    edges = PUBLIC["reshape"](edges, PUBLIC["concat"]([shape, [2]], 0))
    edges.set_shape(static.concatenate([2]))
    return edges


# --- likeness ---------------------------------------------------------------------------------


def _compatible(a, b):
    """Checks that two batches of images have one shape; gives the shapes and the assertions."""
    for x in (a, b):
        if x.dims is not None and len(x.dims) < 3:
            raise ValueError(f"Shape {x.shape} must have rank at least 3")
    if (
        a.dims is not None
        and b.dims is not None
        and not a.shape[-3:].is_compatible_with(b.shape[-3:])
    ):
        raise ValueError(f"The last three dimensions of the images differ: {a.shape} and {b.shape}")
    shapes = raw.ShapeN([a, b])
    enough = raw.GreaterEqual(PUBLIC["size"](shapes[0]), 3)
    checks = [raw.Assert(enough, [shapes[0], shapes[1]], summarize=10, name="Assert/Assert")]
    same = PUBLIC["reduce_all"](raw.Equal(shapes[0][-3:], shapes[1][-3:]))
    checks.append(raw.Assert(same, [shapes[0], shapes[1]], summarize=10, name="Assert_1/Assert"))
    return shapes, checks


@public
def psnr(a, b, max_val, name=None):
    """The peak signal-to-noise ratio of two batches of images, in decibels.

    Args:
      a: `Tensor` of shape `[..., height, width, channels]`.
      b: `Tensor` of the same size.
      max_val: the difference of the largest and the smallest possible pixel.
      name: optional name of the scope.

    Returns:
      float32 `Tensor` of shape `[...]`.

    Raises:
      ValueError: the shapes do not fit.
    """
    with scope(name, "PSNR", [a, b]):
        a, b = convert_to_tensor(a), convert_to_tensor(b)
        convert = PUBLIC["convert_image_dtype"]
        max_val = convert(PUBLIC["cast"](max_val, a.dtype.base_dtype), dtypes.float32)
        a, b = convert(a, dtypes.float32), convert(b, dtypes.float32)
        mse = PUBLIC["reduce_mean"](raw.SquaredDifference(a, b), [-3, -2, -1])
        value = raw.Sub(
            20.0 * raw.Log(max_val) / raw.Log(10.0),
            np.float32(10 / np.log(10)) * raw.Log(mse),
            name="psnr",
        )
        _, checks = _compatible(a, b)
        with control_dependencies(checks):
            return raw.Identity(value)


def _gauss(size, sigma):
    at = np.arange(size, dtype=np.float32) - (size - 1) / 2.0
    weights = -0.5 * np.square(at) / np.square(np.float32(sigma))
    grid = (weights[:, None] + weights[None, :]).ravel()
    grid = np.exp(grid - grid.max())
    return (grid / grid.sum()).reshape(size, size, 1, 1).astype(np.float32)


def _ssim_per_channel(a, b, max_val, filter_size, filter_sigma, k1, k2):
    """Luminance times contrast, and contrast alone, averaged over each channel."""
    shape = PUBLIC["shape"]
    kernel = PUBLIC["tile"](constant(_gauss(filter_size, filter_sigma)), [1, 1, shape(a)[-1], 1])

    def blur(x):
        size = shape(x)
        flat = raw.Reshape(x, PUBLIC["concat"]([[-1], size[-3:]], 0))
        y = PUBLIC["depthwise_conv2d"](flat, kernel, strides=[1, 1, 1, 1], padding="VALID")
        return raw.Reshape(y, PUBLIC["concat"]([size[:-3], shape(y)[1:]], 0))

    c1, c2 = (k1 * max_val) ** 2, (k2 * max_val) ** 2
    mean_a, mean_b = blur(a), blur(b)
    product, squares = mean_a * mean_b * 2.0, raw.Square(mean_a) + raw.Square(mean_b)
    luminance = (product + c1) / (squares + c1)
    both = blur(a * b) * 2.0
    contrast = (both - product + c2) / (blur(raw.Square(a) + raw.Square(b)) - squares + c2)
    axes = [-3, -2]
    mean = PUBLIC["reduce_mean"]
    return luminance * contrast, mean(luminance * contrast, axes), mean(contrast, axes)


def _prepared(img1, img2, max_val):
    a, b = convert_to_tensor(img1, name="img1"), convert_to_tensor(img2, name="img2")
    _, checks = _compatible(a, b)
    with control_dependencies(checks):
        a = raw.Identity(a)
    convert = PUBLIC["convert_image_dtype"]
    max_val = convert(PUBLIC["cast"](max_val, a.dtype.base_dtype), dtypes.float32)
    return convert(a, dtypes.float32), convert(b, dtypes.float32), max_val


@public
def ssim(
    img1, img2, max_val, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03, return_index_map=False
):
    """The structural similarity of two batches of images.

    Args:
      img1: `Tensor` of shape `[..., height, width, channels]`, at least `filter_size` high and
        wide.
      img2: `Tensor` of the same size.
      max_val: the difference of the largest and the smallest possible pixel.
      filter_size: width of the Gaussian window.
      filter_sigma: its standard deviation.
      k1: small constant of the luminance term.
      k2: small constant of the contrast term.
      return_index_map: whether the similarity at each pixel is wanted, not the mean.

    Returns:
      float32 `Tensor` of shape `[...]` with numbers up to 1.

    Raises:
      ValueError: the shapes do not fit.
    """
    with scope(None, "SSIM", [img1, img2]):
        a, b, max_val = _prepared(img1, img2, max_val)
        pixels, values, _ = _ssim_per_channel(a, b, max_val, filter_size, filter_sigma, k1, k2)
        return PUBLIC["reduce_mean"](pixels if return_index_map else values, [-1])


_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)


@public
def ssim_multiscale(
    img1, img2, max_val, power_factors=_WEIGHTS, filter_size=11, filter_sigma=1.5, k1=0.01, k2=0.03
):
    """The structural similarity over several scales.

    Args:
      img1: `Tensor` of shape `[..., height, width, channels]`.
      img2: `Tensor` of the same size.
      max_val: the difference of the largest and the smallest possible pixel.
      power_factors: the weight of each scale; each is half the size of the one before.
      filter_size: width of the Gaussian window.
      filter_sigma: its standard deviation.
      k1: small constant of the luminance term.
      k2: small constant of the contrast term.

    Returns:
      float32 `Tensor` of shape `[...]` with numbers between 0 and 1.

    Raises:
      ValueError: the shapes do not fit.
    """
    with scope(None, "MS-SSIM", [img1, img2]):
        a, b, max_val = _prepared(img1, img2, max_val)
        parts, shape = [], PUBLIC["shape"]
        relu, mean = raw.Relu, PUBLIC["reduce_mean"]
        for i, _ in enumerate(power_factors):
            if i:
                a, b = (_halved(x, shape) for x in (a, b))
            _, value, contrast = _ssim_per_channel(a, b, max_val, filter_size, filter_sigma, k1, k2)
            parts.append(relu(contrast))
        parts[-1] = relu(value)
        stacked = PUBLIC["stack"](parts, -1)
        powers = PUBLIC["pow"](stacked, np.array(power_factors, np.float32))
        return mean(PUBLIC["reduce_prod"](powers, [-1]), [-1])


def _halved(x, shape):
    """Every 2 by 2 pixels averaged; odd edges are mirrored first."""
    size = shape(x)
    flat = raw.Reshape(x, PUBLIC["concat"]([[-1], size[-3:]], 0))
    odd = shape(flat)[1:3] % 2
    pads = PUBLIC["stack"]([PUBLIC["zeros_like"](odd), odd], 1)
    zero = PUBLIC["zeros"]([1, 2], dtype=dtypes.int32)
    flat = PUBLIC["pad"](flat, PUBLIC["concat"]([zero, pads, zero], 0), mode="SYMMETRIC")
    small = raw.AvgPool(flat, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding="VALID")
    return raw.Reshape(small, PUBLIC["concat"]([size[:-3], shape(small)[1:]], 0))
