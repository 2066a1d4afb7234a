"""`tf.keras.applications.vgg19`."""

from headwater._src.keras.application_parts import (  # noqa: F401  one function for each mode
    decode_predictions as decode_predictions,
    preprocess_caffe as preprocess_input,
)
from headwater._src.keras.applications import VGG19 as VGG19
