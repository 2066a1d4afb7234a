"""Learns a text letter by letter, and writes more of it."""

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 150, "training steps")
flags.DEFINE_integer("letters", 40, "letters to write")
FLAGS = flags.FLAGS
TEXT = "the water runs down the hill and the wheel turns round and round again. " * 20
WINDOW, BATCH, UNITS = 16, 16, 48


class Model:
    """The graph: for training over windows, or for one letter at a time."""

    def __init__(self, vocabulary, window, batch):
        self.letters = tf.placeholder(tf.int32, [batch, window])
        self.following = tf.placeholder(tf.int32, [batch, window])
        cell = tf.contrib.rnn.MultiRNNCell(
            [tf.contrib.rnn.LayerNormBasicLSTMCell(UNITS), tf.contrib.rnn.GRUCell(UNITS)]
        )
        self.start = cell.zero_state(batch, tf.float32)
        embedding = tf.get_variable("embedding", [vocabulary, UNITS])
        inputs = tf.nn.embedding_lookup(embedding, self.letters)
        outputs, self.end = tf.nn.dynamic_rnn(cell, inputs, initial_state=self.start)
        self.logits = tf.layers.dense(outputs, vocabulary, name="logits")
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=self.following, logits=self.logits
        )
        self.loss = tf.reduce_mean(losses)
        self.next = tf.argmax(self.logits[:, -1], axis=-1)


def main(_):
    tf.set_random_seed(0)
    alphabet = sorted(set(TEXT))
    ids = np.array([alphabet.index(c) for c in TEXT])
    with tf.variable_scope("model"):
        model = Model(len(alphabet), WINDOW, BATCH)
    with tf.variable_scope("model", reuse=True):
        writer = Model(len(alphabet), 1, 1)
    variables = tf.trainable_variables()
    gradients, _ = tf.clip_by_global_norm(tf.gradients(model.loss, variables), 5.0)
    train = tf.train.AdamOptimizer(0.01).apply_gradients(zip(gradients, variables))
    random = np.random.RandomState(0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        losses = []
        for _ in range(FLAGS.steps):
            starts = random.randint(0, len(ids) - WINDOW - 1, BATCH)
            windows = ids[starts[:, np.newaxis] + np.arange(WINDOW + 1)]
            feed = {model.letters: windows[:, :-1], model.following: windows[:, 1:]}
            losses.append(sess.run([model.loss, train], feed)[0])
        state = sess.run(writer.start)
        text = "the "
        for letter in text:
            feed = {writer.letters: [[alphabet.index(letter)]], writer.start: state}
            found, state = sess.run([writer.next, writer.end], feed)
        for _ in range(FLAGS.letters):
            text += alphabet[found[0]]
            feed = {writer.letters: [[found[0]]], writer.start: state}
            found, state = sess.run([writer.next, writer.end], feed)
    print("it writes: %r" % text)
    print("loss %.2f, then %.2f, decreased: %s" % (losses[0], losses[-1], losses[-1] < losses[0]))


if __name__ == "__main__":
    tf.app.run()
