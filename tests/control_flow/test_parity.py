"""Every program of `programs` gives TensorFlow's values, gradients and static shapes, in both
tiers.
"""

import importlib.util
import os

import numpy as np
import pytest

from . import programs_branches as _branches, programs_loops as _loops  # noqa: F401  they fill the table
from .registry import PROGRAMS

needs_tensorflow = pytest.mark.skipif(
    importlib.util.find_spec("tensorflow") is None, reason="TensorFlow is not installed"
)
TIERS = ["interpret", "compile", "auto"]


def tensorflow():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow.compat.v1 as tf

    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.ERROR)
    return tf


def headwater():
    import headwater

    return headwater


def shape_of(tensor):
    return tensor.shape.as_list() if tensor.shape.ndims is not None else None


def record(tf, program, repeats=1):
    """Values of each step, gradients, static shapes of the fetches."""
    with tf.Graph().as_default():
        run = program(tf)
        fetches = run.fetches if isinstance(run.fetches, list) else [run.fetches]
        gradients = []
        if run.ys is not None:
            gradients = tf.gradients(run.ys, run.xs)
        if run.second:
            gradients = gradients + tf.gradients(gradients, run.xs)
        wanted = [tf.convert_to_tensor(g) for g in gradients if g is not None]
        shapes = [shape_of(t) for t in fetches if hasattr(t, "shape")]
        feeds = run.feeds if isinstance(run.feeds, list) else [run.feeds] * run.steps
        values = []
        with tf.Session() as sess:
            if run.init:
                sess.run(tf.global_variables_initializer())
            for feed in feeds * repeats:
                values.append(sess.run([fetches, wanted], feed))
        return values, [g is None for g in gradients], shapes


_expected = {}


def expected(name):
    if name not in _expected:
        _expected[name] = record(tensorflow(), PROGRAMS[name])
    return _expected[name]


@needs_tensorflow
@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", PROGRAMS)
def test_values_and_gradients(name, tier, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", tier)
    values, missing, shapes = record(headwater(), PROGRAMS[name])
    want_values, want_missing, want_shapes = expected(name)
    assert missing == want_missing
    assert shapes == want_shapes
    for step, (got, want) in enumerate(zip(values, want_values, strict=True)):
        for part, (mine, theirs) in enumerate(
            zip([*got[0], *got[1]], [*want[0], *want[1]], strict=True)
        ):
            same(mine, theirs, f"step {step}, value {part}")


def same(mine, theirs, where):
    mine, theirs = (
        np.asarray(getattr(mine, "values", mine)),
        np.asarray(getattr(theirs, "values", theirs)),
    )
    assert mine.shape == theirs.shape, where
    if mine.dtype.kind in "fc":
        np.testing.assert_allclose(mine, theirs, rtol=2e-5, atol=1e-6, err_msg=where)
    else:
        assert mine.tolist() == theirs.tolist(), where


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_tiers_agree(name, monkeypatch):
    """Without TensorFlow at hand, too: interpreted and compiled runs give the same."""
    found = []
    for tier in ("interpret", "compile"):
        monkeypatch.setenv("HEADWATER_TIER", tier)
        found.append(record(headwater(), PROGRAMS[name]))
    (first, first_missing, _), (second, second_missing, _) = found
    assert first_missing == second_missing
    for a, b in zip(first, second, strict=True):
        for x, y in zip([*a[0], *a[1]], [*b[0], *b[1]], strict=True):
            same(x, y, name)
