"""Datasets while a session runs: descriptions of where elements come from, and what walks over them.

The value of a dataset's tensor is a `Dataset`; `iterate()` starts to walk over it and gives an
object whose `__next__` returns one element, a tuple of arrays. An element that fails raises, and
the next call goes on behind it, so walkers are objects rather than generators wherever that can
happen. Arrays that a dataset keeps are handed out as views, which a session copies when they are
fetched.

Some datasets can say which *rows* of a few large arrays their elements are (`rows()`). Shuffling,
repeating and batching then move integers, and a batch is taken out of the arrays at once.
"""

import numpy as np

from headwater._src.core import errors

INFINITE, UNKNOWN = -1, -2


class Dataset:
    """Where elements come from."""

    def iterate(self):
        """Starts over the elements."""
        rows = self.rows()
        if rows is None:
            raise NotImplementedError(type(self).__name__)
        return RowElements(rows)

    def rows(self):
        """The elements as a `Rows`, or None when they are not rows of arrays."""
        return None

    def cardinality(self):
        """How many elements there are, `INFINITE` or `UNKNOWN`."""
        return UNKNOWN

    def quick(self):
        """Whether an element costs so little that another thread could not be of help."""
        return self.rows_possible()

    def rows_possible(self):
        """Whether `rows` gives something."""
        return False

    def unordered(self):
        """Lets threads hand over what is ready first."""


class Rows:
    """A walk over the rows of some arrays.

    Attributes:
      arrays: tuple of arrays with the same first dimension.
      take: function from a number to an integer array of at most as many rows, or to a slice;
        nothing in it at the end.
      functions: what is to be done with rows that are taken, all at once: functions of arrays
        that give a tuple of arrays, each row's results from that row only.
    """

    def __init__(self, arrays, take, functions=()):
        self.arrays, self.take, self.functions = arrays, take, functions

    def moved(self, take):
        """The same rows in another order."""
        return Rows(self.arrays, take, self.functions)

    def gathered(self, found):
        """What `take` has found, as a tuple of arrays of their own."""
        if found.__class__ is slice:
            element = tuple([a[found].copy() for a in self.arrays])
        else:
            found = np.asarray(found, np.intp)
            element = tuple([a.take(found, axis=0) for a in self.arrays])
        for function in self.functions:
            element = function(*element)
        return element


class RowElements:
    """The elements that rows are, one by one; fetched in portions."""

    def __init__(self, rows, portion=64):
        self._rows, self._portion = rows, portion
        self._waiting, self._arrays = iter(()), rows.arrays

    def __next__(self):
        for i in self._waiting:
            return tuple([row(a, i) for a in self._arrays])
        rows = self._rows
        found = rows.take(self._portion)
        if rows.functions and size_of(found):
            self._arrays = rows.gathered(found)
            found = slice(0, size_of(found))
        self._waiting = iter(numbers(found))
        for i in self._waiting:
            return tuple([row(a, i) for a in self._arrays])
        raise StopIteration


def row(array, i):
    """One row as an array, also where it is a single value."""
    value = array[i]
    return value if value.__class__ is np.ndarray else scalar_of(array, i)


def scalar_of(array, i):
    """A single element of a vector as an array without dimensions."""
    return array[i : i + 1].reshape(())


def numbers(found):
    """A slice or an array of row numbers as something to walk over."""
    return (
        range(found.start, found.stop) if found.__class__ is slice else np.asarray(found).tolist()
    )


def size_of(found):
    """How many rows a slice or an array of numbers means."""
    return found.stop - found.start if found.__class__ is slice else len(found)


def shared(element):
    """An element that its owner keeps, as views."""
    return tuple([x.view() if x.__class__ is np.ndarray else x for x in element])


class Ends:
    """A walk that ends at once."""

    def __next__(self):
        raise StopIteration


# --- sources ------------------------------------------------------------------------------------


class Single(Dataset):
    """One element."""

    def __init__(self, components):
        self._components = tuple(components)

    def iterate(self):
        return Listed([self._components])

    def cardinality(self):
        return 1

    def quick(self):
        return True


class Listed:
    """A walk over elements that are there."""

    def __init__(self, elements):
        self._elements = iter(elements)

    def __next__(self):
        return shared(next(self._elements))


