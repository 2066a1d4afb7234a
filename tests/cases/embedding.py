"""Embeddings and sums over chosen rows."""

from .case import A, Case

PARAMS, OTHER = A((5, 3)), A((4, 3))
IDS = A(dtype="int32", values=(0, 8, 3, 3))
SQUARE = A(dtype="int64", values=((1, 7), (4, 2)))
ROWS, SEGMENTS = A(dtype="int32", values=(0, 2, 2, 4)), A(dtype="int32", values=(0, 0, 1, 3))

CASES = [
    Case("nn.embedding_lookup", ([PARAMS, OTHER], IDS)),
    Case("nn.embedding_lookup", ([PARAMS, OTHER], SQUARE), {"partition_strategy": "div"}),
    Case("nn.embedding_lookup", ([PARAMS, OTHER], IDS), {"max_norm": 1.0}),
    Case("nn.embedding_lookup", (PARAMS, ROWS), {"max_norm": 1.0}),
    *[
        Case(f"sparse_segment_{kind}", (PARAMS, ROWS, SEGMENTS), {"num_segments": 5})
        for kind in ("sum", "mean", "sqrt_n")
    ],
    Case(
        "nn.embedding_lookup",
        ([PARAMS, OTHER], A(dtype="int32", values=(0, 11))),
        error=r"indices\[0\] = 5 is not in \[0, 4\)",
    ),
]
