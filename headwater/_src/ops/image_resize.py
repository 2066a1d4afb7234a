"""Resizing images: nearest, bilinear, bicubic, area, and `tf.image.resize_images` over them."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops import _resampling
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, text, with_rank

_CORNERS = ["align_corners: bool = false", "half_pixel_centers: bool = false"]
_TYPES = "{int8, uint8, int16, uint16, int32, int64, half, float, double, bfloat16}"


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


def _resized_dims(images, size):
    dims = with_rank(images.dims, 4)
    with_rank(size.dims, 1)
    if size.dims is not None and size.dims[0] not in (None, 2):
        raise ShapeError(f"Dimension must be 2 but is {size.dims[0]}")
    if size.known is None:
        return (dims[0], None, None, dims[3])
    return (dims[0], int(size.known[0]), int(size.known[1]), dims[3])


def _sizes(images, size):
    if images.ndim != 4:
        raise _invalid(f"input must be 4-dimensional{text(images.shape)}")
    size = np.asarray(size)
    if size.shape != (2,):
        raise _invalid(f"size must be 1-dimensional with 2 elements{text(size.shape)}")
    height, width = (int(d) for d in size)
    if height <= 0 or width <= 0:
        raise _invalid("output dimensions must be positive")
    if 0 in images.shape[1:3]:
        raise _invalid("input image must be of non-zero size")
    return height, width


def _combine(xp, x, axis, indices, weights):
    """The weighted sum of the pixels at `indices` along `axis`."""
    shape = [1] * x.ndim
    shape[axis] = -1
    total = None
    for k in range(indices.shape[1]):
        part = xp.gather(x, indices[:, k], axis) * weights[:, k].reshape(shape)
        total = part if total is None else total + part
    return total


def _linear_along(xp, x, axis, indices, weights):
    shape = [1] * x.ndim
    shape[axis] = -1
    low, high = xp.gather(x, indices[:, 0], axis), xp.gather(x, indices[:, 1], axis)
    return low + (high - low) * weights[:, 1].reshape(shape)


def _check_flags(align_corners, half_pixel):
    if align_corners and half_pixel:
        raise _invalid("If half_pixel_centers is True, align_corners must be False.")


def _bilinear(xp, images, size, align_corners, half_pixel):
    _check_flags(align_corners, half_pixel)
    height, width = _sizes(images, size)
    x = xp.cast(images, "float32")
    flags = (align_corners, half_pixel)
    if (height, width) == x.shape[1:3]:
        return x
    columns = _resampling.linear(x.shape[2], width, *flags)
    return _linear_along(
        xp, _linear_along(xp, x, 2, *columns), 1, *_resampling.linear(x.shape[1], height, *flags)
    )


def _bicubic(xp, images, size, align_corners, half_pixel):
    _check_flags(align_corners, half_pixel)
    height, width = _sizes(images, size)
    x, flags = xp.cast(images, "float32"), (align_corners, half_pixel)
    rows = _combine(xp, x, 1, *_resampling.cubic(x.shape[1], height, *flags))
    return _combine(xp, rows, 2, *_resampling.cubic(x.shape[2], width, *flags))


ResizeBilinear = define_op(
    "ResizeBilinear",
    inputs="images: T, size: int32",
    outputs="resized_images: float",
    attrs=[
        "T: {int8, uint8, int16, uint16, int32, int64, bfloat16, half, float, double, bfloat16}",
        *_CORNERS,
    ],
)
ResizeBicubic = define_op(
    "ResizeBicubic",
    inputs="images: T, size: int32",
    outputs="resized_images: float",
    attrs=[f"T: {_TYPES}", *_CORNERS],
)
ResizeNearestNeighbor = define_op(
    "ResizeNearestNeighbor",
    inputs="images: T, size: int32",
    outputs="resized_images: T",
    attrs=[f"T: {_TYPES}", *_CORNERS],
)
ResizeArea = define_op(
    "ResizeArea",
    inputs="images: T, size: int32",
    outputs="resized_images: float",
    attrs=[f"T: {_TYPES}", "align_corners: bool = false"],
)


@ResizeBilinear.shape
@ResizeBicubic.shape
@ResizeNearestNeighbor.shape
@ResizeArea.shape
def _resize_shape(images, size):
    return _resized_dims(images, size)


@ResizeBilinear.kernel(static=["size"])
def _bilinear_kernel(xp, images, size, *, align_corners, half_pixel_centers):
    return _bilinear(xp, images, size, align_corners, half_pixel_centers)


@ResizeBicubic.kernel(static=["size"])
def _bicubic_kernel(xp, images, size, *, align_corners, half_pixel_centers):
    return _bicubic(xp, images, size, align_corners, half_pixel_centers)


@ResizeNearestNeighbor.kernel(static=["size"])
def _nearest_kernel(xp, images, size, *, align_corners, half_pixel_centers):
    height, width = _sizes(images, size)
    flags = (align_corners, half_pixel_centers)
    rows = _resampling.nearest(images.shape[1], height, *flags)
    columns = _resampling.nearest(images.shape[2], width, *flags)
    return xp.gather(xp.gather(images, rows, 1), columns, 2)


@ResizeArea.kernel(static=["size"])
def _area_kernel(xp, images, size, *, align_corners):
    height, width = _sizes(images, size)
    x = xp.cast(images, "float32")
    rows = _combine(xp, x, 1, *_resampling.area(x.shape[1], height, align_corners))
    return _combine(xp, rows, 2, *_resampling.area(x.shape[2], width, align_corners))


ResizeArea.no_gradient()

# --- gradients --------------------------------------------------------------------------------


def _spread(xp, grads, rows, columns):
    """The transposed operation: `rows^T @ grads @ columns` for each channel."""
    x = xp.einsum("nhwc,hi->niwc", grads, rows)
    return xp.einsum("niwc,wj->nijc", x, columns)


def _gradient_op(name, types, weights):
    op = define_op(
        name,
        inputs="grads: float, original_image: T",
        outputs="output: T",
        attrs=[f"T: {types}", *_CORNERS],
        shape=lambda grads, original_image: original_image.dims,
    )

    def kernel(xp, grads, original_image, *, align_corners, half_pixel_centers):
        flags = (align_corners, half_pixel_centers)
        matrices = []
        for axis in (1, 2):
            size = original_image.shape[axis]
            matrices.append(_resampling.dense(*weights(size, grads.shape[axis], *flags), size))
        return xp.cast(_spread(xp, grads, *matrices), original_image.dtype)

    op.kernel(kernel)
    return op


ResizeBilinearGrad = _gradient_op(
    "ResizeBilinearGrad", "{float, bfloat16, half, double}", _resampling.linear
)
ResizeBicubicGrad = _gradient_op("ResizeBicubicGrad", "{float, double}", _resampling.cubic)
ResizeNearestNeighborGrad = define_op(
    "ResizeNearestNeighborGrad",
    inputs="grads: T, size: int32",
    outputs="output: T",
    attrs=["T: {uint8, int8, int32, half, float, double, bfloat16}", *_CORNERS],
)


@ResizeNearestNeighborGrad.shape
def _nearest_grad_shape(grads, size):
    return _resized_dims(grads, size)


@ResizeNearestNeighborGrad.kernel(static=["size"])
def _nearest_grad_kernel(xp, grads, size, *, align_corners, half_pixel_centers):
    height, width = _sizes(grads, size)
    flags = (align_corners, half_pixel_centers)
    ones = []
    for new, old in ((grads.shape[1], height), (grads.shape[2], width)):
        indices = _resampling.nearest(old, new, *flags)
        ones.append(_resampling.dense(indices[:, None], np.ones((new, 1), np.float32), old))
    return _spread(xp, grads, *(m.astype(grads.dtype) for m in ones))


def _flags(op):
    return {name: op.attrs[name] for name in ("align_corners", "half_pixel_centers")}


@ResizeBilinear.gradient
def _bilinear_gradient(op, dy):
    return [raw.ResizeBilinearGrad(dy, op.inputs[0], **_flags(op)), None]


@ResizeBicubic.gradient
def _bicubic_gradient(op, dy):
    image = op.inputs[0]
    if image.dtype.base_dtype not in (dtypes.float32, dtypes.float64):
        return [None, None]
    return [raw.ResizeBicubicGrad(dy, image, **_flags(op)), None]


@ResizeNearestNeighbor.gradient
def _nearest_gradient(op, dy):
    image = op.inputs[0]
    dims = image.dims
    if dims is not None and None not in dims[1:3]:
        size = list(dims[1:3])
    else:
        size = PUBLIC["shape"](image)[1:3]
    return [raw.ResizeNearestNeighborGrad(dy, size, **_flags(op)), None]


ResizeBilinearGrad.no_gradient()


# --- public functions -------------------------------------------------------------------------


class ResizeMethod:
    """The ways to resize an image."""

    BILINEAR = 0
    NEAREST_NEIGHBOR = 1
    BICUBIC = 2
    AREA = 3


def _function(name, op, half_pixel=True):
    def function(images, size, align_corners=False, name=None, half_pixel_centers=False):
        return getattr(raw, op)(
            images,
            size,
            align_corners=align_corners,
            half_pixel_centers=half_pixel_centers,
            name=name,
        )

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""Resizes images by {name.removeprefix("resize_").replace("_", " ")} interpolation.

    Args:
      images: `Tensor` of shape `[batch, height, width, channels]`.
      size: the new height and width.
      align_corners: whether the centres of the corner pixels coincide.
      name: optional name of the operation.
      half_pixel_centers: whether pixels count as areas with their centre at a half.

    Returns:
      `Tensor` of shape `[batch, new height, new width, channels]`.

    Raises:
      ValueError: `images` does not have four dimensions.
    """
    return public(function)


