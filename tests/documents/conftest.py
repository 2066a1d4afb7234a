"""The library under test, and the digits that the documents train on."""

from __future__ import annotations

import importlib
import os
import pathlib
from types import ModuleType

import pytest


@pytest.fixture
def tf():
    """headwater with an empty default graph (TensorFlow where HEADWATER_PARITY_SELF is set)."""
    name = "tensorflow.compat.v1" if os.environ.get("HEADWATER_PARITY_SELF") else "headwater"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    module = importlib.import_module(name)
    if name.startswith("tensorflow"):
        module.disable_v2_behavior()
    module.reset_default_graph()
    yield module
    module.reset_default_graph()


@pytest.fixture
def old_names(tf: ModuleType):
    """The 0.8 names of the first article.  TensorFlow itself has lost some; they are put back."""
    if os.environ.get("HEADWATER_PARITY_SELF"):
        old = ModuleType("old")
        old.__dict__.update({n: getattr(tf, n) for n in dir(tf) if not n.startswith("__")})
        old.mul, old.initialize_all_variables = tf.multiply, tf.global_variables_initializer
        return old
    return tf


@pytest.fixture
def mnist():
    """The four MNIST files, read by headwater's reader with one-hot labels."""
    folder = mnist_folder()
    from headwater.examples.tutorials.mnist import input_data

    return input_data.read_data_sets(str(folder), one_hot=True)


def mnist_folder() -> pathlib.Path:
    """`$HEADWATER_DATA/mnist`, or `../shared/data/mnist` beside the checkout."""
    beside = pathlib.Path(__file__).parents[3] / "shared" / "data"
    folder = pathlib.Path(os.environ.get("HEADWATER_DATA", beside)) / "mnist"
    if not (folder / "train-images-idx3-ubyte.gz").exists():
        pytest.skip("no MNIST files: set HEADWATER_DATA to the folder that holds mnist/")
    return folder
