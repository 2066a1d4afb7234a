"""Where the time of a step goes: run metadata, a Chrome timeline, session options."""

import json
import os
import tempfile

import tensorflow as tf
from tensorflow.python.client import timeline

tf.flags.DEFINE_integer("steps", 3, "steps before the profiled one")
FLAGS = tf.flags.FLAGS


def main(_):
    x = tf.random_uniform([64, 64])
    with tf.name_scope("work"):
        for _ in range(3):
            x = tf.matmul(x, x, name="product") / 64.0
    result = tf.reduce_sum(x)
    optimizer = tf.OptimizerOptions(opt_level=tf.OptimizerOptions.L0)
    config = tf.ConfigProto(graph_options=tf.GraphOptions(optimizer_options=optimizer))
    config.gpu_options.allow_growth = True
    metadata = tf.RunMetadata()
    with tf.Session(config=config) as sess:
        for _ in range(FLAGS.steps):
            sess.run(result)
        options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
        sess.run(result, options=options, run_metadata=metadata)
    trace = timeline.Timeline(metadata.step_stats).generate_chrome_trace_format()
    path = os.path.join(tempfile.mkdtemp(), "timeline.json")
    with open(path, "w") as f:
        f.write(trace)
    events = json.load(open(path))["traceEvents"]
    print("events:", len(events) > 0)
    print("devices:", len(metadata.step_stats.dev_stats) > 0)


if __name__ == "__main__":
    tf.app.run()
