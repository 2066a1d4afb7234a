"""Lookup tables as objects of a session."""

import threading

import numpy as np

from headwater._src.core import dtypes, errors

WHOLE_LINE, LINE_NUMBER = -2, -1


class Table:
    """A dict from keys (numbers, bytes or tuples of them) to values.

    Attributes:
      key_dtype: the keys' type.
      value_dtype: the values' type.
      value_shape: shape of one value.
      fixed: whether it is filled once, by an initializer.
    """

    def __init__(self, key_dtype, value_dtype, value_shape=(), fixed=False, reserved=()):
        self.key_dtype, self.value_dtype = key_dtype, value_dtype
        self.value_shape, self.fixed = tuple(value_shape), fixed
        self.initialized = not fixed
        self._reserved = reserved  # keys that stand for empty and deleted places
        self._items = {}
        self._lock = threading.Lock()

    def _ready(self):
        if not self.initialized:
            raise errors.FailedPreconditionError(None, None, "Table not initialized.")

    def _check(self, keys):
        if not self._reserved:
            return
        for key in keys:
            if key in self._reserved:
                names = ("empty", "deleted")
                raise errors.InvalidArgumentError(
                    None,
                    None,
                    f"Using the {names[self._reserved.index(key)]}_key as a table key "
                    "is not allowed",
                )

    def _keys(self, keys):
        return np.asarray(keys).reshape(-1).tolist()

    def size(self):
        """The number of keys."""
        self._ready()
        return len(self._items)

    def outer(self, keys):
        """The shape of `keys` without that of a key."""
        return np.shape(keys)

    def find(self, keys, default):
        """The values of `keys`; `default` (one value, or one for each key) where there is none."""
        self._ready()
        flat = self._keys(keys)
        self._check(flat)
        shape = (*self.outer(keys), *self.value_shape)
        kind = np.dtype(self.value_dtype.as_numpy_dtype)
        out = np.empty((len(flat), *self.value_shape), kind)
        default = np.asarray(default, kind)
        each = default.ndim > len(self.value_shape)
        if each:
            default = default.reshape((len(flat), *self.value_shape))
        with self._lock:
            for i, key in enumerate(flat):
                found = self._items.get(key)
                out[i] = (default[i] if each else default[()]) if found is None else found
        return out.reshape(shape)

    def _pairs(self, keys, values):
        flat = self._keys(keys)
        self._check(flat)
        kind = np.dtype(self.value_dtype.as_numpy_dtype)
        rows = np.asarray(values, kind).reshape((len(flat), *self.value_shape))
        return zip(flat, rows if self.value_shape else rows.tolist(), strict=True)

    def insert(self, keys, values):
        """Adds or replaces keys."""
        with self._lock:
            for key, value in self._pairs(keys, values):
                self._items[key] = np.array(value) if self.value_shape else value

    def remove(self, keys):
        """Removes keys; those that are not there are passed over."""
        flat = self._keys(keys)
        self._check(flat)
        with self._lock:
            for key in flat:
                self._items.pop(key, None)

    def replace(self, keys, values):
        """Forgets everything and takes `keys`; a fixed table does it once."""
        if self.fixed:
            self.initialize(keys, values)
            return
        with self._lock:
            self._items.clear()
        self.insert(keys, values)

    def initialize(self, keys, values):
        """Fills a fixed table; when it is filled already with the same, does nothing.

        Raises:
          FailedPreconditionError: a key is there twice, with different values.
        """
        if not self.fixed:
            raise errors.InvalidArgumentError(None, None, "Table is not initializable")
        fresh = {}
        for key, value in self._pairs(keys, values):
            if key in fresh and fresh[key] != value:
                raise errors.FailedPreconditionError(
                    None,
                    None,
                    "HashTable has different value for same key. Key "
                    f"{_shown(key)} has {_shown(fresh[key])} and trying to add value "
                    f"{_shown(value)}",
                )
            fresh[key] = value
        with self._lock:
            if self.initialized:
                if fresh != self._items:
                    raise errors.FailedPreconditionError(None, None, "Table already initialized.")
                return
            self._items, self.initialized = fresh, True

    def export(self):
        """All keys and all values, as two arrays."""
        self._ready()
        with self._lock:
            items = dict(self._items)
        keys = np.empty(len(items), self.key_dtype.as_numpy_dtype)
        values = np.empty((len(items), *self.value_shape), self.value_dtype.as_numpy_dtype)
        for i, (key, value) in enumerate(items.items()):
            keys[i], values[i] = key, value
        return keys, values


