"""`tf.contrib.summary`, in eager execution and in a graph."""

import numpy as np
import pytest

import headwater as tf


def written(folder):
    """`(step, tag, value)` of the numbers in the event files of a folder."""
    found = []
    for path in sorted(folder.iterdir()):
        for event in tf.train.summary_iterator(str(path)):
            for value in event.summary.value:
                if value.HasField("simple_value"):
                    found.append((event.step, value.tag, value.simple_value))
                else:
                    found.append((event.step, value.tag, value.WhichOneof("value")))
    return found


def test_summaries_are_written_at_once(tmp_path):
    writer = tf.contrib.summary.create_file_writer(str(tmp_path), flush_millis=1000)
    step = tf.contrib.eager.Variable(0, dtype=tf.int64)
    tf.contrib.summary.scalar("outside", 1.0, step=0)
    with writer.as_default(), tf.contrib.summary.always_record_summaries():
        assert tf.contrib.summary.should_record_summaries()
        tf.contrib.summary.scalar("loss", tf.constant(2.5), step=3)
        tf.contrib.summary.histogram("weights", tf.ones([4]), family="layer", step=3)
        tf.contrib.summary.image("picture", np.zeros([1, 4, 4, 3], np.float32), step=3)
        tf.contrib.summary.audio("sound", np.zeros([1, 8], np.float32), 8000, 1, step=3)
        with tf.contrib.summary.never_record_summaries():
            tf.contrib.summary.scalar("never", 1.0, step=3)
        with tf.contrib.summary.record_summaries_every_n_global_steps(2, step):
            for _ in range(4):
                tf.contrib.summary.scalar("even", 7.0, step=step)
                step.assign_add(1)
        with pytest.raises(ValueError, match="No step"):
            tf.contrib.summary.scalar("no_step", 1.0)
    assert not tf.contrib.summary.should_record_summaries()
    writer.close()
    assert written(tmp_path) == [
        (3, "loss", 2.5),
        (3, "layer/weights", "histo"),
        (3, "picture/image/0", "image"),
        (3, "sound/audio", "audio"),
        (0, "even", 7.0),
        (2, "even", 7.0),
    ]
    assert next(tmp_path.iterdir()).name.endswith(".v2")


def test_summaries_are_operations_of_a_graph(tmp_path):
    with tf.Graph().as_default() as graph, tf.Session() as session:
        step = tf.train.get_or_create_global_step()
        x = tf.placeholder(tf.float32, [])
        writer = tf.contrib.summary.create_file_writer(str(tmp_path))
        with writer.as_default(), tf.contrib.summary.record_summaries_every_n_global_steps(2):
            tf.contrib.summary.scalar("x", x)
            with tf.contrib.summary.always_record_summaries():
                always = tf.contrib.summary.scalar("always", x * 2.0)
            session.run(tf.global_variables_initializer())
            tf.contrib.summary.initialize(graph, session)
            flush = tf.contrib.summary.flush()
        ops = tf.contrib.summary.all_summary_ops()
        assert len(ops) == 2 and always in ops
        advance = tf.assign_add(step, 1)
        for i in range(3):
            session.run(ops, {x: float(i)})
            session.run(advance)
        session.run(flush)
        session.run(writer.close())
    assert sorted(written(tmp_path)) == [
        (0, "always", 0.0),
        (0, "x", 0.0),
        (1, "always", 2.0),
        (2, "always", 4.0),
        (2, "x", 2.0),
    ]


def test_a_writer_of_nothing(tmp_path):
    writer = tf.contrib.summary.create_file_writer(None)
    with writer.as_default(), tf.contrib.summary.always_record_summaries():
        tf.contrib.summary.scalar("x", 1.0, step=1)
    assert tf.contrib.summary.all_summary_ops() is None
    with pytest.raises(RuntimeError, match="graph mode"):
        tf.contrib.summary.summary_writer_initializer_op()
    with pytest.raises(ValueError, match="session"):
        with tf.Graph().as_default():
            tf.contrib.summary.initialize()
