"""What is known, before anything runs, of graphs with Switch, Merge, Enter, Exit and NextIteration.

Two things are found out for every node: the loops (*frames*) it is in, from Enter and Exit nodes;
and its *conditions*, the sides of predicates that must be taken for it to be alive. Nodes outside
of loops that are always alive are ordinary ones. The others are put together into units:

- `Block`: ordinary nodes of one frame with the same conditions: straight-line code that runs as a
  whole or not at all;
- `Frame`: a whole loop;
- a single Switch, Merge or ControlTrigger.

Each unit can run once those before it have, so no queue of ready nodes is needed.
"""

import heapq

from headwater._src.core import errors
from headwater._src.graph.blame import node_error


def kind_of(node):
    """The type of a node of kind "flow", without the Ref of its form for references; else None."""
    return node.type.removeprefix("Ref") if node.op.kind == "flow" else None


class Block:
    """Nodes that run one after the other, all or none."""

    def __init__(self, nodes):
        self.nodes = nodes


class Flow:
    """A Switch, Merge or ControlTrigger."""

    def __init__(self, node):
        self.node, self.nodes = node, [node]


class Frame:
    """A loop.

    Attributes:
      nodes: all that is in it, with its exits.
      enters, merges, exits: those nodes of its own (not of inner loops).
      units: what one iteration runs, in order.
    """

    def __init__(self, nodes):
        self.nodes = nodes
        self.enters, self.merges, self.exits, self.units = [], [], [], []


