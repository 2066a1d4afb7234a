"""`tf.contrib.tensorboard.plugins`: settings of TensorBoard's plugins."""

from headwater._src.core import lazy as _lazy

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("projector",))
