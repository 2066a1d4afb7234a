"""`FileWriter`: events for TensorBoard, written by a thread of their own.

State of an open writer: `_queue` holds events (bytes) that are not written yet, `_busy` says that
somebody writes, `_error` is what went wrong in the thread, to be raised at the next call. `_wake`
tells the thread that there is something to do, `_idle` tells others that writing is over. Every
open writer is in `_OPEN` and closed when Python ends.
"""

import atexit
import functools
import struct
import threading
import time
import warnings
import weakref

from headwater._src.core.text import path_to_str
from headwater._src.io import varint
from headwater._src.io.event_files import EventFile
from headwater._src.io.local import path_of

_OPEN = weakref.WeakSet()
_LARGE = 1 << 16  # bytes: constants from this size on stay out of graph events
_FULL = 1 << 14  # events in the queue from which on a caller waits
_WALL_TIME = struct.Struct("<Bd")  # field 1 of an `Event`, with its tag
_UINT64 = (1 << 64) - 1
_METADATA = b"\x4a"  # the tag of `metadata`: without this byte a `Summary` has none


class FileWriter:
    """Writes summaries, graphs and other events to an event file.

    Args:
      logdir: the folder; made if missing.
      graph: a `Graph` to write.
      max_queue: how many events may wait before the thread is woken.
      flush_secs: seconds after which the thread writes in any case.
      graph_def: deprecated: a `GraphDef` to write.
      filename_suffix: end of the file's name.
      session: ignored.

    Raises:
      TypeError: `graph` is neither a `Graph` nor a `GraphDef`.
      tf.errors.OpError: the file cannot be made.
    """

    def __init__(
        self,
        logdir,
        graph=None,
        max_queue=10,
        flush_secs=120,
        graph_def=None,
        filename_suffix=None,
        session=None,
    ):
        self._logdir = path_to_str(logdir)
        self._max_queue, self._flush_secs = max(max_queue, 1), flush_secs
        self._suffix = filename_suffix or ""
        self._seen_tags, self._seen_run_tags = set(), set()
        self._lock = threading.Lock()
        self._wake = threading.Condition(self._lock)
        self._idle = threading.Condition(self._lock)
        self._closed, self._warned, self._error = True, False, None
        self._open()
        if graph is not None or graph_def is not None:
            self.add_graph(graph=graph, graph_def=graph_def)
            from headwater._src.train.meta_graph import create_meta_graph_def

            if hasattr(graph, "as_graph_def"):
                definition = _without_large_constants(graph.as_graph_def(add_shapes=True))
                self.add_meta_graph(create_meta_graph_def(graph_def=definition, graph=graph))

    # -- the thread ------------------------------------------------------------------------------

    def _open(self):
        self._file = EventFile(self._logdir, self._suffix)
        self._queue, self._busy, self._stop = [], False, threading.Event()
        self._written = time.monotonic()
        self._closed = False
        threading.Thread(
            target=_work,
            args=(weakref.ref(self), self._wake, self._stop),
            daemon=True,
            name="event-writer",
        ).start()
        _OPEN.add(self)

    def _write_out(self):
        """Writes what is in the queue; the lock is held, and given back while writing."""
        while self._busy:
            self._idle.wait(1)
        self._busy = True
        try:
            while self._queue:
                events, self._queue = self._queue, []
                self._lock.release()
                try:
                    self._file.write_all(events)
                    self._file.flush()
                finally:
                    self._lock.acquire()
        finally:
            self._busy, self._written = False, time.monotonic()
            self._idle.notify_all()

    def _is_due(self):
        waited = time.monotonic() - self._written
        return self._queue and (len(self._queue) >= self._max_queue or waited >= self._flush_secs)

    def _check(self):
        if self._error is not None:
            error, self._error = self._error, None
            raise error

    # -- events ----------------------------------------------------------------------------------

    def get_logdir(self):
        """The folder."""
        return self._logdir

    def add_event(self, event):
        """Adds an `Event` proto; nothing happens when the writer is closed."""
        if self._closed:
            self._warn()
            return
        self._put(event.SerializeToString())

    def _warn(self):
        if not self._warned:
            warnings.warn(
                "Attempting to use a closed FileWriter. The operation will be a noop "
                "unless the FileWriter is explicitly reopened."
            )

    def _put(self, data):
        with self._lock:
            if self._error is not None:
                self._check()
            self._queue.append(data)
            waiting = len(self._queue)
            if waiting == self._max_queue:
                self._wake.notify()
            if waiting >= _FULL:
                self._write_out()

    def _event(self, global_step, **what):
        from headwater._src.core.proto import event_pb2

        event = event_pb2.Event(wall_time=time.time(), **what)
        if global_step is not None:
            event.step = int(global_step)
        self.add_event(event)

    def add_summary(self, summary, global_step=None):
        """Adds a summary.

        Args:
          summary: a `Summary` proto, or its binary form as a session gives it.
          global_step: int: the step it belongs to.
        """
        if self._closed:
            self._warn()
            return
        if isinstance(summary, bytes):
            data = summary
            _summary_class().FromString(data)  # raises for what is none
        else:
            data = summary.SerializeToString() if hasattr(summary, "DESCRIPTOR") else bytes(summary)
        if _METADATA in data:
            data = self._without_seen_metadata(data)
        self._put(_summary_event(data, global_step))

    def _without_seen_metadata(self, data):
        """The summary without what is written with the first value of a series only."""
        own, seen = _summary_class().FromString(data), False
        for value in own.value:
            if value.HasField("metadata"):
                if value.tag in self._seen_tags:
                    value.ClearField("metadata")
                    seen = True
                else:
                    self._seen_tags.add(value.tag)
        return own.SerializeToString() if seen else data

    def add_session_log(self, session_log, global_step=None):
        """Adds a `SessionLog` proto.

        Args:
          session_log: the proto.
          global_step: int: the step it belongs to.
        """
        from headwater._src.core.proto import event_pb2

        log = event_pb2.SessionLog.FromString(session_log.SerializeToString())
        self._event(global_step, session_log=log)

    def add_graph(self, graph, global_step=None, graph_def=None):
        """Adds a graph; its large constants are left out.

        Args:
          graph: a `Graph`, or (deprecated) a `GraphDef`.
          global_step: int: the step it belongs to.
          graph_def: deprecated: a `GraphDef` instead of `graph`.

        Raises:
          ValueError: both are given.
          TypeError: it is neither.
        """
        if graph is not None and graph_def is not None:
            raise ValueError("Please pass only graph, or graph_def (deprecated), but not both.")
        given = graph if graph is not None else graph_def
        if hasattr(given, "as_graph_def"):
            proto = given.as_graph_def(add_shapes=True)
        elif getattr(getattr(given, "DESCRIPTOR", None), "name", None) == "GraphDef":
            proto = given
        else:
            raise TypeError(
                "The passed graph must be an instance of `Graph` or the deprecated `GraphDef`"
            )
        proto = _without_large_constants(proto)
        self._event(global_step, graph_def=proto.SerializeToString())

    def add_meta_graph(self, meta_graph_def, global_step=None):
        """Adds a `MetaGraphDef` proto.

        Args:
          meta_graph_def: the proto.
          global_step: int: the step it belongs to.

        Raises:
          TypeError: it is something else.
        """
        name = getattr(getattr(meta_graph_def, "DESCRIPTOR", None), "name", None)
        if name != "MetaGraphDef":
            raise TypeError(
                f"meta_graph_def must be type MetaGraphDef, saw type: {type(meta_graph_def)}"
            )
        self._event(global_step, meta_graph_def=meta_graph_def.SerializeToString())

    def add_run_metadata(self, run_metadata, tag, global_step=None):
        """Adds what a step measured.

        Args:
          run_metadata: a `RunMetadata` proto.
          tag: a name, used only once.
          global_step: int: the step it belongs to.

        Raises:
          ValueError: the tag was used before.
        """
        from headwater._src.core.proto import event_pb2

        if tag in self._seen_run_tags:
            raise ValueError("The provided tag was already used for this event type")
        self._seen_run_tags.add(tag)
        tagged = event_pb2.TaggedRunMetadata(tag=tag, run_metadata=run_metadata.SerializeToString())
        self._event(global_step, tagged_run_metadata=tagged)

    # -- flushing, closing -----------------------------------------------------------------------

    def flush(self):
        """Waits until all events are written to the file."""
        if self._closed:
            self._warn()
            return
        with self._lock:
            self._check()
            self._write_out()

    def close(self):
        """Writes all events and closes the file."""
        if self._closed:
            return
        try:
            self.flush()
        finally:
            with self._lock:
                self._closed = True
                self._stop.set()
                self._wake.notify()
            _OPEN.discard(self)
            self._file.close()

    def reopen(self):
        """Begins a new file in the same folder, if the writer is closed."""
        if self._closed:
            self._open()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def __del__(self):
        if getattr(self, "_closed", True) is False:
            try:
                self.close()
            except Exception as error:
                warnings.warn(f"events of {self._logdir} were lost: {error}")


