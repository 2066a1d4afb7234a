"""`tf.profiler`: options, and numbers of graphs and steps."""

import json
import math

import pytest

import headwater as tf

Builder = tf.profiler.ProfileOptionBuilder


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as g:
        yield g


def quiet(options):
    return dict(options, output="none")


def test_ready_options():
    time = tf.profiler.ProfileOptionBuilder.time_and_memory(min_micros=7)
    assert time["order_by"] == "micros" and time["select"] == ["micros", "bytes"]
    assert (time["min_micros"], time["min_bytes"], time["min_peak_bytes"]) == (7, 1, 0)
    assert Builder.float_operation()["min_float_ops"] == 1
    parameters = Builder.trainable_variables_parameter()
    assert parameters["account_type_regexes"] == ["_trainable_variables"]
    assert parameters["max_depth"] == 10000 and Builder().build()["max_depth"] == 100


def test_options_step_by_step():
    before = Builder.float_operation()
    options = (
        Builder(before)
        .with_max_depth(3)
        .with_min_memory(1, 2, 3, 4)
        .with_min_execution_time(1, 2, 3)
        .with_min_parameters(5)
        .with_min_occurrence(6)
        .with_min_float_operations(7)
        .with_accounted_types(["a"])
        .with_node_names(["b"], ["c"], ["d"], ["e"])
        .account_displayed_op_only(True)
        .order_by("bytes")
        .select(["bytes"])
        .with_step(4)
        .with_timeline_output("t")
        .with_file_output("f")
        .build()
    )
    wanted = dict(max_depth=3, min_bytes=1, min_peak_bytes=2, min_micros=1, min_cpu_micros=3)
    wanted.update(min_params=5, min_occurrence=6, min_float_ops=7, step=4, select=["bytes"])
    wanted.update(account_type_regexes=["a"], start_name_regexes=["b"], show_name_regexes=["c"])
    wanted.update(hide_name_regexes=["d"], trim_name_regexes=["e"], output="file:outfile=f")
    assert wanted.items() <= options.items()
    assert before == Builder.float_operation()  # a builder does not change what it starts from
    assert Builder().with_empty_output().build()["output"] == "none"
    assert Builder().with_stdout_output().build()["output"] == "stdout"
    assert Builder().with_pprof_output("x").build()["output"] == "pprof:outfile=x"


def of(*shape):
    return tf.placeholder(tf.float32, shape)


# What TensorFlow counts.
COUNTS = {
    "MatMul": (lambda: tf.matmul(of(4, 3), of(3, 5)), 120),
    "MatMul, turned": (lambda: tf.matmul(of(3, 4), of(3, 5), transpose_a=True), 120),
    "BatchMatMulV2": (lambda: tf.matmul(of(2, 4, 3), of(2, 3, 5)), 240),
    "Conv2D": (lambda: tf.nn.conv2d(of(1, 8, 8, 2), of(3, 3, 2, 4), 1, "SAME"), 9216),
    "Conv3D": (lambda: tf.nn.conv3d(of(1, 8, 8, 8, 2), of(3, 3, 3, 2, 4), [1] * 5, "SAME"), 221184),
    "DepthwiseConv2dNative": (
        lambda: tf.nn.depthwise_conv2d(of(1, 8, 8, 2), of(3, 3, 2, 2), [1, 1, 1, 1], "SAME"),
        4608,
    ),
    "BiasAdd": (lambda: tf.nn.bias_add(of(4, 5), of(5)), 20),
    "Relu": (lambda: tf.nn.relu(of(4, 5)), 0),
    "Mul": (lambda: of(4, 5) * of(5), 20),
    "Softmax": (lambda: tf.nn.softmax(of(4, 5)), 100),
    "Rsqrt": (lambda: tf.rsqrt(of(4, 5)), 40),
    "SquaredDifference": (lambda: tf.squared_difference(of(4, 5), of(4, 5)), 40),
    "Sum": (lambda: tf.reduce_sum(of(4, 5)), 19),
    "Mean": (lambda: tf.reduce_mean(of(4, 5), 1), 20),
    "MaxPool": (lambda: tf.nn.max_pool(of(1, 8, 8, 2), 2, 2, "SAME"), 128),
    "L2Loss": (lambda: tf.nn.l2_loss(of(4, 5)), 59),
    "AddN": (lambda: tf.add_n([of(4, 5)] * 3), 40),
    "unknown shapes": (lambda: of(None, 5) * 2.0, 0),
}


