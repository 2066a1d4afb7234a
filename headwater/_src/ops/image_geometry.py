"""Moving the pixels of images: flips, turns, cutting out and filling up."""

from headwater._src.core import dtypes
from headwater._src.graph import public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import control_dependencies
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope


def _checked(image, at_least=True):
    """The image, once it is known to have three dimensions (or more) and no empty one."""
    dims = image.dims
    checks = []
    if dims is not None:
        if len(dims) < 3 or (not at_least and len(dims) != 3):
            bound = "at least three-dimensional" if at_least else "three-dimensional"
            raise ValueError(f"'image' (shape {image.shape}) must be {bound}.")
        if 0 in dims[-3:]:
            raise ValueError(f"inner 3 dims of 'image.shape' must be > 0: {image.shape}")
    if dims is None or None in dims[-3:]:
        inner = PUBLIC["shape"](image)[-3:] if dims is None or at_least else PUBLIC["shape"](image)
        checks.append(
            PUBLIC["assert_positive"](inner, ["inner 3 dims of 'image.shape' must be > 0."])
        )
        if dims is None:
            checks.append(
                PUBLIC["assert_greater_equal"](
                    PUBLIC["rank"](image), 3, message="'image' must be at least three-dimensional."
                )
            )
    with control_dependencies(checks):
        return raw.Identity(image, name="control_dependency")


def _axis_of(image, axis):
    """Height (0) or width (1) as an axis of one image or a batch."""
    dims = image.dims
    if dims is None:
        raise ValueError("the rank of 'image' must be known")
    if len(dims) not in (3, 4):
        raise ValueError(f"'image' (shape {image.shape})must have either 3 or 4 dimensions.")
    return axis + len(dims) - 3


def _flip(name, axis, summary):
    def function(image):
        with scope(None, name, [image]):
            image = _checked(convert_to_tensor(image, name="image"))
            return PUBLIC["reverse"](image, [_axis_of(image, axis)])

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
      image: `Tensor` of shape `[height, width, channels]` or `[batch, height, width, channels]`.

    Returns:
      `Tensor` of the shape and type of `image`.

    Raises:
      ValueError: the shape is not possible.
    """
    return public(function)


flip_left_right = _flip("flip_left_right", 1, "Mirrors images: left becomes right.")
flip_up_down = _flip("flip_up_down", 0, "Mirrors images: up becomes down.")


def _random_flip(name, axis, summary):
    def function(image, seed=None):
        with scope(None, name, [image]) as prefix:
            image = _checked(convert_to_tensor(image, name="image"))
            at = _axis_of(image, axis)
            random_uniform, reverse = PUBLIC["random_uniform"], PUBLIC["reverse"]
            if len(image.dims) == 3:
                flip = random_uniform([], 0, 1.0, seed=seed) < 0.5
                cond = PUBLIC["cond"]
                result = cond(flip, lambda: reverse(image, [at]), lambda: image, name=prefix)
                result.set_shape(image.shape)
                return result
            batch = PUBLIC["shape"](image)[0]
            numbers = random_uniform([batch], 0, 1.0, seed=seed)
            flips = raw.Round(raw.Reshape(numbers, [batch, 1, 1, 1]))
            flips = PUBLIC["cast"](flips, image.dtype.base_dtype)
            return flips * reverse(image, [at]) + (1 - flips) * image

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
      image: `Tensor` of shape `[height, width, channels]` or `[batch, height, width, channels]`; each image of a
        batch has its own chance.
      seed: the op's own seed; see `tf.set_random_seed`.

    Returns:
      `Tensor` of the shape and type of `image`.

    Raises:
      ValueError: the shape is not possible.
    """
    return public(function)


random_flip_left_right = _random_flip(
    "random_flip_left_right", 1, "Mirrors images left to right with probability one half."
)
random_flip_up_down = _random_flip(
    "random_flip_up_down", 0, "Mirrors images upside down with probability one half."
)


def _transposed(image):
    batch = [] if len(image.dims) == 3 else [0]
    n = len(batch)
    return PUBLIC["transpose"](image, [*batch, n + 1, n, n + 2])


@public
def transpose_image(image, name=None):
    """Exchanges height and width.

    Args:
      image: `Tensor` of shape `[height, width, channels]` or `[batch, height, width, channels]`.
      name: optional name of the scope.

    Returns:
      `Tensor` of the type of `image`.

    Raises:
      ValueError: the shape is not possible.
    """
    with scope(name, "transpose", [image]):
        image = _checked(convert_to_tensor(image, name="image"))
        _axis_of(image, 0)
        return _transposed(image)


