"""TFRecord files: records with their length, each with a checksum; plain, GZIP or ZLIB.

length: uint64, little-endian | masked CRC-32C of these 8 bytes | data | masked CRC-32C of data
"""

import itertools
import struct
import zlib

import google_crc32c
import numpy as np

from headwater._src.core import errors
from headwater._src.io.checksum import MASK_DELTA, masked, unmask
from headwater._src.io.local import path_of, translated

_HEAD = struct.Struct("<QI")
_TAIL = struct.Struct("<I")
_LENGTH = struct.Struct("<Q")
CHUNK = 1 << 20
_INPUT_BUFFER = 1 << 18


class TFRecordCompressionType:
    """The ways a record file may be compressed."""

    NONE = 0
    ZLIB = 1
    GZIP = 2


class TFRecordOptions:
    """How a record file is compressed.

    Args:
      compression_type: `"GZIP"`, `"ZLIB"`, `""`, None, a `TFRecordCompressionType` or options.
      flush_mode: how zlib flushes after each buffer full of input (default: not at all).
      input_buffer_size: bytes of that buffer (default: 256 KiB); of no effect without flushing.
      output_buffer_size: kept; sizes are chosen by the library.
      window_bits: zlib's base-2 logarithm of the window.
      compression_level: 0 to 9, -1 for zlib's own choice.
      compression_method: kept; zlib has one.
      mem_level: 1 to 9, memory that zlib takes (default: 9).
      compression_strategy: zlib's strategy.

    Raises:
      ValueError: an unknown compression type.
    """

    compression_type_map = {
        TFRecordCompressionType.ZLIB: "ZLIB",
        TFRecordCompressionType.GZIP: "GZIP",
        TFRecordCompressionType.NONE: "",
    }

    def __init__(
        self,
        compression_type=None,
        flush_mode=None,
        input_buffer_size=None,
        output_buffer_size=None,
        window_bits=None,
        compression_level=None,
        compression_method=None,
        mem_level=None,
        compression_strategy=None,
    ):
        self.get_compression_type_string(compression_type)
        self.compression_type = compression_type
        self.flush_mode = flush_mode
        self.input_buffer_size = input_buffer_size
        self.output_buffer_size = output_buffer_size
        self.window_bits = window_bits
        self.compression_level = compression_level
        self.compression_method = compression_method
        self.mem_level = mem_level
        self.compression_strategy = compression_strategy

    @classmethod
    def get_compression_type_string(cls, options):
        """The name of a kind of compression: `""`, `"GZIP"` or `"ZLIB"`.

        Args:
          options: a `TFRecordOptions`, a `TFRecordCompressionType`, a name or None.

        Raises:
          ValueError: an unknown one.
        """
        if not options:
            return ""
        if isinstance(options, TFRecordOptions):
            return cls.get_compression_type_string(options.compression_type)
        if isinstance(options, int) and options in cls.compression_type_map:
            return cls.compression_type_map[options]
        if options in cls.compression_type_map.values():
            return options
        raise ValueError(f'Not a valid compression_type: "{options}"')

    def _compressor(self, kind):
        bits = 15 if self.window_bits is None else self.window_bits
        made = zlib.compressobj(
            -1 if self.compression_level is None else self.compression_level,
            zlib.DEFLATED,
            bits + 16 if kind == "GZIP" and 0 < bits <= 15 else bits,
            9 if self.mem_level is None else self.mem_level,
            self.compression_strategy or 0,
        )
        if not self.flush_mode:
            return made
        return _Flushing(made, self.flush_mode, self.input_buffer_size or _INPUT_BUFFER)


class _Flushing:
    """A compressor that flushes whenever its buffer is full, as TensorFlow's does.

    What is cut off there can be read without what follows, and a new block of the stream begins,
    whose code may fit better.
    """

    def __init__(self, compressor, mode, size):
        self._compressor, self._mode, self._size = compressor, mode, size
        self._waiting, self._used = [], 0

    def compress(self, frame):
        """What can be written, of what was added before and a record in its frame."""
        done = []
        for part in (frame[: _HEAD.size], frame[_HEAD.size : -_TAIL.size], frame[-_TAIL.size :]):
            if self._used + len(part) > self._size:
                done.append(self._take() + self._compressor.flush(self._mode))
            self._waiting.append(part)
            self._used += len(part)
            if len(part) > self._size:  # no buffer holds it
                done.append(self._take() + self._compressor.flush(self._mode))
        return b"".join(done)

    def flush(self, mode=zlib.Z_FINISH):
        """The rest of what was added, with a flush of its own."""
        return self._take() + self._compressor.flush(mode)

    def _take(self):
        data = b"".join(self._waiting)
        self._waiting.clear()
        self._used = 0
        # zlib marks a flush again when it has been given something since, be it nothing.
        return self._compressor.compress(data) if data else b""


