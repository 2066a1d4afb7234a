"""Collections of losses and their sums."""

from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import constant
from headwater._src.graph.framework import add_to_collection, get_collection
from headwater._src.ops.combining import add_n


def add_loss(loss, loss_collection=GraphKeys.LOSSES):
    """Adds a loss to a collection.

    Args:
      loss: a tensor.
      loss_collection: name of the collection; None or "": the loss is not added.
    """
    if loss_collection:
        add_to_collection(loss_collection, loss)


def get_losses(scope=None, loss_collection=GraphKeys.LOSSES):
    """The losses in a collection.

    Args:
      scope: regular expression that the start of a loss's name must match, or None.
      loss_collection: name of the collection.

    Returns:
      A list of tensors.
    """
    return get_collection(loss_collection, scope)


def get_regularization_losses(scope=None):
    """The losses that regularizers of variables have given.

    Args:
      scope: regular expression that the start of a loss's name must match, or None.

    Returns:
      A list of tensors.
    """
    return get_collection(GraphKeys.REGULARIZATION_LOSSES, scope)


def get_regularization_loss(scope=None, name="total_regularization_loss"):
    """The sum of the regularization losses; 0 where there are none.

    Args:
      scope: regular expression that the start of a loss's name must match, or None.
      name: name of the sum.

    Returns:
      A scalar `Tensor`.
    """
    losses = get_regularization_losses(scope)
    return add_n(losses, name=name) if losses else constant(0.0)


def get_total_loss(add_regularization_losses=True, name="total_loss", scope=None):
    """The sum of the losses in the collection `LOSSES`.

    Args:
      add_regularization_losses: whether the regularization losses are added too.
      name: name of the sum.
      scope: regular expression that the start of a loss's name must match, or None.

    Returns:
      A `Tensor`.

    Raises:
      ValueError: there are no losses, or their shapes differ.
    """
    losses = get_losses(scope=scope)
    if add_regularization_losses:
        losses = losses + get_regularization_losses(scope=scope)
    return add_n(losses, name=name)
