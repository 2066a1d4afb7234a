"""`tf.keras.datasets.cifar100`."""

from headwater._src.keras.datasets import load_cifar100 as load_data

__all__ = ["load_data"]
