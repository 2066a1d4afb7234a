"""The library under test, with an empty default graph and its default session."""

from __future__ import annotations

import importlib
import os

import pytest

AGAINST_ORACLE = bool(os.environ.get("HEADWATER_PARITY_SELF"))


@pytest.fixture
def tf():
    """headwater; TensorFlow where HEADWATER_PARITY_SELF is set, to check the tests themselves."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    module = importlib.import_module("tensorflow.compat.v1" if AGAINST_ORACLE else "headwater")
    if AGAINST_ORACLE:
        module.disable_v2_behavior()
    module.reset_default_graph()
    yield module
    module.reset_default_graph()


@pytest.fixture
def sess(tf):
    """A default session of the default graph."""
    with tf.Session() as session:
        yield session


@pytest.fixture
def headwater_only():
    """For promises that TensorFlow does not make."""
    if AGAINST_ORACLE:
        pytest.skip("TensorFlow does not promise this")
