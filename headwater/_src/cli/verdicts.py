"""What headwater has to say about a symbol of TensorFlow."""

import functools
import importlib
import inspect
import re
import types
from dataclasses import dataclass

SUPPORTED, DIFFERENT, MISSING = "supported", "different", "missing"

_TREES = (
    "use the GradientBoostedDecisionTree estimators of "
    "tf.contrib.boosted_trees.estimator_batch.estimator"
)
# What is there and does something else than in TensorFlow 1.15, and what to know about it.
_DIFFERENT = {
    "set_random_seed": (
        "with only a graph seed, seeds of operations are counted as TensorFlow 2 counts them, so "
        "the numbers differ from 1.15's; an operation's own seed gives the same numbers"
    ),
    "train.Server": "servers of one process share variables; other processes are not reached",
    "load_op_library": "compiled kernels cannot be loaded: write the op with tf.py_func",
    "load_file_system_library": "file systems cannot be added",
    "autograph.to_graph": "functions are not converted: write tf.cond and tf.while_loop",
    "autograph.to_code": "functions are not converted: write tf.cond and tf.while_loop",
    "estimator.BoostedTreesClassifier": _TREES,
    "estimator.BoostedTreesRegressor": _TREES,
    "distribute.MirroredStrategy": "there is one replica, on the first device",
    "enable_v2_behavior": "1.x only: tf.enable_eager_execution() runs operations at once",
}
_REFUSED = {
    "load_op_library",
    "load_file_system_library",
    "autograph.to_graph",
    "autograph.to_code",
    "estimator.BoostedTreesClassifier",
    "estimator.BoostedTreesRegressor",
    "enable_v2_behavior",
}


@dataclass(frozen=True)
class Verdict:
    """What is known of a use.

    Attributes:
      status: `SUPPORTED`, `DIFFERENT` (it works, and something about it is to be known) or
        `MISSING`.
      advice: what to do or to know; empty where all is well.
    """

    status: str
    advice: str = ""


def verdict(use):
    """What to say of a `Use`.

    Args:
      use: a `source_reader.Use`; `install_as_tensorflow` must have been called.

    Returns:
      A `Verdict`.
    """
    found = _of_symbol(use.symbol)
    if found.status == MISSING or not use.keywords:
        return found
    unknown = sorted(set(use.keywords) - parameters(use.symbol))
    if unknown and None not in parameters(use.symbol):
        plural = "s" if len(unknown) > 1 else ""
        return Verdict(MISSING, f"no parameter{plural} {', '.join(unknown)}")
    return found


@functools.cache
def _of_symbol(symbol):
    short = symbol.removeprefix("tensorflow.").removeprefix("compat.v1.")
    if short in _REFUSED:
        return Verdict(MISSING, _DIFFERENT[short])
    try:
        _resolve(symbol)
    except Exception as e:  # whatever the look-up says is what the program would see
        return Verdict(MISSING, _sentence(e, symbol))
    return Verdict(DIFFERENT, _DIFFERENT[short]) if short in _DIFFERENT else Verdict(SUPPORTED)


def _sentence(error, symbol):
    """An error's text without what the report says anyway."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    refused = text.partition(" is not implemented in headwater: ")[2]
    if refused:
        return refused.rstrip(".")
    absent = re.search(r"has no attribute '([^']+)': (.*)", text)
    if absent is None:
        return text
    name, said = absent.groups()
    return said if symbol.endswith(f".{name}") else f"{name}: {said}"


@functools.cache
def _resolve(symbol):
    """The object a full name stands for.

    Attributes of objects that are neither modules nor classes are theirs to answer for.
    """
    module, parts = importlib.import_module("tensorflow"), symbol.split(".")[1:]
    value = module
    for k, part in enumerate(parts):
        try:
            value = getattr(value, part)
        except AttributeError:
            if not isinstance(value, types.ModuleType):
                if isinstance(value, type):
                    raise
                return value
            try:
                value = importlib.import_module(".".join(["tensorflow", *parts[: k + 1]]))
            except ImportError:
                pass
            else:
                continue
            raise
    return value


@functools.cache
def parameters(symbol):
    """Names of the parameters of a function or class; None is among them where any is taken."""
    try:
        signature = inspect.signature(_resolve(symbol))
    except (TypeError, ValueError, AttributeError, ImportError):
        return frozenset([None])
    kinds = inspect.Parameter
    names: set[str | None] = {
        p.name for p in signature.parameters.values() if p.kind is not kinds.VAR_KEYWORD
    }
    if any(p.kind is kinds.VAR_KEYWORD for p in signature.parameters.values()):
        names.add(None)
    return frozenset(names)
