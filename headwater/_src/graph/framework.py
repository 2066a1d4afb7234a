"""Functions of `tf` that act on the default graph: scopes, devices, control edges, collections."""

import contextlib

from headwater._src.graph.default import enclosing_graph, get_default_graph
from headwater._src.graph.graph import get_graph_from_inputs


class name_scope:
    """A block whose nodes' names share a prefix; gives the prefix with a trailing slash.

    Args:
      name: the scope's name; one ending in `/` is entered as it is, `""` is the root, None means
        `default_name`.
      default_name: the name when `name` is None.
      values: tensors whose graph becomes the default one inside.

    Raises:
      TypeError: `name` is not a string.
      ValueError: neither `name` nor `default_name` is given, but `values` are.

    >>> with tf.name_scope("layer"):
    ...     tf.constant(1.0, name="x").name
    'layer/x:0'
    """

    def __init__(self, name, default_name=None, values=None):
        if not (default_name is None or isinstance(default_name, str)):
            raise TypeError(
                f"`default_name` type ({type(default_name)}) is not a string type. You likely "
                f"meant "
                "to pass this into the `values` kwarg."
            )
        if name is not None and not isinstance(name, (str, bytes)):
            raise TypeError(f"name for name_scope must be a string, but got {name!r}")
        self._name = default_name if name is None else name
        self._given, self._values = name, values
        self._stack = None

    @property
    def name(self):
        """The scope's name as given."""
        return self._name

    def __enter__(self):
        if self._name is None and self._values is not None:
            raise ValueError(
                f"At least one of name ({self._given!s}) and default_name must be provided."
            )
        graph = get_graph_from_inputs(self._values or ())
        with contextlib.ExitStack() as stack:
            if graph is not get_default_graph():
                stack.enter_context(graph.as_default())
            scope = stack.enter_context(graph.name_scope(self._name))
            self._stack = stack.pop_all()
        return scope

    def __exit__(self, *exc):
        stack, self._stack = self._stack, None
        stack.__exit__(*exc)
        return False

    def __call__(self, function):
        """Lets a scope decorate a function."""

        def wrapped(*args, **kwargs):
            with name_scope(self._given, self._name, self._values):
                return function(*args, **kwargs)

        return wrapped


def op_scope(values, name, default_name=None):
    """The argument order `name_scope` had before 1.0.

    Args:
      values: tensors whose graph becomes the default one inside.
      name: the name of the scope.
      default_name: the name when `name` is None.
    """
    return name_scope(name, default_name, values)


def device(device_name_or_function):
    """A block whose nodes go to a device of the default graph's session; see `Graph.device`.

    Args:
      device_name_or_function: a device string, a function from a node to one, or None, which hides
        the blocks around.
    """
    return get_default_graph().device(device_name_or_function)


def control_dependencies(control_inputs):
    """A block whose nodes run after `control_inputs`; see `Graph.control_dependencies`.

    Args:
      control_inputs: operations and tensors; None forgets the blocks around.
    """
    return get_default_graph().control_dependencies(control_inputs)


def colocate_with(op, ignore_existing=False):
    """A block whose nodes share the device of `op`; see `Graph.colocate_with`.

    Args:
      op: an operation, tensor or variable.
      ignore_existing: whether the blocks around are forgotten.
    """
    return get_default_graph().colocate_with(op, ignore_existing)


def container(container_name):
    """A block whose stateful nodes use a resource container; see `Graph.container`.

    Args:
      container_name: the name of the resource container.
    """
    return get_default_graph().container(container_name)


@contextlib.contextmanager
def init_scope():
    """A block whose nodes are initial values: outside functions that are being built, and without
    control edges.

    Names and devices stay those of the surrounding blocks.
    """
    inner, outer = get_default_graph(), enclosing_graph()
    scope = inner.get_name_scope()
    devices = inner.scopes.devices or outer.scopes.devices
    with (
        outer.as_default(),
        outer.name_scope(scope + "/" if scope else None),
        outer.scoped(controllers=(), devices=devices),
    ):
        yield


def add_to_collection(name, value):
    """Adds `value` to a collection of the default graph.

    Args:
      name: the name of the collection.
      value: what to add.
    """
    get_default_graph().add_to_collection(name, value)


def add_to_collections(names, value):
    """Adds `value` to several collections of the default graph.

    Args:
      names: the names of the collections.
      value: what to add.
    """
    get_default_graph().add_to_collections(names, value)


def get_collection(key, scope=None):
    """A copy of a collection of the default graph, optionally of items whose names match `scope`.

    Args:
      key: the name of the collection.
      scope: a regular expression that the names of the items must match from their start.
    """
    return get_default_graph().get_collection(key, scope)


def get_collection_ref(key):
    """The list behind a collection of the default graph.

    Args:
      key: the name of the collection.
    """
    return get_default_graph().get_collection_ref(key)
