"""Predicts the next of many numbers without computing all logits: sampled softmax."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 300, "training steps")
tf.flags.DEFINE_integer("classes", 200, "how many numbers there are")
FLAGS = tf.flags.FLAGS


def main(_):
    tf.set_random_seed(1)
    n, size = FLAGS.classes, 16
    inputs = tf.placeholder(tf.int64, [None])
    targets = (inputs * 3 + 1) % n
    table = tf.get_variable("table", [n, size], partitioner=tf.fixed_size_partitioner(2))
    weights = tf.get_variable("weights", [n, size])
    biases = tf.get_variable("biases", [n], initializer=tf.zeros_initializer())
    vectors = tf.nn.embedding_lookup(table, inputs, partition_strategy="div")
    labels = tf.expand_dims(targets, 1)
    sampled = tf.nn.fixed_unigram_candidate_sampler(
        labels, 1, 20, unique=True, range_max=n, unigrams=[1.0] * n
    )
    loss = tf.reduce_mean(
        tf.nn.sampled_softmax_loss(weights, biases, labels, vectors, 20, n, sampled_values=sampled)
    )
    train = tf.train.AdagradOptimizer(0.5).minimize(loss)
    logits = tf.matmul(vectors, weights, transpose_b=True) + biases
    full = tf.reduce_mean(
        tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets, logits=logits)
    )
    random = np.random.RandomState(0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        everything = {inputs: np.arange(n)}
        before = sess.run(full, everything)
        for _ in range(FLAGS.steps):
            sess.run(train, {inputs: random.randint(0, n, 64)})
        after = sess.run(full, everything)
    print("full softmax loss %.2f, then %.2f, decreased: %s" % (before, after, after < before))


if __name__ == "__main__":
    tf.app.run()
