"""`tf.contrib.seq2seq.sequence_loss`."""

from headwater._src.core import dtypes
from headwater._src.graph.framework import name_scope
from headwater._src.graph.optable import PUBLIC


def sequence_loss(
    logits,
    targets,
    weights,
    average_across_timesteps=True,
    average_across_batch=True,
    softmax_loss_function=None,
    name=None,
):
    """The weighted cross-entropy of sequences of logits.

    Args:
      logits: `[batch, time, symbols]`.
      targets: `[batch, time]` integers.
      weights: `[batch, time]`.
      average_across_timesteps: whether the mean over time is taken.
      average_across_batch: whether the mean over the batch is taken.
      softmax_loss_function: function of `labels` and `logits`, instead of the cross-entropy.
      name: prefix of the nodes' names.

    Returns:
      A scalar, or losses `[batch]`, `[time]` or `[batch, time]` where no mean is taken. Means are
      over weights.

    Raises:
      ValueError: an argument has another rank.
    """
    for value, rank, what in (
        (logits, 3, "Logits"),
        (targets, 2, "Targets"),
        (weights, 2, "Weights"),
    ):
        if len(value.get_shape()) != rank:
            raise ValueError(f"{what} must be a tensor of rank {rank}")
    with name_scope(name, "sequence_loss", [logits, targets, weights]):
        classes = PUBLIC["shape"](logits)[2]
        flat = PUBLIC["reshape"](logits, [-1, classes])
        labels = PUBLIC["reshape"](targets, [-1])
        if softmax_loss_function is None:
            cross = PUBLIC["sparse_softmax_cross_entropy_with_logits"](labels=labels, logits=flat)
        else:
            cross = softmax_loss_function(labels=labels, logits=flat)
        cross = cross * PUBLIC["reshape"](weights, [-1])
        if average_across_timesteps and average_across_batch:
            total = PUBLIC["reduce_sum"](weights) + 1e-12
            return PUBLIC["reduce_sum"](cross) / total
        cross = PUBLIC["reshape"](cross, PUBLIC["shape"](logits)[0:2])
        axis = [1] if average_across_timesteps else [0] if average_across_batch else None
        if axis is None:
            return cross
        total = PUBLIC["reduce_sum"](weights, axis) + 1e-12
        return PUBLIC["reduce_sum"](cross, axis) / PUBLIC["cast"](total, dtypes.float32)
