"""The compiling tier: a segment is traced through its kernels on JAX and becomes one XLA executable.

Namespaces are chosen per node: NumPy when every input is concrete and small, JAX otherwise, so shape arithmetic is
done while tracing. A kernel that needs the value of a traced input (`static`) makes the tracing start again with
the segment inputs that decide the value given as constants; they become part of the executable's key.
"""

import os
import threading

import jax
import numpy as np

from headwater._src.compiler.interpret import NodeError, numpy_type, sample_count
from headwater._src.graph.inference import FOLD_LIMIT, group
from headwater._src.xp import jax_xp, numpy_xp


_LARGE_CONSTANT = 16384  # elements: larger constants are arguments, or XLA would chew on them while compiling
_setup_lock = threading.Lock()
_is_set_up = False


class NeedsStatic(Exception):
    """A kernel needs values that were traced: carries the segment inputs that decide them."""

    def __init__(self, ids):
        super().__init__(ids)
        self.ids = frozenset(ids)


class HasErrors(Exception):
    """Tracing met a check although the state was to be donated."""


class Executable:
    """A segment compiled for given shapes and given values of its static inputs.

    Attributes:
      counts: for each random node, how many Philox counters a run takes; None before the first call.
      checks: whether the result carries an error flag.
      donates: whether the old values of updated variables are given up by a call.
    """

    def __init__(self, segment, program, donated, static, device=None):
        self.segment, self.program = segment, program
        self.static = static
        self.samples = [instr for instr in segment.instrs if instr.node.op.kind == "sample"]
        used = [i for i in segment.ins if i not in static]
        self.donated = tuple(i for i in used if i in donated)
        self.arguments = self.donated + tuple(i for i in used if i not in donated)
        big = [i for i in dict.fromkeys(i for instr in segment.instrs for i in instr.ins)
               if i in program.consts and np.size(program.consts[i]) > _LARGE_CONSTANT]
        self.constants = tuple(big)
        self.counts = None
        self.checks = False
        self.donates = bool(self.donated)
        self.device = device
        set_up()
        self._held = [jax.device_put(program.consts[i], device) for i in big]
        self._make()

    def _make(self):
        donate = tuple(range(len(self.donated))) if self.donates else ()
        self.jitted = jax.jit(self._trace, donate_argnums=donate)

    def __call__(self, values, keys):
        """Runs the segment.

        Args:
          values: the values of `arguments`.
          keys: uint32 array `[random nodes, 6]` of Philox states.

        Returns:
          `(outs, error)`: the values of the segment's `outs` as JAX arrays, and the error flag or None.
        """
        try:
            results = self.jitted(*values, *self._held, keys)
        except HasErrors:
            self.donates = False
            self._make()
            results = self.jitted(*values, *self._held, keys)
        if self.checks:
            return results[:-1], results[-1]
        return results, None

    def _trace(self, *arguments):
        segment, program = self.segment, self.program
        keys = arguments[-1]
        env = dict(self.static)
        env.update(zip(self.arguments + self.constants, arguments))
        consts = program.consts
        counts = []
        with jax_xp.collect_errors() as flags:
            for instr in segment.instrs:
                values = [None if i < 0 else env[i] if i in env else consts[i] for i in instr.ins]
                self._instruction(instr, values, env, keys, counts)
        self.counts = counts
        self.checks = bool(flags)
        if flags and self.donates:
            raise HasErrors
        # JAX hands an argument that is also a result through as it is; a variable must own its memory.
        given = {id(a) for a in arguments}
        outs = tuple(
            jax_xp.copy(env[i]) if id(env[i]) in given else env[i] for i in segment.outs
        )
        if flags:
            failed = flags[0]
            for flag in flags[1:]:
                failed = failed | flag
            return (*outs, failed)
        return outs

    def _instruction(self, instr, values, env, keys, counts):
        node = instr.node
        op = node.op
        attrs = {a: node.attrs[a] for a in op.kernel_attrs}
        concrete = all(_is_array(v) for v in values)
        try:
            if op.kind == "sample":
                self._require_static(op, instr, values, env)
                key = keys[len(counts)]
                result = op.fn(jax_xp, key, *group(op, values, node.attrs), **attrs)
                counts.append(sample_count(op, tuple(result.shape), attrs))
            elif concrete and op.kind == "kernel" and sum(np.size(v) for v in values) <= FOLD_LIMIT:
                with np.errstate(all="ignore"):
                    result = op.fn(numpy_xp, *group(op, values, node.attrs), **attrs)
                if _elements(result) > _LARGE_CONSTANT:
                    result = op.fn(jax_xp, *group(op, values, node.attrs), **attrs)
            else:
                self._require_static(op, instr, values, env)
                result = op.fn(jax_xp, *group(op, values, node.attrs), **attrs)
        except (NeedsStatic, HasErrors):
            raise
        except jax_xp.NeedsValue as error:
            # The kernel could not do without the value after all (the bounds of a range, not a single index).
            ids = [i for i, v in zip(instr.ins, values) if v is error.tracer]
            raise NeedsStatic(self._sources(ids, env)) from None
        except Exception as error:
            raise NodeError(node) from error
        if not instr.outs:
            return
        listed = len(instr.outs) > 1 or isinstance(result, (tuple, list))
        for i, value, dtype in zip(instr.outs, result if listed else (result,), instr.out_types, strict=True):
            expected = numpy_type(dtype)
            if _is_array(value):
                env[i] = np.asarray(value).astype(expected, copy=False)
            else:
                env[i] = value if getattr(value, "dtype", None) == expected else jax_xp.cast(value, expected)

    def _require_static(self, op, instr, values, env):
        if not op.static:
            return
        grouped = group(op, list(zip(instr.ins, values)), instr.node.attrs)
        missing = []
        for name, value in zip(op.input_names, grouped):
            if name in op.static:
                pairs = [value] if isinstance(value, tuple) else value
                missing += [i for i, v in pairs if v is not None and not _is_array(v)]
        if missing:
            raise NeedsStatic(self._sources(missing, env))

    def _sources(self, ids, env):
        """The segment inputs that the traced values `ids` are made from."""
        made_by = {v: instr for instr in self.segment.instrs for v in instr.outs}
        found, stack, seen = set(), list(ids), set()
        while stack:
            i = stack.pop()
            if i in seen or i < 0 or i in self.program.consts or _is_array(env.get(i)):
                continue
            seen.add(i)
            if i in made_by:
                instr = made_by[i]
                if instr.node.op.kind == "sample":
                    raise NodeError(instr.node) from NotImplementedError(
                        "a shape or axis that depends on random numbers cannot be compiled")
                stack.extend(instr.ins)
            else:
                found.add(i)
        return found


def _is_array(value):
    return isinstance(value, (np.ndarray, np.generic))


def _elements(result):
    return sum(np.size(r) for r in result) if isinstance(result, (tuple, list)) else np.size(result)


def device_array(array):
    """A JAX array of its own memory with the contents of a NumPy array."""
    return jax_xp.array(array, copy=True)


def set_up():
    """Points JAX's persistent cache at a private directory, once."""
    global _is_set_up
    with _setup_lock:
        if _is_set_up:
            return
        _is_set_up = True
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
