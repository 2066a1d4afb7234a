"""Graph to GraphDef: nodes, attrs and signatures as protos, and attr values back from protos."""

import numpy as np

from headwater._src.core import dtypes, tensor_proto, versions
from headwater._src.core.dtypes import DType
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph.opdef import REQUIRED

PRODUCER = versions.GRAPH_DEF_VERSION
MIN_CONSUMER = versions.GRAPH_DEF_VERSION_MIN_CONSUMER


def versions_proto(graph):
    """The `VersionDef` a graph is written with."""
    from headwater._src.core.proto import versions_pb2

    if graph._graph_def_versions is not None:
        return graph._graph_def_versions
    return versions_pb2.VersionDef(producer=PRODUCER, min_consumer=MIN_CONSUMER)


def graph_proto(graph, from_version=None, add_shapes=False):
    """A graph, or the part of it made after `from_version`, as a `GraphDef`."""
    from headwater._src.core.proto import graph_pb2

    proto = graph_pb2.GraphDef()
    proto.versions.CopyFrom(versions_proto(graph))
    for node in graph._ops[from_version or 0 :]:
        out = proto.node.add()
        _fill_node(out, node)
        if add_shapes and node.outputs:
            out.attr["_output_shapes"].list.shape.extend([t.shape.as_proto() for t in node.outputs])
    for function in graph._functions.values():
        proto.library.function.add().CopyFrom(function.definition)
        if getattr(function, "gradient_name", None):
            proto.library.gradient.add(
                function_name=function.name, gradient_func=function.gradient_name
            )
    return proto


def node_proto(node):
    """A node as a `NodeDef`."""
    from headwater._src.core.proto import node_def_pb2

    proto = node_def_pb2.NodeDef()
    _fill_node(proto, node)
    return proto


def _fill_node(proto, node):
    proto.name, proto.op, proto.device = node.name, node.type, node.device
    proto.input.extend(
        [t.op.name if t.value_index == 0 else f"{t.op.name}:{t.value_index}" for t in node.inputs]
    )
    proto.input.extend(sorted("^" + op.name for op in node._control))
    kinds = {attr.name: attr for attr in node.op.opdef.attrs}
    for name, value in node.attrs.items():
        fill_attr(proto.attr[name], value, kinds.get(name))


def fill_attr(proto, value, attr=None):
    """Writes an attr value into an `AttrValue`; `attr` (an `AttrDef`) settles what the value alone
    leaves open.
    """
    kind = attr.item_kind if attr is not None else None
    if attr is not None and attr.is_list or attr is None and isinstance(value, list):
        proto.list.SetInParent()
        for item in value:
            _add_item(proto.list, item, kind or _kind_of(item))
        return
    kind = kind or _kind_of(value)
    if kind == "type":
        proto.type = value.as_datatype_enum
    elif kind == "int":
        proto.i = value
    elif kind == "float":
        proto.f = value
    elif kind == "bool":
        proto.b = value
    elif kind == "string":
        proto.s = value.encode() if isinstance(value, str) else value
    elif kind == "shape":
        proto.shape.CopyFrom(TensorShape._of(value).as_proto())
    elif kind == "tensor":
        proto.tensor.CopyFrom(tensor_proto.make_tensor_proto(value))
    elif hasattr(value, "WhichOneof") and value.DESCRIPTOR.name == "AttrValue":
        proto.CopyFrom(value)
    elif hasattr(value, "SerializeToString"):
        proto.func.CopyFrom(value)
    else:
        proto.func.name = value if isinstance(value, str) else value.name


def _kind_of(value):
    if isinstance(value, DType):
        return "type"
    if isinstance(value, (bool, np.bool_)):
        return "bool"
    if isinstance(value, (int, np.integer)):
        return "int"
    if isinstance(value, float):
        return "float"
    if isinstance(value, (str, bytes)):
        return "string"
    if isinstance(value, np.ndarray):
        return "tensor"
    if value is None or isinstance(value, (tuple, TensorShape)):
        return "shape"
    return "func"