def frame(record):
    """A record as it stands in the file."""
    length = _LENGTH.pack(len(record))
    return b"".join((length, _TAIL.pack(masked(length)), record, _TAIL.pack(masked(record))))


class TFRecordWriter:
    """Writes records to a file; usable in a `with` statement.

    Args:
      path: the file, which is begun anew.
      options: a `TFRecordOptions`, a `TFRecordCompressionType` or the name of a compression.

    Raises:
      ValueError: an unknown compression.
      tf.errors.OpError: the file cannot be written.
    """

    def __init__(self, path, options=None):
        if not isinstance(options, TFRecordOptions):
            options = TFRecordOptions(compression_type=options)
        kind = TFRecordOptions.get_compression_type_string(options)
        self._path = path_of(path)
        self._compressor = options._compressor(kind) if kind else None
        self._heads = {}
        with translated(self._path):
            self._file = open(self._path, "wb", CHUNK)

    def write(self, record):
        """Adds a record.

        Args:
          record: bytes, or text.

        Raises:
          FailedPreconditionError: the writer is closed.
          TypeError: `record` is neither.
        """
        if self._file is None:
            raise errors.FailedPreconditionError(None, None, "Writer is closed.")
        if record.__class__ is not bytes:
            record = record.encode() if isinstance(record, str) else bytes(memoryview(record))
        size = len(record)
        head = self._heads.get(size) or self._head(size)
        crc = google_crc32c.value(record)
        tail = _TAIL.pack(((crc >> 15 | crc << 17) + MASK_DELTA) & 0xFFFFFFFF)
        data = b"".join((head, record, tail))
        self._file.write(data if self._compressor is None else self._compressor.compress(data))

    def _head(self, size):
        """A length and its checksum; remembered, since records are often alike."""
        length = _LENGTH.pack(size)
        head = length + _TAIL.pack(masked(length))
        if len(self._heads) < 4096:
            self._heads[size] = head
        return head

    def flush(self):
        """Hands what was written to the operating system.

        Raises:
          FailedPreconditionError: the writer is closed.
        """
        if self._file is None:
            raise errors.FailedPreconditionError(None, None, "Writer is closed.")
        with translated(self._path):
            if self._compressor is not None:
                self._file.write(self._compressor.flush(zlib.Z_SYNC_FLUSH))
            self._file.flush()

    def close(self):
        """Ends the file; further calls do nothing."""
        file, self._file = self._file, None
        if file is None:
            return
        with translated(self._path):
            if self._compressor is not None:
                file.write(self._compressor.flush())
            file.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()

    def __del__(self):
        if getattr(self, "_file", None) is not None:
            self.close()


def tf_record_iterator(path, options=None):
    """The records of a file.

    Args:
      path: the file.
      options: a `TFRecordOptions`, a `TFRecordCompressionType` or the name of a compression.

    Returns:
      An iterator over bytes.

    Raises:
      NotFoundError: there is no such file.
      DataLossError: a record is damaged or cut off; those before it were given.
    """
    kind = TFRecordOptions.get_compression_type_string(options)
    path = path_of(path)
    with translated(path):
        file = open(path, "rb", 0)
    return read_records(file, kind)


def read_records(file, kind=""):
    """The records of an open binary file, which is closed at the end.

    Args:
      file: binary file object.
      kind: `""`, `"GZIP"` or `"ZLIB"`.

    Returns:
      An iterator over bytes.

    Raises:
      DataLossError: a record is damaged or cut off; those before it were given.
    """
    return itertools.chain.from_iterable(_batches(file, kind))


def _batches(file, kind):
    """Lists of records, as many as a piece of the file holds."""
    with file:
        source = _Source(file, kind)
        known = {}  # length and its checksum -> length: records are often alike
        data, base, size = b"", 0, 0  # `base` is the position of `data` in the (unpacked) file
        while True:
            # Pieces only as large as what is there: the length is not believed blindly.
            more = source.read(min(max(size - len(data), CHUNK), 64 * CHUNK))
            if not more:
                if data:
                    raise _damaged("truncated record", base)
                return
            data += more
            records, at, size = _split(data, known)
            yield records
            if size is None:
                raise _damaged("corrupted record", base + at)
            data, base = data[at:], base + at


