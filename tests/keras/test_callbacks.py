"""`tf.keras.callbacks`: what they are told, and what they do."""

import csv
import glob

import numpy as np
import pytest

import headwater as tf

X = np.random.RandomState(0).rand(24, 4).astype("float32")
Y = X.sum(axis=1, keepdims=True)


@pytest.fixture(autouse=True)
def fresh():
    tf.keras.backend.clear_session()


def make(rate=0.1):
    model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(4,), name="only")])
    model.compile(tf.keras.optimizers.SGD(rate), "mse", metrics=["mae"])
    return model


class Told(tf.keras.callbacks.Callback):
    """Writes down what it is told."""

    def __init__(self):
        super().__init__()
        self.calls = []

    def __getattribute__(self, name):
        if name.startswith("on_") and name not in ("on_batch_begin", "on_batch_end"):
            return lambda *args: self.calls.append((name, *args))
        return super().__getattribute__(name)


def test_moments_of_training():
    told = Told()
    make().fit(X, Y, 16, epochs=1, verbose=0, callbacks=[told], validation_data=(X[:4], Y[:4]))
    assert [call[0] for call in told.calls] == [
        "on_train_begin",
        "on_epoch_begin",
        *["on_train_batch_begin", "on_train_batch_end"] * 2,
        "on_test_begin",
        "on_test_batch_begin",
        "on_test_batch_end",
        "on_test_end",
        "on_epoch_end",
        "on_train_end",
    ]
    batch = told.calls[3]
    assert batch[1] == 0 and {"batch", "size", "loss", "mean_absolute_error"} == set(batch[2])
    epoch = told.calls[-2]
    assert set(epoch[2]) == {
        "loss",
        "mean_absolute_error",
        "val_loss",
        "val_mean_absolute_error",
    }


def test_lambda_callback_and_history():
    seen = []
    callback = tf.keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: seen.append((epoch, logs["loss"]))
    )
    history = make().fit(X, Y, epochs=3, verbose=0, callbacks=[callback])
    assert isinstance(history, tf.keras.callbacks.History)
    assert history.epoch == [0, 1, 2]
    assert [loss for _, loss in seen] == history.history["loss"]


def test_early_stopping_restores_the_best_weights():
    model = make()
    values = iter([3.0, 1.0, 2.0, 2.5, 0.1])
    kept = []

    class Fake(tf.keras.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            logs["watched"] = next(values)
            kept.append(self.model.get_weights())

    stop = tf.keras.callbacks.EarlyStopping("watched", patience=2, restore_best_weights=True)
    history = model.fit(X, Y, epochs=9, verbose=0, callbacks=[Fake(), stop])
    assert history.epoch == [0, 1, 2, 3] and stop.stopped_epoch == 3 and stop.best == 1.0
    np.testing.assert_array_equal(model.get_weights()[0], kept[1][0])


def test_learning_rates():
    model = make()
    schedule = tf.keras.callbacks.LearningRateScheduler(lambda epoch: 0.1 / (epoch + 1))
    history = model.fit(X, Y, epochs=3, verbose=0, callbacks=[schedule])
    np.testing.assert_allclose(history.history["lr"], [0.1, 0.05, 0.1 / 3], rtol=1e-6)
    plateau = tf.keras.callbacks.ReduceLROnPlateau("loss", 0.5, patience=1, min_delta=1e9)
    history = model.fit(X, Y, epochs=4, verbose=0, callbacks=[plateau])
    # The first epoch always counts as better; each one after it halves the rate of the next.
    start = 0.1 / 3
    expected = [start, start, start / 2, start / 4]
    np.testing.assert_allclose(history.history["lr"], expected, rtol=1e-6)


def test_training_ends_when_the_loss_is_no_number():
    model = make(rate=1e30)
    stop = tf.keras.callbacks.TerminateOnNaN()
    history = model.fit(X, Y, 8, epochs=5, verbose=0, callbacks=[stop])
    assert len(history.epoch) == 1


def test_model_checkpoint(tmp_path):
    pytest.importorskip("h5py")
    model = make()
    callbacks = [
        tf.keras.callbacks.ModelCheckpoint(str(tmp_path / "m-{epoch:02d}.h5")),
        tf.keras.callbacks.ModelCheckpoint(
            str(tmp_path / "best.h5"), "loss", save_best_only=True, save_weights_only=True
        ),
    ]
    model.fit(X, Y, epochs=2, verbose=0, callbacks=callbacks)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["best.h5", "m-01.h5", "m-02.h5"]
    expected = model.predict(X)
    again = tf.keras.models.load_model(str(tmp_path / "m-02.h5"))
    np.testing.assert_allclose(again.predict(X), expected, rtol=1e-6)


def test_csv_logger(tmp_path):
    path = tmp_path / "log.csv"
    model = make()
    history = model.fit(
        X, Y, epochs=2, verbose=0, callbacks=[tf.keras.callbacks.CSVLogger(str(path))]
    )
    model.fit(X, Y, verbose=0, callbacks=[tf.keras.callbacks.CSVLogger(str(path), append=True)])
    rows = list(csv.DictReader(path.read_text().splitlines()))
    assert [row["epoch"] for row in rows] == ["0", "1", "0"]
    assert [float(row["loss"]) for row in rows[:2]] == history.history["loss"]


def test_tensorboard_writes_scalars_histograms_and_the_graph(tmp_path):
    board = tf.keras.callbacks.TensorBoard(str(tmp_path), histogram_freq=1)
    history = make().fit(X, Y, epochs=2, verbose=0, callbacks=[board])
    (path,) = glob.glob(str(tmp_path / "events*"))
    scalars, histograms, graphs = {}, set(), 0
    for event in tf.train.summary_iterator(path):
        graphs += bool(event.graph_def)
        for value in event.summary.value:
            if value.HasField("histo"):
                histograms.add(value.tag)
            else:
                scalars.setdefault(value.tag, []).append(value.simple_value)
    assert graphs == 1
    assert histograms == {"only/kernel_0", "only/bias_0"}
    np.testing.assert_allclose(scalars["epoch_loss"], history.history["loss"], rtol=1e-6)


def test_remote_monitor_goes_on_without_a_server():
    monitor = tf.keras.callbacks.RemoteMonitor(root="http://127.0.0.1:9")
    history = make().fit(X, Y, verbose=0, callbacks=[monitor])
    assert history.epoch == [0]


def test_progress_in_a_pipe_is_a_line_for_each_epoch(capsys):
    model = make()
    model.fit(X, Y, 4, epochs=2, verbose=1)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == ["Train on 24 samples", "Epoch 1/2"]
    assert len(lines) == 5 and lines[2].startswith("24/24 [======") and "loss: " in lines[2]
    model.fit(X, Y, 4, verbose=2)
    assert capsys.readouterr().out.splitlines()[1].startswith("24/24 - 0s - loss: ")
    model.fit(X, Y, verbose=0)
    assert capsys.readouterr().out == ""


def test_list_of_callbacks():
    told = Told()
    listeners = tf.keras.callbacks.CallbackList([told, tf.keras.callbacks.BaseLogger()])
    listeners.set_params({"epochs": 1})
    listeners.on_train_begin()
    listeners.on_batch_begin(0)
    listeners.on_batch_end(0, {"size": 1})
    assert [call[0] for call in told.calls] == [
        "on_train_begin",
        "on_train_batch_begin",
        "on_train_batch_end",
    ]
