"""Digits with tf.keras.Sequential: compile, fit, evaluate, predict, save, load."""

import os
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data

flags = tf.app.flags
flags.DEFINE_string("data_dir", "/tmp/mnist", "folder of the digits")
flags.DEFINE_integer("steps", 40, "training steps in an epoch")
FLAGS = flags.FLAGS


def main(_):
    tf.set_random_seed(0)
    data = input_data.read_data_sets(FLAGS.data_dir)
    n = 50 * FLAGS.steps
    x, y = data.train.images[:n], data.train.labels[:n]
    model = tf.keras.models.Sequential(
        [
            tf.keras.layers.Reshape((28, 28), input_shape=(784,)),
            tf.keras.layers.Flatten(),
            tf.keras.layers.Dense(64, activation=tf.nn.relu),
            tf.keras.layers.Dropout(0.1),
            tf.keras.layers.Dense(10, activation=tf.nn.softmax),
        ]
    )
    model.compile(
        optimizer=tf.keras.optimizers.Adam(lr=0.005),
        loss="sparse_categorical_crossentropy",
        metrics=["accuracy"],
    )
    history = model.fit(x, y, batch_size=50, epochs=2, verbose=0)
    loss, accuracy = model.evaluate(data.test.images[:500], data.test.labels[:500], verbose=0)
    path = os.path.join(tempfile.mkdtemp(), "weights.h5")
    model.save_weights(path)
    before = model.predict(x[:3])
    model.set_weights([0 * w for w in model.get_weights()])
    model.load_weights(path)
    print("weights come back:", np.allclose(model.predict(x[:3]), before))
    print("loss decreased:", bool(history.history["loss"][1] < history.history["loss"][0]))
    print("test accuracy %.2f, better than guessing: %s" % (accuracy, accuracy > 0.3))


if __name__ == "__main__":
    tf.app.run()
