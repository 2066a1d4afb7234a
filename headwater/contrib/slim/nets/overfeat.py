"""`tf.contrib.slim.nets.overfeat`: OverFeat."""

from headwater._src.contrib.nets.plain import (
    overfeat as overfeat,
    overfeat_arg_scope as overfeat_arg_scope,
)
