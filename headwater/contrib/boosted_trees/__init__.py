"""`tf.contrib.boosted_trees`: gradient boosting."""

from headwater._src.core import lazy as _lazy

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("estimator_batch", "proto"))
