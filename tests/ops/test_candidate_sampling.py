"""Candidate samplers against TensorFlow 2.21's CPU kernels, in both tiers."""

import numpy as np
import pytest

import headwater as tf

TRUE = [[0, 3], [5, 1], [2, 2]]
UNIGRAMS = {"range_max": 6, "unigrams": [1.0, 2.0, 30.0, 4.0, 5.0, 1.0], "distortion": 0.7}

# Seed 7, five draws in each of three runs: the classes, how often the first two true ones are
# expected in the last run, and how often the first two drawn ones.
DRAWN = {
    ("uniform", False): (
        {"range_max": 50},
        [[39, 49, 38, 24, 6], [47, 29, 10, 45, 3], [7, 13, 1, 43, 4]],
        [0.1, 0.1],
        [0.1, 0.1],
    ),
    ("uniform", True): (
        {"range_max": 50},
        [[39, 49, 38, 24, 6], [47, 29, 10, 45, 3], [7, 13, 1, 43, 4]],
        [0.1, 0.1],
        [0.1, 0.1],
    ),
    ("log_uniform", False): (
        {"range_max": 50},
        [[29, 0, 5, 25, 0], [42, 3, 5, 8, 15], [44, 3, 4, 0, 0]],
        [0.88145721, 0.28376582],
        [0.02795000, 0.28376582],
    ),
    ("log_uniform", True): (
        {"range_max": 50},
        [[29, 0, 5, 25, 10], [42, 3, 5, 8, 15], [44, 3, 4, 0, 11]],
        [0.68765002, 0.29570901],
        [0.03307476, 0.29570901],
    ),
    ("learned_unigram", False): (
        {"range_max": 12},
        [[3, 7, 1, 10, 4], [5, 5, 0, 9, 2], [0, 9, 5, 2, 3]],
        [0.625, 0.625],
        [0.625, 0.20833333],
    ),
    ("learned_unigram", True): (
        {"range_max": 12},
        [[3, 7, 1, 10, 4], [5, 0, 9, 2, 7], [0, 9, 5, 2, 3]],
        [0.625, 0.625],
        [0.625, 0.20833333],
    ),
    ("fixed_unigram", False): (
        UNIGRAMS,
        [[2, 4, 2, 3, 2], [4, 2, 4, 3, 2], [3, 2, 4, 4, 5]],
        [0.24798325, 0.65443164],
        [0.65443164, 2.68168163],
    ),
    ("fixed_unigram", True): (
        UNIGRAMS,
        [[2, 4, 3, 0, 5], [4, 2, 3, 5, 1], [3, 2, 4, 5, 0]],
        [0.67343092, 0.95432436],
        [0.95432436, 0.99999994],
    ),
}


@pytest.fixture(params=["interpret", "compile"])
def tier(request, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", request.param)
    return request.param


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def sampler(name):
    module = tf.nn if name not in ("all",) and hasattr(tf.nn, f"{name}_candidate_sampler") else None
    return getattr(module or tf.random, f"{name}_candidate_sampler")


@pytest.mark.parametrize(("name", "unique"), DRAWN)
def test_draws_are_tensorflows(name, unique, tier):
    options, classes, true_expected, expected = DRAWN[name, unique]
    found = sampler(name)(tf.constant(TRUE, tf.int64), 2, 5, unique, seed=7, **options)
    with tf.Session() as sess:
        runs = [sess.run(list(found)) for _ in range(3)]
    assert [run[0].tolist() for run in runs] == classes
    np.testing.assert_allclose(runs[-1][1][0], true_expected, rtol=1e-6)
    np.testing.assert_allclose(runs[-1][2][:2], expected, rtol=1e-6)
    assert [x.dtype for x in runs[0]] == [np.int64, np.float32, np.float32]


def test_samplers_by_their_names_in_nn():
    assert sampler("uniform") is tf.nn.uniform_candidate_sampler
    assert sampler("log_uniform") is tf.nn.log_uniform_candidate_sampler
    assert sampler("learned_unigram") is tf.nn.learned_unigram_candidate_sampler
    assert sampler("fixed_unigram") is tf.nn.fixed_unigram_candidate_sampler
    assert tf.nn.all_candidate_sampler is tf.random.all_candidate_sampler


def test_all_classes(tier):
    found = tf.nn.all_candidate_sampler(tf.constant(TRUE, tf.int64), 2, 7, True, seed=7)
    with tf.Session() as sess:
        drawn, true_expected, expected = sess.run(list(found))
    assert drawn.tolist() == list(range(7))
    assert true_expected.tolist() == np.ones((3, 2)).tolist() and expected.tolist() == [1.0] * 7


@pytest.mark.parametrize("size", [1, 40, 300])
def test_as_many_different_classes_as_there_are(size, monkeypatch):
    """Most draws meet a class that has come before: many more of them are needed."""
    found = tf.nn.log_uniform_candidate_sampler(
        tf.zeros([1, 1], tf.int64), 1, size, True, size, seed=3
    )
    results = []
    for tier in ("interpret", "compile"):
        monkeypatch.setenv("HEADWATER_TIER", tier)
        with tf.Session() as sess:
            results.append([sess.run(list(found)) for _ in range(2)])
    for one, other in zip(*results, strict=True):
        assert sorted(one[0].tolist()) == list(range(size))
        np.testing.assert_array_equal(one[0], other[0])
        np.testing.assert_allclose(one[2], other[2], rtol=1e-6)


def test_a_true_class_out_of_range(tier):
    true = tf.placeholder(tf.int64, [None, 1])
    found = tf.nn.uniform_candidate_sampler(true, 1, 2, False, 10)
    with tf.Session() as sess:
        assert sess.run(found[0], {true: [[9]]}).shape == (2,)
        with pytest.raises(
            tf.errors.InvalidArgumentError, match=r"out of range \[0, 10\), received 10"
        ):
            sess.run(found[0], {true: [[1], [10]]})


def test_more_classes_than_there_are(tier):
    found = tf.nn.uniform_candidate_sampler(tf.zeros([1, 1], tf.int64), 1, 5, True, 4)
    with (
        tf.Session() as sess,
        pytest.raises(
            tf.errors.InvalidArgumentError, match="Sampler's range is too small. 5 vs. 4"
        ),
    ):
        sess.run(found[0])


def test_a_step_with_nce_loss_is_one_executable(monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    weights, biases = tf.Variable(tf.ones([40, 4])), tf.Variable(tf.zeros([40]))
    labels, inputs = tf.placeholder(tf.int64, [None, 1]), tf.placeholder(tf.float32, [None, 4])
    loss = tf.reduce_mean(tf.nn.nce_loss(weights, biases, labels, inputs, 8, 40))
    step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(step, {labels: [[1], [2]], inputs: np.ones((2, 4))})
        (built,) = [s for s in sess._steps._steps.values() if s.feeds]
        assert len(built._runners) == 1
