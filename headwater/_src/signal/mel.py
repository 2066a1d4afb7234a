"""The mel scale of pitch, and the cepstra of spectra on it."""

import math

import headwater as tf
from headwater._src.signal.cosine_transform import dct


def _mel(frequencies):
    """Pitch in mel of frequencies in hertz."""
    return 1127.0 * tf.log(1.0 + frequencies / 700.0)


def _check(bins, sample_rate, lower, upper, dtype):
    if bins <= 0:
        raise ValueError(f"num_mel_bins must be positive. Got: {bins}")
    if lower < 0.0:
        raise ValueError(f"lower_edge_hertz must be non-negative. Got: {lower}")
    if lower >= upper:
        raise ValueError(f"lower_edge_hertz {lower:.1f} >= upper_edge_hertz {upper:.1f}")
    rate = tf.get_static_value(sample_rate) if tf.is_tensor(sample_rate) else sample_rate
    if rate is not None:
        if rate <= 0.0:
            raise ValueError(f"sample_rate must be positive. Got: {rate}")
        if upper > rate / 2:
            raise ValueError(
                "upper_edge_hertz must not be larger than the Nyquist frequency (sample_rate / "
                f"2). Got {upper} for sample_rate: {rate}"
            )
    if not dtype.is_floating:
        raise ValueError(f"dtype must be a floating point type. Got: {dtype}")


def linear_to_mel_weight_matrix(
    num_mel_bins=20,
    num_spectrogram_bins=129,
    sample_rate=8000,
    lower_edge_hertz=125.0,
    upper_edge_hertz=3800.0,
    dtype=tf.float32,
    name=None,
):
    """The matrix that brings spectra to triangular bands of equal width in mel.

    Args:
      num_mel_bins: number of bands.
      num_spectrogram_bins: number of frequencies of a spectrum, from 0 to half the sample rate.
      sample_rate: samples per second, number or `Tensor`.
      lower_edge_hertz: where the lowest band begins.
      upper_edge_hertz: where the highest band ends.
      dtype: floating-point type.
      name: name of the scope.

    Returns:
      `Tensor` of shape `[num_spectrogram_bins, num_mel_bins]`.

    Raises:
      ValueError: the edges are not in order and within half the sample rate, or the numbers are
        not positive.
    """
    dtype = tf.as_dtype(dtype)
    _check(num_mel_bins, sample_rate, lower_edge_hertz, upper_edge_hertz, dtype)
    with tf.name_scope(name, "linear_to_mel_weight_matrix"):
        nyquist = tf.cast(sample_rate, dtype) / 2.0
        zero = tf.zeros([], dtype)
        pitch = tf.expand_dims(_mel(tf.linspace(zero, nyquist, num_spectrogram_bins)[1:]), 1)
        lower, upper = (_mel(tf.cast(edge, dtype)) for edge in (lower_edge_hertz, upper_edge_hertz))
        edges = tf.expand_dims(tf.linspace(lower, upper, num_mel_bins + 2), 0)
        left, middle, right = edges[:, :-2], edges[:, 1:-1], edges[:, 2:]
        rising = (pitch - left) / (middle - left)
        falling = (right - pitch) / (right - middle)
        weights = tf.maximum(zero, tf.minimum(rising, falling))
        return tf.pad(weights, [[1, 0], [0, 0]])  # no band holds frequency 0


def mfccs_from_log_mel_spectrograms(log_mel_spectrograms, name=None):
    """The cepstral coefficients of spectra in mel.

    Args:
      log_mel_spectrograms: float32 or float64 `Tensor` of shape `[..., bands]`, logarithms.
      name: name of the scope.

    Returns:
      `Tensor` like `log_mel_spectrograms`.

    Raises:
      ValueError: there are no bands.
    """
    with tf.name_scope(name, "mfccs_from_log_mel_spectrograms", [log_mel_spectrograms]):
        spectra = tf.convert_to_tensor(log_mel_spectrograms)
        known = tf.TensorShape(spectra.shape[-1:]).as_list()[0]
        if known == 0:
            raise ValueError(f"num_mel_bins must be positive. Got: {spectra}")
        if known:
            return dct(spectra, type=2) * (1.0 / math.sqrt(known * 2.0))
        return dct(spectra, type=2) * tf.rsqrt(tf.cast(tf.shape(spectra)[-1] * 2, spectra.dtype))
