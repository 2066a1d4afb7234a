"""Tools that take a `GraphDef` and give another: what a result needs, what is not for training."""

from headwater._src.graph.optable import OPS

_COPIES = frozenset(["Identity", "StopGradient"])


def _node_name(text):
    """The node that an input comes from: without `^` and the output's number."""
    text = text[1:] if text.startswith("^") else text
    return text.partition(":")[0]


def _check_graph_def(graph_def):
    if getattr(getattr(graph_def, "DESCRIPTOR", None), "name", None) != "GraphDef":
        raise TypeError(
            f"graph_def must be a graph_pb2.GraphDef proto, but got type {type(graph_def)}."
        )


def extract_sub_graph(graph_def, dest_nodes):
    """The part of a graph that some nodes need.

    Args:
      graph_def: a `GraphDef`.
      dest_nodes: list of node names.

    Returns:
      A new `GraphDef` with `dest_nodes` and all they depend on, in the order of `graph_def`.

    Raises:
      TypeError: `graph_def` is no `GraphDef`, or `dest_nodes` is a string.
      AssertionError: a node is not in the graph.
    """
    _check_graph_def(graph_def)
    if isinstance(dest_nodes, (str, bytes)):
        raise TypeError(
            f"dest_nodes must be an iterable of strings, but got type {type(dest_nodes)}."
        )
    nodes = {node.name: node for node in graph_def.node}
    for name in dest_nodes:
        if name not in nodes:
            raise AssertionError(f"{name} is not in graph")
    needed, stack = set(dest_nodes), list(dest_nodes)
    while stack:
        for text in nodes[stack.pop()].input:
            source = _node_name(text)
            if source not in needed and source in nodes:
                needed.add(source)
                stack.append(source)
    result = type(graph_def)()
    result.node.extend(node for node in graph_def.node if node.name in needed)
    result.library.CopyFrom(graph_def.library)
    result.versions.CopyFrom(graph_def.versions)
    return result


def must_run_on_cpu(node, pin_variables_on_cpu=False):
    """Whether a node can only run on a CPU: strings, and variables if so wished.

    Args:
      node: an `Operation` or a `NodeDef`.
      pin_variables_on_cpu: whether nodes that hold or change variables count too.

    Returns:
      A bool.
    """
    node_def = node if not hasattr(node, "node_def") else node.node_def
    kind = node_def.op
    if pin_variables_on_cpu and _touches_variables(kind):
        return True
    string = 7  # the number of the string type in the format
    if kind == "Const":
        return node_def.attr["dtype"].type == string
    return kind in ("DynamicStitch", "ParallelDynamicStitch") and node_def.attr["T"].type == string


def _touches_variables(op_type):
    """Whether an op holds a reference variable or takes one."""
    op = OPS.get(op_type)
    return op is not None and any(arg.is_ref for arg in (*op.opdef.inputs, *op.opdef.outputs))


def remove_training_nodes(input_graph, protected_nodes=None):
    """A graph without the nodes that do nothing once training is over.

    These are `CheckNumerics`, `Identity` and `StopGradient`: their consumers read what they read.

    Args:
      input_graph: a `GraphDef`.
      protected_nodes: names of nodes to keep.

    Returns:
      A new `GraphDef`. A copy that a control edge touches stays.
    """
    protected = set(protected_nodes or ())
    nodes = {node.name: node for node in input_graph.node}
    touched = set()
    for node in input_graph.node:
        for text in node.input:
            if text.startswith("^"):
                touched.update((text[1:], node.name))
    replaced = {}
    for node in input_graph.node:
        copies = node.op == "CheckNumerics" or node.op in _COPIES and node.name not in touched
        if copies and node.input and node.name not in protected:
            replaced[node.name] = node.input[0]
    result = type(input_graph)()
    for node in input_graph.node:
        if node.name in replaced:
            continue
        kept = result.node.add()
        kept.CopyFrom(node)
        kept.input[:] = [_followed(text, replaced, len(nodes)) for text in node.input]
    result.library.CopyFrom(input_graph.library)
    result.versions.CopyFrom(input_graph.versions)
    return result


def _followed(text, replaced, limit):
    """Where an input comes from once the copies before it are gone."""
    control = "^" if text.startswith("^") else ""
    source = text[1:] if control else text
    while _node_name(source) in replaced and limit >= 0:
        source, limit = replaced[_node_name(source)], limit - 1
    return control + (_node_name(source) if control else source)


def tensor_shape_from_node_def_name(graph, input_name):
    """The static shape of a tensor, by its name.

    Args:
      graph: a `Graph`.
      input_name: `"node"` or `"node:0"`.

    Returns:
      A `TensorShape`.
    """
    name = input_name if ":" in input_name else input_name + ":0"
    return graph.get_tensor_by_name(name).shape
