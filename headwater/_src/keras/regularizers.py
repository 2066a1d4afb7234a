"""`tf.keras.regularizers`: losses of weights, or of a layer's outputs."""

from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.keras.functions import fn
from headwater._src.keras.serialization import deserialize_keras_object, serialize_keras_object


class Regularizer:
    """Base class: an instance is called with a tensor and gives a scalar loss."""

    def __call__(self, x):
        """No loss.

        Args:
          x: floating-point `Tensor`.
        """
        return 0.0

    @classmethod
    def from_config(cls, config):
        """The regularizer that `get_config` described.

        Args:
          config: dict of the constructor's arguments.
        """
        return cls(**config)

    def get_config(self):
        """The constructor's arguments as plain values."""
        raise NotImplementedError(f"{type(self).__name__} does not implement get_config()")


class L1L2(Regularizer):
    """`l1 * sum(abs(x)) + l2 * sum(x ** 2)`.

    Args:
      l1: factor of the absolute values.
      l2: factor of the squares.
    """

    def __init__(self, l1=0.0, l2=0.0):
        self.l1, self.l2 = float(l1), float(l2)

    def __call__(self, x):
        if not self.l1 and not self.l2:
            return constant(0.0)
        x = convert_to_tensor(x)
        loss = 0.0
        if self.l1:
            loss += self.l1 * fn.reduce_sum(fn.abs(x))
        if self.l2:
            loss += self.l2 * fn.reduce_sum(fn.square(x))
        return loss

    def get_config(self):
        return {"l1": self.l1, "l2": self.l2}


class L1(Regularizer):
    """`l1 * sum(abs(x))`.

    Args:
      l1: the factor; `l` is its older name.
      **kwargs: the older name.
    """

    def __init__(self, l1=0.01, **kwargs):
        self.l1 = float(_renamed(l1, kwargs))

    def __call__(self, x):
        return self.l1 * fn.reduce_sum(fn.abs(convert_to_tensor(x)))

    def get_config(self):
        return {"l1": self.l1}


class L2(Regularizer):
    """`l2 * sum(x ** 2)`.

    Args:
      l2: the factor; `l` is its older name.
      **kwargs: the older name.
    """

    def __init__(self, l2=0.01, **kwargs):
        self.l2 = float(_renamed(l2, kwargs))

    def __call__(self, x):
        return self.l2 * fn.reduce_sum(fn.square(convert_to_tensor(x)))

    def get_config(self):
        return {"l2": self.l2}


def _renamed(value, kwargs):
    value = kwargs.pop("l", value)
    if kwargs:
        raise TypeError(f"Argument(s) not recognized: {kwargs}")
    return value


def l1(l=0.01, **kwargs):
    """An `L1L2` with absolute values only.

    Args:
      l: the factor.
      **kwargs: `l1`, the factor's newer name.
    """
    return L1L2(l1=kwargs.pop("l1", l), **kwargs)


def l2(l=0.01, **kwargs):
    """An `L1L2` with squares only.

    Args:
      l: the factor.
      **kwargs: `l2`, the factor's newer name.
    """
    return L1L2(l2=kwargs.pop("l2", l), **kwargs)


def l1_l2(l1=0.01, l2=0.01):
    """An `L1L2` of absolute values and squares.

    Args:
      l1: factor of the absolute values.
      l2: factor of the squares.
    """
    return L1L2(l1=l1, l2=l2)


_NAMES = {c.__name__: c for c in (L1L2, L1, L2, Regularizer)} | {
    "l1": l1,
    "l2": l2,
    "l1_l2": l1_l2,
}


def serialize(regularizer, use_legacy_format=False):
    """A regularizer as plain values.

    Args:
      regularizer: a regularizer or a function.
      use_legacy_format: ignored; kept for newer programs.
    """
    return serialize_keras_object(regularizer)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    """The regularizer that `serialize` described.

    Args:
      config: `{"class_name": ..., "config": ...}`, or a name.
      custom_objects: dict from further names to classes.
      use_legacy_format: ignored; kept for newer programs.
    """
    made = deserialize_keras_object(config, _NAMES, custom_objects, "regularizer")
    return made() if made in (l1, l2, l1_l2) else made


def get(identifier):
    """The regularizer that a program means.

    Args:
      identifier: a name, a config, a callable, or None.

    Raises:
      ValueError: it is of another kind.
    """
    if identifier is None or not isinstance(identifier, (str, dict)) and callable(identifier):
        return identifier
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    raise ValueError(f"Could not interpret regularizer identifier: {identifier!r}")
