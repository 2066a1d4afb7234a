"""`tf.keras.applications.imagenet_utils`."""

from headwater._src.keras.application_parts import (
    decode_predictions as decode_predictions,
    preprocess_input as preprocess_input,
)
