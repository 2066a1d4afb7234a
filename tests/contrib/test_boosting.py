"""`tf.contrib.boosted_trees`: gradient boosting, and the search for splits below it."""

import itertools

import numpy as np
import pytest

import headwater as tf
from headwater._src.contrib.trees import split_search
from headwater._src.contrib.trees.split_search import Costs

estimator = tf.contrib.boosted_trees.estimator_batch.estimator
learner_pb2 = tf.contrib.boosted_trees.proto.learner_pb2


def config(**settings):
    made = tf.contrib.boosted_trees.proto.learner_pb2.LearnerConfig()
    made.learning_rate_tuner.fixed.learning_rate = 0.3
    made.regularization.l2 = 0.001
    made.constraints.max_tree_depth = 3
    for name, value in settings.items():
        setattr(made, name, value)
    return made


def rings(count=400, seed=0):
    """Points of a square; the class is 0, 1 or 2 by the distance from the middle."""
    x = np.random.RandomState(seed).uniform(-1, 1, (count, 2)).astype(np.float32)
    radius = np.abs(x).max(1)
    return x, (radius > 0.4).astype(np.int32) + (radius > 0.75)


def input_fn(x, y, train):
    def function():
        if not train:
            return tf.train.limit_epochs(tf.constant(x), 1), tf.constant(y)
        rows = tf.random_shuffle(tf.range(len(x)))[:200]
        return {"a": tf.gather(x[:, 0], rows), "b": tf.gather(x[:, 1], rows)}, tf.gather(y, rows)

    return function


def fitted(model, data, steps=200):
    x, y = data
    model.fit(input_fn(x, y, True), max_steps=steps)
    return model.evaluate(
        lambda: ({"a": tf.constant(x[:, 0]), "b": tf.constant(x[:, 1])}, tf.constant(y)), steps=1
    )


Classifier = (
    tf.contrib.boosted_trees.estimator_batch.estimator.GradientBoostedDecisionTreeClassifier
)


@pytest.mark.parametrize("mode", ["LAYER_BY_LAYER", "WHOLE_TREE"])
def test_classes(mode, tmp_path):
    learner = config(growing_mode=learner_pb2.LearnerConfig.GrowingMode.Value(mode))
    model = Classifier(
        learner,
        200,
        n_classes=3,
        num_trees=12,
        center_bias=False,
        config=tf.contrib.learn.RunConfig(
            model_dir=str(tmp_path), tf_random_seed=1, save_checkpoints_steps=20
        ),
    )
    measured = fitted(model, rings())
    assert measured["accuracy"] > 0.9 and measured["average_loss"] < 0.6
    # It stopped when the trees were finished: three layers for each, and one step to see that.
    assert 12 < measured["global_step"] <= 12 * 3 + 1
    assert model.get_variable_value("boosting/roots").shape == (12,)
    again = Classifier(learner, 200, 3, 12, center_bias=False, model_dir=str(tmp_path))
    before = again.get_variable_value("boosting/value")
    again.fit(input_fn(*rings(), True), steps=5)
    np.testing.assert_array_equal(again.get_variable_value("boosting/value"), before)


def test_one_tree_for_each_class(tmp_path):
    learner = config(multi_class_strategy=learner_pb2.LearnerConfig.TREE_PER_CLASS)
    model = Classifier(learner, 200, 3, 9, center_bias=False, model_dir=str(tmp_path))
    assert fitted(model, rings())["accuracy"] > 0.85
    value = model.get_variable_value("boosting/value")
    assert ((value != 0).sum(1) <= 1).all()


def test_two_classes_with_weights_and_small_batches(tmp_path):
    x, y = rings()
    model = Classifier(
        config(), 500, 2, 8, weight_column_name="w", model_dir=str(tmp_path), num_quantiles=20
    )

    def function():
        rows = tf.random_shuffle(tf.range(len(x)))[:200]
        labels = tf.cast(tf.gather(y, rows) > 0, tf.int32)
        weights = 1.0 + tf.cast(labels, tf.float32)
        return {"x": tf.gather(x, rows), "w": weights}, labels

    model.fit(function, steps=90)
    assert model.evaluate(function, steps=2)["accuracy"] > 0.9
    assert model.get_variable_value("boosting/bias").shape == (1,)
    assert model.get_variable_value("boosting/bias")[0] > 0  # of the first 500, most weight is on 1
    assert model.get_variable_value("boosting/boundaries").shape == (2, 19)
    found = next(model.predict(input_fn=function, predict_keys=["probabilities"]))
    assert found["probabilities"].sum() == pytest.approx(1)


