"""Public modules only re-export, in order, and what they list exists."""

import ast
import importlib

import pytest

from .sources import facade_files, module_name, shown, syntax_tree

FACADES = pytest.mark.parametrize("path", facade_files(), ids=shown)


@FACADES
def test_a_facade_defines_nothing_itself(path):
    """Apart from `__getattr__` and `__dir__`, which make a module's names lazy."""
    defined = [
        node.name
        for node in syntax_tree(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not (node.name.startswith("__") and node.name.endswith("__"))
    ]
    assert not defined, "belongs in headwater/_src"


@FACADES
def test_a_facade_says_what_it_is(path):
    assert ast.get_docstring(syntax_tree(path)) or not syntax_tree(path).body


@FACADES
def test_re_exports_are_explicit(path):
    """`import x as x`: readers, linters and type checkers see that the name is meant to leave."""
    implicit = [
        f"line {node.lineno}: {alias.name}"
        for node in syntax_tree(path).body
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("headwater")
        for alias in node.names
        if alias.asname is None
    ]
    assert not implicit


@FACADES
def test_exports_are_sorted_and_exist(path):
    module = importlib.import_module(module_name(path))
    exports = list(getattr(module, "__all__", []))
    assert exports == sorted(set(exports))
    assert not [name for name in exports if not hasattr(module, name)]
