"""Losses over lists of steps, and models in buckets: the end of `tf.contrib.legacy_seq2seq`."""

from headwater._src.core import nest
from headwater._src.graph import raw
from headwater._src.graph.framework import name_scope
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import get_variable_scope, variable_scope


def sequence_loss_by_example(
    logits,
    targets,
    weights,
    average_across_timesteps=True,
    softmax_loss_function=None,
    name=None,
):
    """The weighted cross-entropy of each sequence.

    Args:
      logits: list of tensors `[batch, symbols]`.
      targets: list of `[batch]` integers.
      weights: list of `[batch]` weights.
      average_across_timesteps: whether the sum is divided by the sum of the weights.
      softmax_loss_function: function of `labels` and `logits`, instead of the cross-entropy.
      name: prefix of the nodes' names.

    Returns:
      `[batch]`.

    Raises:
      ValueError: the lists do not have the same length.
    """
    if not len(targets) == len(logits) == len(weights):
        raise ValueError(
            "Lengths of logits, weights, and targets must be the same "
            f"{len(logits)}, {len(weights)}, {len(targets)}."
        )
    with name_scope(name, "sequence_loss_by_example", [*logits, *targets, *weights]):
        losses = []
        for logit, target, weight in zip(logits, targets, weights, strict=True):
            if softmax_loss_function is None:
                loss = PUBLIC["sparse_softmax_cross_entropy_with_logits"](
                    labels=PUBLIC["reshape"](target, [-1]), logits=logit
                )
            else:
                loss = softmax_loss_function(labels=target, logits=logit)
            losses.append(loss * weight)
        total = PUBLIC["add_n"](losses)
        if average_across_timesteps:
            total = total / (PUBLIC["add_n"](list(weights)) + 1e-12)
    return total


def sequence_loss(
    logits,
    targets,
    weights,
    average_across_timesteps=True,
    average_across_batch=True,
    softmax_loss_function=None,
    name=None,
):
    """The sum or mean of `sequence_loss_by_example` over the batch.

    Args:
      logits: list of tensors `[batch, symbols]`.
      targets: list of `[batch]` integers.
      weights: list of `[batch]` weights.
      average_across_timesteps: whether each sum is divided by the sum of its weights.
      average_across_batch: whether the sum is divided by the size of the batch.
      softmax_loss_function: function of `labels` and `logits`, instead of the cross-entropy.
      name: prefix of the nodes' names.

    Returns:
      A scalar.

    Raises:
      ValueError: the lists do not have the same length.
    """
    with name_scope(name, "sequence_loss", [*logits, *targets, *weights]):
        cost = PUBLIC["reduce_sum"](
            sequence_loss_by_example(
                logits, targets, weights, average_across_timesteps, softmax_loss_function
            )
        )
        if not average_across_batch:
            return cost
        batch = PUBLIC["shape"](targets[0])[0]
        return cost / raw.Cast(batch, DstT=cost.dtype)


def model_with_buckets(
    encoder_inputs,
    decoder_inputs,
    targets,
    weights,
    buckets,
    seq2seq,
    softmax_loss_function=None,
    per_example_loss=False,
    name=None,
):
    """A model once for each bucket of lengths, with the same variables, and its losses.

    Args:
      encoder_inputs: list of the encoder's inputs, as long as the longest bucket.
      decoder_inputs: list of the decoder's inputs.
      targets: list of `[batch]` integers.
      weights: list of `[batch]` weights.
      buckets: list of `(encoder length, decoder length)`.
      seq2seq: function `(encoder inputs, decoder inputs) -> (outputs, state)`.
      softmax_loss_function: as for `sequence_loss`.
      per_example_loss: whether losses are `[batch]`.
      name: prefix of the nodes' names.

    Returns:
      `(list of lists of outputs, list of losses)`, one for each bucket.

    Raises:
      ValueError: a list is shorter than the longest bucket.
    """
    sizes = {"encoder_inputs": (encoder_inputs, buckets[-1][0])}
    for kind, given in (("targets", targets), ("weights", weights)):
        sizes[kind] = (given, buckets[-1][1])
    for kind, (given, needed) in sizes.items():
        if len(given) < needed:
            raise ValueError(
                f"Length of {kind} ({len(given)}) must be at least that of last bucket ({needed})."
            )
    outputs, losses = [], []
    loss_of = sequence_loss_by_example if per_example_loss else sequence_loss
    inputs = nest.flatten([encoder_inputs, decoder_inputs, targets, weights])
    with name_scope(name, "model_with_buckets", inputs):
        for j, (before, after) in enumerate(buckets):
            with variable_scope(get_variable_scope(), reuse=True if j > 0 else None):
                found, _ = seq2seq(encoder_inputs[:before], decoder_inputs[:after])
                outputs.append(found)
                losses.append(
                    loss_of(
                        outputs[-1],
                        targets[:after],
                        weights[:after],
                        softmax_loss_function=softmax_loss_function,
                    )
                )
    return outputs, losses
