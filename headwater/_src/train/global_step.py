"""The global step: the variable that counts the training steps of a graph."""

from headwater._src.core import dtypes
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import get_default_graph, get_default_session
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable import Variable


def global_step(sess, global_step_tensor):
    """The current value of a global step as a Python number.

    Args:
      sess: the session that holds it.
      global_step_tensor: the global step, or its name.
    """
    return int((sess or get_default_session()).run(global_step_tensor))


def get_global_step(graph=None):
    """The global step of a graph: the one in its collection, else the tensor `global_step:0`.

    Args:
      graph: the graph (default: the default graph).

    Returns:
      A variable or tensor, or None when there is none.

    Raises:
      TypeError: it is not an integer scalar.
      RuntimeError: the collection holds several.
    """
    graph = graph or get_default_graph()
    found = graph.get_collection(GraphKeys.GLOBAL_STEP)
    if len(found) > 1:
        raise RuntimeError(f"Multiple items found in collection global_step: {found}")
    if found:
        step = found[0]
    else:
        try:
            step = graph.get_tensor_by_name("global_step:0")
        except KeyError:
            return None
    assert_global_step(step)
    return step


def create_global_step(graph=None):
    """Makes the global step of a graph, an int64 variable that starts at 0.

    Args:
      graph: the graph (default: the default graph).

    Returns:
      The variable.

    Raises:
      ValueError: the graph has a global step already.
    """
    graph = graph or get_default_graph()
    if get_global_step(graph) is not None:
        raise ValueError('"global_step" already exists.')
    with graph.as_default(), graph.name_scope(None):
        return Variable(
            lambda: PUBLIC["zeros"]([], dtypes.int64),
            name="global_step",
            trainable=False,
            collections=[GraphKeys.GLOBAL_VARIABLES, GraphKeys.GLOBAL_STEP],
        )


def get_or_create_global_step(graph=None):
    """The global step of a graph, made when there is none.

    Args:
      graph: the graph (default: the default graph).
    """
    graph = graph or get_default_graph()
    step = get_global_step(graph)
    return create_global_step(graph) if step is None else step


def assert_global_step(global_step_tensor):
    """Checks that a tensor can be a global step.

    Args:
      global_step_tensor: a tensor or variable.

    Raises:
      TypeError: it is not an integer scalar tensor or variable.
    """
    if not isinstance(global_step_tensor, (Tensor, Variable)):
        raise TypeError(
            f'Existing "global_step" must be a Variable or Tensor: {global_step_tensor}.'
        )
    if not global_step_tensor.dtype.base_dtype.is_integer:
        raise TypeError(
            f'Existing "global_step" does not have integer type: {global_step_tensor.dtype}'
        )
    if global_step_tensor.get_shape()._dims not in ((), None):
        raise TypeError(f'Existing "global_step" is not scalar: {global_step_tensor.get_shape()}')
