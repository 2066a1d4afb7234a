"""`tensorflow.python.debug`: each step's tensors in files and on the console."""

import io
import os

import numpy as np
import pytest

import headwater as tf

debug = tf.python.debug


@pytest.fixture
def graph():
    with tf.Graph().as_default() as g:
        x = tf.placeholder(tf.float32, [2], name="x")
        v = tf.Variable([1.0, 2.0], name="v")
        y = tf.multiply(x, v, name="scope/y")
        tf.split(y, 2, name="s")
        yield g


def only_step(root):
    (step,) = os.listdir(root)
    return tf.python.debug.DebugDumpDir(os.path.join(root, step))


FEED = {"x:0": [3.0, np.inf]}


@pytest.fixture
def session(graph):
    with tf.Session(graph=graph) as sess:
        sess.run(tf.global_variables_initializer())
        yield sess


def test_a_step_leaves_its_tensors(session, tmp_path):
    root = str(tmp_path / "dumps")
    wrapped = debug.DumpingDebugWrapperSession(session, root)
    values = wrapped.run({"first": "s:0", "rest": ["s:1"]}, FEED)
    assert values["first"] == [3.0] and values["rest"] == [np.inf]
    assert wrapped.graph is session.graph and wrapped.run_call_count == 1
    dump = only_step(root)
    names = [datum.tensor_name for datum in dump.dumped_tensor_data]
    assert names == ["x:0", "v:0", "v/read:0", "scope/y:0", "s/split_dim:0", "s:0", "s:1"]
    assert dump.size == 7 and dump.devices() == ["/job:localhost/replica:0/task:0/device:CPU:0"]
    np.testing.assert_array_equal(dump.get_tensors("scope/y", 0, "DebugIdentity"), [[3, np.inf]])
    assert dump.get_tensors("s/split_dim", 0, "DebugIdentity") == [0]
    found = dump.find(debug.has_inf_or_nan)
    assert [datum.tensor_name for datum in found] == ["x:0", "scope/y:0", "s:1"]
    assert len(dump.find(debug.has_inf_or_nan, first_n=1)) == 1
    assert len(dump.find(debug.has_inf_or_nan, exclude_node_names="s")) == 1
    core = dump.core_metadata
    assert (core.input_names, core.output_names) == (["x:0"], ["s:0", "s:1"])
    assert "s:1" in dump.run_fetches_info and "x:0" in dump.run_feed_keys_info


def test_nodes_of_a_step(session, tmp_path):
    wrapped = debug.DumpingDebugWrapperSession(session, str(tmp_path))
    wrapped.run("s:0", FEED)
    dump = only_step(str(tmp_path))
    assert dump.node_exists("v") and not dump.node_exists("other")
    assert sorted(dump.nodes()) == ["s", "s/split_dim", "scope/y", "v", "v/read", "x"]
    assert dump.node_inputs("s") == ["s/split_dim", "scope/y"]
    assert dump.node_recipients("scope/y") == ["s"] and dump.node_op_type("scope/y") == "Mul"
    assert dump.node_device("v") == dump.devices()[0]
    assert "num_split" in dump.node_attributes("s")
    assert dump.debug_watch_keys("s") == ["s:0:DebugIdentity", "s:1:DebugIdentity"]
    assert dump.watch_key_to_data("s:0:DebugIdentity")[0].get_tensor() == [3.0]
    assert dump.get_rel_timestamps("x", 0, "DebugIdentity") == [0]
    path = dump.get_tensor_file_paths("s", 0, "DebugIdentity")[0]
    assert debug.load_tensor_from_event_file(path) == [3.0]
    assert len(dump.partition_graphs()) == 1 and dump.t0 == dump.dumped_tensor_data[0].timestamp
    with pytest.raises(KeyError, match="Watch key"):
        dump.get_tensors("v", 1, "DebugIdentity")
    with pytest.raises(ValueError, match="does not exist"):
        dump.node_inputs("other")
    with pytest.raises(LookupError):
        dump.node_traceback("s")
    dump.set_python_graph(session.graph)
    assert dump.python_graph is session.graph and dump.node_traceback("s:0")


