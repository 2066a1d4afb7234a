"""headwater answers `import tensorflow` while the real TensorFlow is installed beside it."""

import importlib
import importlib.util
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

ROOT = str(Path(__file__).resolve().parents[2])
PROGRAM = """
    import sys
    import tensorflow as tf
    import tensorflow.compat.v1 as v1
    from tensorflow.python.framework import ops
    from tensorflow.contrib.layers import xavier_initializer
    from tensorflow.core.framework import graph_pb2
    y = tf.placeholder(tf.float32, [2]) / 2.0
    print(tf.__version__, v1.Session().run(y + 1, {y: [1, 2]}), ops.Tensor is type(y))
    real = [m for m in sys.modules.values() if "site-packages/tensorflow" in str(getattr(m, "__file__", ""))]
    print(real)
"""
BOTH = """
    import numpy as np, os
    import headwater
    import tensorflow.compat.v1 as real
    real.disable_v2_behavior()
    from tensorflow.core.framework import graph_pb2
    def build(tf):
        with tf.Graph().as_default() as graph:
            x = tf.placeholder(tf.float32, [None, 2], name="x")
            tf.matmul(x, tf.constant([[1.0], [2.0]]), name="y")
        return graph
    theirs, ours = build(real), build(headwater)
    moved = graph_pb2.GraphDef.FromString(ours.as_graph_def().SerializeToString())
    with real.Graph().as_default() as graph:
        real.import_graph_def(moved, name="")
    for tf, g in ((real, theirs), (headwater, ours), (real, graph)):
        with tf.Session(graph=g) as sess:
            print(sess.run("y:0", {"x:0": [[1, 1]]}))
    try:
        headwater.install_as_tensorflow()
    except RuntimeError as e:
        print("has been imported in this process" in str(e))
"""


def _run(folder, words, program):
    path = folder / "program.py"
    path.write_text(textwrap.dedent(program))
    done = subprocess.run(
        [sys.executable, *words, str(path)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": ROOT, "TF_CPP_MIN_LOG_LEVEL": "3"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done


def test_a_program_gets_headwater(tmp_path):
    assert importlib.util.find_spec("tensorflow") is not None
    done = _run(tmp_path, ["-m", "headwater", "run"], PROGRAM)
    assert done.stdout.splitlines() == ["1.15.0 [2. 3.] True", "[]"]
    assert done.stderr == ""


def test_both_in_one_process(tmp_path):
    """Messages, names and files of the two do not get in each other's way."""
    lines = _run(tmp_path, [], BOTH).stdout.splitlines()
    assert lines == ["[[3.]]", "[[3.]]", "[[3.]]", "True"]


# What each gives for names that it has under private paths too.
SAME_NAMES = {
    "tensorflow.python.framework.tensor_shape": "TensorShape Dimension as_shape",
    "tensorflow.python.framework.tensor_util": "constant_value make_tensor_proto",
    "tensorflow.python.framework.errors_impl": "NotFoundError OutOfRangeError",
    "tensorflow.python.framework.ops": "strip_name_scope prepend_name_scope uid Graph GraphKeys",
    "tensorflow.python.ops.array_ops": "concat shape reshape zeros_like where expand_dims",
    "tensorflow.python.ops.math_ops": "add matmul reduce_sum cast floor less",
    "tensorflow.python.ops.nn_ops": "bias_add softmax conv2d",
    "tensorflow.python.ops.gen_math_ops": "mat_mul sqrt_grad sigmoid_grad",
    "tensorflow.python.ops.gen_nn_ops": "relu_grad bias_add_grad",
    "tensorflow.python.ops.variable_scope": "variable_scope get_variable VariableScope",
    "tensorflow.python.ops.control_flow_ops": "with_dependencies group",
    "tensorflow.python.training.moving_averages": "assign_moving_average",
    "tensorflow.python.training.optimizer": "Optimizer",
    "tensorflow.python.util.nest": "flatten map_structure pack_sequence_as",
    "tensorflow.python.util.compat": "as_bytes as_str",
    "tensorflow.python.util.tf_decorator": "make_decorator unwrap",
    "tensorflow.python.util.tf_inspect": "getfullargspec",
    "tensorflow.python.client.device_lib": "list_local_devices",
    "tensorflow.python.client.timeline": "Timeline",
    "tensorflow.python.platform.gfile": "GFile Exists Glob",
    "tensorflow.python.platform.tf_logging": "info set_verbosity",
    "tensorflow.python.lib.io.file_io": "FileIO file_exists read_file_to_string",
}


@pytest.mark.parametrize("path", SAME_NAMES)
def test_private_paths_exist_in_both(path):
    real = importlib.import_module(path)
    ours = importlib.import_module(path.replace("tensorflow", "headwater", 1))
    for name in SAME_NAMES[path].split():
        assert callable(getattr(real, name)) and callable(getattr(ours, name))


@pytest.mark.parametrize("name", ["a/b", "^a/b/c", "loc:@a/b", "b", "^b"])
@pytest.mark.parametrize("scope", ["a", "a/b", "", None])
def test_name_scopes_are_taken_off_and_put_on_alike(name, scope):
    real = importlib.import_module("tensorflow.python.framework.ops")
    ours = importlib.import_module("headwater.python.framework.ops")
    assert ours.strip_name_scope(name, scope) == real.strip_name_scope(name, scope)
    assert ours.prepend_name_scope(name, scope) == real.prepend_name_scope(name, scope)
