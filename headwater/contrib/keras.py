"""`tf.contrib.keras`: `tf.keras` by its first name."""

from headwater._src.core import lazy as _lazy

__getattr__, __dir__ = _lazy.delegate(__name__, "headwater.keras")
