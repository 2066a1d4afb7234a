"""What all metrics share: their variables, collections, weights and documentation."""

import functools
import inspect

from headwater._src.core.explain import explained
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import add_to_collections
from headwater._src.graph.variable import Variable
from headwater._src.layers.weight_shapes import may_be_one, remove_squeezable_dimensions
from headwater._src.ops.comparison import equal
from headwater._src.ops.constants import zeros
from headwater._src.ops.control_flow import cond
from headwater._src.ops.shapes import expand_dims, rank, squeeze

EPSILON = 1e-7  # keeps denominators from being 0

_TEXTS = {
    "labels": "`Tensor` of the true values.",
    "predictions": "`Tensor` of the predicted values, of the shape of `labels`.",
    "weights": "factors of the examples, which broadcast to the values; None: all are 1.",
    "metrics_collections": "collection(s) that the value is added to.",
    "updates_collections": "collection(s) that the update is added to.",
    "name": "name of the variable scope.",
    "thresholds": "list of floats in [0, 1].",
    "num_classes": "how many classes there are.",
    "num_thresholds": "how many thresholds the curve is computed at.",
    "k": "how many of the highest predictions count.",
    "class_id": "the one class to look at; None: all.",
    "values": "`Tensor` of any shape.",
}
_RETURNS = (
    "`(value, update_op)`: the metric over all batches so far, and the operation that adds\n"
    "  this batch and gives the value after it."
)


def metric(**own):
    """Decorator of a function giving `(value, update)`: collections and the docstring's `Args:`.

    Args:
      **own: texts for arguments that only this metric has.
    """

    def decorate(function):
        signature = inspect.signature(function)

        @functools.wraps(function)
        def collected(*args, **kwargs):
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            value, update = function(*args, **kwargs)
            for key, tensor in (("metrics_collections", value), ("updates_collections", update)):
                if bound.arguments[key]:
                    add_to_collections(bound.arguments[key], tensor)
            return value, update

        return explained(_TEXTS, _RETURNS, **own)(collected)

    return decorate


def metric_variable(shape, dtype, name, validate_shape=True):
    """A local variable of zeros that a metric counts in.

    Args:
      shape: its shape.
      dtype: its type.
      name: its name.
      validate_shape: whether the shape must be known.
    """
    return Variable(
        lambda: zeros(shape, dtype),
        trainable=False,
        collections=[GraphKeys.LOCAL_VARIABLES, GraphKeys.METRIC_VARIABLES],
        validate_shape=validate_shape,
        name=name,
    )


def aligned(predictions, labels, weights):
    """Predictions, labels and weights of one rank, where a last dimension of 1 was too many.

    Args:
      predictions: `Tensor`.
      labels: `Tensor`, or None.
      weights: factors, or None.

    Returns:
      `(predictions, labels, weights)`.
    """
    predictions = convert_to_tensor(predictions)
    if labels is not None:
        labels, predictions = remove_squeezable_dimensions(labels, predictions)
        predictions.shape.assert_is_compatible_with(labels.shape)
    if weights is None:
        return predictions, labels, None
    weights = convert_to_tensor(weights)
    ranks = weights.shape.ndims, predictions.shape.ndims
    if ranks[0] == 0:
        return predictions, labels, weights
    if None not in ranks:
        if ranks[0] - ranks[1] == 1:
            weights = squeeze(weights, [-1])
        elif ranks[1] - ranks[0] == 1:
            weights = expand_dims(weights, [-1])
        return predictions, labels, weights
    return predictions, labels, _aligned_when_run(predictions, weights)


def _aligned_when_run(predictions, weights):
    weights_rank = rank(weights)
    difference = weights_rank - rank(predictions)

    def widened():
        return cond(equal(-1, difference), lambda: expand_dims(weights, [-1]), lambda: weights)

    def adjusted():
        if not may_be_one(weights):
            return widened()
        return cond(equal(1, difference), lambda: squeeze(weights, [-1]), widened)

    return cond(equal(0, weights_rank), lambda: weights, adjusted)
