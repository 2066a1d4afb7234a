"""What is in a staging area: tuples of arrays, first in first out, within limits."""

import threading
from collections import deque

from headwater._src.core import errors


class Store:
    """Tuples that wait to be taken.

    Attributes:
      capacity: how many tuples there may be; 0 for any number.
      memory_limit: how many bytes they may have together; 0 for any number.
    """

    def __init__(self, capacity, memory_limit):
        self.capacity, self.memory_limit = capacity, memory_limit
        self._tuples, self._bytes = deque(), 0
        self._changed = threading.Condition()

    def _room_for(self, size):
        fits = not self.memory_limit or self._bytes + size <= self.memory_limit
        return fits and (not self.capacity or len(self._tuples) < self.capacity)

    def put(self, ctx, values):
        """Adds a tuple; waits while there is no room.

        Raises:
          ResourceExhaustedError: it is larger than all that may be there.
        """
        size = sum(value.nbytes for value in values)
        if self.memory_limit and size > self.memory_limit:
            raise errors.ResourceExhaustedError(
                None,
                None,
                f"Attempted to insert tensors with combined size of '{size}' bytes into Staging "
                f"Area with a memory limit of '{self.memory_limit}'.",
            )
        with self._changed:
            ctx.wait(self._changed, lambda: self._room_for(size), "Stage operation")
            self._tuples.append(values)
            self._bytes += size
            self._changed.notify_all()

    def take(self, ctx):
        """Takes the oldest tuple out; waits until there is one."""
        with self._changed:
            ctx.wait(self._changed, lambda: self._tuples, "Unstage operation")
            values = self._tuples.popleft()
            self._bytes -= sum(value.nbytes for value in values)
            self._changed.notify_all()
        return values

    def peek(self, ctx, index):
        """The tuple at a position, which stays; waits until there are so many."""
        with self._changed:
            ctx.wait(self._changed, lambda: len(self._tuples) > index, "StagePeek operation")
            return self._tuples[index]

    def size(self):
        """How many tuples there are."""
        return len(self._tuples)

    def clear(self):
        """Forgets all."""
        with self._changed:
            self._tuples.clear()
            self._bytes = 0
            self._changed.notify_all()
