"""`tf.keras.applications.mobilenet_v2`."""

from headwater._src.keras.application_parts import (  # noqa: F401  one function for each mode
    decode_predictions as decode_predictions,
    preprocess_tf as preprocess_input,
)
from headwater._src.keras.applications import MobileNetV2 as MobileNetV2
