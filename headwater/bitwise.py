"""`tf.bitwise`: the bits of integers."""

from headwater._src.ops.elementwise import invert as invert
