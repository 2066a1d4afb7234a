"""Metrics that are means over all examples: accuracy and errors."""

import headwater as tf
from headwater._src.layers.weight_shapes import broadcast_weights, remove_squeezable_dimensions
from headwater._src.metrics.state import aligned, metric, metric_variable


def _ratio(total, count, name):
    return tf.div_no_nan(total, tf.maximum(count, 0), name=name)


@metric()
def mean(values, weights=None, metrics_collections=None, updates_collections=None, name=None):
    """The weighted mean of all values so far."""
    with tf.variable_scope(name, "mean", (values, weights)):
        values = tf.cast(values, tf.float32)
        total = metric_variable([], tf.float32, "total")
        count = metric_variable([], tf.float32, "count")
        if weights is None:
            number = tf.cast(tf.size(values), tf.float32)
        else:
            values, _, weights = aligned(values, None, weights)
            weights = broadcast_weights(tf.cast(weights, tf.float32), values)
            values = tf.multiply(values, weights)
            number = tf.reduce_sum(weights)
        total_after = tf.assign_add(total, tf.reduce_sum(values))
        with tf.control_dependencies([values]):
            count_after = tf.assign_add(count, number)
        value = _ratio(total, count, "value")
        return value, _ratio(total_after, count_after, "update_op")


@metric()
def mean_tensor(
    values, weights=None, metrics_collections=None, updates_collections=None, name=None
):
    """The weighted mean, over batches, of each element."""
    with tf.variable_scope(name, "mean", (values, weights)):
        values = tf.cast(values, tf.float32)
        total = metric_variable(values.shape, tf.float32, "total_tensor")
        count = metric_variable(values.shape, tf.float32, "count_tensor")
        number = tf.ones_like(values)
        if weights is not None:
            values, _, weights = aligned(values, None, weights)
            weights = broadcast_weights(tf.cast(weights, tf.float32), values)
            values = tf.multiply(values, weights)
            number = tf.multiply(number, weights)
        total_after = tf.assign_add(total, values)
        with tf.control_dependencies([values]):
            count_after = tf.assign_add(count, number)
        value = _ratio(total, count, "value")
        return value, _ratio(total_after, count_after, "update_op")


@metric()
def accuracy(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """How often predictions equal labels."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    predictions.shape.assert_is_compatible_with(labels.shape)
    if labels.dtype != predictions.dtype:
        predictions = tf.cast(predictions, labels.dtype)
    right = tf.cast(tf.equal(predictions, labels), tf.float32)
    return mean(right, weights, name=name or "accuracy")


@metric()
def mean_absolute_error(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean of `|predictions - labels|`."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    errors = tf.abs(predictions - labels)
    return mean(errors, weights, name=name or "mean_absolute_error")


@metric()
def mean_squared_error(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean of `(predictions - labels) ** 2`."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    errors = tf.squared_difference(labels, predictions)
    return mean(errors, weights, name=name or "mean_squared_error")


@metric()
def root_mean_squared_error(
    labels,
    predictions,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The square root of the mean of `(predictions - labels) ** 2`."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    value, update = mean_squared_error(
        labels, predictions, weights, name=name or "root_mean_squared_error"
    )
    return tf.sqrt(value), tf.sqrt(update)


@metric(normalizer="`Tensor` that the errors are divided by; where it is 0, so is the error.")
def mean_relative_error(
    labels,
    predictions,
    normalizer,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean of `|predictions - labels| / normalizer`."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    predictions, normalizer = remove_squeezable_dimensions(predictions, normalizer)
    predictions.shape.assert_is_compatible_with(normalizer.shape)
    none = tf.equal(normalizer, 0.0)
    errors = tf.where(
        none, tf.zeros_like(labels), tf.truediv(tf.abs(labels - predictions), normalizer)
    )
    return mean(errors, weights, name=name or "mean_relative_error")


@metric(dim="the dimension that is summed over.")
def mean_cosine_distance(
    labels,
    predictions,
    dim,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """1 less the mean of the products of vectors, which should have length 1."""
    predictions, labels, weights = aligned(predictions, labels, weights)
    products = tf.reduce_sum(tf.multiply(predictions, labels), axis=[dim], keepdims=True)
    value, update = mean(products, weights, name=name or "mean_cosine_distance")
    return tf.subtract(1.0, value), tf.subtract(1.0, update)


@metric(threshold="the float that values are compared with.")
def percentage_below(
    values,
    threshold,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The share of the values that are less than a threshold."""
    below = tf.cast(tf.less(values, threshold), tf.float32)
    return mean(below, weights, name=name or "percentage_below_threshold")


@metric(
    labels="`Tensor` of integers, the true classes.",
    predictions="`Tensor` of the predicted classes, of the shape of `labels`.",
)
def mean_per_class_accuracy(
    labels,
    predictions,
    num_classes,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean, over classes, of the share of a class's examples that were recognised.

    The update gives the shares themselves, a vector of `num_classes`.
    """
    with tf.variable_scope(name, "mean_accuracy", (predictions, labels, weights)):
        labels = tf.cast(labels, tf.int64)
        if labels.shape.ndims is not None and labels.shape.ndims > 1:
            labels = tf.reshape(labels, [-1])
        if predictions.shape.ndims is not None and predictions.shape.ndims > 1:
            predictions = tf.reshape(predictions, [-1])
        predictions.shape.assert_is_compatible_with(labels.shape)
        total = metric_variable([num_classes], tf.float32, "total")
        count = metric_variable([num_classes], tf.float32, "count")
        number = tf.ones([tf.size(labels)], tf.float32)
        if labels.dtype != predictions.dtype:
            predictions = tf.cast(predictions, labels.dtype)
        right = tf.cast(tf.equal(predictions, labels), tf.float32)
        if weights is not None:
            if weights.shape.ndims is not None and weights.shape.ndims > 1:
                weights = tf.reshape(weights, [-1])
            weights = tf.cast(weights, tf.float32)
            right = right * weights
            number = number * weights
        total_after = tf.scatter_add(total, labels, number)
        count_after = tf.scatter_add(count, labels, right)
        shares = _ratio(count, total, None)
        value = tf.reduce_mean(shares, name="mean_accuracy")
        return value, _ratio(count_after, total_after, "update_op")
