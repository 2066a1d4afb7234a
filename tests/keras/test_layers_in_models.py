"""Layers in models that are trained: embeddings with masks, convolutions, wrappers."""

import numpy as np
import pytest

import headwater as tf


def sequences():
    rng = np.random.RandomState(0)
    words = rng.randint(1, 9, (64, 7))
    words[::2, 5:] = 0
    return words, (words[:, :1] > 4).astype(np.float32)


def pictures():
    rng = np.random.RandomState(0)
    x = rng.rand(64, 8, 8, 1).astype(np.float32)
    return x, (x[:, :4].sum((1, 2, 3)) > x[:, 4:].sum((1, 2, 3))).astype(np.float32)[:, None]


MODELS = {
    "embedding": lambda layers: [
        layers.Embedding(9, 6, mask_zero=True),
        layers.Bidirectional(layers.LSTM(6)),
        layers.Dense(1, activation="sigmoid"),
    ],
    "pooled_embedding": lambda layers: [
        layers.Embedding(9, 8, input_length=7),
        layers.Flatten(),
        layers.Dense(8, activation="relu"),
        layers.Dense(1, activation="sigmoid"),
    ],
    "convolutions": lambda layers: [
        layers.Conv2D(4, 3, activation="relu", input_shape=(8, 8, 1)),
        layers.BatchNormalization(),
        layers.MaxPooling2D(),
        layers.Flatten(),
        layers.Dropout(0.1, seed=1),
        layers.Dense(1, activation="sigmoid"),
    ],
}


@pytest.mark.parametrize("name", MODELS)
def test_models_learn(name):
    x, y = pictures() if name == "convolutions" else sequences()
    with tf.Graph().as_default(), tf.Session() as sess:
        tf.keras.backend.set_session(sess)
        tf.set_random_seed(3)
        model = tf.keras.Sequential(MODELS[name](tf.keras.layers))
        model.compile(tf.keras.optimizers.Adam(0.02), "binary_crossentropy", ["accuracy"])
        history = model.fit(x, y, batch_size=16, epochs=12, verbose=0).history
        assert history["loss"][-1] < 0.6 * history["loss"][0]
        assert np.all(np.isfinite(model.predict(x)))
        assert len(model.optimizer.get_weights()) == 1 + 2 * len(model.trainable_weights)