class Slices(Dataset):
    """The rows of arrays."""

    def __init__(self, components, count=None):
        self.arrays = tuple(components)
        self.count = len(self.arrays[0]) if count is None else count

    def rows_possible(self):
        return True

    def rows(self):
        end, at = self.count, 0

        def take(n):
            nonlocal at
            start, at = at, min(at + n, end)
            return slice(start, at)

        return Rows(self.arrays, take)

    def cardinality(self):
        return self.count


class Range(Dataset):
    """Numbers in steps."""

    def __init__(self, start, stop, step, dtype):
        self._numbers, self._dtype = range(start, stop, step), dtype

    def iterate(self):
        return _Numbers(iter(self._numbers), self._dtype)

    def cardinality(self):
        return len(self._numbers)

    def quick(self):
        return True


class _Numbers:
    def __init__(self, values, dtype):
        self._values, self._dtype = values, dtype

    def __next__(self):
        return (np.asarray(next(self._values), self._dtype),)


# --- one after another, side by side ------------------------------------------------------------


class Over(Dataset):
    """What is made from one other dataset."""

    def __init__(self, source):
        self.source = source

    def unordered(self):
        self.source.unordered()

    def quick(self):
        return self.source.quick()

    def cardinality(self):
        return self.source.cardinality()


class Zip(Dataset):
    """Elements of several datasets side by side, until one ends."""

    def __init__(self, sources):
        self._sources = sources

    def _slices(self):
        """Slices side by side are slices again."""
        found = [s.slices() if isinstance(s, Zip) else s for s in self._sources]
        return found if all(isinstance(s, Slices) for s in found) else None

    def slices(self):
        """The same as `Slices`, or None."""
        found = self._slices()
        if found is None:
            return None
        return Slices([a for s in found for a in s.arrays], min(s.count for s in found))

    def rows_possible(self):
        return self._slices() is not None

    def rows(self):
        found = self.slices()
        return None if found is None else found.rows()

    def iterate(self):
        if self.rows_possible():
            return super().iterate()
        return _Zipped([s.iterate() for s in self._sources])

    def cardinality(self):
        counts = [s.cardinality() for s in self._sources]
        if UNKNOWN in counts:
            return UNKNOWN
        finite = [c for c in counts if c != INFINITE]
        return min(finite) if finite else INFINITE

    def quick(self):
        return all(s.quick() for s in self._sources)


class _Zipped:
    def __init__(self, walks):
        self._walks = walks

    def __next__(self):
        return tuple([x for walk in self._walks for x in next(walk)])


class Concatenate(Dataset):
    """One dataset, then another."""

    def __init__(self, first, second):
        self._sources = (first, second)

    def iterate(self):
        return _Chained(iter([s.iterate for s in self._sources]))

    def cardinality(self):
        counts = [s.cardinality() for s in self._sources]
        if INFINITE in counts:
            return INFINITE
        return UNKNOWN if UNKNOWN in counts else sum(counts)

    def quick(self):
        return all(s.quick() for s in self._sources)


class _Chained:
    """Walks one after another; `starts` gives the functions that start them."""

    def __init__(self, starts):
        self._starts, self._walk = starts, Ends()

    def __next__(self):
        while True:
            try:
                return next(self._walk)
            except StopIteration:
                self._walk = next(self._starts)()


class Repeat(Over):
    """The same again, `count` times or for ever."""

    def __init__(self, source, count):
        super().__init__(source)
        self.count = count

    def rows_possible(self):
        return self.source.rows_possible()

    def rows(self):
        rows = self.source.rows()
        if rows is None:
            return None
        if not self.count:
            return rows.moved(lambda n: slice(0, 0))
        left, fresh = self.count - 1, True

        def take(n):
            nonlocal rows, left, fresh
            parts, need = [], n
            while need:
                found = rows.take(need)
                size = size_of(found)
                if size:
                    fresh, need = False, need - size
                    parts.append(found)
                    continue
                if not left or fresh:
                    break
                left, rows, fresh = left - 1, self.source.rows(), True
            return joined(parts)

        return rows.moved(take)

    def iterate(self):
        if self.rows_possible():
            return super().iterate()
        return _Repeated(self.source, self.count) if self.count else Ends()

    def cardinality(self):
        n = self.source.cardinality()
        if not self.count or n == 0:
            return 0
        if self.count < 0 or n == INFINITE:
            return INFINITE
        return UNKNOWN if n == UNKNOWN else n * self.count


