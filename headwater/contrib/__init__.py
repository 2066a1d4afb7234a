"""`tf.contrib`: what programs used of it; each part is loaded when it is asked for."""

from headwater._src.core import lazy as _lazy

_PARTS = (
    "boosted_trees",
    "cluster_resolver",
    "data",
    "distributions",
    "eager",
    "factorization",
    "feature_column",
    "framework",
    "keras",
    "layers",
    "learn",
    "legacy_seq2seq",
    "lookup",
    "losses",
    "metrics",
    "opt",
    "quantize",
    "rnn",
    "seq2seq",
    "slim",
    "staging",
    "summary",
    "tensor_forest",
    "tensorboard",
    "tfprof",
    "tpu",
    "training",
    "util",
)

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, _PARTS)
