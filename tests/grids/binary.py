"""Ops of two tensors that are broadcast, and of more."""

from tests.cases.case import A

from .grid import COMPLEX, FLOATS, HALVES, INF, NAN, SIGNED, UNSIGNED, grid, ints

SHAPES = (
    ((2, 3), (2, 3)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((), (2, 2)),
    ((2, 2), ()),
    ((0, 3), (3,)),
    ((2, 0), (1, 1)),
    ((4, 1, 2), (3, 1)),
)


def _pairs(low: float, high: float, shapes=SHAPES) -> list:
    return [(A(x, "T", low, high), A(y, "T", low, high)) for x, y in shapes]


SPECIAL = (
    A((7,), "T", values=(NAN, INF, -INF, 0.0, -0.0, 1.0, -2.5)),
    A((5, 1), "T", values=((0.0,), (-0.0,), (2.0,), (INF,), (NAN,))),
)
SIGNS = (ints(-7, -4, 0, 4, 7, dtype="T"), A(values=[[-3], [-2], [2], [3]], dtype="T"))
BYTES = (ints(0, 1, 7, 200, 255, dtype="T"), A(values=[[1], [2], [3], [100]], dtype="T"))
ARITHMETIC = "Add AddV2 Sub Mul Maximum Minimum SquaredDifference"
QUOTIENTS = "FloorDiv FloorMod Div RealDiv"
ORDER = "Less LessEqual Greater GreaterEqual"
SMOOTH = "Atan2 Pow Xdivy Xlogy Xlog1py DivNoNan RealDiv Div MulNoNan"
APART = [(A(x, "T", 0.5, 1.4), A(y, "T", 1.6, 3.0)) for x, y in SHAPES]

ROWS = [
    *grid(ARITHMETIC, *APART, dtypes=FLOATS, gradient=True, second=True),
    *grid(f"{ARITHMETIC} {QUOTIENTS}", *_pairs(0.5, 3), dtypes=HALVES),
    *grid("Add AddV2 Sub Mul Div RealDiv", *_pairs(0.5, 3, SHAPES[:5]), dtypes=COMPLEX),
    *grid("SquaredDifference", *_pairs(0.5, 3, SHAPES[:5]), dtypes=COMPLEX),
    *grid(ARITHMETIC, *_pairs(1, 9, SHAPES[1:4]), SIGNS, dtypes=("int32", "int64")),
    *grid("Add AddV2 Sub Mul Maximum Minimum", *_pairs(1, 9, SHAPES[1:3]), dtypes=SIGNED[:2]),
    *grid("AddV2 Sub Mul Maximum Minimum", *_pairs(1, 9, SHAPES[1:3]), dtypes=UNSIGNED),
    *grid("FloorDiv FloorMod TruncateDiv TruncateMod Mod Div", SIGNS, dtypes=("int32", "int64")),
    *grid("FloorDiv TruncateDiv Div", SIGNS, dtypes=("int8", "int16")),
    *grid("FloorDiv TruncateDiv Div", BYTES, dtypes=UNSIGNED),
    *grid("FloorDiv FloorMod Mod TruncateMod", SIGNS, SPECIAL, dtypes=FLOATS),
    *grid(f"{ARITHMETIC} RealDiv Pow Atan2 DivNoNan MulNoNan", SPECIAL, dtypes=FLOATS),
    *grid("Xdivy Xlogy Xlog1py", SPECIAL, dtypes=FLOATS),
    *grid(SMOOTH, *APART, dtypes=FLOATS, gradient=True, second=True),
    *grid("Pow Xdivy Xlogy", *_pairs(0.5, 3, SHAPES[:4]), dtypes=HALVES),
    *grid("Pow", *_pairs(0.5, 3, SHAPES[:3]), dtypes=COMPLEX, tolerance=1e-4),
    *grid("Pow", *_pairs(0, 3, SHAPES[:3]), dtypes=("int32", "int64")),
    *grid(ORDER, *_pairs(0, 3), dtypes=(*FLOATS, *HALVES, *SIGNED, *UNSIGNED)),
    *grid("Equal NotEqual", *_pairs(0, 2), dtypes=(*FLOATS, *HALVES, *SIGNED, "uint8", "bool")),
    *grid("Equal NotEqual", *_pairs(0, 1, SHAPES[:3]), dtypes=("string", "complex64")),
    *grid(f"{ORDER} Equal NotEqual", SPECIAL, dtypes=(*FLOATS, *HALVES)),
    *grid("LogicalAnd LogicalOr", *_pairs(0, 1), dtypes=("bool",)),
    *grid(
        "BitwiseAnd BitwiseOr BitwiseXor",
        *_pairs(0, 90, SHAPES[:3]),
        dtypes=(*SIGNED, *UNSIGNED),
    ),
    *grid("LeftShift RightShift", *_pairs(0, 6, SHAPES[:3]), dtypes=(*SIGNED, *UNSIGNED)),
    *grid("Igamma Igammac", *_pairs(0.5, 3), dtypes=FLOATS, gradient=True, tolerance=5e-5),
    *grid("IgammaGradA", *_pairs(0.5, 3), dtypes=FLOATS, tolerance=5e-5),
    *grid("RandomGammaGrad", *_pairs(0.5, 3), dtypes=FLOATS, tolerance=1e-4),
    *grid("Zeta", *_pairs(1.5, 4), dtypes=FLOATS, tolerance=1e-5),
    *grid("Polygamma", (A((3,), "T", values=(1, 2, 3)), A((2, 3), "T", 1, 4)), dtypes=FLOATS),
    *grid(
        "Betainc",
        *[
            (A(a, "T", 0.5, 3), A(b, "T", 0.5, 3), A(x, "T", 0.1, 0.9))
            for a, b, x in (((2,), (2,), (2,)), ((), (), (3,)), ((2, 2),) * 3, ((0,),) * 3)
        ],
        dtypes=FLOATS,
        tolerance=5e-5,
    ),
    *grid("NextAfter", *_pairs(-3, 3), SPECIAL, dtypes=FLOATS),
    *grid("Complex", *_pairs(-3, 3), dtypes=("float32",)),
    *grid("Complex", *_pairs(-3, 3), dtypes=("float64",), attrs=({"Tout": "complex128"},)),
    *grid(
        "ApproximateEqual",
        *[(A(x, "T", 0, 3), A(x, "T", 0, 3)) for x in ((2, 3), (), (0,))],
        dtypes=("float32", "float64", "int32", "int8"),
        attrs=({}, {"tolerance": 2.0}),
    ),
    *grid("BroadcastArgs", (ints(2, 1, 3, dtype="T"), ints(4, 1, dtype="T")), dtypes=SIGNED[2:]),
    *grid(
        "BroadcastGradientArgs",
        (ints(2, 1, 3, dtype="T"), ints(4, 1, dtype="T")),
        dtypes=SIGNED[2:],
    ),
    *grid(
        "BroadcastTo",
        (A((3, 1), "T"), ints(2, 3, 4)),
        (A((), "T"), ints(2)),
        dtypes=FLOATS,
        gradient=True,
        second=True,
    ),
    *grid(
        "Select",
        (A((2, 3), "bool"), A((2, 3), "T"), A((2, 3), "T")),
        (A((2,), "bool"), A((2, 3), "T"), A((2, 3), "T")),
        (A((), "bool"), A((2, 3), "T"), A((2, 3), "T")),
        dtypes=(*FLOATS, "int32", "string", "bool"),
        gradient=True,
    ),
    *grid(
        "SelectV2",
        (A((2, 1), "bool"), A((3,), "T"), A((), "T")),
        (A((), "bool"), A((0, 3), "T"), A((2, 1, 1), "T")),
        dtypes=(*FLOATS, "int32", "string", "bool"),
        gradient=True,
    ),
    *grid(
        "ClipByValue",
        (A((2, 3), "T", -3, 3), A((), "T", values=-1), A((), "T", values=2)),
        (A((2, 3), "T", -3, 3), A((2, 3), "T", -3, -1), A((2, 3), "T", 1, 2)),
        dtypes=(*FLOATS, *SIGNED),
        gradient=True,
    ),
    *grid(
        "AddN",
        ([A((2, 3), "T"), A((2, 3), "T"), A((2, 3), "T")],),
        ([A((), "T")],),
        ([A((0, 2), "T"), A((0, 2), "T")],),
        dtypes=(*FLOATS, *HALVES, "complex64", "int32", "int8"),
        gradient=True,
        second=True,
    ),
    *grid(
        "AccumulateNV2",
        ([A((2, 3), "T"), A((2, 3), "T")],),
        attrs=({"shape": [2, 3]},),
        dtypes=FLOATS,
    ),
    # What TensorFlow refuses.
    *grid("AddV2 Mul Maximum Less Equal Atan2", (A((2, 3), "T"), A((2, 2), "T")), fails=True),
    *grid("LogicalAnd", (A((2,), "T"), A((3,), "T")), dtypes=("bool",), fails=True),
    *grid(
        "FloorDiv FloorMod Div",
        (ints(1, dtype="T"), ints(0, dtype="T")),
        dtypes=SIGNED,
        fails=True,
    ),
    *grid("Pow", (ints(2, dtype="T"), ints(-1, dtype="T")), dtypes=SIGNED[2:], fails=True),
    *grid("Betainc", (A((2,), "T"), A((3,), "T"), A((2,), "T")), fails=True),
    *grid("ApproximateEqual", (A((2,), "T"), A((3,), "T")), fails=True),
    *grid("Select", (A((3,), "bool"), A((2, 3), "T"), A((2, 3), "T")), fails=True),
    *grid("AddN", ([A((2,), "T"), A((3,), "T")],), fails=True),
    *grid("BroadcastArgs", (ints(2, 3), ints(4)), fails=True),
    *grid("BroadcastTo", (A((2, 3)), ints(4, 3)), (A((2, 3)), ints(-1, 3)), fails=True),
]
