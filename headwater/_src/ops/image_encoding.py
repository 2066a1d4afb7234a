"""Images written as bytes: PNG and JPEG, by Pillow."""

import io

import numpy as np

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._pillow import MODES, invalid, pillow
from headwater._src.ops._shapes import with_rank

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
        raise invalid(f"image must be at least rank 3, got {list(image.shape)}")
    if image.shape[-1] not in (1, 2, 3, 4):
        raise invalid(f"image must have 1, 2, 3, or 4 channels, got {image.shape[-1]}")
    result = np.empty(image.shape[:-3], object)
    for index in np.ndindex(*image.shape[:-3]):
        result[index] = _png(image[index], compression)
    return result


def _png(pixels, compression):
    if pixels.dtype == np.uint16:
        return _png16(pixels, compression)
    channels = pixels.shape[-1]
    data = np.ascontiguousarray(pixels[..., 0] if channels == 1 else pixels)
    image = pillow().frombytes(MODES[channels], (pixels.shape[1], pixels.shape[0]), data.tobytes())
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
        raise invalid(f"image must be 3-dimensional[{','.join(map(str, image.shape))}]")
    if not 0 <= quality <= 100:
        raise invalid(f"quality must be in [0,100], got {quality}")
    channels = {"": image.shape[-1], "grayscale": 1, "rgb": 3}[format]
    if image.shape[-1] != channels:
        raise invalid(f"format '{format}' expects {channels} channels but got {image.shape[-1]}")
    if channels not in (1, 3):
        raise invalid(f"image must have 1 or 3 channels, got shape {list(image.shape)}")
    picture = pillow().fromarray(image[..., 0] if channels == 1 else image)
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


EncodeJpegVariableQuality = define_op(
    "EncodeJpegVariableQuality", inputs="images: uint8, quality: int32", outputs="contents: string"
)


@EncodeJpegVariableQuality.shape
def _variable_quality_shape(images, quality):
    with_rank(images.dims, 3)
    with_rank(quality.dims, 0)
    return ()


@EncodeJpegVariableQuality.kernel(dynamic=True)
def _variable_quality_kernel(xp, images, quality):
    return _encode_jpeg_kernel(
        xp,
        images,
        format="",
        quality=int(quality),
        progressive=False,
        optimize_size=False,
        chroma_downsampling=True,
        density_unit="in",
        x_density=300,
        y_density=300,
    )


EncodeJpegVariableQuality.no_gradient()
EncodePng.no_gradient()
EncodeJpeg.no_gradient()


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
