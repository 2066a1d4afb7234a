"""Our schemas against TensorFlow's, field by field, by the descriptors of both."""

import importlib
import pathlib

import pytest

PROTO_DIR = pathlib.Path(__file__).parents[2] / "headwater/_src/core/proto"
NAMES = sorted(path.stem for path in PROTO_DIR.glob("*.proto"))

# Where TensorFlow keeps the file of the same name.
FOLDERS = (
    "tensorflow.core.framework",
    "tensorflow.core.protobuf",
    "tensorflow.core.util",
    "tensorflow.core.example",
    "tensorflow.python.training",
    "tensorflow.tsl.protobuf",
    "tensorflow.compiler.xla.tsl.protobuf",
    "xla.tsl.protobuf",
)


def ours(name):
    return importlib.import_module(f"headwater._src.core.proto.{name}_pb2").DESCRIPTOR


def theirs(name):
    """TensorFlow's descriptor; skips the test where TensorFlow is absent."""
    pytest.importorskip("tensorflow", reason="compares with TensorFlow's own descriptors")
    if name == "boosted_trees_learner":
        pytest.skip("TensorFlow 2 has no boosted trees of contrib")
    if name == "projector_config":
        part = "tensorboard.plugins.projector.projector_config_pb2"
        return pytest.importorskip(part, reason="the projector is TensorBoard's").DESCRIPTOR
    from google.protobuf import descriptor_pool

    for folder in FOLDERS:
        try:
            module = importlib.import_module(f"{folder}.{name}_pb2")
        except ImportError:
            continue
        if module.DESCRIPTOR.message_types_by_name or module.DESCRIPTOR.enum_types_by_name:
            return module.DESCRIPTOR
    # files that TensorFlow registers but has no module of its own for
    importlib.import_module("tensorflow.core.protobuf.config_pb2")
    importlib.import_module("tensorflow.core.protobuf.queue_runner_pb2")
    importlib.import_module("tensorflow.core.framework.summary_pb2")
    return descriptor_pool.Default().FindFileByName(f"xla/tsl/protobuf/{name}.proto")


def tail(full_name):
    for package in ("headwater.", "tensorflow.", "tensorboard.projector."):
        full_name = full_name.removeprefix(package)
    return full_name


def enum_facts(enum):
    return {value.name: value.number for value in enum.values}


def field_facts(field):
    kind = field.message_type or field.enum_type
    oneof = field.containing_oneof
    return {
        "number": field.number,
        "type": field.type,
        "repeated": field.is_repeated,
        "required": field.is_required,
        "presence": field.has_presence,
        "packed": field.is_packed,
        "default": None if field.is_repeated or field.message_type else field.default_value,
        "of": tail(kind.full_name) if kind is not None else None,
        "oneof": oneof.name if oneof is not None else None,
    }


def message_facts(message):
    return {
        "fields": {field.name: field_facts(field) for field in message.fields},
        "enums": {enum.name: enum_facts(enum) for enum in message.enum_types},
        "messages": {nested.name: message_facts(nested) for nested in message.nested_types},
        "map entry": message.GetOptions().map_entry,
    }


def file_facts(file):
    return {
        "package": tail(file.package + "."),
        "messages": {m.name: message_facts(m) for m in file.message_types_by_name.values()},
        "enums": {e.name: enum_facts(e) for e in file.enum_types_by_name.values()},
    }


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_that_of_tensorflow(name):
    expected = file_facts(theirs(name))
    assert expected["messages"] or expected["enums"]
    assert file_facts(ours(name)) == expected


@pytest.mark.parametrize("name", NAMES)
def test_messages_live_in_our_own_package(name):
    file = ours(name)
    assert file.package.split(".")[0] == "headwater"
    assert file.name == f"headwater/_src/core/proto/{name}.proto"


def test_bytes_travel_in_both_directions():
    pytest.importorskip("tensorflow", reason="exchanges bytes with TensorFlow's own messages")
    from tensorflow.core.framework import graph_pb2 as their_graph

    from headwater._src.core.proto import graph_pb2 as our_graph

    graph = our_graph.GraphDef()
    graph.versions.producer = 27
    node = graph.node.add(name="c", op="Const", input=["^a"], device="/cpu:0")
    node.attr["dtype"].type = 1
    node.attr["value"].tensor.float_val.append(1.5)
    node.attr["shapes"].list.shape.add().dim.add().size = -1
    bytes_of_ours = graph.SerializeToString(deterministic=True)
    copy = their_graph.GraphDef.FromString(bytes_of_ours)
    assert copy.node[0].attr["value"].tensor.float_val[0] == 1.5
    assert copy.SerializeToString(deterministic=True) == bytes_of_ours
    assert our_graph.GraphDef.FromString(copy.SerializeToString()) == graph
    assert str(copy) == str(graph)