resize_bilinear = _function("resize_bilinear", "ResizeBilinear")
resize_bicubic = _function("resize_bicubic", "ResizeBicubic")
resize_nearest_neighbor = _function("resize_nearest_neighbor", "ResizeNearestNeighbor")


@public
def resize_area(images, size, align_corners=False, name=None):
    """Resizes images by averaging the pixels that each new one covers.

    Args:
      images: `Tensor` of shape `[batch, height, width, channels]`.
      size: the new height and width.
      align_corners: whether the centres of the corner pixels coincide.
      name: optional name of the operation.

    Returns:
      float32 `Tensor` of shape `[batch, new height, new width, channels]`.

    Raises:
      ValueError: `images` does not have four dimensions.
    """
    return raw.ResizeArea(images, size, align_corners=align_corners, name=name)


_METHODS = {
    0: "ResizeBilinear",
    1: "ResizeNearestNeighbor",
    2: "ResizeBicubic",
    3: "ResizeArea",
    "bilinear": "ResizeBilinear",
    "nearest": "ResizeNearestNeighbor",
    "bicubic": "ResizeBicubic",
    "area": "ResizeArea",
}


@public
def resize_images(
    images,
    size,
    method=ResizeMethod.BILINEAR,
    align_corners=False,
    preserve_aspect_ratio=False,
    name=None,
):
    """Resizes images.

    Args:
      images: `Tensor` of shape `[batch, height, width, channels]` or `[height, width, channels]`.
      size: the new height and width.
      method: one of `tf.image.ResizeMethod`.
      align_corners: whether the centres of the corner pixels coincide.
      preserve_aspect_ratio: whether the image is made to fit into `size` without distortion.
      name: optional name of the scope.

    Returns:
      `Tensor` of the new size: float32, or the type of `images` for the nearest method or when the
      size stays.

    Raises:
      ValueError: shapes or method are not possible.
    """
    with scope(name, "resize", [images, size]):
        images = convert_to_tensor(images, name="images")
        if images.dims is None:
            raise ValueError("'images' contains no shape.")
        single = len(images.dims) == 3
        if single:
            images = PUBLIC["expand_dims"](images, 0)
        elif len(images.dims) != 4:
            raise ValueError("'images' must have either 3 or 4 dimensions.")
        height, width = images.dims[1:3]
        try:
            size = convert_to_tensor(size, dtypes.int32, name="size")
        except (TypeError, ValueError):
            raise ValueError("'size' must be a 1-D int32 Tensor") from None
        if size.dims is None or len(size.dims) != 1 or size.dims[0] not in (None, 2):
            raise ValueError("'size' must be a 1-D Tensor of 2 elements: new_height, new_width")
        if preserve_aspect_ratio:
            size = _fitting(images, size, height, width)
        known = size.known
        if known is not None and (height, width) == tuple(int(d) for d in known):
            resized = images
        else:
            if method not in _METHODS:
                raise ValueError("Resize method is not implemented.")
            resized = getattr(raw, _METHODS[method])(images, size, align_corners=align_corners)
        if known is None:
            resized.set_shape([None, None, None, images.dims[3]])
        return PUBLIC["squeeze"](resized, [0]) if single else resized


