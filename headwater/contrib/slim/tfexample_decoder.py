"""`tf.contrib.slim.tfexample_decoder`: items of serialized examples."""

from headwater._src.contrib.slim_data import (
    Image as Image,
    Tensor as Tensor,
    TFExampleDecoder as TFExampleDecoder,
)