def _add_item(proto_list, item, kind):
    if kind == "type":
        proto_list.type.append(item.as_datatype_enum)
    elif kind == "string":
        proto_list.s.append(item.encode() if isinstance(item, str) else item)
    elif kind == "shape":
        proto_list.shape.add().CopyFrom(TensorShape._of(item).as_proto())
    elif kind == "tensor":
        proto_list.tensor.add().CopyFrom(tensor_proto.make_tensor_proto(item))
    elif kind == "func":
        proto_list.func.add().name = item if isinstance(item, str) else item.name
    else:
        getattr(proto_list, {"int": "i", "float": "f", "bool": "b"}[kind]).append(item)


def public_attr(value):
    """An attr value in the form `Operation.get_attr` gives: strings as bytes, shapes and tensors as
    protos.
    """
    if isinstance(value, str):
        return value.encode()
    if isinstance(value, list):
        return [public_attr(v) for v in value]
    if isinstance(value, np.ndarray):
        return tensor_proto.make_tensor_proto(value)
    if value is None or isinstance(value, tuple):
        return TensorShape._of(value).as_proto()
    return value


def attr_from_proto(value):
    """A plain attr value from an `AttrValue` (of either library), or `value` itself when it is not
    one.
    """
    if not hasattr(value, "WhichOneof"):
        return value
    kind = value.WhichOneof("value")
    if kind is None:
        return None
    if kind == "list":
        for field in ("s", "i", "f", "b", "type", "shape", "tensor", "func"):
            items = getattr(value.list, field)
            if len(items):
                return [_plain(field, item) for item in items]
        return []
    return _plain(kind, getattr(value, kind))


def _plain(kind, value):
    if kind == "type":
        return dtypes.as_dtype(value)
    if kind == "s":
        try:
            return value.decode()
        except UnicodeDecodeError:
            return bytes(value)
    if kind == "shape":
        return TensorShape(value)._dims
    if kind == "tensor":
        return tensor_proto.make_ndarray(value)
    if kind == "func":
        return value.name if not len(value.attr) else value
    return value


def infer_attrs(op, inputs, given):
    """The attrs of a node that its input tensors decide.

    Args:
      op: the `Op`.
      inputs: the flat list of input `Tensor`s.
      given: attrs already known (numbers of list inputs are taken from here).

    Returns:
      A dict of type and number attrs.
    """
    found, at = {}, 0
    for arg in op.opdef.inputs:
        if arg.number_attr:
            count = given.get(arg.number_attr)
            if count is None:
                count = len(inputs) - (len(op.opdef.inputs) - 1)
            found[arg.number_attr] = count
        elif arg.type_list_attr:
            types = given.get(arg.type_list_attr)
            count = len(types) if types is not None else len(inputs) - (len(op.opdef.inputs) - 1)
            found[arg.type_list_attr] = [t.dtype.base_dtype for t in inputs[at : at + count]]
        else:
            count = 1
        if arg.type_attr and count:
            found[arg.type_attr] = inputs[at].dtype.base_dtype
        at += count
    return found


def opdef_proto(opdef):
    """A parsed signature as an `OpDef` proto."""
    from headwater._src.core.proto import op_def_pb2

    proto = op_def_pb2.OpDef(name=opdef.name, is_stateful=opdef.stateful)
    for args, out in ((opdef.inputs, proto.input_arg), (opdef.outputs, proto.output_arg)):
        for arg in args:
            out.add(
                name=arg.name,
                type=0 if arg.type is None else arg.type.as_datatype_enum,
                type_attr=arg.type_attr,
                number_attr=arg.number_attr,
                type_list_attr=arg.type_list_attr,
                is_ref=arg.is_ref,
            )
    for attr in opdef.attrs:
        out = proto.attr.add(name=attr.name, type=attr.kind)
        if attr.default is not REQUIRED:
            fill_attr(out.default_value, attr.default, attr)
        if attr.allowed is not None:
            fill_attr(out.allowed_values, list(attr.allowed))
        if attr.minimum is not None:
            out.has_minimum, out.minimum = True, attr.minimum
    return proto
