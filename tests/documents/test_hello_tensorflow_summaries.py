"""001, "Hello, TensorFlow!": the code blocks that write summaries for TensorBoard.

The names of 0.8 (`tf.train.SummaryWriter`, `tf.scalar_summary`, `tf.merge_all_summaries`).
"""

from __future__ import annotations

import pathlib
import warnings

import pytest

NEEDED = ["train.SummaryWriter", "scalar_summary", "merge_all_summaries"]


@pytest.fixture
def summaries(old_names, tmp_path, monkeypatch):
    """The library, in an empty folder; skipped with the names that are not there yet."""

    def has(path: str) -> bool:
        value = old_names
        for part in path.split("."):
            value = getattr(value, part, None)
        return value is not None

    absent = [name for name in NEEDED if not has(name)]
    if absent:
        pytest.skip(f"not there: {', '.join('tf.' + name for name in absent)}")
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield old_names


def event_files(folder: str) -> list[pathlib.Path]:
    return list(pathlib.Path(folder).glob("events.out.tfevents.*"))


def test_see_your_graph_in_tensorboard(summaries):
    tf = summaries
    sess = tf.Session()
    x = tf.constant(1.0, name="input")
    w = tf.Variable(0.8, name="weight")
    tf.mul(w, x, name="output")
    summary_writer = tf.train.SummaryWriter("log_simple_graph", sess.graph)
    summary_writer.flush()
    (written,) = event_files("log_simple_graph")
    assert b"weight" in written.read_bytes()


def test_training_diagnostics_in_tensorboard(summaries):
    tf = summaries
    x = tf.constant(1.0, name="input")
    w = tf.Variable(0.8, name="weight")
    y = tf.mul(w, x, name="output")
    loss = (y - tf.constant(0.0)) ** 2
    train_step = tf.train.GradientDescentOptimizer(0.025).minimize(loss)
    summary_y = tf.scalar_summary("output", y)
    summary_writer = tf.train.SummaryWriter("log_simple_stats")
    sess = tf.Session()
    sess.run(tf.initialize_all_variables())
    for i in range(100):
        summary_str = sess.run(summary_y)
        summary_writer.add_summary(summary_str, i)
        sess.run(train_step)
    summary_writer.flush()
    (written,) = event_files("log_simple_stats")
    assert written.read_bytes().count(b"output") >= 100


def test_the_final_version(summaries):
    tf = summaries
    x = tf.constant(1.0, name="input")
    w = tf.Variable(0.8, name="weight")
    y = tf.mul(w, x, name="output")
    y_ = tf.constant(0.0, name="correct_value")
    loss = tf.pow(y - y_, 2, name="loss")
    train_step = tf.train.GradientDescentOptimizer(0.025).minimize(loss)
    for value in [x, w, y, y_, loss]:
        tf.scalar_summary(value.op.name, value)
    summaries = tf.merge_all_summaries()
    sess = tf.Session()
    summary_writer = tf.train.SummaryWriter("log_simple_stats", sess.graph)
    sess.run(tf.initialize_all_variables())
    for i in range(100):
        summary_writer.add_summary(sess.run(summaries), i)
        sess.run(train_step)
    summary_writer.flush()
    (written,) = event_files("log_simple_stats")
    content = written.read_bytes()
    for name in (b"input", b"weight", b"output", b"correct_value", b"loss"):
        assert content.count(name) >= 100, name
