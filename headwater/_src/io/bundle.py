"""Checkpoints of version 2: a table `prefix.index`, and data in `prefix.data-0000i-of-0000n`.

The index maps a tensor's name to a `BundleEntryProto`: type, shape, shard, offset, size, checksum.
A tensor that was saved in parts has an entry that lists them, and one more for each under
`varint.slice_key`. The entry of the empty name is the `BundleHeaderProto`.

    a tensor of numbers: its bytes, little-endian, in C order
    a tensor of strings: their lengths as varints | masked checksum of these | their bytes
"""

import contextlib
import os
import struct
import sys

import google_crc32c
import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.io import atomic, bulk, checksum, table, tensor_slice, varint
from headwater._src.io.local import makedirs, path_of, translated

PIECE = 1 << 18  # bytes checked and copied at a time: the processor's cache holds them
_NATIVE = sys.byteorder == "little"


def index_name(prefix):
    """The index file of a checkpoint."""
    return f"{prefix}.index"


def data_name(prefix, shard, shards):
    """A data file of a checkpoint."""
    return f"{prefix}.data-{shard:05d}-of-{shards:05d}"


def exists(prefix):
    """Whether there is a checkpoint of version 2."""
    return os.path.exists(index_name(path_of(prefix)))


class BundleWriter:
    """Writes a checkpoint of one shard; nothing has its name before `finish`.

    Args:
      prefix: path of the checkpoint without endings.

    Raises:
      tf.errors.OpError: the files cannot be made.
    """

    def __init__(self, prefix):
        self.prefix = path_of(prefix)
        self._path = data_name(self.prefix, 0, 1)
        self._temporary = atomic.temporary_name(self._path)
        self._entries = {}
        self._at = 0
        makedirs(os.path.dirname(self._path))
        with translated(self._path):
            self._file = bulk.BulkFile(open(self._temporary, "wb", 0))

    def add(self, name, array):
        """Adds a tensor.

        Args:
          name: bytes.
          array: array of numbers, or object array of bytes.

        Raises:
          InvalidArgumentError: the name was added before, or is empty.
        """
        if not name or name in self._entries:
            raise errors.InvalidArgumentError(None, None, f"Adding duplicate key: {_text(name)}")
        self._entries[name] = self._write(array)

    def add_slice(self, name, dims, extents, array):
        """Adds a part of a tensor.

        Args:
          name: bytes, of the whole.
          dims: dimensions of the whole.
          extents: the part, see `tensor_slice`.
          array: the part's values.

        Raises:
          InvalidArgumentError: the whole or this part was added before, or shapes differ.
        """
        array = np.asarray(array)
        if array.shape != tensor_slice.part_dims(dims, extents):
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Slice of {_text(name)} has shape {list(array.shape)}, but its "
                f"specification says {list(tensor_slice.part_dims(dims, extents))}",
            )
        whole = self._entries.get(name)
        if whole is None:
            whole = self._entries[name] = _entry(array.dtype, dims)
        elif not whole.slices:
            raise errors.InvalidArgumentError(None, None, f"Adding duplicate key: {_text(name)}")
        tensor_slice.fill_proto(whole.slices.add(), extents)
        key = varint.slice_key(name, extents)
        if key in self._entries:
            raise errors.InvalidArgumentError(
                None, None, f"Adding duplicate slice of key: {_text(name)}"
            )
        self._entries[key] = self._write(array)

    def _write(self, array):
        array = np.asarray(array)
        entry = _entry(array.dtype, array.shape)
        with translated(self._path):
            crc, size = (self._write_strings if array.dtype == object else self._write_numbers)(
                array
            )
        entry.offset, entry.size, entry.crc32c = self._at, size, checksum.mask(crc)
        self._at += size
        return entry

    def _write_numbers(self, array):
        if not _NATIVE or array.dtype.byteorder == ">":
            array = array.astype(array.dtype.newbyteorder("<"))
        flat = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
        crc = 0
        for start in range(0, flat.size, PIECE):
            piece = flat[start : start + PIECE]
            crc = google_crc32c.extend(crc, piece)
            self._file.write(piece)
        return crc, flat.size

    def _write_strings(self, array):
        items = [_bytes(item) for item in array.reshape(-1).tolist()]
        lengths = b"".join(varint.put(len(item)) for item in items)
        crc = google_crc32c.value(
            b"".join(len(i).to_bytes(4 if len(i) < 1 << 32 else 8, "little") for i in items)
        )
        stored = struct.pack("<I", checksum.mask(crc))
        crc = google_crc32c.extend(crc, stored)
        data = b"".join(items)
        self._file.write(lengths)
        self._file.write(stored)
        self._file.write(data)
        return google_crc32c.extend(crc, data), len(lengths) + 4 + len(data)

    def finish(self):
        """Makes the files durable and gives them their names, the data first, then the index.

        Nothing has its name before both are written whole: on a full disk, a checkpoint of the
        same name stays as it was.
        """
        try:
            with translated(self._path):
                self._file.finish()
            with atomic.replacing(index_name(self.prefix)) as file:
                _put_index(file, self._entries, 1)
                file.flush()
                os.fsync(file.fileno())
                atomic.commit(self._temporary, self._path, sync=False)
        except BaseException:
            self._discard()
            raise

    def _discard(self):
        with contextlib.suppress(OSError):
            self._file.discard()
        with contextlib.suppress(OSError):
            os.unlink(self._temporary)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if kind is None:
            self.finish()
        else:
            self._discard()


