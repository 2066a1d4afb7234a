"""`tf.keras.constraints`: functions that bring an updated variable back to allowed values."""

from headwater._src.graph.convert import convert_to_tensor
from headwater._src.keras.functions import fn
from headwater._src.keras.serialization import deserialize_keras_object, serialize_keras_object
from headwater._src.keras.state import epsilon


class Constraint:
    """Base class: an instance is called with a variable's value and gives an allowed one."""

    def __call__(self, w):
        """The allowed value nearest to `w`.

        Args:
          w: floating-point `Tensor`.
        """
        return w

    def get_config(self):
        """The constructor's arguments as plain values."""
        return {}

    @classmethod
    def from_config(cls, config):
        """The constraint that `get_config` described.

        Args:
          config: dict of the constructor's arguments.
        """
        return cls(**config)


def _norms(w, axis):
    return fn.sqrt(fn.reduce_sum(fn.square(w), axis=axis, keepdims=True))


class MaxNorm(Constraint):
    """Vectors along `axis` are scaled down to length `max_value` where they are longer.

    Args:
      max_value: the greatest length.
      axis: dimension(s) along which lengths are taken.
    """

    def __init__(self, max_value=2, axis=0):
        self.max_value, self.axis = max_value, axis

    def __call__(self, w):
        w = convert_to_tensor(w)
        norms = _norms(w, self.axis)
        allowed = fn.clip_by_value(norms, 0.0, float(self.max_value))
        return w * (allowed / (epsilon() + norms))

    def get_config(self):
        return {"max_value": self.max_value, "axis": self.axis}


class NonNeg(Constraint):
    """Negative values become zero."""

    def __call__(self, w):
        w = convert_to_tensor(w)
        return w * fn.cast(w >= 0.0, w.dtype)


class UnitNorm(Constraint):
    """Vectors along `axis` are scaled to length 1.

    Args:
      axis: dimension(s) along which lengths are taken.
    """

    def __init__(self, axis=0):
        self.axis = axis

    def __call__(self, w):
        w = convert_to_tensor(w)
        return w / (epsilon() + _norms(w, self.axis))

    def get_config(self):
        return {"axis": self.axis}


class MinMaxNorm(Constraint):
    """Lengths of vectors along `axis` are moved into an interval.

    Args:
      min_value: the least length.
      max_value: the greatest length.
      rate: which part of the way to the allowed length is gone, 0 to 1.
      axis: dimension(s) along which lengths are taken.
    """

    def __init__(self, min_value=0.0, max_value=1.0, rate=1.0, axis=0):
        self.min_value, self.max_value, self.rate, self.axis = min_value, max_value, rate, axis

    def __call__(self, w):
        w = convert_to_tensor(w)
        norms = _norms(w, self.axis)
        allowed = fn.clip_by_value(norms, float(self.min_value), float(self.max_value))
        allowed = self.rate * allowed + (1 - self.rate) * norms
        return w * (allowed / (epsilon() + norms))

    def get_config(self):
        return {
            "min_value": self.min_value,
            "max_value": self.max_value,
            "rate": self.rate,
            "axis": self.axis,
        }


class RadialConstraint(Constraint):
    """A square kernel `[size, size, ...]` becomes the same on each ring around its centre.

    The rings take the entries of the diagonal, from the one before the middle on.
    """

    def __call__(self, w):
        w = convert_to_tensor(w)
        dims = w.dims
        if len(dims) != 4 or dims[0] != dims[1]:
            raise ValueError(f"A radial constraint needs square kernels of rank 4, not {w.shape}.")
        size = dims[0]
        first = size // 2 - 1
        ring = [abs(2 * i - (size - 1)) // 2 for i in range(size)]
        rows = [
            fn.stack([w[first + r, first + r] for r in (max(ring[i], other) for other in ring)])
            for i in range(size)
        ]
        return fn.stack(rows)


max_norm, non_neg, unit_norm, min_max_norm, radial_constraint = (
    MaxNorm,
    NonNeg,
    UnitNorm,
    MinMaxNorm,
    RadialConstraint,
)
_NAMES = {
    c.__name__: c for c in (Constraint, MaxNorm, NonNeg, UnitNorm, MinMaxNorm, RadialConstraint)
} | {
    "max_norm": MaxNorm,
    "non_neg": NonNeg,
    "unit_norm": UnitNorm,
    "min_max_norm": MinMaxNorm,
    "radial_constraint": RadialConstraint,
}


def serialize(constraint, use_legacy_format=False):
    """A constraint as plain values.

    Args:
      constraint: a constraint or a function.
      use_legacy_format: ignored; kept for newer programs.
    """
    return serialize_keras_object(constraint)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    """The constraint that `serialize` described.

    Args:
      config: `{"class_name": ..., "config": ...}`, or a name.
      custom_objects: dict from further names to classes.
      use_legacy_format: ignored; kept for newer programs.
    """
    return deserialize_keras_object(config, _NAMES, custom_objects, "constraint")


def get(identifier):
    """The constraint that a program means.

    Args:
      identifier: a name, a config, a callable, or None.

    Raises:
      ValueError: it is of another kind.
    """
    if identifier is None or not isinstance(identifier, (str, dict)) and callable(identifier):
        return identifier
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    raise ValueError(f"Could not interpret constraint identifier: {identifier!r}")
