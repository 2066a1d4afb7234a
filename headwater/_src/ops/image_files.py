"""Images read from bytes: PNG, JPEG, GIF and BMP, by Pillow."""

import io

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import define_op, public, raw
from headwater._src.ops._pillow import MODES, invalid, pillow
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, with_rank

_JPEG = [
    "channels: int = 0",
    "ratio: int = 1",
    "fancy_upscaling: bool = true",
    "try_recover_truncated: bool = false",
    "acceptable_fraction: float = 1.0",
    "dct_method: string = ''",
]


def _kind(contents):
    """The format by the first bytes, or None."""
    if contents[:8] == b"\x89PNG\r\n\x1a\n":
        return "PNG"
    if contents[:3] == b"\xff\xd8\xff":
        return "JPEG"
    if contents[:4] == b"GIF8":
        return "GIF"
    if contents[:2] == b"BM":
        return "BMP"
    return None


def _open(contents, kinds, what):
    contents = _bytes(contents)
    kind = _kind(contents)
    if kind not in kinds:
        raise invalid(
            f"Unknown image file format. One of {', '.join(kinds)} required."
            if len(kinds) > 1 or kind is None
            else f"Expected {what} image data, got {kind}"
        )
    try:
        image = pillow().open(io.BytesIO(contents), formats=[kind])
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError) as error:
        raise invalid(f"Invalid {kind} data, size {len(contents)}: {error}") from None
    return image, kind


def _bytes(contents):
    contents = np.asarray(contents)
    if contents.ndim:
        raise invalid(f"contents must be scalar but had shape {list(contents.shape)}")
    contents = contents.item()
    return contents.encode() if isinstance(contents, str) else bytes(contents)


def _own_channels(image):
    if image.mode == "P":
        return 4 if "transparency" in image.info else 3
    return {
        "1": 1,
        "L": 1,
        "I": 1,
        "I;16": 1,
        "F": 1,
        "LA": 2,
        "RGB": 3,
        "CMYK": 3,
        "YCbCr": 3,
    }.get(image.mode, 4)


def _pixels(image, channels, dtype=dtypes.uint8):
    """`[height, width, channels]`; 16-bit files keep their precision when `dtype` asks for it."""
    wide = image.mode.startswith("I")
    if wide:
        values = np.asarray(image).astype(np.uint16)[..., None]
        if channels in (3, 4):
            values = np.repeat(values, 3, -1)
        if channels in (2, 4):
            values = np.concatenate([values, np.full_like(values[..., :1], 65535)], -1)
        return values if dtype == dtypes.uint16 else (values >> 8).astype(np.uint8)
    if channels == 1 and image.mode in ("RGB", "RGBA", "P"):
        # The weights of libpng's conversion, in its integer arithmetic.
        rgb = np.asarray(image.convert("RGB")).astype(np.int64)
        values = ((6968 * rgb[..., 0] + 23434 * rgb[..., 1] + 2366 * rgb[..., 2] + 16384) >> 15)[
            ..., None
        ]
        values = values.astype(np.uint8)
    else:
        values = np.asarray(image.convert(MODES[channels]))
        values = values.reshape(values.shape[0], values.shape[1], channels)
    if dtype == dtypes.uint16:
        return values.astype(np.uint16) * np.uint16(257)
    return values


def _channels(channels, allowed):
    if channels not in allowed:
        raise invalid(f"channels must be one of {', '.join(map(str, allowed))}, got {channels}")


def _decoded_dims(contents, channels):
    with_rank(contents.dims, 0)
    if channels < 0 or channels > 4:
        raise ShapeError(f"channels must be non-negative, got {channels}")
    return (None, None, channels or None)


# --- reading ----------------------------------------------------------------------------------

DecodePng = define_op(
    "DecodePng",
    inputs="contents: string",
    outputs="image: dtype",
    attrs=["channels: int = 0", "dtype: {uint8, uint16} = uint8"],
)
DecodeJpeg = define_op("DecodeJpeg", inputs="contents: string", outputs="image: uint8", attrs=_JPEG)
DecodeBmp = define_op(
    "DecodeBmp", inputs="contents: string", outputs="image: uint8", attrs=["channels: int = 0"]
)
DecodeGif = define_op("DecodeGif", inputs="contents: string", outputs="image: uint8")
DecodeImage = define_op(
    "DecodeImage",
    inputs="contents: string",
    outputs="image: dtype",
    attrs=[
        "channels: int = 0",
        "dtype: {uint8, uint16, float} = uint8",
        "expand_animations: bool = true",
    ],
)
DecodeAndCropJpeg = define_op(
    "DecodeAndCropJpeg",
    inputs="contents: string, crop_window: int32",
    outputs="image: uint8",
    attrs=_JPEG,
)
ExtractJpegShape = define_op(
    "ExtractJpegShape",
    inputs="contents: string",
    outputs="image_shape: output_type",
    attrs=["output_type: {int32, int64} = int32"],
)


@DecodePng.shape
@DecodeJpeg.shape
@DecodeBmp.shape
def _decode_shape(contents, *, channels):
    return _decoded_dims(contents, channels)