@public
def rot90(image, k=1, name=None):
    """Turns images counter-clockwise by quarters.

    Args:
      image: `Tensor` of shape `[height, width, channels]` or `[batch, height, width, channels]`.
      k: how many quarter turns, a number or scalar tensor.
      name: optional name of the scope.

    Returns:
      `Tensor` of the type of `image`.

    Raises:
      ValueError: the shape is not possible.
    """
    with scope(name, "rot90", [image, k]) as full:
        image = _checked(convert_to_tensor(image, name="image"))
        high = _axis_of(image, 0)
        k = convert_to_tensor(k, dtype=dtypes.int32, name="k")
        if k.dims is not None and k.dims:
            raise ValueError(f"Shape {k.shape} must have rank 0")
        k = raw.FloorMod(k, 4, name="mod")
        reverse = PUBLIC["reverse"]
        cases = [
            (raw.Equal(k, 1), lambda: _transposed(reverse(image, [high + 1]))),
            (raw.Equal(k, 2), lambda: reverse(image, [high, high + 1])),
            (raw.Equal(k, 3), lambda: reverse(_transposed(image), [high + 1])),
        ]
        result = PUBLIC["case"](cases, default=lambda: image, exclusive=True, name=full)
        batch = image.dims[:high]
        result.set_shape([*batch, None, None, image.dims[-1]])
        return result


# --- cutting out and filling up ---------------------------------------------------------------


def _as_batch(image):
    """`(images, whether a single one was given)`."""
    image = convert_to_tensor(image, name="image")
    if image.dims is None:
        raise ValueError("the rank of 'image' must be known")
    if len(image.dims) == 3:
        return PUBLIC["expand_dims"](image, 0), True
    if len(image.dims) != 4:
        raise ValueError("'image' must have either 3 or 4 dimensions.")
    return image, False


def _size(image):
    """`[batch, height, width, channels]`: numbers where known, else tensors."""
    dims = image.dims
    if None not in dims:
        return list(dims)
    shape = raw.Unpack(PUBLIC["shape"](image), num=4)
    return [s if d is None else d for s, d in zip(shape, dims)]


def _require(condition, error, message):
    """Raises now where the condition is decided, else gives the assertions to wait for."""
    if isinstance(condition, Tensor):
        return [PUBLIC["Assert"](condition, [message])]
    if not condition:
        raise error(message)
    return []


def _waiting_for(checks, image):
    with control_dependencies(checks):
        return raw.Identity(image, name="control_dependency")


def _static(*values):
    return [None if isinstance(v, Tensor) else v for v in values]


@public
def crop_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """Cuts a rectangle out of images.

    Args:
      image: `Tensor` of shape `[height, width, channels]` or `[batch, height, width, channels]`.
      offset_height: rows above the rectangle.
      offset_width: columns left of the rectangle.
      target_height: height of the rectangle.
      target_width: width of the rectangle.

    Returns:
      `Tensor` of the rectangle's size.

    Raises:
      ValueError: the rectangle is not inside the image.
    """
    with scope(None, "crop_to_bounding_box", [image]):
        image, single = _as_batch(image)
        _, height, width, depth = _size(image)
        checks = [
            *_require(offset_width >= 0, ValueError, "offset_width must be >= 0."),
            *_require(offset_height >= 0, ValueError, "offset_height must be >= 0."),
            *_require(target_width > 0, ValueError, "target_width must be > 0."),
            *_require(target_height > 0, ValueError, "target_height must be > 0."),
            *_require(
                width >= target_width + offset_width,
                ValueError,
                "width must be >= target + offset.",
            ),
            *_require(
                height >= target_height + offset_height,
                ValueError,
                "height must be >= target + offset.",
            ),
        ]
        image = _waiting_for(checks, image)
        begin = PUBLIC["stack"]([0, offset_height, offset_width, 0])
        batch = PUBLIC["shape"](image)[0]
        channels = PUBLIC["shape"](image)[3]
        size = PUBLIC["stack"]([batch, target_height, target_width, channels])
        cropped = raw.Slice(image, begin, size)
        cropped.set_shape([image.dims[0], *_static(target_height, target_width), *_static(depth)])
        return PUBLIC["squeeze"](cropped, [0]) if single else cropped


@public
def pad_to_bounding_box(image, offset_height, offset_width, target_height, target_width):
    """Puts images into a larger one of zeros.

    Args:
      image: `Tensor` of shape `[height, width, channels]` or `[batch, height, width, channels]`.
      offset_height: rows of zeros above.
      offset_width: columns of zeros on the left.
      target_height: height of the result.
      target_width: width of the result.

    Returns:
      `Tensor` of the target size.

    Raises:
      ValueError: the image does not fit into the target.
    """
    with scope(None, "pad_to_bounding_box", [image]):
        image, single = _as_batch(image)
        _, height, width, depth = _size(image)
        right = target_width - offset_width - width
        below = target_height - offset_height - height
        checks = [
            *_require(offset_height >= 0, ValueError, "offset_height must be >= 0"),
            *_require(offset_width >= 0, ValueError, "offset_width must be >= 0"),
            *_require(right >= 0, ValueError, "width must be <= target - offset"),
            *_require(below >= 0, ValueError, "height must be <= target - offset"),
        ]
        image = _waiting_for(checks, image)
        pads = PUBLIC["stack"]([0, 0, offset_height, below, offset_width, right, 0, 0])
        padded = PUBLIC["pad"](image, raw.Reshape(pads, [4, 2]))
        padded.set_shape([image.dims[0], *_static(target_height, target_width), *_static(depth)])
        return PUBLIC["squeeze"](padded, [0]) if single else padded


