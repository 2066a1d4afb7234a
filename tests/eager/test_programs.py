"""What eager programs are made of: variables, optimizers, datasets, layers, checkpoints, functions."""

import copy
import gc
import subprocess
import sys
import textwrap

import numpy as np
import pytest

import headwater as tf

# --- variables ----------------------------------------------------------------------------------


def test_variables_have_their_values_at_once():
    v = tf.Variable([1.0, 2.0], name="v")
    assert isinstance(v, tf.contrib.eager.Variable) and v.name == "v:0" and v.shape.as_list() == [2]
    assert repr(v).endswith("dtype=float32, numpy=array([1., 2.], dtype=float32)>")
    assert repr(tf.Variable(0.1)).endswith("numpy=0.1>")
    assert v.assign([3.0, 4.0]) is v and v.numpy().tolist() == [3.0, 4.0]
    v.assign_add([1.0, 1.0])
    v.assign_sub([0.5, 0.5])
    assert (v * 2.0).numpy().tolist() == [7.0, 9.0] and v[1].numpy() == 4.5
    assert v.read_value().numpy().tolist() == v.initialized_value().numpy().tolist() == [3.5, 4.5]
    tf.scatter_update(v, [0], [9.0])
    v[1].assign(5.0)
    v.load([1.0, 5.0])
    assert tf.assign_add(v, [0.0, 1.0]).numpy().tolist() == [1.0, 6.0]
    assert int(tf.contrib.eager.Variable(3)) == 3 and float(tf.contrib.eager.Variable(1.5)) == 1.5
    assert np.array(v).tolist() == [1.0, 6.0]
    assert v.is_initialized().numpy() and v.initializer is None
    other = copy.deepcopy(v)
    other.assign([0.0, 0.0])
    assert v.numpy().tolist() == [1.0, 6.0]
    with pytest.raises((ValueError, tf.errors.InvalidArgumentError)):
        v.assign([1.0])


def test_variables_of_one_name_are_two(eager):
    a, b = tf.contrib.eager.Variable(1.0, name="x"), tf.contrib.eager.Variable(2.0, name="x")
    a.assign(5.0)
    assert b.numpy() == 2.0
    optimizer = tf.train.MomentumOptimizer(1.0, 0.5)
    optimizer.apply_gradients([(tf.constant(1.0), a), (tf.constant(2.0), b)])
    assert optimizer.get_slot(a, "momentum").numpy() == 1.0
    assert optimizer.get_slot(b, "momentum").numpy() == 2.0
    with tf.variable_scope("scope"):
        assert tf.get_variable("w", []) is not tf.get_variable("w", [])
    variables = eager.executor.resources.variables
    count = len(variables)
    del a
    optimizer = None
    gc.collect()
    assert len(variables) < count


def test_variables_are_in_no_collection():
    tf.contrib.eager.Variable(1.0)
    assert tf.global_variables() == [] and tf.trainable_variables() == []
    step = tf.train.get_or_create_global_step()
    assert tf.train.get_global_step() is step
    del tf.get_default_graph().get_collection_ref("global_step")[:]


def test_a_store_finds_variables_again():
    store = tf.contrib.eager.EagerVariableStore()
    for _ in range(2):
        with store.as_default():
            y = tf.layers.dense(tf.ones([1, 2]), 3, name="fc")
    assert [v.name for v in store.variables()] == ["fc/kernel:0", "fc/bias:0"]
    assert store.trainable_variables() == store.variables() and not store.non_trainable_variables()
    assert y.shape.as_list() == [1, 3]


# --- training -----------------------------------------------------------------------------------

OPTIMIZERS = {
    "GradientDescent": lambda: tf.train.GradientDescentOptimizer(0.1),
    "Momentum": lambda: tf.train.MomentumOptimizer(0.05, 0.9, use_nesterov=True),
    "Adam": lambda: tf.train.AdamOptimizer(lambda: 0.3),
    "Adagrad": lambda: tf.train.AdagradOptimizer(0.9),
    "RMSProp": lambda: tf.train.RMSPropOptimizer(0.1),
    "Ftrl": lambda: tf.train.FtrlOptimizer(0.9),
    "Adadelta": lambda: tf.train.AdadeltaOptimizer(30.0),
}


