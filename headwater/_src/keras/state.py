"""What `tf.keras` remembers: its settings, and for each graph the learning phase and the names.

State: `_SETTINGS` holds the process's settings; what belongs to a graph is kept on the graph
itself, so it goes when the graph goes.
"""

import functools
from collections import defaultdict

from headwater._src.graph.convert import constant
from headwater._src.graph.default import enclosing_graph, get_default_graph
from headwater._src.graph.framework import control_dependencies, name_scope
from headwater._src.graph.optable import raw

_SETTINGS = {"floatx": "float32", "epsilon": 1e-7, "image_data_format": "channels_last"}
_CHOICES = {
    "floatx": ("float16", "float32", "float64"),
    "image_data_format": ("channels_last", "channels_first"),
}


def floatx():
    """The name of the type that variables and inputs have by default, such as `"float32"`."""
    return _SETTINGS["floatx"]


def epsilon():
    """The small number that keeps quotients and logarithms of Keras finite."""
    return _SETTINGS["epsilon"]


def image_data_format():
    """Where the channels of images are by default: `"channels_last"` or `"channels_first"`."""
    return _SETTINGS["image_data_format"]


def _choose(setting, value):
    if value not in _CHOICES[setting]:
        raise ValueError(f"Unknown {setting}: {value}; it is one of {_CHOICES[setting]}.")
    _SETTINGS[setting] = str(value)


def set_floatx(value):
    """Changes the default type.

    Args:
      value: `"float16"`, `"float32"` or `"float64"`.

    Raises:
      ValueError: it is something else.
    """
    _choose("floatx", value)


def set_epsilon(value):
    """Changes the small number.

    Args:
      value: a float.
    """
    _SETTINGS["epsilon"] = float(value)


def set_image_data_format(data_format):
    """Changes where the channels of images are by default.

    Args:
      data_format: `"channels_last"` or `"channels_first"`.

    Raises:
      ValueError: it is something else.
    """
    _choose("image_data_format", data_format)


class _GraphState:
    """Keras' notes on one graph: the learning phase, the names in use, the variables of layers, and
    which variables are known to have values, by session.
    """

    def __init__(self):
        self.phase = None
        self.uids = defaultdict(int)
        self.variables, self.initialized = [], {}


def symbolically(method):
    """Decorates a method that builds with symbolic tensors: in eager execution, those of the graph
    that Keras' inputs are in.

    Args:
      method: the method.
    """

    @functools.wraps(method)
    def inside(*args, **kwargs):
        with get_default_graph().symbolic.as_default():
            return method(*args, **kwargs)

    return inside


def of_graph(graph=None):
    """The notes on a graph.

    Args:
      graph: a `Graph` (default: the default graph, outside function bodies).

    Returns:
      An object with `phase`, `uids`, `variables` and `initialized`.
    """
    graph = graph or enclosing_graph()
    state = graph.__dict__.get("_keras_state")
    if state is None:
        state = graph.__dict__["_keras_state"] = _GraphState()
    return state


def get_uid(prefix=""):
    """The next number for a name in the default graph: 1, 2, 3...

    Args:
      prefix: the name.
    """
    uids = of_graph().uids
    uids[prefix] += 1
    return uids[prefix]


def reset_uids():
    """Starts the numbers of the default graph anew."""
    of_graph().uids.clear()


def numbered(base, zero_based=True):
    """A name nobody has in the default graph.

    Args:
      base: the name, such as `dense`.
      zero_based: whether the first is `dense` (then `dense_1`) rather than `dense_1`.
    """
    number = get_uid(base)
    if zero_based:
        return base if number == 1 else f"{base}_{number - 1}"
    return f"{base}_{number}"


def learning_phase():
    """Whether the model is in training: the number that was set, or a scalar boolean tensor.

    The tensor, one in each graph, is False unless fed; `fit` feeds True.
    """
    graph = enclosing_graph()
    state = of_graph(graph)
    if state.phase is None:
        with graph.as_default(), name_scope(""), control_dependencies(None):
            with name_scope("keras_learning_phase/"):
                default = constant(False, name="input")
            state.phase = raw.PlaceholderWithDefault(default, shape=(), name="keras_learning_phase")
    return state.phase


def symbolic_learning_phase():
    """The learning phase's tensor if the default graph has one, else None."""
    phase = of_graph().phase
    return phase if hasattr(phase, "op") else None


def set_learning_phase(value):
    """Fixes the learning phase for layers that are called from now on.

    Args:
      value: 0 or False for inference, 1 or True for training.

    Raises:
      ValueError: it is something else.
    """
    if value not in (0, 1):
        raise ValueError("Expected learning phase to be 0 or 1.")
    of_graph().phase = int(value)
