"""The two libraries for tests that write with one and read with the other."""

from __future__ import annotations

import importlib
import importlib.util
import os

import pytest


@pytest.fixture
def hw():
    """headwater, with an empty default graph afterwards too."""
    module = importlib.import_module("headwater")
    module.reset_default_graph()
    yield module
    module.reset_default_graph()


@pytest.fixture
def oracle():
    """TensorFlow's 1.x interface; skipped where it is not installed."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("not installed: tensorflow (pip install -e '.[test,parity]')")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    tf = importlib.import_module("tensorflow.compat.v1")
    tf.disable_v2_behavior()
    tf.logging.set_verbosity(tf.logging.ERROR)
    return tf


@pytest.fixture(params=["ours to theirs", "theirs to ours"])
def pair(request, hw, oracle):
    """`(writer, reader)`, both ways."""
    return (hw, oracle) if request.param == "ours to theirs" else (oracle, hw)
