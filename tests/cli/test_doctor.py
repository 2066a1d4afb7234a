"""`headwater doctor`: what it finds in sources, and that it does not run them."""

import json
import subprocess
import sys

import pytest

from headwater._src.cli import source_reader

PROGRAM = """\
import os
import tensorflow as tf
import tensorflow.contrib.slim as slim
from tensorflow.python.ops import array_ops
from tensorflow.examples.tutorials.mnist import input_data
try:
    from tensorflow.absent import here
except ImportError:
    here = None
rnn = tf.contrib.rnn
open({marker!r}, "w").close()
x = tf.nn.relu(array_ops.reshape([1.0], [1]), name="x")
cell = rnn.BasicLSTMCell(3)
y = tf.matmul(x, x, transposed=True)
tf.set_random_seed(1)
"""

TEN = {
    2: "tf.contrib.absent",
    3: "tf.nothing",
    4: "tf.nn.nothing",
    5: "tf.enable_v2_behavior",
    6: "tf.load_file_system_library",
    7: "tf.contrib.tfprof.model_analyzer",
    8: "tf.autograph.to_graph",
    9: "tf.train.NoOptimizer",
    10: "tf.layers.nothing2d",
    11: "tf.load_op_library",
}


def _doctor(*words):
    return subprocess.run(
        [sys.executable, "-m", "headwater", "doctor", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("programs")
    marker = folder / "was_run"
    (folder / "program.py").write_text(PROGRAM.format(marker=str(marker)))
    lines = ["import tensorflow as tf", *(f"{symbol}()" for symbol in TEN.values())]
    (folder / "ten.py").write_text("\n".join(lines))
    (folder / "old.py").write_text("import tensorflow as tf\nprint tf.constant(1)\n")
    (folder / "broken.py").write_text("import tensorflow as\n")
    cells = [
        {"cell_type": "markdown", "source": ["# no code"]},
        {"cell_type": "code", "source": ["%matplotlib inline\n", "import tensorflow as tf"]},
        {"cell_type": "code", "source": ["x = 1\n", "tf.nothing(x)"]},
    ]
    (folder / "note.ipynb").write_text(json.dumps({"cells": cells}))
    done = _doctor("--json", folder)
    assert done.returncode == 1, done.stderr
    assert not marker.exists()  # it was read, not run
    found = json.loads(done.stdout)
    return found["summary"], {file["path"].rpartition("/")[2]: file for file in found["files"]}


def _missing(file):
    return {row["line"]: row["symbol"] for row in file["uses"] if row["status"] == "missing"}


def test_unsupported_symbols_have_their_lines(report):
    assert _missing(report[1]["ten.py"]) == TEN


def test_supported_symbols_and_parameters(report):
    file = report[1]["program.py"]
    assert _missing(file) == {14: "tf.matmul"}
    advice = {row["symbol"]: row["advice"] for row in file["uses"]}
    assert advice["tf.matmul"] == "no parameter transposed"
    assert "seed" in advice["tf.set_random_seed"]
    assert "tf.python.ops.array_ops.reshape" in advice and "tf.contrib.rnn.BasicLSTMCell" in advice
    assert "tf.absent.here" not in advice  # the program has an answer of its own


def test_python_2_and_what_is_no_program(report):
    assert report[1]["old.py"]["python2"] and not _missing(report[1]["old.py"])
    assert "line 1" in report[1]["broken.py"]["error"]


def test_notebooks(report):
    (row,) = [row for row in report[1]["note.ipynb"]["uses"] if row["status"] == "missing"]
    assert (row["cell"], row["line"], row["symbol"]) == (3, 2, "tf.nothing")


def test_the_summary(report):
    summary = report[0]
    assert summary["files"] == 5 and summary["unreadable"] == 1
    assert summary["missing"] == len(TEN) + 2
    assert summary["percent"] == pytest.approx(100 * (1 - summary["missing"] / summary["uses"]))
    assert summary["first"]["symbol"] == "tf.nothing"


def test_a_supported_program_in_words(tmp_path):
    (tmp_path / "good.py").write_text("import tensorflow as tf\nprint(tf.constant(1))\n")
    done = _doctor(tmp_path)
    assert done.returncode == 0, done.stdout
    assert done.stdout.splitlines()[-1].endswith("100.0 % supported.")


def test_what_is_not_there(tmp_path):
    assert "no such file" in _doctor(tmp_path / "absent.py").stderr
    assert "no programs" in _doctor(tmp_path).stderr


# (source, symbols used)
SOURCES = [
    (
        "import tensorflow.compat.v1 as tf\ntf.add",
        ["tensorflow.compat.v1", "tensorflow.compat.v1.add"],
    ),
    (
        "import tensorflow.python.ops.math_ops\ntensorflow.add",
        ["tensorflow.python.ops.math_ops", "tensorflow.add"],
    ),
    ("from tensorflow import nn as N\nN.relu(1)", ["tensorflow.nn", "tensorflow.nn.relu"]),
    ("import tensorflow as tf\ntf = 3\ntf.real", []),
    ("import tensorflow as tf\ndef f(): return tf.nn.relu", ["tensorflow.nn.relu"]),
    ("import numpy as tf\ntf.add", []),
    ("from . import tensorflow\ntensorflow.add", []),
    ("import tensorflow as tf\ntf.constant(1).eval().nothing", ["tensorflow.constant"]),
]


@pytest.mark.parametrize("source, symbols", SOURCES)
def test_names_are_followed(tmp_path, source, symbols):
    file = tmp_path / "a.py"
    file.write_text(source)
    assert [use.symbol for use in source_reader.uses_of(file)[0]] == symbols