class DenseTable(Table):
    """A table in open buckets: two keys stand for empty and deleted ones, and are exported too.

    Keys may be vectors. Only the number of buckets is kept, and how many are empty or deleted; what
    is in a bucket is a matter of `Table`.
    """

    def __init__(self, key_dtype, value_dtype, value_shape, empty, deleted, buckets, max_load):
        self.key_shape = np.shape(empty)
        self._ends = np.asarray(empty), np.asarray(deleted)
        super().__init__(key_dtype, value_dtype, value_shape)
        self._reserved = tuple(self._keys(key[None])[0] for key in self._ends)
        self.buckets, self.max_load = buckets, max_load
        self._deleted = []  # the values of deleted keys: their buckets keep them

    def outer(self, keys):
        """The shape of `keys` without that of a key."""
        shape = np.shape(keys)
        if shape[1:] != self.key_shape and (self.key_shape or shape):
            raise errors.InvalidArgumentError(
                None, None, f"Expected key shape {list(self.key_shape)} got {list(shape[1:])}"
            )
        return shape[: len(shape) - len(self.key_shape)]

    def _keys(self, keys):
        self.outer(keys)
        if not self.key_shape:
            return super()._keys(keys)
        return [tuple(row) for row in np.asarray(keys).reshape(len(keys), -1).tolist()]

    def insert(self, keys, values):
        """Adds or replaces keys; see `Table.insert`."""
        wanted = len(self._items) + len(self._keys(keys))
        if wanted > self.buckets * self.max_load:
            while wanted > self.buckets * self.max_load:
                self.buckets *= 2
            self._deleted = []
        super().insert(keys, values)

    def remove(self, keys):
        """Removes keys; see `Table.remove`."""
        there = [self._items[key] for key in self._keys(keys) if key in self._items]
        super().remove(keys)
        self._deleted = (self._deleted + there)[: self.buckets - len(self._items)]

    def replace(self, keys, values):
        """Takes exported buckets over."""
        flat = self._keys(keys)
        kept = np.array([key not in self._reserved for key in flat], bool)
        super().replace(np.asarray(keys)[kept], np.asarray(values)[kept])
        self.buckets = len(flat)
        self._deleted = [v for k, v in zip(flat, values, strict=True) if k == self._reserved[1]]

    def export(self):
        """All buckets: the keys that are there, then those that are deleted or empty."""
        with self._lock:
            items, deleted = dict(self._items), self._deleted[: self.buckets - len(self._items)]
        kind = np.dtype(self.value_dtype.as_numpy_dtype)
        keys = np.empty((self.buckets, *self.key_shape), self.key_dtype.as_numpy_dtype)
        values = np.full((self.buckets, *self.value_shape), b"" if kind.kind == "O" else 0, kind)
        for i, (key, value) in enumerate(items.items()):
            keys[i], values[i] = key, value
        keys[len(items) :] = self._ends[0]
        for i, value in enumerate(deleted, len(items)):
            keys[i], values[i] = self._ends[1], value
        return keys, values


def _shown(value):
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def read_text(path, key_dtype, key_index, value_dtype, value_index, vocab_size, delimiter, offset):
    """Keys and values from the lines of a text file.

    Raises:
      NotFoundError: there is no such file.
      InvalidArgumentError: a line has too few columns, or holds something else than the type.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError:
        raise errors.NotFoundError(
            None, None, f"{path.decode(errors='replace')}; No such file or directory"
        ) from None
    lines = data.split(b"\n")
    if lines and not lines[-1]:
        lines.pop()
    if vocab_size > 0:
        if len(lines) < vocab_size:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Invalid vocab_size in {path.decode(errors='replace')}: expected "
                f"{vocab_size} but got {len(lines)}",
            )
        lines = lines[:vocab_size]
    columns = []
    for index, dtype, extra in ((key_index, key_dtype, offset), (value_index, value_dtype, offset)):
        items = []
        for number, line in enumerate(lines):
            line = line.removesuffix(b"\r")
            if index == LINE_NUMBER:
                items.append(number + extra)
            elif index == WHOLE_LINE:
                items.append(_parsed(line, dtype))
            else:
                parts = line.split(delimiter)
                if len(parts) <= max(key_index, value_index):
                    raise errors.InvalidArgumentError(
                        None,
                        None,
                        f"Invalid number of columns in {path.decode(errors='replace')} "
                        f"line {number} ({_shown(line)}) : expected "
                        f"{max(key_index, value_index) + 1} got {len(parts)}",
                    )
                items.append(_parsed(parts[index], dtype))
        out = np.empty(len(items), dtype.as_numpy_dtype)
        for i, item in enumerate(items):
            out[i] = item
        columns.append(out)
    return columns


def _parsed(text, dtype):
    if dtype == dtypes.string:
        return text
    try:
        return float(text) if dtype.is_floating else int(text)
    except ValueError:
        raise errors.InvalidArgumentError(
            None, None, f"Field {_shown(text)} in line is not a valid {dtype.name}."
        ) from None