def by_graph(make, steps):
    """The variables after some steps of the same training in a session."""
    with tf.Graph().as_default(), tf.Session() as session:
        w = tf.get_variable("w", initializer=[1.0, -1.0], use_resource=True)
        b = tf.get_variable("b", initializer=0.5, use_resource=True)
        train = make().minimize(tf.reduce_sum(tf.square(w * 2.0 + b)))
        session.run(tf.global_variables_initializer())
        for _ in range(steps):
            session.run(train)
        return session.run([w, b])


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_training_is_that_of_a_session(name):
    w, b = (
        tf.contrib.eager.Variable([1.0, -1.0], name="w"),
        tf.contrib.eager.Variable(0.5, name="b"),
    )
    step = tf.contrib.eager.Variable(0, dtype=tf.int64)
    loss = lambda: tf.reduce_sum(tf.square(w * 2.0 + b))
    optimizer = OPTIMIZERS[name]()
    optimizer.minimize(loss, global_step=step)
    optimizer.apply_gradients(tf.contrib.eager.implicit_gradients(loss)())
    pairs = optimizer.compute_gradients(loss, [w, b])
    optimizer.apply_gradients(pairs, global_step=step)
    expected = by_graph(OPTIMIZERS[name], 3)
    np.testing.assert_allclose(w.numpy(), expected[0], rtol=1e-5)
    np.testing.assert_allclose(b.numpy(), expected[1], rtol=1e-5)
    assert step.numpy() == 2
    assert set(tf.contrib.eager.get_optimizer_variables(optimizer)) == set(optimizer.variables())


# --- datasets -----------------------------------------------------------------------------------


def test_datasets_are_iterated_over():
    data = tf.data.Dataset.from_tensor_slices({"x": [1, 2, 3], "y": [4.0, 5.0, 6.0]})
    data = data.map(lambda row: (row["x"] * 10, row["y"])).batch(2)
    found = [(x.numpy().tolist(), y.numpy().tolist()) for x, y in data]
    assert found == [([10, 20], [4.0, 5.0]), ([30], [6.0])]
    assert [x.numpy().tolist() for x, _ in data] == [[10, 20], [30]]  # again from the beginning
    iterator = tf.contrib.eager.Iterator(tf.data.Dataset.range(2))
    assert iterator.next().numpy() == 0 and next(iterator).numpy() == 1
    with pytest.raises(StopIteration):
        iterator.next()
    once = tf.data.Dataset.range(1).make_one_shot_iterator()
    assert once.get_next().numpy() == 0
    with pytest.raises(tf.errors.OutOfRangeError):
        once.get_next()
    with tf.Graph().as_default(), pytest.raises(RuntimeError, match="eager execution"):
        tf.contrib.eager.Iterator(tf.data.Dataset.range(2))


def test_datasets_see_variables_and_python():
    scale = tf.contrib.eager.Variable(3, dtype=tf.int64)
    data = tf.data.Dataset.range(3).map(lambda i: i * scale)
    assert [int(x) for x in data] == [0, 3, 6]
    scale.assign(4)
    assert [int(x) for x in data] == [0, 4, 8]
    numbers = tf.data.Dataset.from_generator(lambda: iter([1, 2]), tf.int32)
    assert [int(x) for x in numbers] == [1, 2]
    squares = tf.data.Dataset.range(3).map(lambda i: tf.py_func(lambda v: v * v, [i], tf.int64))
    assert [int(x) for x in squares.prefetch(1)] == [0, 1, 4]


def test_iterators_leave_nothing_behind(eager):
    objects = eager.executor.resources.objects
    next(iter(tf.data.Dataset.range(3)))
    gc.collect()
    before = {key for key in objects if key[0] == "iterator"}
    for _ in range(3):
        next(iter(tf.data.Dataset.range(3)))
    gc.collect()
    assert {key for key in objects if key[0] == "iterator"} == before


# --- layers -------------------------------------------------------------------------------------


class Net(tf.contrib.eager.Network):
    def __init__(self):
        super().__init__(name="net")
        self.first = self.track_layer(tf.layers.Dense(4, activation=tf.nn.relu))
        self.last = self.track_layer(tf.layers.Dense(1))

    def call(self, x):
        return self.last(self.first(x))


