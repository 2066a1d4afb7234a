"""`tf.keras.initializers`: those of `tf.initializers` with Keras' defaults, and by name."""

import inspect

from headwater._src.core import dtypes
from headwater._src.keras.serialization import deserialize_keras_object, serialize_keras_object
from headwater._src.layers import initializers as base
from headwater._src.layers.initializers import (
    Constant,
    GlorotNormal,
    GlorotUniform,
    Identity,
    Initializer,
    Ones,
    Orthogonal,
    VarianceScaling,
    Zeros,
    he_normal,
    he_uniform,
    lecun_normal,
    lecun_uniform,
)


class RandomNormal(base.RandomNormal):
    """Normally distributed random numbers.

    Args:
      mean: mean of the distribution.
      stddev: its standard deviation.
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say; floating-point.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(mean, stddev, seed, dtype)


class TruncatedNormal(base.TruncatedNormal):
    """Normal random numbers, drawn again when farther than two deviations from the mean.

    Args:
      mean: mean of the distribution before truncation.
      stddev: its standard deviation before truncation.
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say; floating-point.
    """

    def __init__(self, mean=0.0, stddev=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(mean, stddev, seed, dtype)


class RandomUniform(base.RandomUniform):
    """Uniformly random numbers.

    Args:
      minval: lower bound.
      maxval: upper bound, not included.
      seed: Python integer for repeatable numbers.
      dtype: the type when the call does not say.
    """

    def __init__(self, minval=-0.05, maxval=0.05, seed=None, dtype=dtypes.float32):
        super().__init__(minval, maxval, seed, dtype)


_NAMES = {
    "Initializer": Initializer,
    "Zeros": Zeros,
    "Ones": Ones,
    "Constant": Constant,
    "RandomNormal": RandomNormal,
    "RandomUniform": RandomUniform,
    "TruncatedNormal": TruncatedNormal,
    "VarianceScaling": VarianceScaling,
    "Orthogonal": Orthogonal,
    "Identity": Identity,
    "GlorotNormal": GlorotNormal,
    "GlorotUniform": GlorotUniform,
    "zeros": Zeros,
    "ones": Ones,
    "constant": Constant,
    "normal": RandomNormal,
    "random_normal": RandomNormal,
    "uniform": RandomUniform,
    "random_uniform": RandomUniform,
    "truncated_normal": TruncatedNormal,
    "orthogonal": Orthogonal,
    "identity": Identity,
    "glorot_normal": GlorotNormal,
    "glorot_uniform": GlorotUniform,
    "he_normal": he_normal,
    "he_uniform": he_uniform,
    "lecun_normal": lecun_normal,
    "lecun_uniform": lecun_uniform,
}
_MAKERS = {he_normal, he_uniform, lecun_normal, lecun_uniform}


def serialize(initializer, use_legacy_format=False):
    """An initializer as plain values.

    Args:
      initializer: an initializer, or a function.
      use_legacy_format: ignored; kept for newer programs.
    """
    return serialize_keras_object(initializer)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    """The initializer that `serialize` described.

    Args:
      config: `{"class_name": ..., "config": ...}`, or a name.
      custom_objects: dict from further names to classes.
      use_legacy_format: ignored; kept for newer programs.
    """
    made = deserialize_keras_object(config, _NAMES, custom_objects, "initializer")
    return made() if made in _MAKERS else made


def get(identifier):
    """The initializer that a program means.

    Args:
      identifier: a name, a config, an initializer, a class of initializers, or None.

    Raises:
      ValueError: it is of another kind.
    """
    if identifier is None:
        return None
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    if callable(identifier):
        return identifier() if inspect.isclass(identifier) else identifier
    raise ValueError(f"Could not interpret initializer identifier: {identifier!r}")
