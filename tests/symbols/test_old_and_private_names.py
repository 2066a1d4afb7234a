"""Names from before 1.0, private paths and rarely used parts, by what they do."""

import numpy as np
import pytest

import headwater as tf


def _run(fetches, feeds=None):
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        return session.run(fetches, feeds)


@pytest.fixture(autouse=True)
def fresh_graph():
    with tf.Graph().as_default():
        yield


def test_before_1_0():
    assert _run(tf.sub(5, 3)) == 2
    x = tf.constant([1.0, 2.0])
    image = tf.image_summary("image", tf.ones([1, 2, 2, 3]))
    histogram = tf.histogram_summary("histogram", x)
    merged = tf.Summary.FromString(_run(tf.merge_summary([image, histogram])))
    assert [v.tag for v in merged.value] == ["image/image/0", "histogram"]
    assert merged.value[1].histo.num == 2


def test_steps_of_tf_nn_rnn():
    cell = tf.nn.rnn_cell.BasicRNNCell(3)
    outputs, state = tf.nn.rnn(cell, [tf.ones([2, 4])] * 2, dtype=tf.float32)
    values, last = _run([outputs, state])
    assert len(values) == 2
    np.testing.assert_array_equal(values[-1], last)


def test_wrappers_and_decoder_outputs():
    cell = tf.contrib.rnn.OutputProjectionWrapper(tf.nn.rnn_cell.GRUCell(3), 5)
    assert cell.output_size == 5 and cell.state_size == 3
    output = tf.contrib.seq2seq.BasicDecoderOutput(rnn_output=1, sample_id=2)
    assert (output.rnn_output, output.sample_id) == (1, 2)


def test_private_paths():
    assert tf.python.framework.tensor_shape.scalar().as_list() == []
    assert tf.python.framework.dtypes.float16_ref.base_dtype == tf.float16
    first, second = tf.python.framework.ops.uid(), tf.python.framework.ops.uid()
    assert second > first
    assert tf.python.framework.tensor_util.constant_value(tf.constant([1, 2])).tolist() == [1, 2]
    chosen = tf.python.layers.utils.smart_cond(True, lambda: "then", lambda: "else")
    assert chosen == "then"
    assert tf.python.ops.control_flow_util.GetContainingXLAContext(None) is None
    assert tf.python.pywrap_tensorflow.NewCheckpointReader is tf.train.NewCheckpointReader
    assert tf.python.keras.initializers.RandomUniform is tf.keras.initializers.RandomUniform
    assert tf.python.ops.summary_op_util.__name__.endswith("summary_op_util")


def test_inspection_and_decorators():
    def function(a, b=2, *, c=3):
        return a, b, c

    inspect = tf.python.util.tf_inspect
    assert inspect.getargspec(lambda a, b=2: a).defaults == (2,)
    full = tf.python.util.tf_inspect.getfullargspec(function)
    assert full.kwonlyargs == ["c"] and isinstance(full, tf.python.util.tf_inspect.FullArgSpec)

    def wrapper(*args, **kwargs):
        return function(*args, **kwargs)

    made = tf.python.util.tf_decorator.make_decorator(function, wrapper)
    assert made(1) == (1, 2, 3) and made.__name__ == "function"


def test_nests_of_contrib():
    nest = tf.contrib.framework.nest
    assert tf.contrib.framework.nest.is_sequence([1]) and not nest.is_sequence("text")
    tf.contrib.framework.nest.assert_same_structure([1, (2,)], [3, (4,)])
    with pytest.raises(ValueError):
        nest.assert_same_structure([1, 2], [3])


def test_resource_scatter_add():
    v = tf.get_variable("v", initializer=[1.0, 2.0], use_resource=True)
    add = tf.python.ops.resource_variable_ops.resource_scatter_add(v.handle, [1], [5.0])
    with tf.Session() as session:
        session.run(v.initializer)
        session.run(add)
        assert session.run(v).tolist() == [1.0, 7.0]


@pytest.mark.parametrize("resource", [False, True])
def test_adam_as_a_raw_op(resource):
    variables = [
        tf.get_variable(name, initializer=[0.0], use_resource=resource) for name in ("w", "m", "v")
    ]
    ops = tf.python.training.training_ops
    apply = ops.resource_apply_adam if resource else ops.apply_adam
    assert apply is getattr(
        tf.python.training.training_ops, "resource_apply_adam" if resource else "apply_adam"
    )
    handles = [x.handle if resource else x._ref() for x in variables]
    step = apply(*handles, 0.9, 0.999, 0.1, 0.9, 0.999, 1e-8, [2.0])
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(step)
        np.testing.assert_allclose(session.run(variables[0]), [-0.1], rtol=1e-5)


