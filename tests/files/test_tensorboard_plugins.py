"""TensorBoard's own summaries of precision-recall curves and custom scalars, in a program that is
run as it is: equal to TensorFlow's, and in the event file.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys

import numpy as np
import pytest

PROGRAM = """
import sys

import numpy as np
import tensorflow as tf
from tensorboard import summary as board
from tensorboard.plugins.custom_scalar import layout_pb2
from tensorboard.plugins.pr_curve import summary as pr_curve

rng = np.random.RandomState(0)
labels, predictions = tf.constant(rng.rand(100) < 0.5), tf.placeholder(tf.float32, [100])
whole = pr_curve.op("whole", labels=labels, predictions=predictions, num_thresholds=21)
weighted = pr_curve.op(
    "weighted", labels=labels, predictions=predictions, num_thresholds=5, weights=rng.rand(100)
)
streamed, update = pr_curve.streaming_op(
    "streamed", labels=labels, predictions=predictions, num_thresholds=11
)
loss = tf.summary.scalar("loss/a", tf.reduce_sum(predictions))
multiline = layout_pb2.MultilineChartContent(tag=["loss.*"])
chart = layout_pb2.Chart(title="both", multiline=multiline)
layout = layout_pb2.Layout(category=[layout_pb2.Category(title="losses", chart=[chart])])
with tf.Session() as sess, tf.summary.FileWriter(sys.argv[1]) as writer:
    sess.run(tf.local_variables_initializer())
    writer.add_summary(board.v1.custom_scalar_pb(layout))
    for step in range(3):
        feeds = {predictions: rng.rand(100)}
        sess.run(update, feeds)
        for summary in sess.run([whole, weighted, streamed, loss], feeds):
            writer.add_summary(summary, step)
"""


def events(tf, folder):
    """What a program has written: `(step, tag, plugin, array or number)`."""
    (name,) = os.listdir(folder)
    found = []
    for event in tf.train.summary_iterator(os.path.join(folder, name)):
        for value in event.summary.value:
            plugin = value.metadata.plugin_data.plugin_name
            if value.HasField("tensor"):
                content = tf.make_ndarray(value.tensor).tolist()
            else:
                content = value.simple_value
            found.append((event.step, value.tag, plugin, content))
    return found


@pytest.fixture
def run(tmp_path, root):
    if importlib.util.find_spec("tensorboard") is None:
        pytest.skip("not installed: tensorboard (pip install -e '.[browser]')")
    path = tmp_path / "program.py"

    def run(arguments, text):
        path.write_text(text)
        folder = tmp_path / arguments[-1]
        subprocess.run(
            [sys.executable, *arguments[:-1], str(path), str(folder)],
            check=True,
            env={**os.environ, "PYTHONPATH": str(root), "TF_CPP_MIN_LOG_LEVEL": "3"},
        )
        return folder

    return run


def test_plugins_of_tensorboard(hw, run):
    found = events(hw, run(["-m", "headwater", "run", "ours"], PROGRAM))
    # Only the first summary of a tag says which plugin it is for.
    plugins = {tag: plugin for _, tag, plugin, _ in reversed(found)}
    assert plugins == {
        "custom_scalars__config__": "custom_scalars",
        "whole/pr_curves": "pr_curves",
        "weighted/pr_curves": "pr_curves",
        "streamed/pr_curves": "pr_curves",
        "loss/a": "",
    }
    curve = next(content for step, tag, _, content in found if tag == "whole/pr_curves")
    true, false, _, _, precision, recall = np.asarray(curve)
    np.testing.assert_allclose(precision[:20], true[:20] / (true + false)[:20], rtol=1e-6)
    np.testing.assert_allclose(recall, true / true[0], rtol=1e-6)


def test_plugins_against_tensorflow(hw, oracle, run):
    text = PROGRAM.replace(
        "import tensorflow as tf", "import tensorflow.compat.v1 as tf\n\ntf.disable_v2_behavior()"
    )
    ours = events(hw, run(["-m", "headwater", "run", "ours"], PROGRAM))
    theirs = events(hw, run(["theirs"], text))
    assert len(ours) == len(theirs) == 13
    for mine, other in zip(ours, theirs):
        assert mine[:3] == other[:3]
        if mine[2] == "custom_scalars":
            assert mine[3] == other[3]
        else:
            np.testing.assert_allclose(mine[3], other[3], rtol=1e-6, atol=1e-6)
