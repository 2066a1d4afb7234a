"""Discrete cosine transforms."""

import math

import headwater as tf

_INVERSE = {1: 1, 2: 3, 3: 2, 4: 4}


def _check(type, norm, n):
    if type not in _INVERSE:
        raise ValueError("Types I, II, III and IV (I)DCT are supported.")
    if type == 1 and norm == "ortho":
        raise ValueError("Normalization is not supported for the Type-I DCT.")
    if norm not in (None, "ortho"):
        raise ValueError(f"Unknown normalization. Expected None or 'ortho', got: {norm}")
    if n is not None and n < 1:
        raise ValueError("n should be a positive integer or None")


def _of_size(x, n):
    """`x` with `n` numbers in the last dimension: fewer, or zeros more."""
    x = x[..., :n]
    missing = tf.maximum(n - tf.shape(x)[-1], 0)
    rank = x.shape.ndims
    sides = tf.concat([tf.zeros([rank - 1, 2], tf.int32), [[0, missing]]], 0)
    padded = tf.pad(x, sides)
    padded.set_shape([*x.shape[:-1], n])
    return padded


def _last(x):
    known = x.shape[-1].value if hasattr(x.shape[-1], "value") else x.shape[-1]
    return known or tf.shape(x)[-1]


def _rotation(count, sign, dtype):
    """`exp(sign i pi k / (2 count))` for each `k` below `count`."""
    angle = tf.range(tf.cast(count, dtype)) * (sign * math.pi / 2) / tf.cast(count, dtype)
    return tf.complex(tf.cos(angle), tf.sin(angle))


def _first_differs(count, first, others):
    """`[first, others, others, ...]`."""
    return tf.concat([tf.expand_dims(first, 0), tf.fill([count - 1], others)], 0)


def _dct1(x, count, norm):
    mirrored = tf.concat([x, x[..., -2:0:-1]], -1)
    return tf.real(tf.signal.rfft(mirrored))


def _dct2(x, count, norm):
    spectrum = tf.signal.rfft(x, fft_length=[2 * count])[..., :count]
    result = 2 * tf.real(spectrum * _rotation(count, -1, x.dtype))
    if norm == "ortho":
        first = 0.5 * tf.rsqrt(tf.cast(count, x.dtype))
        result *= _first_differs(count, first, first * math.sqrt(2))
    return result


def _dct3(x, count, norm):
    size = tf.cast(count, x.dtype)
    if norm == "ortho":
        x *= _first_differs(count, tf.sqrt(size), tf.sqrt(size / 2))
    else:
        x *= size
    spectrum = 2 * _rotation(count, 1, x.dtype) * tf.complex(x, tf.zeros_like(x))
    return tf.signal.irfft(spectrum, fft_length=[2 * count])[..., :count]


def _dct4(x, count, norm):
    padded = tf.concat([x, tf.zeros_like(x)], -1)
    result = _dct2(padded, 2 * count, None)[..., 1::2]
    if norm == "ortho":
        result *= math.sqrt(0.5) * tf.rsqrt(tf.cast(count, x.dtype))
    return result


_TRANSFORMS = {1: _dct1, 2: _dct2, 3: _dct3, 4: _dct4}


def dct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """The discrete cosine transform of the last dimension.

    Args:
      input: float32 or float64 `Tensor` of shape `[..., samples]`.
      type: 1, 2, 3 or 4, which of the transforms.
      n: number of samples to take: the others are left out, or zeros are added.
      axis: -1; no other dimension is implemented.
      norm: None, or `"ortho"` for the transform that keeps lengths.
      name: name of the scope.

    Returns:
      `Tensor` like `input`, with `n` numbers in the last dimension.

    Raises:
      NotImplementedError: `axis` is not -1.
      ValueError: `type`, `norm` or `n` is not possible.
    """
    _check(type, norm, n)
    with tf.name_scope(name, "dct", [input]):
        x = tf.convert_to_tensor(input)
        if axis not in (-1, x.shape.ndims):
            raise NotImplementedError(f"axis must be -1. Got: {axis}")
        if type == 1 and x.shape.ndims and _last(x) in (0, 1):
            raise ValueError("Dimension must be greater than one for Type-I DCT.")
        if n is not None:
            x = _of_size(x, n)
        return _TRANSFORMS[type](x, _last(x), norm)


def idct(input, type=2, n=None, axis=-1, norm=None, name=None):
    """The inverse of `tf.signal.dct`, but for a factor when `norm` is None.

    Args:
      input: float32 or float64 `Tensor` of shape `[..., samples]`.
      type: 1, 2, 3 or 4, the transform to invert.
      n: None; TensorFlow takes only the length of `input` here as well.
      axis: -1; no other dimension is implemented.
      norm: None, or `"ortho"`.
      name: name of the scope.

    Returns:
      `Tensor` like `input`.

    Raises:
      NotImplementedError: `axis` is not -1.
      ValueError: `type` or `norm` is not possible.
    """
    _check(type, norm, n)
    return dct(input, _INVERSE[type], n, axis, norm, name)
