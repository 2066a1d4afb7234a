"""`tf.contrib.factorization`: k-means as a graph, as an estimator, and its ops."""

import numpy as np
import pytest

import headwater as tf

CENTERS = np.array([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]], np.float32)
KMeans = tf.contrib.factorization.KMeans


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def blobs(count=60, seed=0):
    """Points around `CENTERS`, and which centre each belongs to."""
    random = np.random.RandomState(seed)
    label = np.arange(count) % len(CENTERS)
    return (CENTERS[label] + random.normal(0, 0.3, (count, 2))).astype(np.float32), label


def sorted_rows(array):
    return array[np.lexsort(np.round(array).T)]


def trained(points, steps=5, batch=None, **options):
    """The centres after some steps, and the last results of the graph."""
    x = tf.placeholder(tf.float32, [None, 2])
    parts = KMeans(x, 3, **options).training_graph()
    scores, index, nearest, initialized, centers, init_op, train_op = parts
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        start = 0
        while not sess.run(initialized):
            sess.run(init_op, {x: points[start : start + (batch or len(points))]})
            start += batch or 0
        for step in range(steps):
            rows = points if batch is None else points[step * batch % len(points) :][:batch]
            sess.run(train_op, {x: rows})
        return sess.run([centers, scores[0], index[0], nearest[0]], {x: points})


@pytest.mark.parametrize("how", ["kmeans_plus_plus", "kmc2"])
@pytest.mark.parametrize("batch", [None, 20])
def test_centers_are_found(how, batch):
    points, label = blobs()
    centers, scores, index, nearest = trained(
        points, 15, batch, initial_clusters=how, use_mini_batch=batch is not None, random_seed=3
    )
    np.testing.assert_allclose(sorted_rows(centers), sorted_rows(CENTERS), atol=0.3)
    for number in range(3):  # all points of a blob have one centre
        assert len(set(index[label == number])) == 1
    distances = ((points[:, None] - centers[None]) ** 2).sum(-1)
    np.testing.assert_allclose(scores, distances, atol=1e-3)
    np.testing.assert_allclose(nearest, distances.min(1), atol=1e-3)
    assert index.dtype == np.int32


def test_whole_data_gives_means_and_keeps_centers_nobody_is_near():
    first = np.array([[0.0, 1.0], [9.0, 1.0], [99.0, 99.0]], np.float32)
    points = np.array([[0, 0], [0, 4], [10, 0], [10, 2], [10, 4]], np.float32)
    centers, *_ = trained(points, 1, initial_clusters=first)
    np.testing.assert_allclose(centers, [[0, 2], [10, 2], [99, 99]])


def test_first_centers_may_come_from_a_function():
    def last_three(inputs, count):
        return inputs[0][-count:]

    points, _ = blobs()
    centers, *_ = trained(points, 0, initial_clusters=last_three)
    np.testing.assert_array_equal(centers, points[-3:])


def test_random_first_centers_come_from_several_small_batches():
    points, _ = blobs()
    centers, *_ = trained(points, 0, 2, initial_clusters="random", random_seed=1)
    assert {tuple(c) for c in centers} <= {tuple(p) for p in points}
    assert {tuple(c) for c in centers[:2]} == {tuple(p) for p in points[:2]}


def test_angles():
    random = np.random.RandomState(0)
    label = np.arange(30) % 3
    way = np.array([[1, 0], [0, 1], [-1, -1]])[label] + random.normal(0, 0.05, (30, 2))
    points = (way * random.uniform(1, 50, (30, 1))).astype(np.float32)
    centers, scores, index, _ = trained(
        points, 5, distance_metric=KMeans.COSINE_DISTANCE, initial_clusters="kmeans_plus_plus"
    )
    np.testing.assert_allclose(np.linalg.norm(centers, axis=1), 1, rtol=1e-5)
    cosine = points @ centers.T / np.linalg.norm(points, axis=1, keepdims=True)
    np.testing.assert_allclose(scores, 1 - cosine, atol=1e-5)
    assert all(len(set(index[label == n])) == 1 for n in range(3))


