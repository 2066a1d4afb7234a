"""Running a step in parts: `Session.partial_run_setup` and `partial_run`.

Each part runs every node of the whole step that the feeds given so far allow and that has not run
yet, so that no node runs twice and nothing is computed twice. What later parts need of a part is
kept in the handle; with the handle it goes.
"""

import threading
from typing import Any

import numpy as np

from headwater._src.compiler.prune import Subgraph, prune
from headwater._src.core import errors
from headwater._src.graph.operation import Operation
from headwater._src.runtime import feeds as feeds_lib
from headwater._src.runtime.fetches import FetchTree


class Handle(str):
    """What `partial_run_setup` gives: a string, as in TensorFlow, that holds the state of the run.

    Attributes:
      plan: the `Plan`.
      values: dict from each tensor that is known and may still be needed to its value.
      ran: the set of nodes that have run.
      fed: the tensors fed so far.
      fetched: the tensors fetched so far.
      done: whether nothing is left to feed or fetch, or a part failed.
    """

    plan: Any
    values: Any
    ran: Any
    fed: Any
    fetched: Any
    done: bool
    lock: Any

    def __new__(cls, text, plan):
        handle: Any = super().__new__(cls, text)
        handle.plan = plan
        handle.values, handle.ran = {}, frozenset()
        handle.fed, handle.fetched, handle.done = set(), set(), False
        handle.lock = threading.Lock()
        return handle


class Plan:
    """A whole step that will run in parts; shared by all handles with the same fetches and feeds.

    Attributes:
      tensors: the tensors that may be fetched.
      feeds: the tensors that may be fed.
      nodes: the nodes of the step, in order of effect.
      parts: dict from `(nodes that have run, tensors fed)` to `Part`.
    """

    def __init__(self, tensors, targets, feeds):
        self.tensors, self.feeds = tuple(tensors), tuple(feeds)
        self.nodes = prune(tensors, targets, feeds).nodes
        self.feed_set = frozenset(feeds)
        self.parts = {}

    def part(self, ran, fed, session):
        """The `Part` that comes after the nodes `ran`, with the tensors `fed` known."""
        key = (ran, fed)
        if key not in self.parts:
            self.parts[key] = Part(self, ran, fed, session)
        return self.parts[key]


class Part:
    """What one call of `partial_run` executes.

    Attributes:
      step: the `Step`, or None when there is nothing to do.
      ran: the nodes that have run after it.
      needs: the tensors whose values it takes.
      gives: the tensors whose values it makes, for fetching and for later parts.
      missing: dict from each node that cannot run yet to the tensor it waits for.
    """

    def __init__(self, plan, ran, fed, session):
        ready, self.missing, blocked = [], {}, {}
        for node in plan.nodes:
            wait = self._waits_for(node, plan, fed, blocked)
            if wait is not None:
                blocked[node] = wait
            elif node not in ran:
                ready.append(node)
        self.missing = blocked
        self.ran = ran | frozenset(ready)
        made = set(ready)
        wanted = dict.fromkeys(t for t in plan.tensors if t.op in made and t not in plan.feed_set)
        for node in blocked:
            wanted.update(
                (t, None)
                for t in node.inputs
                if t.op in made and t not in plan.feed_set and not _is_source(t.op)
            )
        self.gives = tuple(wanted)
        needs = dict.fromkeys(
            t
            for node in ready
            for t in node.inputs
            if t in fed or t.op in ran and t not in plan.feed_set and not _is_source(t.op)
        )
        self.needs = tuple(needs)
        # Variables and constants may be in several parts: they do nothing when they run.
        again = [node for node in plan.nodes if node in ran and _is_source(node)]
        self.step = None
        if ready:
            members = set(ready) | set(again)
            nodes = tuple(node for node in plan.nodes if node in members)
            self.step = session.bind(Subgraph(nodes, self.gives, self.needs))

    @staticmethod
    def _waits_for(node, plan, fed, blocked):
        for t in node.inputs:
            if t in plan.feed_set:
                if t not in fed:
                    return t
            elif t.op in blocked:
                return blocked[t.op]
        for op in node._control:
            if op in blocked:
                return blocked[op]
        if node.outputs and all(t in plan.feed_set for t in node.outputs):
            return next((t for t in node.outputs if t not in fed), None)
        return None


