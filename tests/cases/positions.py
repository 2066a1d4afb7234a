"""Copies changed at positions, places in sorted rows, repeated slices; Bessel functions."""

from .case import A, Case

P = A((3, 4))
AT = [[0, 1], [2, 2]]
TWICE = [[1], [1]]

CASES = [
    Case("tensor_scatter_nd_update", (P, AT, A((2,))), gradient=True),
    Case("tensor_scatter_update", (P, [[2], [0]], A((2, 4))), gradient=True),
    Case("tensor_scatter_nd_add", (P, TWICE, A((2, 4))), gradient=True),
    Case("tensor_scatter_add", (P, A((5, 2), "int32", 0, 2), A((5,)))),
    Case("tensor_scatter_nd_sub", (P, TWICE, A((2, 4))), gradient=True),
    Case("tensor_scatter_sub", (A((3,), "int64"), [[1], [1]], [1, 2])),
    Case("tensor_scatter_nd_max", (P, AT, A((2,)))),
    Case("tensor_scatter_nd_min", (P, [[2], [0]], A((2, 4)))),
    Case(
        "raw_ops.ScatterNdNonAliasingAdd",
        (),
        {"input": [1.0, 2.0], "indices": [[1]], "updates": [5.0]},
    ),
    Case("searchsorted", (A((2, 3), values=((1, 3, 5), (0, 0, 9))), A((2, 4), "float32", 0, 6))),
    Case("searchsorted", ([1, 2, 2, 3], A(dtype="int32", values=(2, 0, 4))), {"side": "right"}),
    Case("searchsorted", ([1, 2, 2, 3], A(dtype="int32", values=(2, 0))), {"out_type": "int64"}),
    Case("repeat", (P, 2)),
    Case("repeat", (P, 3), {"axis": 1}, gradient=True),
    Case("repeat", (A((2, 3, 2)), 2), {"axis": -1}),
    Case("repeat", (7, 4)),
    Case("repeat", (P, [1, 0, 2]), {"axis": 0}, gradient=True),
    Case("repeat", (A((2, 3, 2)), [1, 0, 2]), {"axis": 1}, gradient=True),
    Case("math.bessel_i0e", (A(),), gradient=True),
    Case("math.bessel_i1e", (A(),), gradient=True),
    Case("math.bessel_i0e", (A(dtype="float64"),)),
    # Bad data.
    Case(
        "tensor_scatter_nd_update",
        (P, A(dtype="int32", values=((0,), (3,))), A((2, 4))),
        error=r"indices.1. = .3. does not index into shape .3,4.",
    ),
]
