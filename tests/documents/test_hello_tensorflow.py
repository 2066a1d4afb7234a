"""001, "Hello, TensorFlow!" (version 0.8): every code block but those that write summaries.

The document's text is lower-cased; TensorFlow's capital letters are restored here.
"""

from __future__ import annotations

import warnings

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def _old_names_may_warn():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


CONST_NODE_DEF = """
name: "Const"
op: "Const"
attr {
  key: "dtype"
  value {
    type: DT_FLOAT
  }
}
attr {
  key: "value"
  value {
    tensor {
      dtype: DT_FLOAT
      tensor_shape {
      }
      float_val: 1.0
    }
  }
}
"""


def blocks(text: str) -> list[list[str]]:
    """The words of each attribute; protocol buffers print a map's entries in any order."""
    text = text.replace("float_val: 1.0", "float_val: 1")  # newer ones print whole numbers so
    return sorted(block.split() for block in text.split("attr {"))


def close(shown: float):
    """The value as the document prints it, in single precision."""
    return pytest.approx(shown, rel=1e-6)


def test_python_names():
    foo = []
    bar = foo
    assert foo == bar
    assert foo is bar
    foo.append(bar)
    assert repr(foo) == "[[...]]"


def test_the_simplest_graph(tf):
    graph = tf.get_default_graph()
    assert graph.get_operations() == []
    input_value = tf.constant(1.0)
    operations = graph.get_operations()
    assert [type(op) for op in operations] == [tf.Operation]
    assert blocks(str(operations[0].node_def)) == blocks(CONST_NODE_DEF)
    assert repr(input_value) == "<tf.Tensor 'Const:0' shape=() dtype=float32>"
    sess = tf.Session()
    assert sess.run(input_value) == 1.0


def test_the_simplest_neuron(old_names):
    tf = old_names
    graph = tf.get_default_graph()
    input_value = tf.constant(1.0)
    sess = tf.Session()
    weight = tf.Variable(0.8)
    assert [op.name for op in graph.get_operations()] == [
        "Const",
        "Variable/initial_value",
        "Variable",
        "Variable/Assign",
        "Variable/read",
    ]
    output_value = weight * input_value
    op = graph.get_operations()[-1]
    assert op.name.lower() == "mul"
    assert [str(op_input) for op_input in op.inputs] == [
        'Tensor("Variable/read:0", shape=(), dtype=float32)',
        'Tensor("Const:0", shape=(), dtype=float32)',
    ]
    init = tf.initialize_all_variables()
    sess.run(init)
    assert sess.run(output_value) == np.float32(0.80000001)


def neuron(tf):
    x = tf.constant(1.0, name="input")
    w = tf.Variable(0.8, name="weight")
    y = tf.mul(w, x, name="output")
    y_ = tf.constant(0.0)
    loss = (y - y_) ** 2
    return w, y, loss


def test_a_named_neuron(old_names):
    _, y, _ = neuron(old_names)
    assert y.name == "output:0"
    assert [t.name for t in y.op.inputs] == ["weight/read:0", "input:0"]


def test_making_the_neuron_learn(old_names):
    tf = old_names
    # The article still holds its first variable, which `loss` does not depend on; that is why it
    # takes `grads_and_vars[1]`.
    tf.Variable(0.8)
    w, y, loss = neuron(tf)
    sess = tf.Session()
    optim = tf.train.GradientDescentOptimizer(learning_rate=0.025)
    grads_and_vars = optim.compute_gradients(loss)
    sess.run(tf.initialize_all_variables())
    assert grads_and_vars[0][0] is None
    assert sess.run(grads_and_vars[1][0]) == close(1.6)
    sess.run(optim.apply_gradients(grads_and_vars))
    assert sess.run(w) == close(0.75999999)
    train_step = tf.train.GradientDescentOptimizer(0.025).minimize(loss)
    for _ in range(100):
        sess.run(train_step)
    assert sess.run(y) == close(0.0044996012)


def test_training_diagnostics(old_names):
    tf = old_names
    _, y, loss = neuron(tf)
    train_step = tf.train.GradientDescentOptimizer(0.025).minimize(loss)
    sess = tf.Session()
    sess.run(tf.initialize_all_variables())
    lines = []
    for i in range(100):
        lines.append((i, sess.run(y)))
        sess.run(train_step)
    assert lines[0] == (0, close(0.800000011921))
    assert lines[1] == (1, close(0.759999990463))
    assert lines[98] == (98, close(0.00524811353534))
    assert lines[99] == (99, close(0.00498570781201))


def test_the_final_version_without_its_summaries(old_names):
    tf = old_names
    x = tf.constant(1.0, name="input")
    w = tf.Variable(0.8, name="weight")
    y = tf.mul(w, x, name="output")
    y_ = tf.constant(0.0, name="correct_value")
    loss = tf.pow(y - y_, 2, name="loss")
    train_step = tf.train.GradientDescentOptimizer(0.025).minimize(loss)
    assert [v.op.name for v in [x, w, y, y_, loss]] == [
        "input",
        "weight",
        "output",
        "correct_value",
        "loss",
    ]
    sess = tf.Session()
    sess.run(tf.initialize_all_variables())
    for _ in range(100):
        sess.run(train_step)
    assert sess.run(y) == pytest.approx(0.8 * 0.95**100, rel=1e-5)