def _decode(contents, channels, dtype=dtypes.uint8):
    """Any of the formats, as the readers of single formats take all of them."""
    image, kind = _open(contents, ("JPEG", "PNG", "GIF", "BMP"), "image")
    if kind == "GIF":
        frames = _frames(image)
        if len(frames) > 1:
            raise invalid("Got more than one frame of a GIF; use decode_gif or decode_image")
        return frames[0]
    return _pixels(image, channels or _own_channels(image), dtype)


@DecodePng.kernel(dynamic=True)
def _decode_png_kernel(xp, contents, *, channels, dtype):
    _channels(channels, (0, 1, 2, 3, 4))
    return _decode(contents, channels, dtype)


@DecodeJpeg.kernel(dynamic=True)
def _decode_jpeg_kernel(xp, contents, *, channels, ratio):
    _channels(channels, (0, 1, 3, 4))
    return _decode_jpeg(contents, channels)[::ratio, ::ratio]


def _decode_jpeg(contents, channels):
    image, kind = _open(contents, ("JPEG", "PNG", "GIF", "BMP"), "image")
    if kind == "JPEG" and channels == 1 and image.mode != "L":
        # The brightness is stored as such: no way over RGB.
        image = pillow().open(io.BytesIO(_bytes(contents)))
        image.draft("L", image.size)
        return np.asarray(image.convert("L"))[..., None]
    if kind == "GIF":
        return _frames(image)[0]
    return _pixels(image, channels or _own_channels(image))


@DecodeBmp.kernel(dynamic=True)
def _decode_bmp_kernel(xp, contents, *, channels):
    _channels(channels, (0, 1, 3, 4))
    return _decode(contents, channels)


def _frames(image):
    frames = []
    for i in range(getattr(image, "n_frames", 1)):
        image.seek(i)
        frames.append(np.asarray(image.convert("RGB")))
    return np.stack(frames)


@DecodeGif.shape
def _gif_shape(contents):
    with_rank(contents.dims, 0)
    return (None, None, None, 3)


@DecodeGif.kernel(dynamic=True)
def _decode_gif_kernel(xp, contents):
    image, kind = _open(contents, ("JPEG", "PNG", "GIF", "BMP"), "GIF")
    return _frames(image) if kind == "GIF" else _pixels(image, 3)[None]


@DecodeImage.shape
def _decode_image_shape(contents, *, channels, expand_animations):
    _decoded_dims(contents, channels)
    return None if expand_animations else (None, None, channels or None)


@DecodeImage.kernel(dynamic=True)
def _decode_image_kernel(xp, contents, *, channels, dtype, expand_animations):
    image, kind = _open(contents, ("JPEG", "PNG", "GIF", "BMP"), "image")
    wanted = dtypes.uint16 if dtype == dtypes.uint16 else dtypes.uint8
    if kind == "GIF":
        values = _frames(image)
        values = values if expand_animations else values[0]
    elif kind == "JPEG":
        values = _decode_jpeg(contents, channels)
    else:
        values = _pixels(image, channels or _own_channels(image), wanted)
    if dtype == dtypes.float32:
        return values.astype(np.float32) / np.float32(255)
    if dtype == dtypes.uint16 and values.dtype == np.uint8:
        return values.astype(np.uint16) * np.uint16(256)
    return values


@DecodeAndCropJpeg.shape
def _crop_jpeg_shape(contents, crop_window, *, channels):
    dims = _decoded_dims(contents, channels)
    with_rank(crop_window.dims, 1)
    window = crop_window.known
    return dims if window is None else (int(window[2]), int(window[3]), dims[2])


@DecodeAndCropJpeg.kernel(dynamic=True)
def _crop_jpeg_kernel(xp, contents, crop_window, *, channels, ratio):
    values = _decode_jpeg(contents, channels)[::ratio, ::ratio]
    y, x, height, width = (int(d) for d in crop_window)
    if y < 0 or x < 0 or y + height > values.shape[0] or x + width > values.shape[1]:
        raise invalid(f"Invalid JPEG data or crop window, data size {len(_bytes(contents))}")
    return values[y : y + height, x : x + width]


@ExtractJpegShape.shape
def _jpeg_shape_shape(contents):
    with_rank(contents.dims, 0)
    return (3,)


@ExtractJpegShape.kernel(dynamic=True)
def _jpeg_shape_kernel(xp, contents):
    image, _ = _open(contents, ("JPEG",), "JPEG")
    return np.array([image.height, image.width, _own_channels(image)])


for _op in (
    DecodePng,
    DecodeJpeg,
    DecodeBmp,
    DecodeGif,
    DecodeImage,
    DecodeAndCropJpeg,
    ExtractJpegShape,
):
    _op.no_gradient()

# --- public functions -------------------------------------------------------------------------


@public
def decode_png(contents, channels=0, dtype=dtypes.uint8, name=None):
    """The pixels of a PNG file (other formats are recognised too).

    Args:
      contents: string scalar, the file's bytes.
      channels: 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA; 0 for what the file has.
      dtype: `tf.uint8` or `tf.uint16`.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[height, width, channels]`.

    Raises:
      InvalidArgumentError: when run with bytes that are no image.
    """
    return raw.DecodePng(contents, channels=channels, dtype=dtype, name=name)


