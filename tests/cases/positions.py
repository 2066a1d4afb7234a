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
    Case("math.reciprocal_no_nan", (A((3,), values=(2, 0, -0.5)),)),
    Case("math.reciprocal_no_nan", (A((3,), low=0.5),), gradient=True),
    # Bad data.
    Case(
        "tensor_scatter_nd_update",
        (P, A(dtype="int32", values=((0,), (3,))), A((2, 4))),
        error=r"indices.1. = .3. does not index into shape .3,4.",
    ),
    *[
        Case(op, (A((4, 3)), A(dtype="int32", values=ids)), error=says)
        for op in ("segment_sum", "segment_mean", "segment_max")
        for ids, says in (
            ((-1, -1, 0, 0), r"Segment id -1 out of range .0, 1., possibly because"),
            ((0, 1, 0, 1), "segment ids are not increasing"),
            ((0, 1, 2, 0), r"Segment id 1 out of range .0, 1., possibly because"),
            ((0, 0, 0, -2), "segment ids must be >= 0"),
            ((0, 1), "segment_ids should be the same size as dimension 0 of input."),
        )
    ],
    Case(
        "roll",
        (A((3,)), A(dtype="int32", values=(1,)), A(dtype="int32", values=(5,))),
        error="axis 5 is out of range",
    ),
    Case(
        "dynamic_partition",
        (A((2, 2)), A(dtype="int32", values=((1, 2), (17, 0))), 7),
        error=r"partitions.1,0. = 17 is not in .0, 7.",
    ),
    Case(
        "scatter_nd",
        (A((2, 2, 2), "int32", 0, 0), A((2, 2, 2)), [0, 3, 2]),
        error="Indices and updates specified for empty output",
    ),
]
