"""`tf.manip`: a few functions that rearrange tensors, by their names of 1.6."""

from headwater._src.ops.indexing import gather_nd as gather_nd, scatter_nd as scatter_nd
from headwater._src.ops.rearranging import reverse as reverse, roll as roll, tile as tile
from headwater._src.ops.shapes import reshape as reshape
from headwater._src.ops.space_batch import (
    batch_to_space_nd as batch_to_space_nd,
    space_to_batch_nd as space_to_batch_nd,
)
