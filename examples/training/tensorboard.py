"""Summaries for TensorBoard: scalars, histograms, images, text; several runs; a profile."""

import glob
import os
import tempfile

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_integer("steps", 10, "training steps")
flags.DEFINE_string("log_dir", "", "where the events go; a temporary folder if empty")
FLAGS = flags.FLAGS


def variable_summaries(var):
    with tf.name_scope("summaries"):
        mean = tf.reduce_mean(var)
        tf.summary.scalar("mean", mean)
        tf.summary.scalar("stddev", tf.sqrt(tf.reduce_mean(tf.square(var - mean))))
        tf.summary.histogram("histogram", var)


def main(_):
    folder = FLAGS.log_dir or tempfile.mkdtemp()
    x = tf.placeholder(tf.float32, [None, 4], name="x")
    with tf.name_scope("layer"):
        w = tf.Variable(tf.ones([4, 4]), name="w")
        variable_summaries(w)
        y = tf.nn.relu(tf.matmul(x, w))
        tf.summary.histogram("activations", y)
    loss = tf.reduce_mean(tf.square(y - x), name="loss")
    tf.summary.image("weights", tf.reshape(w, [1, 4, 4, 1]), max_outputs=1)
    some = tf.summary.merge(
        [tf.summary.scalar("loss", loss), tf.summary.text("note", tf.constant("hi"))]
    )
    everything = tf.summary.merge_all()
    train = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
    feed = {x: np.random.RandomState(0).rand(8, 4)}
    with tf.Session() as sess:
        train_writer = tf.summary.FileWriter(os.path.join(folder, "train"), sess.graph)
        test_writer = tf.summary.FileWriter(os.path.join(folder, "test"))
        sess.run(tf.global_variables_initializer())
        for step in range(FLAGS.steps):
            if step == FLAGS.steps - 1:
                options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
                metadata = tf.RunMetadata()
                summary, _ = sess.run([everything, train], feed, options, metadata)
                train_writer.add_run_metadata(metadata, "step%d" % step)
            else:
                summary, _ = sess.run([everything, train], feed)
            train_writer.add_summary(summary, step)
            test_writer.add_summary(sess.run(some, feed), step)
        own = tf.Summary(value=[tf.Summary.Value(tag="own", simple_value=0.5)])
        test_writer.add_summary(own, FLAGS.steps)
        train_writer.close()
        test_writer.close()
    for run in ("train", "test"):
        (path,) = glob.glob(os.path.join(folder, run, "events*"))
        tags, steps = set(), set()
        for event in tf.train.summary_iterator(path):
            tags.update(value.tag for value in event.summary.value)
            steps.add(event.step)
        print("%s: %d tags, steps 0 to %d: %s" % (run, len(tags), max(steps), sorted(tags)))


if __name__ == "__main__":
    tf.app.run()