def test_regression(tmp_path):
    x, _ = rings()
    y = (x[:, 0] * x[:, 1] + 3).astype(np.float32)
    learner = config()
    learner.feature_fraction_per_level = 0.5
    model = estimator.GradientBoostedDecisionTreeRegressor(
        learner,
        200,
        num_trees=30,
        model_dir=str(tmp_path),
        feature_columns=[tf.feature_column.numeric_column(name) for name in "ab"],
    )
    measured = fitted(model, (x, y))
    assert measured["average_loss"] < 0.3 * y.var()
    assert measured["prediction/mean"] == pytest.approx(3, abs=0.1)


def test_best_split_is_that_of_a_search_through_all():
    random = np.random.RandomState(0)
    points = random.randint(0, 6, (80, 4)).astype(np.float32)
    points[:, 2] = 1  # nothing to split
    leaf = random.randint(0, 3, 80)
    gradients, curvatures = random.normal(size=(80, 2)), random.rand(80, 2)
    costs = Costs(l1=0.1, l2=0.5, complexity=0.0, least_weight=1.0)
    boundaries = split_search.boundaries_of(points, 50)
    bins = split_search.bins_of(points, boundaries)
    found = split_search.best_splits(bins, range(4), leaf, 4, gradients, curvatures, costs)
    assert found.gain[3] == -np.inf  # a leaf without examples
    for number in range(3):
        there = leaf == number
        gains = {}
        for feature, cut in itertools.product(range(4), range(5)):
            left = points[there, feature] <= cut
            sides = [(gradients[there][s], curvatures[there][s]) for s in (left, ~left)]
            if min(h.mean(1).sum() for _, h in sides) < 1.0:
                continue
            worth = [costs.worth(g.sum(0), h.sum(0)) for g, h in sides]
            whole = costs.worth(gradients[there].sum(0), curvatures[there].sum(0))
            gains[feature, cut] = sum(worth) - whole
        best = max(gains, key=gains.get)
        assert found.gain[number] == pytest.approx(gains[best])
        threshold = boundaries[found.feature[number], found.bin[number]]
        assert (found.feature[number], threshold) == best


def test_weights():
    costs = Costs(l1=1.0, l2=2.0, complexity=0.0, least_weight=0.0)
    weights = costs.weights(np.array([[4.0, -0.5, -3.0]]), np.array([[1.0, 1.0, 0.0]]))
    np.testing.assert_allclose(weights, [[-1.0, 0.0, 1.0]])


def test_boundaries_have_as_many_examples_between_them():
    points = np.arange(1000, dtype=np.float32)[:, None] % 500
    bins = split_search.bins_of(points, split_search.boundaries_of(points, 10))
    assert np.bincount(bins[0]).tolist() == [100] * 10 or np.ptp(np.bincount(bins[0])) <= 4


@pytest.mark.parametrize(
    "change",
    [
        dict(pruning_mode=learner_pb2.LearnerConfig.POST_PRUNE),
        dict(multi_class_strategy=learner_pb2.LearnerConfig.FULL_HESSIAN),
        dict(weak_learner_type=learner_pb2.LearnerConfig.OBLIVIOUS_DECISION_TREE),
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_not_offered(change):
    with pytest.raises(tf.errors.UnimplementedError, match=next(iter(change))):
        Classifier(config(**change), 10)


def test_learning_rates_that_change_are_not_offered():
    learner = config()
    learner.learning_rate_tuner.dropout.learning_rate = 0.1
    with pytest.raises(tf.errors.UnimplementedError, match="learning_rate_tuner"):
        Classifier(learner, 10)
    with pytest.raises(tf.errors.UnimplementedError, match="output_leaf_index"):
        Classifier(config(), 10, output_leaf_index=True)
