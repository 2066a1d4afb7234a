"""What scripts/coverage makes of symbols and parameters."""

import types

import pytest

from .coverage_script import load_script

coverage = load_script()


def add(x, y=1, *rest, name=None, **more):
    """A function with every kind of parameter."""


class Point:
    """A class with a constructor."""

    def __init__(self, x, y=None):
        """Takes coordinates."""


@pytest.mark.parametrize(
    ("value", "entry", "difference"),
    [
        (add, [["x"], ["y", "1"], ["*rest"], ["name", "None"], ["**more"]], ""),
        (add, [["x"], ["*rest"], ["name", "None"], ["**more"]],
         "(x, y, *rest, name, **more) for (x, *rest, name, **more)"),
        (add, [["x"], ["y", "2"], ["*rest"], ["name"], ["**more"]],
         "y=1 for 2; name=None for (none)"),
    ],
)  # fmt: skip
def test_parameters_of_functions(value, entry, difference):
    assert coverage.parameter_differences(value, {"kind": "function", "args": entry}) == difference


def test_parameters_of_classes():
    entry = {"kind": "class", "init": [["self"], ["x"], ["y", "None"]]}
    assert coverage.parameter_differences(Point, entry) == ""
    entry["init"].append(["z"])
    assert coverage.parameter_differences(Point, entry) == "(self, x, y) for (self, x, y, z)"


def test_states():
    tf = types.SimpleNamespace(add=add, plus=add, alone=len, one=1, nn=types.SimpleNamespace(pi=3))
    wanted = ["tf.add", "tf.plus", "tf.alone", "tf.one", "tf.nn.pi", "tf.nn.gone", "tf.gone.x"]
    symbols = coverage.Symbols(tf, wanted, {"tf.plus", "tf.nn.pi", "tf.absent"})
    states = [symbols.state(s) for s in wanted]
    assert states == ["works", "works", "untested", "untested", "works", "missing", "missing"]


def test_names_in_tests():
    found = coverage.names_in_tests()
    assert {"tf.Session", "tf.nn", "tf.placeholder"} <= found and "tf" not in found


def test_public_names_of_a_program():
    text = "import tensorflow as tf\n  from tensorflow.contrib import rnn as r, slim\nr.Cell(tf.int8, x.slim.y)"
    assert coverage.public_names(text) == {
        "tf.int8",
        "tf.contrib.rnn",
        "tf.contrib.rnn.Cell",
        "tf.contrib.slim",
    }


def test_page_is_written_from_the_facts(facts):
    measured = coverage.measure(facts)
    text = coverage.page(measured)
    assert "| MatMul | kernel | yes |" in text
    for what, number in coverage.headline(measured):
        assert f"| {what} | {number} |" in text
