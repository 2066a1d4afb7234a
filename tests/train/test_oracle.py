"""Every optimizer against TensorFlow: fifty steps of a small network, names, shapes, nodes.

Each row of `OPTIMIZERS` is run with dense, sparse and tied gradients, on reference and on resource
variables, in float32 and float64.
"""

import importlib
import os

import numpy as np
import pytest

import headwater as hw

STEPS = 50
TOLERANCE = {"float32": 1e-5, "float64": 1e-12}

# Rates are such that the training is not chaotic: rounding must not grow over the steps.
OPTIMIZERS = {
    "gradient_descent": lambda t, step: t.GradientDescentOptimizer(0.1),
    "momentum": lambda t, step: t.MomentumOptimizer(0.03, 0.9),
    "nesterov": lambda t, step: t.MomentumOptimizer(0.03, 0.9, use_nesterov=True),
    "adam": lambda t, step: t.AdamOptimizer(0.1),
    "adagrad": lambda t, step: t.AdagradOptimizer(0.1),
    "adadelta": lambda t, step: t.AdadeltaOptimizer(1.0, 0.95, 1e-5),
    "adagrad_da": lambda t, step: t.AdagradDAOptimizer(0.1, step, 0.1, 0.01, 0.01),
    "rmsprop": lambda t, step: t.RMSPropOptimizer(0.002, momentum=0.5),
    "rmsprop_centered": lambda t, step: t.RMSPropOptimizer(0.002, centered=True),
    "ftrl": lambda t, step: t.FtrlOptimizer(0.1, -0.5, 0.1, 0.01, 0.01),
    "ftrl_shrinkage": lambda t, step: t.FtrlOptimizer(
        0.1, -0.4, l2_shrinkage_regularization_strength=0.1
    ),
    "proximal_gradient_descent": lambda t, step: t.ProximalGradientDescentOptimizer(
        0.1, 0.01, 0.01
    ),
    "proximal_adagrad": lambda t, step: t.ProximalAdagradOptimizer(0.1, 0.1, 0.01, 0.01),
}
ONLY_FLOAT32 = (
    "proximal_gradient_descent",
    "proximal_adagrad",
)  # in TensorFlow; headwater casts their rates


@pytest.fixture(scope="module")
def tf():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    pytest.importorskip("tensorflow", reason="TensorFlow is not installed beside headwater")
    tf = importlib.import_module("tensorflow.compat.v1")
    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.ERROR)
    return tf


def network(tf, make, form, resource, dtype):
    """The loss, the training operation and the optimizer."""
    random = np.random.RandomState(0)
    draw = lambda *shape: random.randn(*shape).astype(dtype)
    step = tf.Variable(0, dtype=tf.int64, trainable=False, name="step", use_resource=resource)
    w = tf.Variable(draw(6, 4) * 0.5, name="w", use_resource=resource)
    u = tf.Variable(draw(4, 2) * 0.5, name="u", use_resource=resource)
    x, target = tf.constant(draw(5, 6)), tf.constant(draw(5, 2))
    rows = lambda: tf.nn.embedding_lookup(w, [1, 4, 1, 0, 2])  # one row twice
    hidden = {
        "dense": lambda: tf.matmul(x, w),
        "sparse": rows,
        "tied": lambda: tf.matmul(x, w) + rows(),
    }[form]()
    loss = tf.reduce_mean(tf.square(tf.matmul(tf.tanh(hidden), u) - target))
    optimizer = make(tf.train, step)
    return loss, optimizer.minimize(loss, global_step=step), optimizer


def train(tf, *arguments):
    """Losses, final values, names and nodes."""
    graph = tf.Graph()
    with graph.as_default():
        loss, update, optimizer = network(tf, *arguments)
        variables = tf.global_variables()
        init = tf.global_variables_initializer()
        with tf.Session() as sess:
            sess.run(init)
            losses = [sess.run([update, loss])[1] for _ in range(STEPS)]
            values = sess.run(variables)
    facts = [(v.name, v.shape.as_list(), v.dtype.name, v.trainable) for v in variables]
    facts += optimizer.get_slot_names() + [v.name for v in optimizer.variables()]
    nodes = [
        (node.name, node.op, list(node.input))
        for node in graph.as_graph_def().node
        if not node.name.startswith("gradients")
    ]
    return losses, values, facts, nodes


def relative(got, want):
    got, want = np.asarray(got, np.float64), np.asarray(want, np.float64)
    return np.max(np.abs(got - want)) / max(np.max(np.abs(want)), 1e-30)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("resource", [False, True], ids=["reference", "resource"])
@pytest.mark.parametrize("form", ["dense", "sparse", "tied"])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training(tf, name, form, resource, dtype):
    arguments = (OPTIMIZERS[name], form, resource, dtype)
    if dtype == "float64" and name in ONLY_FLOAT32:
        with tf.Graph().as_default(), pytest.raises(TypeError, match="float32"):
            network(tf, *arguments)
        single = train(hw, *arguments[:3], "float32")
        assert relative(train(hw, *arguments)[0], single[0]) <= TOLERANCE["float32"]
        return
    want, got = train(tf, *arguments), train(hw, *arguments)
    assert got[2] == want[2]
    assert got[3] == want[3]
    assert relative(got[0], want[0]) <= TOLERANCE[dtype]
    for mine, theirs in zip(got[1], want[1], strict=True):
        assert relative(mine, theirs) <= TOLERANCE[dtype]
