"""`tf.contrib`: what programs used of it; each part is loaded when it is asked for."""

from headwater._src.core import lazy as _lazy

_PARTS = ("framework", "layers", "lookup", "opt", "rnn")

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, _PARTS)
