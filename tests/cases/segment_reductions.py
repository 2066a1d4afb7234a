"""Means, products, largest and smallest by segment; bits of other types; counts."""

from .case import A, Case

X = A((4, 2))
SORTED, MIXED = [0, 0, 1, 3], [2, 0, -1, 2]
ZEROS = A(values=[[0.0, 1.0], [2.0, 0.0], [0.0, 3.0], [0.0, 4.0]])

CASES = [
    *[
        Case(f"segment_{how}", (X, SORTED), gradient=how in ("mean", "max", "min"))
        for how in ("mean", "prod", "max", "min")
    ],
    Case("segment_prod", (ZEROS, [0, 0, 1, 1])),
    Case("segment_mean", (A((4,), "int32", -9, 9), [0, 0, 0, 1])),
    Case("segment_max", (X, [1, 0, 0, 0]), error="segment ids are not increasing"),
    Case("segment_min", (X, [-1, 0, 0, 0]), error="Segment id -1 out of range .0, 1."),
    *[
        Case(f"unsorted_segment_{how}", (X, [2, 0, 1, 2], 3), gradient=True)
        for how in ("mean", "sqrt_n", "max", "min", "prod")
    ],
    *[
        Case(f"unsorted_segment_{how}", (X, MIXED, 4))
        for how in ("mean", "sqrt_n", "max", "min", "prod")
    ],
    Case("unsorted_segment_max", (A((4,), "int32", -9, 9), MIXED, 4)),
    Case(
        "unsorted_segment_min", (X, A(dtype="int32", values=[9, 0, 0, 0]), 3), error="segment_ids"
    ),
    Case("bitcast", (A((2, 3)), "uint8")),
    Case("bitcast", (A((2, 4), "uint8", 0, 255), "int32")),
    Case("bitcast", (A((3,), "int32", -9, 9), "float32")),
    Case("bitcast", (A((2, 2)), "complex64")),
    Case("log_sigmoid", (A((2, 3), low=-50, high=50),), gradient=False),
]
