"""Short-time spectra: of Fourier (stft) and of the lapped cosine transform (mdct)."""

import math

import headwater as tf
from headwater._src.signal.cosine_transform import dct, idct
from headwater._src.signal.frames import frame, overlap_and_add
from headwater._src.signal.windows import hann_window, vorbis_window

# The weight that stands for no window: those of two frames that overlap have squares adding up to 1.
_HALF_POWER = math.sqrt(0.5)


def _power_of_two(length):
    """The smallest power of two that is not less than `length`."""
    known = tf.get_static_value(length)
    if known is not None:
        return 1 << max(int(known) - 1, 0).bit_length()
    exponent = tf.ceil(tf.log(tf.cast(length, tf.float64)) / math.log(2.0))
    return tf.cast(tf.pow(tf.cast(2.0, tf.float64), exponent), tf.int32)


def stft(
    signals,
    frame_length,
    frame_step,
    fft_length=None,
    window_fn=hann_window,
    pad_end=False,
    name=None,
):
    """The spectra of the frames of real signals.

    Args:
      signals: float32 or float64 `Tensor` of shape `[..., samples]`.
      frame_length: number of samples in a frame.
      frame_step: number of samples between the beginnings of two frames.
      fft_length: size of the transform; by default the next power of two.
      window_fn: function of a length and a `dtype` that gives the weights of a frame, or None.
      pad_end: whether the end is filled up with zeros to a full frame.
      name: name of the scope.

    Returns:
      Complex `Tensor` of shape `[..., frames, fft_length // 2 + 1]`.
    """
    with tf.name_scope(name, "stft", [signals, frame_length, frame_step]):
        signals = tf.convert_to_tensor(signals, name="signals")
        signals.shape.with_rank_at_least(1)
        length = tf.convert_to_tensor(frame_length, name="frame_length")
        frames = frame(signals, length, frame_step, pad_end=pad_end)
        if window_fn is not None:
            frames *= window_fn(length, dtype=frames.dtype)
        return tf.signal.rfft(frames, [_power_of_two(length) if fft_length is None else fft_length])


def inverse_stft(
    stfts, frame_length, frame_step, fft_length=None, window_fn=hann_window, name=None
):
    """The signal with given spectra, if the windows add up; see `inverse_stft_window_fn`.

    Args:
      stfts: complex `Tensor` of shape `[..., frames, fft_length // 2 + 1]`.
      frame_length: number of samples in a frame.
      frame_step: number of samples between the beginnings of two frames.
      fft_length: size of the transform; by default the next power of two.
      window_fn: function of a length and a `dtype` that gives the weights of a frame, or None.
      name: name of the scope.

    Returns:
      Real `Tensor` of shape `[..., samples]`.
    """
    with tf.name_scope(name, "inverse_stft", [stfts]):
        stfts = tf.convert_to_tensor(stfts, name="stfts")
        stfts.shape.with_rank_at_least(2)
        length = tf.convert_to_tensor(frame_length, name="frame_length")
        size = _power_of_two(length) if fft_length is None else fft_length
        frames = tf.signal.irfft(stfts, [size])[..., :length]
        missing = tf.maximum(0, length - tf.shape(frames)[-1])
        blank = tf.zeros([frames.shape.ndims - 1, 2], tf.int32)
        known = tf.get_static_value(length)
        frames = tf.pad(frames, tf.concat([blank, [[0, missing]]], 0))
        frames.set_shape([*stfts.shape[:-1], None if known is None else int(known)])
        if window_fn is not None:
            frames *= window_fn(length, dtype=frames.dtype)
        return overlap_and_add(frames, frame_step)


def inverse_stft_window_fn(frame_step, forward_window_fn=hann_window, name=None):
    """Makes the window with which `inverse_stft` undoes `stft`.

    Args:
      frame_step: number of samples between the beginnings of two frames.
      forward_window_fn: the `window_fn` of `stft`.
      name: name of the scope.

    Returns:
      A function of a length and a `dtype`, as `inverse_stft` takes it.
    """

    def inverse_window(frame_length, dtype):
        """The forward window over the sum of the squares that fall on a sample."""
        with tf.name_scope(name, "inverse_stft_window_fn", [frame_length]):
            length = tf.convert_to_tensor(frame_length, name="frame_length")
            step = tf.convert_to_tensor(frame_step, tf.int32, name="frame_step")
            forward = forward_window_fn(length, dtype=dtype)
            phase = tf.floormod(tf.range(length), step)
            sums = tf.unsorted_segment_sum(tf.square(forward), phase, step)
            return forward / tf.gather(sums, phase)

    return inverse_window


def mdct(signals, frame_length, window_fn=vorbis_window, pad_end=False, norm=None, name=None):
    """The lapped cosine transform of frames that overlap by half.

    Args:
      signals: float32 or float64 `Tensor` of shape `[..., samples]`.
      frame_length: number of samples in a frame, a multiple of 4.
      window_fn: function of a length and a `dtype` that gives the weights of a frame, or None.
      pad_end: whether the end is filled up with zeros to a full frame.
      norm: None or `"ortho"`.
      name: name of the scope.

    Returns:
      `Tensor` of shape `[..., frames, frame_length // 2]`.

    Raises:
      ValueError: `frame_length` is not a multiple of 4.
    """
    with tf.name_scope(name, "mdct", [signals, frame_length]):
        signals = tf.convert_to_tensor(signals, name="signals")
        signals.shape.with_rank_at_least(1)
        length = tf.convert_to_tensor(frame_length, name="frame_length")
        known = tf.get_static_value(length)
        if known is not None and int(known) % 4 != 0:
            raise ValueError("The frame length must be a multiple of 4.")
        frames = frame(signals, length, length // 2, pad_end=pad_end)
        frames *= _HALF_POWER if window_fn is None else window_fn(length, dtype=frames.dtype)
        a, b, c, d = tf.split(frames, 4, axis=-1)
        folded = tf.concat([-tf.reverse(c, [-1]) - d, a - tf.reverse(b, [-1])], -1)
        return dct(folded, type=4, norm=norm)


def inverse_mdct(mdcts, window_fn=vorbis_window, norm=None, name=None):
    """The signal with given lapped cosine transforms.

    Args:
      mdcts: `Tensor` of shape `[..., frames, frame_length // 2]`.
      window_fn: the window of `mdct`, or None.
      norm: the `norm` of `mdct`.
      name: name of the scope.

    Returns:
      `Tensor` of shape `[..., (frames + 1) * frame_length // 2]`.
    """
    with tf.name_scope(name, "inverse_mdct", [mdcts]):
        mdcts = tf.convert_to_tensor(mdcts, name="mdcts")
        mdcts.shape.with_rank_at_least(2)
        half = tf.shape(mdcts)[-1]
        folded = idct(mdcts, type=4, norm=norm)
        if norm is None:
            folded *= 0.5 / tf.cast(half, folded.dtype)
        first, second = tf.split(folded, 2, axis=-1)
        frames = tf.concat(
            [second, -tf.reverse(second, [-1]), -tf.reverse(first, [-1]), -first], -1
        )
        frames *= _HALF_POWER if window_fn is None else window_fn(2 * half, dtype=frames.dtype)
        return overlap_and_add(frames, half)
