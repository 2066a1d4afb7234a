"""Colours of images: brightness, contrast, hue, saturation, colour spaces, types of pixels."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, text, with_rank

_FLOATS = "T: {half, bfloat16, float, double} = float"


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


# --- types of pixels --------------------------------------------------------------------------


@public
def convert_image_dtype(image, dtype, saturate=False, name=None):
    """Changes the type of pixels and scales them: `[0, 1]` for floats, the whole range for
    integers.

    Args:
      image: `Tensor` of numbers.
      dtype: the new type.
      saturate: whether values that do not fit become the nearest that does.
      name: optional name of the scope.

    Returns:
      `Tensor` of type `dtype`.

    Raises:
      AttributeError: a type is neither integer nor floating-point.
    """
    image = convert_to_tensor(image, name="image")
    dtype = dtypes.as_dtype(dtype)
    if not (dtype.is_floating or dtype.is_integer):
        raise AttributeError("dtype must be either floating point or integer")
    given = image.dtype.base_dtype
    if not (given.is_floating or given.is_integer):
        raise AttributeError("image dtype must be either floating point or integer")
    if dtype == given:
        return raw.Identity(image, name=name)
    cast, saturate_cast = PUBLIC["cast"], PUBLIC["saturate_cast"]
    with scope(name, "convert_image", [image]) as full:
        if given.is_integer and dtype.is_integer:
            most, wanted = given.max, dtype.max
            if most > wanted:
                scaled = image // ((most + 1) // (wanted + 1))
                return (
                    saturate_cast(scaled, dtype, name=full)
                    if saturate
                    else cast(scaled, dtype, name=full)
                )
            larger = saturate_cast(image, dtype) if saturate else cast(image, dtype)
            return PUBLIC["multiply"](larger, (wanted + 1) // (most + 1), name=full)
        if given.is_floating and dtype.is_floating:
            return cast(image, dtype, name=full)
        if given.is_integer:
            return PUBLIC["multiply"](cast(image, dtype), 1.0 / given.max, name=full)
        # Half a step more, so that cutting off the fraction rounds.
        scaled = raw.Mul(image, dtype.max + 0.5)
        return (
            saturate_cast(scaled, dtype, name=full) if saturate else cast(scaled, dtype, name=full)
        )


def _as_float(image):
    """The image as floats (float16 and float32 stay), and its own type."""
    given = image.dtype.base_dtype
    if given in (dtypes.float16, dtypes.float32):
        return image, given
    return convert_image_dtype(image, dtypes.float32), given


@public
def adjust_brightness(image, delta):
    """Adds `delta` to the brightness, which is between 0 and 1 whatever the pixels' type.

    Args:
      image: `Tensor` of shape `[..., channels]`.
      delta: what is added.

    Returns:
      `Tensor` of the shape and type of `image`.
    """
    with scope(None, "adjust_brightness", [image, delta]) as name:
        image = convert_to_tensor(image, name="image")
        real, given = _as_float(image)
        changed = raw.AddV2(real, PUBLIC["cast"](delta, real.dtype.base_dtype), name=name)
        return convert_image_dtype(changed, given, saturate=True)


AdjustContrastv2 = define_op(
    "AdjustContrastv2",
    inputs="images: T, contrast_factor: float",
    outputs="output: T",
    attrs=["T: {half, float} = float"],
)


@AdjustContrastv2.shape
def _contrast_shape(images, contrast_factor):
    with_rank(contrast_factor.dims, 0)
    return with_rank(images.dims, 3, at_least=True)


@AdjustContrastv2.kernel
def _contrast_kernel(xp, images, contrast_factor):
    if images.ndim < 3:
        raise _invalid(f"input must be at least 3-D, got shape{text(images.shape)}")
    x = xp.cast(images, "float32")
    mean = xp.mean(x, axis=(-3, -2), keepdims=True)
    return (x - mean) * contrast_factor + mean


@public
def adjust_contrast(images, contrast_factor):
    """Moves pixels away from the mean of their channel: `(x - mean) * contrast_factor + mean`.

    Args:
      images: `Tensor` of shape `[..., height, width, channels]`.
      contrast_factor: the factor.

    Returns:
      `Tensor` of the shape and type of `images`.
    """
    with scope(None, "adjust_contrast", [images, contrast_factor]) as name:
        images = convert_to_tensor(images, name="images")
        real, given = _as_float(images)
        changed = raw.AdjustContrastv2(real, contrast_factor, name=name)
        return convert_image_dtype(changed, given, saturate=True)


@public
def adjust_gamma(image, gamma=1, gain=1):
    """`gain * image ** gamma`, on floats between 0 and 1.

    Args:
      image: `Tensor` of pixels.
      gamma: the exponent, not negative.
      gain: the factor.

    Returns:
      `Tensor` of the shape and type of `image`.

    Raises:
      ValueError: `gamma` is a negative number.
    """
    with scope(None, "adjust_gamma", [image, gamma, gain]):
        image = convert_to_tensor(image, name="image")
        real, given = _as_float(image)
        if isinstance(gamma, (int, float)) and gamma < 0:
            raise ValueError("Gamma should be a non-negative real number.")
        changed = gain * real**gamma
        return convert_image_dtype(changed, given, saturate=True)


# --- hue and saturation -----------------------------------------------------------------------


def _require_rgb(xp, images):
    if images.ndim < 1 or images.shape[-1] != 3:
        kind = errors.FailedPreconditionError if images.ndim else errors.InvalidArgumentError
        channels = images.shape[-1] if images.ndim else 0
        raise kind(None, None, f"input must have 3 channels but instead has {channels} channels.")


def _to_hsv(xp, rgb):
    r, g, b = rgb[..., 0], rgb[..., 1], rgb[..., 2]
    value = xp.maximum(xp.maximum(r, g), b)
    spread = value - xp.minimum(xp.minimum(r, g), b)
    saturation = xp.where(value > 0, spread / xp.where(value > 0, value, 1), 0)
    norm = (1 / 6) / xp.where(spread > 0, spread, 1)
    hue = xp.where(
        r == value,
        norm * (g - b),
        xp.where(g == value, norm * (b - r) + 2 / 6, norm * (r - g) + 4 / 6),
    )
    hue = xp.where(spread > 0, hue, 0)
    hue = xp.where(hue < 0, hue + 1, hue)
    return hue, saturation, value


def _to_rgb(xp, hue, saturation, value):
    six = hue * 6
    red = xp.clip(xp.abs(six - 3) - 1, 0, 1)
    green = xp.clip(2 - xp.abs(six - 2), 0, 1)
    blue = xp.clip(2 - xp.abs(six - 4), 0, 1)
    return xp.stack([((1 - saturation) + saturation * c) * value for c in (red, green, blue)], -1)


def _rgb_shape(images):
    dims = with_rank(images.dims, 1, at_least=True)
    if dims is not None and dims[-1] not in (None, 3):
        raise ShapeError(f"Dimension must be 3 but is {dims[-1]}")
    return dims and (*dims[:-1], 3)


RGBToHSV = define_op(
    "RGBToHSV", inputs="images: T", outputs="output: T", attrs=[_FLOATS], shape=_rgb_shape
)
HSVToRGB = define_op(
    "HSVToRGB", inputs="images: T", outputs="output: T", attrs=[_FLOATS], shape=_rgb_shape
)


@RGBToHSV.kernel
def _rgb_to_hsv_kernel(xp, images):
    _require_rgb(xp, images)
    return xp.stack(_to_hsv(xp, images), -1)


@RGBToHSV.gradient
def _rgb_to_hsv_gradient(op, dy):
    images = op.inputs[0]
    channels = red, green, blue = [images[..., i] for i in range(3)]
    d_hue, d_saturation, d_value = (dy[..., i] for i in range(3))
    # Of channels that are equal the first counts as the largest, the last as the smallest.
    last, middle = blue > raw.Maximum(red, green), green > red
    largest = [~last & ~middle, ~last & middle, last]
    last, middle = blue <= raw.Minimum(red, green), green <= red
    smallest = [~last & ~middle, ~last & middle, last]
    is_largest, is_smallest = (
        [raw.Cast(m, DstT=images.dtype) for m in masks] for masks in (largest, smallest)
    )
    top, bottom = (choose(choose(red, green), blue) for choose in (raw.Maximum, raw.Minimum))
    chroma = top - bottom
    # A hue is a sixth of (left - right) / chroma, for the two channels that follow the largest.
    difference = 0
    for i in range(3):
        difference += is_largest[i] * (channels[(i + 1) % 3] - channels[(i + 2) % 3])
    of_difference = raw.DivNoNan(d_hue / 6.0, chroma)
    of_chroma = raw.DivNoNan(-of_difference * difference, chroma)
    of_top = d_value + of_chroma + raw.DivNoNan(d_saturation * bottom, top * top)
    # As in TensorFlow, the saturation of a channel that is 0 has no gradient.
    of_bottom = -of_chroma - raw.DivNoNan(d_saturation * bottom, top * bottom)
    return [
        PUBLIC["stack"](
            [
                is_largest[i] * of_top
                + is_smallest[i] * of_bottom
                + (is_largest[(i + 2) % 3] - is_largest[(i + 1) % 3]) * of_difference
                for i in range(3)
            ],
            axis=-1,
        )
    ]


HSVToRGB.no_gradient()


@HSVToRGB.kernel
def _hsv_to_rgb_kernel(xp, images):
    _require_rgb(xp, images)
    return _to_rgb(xp, images[..., 0], images[..., 1], images[..., 2])


AdjustHue = define_op(
    "AdjustHue",
    inputs="images: T, delta: float",
    outputs="output: T",
    attrs=["T: {half, float} = float"],
)
AdjustSaturation = define_op(
    "AdjustSaturation",
    inputs="images: T, scale: float",
    outputs="output: T",
    attrs=["T: {half, float} = float"],
)


@AdjustHue.shape
def _hue_shape(images, delta):
    with_rank(delta.dims, 0)
    return with_rank(images.dims, 3, at_least=True)


@AdjustSaturation.shape
def _saturation_shape(images, scale):
    with_rank(scale.dims, 0)
    return with_rank(images.dims, 3, at_least=True)


@AdjustHue.kernel
def _hue_kernel(xp, images, delta):
    _require_rgb(xp, images)
    x = xp.cast(images, "float32")
    hue, saturation, value = _to_hsv(xp, x)
    turned = hue + delta
    return _to_rgb(xp, turned - xp.floor(turned), saturation, value)


@AdjustSaturation.kernel
def _saturation_kernel(xp, images, scale):
    _require_rgb(xp, images)
    x = xp.cast(images, "float32")
    hue, saturation, value = _to_hsv(xp, x)
    return _to_rgb(xp, hue, xp.clip(saturation * scale, 0, 1), value)


@public
def adjust_hue(image, delta, name=None):
    """Turns the hue.

    Args:
      image: RGB `Tensor` of shape `[..., 3]`.
      delta: how far, between -1 and 1; 1 is a full turn.
      name: optional name of the scope.

    Returns:
      `Tensor` of the shape and type of `image`.
    """
    with scope(name, "adjust_hue", [image]):
        image = convert_to_tensor(image, name="image")
        real, given = _as_float(image)
        return convert_image_dtype(raw.AdjustHue(real, delta), given)


@public
def adjust_saturation(image, saturation_factor, name=None):
    """Multiplies the saturation.

    Args:
      image: RGB `Tensor` of shape `[..., 3]`.
      saturation_factor: the factor.
      name: optional name of the scope.

    Returns:
      `Tensor` of the shape and type of `image`.
    """
    with scope(name, "adjust_saturation", [image]):
        image = convert_to_tensor(image, name="image")
        real, given = _as_float(image)
        return convert_image_dtype(raw.AdjustSaturation(real, saturation_factor), given)


# --- random changes ---------------------------------------------------------------------------


def _between(low, high, seed):
    return PUBLIC["random_uniform"]([], low, high, seed=seed)


@public
def random_brightness(image, max_delta, seed=None):
    """`tf.image.adjust_brightness` by a random amount between `-max_delta` and `max_delta`.

    Args:
      image: `Tensor` of pixels.
      max_delta: the largest amount, not negative.
      seed: the op's own seed; see `tf.set_random_seed`.

    Returns:
      `Tensor` of the shape and type of `image`.

    Raises:
      ValueError: `max_delta` is negative.
    """
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_brightness(image, _between(-max_delta, max_delta, seed))


@public
def random_contrast(image, lower, upper, seed=None):
    """`tf.image.adjust_contrast` by a random factor between `lower` and `upper`.

    Args:
      image: `Tensor` of shape `[..., height, width, channels]`.
      lower: the least factor, not negative.
      upper: the largest factor.
      seed: the op's own seed; see `tf.set_random_seed`.

    Returns:
      `Tensor` of the shape and type of `image`.

    Raises:
      ValueError: the bounds are not possible.
    """
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return adjust_contrast(image, _between(lower, upper, seed))


@public
def random_hue(image, max_delta, seed=None):
    """`tf.image.adjust_hue` by a random amount between `-max_delta` and `max_delta`.

    Args:
      image: RGB `Tensor` of shape `[..., 3]`.
      max_delta: the largest amount, between 0 and 0.5.
      seed: the op's own seed; see `tf.set_random_seed`.

    Returns:
      `Tensor` of the shape and type of `image`.

    Raises:
      ValueError: `max_delta` is out of range.
    """
    if max_delta > 0.5:
        raise ValueError("max_delta must be <= 0.5.")
    if max_delta < 0:
        raise ValueError("max_delta must be non-negative.")
    return adjust_hue(image, _between(-max_delta, max_delta, seed))


@public
def random_saturation(image, lower, upper, seed=None):
    """`tf.image.adjust_saturation` by a random factor between `lower` and `upper`.

    Args:
      image: RGB `Tensor` of shape `[..., 3]`.
      lower: the least factor, not negative.
      upper: the largest factor.
      seed: the op's own seed; see `tf.set_random_seed`.

    Returns:
      `Tensor` of the shape and type of `image`.

    Raises:
      ValueError: the bounds are not possible.
    """
    if upper <= lower:
        raise ValueError("upper must be > lower.")
    if lower < 0:
        raise ValueError("lower must be non-negative.")
    return adjust_saturation(image, _between(lower, upper, seed))


# --- colour spaces ----------------------------------------------------------------------------


@public
def rgb_to_hsv(images, name=None):
    """Hue, saturation and value of RGB pixels, all between 0 and 1.

    Args:
      images: floating-point `Tensor` of shape `[..., 3]`.
      name: optional name of the operation.

    Returns:
      `Tensor` of the shape and type of `images`.
    """
    return raw.RGBToHSV(images, name=name)


@public
def hsv_to_rgb(images, name=None):
    """The inverse of `tf.image.rgb_to_hsv`.

    Args:
      images: floating-point `Tensor` of shape `[..., 3]`.
      name: optional name of the operation.

    Returns:
      `Tensor` of the shape and type of `images`.
    """
    return raw.HSVToRGB(images, name=name)


@public
def rgb_to_grayscale(images, name=None):
    """The brightness of RGB pixels, as one channel.

    Args:
      images: `Tensor` of shape `[..., 3]`.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `[..., 1]` and the type of `images`.
    """
    with scope(name, "rgb_to_grayscale", [images]) as full:
        images = convert_to_tensor(images, name="images")
        given = images.dtype.base_dtype
        real = (
            convert_image_dtype(images, dtypes.float32)
            if given != dtypes.float32
            else (raw.Identity(images))
        )
        gray = PUBLIC["tensordot"](real, [0.2989, 0.5870, 0.1140], [-1, -1])
        return convert_image_dtype(PUBLIC["expand_dims"](gray, -1), given, name=full)


@public
def grayscale_to_rgb(images, name=None):
    """Repeats the one channel three times.

    Args:
      images: `Tensor` of shape `[..., 1]`.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `[..., 3]`.

    Raises:
      ValueError: the last dimension is not 1.
    """
    with scope(name, "grayscale_to_rgb", [images]) as full:
        images = convert_to_tensor(images, name="images")
        if images.dims is not None and images.dims[-1] not in (None, 1):
            raise ValueError(
                f"A grayscale image (shape {images.shape}) must be of last dimension size 1"
            )
        images = raw.Identity(images, name="control_dependency")
        before = PUBLIC["rank"](images) - 1
        expand = PUBLIC["expand_dims"]
        times = PUBLIC["concat"](
            [PUBLIC["ones"](expand(before, 0), dtype=dtypes.int32), expand(3, 0)], 0
        )
        result = raw.Tile(images, times, name=full)
        if images.dims is not None:
            result.set_shape([*images.dims[:-1], 3])
        return result


_TO_YIQ = [
    [0.299, 0.59590059, 0.2115],
    [0.587, -0.27455667, -0.52273617],
    [0.114, -0.32134392, 0.31119955],
]
_FROM_YIQ = [
    [1, 1, 1],
    [0.95598634, -0.27201283, -1.10674021],
    [0.6208248, -0.64720424, 1.70423049],
]
_TO_YUV = [
    [0.299, -0.14714119, 0.61497538],
    [0.587, -0.28886916, -0.51496512],
    [0.114, 0.43601035, -0.10001026],
]
_FROM_YUV = [[1, 1, 1], [0, -0.394642334, 2.03206185], [1.13988303, -0.58062185, 0]]


def _linear(name, kernel, summary):
    def function(images):
        images = convert_to_tensor(images, name="images")
        matrix = convert_to_tensor(np.array(kernel), dtype=images.dtype.base_dtype, name="kernel")
        rank = len(images.dims) if images.dims is not None else None
        axis = rank - 1 if rank is not None else -1
        return PUBLIC["tensordot"](images, matrix, axes=[[axis], [0]])

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
      images: floating-point `Tensor` of shape `[..., 3]`.

    Returns:
      `Tensor` of the shape and type of `images`.
    """
    return public(function)


rgb_to_yiq = _linear("rgb_to_yiq", _TO_YIQ, "YIQ (luma and two chroma values) of RGB pixels.")
yiq_to_rgb = _linear("yiq_to_rgb", _FROM_YIQ, "RGB of YIQ pixels.")
rgb_to_yuv = _linear("rgb_to_yuv", _TO_YUV, "YUV (luma and two chroma values) of RGB pixels.")
yuv_to_rgb = _linear("yuv_to_rgb", _FROM_YUV, "RGB of YUV pixels.")
