"""Optimizers of `tf.contrib.opt` against their rules in NumPy, and `optimize_loss`."""

import numpy as np
import pytest

import headwater as hw

START = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]])


@pytest.fixture(autouse=True)
def graph():
    with hw.Graph().as_default() as g:
        yield g


def _adam_step(g, state, t, nesterov=False):
    state["m"] = 0.9 * state.get("m", 0.0) + 0.1 * g
    state["v"] = 0.999 * state.get("v", 0.0) + 0.001 * g * g
    rate = 0.1 * np.sqrt(1 - 0.999**t) / (1 - 0.9**t)
    m = 0.9 * state["m"] + 0.1 * g if nesterov else state["m"]
    return rate * m / (np.sqrt(state["v"]) + 1e-8)


def _adam_w(w, g, state, t):
    return w * (1 - 0.01) - _adam_step(g, state, t)


def _momentum_w(w, g, state, t):
    state["a"] = 0.9 * state.get("a", 0.0) + g
    return w * (1 - 0.01) - 0.1 * state["a"]


def _adagrad_w(w, g, state, t):
    state["a"] = state.get("a", 0.1) + g * g
    return w * (1 - 0.01) - 0.1 * g / np.sqrt(state["a"])


def _ada_max(w, g, state, t):
    state["m"] = 0.9 * state.get("m", 0.0) + 0.1 * g
    state["v"] = np.maximum(0.999 * state.get("v", np.zeros_like(g)), np.abs(g))
    return w - 0.1 / (1 - 0.9**t) * state["m"] / (state["v"] + 1e-8)


def _lars(w, g, state, t):
    ratio = 0.001 * np.linalg.norm(w) / (np.linalg.norm(g) + 0.0001 * np.linalg.norm(w))
    state["a"] = 0.9 * state.get("a", 0.0) + 0.1 * ratio * (g + 0.0001 * w)
    return w - state["a"]


RULES = {
    "adam_w": (lambda o: o.AdamWOptimizer(0.01, 0.1), _adam_w),
    "momentum_w": (lambda o: o.MomentumWOptimizer(0.01, 0.1, 0.9), _momentum_w),
    "adagrad_w": (
        lambda o: o.extend_with_decoupled_weight_decay(hw.train.AdagradOptimizer)(0.01, 0.1),
        _adagrad_w,
    ),
    "lazy_adam": (lambda o: o.LazyAdamOptimizer(0.1), lambda w, g, s, t: w - _adam_step(g, s, t)),
    "ada_max": (lambda o: o.AdaMaxOptimizer(0.1), _ada_max),
    "nadam": (lambda o: o.NadamOptimizer(0.1), lambda w, g, s, t: w - _adam_step(g, s, t, True)),
    "lars": (lambda o: o.LARSOptimizer(0.1), _lars),
}


def _steps(train, variable, n=4):
    with hw.Session() as sess:
        sess.run(hw.global_variables_initializer())
        for _ in range(n):
            sess.run(train)
        return sess.run(variable)


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize("name", RULES)
def test_dense(name, resource):
    make, rule = RULES[name]
    w = hw.Variable(START, use_resource=resource)
    train = make(hw.contrib.opt).minimize(hw.reduce_sum(w * w * w))
    expected, state = START, {}
    for t in range(1, 5):
        expected = rule(expected, 3 * expected**2, state, t)
    np.testing.assert_allclose(_steps(train, w), expected, rtol=5e-5)


@pytest.mark.parametrize("resource", [False, True])
@pytest.mark.parametrize("name", [n for n in RULES if n != "lars"])
def test_rows_with_a_repeated_one(name, resource):
    make, rule = RULES[name]
    w = hw.Variable(START, use_resource=resource)
    train = make(hw.contrib.opt).minimize(hw.reduce_sum(hw.square(hw.gather(w, [0, 2, 0]))))
    rows, state = START[[0, 2]], {}
    for t in range(1, 5):
        rows = rule(rows, rows * [[4.0], [2.0]], state, t)
    got = _steps(train, w)
    np.testing.assert_allclose(got[[0, 2]], rows, rtol=5e-5)
    np.testing.assert_array_equal(got[1], START[1])


