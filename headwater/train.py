"""`tf.train`: optimizers and the step count."""

from headwater._src.train.adam import AdamOptimizer as AdamOptimizer
from headwater._src.train.global_step import (
    assert_global_step as assert_global_step,
    create_global_step as create_global_step,
    get_global_step as get_global_step,
    get_or_create_global_step as get_or_create_global_step,
    global_step as global_step,
)
from headwater._src.train.gradient_descent import (
    GradientDescentOptimizer as GradientDescentOptimizer,
)
from headwater._src.train.momentum import MomentumOptimizer as MomentumOptimizer
from headwater._src.train.optimizer import Optimizer as Optimizer
