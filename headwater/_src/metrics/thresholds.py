"""Metrics of predictions in [0, 1] that are compared with thresholds."""

import headwater as tf
from headwater._src.core import logging
from headwater._src.layers.weight_shapes import broadcast_weights
from headwater._src.metrics.state import EPSILON, aligned, metric, metric_variable

_SHORT = {
    "tp": "true_positives",
    "fn": "false_negatives",
    "tn": "true_negatives",
    "fp": "false_positives",
}


def evenly_spaced(number):
    """Thresholds that cut [0, 1] into equal parts, the outer ones just beyond its ends.

    Args:
      number: how many there are.
    """
    inner = [i / (number - 1) for i in range(1, number - 1)]
    return [0.0 - EPSILON, *inner, 1.0 + EPSILON]


def confusion_at_thresholds(labels, predictions, thresholds, weights=None, includes=tuple(_SHORT)):
    """Running counts of right and wrong predictions for each threshold.

    Args:
      labels: `Tensor` of true values, used as booleans.
      predictions: floating-point `Tensor` of values in [0, 1].
      thresholds: list of floats.
      weights: factors, or None.
      includes: which counts to keep: some of `"tp"`, `"fn"`, `"tn"`, `"fp"`.

    Returns:
      `(values, updates)`: dicts from these keys to vectors.

    Raises:
      ValueError: there is no such count.
    """
    for key in includes:
        if key not in _SHORT:
            raise ValueError(f"Invalid key: {key}.")
    predictions, labels, weights = _in_unit_interval(labels, predictions, weights)
    column = tf.reshape(predictions, [-1, 1])
    row = tf.reshape(tf.cast(labels, tf.bool), [1, -1])
    number = predictions.shape.num_elements()
    count, many = (tf.shape(column)[0] if number is None else number), len(thresholds)
    limits = tf.tile(tf.expand_dims(tf.constant(thresholds), [1]), tf.stack([1, count]))
    above = tf.greater(tf.tile(tf.transpose(column), [many, 1]), limits)
    below = tf.logical_not(above) if {"fn", "tn"} & {*includes} else None
    true = tf.tile(row, [many, 1])
    false = tf.logical_not(true) if {"fp", "tn"} & {*includes} else None
    if weights is not None:
        weights = broadcast_weights(tf.cast(weights, tf.float32), predictions)
        weights = tf.tile(tf.reshape(weights, [1, -1]), [many, 1])
    pairs = {"tp": (true, above), "fn": (true, below), "tn": (false, below), "fp": (false, above)}
    values, updates = {}, {}
    for key in [k for k in _SHORT if k in includes]:
        variable = metric_variable([many], tf.float32, _SHORT[key])
        hits = tf.cast(tf.logical_and(*pairs[key]), tf.float32)
        if weights is not None:
            hits *= weights
        updates[key] = tf.assign_add(variable, tf.reduce_sum(hits, 1))
        values[key] = variable
    return values, updates


def _in_unit_interval(labels, predictions, weights):
    message = "predictions must be in [0, 1]"
    low = tf.assert_greater_equal(predictions, tf.cast(0.0, predictions.dtype), message=message)
    high = tf.assert_less_equal(predictions, tf.cast(1.0, predictions.dtype), message=message)
    with tf.control_dependencies([low, high]):
        predictions = tf.cast(predictions, tf.float32)
        return aligned(predictions, tf.cast(labels, tf.bool), weights)


# --- counts and shares at thresholds --------------------------------------------------------------

_INPUTS = {
    "labels": "`Tensor` of the true values; they are used as booleans.",
    "predictions": "floating-point `Tensor` of values in [0, 1], of the shape of `labels`.",
}


def _counts(key, labels, predictions, thresholds, weights, name):
    with tf.variable_scope(name, _SHORT[key], (predictions, labels, weights)):
        values, updates = confusion_at_thresholds(labels, predictions, thresholds, weights, (key,))
        update = updates[key]
        return tf.identity(values[key]), update


