"""Cutting a program into segments: maximal runs of instructions that execute in one place.

Every instruction gets a stage, the smallest number such that whatever it waits for is in an earlier
stage, or in the same stage and place. Instructions of one stage and place form a segment; segments
run in order of stage, the host's first within a stage, so that nodes that may block do so before
anything is computed or stored.
"""

from dataclasses import dataclass


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
    """

    where: str
    instrs: list
    ins: tuple = ()
    outs: tuple = ()
    commits: tuple = ()
    last: bool = False


def partition(program):
    """The segments of a `Program`, in order of execution."""
    made_by = {}
    stages = []
    for index, instr in enumerate(program.instrs):
        stage = 0
        waits = {made_by[i] for i in instr.ins if i in made_by}
        waits.update(instr.after)
        for w in waits:
            other = program.instrs[w]
            needed = stages[w] + (other.where != instr.where)
            if needed > stage:
                stage = needed
        stages.append(stage)
        for value in instr.outs:
            made_by[value] = index
    groups = {}
    for instr, stage in zip(program.instrs, stages):
        groups.setdefault((stage, instr.where != "host", instr.where), []).append(instr)
    segments = [
        Segment(key[2], instrs) for key, instrs in sorted(groups.items(), key=lambda g: g[0])
    ]
    _connect(program, segments)
    return segments


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
