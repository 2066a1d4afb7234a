"""Names from before 1.0, and names that only old or unusual programs ask for."""

import json

import numpy as np
import pytest

import headwater as tf
from headwater._src.compatibility import framework_names, pywrap, rnn_names, signatures

MATRIX = np.array([[[4.0, 1.0], [1.0, 3.0]]], np.float32)


@pytest.fixture(autouse=True)
def graph():
    with tf.Graph().as_default() as graph:
        yield graph


def run(*tensors):
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        return sess.run(list(tensors))


# old spelling, what it is today
SAME = {
    "tf.pack": (lambda: tf.pack([[1, 2], [3, 4]], 1), lambda: tf.stack([[1, 2], [3, 4]], 1)),
    "tf.unpack": (lambda: tf.unpack([[1, 2], [3, 4]])[1], lambda: tf.constant([3, 4])),
    "tf.concat_v2": (lambda: tf.concat_v2([[1], [2]], 0), lambda: tf.constant([1, 2])),
    "tf.batch_matmul": (
        lambda: tf.batch_matmul(MATRIX, MATRIX, adj_x=True),
        lambda: tf.matmul(MATRIX, MATRIX, adjoint_a=True),
    ),
    "tf.select": (
        lambda: tf.select([True, False], [1, 2], [3, 4]),
        lambda: tf.constant([1, 4]),
    ),
    "tf.list_diff": (
        lambda: tf.list_diff([1, 2, 3], [2])[0],
        lambda: tf.setdiff1d([1, 2, 3], [2])[0],
    ),
    "tf.batch_cholesky": (lambda: tf.batch_cholesky(MATRIX), lambda: tf.cholesky(MATRIX)),
    "tf.batch_matrix_inverse": (
        lambda: tf.batch_matrix_inverse(MATRIX),
        lambda: tf.matrix_inverse(MATRIX),
    ),
    "tf.batch_svd": (lambda: tf.batch_svd(MATRIX)[0], lambda: tf.svd(MATRIX)[0]),
    "tf.batch_self_adjoint_eig": (
        lambda: tf.batch_self_adjoint_eig(MATRIX)[0],
        lambda: tf.self_adjoint_eig(MATRIX)[0],
    ),
    "tf.image.per_image_whitening": (
        lambda: tf.image.per_image_whitening(MATRIX[..., None][0]),
        lambda: tf.image.per_image_standardization(MATRIX[..., None][0]),
    ),
    "tf.nn.deconv2d": (
        lambda: tf.nn.deconv2d(
            MATRIX[..., None], np.ones([1, 1, 1, 1], "f"), [1, 2, 2, 1], [1] * 4
        ),
        lambda: tf.constant(MATRIX[..., None]),
    ),
    "tf.batch_gather": (
        lambda: tf.batch_gather([[1, 2], [3, 4]], [[1], [0]]),
        lambda: tf.constant([[2], [3]]),
    ),
    "tf.guarantee_const": (lambda: tf.guarantee_const([1, 2]), lambda: tf.constant([1, 2])),
    "tf.user_ops.my_fact": (
        lambda: tf.reshape(tf.user_ops.my_fact(), []),
        lambda: tf.constant("0! == 1"),
    ),
    "tf.manip.roll": (lambda: tf.manip.roll([1, 2, 3], 1, 0), lambda: tf.constant([3, 1, 2])),
    "tf.debugging.is_nan": (
        lambda: tf.debugging.is_nan([1.0, np.nan]),
        lambda: tf.constant([False, True]),
    ),
}


@pytest.mark.parametrize("name", SAME)
def test_same_value(name):
    old, new = (make() for make in SAME[name])
    assert old.dtype == new.dtype and old.shape.as_list() == new.shape.as_list()
    np.testing.assert_array_equal(*run(old, new))


def test_names_of_nodes():
    """As they were: an old graph's names are found again in its checkpoint."""
    names = [tf.pack([[1]]).op.name, tf.concat_v2([[1], [2]], 0).op.name, tf.unpack([1])[0].op.name]
    assert names == ["pack", "concat_v2", "unpack"]


def test_a_renamed_function_warns_once(caplog):
    for _ in range(2):
        tf.batch_ifft2d(np.ones([1, 2, 2], np.complex64))
    texts = [r.getMessage() for r in caplog.records if "batch_ifft2d" in r.getMessage()]
    assert texts in (["tf.batch_ifft2d is deprecated; use tf.ifft2d instead"], [])


