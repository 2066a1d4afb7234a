"""What a session remembers between steps: variables, random states, and host resources (tables,
queues).

State: `Resources.variables` (`key -> Variable`), `Resources.randoms` (`node -> RandomState`) and
`Resources.objects` (`(kind, container, name) -> object`). `lock` guards reading, handing to a
compiled region and storing variables; it is never held while a host kernel runs.
"""

import os
import threading
import time

import numpy as np

from headwater._src.core import errors
from headwater._src.runtime import deadline, turns
from headwater._src.xp import philox


class Variable:
    """A variable's current value: None (uninitialized), a NumPy array or a JAX array; never changed
    in place.
    """

    __slots__ = ("value",)

    def __init__(self):
        self.value = None


class RandomState:
    """The Philox state of one random node in one session."""

    __slots__ = ("_lock", "_state")

    def __init__(self, seed, seed2):
        if not seed and not seed2:
            seed, seed2 = (int.from_bytes(os.urandom(8), "little", signed=True) for _ in range(2))
        self._state = philox.initial_state(seed, seed2)
        self._lock = threading.Lock()

    def take(self, draw, count):
        """`draw(state)`; then moves the state on by `count(result)` counters."""
        with self._lock:
            result = draw(self._state)
            self._state = philox.advance(self._state, count(result))
        return result

    def rewind(self, state):
        """Goes back to an earlier state, to draw the same numbers again."""
        with self._lock:
            self._state = state

    def restart(self, seed, seed2):
        """Goes back to the beginning, when there are seeds that say where that is."""
        if seed or seed2:
            self.rewind(philox.initial_state(seed, seed2))

    def reserve(self, count):
        """The state, which is moved on by `count` counters."""
        with self._lock:
            state = self._state
            self._state = philox.advance(state, count)
        return state


class Resources:
    """Everything a session keeps; the servers of a cluster keep one for several sessions."""

    def __init__(self):
        self.lock = threading.RLock()
        self.variables = {}
        self.randoms = {}
        self.objects = {}
        self._objects_lock = threading.Lock()
        self._waiting = {}  # condition -> how many threads wait for it
        self._waiting_lock = threading.Lock()
        self._cleared = 0

    def at(self, node):
        """What the task of a cluster keeps that a node belongs to; here everything is in one place.

        Args:
          node: an `Operation`.
        """
        return self

    def variable(self, key):
        """The `Variable` stored under `(container, name)`, made when it is new."""
        found = self.variables.get(key)
        if found is None:
            found = self.variables.setdefault(key, Variable())
        return found

    def random(self, node):
        """The `RandomState` of a random node."""
        found = self.randoms.get(node)
        if found is None:
            fresh = RandomState(node.attrs.get("seed", 0), node.attrs.get("seed2", 0))
            found = self.randoms.setdefault(node, fresh)
        return found

    def object(self, key, make):
        """The host resource stored under `key`, made by `make()` when it is new."""
        with self._objects_lock:
            if key not in self.objects:
                self.objects[key] = make()
            return self.objects[key]

    def cancel(self):
        """Cancels the host kernels that wait for another thread."""
        self._cleared += 1
        with self._waiting_lock:
            waiting = list(self._waiting)
        for condition in waiting:
            with condition:
                condition.notify_all()

    def clear(self):
        """Forgets everything; host kernels that wait for another thread are cancelled."""
        self.cancel()
        with self.lock, self._objects_lock:
            self.variables.clear()
            self.randoms.clear()
            for item in self.objects.values():
                close = getattr(item, "close", None)
                if callable(close):
                    close()
            self.objects.clear()

    def wait(self, condition, ready, what, until=None):
        """Waits until `ready()`, or raises `NotYet` at a time; see `HostContext.wait`."""
        cleared = turns.at_first(self, self._cleared)
        with self._waiting_lock:
            self._waiting[condition] = self._waiting.get(condition, 0) + 1
        try:
            while not ready():
                if self._cleared != cleared:
                    raise errors.CancelledError(None, None, f"{what} was cancelled")
                deadline.check()
                left = deadline.remaining()
                if until is not None:
                    moment = until - time.monotonic()
                    if moment <= 0:
                        raise turns.NotYet
                    left = moment if left is None else min(left, moment)
                condition.wait(left)
        finally:
            with self._waiting_lock:
                self._waiting[condition] -= 1
                if not self._waiting[condition]:
                    del self._waiting[condition]


class HostContext:
    """What a host kernel gets besides its inputs.

    Attributes:
      node: the `Operation` being run.
      resources: the session's `Resources`.
      session: the session, for kernels that run something themselves.
    """

    __slots__ = ("node", "resources", "session")

    NotYet = turns.NotYet

    def __init__(self, node, resources, session):
        self.node, self.resources, self.session = node, resources, session

    def wait(self, condition, ready, what="The operation"):
        """Waits, holding `condition`, until `ready()` is true: how a host kernel waits for another
        thread.

        Args:
          condition: a `threading.Condition` that the caller holds and that whoever changes `ready`
            notifies.
          ready: function without arguments.
          what: how the operation is called in an error, such as `"Dequeue operation"`.

        Raises:
          DeadlineExceededError: the step's time is over (`RunOptions.timeout_in_ms`).
          CancelledError: the session was closed.
          NotYet: other nodes of the step go on; the kernel is called again later. What it has
            begun may be left with `keep`.
        """
        self.resources.wait(condition, ready, what, turns.patience(self.node))

    def keep(self, begun, give_up):
        """Leaves what the kernel has begun until it is called again in the same step.

        Args:
          begun: any object but None.
          give_up: function that is called if the step fails before.
        """
        turns.keep(self.node, begun, give_up)

    def kept(self):
        """What the last call in the same step has left with `keep`, or None."""
        return turns.kept(self.node)

    def function(self, function):
        """A graph function, the value of an attr, as a function of the list of its inputs that
        gives the list of its results.
        """
        from headwater._src.runtime import functions

        return functions.runner(self.session, self.resources, self.node, function)

    def elementwise(self, function, *inputs):
        """`function` applied element by element to object arrays, with broadcasting."""
        arrays = np.broadcast_arrays(*inputs)
        out = np.empty(arrays[0].shape, np.object_)
        flat = out.reshape(-1)
        for i, items in enumerate(zip(*(a.reshape(-1) for a in arrays))):
            flat[i] = function(items)
        return out
