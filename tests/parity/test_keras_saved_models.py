"""Keras models as SavedModels: served by TensorFlow, and made again with their optimizer."""

from __future__ import annotations

import importlib

import numpy as np
import pytest

from tests.parity.test_keras_models import assert_histories_equal, ours

X = np.random.RandomState(0).rand(24, 6).astype("f4")
Y = X[:, :2] * 2 - 1
FIT = {"batch_size": 8, "shuffle": False, "verbose": 0}


def two_inputs(keras):
    a, b = keras.Input([6], name="a"), keras.Input([6], name="b")
    merged = keras.layers.concatenate([keras.layers.Dense(4, activation="relu")(x) for x in (a, b)])
    return keras.Model([a, b], keras.layers.Dense(2, name="out")(merged))


def normalized(keras):
    layers = keras.layers
    return keras.Sequential(
        [layers.Dense(5, input_shape=(6,)), layers.BatchNormalization(), layers.Dropout(0.5),
         keras.Sequential([layers.Dense(2, input_shape=(5,))])]
    )  # fmt: skip


def trained(make):
    tf = ours()
    tf.keras.backend.clear_session()
    model = make(tf.keras)
    model.compile(tf.keras.optimizers.Adam(0.05), "mse", metrics=["mae"])
    inputs = [X] * len(model.inputs) if len(model.inputs) > 1 else X
    model.fit(inputs, Y, **FIT)
    return tf, model, inputs


@pytest.mark.parametrize("make", [two_inputs, normalized])
def test_tensorflow_serves_an_export(make, tmp_path):
    tf, model, inputs = trained(make)
    folder = str(tmp_path / "model")
    assert tf.keras.experimental.export_saved_model(model, folder) == folder
    want = model.predict(inputs)
    oracle = importlib.import_module("tensorflow.compat.v1")
    for library in (tf, oracle):
        with library.Graph().as_default(), library.Session() as sess:
            loaded = library.saved_model.loader.load(sess, ["serve"], folder)
            signature = loaded.signature_def["serving_default"]
            assert sorted(signature.inputs) == sorted(model.input_names)
            assert list(signature.outputs) == model.output_names
            feeds = {info.name: X for info in signature.inputs.values()}
            got = sess.run(signature.outputs[model.output_names[0]].name, feeds)
        np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)
    with pytest.raises(AssertionError, match="isn't empty"):
        tf.keras.experimental.export_saved_model(model, folder)


@pytest.mark.parametrize("make", [two_inputs, normalized])
def test_made_again(make, tmp_path):
    tf, model, inputs = trained(make)
    folder = str(tmp_path / "model")
    tf.keras.experimental.export_saved_model(model, folder)
    again = tf.keras.experimental.load_from_saved_model(folder)
    np.testing.assert_array_equal(again.predict(inputs), model.predict(inputs))
    assert again.optimizer is None


def test_saved_with_the_optimizer(tmp_path):
    tf, model, inputs = trained(two_inputs)
    folder = str(tmp_path / "model")
    model.save(folder, save_format="tf")
    model.save(folder)  # a SavedModel is replaced
    with pytest.raises(FileExistsError):
        model.save(folder, overwrite=False)
    expected = model.fit(inputs, Y, epochs=2, **FIT).history
    tf.keras.backend.clear_session()
    again = tf.keras.models.load_model(folder)
    assert_histories_equal(again.fit(inputs, Y, epochs=2, **FIT).history, expected)
    assert tf.keras.models.load_model(folder, compile=False).optimizer is None


def test_what_is_refused(tmp_path):
    tf = ours()
    (tmp_path / "file").write_text("mine")
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(2,))])
    with pytest.raises(FileExistsError, match="not a SavedModel"):
        model.save(str(tmp_path), save_format="tf")
    with pytest.raises(ValueError, match="Unknown format"):
        model.save(str(tmp_path / "m"), save_format="onnx")
    with pytest.raises(NotImplementedError, match=r"holds no saved_model\.json"):
        tf.keras.models.load_model(str(tmp_path))
    with pytest.raises(ValueError, match="no inputs yet"):
        unbuilt = tf.keras.Sequential([tf.keras.layers.Dense(1)])
        tf.keras.experimental.export_saved_model(unbuilt, str(tmp_path / "unbuilt"))
