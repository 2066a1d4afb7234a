"""Eager execution against TensorFlow's: values, texts, classes of errors, gradients, random numbers."""

import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from . import eager_programs

HERE = pathlib.Path(__file__).parent


def results(library):
    """What the programs give under a library."""
    done = subprocess.run(
        [sys.executable, str(HERE / "eager_programs.py"), library],
        capture_output=True,
        text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONPATH": str(HERE.parents[1])},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def both():
    pytest.importorskip("tensorflow")
    return results("tensorflow"), results("headwater")


@pytest.mark.parametrize("program", [p.__name__ for p in eager_programs.PROGRAMS])
def test_eager_program(program, both):
    expected, got = (found[program] for found in both)
    assert len(got) == len(expected)
    for i, (mine, its) in enumerate(zip(got, expected)):
        if isinstance(its, list):
            assert mine[:2] == its[:2], i
            np.testing.assert_allclose(mine[2], its[2], rtol=2e-5, atol=1e-6, err_msg=str(i))
        else:
            assert mine == its, i