def test_gradients_of_an_optimizer():
    v = tf.get_variable("v", initializer=3.0)
    ((gradient, variable),) = tf.train.AdamOptimizer().compute_gradients(v * v)
    assert variable is v and _run(gradient) == 6.0
    tf.train.AdamOptimizer.compute_gradients(tf.train.AdamOptimizer(), v)
    optimizer = tf.train.AdamOptimizer.__new__(tf.train.AdamOptimizer)
    tf.train.AdamOptimizer.__init__(optimizer, 0.5)
    assert optimizer._lr == 0.5


def test_datasets():
    first, second = tf.data.Dataset.range(3), tf.data.Dataset.range(3, 5)
    values = tf.data.Dataset.concatenate(first, second)
    grouped = tf.data.Dataset.range(6).apply(
        tf.contrib.data.group_by_window(lambda x: x % 2, lambda key, group: group.batch(3), 3)
    )
    steps = [d.make_one_shot_iterator().get_next() for d in (values, grouped)]
    with tf.Session() as session:
        assert [session.run(steps[0]) for _ in range(5)] == [0, 1, 2, 3, 4]
        assert [session.run(steps[1]).tolist() for _ in range(2)] == [[0, 2, 4], [1, 3, 5]]


def test_signals():
    wave = np.sin(np.arange(64) * 2 * np.pi / 8).astype(np.float32)
    spectrum = np.abs(_run(tf.signal.stft(wave, frame_length=32, frame_step=16)))
    assert spectrum.shape == (3, 17) and (spectrum.argmax(axis=1) == 4).all()
    mel = _run(tf.signal.linear_to_mel_weight_matrix(8, 17, 8000))
    assert mel.shape == (17, 8) and (mel >= 0).all()


def test_keras_parts():
    assert tf.keras.__version__.split(".")[0] == "2"
    cell = tf.keras.layers.SimpleRNNCell(3)
    outputs = tf.keras.layers.RNN(cell)(tf.ones([2, 4, 5]))
    assert outputs.shape.as_list() == [2, 3]
    inner = tf.keras.layers.Dense(2)
    assert tf.keras.layers.Wrapper(inner).layer is inner
    sparse = tf.keras.backend.ctc_label_dense_to_sparse(
        tf.constant([[1, 2, 0], [3, 0, 0]]), tf.constant([2, 1])
    )
    assert _run(sparse).values.tolist() == [1, 2, 3]


def test_a_convolution_over_one_dimension():
    layer = tf.layers.SeparableConv1D(4, 3)
    assert layer(tf.ones([2, 8, 3])).shape.as_list() == [2, 6, 4]
    assert [v.shape.as_list() for v in layer.weights] == [[3, 3, 1], [1, 3, 4], [4]]


def test_messages():
    config = tf.core.protobuf.rewriter_config_pb2.RewriterConfig(
        constant_folding=tf.core.protobuf.rewriter_config_pb2.RewriterConfig.OFF
    )
    assert config.constant_folding == 2
    assert tf.core.util.event_pb2.Event(step=3).step == 3


def test_events_written_by_the_private_writer(tmp_path):
    writer = tf.python.pywrap_tensorflow.EventsWriter(tf.compat.as_bytes(str(tmp_path / "events")))
    writer.WriteEvent(tf.Event(step=7))
    writer.Close()
    (path,) = tmp_path.iterdir()
    assert 7 in [event.step for event in tf.train.summary_iterator(str(path))]


