"""Shuffling with a buffer, in TensorFlow's order for the same seeds.

The buffer is filled; an element is chosen by a Philox number modulo how many there are, changes
places with the one that came first, and leaves. Each walk has its own generator: with the
dataset's seeds, or with two numbers of the dataset's generator when every walk is to be different.
"""

import os

import numpy as np

from headwater._src.ops._datasets import Over, numbers
from headwater._src.xp import philox

_PORTION = 1024  # numbers drawn at a time


class Words:
    """The 32-bit numbers of a Philox stream."""

    def __init__(self, seed, seed2):
        if not seed and not seed2:
            seed, seed2 = (int.from_bytes(os.urandom(8), "little", signed=True) for _ in range(2))
        self._state = philox.initial_state(seed, seed2)
        self._size, self._waiting = 8, iter(())

    def __call__(self):
        for word in self._waiting:
            return word
        self._waiting = iter(np.asarray(philox.words(np, self._state, self._size)).tolist())
        self._state = philox.advance(self._state, self._size // 4)
        self._size = _PORTION
        return next(self._waiting)


class Shuffle(Over):
    """The elements of a dataset in another order."""

    def __init__(self, source, buffer_size, seed, seed2, reshuffle):
        super().__init__(source)
        self._size, self._seeds = buffer_size, (seed, seed2)
        self._seeds_of_walks = Words(seed, seed2)
        self._reshuffle = reshuffle
        if not reshuffle and not seed and not seed2:
            self._seeds = (self._seeds_of_walks(), self._seeds_of_walks() or 1)

    def _words(self):
        if not self._reshuffle:
            return Words(*self._seeds)
        first, second = self._seeds_of_walks(), self._seeds_of_walks()
        return Words(first, second or (0 if first else 1))

    def rows_possible(self):
        return self.source.rows_possible()

    def rows(self):
        rows = self.source.rows()
        if rows is None:
            return None
        numbers_of = _RowNumbers(rows.take)
        walk = _Shuffled(numbers_of, self._size, self._words())

        def take(n):
            return walk.several(n)

        return rows.moved(take)

    def iterate(self):
        if self.rows_possible():
            return super().iterate()
        return _Shuffled(self.source.iterate(), self._size, self._words())


class _RowNumbers:
    """Row numbers one by one."""

    def __init__(self, take):
        self._take, self._waiting = take, iter(())

    def __next__(self):
        for i in self._waiting:
            return i
        self._waiting = iter(numbers(self._take(4096)))
        return next(self._waiting)


class _Shuffled:
    """A list whose first place moves: what has left is dropped now and then."""

    def __init__(self, walk, size, words):
        self._walk, self._size, self._words = walk, size, words
        self._items, self._first, self._more = [], 0, True

    def _fill(self):
        items, room = self._items, self._size - (len(self._items) - self._first)
        if not self._more or room <= 0:
            return
        try:
            for _ in range(room):
                items.append(next(self._walk))
        except StopIteration:
            self._more = False

    def __next__(self):
        self._fill()
        items, first = self._items, self._first
        count = len(items) - first
        if not count:
            raise StopIteration
        i = first + self._words() % count
        chosen = items[i]
        items[i] = items[first]
        items[first] = None
        self._first = first + 1
        if self._first > 4096 and self._first * 2 > len(items):
            del items[: self._first]
            self._first = 0
        return chosen

    def several(self, n):
        """A list of up to `n` items."""
        found = []
        self._fill()
        items, first, words, size = self._items, self._first, self._words, self._size
        append, walk = items.append, self._walk
        while len(found) < n:
            count = len(items) - first
            if self._more and count < size:
                try:
                    append(next(walk))
                    count += 1
                except StopIteration:
                    self._more = False
            if not count:
                break
            i = first + words() % count
            found.append(items[i])
            items[i] = items[first]
            first += 1
        if first > 4096 and first * 2 > len(items):
            del items[:first]
            first = 0
        self._first = first
        return found
