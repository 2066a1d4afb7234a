"""`tf.train`: optimizers and the step count."""

from headwater._src.train.gradient_descent import GradientDescentOptimizer as GradientDescentOptimizer
from headwater._src.train.optimizer import Optimizer as Optimizer
