"""Losses over many classes that look at a few drawn ones only."""

from headwater._src.core import dtypes
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope


def _row_sums(x):
    """Sums of the rows, as a product with ones."""
    columns = PUBLIC["shape"](x)[1]
    ones = PUBLIC["ones"](PUBLIC["stack"]([columns, 1]), x.dtype)
    return PUBLIC["reshape"](PUBLIC["matmul"](x, ones), [-1])


def _sampled_logits(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true,
    sampled_values,
    subtract_log_q,
    remove_accidental_hits,
    partition_strategy,
    name,
    seed=None,
):
    """Logits of true and drawn classes, and labels that share 1 among the true ones."""
    weights = list(weights) if isinstance(weights, (list, tuple)) else [weights]
    with scope(name, "compute_sampled_logits", (*weights, biases, inputs, labels)):
        reshape, shape, stack = PUBLIC["reshape"], PUBLIC["shape"], PUBLIC["stack"]
        labels = convert_to_tensor(labels)
        if labels.dtype.base_dtype != dtypes.int64:
            labels = raw.Cast(labels, DstT=dtypes.int64)
        labels_flat = reshape(labels, [-1])
        if sampled_values is None:
            sampled_values = PUBLIC["log_uniform_candidate_sampler"](
                true_classes=labels,
                num_true=num_true,
                num_sampled=num_sampled,
                unique=True,
                range_max=num_classes,
                seed=seed,
            )
        sampled, true_count, sampled_count = (raw.StopGradient(s) for s in sampled_values)
        sampled = PUBLIC["cast"](sampled, dtypes.int64)
        concat, lookup = PUBLIC["concat"], PUBLIC["embedding_lookup"]
        ids = concat([labels_flat, sampled], 0)
        both = lookup(weights, ids, partition_strategy=partition_strategy)
        true_w = raw.Slice(both, [0, 0], stack([shape(labels_flat)[0], -1]))
        sampled_w = raw.Slice(both, stack([shape(labels_flat)[0], 0]), [-1, -1])
        sampled_logits = PUBLIC["matmul"](inputs, sampled_w, transpose_b=True)
        both_b = lookup(biases, ids, partition_strategy=partition_strategy)
        true_b = raw.Slice(both_b, [0], shape(labels_flat))
        sampled_b = raw.Slice(both_b, shape(labels_flat), [-1])
        true_logits = _true_logits(inputs, true_w, true_b, num_true)
        sampled_logits = sampled_logits + sampled_b
        if remove_accidental_hits:
            sampled_logits = sampled_logits + _hits(
                labels, sampled, num_true, num_sampled, sampled_logits.dtype
            )
        if subtract_log_q:
            true_logits = true_logits - raw.Log(true_count)
            sampled_logits = sampled_logits - raw.Log(sampled_count)
        logits = concat([true_logits, sampled_logits], 1)
        true_part = PUBLIC["ones_like"](true_logits) / num_true
        return logits, concat([true_part, PUBLIC["zeros_like"](sampled_logits)], 1)


def _true_logits(inputs, true_w, true_b, num_true):
    reshape, concat = PUBLIC["reshape"], PUBLIC["concat"]
    size = PUBLIC["shape"](true_w)[1:2]
    grouped = concat([[-1, num_true], size], 0)
    products = raw.Mul(PUBLIC["expand_dims"](inputs, 1), reshape(true_w, grouped))
    flat = reshape(products, concat([[-1], size], 0))
    logits = reshape(_row_sums(flat), [-1, num_true])
    return logits + reshape(true_b, [-1, num_true])


def _hits(labels, sampled, num_true, num_sampled, dtype):
    """The lowest number at draws that are true classes, zero elsewhere."""
    reshape, concat = PUBLIC["reshape"], PUBLIC["concat"]
    rows, places, weights = PUBLIC["compute_accidental_hits"](labels, sampled, num_true=num_true)
    rows = reshape(rows, [-1, 1])
    places = reshape(PUBLIC["cast"](places, dtypes.int32), [-1, 1])
    indices = concat([rows, places], 1, "sparse_indices")
    size = concat([PUBLIC["shape"](labels)[:1], PUBLIC["expand_dims"](num_sampled, 0)], 0)
    if weights.dtype != dtype:
        weights = raw.Cast(weights, DstT=dtype)
    return PUBLIC["sparse_to_dense"](
        indices, size, weights, default_value=0.0, validate_indices=False
    )


def nce_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=False,
    partition_strategy="mod",
    name="nce_loss",
):
    """Noise-contrastive estimation: true classes are told apart from drawn ones.

    Args:
      weights: `Tensor` of shape `[classes, size]`, or a list of partitions.
      biases: `Tensor` of shape `[classes]`.
      labels: int64 `Tensor` of shape `[batch, num_true]`.
      inputs: `Tensor` of shape `[batch, size]`.
      num_sampled: number of classes to draw per batch.
      num_classes: number of classes.
      num_true: number of true classes per example.
      sampled_values: the result of a candidate sampler; by default of the log-uniform one.
      remove_accidental_hits: whether draws that are true classes do not count.
      partition_strategy: as for `embedding_lookup`.
      name: name of the operation.

    Returns:
      `Tensor` of shape `[batch]`.
    """
    logits, labels = _sampled_logits(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        True,
        remove_accidental_hits,
        partition_strategy,
        name,
    )
    losses = PUBLIC["sigmoid_cross_entropy_with_logits"](
        labels=labels, logits=logits, name="sampled_losses"
    )
    return _row_sums(losses)


def sampled_softmax_loss(
    weights,
    biases,
    labels,
    inputs,
    num_sampled,
    num_classes,
    num_true=1,
    sampled_values=None,
    remove_accidental_hits=True,
    partition_strategy="mod",
    name="sampled_softmax_loss",
    seed=None,
):
    """Softmax cross-entropy among the true and a few drawn classes, for training only.

    Args:
      weights: `Tensor` of shape `[classes, size]`, or a list of partitions.
      biases: `Tensor` of shape `[classes]`.
      labels: int64 `Tensor` of shape `[batch, num_true]`.
      inputs: `Tensor` of shape `[batch, size]`.
      num_sampled: number of classes to draw per batch.
      num_classes: number of classes.
      num_true: number of true classes per example.
      sampled_values: the result of a candidate sampler; by default of the log-uniform one.
      remove_accidental_hits: whether draws that are true classes do not count.
      partition_strategy: as for `embedding_lookup`.
      name: name of the operation.
      seed: see `tf.set_random_seed`.

    Returns:
      `Tensor` of shape `[batch]`.
    """
    logits, labels = _sampled_logits(
        weights,
        biases,
        labels,
        inputs,
        num_sampled,
        num_classes,
        num_true,
        sampled_values,
        True,
        remove_accidental_hits,
        partition_strategy,
        name,
        seed,
    )
    labels = raw.StopGradient(labels, name="labels_stop_gradient")
    return PUBLIC["softmax_cross_entropy_with_logits_v2"](labels=labels, logits=logits)
