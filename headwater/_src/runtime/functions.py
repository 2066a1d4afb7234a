"""Graph functions that host kernels call: the functions of `tf.data`, for one.

A function's body is a step of its own, whose parts are compiled when that pays. Where a kernel
gives it a variable (a `Slot`) for an argument, the body reads and updates the variable itself, at
every call.
"""

import os
import threading

import numpy as np

from headwater._src.compiler.partition import partition
from headwater._src.compiler.program import Slot, lower_to_program
from headwater._src.compiler.prune import prune
from headwater._src.graph.graph import Graph
from headwater._src.runtime.buffers import host_copy
from headwater._src.runtime.execute import Step

_EFFECTS = frozenset({"host", "update", "kernel"})


class FunctionRunner:
    """A body, ready to be called in one session.

    Attributes:
      graph: the `FuncGraph`.
    """

    def __init__(self, session, resources, graph):
        self._session, self._resources, self.graph = session, resources, graph
        self._steps = {}
        self._lock = threading.Lock()
        self._samples = list(_samples(graph))
        self._direct = None  # the short way, once it is known that nothing is worth compiling
        self._fixed = all(t.dims is not None and None not in t.dims for t in graph.inputs)
        self._targets = [
            node
            for node in graph.get_operations()
            if node.opdef.stateful and node.op.kind in _EFFECTS
        ]

    def restart(self):
        """Puts its random nodes that have seeds back to their beginning."""
        for node in self._samples:
            state = self._resources.random(node)
            state.restart(node.attrs.get("seed", 0), node.attrs.get("seed2", 0))

    def __call__(self, values):
        """The body's results for a list of values, its inputs."""
        if self._direct is not None:
            return self._direct(values)
        slots = tuple([i for i, v in enumerate(values) if v.__class__ is Slot])
        step = self._steps.get(slots)
        if step is None:
            with self._lock:
                step = self._steps.get(slots)
                if step is None:
                    step = self._steps[slots] = self._build(slots, values)
        results = step.run_values(values)
        if step._fetched_state:
            self._add_variables(step, results)
        if not slots and self._fixed:
            self._direct = _interpreted_for_good(step)
        return results

    def _add_variables(self, step, results):
        """Puts the values of variables that are results as they are where they belong."""
        with self._resources.lock:
            now = {i: host_copy(step._value(slot, node)) for i, slot, node in step._fetched_state}
        for position, i in enumerate(step.program.fetches):
            results[position] = now.get(i, results[position])

    def _build(self, slots, values):
        graph, session = self.graph, self._session
        inputs = graph.inputs
        sub = prune(graph.outputs, self._targets, inputs)
        program = lower_to_program(sub, session.place, {inputs[i]: values[i] for i in slots})
        tier = os.environ.get("HEADWATER_TIER", "auto")
        return Step(program, partition(program), (), self._resources, session._context, tier, sub)


def _interpreted_for_good(step):
    """A function of a step's values, when its only segment is never compiled; else None."""
    if len(step._runners) != 1:
        return None
    (runner,) = step._runners
    settled = runner._always_interpret or (
        runner._entries and all(entry.never for entry in runner._entries.values())
    )
    run = runner._interpreter
    if not settled or runner._touches_state or run is None:
        return None
    template, feeds, fetches = step._template, step.program.feeds, step.program.fetches

    def call(values):
        env = template[:]
        for i, value in zip(feeds, values):
            env[i] = value
        with np.errstate(all="ignore"):
            run(env)
        return [env[i] for i in fetches]

    return call


def _samples(graph):
    """The random nodes of a body and of the branches and loops in it."""
    for node in graph.get_operations():
        if node.op.kind == "sample":
            yield node
        elif node.op.kind == "function":
            for body in node.op.bodies(node):
                if not isinstance(body, str):
                    yield from _samples(body)


def runner(session, resources, node, function):
    """The `FunctionRunner` of a function of a node, one for each session.

    Args:
      session: the session.
      resources: its `Resources`.
      node: the `Operation` that the function belongs to.
      function: the `FuncGraph`, or its name in the library of the node's graph: a str, or a
        `NameAttrList` as TensorFlow's attrs have it.
    """
    from headwater._src.core import errors

    if not isinstance(function, Graph):
        function = _from_library(node, getattr(function, "name", function))
    if function is None:
        raise errors.NotFoundError(None, None, "the function is not in the graph's library")
    key = ("function", function)
    found = resources.object(key, lambda: FunctionRunner(session, resources, function))
    found.restart()
    return found


def _from_library(node, name):
    library = node.graph._functions.get(name)
    return library.body(node.graph.root) if hasattr(library, "body") else library
