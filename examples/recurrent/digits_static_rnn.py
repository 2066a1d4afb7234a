"""Digits read row by row by an unrolled LSTM, from tf.contrib.rnn."""

import tensorflow as tf
from tensorflow.contrib import rnn
from tensorflow.examples.tutorials.mnist import input_data

flags = tf.app.flags
flags.DEFINE_string("data_dir", "/tmp/mnist", "folder of the digits")
flags.DEFINE_integer("steps", 150, "training steps")
FLAGS = flags.FLAGS


def RNN(x, weights, biases):
    """Logits after the last of 28 rows."""
    rows = tf.unstack(x, 28, 1)
    cell = rnn.BasicLSTMCell(32, forget_bias=1.0)
    outputs, _ = rnn.static_rnn(cell, rows, dtype=tf.float32)
    return tf.matmul(outputs[-1], weights["out"]) + biases["out"]


def main(_):
    tf.set_random_seed(0)
    mnist = input_data.read_data_sets(FLAGS.data_dir, one_hot=True)
    X = tf.placeholder("float", [None, 28, 28])
    Y = tf.placeholder("float", [None, 10])
    weights = {"out": tf.Variable(tf.random_normal([32, 10]))}
    biases = {"out": tf.Variable(tf.random_normal([10]))}
    logits = RNN(X, weights, biases)
    prediction = tf.nn.softmax(logits)
    loss_op = tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(logits=logits, labels=Y))
    train_op = tf.train.GradientDescentOptimizer(learning_rate=0.1).minimize(loss_op)
    correct = tf.equal(tf.argmax(prediction, 1), tf.argmax(Y, 1))
    accuracy = tf.reduce_mean(tf.cast(correct, tf.float32))
    test = {X: mnist.test.images[:128].reshape((-1, 28, 28)), Y: mnist.test.labels[:128]}
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run(loss_op, test)
        for _ in range(FLAGS.steps):
            xs, ys = mnist.train.next_batch(64)
            sess.run(train_op, feed_dict={X: xs.reshape((64, 28, 28)), Y: ys})
        after, score = sess.run([loss_op, accuracy], test)
    print("test accuracy: %.2f" % score)
    print("loss decreased:", bool(after < before))


if __name__ == "__main__":
    tf.app.run()
