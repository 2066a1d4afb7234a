"""`tf.keras` in eager execution: models that are fitted, metrics, losses, optimizers."""

import numpy as np
import pytest

import headwater as tf

X = np.random.RandomState(0).rand(64, 3).astype(np.float32)
Y = (X.sum(1) > 1.5).astype(np.int32)


def sequential():
    return tf.keras.Sequential(
        [
            tf.keras.layers.Dense(8, activation="relu", input_shape=(3,)),
            tf.keras.layers.BatchNormalization(),
            tf.keras.layers.Dense(2, activation="softmax"),
        ]
    )


class Subclassed(tf.keras.Model):
    def __init__(self):
        super().__init__()
        self.hidden = tf.keras.layers.Dense(8, activation="relu")
        self.out = tf.keras.layers.Dense(2, activation="softmax")

    def call(self, x):
        return self.out(self.hidden(x))


@pytest.mark.parametrize("make", [sequential, Subclassed])
def test_models_are_fitted(make):
    model = make()
    model.compile(
        tf.keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy", metrics=["accuracy"]
    )
    history = model.fit(X, Y, epochs=15, verbose=0).history
    assert history["loss"][-1] < history["loss"][0] and history["acc"][-1] > 0.7
    loss, accuracy = model.evaluate(X, Y, verbose=0)
    scores = model.predict(X)
    np.testing.assert_allclose(accuracy, np.mean(scores.argmax(1) == Y), rtol=1e-5)
    np.testing.assert_allclose(model(X), scores, rtol=1e-4, atol=1e-5)
    assert len(model.train_on_batch(X, Y)) == 2
    model.set_weights([np.zeros_like(w) for w in model.get_weights()])
    np.testing.assert_allclose(model(X), np.full([64, 2], 0.5))


def test_models_are_fitted_to_datasets():
    model = sequential()
    model.compile("adam", "sparse_categorical_crossentropy")
    data = tf.data.Dataset.from_tensor_slices((X, Y)).batch(16)
    history = model.fit(data, epochs=3, verbose=0).history["loss"]
    assert len(history) == 3 and np.isfinite(history).all()


def test_saved_weights(tmp_path):
    model, other = sequential(), sequential()
    model.save_weights(str(tmp_path / "w.h5"))
    other.load_weights(str(tmp_path / "w.h5"))
    np.testing.assert_array_equal(model(X), other(X))
    again = tf.keras.models.clone_model(model)
    again.set_weights(model.get_weights())
    np.testing.assert_array_equal(model(X), again(X))


def test_metrics_losses_and_optimizers():
    mean = tf.keras.metrics.Mean()
    mean(3.0)
    mean.update_state([5.0, 7.0])
    assert mean.result().numpy() == 5.0 and not mean.updates
    mean.reset_states()
    assert mean.result().numpy() == 0.0
    accuracy = tf.keras.metrics.SparseCategoricalAccuracy()
    accuracy.update_state([1, 0], [[0.1, 0.9], [0.2, 0.8]])
    assert accuracy.result().numpy() == 0.5
    loss = tf.keras.losses.sparse_categorical_crossentropy([1], [[0.1, 0.9]])
    np.testing.assert_allclose(loss, [-np.log(0.9)], rtol=1e-5)
    layer, optimizer = tf.keras.layers.Dense(1), tf.keras.optimizers.SGD(0.1, momentum=0.9)
    losses = []
    for _ in range(5):
        with tf.GradientTape() as tape:
            losses.append(tf.keras.losses.MeanSquaredError()(X[:, :1], layer(X)))
        variables = layer.trainable_variables
        optimizer.apply_gradients(zip(tape.gradient(losses[-1], variables), variables))
    assert float(losses[-1]) < float(losses[0]) and optimizer.iterations.numpy() == 5
    assert tf.keras.backend.get_value(layer.kernel).shape == (3, 1)


def test_layers_keep_nothing_of_what_they_are_called_with():
    import gc
    import weakref

    layer = tf.keras.layers.Dense(2)
    x = tf.ones([1, 3])
    y = layer(x)
    seen = [weakref.ref(x), weakref.ref(y)]
    del x, y
    gc.collect()
    assert [reference() for reference in seen] == [None, None]


def test_gradients_inside_a_function():
    w = tf.Variable(3.0)

    @tf.contrib.eager.defun
    def slope(x):
        return tf.gradients(w * w * x, [w, x])

    assert [float(g) for g in slope(tf.constant(2.0))] == [12.0, 9.0]
