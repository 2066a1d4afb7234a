"""Two hidden layers on the digits, with the tutorials' `mnist` module and checkpoints."""

import os
import tempfile

import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data, mnist

flags = tf.app.flags
flags.DEFINE_string("data_dir", "/tmp/mnist", "folder of the digits")
flags.DEFINE_integer("steps", 400, "training steps")
flags.DEFINE_integer("batch_size", 100, "digits in a step")
FLAGS = flags.FLAGS


def count_right(sess, evaluation, images, labels, data):
    """The share of right digits in `data`, batch by batch."""
    rounds = data.num_examples // FLAGS.batch_size
    right = 0
    for _ in range(rounds):
        found, wanted = data.next_batch(FLAGS.batch_size)
        right += sess.run(evaluation, {images: found, labels: wanted})
    return right / float(rounds * FLAGS.batch_size)


def main(_):
    data = input_data.read_data_sets(FLAGS.data_dir)
    images = tf.placeholder(tf.float32, [FLAGS.batch_size, mnist.IMAGE_PIXELS])
    labels = tf.placeholder(tf.int32, [FLAGS.batch_size])
    logits = mnist.inference(images, 128, 32)
    loss = mnist.loss(logits, labels)
    train = mnist.training(loss, 0.1)
    evaluation = mnist.evaluation(logits, labels)
    summary = tf.summary.merge_all()
    folder = tempfile.mkdtemp()
    saver = tf.train.Saver()
    with tf.Session() as sess:
        writer = tf.summary.FileWriter(folder, sess.graph)
        sess.run(tf.global_variables_initializer())
        for step in range(FLAGS.steps):
            xs, ys = data.train.next_batch(FLAGS.batch_size)
            text, _ = sess.run([summary, train], {images: xs, labels: ys})
            writer.add_summary(text, step)
        writer.close()
        saver.save(sess, os.path.join(folder, "model.ckpt"), global_step=FLAGS.steps)
        score = count_right(sess, evaluation, images, labels, data.test)
    print("test accuracy: %.3f, better than guessing: %s" % (score, score > 0.4))
    print("saved:", os.path.basename(tf.train.latest_checkpoint(folder)))


if __name__ == "__main__":
    tf.app.run()
