"""Signals cut into frames that overlap, and put together again."""

import headwater as tf


def _scalar(value, name):
    value = tf.convert_to_tensor(value, tf.int32, name=name)
    value.shape.assert_has_rank(0)
    return value


def _known(value):
    found = tf.get_static_value(value)
    return None if found is None else int(found)


def frame(signal, frame_length, frame_step, pad_end=False, pad_value=0, axis=-1, name=None):
    """Frames of a signal, `frame_step` samples from one another.

    Args:
      signal: `Tensor` of shape `[..., samples, ...]`.
      frame_length: number of samples in a frame.
      frame_step: number of samples between the beginnings of two frames.
      pad_end: whether the samples at the end that fill no frame are made one with `pad_value`.
      pad_value: what is added at the end.
      axis: the dimension of the samples.
      name: name of the scope.

    Returns:
      `Tensor` of shape `[..., frames, frame_length, ...]`.

    Raises:
      ValueError: `axis` is not a dimension of `signal`.
    """
    with tf.name_scope(name, "frame", [signal, frame_length, frame_step, pad_value]):
        signal = tf.convert_to_tensor(signal, name="signal")
        length, step = _scalar(frame_length, "frame_length"), _scalar(frame_step, "frame_step")
        axis = int(tf.get_static_value(axis)) if tf.is_tensor(axis) else int(axis)
        rank = signal.shape.ndims
        if rank is None:
            raise ValueError("The rank of signal must be known.")
        if not -rank <= axis < rank:
            raise ValueError(f"axis {axis} is not a dimension of a signal of rank {rank}.")
        axis %= rank
        samples = _samples(signal, axis)
        if pad_end:
            count = -(-samples // step)
            signal = _padded(signal, axis, (count - 1) * step + length - samples, pad_value)
        else:
            count = tf.maximum(0, 1 + (samples - length) // step)
        places = tf.expand_dims(tf.range(count) * step, 1) + tf.range(length)
        result = tf.gather(signal, places, axis=axis)
        result.set_shape(
            [*signal.shape[:axis], _known(count), _known(length), *signal.shape[axis + 1 :]]
        )
        return result


def _samples(signal, axis):
    known = signal.shape[axis].value if hasattr(signal.shape[axis], "value") else None
    return tf.shape(signal)[axis] if known is None else tf.constant(known)


def _padded(signal, axis, count, value):
    """`signal` with `count` elements more, none if negative, at the end of dimension `axis`."""
    value = tf.convert_to_tensor(value, signal.dtype.base_dtype, name="pad_value")
    shape = tf.shape(signal)
    extra = tf.concat([shape[:axis], [tf.maximum(count, 0)], shape[axis + 1 :]], 0)
    return tf.concat([signal, tf.fill(extra, value)], axis)


def overlap_and_add(signal, frame_step, name=None):
    """The signal that frames which overlap add up to.

    Args:
      signal: `Tensor` of shape `[..., frames, frame_length]`.
      frame_step: number of samples between the beginnings of two frames, at most `frame_length`.
      name: name of the scope.

    Returns:
      `Tensor` of shape `[..., (frames - 1) * frame_step + frame_length]`.

    Raises:
      ValueError: `signal` has no two dimensions, or `frame_step` is no integer scalar.
    """
    with tf.name_scope(name, "overlap_and_add", [signal, frame_step]):
        signal = tf.convert_to_tensor(signal, name="signal")
        signal.shape.with_rank_at_least(2)
        step = tf.convert_to_tensor(frame_step, name="frame_step")
        step.shape.assert_has_rank(0)
        if not step.dtype.is_integer:
            raise ValueError(f"frame_step must be an integer. Got {step.dtype}")
        step = tf.cast(step, tf.int32)
        shape = tf.shape(signal)
        outer, frames, length = shape[:-2], shape[-2], shape[-1]
        samples = (frames - 1) * step + length
        places = tf.expand_dims(tf.range(frames) * step, 1) + tf.range(length)
        flat = tf.transpose(tf.reshape(signal, [-1, frames * length]))
        sums = tf.unsorted_segment_sum(flat, tf.reshape(places, [-1]), samples)
        result = tf.reshape(tf.transpose(sums), tf.concat([outer, [samples]], 0))
        known = signal.shape.as_list() if signal.shape.ndims is not None else None
        if known:
            last = None
            if None not in (known[-2], known[-1], _known(step)):
                last = (known[-2] - 1) * _known(step) + known[-1]
            result.set_shape([*known[:-2], last])
        return result
