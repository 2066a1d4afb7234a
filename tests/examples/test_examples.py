"""The programs in examples/, each in a process of its own, as `headwater run` starts them."""

from __future__ import annotations

import gzip
import os
import pathlib
import struct
import subprocess
import sys

import numpy as np
import pytest

from .table import DIGITS, PROGRAMS

ROOT = pathlib.Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def write_idx(path, array):
    """Writes bytes in the format of the MNIST files."""
    header = struct.pack(">BBBB", 0, 0, 8, array.ndim) + struct.pack(
        f">{array.ndim}I", *array.shape
    )
    path.write_bytes(gzip.compress(header + array.astype(np.uint8).tobytes(), 1))


@pytest.fixture(scope="session")
def digits(tmp_path_factory):
    """A folder with MNIST's four files, written from scikit-learn's small digits."""
    small = pytest.importorskip("sklearn.datasets").load_digits()
    images = np.zeros([len(small.images), 28, 28])
    images[:, 6:22, 6:22] = np.kron(small.images, np.ones([2, 2])) * (255 / 16)
    folder = tmp_path_factory.mktemp("digits")
    train = np.arange(6000) % 1500  # read_data_sets takes 5,000 away for validation
    test = np.arange(1500, len(images))
    for name, rows in (("train", train), ("t10k", test)):
        write_idx(folder / f"{name}-images-idx3-ubyte.gz", images[rows])
        write_idx(folder / f"{name}-labels-idx1-ubyte.gz", small.target[rows])
    return folder


@pytest.mark.parametrize(
    ("program", "options", "shown"),
    PROGRAMS,
    ids=[f"{row[0]} {row[1]}".strip() for row in PROGRAMS],
)
def test_program(program, options, shown, request, tmp_path):
    words = options.split()
    if DIGITS in words:
        words.remove(DIGITS)
        words += ["--data_dir", str(request.getfixturevalue("digits"))]
    done = subprocess.run(
        [sys.executable, "-m", "headwater", "run", str(EXAMPLES / program), *words],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    for text in shown.split("|"):
        assert text in done.stdout + done.stderr, done.stdout


def test_no_program_is_left_out():
    found = {str(path.relative_to(EXAMPLES)) for path in EXAMPLES.rglob("*.py")}
    assert found == {row[0] for row in PROGRAMS}


def test_the_readme_lists_every_program():
    text = (EXAMPLES / "README.md").read_text(encoding="utf-8")
    missing = {row[0] for row in PROGRAMS if f"({row[0]})" not in text}
    assert not missing


def test_doctor_finds_nothing_missing():
    done = subprocess.run(
        [sys.executable, "-m", "headwater", "doctor", str(EXAMPLES)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout
    assert "100.0 % supported" in done.stdout
