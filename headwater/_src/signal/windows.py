"""Windows: weights of the samples of a frame."""

import math

import headwater as tf


def _start(window_length, dtype):
    """The length as a scalar tensor, and the type, which must be floating."""
    dtype = tf.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Found {dtype}")
    length = tf.convert_to_tensor(window_length, tf.int32, name="window_length")
    length.shape.assert_has_rank(0)
    return length, dtype


def _raised_cosine(name, default_name, window_length, periodic, dtype, mean, swing):
    with tf.name_scope(name, default_name, [window_length, periodic]):
        length, dtype = _start(window_length, dtype)
        periodic = tf.cast(tf.convert_to_tensor(periodic, tf.bool, name="periodic"), tf.int32)
        even = 1 - tf.floormod(length, 2)
        period = tf.cast(length + periodic * even - 1, dtype)
        places = tf.cast(tf.range(length), dtype)
        # A single sample has period 0; its weight is 1.
        turns = tf.math.divide_no_nan(tf.cast(2 * math.pi, dtype) * places, period)
        weights = tf.cast(mean, dtype) - tf.cast(swing, dtype) * tf.cos(turns)
        weights = tf.cond(tf.equal(length, 1), lambda: tf.ones([1], dtype), lambda: weights)
        weights.set_shape([tf.get_static_value(length)])
        return weights


def hann_window(window_length, periodic=True, dtype=tf.float32, name=None):
    """The Hann window, `0.5 - 0.5 cos`.

    Args:
      window_length: number of samples, an integer scalar.
      periodic: whether windows of even length are one period of the cosine, as a spectrum needs,
        or symmetric.
      dtype: floating-point type.
      name: name of the scope.

    Returns:
      A vector of `dtype`.

    Raises:
      ValueError: `dtype` is not floating-point.
    """
    return _raised_cosine(name, "hann_window", window_length, periodic, dtype, 0.5, 0.5)


def hamming_window(window_length, periodic=True, dtype=tf.float32, name=None):
    """The Hamming window, `0.54 - 0.46 cos`.

    Args:
      window_length: number of samples, an integer scalar.
      periodic: as for `tf.signal.hann_window`.
      dtype: floating-point type.
      name: name of the scope.

    Returns:
      A vector of `dtype`.

    Raises:
      ValueError: `dtype` is not floating-point.
    """
    return _raised_cosine(name, "hamming_window", window_length, periodic, dtype, 0.54, 0.46)


def kaiser_window(window_length, beta=12.0, dtype=tf.float32, name=None):
    """The Kaiser window.

    Args:
      window_length: number of samples, an integer scalar.
      beta: how narrow the window is.
      dtype: floating-point type.
      name: name of the scope.

    Returns:
      A vector of `dtype`.

    Raises:
      ValueError: `dtype` is not floating-point.
    """
    with tf.name_scope(name, "kaiser_window"):
        length, dtype = _start(window_length, dtype)
        work = tf.float32 if dtype.size < 4 else dtype
        beta = tf.cast(beta, work)
        last = tf.cast(length - 1, work)
        place = tf.math.divide_no_nan(2 * tf.cast(tf.range(length), work) - last, last)
        inside = beta * tf.sqrt(tf.maximum(1 - tf.square(place), 0))
        # The scaled functions do not overflow.
        ratio = tf.math.bessel_i0e(inside) / tf.math.bessel_i0e(beta)
        return tf.cast(ratio * tf.exp(inside - tf.abs(beta)), dtype)


def kaiser_bessel_derived_window(window_length, beta=12.0, dtype=tf.float32, name=None):
    """The window whose squares, at a distance of half its length, add up to 1.

    Args:
      window_length: number of samples, an even integer scalar.
      beta: of the Kaiser window it is made of.
      dtype: floating-point type.
      name: name of the scope.

    Returns:
      A vector of `dtype`.

    Raises:
      ValueError: `dtype` is not floating-point.
    """
    with tf.name_scope(name, "kaiser_bessel_derived_window"):
        length, dtype = _start(window_length, dtype)
        sums = tf.cumsum(kaiser_window(length // 2 + 1, beta, dtype))
        half = tf.sqrt(sums[:-1] / sums[-1])
        return tf.concat([half, half[::-1]], 0)


def vorbis_window(window_length, dtype=tf.float32, name=None):
    """The window of the Vorbis codec.

    Args:
      window_length: number of samples, an integer scalar.
      dtype: floating-point type.
      name: name of the scope.

    Returns:
      A vector of `dtype`.

    Raises:
      ValueError: `dtype` is not floating-point.
    """
    with tf.name_scope(name, "vorbis_window"):
        length, dtype = _start(window_length, dtype)
        place = (tf.cast(tf.range(length), dtype) + 0.5) / tf.cast(length, dtype)
        return tf.sin(math.pi / 2 * tf.square(tf.sin(math.pi * place)))
