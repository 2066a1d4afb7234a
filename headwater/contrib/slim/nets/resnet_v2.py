"""`tf.contrib.slim.nets.resnet_v2`: residual networks of version 2."""

from headwater._src.contrib.nets.residual import (
    bottleneck_v2 as bottleneck,  # noqa: F401
    resnet_v2 as resnet_v2,
    resnet_v2_50 as resnet_v2_50,
    resnet_v2_101 as resnet_v2_101,
    resnet_v2_152 as resnet_v2_152,
    resnet_v2_200 as resnet_v2_200,
    resnet_v2_block as resnet_v2_block,
)
from headwater._src.contrib.nets.residual_units import (
    resnet_arg_scope as resnet_arg_scope,
)
