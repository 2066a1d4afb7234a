"""Which TensorFlow symbols a program uses, read from its source without running it."""

import ast
import json
import pathlib
import re
import warnings
from dataclasses import dataclass, replace

_ROOT = "tensorflow"
# A use inside `try:` with one of these handled has a replacement in the program itself.
_GUARDS = {"ImportError", "ModuleNotFoundError", "AttributeError", "Exception"}
_SHELL = re.compile(r"^\s*[%!?].*$", re.MULTILINE)


@dataclass(frozen=True)
class Use:
    """One place in a program where a symbol of TensorFlow is named.

    Attributes:
      line: the line, from 1.
      symbol: its full name, such as `"tensorflow.nn.relu"`.
      keywords: names of the keyword arguments it is called with; None where it is not called.
      guarded: whether the program says itself what to do where the symbol is missing.
      cell: in a notebook the cell, from 1, whose lines are counted; otherwise None.
    """

    line: int
    symbol: str
    keywords: tuple | None = None
    guarded: bool = False
    cell: int | None = None


class Unreadable(Exception):
    """A file that is not a program; the text says why."""


def uses_of(path):
    """The symbols that a file uses.

    Args:
      path: a Python source file, of Python 3 or 2, or a Jupyter notebook.

    Returns:
      `(uses, python2)`: a list of `Use` in the order of lines; whether the source is Python 2.

    Raises:
      Unreadable: the file's text is neither.
    """
    path = pathlib.Path(path)
    try:
        if path.suffix == ".ipynb":
            return _uses_of_notebook(path), False
        source = path.read_bytes()
    except OSError as e:
        raise Unreadable(str(e)) from e
    tree, python2 = _parse(source, str(path))
    return _Reader().read(tree), python2


def _uses_of_notebook(path):
    try:
        cells = json.loads(path.read_bytes())["cells"]
        sources = ["".join(c["source"]) if c["cell_type"] == "code" else "" for c in cells]
    except (ValueError, KeyError, TypeError) as e:
        raise Unreadable(f"not a notebook: {e}") from e
    reader, found = _Reader(), []
    for number, source in enumerate(sources, 1):
        # Lines for IPython itself are made empty, so that the others keep their numbers.
        tree, _ = _parse(_SHELL.sub("pass", source).encode(), f"{path}, cell {number}")
        found += [replace(use, cell=number) for use in reader.read(tree)]
    return found


def _parse(source, name):
    """The syntax tree, and whether only Python 2 could have read the source."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of invalid escapes: not ours to report
        try:
            return ast.parse(source, name), False
        except (SyntaxError, ValueError) as first:
            from headwater._src.cli import python2
            from headwater._src.cli.main import CommandError

            try:
                return python2.Compiler().tree(source, name), True
            except (SyntaxError, ValueError, CommandError):
                place = f" at line {first.lineno}" if isinstance(first, SyntaxError) else ""
                raise Unreadable(f"not a Python program: {first}{place}") from first


class _Reader(ast.NodeVisitor):
    """Follows the names under which a program knows modules and symbols of TensorFlow."""

    def __init__(self):
        self.known = {}  # the program's name -> TensorFlow's
        self.found = []
        self.guards = 0

    def read(self, tree):
        """The uses in a tree; names that earlier trees have bound stay known."""
        self.found = []
        self.visit(tree)
        return sorted(self.found, key=lambda use: use.line)

    # --- names --------------------------------------------------------------------------------

    def visit_Import(self, node):
        for alias in node.names:
            if alias.name.split(".")[0] != _ROOT:
                self.known.pop(alias.asname or alias.name.split(".")[0], None)
                continue
            self.known[alias.asname or _ROOT] = alias.name if alias.asname else _ROOT
            if "." in alias.name:
                self._note(node, alias.name)

    def visit_ImportFrom(self, node):
        module = node.module or ""
        if node.level or module.split(".")[0] != _ROOT:
            return
        for alias in node.names:
            if alias.name == "*":
                self._note(node, module)
                continue
            self.known[alias.asname or alias.name] = f"{module}.{alias.name}"
            self._note(node, f"{module}.{alias.name}")

    def visit_Assign(self, node):
        self.visit(node.value)
        symbol = self._symbol(node.value)
        for target in node.targets:
            if isinstance(target, ast.Name):
                if symbol is not None:
                    self.known[target.id] = symbol
                else:
                    self.known.pop(target.id, None)
            else:
                self.visit(target)

    def _symbol(self, node):
        """TensorFlow's name of an expression `tf.nn.relu`, or None of any other one."""
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id not in self.known:
            return None
        return ".".join([self.known[node.id], *reversed(parts)])

    # --- uses ---------------------------------------------------------------------------------

    def visit_Call(self, node):
        symbol = self._symbol(node.func)
        if symbol is None:
            self.visit(node.func)
        else:
            self._note(node.func, symbol, tuple(k.arg for k in node.keywords if k.arg))
        for part in (*node.args, *node.keywords):
            self.visit(part)

    def visit_Attribute(self, node):
        symbol = self._symbol(node)
        if symbol is None:
            self.visit(node.value)
        else:
            self._note(node, symbol)

    def visit_Try(self, node):
        caught = {
            getattr(name, "id", getattr(name, "attr", None))
            for handler in node.handlers
            for name in (
                handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            )
        }
        guard = bool(caught & _GUARDS) or None in caught
        self.guards += guard
        for part in node.body:
            self.visit(part)
        self.guards -= guard
        for part in (*node.handlers, *node.orelse, *node.finalbody):
            self.visit(part)

    def visit_Name(self, node):
        if isinstance(node.ctx, ast.Load) and self.known.get(node.id, _ROOT) != _ROOT:
            self._note(node, self.known[node.id])

    def _note(self, node, symbol, keywords=None):
        line = getattr(node, "end_lineno", None) or node.lineno
        self.found.append(Use(line, symbol, keywords, self.guards > 0))
