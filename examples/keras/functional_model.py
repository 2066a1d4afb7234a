"""A model of two inputs and two outputs; callbacks; a layer of one's own; Lambda."""

import numpy as np
import tensorflow as tf

tf.app.flags.DEFINE_integer("steps", 6, "epochs")
FLAGS = tf.app.flags.FLAGS
keras = tf.keras


class Scale(tf.keras.layers.Layer):
    """Multiplies each feature by a learned number."""

    def build(self, input_shape):
        size = [int(input_shape[-1])]
        self.factors = self.add_weight("factors", size, initializer="ones", trainable=True)
        super(Scale, self).build(input_shape)

    def call(self, inputs):
        return inputs * self.factors


def close_enough(y_true, y_pred):
    """A metric: the share of predictions within a half."""
    error = tf.keras.backend.square(y_true - y_pred)
    return tf.keras.backend.mean(tf.cast(error < 0.25, tf.float32))


def main(_):
    tf.set_random_seed(0)
    random = np.random.RandomState(0)
    a = keras.layers.Input((3,), name="a")
    b = keras.layers.Input(shape=(8, 1), name="b")
    seen = tf.keras.layers.Conv1D(4, 3, activation="relu")(b)
    seen = tf.keras.layers.GRU(6)(seen)
    joined = keras.layers.concatenate([Scale()(a), seen])
    hidden = keras.layers.Dense(16, activation="tanh")(joined)
    total = keras.layers.Dense(1, name="total")(hidden)
    positive = keras.layers.Dense(1, activation="sigmoid", name="positive")(hidden)
    half = keras.layers.Lambda(lambda x: x / 2)(total)
    model = keras.models.Model(inputs=[a, b], outputs=[total, positive])
    model.compile(
        tf.keras.optimizers.RMSprop(0.01),
        loss={"total": "mse", "positive": "binary_crossentropy"},
        loss_weights=[1.0, 0.5],
        metrics={"total": close_enough},
    )
    xa, xb = random.randn(256, 3), random.randn(256, 8, 1)
    sums = xa.sum(1) + 0.1 * xb.sum((1, 2))
    stop = keras.callbacks.EarlyStopping(monitor="loss", patience=3)
    slower = keras.callbacks.LearningRateScheduler(lambda epoch: 0.01 / (1 + epoch))
    history = model.fit(
        {"a": xa, "b": xb},
        [sums, sums > 0],
        epochs=FLAGS.steps,
        verbose=0,
        callbacks=[stop, slower],
    )
    halves = keras.models.Model([a, b], half).predict([xa[:4], xb[:4]])
    whole = model.predict([xa[:4], xb[:4]])[0]
    losses = history.history["loss"]
    print("parameters:", model.count_params(), "outputs:", len(model.outputs))
    print("half of it:", np.allclose(2 * halves, whole, atol=1e-5))
    print("loss decreased:", bool(losses[-1] < losses[0]))
    print("epsilon:", tf.keras.backend.epsilon())


if __name__ == "__main__":
    tf.app.run()
