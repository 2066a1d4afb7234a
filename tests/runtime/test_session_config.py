"""`ConfigProto`, devices, reset, `debug_run`, and first runs from several threads."""

from __future__ import annotations

import os
import subprocess
import sys
import threading

import numpy as np
import pytest

PREFIX = "/job:localhost/replica:0/task:0/device:"


def test_log_device_placement(tf, capfd):
    x = tf.placeholder(tf.float32, [], name="p")
    y = tf.add(x, 1.0, name="sum")
    sess = tf.Session(config=tf.ConfigProto(log_device_placement=True))
    assert sess.run(y, {x: 1.0}) == 2.0
    assert f"sum: (AddV2): {PREFIX}CPU:0" in capfd.readouterr().err


def test_log_device_placement_is_written_once(tf, capfd, headwater_only):
    y = tf.add(tf.placeholder_with_default(1.0, []), 1.0, name="sum")
    sess = tf.Session(config=tf.ConfigProto(log_device_placement=True))
    sess.run(y)
    sess.run([y, y.op])
    assert capfd.readouterr().err.count("sum: (AddV2)") == 1
    tf.Session().run(y)
    assert "sum" not in capfd.readouterr().err


def test_list_devices(tf):
    config = tf.ConfigProto(
        device_count={"CPU": 3}, intra_op_parallelism_threads=1, inter_op_parallelism_threads=1
    )
    devices = [d for d in tf.Session(config=config).list_devices() if d.device_type == "CPU"]
    assert [d.name for d in devices] == [f"{PREFIX}CPU:{i}" for i in range(3)]
    assert len({d.incarnation for d in devices} - {0}) == 3
    assert repr(devices[1]).startswith(f"_DeviceAttributes({PREFIX}CPU:1, CPU, 268435456, ")


def test_list_devices_of_a_closed_session(tf):
    sess = tf.Session()
    sess.close()
    with pytest.raises((RuntimeError, tf.errors.CancelledError)):  # TensorFlow: CancelledError
        sess.list_devices()


def test_soft_placement(tf):
    with tf.device("/cpu:7"):
        y = tf.constant(1.0) + tf.placeholder_with_default(1.0, [])
    with pytest.raises(
        tf.errors.InvalidArgumentError, match="Cannot assign a device for operation"
    ):
        tf.Session().run(y)
    assert tf.Session(config=tf.ConfigProto(allow_soft_placement=True)).run(y) == 2.0
    assert tf.Session(config=tf.ConfigProto(device_count={"CPU": 8})).run(y) == 2.0


def test_list_local_devices(headwater_only):
    from headwater.python.client import device_lib

    first = device_lib.list_local_devices()[0]
    assert (first.name, first.device_type, first.memory_limit) == (
        "/device:CPU:0",
        "CPU",
        268435456,
    )
    assert first.incarnation


GPU_OPTIONS = {  # gpu_options -> environment before XLA starts
    "": {"PREALLOCATE": "false"},
    "per_process_gpu_memory_fraction=0.25": {"PREALLOCATE": "true", "MEM_FRACTION": "0.25"},
    "per_process_gpu_memory_fraction=0.25, allow_growth=True": {"PREALLOCATE": "false"},
}


@pytest.mark.parametrize("given", GPU_OPTIONS)
def test_gpu_memory(given, headwater_only):
    program = (
        "import os, sys, headwater as tf\n"
        f"tf.Session(config=tf.ConfigProto(gpu_options=tf.GPUOptions({given})))\n"
        "assert 'jax' not in sys.modules\n"
        "print({k[18:]: v for k, v in os.environ.items() if k.startswith('XLA_PYTHON_CLIENT_')})\n"
    )
    env = {k: v for k, v in os.environ.items() if not k.startswith("XLA_")}
    out = subprocess.run(
        [sys.executable, "-c", program],
        env={**env, "PYTHONPATH": os.getcwd()},
        check=True,
        capture_output=True,
        text=True,
    )
    assert eval(out.stdout) == GPU_OPTIONS[given]


