"""Branches, loops and calls in the interpreting tier: Python chooses and repeats, bodies are run as
functions.
"""

import numpy as np

from headwater._src.compiler.functional import uninitialized

# Called between the iterations of a loop; the runtime puts in what checks the step's deadline.
between_iterations = []


class LongLoop(Exception):
    """A loop has made so many iterations that compiling it pays."""


class Patience:
    """How many iterations may still be interpreted."""

    __slots__ = ("left",)

    def __init__(self):
        self.left = 0


def run_function(instr, make_body, patience=None):
    """The function of an instruction with bodies.

    Args:
      instr: the `Instr`.
      patience: the `Patience` of the segment; `LongLoop` is raised when it is used up.
      make_body: from a body's `Program` a function of the list of its values that gives the list of
        its results.

    Returns:
      A function of the instruction's values that gives the list of its results.
    """
    function = instr.function
    runs = [make_body(body) for body in function.bodies]
    if function.form == "dataflow":
        return function.make(runs)
    if function.form == "loop":
        return _loop(*runs, function.targets, patience)
    if function.form == "call":
        return lambda *values: runs[0](values)
    choose = chooser(instr.node, len(runs))
    return lambda selector, *values: runs[choose(selector)](values)


def chooser(node, count):
    """A function from the value of a branch's first input to the number of the body that runs."""
    if node.type in ("Case", "StatelessCase"):
        return lambda index: int(index) if 0 <= index < count else count - 1
    return lambda value: 0 if is_true(value) else 1


def is_true(value):
    """Whether a value of any type counts as true for `If` and `While`: not zero, not empty."""
    value = np.asarray(value)
    if value.ndim:
        return value.size > 0
    return bool(value[()])


def _loop(condition, body, targets, patience):
    def call(*values):
        values = list(values)
        while is_true(condition(values)[0]):
            for target, value in zip(targets, body(values)):
                values[target] = value
            for check in between_iterations:
                check()
            if patience is not None:
                patience.left -= 1
                if patience.left < 0:
                    raise LongLoop
        return [values[target] for target in targets]

    return call


def interpreted(program, make_context, random_state, patience=None):
    """A body as a function of its values, interpreted."""
    from headwater._src.compiler.interpret import NodeError, interpreter
    from headwater._src.compiler.partition import Segment

    run = interpreter(Segment("", program.instrs), make_context, random_state, patience=patience)
    template = [None] * program.n_values
    for i, value in program.consts.items():
        template[i] = value
    feeds, fetches = program.feeds, program.fetches
    needed = [
        (value, program.slots[slot], node) for slot, value, node, used in program.state_in if node
    ]

    def call(values):
        env = template[:]
        for i, value in zip(feeds, values):
            env[i] = value
        for i, slot, node in needed:
            if env[i] is None:
                raise NodeError(node) from uninitialized(slot, node)
        run(env)
        return [env[i] for i in fetches]

    return call
