"""An update that fails changes nothing; the tiers give the same numbers."""

import numpy as np
import pytest

import headwater as hw

MAKE = {
    "adam": lambda: hw.train.AdamOptimizer(0.1),
    "momentum": lambda: hw.train.MomentumOptimizer(0.1, 0.9),
    "ftrl": lambda: hw.train.FtrlOptimizer(0.1),
    "rmsprop": lambda: hw.train.RMSPropOptimizer(0.1),
}


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@pytest.mark.parametrize("name", MAKE)
def test_nan_changes_nothing(name, tier, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", tier)
    with hw.Graph().as_default():
        x = hw.placeholder(hw.float32, [2])
        v = hw.Variable([1.0, 2.0], name="v")
        w = hw.Variable([3.0, 4.0], name="w")
        optimizer = MAKE[name]()
        pairs = optimizer.compute_gradients(hw.reduce_sum(v * v) + hw.reduce_sum(w * x))
        checked = [(hw.check_numerics(g, "gradient"), var) for g, var in pairs]
        train = optimizer.apply_gradients(checked)
        with hw.Session() as sess:
            sess.run(hw.global_variables_initializer())
            sess.run(train, {x: [1.0, 1.0]})
            before = sess.run(hw.global_variables())
            with pytest.raises(hw.errors.InvalidArgumentError, match="gradient"):
                sess.run(train, {x: [1.0, np.nan]})
            for old, new in zip(before, sess.run(hw.global_variables()), strict=True):
                np.testing.assert_array_equal(new, old)


@pytest.mark.parametrize("name", MAKE)
def test_tiers_agree(name, monkeypatch):
    found = []
    for tier in ("interpret", "compile"):
        monkeypatch.setenv("HEADWATER_TIER", tier)
        with hw.Graph().as_default():
            v = hw.Variable(np.linspace(-1, 1, 12).reshape(3, 4).astype(np.float32))
            train = MAKE[name]().minimize(hw.reduce_sum(hw.square(hw.tanh(v) - 0.3)))
            with hw.Session() as sess:
                sess.run(hw.global_variables_initializer())
                for _ in range(10):
                    sess.run(train)
                found.append(sess.run(v))
    np.testing.assert_allclose(found[0], found[1], rtol=2e-5, atol=1e-6)
