"""`tf.contrib.learn`: its small tools; estimators are in `tf.estimator`."""

from headwater._src.contrib.learn_config import (
    RunConfig as RunConfig,
)
from headwater._src.contrib.learn_data import (
    ModeKeys as ModeKeys,
    extract_pandas_data as extract_pandas_data,
    extract_pandas_labels as extract_pandas_labels,
)
from headwater._src.contrib.private_paths import PrivatePath as _PrivatePath
from headwater._src.core import lazy as _lazy

python = _PrivatePath(
    __name__,
    {
        "learn.datasets": "headwater.contrib.learn.datasets",
        "learn.preprocessing": "headwater.contrib.learn.preprocessing",
    },
)
__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("datasets", "preprocessing"))
