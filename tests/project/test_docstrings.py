"""Every public function and class is documented, and its `Args:` are its parameters."""

import dataclasses
import importlib
import inspect
import re
from collections.abc import Callable

import pytest

from .sources import facade_files, module_name

# The self-evident ones; all other parameters need an entry.
_NEED_NO_ENTRY = {"self", "cls", "name"}


def public_objects() -> dict[str, object]:
    """Functions and classes of ours that a public module offers, by their first public name."""
    found: dict[int, tuple[str, object]] = {}
    for path in facade_files():
        module = importlib.import_module(module_name(path))
        for name, value in sorted(vars(module).items()):
            ours = getattr(value, "__module__", None) or ""
            is_documentable = inspect.isfunction(value) or inspect.isclass(value)
            if is_documentable and not name.startswith("_") and ours.startswith("headwater"):
                found.setdefault(id(value), (f"{module.__name__}.{name}", value))
    return dict(found.values())


def documented_args(docstring: str) -> list[str]:
    """The names in the `Args:` section of a docstring, in order; `*args` without its star."""
    section = re.search(r"^Args:\n(.*?)(?=^\S|\Z)", inspect.cleandoc(docstring), re.M | re.S)
    if section is None:
        return []
    lines = [line for line in section[1].splitlines() if line.strip()]
    indent = min(len(line) - len(line.lstrip()) for line in lines)
    heads = [line[indent:] for line in lines if not line[indent:].startswith(" ")]
    return [n.strip().lstrip("*") for head in heads for n in head.split(":")[0].split(",")]


def parameters(function: Callable) -> list[str]:
    """The parameters of a function that its docstring has to explain."""
    return [p for p in inspect.signature(function).parameters if p not in _NEED_NO_ENTRY]


def constructor(value: object) -> Callable | None:
    """What is called to make `value`'s instances, if the class wrote it itself."""
    if not inspect.isclass(value):
        return value
    init = vars(value).get("__init__")
    return init if inspect.isfunction(init) else None


def test_public_objects_are_found():
    names = public_objects()
    assert "headwater.examples.tutorials.mnist.input_data.read_data_sets" in names


@pytest.mark.parametrize(("name", "value"), public_objects().items(), ids=list(public_objects()))
def test_documented(name, value):
    assert (value.__doc__ or "").strip(), f"{name} has no docstring"
    make = None if dataclasses.is_dataclass(value) else constructor(value)
    if make is None:
        return
    text = "\n\n".join(
        inspect.cleandoc(d) for d in dict.fromkeys([value.__doc__, make.__doc__]) if d
    )
    documented = [a for a in documented_args(text) if a not in _NEED_NO_ENTRY]
    assert documented == parameters(make), f"`Args:` of {name} are not its parameters"


@pytest.mark.parametrize(
    ("docstring", "names"),
    [
        ("Does.", []),
        ("Does.\n\nArgs:\n  a: one.\n  b: two\n    or: three.\n\nReturns:\n  c: d.", ["a", "b"]),
        ("Does.\n\n    Args:\n      a, b: both.\n      *rest: more.\n", ["a", "b", "rest"]),
    ],
)
def test_documented_args(docstring, names):
    assert documented_args(docstring) == names
