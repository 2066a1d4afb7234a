"""Matrix products are exact, whatever their factors are and whatever is beside them."""

import numpy as np
import pytest

import headwater as tf
from headwater._src.compiler import lower

# name -> the second factor, of a tensor [8, 5] and its shape
FACTORS = {
    "ones": lambda x: tf.ones([5, 3]),
    "a number in a placeholder": lambda x: tf.fill([5, 3], tf.placeholder_with_default(2.5, [])),
    "scaled": lambda x: tf.ones([5, 3]) * tf.reduce_sum(x),
    "zeros like": lambda x: tf.zeros_like(tf.transpose(x))[:, :3] + 1.5,
}


@pytest.mark.parametrize("name", FACTORS)
def test_products_beside_a_convolution(monkeypatch, name):
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    random = np.random.RandomState(0)
    images, weights = random.rand(8, 6, 6, 2), random.rand(3, 3, 2, 4)
    with tf.Graph().as_default(), tf.Session() as session:
        image = tf.placeholder(tf.float32, [8, 6, 6, 2])
        convolved = tf.nn.conv2d(image, tf.constant(weights, tf.float32), [1, 1, 1, 1], "SAME")
        x = tf.reshape(convolved, [8, -1])[:, :5]
        y = FACTORS[name](x)
        product, x, y = session.run([tf.matmul(x, y), x, y], {image: images})
    np.testing.assert_allclose(product, x @ y, rtol=1e-5)


@pytest.mark.parametrize("name", FACTORS)
def test_products_alone(monkeypatch, name):
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    rows = np.random.RandomState(0).rand(8, 5)
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [8, 5])
        y = FACTORS[name](x)
        product, y = session.run([tf.matmul(x, y), y], {x: rows})
    np.testing.assert_allclose(product, rows @ y, rtol=1e-5)


def test_the_gradient_of_a_mean_of_scores(monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    random = np.random.RandomState(0)
    with tf.Graph().as_default(), tf.Session() as session:
        image = tf.placeholder(tf.float32, [8, 6, 6, 2])
        kernel = tf.Variable(random.rand(3, 3, 2, 4).astype(np.float32))
        w = tf.Variable(random.rand(144, 1).astype(np.float32))
        hidden = tf.reshape(tf.nn.conv2d(image, kernel, [1, 1, 1, 1], "SAME"), [8, 144])
        gradient = tf.gradients(tf.reduce_mean(tf.matmul(hidden, w)), w)[0]
        session.run(tf.global_variables_initializer())
        found, hidden = session.run([gradient, hidden], {image: random.rand(8, 6, 6, 2)})
    np.testing.assert_allclose(found, hidden.mean(0, keepdims=True).T, rtol=1e-5)


def test_options_that_this_jaxlib_does_not_know(monkeypatch):
    """The option is experimental: without it programs run as well."""
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    monkeypatch.setattr(lower, "_OPTIONS", {"xla_cpu_no_such_option": True})
    monkeypatch.setattr(lower, "_options_known", True)
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [2, 3])
        product = tf.matmul(x, tf.transpose(x))
        assert session.run(product, {x: np.ones([2, 3])}).tolist() == [[3.0, 3.0], [3.0, 3.0]]
    assert not lower._options_known
