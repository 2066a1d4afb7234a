"""Models of `tf.keras`: ways to make them, to feed them and to keep them; their errors."""

import json

import numpy as np
import pytest

import headwater as tf

keras = tf.keras
X = np.random.RandomState(0).rand(24, 4).astype("float32")
Y = X.sum(axis=1, keepdims=True)


@pytest.fixture(autouse=True)
def fresh():
    keras.backend.clear_session()


def chain(**options):
    model = keras.Sequential([keras.layers.Dense(3, input_shape=(4,)), keras.layers.Dense(1)])
    model.compile("sgd", "mse", **options)
    return model


def test_deferred_sequential_is_built_by_data():
    model = keras.models.Sequential([keras.layers.Dense(3), keras.layers.Dense(1)])
    with pytest.raises(ValueError, match="not yet been built"):
        model.summary()
    model.compile("sgd", "mse", metrics=["mae"])
    model.fit(X, Y, verbose=0)
    assert [w.name for w in model.weights][0] == "sequential/dense/kernel:0"
    assert model.predict(X).shape == (24, 1)


def test_sequential_grows_and_shrinks():
    model = chain()
    assert [layer.name for layer in model.layers] == ["dense", "dense_1"]
    model.add(keras.layers.Dense(7))
    assert model.output_shape == (None, 7)
    model.pop()
    model.pop()
    assert model.output_shape == (None, 3) and len(model.layers) == 1


def test_summary(capsys):
    lines = []
    chain().summary(print_fn=lines.append)
    assert lines[0] == 'Model: "sequential"'
    assert [line.split() for line in lines if line.startswith("dense")] == [
        ["dense", "(Dense)", "(None,", "3)", "15"],
        ["dense_1", "(Dense)", "(None,", "1)", "4"],
    ]
    assert "Total params: 19" in lines
    assert capsys.readouterr().out == ""


def test_inputs_by_name_and_in_lists():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    total = keras.layers.add([keras.layers.Dense(2)(a), keras.layers.Dense(2)(b)])
    model = keras.Model(inputs=[a, b], outputs=[total, keras.layers.Dense(1, name="one")(total)])
    by_list = model.predict([X, X * 2])
    by_name = model.predict({"b": X * 2, "a": X})
    for left, right in zip(by_list, by_name):
        np.testing.assert_array_equal(left, right)
    assert model.get_layer("one").output_shape == (None, 1)
    assert model.get_layer(index=0).name == "a"
    with pytest.raises(ValueError, match="No such layer: two"):
        model.get_layer("two")


def batches(size=6):
    while True:
        for start in range(0, 24, size):
            yield X[start : start + size], Y[start : start + size]


class Batches(keras.utils.Sequence):
    def __len__(self):
        return 4

    def __getitem__(self, index):
        return X[index * 6 : index * 6 + 6], Y[index * 6 : index * 6 + 6]


def dataset():
    return tf.data.Dataset.from_tensor_slices((X, Y)).batch(6)


STREAMS = {
    "generator": (batches, 4),
    "sequence": (Batches, None),
    "dataset": (dataset, None),
    "endless_dataset": (lambda: dataset().repeat(), 4),
    "iterator": (lambda: dataset().repeat().make_one_shot_iterator(), 4),
}


@pytest.mark.parametrize("kind", STREAMS)
def test_streams_train_as_arrays_do(kind):
    make, steps = STREAMS[kind]
    model = chain(metrics=["mae"])
    start = model.get_weights()
    expected = model.fit(X, Y, 6, epochs=2, shuffle=False, verbose=0).history
    expected_test = model.evaluate(X, Y, 6, verbose=0)
    expected_out = model.predict(X)
    model.set_weights(start)
    found = model.fit(
        make(),
        epochs=2,
        steps_per_epoch=steps,
        verbose=0,
        validation_data=make(),
        validation_steps=steps,
    ).history
    for name in expected:
        np.testing.assert_allclose(found[name], expected[name], rtol=1e-5)
    np.testing.assert_allclose(found["val_loss"][-1], expected_test[0], rtol=1e-5)
    np.testing.assert_allclose(model.evaluate(make(), steps=steps, verbose=0), expected_test, 1e-5)
    np.testing.assert_allclose(model.predict(make(), steps=steps), expected_out, rtol=1e-5)


