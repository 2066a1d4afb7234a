"""`tf.compat`: helpers for programs that run on several versions, and `tf.compat.v1`."""

from headwater._src.core import lazy as _lazy
from headwater._src.core.tensor_shape import (
    dimension_at_index as dimension_at_index,
    dimension_value as dimension_value,
)
from headwater._src.core.text import (
    as_bytes as as_bytes,
    as_str as as_str,
    as_str_any as as_str_any,
    as_text as as_text,
    bytes_or_text_types as bytes_or_text_types,
    complex_types as complex_types,
    integral_types as integral_types,
    path_to_str as path_to_str,
    real_types as real_types,
)

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("v1", "v2"), {})