def test_networks():
    net = Net()
    x = np.random.RandomState(0).rand(16, 3).astype(np.float32)
    loss = lambda: tf.reduce_mean(tf.square(net(x) - x[:, :1]))
    before = float(loss())
    assert [layer.name for layer in net.layers] == [net.first.name, net.last.name]
    assert net.get_layer(index=1) is net.last is net.get_layer(name=net.last.name)
    assert len(net.variables) == len(net.trainable_weights) == 4
    optimizer = tf.train.AdamOptimizer(0.05)
    for _ in range(20):
        optimizer.minimize(loss)
    assert float(loss()) < before / 2
    with pytest.raises(TypeError, match="not a tf.layers.Layer"):
        net.track_layer(3)
    with pytest.raises(ValueError, match="No such layer"):
        net.get_layer(name="other")
    chain = tf.contrib.eager.Sequential([tf.layers.Dense(2), tf.nn.relu, tf.layers.Dropout(0.5)])
    assert chain(tf.ones([3, 4]), training=True).shape.as_list() == [3, 2]


def test_layers_of_tf_layers():
    x = tf.ones([2, 8, 8, 3])
    normed = tf.layers.BatchNormalization()
    y = normed(x, training=True)
    np.testing.assert_allclose(y, np.zeros([2, 8, 8, 3]), atol=1e-6)
    assert tf.layers.conv2d(x, 4, 3).shape.as_list() == [2, 6, 6, 4]
    assert tf.layers.max_pooling2d(x, 2, 2).shape.as_list() == [2, 4, 4, 3]
    assert tf.layers.flatten(x).shape.as_list() == [2, 192]
    cell = tf.nn.rnn_cell.BasicLSTMCell(3)
    outputs, state = tf.nn.dynamic_rnn(cell, tf.ones([2, 4, 3]), dtype=tf.float32)
    np.testing.assert_allclose(outputs[:, -1], state.h)


