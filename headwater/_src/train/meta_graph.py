"""`MetaGraphDef`: a graph with its collections, and what is needed to save and restore it."""

import os

from headwater._src.core import logging, versions
from headwater._src.graph import graphdef
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.importer import import_graph_def
from headwater._src.graph.optable import OPS
from headwater._src.graph.variable import Variable
from headwater._src.io import atomic, local

_VARIABLES = frozenset({
    GraphKeys.GLOBAL_VARIABLES, GraphKeys.TRAINABLE_VARIABLES, GraphKeys.LOCAL_VARIABLES,
    GraphKeys.MODEL_VARIABLES, GraphKeys.MOVING_AVERAGE_VARIABLES, GraphKeys.METRIC_VARIABLES,
    GraphKeys.GLOBAL_STEP, "trainable_resource_variables",
})  # fmt: skip

# Collections of further kinds: name -> (function giving the proto's class, to_proto, from_proto).
_PROTOS = {}


def register_proto_function(collection_name, proto_type=None, to_proto=None, from_proto=None):
    """Says how the objects of a collection are written into a `MetaGraphDef`.

    Args:
      collection_name: the collection.
      proto_type: class of the protos, or a function giving it.
      to_proto: `(object, export_scope=...) -> proto`, or None where it is outside the scope.
      from_proto: `(proto, import_scope=...) -> object`.
    """
    _PROTOS[collection_name] = (proto_type, to_proto, from_proto)


def _proto_class(kind):
    return kind if hasattr(kind, "DESCRIPTOR") else kind()


def _in_scope(name, scope):
    return not scope or name.startswith(scope)


def _stripped(name, scope):
    """A name without the scope that is exported, also behind `^` and `loc:@`."""
    if not scope:
        return name
    scope = scope.rstrip("/") + "/"
    for mark in ("^", "loc:@", ""):
        if name.startswith(mark + scope):
            return mark + name[len(mark) + len(scope) :]
    return name


def _prefixed(name, scope):
    if not scope:
        return name
    for mark in ("^", "loc:@"):
        if name.startswith(mark):
            return f"{mark}{scope}/{name[len(mark) :]}"
    return f"{scope}/{name}"


# --- writing ------------------------------------------------------------------------------------


def create_meta_graph_def(
    meta_info_def=None,
    graph_def=None,
    saver_def=None,
    collection_list=None,
    graph=None,
    export_scope=None,
    exclude_nodes=None,
    clear_extraneous_savers=False,
    strip_default_attrs=False,
    clear_devices=False,
):
    """A `MetaGraphDef`.

    Args:
      meta_info_def: what to say about the graph besides.
      graph_def: the graph (default: that of `graph`).
      saver_def: a `SaverDef`.
      collection_list: names of collections to write (default: all).
      graph: the `Graph` (default: the default graph).
      export_scope: only nodes under this name scope, which is taken off their names.
      exclude_nodes: names of nodes that are left out, as collections' entries too.
      clear_extraneous_savers: whether to leave out other savers' nodes and collection entries.
      strip_default_attrs: whether attrs with the default value are left out.
      clear_devices: whether nodes lose their devices.

    Returns:
      A `MetaGraphDef` proto.
    """
    from headwater._src.core.proto import meta_graph_pb2

    graph = graph or get_default_graph()
    result = meta_graph_pb2.MetaGraphDef()
    info = result.meta_info_def
    if meta_info_def is not None:
        info.MergeFrom(_own(meta_info_def, meta_graph_pb2.MetaGraphDef.MetaInfoDef))
    info.tensorflow_version = versions.VERSION
    info.tensorflow_git_version = versions.GIT_VERSION
    if graph_def is not None:
        result.graph_def.MergeFrom(_own(graph_def, type(result.graph_def)))
    else:
        result.graph_def.MergeFrom(graph.as_graph_def(add_shapes=True))
    excluded = set(exclude_nodes or ())
    if clear_extraneous_savers:
        excluded |= _savers_nodes(result.graph_def, saver_def)
    if excluded or export_scope or clear_devices:
        _filter(result.graph_def, export_scope, excluded, clear_devices)
    if not info.HasField("stripped_op_list"):
        info.stripped_op_list.MergeFrom(stripped_op_list_for_graph(result.graph_def))
    if strip_default_attrs:
        _strip_defaults(result.graph_def)
        info.stripped_default_attrs = True
    if saver_def is not None:
        result.saver_def.MergeFrom(_own(saver_def, type(result.saver_def)))
    names = graph.get_all_collection_keys() if collection_list is None else collection_list
    for name in names:
        items = None
        if name == GraphKeys.SAVERS and clear_extraneous_savers:
            savers = graph.get_collection(name)
            items = [s for s in savers if saver_def is not None and s.as_saver_def() == saver_def]
        add_collection_def(result, name, graph, export_scope, excluded, items)
    return result


