"""`Sequential`: layers one after the other."""

from headwater._src.core import nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.keras.base_layer import as_shapes
from headwater._src.keras.input_layer import InputLayer
from headwater._src.keras.model import Model
from headwater._src.keras.model_config import class_name


class Sequential(Model):
    """Layers one after the other.

    The first layer says the shape of the inputs by `input_shape`; where it does not, the variables
    are made when the model first sees data.

    Args:
      layers: list of layers.
      name: the model's name.

    >>> model = tf.keras.Sequential([tf.keras.layers.Dense(3, input_shape=(4,))])
    >>> model.output_shape
    (None, 3)
    """

    def __init__(self, layers=None, name=None):
        super().__init__(name=name)
        self._all_layers = []
        self._build_input_shape = None
        for layer in layers or []:
            self.add(layer)

    @property
    def _layers(self):
        return self.__dict__.get("_all_layers", [])

    @property
    def layers(self):
        """The layers, without the input layer."""
        return [x for x in self._layers if not isinstance(x, InputLayer)]

    def add(self, layer):
        """Adds a layer at the end.

        Args:
          layer: a layer, or the tensor of an `Input`.

        Raises:
          TypeError: it is no layer.
          ValueError: it has the name of another layer, or several outputs.
        """
        history = getattr(layer, "_keras_history", None)
        if history is not None:
            layer = history.layer
        if not hasattr(layer, "_inbound_nodes"):
            raise TypeError(
                f"The added layer must be an instance of class Layer. Found: {layer} of type "
                f"{type(layer)}."
            )
        if any(layer.name == known.name for known in self._all_layers):
            raise ValueError(
                f'All layers added to a Sequential model should have unique names. Name "'
                f'{layer.name}" is already the name of a layer in this model. Update the `name` '
                "argument to pass a unique name."
            )
        if not self._all_layers and not isinstance(layer, InputLayer):
            shape = _known_input_shape(layer)
            if shape is not None:
                start = InputLayer(
                    batch_input_shape=shape, dtype=layer.dtype, name=layer.name + "_input"
                )
                self._all_layers.append(start)
        self._all_layers.append(layer)
        if isinstance(self._all_layers[0], InputLayer):
            self._extend(layer)
        else:
            self.built = False
            self.inputs = self.outputs = None

    def _extend(self, layer):
        """Applies the newest layer to the output so far."""
        first = self._all_layers[0].output
        if layer is self._all_layers[0]:
            self._ends = first, first
            if not isinstance(layer, InputLayer):
                return
        else:
            if self._ends_missing():
                self._ends = first, first
            output = layer(self._ends[1])
            if len(nest.flatten(output)) != 1:
                raise ValueError(
                    "All layers in a Sequential model should have a single output tensor. For "
                    "multi-output layers, use the functional API."
                )
            self._ends = first, output
        if len(self._all_layers) > 1:
            self._connect(*self._ends)

    def _ends_missing(self):
        return self.__dict__.get("_ends") is None

    def pop(self):
        """Removes the last layer.

        Raises:
          TypeError: there is none.
        """
        if not self.layers:
            raise TypeError("There are no layers in the model.")
        layer = self._all_layers.pop()
        if not self.layers:
            self._all_layers.clear()
            self.inputs = self.outputs = self._layer_graph = self._ends = None
            self.built = False
        elif self._layer_graph is not None:
            node = self._ends[1]._keras_history.node_index
            self._ends = self._ends[0], layer._inbound_nodes[node].input_tensors
            self._connect(*self._ends)

    def build(self, input_shape=None):
        """Makes the variables for inputs of a shape.

        Args:
          input_shape: the shape with the batch dimension.

        Raises:
          ValueError: no shape is known.
        """
        if self._layer_graph is None:
            if input_shape is None:
                raise ValueError(
                    "Input shape must be defined when calling build() on a Sequential."
                )
            self._build_input_shape = tuple(TensorShape(input_shape).as_list())
            self._call_on_placeholders(as_shapes(input_shape))
        self.built = True

    def call(self, inputs, training=None, mask=None):
        """The last layer's output.

        Args:
          inputs: a tensor.
          training: whether the layers are in training.
          mask: mask of the input.
        """
        if self._layer_graph is not None:
            return super().call(inputs, training=training, mask=mask)
        if mask is not None:
            inputs._keras_mask = mask
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def predict_proba(self, x, batch_size=32, verbose=0):
        """The same as `predict`.

        Args:
          x: the inputs.
          batch_size: examples at a time.
          verbose: 1 shows progress.
        """
        return self.predict(x, batch_size, verbose)

    def predict_classes(self, x, batch_size=32, verbose=0):
        """The numbers of the most probable classes.

        Args:
          x: the inputs.
          batch_size: examples at a time.
          verbose: 1 shows progress.
        """
        found = self.predict(x, batch_size, verbose)
        if found.shape[-1] > 1:
            return found.argmax(axis=-1)
        return (found > 0.5).astype("int32")

    def get_config(self):
        layers = [
            {"class_name": class_name(layer), "config": layer.get_config()}
            for layer in self._all_layers
        ]
        config = {"name": self.name, "layers": layers}
        if not self._is_graph_network and self._build_input_shape is not None:
            config["build_input_shape"] = self._build_input_shape
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The model that a configuration describes.

        Args:
          config: what `get_config` gave, or the list of the layers' configurations.
          custom_objects: dict from names to classes and functions of the program's own.
        """
        from headwater._src.keras import layer_registry

        entries = config if isinstance(config, list) else config["layers"]
        model = cls(name=None if isinstance(config, list) else config.get("name"))
        for entry in entries:
            model.add(layer_registry.deserialize(entry, custom_objects=custom_objects))
        shape = None if isinstance(config, list) else config.get("build_input_shape")
        if not model.built and shape is not None:
            model.build(shape)
        return model


def _known_input_shape(layer):
    """The shape of the inputs that a first layer was told, or has as a model, or None."""
    if hasattr(layer, "_batch_input_shape"):
        return layer._batch_input_shape
    inner = getattr(layer, "layers", None)
    if inner and getattr(layer, "_layer_graph", None) is not None:
        return tuple(layer.inputs[0].shape.as_list())
    return None
