"""`tensorflow.core`: protocol buffers by the names of TensorFlow's files."""

import importlib

import pytest

import headwater as tf


@pytest.mark.parametrize(
    "path, name",
    [
        ("framework.graph_pb2", "GraphDef"),
        ("framework.op_def_pb2", "OpList"),
        ("framework.summary_pb2", "Summary"),
        ("protobuf.config_pb2", "ConfigProto"),
        ("protobuf.meta_graph_pb2", "MetaGraphDef"),
        ("example.example_pb2", "Example"),
        ("util.event_pb2", "Event"),
    ],
)
def test_files(path, name):
    module = importlib.import_module("headwater.core." + path)
    assert getattr(module, name).DESCRIPTOR.name == name
    folder, file = path.split(".")
    assert getattr(importlib.import_module("headwater.core." + folder), file) is module


def test_the_same_classes_everywhere():
    from headwater.core.framework import graph_pb2

    assert graph_pb2.GraphDef is tf.GraphDef
