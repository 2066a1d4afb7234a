"""`tf.keras`: layers, models, and how they are trained."""

from headwater._src.core import lazy as _lazy

_SUBMODULES = (
    "activations",
    "applications",
    "backend",
    "callbacks",
    "constraints",
    "datasets",
    "experimental",
    "initializers",
    "layers",
    "losses",
    "metrics",
    "models",
    "optimizers",
    "preprocessing",
    "regularizers",
    "utils",
    "wrappers",
)
_SRC = "headwater._src.keras."

__version__ = "2.2.4-tf"

__getattr__, __dir__ = _lazy.lazy_getattr(
    __name__,
    _SUBMODULES,
    {
        "Input": _SRC + "input_layer",
        "Model": _SRC + "model",
        "Sequential": _SRC + "sequential",
    },
)
