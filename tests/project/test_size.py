"""Small files and small functions."""

import ast

from .sources import PACKAGE, functions, python_files, shown, syntax_tree

FILE_LINES = 600
FUNCTION_LINES = 60
# The package's own names, one a line and no code: its length is that of TensorFlow's interface.
LIST_OF_NAMES = PACKAGE / "__init__.py"


def test_no_file_is_too_long():
    lengths = {
        shown(p): len(p.read_text(encoding="utf-8").splitlines())
        for p in python_files()
        if p != LIST_OF_NAMES
    }
    assert len(lengths) > 10, "the search for files itself is broken"
    offenders = {name: n for name, n in lengths.items() if n > FILE_LINES}
    assert not offenders, f"over {FILE_LINES} lines:\n{_listing(offenders)}"


def test_no_function_is_too_long():
    lengths = {
        f"{shown(path)}:{function.lineno} {function.name}": _code_lines(function)
        for path in python_files()
        for function in functions(syntax_tree(path))
    }
    assert len(lengths) > 50, "the search for functions itself is broken"
    offenders = {name: n for name, n in lengths.items() if n > FUNCTION_LINES}
    assert not offenders, f"over {FUNCTION_LINES} lines:\n{_listing(offenders)}"


def _code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function less its docstring: a thorough docstring is no fault."""
    lines = function.end_lineno - function.lineno + 1
    if ast.get_docstring(function, clean=False) is not None:
        docstring = function.body[0]
        lines -= docstring.end_lineno - docstring.lineno + 1
    return lines


def _listing(offenders: dict[str, int]) -> str:
    longest_first = sorted(offenders.items(), key=lambda item: -item[1])
    return "\n".join(f"  {n:5} {name}" for name, n in longest_first)