@functools.cache
def _summary_class():
    from headwater._src.core.proto import summary_pb2

    return summary_pb2.Summary


def _summary_event(data, step):
    """An `Event` of this moment in its binary form, put together by hand: it is written often.

    Args:
      data: the `Summary` in its binary form.
      step: int, or None.
    """
    head = _WALL_TIME.pack(0x09, time.time())
    if step is not None and (step := int(step)):
        head += b"\x10" + varint.put(step & _UINT64)
    return b"".join((head, b"\x2a", varint.put(len(data)), data))


def _work(reference, wake, stop):
    """The thread: waits for events and writes them; ends with its writer."""
    while not stop.is_set():
        writer = reference()
        if writer is None:
            return
        with wake:
            if writer._is_due() and not writer._busy:
                try:
                    writer._write_out()
                except Exception as error:  # raised in the program's own thread, at its next call
                    writer._error = error
        pause = min(max(writer._flush_secs, 0.02), 1.0)
        del writer  # a forgotten writer must not live because its thread waits
        with wake:
            wake.wait(pause)


@atexit.register
def _close_all():
    """Loses no event when Python ends."""
    for writer in list(_OPEN):
        try:
            writer.close()
        except Exception as error:
            warnings.warn(f"events of {writer._logdir} were lost: {error}")


