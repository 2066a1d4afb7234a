"""Pictures moved, turned, sheared, zoomed, made brighter: arrays in, arrays out."""

import numpy as np

from headwater._src.keras.image_files import array_to_img, img_to_array


def apply_affine_transform(
    x,
    theta=0,
    tx=0,
    ty=0,
    shear=0,
    zx=1,
    zy=1,
    row_axis=0,
    col_axis=1,
    channel_axis=2,
    fill_mode="nearest",
    cval=0.0,
    order=1,
):
    """A picture turned, moved, sheared and zoomed about its centre.

    Args:
      x: array of rank 3.
      theta: angle in degrees.
      tx: columns by which it is moved.
      ty: rows by which it is moved.
      shear: angle of the shear in degrees.
      zx: zoom of the columns.
      zy: zoom of the rows.
      row_axis: dimension of the rows.
      col_axis: dimension of the columns.
      channel_axis: dimension of the channels.
      fill_mode: what is beyond the edges: `"nearest"`, `"constant"`, `"reflect"` or `"wrap"`.
      cval: the value there for `"constant"`.
      order: degree of the interpolation.

    Returns:
      Array of the same shape.
    """
    from scipy import ndimage

    theta, shear = np.deg2rad(theta), np.deg2rad(shear)
    matrix = np.eye(3)
    for used, step in (
        (theta, [[np.cos(theta), -np.sin(theta), 0], [np.sin(theta), np.cos(theta), 0]]),
        (tx or ty, [[1, 0, tx], [0, 1, ty]]),
        (shear, [[1, -np.sin(shear), 0], [0, np.cos(shear), 0]]),
        (zx != 1 or zy != 1, [[zx, 0, 0], [0, zy, 0]]),
    ):
        if used:
            matrix = matrix @ np.array([*step, [0, 0, 1]])
    if np.array_equal(matrix, np.eye(3)):
        return x
    middle = x.shape[row_axis] / 2 - 0.5, x.shape[col_axis] / 2 - 0.5
    there, back = np.eye(3), np.eye(3)
    there[:2, 2], back[:2, 2] = middle, [-middle[0], -middle[1]]
    # The matrix counts columns first, as keras-preprocessing does; the picture counts rows first.
    matrix = (there @ matrix @ back)[[1, 0, 2]][:, [1, 0, 2]]
    channels = [
        ndimage.affine_transform(
            channel, matrix[:2, :2], matrix[:2, 2], order=order, mode=fill_mode, cval=cval
        )
        for channel in np.moveaxis(x, channel_axis, 0)
    ]
    return np.moveaxis(np.stack(channels), 0, channel_axis)


def apply_channel_shift(x, intensity, channel_axis=0):
    """A picture with a number added, kept within its own extremes.

    Args:
      x: array of rank 3.
      intensity: the number.
      channel_axis: ignored: all channels get the same.
    """
    return np.clip(x + intensity, np.min(x), np.max(x))


def apply_brightness_shift(x, brightness, scale=True):
    """A picture made brighter or darker.

    Args:
      x: array of rank 3, channels last.
      brightness: 1 leaves it as it is, 0 makes it black.
      scale: whether its values are spread over 0 to 255 first.
    """
    from PIL import ImageEnhance

    lowest, highest = np.min(x), np.max(x)
    spread = bool(lowest < 0 or highest > 255) if scale is None else scale
    picture = array_to_img(x, "channels_last", scale=spread)
    result = img_to_array(ImageEnhance.Brightness(picture).enhance(brightness), "channels_last")
    return result / 255 * (highest - lowest) + lowest if scale is None and spread else result


def _with_axes(row_axis, col_axis, channel_axis, fill_mode, cval, order):
    return {
        "row_axis": row_axis,
        "col_axis": col_axis,
        "channel_axis": channel_axis,
        "fill_mode": fill_mode,
        "cval": cval,
        "order": order,
    }


def random_rotation(
    x,
    rg,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """A picture turned by a random angle.

    Args:
      x: array of rank 3.
      rg: the greatest angle in degrees.
      row_axis: dimension of the rows.
      col_axis: dimension of the columns.
      channel_axis: dimension of the channels.
      fill_mode: what is beyond the edges.
      cval: the value there for `"constant"`.
      interpolation_order: degree of the interpolation.
    """
    axes = _with_axes(row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, theta=np.random.uniform(-rg, rg), **axes)


def random_shift(
    x,
    wrg,
    hrg,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """A picture moved at random.

    Args:
      x: array of rank 3.
      wrg: the greatest part of the width.
      hrg: the greatest part of the height.
      row_axis: dimension of the rows.
      col_axis: dimension of the columns.
      channel_axis: dimension of the channels.
      fill_mode: what is beyond the edges.
      cval: the value there for `"constant"`.
      interpolation_order: degree of the interpolation.
    """
    tx = np.random.uniform(-hrg, hrg) * x.shape[row_axis]
    ty = np.random.uniform(-wrg, wrg) * x.shape[col_axis]
    axes = _with_axes(row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, tx=tx, ty=ty, **axes)


def random_shear(
    x,
    intensity,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """A picture sheared by a random angle.

    Args:
      x: array of rank 3.
      intensity: the greatest angle in degrees.
      row_axis: dimension of the rows.
      col_axis: dimension of the columns.
      channel_axis: dimension of the channels.
      fill_mode: what is beyond the edges.
      cval: the value there for `"constant"`.
      interpolation_order: degree of the interpolation.
    """
    axes = _with_axes(row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, shear=np.random.uniform(-intensity, intensity), **axes)


def random_zoom(
    x,
    zoom_range,
    row_axis=1,
    col_axis=2,
    channel_axis=0,
    fill_mode="nearest",
    cval=0.0,
    interpolation_order=1,
):
    """A picture zoomed at random.

    Args:
      x: array of rank 3.
      zoom_range: the least and the greatest zoom.
      row_axis: dimension of the rows.
      col_axis: dimension of the columns.
      channel_axis: dimension of the channels.
      fill_mode: what is beyond the edges.
      cval: the value there for `"constant"`.
      interpolation_order: degree of the interpolation.

    Raises:
      ValueError: `zoom_range` is no pair.
    """
    if len(zoom_range) != 2:
        raise ValueError(
            f"`zoom_range` should be a tuple or list of two floats. Received: {zoom_range}"
        )
    zx, zy = (1, 1) if tuple(zoom_range) == (1, 1) else np.random.uniform(*zoom_range, 2)
    axes = _with_axes(row_axis, col_axis, channel_axis, fill_mode, cval, interpolation_order)
    return apply_affine_transform(x, zx=zx, zy=zy, **axes)


def random_channel_shift(x, intensity_range, channel_axis=0):
    """A picture with a random number added.

    Args:
      x: array of rank 3.
      intensity_range: the greatest number.
      channel_axis: ignored: all channels get the same.
    """
    return apply_channel_shift(x, np.random.uniform(-intensity_range, intensity_range))


def random_brightness(x, brightness_range, scale=True):
    """A picture of random brightness.

    Args:
      x: array of rank 3, channels last.
      brightness_range: the least and the greatest brightness.
      scale: whether its values are spread over 0 to 255 first.

    Raises:
      ValueError: `brightness_range` is no pair.
    """
    if len(brightness_range) != 2:
        raise ValueError(
            f"`brightness_range should be tuple or list of two floats. Received: {brightness_range}"
        )
    return apply_brightness_shift(x, np.random.uniform(*brightness_range), scale)