def _entry(dtype, dims):
    from headwater._src.core.proto import tensor_bundle_pb2

    entry = tensor_bundle_pb2.BundleEntryProto(dtype=_enum(dtype))
    entry.shape.SetInParent()
    for size in dims:
        entry.shape.dim.add(size=size)
    return entry


def _enum(dtype):
    return dtypes.as_dtype(dtype).as_datatype_enum


def _bytes(item):
    return item.encode() if isinstance(item, str) else bytes(item)


def _text(name):
    return name.decode("utf-8", "backslashreplace")


def write_index(prefix, entries, shards):
    """Writes the index of a checkpoint whose data files are there.

    Args:
      prefix: path of the checkpoint.
      entries: dict from key (bytes) to `BundleEntryProto`.
      shards: number of data files.
    """
    with atomic.replacing(index_name(prefix)) as file:
        _put_index(file, entries, shards)


def _put_index(file, entries, shards):
    from headwater._src.core.proto import tensor_bundle_pb2

    header = tensor_bundle_pb2.BundleHeaderProto(num_shards=shards)
    header.version.producer = 1
    writer = table.TableWriter(file)
    writer.add(b"", header.SerializeToString())
    for key in sorted(entries):
        writer.add(key, entries[key].SerializeToString())
    writer.finish()


def merge(prefixes, destination, delete_old_dirs=True, allow_missing=False):
    """Puts several checkpoints together as the shards of one.

    Args:
      prefixes: list of paths.
      destination: path of the result.
      delete_old_dirs: whether to remove the folders of `prefixes` that are empty afterwards.
      allow_missing: whether a prefix may have no files.

    Raises:
      InvalidArgumentError: a tensor is in two of them.
      NotFoundError: one of them is not there.
    """
    prefixes, destination = [path_of(p) for p in prefixes], path_of(destination)
    prefixes = [p for p in prefixes if not allow_missing or exists(p)]
    readers = [BundleReader(p) for p in prefixes]
    total = sum(r.shards for r in readers)
    entries, moves = {}, []
    for reader in readers:
        first = len(moves)
        for shard in range(reader.shards):
            moves.append(data_name(reader.prefix, shard, reader.shards))
        for key, entry in reader.entries.items():
            entry.shard_id += first
            known = entries.get(key)
            if known is None:
                entries[key] = entry
            elif known.slices and entry.slices and known.shape == entry.shape:
                known.slices.extend(entry.slices)
            else:
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"Duplicate tensor keyed by {_text(key)} encountered, when merging "
                    f"prefix: {reader.prefix}",
                )
    for entry in entries.values():
        if entry.slices:
            entry.shard_id = 0
    for shard, source in enumerate(moves):
        with translated(source):
            os.replace(source, data_name(destination, shard, total))
    write_index(destination, entries, total)
    for prefix in prefixes:
        with contextlib.suppress(OSError):
            os.unlink(index_name(prefix))
    if delete_old_dirs:
        for folder in {os.path.dirname(p) for p in prefixes} - {os.path.dirname(destination), ""}:
            with contextlib.suppress(OSError):
                os.rmdir(folder)


