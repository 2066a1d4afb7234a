"""Matrices: decompositions, solvers, products; Fourier transforms."""

from tests.cases.case import A

from .grid import FLOATS, INF, grid, ints

POSITIVE = A(
    values=[
        [[4.0, 1.0, 0.5], [1.0, 3.0, 0.25], [0.5, 0.25, 5.0]],
        [[2.0, 0.5, 0.1], [0.5, 6.0, 1.0], [0.1, 1.0, 3.0]],
    ],
    dtype="T",
)
LOWER = A(values=[[2.0, 0, 0], [0.5, 1.5, 0], [0.25, -1, 3]], dtype="T")
GRADIENT = A(values=[[1.0, 0, 0], [0.5, 1.5, 0], [0.25, -1, 2]], dtype="T")
SQUARE, RIGHT, NONE = A((2, 3, 3), "T"), A((2, 3, 2), "T"), A((0, 0), "T")
BOTH = (*FLOATS, "complex64", "complex128")
FIRST = {"dtypes": FLOATS, "gradient": True, "tolerance": 1e-4}
SMOOTH = {**FIRST, "second": True}
WIDE = ({"adjoint": False}, {"adjoint": True})
TRIANGLES = tuple({"lower": low, "adjoint": adj} for low in (True, False) for adj in (True, False))
WAVES = "FFT IFFT FFT2D IFFT2D FFT3D IFFT3D"

