"""Losses of `tf.losses`: weighted, reduced, gathered in a collection."""

from headwater._src.core import dtypes
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import (
    control_dependencies,
    name_scope,
)
from headwater._src.layers.loss_collections import add_loss
from headwater._src.layers.weight_shapes import (
    assert_broadcastable,
    broadcast_weights,
    remove_squeezable_dimensions,
    remove_squeezable_weights,
)
from headwater._src.ops.arithmetic import (
    add,
    maximum,
    minimum,
    multiply,
    squared_difference,
    subtract,
)
from headwater._src.ops.cast import cast
from headwater._src.ops.comparison import equal, greater
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
from headwater._src.ops.shapes import rank, shape, size
from headwater._src.ops.softmax import (
    softmax_cross_entropy_with_logits_v2,
    sparse_softmax_cross_entropy_with_logits,
)


class Reduction:
    """How the weighted losses of a batch become one.

    `NONE` leaves them, `SUM` adds them, `MEAN` divides the sum by that of the weights,
    `SUM_OVER_BATCH_SIZE` by the number of losses, `SUM_BY_NONZERO_WEIGHTS` (also called
    `SUM_OVER_NONZERO_WEIGHTS`) by the number of losses whose weight is not 0.
    """

    NONE = "none"
    SUM = "weighted_sum"
    SUM_OVER_BATCH_SIZE = "weighted_sum_over_batch_size"
    MEAN = "weighted_mean"
    SUM_BY_NONZERO_WEIGHTS = "weighted_sum_by_nonzero_weights"
    SUM_OVER_NONZERO_WEIGHTS = SUM_BY_NONZERO_WEIGHTS

    @classmethod
    def all(cls):
        """The values, as a tuple."""
        return (
            cls.NONE,
            cls.SUM,
            cls.MEAN,
            cls.SUM_OVER_BATCH_SIZE,
            cls.SUM_OVER_NONZERO_WEIGHTS,
            cls.SUM_BY_NONZERO_WEIGHTS,
        )

    @classmethod
    def validate(cls, key):
        """Checks that there is such a reduction.

        Args:
          key: a string.

        Raises:
          ValueError: `key` is not one of the values.
        """
        if key not in cls.all():
            raise ValueError(f"Invalid Reduction Key {key}. Key should be one of {cls.all()}.")


# --- weights and reductions ---------------------------------------------------------------------


