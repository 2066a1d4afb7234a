"""Pooling: maxima and means over sliding windows."""

import itertools

from .case import A, Case

IMAGE, FIRST = A((2, 5, 6, 2)), A((2, 2, 5, 6))
SEQUENCE, VOLUME = A((2, 7, 3)), A((1, 4, 4, 3, 2))
TIES = A((1, 4, 4, 1), values=[[[[i // 2 % 2]] * 4 for i in range(4)]])
MOVES = list(itertools.product((2, 3), (1, 2, 3), ("SAME", "VALID")))

CASES = [
    *[
        Case(f"nn.{kind}_pool", (IMAGE, k, s, padding), gradient=True)
        for kind in ("max", "avg")
        for k, s, padding in MOVES
    ],
    *[
        Case(f"nn.{kind}_pool", (FIRST, 2, 2, "SAME", "NCHW"), gradient=True)
        for kind in ("max", "avg")
    ],
    Case("nn.max_pool", (IMAGE, [1, 2, 3, 1], [1, 1, 2, 1], "VALID"), gradient=True),
    Case("nn.max_pool", (A((2, 8, 8, 2)), 6, 2, "SAME"), gradient=True),
    Case("nn.avg_pool", (A((2, 8, 8, 2)), 6, 2, "SAME"), gradient=True),
    Case("nn.avg_pool", (A((2, 7, 7, 2)), 7, 1, "VALID"), gradient=True),
    Case("nn.max_pool", (A((1, 3, 3, 4)), [1, 1, 1, 2], [1, 1, 1, 2], "SAME")),
    Case("nn.max_pool", (IMAGE, 2, 2, [[0, 0], [1, 0], [0, 1], [0, 0]]), gradient=True),
    Case("nn.max_pool", (A((2, 5, 6, 2), "int32", -9, 9), 2, 1, "SAME")),
    Case("nn.max_pool", (A((2, 5, 6, 2), "float64"), 2, 1, "SAME")),
    Case("nn.max_pool", (A((2, 5, 6, 2), "float16"), 2, 1, "SAME")),
    Case("nn.avg_pool", (A((2, 5, 6, 2), "float16"), 2, 1, "SAME"), tolerance=2e-3),
    Case("nn.max_pool", (A((0, 5, 6, 2)), 2, 1, "SAME")),
    *[
        Case(f"nn.{kind}_pool1d", (SEQUENCE, 2, 2, padding), gradient=True)
        for kind, padding in itertools.product(("max", "avg"), ("SAME", "VALID"))
    ],
    Case("nn.max_pool1d", (A((2, 3, 7)), 2, 2, "SAME", "NCW")),
    Case("nn.avg_pool3d", (VOLUME, 2, 2, "SAME"), gradient=True),
    Case("nn.avg_pool3d", (VOLUME, 3, 1, "VALID"), gradient=True),
    Case("nn.max_pool3d", (VOLUME, 2, 2, "SAME")),
    Case("nn.max_pool3d", (VOLUME, [1, 2, 2, 1, 1], [1, 1, 2, 1, 1], "VALID")),
    Case("nn.pool", (IMAGE, [2, 2], "MAX", "SAME")),
    Case("nn.pool", (IMAGE, [2, 2], "AVG", "SAME"), {"strides": [2, 2]}),
    Case("nn.pool", (IMAGE, [2, 2], "AVG", "VALID"), {"dilation_rate": [2, 2]}),
    Case(
        "nn.pool", (FIRST, [2, 2], "MAX", "VALID"), {"dilation_rate": [1, 2], "data_format": "NCHW"}
    ),
    Case("nn.pool", (SEQUENCE, [2], "AVG", "SAME")),
    Case("nn.pool", (VOLUME, [2, 2, 2], "MAX", "VALID")),
    Case("nn.max_pool_v2", (IMAGE, 2, 2, "SAME")),
    Case("nn.avg_pool_v2", (IMAGE, 2, 2, "SAME")),
]
