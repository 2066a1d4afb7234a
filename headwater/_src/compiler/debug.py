"""The engine without the engine: a program run one node at a time in NumPy, printing what it does.

It is what both tiers must agree with. Read it to learn what they do; use it, through
`Session.debug_run`, when a step gives a number that you do not believe.
"""

import numpy as np

from headwater._src.compiler.interpret import interpreter
from headwater._src.compiler.partition import Segment


def debug_execute(program, feeds, state, make_context, random_state, write=print):
    """Runs a `Program` and prints each node with its inputs and outputs.

    Args:
      program: the `Program`.
      feeds: arrays for `program.feeds`.
      state: function from a slot's index to the variable's value, or None when it has none.
      make_context: node -> the context that its host kernel gets.
      random_state: node -> its `RandomState`.
      write: called with each line.

    Returns:
      `(fetches, state)`: the list of fetched values, and a dict from slot index to the new values
      of variables; nothing is stored.

    Raises:
      compiler.interpret.NodeError: a kernel failed; the lines so far tell how it came to it.
    """
    env = [None] * program.n_values
    for i, value in program.consts.items():
        env[i] = value
    for i, value in zip(program.feeds, feeds):
        env[i] = np.asarray(value)
    for slot, i, _, used in program.state_in:
        if used:
            value = state(slot)
            env[i] = value if value is None else np.array(value)
    for number, instr in enumerate(program.instrs):
        node = instr.node
        write(f"{number}: {node.name} = {node.type}")
        for i, tensor in zip(instr.ins, node.inputs):
            write(f"    {tensor.name} {describe(env[i]) if i >= 0 else '(not read)'}")
        with np.errstate(all="ignore"):
            interpreter(Segment("host", [instr]), make_context, random_state)(env)
        for i in instr.outs:
            write(f"    -> {describe(env[i])}")
    return [env[i] for i in program.fetches], {slot: env[i] for slot, i in program.state_out}


def describe(value, elements=6):
    """A value on one line: type, shape, and its first elements."""
    if value is None:
        return "(no value)"
    array = np.asarray(value)
    flat = array.reshape(-1)
    shown = ", ".join(str(v) for v in flat[:elements].tolist())
    return f"{array.dtype}{list(array.shape)} {shown}{', ...' if flat.size > elements else ''}"