def test_layers_and_models_of_keras():
    x = np.random.RandomState(0).rand(8, 3).astype(np.float32)

    class Model(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.hidden = tf.keras.layers.Dense(4, activation="relu")
            self.norm = tf.keras.layers.BatchNormalization()
            self.out = tf.keras.layers.Dense(2)

        def call(self, x, training=False):
            return self.out(self.norm(self.hidden(x), training=training))

    model = Model()
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(model(x, training=True) ** 2)
    gradients = tape.gradient(loss, model.trainable_variables)
    assert [g.shape for g in gradients] == [v.shape for v in model.trainable_variables]
    assert len(model.variables) == 8
    tf.train.GradientDescentOptimizer(0.1).apply_gradients(
        zip(gradients, model.trainable_variables)
    )
    assert tf.reduce_mean(model(x, training=True) ** 2).numpy() < loss.numpy()
    start = tf.keras.Input([3])
    functional = tf.keras.Model(start, tf.keras.layers.Dense(2)(start))
    kernel, bias = functional.variables
    np.testing.assert_allclose(functional(x), x @ kernel.numpy() + bias.numpy(), rtol=1e-5)


# --- metrics, checkpoints -----------------------------------------------------------------------


def test_metrics():
    mean = tf.contrib.eager.metrics.Mean()
    mean([1.0, 2.0])
    mean(6.0)
    mean([100.0, 5.0], weights=[0.0, 1.0])
    assert mean.result().numpy() == 3.5 and mean.result().dtype == tf.float64
    assert mean.name == "mean" and len(mean.variables) == 2
    other = tf.contrib.eager.metrics.Mean()
    other(8.5)
    mean.aggregate([other])
    assert mean.value().numpy() == 4.5
    mean.init_variables()
    mean(2.0)
    assert mean.result().numpy() == 2.0
    accuracy = tf.contrib.eager.metrics.Accuracy()
    accuracy(labels=tf.constant([1, 2]), predictions=tf.constant([1, 3]))
    accuracy([5], [5])
    np.testing.assert_allclose(accuracy.result(), 2 / 3)
    scores = [[0.1, 0.9], [0.8, 0.2]]
    for metric, labels, expected in [
        (tf.contrib.eager.metrics.CategoricalAccuracy(), [[0, 1], [0, 1]], 0.5),
        (tf.contrib.eager.metrics.SparseAccuracy(), [1, 0], 1.0),
        (tf.contrib.eager.metrics.BinaryAccuracy(0.85), [[1.0, 1.0], [0.0, 0.0]], 0.75),
    ]:
        metric(labels, scores)
        assert metric.result().numpy() == expected


def test_metrics_in_a_graph():
    with tf.Graph().as_default(), tf.Session() as session:
        mean = tf.contrib.eager.metrics.Mean()
        x = tf.placeholder(tf.float32, [2])
        update, result = mean(x), mean.result()
        session.run(mean.init_variables())
        session.run(update, {x: [1.0, 3.0]})
        assert session.run(result) == 2.0


def test_checkpoints(tmp_path):
    w = tf.contrib.eager.Variable([1.0, 2.0], name="w")
    path = tf.contrib.eager.Saver([w]).save(tmp_path / "model", global_step=7)
    assert path.endswith("model-7")
    w.assign([0.0, 0.0])
    tf.contrib.eager.Saver({"w": w}).restore(path)
    assert w.numpy().tolist() == [1.0, 2.0]
    with tf.contrib.eager.restore_variables_on_create(path):
        assert tf.contrib.eager.Variable([5.0, 5.0], name="w").numpy().tolist() == [1.0, 2.0]
        assert tf.get_variable("w", [2]).numpy().tolist() == [1.0, 2.0]
        assert tf.contrib.eager.Variable(9.0, name="new").numpy() == 9.0
    with tf.contrib.eager.restore_variables_on_create(path, map_func=lambda name: "w"):
        assert tf.contrib.eager.Variable([5.0, 5.0], name="other").numpy().tolist() == [1.0, 2.0]
    with tf.Graph().as_default(), tf.Session() as session:  # a session reads it as well
        read = tf.get_variable("w", [2])
        tf.train.Saver().restore(session, path)
        assert session.run(read).tolist() == [1.0, 2.0]
    with pytest.raises(ValueError, match="same name"):
        tf.contrib.eager.Saver([w, tf.contrib.eager.Variable(1.0, name="w")])


def test_checkpoints_of_networks(tmp_path):
    first, second = Net(), Net()
    x = tf.ones([1, 3])
    first(x), second(x)
    names = {v.op.name: f"n{i}" for i, v in enumerate(first.variables)}
    path = tf.contrib.eager.save_network_checkpoint(
        first, str(tmp_path / "net"), map_func=names.get
    )
    others = {v.op.name: f"n{i}" for i, v in enumerate(second.variables)}
    tf.contrib.eager.restore_network_checkpoint(second, path, map_func=others.get)
    np.testing.assert_array_equal(first(x), second(x))


# --- functions ----------------------------------------------------------------------------------


def test_functions_are_traced_once_for_each_signature():
    traced = []

    @tf.contrib.eager.defun
    def f(x, power=2):
        traced.append(power)
        return {"y": x**power, "z": (x, None)}

    x = tf.constant([1.0, 2.0])
    assert f(x)["y"].numpy().tolist() == f(x * 1.0)["y"].numpy().tolist() == [1.0, 4.0]
    assert len(traced) == 1
    assert f(x, power=3)["y"].numpy().tolist() == [1.0, 8.0]
    assert f(tf.constant([3]))["y"].numpy().tolist() == [9] and len(traced) == 3
    assert f(x)["z"][1] is None


def test_functions_with_variables_and_updates():
    v = tf.contrib.eager.Variable(2.0)

    @tf.contrib.eager.function
    def add(x):
        v.assign_add(x)
        return v * 10.0

    assert add(tf.constant(1.0)).numpy() == 30.0 and add(tf.constant(1.0)).numpy() == 40.0
    v.assign(0.0)
    assert add(tf.constant(1.0)).numpy() == 10.0 and v.numpy() == 1.0
    with tf.Graph().as_default(), tf.Session() as session:
        twice = tf.contrib.eager.defun(lambda x: x * 2)
        assert session.run(twice(tf.constant(4))) == 8


def test_functions_are_differentiated():
    v = tf.contrib.eager.Variable(2.0)
    plain = lambda x: (tf.sin(x * v) * 2.0, x)
    x = tf.constant([1.0, 2.0])

    def slopes(f):
        with tf.GradientTape() as outer:
            outer.watch(x)
            with tf.GradientTape() as inner:
                inner.watch(x)
                y = f(x)[0]
                z = y * y
            first = inner.gradient(z, [x, v])
        return [g.numpy() for g in first], outer.gradient(first[0], [x])[0].numpy()

    got, second = slopes(tf.contrib.eager.defun(plain))
    expected, again = slopes(plain)
    for a, b in zip(got, expected):
        np.testing.assert_allclose(a, b, rtol=1e-5)
    np.testing.assert_allclose(second, again, rtol=1e-5)
    traced = tf.contrib.eager.defun(lambda x: tf.nn.dropout(x, 0.5) * x)
    x = tf.ones([100])
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = traced(x)
    gradient = tape.gradient(y, x).numpy()  # of the very numbers that were dropped
    np.testing.assert_array_equal(gradient, 2 * y.numpy())


def test_other_functions_of_graphs():
    w = tf.Variable(3.0)

    @tf.function
    def scaled(x):
        return x * w

    @tf.python.framework.function.Defun(tf.float32)
    def squared(x):
        return x * x

    x = tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = squared(scaled(x))
    assert y.numpy() == 36.0
    assert [float(g) for g in tape.gradient(y, [x, w])] == [36.0, 24.0]
    assert scaled(x).numpy() == 6.0


def test_input_signatures():
    traced = []

    @tf.contrib.eager.defun(input_signature=[tf.TensorSpec([None], tf.float32)])
    def f(x):
        traced.append(x.shape.as_list())
        return tf.reduce_sum(x)

    assert f([1.0, 2.0]).numpy() == 3.0 and f([1.0, 2.0, 3.0]).numpy() == 6.0
    assert traced == [[None]]
    with pytest.raises(ValueError, match="input_signature"):
        f(tf.ones([2, 2]))


def test_methods_as_functions():
    class Model:
        def __init__(self):
            self.w = tf.contrib.eager.Variable(3.0)

        @tf.contrib.eager.defun
        def __call__(self, x):
            return self.w * x

    assert Model()(tf.constant(2.0)).numpy() == 6.0


# --- the switch ---------------------------------------------------------------------------------


def run(program):
    """The output of a program in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_enabling_eager_execution():
    assert run(
        """
        import sys
        import headwater as tf
        assert not tf.executing_eagerly()
        tf.enable_eager_execution()
        tf.contrib.eager.enable_eager_execution(device_policy=tf.contrib.eager.DEVICE_PLACEMENT_SILENT)
        assert tf.executing_eagerly()
        tf.reset_default_graph()
        print(tf.add(1, 2).numpy(), "jax" in sys.modules)
        tf.disable_eager_execution()
        print(tf.executing_eagerly(), tf.contrib.eager.python.tf.contrib.eager.Variable.__name__)
        """
    ).split() == ["3", "False", "False", "ResourceVariable"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"config": 3}, TypeError),
        ({"device_policy": 9}, ValueError),
        ({"execution_mode": 7}, ValueError),
    ],
)
def test_wrong_arguments(arguments, error):
    with pytest.raises(error):
        tf.enable_eager_execution(**arguments)


def test_it_comes_first():
    with tf.Graph().as_default(), pytest.raises(ValueError, match="program startup"):
        tf.enable_eager_execution()
    with pytest.raises(tf.errors.UnimplementedError, match="enable_eager_execution"):
        tf.enable_v2_behavior()


def test_private_paths():
    tfe = tf.contrib.eager.python.tfe
    assert tfe is tf.contrib.eager
    assert tf.contrib.eager.python.tfe.metrics.Mean is tf.contrib.eager.metrics.Mean
    store = tf.python.ops.variable_scope.EagerVariableStore
    assert store is tf.contrib.eager.EagerVariableStore
    assert tf.python.eager.context.executing_eagerly()
    assert tf.python.eager.backprop.GradientTape is tf.GradientTape
    assert tf.python.eager.function.defun is tf.contrib.eager.defun
    assert tf.contrib.eager.list_devices() == [tf.constant(1).device]
    assert tf.contrib.eager.in_eager_mode() and not tf.contrib.eager.in_graph_mode()


def test_test_cases_evaluate_at_once():
    run(
        """
        import headwater as tf
        tf.enable_eager_execution()

        class Case(tf.test.TestCase):
            def test_values(self):
                x = tf.constant([1.0, 2.0])
                self.assertEqual(self.evaluate({"x": x * 2.0, "n": 3})["x"].tolist(), [2.0, 4.0])
                self.assertAllClose(x + 1.0, [2.0, 3.0])
                self.assertAllEqual(tf.Variable([1, 2]), [1, 2])

        tf.test.main()
        """
    )
