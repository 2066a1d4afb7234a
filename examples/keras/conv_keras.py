"""A small convolutional network of Keras layers, with its session used from outside."""

import numpy as np
import tensorflow as tf

tf.app.flags.DEFINE_integer("steps", 30, "training steps")
FLAGS = tf.app.flags.FLAGS


def main(_):
    tf.set_random_seed(0)
    random = np.random.RandomState(0)
    labels = random.randint(0, 2, 128)
    images = random.randn(128, 10, 10, 1) * 0.3
    images[labels == 1, ::2] += 1.0  # stripes
    layers = tf.keras.layers
    model = tf.keras.Sequential()
    model.add(tf.keras.layers.InputLayer((10, 10, 1)))
    model.add(tf.keras.layers.Conv2D(4, (3, 3), activation="relu", padding="same"))
    model.add(tf.keras.layers.MaxPooling2D(pool_size=(2, 2)))
    model.add(layers.BatchNormalization(momentum=0.8))
    model.add(layers.GlobalAveragePooling2D())
    model.add(
        layers.Dense(2, activation="softmax", kernel_regularizer=tf.keras.regularizers.l2(1e-4))
    )
    model.compile("adam", "categorical_crossentropy", metrics=["acc"])
    targets = tf.keras.utils.to_categorical(labels)
    losses = []
    for _ in range(FLAGS.steps):
        pick = random.randint(0, 128, 32)
        losses.append(model.train_on_batch(images[pick], targets[pick])[0])
    sess = tf.keras.backend.get_session()
    features = sess.run(model.layers[1].output, {model.input: images[:2]})
    print("layers:", [layer.__class__.__name__ for layer in model.layers])
    print("features:", features.shape)
    print("loss decreased:", bool(np.mean(losses[-5:]) < np.mean(losses[:5])))
    copy = tf.keras.models.model_from_json(model.to_json())
    copy.set_weights(model.get_weights())
    print(
        "a copy agrees:",
        np.allclose(copy.predict(images[:3]), model.predict(images[:3]), atol=1e-5),
    )


if __name__ == "__main__":
    tf.app.run()