@pytest.mark.parametrize("function", ["rnn", "bidirectional_rnn"])
def test_unrolled_networks(function):
    cells = [tf.nn.rnn_cell.GRUCell(3) for _ in range(1 + function.startswith("bi"))]
    outputs = getattr(tf.nn, function)(*cells, [tf.ones([2, 4])] * 2, dtype=tf.float32)[0]
    assert [out.shape.as_list() for out in outputs] == [[2, 3 * len(cells)]] * 2


def test_debugging_checks_raise():
    with pytest.raises(tf.errors.InvalidArgumentError):
        run(tf.debugging.assert_greater(tf.placeholder_with_default(1, []), 2))


# --- what cannot be had -------------------------------------------------------------------------

REFUSED = {
    "tf.enable_v2_behavior": (lambda: tf.enable_v2_behavior(), "TensorFlow 1.x"),
    "tf.load_op_library": (lambda: tf.load_op_library("/x/my_op.so"), "my_op.so.*tf.py_func"),
    "tf.load_file_system_library": (lambda: tf.load_file_system_library("fs.so"), "fs.so"),
    "tf.sysconfig.get_include": (lambda: tf.sysconfig.get_include(), "tf.py_func"),
    "tf.sysconfig.get_lib": (lambda: tf.sysconfig.get_lib(), "tf.py_func"),
    "tf.sysconfig.get_compile_flags": (lambda: tf.sysconfig.get_compile_flags(), "tf.py_func"),
    "tf.sysconfig.get_link_flags": (lambda: tf.sysconfig.get_link_flags(), "tf.py_func"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals_say_what_to_do(name):
    call, text = REFUSED[name]
    with pytest.raises(tf.errors.UnimplementedError, match=text):
        call()


def test_batch_gather_needs_a_rank():
    with pytest.raises(ValueError, match="unknown shape"):
        tf.batch_gather([1], tf.placeholder(tf.int32))


def test_the_logger():
    assert tf.get_logger().name == "tensorflow"


def test_graph_mode_is_the_usual_one():
    assert not tf.executing_eagerly()
    assert not tf.python.tf2.enabled()
    assert tf.python.eager.context.in_graph_mode()


# --- files --------------------------------------------------------------------------------------


def test_resource_loader(tmp_path):
    (tmp_path / "data.txt").write_bytes(b"x")
    (tmp_path / "program.py").write_text(
        "import headwater as tf\n"
        "folder = tf.resource_loader.get_data_files_path()\n"
        "path = tf.resource_loader.get_path_to_datafile('data.txt')\n"
    )
    names = {"__file__": str(tmp_path / "program.py")}
    exec((tmp_path / "program.py").read_text(), names)
    assert names["folder"] == str(tmp_path)
    assert tf.gfile.GFile(names["path"]).read() == "x"
    assert b"tf.sysconfig" in tf.resource_loader.load_resource("headwater/sysconfig.py")


def test_file_io(tmp_path):
    file_io = tf.python.lib.io.file_io
    path = str(tmp_path / "a" / "b.txt")
    file_io.recursive_create_dir(str(tmp_path / "a"))
    file_io.write_string_to_file(path, "text")
    assert file_io.file_exists(path) and file_io.read_file_to_string(path) == "text"
    assert file_io.read_file_to_string(path, binary_mode=True) == b"text"
    assert file_io.get_matching_files(str(tmp_path / "a" / "*")) == [path]
    file_io.delete_file(path)
    assert not file_io.file_exists(path)


def test_events_writer(tmp_path):
    writer = pywrap.EventsWriter(str(tmp_path / "run").encode())
    writer.WriteEvent(tf.Event(step=3))
    writer.Flush()
    steps = [event.step for event in tf.train.summary_iterator(writer.FileName().decode())]
    writer.Close()
    assert steps == [0, 3] and "run.out.tfevents." in writer.FileName().decode()


# --- private helpers ----------------------------------------------------------------------------


def test_name_scopes():
    strip, prepend = framework_names.strip_name_scope, framework_names.prepend_name_scope
    for name in ("a/b", "^a/b", "loc:@a/b"):
        assert strip(name, "a") == name.replace("a/", "")
        assert prepend(strip(name, "a"), "a") == name
        assert strip(name, "") == prepend(name, None) == name
    assert strip("other/b", "a") == "other/b"


def test_shapes_of_before():
    ops = tf.python.framework.ops
    assert ops.RegisterShape("MyOp")(len) is len and ops.uid() < ops.uid()
    tensor_shape = tf.python.framework.tensor_shape
    assert tensor_shape.scalar() == () and tensor_shape.vector(3) == (3,)
    assert tensor_shape.matrix(2, None).as_list() == [2, None]
    op = tf.ones([2, 3]).op
    shapes = tf.python.framework.common_shapes.call_cpp_shape_fn(op)["shapes"]
    assert [s.as_list() for s in shapes] == [[2, 3]]


def test_linear():
    a, b = tf.ones([2, 3]), tf.ones([2, 1])
    with tf.variable_scope("cell"):
        y = rnn_names._linear(
            [a, b], 5, True, bias_start=1.0, kernel_initializer=tf.ones_initializer()
        )
    assert [v.op.name for v in tf.trainable_variables()] == ["cell/kernel", "cell/bias"]
    np.testing.assert_array_equal(run(y)[0], np.full([2, 5], 5.0))
    with tf.variable_scope("again"):
        layer = rnn_names._Linear([a, b], 5, False, kernel_initializer=tf.ones_initializer())
    np.testing.assert_array_equal(run(layer([a, b]))[0], np.full([2, 5], 4.0))
    with pytest.raises(ValueError, match="known second dimension"):
        rnn_names._linear([tf.placeholder(tf.float32, [2, None])], 5, True)


def test_decorators():
    util = tf.python.util

    def double(x):
        """Twice."""
        return 2 * x

    def wrapper(*args):
        return double(*args) + 1

    made = util.tf_decorator.make_decorator(double, wrapper, "plus_one")
    (record,), inside = util.tf_decorator.unwrap(made)
    assert (made(2), made.__doc__, inside, record.decorator_name) == (
        5,
        "Twice.",
        double,
        "plus_one",
    )
    assert util.tf_export.tf_export("nn.double", v1=["x"])(double) is double
    assert util.deprecation.deprecated(None, "use it")(double)(3) == 6
    assert util.deprecation.deprecated_args(None, "no", "x")(double) is double
    with util.deprecation.silence():
        assert tf.logging.get_verbosity() == tf.logging.ERROR
    assert signatures.getargspec(lambda a, *b, c=1, **d: 0) == (["a"], "b", "d", None)


# --- timelines ----------------------------------------------------------------------------------


def test_timeline():
    from headwater.python.client import timeline

    x = tf.placeholder(tf.float32, [2, 2], name="x")
    y = tf.matmul(x, x, name="y")
    z = tf.add(y, 1.0, name="z")
    metadata = tf.RunMetadata()
    options = tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE)
    with tf.Session() as sess:
        sess.run(z, {x: np.ones([2, 2])}, options=options, run_metadata=metadata)
    chart = timeline.Timeline(metadata.step_stats)
    events = json.loads(chart.generate_chrome_trace_format(show_memory=True))["traceEvents"]
    boxes = {e["args"]["name"]: e for e in events if e["ph"] == "X"}
    assert boxes["y"]["name"] == "MatMul" and boxes["y"]["args"]["input0"] == "x"
    assert all(e["dur"] >= 1 for e in boxes.values())
    (leaves,) = [e for e in events if e["ph"] == "s" and e["name"] == "y"]
    (arrives,) = [e for e in events if e["ph"] == "t" and e["id"] == leaves["id"]]
    assert leaves["ts"] <= arrives["ts"]
    assert max(e["args"]["bytes"] for e in events if e["ph"] == "C") >= 32
    plain = json.loads(chart.generate_chrome_trace_format(show_dataflow=False))["traceEvents"]
    assert {e["ph"] for e in plain} == {"M", "X"}


# --- the tutorial's network ---------------------------------------------------------------------


def test_the_mnist_tutorial_s_network(graph):
    mnist = tf.examples.tutorials.mnist.mnist
    tf.set_random_seed(1)
    images = np.random.RandomState(0).rand(20, mnist.IMAGE_PIXELS).astype("f") - 0.5
    labels = np.arange(20) % mnist.NUM_CLASSES
    logits = mnist.inference(tf.constant(images), 16, 8)
    loss = mnist.loss(logits, tf.constant(labels, tf.int32))
    step = mnist.training(loss, 0.1)
    correct = mnist.evaluation(logits, tf.constant(labels, tf.int32))
    assert [v.op.name for v in tf.trainable_variables()] == [
        f"{layer}/{part}"
        for layer in ("hidden1", "hidden2", "softmax_linear")
        for part in ("weights", "biases")
    ]
    with tf.Session() as sess:
        sess.run(tf.global_variables_initializer())
        before = sess.run([loss, correct])
        for _ in range(60):
            sess.run(step)
        after = sess.run([loss, correct])
        assert sess.run("global_step:0") == 60
    assert after[0] < before[0] and after[1] > before[1] and after[1].dtype == np.int32
