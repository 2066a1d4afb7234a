"""`tf.contrib.tensor_forest`: random forests, and the resources of `tensorflow.python.ops`."""

import importlib

import numpy as np
import pytest

import headwater as tf
from headwater._src.contrib.trees.forest_growth import impurity

tensor_forest = tf.contrib.tensor_forest.python.tensor_forest


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        tf.set_random_seed(1)
        yield g


def params(**settings):
    common = dict(num_classes=3, num_features=2, num_trees=5, max_nodes=50, split_after_samples=20)
    return tf.contrib.tensor_forest.python.tensor_forest.ForestHParams(
        **{**common, **settings}
    ).fill()


def bands(count, seed):
    """Points of a square; the class is the third of the first coordinate that a point is in."""
    x = np.random.RandomState(seed).rand(count, 2).astype(np.float32)
    return x, np.minimum(x[:, 0] * 3, 2).astype(np.int32)


class Graphs:
    """A forest with placeholders."""

    def __init__(self, hparams, label_type=tf.int32):
        self.x = tf.placeholder(tf.float32, [None, hparams.num_features])
        self.y = tf.placeholder(label_type, [None])
        self.forest = tf.contrib.tensor_forest.python.tensor_forest.RandomForestGraphs(hparams)
        self.train_op = self.forest.training_graph(self.x, self.y)
        self.predictions, self.paths, self.variance = self.forest.inference_graph(self.x)

    def train(self, sess, data, steps, batch=50):
        sess.run(tf.global_variables_initializer())
        for step in range(steps):
            x, y = data(batch, step)
            sess.run(self.train_op, {self.x: x, self.y: y})

    def predict(self, sess, x):
        return sess.run(self.predictions, {self.x: x})


def test_classes_are_learned():
    graphs = Graphs(params())
    x, y = bands(300, 99)
    with tf.Session() as sess:
        graphs.train(sess, bands, 20)
        found, variance, paths = sess.run(
            [graphs.predictions, graphs.variance, graphs.paths], {graphs.x: x}
        )
        size, mixed, loss = sess.run(
            [
                graphs.forest.average_size(),
                graphs.forest.average_impurity(),
                graphs.forest.training_loss(x, y),
            ]
        )
    assert (found.argmax(1) == y).mean() > 0.95
    np.testing.assert_allclose(found.sum(1), 1, rtol=1e-5)
    assert found.shape == variance.shape == (300, 3) and paths.shape == (300, 5)
    assert 5 < size <= 50 and loss == -size and 0 <= mixed < 0.3


def test_regression():
    def slope(count, seed):
        x = np.random.RandomState(seed).rand(count, 2).astype(np.float32)
        return x, 3 * x[:, 1]

    graphs = Graphs(params(regression=True, num_classes=1), tf.float32)
    x, y = slope(200, 99)
    with tf.Session() as sess:
        graphs.train(sess, slope, 40)
        found = graphs.predict(sess, x)
    assert found.shape == (200, 1)
    assert np.abs(found[:, 0] - y).mean() < 0.2


def test_single_examples_are_enough_at_a_time():
    graphs = Graphs(params(num_trees=2, num_splits_to_consider=5))
    x, y = bands(100, 99)
    with tf.Session() as sess:
        graphs.train(sess, bands, 400, batch=1)
        assert (graphs.predict(sess, x).argmax(1) == y).mean() > 0.8


def test_trees_stop_at_max_nodes():
    graphs = Graphs(params(max_nodes=6))
    with tf.Session() as sess:
        graphs.train(sess, bands, 20)
        sizes = sess.run(graphs.forest.variables[4])
        assert sizes.tolist() == [5] * 5  # a split needs room for two
        slots = sess.run(graphs.forest.variables[5])
        assert len(slots) == 0


def test_each_tree_looks_at_its_own_features():
    hparams = params(num_features=10, feature_bagging_fraction=0.3, bagging_fraction=0.5)
    graphs = Graphs(hparams)

    def noise(count, seed):
        x = np.random.RandomState(seed).rand(count, 10).astype(np.float32)
        return x, (x[:, 0] * 3).astype(np.int32)

    with tf.Session() as sess:
        graphs.train(sess, noise, 20)
        feature = sess.run(graphs.forest.variables[0]).reshape(5, -1)
        seen = sess.run(graphs.forest.variables[3])[::50].sum(1)
    for tree, columns in enumerate(hparams.bagged_features):
        assert len(columns) == 3 and set(feature[tree]) <= {-1, *columns}
    assert (seen[seen > 0] < 20 * 50).all()  # examples were left out


def test_saver_keeps_an_unfinished_forest(tmp_path):
    graphs = Graphs(params(split_after_samples=10**6))
    saver = tf.train.Saver()
    with tf.Session() as sess:
        graphs.train(sess, bands, 3)
        before = sess.run(graphs.forest.variables)
        path = saver.save(sess, str(tmp_path / "forest"))
        sess.run(tf.global_variables_initializer())
        assert sess.run(graphs.forest.variables[5]).size == 0
        saver.restore(sess, path)
        for old, new in zip(before, sess.run(graphs.forest.variables), strict=True):
            np.testing.assert_array_equal(old, new)
        assert len(before[5]) == 5  # the roots have tests


def test_same_seed_same_forest():
    def grown():
        with tf.Graph().as_default(), tf.Session() as sess:
            tf.set_random_seed(5)
            graphs = Graphs(params())
            graphs.train(sess, bands, 5)
            return sess.run(graphs.forest.variables[1])

    np.testing.assert_array_equal(grown(), grown())


def test_impurity():
    assert impurity(np.array([4.0, 0.0]), False) == 0
    assert impurity(np.array([2.0, 2.0]), False) == 2
    y = np.array([1.0, 2.0, 6.0])
    sums = np.array([3, y.sum(), (y * y).sum()])
    assert impurity(sums, True) == pytest.approx(((y - y.mean()) ** 2).sum())


def test_settings():
    hparams = tensor_forest.ForestHParams(num_classes=2, num_features=400)
    assert hparams.fill() is hparams
    assert hparams.num_splits_to_consider == 20 and hparams.values()["num_trees"] == 100
    with pytest.raises(ValueError, match="num_features"):
        tensor_forest.ForestHParams(num_classes=2).fill()
    with pytest.raises(tf.errors.UnimplementedError, match="split_finish_name"):
        params(split_finish_name="dominate_hoeffding")
    with pytest.raises(ValueError, match="one trainer"):
        tensor_forest.RandomForestGraphs(params()).training_graph([[0.0, 0.0]], [0], 2)


def test_resources_of_a_program():
    resources = importlib.import_module("headwater.python").ops.resources
    assert tf.python.ops.resources.shared_resources() == []
    with tf.Session() as sess:
        sess.run(resources.initialize_resources(resources.shared_resources()))
        assert sess.run(resources.report_uninitialized_resources()).tolist() == []
    made = tf.Variable(False, use_resource=True)
    resources.register_resource(made.handle, tf.assign(made, True).op, made.is_initialized())
    with tf.Session() as sess:
        assert sess.run(resources.report_uninitialized_resources()).tolist() == [
            made.handle.name.encode()
        ]
        sess.run(tf.python.ops.resources.initialize_resources(resources.shared_resources()))
        assert sess.run(made)
        assert sess.run(resources.report_uninitialized_resources()).size == 0
    assert resources.local_resources() == []
