"""`tf.losses` against TensorFlow: nodes' names, collections, values, gradients, errors."""

import numpy as np
import pytest

from .harness import oracle, ours

LABELS = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]], np.float32)
OUTPUTS = np.array([[0.2, 0.7, 0.1], [0.4, 0.3, 0.9]], np.float32)
COLUMN = np.array([[0.5], [2.0]], np.float32)
SOME = np.array([[1.0, 0.0, 2.0], [0.0, 0.0, 3.0]], np.float32)

# Each is a function of (tf, labels, predictions, known): `known(array)` feeds an array through a
# placeholder, of its shape or of an unknown one.
PROGRAMS = {
    "weighted": lambda tf, y, p, fed: tf.losses.compute_weighted_loss(p),
    "weighted_column": lambda tf, y, p, fed: tf.losses.compute_weighted_loss(p, fed(COLUMN)),
    "weighted_full": lambda tf, y, p, fed: tf.losses.compute_weighted_loss(p, fed(SOME)),
    "weighted_int": lambda tf, y, p, fed: tf.losses.compute_weighted_loss(tf.to_int32(p * 9), 2),
    "weighted_double": lambda tf, y, p, fed: tf.losses.compute_weighted_loss(
        tf.to_double(p), fed(COLUMN), scope="mine", loss_collection="others"
    ),
    "absolute_difference": lambda tf, y, p, fed: tf.losses.absolute_difference(y, p, fed(SOME)),
    "cosine_distance": lambda tf, y, p, fed: tf.losses.cosine_distance(
        y, tf.nn.l2_normalize(p, 1), axis=1, weights=fed(COLUMN)
    ),
    "cosine_distance_dim": lambda tf, y, p, fed: tf.losses.cosine_distance(y, p, dim=0),
    "hinge_loss": lambda tf, y, p, fed: tf.losses.hinge_loss(y, p),
    "huber_loss": lambda tf, y, p, fed: tf.losses.huber_loss(y, p, fed(COLUMN), delta=0.3),
    "log_loss": lambda tf, y, p, fed: tf.losses.log_loss(y, p, epsilon=1e-3),
    "mean_squared_error": lambda tf, y, p, fed: tf.losses.mean_squared_error(y, p, 0.5),
    "weights_zero": lambda tf, y, p, fed: tf.losses.mean_squared_error(y, p, fed(SOME * 0)),
    "pairwise": lambda tf, y, p, fed: tf.losses.mean_pairwise_squared_error(y, p),
    "pairwise_weights": lambda tf, y, p, fed: tf.losses.mean_pairwise_squared_error(
        y, p, fed(COLUMN)
    ),
    "sigmoid": lambda tf, y, p, fed: tf.losses.sigmoid_cross_entropy(tf.to_int32(y), p),
    "sigmoid_smooth": lambda tf, y, p, fed: tf.losses.sigmoid_cross_entropy(
        y, p, fed(SOME), label_smoothing=0.2
    ),
    "softmax": lambda tf, y, p, fed: tf.losses.softmax_cross_entropy(y, p),
    "softmax_smooth": lambda tf, y, p, fed: tf.losses.softmax_cross_entropy(
        y, p, fed(COLUMN[:, 0]), label_smoothing=0.2
    ),
    "sparse_softmax": lambda tf, y, p, fed: tf.losses.sparse_softmax_cross_entropy(
        tf.argmax(y, 1), p, fed(COLUMN[:, 0])
    ),
    "sparse_softmax_columns": lambda tf, y, p, fed: tf.losses.sparse_softmax_cross_entropy(
        tf.expand_dims(tf.argmax(y, 1), -1), p, fed(COLUMN)
    ),
    "total": lambda tf, y, p, fed: (
        tf.losses.mean_squared_error(y, p),
        tf.losses.log_loss(y, p, scope="b"),
        tf.add_to_collection("regularization_losses", tf.reduce_sum(p)),
        tf.losses.get_regularization_loss(),
        tf.losses.get_total_loss(),
    )[-1],
    "total_in_scope": lambda tf, y, p, fed: (
        tf.losses.mean_squared_error(y, p),
        tf.losses.log_loss(y, p, scope="b"),
        tf.losses.get_total_loss(False, "sum", "b/"),
    )[-1],
} | {
    f"reduction_{key}": lambda tf, y, p, fed, key=key: tf.losses.absolute_difference(
        y, p, fed(COLUMN), reduction=getattr(tf.losses.Reduction, key)
    )
    for key in ("NONE", "SUM", "MEAN", "SUM_OVER_BATCH_SIZE", "SUM_OVER_NONZERO_WEIGHTS")
}


def trained(tf, program, shape):
    """Names of the nodes and of the losses, and the loss with its gradient."""
    feeds = {}

    def fed(array):
        node = tf.placeholder(array.dtype, array.shape if shape == "known" else [None] * array.ndim)
        feeds[node] = array
        return node

    with tf.Graph().as_default() as graph:
        labels, predictions = fed(LABELS), fed(OUTPUTS)
        loss = PROGRAMS[program](tf, labels, predictions, fed)
        nodes = [(n.name, n.op, list(n.input)) for n in graph.as_graph_def().node]
        if shape == "unknown":  # headwater's tf.cond is one node
            nodes = []
        kinds = ("losses", "others", "regularization_losses")
        losses = [[t.name for t in graph.get_collection(kind)] for kind in kinds]
        gradients = [g for g in tf.gradients(loss, [predictions]) if g is not None]
        with tf.Session() as sess:
            values = sess.run([loss, *gradients], feeds)
        return (nodes, losses, loss.name, loss.dtype.name), values


@pytest.mark.parametrize("shape", ["known", "unknown"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_loss(program, shape):
    got, want = trained(ours(), program, shape), trained(oracle(), program, shape)
    assert got[0] == want[0]
    for a, b in zip(got[1], want[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)


ERRORS = {
    "rank": lambda tf: tf.losses.compute_weighted_loss(LABELS, [1.0, 2.0, 3.0]),
    "size": lambda tf: tf.losses.compute_weighted_loss(LABELS, [[1.0, 2.0], [1.0, 2.0]]),
    "reduction": lambda tf: tf.losses.compute_weighted_loss(LABELS, reduction="most"),
    "shapes": lambda tf: tf.losses.mean_squared_error(LABELS, LABELS.T),
    "pairwise_shapes": lambda tf: tf.losses.mean_pairwise_squared_error(LABELS, LABELS.T),
    "softmax_shapes": lambda tf: tf.losses.softmax_cross_entropy(LABELS, LABELS.T),
    "no_axis": lambda tf: tf.losses.cosine_distance(LABELS, LABELS),
    "axis_twice": lambda tf: tf.losses.cosine_distance(LABELS, LABELS, axis=1, dim=1),
    "no_labels": lambda tf: tf.losses.hinge_loss(None, OUTPUTS),
    "no_logits": lambda tf: tf.losses.sigmoid_cross_entropy(LABELS, None),
    "no_weights": lambda tf: tf.losses.mean_squared_error(LABELS, LABELS, None),
    "sparse_rank": lambda tf: tf.losses.sparse_softmax_cross_entropy([[0, 1], [1, 0]], LABELS),
    "no_losses": lambda tf: tf.losses.get_total_loss(),
}


@pytest.mark.parametrize("program", ERRORS)
def test_errors(program):
    messages = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), pytest.raises(ValueError) as caught:
            ERRORS[program](tf)
        messages.append(str(caught.value))
    assert messages[0] == messages[1]