def test_only_some_variables_decay():
    w, b = hw.Variable([1.0], name="w"), hw.Variable([1.0], name="b")
    optimizer = hw.contrib.opt.MomentumWOptimizer(0.5, 0.0, 0.9)
    train = optimizer.minimize(hw.reduce_sum(w + b), decay_var_list=[w])
    assert [v.tolist() for v in _steps(train, [w, b], 2)] == [[0.25], [1.0]]


def test_moving_average_optimizer():
    w = hw.Variable([4.0], name="w")
    optimizer = hw.contrib.opt.MovingAverageOptimizer(
        hw.train.GradientDescentOptimizer(0.25), average_decay=0.5
    )
    train = optimizer.minimize(hw.reduce_sum(w * w))
    (average,) = [v for v in hw.global_variables() if "Average" in v.name]
    assert [v.tolist() for v in _steps(train, [w, average], 2)] == [[1.0], [2.0]]


@pytest.mark.parametrize("method", ["L-BFGS-B", "CG", "SLSQP"])
def test_scipy(method):
    pytest.importorskip("scipy")
    v = hw.Variable([7.0, 7.0], dtype=hw.float64)
    loss = hw.reduce_sum(hw.square(v - [1.0, -2.0]))
    optimizer = hw.contrib.opt.ScipyOptimizerInterface(loss, method=method)
    with hw.Session() as sess:
        sess.run(hw.global_variables_initializer())
        optimizer.minimize(sess)
        np.testing.assert_allclose(sess.run(v), [1.0, -2.0], atol=1e-5)


def test_scipy_with_constraints_and_bounds():
    pytest.importorskip("scipy")
    v = hw.Variable([7.0, 7.0, 7.0], dtype=hw.float64)
    optimizer = hw.contrib.opt.ScipyOptimizerInterface(
        hw.reduce_sum(hw.square(v)),
        equalities=[v[1] - 1.0],
        inequalities=[v[0] - 2.0],
        var_to_bounds={v: (0.5, 10.0)},
    )
    with hw.Session() as sess:
        sess.run(hw.global_variables_initializer())
        optimizer.minimize(sess)
        np.testing.assert_allclose(sess.run(v), [2.0, 1.0, 0.5], atol=1e-5)


def test_optimize_loss():
    w = hw.Variable([3.0, 4.0], name="w")
    step = hw.train.get_or_create_global_step()
    train = hw.contrib.layers.optimize_loss(
        hw.reduce_sum(w * w) / 2,
        step,
        learning_rate=1.0,
        optimizer="SGD",
        clip_gradients=1.0,
        learning_rate_decay_fn=lambda rate, s: hw.train.exponential_decay(rate, s, 1, 0.5),
    )
    with hw.Session() as sess:
        sess.run(hw.global_variables_initializer())
        assert sess.run(train) == 12.5
        np.testing.assert_allclose(sess.run(w), [2.4, 3.2], rtol=1e-6)
        sess.run(train)
        np.testing.assert_allclose(sess.run(w), [2.1, 2.8], rtol=1e-6)
        assert sess.run(step) == 2


BAD = {
    "name": (dict(optimizer="Nope"), "Optimizer name should be one of"),
    "object": (dict(optimizer=3), "Unrecognized optimizer"),
    "rate": (dict(learning_rate="x"), "Learning rate should be 0d Tensor or float"),
    "negative": (dict(learning_rate=-1.0), "Invalid learning_rate"),
    "clip": (dict(clip_gradients="x"), "Unknown type"),
    "summaries": (dict(summaries=["x"]), "Summaries should be one of"),
}


@pytest.mark.parametrize("name", BAD)
def test_optimize_loss_error(name):
    arguments, message = BAD[name]
    w = hw.Variable(1.0)
    given = {"learning_rate": 0.1, "optimizer": "SGD", **arguments}
    with pytest.raises(ValueError, match=message):
        hw.contrib.layers.optimize_loss(w * w, None, **given)
