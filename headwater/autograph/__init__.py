"""`tf.autograph`: functions stay as they are written."""

from headwater._src.compatibility.autograph import (
    set_verbosity as set_verbosity,
    to_code as to_code,
    to_graph as to_graph,
    trace as trace,
)
from headwater._src.core import lazy as _lazy

__getattr__, __dir__ = _lazy.lazy_getattr(__name__, ("experimental",))