@public
def resize_image_with_crop_or_pad(image, target_height, target_width):
    """Cuts the middle out, or fills up with zeros all around, to the given size.

    Args:
      image: `Tensor` of shape `[height, width, channels]` or `[batch, height, width, channels]`.
      target_height: height of the result.
      target_width: width of the result.

    Returns:
      `Tensor` of the target size.

    Raises:
      ValueError: a size is not positive.
    """
    with scope(None, "resize_image_with_crop_or_pad", [image]):
        image, single = _as_batch(image)
        checks = [
            *_require(target_width > 0, ValueError, "target_width must be > 0."),
            *_require(target_height > 0, ValueError, "target_height must be > 0."),
        ]
        image = _waiting_for(checks, image)
        target_height, target_width = (
            raw.Identity(t) if isinstance(t, Tensor) else t for t in (target_height, target_width)
        )
        _, height, width, _ = _size(image)

        def larger(a, b):
            return (
                raw.Maximum(a, b) if isinstance(a, Tensor) or isinstance(b, Tensor) else max(a, b)
            )

        def smaller(a, b):
            return (
                raw.Minimum(a, b) if isinstance(a, Tensor) or isinstance(b, Tensor) else min(a, b)
            )

        wide, high = target_width - width, target_height - height
        cut_left, pad_left = larger(-wide // 2, 0), larger(wide // 2, 0)
        cut_top, pad_top = larger(-high // 2, 0), larger(high // 2, 0)
        cropped = crop_to_bounding_box(
            image, cut_top, cut_left, smaller(target_height, height), smaller(target_width, width)
        )
        resized = pad_to_bounding_box(cropped, pad_top, pad_left, target_height, target_width)
        _, new_height, new_width, _ = _size(resized)
        checks = [
            *_require(
                _same(new_height, target_height), ValueError, "resized height is not correct."
            ),
            *_require(_same(new_width, target_width), ValueError, "resized width is not correct."),
        ]
        resized = _waiting_for(checks, resized)
        return PUBLIC["squeeze"](resized, [0]) if single else resized


def _same(a, b):
    return raw.Equal(a, b) if isinstance(a, Tensor) or isinstance(b, Tensor) else a == b


@public
def central_crop(image, central_fraction):
    """Cuts the middle part out of images.

    Args:
      image: `Tensor` of shape `[height, width, channels]` or `[batch, height, width, channels]`.
      central_fraction: which part of height and width stays, in `(0, 1]`.

    Returns:
      `Tensor` of the type of `image`.

    Raises:
      ValueError: the fraction is out of range.
    """
    with scope(None, "central_crop", [image]):
        image = convert_to_tensor(image, name="image")
        if central_fraction <= 0.0 or central_fraction > 1.0:
            raise ValueError("central_fraction must be within (0, 1]")
        if central_fraction == 1.0:
            return image
        _checked(image)
        high = _axis_of(image, 0)
        starts, sizes, known = [], [], []
        for axis in (high, high + 1):
            size = image.dims[axis]
            if size is None:
                size = PUBLIC["shape"](image)[axis]
                exact = PUBLIC["cast"](size, dtypes.float64)
                start = PUBLIC["cast"]((exact - exact * central_fraction) / 2, dtypes.int32)
            else:
                start = int((size - size * central_fraction) / 2)
            starts.append(start)
            sizes.append(size - start * 2)
            known.append(None if isinstance(size, Tensor) else size - start * 2)
        stack, batch = PUBLIC["stack"], high == 1
        begin = stack([0] * batch + [*starts, 0])
        size = stack([-1] * batch + [*sizes, -1])
        result = raw.Slice(image, begin, size)
        result.set_shape([*image.dims[:high], *known, image.dims[-1]])
        return result


# --- standardisation --------------------------------------------------------------------------


@public
def per_image_standardization(image):
    """Shifts and scales each image to mean 0 and variance 1.

    Args:
      image: `Tensor` of shape `[..., height, width, channels]`.

    Returns:
      `Tensor` of the shape of `image`: float32, or its own type when that is floating-point.

    Raises:
      ValueError: the shape is not possible.
    """
    with scope(None, "per_image_standardization", [image]) as name:
        image = _checked(convert_to_tensor(image, name="image"))
        given = image.dtype.base_dtype
        if given not in (dtypes.float16, dtypes.float32):
            image = PUBLIC["cast"](image, dtypes.float32)
        count = PUBLIC["reduce_prod"](PUBLIC["shape"](image)[-3:])
        axes = [-1, -2, -3]
        mean = PUBLIC["reduce_mean"](image, axes, keepdims=True)
        spread = PUBLIC["reduce_std"](image, axes, keepdims=True)
        # A uniform image is divided by a small number, not by zero.
        least = raw.Rsqrt(PUBLIC["cast"](count, image.dtype.base_dtype))
        spread = raw.Maximum(spread, least)
        return raw.RealDiv(image - mean, spread, name=name)
