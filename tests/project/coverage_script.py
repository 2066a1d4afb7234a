"""scripts/coverage as a module, for the tests of it and with it."""

import importlib.machinery
import importlib.util

from .sources import ROOT


def load_script():
    """Loads scripts/coverage, whose name has no ending by which Python would know it."""
    path = str(ROOT / "scripts" / "coverage")
    loader = importlib.machinery.SourceFileLoader("coverage_script", path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module
