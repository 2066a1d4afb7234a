"""Metrics as functions `(y_true, y_pred)`: one value for each example."""

from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.keras import state
from headwater._src.keras.functions import fn


def _number(hits):
    return fn.cast(hits, state.floatx())


def accuracy(y_true, y_pred):
    """1 where a prediction equals its target.

    Args:
      y_true: targets.
      y_pred: predictions, of the same shape.

    Returns:
      `Tensor` of that shape.
    """
    y_true, y_pred = convert_to_tensor(y_true), convert_to_tensor(y_pred)
    return _number(fn.equal(fn.cast(y_true, y_pred.dtype), y_pred))


def binary_accuracy(y_true, y_pred, threshold=0.5):
    """The share of predictions on the same side of `threshold` as the target says.

    Args:
      y_true: targets 0 or 1, `[batch, ..., n]`.
      y_pred: predictions, of the same shape.
      threshold: predictions above it count as 1.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    return fn.reduce_mean(binary_hits(y_true, y_pred, threshold), axis=-1)


def binary_hits(y_true, y_pred, threshold=0.5):
    """1 for each prediction that is on the side of `threshold` that the target says.

    Args:
      y_true: targets 0 or 1.
      y_pred: predictions, of the same shape.
      threshold: predictions above it count as 1.

    Returns:
      `Tensor` of that shape.
    """
    y_pred = convert_to_tensor(y_pred)
    guess = fn.cast(y_pred > fn.cast(threshold, y_pred.dtype), y_pred.dtype)
    return _number(fn.equal(fn.cast(convert_to_tensor(y_true), y_pred.dtype), guess))


def categorical_accuracy(y_true, y_pred):
    """1 where the greatest prediction is that of the greatest target.

    Args:
      y_true: targets, `[batch, ..., classes]`.
      y_pred: predictions, of the same shape.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    return _number(fn.equal(fn.argmax(y_true, axis=-1), fn.argmax(y_pred, axis=-1)))


def sparse_categorical_accuracy(y_true, y_pred):
    """1 where the greatest prediction is that of the target class.

    Args:
      y_true: class numbers, `[batch, ...]` or `[batch, ..., 1]`.
      y_pred: predictions, `[batch, ..., classes]`.

    Returns:
      `Tensor` `[batch, ...]`.
    """
    y_true, y_pred = convert_to_tensor(y_true), convert_to_tensor(y_pred)
    if y_true.dims is not None and y_pred.dims is not None:
        # Targets that are fed have a last dimension of 1 that is not known beforehand.
        if len(y_true.dims) == len(y_pred.dims) and y_true.dims[-1] in (1, None):
            y_true = fn.squeeze(y_true, [-1])
    guess = fn.cast(fn.argmax(y_pred, axis=-1), y_true.dtype)
    return _number(fn.equal(y_true, guess))


def top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1 where the target class is among the `k` greatest predictions.

    Args:
      y_true: targets, `[batch, classes]`.
      y_pred: predictions, of the same shape.
      k: how many predictions count.

    Returns:
      `Tensor` `[batch]`.
    """
    return sparse_top_k_categorical_accuracy(fn.argmax(y_true, axis=-1), y_pred, k)


def sparse_top_k_categorical_accuracy(y_true, y_pred, k=5):
    """1 where the target class is among the `k` greatest predictions.

    Args:
      y_true: class numbers, `[batch]` or `[batch, 1]`.
      y_pred: predictions, `[batch, classes]`.
      k: how many predictions count.

    Returns:
      `Tensor` `[batch]`.
    """
    y_pred = convert_to_tensor(y_pred)
    targets = fn.reshape(fn.cast(convert_to_tensor(y_true), "int32"), [-1])
    if len(y_pred.dims) > 2:
        y_pred = fn.reshape(y_pred, fn.stack([-1, fn.shape(y_pred)[-1]]))
    return _number(raw.InTopKV2(y_pred, targets, k))


def cosine_proximity(y_true, y_pred, axis=-1):
    """The cosine of the angle between targets and predictions: 1 where they point alike.

    Args:
      y_true: targets, `[batch, ..., n]`.
      y_pred: predictions, of the same shape.
      axis: the dimension of the vectors.

    Returns:
      `Tensor` without that dimension.
    """
    y_true, y_pred = (fn.l2_normalize(y, axis=axis) for y in (y_true, y_pred))
    return fn.reduce_sum(y_true * y_pred, axis=axis)


acc = ACC = accuracy
BY_NAME = {
    f.__name__: f
    for f in (
        accuracy,
        binary_accuracy,
        categorical_accuracy,
        sparse_categorical_accuracy,
        top_k_categorical_accuracy,
        sparse_top_k_categorical_accuracy,
    )
} | {"acc": accuracy, "ACC": accuracy}