def _own(proto, cls):
    """A proto as our message class (it may be TensorFlow's, of the same wire format)."""
    return proto if isinstance(proto, cls) else cls.FromString(proto.SerializeToString())


def _filter(graph_def, scope, excluded, clear_devices):
    from headwater._src.core.proto import graph_pb2

    kept = graph_pb2.GraphDef()
    kept.versions.CopyFrom(graph_def.versions)
    kept.library.CopyFrom(graph_def.library)
    prefix = scope.rstrip("/") + "/" if scope else ""
    for node in graph_def.node:
        if node.name in excluded or not node.name.startswith(prefix):
            continue
        new = kept.node.add()
        new.CopyFrom(node)
        if clear_devices:
            new.device = ""
        if scope:
            _unscope(new, prefix)
    graph_def.CopyFrom(kept)


def _unscope(node, prefix):
    node.name = node.name[len(prefix) :]
    for i, text in enumerate(node.input):
        bare = text.lstrip("^")
        if bare.startswith(prefix):
            node.input[i] = _stripped(text, prefix)
        else:  # what comes from outside is left open, to be mapped when it is imported
            node.input[i] = ("^" if text.startswith("^") else "") + f"$unbound_inputs_{bare}"
    if "_class" in node.attr:
        groups = [
            _stripped(g.decode(), prefix).encode()
            for g in node.attr["_class"].list.s
            if g[5:].startswith(prefix.encode())
        ]
        del node.attr["_class"]
        if groups:
            node.attr["_class"].list.s.extend(groups)


def _savers_nodes(graph_def, saver_def):
    """Names of nodes of savers other than the one that is exported."""
    keep = saver_def.filename_tensor_name.rpartition("/")[0] if saver_def is not None else None
    scopes = {
        n.input[0].split(":")[0].rpartition("/")[0]
        for n in graph_def.node
        if n.op in ("SaveV2", "RestoreV2", "SaveSlices") and n.input
    }
    scopes = {s for s in scopes if s and s != keep}
    return {n.name for n in graph_def.node if any(n.name.startswith(s + "/") for s in scopes)}


def stripped_op_list_for_graph(graph_def):
    """The `OpList` of the ops that a graph uses, sorted by name.

    Args:
      graph_def: a `GraphDef`.
    """
    from headwater._src.core.proto import op_def_pb2

    used = {node.op for node in graph_def.node}
    for function in graph_def.library.function:
        used.update(node.op for node in function.node_def)
    result = op_def_pb2.OpList()
    for name in sorted(used):
        if name in OPS:
            result.op.add().CopyFrom(graphdef.opdef_proto(OPS[name].opdef))
    return result


def _strip_defaults(graph_def):
    for node in graph_def.node:
        op = OPS.get(node.op)
        if op is None:
            continue
        defaults = {
            a.name: a for a in graphdef.opdef_proto(op.opdef).attr if a.HasField("default_value")
        }
        for name in list(node.attr):
            attr = defaults.get(name)
            if attr is not None and node.attr[name] == attr.default_value:
                del node.attr[name]


def add_collection_def(
    meta_graph_def, key, graph=None, export_scope=None, exclude_nodes=(), items=None
):
    """Adds a collection to a `MetaGraphDef`; one that cannot be written is left out with a warning.

    Args:
      meta_graph_def: the proto.
      key: name of the collection.
      graph: the `Graph` it is of (default: the default graph).
      export_scope: only what is under this name scope, which is taken off names.
      exclude_nodes: names of nodes that are left out.
      items: what stands for the collection's content, if that is not all of it.
    """
    if not isinstance(key, str):
        logging.warning(
            "Only collections with string type keys can be serialized. This key has %s", type(key)
        )
        return
    if items is None:
        items = (graph or get_default_graph()).get_collection(key)
    if not items:
        return
    proto = meta_graph_def.collection_def[key]
    try:
        if key in _VARIABLES or key in _PROTOS:
            to_proto = _PROTOS[key][1] if key in _PROTOS else _variable_proto
            for item in items:
                written = to_proto(item, export_scope=export_scope)
                if written is not None:
                    proto.bytes_list.value.append(written.SerializeToString())
        else:
            _fill_plain(proto, items, export_scope, exclude_nodes)
    except (TypeError, ValueError, AttributeError) as error:
        logging.warning(
            "Issue encountered when serializing %s.\nType is unsupported, or the types of the items"
            " don't match field type in CollectionDef. Note this is a warning and probably safe to"
            " ignore.\n%s",
            key,
            error,
        )
        del meta_graph_def.collection_def[key]
        return
    if proto.WhichOneof("kind") is None:
        del meta_graph_def.collection_def[key]


