"""The compiling tier: a segment is traced through its kernels on JAX and becomes one XLA
executable.

Namespaces are chosen per node: NumPy when every input is concrete and small, JAX otherwise, so
shape arithmetic is done while tracing. A kernel that needs the value of a traced input (`static`)
makes the tracing start again with the segment inputs that decide the value given as constants; they
become part of the executable's key.
"""

import functools
import operator
import os
import threading

import jax
import numpy as np

from headwater._src.compiler import improve, memory
from headwater._src.compiler.trace import (
    LARGE_CONSTANT,
    HasErrors,
    MoveToHost as MoveToHost,
    NeedsStatic as NeedsStatic,
    Tracer,
)
from headwater._src.xp import jax_xp

# YNNPACK runs products of matrices, which it does up to five times as fast as Eigen where a factor
# is transposed, and nothing with them: what it fuses with them (without `INDIVIDUAL`), jaxlib 0.10.2
# computes wrongly. Convolutions are Eigen's; of filter gradients YNNPACK makes twice the time.
_PLAIN = {
    "xla_cpu_experimental_ynn_fusion_type": "LIBRARY_FUSION_TYPE_INDIVIDUAL_DOT",
    # Or a variable that is read and then updated would be copied first, for fear of the order.
    "xla_cpu_copy_insertion_use_region_analysis": True,
}
_OPTIONS = {**_PLAIN, **improve.OPTIONS}

_setup_lock = threading.Lock()
_is_set_up = False
_options_known = True  # until this jaxlib has refused them


class Executable:
    """A segment compiled for given shapes and given values of its static inputs.

    Attributes:
      outs: ids of the results, in the order of a call's results.
      samples: the random nodes; the last `nested` of them are in bodies.
      counts: for each random node, how many Philox counters a run takes; None before the first
        call. Of nodes in bodies a run itself says it.
      array: the class of its arguments and results, jax's own.
      plan: where the caller finds the arguments; None until he has made it.
      settled: whether a first call has ended, so that `counts` hold and its numbers are taken.
      checks: whether the result carries an error flag.
      donates: whether the old values of updated variables are given up by a call. Where a check has
        failed, the results hold the old values again.
    """

    def __init__(self, segment, program, donated, static, device=None):
        self.segment, self.program = segment, program
        self.static = static
        self.samples = [instr.node for instr in segment.instrs if instr.node.op.kind == "sample"]
        inside = dict.fromkeys(
            node
            for instr in segment.instrs
            if instr.function is not None
            for node in instr.function.samples
        )
        self.nested = len(inside)
        self.samples.extend(inside)
        used = [i for i in segment.ins if i not in static]
        self.donated = tuple(i for i in used if i in donated)
        # JAX gives the memory of a donated argument to the first result of its shape: results are
        # put in the order of the arguments, or variables of one shape change places by copies.
        self.outs = tuple(dict.fromkeys([*(donated[i] for i in self.donated), *segment.outs]))
        self.arguments = self.donated + tuple(i for i in used if i not in donated)
        big = [
            i
            for i in dict.fromkeys(i for instr in segment.instrs for i in instr.ins)
            if i in program.consts and np.size(program.consts[i]) > LARGE_CONSTANT
        ]
        self.constants = tuple(big)
        self.counts = None
        self.settled = False
        self.checks = False
        self.donates = bool(self.donated)
        self.device = device
        self._guarded = False
        self._improves = True
        self.plan = None
        set_up()
        self.array = type(jax.device_put(np.int32(0), device))
        self._held = [jax.device_put(program.consts[i], device) for i in big]
        self._make()

    def _make(self):
        donate = tuple(range(len(self.donated))) if self.donates else ()
        trace, options = self._trace, _compiler_options(self.device)
        if options is not None and self._improves:
            trace = improve.improved(trace)
        elif options is not None:
            options = _PLAIN
        self.jitted = jax.jit(trace, donate_argnums=donate, compiler_options=options)

    def __call__(self, values, keys):
        """Runs the segment.

        Args:
          values: the values of `arguments`.
          keys: uint32 array `[random nodes, 6]` of Philox states, None where there are none.

        Returns:
          `(outs, error, states)`: the values of `outs` as JAX arrays, the error flag
            or None, and
          the states that the nested random nodes end in.
        """
        try:
            return self._parted(self._call(values, keys))
        except HasErrors:
            # First keep the old values by the way of tracing; where that is not possible, keep them.
            self._guarded = self.donates = not self._guarded
            self._make()
            return self(values, keys)

    def _parted(self, results):
        failed, states = None, ()
        if self.checks:
            *results, failed = results
        if self.nested:
            results, states = results[: -self.nested], results[-self.nested :]
        return results, failed, states

    def _call(self, values, keys):
        global _options_known
        try:
            return self.jitted(*values, *self._held, keys)
        except jax.errors.JaxRuntimeError as e:
            if self._improves and improve.BARRIER in str(e):  # in code that cannot have one
                self._improves = False
                self._make()
                return self._call(values, keys)
            # Compiler options come and go between versions; the program must run without them too.
            if not _options_known or not any(name in str(e) for name in _OPTIONS):
                raise
            _options_known = False
            self._make()
            return self.jitted(*values, *self._held, keys)

    def _trace(self, *arguments):
        env = dict(self.static)
        env.update(zip(self.arguments + self.constants, arguments))
        tracer = Tracer(
            self.segment.instrs,
            self.program.consts,
            env,
            {node: arguments[-1][k] for k, node in enumerate(self.samples)},
            False,
        )
        with jax_xp.collect_errors() as flags:
            if self._guarded:
                self._check_first(tracer, flags)
            else:
                tracer.run()
        self.checks = bool(flags)
        if flags and self.donates and not self._guarded:
            raise HasErrors
        self.counts = [tracer.counts.get(node, 0) for node in self.samples]
        # JAX hands an argument that is also a result through as it is; a variable must own its
        # memory.
        given = {id(a) for a in arguments}
        outs = [jax_xp.copy(env[i]) if id(env[i]) in given else env[i] for i in self.outs]
        if self._guarded:
            for k, i in enumerate(self.donated):
                if not self._changes_rows_only(i, self.outs[k]):
                    outs[k] = jax_xp.where(tracer.failed, env[i], outs[k])
        outs += [tracer.states[node] for node in self.samples[len(self.samples) - self.nested :]]
        return (*outs, _any_of(flags)) if flags else tuple(outs)

    def _check_first(self, tracer, flags):
        """Traces everything so that updates depend on all checks.

        What comes before the updates is traced once. The others are traced twice: first only what
        they check.

        Raises:
          HasErrors: something that depends on an update is checked.
        """
        instrs = self.segment.instrs
        late = _with_consumers(instrs, lambda instr: instr.node.op.kind == "update")
        tracer.run([instr for instr in instrs if id(instr) not in late])
        late = [instr for instr in instrs if id(instr) in late]
        trial = tracer.trial()
        for instr in late:
            before = len(flags)
            trial.run([instr])
            if len(flags) > before and instr.node.op.kind != "update":
                raise HasErrors
        tracer.failed = _any_of(flags)
        with jax_xp.collect_errors():
            tracer.run(late)

    def _changes_rows_only(self, old, new):
        """Whether a variable's new value differs from the old one by updates of rows."""
        made_by = {v: instr for instr in self.segment.instrs for v in instr.outs}
        while new != old:
            instr = made_by.get(new)
            if instr is None or instr.node.op.rows is None:
                return False
            new = instr.ins[instr.node.op.updates[instr.outs.index(new)]]
        return True


