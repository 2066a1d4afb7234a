"""Matrices: diagonals, decompositions, solvers, products over chosen axes."""

from .case import A, Case

SQUARE = A((2, 3, 3))
POSITIVE = A(
    values=[
        [[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 5.0]],
        [[2.0, 0.5, 0.1], [0.5, 6.0, 1.0], [0.1, 1.0, 3.0]],
    ]
)
LOWER = A(values=[[2.0, 0.0, 0.0], [0.5, 1.5, 0.0], [0.25, -1.0, 3.0]])
TALL = A((2, 4, 3))
RIGHT = A((2, 3, 2))
VECTORS = A((2, 3))

CASES = [
    # Diagonals and bands.
    *[
        Case("matrix_band_part", (TALL, low, high), gradient=True)
        for low, high in ((0, 0), (1, 0), (-1, 0), (0, -1), (1, 2), (-1, -1))
    ],
    Case("diag", (VECTORS,), gradient=True),
    Case("diag", (A((3,), "int32", -9, 9),)),
    Case("diag_part", (A((2, 3, 2, 3)),), gradient=True),
    Case("matrix_diag", (VECTORS,), gradient=True),
    Case("matrix_diag", (A((0, 3)),)),
    *[Case("matrix_diag", (VECTORS,), {"k": k}, gradient=True) for k in (-2, 1)],
    Case("linalg.diag", (A((2, 3)),), {"k": (-1, 0), "padding_value": 7.0}),
    *[
        Case("matrix_diag_part", (TALL,), {"k": k, "align": align}, gradient=True)
        for k in (0, -1, 1, (-1, 1), (-3, 2))
        for align in ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT")
    ],
    Case("matrix_set_diag", (TALL, VECTORS), gradient=True),
    Case("matrix_set_diag", (TALL, A((2, 3))), {"k": -1}, gradient=True),
    Case("trace", (SQUARE,), gradient=True),
    # Decompositions.
    Case("cholesky", (POSITIVE,)),
    Case("linalg.logdet", (POSITIVE,)),
    Case("cholesky_solve", (LOWER, A((3, 2)))),
    Case("svd", (TALL,), {"compute_uv": False}, gradient=True),
    Case("self_adjoint_eigvals", (POSITIVE,)),
    Case("matrix_determinant", (SQUARE,), gradient=True),
    Case("matrix_determinant", (A((2, 0, 0)),)),
    Case("matrix_inverse", (POSITIVE,), gradient=True),
    Case("matrix_inverse", (POSITIVE,), {"adjoint": True}, gradient=True),
    Case("matrix_inverse", (A(values=[[1.0, 2.0], [2.0, 4.0]]),), error="Input is not invertible."),
    # Systems of equations.
    Case("matrix_solve", (POSITIVE, RIGHT), gradient=True),
    Case("matrix_solve", (POSITIVE, RIGHT), {"adjoint": True}, gradient=True),
    Case(
        "matrix_solve",
        (A(values=[[0.0, 0.0], [0.0, 0.0]]), A((2, 1))),
        error="Input matrix is not invertible.",
    ),
    Case("matrix_triangular_solve", (POSITIVE, RIGHT), gradient=True),
    Case("matrix_triangular_solve", (POSITIVE, RIGHT), {"lower": False}, gradient=True),
    Case("matrix_triangular_solve", (POSITIVE, RIGHT), {"adjoint": True}, gradient=True),
    Case("matrix_solve_ls", (TALL, A((2, 4, 2))), tolerance=1e-3),
    Case("matrix_solve_ls", (TALL, A((2, 4, 2))), {"l2_regularizer": 0.5}, tolerance=1e-3),
    Case("linalg.sqrtm", (POSITIVE,), tolerance=1e-4),
    # Products.
    Case("linalg.matvec", (TALL, VECTORS), gradient=True),
    Case("tensordot", (TALL, A((3, 2)), 1), gradient=True),
    Case("tensordot", (TALL, A((2, 3, 2)), [[0, 2], [0, 1]]), gradient=True),
    Case("tensordot", (A((2, 3)), A((2, 3)), 0), gradient=True),
    Case("cross", (VECTORS, A((2, 3))), gradient=True),
    Case("matrix_transpose", (TALL,), gradient=True),
    Case("linalg.adjoint", (A((2, 3), "complex64"),)),
    *[
        Case("einsum", (equation, *args), gradient=True)
        for equation, args in (
            ("ij,jk->ik", (A((2, 3)), A((3, 4)))),
            ("ij,jk", (A((2, 3)), A((3, 4)))),
            ("bij,bjk->bik", (TALL, RIGHT)),
            ("i,j->ij", (A((2,)), A((3,)))),
            ("ij->", (A((2, 3)),)),
            ("ij->ji", (A((2, 3)),)),
            ("ii->i", (A((3, 3)),)),
            ("ii", (A((3, 3)),)),
            ("...ij,...jk->...ik", (TALL, A((3, 2)))),
            ("ij,jk,kl->il", (A((2, 3)), A((3, 4)), A((4, 2)))),
        )
    ],
    # Norms.
    Case("norm", (TALL,), gradient=True),
    *[
        Case("norm", (TALL,), {"ord": o, "axis": -1}, gradient=True)
        for o in (1, 2, 3, float("inf"))
    ],
    Case("norm", (TALL,), {"ord": "fro", "axis": (-2, -1)}, gradient=True),
    Case("norm", (TALL,), {"axis": 1, "keepdims": True}, gradient=True),
    Case("eye", (3,)),
    Case("eye", (2, 3, [2])),
]
