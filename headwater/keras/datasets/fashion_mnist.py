"""`tf.keras.datasets.fashion_mnist`."""

from headwater._src.keras.datasets import load_fashion_mnist as load_data

__all__ = ["load_data"]
