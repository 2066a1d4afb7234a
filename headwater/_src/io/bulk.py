"""Writing large files: threads write what the caller adds, past the system's cache where they can.

Written in the ordinary way, a gigabyte is copied into the system's cache, which costs more processor
time than its checksum, and is written to the disk when it is synced: the caller waits twice. Here it
goes through a few buffers that the disk reads directly, while the caller fills the next one. What
is left for the sync is little.
"""

import contextlib
import errno
import os
import queue
import threading

try:
    import fcntl
except ImportError:  # no such flags there
    fcntl = None

BUFFER = 1 << 21  # bytes that are written at a time: whole blocks, as direct writes must be
BUFFERS, THREADS = 4, 2
_DIRECT = getattr(os, "O_DIRECT", 0) if fcntl else 0
_THREADED = hasattr(os, "pwrite")


class BulkFile:
    """A new file whose bytes are added in order.

    Up to a buffer full, it is an ordinary file that is written by `finish`.

    Args:
      file: an unbuffered binary file, empty, open for writing; `finish` and `discard` close it.
    """

    def __init__(self, file):
        self._file = file
        self._at = 0  # where the buffer that is being filled will be
        self._used = 0
        self._free = queue.SimpleQueue()
        self._full = queue.SimpleQueue()
        self._made = 0
        self._threads = []
        self._error = None
        self._buffer = self._next_buffer()

    def write(self, data):
        """Adds bytes.

        Args:
          data: anything with a buffer of bytes; it is copied before this returns.

        Raises:
          OSError: what was added earlier could not be written.
        """
        data = memoryview(data).cast("B")
        while data:
            size = min(len(data), BUFFER - self._used)
            self._buffer[self._used : self._used + size] = data[:size]
            self._used += size
            data = data[size:]
            if self._used == BUFFER:
                self._hand_over()

    def finish(self):
        """Makes everything durable and closes the file.

        Raises:
          OSError: something could not be written.
        """
        self._join()
        if self._error is not None:
            raise self._error
        if self._threads:
            self._set_direct(False)  # the rest does not end at a block
            os.lseek(self._file.fileno(), self._at, os.SEEK_SET)
        self._write_on(self._buffer[: self._used])
        os.fsync(self._file.fileno())
        self._file.close()

    def _write_on(self, rest):
        while rest:
            rest = rest[self._file.write(rest) :]

    def discard(self):
        """Closes the file as it is."""
        self._join()
        self._file.close()

    def _next_buffer(self):
        if self._made < BUFFERS and self._free.empty():
            import mmap

            self._made += 1
            return memoryview(mmap.mmap(-1, BUFFER))  # begins at a page, as a direct write must
        return self._free.get()

    def _hand_over(self):
        """Gives the full buffer to the threads; goes on with another."""
        if self._error is not None:
            raise self._error
        if not _THREADED:
            self._write_on(self._buffer)
            self._used = 0
            return
        if not self._threads:
            self._start()
        self._full.put((self._buffer, self._at))
        self._at += BUFFER
        self._buffer, self._used = self._next_buffer(), 0

    def _start(self):
        self._set_direct(True)
        for _ in range(THREADS):
            thread = threading.Thread(target=self._work, name="headwater-writer", daemon=True)
            self._threads.append(thread)
            thread.start()

    def _work(self):
        while True:
            item = self._full.get()
            if item is None:
                return
            buffer, at = item
            try:
                if self._error is None:  # else nobody wants the rest
                    self._put(buffer, at)
            except OSError as error:
                self._error = error
            finally:
                self._free.put(buffer)

    def _put(self, rest, at):
        direct = True
        while rest:
            try:
                size = os.pwrite(self._file.fileno(), rest, at)
            except OSError as error:
                if error.errno != errno.EINVAL or not direct:
                    raise
                direct = False  # the file system takes the flag, but not these writes
                self._set_direct(False)
                continue
            rest, at = rest[size:], at + size

    def _set_direct(self, wanted):
        """Whether the next writes go past the system's cache, where the file system can do that."""
        if not _DIRECT:
            return
        flags = fcntl.fcntl(self._file.fileno(), fcntl.F_GETFL)
        flags = flags | _DIRECT if wanted else flags & ~_DIRECT
        with contextlib.suppress(OSError):
            fcntl.fcntl(self._file.fileno(), fcntl.F_SETFL, flags)

    def _join(self):
        for _ in self._threads:
            self._full.put(None)
        for thread in self._threads:
            thread.join()
