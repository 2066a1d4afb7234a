"""Queues as objects of a session: bounded, first in first out, shuffled or ordered by priority.

Whoever must wait leaves an attempt behind. Attempts are served in order of arrival, enqueues and
dequeues each in a line of their own, and are served piece by piece: a dequeue of more elements
than the queue can hold still ends.
"""

import heapq
import os
import threading
from collections import deque

import numpy as np

from headwater._src.core import errors
from headwater._src.xp import philox


class _Attempt:
    """An operation that waits: what it still has to add or to take."""

    __slots__ = ("closes", "done", "error", "items", "needed", "some")

    def __init__(self, items=(), needed=0, some=False, closes=False):
        self.items = deque(items)
        self.needed, self.some, self.closes = needed, some, closes
        self.done, self.error = False, None

    def finish(self, error=None):
        self.done, self.error = True, error


class Queue:
    """A queue of tuples of arrays.

    Attributes:
      name: what errors call it.
      types: NumPy dtypes of a tuple's components.
      shapes: their shapes (None for unknown dimensions), or empty when nothing is said.
      capacity: how many tuples it holds at most; negative for no limit.
    """

    kind = "FIFOQueue"

    def __init__(self, name, types, shapes, capacity):
        self.name, self.types, self.shapes = name, types, shapes
        self.capacity = capacity
        self.closed = False
        self.condition = threading.Condition()
        self._adding, self._taking = deque(), deque()
        self._store = self._new_store()

    # -- how tuples are kept; the subclasses differ here -----------------------------------------

    def _new_store(self):
        return deque()

    def _put(self, item):
        self._store.append(item)

    def _take(self):
        return self._store.popleft()

    def _put_back(self, items):
        self._store.extendleft(reversed(items))

    def _available(self):
        return len(self._store)

    # -- operations ------------------------------------------------------------------------------

    def size(self):
        """How many tuples are in the queue."""
        with self.condition:
            return len(self._store)

    def enqueue(self, ctx, items):
        """Adds tuples; waits while there is no room.

        Raises:
          CancelledError: the queue is closed, or is closed while waiting.
        """
        with self.condition:
            if items:
                self._serve(ctx, self._adding, _Attempt(items=items), "Enqueue operation")
            elif self.closed:
                raise self._is_closed()

    def dequeue(self, ctx, count, some=False):
        """Takes `count` tuples; waits until there are as many.

        Args:
          ctx: the `HostContext`.
          count: how many tuples.
          some: whether fewer will do (but not none) when the queue is closed.

        Returns:
          A list of tuples.

        Raises:
          OutOfRangeError: the queue is closed and has not as many.
        """
        if not count:
            return []
        with self.condition:
            attempt = _Attempt(needed=count, some=some)
            return list(self._serve(ctx, self._taking, attempt, "Dequeue operation").items)

    def shut(self, ctx, cancel_pending):
        """Closes the queue, after those who are waiting to add or, with `cancel_pending`, at once.

        Raises:
          CancelledError: it is closed already.
        """
        with self.condition:
            if cancel_pending:
                self.closed = True
                cancelled = errors.CancelledError(None, None, "Enqueue operation was cancelled")
                while self._adding:
                    attempt = self._adding.popleft()
                    attempt.finish(None if attempt.closes else cancelled)
                self._flush()
                return
            if self.closed:
                raise errors.CancelledError(None, None, f"Queue '{self.name}' is already closed.")
            self._serve(ctx, self._adding, _Attempt(closes=True), "Close operation")

    def _is_closed(self):
        return errors.CancelledError(None, None, f"{self.kind} '{self.name}' is closed.")

    # -- serving attempts ------------------------------------------------------------------------

    def _serve(self, ctx, line, attempt, what):
        """Waits until an attempt is done, which is given back: the one that an earlier turn of the
        same node has left in the line, if there is one.
        """
        kept = ctx.kept()
        if kept is None:
            line.append(attempt)
            self._flush()
        else:
            attempt = kept
        try:
            if not attempt.done:
                ctx.wait(self.condition, lambda: attempt.done, what)
            if attempt.error is not None:
                raise attempt.error
        except ctx.NotYet:
            ctx.keep(attempt, lambda: self._give_up(line, attempt))
            raise
        except BaseException:
            self._withdraw(line, attempt)
            raise
        return attempt

    def _give_up(self, line, attempt):
        with self.condition:
            self._withdraw(line, attempt)

    def _withdraw(self, line, attempt):
        if attempt in line:
            line.remove(attempt)
        if line is self._taking:
            self._put_back(attempt.items)
            attempt.items = deque()
        self._flush()

    def _flush(self):
        """Serves whoever can be served, and wakes them."""
        moved = True
        while moved:
            moved = False
            while self._adding and self._serve_adding(self._adding[0]):
                self._adding.popleft()
                moved = True
            while self._taking:
                before = self._taking[0].needed
                finished = self._serve_taking(self._taking[0])
                moved = moved or finished or self._taking[0].needed != before
                if not finished:
                    break
                self._taking.popleft()
        self.condition.notify_all()

    def _serve_adding(self, attempt):
        if self.closed:
            attempt.finish(None if attempt.closes else self._is_closed())
            return True
        if attempt.closes:
            self.closed = True
        while attempt.items:
            if 0 <= self.capacity <= len(self._store):
                return False
            self._put(attempt.items.popleft())
        attempt.finish()
        return True

    def _serve_taking(self, attempt):
        if self.closed and self._available() < attempt.needed:
            have = self._available()
            if not attempt.some or not (attempt.items or have):
                self._put_back(attempt.items)
                attempt.items = deque()
                attempt.finish(
                    errors.OutOfRangeError(
                        None,
                        None,
                        f"{self.kind} '{self.name}' is closed and has insufficient elements "
                        f"(requested {attempt.needed}, current size {have})",
                    )
                )
                return True
            attempt.needed = have
        while attempt.needed and self._available() > 0:
            attempt.items.append(self._take())
            attempt.needed -= 1
        if attempt.needed:
            return False
        attempt.finish()
        return True

    def close(self):
        """What the session calls when it is closed."""
        with self.condition:
            self.closed = True
            for line, what in ((self._adding, "Enqueue"), (self._taking, "Dequeue")):
                for attempt in line:
                    attempt.finish(
                        errors.CancelledError(None, None, f"{what} operation was cancelled")
                    )
                line.clear()
            self.condition.notify_all()


