"""What a segment is expected to cost, in microseconds: a function of shapes only, never of a clock.

The choice between interpreting and compiling rests on it, so the same program always takes the same
way.
"""

import numpy as np

from headwater._src.graph.inference import group

PER_NODE = 1.6  # calling one NumPy kernel
PER_MEGABYTE = 250.0  # reading or writing
PER_MEGAFLOP = 60.0  # arithmetic beyond touching each element
ITERATIONS = 100  # of a loop, before it has run
CALL = 14.0  # calling a compiled executable
PER_ARGUMENT = 0.7


def segment_cost(segment, program, shape_of):
    """Estimated microseconds of interpreting a segment once.

    Args:
      segment: the `Segment`.
      program: its `Program`.
      shape_of: value id -> shape (a tuple), or None when not known.
    """
    total = 0.0
    for instr in segment.instrs:
        total += PER_NODE
        elements = 0
        for i in (*instr.ins, *instr.outs):
            shape = shape_of(i) if i >= 0 else None
            if shape is not None:
                n = 1
                for d in shape:
                    n *= d
                elements += n
        total += elements * 4e-6 * PER_MEGABYTE
        if instr.function is not None:
            total += _body_cost(instr, shape_of)
            continue
        cost = instr.node.op.cost_fn
        if cost is not None:
            total += _flops(instr, cost, shape_of) * 1e-6 * PER_MEGAFLOP
    return total


def _body_cost(instr, shape_of):
    """Of the dearest branch, or of a loop that runs as often as loops usually do."""
    function = instr.function
    feeds = [shape_of(i) for i in instr.ins[function.form == "branch" :]]
    found = [segment_cost(body, body, static_shapes(body, feeds)) for body in function.bodies]
    return sum(found) * ITERATIONS if function.form == "loop" else max(found, default=0.0)


def _flops(instr, cost, shape_of):
    node = instr.node
    shapes = [shape_of(i) if i >= 0 else None for i in instr.ins]
    out = shape_of(instr.outs[0]) if instr.outs else ()
    if out is None or any(s is None for s in shapes):
        return 0.0
    return float(cost(group(node.op, shapes, node.attrs), out, **node.attrs))


def compiled_call(segment):
    """Estimated microseconds of the fixed part of calling the segment compiled."""
    return CALL + PER_ARGUMENT * (len(segment.ins) + len(segment.outs))


def static_shapes(program, feeds):
    """A `shape_of` before anything has run: static shapes, unknown dimensions taken from the feeds.

    Args:
      program: the `Program`.
      feeds: shapes of the fed values.
    """
    batch = max((s[0] for s in feeds if s), default=1)
    known = dict(zip(program.feeds, feeds))
    for i, value in program.consts.items():
        known[i] = np.shape(value)
    for slot, value, _, _ in program.state_in:
        dims = program.slots[slot].dims
        if dims is not None:
            known[value] = tuple(batch if d is None else d for d in dims)
    for instr in program.instrs:
        node = instr.node
        outputs = [t for t in node.outputs if not t.dtype._is_ref_dtype]
        if instr.function is not None:
            continue
        skip = len(instr.outs) - len(outputs)
        for position, i in enumerate(instr.outs):
            if position < skip:
                shape = known.get(instr.ins[node.op.updates[position]]) if instr.ins else None
                known.setdefault(i, shape)
                continue
            dims = outputs[position - skip].dims
            if dims is not None:
                known[i] = tuple(batch if d is None else d for d in dims)
    return known.get
