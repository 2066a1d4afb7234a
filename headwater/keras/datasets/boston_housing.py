"""`tf.keras.datasets.boston_housing`."""

from headwater._src.keras.datasets import load_boston_housing as load_data

__all__ = ["load_data"]
