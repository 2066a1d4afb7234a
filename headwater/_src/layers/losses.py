"""Losses of `tf.losses`: weighted, reduced, gathered in a collection."""

from headwater._src.core import dtypes
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import control_dependencies, name_scope
from headwater._src.layers.loss_collections import add_loss
from headwater._src.layers.weight_shapes import (
    assert_broadcastable,
    remove_squeezable_dimensions,
    remove_squeezable_weights,
)
from headwater._src.layers.weighted_losses import Reduction, num_present, weighted
from headwater._src.ops.arithmetic import (
    add,
    maximum,
    minimum,
    multiply,
    squared_difference,
    subtract,
)
from headwater._src.ops.cast import cast
from headwater._src.ops.comparison import greater
from headwater._src.ops.complex_numbers import abs as absolute
from headwater._src.ops.constants import ones_like, zeros_like
from headwater._src.ops.division import div_no_nan
from headwater._src.ops.elementwise import log, square
from headwater._src.ops.identity import stop_gradient
from headwater._src.ops.nn import relu
from headwater._src.ops.nn_composite import sigmoid_cross_entropy_with_logits
from headwater._src.ops.ranges import range as integers
from headwater._src.ops.reductions import reduce_sum
from headwater._src.ops.searching import where
from headwater._src.ops.shapes import rank, shape
from headwater._src.ops.softmax import (
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)


def _floats(first, second):
    """Both in float32, of compatible shapes."""
    first, second = cast(first, dtypes.float32), cast(second, dtypes.float32)
    first.shape.assert_is_compatible_with(second.shape)
    return first, second


@weighted("absolute_difference")
def absolute_difference(labels, predictions):
    """The losses `|predictions - labels|`."""
    predictions, labels = _floats(predictions, labels)
    return absolute(subtract(predictions, labels))


@weighted("cosine_distance_loss")
def _cosine_distance(labels, predictions, axis):
    predictions, labels = _floats(predictions, labels)
    return 1 - reduce_sum(multiply(predictions, labels), axis=(axis,), keepdims=True)


def cosine_distance(
    labels,
    predictions,
    axis=None,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
    dim=None,
):
    """The losses `1 - predictions . labels` along an axis, of which each is of unit length.

    Args:
      labels: tensor of wanted values.
      predictions: predicted values, of the labels' shape.
      axis: the dimension of the vectors; the losses have size 1 there.
      weights: factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.
      scope: name of the scope of the new nodes.
      loss_collection: collection that the loss is added to, or None.
      reduction: how the weighted losses are combined: a value of `Reduction`.
      dim: older name of `axis`.

    Returns:
      A scalar `Tensor`; of the losses' shape for `Reduction.NONE`.

    Raises:
      ValueError: an argument is None, or shapes do not match.
    """
    if axis is not None and dim is not None:
        raise ValueError("Cannot specify both 'dim' and 'axis'.")
    axis = dim if axis is None else axis
    if axis is None:
        raise ValueError("You must specify argument `axis`.")
    return _cosine_distance(labels, predictions, axis, weights, scope, loss_collection, reduction)


@weighted("hinge_loss", labels="tensor of labels 0 and 1.")
def hinge_loss(labels, logits):
    """The losses `max(0, 1 - y * logits)`, where `y` is -1 for label 0 and 1 for label 1."""
    logits, labels = _floats(logits, labels)
    ones = ones_like(labels)
    signs = subtract(2 * labels, ones)
    return relu(subtract(ones, multiply(signs, logits)))


@weighted("huber_loss", delta="where the loss becomes linear.")
def huber_loss(labels, predictions, *, delta=1.0):
    """Losses that are quadratic in errors up to `delta` and linear beyond."""
    predictions, labels = _floats(predictions, labels)
    error = absolute(subtract(predictions, labels))
    quadratic = minimum(error, delta)
    linear = subtract(error, quadratic)
    half = convert_to_tensor(0.5, dtype=quadratic.dtype)
    return add(multiply(half, multiply(quadratic, quadratic)), multiply(delta, linear))


@weighted(
    "log_loss",
    labels="tensor of labels between 0 and 1.",
    predictions="predicted probabilities, of the labels' shape.",
    epsilon="added to each argument of the logarithm.",
)
def log_loss(labels, predictions, *, epsilon=1e-7):
    """The negative log likelihood of binary labels."""
    predictions, labels = _floats(predictions, labels)
    positive = multiply(labels, log(predictions + epsilon))
    return -positive - multiply(1 - labels, log(1 - predictions + epsilon))


