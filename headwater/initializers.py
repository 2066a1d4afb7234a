"""`tf.initializers`: what variables start with."""

from headwater._src.layers.initializers import (
    he_normal as he_normal,
    he_uniform as he_uniform,
    lecun_normal as lecun_normal,
    lecun_uniform as lecun_uniform,
)
