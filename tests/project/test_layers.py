"""What import-linter's contracts in pyproject.toml cannot say about imports."""

import ast

from .sources import PACKAGE, module_name, python_files, shown, syntax_tree

OPS = "headwater._src.ops"


def imported_modules(path):
    """Absolute names of the modules, or of names in modules, that a file imports anywhere."""
    package = module_name(path) if path.name == "__init__.py" else module_name(path.parent)
    for node in ast.walk(syntax_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{base}.{alias.name}" for alias in node.names)


def test_op_files_are_independent_of_each_other():
    """An op file reaches other ops by `raw.Name`; only files named with a _ are shared."""
    ops = PACKAGE / "_src" / "ops"
    offenders = [
        f"{shown(path)} imports {name}"
        for path in python_files(ops)
        if path.name != "__init__.py"  # which lists the op files
        for name in imported_modules(path)
        if name.startswith(OPS + ".") and not _is_private(name)
    ]
    assert not offenders, "\n".join(offenders)


def _is_private(name: str) -> bool:
    return name.removeprefix(OPS + ".").split(".")[0].startswith("_")


def test_relative_imports_are_resolved():
    found = set(imported_modules(PACKAGE.parent / "tests" / "project" / "test_layers.py"))
    assert "tests.project.sources.PACKAGE" in found and "ast" in found


def test_every_folder_of_the_package_is_a_package():
    """A folder without `__init__.py` is invisible to import-linter and left out of some builds."""
    folders = {path.parent for path in python_files(PACKAGE)}
    missing = [shown(folder) for folder in folders if not (folder / "__init__.py").exists()]
    assert not missing


def test_no_module_is_a_drawer():
    names = {"utils", "util", "misc", "helpers", "common"}
    offenders = [shown(p) for p in python_files(PACKAGE) if p.stem.strip("_") in names]
    assert not offenders, "name the subject instead"
