"""`tf.random`: random tensors and their seeds."""

from headwater._src.graph.seeds import get_seed as get_seed, set_random_seed as set_random_seed
from headwater._src.ops.candidate_sampling import (
    all_candidate_sampler as all_candidate_sampler,
    fixed_unigram_candidate_sampler as fixed_unigram_candidate_sampler,
    learned_unigram_candidate_sampler as learned_unigram_candidate_sampler,
    log_uniform_candidate_sampler as log_uniform_candidate_sampler,
    uniform_candidate_sampler as uniform_candidate_sampler,
)
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
from headwater._src.ops.random_gamma import (
    random_gamma as gamma,
    random_poisson as poisson,
    stateless_random_gamma as stateless_gamma,
    stateless_random_poisson as stateless_poisson,
)
from headwater._src.ops.stateless_random import (
    stateless_random_normal as stateless_normal,
    stateless_random_uniform as stateless_uniform,
    stateless_truncated_normal as stateless_truncated_normal,
)

__all__ = [
    "all_candidate_sampler",
    "categorical",
    "crop",
    "fixed_unigram_candidate_sampler",
    "gamma",
    "get_seed",
    "learned_unigram_candidate_sampler",
    "log_uniform_candidate_sampler",
    "multinomial",
    "normal",
    "poisson",
    "random_crop",
    "set_random_seed",
    "shuffle",
    "stateless_gamma",
    "stateless_normal",
    "stateless_poisson",
    "stateless_truncated_normal",
    "stateless_uniform",
    "truncated_normal",
    "uniform",
    "uniform_candidate_sampler",
]
