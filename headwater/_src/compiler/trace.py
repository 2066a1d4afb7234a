"""Running instructions on values that JAX traces: the part of lowering that segments and bodies
share.
"""

import numpy as np

from headwater._src.compiler.interpret import NodeError, numpy_type, sample_count
from headwater._src.core import dtypes
from headwater._src.graph.inference import FOLD_LIMIT, group
from headwater._src.xp import jax_masked, jax_xp, numpy_xp

LARGE_CONSTANT = (
    16384  # elements: larger constants are arguments, or XLA would chew on them while compiling
)


class NeedsStatic(Exception):
    """A kernel needs values that were traced: carries the inputs (of the segment or body) that
    decide them.
    """

    def __init__(self, ids):
        super().__init__(ids)
        self.ids = frozenset(ids)


class MoveToHost(Exception):
    """An instruction cannot be compiled; its `where` now says that it runs on the host."""

    def __init__(self, instr, why):
        super().__init__(f"{instr.node.name}: {why}")
        instr.where = "host"


class HasErrors(Exception):
    """Tracing met a check although the state was to be donated."""


class Tracer:
    """Runs the instructions of a segment, or of a body, on traced values.

    Attributes:
      env: value id -> value; filled in by `run`.
      states: random node -> its Philox state.
      counts: random node -> how many counters it takes.
      inside: whether this is a body, whose random nodes may run again: then `states` moves on.
      failed: whether a check has failed, so that rows are not to be changed; True where only checks
        matter; None where the old values of variables are kept anyway.
    """

    def __init__(self, instrs, consts, env, states, inside, failed=None):
        self.instrs, self.consts, self.env = instrs, consts, env
        self.states, self.inside, self.failed = states, inside, failed
        self.counts = {}
        self._masks = {}  # by the value id that `masked.Masked` names

    def run(self, instrs=None):
        """Runs all instructions, or some of them."""
        env, consts = self.env, self.consts
        for instr in self.instrs if instrs is None else instrs:
            values = [None if i < 0 else env[i] if i in env else consts[i] for i in instr.ins]
            if instr.function is not None:
                self._function(instr, values)
            else:
                self._instruction(instr, values)

    def trial(self):
        """A tracer that goes on from here, only to see what is checked."""
        trial = Tracer(
            self.instrs, self.consts, dict(self.env), dict(self.states), self.inside, True
        )
        trial._masks = self._masks
        return trial

    def get(self, i):
        """The value with id `i`."""
        return self.env[i] if i in self.env else self.consts[i]

    def _function(self, instr, values):
        from headwater._src.compiler import trace_control

        try:
            results = trace_control.run(self, instr, values)
        except jax_xp.NeedsHost as error:
            raise MoveToHost(instr, error) from None
        self._store(instr, results)

    def _instruction(self, instr, values):
        node = instr.node
        op = node.op
        attrs = op.kernel_arguments(node)
        concrete = (
            op.kind == "kernel"
            and instr.masked is None
            and all(is_array(v) for v in values)
            and not (op.lists and _has_lists(node))
        )
        try:
            if op.kind == "sample":
                self._require_static(op, instr, values)
                result = op.fn(jax_xp, self.states[node], *group(op, values, node.attrs), **attrs)
                self.counts[node] = sample_count(op, result, attrs)
                if self.inside:
                    self.states[node] = jax_xp.advance(self.states[node], self.counts[node])
            elif concrete and sum(np.size(v) for v in values) <= FOLD_LIMIT:
                with np.errstate(all="ignore"):
                    result = op.fn(numpy_xp, *group(op, values, node.attrs), **attrs)
                if _elements(result) > LARGE_CONSTANT:
                    result = op.fn(jax_xp, *group(op, values, node.attrs), **attrs)
            else:
                self._require_static(op, instr, values)
                result = self._kernel(instr)(jax_xp, *group(op, values, node.attrs), **attrs)
        except (NeedsStatic, HasErrors, MoveToHost):
            raise
        except jax_xp.NeedsHost as error:
            raise MoveToHost(instr, error) from None
        except jax_xp.NeedsValue as error:
            # The kernel could not do without the value after all (the bounds of a range, not a
            # single index).
            ids = [i for i, v in zip(instr.ins, values) if v is error.tracer]
            raise NeedsStatic(self.sources(ids)) from None
        except Exception as error:
            raise NodeError(node) from error
        listed = len(instr.outs) > 1 or isinstance(result, (tuple, list))
        self._store(instr, result if listed else (result,))

    def _kernel(self, instr):
        """The kernel of an instruction; another one where a mask says what rows there are."""
        op, masked = instr.node.op, instr.masked
        role = None if masked is None else masked.role
        if role == "source":

            def run(xp, *inputs, **attrs):
                *results, self._masks[masked.source] = op.masked_fn(xp, *inputs, **attrs)
                return results

        elif role == "inside":

            def run(xp, *inputs, **attrs):
                with jax_xp.collect_errors():
                    return op.fn(xp, *inputs, **attrs)

        elif role == "update" or op.rows is not None and self.failed is not None:
            there = True if role is None else self._masks[masked.source]
            if self.failed is not None:
                there = False if self.failed is True else there & ~self.failed

            def run(xp, *inputs, **attrs):
                return op.fn(jax_masked.only_where(there), *inputs, **attrs)

        else:
            return op.fn
        return run

    def _store(self, instr, results):
        if not instr.outs:
            return
        for i, value, dtype in zip(instr.outs, results, instr.out_types, strict=True):
            expected = numpy_type(dtype)
            if expected is None or isinstance(value, jax_xp.Absent):
                self.env[i] = value
            elif is_array(value):
                self.env[i] = np.asarray(value).astype(expected, copy=False)
            else:
                same = getattr(value, "dtype", None) == expected
                self.env[i] = value if same else jax_xp.cast(value, expected)

    def _require_static(self, op, instr, values):
        if not op.static:
            return
        grouped = group(op, list(zip(instr.ins, values)), instr.node.attrs)
        missing = []
        for name, value in zip(op.input_names, grouped):
            if name in op.static:
                pairs = [value] if isinstance(value, tuple) else value
                missing += [i for i, v in pairs if v is not None and not is_array(v)]
        if missing:
            raise NeedsStatic(self.sources(missing))

    def sources(self, ids):
        """The inputs that the traced values `ids` are made from.

        Raises:
          MoveToHost: there are none: a loop or branch made them, which has to run before the rest
            is compiled.
        """
        made_by = {v: instr for instr in self.instrs for v in instr.outs}
        found, stack, seen, functions = set(), list(ids), set(), []
        while stack:
            i = stack.pop()
            if i in seen or i < 0 or i in self.consts or is_array(self.env.get(i)):
                continue
            seen.add(i)
            if i in made_by:
                instr = made_by[i]
                if instr.node.op.kind == "sample":
                    raise NodeError(instr.node) from NotImplementedError(
                        "a shape or axis that depends on random numbers cannot be compiled"
                    )
                if instr.function is not None:
                    functions.append(instr)
                    if instr.function.form == "loop":
                        continue
                stack.extend(instr.ins)
            else:
                found.add(i)
        if functions and (not found or any(f.function.form == "loop" for f in functions)):
            raise MoveToHost(functions[0], "a shape depends on its result")
        return found


def _has_lists(node):
    return any(t.dtype.base_dtype is dtypes.variant for t in (*node.inputs, *node.outputs))


def is_array(value):
    """Whether a value is concrete: a NumPy array."""
    return isinstance(value, (np.ndarray, np.generic))


def _elements(result):
    return sum(np.size(r) for r in result) if isinstance(result, (tuple, list)) else np.size(result)
