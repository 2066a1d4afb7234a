"""`RunOptions` and `RunMetadata`: what ran, how long, on what; and their wrong use."""

from __future__ import annotations

import numpy as np
import pytest

CPU = "/job:localhost/replica:0/task:0/device:CPU:0"


@pytest.fixture
def program(tf):
    a = tf.placeholder(tf.float32, [2], name="a")
    v = tf.Variable([1.0, 2.0], name="v")
    c = tf.add(a * v, 1.0, name="c")
    sess = tf.Session()
    sess.run(v.initializer)
    return sess, a, c


def traced(tf, program, **options):
    sess, a, c = program
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE, **options)
    result = sess.run(c, {a: [3.0, 4.0]}, options=options, run_metadata=metadata)
    np.testing.assert_array_equal(result, [4.0, 9.0])
    return metadata


def test_step_stats(tf, program):
    metadata = traced(tf, program)
    (device,) = metadata.step_stats.dev_stats
    assert device.device == CPU
    stats = {node.node_name: node for node in device.node_stats}
    assert {"v", "mul", "c"} <= set(stats)
    mul = stats["mul"]
    assert mul.all_start_micros > 1_500_000_000_000_000
    assert mul.all_start_micros + mul.all_end_rel_micros <= stats["c"].all_start_micros + 1
    assert mul.timeline_label.startswith("mul = Mul(")
    (output,) = mul.output
    about = output.tensor_description
    assert about.dtype == tf.float32.as_datatype_enum
    assert [d.size for d in about.shape.dim] == [2]
    assert about.allocation_description.requested_bytes == 8


def test_compiled_region_is_one_entry_and_its_nodes(tf, program, headwater_only, monkeypatch):
    monkeypatch.setenv("HEADWATER_TIER", "compile")
    sess, a, c = program
    sess.run(c, {a: [3.0, 4.0]})
    metadata = traced(tf, program)
    (device,) = metadata.step_stats.dev_stats
    stats = {node.node_name: node for node in device.node_stats}
    region = stats["region_0"]
    assert region.timeline_label == "region_0 = XLA(mul, c)"
    assert region.op_end_rel_nanos > 0
    for name in ("mul", "c"):
        assert stats[name].all_start_nanos == region.all_start_nanos
        assert stats[name].op_end_rel_nanos == 0
        assert [d.size for d in stats[name].output[0].tensor_description.shape.dim] == [2]


def test_partition_graphs(tf, program):
    metadata = traced(tf, program, output_partition_graphs=True)
    (graph,) = metadata.partition_graphs
    nodes = {node.name: node for node in graph.node}
    assert {node.device for node in graph.node} == {CPU}
    assert nodes["_arg_a_0_0"].op == "_Arg"
    assert nodes["_retval_c_0_0"].op == "_Retval" and list(nodes["_retval_c_0_0"].input) == ["c"]
    assert list(nodes["mul"].input) == ["_arg_a_0_0", "v/read"]
    assert "a" not in nodes and graph.versions.producer > 0


def test_nothing_is_recorded_without_a_trace(tf, program, headwater_only):
    sess, a, c = program
    metadata = tf.RunMetadata()
    metadata.step_stats.dev_stats.add(device="old")
    sess.run(c, {a: [1.0, 1.0]}, run_metadata=metadata)
    assert not metadata.step_stats.dev_stats
    sess.run(c, {a: [1.0, 1.0]}, options=tf.RunOptions(), run_metadata=metadata)
    assert not metadata.step_stats.dev_stats


def test_a_failed_run_leaves_the_metadata(tf, program):
    sess, _, c = program
    metadata = tf.RunMetadata()
    metadata.step_stats.dev_stats.add(device="old")
    with pytest.raises(tf.errors.InvalidArgumentError):
        sess.run(c, options=tf.RunOptions(trace_level=3), run_metadata=metadata)
    assert metadata.step_stats.dev_stats[0].device == "old"


@pytest.mark.parametrize("kwargs", [{"options": 3}, {"run_metadata": 3}, {"options": "x"}])
def test_wrong_types(tf, program, kwargs):
    sess, a, c = program
    with pytest.raises((TypeError, AttributeError)):  # TensorFlow: AttributeError
        sess.run(c, {a: [1.0, 1.0]}, **kwargs)


def test_swapped_protos(tf, program, headwater_only):
    sess, a, c = program
    with pytest.raises(TypeError, match=r"options must be a tf\.RunOptions, but got RunMetadata"):
        sess.run(c, {a: [1.0, 1.0]}, options=tf.RunMetadata())


def test_make_callable_with_options(tf, program):
    sess, a, c = program
    call = sess.make_callable(c, [a], accept_options=True)
    metadata = tf.RunMetadata()
    result = call([3.0, 4.0], options=tf.RunOptions(trace_level=3), run_metadata=metadata)
    np.testing.assert_array_equal(result, [4.0, 9.0])
    assert metadata.step_stats.dev_stats[0].node_stats
