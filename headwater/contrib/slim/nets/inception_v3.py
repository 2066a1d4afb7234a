"""`tf.contrib.slim.nets.inception_v3`: Inception v3."""

from headwater._src.contrib.nets.inception import (
    inception_v3 as inception_v3,
    inception_v3_arg_scope as inception_v3_arg_scope,
    inception_v3_base as inception_v3_base,
)
