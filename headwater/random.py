"""`tf.random`: random tensors and their seeds."""

from headwater._src.graph.seeds import get_seed as get_seed
from headwater._src.graph.seeds import set_random_seed as set_random_seed
from headwater._src.ops.random import random_crop as crop
from headwater._src.ops.random import random_crop as random_crop
from headwater._src.ops.random import random_normal as normal
from headwater._src.ops.random import random_shuffle as shuffle
from headwater._src.ops.random import random_uniform as uniform
from headwater._src.ops.random import truncated_normal as truncated_normal


__all__ = ["crop", "get_seed", "normal", "random_crop", "set_random_seed", "shuffle", "truncated_normal",
           "uniform"]
