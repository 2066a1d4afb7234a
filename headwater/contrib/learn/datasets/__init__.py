"""`tf.contrib.learn.datasets`: small data sets."""

from headwater._src.contrib.learn_data import (
    load_boston as load_boston,
    load_dataset as load_dataset,
    load_iris as load_iris,
)
from headwater._src.core import lazy as _lazy

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("base", "mnist"))
