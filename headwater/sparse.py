"""`tf.sparse`: sparse tensors."""

from headwater._src.graph.composite import SparseTensor as SparseTensor
from headwater._src.ops.crossing import cross as cross, cross_hashed as cross_hashed
from headwater._src.ops.sparse_arithmetic import (
    sparse_add as add,
    sparse_maximum as maximum,
    sparse_minimum as minimum,
    sparse_reduce_max as reduce_max,
    sparse_reduce_max_sparse as reduce_max_sparse,
    sparse_reduce_sum as reduce_sum,
    sparse_reduce_sum_sparse as reduce_sum_sparse,
    sparse_softmax as softmax,
)
from headwater._src.ops.sparse_composite import (
    sparse_eye as eye,
    sparse_from_dense as from_dense,
    sparse_mask as mask,
    sparse_merge as merge,
    sparse_placeholder as placeholder,
    sparse_reset_shape as reset_shape,
    sparse_retain as retain,
    sparse_to_indicator as to_indicator,
    sparse_transpose as transpose,
)
from headwater._src.ops.sparse_dense import (
    sparse_tensor_dense_matmul as sparse_dense_matmul,
    sparse_tensor_to_dense as to_dense,
)
from headwater._src.ops.sparse_rows import sparse_fill_empty_rows as fill_empty_rows
from headwater._src.ops.sparse_structure import (
    sparse_concat as concat,
    sparse_reorder as reorder,
    sparse_reshape as reshape,
    sparse_slice as slice,
    sparse_split as split,
)

matmul = sparse_dense_matmul

__all__ = [
    "SparseTensor",
    "add",
    "concat",
    "eye",
    "fill_empty_rows",
    "from_dense",
    "mask",
    "matmul",
    "maximum",
    "merge",
    "minimum",
    "placeholder",
    "reduce_max",
    "reduce_max_sparse",
    "reduce_sum",
    "reduce_sum_sparse",
    "reorder",
    "reset_shape",
    "reshape",
    "retain",
    "slice",
    "softmax",
    "sparse_dense_matmul",
    "split",
    "to_dense",
    "to_indicator",
    "transpose",
]