def _fitting(images, size, height, width):
    """The largest size within `size` that has the images' proportions."""
    if height is None or width is None:
        shape = PUBLIC["shape"](images)
        height, width = (s if d is None else d for s, d in ((shape[1], height), (shape[2], width)))

    def real(x):
        return raw.Cast(x, DstT=dtypes.float32)

    tall = real(size[0]) / real(height)
    wide = real(size[1]) / real(width)
    ratio = raw.Minimum(tall, wide)
    new = [raw.Cast(raw.Round(ratio * real(d)), DstT=dtypes.int32) for d in (height, width)]
    return convert_to_tensor(new, dtypes.int32, name="size")


@public
def resize_image_with_pad(
    image, target_height, target_width, method=ResizeMethod.BILINEAR, align_corners=False
):
    """Resizes without distortion and fills up with zeros to the given size.

    Args:
      image: `Tensor` of shape `[batch, height, width, channels]` or `[height, width, channels]`.
      target_height: the height of the result.
      target_width: the width of the result.
      method: one of `tf.image.ResizeMethod`.
      align_corners: see `tf.image.resize_images`.

    Returns:
      `Tensor` of the target size.

    Raises:
      ValueError: a size is not positive, or the shape of `image` is not possible.
    """
    with scope(None, "resize_image_with_pad", [image]):
        image = convert_to_tensor(image, name="image")
        if image.dims is None:
            raise ValueError("'image' must have either 3 or 4 dimensions.")
        single = len(image.dims) == 3
        if len(image.dims) not in (3, 4):
            raise ValueError("'image' must have either 3 or 4 dimensions.")
        if (
            isinstance(target_height, int)
            and target_height <= 0
            or (isinstance(target_width, int) and target_width <= 0)
        ):
            raise ValueError("target sizes must be > 0.")
        if single:
            image = PUBLIC["expand_dims"](image, 0)
        image = raw.Identity(image, name="control_dependency")
        height, width = image.dims[1:3]
        if height is None or width is None:
            shape = PUBLIC["shape"](image)
            height, width = shape[1], shape[2]
        cast = PUBLIC["cast"]
        high, wide, target_high, target_wide = (
            cast(d, dtypes.float32) for d in (height, width, target_height, target_width)
        )
        ratio = raw.Maximum(wide / target_wide, high / target_high)
        new_high, new_wide = (d / ratio for d in (high, wide))
        new_height, new_width = (cast(raw.Floor(d), dtypes.int32) for d in (new_high, new_wide))
        top, left = (target_high - new_high) / 2, (target_wide - new_wide) / 2
        top, left = (raw.Floor(d) for d in (top, left))
        top, left = (raw.Maximum(0, cast(d, dtypes.int32)) for d in (top, left))
        resized = resize_images(image, [new_height, new_width], method, align_corners)
        padded = PUBLIC["pad_to_bounding_box"](resized, top, left, target_height, target_width)
        padded.set_shape(
            [
                image.dims[0],
                target_height if isinstance(target_height, int) else None,
                target_width if isinstance(target_width, int) else None,
                image.dims[3],
            ]
        )
        return PUBLIC["squeeze"](padded, [0]) if single else padded
