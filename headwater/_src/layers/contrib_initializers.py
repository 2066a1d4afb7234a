"""Initializers of `tf.contrib.layers`."""

import math

from headwater._src.core import dtypes
from headwater._src.graph.optable import PUBLIC

_MODES = ("FAN_IN", "FAN_OUT", "FAN_AVG")
# What a normal distribution loses of its variance when it is cut at two standard deviations.
_CUT_VARIANCE = 1.3


def _float_type(dtype):
    dtype = dtypes.as_dtype(dtype).base_dtype
    if not dtype.is_floating:
        raise TypeError("Cannot create initializer for non-floating point type.")
    return dtype


def variance_scaling_initializer(
    factor=2.0, mode="FAN_IN", uniform=False, seed=None, dtype=dtypes.float32
):
    """Random numbers of variance `factor / n`; `n` counts a layer's inputs or outputs.

    Args:
      factor: positive factor of the variance.
      mode: `"FAN_IN"`, `"FAN_OUT"` or `"FAN_AVG"`: what `n` is.
      uniform: whether the numbers are uniform instead of truncated normal.
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say; floating-point.

    Returns:
      A function of shape, type and partition info that gives a `Tensor`.

    Raises:
      TypeError: the type is not floating-point, or the mode is unknown.
    """
    default = _float_type(dtype)
    if mode not in _MODES:
        raise TypeError(f"Unknown mode {mode} [{', '.join(_MODES)}]")

    def initialize(shape, dtype=default, partition_info=None):
        dtype = _float_type(default if dtype is None else dtype)
        dims = [int(d) for d in shape]
        inputs = outputs = 1.0
        if dims:
            field = float(math.prod(dims[:-2]))
            inputs, outputs = field * dims[max(len(dims) - 2, 0)], field * dims[-1]
        n = {"FAN_IN": inputs, "FAN_OUT": outputs, "FAN_AVG": (inputs + outputs) / 2.0}[mode]
        if uniform:
            bound = math.sqrt(3.0 * factor / n)
            return PUBLIC["random_uniform"](dims, -bound, bound, dtype, seed=seed)
        stddev = math.sqrt(_CUT_VARIANCE * factor / n)
        return PUBLIC["truncated_normal"](dims, 0.0, stddev, dtype, seed=seed)

    return initialize


def xavier_initializer(uniform=True, seed=None, dtype=dtypes.float32):
    """Random numbers that keep the size of gradients alike in all layers (Glorot and Bengio).

    Args:
      uniform: whether the numbers are uniform instead of truncated normal.
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say; floating-point.

    Returns:
      A function of shape, type and partition info that gives a `Tensor`.
    """
    return variance_scaling_initializer(1.0, "FAN_AVG", uniform, seed, dtype)


xavier_initializer_conv2d = xavier_initializer
