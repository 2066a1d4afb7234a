"""Random tensors: with seeds of their own, both tiers and TensorFlow must give the same numbers."""

from .case import A, Case

SHAPES = ([], [7], [3, 5], [0], [130])

CASES = [
    *[Case("random_uniform", (s,), {"seed": 3}, tolerance=0) for s in SHAPES],
    *[Case("random_normal", (s,), {"seed": 3}, tolerance=1e-6) for s in SHAPES],
    *[Case("truncated_normal", (s,), {"seed": 3}, tolerance=1e-6) for s in SHAPES],
    *[Case("random_uniform", (s, -5, 90), {"seed": 3, "dtype": "int32"}) for s in SHAPES],
    Case("random_uniform", ([4], 0, 2**40), {"seed": 1, "dtype": "int64"}),
    Case("random_uniform", ([6], -2.0, 3.0), {"seed": 2}, tolerance=1e-6),
    *[
        Case("random_uniform", ([9],), {"seed": 2, "dtype": d}, tolerance=0)
        for d in ("float16", "float64")
    ],
    Case("random_normal", ([9], 1.0, 2.0), {"seed": 2, "dtype": "float64"}, tolerance=1e-12),
    Case("random_shuffle", (A((9, 2)),), {"seed": 4}),
    Case("random_shuffle", (A((5,), "int32", 0, 90),), {"seed": 4}),
    Case(
        "random_uniform",
        ([2], A(values=9, dtype="int32"), 5),
        {"seed": 1, "dtype": "int32"},
        error="Need minval < maxval, got 9 >= 5",
    ),
]
