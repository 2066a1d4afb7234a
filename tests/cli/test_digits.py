"""Which digits the demo learns from."""

import sys

import numpy as np
import pytest

from headwater._src.cli import digits
from headwater._src.cli.main import CommandError


@pytest.fixture
def no_mnist(monkeypatch):
    def fail(*_, **__):
        raise FileNotFoundError("the MNIST files are nowhere")

    monkeypatch.setattr(digits, "read_data_sets", fail)


def test_scikit_learns_digits_stand_in(no_mnist):
    source, data = digits.load_digits(None, seed=1)
    assert "scikit-learn" in source and "MNIST cannot be had" in source
    assert [d.num_examples for d in data] == [1400, 100, 297]
    for d in data:
        assert d.images.shape[1:] == (784,) and d.images.dtype == np.float32
        assert d.images.min() == 0 and 0.9 < d.images.max() <= 1
        np.testing.assert_array_equal(d.labels.sum(axis=1), 1)


def test_scaling_keeps_the_picture():
    """A digit in the left half stays there, within MNIST's margin of four pixels."""
    image = np.zeros([1, 8, 8])
    image[:, :, :3] = 16
    small = np.repeat(image, 400, axis=0)
    data = digits.as_mnist(small, np.zeros(400, int), seed=0)
    picture = data.test.images[0].reshape(28, 28)
    assert (picture[4:24, 4:10] == 1).all() and picture[:, 14:].max() == 0
    assert picture[:4].max() == picture[24:].max() == picture[:, :4].max() == 0


def test_a_named_folder_is_not_replaced(no_mnist):
    with pytest.raises(CommandError, match="MNIST files are nowhere"):
        digits.load_digits("some/folder", seed=1)


def test_neither(no_mnist, monkeypatch):
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(CommandError, match=r"nowhere\nOr run `pip install 'headwater\[demo\]'`"):
        digits.load_digits(None, seed=1)


def test_a_damaged_file_is_said(monkeypatch):
    def fail(*_, **__):
        raise ValueError("x.gz is not a complete gzip file")

    monkeypatch.setattr(digits, "read_data_sets", fail)
    with pytest.raises(CommandError, match="not a complete gzip file"):
        digits.load_digits(None, seed=1)
