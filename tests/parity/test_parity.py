"""One test per kind of comparison, over every program of `registry`.

Reading order: harness.py (what a program is), programs_names.py (what programs look like), here.
"""

from __future__ import annotations

import re
from typing import Any

import pytest

from .harness import (
    GRADIENT_SCOPE,
    Failing,
    Program,
    assert_same_nodes,
    attribute_defaults,
    build,
    difference,
    oracle,
    ours,
    run,
)
from .protos import without_defaults
from .registry import FAILING, PROGRAMS

every_program = pytest.mark.parametrize("program", PROGRAMS, ids=lambda p: p.name)
every_strict = pytest.mark.parametrize(
    "program", [p for p in PROGRAMS if p.strict], ids=lambda p: p.name
)
every_random = pytest.mark.parametrize(
    "program", [p for p in PROGRAMS if p.name.startswith("random:")], ids=lambda p: p.name
)
every_failing = pytest.mark.parametrize("program", FAILING, ids=lambda p: p.name)


def pair(program: Program) -> tuple[Any, Any]:
    return build(program, "ours"), build(program, "oracle")


def skip_functional(program: Program) -> None:
    if build(program, "oracle").case.functional:
        pytest.skip("branches and loops are other nodes in headwater: see Case.functional")


def nodes(program: Program, side: str, inside_gradients: bool) -> list[dict[str, Any]]:
    defaults = attribute_defaults(program)
    return [
        without_defaults(node, defaults.get(node["op"], {}))
        for node in build(program, side).nodes
        if bool(GRADIENT_SCOPE.search(node["name"])) is inside_gradients
    ]


@every_program
def test_graph_def(program: Program) -> None:
    """Names in order, ops, inputs, control inputs, devices and attributes; gradients aside."""
    skip_functional(program)
    assert_same_nodes(nodes(program, "ours", False), nodes(program, "oracle", False))


@every_strict
def test_gradient_graph(program: Program) -> None:
    """The same, for the nodes under `gradients/` of the common ops."""
    assert_same_nodes(nodes(program, "ours", True), nodes(program, "oracle", True))


@every_program
def test_static_shapes(program: Program) -> None:
    """dtype and static shape of every tensor outside the gradients."""
    skip_functional(program)
    got, want = (
        {k: v for k, v in built.shapes.items() if not GRADIENT_SCOPE.search(k)}
        for built in pair(program)
    )
    wrong = {k: (got.get(k), want[k]) for k in want if got.get(k) != want[k]}
    assert not wrong, f"(headwater, TensorFlow): {wrong}"


@every_program
def test_facts(program: Program) -> None:
    """Plain Python values: names, representations, collections, results of methods."""
    got, want = pair(program)
    assert got.facts == want.facts


@every_program
def test_values(program: Program) -> None:
    """What the fetches give, step after step: value, dtype, shape and Python type."""
    assert_same_values(program, run(program, "ours")[0])


@pytest.mark.parametrize("tier", ["interpret", "compile"])
@every_random
def test_random_numbers_in_each_tier(
    program: Program, tier: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same numbers whether every step is interpreted or every step is compiled."""
    monkeypatch.setenv("HEADWATER_TIER", tier)
    assert_same_values(program, run.__wrapped__(program, "ours")[0])


def assert_same_values(program: Program, got: list[Any]) -> None:
    want, _ = run(program, "oracle")
    assert len(got) == len(want)
    case = build(program, "oracle").case
    for index, (mine, theirs) in enumerate(zip(got, want)):
        assert isinstance(mine, type(theirs)), f"fetch {index}: {type(mine)}, {type(theirs)}"
        wrong = difference(mine, theirs, case.close, case.rtol)
        assert wrong is None, f"fetch {index}: {wrong}"


@every_program
def test_gradients(program: Program) -> None:
    """The gradients' Python types, names, scopes, static shapes and values."""
    got, want = pair(program)
    assert [describe(g) for g in got.gradients] == [describe(g) for g in want.gradients]
    if not want.case.functional:
        assert gradient_scopes(got) == gradient_scopes(want)
    _, mine = run(program, "ours")
    _, theirs = run(program, "oracle")
    assert len(mine) == len(theirs)
    for index, (a, b) in enumerate(zip(mine, theirs)):
        wrong = difference(a, b, "close", want.case.rtol)
        assert wrong is None, f"gradient array {index}: {wrong}"


def describe(gradient: Any) -> Any:
    if gradient is None:
        return None
    shape = gradient.shape
    shape = None if shape is None or shape.ndims is None else shape.as_list()
    kind = type(gradient).__name__.replace(
        "SymbolicTensor", "Tensor"
    )  # 2.x's name for a graph's tensor
    return kind, gradient.name, gradient.dtype.name, shape


def gradient_scopes(built: Any) -> list[str]:
    """`gradients/Mul_grad` and its like, in the order in which they were opened."""
    found = {}
    for node in built.nodes:
        match = re.match(r"(.*?gradients(?:_\d+)?/[^/]+_grad)/", node["name"])
        if match:
            found[match[1]] = None
    return list(found)


@every_failing
def test_errors(program: Failing) -> None:
    """The same error class, and one decisive sentence in both messages."""
    for tf in (oracle(), ours()):
        with tf.Graph().as_default(), pytest.raises(Exception) as caught:
            program.function(tf)
        message = f"{type(caught.value).__name__}: {caught.value}"
        classes = [c.__name__ for c in type(caught.value).__mro__]
        assert program.error in classes, f"{tf.__name__}: {message}"
        assert re.search(program.says, message), f"{tf.__name__}: {message}"


def test_programs_are_many_and_distinct() -> None:
    names = [p.name for p in PROGRAMS]
    assert len(set(names)) == len(names) >= 100