@pytest.mark.parametrize(
    ("kwargs", "sentence"),
    [({"target": 3}, "target"), ({"graph": 3}, "graph"), ({"config": 3}, "config")],
)
def test_wrong_arguments(tf, kwargs, sentence):
    with pytest.raises(TypeError, match=sentence):
        tf.Session(**kwargs)


def test_reset_closes_the_sessions_of_the_process(tf):
    v = tf.Variable(1.0)
    sess = tf.Session()
    sess.run(v.initializer)
    tf.Session.reset("")
    with pytest.raises(tf.errors.OpError, match="Session has been closed"):
        sess.run(v)
    with tf.Session() as fresh:
        fresh.run(v.initializer)
        assert fresh.run(v) == 1.0


def test_with_is_not_reentrant(tf):
    c = tf.constant(1.0)
    with tf.Session() as sess:
        with pytest.raises(RuntimeError, match="Session context managers are not re-entrant"):
            sess.__enter__()
        assert sess.run(c) == 1.0
    assert tf.get_default_session() is None
    with sess:  # enters, but stays closed
        with pytest.raises(RuntimeError, match="closed Session"):
            sess.run(c)


def test_graph_and_session_in_one_with(tf):
    graph = tf.Graph()
    with graph.as_default(), tf.Session() as sess:
        assert sess.graph is graph
        assert sess.run(tf.constant(3)) == 3
    assert tf.get_default_graph() is not graph


def test_make_callable_of_a_closed_session(tf):
    c = tf.constant(1.0)
    sess = tf.Session()
    call = sess.make_callable(c)
    assert call() == 1.0
    sess.close()
    with pytest.raises(RuntimeError, match="Attempted to use a closed Session"):
        call()


@pytest.mark.parametrize("tier", ["interpret", "compile"])
def test_debug_run_agrees(tf, headwater_only, monkeypatch, tier):
    monkeypatch.setenv("HEADWATER_TIER", tier)
    tf.set_random_seed(1)
    x = tf.placeholder(tf.float32, [None, 3])
    v = tf.Variable(tf.ones([3, 2]), name="v")
    h = tf.nn.relu(tf.matmul(x, v) - tf.constant([1.0, 2.0]))
    up = tf.assign_add(v, tf.fill([3, 2], tf.reduce_sum(h)))
    noise = tf.random_uniform([2], seed=3)
    sess, other = tf.Session(), tf.Session()
    for s in (sess, other):
        s.run(v.initializer)
    lines = []
    feed = {x: np.arange(6, dtype=np.float32).reshape(2, 3)}
    shown = sess.debug_run([h, up, noise], feed, write=lines.append)
    for a, b in zip(shown, other.run([h, up, noise], feed)):
        np.testing.assert_allclose(a, b, rtol=1e-6)
    np.testing.assert_array_equal(sess.run(v), np.ones([3, 2]))  # nothing was stored
    assert any("= MatMul" in line for line in lines)
    assert any("float32[2, 3] 0.0, 1.0" in line for line in lines)


def test_debug_run_says_what_failed(tf, headwater_only):
    v = tf.Variable(1.0, name="v")
    with pytest.raises(tf.errors.InvalidArgumentError) as caught:
        tf.Session().debug_run(tf.placeholder(tf.float32, name="p") + v, write=lambda line: None)
    assert caught.value.op.name == "p"


@pytest.mark.parametrize("tier", ["auto", "compile"])
def test_first_runs_from_many_threads(tf, monkeypatch, tier):
    """All threads build, compile and run the same new step at once; every update counts, no draw
    comes twice."""
    monkeypatch.setenv("HEADWATER_TIER", tier)
    v = tf.Variable(0.0)
    x = tf.placeholder(tf.float32, [])
    up = tf.assign_add(v, x)
    draw = tf.random_uniform([4]) * x
    sess = tf.Session()
    sess.run(v.initializer)
    start = threading.Barrier(8)
    draws, failures = [], []

    def work():
        try:
            start.wait()
            for _ in range(3):
                draws.append(tuple(sess.run(draw, {x: 1.0}).tolist()))
                sess.run(up, {x: 1.0})
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for t in threads:
        t.start()
    for t in threads:
        t.join(60.0)
    assert not failures
    assert sess.run(v) == 24.0
    assert len(set(draws)) == 24
