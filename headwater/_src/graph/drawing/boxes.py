"""What a picture of a graph shows: name scopes as boxes, opened as far as there is room."""

import heapq

VARIABLE_OPS = {"Variable", "VariableV2", "VarHandleOp"}


class Box:
    """A name scope, a node, or both: `w` is the node of a variable and the scope of `w/read`.

    Attributes:
      name: the full name; `""` is the whole graph.
      nodes: NodeDefs of the name itself (one at most).
      inner: dict from the last part of a name to the box of it.
      is_open: whether the picture shows what is inside.
      size: the number of nodes in it.
    """

    def __init__(self, name):
        self.name = name
        self.nodes = []
        self.inner = {}
        self.is_open = False
        self.size = 0

    @property
    def label(self):
        """The last part of the name."""
        return self.name.rpartition("/")[2]

    @property
    def kind(self):
        """`"scope"`, `"variable"`, `"placeholder"`, `"constant"` or `"op"`."""
        if not self.nodes:
            return "scope"
        op = self.nodes[0].op
        if op in VARIABLE_OPS:
            return "variable"
        if op.startswith("Placeholder"):
            return "placeholder"
        return "constant" if op == "Const" else "op"

    def shown(self):
        """The boxes that the picture draws as they are, without showing what is inside."""
        if not self.is_open:
            return [self]
        return [box for child in self.inner.values() for box in child.shown()]


def boxes_of(graph_def, limit):
    """The boxes of a graph.

    Args:
      graph_def: a GraphDef.
      limit: how many boxes there is room for; small scopes are opened before large ones.

    Returns:
      The box of the whole graph, open.
    """
    root = Box("")
    for node in graph_def.node:
        parts = node.name.split("/")
        box = root
        root.size += 1
        for k, part in enumerate(parts):
            if part not in box.inner:
                box.inner[part] = Box("/".join(parts[: k + 1]))
            box = box.inner[part]
            box.size += 1
        box.nodes.append(node)
    _open(root, limit)
    return root


def _open(root, limit):
    root.is_open = True
    shown = len(root.inner)
    waiting = [(box.size, box.name, box) for box in root.inner.values()]
    heapq.heapify(waiting)
    while waiting:
        _, _, box = heapq.heappop(waiting)
        # A node that is a scope too (a variable with its reading and assigning) stays one box.
        if box.nodes or not box.inner or shown + len(box.inner) - 1 > limit:
            continue
        box.is_open = True
        shown += len(box.inner) - 1
        for child in box.inner.values():
            heapq.heappush(waiting, (child.size, child.name, child))


def edges_between(graph_def, root):
    """The edges of the picture.

    Args:
      graph_def: the GraphDef.
      root: its box.

    Returns:
      Dict `{(from, to): tensors}` of names of shown boxes and the number of tensors that go
      along; 0 where only order is kept.
    """
    holder = {}
    for box in root.shown():
        _hold(box, box.name, holder)
    edges = {}
    for node in graph_def.node:
        target = holder.get(node.name)
        for given in node.input:
            source = holder.get(given.lstrip("^").partition(":")[0])
            if source is None or source == target:
                continue
            edges[source, target] = edges.get((source, target), 0) + (not given.startswith("^"))
    return edges


def _hold(box, name, holder):
    for node in box.nodes:
        holder[node.name] = name
    for child in box.inner.values():
        _hold(child, name, holder)