def _is_source(node):
    return node.op.kind == "variable" or node.op.name == "Const" and not node._control


def setup(session, fetches, feeds):
    """Prepares a run in parts.

    Args:
      session: the session.
      fetches: a list of what the parts will fetch.
      feeds: a list of the tensors that the parts will feed, or None.

    Returns:
      A `Handle`.

    Raises:
      InvalidArgumentError: nothing is to be fetched.
      TypeError: a feed does not mean a tensor.
    """
    fetch = FetchTree(session.graph, fetches)
    tensors = []
    for key in feeds if isinstance(feeds, (list, tuple)) else () if feeds is None else (feeds,):
        tensors += [
            feeds_lib.as_fed_tensor(session.graph, part) for part in feeds_lib.parts_of(key)
        ]
    if not fetch.tensors and not fetch.targets:
        raise errors.InvalidArgumentError(
            None, None, "Must specify at least one target to fetch or execute."
        )
    key = (tuple(fetch.tensors), tuple(fetch.targets), tuple(tensors), session.graph.epoch)
    plan = session.partial_plans.get(key)
    if plan is None:
        plan = session.partial_plans[key] = Plan(*key[:3])
    session.partial_count += 1
    names = [
        ",".join(item.name for item in group) for group in (tensors, fetch.tensors, fetch.targets)
    ]
    return Handle(f"{names[0]}->{names[1]}/{names[2]}/{session.partial_count}", plan)


def run(session, handle, fetches, feed_dict):
    """Runs the next part.

    Args:
      session: the session.
      handle: what `setup` gave.
      fetches: what to fetch of what `setup` was told.
      feed_dict: values for some of the feeds that `setup` was told.

    Returns:
      The values in the structure of `fetches`.

    Raises:
      InvalidArgumentError: a feed or fetch was not announced, or was there before, or cannot be
        computed yet.
      RuntimeError: `fetches` holds an operation.
    """
    fetch = FetchTree(session.graph, fetches)
    tensors, values = feeds_lib.expand(session.graph, feed_dict) if feed_dict else ((), ())
    if not isinstance(handle, Handle) or handle.done:
        raise errors.InvalidArgumentError(
            None, None, "Must run 'setup' before performing partial runs!"
        )
    if fetch.targets:
        raise RuntimeError(
            "partial_run() requires empty target_list: operations belong in partial_run_setup(); "
            f"given {', '.join(op.name for op in fetch.targets)}"
        )
    with handle.lock:
        return fetch.rebuild(_run(session, handle, fetch.tensors, tensors, values))


def _run(session, handle, wanted, tensors, values):
    plan = handle.plan
    _check(plan.feed_set, handle.fed, tensors, "feed", "fed")
    _check(plan.tensors, handle.fetched, wanted, "fetch", "fetched")
    known = dict(handle.values)
    for tensor, value in zip(tensors, values):
        known[tensor] = feeds_lib.Feed(tensor).convert(value)
    fed = frozenset(handle.fed.union(tensors))
    part = plan.part(handle.ran, fed, session)
    for tensor in wanted:
        waits = (
            part.missing.get(tensor.op)
            if tensor not in plan.feed_set
            else tensor
            if tensor not in fed
            else None
        )
        if waits is not None:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Fetch {tensor.name} can't be computed from the feeds that have been fed so far: "
                f"{waits.name} is missing.",
            )
    if part.step is not None:
        try:
            known.update(
                zip(
                    part.gives,
                    part.step.run([feed.convert(known[feed.tensor]) for feed in part.step.feeds]),
                )
            )
        except BaseException:
            handle.done = True
            raise
    handle.values, handle.ran, handle.fed = known, part.ran, set(fed)
    handle.fetched.update(wanted)
    handle.done = len(handle.fed) == len(plan.feed_set) and handle.fetched.issuperset(plan.tensors)
    # Copies: later parts must not see what the caller does to his arrays.
    return [np.array(known[t]) if isinstance(known[t], np.ndarray) else known[t] for t in wanted]


def _check(announced, before, now, what, done):
    for tensor in now:
        if isinstance(tensor, Operation) or tensor not in announced:
            raise errors.InvalidArgumentError(
                None, None, f"The {what} {tensor.name} was not specified in partial_run_setup."
            )
        if tensor in before:
            raise errors.InvalidArgumentError(
                None, None, f"The {what} {tensor.name} has already been {done}."
            )
