"""From what is asked and given to a `Step`, and the memory of the steps built before."""

import os
import threading

from headwater._src.compiler.partition import partition
from headwater._src.compiler.program import lower_to_program
from headwater._src.runtime.execute import Step
from headwater._src.runtime.feeds import Feed


class StepCache:
    """The steps of one session, by what they fetch and feed.

    A node's ancestors never change once it is made, so the key has no graph version: a growing
    graph keeps its steps. Only changing an existing node (late control inputs, loop edges, devices)
    empties the cache.
    """

    def __init__(self, graph, build):
        self._graph, self._build = graph, build
        self._steps = {}
        self._epoch = graph.epoch
        self._lock = threading.Lock()

    def get(self, tensors, targets, feeds, constants=()):
        """The step for distinct fetched `tensors`, `targets` to run and fed tensors `feeds`;
        `constants` are pairs of a tensor and the scalar that it is in every run.
        """
        if self._epoch != self._graph.epoch:
            with self._lock:
                self._steps, self._epoch = {}, self._graph.epoch
        key = (tuple(tensors), tuple(targets), tuple(feeds), tuple(constants))
        step = self._steps.get(key)
        if step is None:
            with self._lock:
                step = self._steps.get(key)
                if step is None:
                    step = self._steps[key] = self._build(*key)
        return step


def bind(sub, place, resources, make_context):
    """The `Step` of a `Subgraph`: straighten, partition, bind to the session's state.

    Args:
      sub: the `Subgraph`.
      place: function from node to device name.
      resources: the session's `Resources`.
      make_context: node -> context of its host kernel.

    Returns:
      A `Step`.
    """
    program = lower_to_program(sub, place)
    return Step(
        program,
        partition(program),
        [Feed(t) for t in sub.feeds],
        resources,
        make_context,
        os.environ.get("HEADWATER_TIER", "auto"),
        sub,
    )