def _with_consumers(instrs, chosen):
    """The ids of the instructions that are `chosen`, or need one that is."""
    found, values = set(), set()
    for instr in instrs:
        if chosen(instr) or not values.isdisjoint(instr.ins):
            found.add(id(instr))
            values.update(instr.outs)
    return found


def _any_of(flags):
    return functools.reduce(operator.or_, flags)


def _compiler_options(device):
    """The options an executable for `device` is compiled with; None for the usual ones."""
    platform = device.platform if device is not None else jax.default_backend()
    return _OPTIONS if platform == "cpu" and _options_known else None


def device_array(array):
    """A JAX array of its own memory with the contents of a NumPy array."""
    return jax_xp.array(array, copy=True)


def set_up():
    """Points JAX's persistent cache at a private directory, and keeps memory; once."""
    global _is_set_up
    with _setup_lock:
        if _is_set_up:
            return
        _is_set_up = True
        memory.keep_freed()
        directory = cache_directory()
        if directory is not None:
            jax.config.update("jax_compilation_cache_dir", directory)
            jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.1)
            jax.config.update("jax_persistent_cache_min_entry_size_bytes", 0)


def cache_directory():
    """A directory for compiled code that only its owner can write, or None when there is none.

    `HEADWATER_CACHE` names another place, or switches the cache off when it is empty.
    """
    root = os.environ.get("HEADWATER_CACHE")
    if root == "":
        return None
    if root is None:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
        root = os.path.join(base, "headwater")
    path = os.path.join(root, "xla")
    try:
        os.makedirs(path, mode=0o700, exist_ok=True)
        os.chmod(path, 0o700)
        status = os.stat(path)
    except OSError:
        return None
    if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
        return None  # code in it is trusted, so nobody else may write there
    return path
