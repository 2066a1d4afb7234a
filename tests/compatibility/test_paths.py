"""Every path that programs import from is there, as a module and as attributes."""

import importlib
import subprocess
import sys

import pytest

import headwater
from headwater._src.compatibility import modules, private_paths, tensorflow_paths
from tests.compatibility.paths import PARTS, PATHS

ROWS = [(path, name) for path, names in PATHS.items() for name in names.split()]


@pytest.fixture(scope="module", autouse=True)
def tensorflow():
    """headwater as `tensorflow`, unless the real one is loaded in this process."""
    before, path = set(sys.modules), sys.meta_path[:]
    if "tensorflow" in sys.modules:
        pytest.skip("TensorFlow itself is loaded in this process")
    yield headwater.install_as_tensorflow()
    sys.meta_path[:] = path
    for name in set(sys.modules) - before:
        if name.split(".")[0] in ("tensorflow", "tensorflow_core"):
            del sys.modules[name]


@pytest.mark.parametrize(("path", "name"), ROWS, ids=[".".join(row) for row in ROWS])
def test_import_from(path, name):
    assert getattr(importlib.import_module(path), name) is not None


@pytest.mark.parametrize("path", [p for p in PATHS if p.count(".")])
def test_attribute_by_attribute(path, tensorflow):
    module = tensorflow
    for part in path.split(".")[1:]:
        module = getattr(module, part)
    assert module is importlib.import_module(path)


@pytest.mark.parametrize("path", [p for p in PATHS if p.startswith("tensorflow.python.")])
def test_the_private_modules_are_headwater_s_too(path):
    assert importlib.import_module(path.replace("tensorflow", "headwater", 1))


@pytest.mark.parametrize(("path", "name", "part"), PARTS, ids=[f"{p}.{n}" for p, n, _ in PARTS])
def test_parts(path, name, part):
    value = getattr(modules.module_or_none(part), name, None)
    if value is None:
        pytest.skip(f"{part}.{name} does not exist (yet)")
    assert getattr(importlib.import_module(path), name) is value


def test_every_row_of_the_table_has_its_sources():
    """Facades that are still to be written apart, nothing in the table leads nowhere."""
    missing = {
        source
        for sources in private_paths.table().values()
        for source in sources
        if source.startswith("headwater._src") and modules.module_or_none(source) is None
    }
    assert not missing


WRONG = [
    ("import tensorflow.contrib.lyers", ImportError, "'lyers'.*Did you mean layers"),
    ("import tensorflow.python.ops.aray_ops", ImportError, "Did you mean array_ops"),
    ("from tensorflow import matmull", ImportError, "'tensorflow'.*'matmull'.*matmul"),
    ("from tensorflow.nn import reluu", ImportError, "'tensorflow.nn'.*Did you mean relu"),
    ("from tensorflow.python.ops.array_ops import conat", ImportError, "Did you mean concat"),
    ("import tensorflow as tf; tf.matmull", AttributeError, "Did you mean matmul"),
    ("import tensorflow as tf; tf.nn.reluu", AttributeError, "Did you mean relu"),
    ("import tensorflow as tf; tf.python.ops.gen_nn_ops.mat_mull", AttributeError, "mat_mull"),
    ("import tensorflow as tf; tf._src", AttributeError, "_src"),
]


@pytest.mark.parametrize(("statement", "kind", "text"), WRONG, ids=[w[0] for w in WRONG])
def test_what_is_not_there_says_what_is_near(statement, kind, text):
    with pytest.raises(kind, match=text):
        exec(statement, {})


def test_a_function_is_in_front_of_the_module_of_its_name():
    importlib.import_module("tensorflow.contrib.framework.python.ops.arg_scope")
    package = importlib.import_module("tensorflow.contrib.framework.python.ops")
    assert package.arg_scope is headwater.contrib.framework.arg_scope


def test_gen_ops_take_their_arguments_by_position():
    ops = importlib.import_module("tensorflow.python.ops.gen_math_ops")
    with headwater.Graph().as_default():
        product = ops.mat_mul(headwater.ones([2, 3]), headwater.ones([2, 3]), False, True, name="p")
        assert (product.op.name, product.op.type, product.shape) == ("p", "MatMul", (2, 2))


# --- in a process of its own --------------------------------------------------------------------

PROGRAMS = {
    "it prints nothing, and loads no jax": """
        import sys, headwater
        headwater.install_as_tensorflow()
        import tensorflow as tf, tensorflow.contrib.layers, tensorflow.python.ops.array_ops
        assert 'jax' not in sys.modules
    """,
    "versions": """
        import headwater
        tf = headwater.install_as_tensorflow()
        assert tf.__version__.startswith('1.15.') and tf.VERSION == tf.__version__
        assert tf.compat.v1.__version__ == tf.__version__ != headwater.__version__
    """,
    "patched names are seen, and go to no one else": """
        import headwater
        headwater.install_as_tensorflow()
        import tensorflow as tf
        from unittest import mock
        tf.nn.twice = lambda x: 2 * x
        from tensorflow.nn import twice
        assert twice(2) == 4 and not hasattr(headwater.nn, 'twice')
        with mock.patch('tensorflow.nn.relu', len):
            assert tf.nn.relu is len
        assert tf.nn.relu is headwater.nn.relu
    """,
    "pickles": """
        import pickle, headwater
        tf = headwater.install_as_tensorflow()
        for thing in (tf, tf.nn, tf.nn.relu, tf.float32, tf.train.AdamOptimizer, tf.AUTO_REUSE):
            assert pickle.loads(pickle.dumps(thing)) is thing, thing
        old = b'ctensorflow.python.framework.dtypes\\nas_dtype\\n(I1\\ntR.'  # tf.float32 in 1.15
        assert pickle.loads(old) is tf.float32
        assert pickle.loads(old.replace(b'tensorflow', b'tensorflow_core')) is tf.float32
    """,
    "everything is imported by *": """
        import headwater
        headwater.install_as_tensorflow()
        from tensorflow.contrib.layers import *
        from tensorflow.python.framework.dtypes import *
        assert xavier_initializer and float32 is headwater.float32
    """,
    "twice": """
        import headwater
        assert headwater.install_as_tensorflow() is headwater.install_as_tensorflow()
    """,
    "after another TensorFlow": """
        import sys, types, headwater
        sys.modules['tensorflow'] = types.ModuleType('tensorflow')
        try: headwater.install_as_tensorflow()
        except RuntimeError as e: assert 'headwater run' in str(e)
        else: raise AssertionError
    """,
    "find_spec": """
        import importlib.util, headwater
        headwater.install_as_tensorflow()
        assert importlib.util.find_spec('tensorflow.contrib.layers').origin == 'headwater'
    """,
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_in_a_new_process(program):
    lines = [line.removeprefix(" " * 8) for line in program.splitlines()]
    done = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_private_names_stay_private():
    assert tensorflow_paths.locate("_src.ops") is None