def _without_large_constants(graph_def):
    """A `GraphDef` whose large constants have no values, which TensorBoard does not show anyway."""
    large = [
        i
        for i, node in enumerate(graph_def.node)
        if node.op == "Const" and node.attr["value"].ByteSize() > _LARGE
    ]
    if not large:
        return graph_def
    copy = type(graph_def)()
    copy.CopyFrom(graph_def)
    for i in large:
        tensor = copy.node[i].attr["value"].tensor
        kept = type(tensor)(dtype=tensor.dtype)
        kept.tensor_shape.CopyFrom(tensor.tensor_shape)
        tensor.CopyFrom(kept)
    return copy


class FileWriterCache:
    """Writers by folder, so that several parts of a program write one file."""

    _cache: dict[str, FileWriter] = {}
    _lock = threading.RLock()

    @staticmethod
    def clear():
        """Closes and forgets all writers."""
        with FileWriterCache._lock:
            for writer in FileWriterCache._cache.values():
                writer.close()
            FileWriterCache._cache = {}

    @staticmethod
    def get(logdir):
        """The `FileWriter` of a folder, made when it is first asked for."""
        with FileWriterCache._lock:
            folder = path_of(logdir)
            if folder not in FileWriterCache._cache:
                from headwater._src.graph.default import get_default_graph

                FileWriterCache._cache[folder] = FileWriter(folder, graph=get_default_graph())
            return FileWriterCache._cache[folder]
