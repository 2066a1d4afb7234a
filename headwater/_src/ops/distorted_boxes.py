"""Random crops that keep enough of an object; the numbers are TensorFlow's for the same seeds."""

import math

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, with_rank
from headwater._src.xp import philox

_ATTRS = [
    "aspect_ratio_range: list(float) = [0.75, 1.3300000429153442]",
    "area_range: list(float) = [0.05000000074505806, 1.0]",
    "max_attempts: int = 100",
    "use_image_if_no_bounding_boxes: bool = false",
]
_FIRST = ["T: {uint8, int8, int16, int32, int64}", "seed: int = 0", "seed2: int = 0"]
SampleDistortedBoundingBox = define_op(
    "SampleDistortedBoundingBox",
    inputs="image_size: T, bounding_boxes: float",
    outputs="begin: T, size: T, bboxes: float",
    attrs=[*_FIRST, "min_object_covered: float = 0.10000000149011612", *_ATTRS],
    stateful=True,
)
SampleDistortedBoundingBoxV2 = define_op(
    "SampleDistortedBoundingBoxV2",
    inputs="image_size: T, bounding_boxes: float, min_object_covered: float",
    outputs="begin: T, size: T, bboxes: float",
    attrs=[*_FIRST, *_ATTRS],
    stateful=True,
)


def _fail(message):
    raise errors.InvalidArgumentError(None, None, message)


def _shapes(image_size, bounding_boxes):
    (count,) = with_rank(image_size.dims, 1)
    if count not in (None, 3):
        raise ShapeError(f"Dimension must be 3 but is {count}")
    corners = with_rank(bounding_boxes.dims, 3)[-1]
    if corners not in (None, 4):
        raise ShapeError(f"Dimension must be 4 but is {corners}")
    return [(3,), (3,), (1, 1, 4)]


class _Numbers:
    """The generator's words, one after the other."""

    def __init__(self, state, count):
        self.words = iter(philox.words(np, state, count).tolist())

    def fraction(self):
        """A float in [0, 1) of 23 random bits."""
        return np.float32((next(self.words) & 0x7FFFFF) / 2**23)

    def below(self, bound):
        """An integer in [0, bound)."""
        return next(self.words) % bound


def _attempt(numbers, height, width, ratios, areas):
    """`(y, x, h, w)` of a random crop, or None if none of that form fits."""
    low, high = (np.float32(r) for r in ratios)
    ratio = float(numbers.fraction() * (high - low) + low)
    least, most = (np.float32(a) * height * width for a in areas)
    h = round(math.sqrt(least / ratio))
    tallest = round(math.sqrt(most / ratio))
    if round(tallest * ratio) > width:
        tallest = int((width + 0.5 - 1e-7) / ratio)
    tallest = min(tallest, height)
    h = min(h, tallest)
    if h < tallest:
        h += numbers.below(tallest - h + 1)
    w = round(h * ratio)
    if w * h < least:
        h += 1
        w = round(h * ratio)
    if w * h > most:
        h -= 1
        w = round(h * ratio)
    if not (least <= w * h <= most and 0 < w <= width and 0 < h <= height):
        return None
    y = numbers.below(height - h) if h < height else 0
    x = numbers.below(width - w) if w < width else 0
    return y, x, h, w


def _covers(crop, boxes, share):
    """Whether the crop holds `share` of the area of one of the boxes, given in pixels."""
    y, x, h, w = crop
    top, left, bottom, right = boxes.T
    inner_h = np.minimum(bottom, y + h) - np.maximum(top, y)
    inner_w = np.minimum(right, x + w) - np.maximum(left, x)
    inside = np.maximum(inner_h, 0) * np.maximum(inner_w, 0)
    area = (bottom - top) * (right - left)
    return bool(((area > 0) & (inside >= np.float32(share) * area)).any())


def _pixels(boxes, height, width, use_image):
    """The boxes in whole pixels."""
    boxes = np.asarray(boxes, np.float32).reshape(-1, 4)
    if boxes.size == 0:
        if not use_image:
            _fail(
                "No bounding boxes provided as input. One must enable "
                "use_image_if_no_bounding_boxes if you wish to not provide any bounding boxes."
            )
        return np.array([[0, 0, height, width]])
    if not ((boxes >= 0) & (boxes <= 1)).all():
        _fail("All bounding box coordinates must be in [0.0, 1.0]")
    if not ((boxes[:, 0] < boxes[:, 2]) & (boxes[:, 1] < boxes[:, 3])).all():
        _fail("The corners of a bounding box must be in order")
    return (boxes * np.array([height, width, height, width], np.float32)).astype(np.int64)


