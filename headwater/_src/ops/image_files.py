"""Images as bytes: PNG, JPEG, GIF and BMP, read and written by Pillow."""

import io

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
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
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}


def _invalid(message):
    return errors.InvalidArgumentError(None, None, message)


def _pillow():
    try:
        from PIL import Image
    except ImportError:
        raise errors.UnimplementedError(
            None, None, "reading and writing image files needs Pillow: pip install pillow"
        ) from None
    return Image


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
        raise _invalid(
            f"Unknown image file format. One of {', '.join(kinds)} required."
            if len(kinds) > 1 or kind is None
            else f"Expected {what} image data, got {kind}"
        )
    try:
        image = _pillow().open(io.BytesIO(contents), formats=[kind])
        image.load()
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError) as error:
        raise _invalid(f"Invalid {kind} data, size {len(contents)}: {error}") from None
    return image, kind


def _bytes(contents):
    contents = np.asarray(contents)
    if contents.ndim:
        raise _invalid(f"contents must be scalar but had shape {list(contents.shape)}")
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
        values = np.asarray(image.convert(_MODES[channels]))
        values = values.reshape(values.shape[0], values.shape[1], channels)
    if dtype == dtypes.uint16:
        return values.astype(np.uint16) * np.uint16(257)
    return values


def _channels(channels, allowed):
    if channels not in allowed:
        raise _invalid(f"channels must be one of {', '.join(map(str, allowed))}, got {channels}")


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
            raise _invalid("Got more than one frame of a GIF; use decode_gif or decode_image")
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
        image = _pillow().open(io.BytesIO(_bytes(contents)))
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
        raise _invalid(f"Invalid JPEG data or crop window, data size {len(_bytes(contents))}")
    return values[y : y + height, x : x + width]


@ExtractJpegShape.shape
def _jpeg_shape_shape(contents):
    with_rank(contents.dims, 0)
    return (3,)


@ExtractJpegShape.kernel(dynamic=True)
def _jpeg_shape_kernel(xp, contents):
    image, _ = _open(contents, ("JPEG",), "JPEG")
    return np.array([image.height, image.width, _own_channels(image)])


# --- writing ----------------------------------------------------------------------------------

EncodePng = define_op(
    "EncodePng",
    inputs="image: T",
    outputs="contents: string",
    attrs=["compression: int = -1", "T: {uint8, uint16} = uint8"],
)
EncodeJpeg = define_op(
    "EncodeJpeg",
    inputs="image: uint8",
    outputs="contents: string",
    attrs=[
        "format: {'', 'grayscale', 'rgb'} = ''",
        "quality: int = 95",
        "progressive: bool = false",
        "optimize_size: bool = false",
        "chroma_downsampling: bool = true",
        "density_unit: {'in', 'cm'} = 'in'",
        "x_density: int = 300",
        "y_density: int = 300",
        "xmp_metadata: string = ''",
    ],
)


@EncodePng.shape
def _encode_png_shape(image):
    dims = with_rank(image.dims, 3, at_least=True)
    return None if dims is None else dims[:-3]


@EncodePng.kernel(dynamic=True)
def _encode_png_kernel(xp, image, *, compression):
    if image.ndim < 3:
        raise _invalid(f"image must be at least rank 3, got {list(image.shape)}")
    if image.shape[-1] not in (1, 2, 3, 4):
        raise _invalid(f"image must have 1, 2, 3, or 4 channels, got {image.shape[-1]}")
    result = np.empty(image.shape[:-3], object)
    for index in np.ndindex(*image.shape[:-3]):
        result[index] = _png(image[index], compression)
    return result


def _png(pixels, compression):
    if pixels.dtype == np.uint16:
        return _png16(pixels, compression)
    channels = pixels.shape[-1]
    data = np.ascontiguousarray(pixels[..., 0] if channels == 1 else pixels)
    image = _pillow().frombytes(
        _MODES[channels], (pixels.shape[1], pixels.shape[0]), data.tobytes()
    )
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6 if compression < 0 else compression)
    return out.getvalue()