class BundleReader:
    """Reads a checkpoint of version 2.

    Args:
      prefix: path of the checkpoint.

    Attributes:
      entries: dict from key (bytes) to `BundleEntryProto`, without the header.
      shards: number of data files.

    Raises:
      NotFoundError: there is no such checkpoint.
      DataLossError: its index is damaged.
    """

    def __init__(self, prefix):
        from google.protobuf.message import DecodeError

        from headwater._src.core.proto import tensor_bundle_pb2

        self.prefix = path_of(prefix)
        reader = table.TableReader(index_name(self.prefix))
        self.entries, header = {}, None
        try:
            for key, value in reader:
                if key:
                    if key[0]:  # a name; keys of parts begin with zero
                        key.decode()
                    self.entries[key] = tensor_bundle_pb2.BundleEntryProto.FromString(value)
                else:
                    header = tensor_bundle_pb2.BundleHeaderProto.FromString(value)
        except (DecodeError, UnicodeDecodeError) as error:
            raise self._damaged(f"unreadable entry: {error}") from None
        if header is None:
            raise self._damaged("there is no header")
        if header.endianness != header.LITTLE:
            raise errors.UnimplementedError(
                None, None, f"{self.prefix}: checkpoints of big-endian machines are not read"
            )
        if header.version.min_consumer > 1:
            raise errors.UnimplementedError(
                None,
                None,
                f"{self.prefix}: needs a reader of version "
                f"{header.version.min_consumer}; this one is of version 1",
            )
        self.shards = header.num_shards

    def _damaged(self, what):
        return errors.DataLossError(None, None, f"Checkpoint {self.prefix}: {what}")

    def names(self):
        """The tensors' names (bytes), sorted."""
        return [key for key in self.entries if key[0]]

    def entry(self, name):
        """The `BundleEntryProto` of a tensor, or None."""
        return self.entries.get(name)

    def dims(self, entry):
        """The dimensions that an entry states, as a tuple."""
        dims = tuple(d.size for d in entry.shape.dim)
        if entry.shape.unknown_rank or not tensor_slice.is_possible(dims):
            raise self._damaged("an entry has no shape that an array can have")
        return dims

    def dtype(self, entry):
        """The `DType` that an entry states."""
        try:
            return dtypes.of_value(entry.dtype)
        except TypeError:
            raise self._damaged(f"an entry has the unknown type {entry.dtype}") from None

    def read(self, name):
        """A tensor's value.

        Args:
          name: bytes.

        Returns:
          An array of its own.

        Raises:
          KeyError: there is no such tensor.
          DataLossError: its data are damaged.
        """
        entry = self.entries[name]
        if entry.slices:
            dims = self.dims(entry)
            return self.read_slice(name, tuple((0, -1) for _ in dims))
        return self._read(name, entry)

    def read_slice(self, name, extents):
        """A part of a tensor, put together from the parts that were saved.

        Args:
          name: bytes.
          extents: see `tensor_slice`.

        Returns:
          An array.

        Raises:
          KeyError: there is no such tensor.
          DataLossError: data are damaged, or parts are missing.
        """
        entry = self.entries[name]
        dims = self.dims(entry)
        if not entry.slices:
            return self._read(name, entry)[tensor_slice.index(extents)]
        parts = [tensor_slice.from_proto(p) for p in entry.slices]
        if not all(tensor_slice.is_within(p, dims) for p in parts):
            raise self._damaged(f"bad slices of {_text(name)}")
        wanted = tensor_slice.part_dims(dims, extents)
        found = [(p, tensor_slice.overlap(extents, p, dims)) for p in parts]
        if sum(o[2] for _, o in found if o) != int(np.prod(wanted, dtype=object)):
            raise self._damaged(f"the saved slices of {_text(name)} do not cover what is asked")
        result = None
        for part, common in found:
            if common is None:
                continue
            key = varint.slice_key(name, part)
            if key not in self.entries:
                raise self._damaged(f"a slice of {_text(name)} is missing")
            array = self._read(name, self.entries[key])
            if array.shape != tensor_slice.part_dims(dims, part):
                raise self._damaged(f"a slice of {_text(name)} has another shape")
            if result is None:
                result = np.empty(wanted, array.dtype)
            result[common[0]] = array[common[1]]
        if result is None:
            return np.zeros(wanted, self.dtype(entry).as_numpy_dtype)
        return result

    def _read(self, name, entry):
        dims, dtype = self.dims(entry), self.dtype(entry)
        count = 1
        for d in dims:
            count *= d
        if dtype != dtypes.string:
            if dtype in (dtypes.variant, dtypes.resource):
                raise errors.UnimplementedError(
                    None, None, f"{_text(name)}: tensors of {dtype.name} are not read"
                )
            numpy_type = np.dtype(dtype.as_numpy_dtype)
            if entry.size != count * numpy_type.itemsize:
                raise self._damaged(
                    f"{_text(name)} has {entry.size} bytes, but its shape and type need "
                    f"{count * numpy_type.itemsize}"
                )
            # An array that owns its memory becomes a variable's value without being copied.
            array, crc = self._fill(name, entry, lambda: np.empty(dims, numpy_type))
            self._check(name, entry, crc)
            return array if _NATIVE else array.byteswap()
        return self._strings(name, entry, count).reshape(dims)

    def _fill(self, name, entry, make):
        """Reads the bytes of an entry, if there are so many.

        Returns:
          `(array, checksum)`; the array is the one that `make` made.
        """
        path, crc = data_name(self.prefix, entry.shard_id, self.shards), 0
        if not 0 <= entry.shard_id < self.shards:
            raise self._damaged(f"{_text(name)} is in shard {entry.shard_id} of {self.shards}")
        with translated(path), open(path, "rb", 0) as file:
            size = os.fstat(file.fileno()).st_size
            if entry.offset < 0 or entry.size < 0 or entry.offset + entry.size > size:
                raise errors.OutOfRangeError(
                    None,
                    None,
                    f"Read fewer bytes than requested: {path} has {size} bytes, but "
                    f"{_text(name)} is at {entry.offset} with {entry.size} bytes",
                )
            if entry.size > PIECE and hasattr(os, "posix_fadvise"):  # the disk reads ahead
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_SEQUENTIAL)
            file.seek(entry.offset)
            array = make()
            rest = array.reshape(-1).view(np.uint8)
            while rest.size:
                more = file.readinto(rest[:PIECE])
                if not more:
                    raise self._damaged(f"{path} is cut off")
                crc = google_crc32c.extend(crc, rest[:more])
                rest = rest[more:]
        return array, crc

    def _check(self, name, entry, crc):
        stored = checksum.unmask(entry.crc32c)
        if crc != stored:
            raise self._damaged(
                f"Checksum does not match: stored {stored:08x} vs. calculated on the restored "
                f"bytes {crc:08x} (tensor {_text(name)})"
            )

    def _strings(self, name, entry, count):
        if count > entry.size:
            raise self._damaged(f"{_text(name)} has {count} strings in {entry.size} bytes")
        array, _ = self._fill(name, entry, lambda: np.empty(entry.size, np.uint8))
        data = array.tobytes()
        at, lengths = 0, []
        for _ in range(count):
            length, at = varint.get(data, at)
            lengths.append(length)
        if at + 4 + sum(lengths) != len(data):
            raise self._damaged(f"the lengths of the strings of {_text(name)} do not fit its size")
        crc = google_crc32c.value(
            b"".join(n.to_bytes(4 if n < 1 << 32 else 8, "little") for n in lengths)
        )
        if struct.unpack_from("<I", data, at)[0] != checksum.mask(crc):
            raise self._damaged(f"Checksum of the lengths of {_text(name)} does not match")
        crc = google_crc32c.extend(crc, data[at : at + 4])
        self._check(name, entry, google_crc32c.extend(crc, data[at + 4 :]))
        at += 4
        out = np.empty(count, np.object_)
        for i, length in enumerate(lengths):
            out[i] = data[at : at + length]
            at += length
        return out
