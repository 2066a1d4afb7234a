"""`tf.contrib.util`: tensors as protocol buffers."""

from headwater._src.core.tensor_proto import (
    make_ndarray as make_ndarray,
    make_tensor_proto as make_tensor_proto,
)
from headwater._src.graph.static_value import (
    constant_value as constant_value,
)
