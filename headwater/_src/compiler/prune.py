"""Which nodes a step needs, in the order in which they take effect."""

import heapq
from dataclasses import dataclass

from headwater._src.core import errors


@dataclass(frozen=True, slots=True)
class Subgraph:
    """The part of a graph that one step runs.

    Attributes:
      nodes: the `Operation`s in order of effect: edges first, then creation order.
      fetches: the `Tensor`s whose values are wanted.
      feeds: the `Tensor`s whose values are given.
      constants: pairs (`Tensor`, array): tensors whose values are the same in every run.
    """

    nodes: tuple
    fetches: tuple
    feeds: tuple
    constants: tuple = ()


def prune(fetches, targets, feeds, constants=()):
    """The nodes that the fetched tensors and target operations depend on, cut at fed tensors.

    Args:
      fetches: tensors wanted.
      targets: operations to run.
      feeds: tensors whose values are given.
      constants: pairs (tensor, array) of values that are the same in every run.

    Returns:
      A `Subgraph`.

    Raises:
      InvalidArgumentError: the nodes form a cycle.
    """
    fed = {*feeds, *(t for t, _ in constants)}
    needed = {}
    stack = list(targets)
    stack.extend(t.op for t in fetches if t not in fed)
    ordered = True
    while stack:
        node = stack.pop()
        if node in needed:
            continue
        needed[node] = None
        if node.op.blocking:
            ordered = False
        for t in node.inputs:
            if t not in fed:
                op = t.op
                if op.id >= node.id:
                    ordered = False
                if op not in needed:
                    stack.append(op)
        for op in node._control:
            if op.id >= node.id:
                ordered = False
            if op not in needed:
                stack.append(op)
    if ordered:  # creation order respects every edge
        nodes = sorted(needed, key=lambda node: node.id)
    else:
        nodes = _topological(needed, fed)
    return Subgraph(tuple(nodes), tuple(fetches), tuple(feeds), tuple(constants))


def _topological(needed, fed):
    """Edges first, then creation order; nodes that may block go first, so that they hold nothing
    up.
    """
    waiting, consumers = {}, {}
    for node in needed:
        sources = {t.op for t in node.inputs if t not in fed}
        if node.type in ("Merge", "RefMerge"):  # a loop is closed by what the next iteration sees
            sources = {op for op in sources if not op.type.endswith("NextIteration")}
        sources.update(node._control)
        waiting[node] = len(sources)
        for source in sources:
            consumers.setdefault(source, []).append(node)
    key = lambda node: (not node.op.blocking, node.id)
    ready = [(key(node), node) for node, n in waiting.items() if n == 0]
    heapq.heapify(ready)
    result = []
    while ready:
        _, node = heapq.heappop(ready)
        result.append(node)
        for consumer in consumers.get(node, ()):
            waiting[consumer] -= 1
            if waiting[consumer] == 0:
                heapq.heappush(ready, (key(consumer), consumer))
    if len(result) < len(needed):
        left = [node for node in needed if waiting[node] > 0]
        names = ", ".join(node.name for node in sorted(left, key=lambda n: n.id)[:3])
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Graph is invalid, contains a cycle with {len(left)} nodes, including: {names}",
        )
    return result
