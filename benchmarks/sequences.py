"""Sequences: an LSTM unrolled and in a loop, and a block of a transformer."""

import numpy as np
from registry import repeated
from training import cross_entropy, dense, labelled, trainer, weight


@repeated
def lstm_static(tf):
    """An LSTM of 128 units over 28 rows of 28 pixels, unrolled; batch of 100, Adam."""
    images = tf.placeholder(tf.float32, [None, 28, 28])
    labels = tf.placeholder(tf.float32, [None, 10])
    cell = tf.nn.rnn_cell.BasicLSTMCell(128, forget_bias=1.0)
    outputs, _ = tf.nn.static_rnn(cell, tf.unstack(images, 28, 1), dtype=tf.float32)
    loss = cross_entropy(tf, dense(tf, outputs[-1], 128, 10), labels)
    train = tf.train.AdamOptimizer(1e-3).minimize(loss)
    return trainer(tf, train, labelled(images, labels, [100, 28, 28]))


@repeated
def lstm_dynamic(tf):
    """The same LSTM by `dynamic_rnn`, with sequences of different lengths."""
    images = tf.placeholder(tf.float32, [None, 28, 28])
    labels, lengths = tf.placeholder(tf.float32, [None, 10]), tf.placeholder(tf.int32, [None])
    cell = tf.nn.rnn_cell.BasicLSTMCell(128, forget_bias=1.0)
    _, state = tf.nn.dynamic_rnn(cell, images, sequence_length=lengths, dtype=tf.float32)
    loss = cross_entropy(tf, dense(tf, state.h, 128, 10), labels)
    train = tf.train.AdamOptimizer(1e-3).minimize(loss)
    batches = labelled(images, labels, [100, 28, 28])
    rng = np.random.RandomState(1)
    for batch in batches:
        batch[lengths] = rng.randint(1, 29, 100)
    return trainer(tf, train, batches)


def _normalized(tf, x, width):
    mean, variance = tf.nn.moments(x, [-1], keep_dims=True)
    scale, offset = tf.Variable(tf.ones([width])), tf.Variable(tf.zeros([width]))
    return (x - mean) * tf.rsqrt(variance + 1e-6) * scale + offset


@repeated
def transformer_block(tf):
    """Training one block: 4 heads, width 128, 32 positions, batch of 16, Adam."""
    batch, length, width, heads = 16, 32, 128, 4
    x = tf.placeholder(tf.float32, [batch, length, width])
    target = tf.placeholder(tf.float32, [batch, length, width])

    def linear(value, inputs, outputs):
        flat = tf.matmul(tf.reshape(value, [-1, inputs]), weight(tf, [inputs, outputs], 0.05))
        return tf.reshape(flat, [batch, length, outputs])

    def split(value):
        parts = tf.reshape(value, [batch, length, heads, width // heads])
        return tf.transpose(parts, [0, 2, 1, 3])

    queries, keys, values = (split(linear(x, width, width)) for _ in range(3))
    scores = tf.matmul(queries, keys, transpose_b=True) * (width // heads) ** -0.5
    mixed = tf.transpose(tf.matmul(tf.nn.softmax(scores), values), [0, 2, 1, 3])
    attended = linear(tf.reshape(mixed, [batch, length, width]), width, width)
    y = _normalized(tf, x + tf.nn.dropout(attended, keep_prob=0.9), width)
    y = _normalized(tf, y + linear(tf.nn.relu(linear(y, width, 512)), 512, width), width)
    train = tf.train.AdamOptimizer(1e-3).minimize(tf.reduce_mean(tf.square(y - target)))
    rng = np.random.RandomState(0)
    shape = [batch, length, width]
    return trainer(tf, train, [{x: rng.randn(*shape), target: rng.randn(*shape)} for _ in range(4)])
