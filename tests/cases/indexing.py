"""Elements by index: gather, scatter, one-hot, masks, segments."""

from .case import A, Case

P = A((3, 4))
ROWS = A(dtype="int32", values=(2, 0, 2))


def _ids(*values):
    return A(dtype="int32", values=values)


CASES = [
    Case("gather", (P, [2, 0, 2]), gradient=True),
    Case("gather", (P, [[1, 0], [3, 3]]), {"axis": 1}, gradient=True),
    Case("gather", (A((2, 3, 4)), [1, 0]), {"axis": -1}, gradient=True),
    Case("gather", (P, 1), gradient=True),
    Case("gather", (P, ROWS)),
    Case("gather", (P, ROWS), {"axis": 1}),
    Case("gather", (P, A((3, 2), "int32", 0, 3)), {"axis": 1, "batch_dims": 1}),
    Case("gather_nd", (P, [[0, 1], [2, 3], [0, 1]]), gradient=True),
    Case("gather_nd", (P, [[[0]], [[2]]]), gradient=True),
    Case("gather_nd", (P, A((5, 2), "int32", 0, 2))),
    Case("scatter_nd", ([[1], [0], [1]], A((3, 4)), [3, 4]), gradient=True),
    Case("scatter_nd", ([[0, 1], [2, 2]], A((2,)), [3, 4]), gradient=True),
    Case("one_hot", (ROWS, 3)),
    Case("one_hot", (_ids(1, 7, -1), 3, 5, -1), {"axis": 0}),
    Case("one_hot", (A((2, 3), "int64", 0, 4), 5), {"dtype": "float64", "axis": 1}),
    Case("boolean_mask", (P, [True, False, True]), gradient=True),
    Case("boolean_mask", (A((2, 3, 4)), [[True, False, True], [False, False, True]])),
    Case("where", (A((2, 3), "bool"),)),
    Case("unsorted_segment_sum", (A((4, 2)), [1, 0, 1, -1], 3), gradient=True),
    Case("segment_sum", (A((4, 2)), [0, 0, 2, 2]), gradient=True),
    Case("dynamic_stitch", ([[0, 2], [1, 2]], [A((2, 3)), A((2, 3))])),
    # Bad data.
    Case("gather", (P, _ids(0, 9)), error=r"indices.1. = 9 is not in .0, 3."),
    Case("gather", (P, _ids(0, -1)), error=r"indices.1. = -1 is not in .0, 3."),
    Case(
        "gather",
        (P, A(values=5, dtype="int32")),
        {"axis": 1},
        error=r"indices = 5 is not in .0, 4.",
    ),
    Case(
        "gather_nd",
        (P, A(dtype="int32", values=((0, 1), (3, 0)))),
        error=r"indices.1. = .3, 0. does not index into param shape .3,4.",
    ),
    Case(
        "scatter_nd",
        (A(dtype="int32", values=((0,), (5,))), A((2,)), [3]),
        error=r"indices.1. = .5. does not index into shape .3.",
    ),
    Case(
        "unsorted_segment_sum",
        (A((2, 2)), _ids(0, 3), 2),
        error=r"segment_ids.1. = 3 is out of range .0, 2.",
    ),
]
