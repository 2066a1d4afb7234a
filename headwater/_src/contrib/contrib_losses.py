"""`tf.contrib.losses`: the losses of `tf.losses`, with the order of arguments before 1.0."""

import headwater as tf
from headwater._src.core.explain import explained

_TEXTS = {
    "predictions": "`Tensor` of predictions.",
    "labels": "`Tensor` of the true values.",
    "logits": "`Tensor` of predictions before the last nonlinearity.",
    "onehot_labels": "`Tensor` of classes, as rows with one entry set.",
    "multi_class_labels": "`Tensor` of 0 and 1 for each class.",
    "losses": "`Tensor` of losses.",
    "weights": "factors of the losses.",
    "label_smoothing": "how far labels are moved towards each other.",
    "epsilon": "added before logarithms.",
    "axis": "the dimension that is summed over.",
    "dim": "the old name of `axis`.",
    "scope": "name of the scope.",
}
_RETURNS = "A scalar `Tensor`, which is in the collection `LOSSES`."


def _loss(function):
    return explained(_TEXTS, _RETURNS)(function)


@_loss
def compute_weighted_loss(losses, weights=1.0, scope=None):
    """Losses times weights, their mean over weights that are not 0."""
    return tf.losses.compute_weighted_loss(losses, weights, scope)


@_loss
def absolute_difference(predictions, labels=None, weights=1.0, scope=None):
    """The mean of `|predictions - labels|`."""
    return tf.losses.absolute_difference(labels, predictions, weights, scope)


@_loss
def mean_squared_error(predictions, labels=None, weights=1.0, scope=None):
    """The mean of `(predictions - labels) ** 2`."""
    return tf.losses.mean_squared_error(labels, predictions, weights, scope)


@_loss
def mean_pairwise_squared_error(predictions, labels=None, weights=1.0, scope=None):
    """How differences between predictions differ from those between labels."""
    return tf.losses.mean_pairwise_squared_error(labels, predictions, weights, scope)


@_loss
def cosine_distance(predictions, labels=None, axis=None, weights=1.0, scope=None, dim=None):
    """1 less the mean product of vectors, which should have length 1."""
    return tf.losses.cosine_distance(labels, predictions, axis, weights, scope, dim=dim)


@_loss
def log_loss(predictions, labels=None, weights=1.0, epsilon=1e-7, scope=None):
    """The cross entropy of probabilities."""
    return tf.losses.log_loss(labels, predictions, weights, epsilon, scope)


@_loss
def hinge_loss(logits, labels=None, scope=None):
    """How far each logit is from the right side of the margin; not reduced."""
    with tf.name_scope(scope, "hinge_loss", [logits, labels]):
        signs = tf.subtract(2 * tf.to_float(labels), 1.0)
        return tf.nn.relu(tf.subtract(1.0, tf.multiply(signs, logits)))


@_loss
def sigmoid_cross_entropy(logits, multi_class_labels, weights=1.0, label_smoothing=0, scope=None):
    """The cross entropy of classes that do not exclude each other."""
    return tf.losses.sigmoid_cross_entropy(
        multi_class_labels, logits, weights, label_smoothing, scope
    )


@_loss
def softmax_cross_entropy(logits, onehot_labels, weights=1.0, label_smoothing=0, scope=None):
    """The cross entropy of classes, given as rows."""
    return tf.losses.softmax_cross_entropy(onehot_labels, logits, weights, label_smoothing, scope)


@_loss
def sparse_softmax_cross_entropy(logits, labels, weights=1.0, scope=None):
    """The cross entropy of classes, given as numbers."""
    return tf.losses.sparse_softmax_cross_entropy(labels, logits, weights, scope)
