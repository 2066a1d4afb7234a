"""Protocol buffers of events and checkpoint slices."""

import sys

from headwater._src.core.proto import (
    event_pb2 as event_pb2,
    saved_tensor_slice_pb2 as saved_tensor_slice_pb2,
)

for _name, _module in list(globals().items()):
    if _name.endswith("_pb2"):
        sys.modules[f"{__name__}.{_name}"] = _module
