"""Running one segment: interpreted or compiled, with the commit of the variables it updates.

State: a `SegmentRunner` keeps, for each signature (shapes of its inputs), how much interpreting it
has cost so far, and the executable once there is one. The choice between the tiers rests on these
counts and on estimates, never on a clock.
"""

import contextlib
import threading
import time

import numpy as np

from headwater._src.compiler import control, cost
from headwater._src.compiler.functional import samples_of
from headwater._src.compiler.interpret import NodeError, interpreter
from headwater._src.core import errors, logging
from headwater._src.runtime import deadline
from headwater._src.runtime.buffers import LISTS, feed_safe, host_copy, on_device, on_host
from headwater._src.xp.numpy_threads import one_thread

COMPILE_FIXED = 60_000.0  # microseconds of interpreting that one compilation is worth ...
COMPILE_PER_NODE = 1_500.0  # ... and more of them the more there is to trace and compile
AT_ONCE = 400_000.0  # a first run expected to take longer than this is compiled right away
LONG_LOOP = 1_000  # iterations of loops that are interpreted before the segment is compiled
VARIETY = 8  # executables of one segment after which each further one has to earn twice as much
KEPT = 32  # executables of one segment that are kept; the one unused for longest goes
STATIC_LIMIT = 16  # distinct values of a static input before a segment is interpreted for good

control.between_iterations.append(deadline.check)


