"""Event files: TFRecord files of `Event` messages, which TensorBoard reads."""

import os
import socket
import time

from headwater._src.io import records
from headwater._src.io.local import makedirs, path_of

VERSION = "brain.Event:2"


class EventFile:
    """Writes an event file; its first event tells the version of the format.

    Args:
      folder: where it goes; made if missing.
      suffix: end of its name.

    Attributes:
      path: the file's path.
    """

    def __init__(self, folder, suffix=""):
        folder = path_of(folder)
        makedirs(folder)
        name = f"events.out.tfevents.{int(time.time()):010d}.{socket.gethostname()}"
        self.path = os.path.join(folder, name + suffix)
        number = 1
        while os.path.exists(self.path):  # two writers within a second
            self.path = os.path.join(folder, f"{name}.{os.getpid()}.{number}{suffix}")
            number += 1
        self._records = records.TFRecordWriter(self.path)
        self._records.write(_first_event())
        self._records.flush()

    def write(self, event):
        """Adds an event.

        Args:
          event: an `Event` message in its binary form.
        """
        self._records.write(event)

    def write_all(self, events):
        """Adds events.

        Args:
          events: list of `Event` messages in their binary form.
        """
        write = self._records.write
        for event in events:
            write(event)

    def flush(self):
        """Hands what was written to the operating system."""
        self._records.flush()

    def close(self):
        """Ends the file."""
        self._records.close()


def _first_event():
    from headwater._src.core.proto import event_pb2

    event = event_pb2.Event(wall_time=time.time(), file_version=VERSION)
    event.source_metadata.writer = "headwater.event_files"
    return event.SerializeToString()


def summary_iterator(path):
    """The events of an event file.

    Args:
      path: the file.

    Yields:
      `Event` messages.

    Raises:
      NotFoundError: there is no such file.
      DataLossError: an event is damaged or cut off; those before it were given.
    """
    from google.protobuf.message import DecodeError

    from headwater._src.core import errors
    from headwater._src.core.proto import event_pb2

    for record in records.tf_record_iterator(path):
        try:
            event = event_pb2.Event.FromString(record)
        except DecodeError as error:
            raise errors.DataLossError(None, None, f"{path}: not an event: {error}") from None
        yield event
