"""The programs whose event files the browser is shown: the tutorials', and one of each summary."""

from __future__ import annotations

import numpy as np

STEPS = 20


def graph_in_scopes(tf, logdir):
    """The tutorial's nested name scopes; the graph is written when the session is there."""
    with tf.name_scope("primitives"):
        a = tf.Variable(5, name="a")
        b = tf.Variable(10, name="b")
    with tf.name_scope("fancy_pants_procedure"):
        c = tf.multiply(a, b)
        with tf.name_scope("very_mean_reduction"):
            d = tf.reduce_mean([a, b, c])
        e = tf.add(c, d)
    with tf.name_scope("not_so_fancy_procedure"):
        d = tf.add(a, b)
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run([c, e, d])
        tf.summary.FileWriter(logdir, sess.graph).close()


def changing_data(tf, logdir):
    """The tutorial's changing number, and a summary of every other kind.

    Args:
      tf: the library.
      logdir: folder of the event file.

    Returns:
      The numbers, one a step.
    """
    a = tf.Variable(5, name="a")
    b = tf.Variable(10, name="b")
    c = tf.Variable(tf.multiply(a, b, name="result"), name="ChangingNumber")
    number = tf.placeholder(tf.int32, shape=[], name="number")
    c_update = tf.assign(c, tf.add(c, number))
    tf.summary.scalar("ChangingNumber", c)
    tf.summary.histogram("spread", tf.random_normal([500], mean=tf.to_float(number), seed=1))
    red = np.zeros((1, 16, 24, 3), np.uint8)
    red[..., 0] = 255
    tf.summary.image("red", tf.constant(red))
    tone = np.sin(np.arange(4000) * (2 * np.pi * 440 / 8000)).astype("f4")
    tf.summary.audio("tone", tf.constant(tone.reshape(1, -1)), 8000)
    tf.summary.text("note", tf.constant("**headwater** wrote this"))
    summary_op = tf.summary.merge_all()
    seen = []
    with tf.Session() as sess:
        writer = tf.summary.FileWriter(logdir, sess.graph)
        sess.run(tf.variables_initializer([a, b]))
        sess.run(c.initializer)
        for step in range(STEPS):
            sess.run(c_update, {number: step % 7})
            value, summary = sess.run([c, summary_op], {number: step % 7})
            seen.append(int(value))
            writer.add_summary(summary, step)
        writer.close()
    return seen
