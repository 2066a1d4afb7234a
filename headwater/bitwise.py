"""`tf.bitwise`: the bits of integers."""

from headwater._src.ops.bitwise import bitwise_and as bitwise_and
from headwater._src.ops.bitwise import bitwise_or as bitwise_or
from headwater._src.ops.bitwise import bitwise_xor as bitwise_xor
from headwater._src.ops.bitwise import left_shift as left_shift
from headwater._src.ops.bitwise import right_shift as right_shift
from headwater._src.ops.elementwise import invert as invert
