"""A trained graph becomes one file without variables, and is used from there."""

import os
import tempfile

import tensorflow as tf
from tensorflow.python.framework import graph_util

tf.flags.DEFINE_integer("steps", 100, "training steps")
FLAGS = tf.flags.FLAGS


def train(path):
    """Fits y = 2 x + 1 and writes the frozen graph."""
    with tf.Graph().as_default(), tf.Session() as sess:
        x = tf.placeholder(tf.float32, [None], name="x")
        w = tf.Variable(0.0, name="w")
        b = tf.get_variable("b", [], use_resource=True, initializer=tf.zeros_initializer())
        y = tf.identity(w * x + b, name="y")
        loss = tf.reduce_mean(tf.square(y - (2 * x + 1)))
        step = tf.train.GradientDescentOptimizer(0.1).minimize(loss)
        sess.run(tf.global_variables_initializer())
        for _ in range(FLAGS.steps):
            sess.run(step, {x: [-1, 0, 1, 2]})
        tf.train.write_graph(sess.graph_def, os.path.dirname(path), "graph.pbtxt")
        frozen = graph_util.convert_variables_to_constants(sess, sess.graph_def, ["y"])
        frozen = tf.graph_util.remove_training_nodes(frozen, protected_nodes=["y"])
        with tf.gfile.GFile(path, "wb") as f:
            f.write(frozen.SerializeToString())
        return sess.run(y, {x: [3.0]})


def use(path):
    """Reads the file into an empty graph."""
    graph_def = tf.GraphDef()
    with tf.gfile.FastGFile(path, "rb") as f:
        graph_def.ParseFromString(f.read())
    types = {node.op for node in graph_def.node}
    print("variables left:", bool(types & {"Variable", "VariableV2", "VarHandleOp"}))
    with tf.Graph().as_default() as graph:
        (y,) = tf.import_graph_def(graph_def, return_elements=["y:0"], name="model")
        twice = y * 2
        with tf.Session(graph=graph) as sess:
            return sess.run([y, twice], {"model/x:0": [3.0]})


def main(_):
    path = os.path.join(tempfile.mkdtemp(), "frozen.pb")
    before = train(path)
    after, twice = use(path)
    print("y(3) = %.2f, twice: %.2f" % (after[0], twice[0]))
    print("the same:", bool(before == after))
    print("files:", sorted(os.listdir(os.path.dirname(path))))


if __name__ == "__main__":
    tf.app.run()
