"""The first sequence-to-sequence functions of TensorFlow, on a task of copying."""

import numpy as np
import tensorflow as tf

tf.app.flags.DEFINE_integer("steps", 80, "training steps")
FLAGS = tf.app.flags.FLAGS
SYMBOLS, LENGTH = 6, 4


def main(_):
    tf.set_random_seed(0)
    encoder = [tf.placeholder(tf.int32, [None], name="encoder%d" % i) for i in range(LENGTH)]
    decoder = [tf.placeholder(tf.int32, [None], name="decoder%d" % i) for i in range(LENGTH)]
    targets = [tf.placeholder(tf.int32, [None], name="target%d" % i) for i in range(LENGTH)]
    weights = [tf.ones_like(t, tf.float32) for t in targets]
    outputs, _ = tf.contrib.legacy_seq2seq.embedding_rnn_seq2seq(
        encoder, decoder, tf.contrib.rnn.GRUCell(24), SYMBOLS, SYMBOLS, embedding_size=8
    )
    loss = tf.contrib.legacy_seq2seq.sequence_loss(outputs, targets, weights)
    train = tf.train.AdamOptimizer(0.02).minimize(loss)
    random = np.random.RandomState(0)

    def feed(n=32):
        words = random.randint(1, SYMBOLS, [n, LENGTH])
        values = dict(zip(encoder + targets, list(words.T) * 2))
        values.update(zip(decoder, [np.zeros(n)] + list(words.T[:-1])))
        return values

    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        losses = [sess.run([loss, train], feed())[0] for _ in range(FLAGS.steps)]
    print("loss %.2f, then %.2f, decreased: %s" % (losses[0], losses[-1], losses[-1] < losses[0]))


if __name__ == "__main__":
    tf.app.run()