def compute_weighted_loss(
    losses,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """Losses times weights, reduced and added to a collection.

    The computation is in float32; the result has the type of `losses`.

    Args:
      losses: tensor of losses.
      weights: factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.
      scope: name of the scope of the new nodes.
      loss_collection: collection that the loss is added to, or None.
      reduction: how the weighted losses are combined: a value of `Reduction`.

    Returns:
      A scalar `Tensor`; of the losses' shape for `Reduction.NONE`.

    Raises:
      ValueError: the weights do not broadcast to the losses, or there is no such reduction.
    """
    Reduction.validate(reduction)
    with name_scope(scope, "weighted_loss", (losses, weights)):
        with control_dependencies((assert_broadcastable(weights, losses),)):
            losses = convert_to_tensor(losses)
            dtype = losses.dtype.base_dtype
            losses = cast(losses, dtypes.float32)
            weights = cast(weights, dtypes.float32)
            weighted = multiply(losses, weights)
            loss = cast(_reduced(reduction, weighted, weights), dtype)
            add_loss(loss, loss_collection)
            return loss


def _reduced(reduction, losses, weights):
    if reduction == Reduction.NONE:
        return losses
    loss = reduce_sum(losses)
    if reduction == Reduction.SUM:
        return loss
    if reduction == Reduction.MEAN:
        divisor = reduce_sum(ones_like(losses) * weights)
    elif reduction == Reduction.SUM_OVER_BATCH_SIZE:
        with name_scope(None, "num_elements", [losses]) as scope:
            divisor = cast(size(losses, name=scope), losses.dtype)
    else:
        divisor = _num_present(losses, weights)
    return div_no_nan(reduce_sum(loss), divisor, name="value")


def _num_present(losses, weights, per_batch=False):
    """How many losses have a weight that is not 0, in all or (with rank kept) an example."""
    with name_scope(None, "num_present", (losses, weights)) as scope:
        weights = cast(weights, dtypes.float32)
        present = where(equal(weights, 0.0), zeros_like(weights), ones_like(weights))
        present = broadcast_weights(present, losses)
        if not per_batch:
            return reduce_sum(present, name=scope)
        axes = integers(1, rank(present))
        return reduce_sum(present, axis=axes, keepdims=True, name=scope)


def _needed(name, value):
    if value is None:
        raise ValueError(f"Argument `{name}` must not be None.")


def _floats(first, second):
    """Both in float32, of compatible shapes."""
    first, second = cast(first, dtypes.float32), cast(second, dtypes.float32)
    first.shape.assert_is_compatible_with(second.shape)
    return first, second


# --- losses -------------------------------------------------------------------------------------


def absolute_difference(
    labels,
    predictions,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """The losses `|predictions - labels|`.

    Args:
      labels: tensor of wanted values.
      predictions: predicted values, of the labels' shape.
      weights: factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.
      scope: name of the scope of the new nodes.
      loss_collection: collection that the loss is added to, or None.
      reduction: how the weighted losses are combined: a value of `Reduction`.

    Returns:
      A scalar `Tensor`; of the losses' shape for `Reduction.NONE`.

    Raises:
      ValueError: an argument is None, or shapes do not match.
    """
    _needed("labels", labels)
    _needed("predictions", predictions)
    with name_scope(scope, "absolute_difference", (labels, predictions, weights)) as scope:
        predictions, labels = _floats(predictions, labels)
        losses = absolute(subtract(predictions, labels))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


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
    _needed("labels", labels)
    _needed("predictions", predictions)
    with name_scope(scope, "cosine_distance_loss", (labels, predictions, weights)) as scope:
        predictions, labels = _floats(predictions, labels)
        products = multiply(predictions, labels)
        losses = 1 - reduce_sum(products, axis=(axis,), keepdims=True)
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


def hinge_loss(
    labels,
    logits,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """The losses `max(0, 1 - y * logits)`, where `y` is -1 for label 0 and 1 for label 1.

    Args:
      labels: tensor of labels 0 and 1.
      logits: real numbers, of the labels' shape.
      weights: factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.
      scope: name of the scope of the new nodes.
      loss_collection: collection that the loss is added to, or None.
      reduction: how the weighted losses are combined: a value of `Reduction`.

    Returns:
      A scalar `Tensor`; of the losses' shape for `Reduction.NONE`.

    Raises:
      ValueError: an argument is None, or shapes do not match.
    """
    _needed("labels", labels)
    _needed("logits", logits)
    with name_scope(scope, "hinge_loss", (labels, logits, weights)) as scope:
        logits, labels = _floats(logits, labels)
        ones = ones_like(labels)
        labels = subtract(2 * labels, ones)
        losses = relu(subtract(ones, multiply(labels, logits)))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


def huber_loss(
    labels,
    predictions,
    weights=1.0,
    delta=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """Losses that are quadratic in errors up to `delta` and linear beyond.

    Args:
      labels: tensor of wanted values.
      predictions: predicted values, of the labels' shape.
      weights: factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.
      delta: where the loss becomes linear.
      scope: name of the scope of the new nodes.
      loss_collection: collection that the loss is added to, or None.
      reduction: how the weighted losses are combined: a value of `Reduction`.

    Returns:
      A scalar `Tensor`; of the losses' shape for `Reduction.NONE`.

    Raises:
      ValueError: an argument is None, or shapes do not match.
    """
    _needed("labels", labels)
    _needed("predictions", predictions)
    with name_scope(scope, "huber_loss", (labels, predictions, weights)) as scope:
        predictions, labels = _floats(predictions, labels)
        error = absolute(subtract(predictions, labels))
        quadratic = minimum(error, delta)
        linear = subtract(error, quadratic)
        half = convert_to_tensor(0.5, dtype=quadratic.dtype)
        losses = add(multiply(half, multiply(quadratic, quadratic)), multiply(delta, linear))
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


def log_loss(
    labels,
    predictions,
    weights=1.0,
    epsilon=1e-7,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """The negative log likelihood of binary labels.

    Args:
      labels: tensor of labels between 0 and 1.
      predictions: predicted probabilities, of the labels' shape.
      weights: factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.
      epsilon: added to each argument of the logarithm.
      scope: name of the scope of the new nodes.
      loss_collection: collection that the loss is added to, or None.
      reduction: how the weighted losses are combined: a value of `Reduction`.

    Returns:
      A scalar `Tensor`; of the losses' shape for `Reduction.NONE`.

    Raises:
      ValueError: an argument is None, or shapes do not match.
    """
    _needed("labels", labels)
    _needed("predictions", predictions)
    with name_scope(scope, "log_loss", (labels, predictions, weights)) as scope:
        predictions, labels = _floats(predictions, labels)
        losses = -multiply(labels, log(predictions + epsilon)) - multiply(
            1 - labels, log(1 - predictions + epsilon)
        )
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


def mean_squared_error(
    labels,
    predictions,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """The losses `(predictions - labels) ** 2`.

    Args:
      labels: tensor of wanted values.
      predictions: predicted values, of the labels' shape.
      weights: factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.
      scope: name of the scope of the new nodes.
      loss_collection: collection that the loss is added to, or None.
      reduction: how the weighted losses are combined: a value of `Reduction`.

    Returns:
      A scalar `Tensor`; of the losses' shape for `Reduction.NONE`.

    Raises:
      ValueError: an argument is None, or shapes do not match.
    """
    _needed("labels", labels)
    _needed("predictions", predictions)
    with name_scope(scope, "mean_squared_error", (labels, predictions, weights)) as scope:
        predictions, labels = _floats(predictions, labels)
        losses = squared_difference(predictions, labels)
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


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
    _needed("labels", labels)
    _needed("predictions", predictions)
    with name_scope(scope, "mean_pairwise_squared_error", (labels, predictions, weights)) as scope:
        weights = cast(weights, dtypes.float32)
        labels = cast(labels, dtypes.float32)
        with control_dependencies((assert_broadcastable(weights, labels),)):
            predictions = cast(predictions, dtypes.float32)
            predictions.shape.assert_is_compatible_with(labels.shape)
            errors = subtract(predictions, labels)
            axes = integers(1, rank(errors))
            squares = reduce_sum(square(errors), axis=axes, keepdims=True)
            present = _num_present(errors, weights, per_batch=True)
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


def sigmoid_cross_entropy(
    multi_class_labels,
    logits,
    weights=1.0,
    label_smoothing=0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """The cross-entropy of labels that do not exclude each other and sigmoids of logits.

    Args:
      multi_class_labels: labels 0 and 1, `[batch_size, num_classes]`.
      logits: real numbers, of the labels' shape.
      weights: factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.
      label_smoothing: how far, from 0 to 1, labels are moved towards 1/2.
      scope: name of the scope of the new nodes.
      loss_collection: collection that the loss is added to, or None.
      reduction: how the weighted losses are combined: a value of `Reduction`.

    Returns:
      A scalar `Tensor`; of the losses' shape for `Reduction.NONE`.

    Raises:
      ValueError: an argument is None, or shapes do not match.
    """
    _needed("multi_class_labels", multi_class_labels)
    _needed("logits", logits)
    with name_scope(
        scope, "sigmoid_cross_entropy_loss", (multi_class_labels, logits, weights)
    ) as scope:
        logits = convert_to_tensor(logits)
        multi_class_labels = cast(multi_class_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(multi_class_labels.shape)
        if label_smoothing > 0:
            multi_class_labels = multi_class_labels * (1 - label_smoothing) + 0.5 * label_smoothing
        losses = sigmoid_cross_entropy_with_logits(
            labels=multi_class_labels, logits=logits, name="xentropy"
        )
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


def softmax_cross_entropy(
    onehot_labels,
    logits,
    weights=1.0,
    label_smoothing=0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """The cross-entropy of distributions over classes and softmaxes of logits.

    No gradient reaches the labels.

    Args:
      onehot_labels: distributions, `[batch_size, num_classes]`.
      logits: real numbers, of the labels' shape.
      weights: factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.
      label_smoothing: how far, from 0 to 1, labels are moved towards the uniform distribution.
      scope: name of the scope of the new nodes.
      loss_collection: collection that the loss is added to, or None.
      reduction: how the weighted losses are combined: a value of `Reduction`.

    Returns:
      A scalar `Tensor`; of the losses' shape for `Reduction.NONE`.

    Raises:
      ValueError: an argument is None, or shapes do not match.
    """
    _needed("onehot_labels", onehot_labels)
    _needed("logits", logits)
    with name_scope(scope, "softmax_cross_entropy_loss", (onehot_labels, logits, weights)) as scope:
        logits = convert_to_tensor(logits)
        onehot_labels = cast(onehot_labels, logits.dtype)
        logits.shape.assert_is_compatible_with(onehot_labels.shape)
        if label_smoothing > 0:
            num_classes = cast(shape(onehot_labels)[-1], logits.dtype)
            uniform = label_smoothing / num_classes
            onehot_labels = onehot_labels * (1.0 - label_smoothing) + uniform
        onehot_labels = stop_gradient(onehot_labels, name="labels_stop_gradient")
        losses = softmax_cross_entropy_with_logits_v2(
            labels=onehot_labels, logits=logits, name="xentropy"
        )
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)


def sparse_softmax_cross_entropy(
    labels,
    logits,
    weights=1.0,
    scope=None,
    loss_collection=GraphKeys.LOSSES,
    reduction=Reduction.SUM_BY_NONZERO_WEIGHTS,
):
    """The cross-entropy of class numbers and softmaxes of logits.

    Args:
      labels: class numbers, integers, `[batch_size]` or `[batch_size, 1]`.
      logits: real numbers, `[batch_size, num_classes]`.
      weights: factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.
      scope: name of the scope of the new nodes.
      loss_collection: collection that the loss is added to, or None.
      reduction: how the weighted losses are combined: a value of `Reduction`.

    Returns:
      A scalar `Tensor`; of the losses' shape for `Reduction.NONE`.

    Raises:
      ValueError: an argument is None, or shapes do not match.
    """
    _needed("labels", labels)
    _needed("logits", logits)
    with name_scope(scope, "sparse_softmax_cross_entropy_loss", (labels, logits, weights)) as scope:
        labels, logits = remove_squeezable_dimensions(labels, logits, expected_rank_diff=1)
        weights = remove_squeezable_weights(weights, labels)
        losses = sparse_softmax_cross_entropy_with_logits(
            labels=labels, logits=logits, name="xentropy"
        )
        return compute_weighted_loss(losses, weights, scope, loss_collection, reduction)
