"""`tensorflow.python.training.moving_averages`: not public, but imported by many programs."""

from headwater._src.train.moving_averages import (
    ExponentialMovingAverage as ExponentialMovingAverage,
    assign_moving_average as assign_moving_average,
)