def test_small_batches_move_centers_by_all_points_they_took():
    first = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 100.0]], np.float32)
    points = np.array([[2, 0], [4, 0], [6, 0], [8, 0]], np.float32)
    centers, *_ = trained(points, 2, 2, initial_clusters=first, use_mini_batch=True)
    np.testing.assert_allclose(centers[0], [5, 0])  # the mean of the four, however they came
    np.testing.assert_allclose(centers[1:], first[1:])


def test_points_see_moved_centers_after_some_batches():
    x = tf.placeholder(tf.float32, [None, 2])
    first = np.array([[0.0, 0.0], [50.0, 0.0]], np.float32)
    *_, centers, init_op, train_op = KMeans(
        x, 2, first, use_mini_batch=True, mini_batch_steps_per_iteration=2
    ).training_graph()
    seen = []
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(init_op, {x: first})
        for value in (2, 4, 6, 8):
            sess.run(train_op, {x: [[value, 0]]})
            seen.append(sess.run(centers)[0, 0])
    assert seen == [0, 3, 3, 5]


def test_what_is_refused():
    x = tf.placeholder(tf.float32, [None, 2])
    with pytest.raises(ValueError, match="distance metric"):
        KMeans(x, 2, distance_metric="manhattan")
    with pytest.raises(ValueError, match="number of columns"):
        KMeans(tf.placeholder(tf.float32, [None, None]), 2)
    with pytest.raises(ValueError, match="initial_clusters must be"):
        KMeans(x, 2, initial_clusters="best").training_graph()


def test_nearest_neighbors_op():
    points = np.array([[0, 0], [3, 4]], np.float32)
    near = tf.raw_ops.NearestNeighbors(
        points=points, centers=CENTERS / 10, k=tf.constant(2, tf.int64)
    )
    with tf.Session() as sess:
        index, distance = sess.run(list(near))
    np.testing.assert_array_equal(index[1], [2, 1])
    np.testing.assert_allclose(distance, [[0, 1], [18, 20]])
    assert near[0].shape.as_list() == [2, 2] and index.dtype == np.int64


def test_plus_plus_op_takes_far_points():
    points, label = blobs(300)
    samples = tf.raw_ops.KmeansPlusPlusInitialization(
        points=points, num_to_sample=3, seed=7, num_retries_per_sample=2
    )
    with tf.Session() as sess:
        found = sess.run(samples)
        np.testing.assert_array_equal(found, sess.run(samples))
        np.testing.assert_allclose(sorted_rows(found), sorted_rows(CENTERS), atol=1.5)
        with pytest.raises(tf.errors.InvalidArgumentError, match="num_to_sample"):
            sess.run(
                tf.raw_ops.KmeansPlusPlusInitialization(
                    points=points[:2], num_to_sample=3, seed=7, num_retries_per_sample=2
                )
            )


def test_chain_op_prefers_far_points():
    distances = np.array([0.0, 0.0, 5.0, 0.0, 1e-9], np.float32)
    with tf.Session() as sess:
        found = sess.run(tf.raw_ops.KMC2ChainInitialization(distances=distances, seed=1))
    assert found == 2


def test_estimator(tmp_path):
    points, label = blobs()
    model = tf.contrib.factorization.KMeansClustering(
        3, str(tmp_path), "kmeans_plus_plus", relative_tolerance=1e-4, use_mini_batch=False
    )

    def input_fn():
        return tf.train.limit_epochs(tf.constant(points), num_epochs=1)

    model.train(lambda: tf.constant(points), max_steps=50)
    assert model.get_variable_value("global_step") < 50  # it stopped by itself
    np.testing.assert_allclose(sorted_rows(model.cluster_centers()), sorted_rows(CENTERS), atol=0.3)
    index = np.array(list(model.predict_cluster_index(input_fn)))
    assert all(len(set(index[label == n])) == 1 for n in range(3))
    distances = np.array(list(model.transform(input_fn)))
    assert model.score(input_fn) == pytest.approx(distances.min(1).sum(), rel=1e-4)
