"""Datasets that call graph functions: map, filter, flat_map, interleave, scan, groups."""

from typing import Any

import numpy as np

from headwater._src.core import errors
from headwater._src.ops._datasets import UNKNOWN, Dataset, Ends, Over, shared

# Ops that wait, or work long enough for another thread to be of help.
_SLOW = frozenset(
    {
        "PyFunc",
        "PyFuncStateless",
        "ReadFile",
        "WriteFile",
        "DecodeImage",
        "DecodeJpeg",
        "DecodePng",
        "DecodeGif",
        "DecodeBmp",
        "DecodeAndCropJpeg",
        "EncodeJpeg",
        "EncodePng",
        "ResizeBilinear",
        "ResizeBicubic",
        "ResizeArea",
        "Conv2D",
        "MatMul",
    }
)


class Function:
    """A graph function with the tensors it has captured.

    Attributes:
      graph: its `FuncGraph`.
    """

    def __init__(self, ctx, graph, captured):
        self._run = ctx.function(graph)
        self.graph = self._run.graph
        self._captured = list(captured)

    def __call__(self, *components):
        return tuple([_value(v) for v in self._run([*components, *self._captured])])

    def has_variables(self):
        """Whether it uses variables, whose values may change between two elements."""
        return any(v.__class__.__name__ == "Slot" for v in self._captured)

    def slow(self):
        """Whether several threads could run it faster than one."""
        return any(_is_slow(node) for node in self.graph.get_operations())


def _is_slow(node):
    return node.type in _SLOW or node.op.blocking or node.op.kind == "function"


def _value(value):
    """What a step gives, as NumPy; datasets and the like as they are."""
    if value.__class__ is np.ndarray or not hasattr(value, "__array__"):
        return value
    return np.asarray(value)


class Map(Over):
    """A function of each element."""

    def __init__(self, source, function, keeps=True):
        super().__init__(source)
        self.function, self._keeps = function, keeps

    def quick(self):
        return False

    def cardinality(self):
        return self.source.cardinality() if self._keeps else UNKNOWN

    def iterate(self):
        return _Mapped(self.source.iterate(), self.function)


class _Mapped:
    def __init__(self, walk, function):
        self._walk, self._function = walk, function

    def __next__(self):
        return self._function(*next(self._walk))


class Filter(Over):
    """The elements for which a function is true."""

    def __init__(self, source, predicate):
        super().__init__(source)
        self._predicate = predicate

    def quick(self):
        return False

    def cardinality(self):
        return UNKNOWN

    def iterate(self):
        return _Filtered(self.source.iterate(), self._predicate)


class _Filtered:
    def __init__(self, walk, predicate):
        self._walk, self._predicate = walk, predicate

    def __next__(self):
        while True:
            element = next(self._walk)
            if self._predicate(*element)[0]:
                return element


class TakeWhile(Filter):
    """The elements before the first for which a function is false."""

    def iterate(self):
        return _TakenWhile(self.source.iterate(), self._predicate)


class _TakenWhile(_Filtered):
    def __next__(self):
        element = next(self._walk)
        if self._predicate(*element)[0]:
            return element
        self._walk = Ends()
        raise StopIteration


class FlatMap(Filter):
    """The elements of the datasets that a function makes of the elements."""

    def iterate(self):
        return _Flat(self.source.iterate(), self._predicate)


class _Flat:
    def __init__(self, walk, function):
        self._walk, self._function = walk, function
        self._inner: Any = Ends()

    def __next__(self):
        while True:
            try:
                return next(self._inner)
            except StopIteration:
                self._inner = Ends()
            element = next(self._walk)
            self._inner = dataset_of(self._function(*element)[0]).iterate()

    @property
    def several(self):
        """How to take several elements at a time, if what is walked over now has a way."""
        return self._several if hasattr(self._inner, "several") else None

    def _several(self, count):
        found = self._inner.several(count)
        try:
            while len(found) < count:
                found.append(next(self))
        except StopIteration:
            pass
        return found


def dataset_of(value):
    """The `Dataset` that a variant tensor holds."""
    if value.__class__ is np.ndarray:
        value = value[()]
    if not isinstance(value, Dataset):
        raise errors.InvalidArgumentError(
            None, None, "The given variant tensor does not hold a dataset."
        )
    return value


class Interleave(Filter):
    """The elements of several of the datasets that a function makes, taking turns."""

    def __init__(self, source, function, cycle_length, block_length):
        super().__init__(source, function)
        for name, value in (("cycle_length", cycle_length), ("block_length", block_length)):
            if value <= 0:
                raise errors.InvalidArgumentError(None, None, f"{name} must be greater than zero.")
        self._cycle, self._block = cycle_length, block_length

    def iterate(self):
        return _Interleaved(self.source.iterate(), self._predicate, self._cycle, self._block)


class _Interleaved:
    def __init__(self, walk, function, cycle, block):
        self._walk, self._function, self._block = walk, function, block
        self._open = [None] * cycle
        self._at, self._given, self._more = 0, 0, True

    def _next_place(self):
        self._at, self._given = (self._at + 1) % len(self._open), 0

    def __next__(self):
        while self._more or any(self._open):
            inner = self._open[self._at]
            if inner is not None:
                try:
                    element = next(inner)
                except StopIteration:
                    self._open[self._at] = None
                    self._next_place()
                    continue
                self._given += 1
                if self._given == self._block:
                    self._next_place()
                return element
            if self._more:
                self._open_one()
            else:
                self._next_place()
        raise StopIteration

    def _open_one(self):
        if not self._more:
            return
        try:
            element = next(self._walk)
        except StopIteration:
            self._more = False
            return
        self._open[self._at] = dataset_of(self._function(*element)[0]).iterate()