@metric(**_INPUTS)
def true_positives_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """For each threshold, how many true examples were predicted above it."""
    return _counts("tp", labels, predictions, thresholds, weights, name)


@metric(**_INPUTS)
def true_negatives_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """For each threshold, how many false examples were not predicted above it."""
    return _counts("tn", labels, predictions, thresholds, weights, name)


@metric(**_INPUTS)
def false_positives_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """For each threshold, how many false examples were predicted above it."""
    return _counts("fp", labels, predictions, thresholds, weights, name)


@metric(**_INPUTS)
def false_negatives_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """For each threshold, how many true examples were not predicted above it."""
    return _counts("fn", labels, predictions, thresholds, weights, name)


def _share_at_thresholds(wrong, what, labels, predictions, thresholds, weights, name):
    default = f"{what}_at_thresholds"
    with tf.variable_scope(name, default, (predictions, labels, weights)):
        both = confusion_at_thresholds(labels, predictions, thresholds, weights, ("tp", wrong))

        def share(counts, suffix):
            right, rest = counts["tp"], counts[wrong]
            return tf.truediv(right, EPSILON + right + rest, name=f"{what}_{suffix}")

        return share(both[0], "value"), share(both[1], "update_op")


@metric(**_INPUTS)
def precision_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """For each threshold, the share of the examples predicted above it that are true."""
    return _share_at_thresholds("fp", "precision", labels, predictions, thresholds, weights, name)


