"""`tf.contrib.slim.model_analyzer`: sizes of variables and operations."""

from headwater._src.contrib.model_analyzer import (
    analyze_ops as analyze_ops,
    analyze_vars as analyze_vars,
    tensor_description as tensor_description,
)
