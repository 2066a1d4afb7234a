"""`tf.contrib.metrics`: `tf.metrics` with predictions first, and a few more."""

import inspect

import headwater as tf
from headwater._src.metrics.state import EPSILON, aligned, metric
from headwater._src.metrics.thresholds import confusion_at_thresholds, evenly_spaced

# Names of streaming metrics -> the metric they are, with labels and predictions exchanged.
_SWAPPED = {
    "streaming_accuracy": "accuracy",
    "streaming_auc": "auc",
    "streaming_false_negatives": "false_negatives",
    "streaming_false_negatives_at_thresholds": "false_negatives_at_thresholds",
    "streaming_false_positives": "false_positives",
    "streaming_false_positives_at_thresholds": "false_positives_at_thresholds",
    "streaming_mean_absolute_error": "mean_absolute_error",
    "streaming_mean_cosine_distance": "mean_cosine_distance",
    "streaming_mean_iou": "mean_iou",
    "streaming_mean_relative_error": "mean_relative_error",
    "streaming_mean_squared_error": "mean_squared_error",
    "streaming_precision": "precision",
    "streaming_precision_at_thresholds": "precision_at_thresholds",
    "streaming_recall": "recall",
    "streaming_recall_at_thresholds": "recall_at_thresholds",
    "streaming_root_mean_squared_error": "root_mean_squared_error",
    "streaming_sensitivity_at_specificity": "sensitivity_at_specificity",
    "streaming_sparse_average_precision_at_k": "average_precision_at_k",
    "streaming_sparse_precision_at_k": "precision_at_k",
    "streaming_sparse_recall_at_k": "recall_at_k",
    "streaming_specificity_at_sensitivity": "specificity_at_sensitivity",
    "streaming_true_negatives": "true_negatives",
    "streaming_true_negatives_at_thresholds": "true_negatives_at_thresholds",
    "streaming_true_positives": "true_positives",
    "streaming_true_positives_at_thresholds": "true_positives_at_thresholds",
}


def _predictions_first(name, original):
    signature = inspect.signature(original)
    labels, predictions, *rest = signature.parameters.values()
    swapped = signature.replace(parameters=[predictions, labels, *rest])

    def streaming(*args, **kwargs):
        return original(**swapped.bind(*args, **kwargs).arguments)

    streaming.__signature__ = swapped
    streaming.__name__ = streaming.__qualname__ = name
    lines = (original.__doc__ or "").splitlines(keepends=True)
    places = {key: i for i, line in enumerate(lines) for key in ("labels", "predictions")
              if line.startswith(f"  {key}:")}  # fmt: skip
    if len(places) == 2:
        first, second = places["labels"], places["predictions"]
        end = second + 1
        while end < len(lines) and lines[end].startswith("    "):
            end += 1
        lines[first:end] = [*lines[second:end], *lines[first:second]]
    streaming.__doc__ = "".join(lines)
    return streaming


STREAMING = {
    name: _predictions_first(name, getattr(tf.metrics, original))
    for name, original in _SWAPPED.items()
} | {
    "streaming_mean": tf.metrics.mean,
    "streaming_mean_tensor": tf.metrics.mean_tensor,
    "streaming_percentage_less": tf.metrics.percentage_below,
}


@metric(
    labels="`Tensor` of the true values; they are used as booleans.",
    predictions="floating-point `Tensor` of values in [0, 1].",
)
def f1_score(
    labels,
    predictions,
    weights=None,
    num_thresholds=200,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The best harmonic mean of precision and recall over some thresholds."""
    with tf.variable_scope(name, "f1", (labels, predictions, weights)):
        values, updates = confusion_at_thresholds(
            labels, predictions, evenly_spaced(num_thresholds), weights, ("tp", "fp", "fn")
        )

        def best(counts, name):
            tp, fp, fn = (counts[k] for k in ("tp", "fp", "fn"))
            precision = tf.truediv(tp, EPSILON + tp + fp, name=f"precision_{name}")
            recall = tf.truediv(tp, EPSILON + tp + fn, name=f"recall_{name}")
            return tf.reduce_max(2.0 * precision * recall / (precision + recall + EPSILON))

        return best(values, "value"), best(updates, "update_op")


@metric()
def count(values, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """How many values there were, weighted."""
    from headwater._src.layers.weight_shapes import broadcast_weights
    from headwater._src.metrics.state import metric_variable

    with tf.variable_scope(name, "count", (values, weights)):
        total = metric_variable([], tf.float32, "count")
        if weights is None:
            number = tf.cast(tf.size(values), tf.float32)
        else:
            values = tf.cast(values, tf.float32)
            values, _, weights = aligned(values, None, weights)
            weights = broadcast_weights(tf.cast(weights, tf.float32), values)
            number = tf.reduce_sum(weights)
        with tf.control_dependencies([values]):
            update = tf.assign_add(total, number)
        return tf.identity(total), update


def accuracy(predictions, labels, weights=None, name=None):
    """How often predictions equal labels in one batch.

    Args:
      predictions: `Tensor`.
      labels: `Tensor` of the same type and shape.
      weights: factors of the examples, or None.
      name: name of the scope.

    Returns:
      A scalar `Tensor`.

    Raises:
      ValueError: types or shapes differ.
    """
    if not (labels.dtype.is_integer or labels.dtype in (tf.bool, tf.string)):
        raise ValueError(f"Labels should have bool, string, or integer dtype: {labels.dtype}")
    labels.shape.assert_is_compatible_with(predictions.shape)
    if labels.dtype != predictions.dtype:
        raise ValueError(
            f"Dtypes of predictions and labels should match: {predictions.dtype}, {labels.dtype}"
        )
    with tf.name_scope(name, "accuracy", values=[predictions, labels]):
        right = tf.cast(tf.equal(predictions, labels), tf.float32)
        if weights is None:
            return tf.reduce_mean(right)
        right = tf.multiply(right, weights)
        number = tf.multiply(weights, tf.ones_like(right))
        return tf.div(tf.reduce_sum(right), tf.reduce_sum(number))


def aggregate_metrics(*value_update_tuples):
    """The values and the updates of several metrics.

    Args:
      *value_update_tuples: pairs of value and update.

    Returns:
      `(list of values, list of updates)`.

    Raises:
      ValueError: there are none.
    """
    if not value_update_tuples:
        raise ValueError("Expected at least one value_tensor/update_op pair")
    values, updates = zip(*value_update_tuples)
    return list(values), list(updates)


def aggregate_metric_map(names_to_tuples):
    """The values and the updates of several metrics, by name.

    Args:
      names_to_tuples: dict from names to pairs of value and update.

    Returns:
      `(dict of values, dict of updates)`.
    """
    values = {name: pair[0] for name, pair in names_to_tuples.items()}
    return values, {name: pair[1] for name, pair in names_to_tuples.items()}