@weighted("mean_squared_error")
def mean_squared_error(labels, predictions):
    """The losses `(predictions - labels) ** 2`."""
    predictions, labels = _floats(predictions, labels)
    return squared_difference(predictions, labels)


def mean_pairwise_squared_error(
    labels,
    predictions,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
):
    """The squared differences of the errors at each pair of places in an example, on average.

    Only errors relative to each other count: a constant added to the predictions of an example
    changes nothing.

    Args:
      labels: wanted values, `[batch_size, ...]`.
      predictions: predicted values, of the labels' shape.
      weights: factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.
      scope: name of the scope of the new nodes.
      loss_collection: collection that the loss is added to, or None.

    Returns:
      A scalar `Tensor`.

    Raises:
      ValueError: an argument is None, or shapes do not match.
    """
    if labels is None or predictions is None:
        missing = "labels" if labels is None else "predictions"
        raise ValueError(f"Argument `{missing}` must not be None.")
    with name_scope(scope, "mean_pairwise_squared_error", (labels, predictions, weights)) as scope:
        weights = cast(weights, dtypes.float32)
        labels = cast(labels, dtypes.float32)
        with control_dependencies((assert_broadcastable(weights, labels),)):
            predictions = cast(predictions, dtypes.float32)
            predictions.shape.assert_is_compatible_with(labels.shape)
            errors = subtract(predictions, labels)
            axes = integers(1, rank(errors))
            squares = reduce_sum(square(errors), axis=axes, keepdims=True)
            present = num_present(errors, weights, per_batch=True)
            first = 2.0 * div_no_nan(squares, maximum(present - 1, 0), name="value")
            total = reduce_sum(errors, axis=axes, keepdims=True)
            squared = square(total)
            pairs = maximum(multiply(present, present - 1), 0)
            second = 2.0 * div_no_nan(squared, pairs, name="value")
            loss = reduce_sum(multiply(first - second, weights))
            some = greater(reduce_sum(present), 0)
            mean = where(some, loss, zeros_like(loss), name="value")
            add_loss(mean, loss_collection)
            return mean


@weighted(
    "sigmoid_cross_entropy_loss",
    multi_class_labels="labels 0 and 1, `[batch_size, num_classes]`.",
    label_smoothing="how far, from 0 to 1, labels are moved towards 1/2.",
)
def sigmoid_cross_entropy(multi_class_labels, logits, *, label_smoothing=0):
    """The cross-entropy of labels that do not exclude each other and sigmoids of logits."""
    logits = convert_to_tensor(logits)
    labels = cast(multi_class_labels, logits.dtype)
    logits.shape.assert_is_compatible_with(labels.shape)
    if label_smoothing > 0:
        labels = labels * (1 - label_smoothing) + 0.5 * label_smoothing
    return sigmoid_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")


@weighted(
    "softmax_cross_entropy_loss",
    onehot_labels="distributions, `[batch_size, num_classes]`.",
    label_smoothing="how far, from 0 to 1, labels are moved towards the uniform distribution.",
)
def softmax_cross_entropy(onehot_labels, logits, *, label_smoothing=0):
    """The cross-entropy of distributions over classes and softmaxes of logits.

    No gradient reaches the labels.
    """
    logits = convert_to_tensor(logits)
    labels = cast(onehot_labels, logits.dtype)
    logits.shape.assert_is_compatible_with(labels.shape)
    if label_smoothing > 0:
        num_classes = cast(shape(labels)[-1], logits.dtype)
        uniform = label_smoothing / num_classes
        labels = labels * (1.0 - label_smoothing) + uniform
    labels = stop_gradient(labels, name="labels_stop_gradient")
    return softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits, name="xentropy")


@weighted(
    "sparse_softmax_cross_entropy_loss",
    labels="class numbers, integers, `[batch_size]` or `[batch_size, 1]`.",
    logits="real numbers, `[batch_size, num_classes]`.",
)
def sparse_softmax_cross_entropy(labels, logits, weights):
    """The cross-entropy of class numbers and softmaxes of logits."""
    labels, logits = remove_squeezable_dimensions(labels, logits, expected_rank_diff=1)
    weights = remove_squeezable_weights(weights, labels)
    losses = sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits, name="xentropy")
    return losses, weights
