"""`tf.bitwise`: the bits of integers."""

from headwater._src.ops.bitwise import (
    bitwise_and as bitwise_and,
    bitwise_or as bitwise_or,
    bitwise_xor as bitwise_xor,
    left_shift as left_shift,
    right_shift as right_shift,
)
from headwater._src.ops.elementwise import invert as invert
