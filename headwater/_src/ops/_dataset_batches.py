"""Datasets that put elements together, and take them apart."""

import numpy as np

from headwater._src.core import errors
from headwater._src.ops._dataset_functions import Elements
from headwater._src.ops._datasets import INFINITE, UNKNOWN, Dataset, Over, row, size_of

THREAD_BYTES = 1 << 20  # batches of rows below this are made where they are asked for


def invalid(message):
    """An InvalidArgumentError."""
    return errors.InvalidArgumentError(None, None, message)


class Batch(Over):
    """Consecutive elements, stacked."""

    def __init__(self, source, size, drop_remainder):
        super().__init__(source)
        if size <= 0:
            raise invalid("Batch size must be greater than zero.")
        self.size, self._drop = size, drop_remainder

    def quick(self):
        if not self.source.rows_possible():
            return False
        rows = self.source.rows()
        if rows is None:
            return False
        row_bytes = sum(a.nbytes // max(1, len(a)) for a in rows.arrays)
        return self.size * row_bytes < THREAD_BYTES

    def iterate(self):
        rows = self.source.rows() if self.source.rows_possible() else None
        if rows is not None:
            return _RowBatches(rows, self.size, self._drop)
        return _Batches(self.source.iterate(), self.size, self._drop)

    def cardinality(self):
        n = self.source.cardinality()
        if n in (INFINITE, UNKNOWN):
            return n
        return n // self.size if self._drop else -(-n // self.size)


class _RowBatches:
    def __init__(self, rows, size, drop):
        self._rows, self._size, self._drop = rows, size, drop

    def __next__(self):
        found = self._rows.take(self._size)
        n = size_of(found)
        if not n or self._drop and n < self._size:
            raise StopIteration
        return self._rows.gathered(found)


class _Batches:
    def __init__(self, walk, size, drop):
        self._walk, self._size, self._drop = walk, size, drop

    def __next__(self):
        several = getattr(self._walk, "several", None)  # records of files come many at a time
        elements = portion(self._walk, self._size) if several is None else several(self._size)
        if not elements or self._drop and len(elements) < self._size:
            raise StopIteration
        return tuple([stacked(c, i) for i, c in enumerate(zip(*elements, strict=True))])


def portion(walk, size):
    """A list of the next `size` elements, fewer at the end."""
    elements = []
    try:
        for _ in range(size):
            elements.append(next(walk))
    except StopIteration:
        pass
    return elements


def stacked(values, component):
    """Arrays of one shape as an array with one more dimension."""
    first = values[0]
    if first.__class__ is bytes or isinstance(first, Dataset):
        out = np.empty(len(values), object)
        out[:] = [v[()] if v.__class__ is np.ndarray else v for v in values]
        return out
    shape = np.shape(first)
    for i, value in enumerate(values):
        if np.shape(value) != shape:
            raise invalid(
                "Cannot batch tensors with different shapes in component "
                f"{component}. First element had shape {_text(shape)} and element {i} had shape "
                f"{_text(np.shape(value))}."
            )
    if not shape:
        kind = getattr(first, "dtype", np.dtype(object))
        if kind.hasobject:
            out = np.empty(len(values), object)
            out[:] = [v[()] if v.__class__ is np.ndarray else v for v in values]
            return out
        return np.fromiter(values, kind, len(values))
    return np.stack(values)


def _text(shape):
    return "[" + ",".join(map(str, shape)) + "]"


class PaddedBatch(Batch):
    """Consecutive elements of different shapes, filled up and stacked."""

    def __init__(self, source, size, drop_remainder, shapes, values):
        super().__init__(source, size, drop_remainder)
        self._shapes, self._values = shapes, values
        for shape in shapes:
            for d in shape:
                if d < -1:
                    raise invalid(
                        "Each padded shape must be a vector of non-negative sizes (or -1)"
                    )

    def quick(self):
        return False

    def iterate(self):
        return _Padded(self.source.iterate(), self.size, self._drop, self._shapes, self._values)


class _Padded:
    def __init__(self, walk, size, drop, shapes, values):
        self._walk, self._size, self._drop = walk, size, drop
        self._shapes, self._values = shapes, values

    def __next__(self):
        elements = portion(self._walk, self._size)
        if not elements or self._drop and len(elements) < self._size:
            raise StopIteration
        columns = zip(*elements, strict=True)
        return tuple(
            [
                padded(column, shape, value)
                for column, shape, value in zip(columns, self._shapes, self._values)
            ]
        )


def padded(values, shape, filling):
    """Arrays of one rank, filled up to a shape whose -1 stand for the largest there is."""
    values = [np.asarray(v) for v in values]
    for value in values:
        if value.ndim != len(shape):
            raise invalid(
                "All elements in a batch must have the same rank as the padded shape for component"
                f"0: expected rank {len(shape)} but got element with rank {value.ndim}"
            )
    dims = [max(v.shape[i] for v in values) if d == -1 else int(d) for i, d in enumerate(shape)]
    for value in values:
        for i, d in enumerate(dims):
            if value.shape[i] > d:
                raise errors.DataLossError(
                    None, None, "Attempted to pad to a smaller size than the input element."
                )
    out = np.full((len(values), *dims), np.asarray(filling)[()], values[0].dtype)
    for target, value in zip(out, values) if dims else ():
        target[tuple([slice(n) for n in value.shape])] = value
    if not dims:
        out[:] = [v[()] for v in values]
    return out


class Unbatch(Over):
    """The rows of elements."""

    def cardinality(self):
        return UNKNOWN

    def quick(self):
        return False

    def iterate(self):
        return _Unbatched(self.source.iterate())


class _Unbatched:
    def __init__(self, walk):
        self._walk, self._element, self._at, self._count = walk, (), 0, 0

    def __next__(self):
        while self._at >= self._count:
            self._element = [np.asarray(c) for c in next(self._walk)]
            if any(not c.ndim for c in self._element):
                raise invalid("Input element must have a non-scalar value in each component.")
            counts = {len(c) for c in self._element}
            if len(counts) > 1:
                raise invalid("Input element must have the same batch size in each component.")
            self._at, self._count = 0, counts.pop()
        i = self._at
        self._at = i + 1
        return tuple([row(c, i) for c in self._element])


class Window(Over):
    """Datasets of consecutive elements."""

    def __init__(self, source, size, shift, stride, drop_remainder):
        super().__init__(source)
        for name, value in (("size", size), ("shift", shift), ("stride", stride)):
            if value <= 0:
                raise invalid(f"Window {name} must be greater than zero.")
        self._parts = (size, shift, stride, drop_remainder)

    def quick(self):
        return False

    def iterate(self):
        return _Windows(self.source.iterate(), *self._parts)

    def cardinality(self):
        n = self.source.cardinality()
        size, shift, stride, drop = self._parts
        if n in (INFINITE, UNKNOWN):
            return n
        span = (size - 1) * stride + 1
        return max(0, (n - span) // shift + 1) if drop else -(-n // shift)


class _Windows:
    def __init__(self, walk, size, shift, stride, drop):
        self._walk, self._size, self._shift, self._stride = walk, size, shift, stride
        self._drop, self._items, self._skip = drop, [], 0

    def elements(self):
        """The elements of the next window."""
        while self._skip:
            next(self._walk)
            self._skip -= 1
        span = (self._size - 1) * self._stride + 1
        items = self._items
        items += portion(self._walk, span - len(items))
        window = items[:: self._stride][: self._size]
        if not window or self._drop and len(window) < self._size:
            raise StopIteration
        self._skip = max(0, self._shift - len(items)) if len(items) >= span else 0
        del items[: self._shift]
        return window

    def __next__(self):
        window = self.elements()
        return tuple([_Column(column) for column in zip(*window, strict=True)])


def _Column(values):
    return Elements([(v,) for v in values])


class Sliding(Window):
    """Overlapping batches."""

    def iterate(self):
        return _SlidingBatches(self.source.iterate(), *self._parts)


class _SlidingBatches(_Windows):
    def __next__(self):
        return tuple([stacked(c, i) for i, c in enumerate(zip(*self.elements(), strict=True))])


class SparseBatch(Batch):
    """Consecutive arrays of different shapes as the parts of a sparse tensor."""

    def __init__(self, source, size, shape, serialize):
        super().__init__(source, size, False)
        self._shape, self._serialize = shape, serialize

    def quick(self):
        return False

    def iterate(self):
        return _SparseBatches(self.source.iterate(), self.size, self._shape, self._serialize)


class _SparseBatches:
    def __init__(self, walk, size, shape, serialize):
        self._walk, self._size = walk, size
        self._shape, self._serialize = shape, serialize

    def __next__(self):
        elements = portion(self._walk, self._size)
        if not elements:
            raise StopIteration
        arrays = [np.asarray(e[0]) for e in elements]
        shape = [
            max(a.shape[i] for a in arrays) if d < 0 else int(d) for i, d in enumerate(self._shape)
        ]
        indices, values = [], []
        for i, a in enumerate(arrays):
            if a.ndim != len(shape):
                raise invalid(
                    "Input element had shape "
                    f"({_text(a.shape)}) that is incompatible with the row shape "
                    f"({_text(shape)})."
                )
            if any(n > d for n, d in zip(a.shape, shape)):
                raise invalid(
                    f"Input element had shape ({_text(a.shape)}) that is larger than the row shape."
                )
            where = np.indices(a.shape).reshape(a.ndim, -1).T
            indices.append(np.insert(where, 0, i, axis=1))
            values.append(a.reshape(-1))
        return (
            self._serialize(
                np.concatenate(indices).astype(np.int64),
                np.concatenate(values),
                np.array([len(arrays), *shape], np.int64),
            ),
        )
