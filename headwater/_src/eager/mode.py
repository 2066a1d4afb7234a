"""Switching eager execution on, and asking for it."""

from headwater._src.core import errors
from headwater._src.graph import default
from headwater._src.graph.default import executing_eagerly as executing_eagerly
from headwater._src.graph.graph import Graph

_GRAPH = []
SYNC, ASYNC = 0, 1
DEVICE_PLACEMENT_EXPLICIT, DEVICE_PLACEMENT_WARN, DEVICE_PLACEMENT_SILENT = 0, 1, 2
DEVICE_PLACEMENT_SILENT_FOR_INT32 = 3


def eager_graph():
    """The `EagerGraph` of the process, made at its first use."""
    if not _GRAPH:
        from headwater._src.eager.graph import EagerGraph
        from headwater._src.eager.variable import EagerVariable

        EagerGraph.variable_type = EagerVariable
        _GRAPH.append(EagerGraph())
    return _GRAPH[0]


def enable_eager_execution(config=None, device_policy=None, execution_mode=None):
    """From now on operations run as they are called, and give their values.

    To be called at the start of a program. A `with tf.Graph().as_default()` block is still for
    building a graph.

    Args:
      config: a `ConfigProto`; only checked.
      device_policy: one of the `tf.contrib.eager.DEVICE_PLACEMENT_...` constants; only checked.
      execution_mode: `tf.contrib.eager.SYNC` or `ASYNC`; every operation is waited for.

    Raises:
      TypeError: `config` is no `ConfigProto`.
      ValueError: a wrong policy or mode, or the program has built a part of a graph already.

    >>> tf.enable_eager_execution()
    >>> tf.add(1, 2)
    <tf.Tensor: id=0, shape=(), dtype=int32, numpy=3>
    """
    if config is not None and not hasattr(config, "SerializeToString"):
        raise TypeError(f"config must be a tf.ConfigProto, but got {type(config)}")
    if device_policy not in (None, 0, 1, 2, 3):
        raise ValueError("device_policy must be one of None, tf.contrib.eager.DEVICE_PLACEMENT_*")
    if execution_mode not in (None, SYNC, ASYNC):
        raise ValueError("execution_mode must be one of None, tf.contrib.eager.SYNC, ASYNC")
    if default._state.graphs:
        if default.executing_eagerly():
            return
        raise ValueError(
            "tf.enable_eager_execution must be called at program startup: not inside of a block "
            "that builds a graph."
        )
    current = default._GLOBAL[0]
    if current is not None and not current.eager and current.version:
        raise ValueError("tf.enable_eager_execution must be called at program startup.")
    default._GLOBAL[0] = eager_graph()


def disable_eager_execution():
    """Operations make nodes of the default graph again, as they do unless it was enabled."""
    if default._GLOBAL[0] is not None and default._GLOBAL[0].eager:
        default._GLOBAL[0] = None


def enable_v2_behavior():
    """Refuses: there is no other behaviour than that of 1.x, with eager execution or without."""
    raise errors.UnimplementedError(
        None,
        None,
        "tf.enable_v2_behavior() is not available: headwater is TensorFlow 1.x. "
        "tf.enable_eager_execution() runs operations as they are called.",
    )


def eager_mode():
    """A block in which operations run as they are called, wherever it is."""
    return eager_graph().as_default()


def graph_mode():
    """A block for building a graph of its own, wherever it is."""
    return Graph().as_default()


def in_eager_mode():
    """An older name of `tf.executing_eagerly`."""
    return executing_eagerly()


def in_graph_mode():
    """Whether operations make nodes of a graph."""
    return not executing_eagerly()


def list_devices():
    """The names of the devices that operations run on: the CPU."""
    return ["/job:localhost/replica:0/task:0/device:CPU:0"]
