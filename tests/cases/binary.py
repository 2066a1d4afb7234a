"""Functions of two tensors, with broadcasting."""

from .case import A, Case

FLOATS = (
    "add subtract multiply divide maximum minimum squared_difference atan2 div_no_nan "
    "math.multiply_no_nan truediv realdiv math.xdivy"
)
SHAPES = [((2, 3), (2, 3)), ((2, 3), (3,)), ((2, 1), (1, 3)), ((), (2, 2)), ((4, 1, 2), (3, 1))]
LARGER = A(low=0.5, high=3.0)
INTEGERS = "add subtract multiply floordiv mod floormod truncatediv truncatemod maximum minimum"


def _pair(
    name: str, x: tuple, y: tuple, dtype: str = "float32", low=0.5, high=3.0, **options
) -> Case:
    return Case(
        name, (A(x, dtype, low, high), A(y, dtype, low + 0.1 * (dtype[0] == "f"), high)), **options
    )


CASES = [
    *[_pair(name, x, y, gradient=True) for name in FLOATS.split() for x, y in SHAPES],
    *[
        _pair(name, x, y, gradient=True)
        for name in ("pow", "math.xlogy", "math.xlog1py")
        for x, y in SHAPES
    ],
    *[_pair(name, (2, 3), (3,), "int32", 1, 9) for name in INTEGERS.split()],
    *[
        Case(name, (A((3, 4), "int32", -9, 9), A(shape=(4,), dtype="int32", values=(-3, -2, 2, 3))))
        for name in INTEGERS.split()
    ],
    *[
        Case(name, (A((3, 4), "float32", -9, 9), A(shape=(4,), values=(-3, -2, 2, 3.5))))
        for name in ("mod", "floordiv", "truncatemod", "floor_div")
    ],
    *[
        _pair(name, (2, 3), (3,), "int32", 0, 3)
        for name in ("less", "less_equal", "greater", "greater_equal", "equal", "not_equal", "pow")
    ],
    *[_pair(name, (2, 3), (3,), "bool") for name in ("logical_and", "logical_or", "logical_xor")],
    *[
        _pair("bitwise." + name, (2, 3), (3,), "int32", 0, 31)
        for name in ("bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift")
    ],
    *[
        _pair(name, (2, 3), (3,), "complex64", tolerance=5e-5)
        for name in ("add", "subtract", "multiply", "divide", "pow", "squared_difference")
    ],
    *[
        _pair(name, (2, 3), (3,), "float16", tolerance=2e-3)
        for name in ("add", "multiply", "divide", "maximum")
    ],
    Case("complex", (A(), A())),
    Case(
        "math.polygamma",
        (A(shape=(3,), values=(0.0, 1.0, 2.0)), A((2, 3), low=0.5, high=4.0)),
        tolerance=5e-5,
    ),
    Case("zeta", (A((3,), low=1.5, high=4.0), A((2, 3), low=0.5, high=4.0)), tolerance=5e-5),
    Case("igamma", (A(low=0.5, high=3.0), A(low=0.5, high=3.0)), tolerance=5e-5),
    Case("igammac", (A(low=0.5, high=3.0), A(low=0.5, high=3.0)), tolerance=5e-5),
    Case("add_n", ([A(), A((2, 3)), A()],)),
    Case("accumulate_n", ([A(), A()],)),
    Case("scalar_mul", (2.5, A()), gradient=True),
    Case("where", (A(dtype="bool"), A(), A())),
    Case("where", (A((2,), "bool"), A(), A())),
    Case("where_v2", (A((2, 1), "bool"), A(), A((3,)))),
    *[
        Case(
            name,
            (A((2,), "int32", 1, 9), A((2,), "int32", values=(1, 0))),
            error="Integer division by zero",
        )
        for name in ("floordiv", "mod", "truncatediv")
    ],
    Case(
        "pow",
        (A((2,), "int32", 1, 9), A((2,), "int32", values=(1, -1))),
        error="Integers to negative integer powers are not allowed",
    ),
]
