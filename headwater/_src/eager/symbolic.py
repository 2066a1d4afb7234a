"""A session for the graph of symbolic tensors that eager execution has, for Keras' models.

Its variables are those of eager execution, which the graph captures.
"""

import os

from headwater._src.compiler.partition import partition
from headwater._src.compiler.program import Slot, lower_to_program
from headwater._src.compiler.prune import prune
from headwater._src.eager.mode import eager_graph
from headwater._src.runtime.execute import Step
from headwater._src.runtime.feeds import Feed
from headwater._src.runtime.session import BaseSession


class SymbolicSession(BaseSession):
    """Runs parts of `EagerGraph.symbolic` on the variables of eager execution."""

    def __init__(self):
        super().__init__(graph=eager_graph().symbolic)
        self._resources = eager_graph().executor.resources

    def _build(self, tensors, targets, feeds, constants=()):
        variables, values = {}, list(constants)
        for source, inside in self._graph.captured():
            if source.content.__class__ is Slot:
                variables[inside] = source.content
            else:
                values.append((inside, source.content))
        sub = prune(tensors, targets, [*feeds, *variables], values)
        program = lower_to_program(sub, self._placer, variables)
        tier = os.environ.get("HEADWATER_TIER", "auto")
        inputs = [Feed(t) for t in feeds]  # variables come after them and are read by the step
        return Step(program, partition(program), inputs, self._resources, self._context, tier, sub)


def symbolic_session():
    """The `SymbolicSession` of the process."""
    graph = eager_graph()
    if "_session" not in graph.__dict__:
        graph._session = SymbolicSession()
    return graph._session
