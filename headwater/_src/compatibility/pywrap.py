"""`tensorflow.python.pywrap_tensorflow`: what programs take from it besides checkpoint readers."""

import socket
import time

from headwater._src.core.proto import event_pb2
from headwater._src.io.event_files import VERSION
from headwater._src.io.records import TFRecordWriter


class EventsWriter:
    """Writes `Event` protos to a file of their own."""

    def __init__(self, file_prefix):
        """Makes the file.

        Args:
          file_prefix: start of its path, as text or bytes.
        """
        prefix = file_prefix.decode() if isinstance(file_prefix, bytes) else file_prefix
        self._path = f"{prefix}.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}"
        self._records = TFRecordWriter(self._path)
        self.WriteEvent(event_pb2.Event(wall_time=time.time(), file_version=VERSION))

    def FileName(self):
        """The file's path, as bytes."""
        return self._path.encode()

    def WriteEvent(self, event):
        """Appends an `Event`."""
        self._records.write(event.SerializeToString())

    def Flush(self):
        """Makes what was written visible to readers."""
        self._records.flush()

    def Close(self):
        """Flushes and closes the file."""
        self._records.close()


def list_devices(*args):
    """Names of this machine's devices."""
    from headwater._src.runtime.device_lib import list_local_devices

    return [d.name for d in list_local_devices()]


def IsGoogleCudaEnabled():
    """Whether a GPU can be used; starts XLA to find out."""
    from headwater._src.compiler import devices

    return devices.count_gpus(None) > 0