def _split(data, known):
    """The whole records at the beginning of `data`.

    Args:
      data: bytes.
      known: dict from heads of records that were seen to their lengths.

    Returns:
      `(records, at, size)`: the position after them, and how many bytes the next one has as far as
      is known, None when it is damaged.
    """
    records, ends, at, size, end = [], [0], 0, 0, len(data)
    add, mark, length_of = records.append, ends.append, known.get
    while True:
        first = data[at : at + 12]
        length = length_of(first)
        if length is None:
            if len(first) < 12:
                break
            length, crc = _HEAD.unpack(first)
            if google_crc32c.value(first[:8]) != unmask(crc):
                size = None
                break
            if len(known) < 4096:
                known[first] = length
        after = at + 16 + length
        if after > end:
            size = after - at
            break
        add(data[at + 12 : after - 4])
        mark(after)
        at = after
    wrong = _first_damaged(data, records, ends)
    if wrong is not None:
        return records[:wrong], ends[wrong], None
    return records, at, size


def _first_damaged(data, records, ends):
    """The number of the first record whose checksum is wrong, or None."""
    crcs = np.fromiter(map(google_crc32c.value, records), np.uint32, len(records))
    crcs = (crcs >> np.uint32(15) | crcs << np.uint32(17)) + np.uint32(MASK_DELTA)
    tails = np.array(ends[1:], np.int64)[:, None] + np.arange(-4, 0)
    stored = np.frombuffer(data, np.uint8)[tails].view("<u4")[:, 0]
    wrong = np.flatnonzero(crcs != stored)
    return int(wrong[0]) if wrong.size else None


def _damaged(what, at):
    return errors.DataLossError(None, None, f"{what} at {at}")


class _Source:
    """The bytes of a file, unpacked."""

    def __init__(self, file, kind):
        self._file, self._unpack = file, None
        self._kind, self._pending = kind, b""
        if kind:
            self._unpack = zlib.decompressobj(15 + 16 if kind == "GZIP" else 15)

    def read(self, size):
        """About `size` further bytes; empty at the end."""
        if self._unpack is None:
            return self._file.read(size)
        while True:
            packed = self._pending or self._file.read(size)
            self._pending = b""
            if not packed:
                if not self._unpack.eof and self._unpack.unconsumed_tail == b"":
                    rest = self._unpack.flush()
                    if rest:
                        return rest
                return b""
            if self._unpack.eof:  # members of a GZIP file may follow each other
                self._unpack = zlib.decompressobj(15 + 16 if self._kind == "GZIP" else 15)
            try:
                out = self._unpack.decompress(packed, 4 * size)
            except zlib.error as error:
                raise errors.DataLossError(None, None, f"inflate() failed: {error}") from None
            self._pending = self._unpack.unconsumed_tail or self._unpack.unused_data
            if out:
                return out


def tf_record_random_reader(path):
    """A reader of records at given positions.

    Args:
      path: an uncompressed record file.

    Returns:
      A `RandomReader`.
    """
    return RandomReader(path)


class RandomReader:
    """Reads the record at a position; usable in a `with` statement.

    Args:
      path: an uncompressed record file.
    """

    def __init__(self, path):
        self._path = path_of(path)
        with translated(self._path):
            self._file = open(self._path, "rb")
            self._size = self._file.seek(0, 2)

    def read(self, offset):
        """The record at `offset`, and the position of the next.

        Args:
          offset: int, where a record begins.

        Returns:
          `(bytes, int)`.

        Raises:
          IndexError: `offset` is at the end of the file.
          DataLossError: no whole record is there.
        """
        if offset >= self._size:
            raise IndexError(f"Out of range at reading offset {offset}")
        self._file.seek(offset)
        head = self._file.read(12)
        if len(head) < 12:
            raise _damaged("truncated record", offset)
        length, crc = _HEAD.unpack(head)
        if google_crc32c.value(head[:8]) != unmask(crc):
            raise _damaged("corrupted record", offset)
        if offset + 16 + length > self._size:
            raise _damaged("truncated record", offset)
        data = self._file.read(length + 4)
        record = data[:length]
        if google_crc32c.value(record) != unmask(_TAIL.unpack_from(data, length)[0]):
            raise _damaged("corrupted record", offset)
        return record, offset + 16 + length

    def close(self):
        """Closes the file."""
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.close()
