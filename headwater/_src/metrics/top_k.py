"""Metrics of the k highest predictions: precision, recall and average precision at k."""

import headwater as tf
from headwater._src.layers.weight_shapes import assert_broadcastable, broadcast_weights
from headwater._src.metrics.state import metric, metric_variable

_TEXTS = {
    "labels": (
        "int64 `Tensor` or `SparseTensor` `[..., number of labels]` of the classes of each\n"
        "    example; without the last dimension where each example has one."
    ),
    "predictions": "floating-point `Tensor` `[..., number of classes]`.",
    "weights": "factors of the examples, of the rank of `labels` less one; None: all are 1.",
}
_INDICES = {
    **_TEXTS,
    "predictions_idx": "integer `Tensor` `[..., k]`: the classes predicted, the best first.",
    "k": "the number of predictions; only for names.",
}


def _at_k(what, k, class_id=None):
    name = f"{what}_at_{'k' if k is None else int(k)}"
    return name if class_id is None else f"{name}_class{int(class_id)}"


# --- sets of labels and predictions -------------------------------------------------------------


def _with_label_dimension(labels, predictions):
    """The labels with a last dimension of size 1, where they lack one that predictions have."""
    with tf.name_scope(None, "expand_labels", (labels, predictions)) as scope:
        labels = tf.convert_to_tensor_or_sparse_tensor(labels)
        if isinstance(labels, tf.SparseTensor):
            expand = lambda: tf.sparse_reshape(
                labels, tf.concat((labels.dense_shape, (1,)), 0), name=scope
            )
            labels_rank = labels.shape.ndims if labels.shape is not None else None
        else:
            expand = lambda: tf.expand_dims(labels, -1, name=scope)
            labels_rank = labels.shape.ndims
        ranks = labels_rank, predictions.shape.ndims
        if None not in ranks:
            if ranks[0] not in (ranks[1] - 1, ranks[1]):
                raise ValueError(
                    f"Unexpected labels shape {labels.shape} for predictions shape "
                    f"{predictions.shape}."
                )
            return labels if ranks[0] == ranks[1] else expand()
        if isinstance(labels, tf.SparseTensor):
            return labels
        is_equal = tf.equal(tf.rank(predictions), tf.rank(labels))
        return tf.cond(is_equal, lambda: labels, expand)


def _of_class(ids, selected):
    """The rows of ids without all that are not the selected class, as a `SparseTensor`."""
    if isinstance(ids, tf.SparseTensor):
        return tf.sparse_retain(ids, tf.equal(ids.values, selected))
    shape = tf.concat([tf.shape(ids, out_type=tf.int64)[:-1], [1]], 0)
    return tf.sets.set_intersection(tf.fill(shape, tf.cast(selected, ids.dtype)), ids)


def _hits(kind, labels, predictions_idx, class_id, weights, name):
    """For each example, how many true positives, false positives or false negatives it has."""
    with tf.name_scope(name, kind, (predictions_idx, labels, weights)):
        if class_id is not None:
            labels, predictions_idx = (_of_class(x, class_id) for x in (labels, predictions_idx))
        if kind == "true_positives":
            found = tf.sets.set_intersection(predictions_idx, labels)
        else:
            found = tf.sets.set_difference(
                predictions_idx, labels, aminusb=kind == "false_positives"
            )
        number = tf.cast(tf.sets.set_size(found), tf.float64)
        if weights is None:
            return number
        with tf.control_dependencies((assert_broadcastable(weights, number),)):
            return tf.multiply(number, tf.cast(weights, tf.float64))


def _running_hits(kind, labels, predictions_idx, k, class_id, weights):
    default = _at_k(kind.rstrip("s"), k, class_id)
    with tf.name_scope(None, default, (predictions_idx, labels, weights)) as scope:
        number = _hits(kind, labels, predictions_idx, class_id, weights, None)
        total = tf.cast(tf.reduce_sum(number), tf.float64)
        variable = metric_variable([], tf.float64, name=scope)
        return variable, tf.assign_add(variable, total, name="update")


# --- precision and recall -----------------------------------------------------------------------


def _share_at_top_k(what, wrong, labels, predictions_idx, k, class_id, weights, name):
    default = _at_k(what, k, class_id)
    with tf.name_scope(name, default, (predictions_idx, labels, weights)) as scope:
        labels = _with_label_dimension(labels, predictions_idx)
        chosen = tf.cast(predictions_idx, tf.int64)
        args = (labels, chosen, k, class_id, weights)
        right, right_after = _running_hits("true_positives", *args)
        rest, rest_after = _running_hits(wrong, *args)
        value = tf.truediv(right, tf.add(right, rest), name=scope)
        return value, tf.truediv(right_after, tf.add(right_after, rest_after), name="update")


def _best(function, what, labels, predictions, k, class_id, weights, name):
    default = _at_k(what, k, class_id)
    with tf.name_scope(name, default, (predictions, labels, weights)) as scope:
        _, chosen = tf.nn.top_k(predictions, k)
        return function(labels, chosen, k=k, class_id=class_id, weights=weights, name=scope)


