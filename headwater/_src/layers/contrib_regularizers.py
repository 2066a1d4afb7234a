"""Regularizers of `tf.contrib.layers`: functions of weights that give a loss."""

import numbers

from headwater._src.core import logging
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.framework import name_scope
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import no_regularizer
from headwater._src.ops.nn import l2_loss


def _regularizer(scale, scope, default_scope, measure):
    """The function that multiplies `measure(weights)` by `scale`, in its own name scope."""
    if isinstance(scale, numbers.Integral):
        raise ValueError(f"scale cannot be an integer: {scale}")
    if isinstance(scale, numbers.Real):
        if scale < 0.0:
            raise ValueError(f"Setting a scale less than 0 on a regularizer: {scale:g}")
        if scale == 0.0:
            logging.info("Scale of 0 disables regularizer.")
            return no_regularizer

    def regularize(weights, name=None):
        with name_scope(scope, default_scope, [weights]) as opened:
            weights = convert_to_tensor(weights)
            factor = convert_to_tensor(scale, dtype=weights.dtype.base_dtype, name="scale")
            return PUBLIC["multiply"](factor, measure(weights), name=name or opened)

    return regularize


def l1_regularizer(scale, scope=None):
    """The sum of absolute values, times `scale`.

    Args:
      scale: a float, or a scalar `Tensor`; 0.0 disables the regularizer.
      scope: optional name scope of the nodes.

    Returns:
      A function of the weights that gives a scalar `Tensor`, or None where it is disabled.

    Raises:
      ValueError: `scale` is negative or an integer.
    """
    return _regularizer(
        scale, scope, "l1_regularizer", lambda w: PUBLIC["reduce_sum"](PUBLIC["abs"](w))
    )


def l2_regularizer(scale, scope=None):
    """Half the sum of squares, times `scale`.

    Args:
      scale: a float, or a scalar `Tensor`; 0.0 disables the regularizer.
      scope: optional name scope of the nodes.

    Returns:
      A function of the weights that gives a scalar `Tensor`, or None where it is disabled.

    Raises:
      ValueError: `scale` is negative or an integer.
    """
    return _regularizer(scale, scope, "l2_regularizer", l2_loss)


def l1_l2_regularizer(scale_l1=1.0, scale_l2=1.0, scope=None):
    """The sum of an L1 and an L2 regularizer.

    Args:
      scale_l1: factor of the sum of absolute values.
      scale_l2: factor of half the sum of squares.
      scope: optional name scope of the nodes.

    Returns:
      A function of the weights that gives a scalar `Tensor`.

    Raises:
      ValueError: a scale is negative or an integer.
    """
    scope = scope or "l1_l2_regularizer"
    first, second = l1_regularizer(scale_l1, scope), l2_regularizer(scale_l2, scope)
    if first is no_regularizer:
        return second
    return first if second is no_regularizer else sum_regularizer([first, second], scope)


def sum_regularizer(regularizer_list, scope=None):
    """The sum of several regularizers.

    Args:
      regularizer_list: list of regularizers; None among them is left out.
      scope: optional name scope of the nodes.

    Returns:
      A function of the weights that gives a scalar `Tensor` or None; None for an empty list.
    """
    parts = [part for part in regularizer_list if part is not None]
    if not parts:
        return None

    def regularize(weights):
        with name_scope(scope, "sum_regularizer", [weights]) as opened:
            losses = [loss for loss in (part(weights) for part in parts) if loss is not None]
            return PUBLIC["add_n"](losses, name=opened) if losses else None

    return regularize


def apply_regularization(regularizer, weights_list=None):
    """The sum of a regularizer's losses, added to the collection `REGULARIZATION_LOSSES`.

    Args:
      regularizer: function of weights that gives a scalar `Tensor` or None.
      weights_list: list of variables (default: the collection `WEIGHTS`).

    Returns:
      Scalar `Tensor`.

    Raises:
      ValueError: there are no weights, or a loss is not a scalar.
    """
    graph = get_default_graph()
    if not weights_list:
        weights_list = graph.get_collection(GraphKeys.WEIGHTS)
    if not weights_list:
        raise ValueError("No weights to regularize.")
    with name_scope("get_regularization_penalty", values=weights_list) as scope:
        losses = [constant(0.0) if v is None else v for v in map(regularizer, weights_list)]
        for loss in losses:
            if loss.shape.ndims != 0:
                raise ValueError(f"regularizer must return a scalar, got {loss}")
        total = PUBLIC["add_n"](losses, name=scope)
        graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, total)
        return total
