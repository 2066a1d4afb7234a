"""`tf.layers`: layers as functions and as classes."""

from headwater._src.layers.base import InputSpec as InputSpec, Layer as Layer
from headwater._src.layers.core import (
    Dense as Dense,
    Dropout as Dropout,
    Flatten as Flatten,
    dense as dense,
    dropout as dropout,
    flatten as flatten,
)
