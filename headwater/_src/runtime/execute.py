"""Running a step: its segments in order, interpreted or compiled, and the commit of what it
updated.

A segment that touches variables holds the session's lock from reading them to storing them, so an
update is atomic; host segments hold no lock. When a later segment fails, what earlier ones stored
is taken back.

Which tier a segment runs in, and how, is the matter of `runner`; what memory may be shared with
whom, that of `buffers`.
"""

import numpy as np

from headwater._src.compiler.interpret import NodeError
from headwater._src.compiler.partition import partition
from headwater._src.core import errors
from headwater._src.runtime import report, turns
from headwater._src.runtime.buffers import host_copy
from headwater._src.runtime.runner import SegmentRunner

VIEW_FROM = 65_536  # bytes: smaller results are simply copied


class Step:
    """A program bound to a session's state, ready to run.

    Attributes:
      program: the `Program`.
      sub: the `Subgraph` it was made from.
      feeds: the `Feed`s that turn given values into arrays.
      tier: `"auto"`, or `"interpret"` or `"compile"` to have one tier always (environment:
        `HEADWATER_TIER`).
    """

    def __init__(self, program, segments, feeds, resources, make_context, tier="auto", sub=None):
        self.program = program
        self.sub = sub
        self.feeds = feeds
        self.tier = tier
        self._resources = resources
        self._variables = [resources.at(slot.node).variable(slot.key) for slot in program.slots]
        self._template = [None] * program.n_values
        for i, value in program.consts.items():
            self._template[i] = value
        self._make_context = make_context
        initial = {value: (slot, node) for slot, value, node, used in program.state_in if used}
        self._initial = initial
        self.moved = False
        self._runners = self._bound(segments)
        fetched = [i for i in program.fetches if i in initial]
        # Variables fetched as they are: copied before anything runs.
        self._fetched_state = [(i, *initial[i]) for i in dict.fromkeys(fetched)]
        self._can_fail_later = len(segments) > 1
        self._turns = any(segment.turns for segment in segments)
        self._state_values = frozenset(
            i for i in program.fetches if i in initial or any(i == v for _, v in program.state_out)
        )

    def _bound(self, segments):
        initial = self._initial
        return [
            SegmentRunner(
                self,
                segment,
                [(i, *initial[i]) for i in segment.ins if i in initial],
                self._make_context,
            )
            for segment in segments
        ]

    def run_values(self, values):
        """Runs the program as a function: values as they are in, values as they come out."""
        env = self._template[:]
        for i, value in zip(self.program.feeds, values):
            env[i] = value
        if self._turns:
            self._take_turns(env, values, None, None)
        else:
            for runner in self._runners:
                runner.run(env, values, None, None)
        if self.moved:
            self._cut_again()
        return [env[i] for i in self.program.fetches]

    def _take_turns(self, env, values, undo, trace):
        runners = self._runners
        turns.run(
            [runner.segment for runner in runners],
            lambda number: runners[number].run(env, values, undo, trace),
        )

    def _cut_again(self):
        """New segments, after an instruction has turned out to need the host."""
        self.moved = False
        segments = partition(self.program)
        self._can_fail_later = len(segments) > 1
        self._runners = self._bound(segments)

    def run(self, feed_values, trace=None):
        """Runs the step.

        Args:
          feed_values: arrays for `feeds`.
          trace: a `metadata.Recorder` of what ran, or None.

        Returns:
          The list of fetched NumPy values.

        Raises:
          tf.errors.OpError: a node failed; no variable has changed.
        """
        env = self._template[:]
        for i, value in zip(self.program.feeds, feed_values):
            env[i] = value
        copies = None
        if self._fetched_state:
            copies = {}
            with self._resources.lock:
                for i, slot, node in self._fetched_state:
                    copies[i] = host_copy(self._value(slot, node or self.program.slots[slot].node))
        undo = [] if self._can_fail_later else None
        try:
            if self._turns:
                self._take_turns(env, feed_values, undo, trace)
            else:
                for runner in self._runners:
                    runner.run(env, feed_values, undo, trace)
        except BaseException as error:
            if undo:
                self._take_back(undo)
            if isinstance(error, NodeError):
                cause = error.__cause__
                raise report.located(cause, error.node) from (
                    None if isinstance(cause, errors.OpError) else cause
                )
            raise
        if self.moved:
            self._cut_again()
        found = []
        for i in self.program.fetches:
            value = copies[i] if copies is not None and i in copies else env[i]
            found.append(to_host(value, env, self))
        return found

    def _value(self, slot, node):
        value = self._variables[slot].value
        if value is None and node is not None:
            raise report.uninitialized(self.program.slots[slot], node)
        return value

    def current(self, slot):
        """The value of the variable of `program.slots[slot]`, None when it has none."""
        return self._variables[slot].value

    def _take_back(self, undo):
        with self._resources.lock:
            for variable, old, new in reversed(undo):
                if variable.value is new:
                    variable.value = old


def to_host(value, env, step):
    """A fetched value as the program gets it: a writable NumPy array that nobody else holds, or a
    scalar.
    """
    if value.__class__ is not np.ndarray:
        if isinstance(value, np.generic) or isinstance(value, (bytes, str)):
            return value
        if not hasattr(value, "shape"):
            return value
        value = np.array(value)
        return value if value.ndim else value[()]
    if not value.ndim:
        return value[()]
    if value.nbytes < VIEW_FROM or value.base is not None or not value.flags.writeable:
        return value.copy()
    for i in step.program.feeds:
        if env[i] is value:
            return value.copy()
    if any(value is c for c in step.program.consts.values()) or any(
        value is v.value for v in step._variables
    ):
        return value.copy()
    return value
