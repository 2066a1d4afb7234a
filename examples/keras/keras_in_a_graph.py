"""A Keras model as a function in a TensorFlow program that trains it by itself."""

import numpy as np
import tensorflow as tf

tf.app.flags.DEFINE_integer("steps", 80, "training steps")
FLAGS = tf.app.flags.FLAGS


def build():
    model = tf.keras.Sequential()
    model.add(tf.keras.layers.Dense(8, activation="tanh", input_shape=(2,), name="hidden"))
    model.add(tf.keras.layers.Dense(1, name="out"))
    return model


def main(_):
    random = np.random.RandomState(0)
    x = random.randn(200, 2).astype(np.float32)
    y = (x[:, :1] * 2 - x[:, 1:]).astype(np.float32)
    tf.set_random_seed(0)
    network = build()
    inputs = tf.placeholder(tf.float32, [None, 2])
    loss = tf.reduce_mean(tf.square(network(inputs) - y))
    train = tf.train.AdamOptimizer(0.05).minimize(loss, var_list=network.trainable_weights)
    with tf.Session() as sess:
        tf.keras.backend.set_session(sess)
        sess.run(tf.global_variables_initializer())
        losses = [sess.run([loss, train], {inputs: x})[0] for _ in range(FLAGS.steps)]
        print(
            "Keras sees the same weights:",
            np.allclose(
                network.predict(x[:5]), sess.run(network(inputs), {inputs: x[:5]}), atol=1e-5
            ),
        )
    print("weights:", [w.name for w in network.weights])
    print("loss decreased:", bool(losses[-1] < losses[0]))


if __name__ == "__main__":
    tf.app.run()