class ShuffleQueue(Queue):
    """Gives its tuples in random order, and keeps a minimum to choose from.

    The order is TensorFlow's for the same seeds: each dequeue takes one 32-bit Philox number.
    """

    kind = "RandomShuffleQueue"

    def __init__(self, name, types, shapes, capacity, minimum, seed, seed2):
        super().__init__(name, types, shapes, capacity)
        self.minimum, self.seeds = minimum, (seed, seed2)
        if not seed and not seed2:
            seed, seed2 = (int.from_bytes(os.urandom(8), "little", signed=True) for _ in range(2))
        self._state = philox.initial_state(seed, seed2)
        self._words = deque()

    def _new_store(self):
        return []

    def _draw(self):
        if not self._words:
            self._words.extend(np.asarray(philox.words(np, self._state, 64)).tolist())
            self._state = philox.advance(self._state, 16)
        return self._words.popleft()

    def _take(self):
        store = self._store
        i = self._draw() % len(store)
        store[i], store[-1] = store[-1], store[i]
        return store.pop()

    def _put_back(self, items):
        self._store.extend(items)

    def _available(self):
        return len(self._store) - (0 if self.closed else self.minimum)


class PaddingQueue(Queue):
    """Dequeues several tuples of different shapes by filling them up with zeros."""

    kind = "PaddingFIFOQueue"


class PriorityQueue(Queue):
    """Gives the tuple with the smallest first component first; of equal ones the first to come."""

    kind = "PriorityQueue"

    def _new_store(self):
        self._count = 0
        return []

    def _put(self, item):
        self._count += 1
        heapq.heappush(self._store, (int(item[0]), self._count, item))

    def _take(self):
        return heapq.heappop(self._store)[2]

    def _put_back(self, items):
        for item in items:
            self._put(item)
