"""`tf.saved_model.utils`: tensors in signatures."""

from headwater._src.train.signatures import (
    build_tensor_info as build_tensor_info,
    get_tensor_from_tensor_info as get_tensor_from_tensor_info,
)
