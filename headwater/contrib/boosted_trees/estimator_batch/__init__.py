"""`tf.contrib.boosted_trees.estimator_batch`: estimators of boosted trees."""

from headwater._src.core import lazy as _lazy

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("estimator",))
