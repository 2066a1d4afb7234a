"""From a program's Python function to a body: nodes are built in a graph of their own, results are
flattened.

A *leaf* of a structure may be several tensors (IndexedSlices, SparseTensor) or stand for one
(TensorArray): `parts` takes it apart and `whole` puts it together.
"""

from headwater._src.core import nest
from headwater._src.graph.composite import IndexedSlices, SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.func_graph import FuncGraph
from headwater._src.graph.operation import Operation, Tensor
from headwater._src.graph.optable import raw


def parts(leaf):
    """The tensors that a leaf is made of."""
    if isinstance(leaf, Tensor):
        return [leaf]
    if isinstance(leaf, SparseTensor):
        return [leaf.indices, leaf.values, leaf.dense_shape]
    if isinstance(leaf, IndexedSlices):
        found = [leaf.values, leaf.indices]
        return found if leaf.dense_shape is None else [*found, leaf.dense_shape]
    return [leaf.flow]


def whole(leaf, tensors):
    """A leaf like `leaf`, of other tensors."""
    if isinstance(leaf, Tensor):
        return tensors[0]
    if isinstance(leaf, SparseTensor):
        return SparseTensor(*tensors)
    if isinstance(leaf, IndexedSlices):
        return IndexedSlices(*tensors)
    return leaf._with_flow(tensors[0])


def is_leaf(value):
    """Whether a value is a tensor or something made of tensors."""
    return isinstance(value, (Tensor, SparseTensor, IndexedSlices)) or hasattr(value, "_with_flow")


def as_leaf(value, name=None):
    """`value` as a leaf: what is no tensor yet becomes one."""
    return value if is_leaf(value) else convert_to_tensor(value, name=name)


def expand(leaves):
    """The tensors of a list of leaves."""
    return [t for leaf in leaves for t in parts(leaf)]


def contract(leaves, tensors):
    """Leaves like `leaves`, of other tensors."""
    result, at = [], 0
    for leaf in leaves:
        n = len(parts(leaf))
        result.append(whole(leaf, tensors[at : at + n]))
        at += n
    return result


class Body:
    """A body with the structure of its results.

    Attributes:
      graph: the `FuncGraph`; its outputs are set.
      structure: what the function returned.
      leaves: the leaves of that.
    """

    def __init__(self, graph, structure, leaves):
        self.graph, self.structure, self.leaves = graph, structure, leaves
        graph.outputs = expand(leaves)


def new_graph(outer, name):
    """An empty body whose function has a name not yet in the library."""
    name = f"{name}_{len(outer._functions)}"
    while name in outer._functions:
        name += "_"
    graph = FuncGraph(name, outer)
    outer._functions[name] = graph
    return graph


def trace(graph, function, arguments=(), token=None):
    """Runs `function` in the body `graph`.

    Args:
      graph: the `FuncGraph`.
      function: the Python function; its leaves are converted to tensors.
      arguments: what it is called with.
      token: the tensor that an operation among the results is replaced by, so that it has a value.

    Returns:
      A `Body`, or None when the function returned None.
    """
    with graph.as_default():
        structure = function(*arguments)
        if structure is None:
            return None
        leaves = []
        for leaf in nest.flatten(structure):
            if isinstance(leaf, Operation):
                with graph.control_dependencies([leaf]):
                    leaf = raw.Identity(
                        convert_to_tensor(True) if token is None else token, name="finished"
                    )
            leaves.append(as_leaf(leaf))
        for t in expand(leaves):
            graph.capture(t)
        leaves = [whole(leaf, [graph.capture(t) for t in parts(leaf)]) for leaf in leaves]
    return Body(graph, structure, leaves)
