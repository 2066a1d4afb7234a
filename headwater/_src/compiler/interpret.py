"""The interpreting tier: a segment's instructions run one by one on NumPy arrays.

It is what a step uses until compiling pays, what host segments always use, and what repeats a
compiled step that failed in order to say exactly why.
"""

import math
import time
from dataclasses import replace
from functools import partial

import numpy as np

from headwater._src.compiler import control
from headwater._src.core import dtypes, errors
from headwater._src.graph.dims import ShapeError
from headwater._src.graph.inference import Spec, group
from headwater._src.xp import numpy_xp


class NodeError(Exception):
    """A kernel failed: carries the node, with the kernel's exception as its cause."""

    def __init__(self, node):
        super().__init__(node.name)
        self.node = node


def interpreter(segment, make_context, random_state, observe=None, make_body=None, patience=None):
    """A function that runs a segment on an environment of NumPy values.

    Args:
      segment: the `Segment`.
      make_context: node -> the context that its host kernel gets.
      random_state: node -> an object with `take(kernel, count)` that runs a random kernel on the
        node's Philox state and moves the state on.
      make_body: makes runners of the bodies of branches and loops, see `control.run_function`; by
        default they are interpreted as a whole.
      patience: a `control.Patience` for the loops, or None for any number of iterations.
      observe: if given, called after each instruction as `observe(instr, start, end, env)`, times
        in nanoseconds.

    Returns:
      A function of the list of values; it fills in the segment's results. It raises `NodeError`.
    """
    if observe is not None:
        return _observed(segment, make_context, random_state, observe, make_body)
    plan = [
        _instruction(instr, make_context, random_state, make_body, patience)
        for instr in segment.instrs
    ]

    def run(env):
        for fn, ins, single, outs, types, node in plan:
            try:
                result = fn(*[env[i] for i in ins])
                if single >= 0:
                    expected = types[0]
                    if expected is not None and getattr(result, "dtype", None) != expected:
                        result = _typed(result, expected, node)
                    env[single] = result
                elif outs:
                    for i, value, expected in zip(outs, result, types, strict=True):
                        if expected is not None and getattr(value, "dtype", None) != expected:
                            value = _typed(value, expected, node)
                        env[i] = value
            except (NodeError, control.LongLoop):
                raise
            except Exception as error:
                raise NodeError(node) from _explained(error, node, [env[i] for i in ins])

    return run


def _explained(error, node, values):
    """What the op's shape function says of inputs that a kernel could not work with, else `error`."""
    fn = node.op.shape_fn
    if isinstance(error, errors.OpError) or fn is None or node.op.kind not in ("kernel", "update"):
        return error
    if len(values) != len(node.inputs) or not all(
        isinstance(v, (np.ndarray, np.generic)) for v in values
    ):
        return error
    specs = [Spec(v.shape, t.dtype, v) for v, t in zip(values, node.inputs)]
    try:
        fn(*group(node.op, specs, node.attrs), **{a: node.attrs[a] for a in node.op.shape_attrs})
    except ShapeError as told:
        return errors.InvalidArgumentError(None, None, told.at_run_time or str(told))
    except Exception:
        return error
    return error


def _observed(segment, make_context, random_state, observe, make_body):
    """The same, for those who watch: each instruction is a segment of its own."""
    steps = [
        (
            instr,
            interpreter(
                replace(segment, instrs=[instr]), make_context, random_state, make_body=make_body
            ),
        )
        for instr in segment.instrs
    ]

    def run(env):
        for instr, step in steps:
            start = time.time_ns()
            step(env)
            observe(instr, start, time.time_ns(), env)

    return run


def _instruction(instr, make_context, random_state, make_body, patience=None):
    node = instr.node
    op = node.op
    if instr.function is not None:
        if make_body is None:
            make_body = lambda program: control.interpreted(
                program, make_context, random_state, patience
            )
        fn = control.run_function(instr, make_body, patience)
        return fn, instr.ins, -1, instr.outs, tuple(numpy_type(t) for t in instr.out_types), node
    attrs = op.kernel_arguments(node)
    if op.kind == "host":
        fn = partial(op.fn, make_context(node), **attrs)
    elif op.kind == "sample":
        fn = _sampler(op, attrs, random_state(node))
    else:
        fn = partial(op.fn, numpy_xp, **attrs)
    if any(arg.is_list for arg in op.opdef.inputs):
        fn = _grouped(op, fn, node.attrs)
    ins = instr.ins
    if -1 in ins:
        fn, ins = _without_state(fn, ins)
    types = tuple(numpy_type(t) for t in instr.out_types)
    single = instr.outs[0] if len(instr.outs) == 1 and not _returns_list(op) else -1
    return fn, ins, single, instr.outs, types, node


def numpy_type(dtype):
    """The NumPy dtype that values of `dtype` have, or None for handles."""
    if dtype.base_dtype in (dtypes.resource, dtypes.variant):
        return None
    return np.dtype(dtype.base_dtype.as_numpy_dtype)


def _returns_list(op):
    return op.opdef.outputs and op.opdef.outputs[0].is_list


def _grouped(op, fn, attrs):
    def call(*flat):
        return fn(*group(op, flat, attrs))

    return call


def _without_state(fn, ins):
    """Inputs that the kernel does not need (the old value under an assignment) arrive as None."""
    keep = tuple(i for i in ins if i >= 0)

    def call(*values):
        values = iter(values)
        return fn(*[None if i < 0 else next(values) for i in ins])

    return call, keep


def _sampler(op, attrs, state):
    def call(*values):
        return state.take(
            lambda key: op.fn(numpy_xp, key, *values, **attrs),
            lambda result: sample_count(op, result, attrs),
        )

    return call


def sample_count(op, result, attrs):
    """How many Philox counters the run of a random op has taken that gave a result, or several."""
    shape = np.shape(result[0] if isinstance(result, tuple) else result)
    return op.reserve(shape, **attrs) if op.reserve is not None else 256 * math.prod(shape)


def _typed(result, expected, node):
    """The signature decides the type: what a kernel returned, as an array of the declared type."""
    if expected == np.object_:
        return np.asarray(result, np.object_)
    return np.asarray(result).astype(expected, copy=False)
