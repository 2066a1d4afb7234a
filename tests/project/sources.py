"""The files of this project, for the tests that look at them."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "headwater"
_NOT_OURS = {".git", ".venv", "venv", "build", "dist", "node_modules"}


@cache
def project_files() -> tuple[Path, ...]:
    """Every file that belongs to the project: what git tracks or would track."""
    listing = subprocess.run(
        ["git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
    )
    if listing.returncode == 0:
        found = [ROOT / name for name in listing.stdout.split("\0") if name]
    else:  # an unpacked archive
        found = [p for p in ROOT.rglob("*") if not _NOT_OURS & set(p.relative_to(ROOT).parts)]
    return tuple(sorted(p for p in set(found) if p.is_file()))


def python_files(under: Path = ROOT) -> list[Path]:
    """Python files that someone wrote; those written by protoc are left out."""
    return [
        p
        for p in project_files()
        if p.suffix == ".py" and "_pb2" not in p.name and p.is_relative_to(under)
    ]


def facade_files() -> list[Path]:
    """The public modules: everything in the package outside `_src`."""
    return [p for p in python_files(PACKAGE) if "_src" not in p.parts and p.name != "__main__.py"]


@cache
def syntax_tree(path: Path) -> ast.Module:
    """The parsed source of `path`."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def module_name(path: Path) -> str:
    """`headwater/nn.py` -> `headwater.nn`."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """All functions and methods in a tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def shown(path: Path) -> str:
    """The path as it is written in messages."""
    return path.relative_to(ROOT).as_posix()
