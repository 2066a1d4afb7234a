"""Checkpoints of objects: values found by the attributes that lead to them from a root object.

A variable stands in the file under a path such as `model/layer_with_weights-0/kernel`, a slot of an
optimizer under that of its variable: `.../kernel/.OPTIMIZER_SLOT/optimizer/m`. A further tensor, of
the name `GRAPH`, holds a `TrackableObjectGraph`: which object has which others by which names. A
program that reads the file walks both graphs side by side.

Which objects take part, and which names they have, says `graph/trackable.py`.
"""

import numpy as np

from headwater._src.graph.trackable import children_of
from headwater._src.graph.variable import Variable
from headwater._src.io import bundle

GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
VALUE = "VARIABLE_VALUE"


class Node:
    """An object of a program, as checkpoints see it.

    Attributes:
      item: the object.
      path: the names that lead to it, as in the keys of checkpoints, with `/` at the end.
      children: dict from names to numbers of nodes.
      slots: list of `(number of the variable, name of the slot, number of its variable)`.
    """

    def __init__(self, item, path):
        self.item, self.path = item, path
        self.children, self.slots = {}, []

    @property
    def key(self):
        """The key of a variable's value."""
        return f"{self.path}.ATTRIBUTES/{VALUE}"


def walk(root):
    """The list of `Node`s from a root on: nearest first, then the slots of optimizers."""
    nodes, numbers = [Node(root, "")], {id(root): 0}
    for node in nodes:
        for name, child in children_of(node.item).items():
            if id(child) not in numbers:
                numbers[id(child)] = len(nodes)
                nodes.append(Node(child, f"{node.path}{_escaped(name)}/"))
            node.children[name] = numbers[id(child)]
    for optimizer in list(nodes):
        if not hasattr(type(optimizer.item), "get_slot_names"):
            continue
        for slot_name in optimizer.item.get_slot_names():
            for number, node in enumerate(list(nodes)):
                slot = _slot(optimizer.item, node.item, slot_name)
                if slot is None:
                    continue
                if id(slot) not in numbers:
                    numbers[id(slot)] = len(nodes)
                    path = f"{node.path}.OPTIMIZER_SLOT/{optimizer.path}{_escaped(slot_name)}/"
                    nodes.append(Node(slot, path))
                optimizer.slots.append((number, slot_name, numbers[id(slot)]))
    return nodes


def _slot(optimizer, variable, name):
    """The slot that an optimizer has for a variable, if any; slots have none themselves."""
    try:
        return optimizer.get_slot(variable, name) if isinstance(variable, Variable) else None
    except KeyError:  # as Keras' optimizers say it
        return None


def _escaped(name):
    return name.replace(".", "..").replace("/", ".S")


def to_proto(nodes):
    """The `TrackableObjectGraph` of a walk."""
    from headwater._src.core.proto import trackable_object_graph_pb2

    graph = trackable_object_graph_pb2.TrackableObjectGraph()
    valued = _with_values(nodes)
    for number, node in enumerate(nodes):
        proto = graph.nodes.add()
        for name, child in node.children.items():
            proto.children.add(node_id=child, local_name=name)
        if isinstance(node.item, Variable):
            proto.attributes.add(name=VALUE, full_name=node.item.op.name, checkpoint_key=node.key)
        for variable, slot_name, slot in node.slots:
            proto.slot_variables.add(
                original_variable_node_id=variable,
                slot_name=slot_name,
                slot_variable_node_id=slot,
            )
        proto.has_checkpoint_values.value = number in valued
    return graph


def _with_values(nodes):
    """The numbers of the nodes that are variables or lead to some."""
    parents = {}
    for number, node in enumerate(nodes):
        for child in (*node.children.values(), *(slot for _, _, slot in node.slots)):
            parents.setdefault(child, []).append(number)
    pending = [i for i, node in enumerate(nodes) if isinstance(node.item, Variable)]
    found = set(pending)
    while pending:
        for parent in parents.get(pending.pop(), ()):
            if parent not in found:
                found.add(parent)
                pending.append(parent)
    return found


