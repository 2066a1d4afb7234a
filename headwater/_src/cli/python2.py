"""Programs written in Python 2, translated while they are loaded (`headwater run --py2`).

In two steps.  The syntax that Python 3 lost (`print` statements, `except E, e`, backticks, `0777`,
...) is rewritten by the fixers of fissix, the successor of the standard library's lib2to3.  What
looks the same but means something else (`/`, `d.keys()`, `it.next()`) is changed in the syntax tree
into calls of `python2_meaning`, which look at the values.  Lines keep their numbers.
"""

import ast
import builtins
import contextlib
import importlib.machinery
import os
import sys
import tokenize

from fissix import pygram, refactor
from fissix.pgen2.parse import ParseError
from fissix.pgen2.tokenize import TokenError

from headwater._src.cli import old_names, python2_meaning, python2_modules

_FIXERS = [
    f"fissix.fixes.fix_{name}"
    for name in "except exec ne numliterals paren print raise repr throw tuple_params "
    "unicode".split()
]
_ATTRIBUTES = {
    **{f"func_{n}": f"__{n}__" for n in "closure code defaults dict doc globals name".split()},
    **{"im_func": "__func__", "im_self": "__self__"},
}
# Methods that Python 3 looks for under another name, by their name in Python 2.
_METHODS = {"next": "__next__", "__nonzero__": "__bool__", "__div__": "__truediv__"}


class Compiler:
    """From Python 2 source to code objects."""

    def __init__(self):
        self._tools = {}

    def globals(self):
        """What a module's globals start with: Python 2's built-in names."""
        return {"__builtins__": {**vars(builtins), **python2_meaning.builtin_names(self)}}

    def compile_file(self, path, package=None):
        """The code of a file; see `compile`."""
        with open(path, "rb") as file:
            return self.compile(file.read(), path, package)

    def compile(self, source, path, package=None):
        """The code of a program.

        Args:
          source: its bytes or text.
          path: the file it is from.
          package: folder of the package it belongs to, or `None`; its imports look there first.

        Returns:
          A code object.

        Raises:
          SyntaxError: it is not a Python 2 program either.
        """
        tree = self.tree(source, path)
        divides = not _imports_from_future(tree, "division")
        if _imports_from_future(tree, "absolute_import"):
            package = None
        tree = ast.fix_missing_locations(_Meaning(divides, package).visit(tree))
        return compile(tree, path, "exec", dont_inherit=True)

    def tree(self, source, path):
        """The syntax tree of a program in today's syntax; lines have their numbers in the source.

        Args:
          source: its bytes or text.
          path: the file it is from.

        Returns:
          An `ast.Module`.

        Raises:
          SyntaxError: it is not a Python 2 program either.
        """
        text = source if isinstance(source, str) else _decoded(source)
        translated = self._in_today_s_syntax(text.replace("\r\n", "\n"), path)
        try:
            tree = ast.parse(translated, path)
        except TabError:
            tree = ast.parse(_without_tabs(translated), path)
        _number_lines_again(tree)
        return tree

    def _in_today_s_syntax(self, text, path):
        failure = None
        # A program may have `print` as a statement or, with or without saying so, as a function.
        for statement in (True, False):
            try:
                return str(self._tool(statement).refactor_string(text + "\n", path))
            except (ParseError, TokenError) as e:
                failure = failure or e
        line = getattr(failure, "context", (None, (1, 0)))[1][0]
        raise SyntaxError(f"not Python 2: {failure}", (path, line, None, None))

    def _tool(self, statement):
        if statement not in self._tools:
            tool = refactor.RefactoringTool(_FIXERS, {"print_function": not statement})
            if statement:
                tool.driver.grammar = pygram.python_grammar
            tool.log_error = _raise
            self._tools[statement] = tool
        return self._tools[statement]


def _raise(*args, **kwargs):
    raise


def _decoded(source):
    import io

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(source).readline)
        return source.decode(encoding)
    except (SyntaxError, UnicodeDecodeError):
        return source.decode("latin-1")


def _without_tabs(text):
    """Tabs at the start of a line as the spaces that Python 2 takes them for."""
    lines = []
    for line in text.split("\n"):
        body = line.lstrip(" \t")
        lines.append(line[: len(line) - len(body)].expandtabs(8) + body)
    return "\n".join(lines)


def _imports_from_future(tree, name):
    return any(
        isinstance(node, ast.ImportFrom)
        and node.module == "__future__"
        and any(a.name == name for a in node.names)
        for node in tree.body
    )


def _number_lines_again(tree):
    """Undoes the shift by lines that the fixer of `def f((a, b)):` adds at the start of a body."""
    added = sorted(
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Name)
        and node.value.id.startswith("xxx_todo_changeme")
    )
    if not added:
        return
    for node in ast.walk(tree):
        for field in ("lineno", "end_lineno"):
            line = getattr(node, field, None)
            if line is not None:
                setattr(node, field, line - sum(a <= line for a in added))


