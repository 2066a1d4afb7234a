"""Initializers: callables that give the first value of a variable of a given shape."""

import math
from typing import Any

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph.convert import constant
from headwater._src.graph.optable import PUBLIC, raw

# The standard deviation of a standard normal distribution truncated at two standard deviations.
_TRUNCATED_STDDEV = 0.87962566103423978


class Initializer:
    """Base class: `initializer(shape, dtype=None, partition_info=None)` gives a `Tensor`."""

    dtype: Any

    def __call__(self, shape, dtype=None, partition_info=None):
        """The initial value of a variable.

        Args:
          shape: list of the variable's dimensions.
          dtype: its type (default: the initializer's own).
          partition_info: where the variable is part of a larger one, which part.

        Returns:
          A `Tensor`.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say how to make a value")

    def get_config(self):
        """The constructor's arguments as a dict that can be written as JSON."""
        return {}

    @classmethod
    def from_config(cls, config):
        """The initializer that `get_config` described."""
        return cls(**config)

    def _type(self, dtype):
        return self.dtype if dtype is None else dtypes.as_dtype(dtype).base_dtype


def _float_type(dtype):
    dtype = dtypes.as_dtype(dtype)
    if not dtype.is_floating:
        raise ValueError(
            f"Argument `dtype` expected to be numeric or boolean. Received {dtype}."
            if not hasattr(dtype, "name")
            else f"Expected floating point type, got {dtype.name}."
        )
    return dtype


class Zeros(Initializer):
    """Zeros.

    Args:
      dtype: the type when the call does not say.
    """

    def __init__(self, dtype=dtypes.float32):
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        return PUBLIC["zeros"](shape, self._type(dtype))

    def get_config(self):
        return {"dtype": self.dtype.name}


class Ones(Initializer):
    """Ones.

    Args:
      dtype: the type when the call does not say.
    """

    def __init__(self, dtype=dtypes.float32):
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        return PUBLIC["ones"](shape, self._type(dtype))

    def get_config(self):
        return {"dtype": self.dtype.name}


class Constant(Initializer):
    """A given value; a list that is too short is filled up with its last element.

    Args:
      value: a number, nested list or array.
      dtype: the type when the call does not say.
      verify_shape: whether the value must have exactly the variable's shape.
    """

    def __init__(self, value=0, dtype=dtypes.float32, verify_shape=False):
        self.value = value
        self.dtype = dtypes.as_dtype(dtype)
        self._verify_shape = verify_shape

    def __call__(self, shape, dtype=None, partition_info=None, verify_shape=None):
        verify = self._verify_shape if verify_shape is None else verify_shape
        return constant(self.value, self._type(dtype), shape=shape, verify_shape=verify)

    def get_config(self):
        return {"value": self.value, "dtype": self.dtype.name}