class Analysis:
    """Frames and conditions of the nodes of a `Subgraph`.

    Attributes:
      units: what to run in order: nodes (ordinary ones), `Block`, `Flow` and `Frame`.
      users: tensor -> the nodes that take it.
    """

    def __init__(self, sub):
        self._fed = {*sub.feeds, *(t for t, _ in sub.constants)}
        self._order = {node: i for i, node in enumerate(sub.nodes)}
        self._paths, self._conditions = {}, {}
        self.users = {}
        for node in sub.nodes:
            for t in node.inputs:
                self.users.setdefault(t, []).append(node)
            self._paths[node] = self._path(node)
            self._conditions[node] = self._condition(node)
        self.units = self._units(list(sub.nodes), 0)

    def may_be_dead(self, node):
        """Whether there are runs in which a node does not run."""
        return bool(self._conditions[node]) or kind_of(node) == "Switch"

    def tensor_may_be_dead(self, tensor):
        """Whether there are runs in which a tensor has no value."""
        return tensor not in self._fed and bool(self._of_tensor(tensor))

    # -- frames ----------------------------------------------------------------------------------

    def sources(self, node, back=False):
        """The nodes that one waits for; `back` says whether those of an earlier iteration count."""
        found = [t.op for t in node.inputs if t not in self._fed]
        found += node._control
        if not back and kind_of(node) == "Merge":
            found = [op for op in found if kind_of(op) != "NextIteration"]
        return [op for op in found if op in self._order]

    def _path(self, node):
        if node.op.kind == "variable":
            return ()
        path, first = (), None
        for source in self.sources(node):
            other = self._paths[source]
            if first is not None and other != path:
                raise node_error(
                    errors.InvalidArgumentError,
                    node,
                    f"{{{{node {node.name}}}}} has inputs from different frames. The input "
                    f"{{{{node {source.name}}}}} is in frame '{'/'.join(other)}'. The input "
                    f"{{{{node {first.name}}}}} is in frame '{'/'.join(path)}'.",
                )
            path, first = other, source
        kind = kind_of(node)
        if kind == "Enter":
            return (*path, node.attrs["frame_name"])
        if kind != "Exit":
            return path
        if not path:
            raise node_error(
                errors.InvalidArgumentError,
                node,
                f"'{node.name}' leaves a loop, but its input is in none",
            )
        return path[:-1]

    # -- conditions ------------------------------------------------------------------------------

    def _of_tensor(self, tensor):
        if tensor in self._fed:
            return frozenset()
        node = tensor.op
        found = self._conditions.get(node, frozenset())
        if kind_of(node) != "Switch":
            return found
        return found | {(_decides(node.inputs[1]), tensor.value_index)}

    def _condition(self, node):
        kind = kind_of(node)
        if node.op.kind == "variable" or kind == "ControlTrigger":
            return frozenset()
        if kind == "Merge":
            return self._merged(node)
        found = frozenset().union(*map(self._of_tensor, node.inputs))
        found = found.union(*(self._conditions.get(op, ()) for op in node._control))
        return self._left(node, found) if kind == "Exit" else found

    def _merged(self, node):
        inputs = [t for t in node.inputs if kind_of(t.op) != "NextIteration"]
        found = set(map(self._of_tensor, inputs))
        changed = True
        while changed and len(found) > 1:
            changed = False
            for one in list(found):
                for pred, side in one:
                    other = (
                        (one - {(pred, side)}) | {(pred, 1 - side)} if side is not None else None
                    )
                    if other in found:
                        found -= {one, other}
                        found.add(one - {(pred, side)})
                        changed = True
                        break
                if changed:
                    break
        smallest = min(found, key=len)
        if all(smallest <= other for other in found):
            return smallest
        return frozenset.intersection(*found) | {(node.outputs[0], None)}

    def _left(self, node, found):
        """An Exit is alive once its loop has ended; other conditions inside make it uncertain."""
        depth = len(self._paths[node])
        inside = {c for c in found if len(self._paths.get(c[0].op, ())) > depth}
        if not inside or len(inside) == 1 and next(iter(inside))[1] == 0:
            return found - inside
        return (found - inside) | {(node.outputs[0], None)}

    # -- units -----------------------------------------------------------------------------------

    def _units(self, nodes, depth):
        """The units of one frame (or of what is outside of all), in order.

        Args:
          nodes: its nodes, those of inner frames included.
          depth: the number of frames around them.
        """
        parts = {}  # node -> Frame or itself
        for frame in self._inner_frames(nodes, depth):
            for node in frame.nodes:
                parts[node] = frame
        for node in nodes:
            if node not in parts:
                parts[node] = Flow(node) if kind_of(node) else node
        before = self._before(parts)
        levels = {}
        classes = {p: self._class(p, depth) for p in before}
        for part in self._sorted(before):
            mine = classes[part]
            levels[part] = max(
                (levels[s] + (mine is None or classes[s] != mine) for s in before[part]), default=0
            )
        blocks, units = {}, {}
        for node in nodes:
            part = parts[node]
            mine = classes[part]
            if mine is None or not depth and not mine:
                units[node] = part
                continue
            key = (mine, levels[part])
            if key not in blocks:
                blocks[key] = Block([])
            blocks[key].nodes.append(node)
            units[node] = blocks[key]
        return self._sorted(self._before(units))

    def _class(self, part, depth):
        """What nodes must have in common to be in one block; None for what is a unit by itself."""
        return None if isinstance(part, (Flow, Frame)) else self._conditions[part]

    def _before(self, parts):
        """The parts that each part waits for."""
        before = {}
        for node, part in parts.items():
            found = before.setdefault(part, set())
            found.update(parts[s] for s in self.sources(node) if s in parts)
            found.discard(part)
        return before

    def _sorted(self, before):
        """Parts in an order that respects `before`, else that of their first nodes."""

        def rank(part):
            return min(self._order[n] for n in getattr(part, "nodes", None) or [part])

        ranks = {part: rank(part) for part in before}
        waiting = {part: len(found) for part, found in before.items()}
        followers = {}
        for part, found in before.items():
            for s in found:
                followers.setdefault(s, []).append(part)
        ready = [(ranks[p], p) for p, n in waiting.items() if not n]
        heapq.heapify(ready)
        result = []
        while ready:
            _, part = heapq.heappop(ready)
            result.append(part)
            for p in followers.get(part, ()):
                waiting[p] -= 1
                if not waiting[p]:
                    heapq.heappush(ready, (ranks[p], p))
        if len(result) < len(before):
            stuck = next(p for p, n in waiting.items() if n)
            node = getattr(stuck, "nodes", None) or [stuck]
            raise node_error(
                errors.InvalidArgumentError, node[0], f"'{node[0].name}' is part of a cycle"
            )
        return result

    def _inner_frames(self, nodes, depth):
        """The loops directly inside a frame: nodes further inside that hang together."""
        inside = [n for n in nodes if len(self._paths[n]) > depth]
        roots = {n: n for n in inside}

        def root(node):
            while roots[node] is not node:
                roots[node] = roots[roots[node]]
                node = roots[node]
            return node

        for node in inside:
            for source in self.sources(node, back=True):
                if source in roots:
                    roots[root(source)] = root(node)
        groups = {}
        for node in inside:
            groups.setdefault(root(node), []).append(node)
        for node in nodes:
            if kind_of(node) == "Exit" and len(self._paths[node]) == depth:
                groups[root(node.inputs[0].op)].append(node)
        return [self._frame(group, depth + 1) for group in groups.values()]

    def _frame(self, nodes, depth):
        frame = Frame(nodes)
        own = []
        for node in nodes:
            here, kind = len(self._paths[node]) == depth, kind_of(node)
            if kind == "Exit" and len(self._paths[node]) < depth:
                frame.exits.append(node)
                continue
            own.append(node)
            if here and kind == "Enter":
                frame.enters.append(node)
            if here and kind == "Merge" and any(map(_is_next, node.inputs)):
                frame.merges.append(node)
        apart = {*frame.enters, *frame.merges}
        frame.units = [u for u in self._units(own, depth) if getattr(u, "node", None) not in apart]
        return frame


def _is_next(tensor):
    return kind_of(tensor.op) == "NextIteration"


def _decides(pred):
    """The tensor whose value a predicate is."""
    while pred.op.type in ("Identity", "LoopCond") and not pred.op._control:
        pred = pred.op.inputs[0]
    return pred
