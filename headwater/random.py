"""`tf.random`: random tensors and their seeds."""

from headwater._src.graph.seeds import get_seed as get_seed, set_random_seed as set_random_seed
from headwater._src.ops.categorical import (
    categorical as categorical,
    multinomial as multinomial,
)
from headwater._src.ops.random import (
    random_crop as crop,
    random_crop as random_crop,
    random_normal as normal,
    random_shuffle as shuffle,
    random_uniform as uniform,
    truncated_normal as truncated_normal,
)
from headwater._src.ops.stateless_random import (
    stateless_random_normal as stateless_normal,
    stateless_random_uniform as stateless_uniform,
    stateless_truncated_normal as stateless_truncated_normal,
)

__all__ = [
    "categorical",
    "crop",
    "get_seed",
    "multinomial",
    "normal",
    "random_crop",
    "set_random_seed",
    "shuffle",
    "stateless_normal",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
]
