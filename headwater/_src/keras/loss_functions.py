"""Losses as functions `(y_true, y_pred)`: one value for each example, the mean over the last dimension."""

import math

from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.keras import crossentropies
from headwater._src.keras.functions import fn
from headwater._src.keras.state import epsilon


def _pair(y_true, y_pred):
    """Both as tensors of the predictions' type."""
    y_pred = convert_to_tensor(y_pred)
    return fn.cast(convert_to_tensor(y_true), y_pred.dtype), y_pred


def _mean(values):
    return fn.reduce_mean(values, axis=-1)


def mean_squared_error(y_true, y_pred):
    """The mean of `(y_pred - y_true) ** 2`.

    Args:
      y_true: targets, `[batch, ..., n]`.
      y_pred: predictions, of the same shape.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return _mean(fn.squared_difference(y_pred, y_true))


def mean_absolute_error(y_true, y_pred):
    """The mean of `abs(y_pred - y_true)`.

    Args:
      y_true: targets, `[batch, ..., n]`.
      y_pred: predictions, of the same shape.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return _mean(fn.abs(y_pred - y_true))


def mean_absolute_percentage_error(y_true, y_pred):
    """The mean of `100 * abs(y_true - y_pred) / abs(y_true)`.

    Args:
      y_true: targets, `[batch, ..., n]`.
      y_pred: predictions, of the same shape.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    size = fn.maximum(fn.abs(y_true), epsilon())
    return 100.0 * _mean(fn.abs((y_true - y_pred) / size))


def mean_squared_logarithmic_error(y_true, y_pred):
    """The mean of `(log(y_pred + 1) - log(y_true + 1)) ** 2`; negative values count as zero.

    Args:
      y_true: targets, `[batch, ..., n]`.
      y_pred: predictions, of the same shape.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    logs = [raw.Log(fn.maximum(y, epsilon()) + 1.0) for y in (y_pred, y_true)]
    return _mean(fn.squared_difference(*logs))


def _signs(y_true):
    """Targets -1 and 1; where all are 0 or 1, these are taken for -1 and 1."""
    zero, one = fn.equal(y_true, 0.0), fn.equal(y_true, 1.0)
    binary = fn.reduce_all(fn.logical_or(zero, one))
    return fn.cond(binary, lambda: 2.0 * y_true - 1.0, lambda: fn.identity(y_true))


def hinge(y_true, y_pred):
    """The mean of `max(1 - y_true * y_pred, 0)`.

    Args:
      y_true: targets -1 or 1 (or all of them 0 or 1), `[batch, ..., n]`.
      y_pred: predictions, of the same shape.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return _mean(fn.maximum(1.0 - _signs(y_true) * y_pred, 0.0))


def squared_hinge(y_true, y_pred):
    """The mean of `max(1 - y_true * y_pred, 0) ** 2`.

    Args:
      y_true: targets -1 or 1 (or all of them 0 or 1), `[batch, ..., n]`.
      y_pred: predictions, of the same shape.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return _mean(fn.square(fn.maximum(1.0 - _signs(y_true) * y_pred, 0.0)))


def categorical_hinge(y_true, y_pred):
    """How far the best wrong class comes closer than 1 to the right class.

    Args:
      y_true: targets, 1 for the right class and 0 for all others, `[batch, ..., n]`.
      y_pred: predictions, of the same shape.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    right = fn.reduce_sum(y_true * y_pred, axis=-1)
    wrong = fn.reduce_max((1.0 - y_true) * y_pred, axis=-1)
    return fn.maximum(wrong - right + 1.0, 0.0)


def huber_loss(y_true, y_pred, delta=1.0):
    """The mean of half the squared error, which beyond `delta` goes on as a straight line.

    Args:
      y_true: targets, `[batch, ..., n]`.
      y_pred: predictions, of the same shape.
      delta: the error where the line begins.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    error = fn.abs(y_pred - y_true)
    near = fn.minimum(error, delta)
    return _mean(0.5 * fn.square(near) + delta * (error - near))


