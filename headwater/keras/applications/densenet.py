"""`tf.keras.applications.densenet`."""

from headwater._src.keras.application_parts import (  # noqa: F401  one function for each mode
    decode_predictions as decode_predictions,
    preprocess_torch as preprocess_input,
)
from headwater._src.keras.applications import (
    DenseNet121 as DenseNet121,
    DenseNet169 as DenseNet169,
    DenseNet201 as DenseNet201,
)
