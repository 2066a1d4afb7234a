"""`tf.sets`: operations on the sets that the rows of tensors are."""

from headwater._src.ops.sets import (
    set_difference as set_difference,
    set_intersection as set_intersection,
    set_size as set_size,
    set_union as set_union,
)

difference, intersection, size, union = set_difference, set_intersection, set_size, set_union

__all__ = [
    "difference",
    "intersection",
    "set_difference",
    "set_intersection",
    "set_size",
    "set_union",
    "size",
    "union",
]
