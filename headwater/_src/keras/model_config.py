"""Models to configurations and back: `get_config`, `from_config`, JSON, copies."""

import json

import numpy as np

from headwater._src.core import dtypes, nest
from headwater._src.core.tensor_shape import Dimension, TensorShape
from headwater._src.keras.added import AddLoss, AddMetric
from headwater._src.keras.input_layer import Input, InputLayer

VERSION = "2.2.4-tf"  # of Keras in TensorFlow 1.15, whose files these are


class ModelConfig:
    """The part of `Model` that writes and reads its configuration."""

    def get_config(self):
        """The layers and their connections, as a dict.

        Raises:
          NotImplementedError: the model is of a class of its own.
        """
        if not self._is_graph_network:
            raise NotImplementedError(
                f"{type(self).__name__} is a class of the program's own: its layers are connected "
                "by code, which is not written. Save its weights, or give it a get_config."
            )
        used = _UsesInModel(self)
        layers = []
        for layer in self._layer_graph.layers:
            entry = {"class_name": class_name(layer), "config": layer.get_config()}
            layers.append({**entry, "name": layer.name, "inbound_nodes": used.inbound(layer)})
        return {
            "name": self.name,
            "layers": layers,
            "input_layers": [used.place(t) for t in self.inputs],
            "output_layers": [used.place(t) for t in self.outputs],
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The model that a configuration describes, with new variables.

        Args:
          config: what `get_config` gave.
          custom_objects: dict from names to classes and functions of the program's own.

        Raises:
          ValueError: a class is unknown, or the connections make no sense.
        """
        rebuilding = _Rebuilding(config, custom_objects)
        inputs, outputs = rebuilding.ends()
        model = cls(inputs=inputs, outputs=outputs, name=config.get("name"))
        model._layer_graph.insert(model.inputs, rebuilding.added())
        if not config.get("trainable", True):
            model.trainable = False
        return model

    def to_json(self, **kwargs):
        """The configuration as JSON text.

        Args:
          **kwargs: options of `json.dumps`.
        """
        return json.dumps(description(self), default=plain, **kwargs)

    def to_yaml(self, **kwargs):
        """Not available: reading YAML can run code; `to_json` says the same.

        Args:
          **kwargs: ignored.

        Raises:
          RuntimeError: always.
        """
        raise RuntimeError("Method `model.to_yaml()` has been removed. Please use `to_json()`.")


def class_name(layer):
    """The name that a layer's class is written under.

    Args:
      layer: a layer.
    """
    from headwater._src.keras.serialization import get_registered_name

    return get_registered_name(type(layer))


def description(model):
    """What a file says of a model: class, configuration and the version of Keras.

    Args:
      model: a `Model`.
    """
    return {
        "class_name": class_name(model),
        "config": model.get_config(),
        "keras_version": VERSION,
        "backend": "tensorflow",
    }


def plain(value):
    """A value of a configuration in a form that JSON has; for `json.dumps(default=...)`.

    Args:
      value: a number or array of NumPy, a dtype or a shape.

    Raises:
      TypeError: it is something else.
    """
    if isinstance(value, np.ndarray):
        return value.tolist()
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, dtypes.DType):
        return value.name
    if isinstance(value, TensorShape):
        return value.as_list()
    if isinstance(value, Dimension):
        return value.value
    if hasattr(value, "get_config"):
        return {"class_name": type(value).__name__, "config": value.get_config()}
    if callable(value):
        return value.__name__
    raise TypeError(f"Not JSON Serializable: {value!r}")


class _UsesInModel:
    """Numbers the uses of layers within one model; a layer may be used outside too.

    Where the layer is a model, number 0 is the model's own inputs and outputs.
    """

    def __init__(self, model):
        inside = set(model._layer_graph.nodes)
        self._number = {}
        for layer in model._layer_graph.layers:
            mine = [node for node in layer._inbound_nodes if node in inside]
            first = 1 if getattr(layer, "_is_graph_network", False) else 0
            self._number.update((node, i) for i, node in enumerate(mine, first))

    def place(self, tensor):
        """`[layer name, use, output]` of a tensor."""
        layer, index, output = tensor._keras_history
        return [layer.name, self._number[layer._inbound_nodes[index]], output]

    def inbound(self, layer):
        """For each use of a layer in the model, the places of its inputs and its arguments."""
        uses = []
        for node in layer._inbound_nodes:
            if node not in self._number or not node.inbound_layers:
                continue
            arguments = {k: v for k, v in node.arguments.items() if v is not None}
            arguments = nest.map_structure(
                lambda v: self.place(v) if hasattr(v, "_keras_history") else v, arguments
            )
            known = [t for t in node.flat_inputs if hasattr(t, "_keras_history")]
            uses.append([[*self.place(t), arguments] for t in known])
        return uses


class _Rebuilding:
    """Makes layers from a configuration and connects them as soon as their inputs are there."""

    def __init__(self, config, custom_objects):
        self._config, self._custom = config, custom_objects
        self._layers = {}  # by name
        self._made = {}  # the outputs of each use so far, by the layer's name

    def ends(self):
        """The model's inputs and outputs."""
        from headwater._src.keras import layer_registry

        waiting = {}
        for entry in self._config["layers"]:
            layer = layer_registry.deserialize(entry, custom_objects=self._custom)
            name = entry.get("name") or entry["config"]["name"]
            self._layers[name] = layer
            is_first = isinstance(layer, InputLayer) or getattr(layer, "_is_graph_network", False)
            self._made[name] = [layer.output] if is_first else []
            waiting[name] = list(entry["inbound_nodes"])
        while any(waiting.values()):
            progress = False
            for name, uses in waiting.items():
                while uses and self._connect(name, uses[0]):
                    uses.pop(0)
                    progress = True
            if not progress:
                names = ", ".join(name for name, uses in waiting.items() if uses)
                raise ValueError(f"the connections of the layers {names} cannot be made")
        return self._tensors("input_layers"), self._tensors("output_layers")

    def added(self):
        """The outputs of the layers that add losses and metrics."""
        return [
            output
            for name, layer in self._layers.items()
            if isinstance(layer, (AddLoss, AddMetric))
            for output in self._made[name]
        ]

    def _tensors(self, key):
        places = self._config[key]
        if isinstance(places, dict):
            return {name: self._tensor(*place) for name, place in places.items()}
        if places and not isinstance(places[0], (list, tuple)):
            places = [places]
        found = [self._tensor(*place) for place in places]
        return found[0] if len(found) == 1 else found

    def _tensor(self, name, use, output):
        made = self._made[name]
        return nest.flatten(made[use])[output] if use < len(made) else None

    def _connect(self, name, use):
        """Applies a layer to the inputs of its next use; whether all are there."""
        places = [use] if use and isinstance(use[0], str) else use
        tensors = [self._tensor(*place[:3]) for place in places]
        arguments = dict(places[0][3]) if len(places[0]) > 3 else {}
        for key, value in arguments.items():
            if isinstance(value, list) and len(value) == 3 and value[0] in self._layers:
                arguments[key] = self._tensor(*value)
                tensors.append(arguments[key])
        if any(t is None for t in tensors):
            return False
        tensors = tensors[: len(places)]
        layer = self._layers[name]
        self._made[name].append(layer(tensors[0] if len(tensors) == 1 else tensors, **arguments))
        return True


def clone_model(model, input_tensors=None, clone_function=None):
    """A model with the same layers and new variables.

    Args:
      model: a `Model` whose layers are connected by tensors, or a `Sequential`.
      input_tensors: tensors to use as its inputs (default: new placeholders).
      clone_function: gives the copy of a layer (default: one made from its configuration).

    Returns:
      A `Model` or `Sequential`.

    Raises:
      ValueError: the model is of a class of its own.
    """
    from headwater._src.keras.models import Model, Sequential

    if isinstance(model, Sequential):
        return _clone_sequential(model, input_tensors, clone_function)
    if not isinstance(model, Model) or not model._is_graph_network:
        raise ValueError("Expected `model` argument to be a functional `Model` instance.")
    copy = clone_function or (lambda layer: type(layer).from_config(layer.get_config()))
    copies, known = {}, {}
    given = nest.flatten(input_tensors) if input_tensors is not None else [None] * len(model.inputs)
    for tensor, new in zip(model.inputs, given):
        layer = tensor._keras_history.layer
        if new is None:
            copies[layer] = copy(layer) if layer.is_placeholder else layer
            new = copies[layer].output
        elif not hasattr(new, "_keras_history"):
            new = Input(tensor=new, name=layer.name)
        known[id(tensor)] = new
    replace = lambda t: known.get(id(t), t)
    for node in model._layer_graph.nodes:
        if not node.inbound_layers:
            continue
        if node.layer not in copies:
            clone = copy if not isinstance(node.layer, Model) else _clone_inner(clone_function)
            copies[node.layer] = clone(node.layer)
        arguments = {k: nest.map_structure(replace, v) for k, v in node.arguments.items()}
        made = copies[node.layer](nest.map_structure(replace, node.input_tensors), **arguments)
        known.update(zip(map(id, node.flat_outputs), nest.flatten(made)))
    pack = lambda tensors: nest.map_structure(replace, tensors)
    made = Model(pack(model._nested_inputs), pack(model._nested_outputs), name=model.name)
    ends = [n for n in model._layer_graph.nodes if isinstance(n.layer, (AddLoss, AddMetric))]
    made._layer_graph.insert(made.inputs, [known[id(n.output_tensors)] for n in ends])
    return made


def _clone_inner(clone_function):
    return lambda model: clone_model(model, clone_function=clone_function)


def _clone_sequential(model, input_tensors, clone_function):
    from headwater._src.keras.models import Sequential

    copy = clone_function or (lambda layer: type(layer).from_config(layer.get_config()))
    layers = [
        copy(layer)
        for layer in model._all_layers
        if not (input_tensors is not None and isinstance(layer, InputLayer))
    ]
    if input_tensors is not None:
        tensor = nest.flatten(input_tensors)[0]
        layers.insert(0, InputLayer(input_tensor=tensor, name=tensor.op.name))
    return Sequential(layers, name=model.name)
