"""`tf.contrib.slim.losses`: the losses of `tf.contrib.losses`."""

from headwater._src.core import lazy as _lazy

__getattr__, __dir__ = _lazy.delegate(__name__, "headwater.contrib.losses")
