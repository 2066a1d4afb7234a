"""`tf.contrib.slim.nets.resnet_utils`: What residual networks are stacked from."""

from headwater._src.contrib.nets.residual_units import (
    Block as Block,
    conv2d_same as conv2d_same,
    resnet_arg_scope as resnet_arg_scope,
    stack_blocks_dense as stack_blocks_dense,
    subsample as subsample,
)
