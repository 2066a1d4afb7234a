"""Ops that take each element by itself."""

from tests.cases.case import A

from .grid import COMPLEX, FLOATS, HALVES, INF, NAN, NUMBERS, SIGNED, UNSIGNED, grid


def _shapes(low: float, high: float) -> list:
    return [(A(s, "T", low, high),) for s in ((), (5,), (2, 3), (0, 3), (2, 1, 0), (2, 1, 3, 2))]


ANY = "Tan Sin Cos Sinh Cosh Tanh Exp Expm1 Sigmoid Atan Asinh"
POSITIVE = "Sqrt Rsqrt Log Log1p Reciprocal Inv"
SPECIAL = (A((6,), "T", values=(NAN, INF, -INF, 0.0, -0.0, 1e-3)),)
REAL_ONLY = "Erfc Digamma Lgamma Ndtri"
STEPS = "Floor Ceil Rint Round Sign"
BESSEL = "BesselI0 BesselI1 BesselI0e BesselI1e BesselJ0 BesselJ1 Dawsn FresnelCos FresnelSin"
BESSEL_POSITIVE = "BesselK0 BesselK1 BesselK0e BesselK1e BesselY0 BesselY1 Expint Spence"
UNITS = "Relu Relu6 Elu Selu Softplus LeakyRelu"

ROWS = [
    *grid(ANY, *_shapes(-1.4, 1.4), dtypes=(*FLOATS, *HALVES), gradient=True, second=True),
    *grid(ANY, *_shapes(-1.4, 1.4)[:3], dtypes=COMPLEX),
    *grid(POSITIVE, *_shapes(0.5, 3), dtypes=(*FLOATS, *HALVES), gradient=True, second=True),
    *grid(POSITIVE, *_shapes(0.5, 3)[:3], dtypes=COMPLEX),
    *grid("Asin Acos Atanh Erfinv", *_shapes(-0.9, 0.9), dtypes=FLOATS, gradient=True, second=True),
    *grid("Acosh", *_shapes(1.2, 3), dtypes=FLOATS, gradient=True, second=True),
    *grid("Erf Erfc Lgamma", *_shapes(0.2, 3), dtypes=(*FLOATS, *HALVES), gradient=True),
    *grid("Digamma Lgamma", *_shapes(0.2, 3), dtypes=FLOATS, gradient=True, second=True),
    *grid("Ndtri", *_shapes(0.1, 0.9), dtypes=FLOATS, gradient=True, second=True),
    *grid(f"{ANY} {POSITIVE} {REAL_ONLY} {STEPS}", SPECIAL, dtypes=FLOATS),
    *grid("Erf", SPECIAL),
    *grid("Erfinv", SPECIAL, dtypes=FLOATS, tolerance=1e-4),
    *grid(f"{ANY} {POSITIVE}", SPECIAL, dtypes=HALVES),
    *grid(STEPS, *_shapes(-9, 9), dtypes=FLOATS, gradient=True),
    *grid(STEPS, (A((7,), "T", values=(-2.5, -1.5, -0.5, 0, 0.5, 1.5, 2.5)),), dtypes=FLOATS),
    *grid("Abs Neg Square Sign", *_shapes(-9, 9), dtypes=(*FLOATS, *HALVES, *SIGNED)),
    *grid("Abs Neg Square", *_shapes(0.5, 2), dtypes=FLOATS, gradient=True, second=True),
    *grid("Neg Square Sign", *_shapes(-2, 2)[:3], dtypes=COMPLEX),
    *grid("Invert PopulationCount", *_shapes(0, 90), dtypes=(*SIGNED, *UNSIGNED)),
    *grid("ComplexAbs Conj Angle Real Imag", *_shapes(-2, 2), dtypes=("complex64",)),
    *grid(
        "ComplexAbs Real Imag Angle",
        *_shapes(-2, 2),
        dtypes=("complex128",),
        attrs=({"Tout": "float64"},),
    ),
    *grid("IsNan IsInf IsFinite", SPECIAL, *_shapes(-2, 2), dtypes=(*FLOATS, *HALVES)),
    *grid("LogicalNot", *_shapes(0, 1), dtypes=("bool",)),
    *grid(BESSEL, *_shapes(-3, 3), dtypes=FLOATS, gradient=True, tolerance=1e-5),
    *grid(BESSEL_POSITIVE, *_shapes(0.2, 4), dtypes=FLOATS, gradient=True, tolerance=1e-5),
    *grid(UNITS, *_shapes(0.1, 7), *_shapes(-7, -0.1), dtypes=FLOATS, gradient=True, second=True),
    *grid("Softsign", *_shapes(-7, 7), dtypes=FLOATS, gradient=True),
    *grid(f"{UNITS} Softsign", SPECIAL, dtypes=(*FLOATS, *HALVES)),
    *grid("Relu Relu6", *_shapes(-9, 9)[:4], dtypes=(*SIGNED, "uint8", "uint16")),
    *grid("LeakyRelu", *_shapes(-3, 3), dtypes=FLOATS, attrs=({"alpha": 0.0}, {"alpha": 1.5})),
    *grid("OnesLike ZerosLike", *_shapes(0, 5), dtypes=(*NUMBERS, "bool")),
    *grid("Identity StopGradient Rank Size Shape", *_shapes(0, 5), dtypes=NUMBERS[:8]),
]
