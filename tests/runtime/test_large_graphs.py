"""Large and deep graphs: no recursion limit, no quadratic time."""

from __future__ import annotations

import sys

import numpy as np
import pytest


@pytest.fixture(autouse=True)
def ordinary_recursion_limit():
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(1000)
    yield
    assert sys.getrecursionlimit() == 1000
    sys.setrecursionlimit(limit)


def test_ten_thousand_nodes(tf, sess):
    x = tf.placeholder(tf.float64, [], name="x")
    y = x
    for i in range(5000):  # two nodes each: the constant and the sum
        y = y + float(i % 3)
    assert len(tf.get_default_graph().get_operations()) == 10_001
    (gradient,) = tf.gradients(y, x)
    got = sess.run([y, gradient], {x: 0.5})
    assert got == [0.5 + sum(i % 3 for i in range(5000)), 1.0]
    assert len(tf.get_default_graph().as_graph_def().node) > 10_001


def test_two_thousand_layers(tf, sess):
    x = tf.constant(np.linspace(-1.0, 1.0, 4).reshape(2, 2), tf.float32)
    w = tf.Variable(np.eye(2), dtype=tf.float32)
    h = x
    for _ in range(2000):
        h = tf.tanh(tf.matmul(h, w))
    loss = tf.reduce_sum(h)
    (gradient,) = tf.gradients(loss, w)
    sess.run(w.initializer)
    h_, g = sess.run([h, gradient])
    want, states = np.linspace(-1.0, 1.0, 4).reshape(2, 2), []
    for _ in range(2000):
        states.append(want)
        want = np.tanh(want)
    np.testing.assert_allclose(h_, want, rtol=1e-3)
    dw, dh = np.zeros((2, 2)), np.ones((2, 2))
    for before in reversed(states):
        dz = dh * (1.0 - np.tanh(before) ** 2)
        dw += before.T @ dz
        dh = dz
    np.testing.assert_allclose(g, dw, rtol=2e-3, atol=2e-3 * np.abs(dw).max())


def test_wide_fan_out_and_in(tf, sess):
    x = tf.placeholder(tf.float32, [])
    total = tf.add_n([x * float(i) for i in range(1000)])
    (gradient,) = tf.gradients(total, x)
    assert sess.run([total, gradient], {x: 2.0}) == [999000.0, 499500.0]


def test_deep_control_dependencies(tf, sess):
    v = tf.Variable(0)
    step = tf.no_op()
    for _ in range(1500):
        with tf.control_dependencies([step]):
            step = tf.no_op()
    with tf.control_dependencies([step]):
        up = tf.assign_add(v, 1)
    sess.run(v.initializer)
    assert sess.run(up) == 1


def test_deep_import(tf, sess):
    y = x = tf.placeholder(tf.float32, [], name="x")
    for _ in range(3000):
        y = tf.identity(y)
    graph_def = tf.get_default_graph().as_graph_def()
    x2, y2 = tf.import_graph_def(graph_def, return_elements=[x.name, y.name])
    assert sess.run(y2, {x2: 3.0}) == 3.0


def test_many_variables(tf, sess):
    made = [tf.Variable(float(i)) for i in range(300)]
    sess.run(tf.global_variables_initializer())
    loss = tf.add_n([tf.square(v) for v in made])
    train = tf.train.GradientDescentOptimizer(0.5).minimize(loss)
    sess.run(train)
    assert sess.run(loss) == 0.0


def test_growing_does_not_recompile(tf, sess, headwater_only):
    """A step that was built stays built: its later runs stay cheap while the graph grows."""
    x = tf.placeholder(tf.float32, [100, 100])
    y = x
    for _ in range(20):
        y = tf.tanh(tf.matmul(y, x))
    feed = np.eye(100, dtype=np.float32)
    for _ in range(5):
        sess.run(y, {x: feed})

    built = dict(sess._steps._steps)
    for _ in range(5):
        tf.constant(1.0)
        sess.run(y, {x: feed})
    assert sess._steps._steps == built  # the very same steps: `Step` has no equality of its own
