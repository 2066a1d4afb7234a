"""`tf.keras.datasets.reuters`."""

from headwater._src.keras.datasets import (
    load_reuters as load_data,
    reuters_word_index as get_word_index,
)

__all__ = ["get_word_index", "load_data"]
