"""Datasets that work ahead in threads of their own: prefetching, and functions side by side.

A walk that the program has dropped, and a session that is closed, end the threads. At the exit of
the process they are told to end, too.
"""

import atexit
import functools
import os
import threading
import weakref
from collections import deque

from headwater._src.ops._datasets import UNKNOWN, Over

AUTO = -1
_QUICK_BYTES = 1 << 20  # batches below this are not worth a thread's handing over

_lanes = weakref.WeakSet()


@atexit.register
def _stop_all():
    for lane in list(_lanes):
        lane.stop()


class _Lane:
    """What consumer and workers share: a bounded line of results, in order."""

    def __init__(self, ctx, limit):
        self.ctx, self.limit = ctx, limit
        self.condition = threading.Condition()
        self.waiting = deque()  # prefetch: results; parallel: tasks
        self.stopped = False
        _lanes.add(self)

    def stop(self):
        with self.condition:
            self.stopped = True
            self.condition.notify_all()


class _Result:
    """A value, an exception, or not yet either."""

    __slots__ = ("done", "error", "value")

    def __init__(self):
        self.done, self.value, self.error = False, None, None

    def set(self, function):
        try:
            self.value = function()
        except BaseException as error:
            self.error = error
        return self

    def get(self):
        if self.error is not None:
            raise self.error
        return self.value


def auto(number):
    """A number of workers, where the program leaves it open."""
    return max(2, os.cpu_count() or 2) if number == AUTO else max(1, number)


class Prefetch(Over):
    """Keeps elements ready, which another thread makes."""

    def __init__(self, ctx, source, size):
        super().__init__(source)
        self._ctx, self._size = ctx, size

    def rows_possible(self):
        return self.source.rows_possible()

    def rows(self):
        return self.source.rows()

    def iterate(self):
        if not self._size or self.source.quick():
            return self.source.iterate()
        return _Prefetched(self._ctx, self.source, 2 if self._size == AUTO else self._size)


class _Prefetched:
    def __init__(self, ctx, source, size):
        self._lane = _Lane(ctx, size)
        self._source, self._ended = source, False
        weakref.finalize(self, self._lane.stop).atexit = False

    def __next__(self):
        if self._ended:
            raise StopIteration
        lane = self._lane
        if self._source is not None:
            walk, self._source = self._source.iterate(), None
            threading.Thread(
                target=_fill, args=(lane, walk), daemon=True, name="tf.data prefetch"
            ).start()
        with lane.condition:
            if not lane.waiting:
                lane.ctx.wait(
                    lane.condition, lambda: lane.waiting or lane.stopped, "IteratorGetNext"
                )
            if not lane.waiting:
                raise StopIteration
            result = lane.waiting.popleft()
            lane.condition.notify_all()
        self._ended = result.error.__class__ is StopIteration
        return result.get()


def _fill(lane, walk):
    while not lane.stopped:
        result = _Result().set(walk.__next__)
        with lane.condition:
            while len(lane.waiting) >= lane.limit and not lane.stopped:
                lane.condition.wait()
            lane.waiting.append(result)
            lane.condition.notify_all()
        if result.error.__class__ is StopIteration:
            return
        del result


class ParallelMap(Over):
    """A function of each element, computed by several threads; results keep their order."""

    def __init__(self, ctx, source, function, workers, keeps=True):
        super().__init__(source)
        self._ctx, self._function, self._workers = ctx, function, workers
        self._keeps = keeps
        self._kind = _InOrder

    def quick(self):
        return False

    def cardinality(self):
        return self.source.cardinality() if self._keeps else UNKNOWN

    def unordered(self):
        super().unordered()
        self._kind = _AsReady

    def iterate(self):
        return self._kind(self._ctx, self.source.iterate(), self._function, self._workers)


class _InOrder:
    def __init__(self, ctx, walk, function, workers):
        self._walk, self._function, self._more = walk, function, True
        self._lane = _Lane(ctx, workers)
        self._results = deque()
        weakref.finalize(self, self._lane.stop).atexit = False

    def _start(self):
        for _ in range(self._lane.limit):
            threading.Thread(
                target=_work, args=(self._lane,), daemon=True, name="tf.data map"
            ).start()

    def _submit(self):
        lane = self._lane
        if not self._results:
            self._threads()
        while self._more and len(self._results) < 2 * lane.limit:
            result = _Result()
            try:
                element = next(self._walk)
            except StopIteration:
                self._more = False
                return
            except Exception as error:  # takes its turn
                result.error, result.done = error, True
                self._results.append(result)
                continue
            self._results.append(result)
            with lane.condition:
                lane.waiting.append((result, self._function, element))
                lane.condition.notify()

    def _threads(self):
        if self._lane.limit and not getattr(self, "_started", False):
            self._started = True
            self._start()

    def __next__(self):
        self._submit()
        if not self._results:
            raise StopIteration
        return self._finished().get()

    def _finished(self):
        """Takes the next result, when it is there."""
        result = self._results.popleft()
        self._wait(lambda: result.done)
        return result

    def _wait(self, ready):
        lane = self._lane
        with lane.condition:
            if not ready():
                lane.ctx.wait(lane.condition, lambda: ready() or lane.stopped, "IteratorGetNext")


class _AsReady(_InOrder):
    """The same in the order in which results are ready."""

    def _finished(self):
        self._wait(lambda: any(r.done for r in self._results))
        result = next(r for r in self._results if r.done)
        self._results.remove(result)
        return result


def _work(lane):
    while True:
        with lane.condition:
            while not lane.waiting and not lane.stopped:
                lane.condition.wait()
            if lane.stopped:
                return
            result, function, element = lane.waiting.popleft()
        result.set(functools.partial(function, *element))
        with lane.condition:
            result.done = True
            lane.condition.notify_all()
        del result, element
