"""`tf.random`: random tensors and their seeds."""

from headwater._src.graph.seeds import get_seed as get_seed, set_random_seed as set_random_seed
from headwater._src.ops.random import (
    random_crop as crop,
    random_crop as random_crop,
    random_normal as normal,
    random_shuffle as shuffle,
    random_uniform as uniform,
    truncated_normal as truncated_normal,
)

__all__ = [
    "crop",
    "get_seed",
    "normal",
    "random_crop",
    "set_random_seed",
    "shuffle",
    "truncated_normal",
    "uniform",
]
