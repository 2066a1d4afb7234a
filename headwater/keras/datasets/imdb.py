"""`tf.keras.datasets.imdb`."""

from headwater._src.keras.datasets import imdb_word_index as get_word_index, load_imdb as load_data

__all__ = ["get_word_index", "load_data"]
