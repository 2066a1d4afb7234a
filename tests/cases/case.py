"""What a row of a case table is."""

import zlib
from dataclasses import dataclass, field
from typing import Any

import ml_dtypes
import numpy as np


def numpy_type(name: str) -> np.dtype:
    """The NumPy type of a TensorFlow type's name."""
    if name == "string":
        return np.dtype(object)
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


@dataclass(frozen=True)
class A:
    """A fed argument: numbers of `dtype` between `low` and `high`, the same ones in every run."""

    shape: tuple = (2, 3)
    dtype: str = "float32"
    low: float = -2.0
    high: float = 2.0
    values: Any = None

    def array(self, seed: str, dtype: str | None = None) -> np.ndarray:
        """The numbers; `dtype` replaces the argument's own type."""
        kind = numpy_type(dtype or self.dtype)
        if self.values is not None:
            with np.errstate(invalid="ignore"):  # NaN for a type that has none
                return np.array(self.values).astype(kind)
        random = np.random.RandomState(zlib.crc32(seed.encode()))
        if kind.kind in "iu":
            return random.randint(int(self.low), int(self.high) + 1, self.shape).astype(kind)
        if kind.kind == "b":
            return np.asarray(random.rand(*self.shape) < 0.5)
        numbers = random.uniform(self.low, self.high, self.shape)
        if kind.kind == "c":
            numbers = numbers + 1j * random.uniform(self.low, self.high, self.shape)
        return np.asarray(numbers).astype(kind)


@dataclass(frozen=True)
class Case:
    """A call of a public function: `call(*args, **kwargs)`, where an `A` becomes a placeholder.

    Attributes:
      call: the function's public name without `tf.`.
      args: its arguments.
      kwargs: its keyword arguments.
      gradient: whether the gradient is checked against differences (then all `A`s are real).
      tolerance: how far apart results of both tiers may be, relative to 1.
      error: the start of the message of the `InvalidArgumentError` it must raise.
    """

    call: str
    args: tuple
    kwargs: dict = field(default_factory=dict)
    gradient: bool = False
    tolerance: float = 1e-5
    error: str = ""

    def __str__(self) -> str:
        shown = [f"{a.dtype}{list(a.shape)}" if isinstance(a, A) else str(a) for a in self.args]
        shown += [f"{k}={v}" for k, v in self.kwargs.items()]
        return f"{self.call}({', '.join(shown)})"
