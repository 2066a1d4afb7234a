"""How often a loop can run at most, as far as its condition says so: `i < n` with `i` counted up."""

from headwater._src.compiler.trace import NeedsStatic, is_array

_GREATER = {"Greater": "Less", "GreaterEqual": "LessEqual"}


def bound_of(tracer, instr, values):
    """The largest number of iterations of a loop, or None.

    Args:
      tracer: the `Tracer` around the loop.
      instr: the loop's `Instr`.
      values: its values.

    Raises:
      NeedsStatic: the condition compares a counter with a value that is not known yet, but could
        be.
    """
    condition, body = instr.function.bodies
    found, needed = [], None
    for left, right, closed in _comparisons(condition):
        counter = _position(condition, left)
        step = None if counter is None else _step(instr, body, counter)
        if step is None:
            continue
        limit = _position(condition, right)
        if limit is not None and limit in instr.function.targets:
            continue
        ids = [instr.ins[counter]] + ([] if limit is None else [instr.ins[limit]])
        first = values[counter]
        last = (
            condition.consts[right]
            if right in condition.consts
            else None
            if limit is None
            else values[limit]
        )
        if last is None:
            continue
        if is_array(first) and is_array(last):
            span = int(last) - int(first) + closed
            found.append(max(0, -(-span // step)))
        else:
            needed = [i for i, v in zip(ids, (first, last)) if not is_array(v)]
    if found:
        return min(found)
    if needed is not None:
        raise NeedsStatic(tracer.sources(needed))
    return None


def _comparisons(condition):
    """`(smaller id, larger id, 1 when equality counts)` of the comparisons that must all hold."""
    made_by = {v: instr for instr in condition.instrs for v in instr.outs}
    stack = [condition.fetches[0]]
    while stack:
        instr = made_by.get(stack.pop())
        if instr is None:
            continue
        kind = instr.node.type
        if kind == "LogicalAnd":
            stack.extend(instr.ins)
        elif kind in ("Less", "LessEqual", "Greater", "GreaterEqual"):
            a, b = instr.ins if kind not in _GREATER else instr.ins[::-1]
            yield a, b, int(kind.endswith("Equal"))


def _position(program, value):
    return program.feeds.index(value) if value in program.feeds else None


def _step(instr, body, counter):
    """By how much a loop variable grows in each iteration, when that is a positive constant."""
    targets = instr.function.targets
    if counter not in targets:
        return None
    result = body.fetches[targets.index(counter)]
    made_by = next((i for i in body.instrs if result in i.outs), None)
    if made_by is None or made_by.node.type not in ("Add", "AddV2"):
        return None
    a, b = made_by.ins
    mine = body.feeds[counter]
    other = b if a == mine else a if b == mine else None
    value = body.consts.get(other)
    if value is None or value.ndim or value.dtype.kind not in "iu" or value <= 0:
        return None
    return int(value)
