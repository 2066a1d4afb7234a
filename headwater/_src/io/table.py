"""Sorted string tables: keys and values (bytes) in blocks, with an index block at the end.

block:   entries | restart offsets, uint32 each | their number, uint32
entry:   bytes shared with the key before | further key bytes | value bytes | key | value
trailer: kind (0 plain, 1 Snappy) | masked CRC-32C of block and kind
footer:  handles (offset, size) of the meta-index and index blocks | zeros | magic; 48 bytes
"""

import os
import struct

from headwater._src.core import errors
from headwater._src.io import checksum, snappy, varint
from headwater._src.io.local import path_of, translated

MAGIC = 0xDB4775248B80FB57
FOOTER = 48
_TRAILER = 5
_BLOCK = 262144
_RESTART = 16


class _Block:
    """A block being written."""

    def __init__(self, interval):
        self.interval = interval
        self.clear()

    def clear(self):
        self.data, self.restarts, self.count, self.last = bytearray(), [0], 0, b""

    def add(self, key, value):
        shared = 0
        if self.count < self.interval:
            shared = len(os.path.commonprefix([self.last, key]))
        else:
            self.restarts.append(len(self.data))
            self.count = 0
        self.data += varint.put(shared) + varint.put(len(key) - shared) + varint.put(len(value))
        self.data += key[shared:]
        self.data += value
        self.last = key
        self.count += 1

    @property
    def size(self):
        return len(self.data) + 4 * len(self.restarts) + 4

    def finish(self):
        starts = self.restarts
        result = bytes(self.data) + struct.pack(f"<{len(starts) + 1}I", *starts, len(starts))
        self.clear()
        return result


class TableWriter:
    """Writes a table; keys must come in rising order.

    Args:
      file: binary file object.
    """

    def __init__(self, file):
        self._file, self._at = file, 0
        self._data, self._index = _Block(_RESTART), _Block(1)
        self._last, self._pending = None, None

    def add(self, key, value):
        """Adds an entry.

        Args:
          key: bytes, greater than all before.
          value: bytes.

        Raises:
          ValueError: the key is not greater.
        """
        if self._last is not None and key <= self._last:
            raise ValueError(f"key {key!r} does not come after {self._last!r}")
        if self._pending is not None:
            self._index.add(_between(self._last, key), self._pending)
            self._pending = None
        self._data.add(key, value)
        self._last = key
        if self._data.size >= _BLOCK:
            self._flush()

    def _flush(self):
        if self._data.data:
            self._pending = self._write(self._data.finish())

    def _write(self, block):
        handle = varint.put(self._at) + varint.put(len(block))
        data = block + b"\0"
        self._file.write(data)
        self._file.write(struct.pack("<I", checksum.masked(data)))
        self._at += len(data) + 4
        return handle

    def finish(self):
        """Writes what is left and the index."""
        self._flush()
        meta = self._write(_Block(1).finish())
        if self._pending is not None:
            self._index.add(_after(self._last), self._pending)
        index = self._write(self._index.finish())
        self._file.write((meta + index).ljust(40, b"\0") + struct.pack("<Q", MAGIC))


def _between(low, high):
    """A short key that is at least `low` and less than `high`."""
    same = len(os.path.commonprefix([low, high]))
    if same < min(len(low), len(high)) and low[same] < 255 and low[same] + 1 < high[same]:
        return low[:same] + bytes([low[same] + 1])
    return low


def _after(key):
    """A short key that is at least `key`."""
    for i, byte in enumerate(key):
        if byte != 255:
            return key[:i] + bytes([byte + 1])
    return key


class TableReader:
    """Reads a table; every block's checksum is verified.

    Args:
      path: the file.

    Raises:
      NotFoundError: there is no such file.
      DataLossError: it is not a table, or is damaged.
    """

    def __init__(self, path):
        self.path = path_of(path)
        with translated(self.path), open(self.path, "rb") as file:
            self._data = file.read()
        if len(self._data) < FOOTER:
            raise self._damaged("file is too short to be an sstable")
        footer = self._data[-FOOTER:]
        if struct.unpack("<Q", footer[40:])[0] != MAGIC:
            raise self._damaged("not an sstable (bad magic number)")
        _, at = self._handle(footer, 0)
        self._handles, _ = self._handle(footer, at)
        if footer[self._handle(footer, at)[1] : 40].strip(b"\0"):
            raise self._damaged("bad footer")

    def _damaged(self, what):
        return errors.DataLossError(None, None, f"{self.path}: {what}")

    def _handle(self, data, at):
        offset, at = varint.get(data, at)
        size, at = varint.get(data, at)
        if offset + size + _TRAILER > len(self._data):
            raise self._damaged("bad block handle")
        return (offset, size), at

    def _block(self, handle):
        offset, size = handle
        end = offset + size
        (stored,) = struct.unpack_from("<I", self._data, end + 1)
        if checksum.crc32c(self._data[offset : end + 1]) != checksum.unmask(stored):
            raise self._damaged(f"block checksum mismatch at byte {offset}")
        block = self._data[offset:end]
        kind = self._data[end]
        if kind == 1:
            return snappy.unpack(block)
        if kind:
            raise self._damaged(f"block at byte {offset} has the unknown kind {kind}")
        return block

    def _entries(self, block):
        if len(block) < 4:
            raise self._damaged("bad block contents")
        (count,) = struct.unpack_from("<I", block, len(block) - 4)
        end = len(block) - 4 - 4 * count
        if end < 0:
            raise self._damaged("bad block contents")
        at, key = 0, b""
        while at < end:
            shared, at = varint.get(block, at, 5)
            more, at = varint.get(block, at, 5)
            size, at = varint.get(block, at, 5)
            if shared > len(key) or at + more + size > end:
                raise self._damaged("bad entry in block")
            key = key[:shared] + block[at : at + more]
            at += more
            yield key, block[at : at + size]
            at += size

    def __iter__(self):
        """All `(key, value)` in order."""
        last = None
        for _, handle in self._entries(self._block(self._handles)):
            for key, value in self._entries(self._block(self._handle(handle, 0)[0])):
                if last is not None and key <= last:
                    raise self._damaged("keys are not in order")
                last = key
                yield key, value
