"""Pictures of Pillow as arrays and back: `load_img`, `img_to_array`, `array_to_img`, `save_img`."""

from pathlib import Path

import numpy as np

from headwater._src.keras.state import floatx, image_data_format

_MODES = {"grayscale": "L", "rgb": "RGB", "rgba": "RGBA"}
EXTENSIONS = (".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff")


def load_img(path, grayscale=False, color_mode="rgb", target_size=None, interpolation="nearest"):
    """A picture out of a file.

    Args:
      path: the file.
      grayscale: older way to say `color_mode="grayscale"`.
      color_mode: `"grayscale"`, `"rgb"` or `"rgba"`.
      target_size: height and width that it is resized to, or None.
      interpolation: `"nearest"`, `"bilinear"`, `"bicubic"`, `"lanczos"`, `"box"` or `"hamming"`.

    Returns:
      A Pillow image.

    Raises:
      ValueError: an option is unknown.
    """
    from PIL import Image

    color_mode = "grayscale" if grayscale else color_mode
    if color_mode not in _MODES:
        raise ValueError('color_mode must be "grayscale", "rgb", or "rgba"')
    with Image.open(path) as opened:
        picture = opened.convert(_MODES[color_mode])
    if target_size is not None and picture.size != (target_size[1], target_size[0]):
        method = getattr(Image.Resampling, interpolation.upper(), None)
        if method is None:
            raise ValueError(f"Invalid interpolation method {interpolation} specified.")
        picture = picture.resize((target_size[1], target_size[0]), method)
    return picture


def img_to_array(img, data_format=None, dtype=None):
    """A picture as an array.

    Args:
      img: Pillow image.
      data_format: `"channels_last"` or `"channels_first"`.
      dtype: type of the array (default: `floatx`).

    Returns:
      Array `[rows, columns, channels]`, or with the channels first.
    """
    first = _is_first(data_format)
    array = np.asarray(img, dtype=dtype or floatx())
    if array.ndim == 2:
        array = array[:, :, None]
    if array.ndim != 3:
        raise ValueError(f"Unsupported image shape: {array.shape}")
    return array.transpose(2, 0, 1) if first else array


def _is_first(data_format):
    data_format = data_format or image_data_format()
    if data_format not in ("channels_first", "channels_last"):
        raise ValueError(f"Unknown data_format: {data_format}")
    return data_format == "channels_first"


def array_to_img(x, data_format=None, scale=True, dtype=None):
    """An array as a picture.

    Args:
      x: array `[rows, columns, channels]`, or with the channels first; 1, 3 or 4 channels.
      data_format: `"channels_last"` or `"channels_first"`.
      scale: whether values are spread over 0 to 255.
      dtype: type in which that is done (default: `floatx`).

    Returns:
      A Pillow image.

    Raises:
      ValueError: the array has another shape.
    """
    from PIL import Image

    x = np.asarray(x, dtype=dtype or floatx())
    if x.ndim != 3:
        raise ValueError(
            f"Expected image array to have rank 3 (single image). Got array with shape: {x.shape}"
        )
    if _is_first(data_format):
        x = x.transpose(1, 2, 0)
    if scale:
        x = x - np.min(x)
        greatest = np.max(x)
        x = x / greatest * 255 if greatest != 0 else x
    if x.shape[2] == 1:
        return Image.fromarray(x[:, :, 0].astype("uint8"))
    if x.shape[2] not in (3, 4):
        raise ValueError(f"Unsupported channel number: {x.shape[2]}")
    return Image.fromarray(x.astype("uint8"))


def save_img(path, x, data_format=None, file_format=None, scale=True, **kwargs):
    """Writes an array as a picture.

    Args:
      path: the file.
      x: array as in `array_to_img`.
      data_format: `"channels_last"` or `"channels_first"`.
      file_format: Pillow's name of the format (default: by the file's name).
      scale: whether values are spread over 0 to 255.
      **kwargs: further arguments of Pillow's `save`.
    """
    picture = array_to_img(x, data_format, scale)
    if picture.mode == "RGBA" and Path(path).suffix.lower() in (".jpg", ".jpeg"):
        picture = picture.convert("RGB")
    picture.save(path, format=file_format, **kwargs)
