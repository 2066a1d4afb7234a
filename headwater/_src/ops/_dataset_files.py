"""Datasets that read files, and one that keeps elements in a file."""

import io
import itertools
import os
import struct
import zlib

import numpy as np

from headwater._src.core import errors
from headwater._src.io import local, records
from headwater._src.ops._datasets import Dataset, Over

CHUNK = 1 << 18


def opened(name, kind):
    """A file's bytes as a binary file object, unpacked."""
    path = local.path_of(name)
    with local.translated(path):
        if os.path.isdir(path):
            raise errors.FailedPreconditionError(None, None, f"{path}; Is a directory")
        if kind == "GZIP":
            import gzip

            return gzip.GzipFile(path)  # given an open file, it would leave that one open
        file = open(path, "rb", CHUNK)
    if kind == "ZLIB":
        with file:
            return io.BytesIO(zlib.decompress(file.read()))
    if kind:
        raise errors.InvalidArgumentError(None, None, f"Unsupported compression_type: {kind}")
    return file


class Files(Dataset):
    """What is read from files, one after another; an error ends the file it is in."""

    def __init__(self, names, kind, read):
        self._names, self._kind, self._read = names, kind, read

    def iterate(self):
        return _Read(iter(self._names), self._kind, self._read)


class _Read:
    def __init__(self, names, kind, read):
        self._names, self._kind, self._read = names, kind, read
        self._items = iter(())

    def __next__(self):
        while True:
            for item in self._items:
                return item if item.__class__ is tuple else (text(item),)
            self._items = self._read(next(self._names), self._kind)

    def several(self, count):
        """The next `count` elements, fewer at the end; texts as bytes."""
        found = []
        while True:
            items = itertools.islice(self._items, count - len(found))
            found += [item if item.__class__ is tuple else (item,) for item in items]
            if len(found) == count:
                return found
            try:
                self._items = self._read(next(self._names), self._kind)
            except StopIteration:
                return found


def text(value):
    """Bytes as an array without dimensions."""
    out = np.empty((), object)
    out[()] = value
    return out


def lines(name, kind):
    """The lines of a file without their ends."""
    with opened(name, kind) as file:
        for line in file:
            yield line.rstrip(b"\n").removesuffix(b"\r") if line.endswith(b"\n") else line


def tf_records(name, kind):
    """The records of a TFRecord file."""
    path = local.path_of(name)
    with local.translated(path):
        file = open(path, "rb", 0)
    return records.read_records(file, kind)


def fixed_length(header, size, footer):
    """A reader of records of one length."""

    def read(name, kind):
        with opened(name, kind) as file:
            data = file.read()
        body = len(data) - header - footer
        if body < 0 or body % size:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Excess bytes found at the end of file {local.text_of(name)}: record length is "
                f"{size}, header {header}, footer {footer} and file size {len(data)}",
            )
        for at in range(header, header + body, size):
            yield data[at : at + size]

    return read


_NUMBERS = {"f": float, "i": int}


class CsvFormat:
    """How the lines of a CSV file become elements."""

    def __init__(self, header, delimiter, quotes, na_value, columns, defaults):
        self.header, self.delimiter, self.quotes = header, delimiter, quotes
        self.na_value, self.columns, self.defaults = na_value, columns, defaults

    def element(self, fields):
        """The element that the fields of a row are."""
        if self.columns is not None:
            if self.columns and self.columns[-1] >= len(fields):
                raise _bad(f"Expect {len(self.columns)} fields but have too few in record")
            fields = [fields[i] for i in self.columns]
        if len(fields) != len(self.defaults):
            word = "more" if len(fields) > len(self.defaults) else f"{len(fields)}"
            raise _bad(f"Expect {len(self.defaults)} fields but have {word} in record")
        return tuple([self._value(f, d, i) for i, (f, d) in enumerate(zip(fields, self.defaults))])

    def _value(self, field, default, i):
        if not field or field == self.na_value:
            if not default.size:
                raise _bad(f"Field {i} is required but missing in record!")
            return default.reshape(())
        if default.dtype == object:
            return text(field.encode("latin-1"))
        try:
            return np.asarray(_NUMBERS[default.dtype.kind](field), default.dtype)
        except (ValueError, OverflowError):
            raise _bad(
                f"Field {i} in record is not a valid {_type_name(default.dtype)}: {field}"
            ) from None


