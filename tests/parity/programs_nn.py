"""Activations, softmax, the cross-entropies, bias, dropout."""

from __future__ import annotations

import numpy as np

from .harness import Case, Collection

programs = Collection("nn")

LOGITS = np.array([[2.0, -1.0, 0.5], [0.1, 0.2, 3.0]])
LABELS = np.array([[0.0, 1.0, 0.0], [0.2, 0.3, 0.5]])


def activation(name):
    def program(tf):
        x = tf.constant([-3.0, -0.5, 0.0, 0.5, 3.0, 8.0], name="x")
        u = tf.placeholder(tf.float64, [None, 2], name="u")
        y, z = getattr(tf.nn, name)(x), getattr(tf.nn, name)(u, name="z")
        return Case([y, z], {u: [[-1, 1]]}, ys=[y, tf.cast(z, tf.float32)], xs=[x, u], rtol=2e-6)

    return program


programs.each(
    {
        name: activation(name)
        for name in ["relu", "relu6", "elu", "sigmoid", "tanh", "softplus", "softsign", "selu"]
    }
)


@programs
def softmax(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.nn.softmax(x)
    return Case(
        [
            y,
            tf.nn.softmax([1.0, 2.0]),
            tf.nn.softmax(x, axis=0),
            tf.nn.softmax(x, dim=-1),
            tf.nn.softmax(tf.ones([2, 2, 3])),
            tf.nn.softmax([[1000.0, 0.0]]),
        ],
        {x: LOGITS},
        ys=[y * y],
        xs=[x],
        rtol=3e-6,
    )


@programs
def log_softmax(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    y = tf.nn.log_softmax(x)
    return Case(
        [y, tf.nn.log_softmax(x, axis=0)], {x: LOGITS}, ys=[y * [1.0, 2.0, 3.0]], xs=[x], rtol=3e-6
    )


@programs
def softmax_cross_entropy(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    t = tf.placeholder(tf.float32, [None, 3], name="t")
    y = tf.nn.softmax_cross_entropy_with_logits(labels=t, logits=x)
    return Case(y, {x: LOGITS, t: LABELS}, ys=[tf.reduce_mean(y)], xs=[x], rtol=3e-6)


@programs
def softmax_cross_entropy_v2(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    t = tf.placeholder(tf.float32, [None, 3], name="t")
    y = tf.nn.softmax_cross_entropy_with_logits_v2(labels=t, logits=x)
    return Case(y, {x: LOGITS, t: LABELS}, ys=[y], xs=[x, t], rtol=3e-6)


@programs
def cross_entropy_of_higher_rank(tf):
    x = tf.constant(np.stack([LOGITS, -LOGITS]), tf.float32)
    y = tf.nn.softmax_cross_entropy_with_logits_v2(labels=tf.nn.softmax(x * 2.0), logits=x)
    return Case(y, ys=[y], xs=[x], rtol=5e-6)


@programs
def sparse_cross_entropy(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    t = tf.placeholder(tf.int64, [None], name="t")
    y = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=t, logits=x)
    return Case(y, {x: LOGITS, t: [1, 2]}, ys=[y], xs=[x], rtol=3e-6)


@programs
def sigmoid_cross_entropy(tf):
    x = tf.constant(LOGITS, tf.float32)
    y = tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.constant(LABELS, tf.float32), logits=x)
    return Case(y, ys=[y], xs=[x], rtol=3e-6)


@programs
def bias_add(tf):
    x = tf.placeholder(tf.float32, [None, 3], name="x")
    b = tf.constant([1.0, 2.0, 3.0], name="b")
    y = tf.nn.bias_add(x, b)
    image = tf.ones([1, 2, 2, 3])
    return Case(
        [y, tf.nn.bias_add(image, b), tf.nn.xw_plus_b(x, tf.ones([3, 2]), [1.0, 2.0])],
        {x: LOGITS},
        ys=[y * y],
        xs=[x, b],
    )


@programs
def l2_and_normalisation(tf):
    x = tf.constant(LOGITS, tf.float32)
    return Case(
        [
            tf.nn.l2_loss(x),
            tf.nn.l2_normalize(x, 1),
            *tf.nn.moments(x, [0]),
        ],
        ys=[tf.nn.l2_loss(x)],
        xs=[x],
        rtol=3e-6,
    )


@programs
def fraction_of_zeros(tf):
    x = tf.placeholder(tf.float32, [None], name="x")
    return Case(tf.nn.zero_fraction(x), {x: [0, 1, 2, 0, 0]}, functional=True)


@programs
def dropout(tf):
    x = tf.constant(np.arange(1, 41).reshape(5, 8), tf.float32, name="x")
    y = tf.nn.dropout(x, 0.5, seed=1)
    return Case(y, ys=[y], xs=[x], steps=1)


@programs
def dropout_with_a_fed_keep_prob(tf):
    x = tf.placeholder(tf.float32, [None, 6], name="x")
    keep = tf.placeholder(tf.float32, name="keep")
    y = tf.nn.dropout(x, keep_prob=keep, seed=3)
    feeds = {x: np.ones((4, 6)), keep: 0.7}
    return Case(y, [feeds, {**feeds, keep: 1.0}, feeds], steps=3)


@programs
def dropout_forms(tf):
    x = tf.constant(np.ones((4, 6)), tf.float32)
    return Case(
        [
            tf.nn.dropout(x, rate=0.25, seed=5),
            tf.nn.dropout(x, 1.0),
            tf.nn.dropout(x, 0.5, noise_shape=[4, 1], seed=6, name="shared"),
        ],
        steps=2,
    )


@programs
def digit_network(tf):
    x = tf.placeholder(tf.float32, [None, 6], name="x")
    t = tf.placeholder(tf.float32, [None, 3], name="t")
    w1 = tf.Variable(np.linspace(-1, 1, 30).reshape(6, 5), dtype=tf.float32, name="w1")
    b1 = tf.Variable(tf.constant(0.1, shape=[5]), name="b1")
    w2 = tf.Variable(np.linspace(1, -1, 15).reshape(5, 3), dtype=tf.float32, name="w2")
    h = tf.nn.relu(tf.matmul(x, w1) + b1)
    y = tf.matmul(h, w2)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels=t, logits=y))
    right = tf.equal(tf.argmax(y, 1), tf.argmax(t, 1))
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    feeds = {x: np.sin(np.arange(24)).reshape(4, 6), t: np.eye(3)[[0, 1, 2, 1]]}
    return Case([h, y, loss, accuracy], feeds, init=True, ys=loss, xs=[w1, b1, w2], rtol=1e-5)
