"""Boxes in images: cutting out many at once, drawing them, choosing among overlapping ones."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._shapes import ShapeError, merge_dim, with_rank

_PIXELS = "{uint8, uint16, int8, int16, int32, int64, half, float, double}"


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


# --- crop and resize --------------------------------------------------------------------------

CropAndResize = define_op(
    "CropAndResize",
    inputs="image: T, boxes: float, box_ind: int32, crop_size: int32",
    outputs="crops: float",
    attrs=[
        f"T: {_PIXELS}",
        "method: {'bilinear', 'nearest'} = 'bilinear'",
        "extrapolation_value: float = 0.0",
    ],
)
CropAndResizeGradImage = define_op(
    "CropAndResizeGradImage",
    inputs="grads: float, boxes: float, box_ind: int32, image_size: int32",
    outputs="output: T",
    attrs=["T: {float, half, double}", "method: {'bilinear', 'nearest'} = 'bilinear'"],
)
CropAndResizeGradBoxes = define_op(
    "CropAndResizeGradBoxes",
    inputs="grads: float, image: T, boxes: float, box_ind: int32",
    outputs="output: float",
    attrs=[f"T: {_PIXELS}", "method: {'bilinear'} = 'bilinear'"],
)


def _box_dims(boxes, box_ind):
    dims, index = with_rank(boxes.dims, 2), with_rank(box_ind.dims, 1)
    if dims[1] not in (None, 4):
        raise ShapeError(f"Dimension must be 4 but is {dims[1]}")
    return merge_dim(dims[0], index[0])


@CropAndResize.shape
def _crop_shape(image, boxes, box_ind, crop_size):
    image = with_rank(image.dims, 4)
    count = _box_dims(boxes, box_ind)
    with_rank(crop_size.dims, 1)
    if crop_size.known is None:
        return (count, None, None, image[3])
    return (count, int(crop_size.known[0]), int(crop_size.known[1]), image[3])


def _places(xp, low, high, size, count):
    """Where the pixels of each crop lie along one axis of the image, and which are inside:
    `[boxes, count]`.
    """
    low, high = low[:, None], high[:, None]
    span = np.float32(size - 1)
    if count > 1:
        step = (high - low) * span / np.float32(count - 1)
        place = low * span + np.arange(count, dtype=np.float32) * step
    else:
        place = np.float32(0.5) * (low + high) * span
    return place, (place >= 0) & (place <= span)


def _check_boxes(xp, boxes, box_ind, batch):
    if boxes.ndim != 2 or boxes.shape[1] != 4:
        raise _invalid("boxes must have 4 columns")
    if box_ind.shape != (boxes.shape[0],):
        raise _invalid("box_index has incompatible shape")
    xp.require(
        (box_ind >= 0) & (box_ind < batch),
        lambda: errors.OutOfRangeError(None, None, "box_index has values outside [0, batch_size)"),
    )


def _corners(xp, y, x, height, width):
    """For bilinear sampling: the four neighbours `(rows, columns, weight)` of each crop pixel."""
    top, left = xp.floor(y), xp.floor(x)
    bottom, right = xp.ceil(y), xp.ceil(x)
    y_part, x_part = (y - top)[:, :, None], (x - left)[:, None, :]
    result = []
    for row, wy in ((top, 1 - y_part), (bottom, y_part)):
        for column, wx in ((left, 1 - x_part), (right, x_part)):
            rows = xp.cast(xp.clip(row, 0, height - 1), "int32")[:, :, None]
            columns = xp.cast(xp.clip(column, 0, width - 1), "int32")[:, None, :]
            result.append((rows, columns, wy * wx))
    return result


def _nearest(xp, y, x, height, width):
    rows = xp.cast(xp.clip(xp.floor(y + np.float32(0.5)), 0, height - 1), "int32")[:, :, None]
    columns = xp.cast(xp.clip(xp.floor(x + np.float32(0.5)), 0, width - 1), "int32")[:, None, :]
    return [(rows, columns, np.float32(1))]


@CropAndResize.kernel(static=["crop_size"])
def _crop_kernel(xp, image, boxes, box_ind, crop_size, *, method, extrapolation_value):
    if image.ndim != 4:
        raise _invalid("input image must be 4-D")
    _check_boxes(xp, boxes, box_ind, image.shape[0])
    high, wide = (int(d) for d in np.asarray(crop_size))
    if high <= 0 or wide <= 0:
        raise _invalid("crop dimensions must be positive")
    _, height, width, _ = image.shape
    y, y_in = _places(xp, boxes[:, 0], boxes[:, 2], height, high)
    x, x_in = _places(xp, boxes[:, 1], boxes[:, 3], width, wide)
    inside = (y_in[:, :, None] & x_in[:, None, :])[..., None]
    taken = (_corners if method == "bilinear" else _nearest)(xp, y, x, height, width)
    batch, total = xp.clip(box_ind, 0, max(image.shape[0] - 1, 0))[:, None, None], None
    for rows, columns, weight in taken:
        part = xp.cast(xp.asarray(image)[batch, rows, columns], "float32")
        part = part * weight[..., None] if np.ndim(weight) else part
        total = part if total is None else total + part
    return xp.where(inside, total, np.float32(extrapolation_value))


@CropAndResizeGradImage.shape
def _grad_image_shape(grads, boxes, box_ind, image_size):
    with_rank(grads.dims, 4)
    _box_dims(boxes, box_ind)
    return (None,) * 4 if image_size.known is None else tuple(int(d) for d in image_size.known)


@CropAndResizeGradImage.kernel(static=["image_size"])
def _grad_image_kernel(xp, grads, boxes, box_ind, image_size, *, T, method):
    batch, height, width, depth = (int(d) for d in np.asarray(image_size))
    _check_boxes(xp, boxes, box_ind, batch)
    y, y_in = _places(xp, boxes[:, 0], boxes[:, 2], height, grads.shape[1])
    x, x_in = _places(xp, boxes[:, 1], boxes[:, 3], width, grads.shape[2])
    inside = (y_in[:, :, None] & x_in[:, None, :])[..., None]
    grads = xp.where(inside, grads, np.float32(0))
    result = xp.zeros((batch, height, width, depth), "float32")
    taken = (_corners if method == "bilinear" else _nearest)(xp, y, x, height, width)
    shape = grads.shape[:3]
    index = xp.broadcast_to(box_ind[:, None, None], shape)
    for rows, columns, weight in taken:
        part = grads * (weight[..., None] if np.ndim(weight) else weight)
        at = (index, xp.broadcast_to(rows, shape), xp.broadcast_to(columns, shape))
        result = xp.scatter(result, at, part, "add")
    return xp.cast(result, T.as_numpy_dtype)


@CropAndResizeGradBoxes.shape
def _grad_boxes_shape(grads, image, boxes, box_ind):
    return with_rank(boxes.dims, 2)


@CropAndResizeGradBoxes.kernel
def _grad_boxes_kernel(xp, grads, image, boxes, box_ind):
    _check_boxes(xp, boxes, box_ind, image.shape[0])
    _, height, width, _ = image.shape
    _, high, wide, _ = grads.shape
    y, y_in = _places(xp, boxes[:, 0], boxes[:, 2], height, high)
    x, x_in = _places(xp, boxes[:, 1], boxes[:, 3], width, wide)
    y, x = (xp.broadcast_to(v, (boxes.shape[0], n)) for v, n in ((y, high), (x, wide)))
    inside = y_in[:, :, None] & x_in[:, None, :]
    y_part, x_part = (y - xp.floor(y))[:, :, None, None], (x - xp.floor(x))[:, None, :, None]
    batch = box_ind[:, None, None]
    corner = [
        xp.cast(xp.asarray(image)[batch, rows, columns], "float32")
        for rows, columns, _ in _corners(xp, y, x, height, width)
    ]
    top_left, top_right, bottom_left, bottom_right = corner
    dy = (1 - x_part) * (bottom_left - top_left) + x_part * (bottom_right - top_right)
    dx = (1 - y_part) * (top_right - top_left) + y_part * (bottom_right - bottom_left)
    dy, dx = (xp.where(inside, xp.sum(d * grads, -1), np.float32(0)) for d in (dy, dx))
    parts = []
    for d, size, count, axis in ((dy, height, high, 1), (dx, width, wide, 2)):
        span = np.float32(size - 1)
        if count > 1:
            share = (np.arange(count, dtype=np.float32) / np.float32(count - 1)).reshape(
                (1, -1, 1) if axis == 1 else (1, 1, -1)
            )
        else:
            share = np.float32(0.5)
        parts.append((xp.sum(d * (1 - share), (1, 2)) * span, xp.sum(d * share, (1, 2)) * span))
    (y1, y2), (x1, x2) = parts
    return xp.stack([y1, x1, y2, x2], 1)


@CropAndResize.gradient
def _crop_gradient(op, dy):
    image = op.inputs[0]
    dims = image.dims
    size = list(dims) if dims is not None and None not in dims else PUBLIC["shape"](image)
    kind = image.dtype.base_dtype
    method = op.attrs["method"]
    dimage = None
    if kind in (dtypes.float16, dtypes.float32, dtypes.float64):
        dimage = raw.CropAndResizeGradImage(
            dy, op.inputs[1], op.inputs[2], size, T=kind, method=method
        )
    dboxes = (
        raw.CropAndResizeGradBoxes(dy, image, op.inputs[1], op.inputs[2])
        if (method == "bilinear")
        else None
    )
    return [dimage, dboxes, None, None]


@public
def crop_and_resize(
    image,
    boxes,
    box_ind=None,
    crop_size=None,
    method="bilinear",
    extrapolation_value=0,
    name=None,
    box_indices=None,
):
    """Cuts boxes out of a batch of images and resizes them to one size.

    Args:
      image: `Tensor` of shape `[batch, height, width, channels]`.
      boxes: float32 `Tensor` of shape `[n, 4]`: `y1, x1, y2, x2`, from 0 to 1 over the image.
      box_ind: int32 vector: which image each box belongs to.
      crop_size: height and width of the result.
      method: `"bilinear"` or `"nearest"`.
      extrapolation_value: the value outside the image.
      name: optional name of the operation.
      box_indices: the newer name of `box_ind`.

    Returns:
      float32 `Tensor` of shape `[n, crop height, crop width, channels]`.

    Raises:
      ValueError: the shapes do not fit.
    """
    box_ind = (
        renamed("box_indices", box_indices, "box_ind", box_ind)
        if box_indices is not None
        else box_ind
    )
    return raw.CropAndResize(
        image,
        boxes,
        box_ind,
        crop_size,
        method=method,
        extrapolation_value=extrapolation_value,
        name=name,
    )


# --- drawing ----------------------------------------------------------------------------------

DrawBoundingBoxes = define_op(
    "DrawBoundingBoxes",
    inputs="images: T, boxes: float",
    outputs="output: T",
    attrs=["T: {float, half} = float"],
    shape=lambda images, boxes: with_rank(images.dims, 3, at_least=True),
)
DrawBoundingBoxesV2 = define_op(
    "DrawBoundingBoxesV2",
    inputs="images: T, boxes: float, colors: float",
    outputs="output: T",
    attrs=["T: {float, half} = float"],
    shape=lambda images, boxes, colors: with_rank(images.dims, 3, at_least=True),
)

_COLOURS = np.array(
    [
        [1, 1, 0, 1],
        [0, 0, 1, 1],
        [1, 0, 0, 1],
        [0, 1, 0, 1],
        [0.5, 0, 0.5, 1],
        [0.5, 0.5, 0, 1],
        [0.5, 0, 0, 1],
        [0, 0, 0.5, 1],
        [0, 1, 1, 1],
        [1, 0, 1, 1],
    ],
    np.float32,
)


@DrawBoundingBoxes.kernel(dynamic=True)
def _draw_kernel(xp, images, boxes):
    return _draw(images, boxes, _COLOURS)


@DrawBoundingBoxesV2.kernel(dynamic=True)
def _draw_v2_kernel(xp, images, boxes, colors):
    return _draw(images, boxes, colors if len(colors) else _COLOURS)


def _draw(images, boxes, colours):
    if images.ndim != 4:
        raise _invalid("The rank of the images should be 4")
    if boxes.ndim != 3 or boxes.shape[2] != 4:
        raise _invalid("The size of the third dimension of the box must be 4")
    if boxes.shape[0] != images.shape[0]:
        raise _invalid("The batch sizes should be the same")
    result = np.array(images)
    _, height, width, depth = images.shape
    for b in range(images.shape[0]):
        for i, box in enumerate(boxes[b]):
            colour = colours[i % len(colours)][:depth]
            if depth == 1 and colours is _COLOURS:
                colour = np.ones(1, np.float32)
            low_y, high_y = (int(v * np.float32(height - 1)) for v in (box[0], box[2]))
            low_x, high_x = (int(v * np.float32(width - 1)) for v in (box[1], box[3]))
            if low_y > high_y or low_x > high_x:
                continue
            if low_y >= height or high_y < 0 or low_x >= width or high_x < 0:
                continue
            rows = slice(max(low_y, 0), min(high_y, height - 1) + 1)
            columns = slice(max(low_x, 0), min(high_x, width - 1) + 1)
            if low_y >= 0:
                result[b, low_y, columns] = colour
            if high_y < height:
                result[b, high_y, columns] = colour
            if low_x >= 0:
                result[b, rows, low_x] = colour
            if high_x < width:
                result[b, rows, high_x] = colour
    return result


DrawBoundingBoxes.no_gradient()
DrawBoundingBoxesV2.no_gradient()


@public
def draw_bounding_boxes(images, boxes, name=None, colors=None):
    """Draws the outlines of boxes.

    Args:
      images: floating-point `Tensor` of shape `[batch, height, width, channels]`.
      boxes: float32 `Tensor` of shape `[batch, n, 4]`: `y1, x1, y2, x2`, from 0 to 1.
      name: optional name of the operation.
      colors: float32 `Tensor` of colours to use in turn.

    Returns:
      `Tensor` of the shape and type of `images`.

    Raises:
      ValueError: the shapes do not fit.
    """
    if colors is None:
        return raw.DrawBoundingBoxes(images, boxes, name=name)
    return raw.DrawBoundingBoxesV2(images, boxes, colors, name=name)
