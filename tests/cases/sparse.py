"""Ops between sparse parts and dense tensors; see `tests/ops/test_sparse.py` for the others."""

from .case import A, Case

CASES = [
    Case("sparse_to_dense", ([[0, 1], [2, 0]], [3, 2], A((2,))), gradient=True),
    Case("sparse_to_dense", ([1, 3], [5], 1.0, -1.0)),
    Case("sparse_to_dense", (2, [4], A((), "int32", 1, 9))),
    Case("sparse_to_dense", ([[1, 1], [0, 0]], [2, 2], A((2,))), {"validate_indices": False}),
    Case(
        "sparse_to_dense",
        (A(dtype="int32", values=((0, 5),)), [2, 2], 1.0),
        error=r"indices.0. = .0,5. is out of bounds: need 0 <= index < .2,2.",
    ),
    Case(
        "sparse_to_dense",
        (A(dtype="int32", values=((1, 1), (1, 1))), [2, 2], 1.0),
        error=r"indices.1. = .1,1. is repeated",
    ),
    Case("sparse_matmul", (A((2, 3)), A((4, 3))), {"transpose_b": True}),
]
