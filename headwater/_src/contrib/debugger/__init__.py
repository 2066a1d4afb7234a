"""`tensorflow.python.debug`: every tensor of a step, kept in files or shown on a console.

A step under the debugger fetches the tensors that it computes on its way; nothing else of it
changes.  The files are those of TensorFlow's debugger, whose tools read them as well.
"""

from headwater._src.contrib.debugger.console import (
    LocalCLIDebugHook as LocalCLIDebugHook,
    LocalCLIDebugWrapperSession as LocalCLIDebugWrapperSession,
)
from headwater._src.contrib.debugger.dump_folder import DebugDumpDir as DebugDumpDir
from headwater._src.contrib.debugger.dumping import (
    DumpingDebugHook as DumpingDebugHook,
    DumpingDebugWrapperSession as DumpingDebugWrapperSession,
)
from headwater._src.contrib.debugger.dumps import (
    DebugTensorDatum as DebugTensorDatum,
    has_inf_or_nan as has_inf_or_nan,
    load_tensor_from_event as load_tensor_from_event,
    load_tensor_from_event_file as load_tensor_from_event_file,
)
from headwater._src.contrib.debugger.watching import WatchOptions as WatchOptions
