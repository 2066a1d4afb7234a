"""`tf.linalg`: matrices."""

# ruff: noqa: F401 (names that differ from the functions' own are exports too)
from headwater._src.ops.clipping import global_norm as global_norm
from headwater._src.ops.decompositions import (
    cholesky as cholesky,
    lu as lu,
    qr as qr,
    self_adjoint_eig as eigh,
    self_adjoint_eigvals as eigvalsh,
    svd as svd,
)
from headwater._src.ops.diagonal_tensors import (
    diag as tensor_diag,
    diag_part as tensor_diag_part,
    matrix_band_part as band_part,
)
from headwater._src.ops.diagonals import (
    matrix_diag as diag,
    matrix_diag_part as diag_part,
    matrix_set_diag as set_diag,
    trace as trace,
)
from headwater._src.ops.einsum import einsum as einsum
from headwater._src.ops.matmul import matmul as matmul
from headwater._src.ops.matrix_functions import expm as expm, logm as logm, sqrtm as sqrtm
from headwater._src.ops.matrix_products import (
    adjoint as adjoint,
    cross as cross,
    eye as eye,
    matrix_rank as matrix_rank,
    matrix_transpose as matrix_transpose,
    matrix_transpose as transpose,
    matvec as matvec,
    norm as norm,
    normalize as normalize,
    pinv as pinv,
    tensordot as tensordot,
)
from headwater._src.ops.matrix_solvers import (
    cholesky_solve as cholesky_solve,
    log_matrix_determinant as slogdet,
    logdet as logdet,
    matrix_determinant as det,
    matrix_inverse as inv,
    matrix_solve as solve,
    matrix_solve_ls as lstsq,
    matrix_triangular_solve as triangular_solve,
)
from headwater._src.ops.nn_composite import l2_normalize as l2_normalize
