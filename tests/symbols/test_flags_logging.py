"""`tf.flags`, `tf.app.flags` and `tf.logging` as a program's own process sees them."""

import logging
import os
import pathlib
import subprocess
import sys

import pytest

import headwater as tf

PROGRAM = """
import headwater as tf
{module}.DEFINE_string("name", "n", "text")
{module}.DEFINE_float("rate", 0.5, "number")
{module}.DEFINE_boolean("fast", False, "switch")
{module}.DEFINE_integer("steps", 3, "count")
if "{module}" == "tf.flags":
    tf.flags.DEFINE_bool("deep", True, "switch")
    tf.flags.DEFINE_enum("mode", "a", ["a", "b"], "choice")
    tf.flags.DEFINE_list("files", "x,y", "paths")
    tf.flags.mark_flag_as_required("mode")
FLAGS = {module}.FLAGS
def main(argv):
    print(FLAGS.name, FLAGS.rate, FLAGS.fast, FLAGS.steps, argv[1:])
    if "{module}" == "tf.flags":
        print(FLAGS.deep, FLAGS.mode, FLAGS.files)
tf.app.run()
"""
# module, words of the command line, what is printed
RUNS = [
    ("tf.app.flags", [], "n 0.5 False 3 []"),
    ("tf.app.flags", ["--rate=2", "--fast", "rest"], "n 2.0 True 3 ['rest']"),
    ("tf.app.flags", ["--nofast", "--name", "a b"], "a b 0.5 False 3 []"),
    ("tf.app.flags", ["--unknown=1"], "n 0.5 False 3 ['--unknown=1']"),  # left to the program
    ("tf.flags", ["--mode=b"], "n 0.5 False 3 []\nTrue b ['x', 'y']"),
    ("tf.flags", ["--mode=a", "--nodeep", "--files=z"], "n 0.5 False 3 []\nFalse a ['z']"),
]
FAILURES = [
    ("tf.flags", ["--mode=c"], "mode"),
    ("tf.app.flags", ["--steps=many"], "steps"),
]


def program(tmp_path, module, words):
    path = tmp_path / "program.py"
    path.write_text(PROGRAM.format(module=module))
    return subprocess.run(
        [sys.executable, str(path), *words],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(pathlib.Path(tf.__file__).parents[1])},
    )


@pytest.mark.parametrize("module, words, printed", RUNS)
def test_flags(tmp_path, module, words, printed):
    done = program(tmp_path, module, words)
    assert done.stdout.strip() == printed, done.stderr


@pytest.mark.parametrize("module, words, says", FAILURES)
def test_wrong_flags(tmp_path, module, words, says):
    done = program(tmp_path, module, words)
    assert done.returncode != 0
    assert says in done.stderr + done.stdout


def test_flags_in_process():
    """Both spellings share one set of flags."""
    tf.flags.DEFINE_string("symbols_text", "before", "text")
    tf.app.flags.DEFINE_boolean("symbols_switch", True, "switch")
    tf.app.flags.DEFINE_float("symbols_number", 1, "number")
    tf.app.flags.DEFINE_string("symbols_more", None, "text")
    tf.flags.FLAGS(["program", "--symbols_text=after"])
    flags = tf.app.flags.FLAGS
    assert (flags.symbols_text, flags.symbols_switch, flags.symbols_number) == ("after", True, 1.0)
    assert isinstance(flags.symbols_number, float)
    assert tf.flags.FLAGS.symbols_more is None


WRITERS = [
    ("DEBUG", lambda: tf.logging.debug("step %d", 3)),
    ("INFO", lambda: tf.logging.info("step %d", 3)),
    ("INFO", lambda: tf.python.platform.tf_logging.info("step %d", 3)),
    ("WARNING", lambda: tf.logging.warn("step %d", 3)),
    ("WARNING", lambda: tf.logging.warning("step %d", 3)),
    ("ERROR", lambda: tf.logging.error("step %d", 3)),
    ("CRITICAL", lambda: tf.logging.fatal("step %d", 3)),
    ("INFO", lambda: tf.logging.vlog(tf.logging.INFO, "step %d", 3)),
]


@pytest.fixture
def written():
    """The records that reach the library's logger."""
    records = []
    handler = logging.Handler()
    handler.emit = records.append
    logger = logging.getLogger("tensorflow")
    before = tf.logging.get_verbosity()
    logger.addHandler(handler)
    yield records
    logger.removeHandler(handler)
    tf.logging.set_verbosity(before)


@pytest.mark.parametrize("level, write", WRITERS)
def test_logging(written, level, write):
    tf.logging.set_verbosity(tf.logging.DEBUG)
    write()
    assert [(r.levelname, r.getMessage()) for r in written] == [(level, "step 3")]


@pytest.mark.parametrize("threshold, kept", [("DEBUG", 8), ("INFO", 7), ("WARN", 4), ("FATAL", 1)])
def test_verbosity(written, threshold, kept):
    levels = {
        "DEBUG": tf.logging.DEBUG,
        "INFO": tf.logging.INFO,
        "WARN": tf.logging.WARN,
        "FATAL": tf.logging.FATAL,
    }
    tf.logging.set_verbosity(levels[threshold])
    for _, write in WRITERS:
        write()
    assert len(written) == kept
