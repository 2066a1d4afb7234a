"""An encoder and an attentive decoder (tf.contrib.seq2seq) learn to turn sequences round."""

import numpy as np
import tensorflow as tf
from tensorflow.contrib import seq2seq

flags = tf.app.flags
flags.DEFINE_integer("steps", 150, "training steps")
flags.DEFINE_integer("units", 32, "of both LSTMs")
FLAGS = flags.FLAGS
START, END, SYMBOLS, LENGTH = 0, 1, 8, 5


def batch(random, n=64):
    sources = random.randint(2, SYMBOLS, [n, LENGTH])
    targets = np.concatenate([sources[:, ::-1], np.full([n, 1], END)], 1)
    return sources, targets


def main(_):
    tf.set_random_seed(0)
    sources = tf.placeholder(tf.int32, [None, LENGTH])
    targets = tf.placeholder(tf.int32, [None, LENGTH + 1])
    n = tf.shape(sources)[0]
    embedding = tf.get_variable("embedding", [SYMBOLS, FLAGS.units])
    memory, state = tf.nn.dynamic_rnn(
        tf.nn.rnn_cell.GRUCell(FLAGS.units),
        tf.nn.embedding_lookup(embedding, sources),
        dtype=tf.float32,
    )
    attention = seq2seq.LuongAttention(FLAGS.units, memory)
    cell = tf.nn.rnn_cell.GRUCell(FLAGS.units)
    cell = seq2seq.AttentionWrapper(cell, attention, attention_layer_size=FLAGS.units)
    start = cell.zero_state(n, tf.float32).clone(cell_state=state)
    project = tf.layers.Dense(SYMBOLS, use_bias=False, name="project")

    shifted = tf.concat([tf.fill([n, 1], START), targets[:, :-1]], 1)
    helper = seq2seq.TrainingHelper(
        tf.nn.embedding_lookup(embedding, shifted), tf.fill([n], LENGTH + 1)
    )
    decoder = seq2seq.BasicDecoder(cell, helper, start, project)
    output, _, _ = seq2seq.dynamic_decode(decoder)
    loss = seq2seq.sequence_loss(output.rnn_output, targets, tf.ones_like(targets, tf.float32))
    train = tf.train.AdamOptimizer(0.01).minimize(loss)

    helper = seq2seq.GreedyEmbeddingHelper(embedding, tf.fill([n], START), END)
    decoder = seq2seq.BasicDecoder(cell, helper, start, project)
    greedy, _, lengths = seq2seq.dynamic_decode(decoder, maximum_iterations=LENGTH + 1)

    random = np.random.RandomState(0)
    inputs = [sources, targets]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        test = dict(zip(inputs, batch(np.random.RandomState(1))))
        before = sess.run(loss, test)
        for _ in range(FLAGS.steps):
            sess.run(train, dict(zip(inputs, batch(random))))
        after, found, steps = sess.run([loss, greedy.sample_id, lengths], test)
    print("decoded:", test[sources][0].tolist(), "->", found[0].tolist(), "in", int(steps[0]))
    print("loss decreased:", bool(after < before))


if __name__ == "__main__":
    tf.app.run()
