"""`tf.keras.datasets.cifar10`."""

from headwater._src.keras.datasets import load_cifar10 as load_data

__all__ = ["load_data"]
