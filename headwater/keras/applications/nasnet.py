"""`tf.keras.applications.nasnet`."""

from headwater._src.keras.application_parts import (  # noqa: F401  one function for each mode
    decode_predictions as decode_predictions,
    preprocess_tf as preprocess_input,
)
from headwater._src.keras.applications_nasnet import (
    NASNetLarge as NASNetLarge,
    NASNetMobile as NASNetMobile,
)
