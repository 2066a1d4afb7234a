"""Metrics that count: how often a condition held, precision and recall, the confusion matrix."""

import headwater as tf
from headwater._src.metrics.state import aligned, metric, metric_variable

_BOOLS = {
    "labels": "`Tensor` of the true values; they are used as booleans.",
    "predictions": "`Tensor` of the predicted values, as booleans.",
    "weights": "factors of the examples: a scalar, or of the rank of `labels`; None: all are 1.",
}


def count_condition(values, weights=None):
    """A running count of `True`, weighted.

    Args:
      values: boolean `Tensor`.
      weights: factors, or None.

    Returns:
      `(count, update)`.
    """
    tf.assert_type(values, tf.bool)
    count = metric_variable([], tf.float32, "count")
    values = tf.cast(values, tf.float32)
    if weights is not None:
        with tf.control_dependencies([tf.assert_rank_in(weights, (0, tf.rank(values)))]):
            values = tf.multiply(values, tf.cast(weights, tf.float32))
    value = tf.identity(count)
    return value, tf.assign_add(count, tf.reduce_sum(values))


def _booleans(labels, predictions, weights):
    predictions = tf.cast(predictions, tf.bool)
    return aligned(predictions, tf.cast(labels, tf.bool), weights)


def _count_of(truth, guess, labels, predictions, weights, name, default):
    with tf.variable_scope(name, default, (predictions, labels, weights)):
        predictions, labels, weights = _booleans(labels, predictions, weights)
        is_counted = tf.logical_and(tf.equal(labels, truth), tf.equal(predictions, guess))
        return count_condition(is_counted, weights)


@metric(**_BOOLS)
def true_positives(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """How many examples were predicted true and are."""
    return _count_of(True, True, labels, predictions, weights, name, "true_positives")


@metric(**_BOOLS)
def true_negatives(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """How many examples were predicted false and are."""
    return _count_of(False, False, labels, predictions, weights, name, "true_negatives")


@metric(**_BOOLS)
def false_positives(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """How many examples were predicted true and are false."""
    return _count_of(False, True, labels, predictions, weights, name, "false_positives")


@metric(**_BOOLS)
def false_negatives(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """How many examples were predicted false and are true."""
    return _count_of(True, False, labels, predictions, weights, name, "false_negatives")


def _share(part, rest, name):
    """`part / (part + rest)`, or 0 where both are."""
    is_there = tf.greater(part + rest, 0)
    return tf.where(is_there, tf.truediv(part, part + rest), 0, name)


def _share_of_counts(wrong, labels, predictions, weights, name, default):
    with tf.variable_scope(name, default, (predictions, labels, weights)):
        predictions, labels, weights = _booleans(labels, predictions, weights)
        right, right_update = true_positives(labels, predictions, weights)
        rest, rest_update = wrong(labels, predictions, weights)
        value = _share(right, rest, "value")
        return value, _share(right_update, rest_update, "update_op")


@metric(**_BOOLS)
def precision(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The share of the examples predicted true that are."""
    return _share_of_counts(false_positives, labels, predictions, weights, name, "precision")


@metric(**_BOOLS)
def recall(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The share of the true examples that were predicted true."""
    return _share_of_counts(false_negatives, labels, predictions, weights, name, "recall")


@metric(
    labels="`Tensor` of integers, the true classes.",
    predictions="`Tensor` of the predicted classes, of the shape of `labels`.",
)
def mean_iou(
    labels,
    predictions,
    num_classes,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean, over the classes that occur, of intersection over union.

    The update gives the confusion matrix.
    """
    with tf.variable_scope(name, "mean_iou", (predictions, labels, weights)):
        predictions.shape.assert_is_compatible_with(labels.shape)
        total, update = _confusion(labels, predictions, num_classes, weights)
        predicted = tf.cast(tf.reduce_sum(total, 0), tf.float32)
        true = tf.cast(tf.reduce_sum(total, 1), tf.float32)
        both = tf.cast(tf.diag_part(total), tf.float32)
        either = predicted + true - both
        number = tf.reduce_sum(tf.cast(tf.not_equal(either, 0), tf.float32))
        either = tf.where(tf.greater(either, 0), either, tf.ones_like(either))
        shares = tf.truediv(both, either)
        some = tf.greater(number, 0)
        return tf.where(some, tf.reduce_sum(shares, name="mean_iou") / number, 0), update


def _confusion(labels, predictions, num_classes, weights):
    total = metric_variable([num_classes, num_classes], tf.float64, "total_confusion_matrix")
    predictions, labels = tf.cast(predictions, tf.int64), tf.cast(labels, tf.int64)
    num_classes = tf.cast(num_classes, tf.int64)
    flat = lambda x: tf.reshape(x, [-1]) if x.shape.ndims is None or x.shape.ndims > 1 else x
    predictions, labels = flat(predictions), flat(labels)
    if weights is not None:
        weights = flat(tf.convert_to_tensor(weights))
    batch = tf.confusion_matrix(labels, predictions, num_classes, weights=weights, dtype=tf.float64)
    return total, tf.assign_add(total, batch)
