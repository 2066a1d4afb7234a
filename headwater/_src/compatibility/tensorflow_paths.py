"""`import tensorflow` gives headwater: the module paths and how they are put in place."""

import functools
import importlib
import sys

from headwater._src.compatibility import modules
from headwater._src.core import versions

# Modules that are somewhere else here.  A row holds for everything below its path too, unless
# headwater has a module of that very name.
_ROWS = {
    "contrib.framework.python.ops.audio_ops": "headwater._src.ops.audio headwater.raw_ops",
    "contrib.learn.datasets.mnist": "headwater.examples.tutorials.mnist.input_data",
    "contrib.learn.python.learn.datasets.base": "headwater._src.data.idx headwater._src.data.mnist",
    "contrib.learn.python.learn.datasets.mnist": "headwater.examples.tutorials.mnist.input_data",
    "contrib.layers.python.layers.utils": "headwater._src.contrib.layers.outputs",
    "contrib.learn.python.learn.preprocessing": "headwater.contrib.learn.preprocessing",
    **{
        f"contrib.slim.python.slim.{path}": f"headwater.contrib.slim.{path}"
        for path in ("evaluation", "learning", "model_analyzer", "queues")
    },
    **{
        f"contrib.slim.python.slim.nets.{net}": f"headwater.contrib.slim.nets.{net}"
        for net in (
            "alexnet inception inception_v1 inception_v2 inception_v3 overfeat resnet_utils "
            "resnet_v1 resnet_v2 vgg"
        ).split()
    },
    "contrib.slim.python.slim.nets": "headwater.contrib.slim.nets",
    "contrib.tensor_forest.python.tensor_forest": "headwater.contrib.tensor_forest",
    "contrib.rnn.python.ops": (
        "headwater.contrib.rnn headwater.nn headwater._src.compatibility.rnn_names"
    ),
}
_ROOTS = ("tensorflow", "tensorflow_core")  # 1.15 calls itself both


def install_as_tensorflow():
    """Makes `import tensorflow`, here and in every module imported from now on, give headwater.

    A TensorFlow that is installed beside headwater is hidden, not touched.

    Returns:
      The module `tensorflow`.

    Raises:
      RuntimeError: the real TensorFlow has been imported in this process already.
    """
    real = sys.modules.get("tensorflow")
    if real is not None and not isinstance(real, modules.Namespace):
        raise RuntimeError(
            "TensorFlow itself has been imported in this process, and one name cannot mean two "
            "libraries. Call headwater.install_as_tensorflow() before anything that imports "
            "TensorFlow, or run the program with `headwater run`."
        )
    if real is None:
        sys.meta_path[:0] = [modules.Tree(root, locate) for root in _ROOTS]
    return importlib.import_module("tensorflow")


@functools.cache
def locate(path):
    """The `Place` of a module below `tensorflow`.

    Args:
      path: such as `"contrib.layers.python.layers"`; `""` is `tensorflow` itself.

    Returns:
      A `Place`, or `None` when headwater has nothing there.
    """
    if path in ("", "compat.v1"):
        return modules.Place((f"headwater.{path}".rstrip("."),), constants=_version_names())
    if path.startswith("compat.v1."):
        return locate(path.removeprefix("compat.v1."))
    module = _module(path)
    if module is not None:
        return modules.Place((module.__name__,))
    parts = path.split(".")
    for n in range(len(parts), 1, -1):
        row = _ROWS.get(".".join(parts[:n]))
        if row:
            return modules.Place(tuple(row.split()))
    if parts[0] == "contrib" and "python" in parts[2:]:
        place = _contrib_place(parts)
        if place is not None:
            return place
    if any(row.startswith(f"{path}.") for row in _ROWS):
        return modules.Place()
    return None


def _contrib_place(parts):
    """The files of `contrib.slim` (`contrib.slim.python.slim.learning`): the names in them are
    those of a module below `contrib.slim`, or of `contrib.slim` itself."""
    where = parts.index("python")
    public, rest = ".".join(parts[:where]), parts[where + 1 :]
    paths = [".".join([public, *rest[start:]]) for start in range(len(rest) + 1)]
    sources = [module.__name__ for module in map(_module, paths) if module is not None]
    return modules.Place(tuple(sources)) if sources else None


def _version_names():
    return dict(
        __version__=versions.VERSION,
        __git_version__=versions.GIT_VERSION,
        __compiler_version__=versions.COMPILER_VERSION,
        __file__=sys.modules["headwater"].__file__,
    )


def _module(path):
    """headwater's module at a path, or `None`."""
    private = any(part.startswith("_") for part in path.split("."))
    return None if private else modules.module_or_none(f"headwater.{path}")