@pytest.mark.parametrize("kind", COUNTS)
def test_arithmetic(kind):
    make, count = COUNTS[kind]
    make()
    found = tf.profiler.profile(options=quiet(Builder.float_operation()))
    assert found.total_float_ops == count


def network():
    with tf.variable_scope("first"):
        y = tf.layers.dense(tf.ones([4, 3]), 5, name="dense")
    return tf.layers.dense(y, 2, name="second")


def test_parameters_by_scope(capsys):
    network()
    tf.Variable(tf.zeros([100]), trainable=False, name="other")
    root = tf.profiler.profile(
        tf.get_default_graph(), options=Builder.trainable_variables_parameter()
    )
    assert root.total_parameters == 3 * 5 + 5 + 5 * 2 + 2
    assert [(c.name, c.total_parameters) for c in root.children] == [("first", 20), ("second", 12)]
    kernel = root.children[0].children[0].children[1]
    assert (kernel.name, kernel.parameters) == ("first/dense/kernel", 15)
    shown = capsys.readouterr().out
    assert "_TFProfRoot (0/32 params)" in shown
    assert "      first/dense/kernel (15/15 params)" in shown


def test_ops_by_arithmetic():
    network()
    root = tf.profiler.profile(cmd="op", options=quiet(Builder.float_operation()))
    first = root.children[0]
    assert first.name == "MatMul" and first.float_ops == 2 * (4 * 3 * 5 + 4 * 5 * 2)
    assert {n.name for n in first.graph_nodes} == {"first/dense/MatMul", "second/MatMul"}
    assert first.children[0].float_ops <= first.float_ops
    assert root.total_float_ops >= first.float_ops + first.children[0].float_ops


def test_time_and_memory_of_a_step(tmp_path):
    result = network()
    metadata = tf.RunMetadata()
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        sess.run(result, options=tf.RunOptions(trace_level=3), run_metadata=metadata)
    options = tf.profiler.ProfileOptionBuilder.time_and_memory(min_micros=0)
    path = tmp_path / "profile.txt"
    root = tf.profiler.profile(
        run_meta=metadata, options=Builder(options).with_file_output(str(path)).build()
    )
    assert root.total_requested_bytes >= 4 * 2 * 4 and root.total_run_count > 0
    assert "micros" in path.read_text()
    profiler = tf.profiler.Profiler()
    profiler.add_step(3, metadata)
    of_step = quiet(Builder(options).with_step(3).build())
    assert profiler.profile_operations(of_step).total_requested_bytes > 0
    assert profiler.profile_graph(of_step).total_run_count == root.total_run_count
    other = profiler.profile_name_scope(quiet(Builder().with_step(4).build()))
    assert other.total_exec_micros == 0 and math.isfinite(root.total_exec_micros)
    timeline = tmp_path / "timeline.json"
    tf.profiler.profile(
        run_meta=metadata, options=Builder().with_timeline_output(str(timeline)).build()
    )
    assert json.loads(timeline.read_text())["traceEvents"]


def test_names_choose_nodes():
    network()
    options = Builder(Builder.trainable_variables_parameter()).with_empty_output()
    shown = tf.profiler.profile(
        options=options.with_node_names(show_name_regexes=["first/.*"]).build()
    )
    assert shown.total_parameters == 20
    hidden = options.with_node_names(hide_name_regexes=[".*bias"]).build()
    assert tf.profiler.profile(options=hidden).total_parameters == 15


def test_what_is_not_offered():
    with pytest.raises(tf.errors.UnimplementedError, match="not by lines"):
        tf.profiler.profile(cmd="code")
    with pytest.raises(tf.errors.UnimplementedError, match="pprof"):
        tf.profiler.profile(options=Builder().with_pprof_output("x").build())
    with pytest.raises(ValueError, match="cmd must be"):
        tf.profiler.profile(cmd="lines")


def test_the_older_name():
    assert tf.contrib.tfprof.ProfileOptionBuilder is tf.profiler.ProfileOptionBuilder
    assert tf.contrib.tfprof.__name__.endswith("tfprof")
