"""Weights in TensorFlow's checkpoints of objects: variables are found by the path of attributes
that leads to them from the model, such as `layer_with_weights-0/kernel`.
"""

import os

import numpy as np

from headwater._src.core.proto import trackable_object_graph_pb2
from headwater._src.graph.variable import Variable
from headwater._src.io import bundle, checkpoint
from headwater._src.keras.sessions import batch_get_value, batch_set_value
from headwater._src.keras.tracking import Tracking, layers_in

_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"
_VALUE = "VARIABLE_VALUE"


def exists(prefix):
    """Whether there is a checkpoint.

    Args:
      prefix: its path without endings.
    """
    return bundle.exists(os.fspath(prefix))


def _children(item):
    """The objects of a model, layer, list or dict, by the names that checkpoints have for them."""
    if isinstance(item, (list, tuple)):
        return {str(i): child for i, child in enumerate(item) if _is_kept(child)}
    if isinstance(item, dict):
        return {str(key): child for key, child in item.items() if _is_kept(child)}
    if isinstance(item, Variable):
        return {}
    found = {}
    if getattr(item, "_is_graph_network", False) or hasattr(item, "_all_layers"):
        layers = item.layers
        weighty = [layer for layer in layers if layer.weights]
        found.update((f"layer_with_weights-{i}", layer) for i, layer in enumerate(weighty))
        found.update((f"layer-{i}", layer) for i, layer in enumerate(layers))
    own = item._attributes_with_layers
    for name, value in item.__dict__.items():
        if isinstance(value, Variable) and not name.startswith("_"):
            found[name] = value
        elif name in own and _is_kept(value) and not name.startswith("_"):
            found[name] = value
    return found


def _is_kept(value):
    if isinstance(value, (list, tuple, dict)):
        items = value.values() if isinstance(value, dict) else value
        return bool(layers_in(value)) or any(isinstance(v, Variable) for v in items)
    return isinstance(value, (Tracking, Variable))


def _walk(root):
    """All objects from the root, level by level: triples (object, path, children by name)."""
    found, place = [(root, "", {})], {id(root): 0}
    for item, path, children in found:
        for name, child in _children(item).items():
            if id(child) not in place:
                place[id(child)] = len(found)
                found.append((child, f"{path}{name}/", {}))
            children[name] = place[id(child)]
    return found


def write(model, prefix):
    """Writes the variables of a model, and the object graph that leads to them.

    Args:
      model: a `Model`.
      prefix: the path of the checkpoint without endings.
    """
    from headwater._src.train.checkpoint_state import update_checkpoint_state

    prefix = os.fspath(prefix)
    os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
    graph = trackable_object_graph_pb2.TrackableObjectGraph()
    objects = _walk(model)
    variables = []
    for item, path, children in objects:
        node = graph.nodes.add()
        for name, number in children.items():
            node.children.add(node_id=number, local_name=name)
        if isinstance(item, Variable):
            key = f"{path}.ATTRIBUTES/{_VALUE}"
            node.attributes.add(name=_VALUE, full_name=item.op.name, checkpoint_key=key)
            variables.append((key, item))
    values = batch_get_value([v for _, v in variables])
    tensors = {key: np.asarray(value) for (key, _), value in zip(variables, values)}
    tensors[_GRAPH] = np.array(graph.SerializeToString(), dtype=object)
    writer = bundle.BundleWriter(prefix)
    for key in sorted(tensors):
        writer.add(key.encode(), tensors[key])
    writer.finish()
    update_checkpoint_state(os.path.dirname(prefix) or ".", prefix)


def read(model, prefix):
    """Gives a model's variables the values of a checkpoint.

    Args:
      model: a `Model`, built.
      prefix: the path of the checkpoint without endings.

    Raises:
      ValueError: the checkpoint has no object graph, or a variable is not in it.
    """
    reader = checkpoint.CheckpointReader(os.fspath(prefix))
    if not reader.has_tensor(_GRAPH):
        raise ValueError(f"{prefix} is no checkpoint of objects: tf.train.Saver reads it.")
    graph = trackable_object_graph_pb2.TrackableObjectGraph()
    graph.ParseFromString(reader.get_tensor(_GRAPH))
    pairs, seen, missing = [], set(), []
    pending = [(model, 0)]
    while pending:
        item, number = pending.pop(0)
        if id(item) in seen:
            continue
        seen.add(id(item))
        node = graph.nodes[number]
        if isinstance(item, Variable):
            keys = [a.checkpoint_key for a in node.attributes if a.name == _VALUE]
            pairs += [(item, reader.get_tensor(key)) for key in keys]
            continue
        there = {child.local_name: child.node_id for child in node.children}
        for name, child in _children(item).items():
            if name in there:
                pending.append((child, there[name]))
            elif isinstance(child, Variable):
                missing.append(child.name)
    found = {id(v) for v, _ in pairs}
    missing = [name for name in missing if not any(v.name == name for v, _ in pairs)]
    if missing or any(id(v) not in found for v in model.weights):
        names = missing or [v.name for v in model.weights if id(v) not in found]
        raise ValueError(f"{prefix} has no values for {', '.join(names)}")
    batch_set_value(pairs)