@metric(**_INDICES)
def precision_at_top_k(
    labels,
    predictions_idx,
    k=None,
    class_id=None,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The share of the predicted classes that are among an example's labels."""
    return _share_at_top_k(
        "precision", "false_positives", labels, predictions_idx, k, class_id, weights, name
    )


@metric(**_INDICES)
def recall_at_top_k(
    labels,
    predictions_idx,
    k=None,
    class_id=None,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The share of the examples' labels that are among the predicted classes."""
    return _share_at_top_k(
        "recall", "false_negatives", labels, predictions_idx, k, class_id, weights, name
    )


@metric(**_TEXTS)
def precision_at_k(
    labels,
    predictions,
    k,
    class_id=None,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The share of the k highest predictions that are among an example's labels."""
    return _best(precision_at_top_k, "precision", labels, predictions, k, class_id, weights, name)


@metric(**_TEXTS)
def recall_at_k(
    labels,
    predictions,
    k,
    class_id=None,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The share of the examples' labels that are among the k highest predictions."""
    return _best(recall_at_top_k, "recall", labels, predictions, k, class_id, weights, name)


@metric(**_TEXTS)
def sparse_precision_at_k(
    labels,
    predictions,
    k,
    class_id=None,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """`precision_at_k`, by its older name."""
    return precision_at_k(labels, predictions, k, class_id, weights, name=name)


# --- average precision --------------------------------------------------------------------------


@metric(**_TEXTS)
def average_precision_at_k(
    labels,
    predictions,
    k,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """The mean, over examples, of the precision at each label found among the k highest."""
    default = _at_k("average_precision", k)
    with tf.name_scope(name, default, (predictions, labels, weights)) as scope:
        _, chosen = tf.nn.top_k(predictions, k)
        classes = tf.cast(tf.shape(predictions)[-1], tf.int64)
        labels = _without_unknown_classes(labels, classes)
        return _mean_average_precision(labels, chosen, weights, scope)


@metric(**_TEXTS)
def sparse_average_precision_at_k(
    labels,
    predictions,
    k,
    weights=None,
    metrics_collections=None,
    updates_collections=None,
    name=None,
):
    """`average_precision_at_k`, by its older name."""
    return average_precision_at_k(labels, predictions, k, weights, name=name)


def _without_unknown_classes(labels, classes):
    """The labels with -1 for those too large; it counts for nothing."""

    def cleaned(values):
        values = tf.cast(values, tf.int64)
        too_large = tf.greater_equal(tf.reduce_max(values), classes)
        none = lambda: tf.where_v2(
            tf.greater_equal(values, classes), -1 * tf.ones_like(values), values
        )
        return tf.cond(too_large, none, lambda: values)

    labels = tf.convert_to_tensor_or_sparse_tensor(labels)
    if isinstance(labels, tf.SparseTensor):
        return tf.SparseTensor(labels.indices, cleaned(labels.values), labels.dense_shape)
    return cleaned(labels)


def _mean_average_precision(labels, chosen, weights, name):
    chosen = tf.cast(chosen, tf.int64)
    with tf.name_scope(None, "average_precision", (chosen, labels)) as scope:
        values = _average_precision(labels, chosen, scope)
    if weights is not None:
        weights = broadcast_weights(tf.cast(weights, tf.float64), values)
        values = tf.multiply(values, weights)
    with tf.name_scope(None, "max", (values,)) as scope:
        highest = metric_variable([], tf.float64, name=scope)
        if weights is None:
            batch = tf.cast(tf.size(values, name="batch_max"), tf.float64)
        else:
            batch = tf.reduce_sum(weights, name="batch_max")
        highest_after = tf.assign_add(highest, batch, name="update")
    with tf.name_scope(None, "total", (values,)) as scope:
        total = metric_variable([], tf.float64, name=scope)
        total_after = tf.assign_add(total, tf.reduce_sum(values, name="batch_total"), name="update")
    value = tf.div_no_nan(total, tf.maximum(highest, 0), name="mean")
    return value, tf.div_no_nan(total_after, tf.maximum(highest_after, 0), name=name)


def _average_precision(labels, chosen, name):
    """For each example, the mean of the precisions at its labels' places among the chosen."""
    labels = _with_label_dimension(labels, chosen)
    k = chosen.shape[-1].value
    k = tf.shape(chosen)[-1] if k is None else k
    each = tf.expand_dims(chosen, -1, name="predictions_idx_per_k")
    relevant = _hits("true_positives", _repeated(labels, k), each, None, None, "relevant_per_k")
    right = tf.cumsum(relevant, axis=-1, name="tp_per_k")
    number = tf.cumsum(tf.ones_like(relevant), axis=-1, name="retrieved_per_k")
    precision = tf.truediv(right, number, name="precision_per_k")
    precision = tf.multiply(precision, relevant, name="relevant_precision_per_k")
    total = tf.reduce_sum(precision, axis=[-1], name="precision_sum")
    return tf.truediv(total, tf.cast(_num_relevant(labels, k), tf.float64), name=name)


def _repeated(labels, k):
    """The labels once for each of k predictions: `[..., k, number of labels]`."""
    with tf.name_scope(None, "labels_per_k", (labels,)) as scope:
        if not isinstance(labels, tf.SparseTensor):
            expanded = tf.expand_dims(labels, -2, name="expand")
            ones = tf.ones_like(tf.shape(expanded))
            multiples = tf.concat([ones[:-2], [k], ones[-1:]], 0, name="multiples")
            return tf.tile(expanded, multiples, name=scope)
        shape = labels.dense_shape
        middle = tf.constant([1], tf.int64)
        expanded = tf.sparse_reshape(labels, tf.concat([shape[:-1], middle, shape[-1:]], 0))
        place = labels.indices.shape[-1].value - 1
        copies = [expanded] * k
        return tf.sparse_concat(place, copies, name=scope)


def _num_relevant(labels, k):
    """How many labels an example has, at most k."""
    with tf.name_scope(None, "num_relevant", (labels,)) as scope:
        if isinstance(labels, tf.SparseTensor):
            return tf.minimum(tf.sets.set_size(labels), k, name=scope)
        known = tf.greater_equal(labels, 0)
        ones = tf.where_v2(known, tf.ones_like(labels), tf.zeros_like(labels))
        return tf.minimum(tf.reduce_sum(ones, axis=-1), tf.cast(k, tf.int64), name=scope)