class LegacyInterleave(Interleave):
    """Like `Interleave`, but all places are filled at first, and a dataset that ends is replaced
    at once.
    """

    def iterate(self):
        return _Replacing(self.source.iterate(), self._predicate, self._cycle, self._block)


class _Replacing(_Interleaved):
    _fresh = True

    def __next__(self):
        if self._fresh:
            self._fresh = False
            for at in range(len(self._open)):
                self._at = at
                self._open_one()
            self._at = 0
        while any(self._open):
            inner = self._open[self._at]
            if inner is None:
                self._next_place()
                continue
            try:
                element = next(inner)
            except StopIteration:
                self._open[self._at] = None
                self._open_one()
                self._next_place()
                continue
            self._given += 1
            if self._given == self._block:
                self._next_place()
            return element
        raise StopIteration


class Scan(Over):
    """A function of a state and each element, which gives the next state and a result."""

    def __init__(self, source, state, function):
        super().__init__(source)
        self._state, self._function = tuple(state), function

    def quick(self):
        return False

    def iterate(self):
        return _Scanned(self.source.iterate(), self._state, self._function)


class _Scanned:
    def __init__(self, walk, state, function):
        self._walk, self._state, self._function = walk, state, function

    def __next__(self):
        results = self._function(*self._state, *next(self._walk))
        n = len(self._state)
        self._state = results[:n]
        return results[n:]


class GroupByWindow(Filter):
    """Elements grouped by a key; full groups are reduced to datasets, which follow one another."""

    def __init__(self, source, key, reduce, size):
        super().__init__(source, key)
        self._reduce, self._window = reduce, size

    def iterate(self):
        return _Groups(self.source.iterate(), self._predicate, self._reduce, self._window)


class _Groups:
    def __init__(self, walk, key, reduce, size):
        self._walk, self._key, self._reduce, self._size = walk, key, reduce, size
        self._groups, self._sizes, self._inner = {}, {}, Ends()

    def __next__(self):
        while True:
            try:
                return next(self._inner)
            except StopIteration:
                self._inner = Ends()
            self._inner = self._next_group()

    def _next_group(self):
        for_key = self._groups
        while True:
            try:
                element = next(self._walk)
            except StopIteration:
                if not for_key:
                    raise
                return self._reduced(min(for_key))
            key = int(self._key(*element)[0])
            group = for_key.setdefault(key, [])
            if not group:
                self._sizes[key] = int(self._size(np.int64(key))[0])
                if self._sizes[key] <= 0:
                    raise errors.InvalidArgumentError(
                        None,
                        None,
                        f"Window size must be greater than zero, but got {self._sizes[key]}.",
                    )
            group.append(element)
            if len(group) == self._sizes[key]:
                return self._reduced(key)

    def _reduced(self, key):
        window = Elements(self._groups.pop(key))
        return dataset_of(self._reduce(np.asarray(key, np.int64), window)[0]).iterate()


class Elements(Dataset):
    """Elements that are there already."""

    def __init__(self, elements):
        self._elements = elements

    def iterate(self):
        return _Kept(iter(self._elements))

    def cardinality(self):
        return len(self._elements)


class _Kept:
    def __init__(self, elements):
        self._elements = elements

    def __next__(self):
        return shared(next(self._elements))


class GroupByReducer(Filter):
    """Elements grouped by a key, each group reduced to one element."""

    def __init__(self, source, key, init, reduce, finalize):
        super().__init__(source, key)
        self._steps = (init, reduce, finalize)

    def iterate(self):
        return _Reduced(self)

    def groups(self):
        """The state of each group at the end, finished."""
        init, reduce, finalize = self._steps
        states, walk = {}, self.source.iterate()
        while True:
            try:
                element = next(walk)
            except StopIteration:
                break
            key = int(self._predicate(*element)[0])
            if key not in states:
                states[key] = init(np.asarray(key, np.int64))
            states[key] = reduce(*states[key], *element)
        return [finalize(*states[key]) for key in sorted(states)]


class _Reduced:
    def __init__(self, dataset):
        self._dataset, self._found = dataset, None

    def __next__(self):
        if self._found is None:
            self._found = iter(self._dataset.groups())
        return next(self._found)


class Generator(Dataset):
    """What a function gives until it says that it is at the end."""

    def __init__(self, init, step, finalize):
        self._functions = (init, step, finalize)

    def iterate(self):
        return _Generated(*self._functions)


class _Generated:
    def __init__(self, init, step, finalize):
        self._init, self._step, self._finalize = init, step, finalize
        self._state, self._ended = None, False

    def __next__(self):
        if self._ended:
            raise StopIteration
        if self._state is None:
            self._state = self._init()
        try:
            return self._step(*self._state)
        except Exception as error:
            if not isinstance(error.__cause__ or error, errors.OutOfRangeError):
                raise
            self._end()
            raise StopIteration from None

    def _end(self):
        self._ended = True
        if self._state is not None:
            self._finalize(*self._state)

    def __del__(self):
        try:
            if not self._ended:
                self._end()
        except Exception:
            pass  # the session is gone


def single_element(dataset):
    """The one element of a dataset."""
    walk = dataset.iterate()
    try:
        element = next(walk)
    except StopIteration:
        raise errors.InvalidArgumentError(None, None, "Dataset was empty.") from None
    try:
        next(walk)
    except StopIteration:
        return element
    raise errors.InvalidArgumentError(None, None, "Dataset had more than one element.")


def reduce(dataset, state, function):
    """The last state after all elements."""
    state, walk = tuple(state), dataset.iterate()
    while True:
        try:
            element = next(walk)
        except StopIteration:
            return state
        state = function(*state, *element)
