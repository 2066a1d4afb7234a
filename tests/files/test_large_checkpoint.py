"""3 GB of variables from TensorFlow to headwater and back, every value compared.

It takes 7 GB of memory and of disk: HEADWATER_LARGE=1 in the environment runs it.
"""

from __future__ import annotations

import filecmp
import os

import numpy as np
import pytest

VARIABLES, ROWS, COLUMNS = 12, 1 << 16, 1 << 10  # float32: 256 MiB each


def content(number):
    """What a variable holds: other bits in each, special values among them."""
    values = np.random.default_rng(number).integers(0, 1 << 32, ROWS * COLUMNS, np.uint32)
    return values.view(np.float32).reshape(ROWS, COLUMNS)


def write(tf, prefix):
    with tf.Graph().as_default(), tf.Session() as sess:
        variables = [
            tf.get_variable(f"v{i}", [ROWS, COLUMNS], initializer=tf.zeros_initializer())
            for i in range(VARIABLES)
        ]
        for number, variable in enumerate(variables):
            variable.load(content(number), sess)
        return tf.train.Saver().save(sess, prefix, write_meta_graph=False)


def read(tf, prefix):
    with tf.Graph().as_default(), tf.Session() as sess:
        variables = [tf.get_variable(f"v{i}", [ROWS, COLUMNS]) for i in range(VARIABLES)]
        tf.train.Saver().restore(sess, prefix)
        for number, variable in enumerate(variables):
            got = sess.run(variable).view(np.uint32)
            assert (got == content(number).view(np.uint32)).all(), f"v{number}"


def test_three_gigabytes(request, tmp_path):
    if os.environ.get("HEADWATER_LARGE") != "1":
        pytest.skip("takes 7 GB of memory and disk: set HEADWATER_LARGE=1")
    hw, oracle = request.getfixturevalue("hw"), request.getfixturevalue("oracle")
    ours, theirs = write(hw, str(tmp_path / "ours")), write(oracle, str(tmp_path / "theirs"))
    ending = ".data-00000-of-00001"
    assert os.path.getsize(ours + ending) == 3 << 30
    assert filecmp.cmp(ours + ending, theirs + ending, shallow=False)
    assert filecmp.cmp(ours + ".index", theirs + ".index", shallow=False)
    read(hw, theirs)
    read(oracle, ours)
