"""Reductions and running sums."""

from .case import A, Case

AXES = [None, 0, 1, -1, [0], [0, 1], [0, 2], [-1, 0], []]
X = A((2, 3, 4), low=0.5, high=2.0)

CASES = [
    *[
        Case(f"reduce_{name}", (X,), {"axis": axis, "keepdims": keep}, gradient=True)
        for name in ("sum", "mean", "max", "min", "prod", "logsumexp")
        for axis in AXES
        for keep in (False, True)
    ],
    *[
        Case(f"math.reduce_{name}", (X,), {"axis": axis}, gradient=True)
        for name in ("variance", "std", "euclidean_norm")
        for axis in (None, 1, [0, 2])
    ],
    *[
        Case(f"reduce_{name}", (A((2, 3), "bool"),), {"axis": axis, "keepdims": keep})
        for name in ("all", "any")
        for axis in (None, 0, [0, 1])
        for keep in (False, True)
    ],
    *[
        Case(f"reduce_{name}", (A((2, 3), "int32", -9, 9),), {"axis": axis})
        for name in ("sum", "mean", "max", "min", "prod")
        for axis in (None, 0, 1)
    ],
    *[
        Case(f"reduce_{name}", (A((3, 200), "float16", 0, 1),), {"axis": 1}, tolerance=2e-3)
        for name in ("sum", "mean", "max")
    ],
    *[
        Case(f"reduce_{name}", (A((2, 3), "complex64"),), {"axis": 1})
        for name in ("sum", "mean", "prod")
    ],
    *[
        Case(f"reduce_{name}", (A((0, 3)),), {"axis": 0})
        for name in ("sum", "prod", "max", "min", "mean")
    ],
    *[Case(f"reduce_{name}", (A(()),), gradient=True) for name in ("sum", "mean", "max")],
    *[Case(name, (A((3, 4)), axis)) for name in ("argmax", "argmin") for axis in (0, 1, -1)],
    *[
        Case(name, (A((3, 4), "int32", 0, 3), 1), {"output_type": "int32"})
        for name in ("argmax", "argmin")
    ],
    Case("count_nonzero", (A((3, 4), "int32", 0, 1),), {"axis": 1}),
    Case("count_nonzero", (A((3, 4), "int32", 0, 1),), {"dtype": "int32"}),
    *[
        Case(
            name,
            (A((3, 4), low=0.5),),
            {"axis": axis, "exclusive": exclusive, "reverse": reverse},
            gradient=True,
        )
        for name in ("cumsum", "cumprod")
        for axis in (0, -1)
        for exclusive in (False, True)
        for reverse in (False, True)
    ],
]
