"""`tf.keras.applications.resnet_v2`."""

from headwater._src.keras.application_parts import (  # noqa: F401  one function for each mode
    decode_predictions as decode_predictions,
    preprocess_tf as preprocess_input,
)
from headwater._src.keras.applications_resnet_v2 import (
    ResNet50V2 as ResNet50V2,
    ResNet101V2 as ResNet101V2,
    ResNet152V2 as ResNet152V2,
)
