"""`tf.contrib`: what programs used of it; each part is loaded when it is asked for."""

from headwater._src.core import lazy as _lazy

_PARTS = (
    "data",
    "distributions",
    "feature_column",
    "framework",
    "layers",
    "learn",
    "legacy_seq2seq",
    "lookup",
    "losses",
    "metrics",
    "opt",
    "rnn",
    "seq2seq",
    "slim",
    "tensorboard",
    "training",
    "util",
)
_NOT_HERE = (
    "boosted_trees",
    "cluster_resolver",
    "eager",
    "factorization",
    "quantize",
    "staging",
    "summary",
    "tensor_forest",
    "tfprof",
    "tpu",
)

__getattr__, __dir__ = _lazy.lazy_getattr(
    __name__, _PARTS, dict.fromkeys(_NOT_HERE, "headwater._src.contrib.unavailable")
)
