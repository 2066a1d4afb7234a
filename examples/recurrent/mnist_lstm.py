"""Reads each MNIST digit row by row with an LSTM, and says which digit it was.

    python examples/recurrent/mnist_lstm.py --data_dir=/tmp/mnist --steps=1000

An ordinary TensorFlow 1.x program; `headwater run examples/recurrent/mnist_lstm.py --steps=1000`
runs it without TensorFlow.
"""

import time

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

flags = tf.app.flags
flags.DEFINE_string("data_dir", "/tmp/mnist", "where the four files of MNIST are, or come to be")
flags.DEFINE_integer("steps", 1000, "number of training steps")
flags.DEFINE_integer("batch_size", 100, "digits in a step")
flags.DEFINE_integer("units", 128, "size of the LSTM")
flags.DEFINE_float("learning_rate", 0.002, "Adam's learning rate")
flags.DEFINE_boolean("dynamic", True, "a loop over the rows; else one copy of the cell for each")
FLAGS = flags.FLAGS

ROWS, COLUMNS, DIGITS = 28, 28, 10


def network(images):
    """Logits of the digits, from images as rows of 28 pixels."""
    rows = tf.reshape(images, [-1, ROWS, COLUMNS])
    cell = tf.nn.rnn_cell.BasicLSTMCell(FLAGS.units)
    if FLAGS.dynamic:
        _, state = tf.nn.dynamic_rnn(cell, rows, dtype=tf.float32)
    else:
        _, state = tf.nn.static_rnn(cell, tf.unstack(rows, ROWS, axis=1), dtype=tf.float32)
    weights = tf.get_variable("weights", [FLAGS.units, DIGITS])
    bias = tf.get_variable("bias", [DIGITS], initializer=tf.zeros_initializer())
    return tf.matmul(state.h, weights) + bias


def main(_):
    data = input_data.read_data_sets(FLAGS.data_dir, one_hot=True)
    images = tf.placeholder(tf.float32, [None, ROWS * COLUMNS])
    labels = tf.placeholder(tf.float32, [None, DIGITS])
    logits = network(images)
    loss = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits_v2(labels=labels, logits=logits))
    train = tf.train.AdamOptimizer(FLAGS.learning_rate).minimize(loss)
    right = tf.equal(tf.argmax(logits, 1), tf.argmax(labels, 1))
    accuracy = tf.reduce_mean(tf.cast(right, tf.float32))
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        start = time.time()
        for step in range(1, FLAGS.steps + 1):
            xs, ys = data.train.next_batch(FLAGS.batch_size)
            sess.run(train, feed_dict={images: xs, labels: ys})
            if step % 200 == 0:
                found = sess.run([loss, accuracy], {images: xs, labels: ys})
                print(f"step {step}: loss {found[0]:.3f}, accuracy {found[1]:.2f}")
        print(f"{FLAGS.steps} steps in {time.time() - start:.1f} s")
        test = {images: data.test.images, labels: data.test.labels}
        print(f"test accuracy: {sess.run(accuracy, test):.4f}")


if __name__ == "__main__":
    tf.app.run()