def test_what_is_watched(session, tmp_path):
    def watch(fetches, feeds):
        assert fetches == "s:0" and feeds == FEED
        return tf.python.debug.WatchOptions(
            node_name_regex_whitelist="s.*", tensor_dtype_regex_whitelist="float32"
        )

    wrapped = debug.DumpingDebugWrapperSession(session, str(tmp_path), watch_fn=watch)
    wrapped.run("s:0", FEED)
    names = [datum.tensor_name for datum in only_step(str(tmp_path)).dumped_tensor_data]
    assert names == ["scope/y:0", "s:0", "s:1"]
    with pytest.raises(ValueError, match="DebugIdentity"):
        debug.WatchOptions(debug_ops=["DebugNumericSummary"])
    with pytest.raises(ValueError, match="empty folder"):
        debug.DumpingDebugWrapperSession(session, str(tmp_path))
    with pytest.raises(OSError, match="does not exist"):
        debug.DebugDumpDir(str(tmp_path / "nowhere"))


def test_updates_happen_once(tmp_path):
    with tf.Graph().as_default(), tf.Session() as sess:
        count = tf.Variable(0, name="count")
        words = tf.constant(["a", "b"], name="words")
        step = tf.group(tf.assign_add(count, 1), tf.identity(words, name="same").op)
        wrapped = debug.DumpingDebugWrapperSession(sess, str(tmp_path))
        wrapped.run(tf.global_variables_initializer())
        for _ in range(3):
            assert wrapped.run(step) is None
        assert sess.run(count) == 3
        steps = [debug.DebugDumpDir(str(tmp_path / name)) for name in os.listdir(tmp_path)]
    last = max(steps, key=lambda dump: dump.core_metadata.session_run_index)
    assert last.get_tensors("same", 0, "DebugIdentity")[0].tolist() == [b"a", b"b"]
    assert last.get_tensors("AssignAdd", 0, "DebugIdentity") == [3]


def test_a_hook(graph, tmp_path):
    tf.train.create_global_step()
    hook = tf.python.debug.DumpingDebugHook(str(tmp_path))
    with tf.train.MonitoredSession(hooks=[hook]) as sess:
        assert sess.run("s:0", FEED) == [3.0]
    assert only_step(str(tmp_path)).size == 7


# --- the console --------------------------------------------------------------------------------


def typed(monkeypatch, *lines):
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(line + "\n" for line in lines)))


def test_commands(session, monkeypatch, capsys):
    typed(
        monkeypatch, "lt", "what", "run", "lt scope", "pt scope/y:0", "ni scope/y", "pt no", "run"
    )
    wrapped = debug.LocalCLIDebugWrapperSession(session)
    assert wrapped.run("s:0", FEED) == [3.0]
    shown = capsys.readouterr().out
    for text in (
        "run-start: 's:0'",
        "no step has run yet",
        "run [-f FILTER]",
        "run-end: 7 tensors",
        "float32 [2]",
        "[ 3. inf]",
        "scope/y: Mul",
        "inputs: x, v/read",
        "Watch key",
    ):
        assert text in shown


def test_running_until_a_filter_passes(session, monkeypatch, capsys):
    typed(monkeypatch, "run -f none", "run -f large", "exit")
    wrapped = debug.LocalCLIDebugWrapperSession(session)
    wrapped.add_tensor_filter("large", lambda datum, tensor: np.max(tensor) > 100)
    for value in (1.0, 2.0, 3.0):
        wrapped.run("s:0", {"x:0": [value, 0.0]})
    with pytest.raises(SystemExit):
        wrapped.run("s:0", {"x:0": [101.0, 0.0]})
    shown = capsys.readouterr().out
    assert shown.count("run-start") == 1 and "no such filter" in shown
    assert "large: x:0, scope/y:0, s:0" in shown


def test_running_for_some_steps_and_to_the_end(graph, monkeypatch, capsys):
    tf.train.create_global_step()
    typed(monkeypatch, "run -t 3")
    hook = tf.python.debug.LocalCLIDebugHook()
    hook.add_tensor_filter("all", lambda datum, tensor: True)
    with tf.train.MonitoredSession(hooks=[hook]) as sess:
        for _ in range(5):
            sess.run("s:0", FEED)
    shown = capsys.readouterr().out
    assert shown.count("run-start") == 1 and shown.count("run-end") == 1