def test_programs_without_a_tpu():
    tpu = tf.contrib.tpu
    config = tf.contrib.tpu.RunConfig(
        tpu_config=tf.contrib.tpu.TPUConfig(
            iterations_per_loop=5,
            per_host_input_for_training=tf.contrib.tpu.InputPipelineConfig.PER_HOST_V2,
        )
    )
    assert config.tpu_config.iterations_per_loop == 5
    assert tf.estimator.tpu.InputPipelineConfig.BROADCAST is tpu.InputPipelineConfig.BROADCAST

    def model(features, labels, mode, params):
        v = tf.get_variable("v", initializer=float(params["batch_size"]))
        optimizer = tf.contrib.tpu.CrossShardOptimizer(tf.train.GradientDescentOptimizer(0.1))
        train = optimizer.minimize(v * v, global_step=tf.train.get_global_step())
        return tf.contrib.tpu.TPUEstimatorSpec(mode, loss=v * v, train_op=train)

    estimator = tf.contrib.tpu.TPUEstimator(
        model, use_tpu=False, train_batch_size=4, config=config, model_dir=None
    )
    estimator.train(lambda params: tf.constant([1.0] * params["batch_size"]), steps=1)
    assert estimator.get_variable_value("v") == pytest.approx(4 - 0.1 * 8)
    with pytest.raises(Exception, match="(?i)tpu"):
        tf.contrib.tpu.TPUEstimator(model, use_tpu=True, train_batch_size=4, config=config)


def test_replaced_functions_and_modes():
    with tf.python.platform.test.mock.patch.dict({"a": 1}, {"b": 2}) as patched:
        assert patched == {"a": 1, "b": 2}
    with tf.test.mock.patch.object(tf.train, "get_global_step", lambda: "patched"):
        assert tf.train.get_global_step() == "patched"
    tf.disable_eager_execution()
    assert not tf.executing_eagerly()

    @tf.python.framework.test_util.run_deprecated_v1
    def test():
        return "ran"

    assert test() == "ran"


def test_required_flags():
    tf.flags.DEFINE_string("needed_one", None, "")
    tf.flags.DEFINE_string("needed_two", None, "")
    tf.flags.mark_flags_as_required(["needed_one", "needed_two"])
    assert tf.flags.FLAGS["needed_one"].required and tf.flags.FLAGS["needed_two"].required


def test_queue_runners_by_module():
    queue = tf.FIFOQueue(3, tf.int32)
    runner = tf.train.queue_runner.QueueRunner(queue, [queue.enqueue(1)])
    tf.train.queue_runner.add_queue_runner(runner)
    assert tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS) == [runner]


def test_what_cannot_be_read():
    with pytest.raises(tf.errors.UnimplementedError, match="LMDB"):
        tf.LMDBReader()


def test_autograph_leaves_functions_alone(capsys):
    def twice(x):
        return 2 * x

    assert tf.autograph.experimental.do_not_convert(twice) is twice
    assert tf.autograph.experimental.do_not_convert()(twice) is twice
    assert tf.autograph.experimental.Feature.ALL.name == "ALL"
    tf.autograph.set_verbosity(3)
    tf.autograph.experimental.set_loop_options(maximum_iterations=3)
    tf.autograph.trace("building", 1)
    assert capsys.readouterr().out == "building 1\n"
    for convert in (tf.autograph.to_graph, tf.autograph.to_code):
        with pytest.raises(NotImplementedError, match="tf.while_loop"):
            convert(twice)


def test_adam_by_its_op():
    ops = tf.python.training.training_ops
    for use_resource in (False, True):
        v, m, u = (
            tf.Variable(value, use_resource=use_resource, dtype=tf.float32)
            for value in (1.0, 0.0, 0.0)
        )
        scalars = dict(beta1_power=0.9, beta2_power=0.99, lr=0.1, beta1=0.9, beta2=0.99)
        state = [w.handle if use_resource else w._ref() for w in (v, m, u)]
        apply = (
            tf.python.training.training_ops.resource_apply_adam
            if use_resource
            else tf.python.training.training_ops.apply_adam
        )
        assert apply.__name__ in dir(ops) or apply is not None
        step = apply(*state, **scalars, epsilon=1e-8, grad=2.0)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            session.run(step)
            assert session.run(v) == pytest.approx(0.9)


def test_getargspec():
    spec = tf.python.util.tf_inspect.getargspec(lambda a, b=1, *c, **d: None)
    assert spec == (["a", "b"], "c", "d", (1,))


def test_a_file_that_is_there_is_not_fetched(tmp_path):
    (tmp_path / "data.txt").write_text("here")
    base = tf.contrib.learn.python.learn.datasets.base
    path = base.maybe_download("data.txt", str(tmp_path), "http://localhost:1/data.txt")
    assert path == str(tmp_path / "data.txt")
    assert tf.contrib.learn.python.learn.datasets.base.maybe_download is base.maybe_download


def test_modules_have_their_names():
    assert "Dataset" in tf.data.__dict__
