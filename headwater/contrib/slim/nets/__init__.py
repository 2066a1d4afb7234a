"""`tf.contrib.slim.nets`: well-known networks; each file is loaded when it is asked for."""

from headwater._src.core import lazy as _lazy

_NETS = (
    "alexnet",
    "inception",
    "inception_v1",
    "inception_v2",
    "inception_v3",
    "overfeat",
    "resnet_utils",
    "resnet_v1",
    "resnet_v2",
    "vgg",
)

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, _NETS)
