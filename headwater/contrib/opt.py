"""`tf.contrib.opt`: further optimizers."""

from headwater._src.train.contrib_adam import (
    AdaMaxOptimizer as AdaMaxOptimizer,
    LazyAdamOptimizer as LazyAdamOptimizer,
    NadamOptimizer as NadamOptimizer,
)
from headwater._src.train.contrib_external import (
    ExternalOptimizerInterface as ExternalOptimizerInterface,
    ScipyOptimizerInterface as ScipyOptimizerInterface,
)
from headwater._src.train.contrib_lars import LARSOptimizer as LARSOptimizer
from headwater._src.train.contrib_moving_average import (
    MovingAverageOptimizer as MovingAverageOptimizer,
)
from headwater._src.train.contrib_weight_decay import (
    AdamWOptimizer as AdamWOptimizer,
    DecoupledWeightDecayExtension as DecoupledWeightDecayExtension,
    MomentumWOptimizer as MomentumWOptimizer,
    extend_with_decoupled_weight_decay as extend_with_decoupled_weight_decay,
)
