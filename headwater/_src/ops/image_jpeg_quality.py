"""Images as they look after a JPEG file of some quality."""

from headwater._src.core import dtypes
from headwater._src.graph import public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope


@public
def adjust_jpeg_quality(image, jpeg_quality, dct_method="", name=None):
    """An image that has been through a JPEG file.

    Args:
      image: `Tensor` of shape `[height, width, 1 or 3]`, uint8 or floating-point in `[0, 1]`.
      jpeg_quality: integer from 0 to 100, or a scalar int32 `Tensor`.
      dct_method: how the file is decoded, see `tf.image.decode_jpeg`.
      name: optional name of the scope.

    Returns:
      `Tensor` of the type and shape of `image`.
    """
    with scope(name, "adjust_jpeg_quality", [image]):
        image = convert_to_tensor(image, name="image")
        channels, dtype = image.dims and image.dims[-1], image.dtype
        convert = PUBLIC["convert_image_dtype"]
        image = convert(image, dtypes.uint8, saturate=True)
        if not isinstance(jpeg_quality, Tensor):
            jpeg_quality = convert_to_tensor(jpeg_quality, dtypes.int32)
        contents = raw.EncodeJpegVariableQuality(image, jpeg_quality)
        image = raw.DecodeJpeg(contents, channels=channels or 0, dct_method=dct_method)
        return convert(image, dtype, saturate=True)


@public
def random_jpeg_quality(image, min_jpeg_quality, max_jpeg_quality, seed=None):
    """An image that has been through a JPEG file of random quality.

    Args:
      image: `Tensor` of shape `[height, width, 1 or 3]`, uint8 or floating-point in `[0, 1]`.
      min_jpeg_quality: least quality, from 0 on.
      max_jpeg_quality: bound of the quality, at most 100; itself not taken.
      seed: Python integer; see `tf.set_random_seed`.

    Returns:
      `Tensor` of the type and shape of `image`.

    Raises:
      ValueError: the bounds are out of order or of `[0, 100]`.
    """
    if not 0 <= min_jpeg_quality <= 100:
        raise ValueError("jpeg encoding range must be between 0 and 100.")
    if not 0 <= max_jpeg_quality <= 100:
        raise ValueError("jpeg encoding range must be between 0 and 100.")
    if min_jpeg_quality >= max_jpeg_quality:
        raise ValueError("`min_jpeg_quality` must be less than `max_jpeg_quality`.")
    quality = PUBLIC["random_uniform"](
        [], min_jpeg_quality, max_jpeg_quality, seed=seed, dtype=dtypes.int32
    )
    return adjust_jpeg_quality(image, quality)