class SegmentRunner:
    """One segment of a step."""

    def __init__(self, step, segment, reads, make_context):
        self.step, self.segment, self.reads = step, segment, reads
        self._resources = step._resources
        self._make_context = make_context
        self._interpreter = None
        self._entries = {}
        self._said = set()  # kinds of warnings that the program has had of this segment
        self._compiled = {}  # the entries with an executable, the one used last at the end
        self._static = frozenset()
        self._static_keys = set()
        self._always_interpret = segment.where == "host"
        self._others = tuple(i for i in segment.ins if i not in {r[0] for r in reads})
        self._shapes_vary = [i for i, slot, _ in reads if not _known(step.program.slots[slot].dims)]
        self._loops = any(
            i.function is not None and i.function.form == "loop" for i in segment.instrs
        )
        self._hasty = None
        if (
            self._loops
            and step.tier == "auto"
            and not self._always_interpret
            and not any(samples_of(segment.instrs))
        ):
            self._patience = control.Patience()
            self._hasty = interpreter(
                segment, make_context, self._resources.random, patience=self._patience
            )
        # Variables that need not have a value: compiled code has no way to say so.
        self._optional = [slot for _, slot, node in reads if node is None]
        self._call_cost = cost.compiled_call(segment)
        self._worth = COMPILE_FIXED + COMPILE_PER_NODE * len(segment.instrs)
        self._touches_state = bool(reads or segment.commits)
        # A host op may wait for other threads; what holds for the process is left alone then.
        self._multiplies = not self._always_interpret and any(
            i.node.op.cost_fn is not None for i in segment.instrs
        )
        self._first = threading.Lock()  # held while compiling, which happens once for each entry

    def run(self, env, feed_values, undo, trace):
        """Runs the segment on `env`; commits the variables it updates."""
        if trace is not None:
            trace.before(self.segment)
        if self._always_interpret:
            if not self._touches_state:
                self._interpret(env, trace)
                return
            with self._resources.lock:
                self._load(env)
            self._interpret(env, trace)
            with self._resources.lock:
                self._commit(env, undo)
        elif self._touches_state:
            with self._resources.lock:
                self._execute(self._choose(env, feed_values), env, undo, trace)
        else:
            self._execute(self._choose(env, feed_values), env, undo, trace)

    def _choose(self, env, feed_values):
        """The executable to use, or None to interpret."""
        if self._optional and any(self.step.current(slot) is None for slot in self._optional):
            return None
        if self._loops and deadline.remaining() is not None:
            return None  # a compiled loop could not be left in time
        entry = self._entry(env)
        executable = entry.executable  # read once: another thread may let go of it
        if executable is None:
            return None if entry.never else self._consider(entry, env, feed_values)
        if len(self._compiled) > VARIETY:
            self._compiled[entry] = self._compiled.pop(entry, None)
        return executable

    # -- choosing a tier -------------------------------------------------------------------------

    def _entry(self, env):
        key = tuple([env[i].shape for i in self._others])
        if self._shapes_vary:
            key += tuple(
                [
                    np.shape(self.step._variables[slot].value)
                    for i, slot, _ in self.reads
                    if i in self._shapes_vary
                ]
            )
        if self._static:
            key += self._static_key(env)
        entry = self._entries.get(key)
        if entry is None:
            entry = self._entries[key] = _Entry()
        return entry

    def _static_key(self, env):
        parts = []
        for i in self._static:
            value = np.asarray(self._current(env, i))
            parts.append((value.shape, value.tobytes()))
        return tuple(parts)

    def _current(self, env, i):
        for read, slot, node in self.reads:
            if read == i:
                return self.step._value(slot, node)
        return env[i]

    def _consider(self, entry, env, feed_values):
        """Interprets while that is cheaper than compiling; else gives the executable."""
        tier = self.step.tier
        if tier == "compile":
            return self._compile(entry, env)
        if tier == "interpret":
            entry.never = True
            return None
        if entry.cost is None:
            guess = cost.segment_cost(
                self.segment,
                self.step.program,
                cost.static_shapes(self.step.program, [np.shape(v) for v in feed_values]),
            )
            entry.cost = guess
            if guess < 1.2 * self._call_cost:
                entry.never = True
                return None
            entry.spent = 0.0
            if guess < AT_ONCE * self._reluctance():
                entry.spent = guess
                return None
        elif entry.spent + entry.cost < self._worth * self._reluctance():
            entry.spent += entry.cost
            return None
        return self._compile(entry, env)

    def _reluctance(self):
        """How much more an executable has to earn than the first one: shapes that keep changing
        make it unlikely that this one comes back often.
        """
        return 2.0 ** (len(self._compiled) // VARIETY)

    def _keep(self, entry):
        """Counts an entry among the compiled ones, and lets go of the one unused for longest."""
        self._compiled[entry] = None
        if len(self._compiled) > VARIETY:
            self._warn_once(
                "shapes",
                f"a step has been compiled for {VARIETY + 1} different shapes of "
                f"{self._varying_names()}; each costs time and memory, so further ones are mostly "
                "interpreted. Batches of one size avoid that",
            )
        if len(self._compiled) > KEPT:
            oldest = next(iter(self._compiled))
            del self._compiled[oldest]
            oldest.executable, oldest.spent = None, 0.0

    def _varying_names(self):
        """What differs in shape between the signatures seen."""
        shapes = list(zip(*self._entries))[: len(self._others)]
        varying = {i for i, seen in zip(self._others, shapes) if len(set(seen)) > 1}
        return self._names(varying)

    def _compile(self, entry, env):
        with self._first:
            return entry.executable or self._new_executable(entry, env)

    def _new_executable(self, entry, env):
        from headwater._src.compiler.lower import Executable

        if self._static and len(self._static_keys) >= STATIC_LIMIT:
            self._warn_once(
                "static",
                f"{len(self._static_keys)} different values of "
                f"{self._names(self._static)} decide shapes in one step; further ones are interpreted",
            )
            entry.never = True
            return None
        made = dict(self.segment.commits)
        donated = {i: made[slot] for i, slot, _ in self.reads if slot in made}
        static = {i: np.asarray(self._current(env, i)) for i in self._static}
        if static:
            self._static_keys.add(self._static_key(env))
        if not self.segment.last:
            donated = {}
        executable = Executable(self.segment, self.step.program, donated, static)
        entry.executable = executable
        if self.step.tier == "auto":
            self._keep(entry)
        return executable

    def _warn_once(self, kind, text):
        if kind not in self._said:
            self._said.add(kind)
            logging.warn(text)

    def _names(self, ids):
        program = self.step.program
        names = {value: feed.tensor.name for value, feed in zip(program.feeds, self.step.feeds)}
        names.update({i: program.slots[slot].key[1] for i, slot, _ in self.reads})
        return ", ".join(sorted(names.get(i, "a computed value") for i in ids))

    # -- running ---------------------------------------------------------------------------------

    def _execute(self, executable, env, undo, trace):
        if executable is not None:
            self._call(executable, env, undo, trace)
            return
        self._load(env)
        if self._hasty is not None and trace is None and deadline.remaining() is None:
            entry = self._entry(env)
            if not entry.never:
                self._patience.left = LONG_LOOP
                try:
                    self._interpret(env, trace, self._hasty)
                    self._commit(env, undo)
                except control.LongLoop:  # nothing has been stored yet: start again, compiled
                    entry.spent = self._worth
                    self._execute(self._compile(entry, env), env, undo, trace)
                return
        self._interpret(env, trace)
        self._commit(env, undo)

    def _interpret(self, env, trace, run=None):
        if self._interpreter is None:
            self._interpreter = interpreter(
                self.segment,
                self._make_context,
                self._resources.random,
                make_body=self._make_body(),
            )
        for i in self._others:  # what compiled segments made arrives as NumPy
            value = env[i]
            if value is not None and not isinstance(value, (np.ndarray, np.generic)):
                env[i] = on_host(value)
        threads = one_thread if self._multiplies else _as_they_are
        with np.errstate(all="ignore"), threads:
            if trace is None or trace.observe is None:
                (run or self._interpreter)(env)
            else:
                interpreter(
                    self.segment, self._make_context, self._resources.random, trace.observe
                )(env)

    def _make_body(self):
        """How bodies are run: on the host, as steps of their own, whose parts may be compiled."""
        if not self._always_interpret:
            return None
        from headwater._src.runtime.body_steps import body_runner

        return lambda program: body_runner(
            program, self._resources, self._make_context, self.step.tier
        )

    def _load(self, env):
        for i, slot, node in self.reads:
            value = self.step._value(slot, node)
            if value is not None and not isinstance(value, (np.ndarray, np.generic)):
                # Another thread may give this buffer to a compiled step, which reuses it.
                value = np.array(value)
            env[i] = value

    def _commit(self, env, undo):
        variables = self.step._variables
        for slot, i in self.segment.commits:
            variable = variables[slot]
            new = env[i]
            if isinstance(new, np.ndarray) and (new.base is not None or self._is_foreign(new, env)):
                new = new.copy()  # the variable must not share memory with what the program holds
            if undo is not None:
                undo.append((variable, variable.value, new))
            variable.value = new

    def _is_foreign(self, array, env):
        return any(array is env[i] for i in self.step.program.feeds)

    def _call(self, executable, env, undo, trace):
        from headwater._src.compiler.lower import MoveToHost, NeedsStatic

        step = self.step
        variables, array = step._variables, executable.array
        values = []
        try:
            for i, slot in executable.plan or self._plan(executable):
                value = env[i] if slot is None else variables[slot].value
                if value.__class__ is not array:
                    value = self._argument(i, slot, value)
                values.append(value)
        except NotImplementedError:  # a list whose elements differ
            self._execute(None, env, undo, trace)
            return
        started = time.time_ns() if trace is not None else 0
        first = not executable.settled
        try:
            outs, failed, keys = self._launch(executable, values)
        except NeedsStatic as needed:
            self._specialise(needed.ids)
            entry = self._entry(env)
            self._execute(entry.executable or self._compile(entry, env), env, undo, trace)
            return
        # a branch or loop that Python has to drive; from the next run on it is apart
        except MoveToHost:
            self._entry(env).never = step.moved = True
            self._execute(None, env, undo, trace)
            return
        except (NodeError, RuntimeError) as error:
            if not first or step.tier == "compile":
                raise
            self._give_up(error, env)
            self._execute(None, env, undo, trace)
            return
        if failed is not None and bool(failed):
            self._explain(executable, keys, env, outs)
        for i, value in zip(executable.outs, outs):
            env[i] = value
        if trace is not None and trace.observe is not None:
            trace.compiled(self.segment, started, [env[i] for i in self.segment.outs])
        for slot, i in self.segment.commits:
            variable = step._variables[slot]
            if undo is not None:
                undo.append((variable, variable.value, env[i]))
            variable.value = env[i]
            if i in step._state_values:
                env[i] = host_copy(env[i])  # before another thread's step reuses the buffer

    def _plan(self, executable):
        """For each argument its value id, and the variable whose value it is, if any."""
        slots = {i: slot for i, slot, _ in self.reads}
        executable.plan = [(i, slots.get(i)) for i in executable.arguments]
        return executable.plan

    def _argument(self, i, slot, value):
        """What is not on the device yet, for an executable."""
        if slot is None:
            return feed_safe(value) if not isinstance(value, LISTS) else on_device(value)
        if value is None:  # some variable has no value: the first one read is named
            for _, read, node in self.reads:
                self.step._value(read, node)
        if isinstance(value, (np.ndarray, np.generic)):
            from headwater._src.compiler.lower import device_array

            value = self.step._variables[slot].value = device_array(value)
        return value

    def _launch(self, executable, values):
        """Calls the executable: `(outs, error flag, Philox states it used)`."""
        if executable.settled:
            keys = self._keys(executable, executable.counts)
            outs, failed, states = executable(values, keys)
            if states:
                self._settle(executable, states)
            executable.settled = True  # only now: others must not draw what this run has drawn
            return outs, failed, keys
        with self._first:  # one thread traces; only then is it known how many numbers a run takes
            if executable.settled:
                return self._launch(executable, values)
            keys = self._keys(executable, [0] * len(executable.samples))
            outs, failed, states = executable(values, keys)
            self._keys(executable, executable.counts)
            self._settle(executable, states)
            executable.settled = True  # only now: others must not draw what this run has drawn
            return outs, failed, keys

    def _settle(self, executable, states):
        """Random nodes in branches and loops go on from where the run has left them."""
        for node, state in zip(executable.samples[-len(states) :], states):
            self._resources.random(node).rewind(np.asarray(state))

    def _keys(self, executable, counts):
        """The states of the random nodes, which are moved on by `counts`."""
        if not executable.samples:
            return None
        return np.stack(
            [
                self._resources.random(node).reserve(count)
                for node, count in zip(executable.samples, counts)
            ]
        )

    def _give_up(self, error, env):
        """Interprets for good what cannot be compiled; bad data is then reported by the
        interpreter.
        """
        entry = self._entry(env)
        entry.executable, entry.never = None, True
        cause = error.__cause__ or error
        if not isinstance(cause, errors.OpError):
            where = f" at node {error.node.name}" if isinstance(error, NodeError) else ""
            self._warn_once(
                "compile",
                f"a step is interpreted because it could not be compiled{where}: "
                f"{type(cause).__name__}: {str(cause).splitlines()[0] if str(cause) else ''}",
            )

    def _specialise(self, ids):
        """Makes some inputs part of the key, since shapes inside depend on their values."""
        self._static = tuple(sorted(set(self._static) | ids))
        self._entries, self._compiled = {}, {}

    def _explain(self, executable, keys, env, outs):
        """Repeats a compiled run that found bad data on NumPy, whose kernels say what is wrong."""
        if executable.donates:  # the old values are in other memory now
            old = dict(zip(executable.donated, outs))
            for i, slot, _ in self.reads:
                if i in old:
                    self.step._variables[slot].value = old[i]
        for node, key in zip(executable.samples, () if keys is None else keys):
            self._resources.random(node).rewind(key)
        self._load(env)
        self._interpret(env, None)
        raise errors.InternalError(
            None,
            None,
            "a check failed in a compiled region, but not when the region was repeated in NumPy; "
            "please report this with the program",
        )


class _Entry:
    """What a segment knows of one signature."""

    __slots__ = ("executable", "cost", "spent", "never")

    def __init__(self):
        self.executable, self.cost, self.spent, self.never = None, None, 0.0, False


_as_they_are = contextlib.nullcontext()


def _known(dims):
    return dims is not None and None not in dims