def test_generator_methods():
    model = chain()
    history = model.fit_generator(batches(), steps_per_epoch=4, epochs=2, verbose=0)
    assert history.params["steps"] == 4 and len(history.epoch) == 2
    found = model.evaluate_generator(batches(), steps=4)
    assert found == pytest.approx(model.evaluate(X, Y, verbose=0))
    assert model.predict_generator(Batches()).shape == (24, 1)


def test_data_from_tensors():
    model = chain()
    x, y = tf.constant(X), tf.constant(Y)
    history = model.fit(x, y, epochs=1, steps_per_epoch=3, verbose=0)
    assert len(history.history["loss"]) == 1
    with pytest.raises(ValueError, match="steps_per_epoch"):
        model.fit(x, y)


def test_single_batches():
    model = chain(metrics=["mae"])
    before = model.test_on_batch(X, Y)
    assert model.train_on_batch(X, Y) == pytest.approx(before)  # the loss before the step
    assert model.train_on_batch(X, Y)[0] < before[0]
    np.testing.assert_allclose(model.predict_on_batch(X), model.predict(X), rtol=1e-6)


ERRORS = {
    "shape": (lambda m: m.fit(X[:, :3], Y), ValueError, "expected dense_input to have shape"),
    "rank": (lambda m: m.fit(X[None], Y), ValueError, "to have 2 dimensions"),
    "lengths": (lambda m: m.fit(X, Y[:3]), ValueError, "same number of samples"),
    "targets": (lambda m: m.fit(X, X), ValueError, "A target array with shape"),
    "many": (lambda m: m.fit([X, X], Y), ValueError, "Expected to see 1 array"),
    "loss": (lambda m: m.compile("sgd", "mesquare"), ValueError, "mesquare"),
    "metric": (lambda m: m.compile("sgd", "mse", metrics=["wrong"]), ValueError, "wrong"),
    "optimizer": (lambda m: m.compile("sdg", "mse"), ValueError, "sdg"),
    "argument": (lambda m: m.compile("sgd", "mse", metric=["mae"]), TypeError, "metric"),
    "weights": (lambda m: m.set_weights([X]), ValueError, "weight list of length 1"),
    "name": (lambda m: m.add(m.layers[0]), ValueError, "unique names"),
    "layer": (lambda m: m.add(3), TypeError, "must be an instance of class Layer"),
}


@pytest.mark.parametrize("case", ERRORS)
def test_errors(case):
    action, error, message = ERRORS[case]
    with pytest.raises(error, match=message):
        action(chain())


def test_disconnected_graphs_are_refused():
    a, b = keras.Input((4,)), keras.Input((4,))
    with pytest.raises(ValueError, match="Graph disconnected"):
        keras.Model(a, keras.layers.add([a, b]))


def test_uncompiled_models_are_not_trained():
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])
    with pytest.raises(RuntimeError, match="You must compile your model"):
        model.fit(X, Y)


def test_json_and_copies():
    model = chain()
    text = model.to_json()
    assert json.loads(text)["class_name"] == "Sequential"
    again = keras.models.model_from_json(text)
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    copy = keras.models.clone_model(model)
    assert copy.get_weights()[0].shape == (4, 3)
    assert copy.weights[0] is not model.weights[0]
    described = keras.models.model_from_config(
        {
            "class_name": "Sequential",
            "config": {
                "layers": [
                    {"class_name": "Dense", "config": {"units": 2, "batch_input_shape": [None, 4]}}
                ]
            },
        }
    )
    assert described.output_shape == (None, 2)
    with pytest.raises(RuntimeError, match="removed"):
        keras.models.model_from_yaml("")


def test_clones_of_connected_layers():
    x = keras.Input((4,))
    shared = keras.layers.Dense(4)
    model = keras.Model(x, keras.layers.add([shared(x), shared(shared(x))]))
    copy = keras.models.clone_model(model)
    copy.set_weights(model.get_weights())
    np.testing.assert_allclose(copy.predict(X), model.predict(X), rtol=1e-6)


