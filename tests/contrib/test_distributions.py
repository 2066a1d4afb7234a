"""`tf.contrib.distributions` and parts of `tf.distributions` against formulas."""

import math

import numpy as np
import pytest

import headwater as tf


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def run(*fetches):
    with tf.Session() as sess:
        return sess.run(list(fetches))


def test_normal_quantiles():
    normal = tf.contrib.distributions.Normal(1.0, 2.0)
    shares = np.array([1e-6, 0.025, 0.5, 0.9, 0.999999], np.float32)
    quantiles, back = run(normal.quantile(shares), normal.cdf(normal.quantile(shares)))
    np.testing.assert_allclose(back, shares, rtol=1e-3)
    np.testing.assert_allclose(quantiles[1:3], [1 - 2 * 1.959964, 1.0], rtol=1e-5)
    assert run(tf.distributions.Normal(0.0, 1.0).quantile(1.0)) == [np.inf]


def test_vectors_of_normal_values():
    made = tf.contrib.distributions.MultivariateNormalDiag([1.0, 2.0], [2.0, 0.5])
    assert made.event_shape.as_list() == [2] and made.batch_shape.as_list() == []
    single = tf.distributions.Normal([1.0, 2.0], [2.0, 0.5])
    x = [0.3, 1.0]
    a, b, covariance, divergence = run(
        made.log_prob(x),
        tf.reduce_sum(single.log_prob(x)),
        made.covariance(),
        tf.distributions.kl_divergence(made, made.copy(loc=[0.0, 0.0])),
    )
    np.testing.assert_allclose(a, b, rtol=1e-5)
    np.testing.assert_allclose(covariance, np.diag([4.0, 0.25]))
    np.testing.assert_allclose(divergence, 0.5 * (1 / 4 + 4 / 0.25), rtol=1e-5)
    samples = run(made.sample(4000, seed=1))[0]
    np.testing.assert_allclose(samples.std(0), [2.0, 0.5], rtol=0.05)


def test_one_hot_classes():
    made = tf.contrib.distributions.OneHotCategorical(probs=[0.2, 0.5, 0.3])
    samples, mode, log_prob = run(made.sample(2000, seed=3), made.mode(), made.log_prob([0, 1, 0]))
    np.testing.assert_allclose(samples.mean(0), [0.2, 0.5, 0.3], atol=0.04)
    assert mode.tolist() == [0, 1, 0] and log_prob == pytest.approx(math.log(0.5), rel=1e-5)


def test_counts_of_draws():
    made = tf.distributions.Multinomial([3.0, 8.0], probs=[[0.2, 0.8], [0.5, 0.5]])
    samples = run(made.sample(500, seed=2))[0]
    assert samples.shape == (500, 2, 2)
    np.testing.assert_array_equal(samples.sum(-1), np.broadcast_to([3.0, 8.0], (500, 2)))
    np.testing.assert_allclose(samples.mean(0), [[0.6, 2.4], [4.0, 4.0]], atol=0.3)


def test_shapes_are_found_when_run():
    loc = tf.placeholder(tf.float32)
    made = tf.distributions.Normal(loc, 1.0)
    assert made.batch_shape.ndims is None
    with tf.Session() as sess:
        shape, sample = sess.run(
            [made.batch_shape_tensor(), made.sample([2])], {loc: np.zeros([3, 1])}
        )
    assert shape.tolist() == [3, 1] and sample.shape == (2, 3, 1)


def test_arguments_are_checked_when_asked_for():
    made = tf.distributions.Normal(0.0, tf.placeholder_with_default(-1.0, []), validate_args=True)
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError):
        sess.run(made.sample())
    strict = tf.distributions.StudentT(0.5, 0.0, 1.0, allow_nan_stats=False)
    with tf.Session() as sess, pytest.raises(tf.errors.InvalidArgumentError, match="not defined"):
        sess.run(strict.mean())


def test_divergences_of_ones_own():
    class Mine(tf.distributions.Distribution):
        """Nothing but a kind."""

        def __init__(self):
            super().__init__(tf.float32, tf.distributions.NOT_REPARAMETERIZED, False, True)

    @tf.distributions.RegisterKL(Mine, Mine)
    def divergence(a, b, name=None):
        return tf.constant(7.0)

    assert run(Mine().kl_divergence(Mine())) == [7.0]
    with pytest.raises(ValueError, match="already been registered"):
        tf.distributions.RegisterKL(Mine, Mine)(divergence)
    with pytest.raises(NotImplementedError, match="entropy is not implemented: Mine"):
        Mine().entropy()


def test_shapes_of_parameters():
    shapes = tf.distributions.Normal.param_static_shapes([2, 3])
    assert {k: v.as_list() for k, v in shapes.items()} == {"loc": [2, 3], "scale": [2, 3]}
    assert tf.distributions.Uniform().parameters["high"] == 1.0
    assert "FULLY" in repr(tf.distributions.FULLY_REPARAMETERIZED)
