"""An LSTM learns to add the numbers of sequences of different lengths."""

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 300, "training steps")
flags.DEFINE_integer("units", 16, "of the LSTM")
flags.DEFINE_integer("layers", 2, "LSTMs above each other")
FLAGS = flags.FLAGS
LONGEST = 8


def batch(random, n=64):
    lengths = random.randint(2, LONGEST + 1, n)
    numbers = random.uniform(-1, 1, [n, LONGEST, 1])
    numbers *= (np.arange(LONGEST) < lengths[:, np.newaxis])[..., np.newaxis]
    return numbers, lengths, numbers.sum((1, 2))


def main(_):
    tf.set_random_seed(0)
    numbers = tf.placeholder(tf.float32, [None, LONGEST, 1])
    lengths = tf.placeholder(tf.int32, [None])
    sums = tf.placeholder(tf.float32, [None])
    keep = tf.placeholder_with_default(1.0, [])
    cells = []
    for _ in range(FLAGS.layers):
        cell = tf.nn.rnn_cell.LSTMCell(FLAGS.units, use_peepholes=True)
        cells.append(tf.nn.rnn_cell.DropoutWrapper(cell, output_keep_prob=keep))
    cell = tf.nn.rnn_cell.MultiRNNCell(cells)
    _, states = tf.nn.dynamic_rnn(cell, numbers, sequence_length=lengths, dtype=tf.float32)
    print("states:", [isinstance(s, tf.nn.rnn_cell.LSTMStateTuple) for s in states])
    guess = tf.squeeze(tf.layers.dense(states[-1].h, 1), 1)
    loss = tf.losses.huber_loss(sums, guess)
    train = tf.train.AdamOptimizer(0.01).minimize(loss)
    random = np.random.RandomState(0)
    inputs = [numbers, lengths, sums]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        test = dict(zip(inputs, batch(np.random.RandomState(1), 200)))
        before = sess.run(loss, test)
        for _ in range(FLAGS.steps):
            feed = dict(zip(inputs, batch(random)))
            feed[keep] = 0.95
            sess.run(train, feed)
        after = sess.run(loss, test)
    print("loss %.3f, then %.4f, decreased: %s" % (before, after, after < before))


if __name__ == "__main__":
    tf.app.run()
