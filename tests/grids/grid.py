"""What a row of a grid is: one op, called once for each combination of inputs, type and attrs."""

import itertools
from dataclasses import dataclass, field
from typing import Any

from tests.cases.case import A

FLOATS = ("float32", "float64")
HALVES = ("bfloat16", "float16")
COMPLEX = ("complex64", "complex128")
SIGNED = ("int8", "int16", "int32", "int64")
UNSIGNED = ("uint8", "uint16", "uint32", "uint64")
NUMBERS = (*FLOATS, *HALVES, *COMPLEX, *SIGNED, *UNSIGNED)
NAN, INF = float("nan"), float("inf")


@dataclass(frozen=True)
class V(A):
    """A variable's first value: the op gets the variable, and what it holds later is compared."""


@dataclass(frozen=True)
class Row:
    """One call of an op.

    Attributes:
      op: the op's name.
      inputs: its inputs in order; an `A` is fed, a `V` is a variable, the rest are constants.
      attrs: attributes that are not inferred.
      dtype: the type that stands for "T" in `inputs`.
      gradient, second: whether first and second derivatives are checked.
      tolerance: how far results may be apart, relative to the largest; None for the type's own.
      symmetric: whether derivatives only hold as long as matrices stay symmetric.
      alone: whether TensorFlow is not asked: it has no kernel for it, or one that is wrong.
      fails: whether TensorFlow refuses the call; then only the error's class is compared.
    """

    op: str
    inputs: tuple
    attrs: dict = field(default_factory=dict)
    dtype: str = ""
    gradient: bool = False
    second: bool = False
    tolerance: float | None = None
    symmetric: bool = False
    alone: bool = False
    fails: bool = False

    def __str__(self) -> str:
        shown = [str(list(a.shape)) if isinstance(a, A) else str(a) for a in self.inputs]
        shown += [f"{k}={v}" for k, v in self.attrs.items()]
        return f"{self.op}[{self.dtype}]({', '.join(shown)})"


def grid(
    ops: str, *inputs: tuple, dtypes: tuple = ("float32",), attrs: Any = ({},), **options: Any
) -> list[Row]:
    """Rows for each of `ops`, `inputs`, `dtypes` and `attrs`; derivatives of wide types only."""
    rows = []
    for op, given, kind, chosen in itertools.product(ops.split(), inputs, dtypes, attrs):
        differs = dict(options)
        if kind not in (*FLOATS, "complex128"):
            differs.update(gradient=False, second=False)
        rows.append(Row(op, given, chosen, kind, **differs))
    return rows


def ints(*values: Any, dtype: str = "int32") -> A:
    """A fed vector of integers; or a matrix, when the values are tuples."""
    return A(values=values, dtype=dtype)


def longs(*values: Any) -> A:
    """The same of 64-bit integers, as sparse tensors have them."""
    return ints(*values, dtype="int64")


def one(value: Any, dtype: str = "int32") -> A:
    """A fed scalar."""
    return A(values=value, dtype=dtype)


def words(*values: Any) -> A:
    """A fed vector of strings."""
    return A(values=[v.encode() if isinstance(v, str) else v for v in values], dtype="string")