@public
def decode_jpeg(
    contents,
    channels=0,
    ratio=1,
    fancy_upscaling=True,
    try_recover_truncated=False,
    acceptable_fraction=1,
    dct_method="",
    name=None,
):
    """The pixels of a JPEG file (other formats are recognised too).

    Args:
      contents: string scalar, the file's bytes.
      channels: 1 gray, 3 RGB; 0 for what the file has.
      ratio: by what the image is made smaller: 1, 2, 4 or 8.
      fancy_upscaling: whether colours are interpolated.
      try_recover_truncated: whether a part of a file is read as far as it goes.
      acceptable_fraction: how much of the file must be there.
      dct_method: how the transform is computed.
      name: optional name of the operation.

    Returns:
      uint8 `Tensor` of shape `[height, width, channels]`.

    Raises:
      InvalidArgumentError: when run with bytes that are no image.
    """
    return raw.DecodeJpeg(
        contents,
        channels=channels,
        ratio=ratio,
        fancy_upscaling=fancy_upscaling,
        try_recover_truncated=try_recover_truncated,
        acceptable_fraction=acceptable_fraction,
        dct_method=dct_method,
        name=name,
    )


@public
def decode_and_crop_jpeg(
    contents,
    crop_window,
    channels=0,
    ratio=1,
    fancy_upscaling=True,
    try_recover_truncated=False,
    acceptable_fraction=1,
    dct_method="",
    name=None,
):
    """A rectangle of a JPEG file.

    Args:
      contents: string scalar, the file's bytes.
      crop_window: `[top, left, height, width]`.
      channels: 1 gray, 3 RGB; 0 for what the file has.
      ratio: by what the image is made smaller.
      fancy_upscaling: whether colours are interpolated.
      try_recover_truncated: whether a part of a file is read as far as it goes.
      acceptable_fraction: how much of the file must be there.
      dct_method: how the transform is computed.
      name: optional name of the operation.

    Returns:
      uint8 `Tensor` of shape `[height, width, channels]`.

    Raises:
      InvalidArgumentError: when run with bytes that are no image, or a window outside it.
    """
    return raw.DecodeAndCropJpeg(
        contents,
        crop_window,
        channels=channels,
        ratio=ratio,
        fancy_upscaling=fancy_upscaling,
        try_recover_truncated=try_recover_truncated,
        acceptable_fraction=acceptable_fraction,
        dct_method=dct_method,
        name=name,
    )


@public
def decode_bmp(contents, channels=0, name=None):
    """The pixels of a BMP file.

    Args:
      contents: string scalar, the file's bytes.
      channels: 1, 3 or 4; 0 for what the file has.
      name: optional name of the operation.

    Returns:
      uint8 `Tensor` of shape `[height, width, channels]`.

    Raises:
      InvalidArgumentError: when run with bytes that are no image.
    """
    return raw.DecodeBmp(contents, channels=channels, name=name)


@public
def decode_gif(contents, name=None):
    """The frames of a GIF file.

    Args:
      contents: string scalar, the file's bytes.
      name: optional name of the operation.

    Returns:
      uint8 `Tensor` of shape `[frames, height, width, 3]`.

    Raises:
      InvalidArgumentError: when run with bytes that are no image.
    """
    return raw.DecodeGif(contents, name=name)


@public
def decode_image(contents, channels=None, dtype=dtypes.uint8, name=None, expand_animations=True):
    """The pixels of a PNG, JPEG, GIF or BMP file.

    Args:
      contents: string scalar, the file's bytes.
      channels: how many channels; None for what the file has.
      dtype: `tf.uint8`, `tf.uint16` or `tf.float32` (then from 0 to 1).
      name: optional name of the scope.
      expand_animations: whether a GIF gives all its frames, else the first.

    Returns:
      `Tensor` of shape `[height, width, channels]`, or `[frames, height, width, 3]` of a GIF.

    Raises:
      InvalidArgumentError: when run with bytes that are no image.
    """
    with scope(name, "decode_image", []):
        return raw.DecodeImage(
            contents, channels=channels or 0, dtype=dtype, expand_animations=expand_animations
        )


@public
def extract_jpeg_shape(contents, output_type=dtypes.int32, name=None):
    """Height, width and channels of a JPEG file.

    Args:
      contents: string scalar, the file's bytes.
      output_type: `tf.int32` or `tf.int64`.
      name: optional name of the operation.

    Returns:
      Vector of three.

    Raises:
      InvalidArgumentError: when run with bytes that are no JPEG.
    """
    return raw.ExtractJpegShape(contents, output_type=output_type, name=name)


@public
def is_jpeg(contents, name=None):
    """Whether the bytes begin like a JPEG file.

    Args:
      contents: string scalar.
      name: optional name of the scope.

    Returns:
      bool scalar.
    """
    with scope(name, "is_jpeg", []):
        return raw.Equal(raw.Substr(contents, 0, 3), b"\xff\xd8\xff", name=name)