ROWS = [
    *grid("Cholesky", (POSITIVE,), symmetric=True, **SMOOTH),
    *grid("MatrixDeterminant MatrixInverse", (POSITIVE,), **SMOOTH),
    *grid("Cholesky MatrixDeterminant MatrixInverse", (NONE,), dtypes=BOTH),
    *grid("MatrixDeterminant MatrixInverse", (SQUARE,), dtypes=BOTH[2:], tolerance=1e-3),
    *grid("MatrixInverse", (POSITIVE,), attrs=WIDE, **FIRST),
    *grid("LogMatrixDeterminant", (POSITIVE,), (NONE,), **FIRST),
    *grid("CholeskyGrad", (LOWER, GRADIENT), dtypes=FLOATS, tolerance=1e-4),
    *grid("MatrixSolve", (POSITIVE, RIGHT), attrs=WIDE, **SMOOTH),
    *grid("MatrixSolve", (SQUARE, RIGHT), dtypes=BOTH[2:], attrs=WIDE, tolerance=1e-3),
    *grid(
        "MatrixTriangularSolve",
        (LOWER, A((3, 2), "T")),
        (POSITIVE, RIGHT),
        attrs=TRIANGLES,
        **SMOOTH,
    ),
    *grid(
        "MatrixSolveLs",
        (A((4, 3), "T"), A((4, 2), "T"), 0.0),
        (A((2, 3, 4), "T"), RIGHT, 0.5),
        (A((4, 3), "T"), A((4, 2), "T"), 0.3),
        **FIRST,
    ),
    *grid("Qr", (A((2, 3, 3), "T"),), attrs=({}, {"full_matrices": True}), **FIRST),
    *grid(
        "Qr",
        (A((4, 3), "T"),),
        (A((2, 3, 4), "T"),),
        dtypes=FLOATS,
        attrs=({}, {"full_matrices": True}),
        tolerance=1e-4,
    ),
    *grid(
        "Lu",
        (SQUARE,),
        (NONE,),
        dtypes=BOTH,
        attrs=({}, {"output_idx_type": "int64"}),
        tolerance=1e-4,
    ),
    *grid(
        "SelfAdjointEigV2",
        (POSITIVE,),
        attrs=({"compute_v": False},),
        symmetric=True,
        alone=True,
        **FIRST,
    ),
    *grid(
        "Svd",
        (A((4, 3), "T"),),
        (A((2, 3, 4), "T"),),
        attrs=({"compute_uv": False},),
        alone=True,
        dtypes=FLOATS,
        tolerance=1e-4,
    ),
    *grid(
        "Eig",
        (POSITIVE,),
        dtypes=("float32",),
        attrs=({"compute_v": False, "Tout": "complex64"},),
        alone=True,
        tolerance=1e-4,
    ),
    *grid(
        "Eig",
        (POSITIVE,),
        dtypes=("float64",),
        attrs=({"compute_v": False, "Tout": "complex128"},),
        alone=True,  # TensorFlow gives them in another order then
    ),
    *grid("MatrixLogarithm", (POSITIVE,), dtypes=BOTH[2:], tolerance=1e-4),
    *grid("MatrixSquareRoot", (POSITIVE,), **FIRST),
    *grid("Cross", (A((2, 3), "T"), A((2, 3), "T")), **SMOOTH),
    *grid("Cross", (A((2, 3), "T", -9, 9), A((2, 3), "T", -9, 9)), dtypes=("int32", "int64")),
    *grid(
        "Einsum",
        ([A((2, 3), "T"), A((3, 4), "T")],),
        dtypes=BOTH,
        attrs=({"equation": "ij,jk->ik"}, {"equation": "ij,jk->ki"}, {"equation": "ij,jk->"}),
        gradient=True,
        second=True,
    ),
    *grid(
        "Einsum",
        ([A((3, 3), "T")],),
        dtypes=BOTH,
        attrs=({"equation": "ii->i"}, {"equation": "ii->"}, {"equation": "ij->ji"}),
        gradient=True,
    ),
    *grid(
        "Einsum",
        ([A((2, 2, 3), "T"), A((3, 2), "T")],),
        dtypes=BOTH,
        attrs=({"equation": "...ij,jk->...ik"},),
        gradient=True,
    ),
    *grid(
        WAVES,
        (A((2, 3, 4), "T"),),
        (A((0, 3, 4), "T"),),
        dtypes=("complex64", "complex128"),
        tolerance=1e-5,
    ),
    *grid("RFFT", (A((2, 6), "float32"), ints(6)), gradient=True, tolerance=1e-5),
    *grid("RFFT", (A((2, 6), "float32"), ints(4)), tolerance=1e-5),
    *grid("RFFT2D", (A((2, 4, 6), "float32"), ints(4, 6)), gradient=True, tolerance=1e-5),
    *grid("RFFT3D", (A((2, 4, 6), "float32"), ints(2, 4, 6)), tolerance=1e-5),
    *grid(
        "IRFFT",
        (A((2, 4), "complex64"), ints(6)),
        (A((2, 4), "complex64"), ints(4)),
        tolerance=1e-5,
    ),
    *grid("IRFFT2D", (A((2, 4, 4), "complex64"), ints(4, 6)), tolerance=1e-5),
    *grid("IRFFT3D", (A((2, 4, 4), "complex64"), ints(2, 4, 6)), tolerance=1e-5),
    # What TensorFlow refuses.
    *grid("Cholesky", (A((2, 3), "T"),), fails=True),
    *grid("MatrixInverse", (A(values=[[1.0, 2], [2, 4]], dtype="T"),), (A((3,), "T"),), fails=True),
    *grid("MatrixDeterminant Lu MatrixSquareRoot", (A((2, 3), "T"),), fails=True),
    *grid(
        "MatrixSolve",
        (A(values=[[0.0, 0], [0, 0]], dtype="T"), A((2, 1), "T")),
        (POSITIVE, A((2, 2, 2), "T")),
        fails=True,
    ),
    *grid("Cross", (A((2, 2), "T"), A((2, 2), "T")), (A((2, 3), "T"), A((3, 3), "T")), fails=True),
    *grid(
        "Einsum",
        ([A((2, 3), "T"), A((4, 5), "T")],),
        attrs=({"equation": "ij,jk->ik"},),
        fails=True,
    ),
    *grid(
        "SelfAdjointEigV2",
        (A(values=[[1.0, INF], [INF, 1.0]], dtype="T"),),
        (A((2, 3), "T"),),
        fails=True,
    ),
    *grid("RFFT", (A((2, 6), "float32"), ints(9)), (A((), "float32"), ints(1)), fails=True),
]
