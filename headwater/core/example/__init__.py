"""Protocol buffers of `Example` and its features."""

import sys

from headwater._src.core.proto import (
    example_pb2 as example_pb2,
    feature_pb2 as feature_pb2,
)

for _name, _module in list(globals().items()):
    if _name.endswith("_pb2"):
        sys.modules[f"{__name__}.{_name}"] = _module
