"""Bad data is an `InvalidArgumentError` that names the value and the node, in both tiers."""

import re

import pytest

import headwater as hw
from tests.cases.invalid import INVALID
from tests.grids.grid import Row
from tests.parity import harness

from .grid_graph import HAS_TENSORFLOW, GridGraph

invalid = pytest.mark.parametrize(
    ("op", "inputs", "attrs", "says"),
    INVALID,
    ids=[f"{i}-{row[0]}" for i, row in enumerate(INVALID)],
)
# What TensorFlow 2.21 says about these; the class of an error, or none.
THERE = {"TruncateDiv": "InternalError", "TruncateMod": "InternalError", "CTCLoss": "NoneType"}


@invalid
@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_refused(op, inputs, attrs, says, tier, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", tier)
    graph = GridGraph(hw, [Row(op, inputs, attrs)], "nothing")
    for _ in range(2):
        error = graph.refusal()
        assert type(error) is hw.errors.InvalidArgumentError
        assert error.op.type == op and f"row0/{op}" in str(error)
        assert re.search(says, error.message), error.message[-300:]


@pytest.mark.skipif(not HAS_TENSORFLOW, reason="TensorFlow is not installed")
@invalid
def test_tensorflow_refuses_it_too(op, inputs, attrs, says):
    error = GridGraph(harness.oracle(), [Row(op, inputs, attrs)], "nothing").refusal()
    expected = THERE.get(op, "InvalidArgumentError")
    assert type(error).__name__ == expected
    if expected == "InvalidArgumentError":
        assert re.search(says, error.message), error.message[-300:]