def write(root, prefix, values_of):
    """Writes a checkpoint of the variables that a root object leads to.

    Args:
      root: the object.
      prefix: the path of the checkpoint without endings.
      values_of: function from a list of variables to the list of their values.
    """
    nodes = walk(root)
    variables = [n for n in nodes if isinstance(n.item, Variable)]
    tensors = dict(zip((n.key for n in variables), values_of([n.item for n in variables])))
    tensors[GRAPH] = np.array(to_proto(nodes).SerializeToString(deterministic=True), dtype=object)
    with bundle.BundleWriter(prefix) as writer:
        for key, value in tensors.items():
            writer.add(key.encode(), np.asarray(value))


def read_proto(reader):
    """The `TrackableObjectGraph` of a checkpoint, or None when it is not one of objects.

    Args:
      reader: a `CheckpointReader`.
    """
    from headwater._src.core.proto import trackable_object_graph_pb2

    if not reader.has_tensor(GRAPH):
        return None
    return trackable_object_graph_pb2.TrackableObjectGraph.FromString(reader.get_tensor(GRAPH))


def keys_by_name(reader):
    """The keys of a checkpoint of objects by the names of the variables that were saved.

    Args:
      reader: a `CheckpointReader`.

    Returns:
      A dict; empty when the checkpoint is not one of objects.
    """
    proto = read_proto(reader)
    nodes = [] if proto is None else proto.nodes
    return {a.full_name: a.checkpoint_key for n in nodes for a in n.attributes if a.full_name}


class Match:
    """A program's objects beside those of a checkpoint.

    Args:
      root: the object that stands for the checkpoint's root.
      proto: the `TrackableObjectGraph`.

    Attributes:
      bound: dict from numbers of the checkpoint's nodes to objects.
      nodes: list of the program's `Node`s.
    """

    def __init__(self, root, proto):
        self.nodes, self._proto, self.bound = walk(root), proto, {0: root}
        below = {id(node.item): node.children for node in self.nodes}
        pending, seen = [0], set()
        while pending:
            number = pending.pop(0)
            item = self.bound[number]
            if number in seen or id(item) not in below:
                continue
            seen.add(number)
            for child in proto.nodes[number].children:
                own = below[id(item)].get(child.local_name)
                if own is not None and child.node_id < len(proto.nodes):
                    self.bound.setdefault(child.node_id, self.nodes[own].item)
                    pending.append(child.node_id)
        for number, item in list(self.bound.items()):
            if hasattr(type(item), "get_slot"):
                self._bind_slots(item, proto.nodes[number].slot_variables)

    def _bind_slots(self, optimizer, slots):
        for slot in slots:
            variable = self.bound.get(slot.original_variable_node_id)
            found = _slot(optimizer, variable, slot.slot_name)
            if found is not None:
                self.bound.setdefault(slot.slot_variable_node_id, found)

    def pairs(self):
        """List of `(variable, key of its value)`."""
        return [
            (item, attribute.checkpoint_key)
            for number, item in self.bound.items()
            if isinstance(item, Variable)
            for attribute in self._proto.nodes[number].attributes
            if attribute.name == VALUE
        ]

    def unused(self):
        """The checkpoint's nodes that no object of the program stands for: `(path, node)`."""
        return [
            (self._path(number), node)
            for number, node in enumerate(self._proto.nodes)
            if number not in self.bound
            and (node.has_checkpoint_values.value or not node.HasField("has_checkpoint_values"))
        ]

    def _path(self, wanted):
        """How a node of the checkpoint is reached, for messages."""
        paths, pending = {0: "(root)"}, [0]
        for number in pending:
            node = self._proto.nodes[number]
            for child in node.children:
                if child.node_id not in paths:
                    paths[child.node_id] = f"{paths[number]}.{child.local_name}"
                    pending.append(child.node_id)
        for number, node in enumerate(self._proto.nodes):
            for slot in node.slot_variables:
                start = paths.get(slot.original_variable_node_id, "")
                text = f"{start}'s state '{slot.slot_name}' for {paths.get(number)}"
                paths.setdefault(slot.slot_variable_node_id, text)
        return paths.get(wanted, f"node {wanted}")

    def unmatched(self):
        """The program's objects that have no counterpart in the checkpoint."""
        found = {id(item) for item in self.bound.values()}
        return [
            node.item
            for node in self.nodes
            if id(node.item) not in found
            and (node.children or not isinstance(node.item, (list, tuple, dict)))
        ]