class _Meaning(ast.NodeTransformer):
    """Replaces what means something else in Python 3 by calls that keep the old meaning."""

    def __init__(self, divides, package):
        self._divides = divides
        self._package = package

    def _beside(self, name):
        """Whether a module of that name lies in the package, where Python 2 looked first."""
        if self._package is None:
            return False
        place = os.path.join(self._package, name.split(".")[0])
        return os.path.isfile(place + ".py") or os.path.isfile(os.path.join(place, "__init__.py"))

    def visit_ImportFrom(self, node):
        if not node.level and self._beside(node.module):
            node.level = 1
        return node

    def visit_Import(self, node):
        near = [a for a in node.names if "." not in a.name and self._beside(a.name)]
        if not near:
            return node
        parts = [ast.copy_location(ast.ImportFrom(None, near, 1), node)]
        node.names = [a for a in node.names if a not in near]
        return [*parts, node] if node.names else parts

    def visit_BinOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, ast.Div) and self._divides:
            return _call(node, "__py2_divide__", node.left, node.right)
        return node

    def visit_AugAssign(self, node):
        self.generic_visit(node)
        if not (isinstance(node.op, ast.Div) and self._divides):
            return node
        old = ast.copy_location(_loaded(node.target), node.target)
        value = _call(node, "__py2_divide_in_place__", old, node.value)
        return ast.copy_location(ast.Assign([node.target], value), node)

    def visit_Attribute(self, node):
        self.generic_visit(node)
        node.attr = _ATTRIBUTES.get(node.attr, node.attr)
        return node

    def visit_Call(self, node):
        self.generic_visit(node)
        if isinstance(node.func, ast.Attribute) and node.func.attr in python2_meaning.METHODS:
            name = ast.copy_location(ast.Constant(node.func.attr), node)
            node.func = _call(node, "__py2_method__", node.func.value, name)
        return node

    def visit_ClassDef(self, node):
        self.generic_visit(node)
        methods = {n.name for n in node.body if isinstance(n, ast.FunctionDef)}
        for old, new in _METHODS.items():
            if old in methods and new not in methods:
                alias = ast.Assign([ast.Name(new, ast.Store())], ast.Name(old, ast.Load()))
                node.body.append(ast.copy_location(alias, node.body[-1]))
        for statement in node.body:
            if isinstance(statement, ast.Assign) and _is_metaclass(statement.targets[0]):
                node.keywords.append(ast.keyword("metaclass", statement.value))
        return node


def _is_metaclass(target):
    return isinstance(target, ast.Name) and target.id == "__metaclass__"


def _call(place, name, *arguments):
    function = ast.copy_location(ast.Name(name, ast.Load()), place)
    return ast.copy_location(ast.Call(function, list(arguments), []), place)


def _loaded(target):
    """A target of an assignment as an expression."""
    copy = type(target)(**{name: getattr(target, name) for name in target._fields})
    copy.ctx = ast.Load()
    return copy


# --- modules beside the program -----------------------------------------------------------------


class _Loader(importlib.machinery.SourceFileLoader):
    """Loads a module of the program."""

    compiler: Compiler

    def get_code(self, fullname):
        path = self.get_filename(fullname)
        package = os.path.dirname(path)
        inside = "." in fullname or os.path.basename(path) == "__init__.py"
        return self.compiler.compile_file(path, package if inside else None)

    def exec_module(self, module):
        vars(module).update(self.compiler.globals())
        exec(self.get_code(module.__name__), vars(module))


class _Finder:
    """Finds the modules that lie in the program's folder, before anyone else does."""

    def __init__(self, folder, compiler):
        self._folder = folder + os.sep
        self._compiler = compiler

    def find_spec(self, fullname, path=None, target=None):
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
            return None
        place = os.path.abspath(spec.origin)
        if not place.startswith(self._folder) or f"{os.sep}site-packages{os.sep}" in place:
            return None
        spec.loader = _Loader(fullname, spec.origin)
        spec.loader.compiler = self._compiler
        return spec


@contextlib.contextmanager
def translating(folder):
    """The block in which modules from a folder are taken for Python 2, and Python 2's names of
    modules exist.

    Args:
      folder: the program's folder.

    Yields:
      A `Compiler`.
    """
    compiler = Compiler()
    finders = [_Finder(folder, compiler), *python2_modules.trees()]
    sys.meta_path[:0] = finders
    try:
        with old_names.added(python2_modules.attributes()):
            yield compiler
    finally:
        sys.meta_path[:] = [f for f in sys.meta_path if f not in finders]
