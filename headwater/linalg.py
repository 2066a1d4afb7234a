"""`tf.linalg`: matrices."""

from headwater._src.ops.decompositions import (
    cholesky as cholesky,
    lu as lu,
    qr as qr,
    svd as svd,
)
from headwater._src.ops.diagonals import (
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
    matvec as matvec,
    norm as norm,
    normalize as normalize,
    pinv as pinv,
    tensordot as tensordot,
)
from headwater._src.ops.matrix_solvers import (
    cholesky_solve as cholesky_solve,
    logdet as logdet,
)
from headwater._src.ops.nn_composite import l2_normalize as l2_normalize
