"""`tensorflow.core`: the protocol buffers, by the names of the files that TensorFlow has them in."""

from headwater._src.core import lazy as _lazy

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("example", "framework", "protobuf", "util"))
