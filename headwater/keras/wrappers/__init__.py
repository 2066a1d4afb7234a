"""`tf.keras.wrappers`: Keras models in other libraries."""

from headwater.keras.wrappers import scikit_learn as scikit_learn
