"""`tf.keras.optimizers`: what changes a model's weights."""

from headwater._src.keras.optimizer_base import Optimizer as Optimizer
from headwater._src.keras.optimizers import (
    deserialize as deserialize,
    get as get,
    serialize as serialize,
)
from headwater._src.keras.optimizers_moments import Adam as Adam, Adamax as Adamax, Nadam as Nadam
from headwater._src.keras.optimizers_momentum import SGD as SGD, Ftrl as Ftrl
from headwater._src.keras.optimizers_squares import (
    Adadelta as Adadelta,
    Adagrad as Adagrad,
    RMSprop as RMSprop,
)
from headwater.keras.optimizers import schedules as schedules
