"""Cutting a program into segments: maximal runs of instructions that execute in one place.

Every instruction gets a stage, the smallest number such that whatever it waits for is in an earlier
stage, or in the same stage and place. Instructions of one stage and place form a segment; segments
run in order of stage, the host's first within a stage, so that nodes that may block do so before
anything is computed or stored. Within a host segment they come last: what does not wait for them,
such as an assertion that fails, must not be held up by them for ever.

Nodes that may wait for each other (an enqueue and a dequeue that no edge orders) are segments of
their own, which take turns at run time.
"""

import heapq
from dataclasses import dataclass

from headwater._src.compiler import masked


@dataclass(slots=True)
class Segment:
    """Instructions that run together.

    Attributes:
      where: `"host"`, or a device's name.
      instrs: the instructions in order.
      ins: ids of values made before this segment (constants are not among them).
      outs: ids of values that are needed after it.
      commits: `(slot index, value id)` of the variables whose last value is made here.
      last: whether nothing that can fail runs after it.
      turns: whether it is a node that gives its turn away while it waits (see `runtime/turns.py`).
      needs: where some segment has turns, the numbers of the segments that must run before.
    """

    where: str
    instrs: list
    ins: tuple = ()
    outs: tuple = ()
    commits: tuple = ()
    last: bool = False
    turns: bool = False
    needs: tuple = ()


def partition(program):
    """The segments of a `Program`, in order of execution."""
    apart, behind = frozenset(), None
    if any(instr.node.op.blocking for instr in program.instrs):
        _checks_to_host(program)
        apart, behind = _with_turns(program)
    made_by = {v: index for index, instr in enumerate(program.instrs) for v in instr.outs}
    keys = _keys(program, made_by, apart, behind)
    while not masked.together(program.instrs, keys):
        keys = _keys(program, made_by, apart, behind)
    groups = {}
    for index, key in enumerate(keys):
        groups.setdefault(key, []).append(index)
    segments, number_of = [], {}
    for (_, _, where, _), members in sorted(groups.items(), key=lambda g: g[0]):
        if where == "host":
            members = _blocking_last(program.instrs, members, made_by)
        number_of.update(dict.fromkeys(members, len(segments)))
        segments.append(
            Segment(where, [program.instrs[i] for i in members], turns=members[0] in apart)
        )
    _connect(program, segments)
    if apart:
        _note_needs(program, segments, number_of, made_by)
    return segments


def _keys(program, made_by, apart, behind):
    """For each instruction what those of one segment share, in the order of the segments."""
    stages = []
    for index, instr in enumerate(program.instrs):
        stage = 0
        for w in _sources(instr, made_by):
            other = program.instrs[w]
            together = other.where == instr.where and not (w in apart or index in apart)
            needed = stages[w] + (not together)
            if needed > stage:
                stage = needed
        stages.append(stage)
    # What waits for one of those that take turns is not held up by another of them.
    return [
        (stage, instr.where != "host", instr.where, behind[index] if apart else 0)
        for index, (instr, stage) in enumerate(zip(program.instrs, stages))
    ]


def _sources(instr, made_by):
    """The numbers of the instructions that one waits for."""
    return {made_by[i] for i in instr.ins if i in made_by}.union(instr.after)


def _with_turns(program):
    """The instructions that have to do with each other's waiting.

    Returns:
      Their numbers, none if edges put all of them in one order; for each instruction those of them
      that it waits for or is, as the bits of an integer.
    """
    made_by, before, found, bits = {}, [], [], 0
    ordered = True
    for index, instr in enumerate(program.instrs):
        seen = 0
        for source in _sources(instr, made_by):
            seen |= before[source]
        if instr.node.op.turns:
            ordered = ordered and seen == bits
            seen |= 1 << len(found)
            bits |= 1 << len(found)
            found.append(index)
        before.append(seen)
        for value in instr.outs:
            made_by[value] = index
    return frozenset() if ordered else frozenset(found), before


def _note_needs(program, segments, number_of, made_by):
    needs = [set() for _ in segments]
    for index, instr in enumerate(program.instrs):
        needs[number_of[index]].update(number_of[s] for s in _sources(instr, made_by))
    for number, (segment, needed) in enumerate(zip(segments, needs)):
        segment.needs = tuple(sorted(needed - {number}))


def _checks_to_host(program):
    """Puts assertions about what the host has anyway beside the nodes that may block, so that they
    can fail before those wait.
    """
    at_hand = {*program.consts, *program.feeds}
    for instr in program.instrs:
        if instr.node.op.check and at_hand.issuperset(instr.ins):
            instr.where = "host"
        if instr.where == "host":
            at_hand.update(instr.outs)


def _blocking_last(instrs, members, made_by):
    """`members`, numbers of `instrs`, in an order in which those that may block come as late as
    their edges allow, and all others as early.
    """
    blocking = {i for i in members if instrs[i].node.op.blocking}
    if not blocking or len(members) == 1:
        return members
    inside, consumers, waiting = set(members), {}, {}
    for i in members:
        sources = _sources(instrs[i], made_by) & inside
        waiting[i] = len(sources)
        for source in sources:
            consumers.setdefault(source, []).append(i)
    ready = [(i in blocking, i) for i in members if not waiting[i]]
    heapq.heapify(ready)
    result = []
    while ready:
        _, i = heapq.heappop(ready)
        result.append(i)
        for consumer in consumers.get(i, ()):
            waiting[consumer] -= 1
            if not waiting[consumer]:
                heapq.heappush(ready, (consumer in blocking, consumer))
    return result


def _connect(program, segments):
    needed = set(program.fetches) | {value for _, value in program.state_out}
    final = {value: slot for slot, value in program.state_out}
    for number, segment in enumerate(reversed(segments)):
        made = {v for instr in segment.instrs for v in instr.outs}
        segment.outs = tuple(v for instr in segment.instrs for v in instr.outs if v in needed)
        segment.commits = tuple((final[v], v) for v in segment.outs if v in final)
        used = dict.fromkeys(
            i
            for instr in segment.instrs
            for i in instr.ins
            if i >= 0 and i not in made and i not in program.consts
        )
        segment.ins = tuple(used)
        segment.last = number == 0
        needed = needed | set(used)
