"""`tf.metrics` against TensorFlow: nodes, variables, collections, values over batches, errors."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
RNG = np.random.RandomState(0)
BATCHES = 3
FED = {
    "scores": lambda: RNG.rand(6).astype(np.float32),
    "truth": lambda: RNG.randint(0, 2, 6).astype(np.float32),
    "weights": lambda: RNG.rand(6).astype(np.float32).round(1),
    "classes": lambda: RNG.randint(0, 4, 6),
    "guesses": lambda: RNG.randint(0, 4, 6),
    "vectors": lambda: RNG.randn(6, 3).astype(np.float32),
    "others": lambda: RNG.randn(6, 3).astype(np.float32),
    "sets": lambda: RNG.randint(0, 5, (6, 2)),
    "logits": lambda: RNG.randn(6, 5).astype(np.float32),
    "best": lambda: np.argsort(-RNG.randn(6, 5))[:, :3],
}
DATA = [{k: make() for k, make in FED.items()} for _ in range(BATCHES)]
THRESHOLDS = [0.2, 0.5, 0.75]

# Each is a function of (tf, fed): `fed("scores")` is a placeholder.
PROGRAMS = {
    "mean": lambda tf, fed: tf.metrics.mean(fed("scores")),
    "mean_weights": lambda tf, fed: tf.metrics.mean(fed("scores"), fed("weights"), name="mine"),
    "mean_int": lambda tf, fed: tf.metrics.mean(fed("classes"), 2.0),
    "mean_rows": lambda tf, fed: tf.metrics.mean(fed("vectors"), tf.expand_dims(fed("weights"), 1)),
    "mean_tensor": lambda tf, fed: tf.metrics.mean_tensor(fed("scores")),
    "mean_tensor_weights": lambda tf, fed: tf.metrics.mean_tensor(fed("scores"), fed("weights")),
    "accuracy": lambda tf, fed: tf.metrics.accuracy(fed("classes"), fed("guesses")),
    "accuracy_weights": lambda tf, fed: tf.metrics.accuracy(
        fed("classes"), fed("guesses"), fed("weights"), ["values"], ["updates"], "acc"
    ),
    "accuracy_cast": lambda tf, fed: tf.metrics.accuracy(fed("classes"), fed("truth")),
    "accuracy_column": lambda tf, fed: tf.metrics.accuracy(
        tf.expand_dims(fed("classes"), 1), fed("guesses"), 0.5
    ),
    "mean_absolute_error": lambda tf, fed: tf.metrics.mean_absolute_error(
        fed("truth"), fed("scores")
    ),
    "mean_squared_error": lambda tf, fed: tf.metrics.mean_squared_error(
        fed("truth"), fed("scores"), fed("weights")
    ),
    "root_mean_squared_error": lambda tf, fed: tf.metrics.root_mean_squared_error(
        fed("truth"), fed("scores"), updates_collections=["updates"]
    ),
    "mean_relative_error": lambda tf, fed: tf.metrics.mean_relative_error(
        fed("truth"), fed("scores"), fed("truth")
    ),
    "mean_cosine_distance": lambda tf, fed: tf.metrics.mean_cosine_distance(
        fed("vectors"), fed("others"), 1
    ),
    "percentage_below": lambda tf, fed: tf.metrics.percentage_below(fed("scores"), 0.4),
    "mean_per_class_accuracy": lambda tf, fed: tf.metrics.mean_per_class_accuracy(
        fed("classes"), fed("guesses"), 4
    ),
    "mean_per_class_weights": lambda tf, fed: tf.metrics.mean_per_class_accuracy(
        fed("classes"), fed("guesses"), 4, fed("weights")
    ),
    "mean_iou": lambda tf, fed: tf.metrics.mean_iou(fed("classes"), fed("guesses"), 4),
    "mean_iou_weights": lambda tf, fed: tf.metrics.mean_iou(
        fed("classes"), fed("guesses"), 4, fed("weights")
    ),
    "precision": lambda tf, fed: tf.metrics.precision(fed("truth"), fed("scores") > 0.5),
    "precision_weights": lambda tf, fed: tf.metrics.precision(
        fed("truth"), fed("scores") > 0.5, fed("weights"), ["values"], ["updates"]
    ),
    "recall": lambda tf, fed: tf.metrics.recall(fed("truth"), fed("scores") > 0.5),
    "auc": lambda tf, fed: tf.metrics.auc(fed("truth"), fed("scores"), num_thresholds=20),
    "auc_weights": lambda tf, fed: tf.metrics.auc(fed("truth"), fed("scores"), fed("weights")),
    "auc_pr": lambda tf, fed: tf.metrics.auc(fed("truth"), fed("scores"), curve="PR"),
    "auc_careful": lambda tf, fed: tf.metrics.auc(
        fed("truth"), fed("scores"), curve="PR", summation_method="careful_interpolation"
    ),
    "auc_careful_roc": lambda tf, fed: tf.metrics.auc(
        fed("truth"), fed("scores"), summation_method="careful_interpolation"
    ),
    "auc_minoring": lambda tf, fed: tf.metrics.auc(
        fed("truth"), fed("scores"), summation_method="minoring"
    ),
    "auc_majoring": lambda tf, fed: tf.metrics.auc(
        fed("truth"), fed("scores"), summation_method="majoring", thresholds=[0.6, 0.1]
    ),
    "sensitivity_at_specificity": lambda tf, fed: tf.metrics.sensitivity_at_specificity(
        fed("truth"), fed("scores"), 0.6
    ),
    "specificity_at_sensitivity": lambda tf, fed: tf.metrics.specificity_at_sensitivity(
        fed("truth"), fed("scores"), 0.6, fed("weights")
    ),
    "precision_at_thresholds": lambda tf, fed: tf.metrics.precision_at_thresholds(
        fed("truth"), fed("scores"), THRESHOLDS
    ),
    "recall_at_thresholds": lambda tf, fed: tf.metrics.recall_at_thresholds(
        fed("truth"), fed("scores"), THRESHOLDS, fed("weights")
    ),
    "precision_at_k": lambda tf, fed: tf.metrics.precision_at_k(fed("sets"), fed("logits"), 3),
    "precision_at_k_class": lambda tf, fed: tf.metrics.precision_at_k(
        fed("sets"), fed("logits"), 3, 2, fed("weights")
    ),
    "sparse_precision_at_k": lambda tf, fed: tf.metrics.sparse_precision_at_k(
        fed("sets"), fed("logits"), 2
    ),
    "recall_at_k": lambda tf, fed: tf.metrics.recall_at_k(
        fed("sets"), fed("logits"), 3, weights=fed("weights")
    ),
    "recall_at_k_vector": lambda tf, fed: tf.metrics.recall_at_k(fed("classes"), fed("logits"), 2),
    "recall_at_k_sparse": lambda tf, fed: tf.metrics.recall_at_k(
        tf.sparse.from_dense(fed("sets")), fed("logits"), 2, class_id=1
    ),
    "precision_at_top_k": lambda tf, fed: tf.metrics.precision_at_top_k(fed("sets"), fed("best")),
    "recall_at_top_k": lambda tf, fed: tf.metrics.recall_at_top_k(fed("sets"), fed("best"), 3, 1),
    "average_precision_at_k": lambda tf, fed: tf.metrics.average_precision_at_k(
        fed("sets"), fed("logits"), 3
    ),
    "average_precision_weights": lambda tf, fed: tf.metrics.average_precision_at_k(
        fed("sets"), fed("logits"), 3, fed("weights")
    ),
    "average_precision_unknown": lambda tf, fed: tf.metrics.average_precision_at_k(
        fed("sets") * 2, fed("logits"), 3
    ),
    "sparse_average_precision_at_k": lambda tf, fed: tf.metrics.sparse_average_precision_at_k(
        tf.sparse.from_dense(fed("sets")), fed("logits"), 3
    ),
} | {
    f"{truth}_{sign}{suffix}": lambda tf, fed, name=f"{truth}_{sign}", suffix=suffix: (
        getattr(tf.metrics, name)(fed("truth"), fed("scores") > 0.5, fed("weights"))
        if not suffix
        else getattr(tf.metrics, name + suffix)(fed("truth"), fed("scores"), THRESHOLDS)
    )
    for truth in ("true", "false")
    for sign in ("positives", "negatives")
    for suffix in ("", "_at_thresholds")
}


def measured(tf, program, shape):
    """What the metric puts into the graph, and its values before, during and after batches."""
    nodes = {}

    def fed(key):
        if key not in nodes:
            array = DATA[0][key]
            dims = array.shape if shape == "known" else [None] * array.ndim
            if shape == "channels" and array.ndim == 2:
                dims = [None, array.shape[1]]
            nodes[key] = tf.placeholder(array.dtype, dims)
        return nodes[key]

    with tf.Graph().as_default() as graph:
        value, update = PROGRAMS[program](tf, fed)
        kinds = ("local_variables", "metric_variables", "values", "updates", "variables")
        facts = {kind: [t.name for t in graph.get_collection(kind)] for kind in kinds}
        facts["value"] = value.name, value.dtype.base_dtype.name, value.shape.as_list()
        facts["update"] = update.name, update.dtype.name, update.shape.as_list()
        facts["shapes"] = [v.shape.as_list() for v in graph.get_collection("local_variables")]
        listing = [(n.name, n.op) for n in graph.as_graph_def().node]
        with tf.Session() as sess:
            sess.run(tf.local_variables_initializer())
            values = [sess.run(value)]
            for batch in DATA:
                values.append(sess.run(update, {t: batch[k] for k, t in nodes.items()}))
                values.append(sess.run(value))
            values += sess.run(tf.local_variables())
    return facts, values, listing


@pytest.mark.parametrize("shape", ["known", "channels"])
@pytest.mark.parametrize("program", PROGRAMS)
def test_metric(program, shape):
    if shape == "channels" and "mean_tensor" in program:
        pytest.skip("mean_tensor needs a shape")
    got, want = measured(ours(), program, shape), measured(oracle(), program, shape)
    assert got[0] == want[0]
    for a, b in zip(got[1], want[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6)
    if not any(op in ("Switch", "DynamicStitch") for _, op in want[2]):
        assert got[2] == want[2]


ERRORS = {
    "curve": lambda tf, x: tf.metrics.auc(x, x, curve="ROX"),
    "summation": lambda tf, x: tf.metrics.auc(x, x, summation_method="best"),
    "specificity": lambda tf, x: tf.metrics.sensitivity_at_specificity(x, x, -1),
    "sensitivity": lambda tf, x: tf.metrics.specificity_at_sensitivity(x, x, 1.5),
    "shapes": lambda tf, x: tf.metrics.accuracy(x, tf.ones([3, 2])),
    "weights": lambda tf, x: tf.metrics.mean(x, tf.ones([3])),
}


@pytest.mark.parametrize("program", ERRORS)
def test_errors(program):
    messages = []
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), pytest.raises(ValueError) as caught:
            ERRORS[program](tf, tf.placeholder(tf.float32, [4]))
        messages.append(str(caught.value))
    assert messages[0] == messages[1]


def test_predictions_out_of_range():
    for tf in (ours(), oracle()):
        with tf.Graph().as_default(), tf.Session() as sess:
            _, update = tf.metrics.auc([1.0, 0.0], tf.placeholder_with_default([0.5, 1.5], [2]))
            sess.run(tf.local_variables_initializer())
            with pytest.raises(tf.errors.InvalidArgumentError, match=r"must be in \[0, 1\]"):
                sess.run(update)
