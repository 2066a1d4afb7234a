"""`tf.sparse`: sparse tensors."""

from headwater._src.graph.composite import SparseTensor as SparseTensor
