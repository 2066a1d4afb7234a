"""The two digit classifiers of the tutorials, written as the tutorials write them."""

from typing import Any, NamedTuple

import headwater as tf


class Classifier(NamedTuple):
    """The ends of a classifier's graph."""

    images: Any  # placeholder, float32 `[n, 784]`
    labels: Any  # placeholder, float32 `[n, 10]`
    keep_prob: Any  # placeholder, float32 `[]`, or None
    train_step: Any  # operation
    accuracy: Any  # float32 `[]`
    weights: Any  # variable of the first layer


def softmax_regression() -> Classifier:
    """One linear layer, trained by plain gradient descent."""
    images = tf.placeholder(tf.float32, [None, 784], name="images")
    labels = tf.placeholder(tf.float32, [None, 10], name="labels")
    weights = tf.Variable(tf.zeros([784, 10]), name="weights")
    biases = tf.Variable(tf.zeros([10]), name="biases")
    logits = tf.matmul(images, weights) + biases
    loss = tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits), name="loss"
    )
    train_step = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    return Classifier(images, labels, None, train_step, _accuracy(logits, labels), weights)


def two_hidden_layers() -> Classifier:
    """784-500-100-10: softmax, then relu, each with dropout, trained by Adam."""
    with tf.name_scope("input"):
        images = tf.placeholder(tf.float32, [None, 784], name="images")
        labels = tf.placeholder(tf.float32, [None, 10], name="labels")
        keep_prob = tf.placeholder(tf.float32, name="keep_prob")
    with tf.name_scope("model"):
        with tf.name_scope("fc1"):
            w1, b1 = _parameters(784, 500)
            hidden = tf.nn.dropout(tf.nn.softmax(tf.matmul(images, w1) + b1), keep_prob)
        with tf.name_scope("fc2"):
            w2, b2 = _parameters(500, 100)
            hidden = tf.nn.dropout(tf.nn.relu(tf.matmul(hidden, w2) + b2), keep_prob)
        with tf.name_scope("fc3"):
            w3, b3 = _parameters(100, 10)
            logits = tf.matmul(hidden, w3) + b3
    with tf.name_scope("train"):
        loss = tf.nn.softmax_cross_entropy_with_logits(labels=labels, logits=logits)
        train_step = tf.train.AdamOptimizer(0.001).minimize(loss)
    return Classifier(images, labels, keep_prob, train_step, _accuracy(logits, labels), w1)


def _parameters(inputs: int, outputs: int) -> tuple[Any, Any]:
    """Weights and biases of a dense layer."""
    weights = tf.Variable(tf.truncated_normal([inputs, outputs], stddev=0.1), name="weights")
    biases = tf.Variable(tf.constant(0.1, shape=[outputs]), name="biases")
    return weights, biases


def _accuracy(logits: Any, labels: Any) -> Any:
    """The share of images whose digit is recognised."""
    with tf.name_scope("evaluation"):
        correct = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))
        return tf.reduce_mean(tf.cast(correct, tf.float32), name="accuracy")
