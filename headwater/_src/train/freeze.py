"""Variables turned into constants, for graphs that are only run."""

from headwater._src.core import dtypes, logging, tensor_proto
from headwater._src.graph.graph_util import extract_sub_graph

_HOLDERS = ("Variable", "VariableV2", "VarHandleOp")
_READERS = ("ReadVariableOp",)


def convert_variables_to_constants(
    sess,
    input_graph_def,
    output_node_names,
    variable_names_whitelist=None,
    variable_names_blacklist=None,
):
    """A graph in which variables are constants with their current values.

    Args:
      sess: the session that has the values.
      input_graph_def: a `GraphDef`.
      output_node_names: list of names of the nodes that the result is for.
      variable_names_whitelist: names of the variables to convert (default: all).
      variable_names_blacklist: names of variables to leave.

    Returns:
      A new `GraphDef` with what the outputs need.

    Raises:
      AssertionError: an output is not in the graph.
      tf.errors.FailedPreconditionError: a variable has no value.
    """
    part = extract_sub_graph(input_graph_def, output_node_names)
    found = {}
    for node in part.node:
        if node.op not in _HOLDERS:
            continue
        if variable_names_whitelist is not None and node.name not in variable_names_whitelist:
            continue
        if variable_names_blacklist is not None and node.name in variable_names_blacklist:
            continue
        found[node.name] = node
    values = dict(zip(found, _values(sess, found))) if found else {}
    logging.info("Froze %d variables.", len(values))
    sources = {
        node.name: node.input[0].split(":")[0]
        for node in part.node
        if node.op in ("Identity", "Enter", "Switch") and node.input
    }
    result = type(part)()
    result.library.CopyFrom(part.library)
    result.versions.CopyFrom(part.versions)
    for node in part.node:
        new = result.node.add()
        new.CopyFrom(node)
        if node.name in values:
            new.Clear()
            new.name, new.op, new.device = node.name, "Const", node.device
            _set_constant(new, node.attr["dtype"], values[node.name])
        elif node.op in _READERS and _origin(node.input[0], sources) in values:
            new.op = "Identity"
            new.attr.clear()
            new.attr["T"].CopyFrom(node.attr["dtype"])
        elif node.op in ("ResourceGather",) and _origin(node.input[0], sources) in values:
            new.op = "GatherV2"
            new.attr.clear()
            new.attr["Tparams"].CopyFrom(node.attr["dtype"])
            new.attr["Tindices"].CopyFrom(node.attr["Tindices"])
            new.attr["Taxis"].type = dtypes.int32.as_datatype_enum
            new.input.append(f"{node.name}/axis")
            axis = result.node.add(name=f"{node.name}/axis", op="Const")
            axis.attr["dtype"].type = dtypes.int32.as_datatype_enum
            axis.attr["value"].tensor.CopyFrom(tensor_proto.make_tensor_proto(0, dtypes.int32))
        elif node.attr["T"].type == dtypes.resource.as_datatype_enum and node.name in sources:
            origin = _origin(node.name, sources)
            if origin in values:
                new.attr["T"].CopyFrom(found[origin].attr["dtype"])
    return result


def _values(sess, found):
    """The variables' values, read in one step."""
    graph = sess.graph
    readers = {}
    for op in graph.get_operations():
        if op.type == "ReadVariableOp":
            readers.setdefault(op.inputs[0].op.name, op.outputs[0])
    fetches = []
    for name, node in found.items():
        if node.op == "VarHandleOp" and name in readers:
            fetches.append(readers[name])
        elif node.op == "VarHandleOp":
            fetches.append(f"{name}/Read/ReadVariableOp:0")
        else:
            fetches.append(f"{name}:0")
    return sess.run(fetches)


def _origin(name, sources):
    """The variable behind copies of its handle."""
    name, steps = name.split(":")[0], 0
    while name in sources and steps < len(sources) + 1:
        name, steps = sources[name], steps + 1
    return name


def _set_constant(node, dtype, value):
    node.attr["dtype"].CopyFrom(dtype)
    proto = tensor_proto.make_tensor_proto(value, dtypes.as_dtype(dtype.type).base_dtype)
    node.attr["value"].tensor.ParseFromString(proto.SerializeToString())