def _variable_proto(item, export_scope=None):
    return item.to_proto(export_scope=export_scope)


def _fill_plain(proto, items, scope, excluded):
    first = items[0]
    if isinstance(first, (str, bytes)):
        proto.bytes_list.value.extend(i.encode() if isinstance(i, str) else i for i in items)
    elif isinstance(first, int) and not isinstance(first, bool):
        proto.int64_list.value.extend(items)
    elif isinstance(first, float):
        proto.float_list.value.extend(items)
    elif isinstance(first, bool):
        raise TypeError(f"'{type(first).__name__}' object has no name")
    else:
        for item in items:
            if hasattr(item, "DESCRIPTOR"):
                any_proto = proto.any_list.value.add()
                any_proto.Pack(item)
                continue
            node = item.name.split(":")[0]
            if _in_scope(item.name, scope) and node not in excluded:
                proto.node_list.value.append(_stripped(item.name, scope))


def export_meta_graph(
    filename=None,
    meta_info_def=None,
    graph_def=None,
    saver_def=None,
    collection_list=None,
    as_text=False,
    graph=None,
    export_scope=None,
    clear_devices=False,
    clear_extraneous_savers=False,
    strip_default_attrs=False,
    save_debug_info=False,
    **kwargs,
):
    """Makes a `MetaGraphDef`, and writes it to a file.

    Args:
      filename: the file, or None.
      meta_info_def: what to say about the graph besides.
      graph_def: the graph (default: that of `graph`).
      saver_def: a `SaverDef`.
      collection_list: names of collections to write (default: all).
      as_text: whether the file is text.
      graph: the `Graph` (default: the default graph).
      export_scope: only nodes under this name scope, which is taken off their names.
      clear_devices: whether nodes lose their devices.
      clear_extraneous_savers: whether to leave out other savers.
      strip_default_attrs: whether attrs with the default value are left out.
      save_debug_info: ignored.
      **kwargs: `unbound_inputs_col_name` and others are accepted and ignored.

    Returns:
      The `MetaGraphDef` proto.

    Raises:
      ValueError: a scope is given with `graph_def`.
    """
    if export_scope and graph_def is not None:
        raise ValueError("export_scope needs a graph, not a graph_def")
    result = create_meta_graph_def(
        meta_info_def,
        graph_def,
        saver_def,
        collection_list,
        graph,
        export_scope,
        clear_extraneous_savers=clear_extraneous_savers,
        strip_default_attrs=strip_default_attrs,
        clear_devices=clear_devices,
    )
    if filename:
        write_message(result, filename, as_text)
    return result


def write_message(message, path, as_text):
    """Writes a proto to a file, as text or in binary form; folders above it are made."""
    from google.protobuf import text_format

    path = local.path_of(path)
    local.makedirs(os.path.dirname(path))
    data = text_format.MessageToString(message).encode() if as_text else message.SerializeToString()
    atomic.write_file(path, data)


def write_graph(graph_or_graph_def, logdir, name, as_text=True):
    """Writes a graph to a file.

    Args:
      graph_or_graph_def: a `Graph` or `GraphDef`.
      logdir: the folder; made if missing.
      name: name of the file.
      as_text: whether it is text.

    Returns:
      The file's path.
    """
    proto = graph_or_graph_def
    if hasattr(proto, "as_graph_def"):
        proto = proto.as_graph_def()
    path = os.path.join(logdir, name)
    write_message(proto, path, as_text)
    return path


# --- reading ------------------------------------------------------------------------------------