def _png16(pixels, compression):
    """A PNG of 16 bits a channel, which Pillow only writes for one channel."""
    import struct
    import zlib

    height, width, channels = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)
    colour = {1: 0, 2: 4, 3: 2, 4: 6}[channels]

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 16, colour, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows, compression))
        + chunk(b"IEND", b"")
    )


@EncodeJpeg.shape
def _encode_jpeg_shape(image):
    with_rank(image.dims, 3)
    return ()


@EncodeJpeg.kernel(dynamic=True)
def _encode_jpeg_kernel(
    xp,
    image,
    *,
    format,
    quality,
    progressive,
    optimize_size,
    chroma_downsampling,
    density_unit,
    x_density,
    y_density,
):
    if image.ndim != 3:
        raise _invalid(f"image must be 3-dimensional[{','.join(map(str, image.shape))}]")
    if not 0 <= quality <= 100:
        raise _invalid(f"quality must be in [0,100], got {quality}")
    channels = {"": image.shape[-1], "grayscale": 1, "rgb": 3}[format]
    if image.shape[-1] != channels:
        raise _invalid(f"format '{format}' expects {channels} channels but got {image.shape[-1]}")
    if channels not in (1, 3):
        raise _invalid(f"image must have 1 or 3 channels, got shape {list(image.shape)}")
    picture = _pillow().fromarray(image[..., 0] if channels == 1 else image)
    out, inch = io.BytesIO(), 1 if density_unit == "in" else 2.54
    picture.save(
        out,
        "JPEG",
        quality=max(quality, 1),
        progressive=progressive,
        optimize=optimize_size,
        subsampling="4:2:0" if chroma_downsampling else "4:4:4",
        dpi=(round(x_density * inch), round(y_density * inch)),
    )
    return np.array(out.getvalue(), object)


for _op in (
    DecodePng,
    DecodeJpeg,
    DecodeBmp,
    DecodeGif,
    DecodeImage,
    DecodeAndCropJpeg,
    ExtractJpegShape,
    EncodePng,
    EncodeJpeg,
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
def encode_png(image, compression=-1, name=None):
    """The bytes of a PNG file.

    Args:
      image: uint8 or uint16 `Tensor` of shape `[..., height, width, channels]`, with 1 to 4
        channels.
      compression: from 0 to 9; -1 for the usual.
      name: optional name of the operation.

    Returns:
      string `Tensor` of shape `[...]`.

    Raises:
      InvalidArgumentError: when run with a shape that is not possible.
    """
    return raw.EncodePng(convert_to_tensor(image), compression=compression, name=name)


@public
def encode_jpeg(
    image,
    format="",
    quality=95,
    progressive=False,
    optimize_size=False,
    chroma_downsampling=True,
    density_unit="in",
    x_density=300,
    y_density=300,
    xmp_metadata="",
    name=None,
):
    """The bytes of a JPEG file.

    Args:
      image: uint8 `Tensor` of shape `[height, width, channels]`, with 1 or 3 channels.
      format: `"grayscale"`, `"rgb"`, or empty for what the image has.
      quality: from 0 to 100.
      progressive: whether the file can be shown while it loads.
      optimize_size: whether more time is taken for a smaller file.
      chroma_downsampling: whether colours are stored at half resolution.
      density_unit: `"in"` or `"cm"`.
      x_density: pixels per unit.
      y_density: pixels per unit.
      xmp_metadata: not written.
      name: optional name of the operation.

    Returns:
      string scalar.

    Raises:
      InvalidArgumentError: when run with a shape that is not possible.
    """
    return raw.EncodeJpeg(
        image,
        format=format,
        quality=quality,
        progressive=progressive,
        optimize_size=optimize_size,
        chroma_downsampling=chroma_downsampling,
        density_unit=density_unit,
        x_density=x_density,
        y_density=y_density,
        xmp_metadata=xmp_metadata,
        name=name,
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
