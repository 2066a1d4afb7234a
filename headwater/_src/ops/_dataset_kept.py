"""Datasets that know more of another: how many elements it has, or all of them."""

from headwater._src.core import errors
from headwater._src.ops._datasets import INFINITE, Listed, Over, Same, Slices, Zip, shared


class Counted(Same):
    """The same elements, whose number the program states."""

    def __init__(self, source, count):
        super().__init__(source)
        self._count = count

    def rows_possible(self):
        return False

    def rows(self):
        return None

    def iterate(self):
        return _Checked(self.source.iterate(), self._count)

    def cardinality(self):
        return self._count


class _Checked:
    def __init__(self, walk, count):
        self._walk, self._count, self._seen = walk, count, 0

    def __next__(self):
        try:
            element = next(self._walk)
        except StopIteration:
            if self._count >= 0 and self._seen < self._count:
                raise wrong_count(
                    self._count, f"an insufficient number of elements: {self._seen}"
                ) from None
            if self._count == INFINITE:
                raise wrong_count("an infinite number of", f"{self._seen} elements") from None
            raise
        self._seen += 1
        if self._count >= 0 and self._seen > self._count:
            raise wrong_count(self._count, "at least " + str(self._seen) + " elements")
        return element


def wrong_count(expected, found):
    """The error of a dataset whose number of elements is another than was said."""
    return errors.FailedPreconditionError(
        None,
        None,
        f"Input dataset was expected to contain {expected} elements but contained {found}",
    )


class Cache(Over):
    """Keeps the elements of the first complete walk."""

    def __init__(self, source):
        super().__init__(source)
        self._kept = None

    def rows_possible(self):
        return isinstance(self.source, (Slices, Zip)) and self.source.rows_possible()

    def rows(self):
        return self.source.rows() if self.rows_possible() else None

    def iterate(self):
        if self.rows_possible():
            return super().iterate()
        return Listed(self._kept) if self._kept is not None else _Caching(self)


class _Caching:
    def __init__(self, cache):
        self._cache, self._walk, self._kept = cache, cache.source.iterate(), []

    def __next__(self):
        try:
            element = next(self._walk)
        except StopIteration:
            if self._cache._kept is None:
                self._cache._kept = self._kept
            raise
        self._kept.append(element)
        return shared(element)