class RandomUniform(Initializer):
    """Uniformly random numbers.

    Args:
      minval: lower bound.
      maxval: upper bound, not included (default: 1 for floating-point types).
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say.
    """

    def __init__(self, minval=0.0, maxval=None, seed=None, dtype=dtypes.float32):
        self.minval, self.maxval, self.seed = minval, maxval, seed
        self.dtype = dtypes.as_dtype(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        return PUBLIC["random_uniform"](
            shape, self.minval, self.maxval, self._type(dtype), seed=self.seed
        )

    def get_config(self):
        return {
            "minval": self.minval,
            "maxval": self.maxval,
            "seed": self.seed,
            "dtype": self.dtype.name,
        }


class RandomNormal(Initializer):
    """Normally distributed random numbers.

    Args:
      mean: mean of the distribution.
      stddev: its standard deviation.
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say; floating-point.
    """

    _function = "random_normal"

    def __init__(self, mean=0.0, stddev=1.0, seed=None, dtype=dtypes.float32):
        self.mean, self.stddev, self.seed = mean, stddev, seed
        self.dtype = _float_type(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        return PUBLIC[self._function](
            shape, self.mean, self.stddev, self._type(dtype), seed=self.seed
        )

    def get_config(self):
        return {
            "mean": self.mean,
            "stddev": self.stddev,
            "seed": self.seed,
            "dtype": self.dtype.name,
        }


class TruncatedNormal(RandomNormal):
    """Normal random numbers, drawn again when farther than two deviations from the mean.

    Args:
      mean: mean of the distribution before truncation.
      stddev: its standard deviation before truncation.
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say; floating-point.
    """

    _function = "truncated_normal"


class UniformUnitScaling(Initializer):
    """Uniform numbers within `factor * sqrt(3 / inputs)`, which keeps an input's scale.

    Args:
      factor: a factor for the range.
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say; floating-point.
    """

    def __init__(self, factor=1.0, seed=None, dtype=dtypes.float32):
        self.factor, self.seed = factor, seed
        self.dtype = _float_type(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        whole = shape if partition_info is None else partition_info.full_shape
        inputs = 1.0
        for d in _dims(whole)[:-1]:
            inputs *= float(d)
        bound = math.sqrt(3 / max(inputs, 1.0)) * self.factor
        return PUBLIC["random_uniform"](shape, -bound, bound, self._type(dtype), seed=self.seed)

    def get_config(self):
        return {"factor": self.factor, "seed": self.seed, "dtype": self.dtype.name}


class VarianceScaling(Initializer):
    """Random numbers of variance `scale / n`; `n` counts a layer's inputs or outputs.

    Args:
      scale: positive factor of the variance.
      mode: `"fan_in"`, `"fan_out"` or `"fan_avg"`: what `n` is.
      distribution: `"truncated_normal"` (or `"normal"`), `"untruncated_normal"` or `"uniform"`.
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say; floating-point.

    Raises:
      ValueError: an argument is not one of these.
    """

    def __init__(
        self,
        scale=1.0,
        mode="fan_in",
        distribution="truncated_normal",
        seed=None,
        dtype=dtypes.float32,
    ):
        if scale <= 0.0:
            raise ValueError(f"Argument `scale` must be a positive float. Received: {scale}")
        if mode not in ("fan_in", "fan_out", "fan_avg"):
            raise ValueError(
                "Argument `mode` should be one of ('fan_in', 'fan_out', 'fan_avg'). Received: "
                f"{mode}"
            )
        distribution = distribution.lower()
        if distribution not in ("normal", "uniform", "truncated_normal", "untruncated_normal"):
            raise ValueError(
                "Argument `distribution` should be one of ('normal', uniform', "
                f"'truncated_normal', 'untruncated_normal'). Received: {distribution}"
            )
        self.scale, self.mode, self.distribution, self.seed = scale, mode, distribution, seed
        self.dtype = _float_type(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = self._type(dtype)
        fan_in, fan_out = _fans(
            _dims(shape if partition_info is None else partition_info.full_shape)
        )
        n = {"fan_in": fan_in, "fan_out": fan_out, "fan_avg": (fan_in + fan_out) / 2.0}[self.mode]
        variance = self.scale / max(1.0, n)
        if self.distribution in ("normal", "truncated_normal"):
            stddev = math.sqrt(variance) / _TRUNCATED_STDDEV
            return PUBLIC["truncated_normal"](shape, 0.0, stddev, dtype, seed=self.seed)
        if self.distribution == "untruncated_normal":
            return PUBLIC["random_normal"](shape, 0.0, math.sqrt(variance), dtype, seed=self.seed)
        bound = math.sqrt(3.0 * variance)
        return PUBLIC["random_uniform"](shape, -bound, bound, dtype, seed=self.seed)

    def get_config(self):
        return {
            "scale": self.scale,
            "mode": self.mode,
            "distribution": self.distribution,
            "seed": self.seed,
            "dtype": self.dtype.name,
        }


def _dims(shape):
    return TensorShape(shape).as_list()


def _fans(dims):
    """Numbers of inputs and outputs of a layer whose weights have this shape."""
    if not dims:
        return 1, 1
    if len(dims) == 1:
        return dims[0], dims[0]
    field = math.prod(dims[:-2])
    return dims[-2] * field, dims[-1] * field


class GlorotUniform(VarianceScaling):
    """Uniform numbers of variance `2 / (inputs + outputs)` (Glorot and Bengio, 2010).

    Args:
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say; floating-point.
    """

    def __init__(self, seed=None, dtype=dtypes.float32):
        super().__init__(1.0, "fan_avg", "uniform", seed, dtype)

    def get_config(self):
        return {"seed": self.seed, "dtype": self.dtype.name}


class GlorotNormal(VarianceScaling):
    """Truncated normal numbers of variance `2 / (inputs + outputs)` (Glorot and Bengio, 2010).

    Args:
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say; floating-point.
    """

    def __init__(self, seed=None, dtype=dtypes.float32):
        super().__init__(1.0, "fan_avg", "truncated_normal", seed, dtype)

    def get_config(self):
        return {"seed": self.seed, "dtype": self.dtype.name}


class Orthogonal(Initializer):
    """A random matrix with orthonormal rows or columns; further dimensions count as rows.

    Args:
      gain: a factor.
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say; floating-point.
    """

    def __init__(self, gain=1.0, seed=None, dtype=dtypes.float32):
        self.gain, self.seed = gain, seed
        self.dtype = _float_type(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dtype = self._type(dtype)
        dims = _dims(shape)
        if len(dims) < 2:
            raise ValueError(
                "The tensor to initialize, specified by argument `shape` must be at least "
                f"two-dimensional. Received shape={shape}"
            )
        rows, columns = math.prod(dims[:-1]), dims[-1]
        tall = (columns, rows) if rows < columns else (rows, columns)
        q, r = raw.Qr(
            PUBLIC["random_normal"](tall, dtype=dtype, seed=self.seed), full_matrices=False
        )
        q = q * raw.Sign(raw.DiagPart(r))  # which makes the distribution uniform
        if rows < columns:
            q = PUBLIC["matrix_transpose"](q)
        return self.gain * PUBLIC["reshape"](q, dims)

    def get_config(self):
        return {"gain": self.gain, "seed": self.seed, "dtype": self.dtype.name}


class Identity(Initializer):
    """The identity matrix; only for matrices.

    Args:
      gain: a factor.
      dtype: the type when the call does not say; floating-point.
    """

    def __init__(self, gain=1.0, dtype=dtypes.float32):
        self.gain = gain
        self.dtype = _float_type(dtype)

    def __call__(self, shape, dtype=None, partition_info=None):
        dims = _dims(shape if partition_info is None else partition_info.full_shape)
        if len(dims) != 2:
            raise ValueError(
                "The tensor to initialize, specified by argument `shape` must be at least "
                f"two-dimensional. Received shape={shape}"
            )
        eye = PUBLIC["eye"](*dims, dtype=self._type(dtype))
        if partition_info is not None:
            eye = PUBLIC["slice"](eye, partition_info.var_offset, shape)
        return eye if self.gain == 1.0 else self.gain * eye

    def get_config(self):
        return {"gain": self.gain, "dtype": self.dtype.name}


def he_normal(seed=None):
    """Truncated normal numbers of variance `2 / inputs` (He et al., 2015).

    Args:
      seed: Python integer for repeatable numbers.
    """
    return VarianceScaling(2.0, "fan_in", "truncated_normal", seed)


def he_uniform(seed=None):
    """Uniform numbers of variance `2 / inputs` (He et al., 2015).

    Args:
      seed: Python integer for repeatable numbers.
    """
    return VarianceScaling(2.0, "fan_in", "uniform", seed)


def lecun_normal(seed=None):
    """Truncated normal numbers of variance `1 / inputs` (LeCun et al., 1998).

    Args:
      seed: Python integer for repeatable numbers.
    """
    return VarianceScaling(1.0, "fan_in", "truncated_normal", seed)


def lecun_uniform(seed=None):
    """Uniform numbers of variance `1 / inputs` (LeCun et al., 1998).

    Args:
      seed: Python integer for repeatable numbers.
    """
    return VarianceScaling(1.0, "fan_in", "uniform", seed)


# What `get_variable` starts a variable with when the program does not say.
PUBLIC["glorot_uniform_initializer"] = GlorotUniform
PUBLIC["zeros_initializer"] = Zeros