@metric(**_INPUTS)
def recall_at_thresholds(
    labels,
    predictions,
    thresholds,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """For each threshold, the share of the true examples that were predicted above it."""
    return _share_at_thresholds("fn", "recall", labels, predictions, thresholds, weights, name)


# --- curves -------------------------------------------------------------------------------------


@metric(
    **_INPUTS,
    num_thresholds="how many points of the curve are computed.",
    curve='`"ROC"` or `"PR"` (precision over recall).',
    summation_method=(
        '`"trapezoidal"`, `"minoring"` (the lower value of each interval),\n'
        '    `"majoring"` (the higher), or `"careful_interpolation"`, for `"PR"` only.'
    ),
    thresholds="list of floats in ]0, 1[; None: evenly spaced ones.",
)
def auc(
    labels,
    predictions,
    weights=None,
    num_thresholds=200,
    metrics_collections=None,
    updates_collections=None,
    curve="ROC",
    name=None,
    summation_method="trapezoidal",
    thresholds=None,
):
    """The area under a curve, as a sum over thresholds."""
    with tf.variable_scope(name, "auc", (labels, predictions, weights)):
        if curve not in ("ROC", "PR"):
            raise ValueError(f"Curve must be either ROC or PR. Curve {curve} is unknown.")
        if thresholds is None:
            limits = evenly_spaced(num_thresholds)
        else:
            limits = [0.0 - EPSILON, *sorted(thresholds), 1.0 + EPSILON]
        values, updates = confusion_at_thresholds(labels, predictions, limits, weights)
        if curve == "PR" and summation_method == "trapezoidal":
            logging.warning(
                "Trapezoidal rule is known to produce incorrect PR-AUCs; please switch to "
                '"careful_interpolation" instead.'
            )
        if curve == "PR" and summation_method == "careful_interpolation":
            return _interpolated(values), _interpolated(updates)
        between = lambda a, b: (a + b) / 2.0
        heights = {
            "trapezoidal": between,
            "careful_interpolation": between,
            "minoring": tf.minimum,
            "majoring": tf.maximum,
        }
        if summation_method not in heights:
            raise ValueError(
                f"Invalid summation_method: {summation_method} summation_method should be "
                "'trapezoidal', 'careful_interpolation', 'minoring', or 'majoring'."
            )
        height = heights[summation_method]
        value = _area(values, curve, height, "value")
        return value, _area(updates, curve, height, "update_op")


def _area(counts, curve, height, name):
    margin = 1.0e-6  # the smallest recall is 1 instead of 0/0 when nothing is true
    tp, fn, tn, fp = (counts[k] for k in _SHORT)
    recalled = tf.truediv(tp + margin, tp + fn + margin)
    if curve == "ROC":
        x, y = tf.truediv(fp, fp + tn + margin), recalled
    else:
        x, y = recalled, tf.truediv(tp + margin, tp + fp + margin)
    last = int(x.shape[0]) - 1
    return tf.reduce_sum(tf.multiply(x[:last] - x[1:], height(y[:last], y[1:])), name=name)


def _interpolated(counts):
    """The area under precision over recall, with the counts linear between thresholds.

    Between two thresholds true positives are taken as a linear function of all positives
    (Davis and Goadrich, 2006); the integral of precision there has a logarithm.
    """
    tp, fn, fp = counts["tp"], counts["fn"], counts["fp"]
    last = int(tp.shape[0]) - 1
    gained = tp[:last] - tp[1:]
    positives = tp + fp
    slope = tf.div_no_nan(
        gained, tf.maximum(positives[:last] - positives[1:], 0), name="prec_slope"
    )
    offset = tp[1:] - tf.multiply(slope, positives[1:])
    both = tf.logical_and(positives[:last] > 0, positives[1:] > 0)
    ratio = tf.where(
        both,
        tf.div_no_nan(positives[:last], tf.maximum(positives[1:], 0), name="recall_relative_ratio"),
        tf.ones_like(positives[1:]),
    )
    return tf.reduce_sum(
        tf.div_no_nan(
            slope * (gained + offset * tf.log(ratio)),
            tf.maximum(tp[1:] + fn[1:], 0),
            name="pr_auc_increment",
        ),
        name="interpolate_pr_auc",
    )


def _check_target(what, value, verb):
    if value < 0 or value > 1:
        raise ValueError(
            f"`{what}` must be in the range [0, 1]. Currently, `{what}` {verb} {value}."
        )


@metric(**_INPUTS, specificity="the float that the specificity should be next to.")
def sensitivity_at_specificity(
    labels,
    predictions,
    specificity,
    weights=None,
    num_thresholds=200,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The share of true examples found, at the threshold whose specificity is nearest to one."""
    _check_target("specificity", specificity, "got")
    with tf.variable_scope(name, "sensitivity_at_specificity", (predictions, labels, weights)):
        limits = evenly_spaced(num_thresholds)
        values, updates = confusion_at_thresholds(labels, predictions, limits, weights)

        def found(counts, name):
            tp, fn, tn, fp = (counts[k] for k in _SHORT)
            specificities = tf.truediv(tn, tn + fp + EPSILON)
            best = tf.cast(tf.argmin(tf.abs(specificities - specificity), 0), tf.int32)
            return tf.truediv(tp[best], tp[best] + fn[best] + EPSILON, name)

        return found(values, "value"), found(updates, "update_op")


@metric(**_INPUTS, sensitivity="the float that the sensitivity should be next to.")
def specificity_at_sensitivity(
    labels,
    predictions,
    sensitivity,
    weights=None,
    num_thresholds=200,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The share of false examples found, at the last threshold of the nearest sensitivity."""
    _check_target("sensitivity", sensitivity, "is")
    with tf.variable_scope(name, "specificity_at_sensitivity", (predictions, labels, weights)):
        limits = evenly_spaced(num_thresholds)
        values, updates = confusion_at_thresholds(labels, predictions, limits, weights)

        def found(counts, name):
            tp, fn, tn, fp = (counts[k] for k in _SHORT)
            sensitivities = tf.truediv(tp, tp + fn + EPSILON)
            least = tf.reduce_min(tf.abs(sensitivities - sensitivity))
            nearest = tf.equal(tf.abs(sensitivities - sensitivity), least)
            # The first of the largest running counts is the last place that counts.
            best = tf.argmax(tf.cumsum(tf.cast(nearest, tf.int64)), 0)
            best = tf.cast(best, tf.int32)
            return tf.truediv(tn[best], tn[best] + fp[best] + EPSILON, name)

        return found(values, "value"), found(updates, "update_op")
