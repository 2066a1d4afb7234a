"""`tf.contrib.slim.nets.resnet_v1`: residual networks of version 1."""

from headwater._src.contrib.nets.residual import (
    bottleneck_v1 as bottleneck,  # noqa: F401
    resnet_v1 as resnet_v1,
    resnet_v1_50 as resnet_v1_50,
    resnet_v1_101 as resnet_v1_101,
    resnet_v1_152 as resnet_v1_152,
    resnet_v1_200 as resnet_v1_200,
    resnet_v1_block as resnet_v1_block,
)
from headwater._src.contrib.nets.residual_units import (
    resnet_arg_scope as resnet_arg_scope,
)
