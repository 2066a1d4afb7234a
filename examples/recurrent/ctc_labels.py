"""Labels for a signal of unknown alignment: CTC loss, greedy and beam search decoding."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 80, "training steps")
FLAGS = tf.flags.FLAGS
CLASSES, FRAMES = 3, 12


def batch(random, n=16):
    """Signals of three tones, each held for some frames, with pauses; and the tones."""
    signals = 0.1 * random.randn(n, FRAMES, CLASSES)
    indices, values = [], []
    for i in range(n):
        for place, start in enumerate((0, 4, 8)):
            tone = random.randint(CLASSES)
            signals[i, start : start + random.randint(2, 4), tone] += 1
            indices.append([i, place])
            values.append(tone)
    return signals, tf.SparseTensorValue(indices, values, [n, 3])


def main(_):
    tf.set_random_seed(0)
    signals = tf.placeholder(tf.float32, [None, FRAMES, CLASSES])
    labels = tf.sparse_placeholder(tf.int32)
    lengths = tf.fill([tf.shape(signals)[0]], FRAMES)
    outputs, _ = tf.nn.dynamic_rnn(tf.nn.rnn_cell.BasicRNNCell(16), signals, dtype=tf.float32)
    logits = tf.transpose(tf.layers.dense(outputs, CLASSES + 1), [1, 0, 2])
    loss = tf.reduce_mean(tf.nn.ctc_loss(labels, logits, lengths))
    train = tf.train.AdamOptimizer(0.02).minimize(loss)
    greedy, _ = tf.nn.ctc_greedy_decoder(logits, lengths)
    beam, _ = tf.nn.ctc_beam_search_decoder(logits, lengths, beam_width=4)
    errors = tf.reduce_mean(tf.edit_distance(tf.cast(greedy[0], tf.int32), labels))
    random = np.random.RandomState(0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        test = dict(zip([signals, labels], batch(np.random.RandomState(1), 32)))
        before = sess.run(loss, test)
        for _ in range(FLAGS.steps):
            sess.run(train, dict(zip([signals, labels], batch(random))))
        after, wrong, best = sess.run([loss, errors, beam[0]], test)
    print("edit distance: %.2f" % wrong)
    print("beam search found %d labels" % len(best.values))
    print("loss %.2f, then %.2f, decreased: %s" % (before, after, after < before))


if __name__ == "__main__":
    tf.app.run()