class _Repeated:
    def __init__(self, source, count):
        self._source, self._left = source, count
        self._walk, self._empty = None, True

    def __next__(self):
        while True:
            if self._walk is None:
                if not self._left:
                    raise StopIteration
                self._left -= 1
                self._walk, self._empty = self._source.iterate(), True
            try:
                element = next(self._walk)
            except StopIteration:
                self._walk = None
                if self._empty:  # an endless repetition of nothing ends
                    self._left = 0
                continue
            self._empty = False
            return element


def joined(parts):
    """Slices and arrays of row numbers, one after another."""
    if not parts:
        return slice(0, 0)
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(
        [np.arange(p.start, p.stop) if p.__class__ is slice else np.asarray(p) for p in parts]
    )


class Take(Over):
    """The first elements."""

    def __init__(self, source, count):
        super().__init__(source)
        self._count = count

    def rows_possible(self):
        return self.source.rows_possible()

    def rows(self):
        rows, left = self.source.rows(), self._count
        if rows is None:
            return None

        def take(n):
            nonlocal left
            found = rows.take(n if left < 0 else min(n, left))
            left -= size_of(found) if left > 0 else 0
            return found

        return rows.moved(take)

    def iterate(self):
        if self.rows_possible():
            return super().iterate()
        return self.source.iterate() if self._count < 0 else _Taken(self.source, self._count)

    def cardinality(self):
        n = self.source.cardinality()
        if self._count < 0 or n == UNKNOWN:
            return n
        return self._count if n == INFINITE else min(n, self._count)


class _Taken:
    def __init__(self, source, count):
        self._walk, self._left = source.iterate(), count

    def __next__(self):
        if self._left <= 0:
            self._walk = Ends()
            raise StopIteration
        self._left -= 1
        return next(self._walk)


class Skip(Over):
    """What comes after the first elements; a negative number of them means all."""

    def __init__(self, source, count):
        super().__init__(source)
        self._count = count

    def rows_possible(self):
        return self.source.rows_possible()

    def rows(self):
        rows = self.source.rows()
        if rows is None:
            return None
        if self._count < 0:
            return rows.moved(lambda n: slice(0, 0))
        left = self._count
        while left:
            size = size_of(rows.take(min(left, 65536)))
            left = left - size if size else 0
        return rows

    def iterate(self):
        if self.rows_possible():
            return super().iterate()
        return _Skipped(self.source.iterate(), self._count) if self._count >= 0 else Ends()

    def cardinality(self):
        n = self.source.cardinality()
        if self._count < 0:
            return 0
        return n if n in (INFINITE, UNKNOWN) else max(0, n - self._count)


class _Skipped:
    def __init__(self, walk, count):
        self._walk, self._left = walk, count

    def __next__(self):
        while self._left:
            self._left -= 1
            next(self._walk)
        return next(self._walk)


class Shard(Over):
    """Every n-th element."""

    def __init__(self, source, count, index):
        super().__init__(source)
        if count < 1:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Number of shards must be greater than zero (currently num_shards = {count}).",
            )
        if not 0 <= index < count:
            raise errors.InvalidArgumentError(
                None,
                None,
                "Index must be between 0 and num_shards - 1 (currently index = "
                f"{index}, num_shards = {count}).",
            )
        self._count, self._index = count, index

    def iterate(self):
        return _Sharded(self.source.iterate(), self._count, self._index)

    def cardinality(self):
        n = self.source.cardinality()
        if n in (INFINITE, UNKNOWN):
            return n
        return n // self._count + (self._index < n % self._count)


class _Sharded:
    def __init__(self, walk, count, index):
        self._walk, self._skip, self._step = walk, index, count - 1

    def __next__(self):
        for _ in range(self._skip):
            next(self._walk)
        self._skip = self._step
        return next(self._walk)


class Same(Over):
    """The same elements: options and hints that change nothing."""

    def rows_possible(self):
        return self.source.rows_possible()

    def rows(self):
        return self.source.rows()

    def iterate(self):
        return self.source.iterate()