def logcosh(y_true, y_pred):
    """The mean of `log(cosh(y_pred - y_true))`.

    Args:
      y_true: targets, `[batch, ..., n]`.
      y_pred: predictions, of the same shape.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    error = y_pred - y_true
    return _mean(error + raw.Softplus(-2.0 * error) - math.log(2.0))


def categorical_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0, axis=-1):
    """The cross entropy of class probabilities.

    Args:
      y_true: target probabilities, `[batch, ..., classes]`.
      y_pred: predicted probabilities or logits, of the same shape.
      from_logits: whether `y_pred` are logits.
      label_smoothing: the part of each target that is spread evenly over all classes.
      axis: the dimension of the classes.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    if label_smoothing:
        classes = fn.cast(fn.shape(y_true)[-1], y_pred.dtype)
        y_true = y_true * (1.0 - label_smoothing) + label_smoothing / classes
    return crossentropies.categorical_crossentropy(y_true, y_pred, from_logits, axis)


def sparse_categorical_crossentropy(y_true, y_pred, from_logits=False, axis=-1):
    """The cross entropy of targets that are numbers of classes.

    Args:
      y_true: class numbers, `[batch, ...]` or `[batch, ..., 1]`.
      y_pred: predicted probabilities or logits, `[batch, ..., classes]`.
      from_logits: whether `y_pred` are logits.
      axis: the dimension of the classes.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    return crossentropies.sparse_categorical_crossentropy(y_true, y_pred, from_logits, axis)


def binary_crossentropy(y_true, y_pred, from_logits=False, label_smoothing=0):
    """The mean cross entropy of independent yes-or-no predictions.

    Args:
      y_true: target probabilities, `[batch, ..., n]`.
      y_pred: predicted probabilities or logits, of the same shape.
      from_logits: whether `y_pred` are logits.
      label_smoothing: how far targets are moved from 0 and 1 towards one half, times two.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    if label_smoothing:
        y_true = y_true * (1.0 - label_smoothing) + 0.5 * label_smoothing
    return _mean(crossentropies.binary_crossentropy(y_true, y_pred, from_logits))


def kullback_leibler_divergence(y_true, y_pred):
    """The sum of `y_true * log(y_true / y_pred)`.

    Args:
      y_true: target probabilities, `[batch, ..., n]`.
      y_pred: predicted probabilities, of the same shape.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = (fn.clip_by_value(y, epsilon(), 1.0) for y in _pair(y_true, y_pred))
    return fn.reduce_sum(y_true * raw.Log(y_true / y_pred), axis=-1)


def poisson(y_true, y_pred):
    """The mean of `y_pred - y_true * log(y_pred)`.

    Args:
      y_true: targets, `[batch, ..., n]`.
      y_pred: predicted rates, of the same shape.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = _pair(y_true, y_pred)
    return _mean(y_pred - y_true * raw.Log(y_pred + epsilon()))


def cosine_similarity(y_true, y_pred, axis=-1):
    """The negative cosine of the angle between targets and predictions: -1 where they point alike.

    Args:
      y_true: targets, `[batch, ..., n]`.
      y_pred: predictions, of the same shape.
      axis: the dimension of the vectors.

    Returns:
      `Tensor` without that dimension.
    """
    y_true, y_pred = (fn.l2_normalize(y, axis=axis) for y in _pair(y_true, y_pred))
    return -fn.reduce_sum(y_true * y_pred, axis=axis)


mse = MSE = mean_squared_error
mae = MAE = mean_absolute_error
mape = MAPE = mean_absolute_percentage_error
msle = MSLE = mean_squared_logarithmic_error
kld = KLD = kl_divergence = kullback_leibler_divergence
log_cosh = logcosh
huber = huber_loss
cosine = cosine_proximity = cosine_similarity
bce = BCE = binary_crossentropy

# Every name by which `compile(loss=...)` finds one of these functions.
BY_NAME = {
    name: value
    for name, value in list(globals().items())
    if getattr(value, "__module__", None) == __name__ and not name.startswith("_")
}
