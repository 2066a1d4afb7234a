"""Shapes of features that every example must have as a whole."""

import pytest

import headwater as tf

SHAPES = [
    ((None, 2), "First dimension of shape for feature c unknown. Consider using FixedLenSeq"),
    ((1, None), r"All dimensions of shape for feature c need to be known but received \(1, None\)"),
]


@pytest.mark.parametrize(("shape", "says"), SHAPES)
@pytest.mark.parametrize(
    "parse", [lambda f: tf.parse_example(["x"], f), lambda f: tf.parse_single_example("x", f)]
)
def test_unknown_dimensions(parse, shape, says):
    with pytest.raises(ValueError, match=says):
        parse({"c": tf.FixedLenFeature(shape, tf.int64)})
