"""Command-line flags as programs of 2016-2019 use them."""

import subprocess
import sys

import pytest

from headwater._src.core import flags as flags_lib


@pytest.fixture
def values():
    values = flags_lib.FlagValues()
    flags_lib.DEFINE_string("data_dir", "/tmp", "where", values)
    flags_lib.DEFINE_integer("steps", 10, "how many", values, lower_bound=0)
    flags_lib.DEFINE_float("rate", 0.5, "how fast", values)
    flags_lib.DEFINE_boolean("fake", False, "whether", values)
    flags_lib.DEFINE_list("hosts", "a,b", "which", values)
    flags_lib.DEFINE_enum("mode", "train", ["train", "test"], "what", values)
    flags_lib.DEFINE_multi_integer("size", [1], "sizes", values)
    return values


CASES = {
    "defaults": ([], ("/tmp", 10, 0.5, False, ["a", "b"], "train", [1]), []),
    "equals": (
        ["--steps=3", "--data_dir=x=y"],
        ("x=y", 3, 0.5, False, ["a", "b"], "train", [1]),
        [],
    ),
    "spaces": (
        ["--rate", "2", "file"],
        ("/tmp", 10, 2.0, False, ["a", "b"], "train", [1]),
        ["file"],
    ),
    "on": (["--fake", "rest"], ("/tmp", 10, 0.5, True, ["a", "b"], "train", [1]), ["rest"]),
    "off": (["--fake=true", "--nofake"], ("/tmp", 10, 0.5, False, ["a", "b"], "train", [1]), []),
    "lists": (
        ["--hosts=c", "--size=2", "--size=3"],
        ("/tmp", 10, 0.5, False, ["c"], "train", [2, 3]),
        [],
    ),
    "single dash": (["-steps=4"], ("/tmp", 4, 0.5, False, ["a", "b"], "train", [1]), []),
    "end": (["--", "--steps=4"], ("/tmp", 10, 0.5, False, ["a", "b"], "train", [1]), ["--steps=4"]),
}


@pytest.mark.parametrize("words, wanted, rest", CASES.values(), ids=CASES)
def test_parsing(values, words, wanted, rest):
    assert values(["prog", *words]) == ["prog", *rest]
    names = ("data_dir", "steps", "rate", "fake", "hosts", "mode", "size")
    assert tuple(getattr(values, name) for name in names) == wanted


@pytest.mark.parametrize(
    "words, message",
    [
        (["--steps=x"], "--steps=x"),
        (["--mode=other"], "<train\\|test>"),
        (["--unknown=1"], "Unknown command line flag 'unknown'"),
        (["--rate"], "needs a value"),
    ],
)
def test_bad_words(values, words, message):
    with pytest.raises(flags_lib.FlagError, match=message):
        values(["prog", *words])


def test_unknown_flags_may_be_left(values):
    assert values(["prog", "--unknown=1", "--steps=2"], known_only=True) == ["prog", "--unknown=1"]
    assert values.steps == 2


def test_values_can_be_set_and_unknown_names_are_refused(values):
    values.steps = 7
    assert values.steps == 7 and values.flag_values_dict()["steps"] == 7
    with pytest.raises(AttributeError, match="absent"):
        _ = values.absent
    with pytest.raises(flags_lib.FlagError, match="twice"):
        flags_lib.DEFINE_string("steps", "x", "again", values)


PROGRAM = """
import headwater as tf
FLAGS = tf.app.flags.FLAGS
tf.app.flags.DEFINE_integer("n", 1, "a number")
def main(argv):
    print(FLAGS.n, argv[1:])
    return 3
if __name__ == "__main__":
    tf.app.run()
"""


def test_a_program(tmp_path, root):
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(script), "--n=5", "x"],
        cwd=root,
        capture_output=True,
        text=True,
        env={"PYTHONPATH": str(root), "PATH": ""},
        check=False,
    )
    assert (done.stdout, done.returncode) == ("5 ['x']\n", 3), done.stderr