def read_meta_graph_file(filename):
    """The `MetaGraphDef` in a file, binary or text.

    Args:
      filename: the file.

    Raises:
      OSError: there is no such file, or it holds none.
    """
    from google.protobuf import text_format
    from google.protobuf.message import DecodeError

    from headwater._src.core.proto import meta_graph_pb2

    path = local.path_of(filename)
    if not os.path.isfile(path):
        raise OSError(f"File does not exist. Received: {filename}.")
    data = local.read_bytes(path)
    try:
        return meta_graph_pb2.MetaGraphDef.FromString(data)
    except DecodeError:
        pass
    try:
        return text_format.Parse(data.decode(), meta_graph_pb2.MetaGraphDef())
    except (text_format.ParseError, UnicodeDecodeError) as error:
        raise OSError(f"Cannot parse file {filename}: {error}.") from None


def import_scoped_meta_graph(
    meta_graph_or_file,
    clear_devices=False,
    graph=None,
    import_scope=None,
    input_map=None,
    return_elements=None,
    restore_collections_predicate=lambda key: True,
    **kwargs,
):
    """Adds the nodes and collections of a `MetaGraphDef` to a graph.

    Args:
      meta_graph_or_file: the proto, or the file it is in.
      clear_devices: whether nodes lose their devices.
      graph: the `Graph` (default: the default graph).
      import_scope: name scope that is put before names.
      input_map: dict from names to tensors that take their place.
      return_elements: names of tensors and operations to return.
      restore_collections_predicate: function from a collection's name to whether it is wanted.
      **kwargs: others are accepted and ignored.

    Returns:
      `(dict from name to variable, list of returned elements)`.

    Raises:
      ValueError: the graph does not fit; inputs are not bound.
    """
    from headwater._src.core.proto import meta_graph_pb2

    if hasattr(meta_graph_or_file, "DESCRIPTOR"):
        proto = _own(meta_graph_or_file, meta_graph_pb2.MetaGraphDef)
    else:
        proto = read_meta_graph_file(meta_graph_or_file)
    graph = graph or get_default_graph()
    graph_def = proto.graph_def
    open_inputs = _unbound(graph_def)
    missing = [n for n in open_inputs if n not in (input_map or {})]
    if missing:
        raise ValueError(
            f"Graph contains unbound inputs: {', '.join(missing)}. Must provide these inputs "
            "through input_map."
        )
    if clear_devices:
        copy = type(graph_def)()
        copy.CopyFrom(graph_def)
        graph_def = copy
        for node in graph_def.node:
            node.device = ""
    with graph.as_default():
        outer = graph.get_name_scope()
        inner = graph.unique_name(import_scope, mark_as_used=False) if import_scope else outer
        elements = import_graph_def(
            graph_def,
            name=import_scope or "",
            input_map=input_map,
            return_elements=return_elements,
            producer_op_list=proto.meta_info_def.stripped_op_list,
        )
        scope = inner
        variables = {}
        for name, collection in proto.collection_def.items():
            if restore_collections_predicate(name):
                _restore_collection(graph, name, collection, scope, variables)
    return variables, elements


def _unbound(graph_def):
    """Names of inputs that come from outside of what was exported."""
    mark = "$unbound_inputs_"
    return sorted(
        {
            text
            for node in graph_def.node
            for text in node.input
            if text.lstrip("^").startswith(mark)
        }
    )


def _restore_collection(graph, name, collection, scope, variables):
    kind = collection.WhichOneof("kind")
    if kind is None:
        logging.error("Cannot identify data type for collection %s. Skipping.", name)
        return
    values = getattr(collection, kind).value
    if kind == "bytes_list" and (name in _VARIABLES or name in _PROTOS):
        for data in values:
            graph.add_to_collection(name, _from_proto(graph, name, data, scope, variables))
        return
    if kind == "node_list":
        for text in values:
            try:
                graph.add_to_collection(name, graph.as_graph_element(_prefixed(text, scope)))
            except (KeyError, ValueError) as error:
                logging.warning("collection %s: %s", name, error)
        return
    for value in values:
        graph.add_to_collection(name, int(value) if kind == "int64_list" else value)


def _from_proto(graph, name, data, scope, variables):
    from headwater._src.core.proto import variable_pb2

    if name in _PROTOS:
        cls, _, from_proto = _PROTOS[name]
        return from_proto(_proto_class(cls).FromString(data), import_scope=scope)
    key = bytes(data)
    for known in variables.values():
        if known._from == key:
            return known
    made = Variable.from_proto(variable_pb2.VariableDef.FromString(data), import_scope=scope)
    made._from = key  # the same variable stands in several collections
    variables[_stripped(made.op.name, scope)] = made
    return made
