"""Bodies as `FunctionDef` protos of a GraphDef's library, and back.

In a `FunctionDef` an input is written `argument`, or `node:output:index` with the name of the op's
output.
"""

from headwater._src.core import dtypes
from headwater._src.graph import graphdef
from headwater._src.graph.bodies import new_graph
from headwater._src.graph.call_ops import call_op
from headwater._src.graph.func_graph import FuncGraph
from headwater._src.graph.optable import OPS


def definition_of(graph):
    """The `FunctionDef` of a `FuncGraph`."""
    from headwater._src.core.proto import function_pb2

    proto = function_pb2.FunctionDef()
    proto.signature.name = graph.name
    names = {}
    given, results = graph.signature_names or ((), ())
    for i, t in enumerate(graph.inputs):
        names[t] = given[i] if i < len(given) else f"arg_{i}"
        proto.signature.input_arg.add(name=names[t], type=t.dtype.as_datatype_enum)
    parameters = {t.op for t in graph.inputs}
    for node in graph._ops:
        if node in parameters:
            continue
        out = proto.node_def.add()
        graphdef._fill_node(out, node)
        del out.input[:]
        out.input.extend(_reference(t, names) for t in node.inputs)
        out.input.extend(sorted("^" + op.name for op in node._control if op not in parameters))
        if node.opdef.stateful:
            proto.signature.is_stateful = True
    for i, t in enumerate(graph.outputs):
        name = results[i] if i < len(results) else f"out_{i}"
        proto.signature.output_arg.add(name=name, type=t.dtype.base_dtype.as_datatype_enum)
        proto.ret[name] = _reference(t, names)
    return proto


def _reference(tensor, names):
    if tensor in names:
        return names[tensor]
    node, at = tensor.op, tensor.value_index
    for arg in node.opdef.outputs:
        n = 1
        if arg.is_list:
            n = (
                len(node.attrs[arg.type_list_attr])
                if arg.type_list_attr
                else node.attrs[arg.number_attr]
            )
        if at < n:
            return f"{node.name}:{arg.name}:{at}"
        at -= n
    raise ValueError(f"{tensor} is not an output that the signature of {node.type} has")


def body_of(definition, node, inputs):
    """A body of its own for one node, from a function of the library.

    Args:
      definition: the `FunctionDef`.
      node: the `Operation` that runs the function.
      inputs: the node's tensors that are the function's arguments.

    Returns:
      A `FuncGraph` of the node's graph.

    Raises:
      ValueError: the definition is not valid, or does not fit the inputs.
      NotFoundError: it has an op that headwater does not have.
    """
    if len(inputs) != len(definition.signature.input_arg):
        raise ValueError(
            f"Function {definition.signature.name} takes {len(definition.signature.input_arg)} "
            f"arguments, "
            f"but {node.name} gives {len(inputs)}"
        )
    graph = new_graph(node.graph, definition.signature.name)
    arguments = {}
    for arg, t in zip(definition.signature.input_arg, inputs):
        if arg.type != t.dtype.base_dtype.as_datatype_enum:
            raise ValueError(
                f"Argument {arg.name} of function {definition.signature.name} has another type "
                f"than "
                f"{t.name}, which {node.name} gives it"
            )
        arguments[arg.name] = graph.add_input(t)
    return _filled(graph, definition, arguments)


def general_body(definition, outer):
    """A body for arguments of any shape, from a function of the library.

    Args:
      definition: the `FunctionDef`.
      outer: the graph whose library it is in.

    Returns:
      A `FuncGraph` of that graph.

    Raises:
      ValueError: the definition is not valid.
      NotFoundError: it has an op that headwater does not have.
    """
    graph = FuncGraph(definition.signature.name, outer)
    arguments = {
        arg.name: graph.add_parameter(dtypes.as_dtype(arg.type))
        for arg in definition.signature.input_arg
    }
    return _filled(graph, definition, arguments)


def _filled(graph, definition, arguments):
    graph.outputs = inline(definition, graph, arguments)
    graph.targets = effects(graph)
    return graph


def inline(definition, graph, arguments):
    """Adds the nodes of a function to a graph.

    Args:
      definition: the `FunctionDef`.
      graph: the `FuncGraph`.
      arguments: the tensors of `graph` that the function's arguments are, by name.

    Returns:
      The list of its results.
    """
    from headwater._src.core.proto import graph_pb2
    from headwater._src.graph.importer import import_graph_def

    kinds = {n.name: n for n in definition.node_def}
    proto = graph_pb2.GraphDef()
    for old in definition.node_def:
        new = proto.node.add()
        new.CopyFrom(old)
        del new.input[:]
        new.input.extend(
            _flat(text, kinds, arguments, graph) for text in old.input if text[1:] not in arguments
        )
    wanted = [
        _flat(definition.ret[arg.name], kinds, arguments, graph)
        for arg in definition.signature.output_arg
    ]
    # Arguments come in under names that no node can have.
    with graph.as_default():
        found = import_graph_def(
            proto,
            {
                f"{_MARK}{name}:0": t
                for name, t in arguments.items()
                if any(f"{_MARK}{name}:0" in n.input for n in proto.node)
            },
            [w for w in wanted if not w.startswith(_MARK)],
            name=graph.name.lstrip("_") or "function",
        )
    found = iter(found)
    return [arguments[w[len(_MARK) : -2]] if w.startswith(_MARK) else next(found) for w in wanted]


def effects(graph):
    """The nodes of a function's body that run even when no result needs them."""
    return [
        node
        for node in graph._ops
        if node.op.kind in ("update", "host")
        or node.op.check
        or node.op.kind == "function"
        and node.opdef.stateful
    ]


_MARK = "argument."


def _flat(text, kinds, arguments, graph):
    """An input as a GraphDef writes it: `node:7`."""
    if text.startswith("^"):
        return text
    if text in arguments:
        return f"{_MARK}{text}:0"
    name, output, index = text.split(":") if text.count(":") == 2 else (*text.split(":"), "0")[:3]
    node = kinds.get(name)
    op = None if node is None else OPS.get(node.op) or call_op(graph, node.op)
    if op is None:
        return f"{name}:{index}"
    at = 0
    for arg in op.opdef.outputs:
        if arg.name == output:
            break
        if arg.type_list_attr:
            at += len(node.attr[arg.type_list_attr].list.type)
        else:
            at += node.attr[arg.number_attr].i if arg.number_attr else 1
    return f"{name}:{at + int(index)}"
