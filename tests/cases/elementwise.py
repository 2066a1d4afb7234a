"""Functions of one tensor."""

from .case import A, Case


def _each(functions: str, *args: A, **options) -> list[Case]:
    return [Case(name, args, **options) for name in functions.split()]


REAL = "negative square exp expm1 sin cos tan sinh cosh tanh asinh atan sigmoid erf erfc"
POSITIVE = "sqrt rsqrt log log1p lgamma digamma reciprocal"
STEPS = "floor ceil round rint sign abs"

CASES = [
    *_each(REAL, A(high=1.4, low=-1.4), gradient=True),
    *_each(POSITIVE, A(low=0.5, high=3.0), gradient=True),
    *_each("asin acos atanh math.erfinv", A(low=-0.9, high=0.9), gradient=True, tolerance=5e-5),
    *_each("math.ndtri", A(low=0.1, high=0.9), gradient=True, tolerance=5e-5),
    *_each("acosh", A(low=1.2, high=3.0), gradient=True),
    *_each("abs", A(low=0.2), gradient=True),
    *_each(STEPS, A(high=9.0, low=-9.0)),
    *_each(STEPS, A(values=(-2.5, -1.5, -0.5, 0.0, 0.5, 1.5, 2.5), shape=(7,))),
    *_each(REAL + " " + STEPS, A(dtype="float64", low=-1.4, high=1.4)),
    *_each("negative square exp tanh sigmoid floor", A(dtype="float16"), tolerance=2e-3),
    *_each("negative square sign abs round", A(dtype="int32", low=-9, high=9)),
    *_each(
        "negative square sign abs exp log sqrt rsqrt reciprocal tanh sigmoid sin cos conj real "
        "imag angle",
        A(dtype="complex64", low=0.2, high=1.5),
        tolerance=5e-5,
    ),
    *_each(
        "is_nan is_inf is_finite", A(shape=(4,), values=(0.0, float("nan"), float("inf"), -1.0))
    ),
    *_each("logical_not", A(dtype="bool")),
    *_each("bitwise.invert", A(dtype="uint8", low=0, high=255)),
    *_each("exp tanh square sigmoid negative", A(shape=())),
    *_each("exp tanh square sigmoid negative", A(shape=(0, 3))),
    *[
        Case("cast", (A(low=-9, high=9), to))
        for to in ("int32", "float64", "bool", "float16", "complex64")
    ],
    *[
        Case("cast", (A(dtype="int32", low=0, high=9), to))
        for to in ("float32", "int64", "uint8", "bool")
    ],
    *[Case("saturate_cast", (A(low=-500, high=500), to)) for to in ("uint8", "int8", "int32")],
    Case("cast", (A(), "float64"), gradient=True),
    Case("clip_by_value", (A(), -0.5, 0.5), gradient=True),
    Case("clip_by_value", (A(dtype="int32", low=-9, high=9), -3, 3)),
]
