"""`tf.contrib.slim.nets.vgg`: VGG."""

from headwater._src.contrib.nets.plain import (
    vgg_16 as vgg_16,
    vgg_19 as vgg_19,
    vgg_a as vgg_a,
    vgg_arg_scope as vgg_arg_scope,
    vgg_d as vgg_d,
    vgg_e as vgg_e,
)
