"""Is a bracket closed later? Only who reads in both directions can say at each place."""

import numpy as np
import tensorflow as tf

tf.flags.DEFINE_integer("steps", 150, "training steps")
tf.flags.DEFINE_boolean("static", False, "unroll the network")
FLAGS = tf.flags.FLAGS
LENGTH = 10


def batch(random, n=64):
    """Bits, and for each place whether there are ones before and behind it."""
    bits = (random.uniform(size=[n, LENGTH]) < 0.2).astype(np.float32)
    before = np.cumsum(bits, 1) - bits > 0
    behind = np.cumsum(bits[:, ::-1], 1)[:, ::-1] - bits > 0
    return bits[..., np.newaxis], (before & behind).astype(np.int32)


def encode(bits):
    """Features of each place, `[n, length, 2 * units]`."""
    if FLAGS.static:
        forward, backward = tf.contrib.rnn.BasicRNNCell(16), tf.contrib.rnn.BasicRNNCell(16)
        steps = tf.unstack(bits, axis=1)
        outputs, _, _ = tf.contrib.rnn.static_bidirectional_rnn(
            forward, backward, steps, dtype=tf.float32
        )
        return tf.stack(outputs, axis=1)
    forward, backward = tf.nn.rnn_cell.GRUCell(16), tf.nn.rnn_cell.GRUCell(16)
    outputs, _ = tf.nn.bidirectional_dynamic_rnn(forward, backward, bits, dtype=tf.float32)
    return tf.concat(outputs, 2)


def main(_):
    tf.set_random_seed(1)
    bits = tf.placeholder(tf.float32, [None, LENGTH, 1])
    labels = tf.placeholder(tf.int32, [None, LENGTH])
    logits = tf.layers.dense(encode(bits), 2)
    loss = tf.contrib.seq2seq.sequence_loss(logits, labels, tf.ones([tf.shape(bits)[0], LENGTH]))
    train = tf.train.AdamOptimizer(0.01).minimize(loss)
    right = tf.equal(tf.argmax(logits, 2, output_type=tf.int32), labels)
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    random = np.random.RandomState(0)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        test = dict(zip([bits, labels], batch(np.random.RandomState(1), 200)))
        before = sess.run(loss, test)
        for _ in range(FLAGS.steps):
            sess.run(train, dict(zip([bits, labels], batch(random))))
        after, score = sess.run([loss, accuracy], test)
    print("accuracy: %.2f" % score)
    print("loss decreased:", bool(after < before))


if __name__ == "__main__":
    tf.app.run()
