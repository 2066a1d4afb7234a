"""`tf.estimator.inputs`: input functions over arrays and data frames in memory."""

from headwater._src.estimator.inputs import (
    numpy_input_fn as numpy_input_fn,
    pandas_input_fn as pandas_input_fn,
)
