"""How losses become one loss: times weights, summed or averaged, added to a collection."""

import inspect

from headwater._src.core import dtypes
from headwater._src.core.explain import explained
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import control_dependencies, name_scope
from headwater._src.layers.loss_collections import add_loss
from headwater._src.layers.weight_shapes import assert_broadcastable, broadcast_weights
from headwater._src.ops.arithmetic import multiply
from headwater._src.ops.cast import cast
from headwater._src.ops.comparison import equal
from headwater._src.ops.constants import ones_like, zeros_like
from headwater._src.ops.division import div_no_nan
from headwater._src.ops.ranges import range as integers
from headwater._src.ops.reductions import reduce_sum
from headwater._src.ops.searching import where
from headwater._src.ops.shapes import rank, size


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
        divisor = num_present(losses, weights)
    return div_no_nan(reduce_sum(loss), divisor, name="value")


def num_present(losses, weights, per_batch=False):
    """How many losses have a weight that is not 0, in all or (with rank kept) an example."""
    with name_scope(None, "num_present", (losses, weights)) as scope:
        weights = cast(weights, dtypes.float32)
        present = where(equal(weights, 0.0), zeros_like(weights), ones_like(weights))
        present = broadcast_weights(present, losses)
        if not per_batch:
            return reduce_sum(present, name=scope)
        axes = integers(1, rank(present))
        return reduce_sum(present, axis=axes, keepdims=True, name=scope)


_TEXTS = {
    "labels": "wanted values.",
    "predictions": "predicted values, of the labels' shape.",
    "logits": "real numbers, of the labels' shape.",
    "weights": "factors of the losses: a scalar, or of the losses' rank with sizes equal or 1.",
    "scope": "name of the scope of the new nodes.",
    "loss_collection": "collection that the loss is added to, or None.",
    "reduction": "how the weighted losses are combined: a value of `Reduction`.",
}
_RETURNS = "A scalar `Tensor`; of the losses' shape for `Reduction.NONE`."
_RAISES = "\nRaises:\n  ValueError: an argument is None, or shapes do not match.\n"


def weighted(scope_name, **texts):
    """Makes a function of `tf.losses` of the formula for its unweighted losses.

    The formula takes two tensors, `axis` perhaps, and after a star its own options; it gives the
    losses, or `(losses, weights)` where it asks for `weights` and changes them. The public function
    has TensorFlow's order: tensors, `axis`, weights, options, scope, collection, reduction.

    Args:
      scope_name: name of the scope, where the caller gives none.
      **texts: what arguments are, where the usual text does not say it.

    Returns:
      A decorator.
    """

    def decorate(formula):
        own = inspect.signature(formula)
        signature = _weighted_signature(own)
        tensors = list(own.parameters)[:2]

        def loss(*args, **kwargs):
            bound = signature.bind(*args, **kwargs)
            bound.apply_defaults()
            given = bound.arguments
            for name in tensors:
                if given[name] is None:
                    raise ValueError(f"Argument `{name}` must not be None.")
            weights = given["weights"]
            values = (*(given[name] for name in tensors), weights)
            with name_scope(given["scope"], scope_name, values) as scope:
                losses = formula(**{name: given[name] for name in own.parameters})
                if "weights" in own.parameters:
                    losses, weights = losses
                return compute_weighted_loss(
                    losses, weights, scope, given["loss_collection"], given["reduction"]
                )

        for attribute in ("__name__", "__qualname__", "__module__", "__doc__"):
            setattr(loss, attribute, getattr(formula, attribute))
        loss.__signature__ = signature  # type: ignore[attr-defined]
        explained(_TEXTS, _RETURNS, **texts)(loss)
        if loss.__doc__ is not None:
            loss.__doc__ += _RAISES
        return loss

    return decorate


def _weighted_signature(own):
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    common = inspect.signature(compute_weighted_loss).parameters
    first = [p for p in own.parameters.values() if p.kind == kind and p.name != "weights"]
    options = [p.replace(kind=kind) for p in own.parameters.values() if p.kind == p.KEYWORD_ONLY]
    later = [common[name] for name in ("scope", "loss_collection", "reduction")]
    return inspect.Signature([*first, common["weights"], *options, *later])
