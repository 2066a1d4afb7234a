"""003, "TensorFlow Basics": every cell that computes something, with the values it shows.

`data/mnist` holds 2,000 test images instead of 10,000; the facts that depend on it differ so.
"""

from __future__ import annotations

import numpy as np
import pytest


def test_hello(tf):
    hello = tf.constant("Hello, TensorFlow!")
    sess = tf.Session()
    assert str(sess.run(hello)) == "b'Hello, TensorFlow!'"


def test_a_simple_graph(tf):
    a = tf.constant(3.0, dtype=tf.float32)
    b = tf.constant(4.0, dtype=tf.float32)
    sum_a_b = tf.add(a, b)
    with tf.Session() as sess:
        assert f"{sess.run(sum_a_b)}" == "7.0"


def test_variable_inputs(tf):
    a = tf.placeholder(tf.float32)
    b = tf.placeholder(tf.float32)
    sum_a_b = tf.add(a, b)
    with tf.Session() as sess:
        feed_dict = {a: 3.0, b: 4.0}
        shown = f"1st Result: {sess.run(sum_a_b, feed_dict=feed_dict)}"
        assert shown == "1st Result: 7.0"
        feed_dict = {a: 2015, b: 2020}
        shown = f"2nd Result: {sess.run(sum_a_b, feed_dict=feed_dict)}"
        assert shown == "2nd Result: 4035.0"


def test_how_the_digits_are_organized(mnist):
    assert mnist.train.images.shape == (55000, 784)
    assert mnist.validation.images.shape == (5000, 784)
    examples = mnist.test.images.shape[0]
    assert mnist.test.images.shape == (examples, 784)
    assert mnist.test.labels.shape == (examples, 10)
    num_labels = np.sum(mnist.test.labels, axis=0, dtype=int)
    assert num_labels.shape == (10,) and num_labels.sum() == examples and num_labels.min() > 0
    assert sorted(mnist.train.labels[1, :]) == [0.0] * 9 + [1.0]
    image = np.reshape(mnist.train.images[1, :], [28, 28])
    assert image.dtype == np.float32 and 0.0 <= image.min() < image.max() <= 1.0


def train(tf, mnist, sess, train_step, x, y_):
    sess.run(tf.global_variables_initializer())
    for _ in range(1000):
        batch_xs, batch_ys = mnist.train.next_batch(100)
        sess.run(train_step, feed_dict={x: batch_xs, y_: batch_ys})


@pytest.fixture
def seeded():
    """`next_batch` shuffles with NumPy's global generator; the figure is then always the same."""
    np.random.seed(0)


def test_logistic_regression_step_by_step(tf, mnist, seeded):
    x = tf.placeholder(tf.float32, [None, 784])
    W = tf.Variable(tf.zeros([784, 10]))
    b = tf.Variable(tf.zeros([10]))
    y = tf.matmul(x, W) + b
    py = tf.nn.softmax(y)
    y_ = tf.placeholder(tf.float32, [None, 10])
    cross_entropy = tf.reduce_mean(-tf.reduce_sum(y_ * tf.log(py), reduction_indices=[1]))
    train_step = tf.train.GradientDescentOptimizer(0.05).minimize(cross_entropy)
    sess = tf.Session()
    train(tf, mnist, sess, train_step, x, y_)
    correct_prediction = tf.equal(tf.argmax(py, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))
    feed_dict = {x: mnist.test.images, y_: mnist.test.labels}
    assert sess.run(accuracy, feed_dict=feed_dict) >= 0.90
    weights = sess.run(W)
    assert weights.shape == (784, 10) and np.ptp(weights[:, 3].reshape(28, 28)) > 0
    sess.close()


def test_the_entire_model(tf, mnist, seeded):
    x = tf.placeholder(tf.float32, [None, 784])
    W = tf.Variable(tf.zeros([784, 10]))
    b = tf.Variable(tf.zeros([10]))
    y = tf.matmul(x, W) + b
    y_ = tf.placeholder(tf.float32, [None, 10])
    cross_entropy = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=y_, logits=y))
    train_step = tf.train.GradientDescentOptimizer(0.5).minimize(cross_entropy)
    sess = tf.Session()
    train(tf, mnist, sess, train_step, x, y_)
    correct_prediction = tf.equal(tf.argmax(y, 1), tf.argmax(y_, 1))
    accuracy = tf.reduce_mean(tf.cast(correct_prediction, tf.float32))
    feed_dict = {x: mnist.test.images, y_: mnist.test.labels}
    assert sess.run(accuracy, feed_dict=feed_dict) >= 0.905
    sess.close()
