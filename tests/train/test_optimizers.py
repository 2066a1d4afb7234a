"""Optimizers against their update rules in NumPy, dense and sparse, on both kinds of variables."""

import numpy as np
import pytest

import headwater as hw


def _sgd(w, g, state, t):
    return w - 0.1 * g


def _momentum(w, g, state, t):
    state["a"] = 0.9 * state.get("a", 0.0) + g
    return w - 0.1 * state["a"]


def _nesterov(w, g, state, t):
    state["a"] = 0.9 * state.get("a", 0.0) + g
    return w - 0.1 * (g + 0.9 * state["a"])


def _adam(w, g, state, t):
    state["m"] = 0.9 * state.get("m", 0.0) + 0.1 * g
    state["v"] = 0.999 * state.get("v", 0.0) + 0.001 * g * g
    rate = 0.1 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    return w - rate * state["m"] / (np.sqrt(state["v"]) + 1e-8)


OPTIMIZERS = {
    "sgd": (lambda: hw.train.GradientDescentOptimizer(0.1), _sgd),
    "momentum": (lambda: hw.train.MomentumOptimizer(0.1, 0.9), _momentum),
    "nesterov": (lambda: hw.train.MomentumOptimizer(0.1, 0.9, use_nesterov=True), _nesterov),
    "adam": (lambda: hw.train.AdamOptimizer(0.1), _adam),
}
START = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]])


@pytest.fixture(autouse=True)
def graph():
    with hw.Graph().as_default() as g:
        yield g


def _steps(train, variable, n=5):
    with hw.Session() as sess:
        sess.run(hw.global_variables_initializer())
        for _ in range(n):
            sess.run(train)
        return sess.run(variable)


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_dense(name, resource):
    make, rule = OPTIMIZERS[name]
    w = hw.Variable(START, use_resource=resource)
    train = make().minimize(hw.reduce_sum(w * w * w))
    expected, state = START, {}
    for t in range(1, 6):
        expected = rule(expected, 3 * expected**2, state, t)
    np.testing.assert_allclose(_steps(train, w), expected, rtol=5e-5)  # rates are float32


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_sparse_with_a_repeated_row(name, resource):
    make, rule = OPTIMIZERS[name]
    w = hw.Variable(START, use_resource=resource)
    train = make().minimize(hw.reduce_sum(hw.square(hw.gather(w, [0, 2, 0]))))
    expected, state = START, {}
    for t in range(1, 6):
        # Row 1 has no gradient: only Adam's means, which stay zero, would move it.
        expected = rule(expected, expected * [[4.0], [0.0], [2.0]], state, t)
    np.testing.assert_allclose(_steps(train, w), expected, rtol=5e-5)  # rates are float32


def test_names_of_slots():
    w, b = hw.Variable(START, name="w"), hw.Variable([1.0], name="b")
    optimizer = hw.train.AdamOptimizer()
    assert optimizer.get_slot(w, "m") is None
    train = optimizer.minimize(hw.reduce_sum(w) * hw.cast(b, "float64")[0])
    assert train.name == "Adam" and train.type == "NoOp"
    assert optimizer.get_slot_names() == ["m", "v"]
    assert optimizer.get_slot(w, "v").name == "w/Adam_1:0"
    assert [v.name for v in optimizer.variables()] == [
        "b/Adam:0",
        "b/Adam_1:0",
        "beta1_power:0",
        "beta2_power:0",
        "w/Adam:0",
        "w/Adam_1:0",
    ]


@pytest.mark.parametrize("resource", [False, True])
def test_global_step(resource):
    w = hw.Variable(1.0, use_resource=resource)
    step = hw.Variable(0, trainable=False, use_resource=resource)
    train = hw.train.GradientDescentOptimizer(0.1).minimize(w * w, global_step=step)
    assert _steps(train, step, 3) == 3


def test_loss_beside_the_step_is_the_loss_before_it():
    w = hw.Variable(1.0)
    loss = w * w
    train = hw.train.GradientDescentOptimizer(0.25).minimize(loss)
    with hw.Session() as sess:
        sess.run(hw.global_variables_initializer())
        assert [sess.run([train, loss])[1] for _ in range(3)] == [1.0, 0.25, 0.0625]


SGD = lambda: hw.train.GradientDescentOptimizer(0.5)
BAD = {
    "no variables": (lambda: SGD().minimize(hw.constant(1.0)), "No variables to optimize"),
    "no gradients": (
        lambda: (hw.Variable(1.0), SGD().minimize(hw.constant(1.0))),
        "No gradients provided for any variable, check your graph",
    ),
    "no pairs": (lambda: SGD().apply_gradients([]), "No variables provided"),
    "only None": (
        lambda: SGD().apply_gradients([(None, hw.Variable(1.0))]),
        "No gradients provided for any variable:",
    ),
    "type": (lambda: SGD().minimize(hw.Variable(1) * 2), "Invalid type tf.int32 for mul:0"),
    "gate": (
        lambda: SGD().compute_gradients(hw.Variable(1.0) * 2, gate_gradients=5),
        "gate_gradients must be one of",
    ),
    "name": (
        lambda: hw.train.GradientDescentOptimizer(0.5, name=""),
        "Must specify the optimizer name",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_error(name):
    make, message = BAD[name]
    with pytest.raises(ValueError, match=message):
        make()
