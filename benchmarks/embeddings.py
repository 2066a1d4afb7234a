"""Large tables of which each step touches a few rows."""

import numpy as np
from registry import repeated
from training import dense, trainer, weight


@repeated
def word2vec_nce(tf):
    """Skip-gram of 50,000 words, 128 numbers each, 64 sampled words, batch 128, gradient descent."""
    words, size, batch = 50_000, 128, 128
    inputs, labels = tf.placeholder(tf.int32, [batch]), tf.placeholder(tf.int32, [batch, 1])
    embeddings = tf.Variable(tf.random_uniform([words, size], -1.0, 1.0))
    weights = tf.Variable(tf.truncated_normal([words, size], stddev=size**-0.5))
    biases = tf.Variable(tf.zeros([words]))
    loss = tf.reduce_mean(
        tf.nn.nce_loss(
            weights=weights,
            biases=biases,
            labels=labels,
            inputs=tf.nn.embedding_lookup(embeddings, inputs),
            num_sampled=64,
            num_classes=words,
        )
    )
    train = tf.train.GradientDescentOptimizer(1.0).minimize(loss)
    rng = np.random.RandomState(0)
    batches = [
        {
            inputs: np.minimum(rng.zipf(1.3, batch), words) - 1,
            labels: np.minimum(rng.zipf(1.3, [batch, 1]), words) - 1,
        }
        for _ in range(8)
    ]
    return trainer(tf, [train, loss], batches)


@repeated
def wide_and_deep(tf):
    """A linear part by FTRL beside embeddings and two dense layers by Adagrad; batch of 100."""
    batch, columns, buckets = 100, 8, 10_000
    ids = tf.placeholder(tf.int32, [batch, columns])
    labels = tf.placeholder(tf.float32, [batch, 1])
    offsets = tf.constant(np.arange(columns, dtype=np.int32) * buckets)
    rows = ids + offsets
    with tf.variable_scope("wide"):
        linear = tf.Variable(tf.zeros([columns * buckets, 1]))
        wide = tf.reduce_sum(tf.nn.embedding_lookup(linear, rows), axis=1)
    before = len(tf.trainable_variables())
    table = weight(tf, [columns * buckets, 16])
    x = tf.reshape(tf.nn.embedding_lookup(table, rows), [batch, columns * 16])
    x = dense(tf, dense(tf, x, columns * 16, 100, tf.nn.relu), 100, 50, tf.nn.relu)
    logits = wide + dense(tf, x, 50, 1)
    loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels=labels, logits=logits))
    variables = tf.trainable_variables()
    train = tf.group(
        tf.train.FtrlOptimizer(0.1, l1_regularization_strength=0.01).minimize(
            loss, var_list=variables[:before]
        ),
        tf.train.AdagradOptimizer(0.05).minimize(loss, var_list=variables[before:]),
    )
    rng = np.random.RandomState(0)
    batches = [
        {
            ids: rng.randint(0, buckets, [batch, columns]),
            labels: rng.randint(0, 2, [batch, 1]).astype(np.float32),
        }
        for _ in range(8)
    ]
    return trainer(tf, [train, loss], batches)