def _sample(ctx, image_size, bounding_boxes, min_object_covered, attrs):
    if np.shape(image_size) != (3,):
        _fail("image_size must contain 3 elements")
    ratios, areas = attrs["aspect_ratio_range"], attrs["area_range"]
    attempts = attrs["max_attempts"]
    for name, pair in (("Aspect ratio", ratios), ("Area", areas)):
        if len(pair) != 2 or not 0 < pair[0] <= pair[1]:
            _fail(f"{name} range must be two positive numbers in order, got {pair}")
    if areas[1] > 1:
        _fail(f"Area range must be within (0, 1], got {areas}")
    if not 0 <= min_object_covered <= 1:
        _fail(f"Min object covered must be in [0.0, 1.0], got {min_object_covered}")
    height, width = (int(n) for n in image_size[:2])
    boxes = _pixels(bounding_boxes, height, width, attrs["use_image_if_no_bounding_boxes"])
    numbers = _Numbers(ctx.resources.random(ctx.node).reserve(attempts), 4 * attempts)
    crop = (0, 0, height, width)
    for _ in range(attempts):
        found = _attempt(numbers, height, width, ratios, areas)
        if found is not None and _covers(found, boxes, min_object_covered):
            crop = found
            break
    y, x, h, w = crop
    scale = np.array([height, width, height, width], np.float32)
    box = np.array([y, x, y + h, x + w], np.float32) / scale
    kind = np.asarray(image_size).dtype
    return np.array([y, x, 0], kind), np.array([h, w, -1]).astype(kind), box.reshape(1, 1, 4)


@SampleDistortedBoundingBox.shape
def _first_shape(image_size, bounding_boxes):
    return _shapes(image_size, bounding_boxes)


@SampleDistortedBoundingBoxV2.shape
def _second_shape(image_size, bounding_boxes, min_object_covered):
    with_rank(min_object_covered.dims, 0)
    return _shapes(image_size, bounding_boxes)


@SampleDistortedBoundingBox.host
def _first_kernel(
    ctx,
    image_size,
    bounding_boxes,
    *,
    min_object_covered,
    aspect_ratio_range,
    area_range,
    max_attempts,
    use_image_if_no_bounding_boxes,
):
    attrs = dict(
        aspect_ratio_range=aspect_ratio_range,
        area_range=area_range,
        max_attempts=max_attempts,
        use_image_if_no_bounding_boxes=use_image_if_no_bounding_boxes,
    )
    return _sample(ctx, image_size, bounding_boxes, min_object_covered, attrs)


@SampleDistortedBoundingBoxV2.host
def _second_kernel(
    ctx,
    image_size,
    bounding_boxes,
    min_object_covered,
    *,
    aspect_ratio_range,
    area_range,
    max_attempts,
    use_image_if_no_bounding_boxes,
):
    attrs = dict(
        aspect_ratio_range=aspect_ratio_range,
        area_range=area_range,
        max_attempts=max_attempts,
        use_image_if_no_bounding_boxes=use_image_if_no_bounding_boxes,
    )
    return _sample(ctx, image_size, bounding_boxes, float(min_object_covered), attrs)


SampleDistortedBoundingBox.no_gradient()
SampleDistortedBoundingBoxV2.no_gradient()


@public
def sample_distorted_bounding_box(
    image_size,
    bounding_boxes,
    seed=None,
    seed2=None,
    min_object_covered=0.1,
    aspect_ratio_range=None,
    area_range=None,
    max_attempts=None,
    use_image_if_no_bounding_boxes=None,
    name=None,
):
    """A random part of an image that shows enough of one of its objects.

    Args:
      image_size: three integers: height, width, channels.
      bounding_boxes: float32 `Tensor` of shape `[batch, boxes, 4]`, the objects: top, left, bottom,
        right as parts of the image's size.
      seed: Python integer, 0 or None for other numbers in each session.
      seed2: a second seed.
      min_object_covered: which share of an object must be seen, number or scalar `Tensor`.
      aspect_ratio_range: bounds of width / height (default `[0.75, 1.33]`).
      area_range: bounds of the part's area as a share of the image's (default `[0.05, 1]`).
      max_attempts: number of parts to try before the whole image is taken (default 100).
      use_image_if_no_bounding_boxes: whether no boxes mean the whole image, instead of an error.
      name: optional name of the scope.

    Returns:
      A named tuple of `begin` and `size`, as `tf.slice` takes them, and `bboxes`, the part as a
      box for `tf.image.draw_bounding_boxes`.

    Raises:
      InvalidArgumentError: at run time, when boxes or ranges are not possible.
    """
    with scope(name, "sample_distorted_bounding_box"):
        return raw.SampleDistortedBoundingBoxV2(
            image_size,
            bounding_boxes,
            min_object_covered,
            seed=seed or 0,
            seed2=seed2 or 0,
            aspect_ratio_range=aspect_ratio_range or [0.75, 1.33],
            area_range=area_range or [0.05, 1.0],
            max_attempts=100 if max_attempts is None else max_attempts,
            use_image_if_no_bounding_boxes=bool(use_image_if_no_bounding_boxes),
        )
