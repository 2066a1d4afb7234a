"""Functions that make, reshape, join, split and rearrange arrays."""

from .case import A, Case

X = A((2, 3, 4))
ROW = A((4,))
INTS = A((2, 3), "int32", -9, 9)
MATRIX = A((3, 4))

SHAPES = [
    ("reshape", ([4, -1],)),
    ("reshape", ([-1],)),
    ("reshape", ([2, 2, 6],)),
    ("expand_dims", (0,)),
    ("expand_dims", (-1,)),
    ("transpose", ()),
    ("transpose", ([2, 0, 1],)),
    ("tile", ([1, 2, 2],)),
    ("tile", ([2, 1, 0],)),
    ("reverse", ([0, 2],)),
    ("reverse", ([-1],)),
    ("reverse", ([],)),
    ("roll", (1, 0)),
    ("roll", ([1, -2, 3], [0, 2, 2])),
    ("slice", ([0, 1, 1], [-1, 2, 2])),
    ("slice", ([1, 0, 0], [1, -1, -1])),
    ("strided_slice", ([0, 0, 3], [2, 3, 0], [1, 2, -1])),
    ("strided_slice", ([0, 1], [2, 3])),
    ("pad", ([[1, 0], [0, 2], [1, 1]],)),
    ("broadcast_to", ([2, 2, 3, 4],)),
    ("identity", ()),
    ("ensure_shape", ([None, 3, 4],)),
    ("check_numerics", ("bad",)),
]

CASES = [
    *[Case(name, (X, *rest), gradient=True) for name, rest in SHAPES],
    *[
        Case("pad", (X, [[1, 1], [2, 0], [0, 3]], mode), gradient=True)
        for mode in ("REFLECT", "SYMMETRIC")
    ],
    Case("pad", (MATRIX, [[1, 0], [0, 2]]), {"constant_values": 3.0}, gradient=True),
    Case("squeeze", (A((2, 1, 3, 1)), [1]), gradient=True),
    Case("squeeze", (A((2, 1, 3, 1)), [-1]), gradient=True),
    *[Case("concat", ([A((2, 3)), A((2, 3))], axis), gradient=True) for axis in (0, 1, -1)],
    Case("concat", ([A((2, 3)), A((2, 1)), A((2, 2))], 1), gradient=True),
    *[Case("stack", ([A((2, 3)), A((2, 3))], axis), gradient=True) for axis in (0, 1, 2, -2)],
    Case("fill", ([2, 3], A(())), gradient=True),
    Case("broadcast_to", (A((3, 1)), [2, 3, 4]), gradient=True),
    Case("zeros_like", (X,)),
    Case("ones_like", (INTS,)),
    Case("zeros_like", (X, "int64")),
    Case("shape", (X,)),
    Case("size", (X,)),
    Case("rank", (X,)),
    Case("invert_permutation", (A(dtype="int32", values=(2, 0, 3, 1)),)),
    Case("broadcast_dynamic_shape", ([2, 1, 3], [4, 1])),
    Case("zeros", ([2, 0, 3], "float64")),
    Case("ones", ([3], "bool")),
    Case("zeros", ([1200],)),
    Case("range", (5,)),
    Case("range", (7, 1, -2)),
    Case("range", (0.0, 1.0, 0.3)),
    Case("sequence_mask", (A(dtype="int32", values=(1, 0, 3)), 4)),
    Case("sequence_mask", (A(dtype="int32", values=(1, 2)), 3, "float32")),
    Case("reshape", (INTS, [3, 2])),
    Case("transpose", (A((2, 3), "complex64"),), {"conjugate": True}),
    # Bad data.
    Case(
        "reshape",
        (A((2, 3)), A(dtype="int32", values=(4,))),
        error="Input to reshape is a tensor with 6 values, but the requested shape has 4",
    ),
    Case(
        "reshape",
        (A((2, 3)), A(dtype="int32", values=(4, -1))),
        error="Input to reshape is a tensor with 6 values, but the requested shape requires",
    ),
    Case(
        "check_numerics",
        (A(values=(1.0, float("nan"))), "weights"),
        error="weights : Tensor had NaN values",
    ),
    Case(
        "invert_permutation", (A(dtype="int32", values=(0, 2)),), error="2 is not between 0 and 2"
    ),
    Case("zeros", (A(dtype="int32", values=(-1, 2)),), error="Dimension -1 must be >= 0"),
    Case(
        "tile",
        (MATRIX, A(dtype="int32", values=(-1, 2))),
        error="Expected multiples.0. >= 0, but got -1",
    ),
    Case(
        "slice",
        (MATRIX, A(dtype="int32", values=(0, 1)), [1, 4]),
        error=r"Expected size.1. in .0, 3., but got 4",
    ),
]