def _type_name(dtype):
    return {"float32": "float", "float64": "double"}.get(dtype.name, dtype.name)


def _bad(message):
    return errors.InvalidArgumentError(None, None, message)


class Csv(Files):
    """The records of CSV files; a record that is wrong raises, and the next one follows."""

    def __init__(self, names, kind, form):
        super().__init__(names, kind, lambda name, kind: _Resuming(form, name, kind))


class _Resuming:
    """The rows of a file, errors in between: a generator would end at the first one."""

    def __init__(self, form, name, kind):
        self._form = form
        self._rows = self._fields(name, kind)

    def _fields(self, name, kind):
        import csv

        form = self._form
        with opened(name, kind) as file:
            stream = io.TextIOWrapper(file, "latin-1", newline="")
            rows = csv.reader(
                stream,
                delimiter=form.delimiter,
                quoting=csv.QUOTE_MINIMAL if form.quotes else csv.QUOTE_NONE,
            )
            if form.header:
                next(rows, None)
            yield from rows

    def __iter__(self):
        return self

    def __next__(self):
        return self._form.element(next(self._rows) or [""])


class FileCache(Over):
    """Keeps the elements of the first complete walk in a file, for this and later programs."""

    def __init__(self, source, name):
        super().__init__(source)
        self._path = local.path_of(name)
        self._lock = self._path + "_0.lockfile"

    def quick(self):
        return False

    def iterate(self):
        if os.path.exists(self._path + ".index"):
            return _FromFile(self._path)
        if os.path.exists(self._lock):
            raise errors.AlreadyExistsError(
                None,
                None,
                f"There appears to be a concurrent caching iterator running - cache lockfile "
                f"already exists ('{self._lock}'). If you are sure no other running TF "
                "computations are using this cache prefix, delete the lockfile and re-initialize "
                "the iterator.",
            )
        return _ToFile(self.source.iterate(), self._path, self._lock)


class _ToFile:
    def __init__(self, walk, path, lock):
        self._walk, self._path, self._lock = walk, path, lock
        self._file, self._ended = None, False

    def __next__(self):
        if self._ended:
            raise StopIteration
        if self._file is None:
            with local.translated(self._path):
                with open(self._lock, "x"):
                    pass
                self._file = open(self._path + ".data-00000-of-00001", "wb")
        try:
            element = next(self._walk)
        except StopIteration:
            self._finish()
            raise
        save_element(self._file, element)
        return element

    def _finish(self):
        self._ended = True
        self._file.close()
        with open(self._path + ".index", "w"):
            pass
        os.remove(self._lock)

    def __del__(self):
        if self._file is not None and not self._ended:
            self._file.close()
            for path in (self._lock, self._path + ".data-00000-of-00001"):
                if os.path.exists(path):
                    os.remove(path)


class _FromFile:
    def __init__(self, path):
        self._file = open(path + ".data-00000-of-00001", "rb")

    def __next__(self):
        element = load_element(self._file)
        if element is None:
            self._file.close()
            self._file = io.BytesIO()
            raise StopIteration
        return element


# An element in a file: how many components, then each as the length of a `TensorProto` and it.
_LENGTH = struct.Struct("<Q")


def save_element(file, element):
    """Appends an element to a binary file."""
    from headwater._src.core import tensor_proto

    file.write(_LENGTH.pack(len(element)))
    for value in element:
        data = tensor_proto.make_tensor_proto(np.asarray(value)).SerializeToString()
        file.write(_LENGTH.pack(len(data)) + data)


def load_element(file):
    """The next element of a binary file, None at its end."""
    from headwater._src.core import tensor_proto
    from headwater._src.core.proto import tensor_pb2

    head = file.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    element = []
    for _ in range(_LENGTH.unpack(head)[0]):
        (size,) = _LENGTH.unpack(file.read(_LENGTH.size))
        proto = tensor_pb2.TensorProto.FromString(file.read(size))
        element.append(np.asarray(tensor_proto.make_ndarray(proto)))
    return tuple(element)
