"""`tf.sets`: operations on the sets that the rows of tensors are."""

from headwater._src.ops.sets import (
    set_difference as set_difference,
    set_intersection as set_intersection,
)
