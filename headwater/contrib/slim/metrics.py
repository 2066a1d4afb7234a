"""`tf.contrib.slim.metrics`: the metrics of `tf.contrib.metrics`."""

from headwater._src.core import lazy as _lazy

__getattr__, __dir__ = _lazy.delegate(__name__, "headwater.contrib.metrics")
