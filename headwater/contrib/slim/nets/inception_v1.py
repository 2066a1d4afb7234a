"""`tf.contrib.slim.nets.inception_v1`: Inception v1."""

from headwater._src.contrib.nets.inception import (
    inception_v1 as inception_v1,
    inception_v1_arg_scope as inception_v1_arg_scope,
    inception_v1_base as inception_v1_base,
)
