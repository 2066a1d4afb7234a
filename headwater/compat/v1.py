"""`tf.compat.v1`: the 1.x interface, which is all of headwater, by another name."""

from headwater._src.core import lazy as _lazy
from headwater._src.core.behavior import (
    disable_resource_variables as disable_resource_variables,
    disable_v2_behavior as disable_v2_behavior,
)

__getattr__, __dir__ = _lazy.delegate(__name__, "headwater")
