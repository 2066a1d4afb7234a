"""Bodies of branches and loops that Python drives: each is a step of its own, whose parts are
compiled when that pays.
"""

from dataclasses import replace

from headwater._src.compiler.functional import uninitialized
from headwater._src.compiler.interpret import NodeError
from headwater._src.compiler.partition import partition
from headwater._src.core import dtypes
from headwater._src.runtime.execute import Step


def body_runner(program, resources, make_context, tier):
    """A body as a function of the list of its values.

    Args:
      program: the body's `Program`.
      resources: the session's `Resources`, for random numbers and host kernels; variables are
        arguments.
      make_context: node -> the context of its host kernel.
      tier: as for `Step`.

    Returns:
      A function from a list of values to the list of the body's results.
    """
    # Lists that grow stay where they grow: handing them to XLA would copy them each time.
    instrs = [
        replace(i, where="host") if i.node.op.lists and _has_lists(i.node) else i
        for i in program.instrs
    ]
    pure = replace(program, instrs=instrs, slots=[], state_in=[], state_out=[])
    step = Step(pure, partition(pure), (), resources, make_context, tier)
    needed = [
        (program.feeds.index(value), program.slots[slot], node)
        for slot, value, node, _ in program.state_in
        if node is not None and value in program.feeds
    ]
    if not needed:
        return step.run_values

    def call(values):
        for position, slot, node in needed:
            if values[position] is None:
                raise NodeError(node) from uninitialized(slot, node)
        return step.run_values(values)

    return call


def _has_lists(node):
    return any(t.dtype.base_dtype is dtypes.variant for t in (*node.inputs, *node.outputs))
