"""Python runs this when a child of `headwater run` starts: `tensorflow` is headwater there too.

Children of `multiprocessing` become like their parent at once. Any other Python program that is
started does when it imports tensorflow. What the environment has as `sitecustomize` itself comes
after.
"""

import importlib.machinery
import importlib.util
import os
import sys

_HERE = os.path.dirname(os.path.abspath(__file__))


class _AtFirstUse:
    """A finder that makes `tensorflow` headwater as soon as it is imported."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] not in ("tensorflow", "tensorflow_core"):
            return None
        sys.meta_path.remove(_AtFirstUse)
        _join()
        return importlib.util.find_spec(name)


def _join():
    if importlib.util.find_spec("headwater") is None:  # it runs from where its source is
        sys.path.append(os.path.normpath(os.path.join(_HERE, *[os.pardir] * 4)))
    from headwater._src.cli import children

    children.join()


def _the_next_one():
    """Runs the `sitecustomize` that this one stands in front of, if there is one."""
    elsewhere = [folder for folder in sys.path if os.path.abspath(folder or ".") != _HERE]
    spec = importlib.machinery.PathFinder.find_spec("sitecustomize", elsewhere)
    if spec is not None and spec.loader is not None:
        module = importlib.util.module_from_spec(spec)
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if os.environ.get("HEADWATER_CHILDREN") == sys.prefix:  # another Python is left alone
    command = " ".join(sys.orig_argv)
    if "--multiprocessing-fork" in command or "multiprocessing.forkserver" in command:
        _join()
    else:
        sys.meta_path.insert(0, _AtFirstUse)
_the_next_one()
