"""`tf.keras.metrics` against TensorFlow's: results after each batch, variables, configs."""

import numpy as np
import pytest

from .harness import oracle, ours

pytestmark = pytest.mark.filterwarnings("ignore")  # TensorFlow's, about deprecations

METRICS = {
    "Accuracy": (lambda m: m.Accuracy(), "classes"),
    "BinaryAccuracy": (lambda m: m.BinaryAccuracy(threshold=0.4), "binary"),
    "CategoricalAccuracy": (lambda m: m.CategoricalAccuracy(), "one_hot"),
    "SparseCategoricalAccuracy": (lambda m: m.SparseCategoricalAccuracy(), "sparse"),
    "TopKCategoricalAccuracy": (lambda m: m.TopKCategoricalAccuracy(k=2), "one_hot"),
    "SparseTopKCategoricalAccuracy": (lambda m: m.SparseTopKCategoricalAccuracy(k=2), "sparse"),
    "AUC": (lambda m: m.AUC(), "binary"),
    "AUC_PR": (lambda m: m.AUC(num_thresholds=20, curve="PR"), "binary"),
    "AUC_PR_minoring": (lambda m: m.AUC(20, "PR", "minoring"), "binary"),
    "AUC_majoring": (lambda m: m.AUC(20, "ROC", "majoring", thresholds=[0.2, 0.6]), "binary"),
    "Precision": (lambda m: m.Precision(), "binary"),
    "Precision_class": (lambda m: m.Precision(thresholds=[0.3, 0.6], class_id=1), "binary"),
    "Precision_top": (lambda m: m.Precision(top_k=2), "binary"),
    "Recall": (lambda m: m.Recall(thresholds=0.3), "binary"),
    "Recall_top": (lambda m: m.Recall(top_k=1), "binary"),
    "TruePositives": (lambda m: m.TruePositives(), "binary"),
    "TrueNegatives": (lambda m: m.TrueNegatives(thresholds=[0.1, 0.6]), "binary"),
    "FalsePositives": (lambda m: m.FalsePositives(), "binary"),
    "FalseNegatives": (lambda m: m.FalseNegatives(), "binary"),
    "SensitivityAtSpecificity": (lambda m: m.SensitivityAtSpecificity(0.6), "binary"),
    "SpecificityAtSensitivity": (lambda m: m.SpecificityAtSensitivity(0.6, 9), "binary"),
    "MeanIoU": (lambda m: m.MeanIoU(num_classes=4), "classes"),
    "CosineSimilarity": (lambda m: m.CosineSimilarity(), "real"),
    "MeanAbsoluteError": (lambda m: m.MeanAbsoluteError(), "real"),
    "MeanAbsolutePercentageError": (lambda m: m.MeanAbsolutePercentageError(), "real"),
    "MeanSquaredError": (lambda m: m.MeanSquaredError(), "real"),
    "MeanSquaredLogarithmicError": (lambda m: m.MeanSquaredLogarithmicError(), "real"),
    "RootMeanSquaredError": (lambda m: m.RootMeanSquaredError(), "real"),
    "MeanRelativeError": (lambda m: m.MeanRelativeError([1.0, 2.0, 3.0, 0.0]), "real"),
    "Hinge": (lambda m: m.Hinge(), "binary"),
    "SquaredHinge": (lambda m: m.SquaredHinge(), "binary"),
    "CategoricalHinge": (lambda m: m.CategoricalHinge(), "one_hot"),
    "LogCoshError": (lambda m: m.LogCoshError(), "real"),
    "Poisson": (lambda m: m.Poisson(), "binary"),
    "KLDivergence": (lambda m: m.KLDivergence(), "one_hot"),
    "BinaryCrossentropy": (lambda m: m.BinaryCrossentropy(label_smoothing=0.1), "binary"),
    "CategoricalCrossentropy": (lambda m: m.CategoricalCrossentropy(), "one_hot"),
    "SparseCategoricalCrossentropy": (lambda m: m.SparseCategoricalCrossentropy(), "sparse"),
    "Mean": (lambda m: m.Mean(name="average"), "values"),
    "Sum": (lambda m: m.Sum(), "values"),
    "MeanTensor": (lambda m: m.MeanTensor(), "values"),
}


def batches(kind):
    rng = np.random.RandomState(2)
    for _ in range(3):
        scores = rng.rand(6, 4).astype(np.float32) + 0.01
        scores /= scores.sum(-1, keepdims=True)
        true = {
            "binary": rng.randint(0, 2, (6, 4)),
            "one_hot": np.eye(4)[rng.randint(0, 4, 6)],
            "sparse": rng.randint(0, 4, (6, 1)),
            "classes": rng.randint(0, 4, 6),
            "real": rng.randn(6, 4),
            "values": rng.randn(6, 4),
        }[kind].astype(np.float32)
        guess = rng.randint(0, 4, 6).astype(np.float32) if kind == "classes" else scores
        yield true, guess, rng.rand(6).astype(np.float32)


def measured(tf, make, kind, weighted):
    """Names and shapes of the variables, the config's keys, the values after each batch."""
    first = next(batches(kind))
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.keras.backend.set_session(sess)
        metric = make(tf.keras.metrics)
        feeds = [tf.placeholder(tf.float32, a.shape) for a in first]
        values = feeds[:1] if kind == "values" else feeds[:2]
        weights = {}
        if weighted:
            full = kind == "values" and "mean_tensor" in metric.name
            weights = {"sample_weight": tf.tile(feeds[2][:, None], [1, 4]) if full else feeds[2]}
        result = metric(*values, **weights)
        sess.run([v.initializer for v in metric.variables])
        found = []
        for batch in batches(kind):
            found.append(sess.run(result, dict(zip(feeds, batch))))
            found += sess.run(list(metric.variables))
        metric.reset_states()
        found += sess.run(list(metric.variables))
        names = [(v.name, v.shape.as_list()) for v in metric.variables]
        assert result._metric_obj is metric
    return metric.name, names, found


@pytest.mark.parametrize("weighted", [False, True], ids=["plain", "weighted"])
@pytest.mark.parametrize("name", METRICS)
def test_metric(name, weighted):
    got = measured(ours(), *METRICS[name], weighted)
    want = measured(oracle(), *METRICS[name], weighted)
    assert got[:2] == want[:2]
    for a, b in zip(got[2], want[2], strict=True):
        np.testing.assert_allclose(a, b, rtol=3e-5, atol=1e-6)