def test_files(tmp_path):
    pytest.importorskip("h5py")
    model = chain(metrics=["mae"])
    model.fit(X, Y, verbose=0)
    path = str(tmp_path / "model.h5")
    keras.models.save_model(model, path)
    again = keras.models.load_model(path)
    assert again.evaluate(X, Y, verbose=0) == pytest.approx(model.evaluate(X, Y, verbose=0))
    with pytest.raises(FileExistsError):
        model.save(path, overwrite=False)
    other = keras.Sequential([keras.layers.Dense(3, input_shape=(4,), name="dense")])
    other.load_weights(path, by_name=True)
    np.testing.assert_array_equal(other.get_weights()[0], model.get_weights()[0])
    with pytest.raises(ValueError, match="containing 2 layers into a model with 1 layers"):
        other.load_weights(path)


def test_files_run_no_code(tmp_path):
    pytest.importorskip("h5py")
    model = keras.Sequential([keras.layers.Lambda(lambda x: x * 2, input_shape=(4,))])
    path = str(tmp_path / "model.h5")
    model.save(path)
    with pytest.raises((ValueError, TypeError, NotImplementedError), match="(?i)lambda"):
        keras.models.load_model(path)


def test_own_layers_are_found_by_custom_objects(tmp_path):
    pytest.importorskip("h5py")

    class Scale(keras.layers.Layer):
        def __init__(self, factor=2.0, **kwargs):
            super().__init__(**kwargs)
            self.factor = factor

        def build(self, input_shape):
            self.w = self.add_weight("w", [int(input_shape[-1])], initializer="ones")
            super().build(input_shape)

        def call(self, inputs):
            return inputs * self.w * self.factor

        def get_config(self):
            return {**super().get_config(), "factor": self.factor}

    model = keras.Sequential([Scale(3.0, input_shape=(4,))])
    assert [w.name for w in model.weights] == ["scale/w:0"]
    assert model.layers[0].compute_output_shape((None, 4)).as_list() == [None, 4]
    path = str(tmp_path / "model.h5")
    model.save(path)
    with pytest.raises(ValueError, match="Unknown layer: Scale"):
        keras.models.load_model(path)
    again = keras.models.load_model(path, custom_objects={"Scale": Scale})
    np.testing.assert_allclose(again.predict(X), X * 3, rtol=1e-6)


def test_frozen_layers_are_frozen_when_compiled():
    """The pattern of adversarial networks: frozen in one model, trained in another."""
    judge = keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])
    judge.compile("sgd", "mse")
    judge.trainable = False
    maker = keras.layers.Dense(4)
    x = keras.Input((4,))
    both = keras.Model(x, judge(maker(x)))
    both.compile("sgd", "mse")
    fixed = judge.get_weights()
    both.train_on_batch(X, Y)
    np.testing.assert_array_equal(judge.get_weights()[0], fixed[0])
    judge.train_on_batch(X, Y)
    assert np.abs(judge.get_weights()[0] - fixed[0]).max() > 0


def test_session_of_the_program():
    with tf.Session() as session:
        keras.backend.set_session(session)
        model = chain()
        session.run(tf.global_variables_initializer())
        start = session.run(model.weights[0])
        np.testing.assert_array_equal(model.get_weights()[0], start)
        out = session.run(model.output, {model.input: X, keras.backend.learning_phase(): 0})
        np.testing.assert_allclose(out, model.predict(X), rtol=1e-6)


def test_train_optimizers():
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(4,))])
    model.compile(tf.train.AdamOptimizer(0.1), "mse")
    history = model.fit(X, Y, epochs=3, verbose=0).history["loss"]
    assert history[-1] < history[0]


def test_added_losses_metrics_and_updates():
    class Watched(keras.layers.Layer):
        def build(self, shape):
            self.count = self.add_weight("count", [], trainable=False, initializer="zeros")

        def call(self, inputs):
            self.add_loss(tf.reduce_sum(inputs) * 0.5)
            self.add_update(self.count.assign_add(1.0))
            self.add_metric(tf.reduce_max(inputs), aggregation="mean", name="largest")
            return inputs * 1.0

    layer = Watched()
    model = keras.Sequential([keras.layers.Dense(1, input_shape=(4,)), layer])
    model.compile("sgd", "mse")
    assert model.metrics_names == ["loss", "largest"]
    history = model.fit(X, Y, 12, epochs=1, verbose=0).history
    assert set(history) == {"loss", "largest"}
    assert keras.backend.get_value(layer.count) == 2.0
