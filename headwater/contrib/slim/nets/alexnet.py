"""`tf.contrib.slim.nets.alexnet`: AlexNet."""

from headwater._src.contrib.nets.plain import (
    alexnet_v2 as alexnet_v2,
    alexnet_v2_arg_scope as alexnet_v2_arg_scope,
)
