"""`tf.contrib.slim.nets.inception_v2`: Inception v2."""

from headwater._src.contrib.nets.inception import (
    inception_v2 as inception_v2,
    inception_v2_arg_scope as inception_v2_arg_scope,
    inception_v2_base as inception_v2_base,
)
