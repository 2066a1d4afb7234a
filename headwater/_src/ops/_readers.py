"""Readers as objects of a session: they take names of files from a queue and give records."""

import os
import threading
import zlib

import numpy as np

from headwater._src.core import errors
from headwater._src.io import local, records


def _text(value):
    return value if isinstance(value, bytes) else os.fsencode(value)


class Reader:
    """Gives pairs of a key and a record, from one piece of work after another.

    Attributes:
      name: what errors call it.
    """

    kind = "Reader"
    single = False  # whether a piece of work is one record: with it, the work is finished

    def __init__(self, name):
        self.name = name
        self.lock = threading.RLock()
        self._clear()

    def _clear(self):
        self.work, self._records = b"", None
        self.started = self.finished = self.produced = 0

    def records(self, work):
        """An iterator over the pairs that a piece of work gives."""
        raise NotImplementedError

    # -- operations ------------------------------------------------------------------------------

    def read(self, ctx, queue):
        """The next pair; waits for work."""
        with self.lock:
            while True:
                if self._records is None:
                    self._begin(ctx, queue)
                pair = self._next()
                if pair is not None:
                    return pair

    def read_up_to(self, ctx, queue, count):
        """Up to `count` pairs, all of one piece of work; at least one."""
        with self.lock:
            found = [self.read(ctx, queue)]
            while len(found) < count and self._records is not None:
                pair = self._next()
                if pair is None:
                    break
                found.append(pair)
            return found

    def _begin(self, ctx, queue):
        ((work,),) = queue.dequeue(ctx, 1)
        self.work = _text(np.asarray(work)[()])
        self.started += 1
        self._records = iter(self.records(self.work))

    def _next(self):
        try:
            pair = next(self._records)
        except StopIteration:
            self._end()
            return None
        except Exception:
            self._end()
            raise
        self.produced += 1
        if self.single:
            self._end()
        return pair

    def _end(self):
        self._records = None
        self.finished += 1

    def reset(self):
        """Forgets everything."""
        with self.lock:
            self._clear()

    def serialize(self):
        """The state as a serialized message."""
        raise errors.UnimplementedError(None, None, f"Reader SerializeState of {self.kind}")

    def restore(self, state):
        """Goes on from a serialized state."""
        raise errors.UnimplementedError(None, None, f"Reader RestoreState of {self.kind}")


class IdentityReader(Reader):
    """Gives each piece of work itself, as key and as record."""

    kind, single = "IdentityReader", True

    def records(self, work):
        yield work, work

    def serialize(self):
        from headwater._src.core.proto import reader_base_pb2

        with self.lock:
            state = reader_base_pb2.ReaderBaseState(
                work_started=self.started,
                work_finished=self.finished,
                num_records_produced=self.produced,
                current_work=self.work,
            )
        return state.SerializeToString()

    def restore(self, state):
        from headwater._src.core.proto import reader_base_pb2

        try:
            found = reader_base_pb2.ReaderBaseState.FromString(state)
        except Exception:
            raise self._bad("Could not parse state", state) from None
        for field in ("work_started", "work_finished", "num_records_produced"):
            if getattr(found, field) < 0:
                raise self._bad(f"Unexpected negative value of {field}", state)
        if found.work_started < found.work_finished:
            raise self._bad("Inconsistent work started vs. finished", state)
        with self.lock:
            self._clear()
            self.started, self.finished = found.work_started, found.work_finished
            self.produced, self.work = found.num_records_produced, found.current_work
            if self.started > self.finished:
                self._records = iter(())

    def _bad(self, what, state):
        text = state.decode("utf-8", "backslashreplace")
        return errors.InvalidArgumentError(
            None, None, f"{what} for {self.kind} '{self.name}': {text}"
        )


class WholeFileReader(Reader):
    """Gives each file as one record; the key is its name."""

    kind, single = "WholeFileReader", True

    def records(self, work):
        yield work, local.read_bytes(work)


class TextLineReader(Reader):
    """Gives the lines of files; the key is the file's name and the line's number from 1."""

    kind = "TextLineReader"

    def __init__(self, name, skip):
        super().__init__(name)
        self._skip = skip

    def records(self, work):
        path = local.path_of(work)
        with local.translated(path):
            file = open(path, "rb")
        with file:
            for number, line in enumerate(file, 1):
                if number > self._skip:
                    line = line[:-1] if line.endswith(b"\n") else line
                    yield b"%s:%d" % (work, number), line.removesuffix(b"\r")


class TFRecordReader(Reader):
    """Gives the records of TFRecord files; the key is the file's name and the record's place."""

    kind = "TFRecordReader"

    def __init__(self, name, compression):
        super().__init__(name)
        self._compression = compression

    def records(self, work):
        path, at = local.path_of(work), 0
        with local.translated(path):
            file = open(path, "rb", 0)
        for record in records.read_records(file, self._compression):
            yield b"%s:%d" % (work, at), record
            at += len(record) + 16


class FixedLengthReader(Reader):
    """Gives records of one length; the key is the file's name and the record's number."""

    kind = "FixedLengthRecordReader"

    def __init__(self, name, header, size, footer, hop, encoding):
        super().__init__(name)
        self._parts, self._encoding = (header, size, footer, hop or size), encoding

    def records(self, work):
        data = local.read_bytes(work)
        if self._encoding == "ZLIB":
            data = zlib.decompress(data)
        elif self._encoding == "GZIP":
            import gzip

            data = gzip.decompress(data)
        header, size, footer, hop = self._parts
        body = memoryview(data)[header : len(data) - footer]
        for number, at in enumerate(range(0, len(body) - size + 1, hop)):
            yield b"%s:%d" % (work, number), bytes(body[at : at + size])
