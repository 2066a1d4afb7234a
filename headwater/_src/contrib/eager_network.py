"""`tf.contrib.eager.Network`: a layer made of layers."""

import inspect

from headwater._src.layers.base import Layer


class Network(Layer):
    """A layer that has other layers; a subclass makes them in its constructor and uses them in
    `call`.

    Args:
      name: the network's name (default: that of its class, in snake case).

    >>> class Net(tf.contrib.eager.Network):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.dense = self.track_layer(tf.layers.Dense(2))
    ...
    ...     def call(self, x):
    ...         return self.dense(x)
    >>> len(Net().layers)
    1
    """

    def __init__(self, name=None):
        super().__init__(name=name)
        self._layers = []

    def track_layer(self, layer):
        """Makes a layer part of the network.

        Args:
          layer: a layer or network.

        Returns:
          The layer.

        Raises:
          TypeError: it is none.
          ValueError: another layer of the network has its name.
        """
        if not hasattr(layer, "call") or not hasattr(layer, "variables"):
            raise TypeError(
                f"Network.track_layer() passed type {type(layer)}, not a tf.layers.Layer"
            )
        if any(layer.name == other.name for other in self._layers):
            raise ValueError(
                f"Attempted to add two Layers with the name '{layer.name}' to the same Network."
            )
        self._layers.append(layer)
        return layer

    @property
    def layers(self):
        """The layers, in the order in which they were tracked."""
        return list(self._layers)

    def get_layer(self, name=None, index=None):
        """One of the layers.

        Args:
          name: its name.
          index: its number; one of the two must be given.

        Raises:
          ValueError: there is no such layer, or not exactly one argument is given.
        """
        if (name is None) == (index is None):
            raise ValueError("Provide exactly one of a layer name and a layer index.")
        if index is not None:
            if len(self._layers) <= index:
                raise ValueError(
                    f"Was asked to retrieve layer at index {index} but model only has "
                    f"{len(self._layers)} layers."
                )
            return self._layers[index]
        for layer in self._layers:
            if layer.name == name:
                return layer
        raise ValueError("No such layer: " + name)

    @property
    def trainable_weights(self):
        """The trainable variables of the network and its layers."""
        if not self.trainable:
            return []
        return [*super().trainable_weights, *self._of_layers("trainable_weights")]

    @property
    def non_trainable_weights(self):
        """The variables of the network and its layers that are not trained."""
        rest = [*super().non_trainable_weights, *self._of_layers("non_trainable_weights")]
        return rest if self.trainable else [*self._of_layers("trainable_weights"), *rest]

    def _of_layers(self, what):
        return [v for layer in self._layers for v in getattr(layer, what)]

    @property
    def weights(self):
        """All variables, the trainable ones first."""
        return self.trainable_weights + self.non_trainable_weights

    variables = weights
    trainable_variables = trainable_weights
    non_trainable_variables = non_trainable_weights


class Sequential(Network):
    """A network that calls its layers one after the other.

    Args:
      layers_funcs: layers, and functions of a tensor.
      name: the network's name.
    """

    def __init__(self, layers_funcs=None, name=None):
        super().__init__(name=name)
        self._functions = []
        for function in layers_funcs or ():
            self.add(function)

    def add(self, layer_func):
        """Appends a layer, or a function of a tensor.

        Args:
          layer_func: the layer or function.

        Raises:
          TypeError: it is neither.
        """
        if hasattr(layer_func, "call"):
            layer_func = self.track_layer(layer_func)
        elif not callable(layer_func):
            raise TypeError(
                f"Sequential.add() takes only tf.layers.Layer objects or callables; not "
                f"'{layer_func}' of type '{type(layer_func)}'."
            )
        self._functions.append(layer_func)

    def call(self, inputs, training=None):
        """What the last layer makes of the inputs.

        Args:
          inputs: a tensor.
          training: handed to the layers that take it.
        """
        for function in self._functions:
            target = getattr(function, "call", function)
            takes = training is not None and "training" in inspect.signature(target).parameters
            inputs = function(inputs, training=training) if takes else function(inputs)
        return inputs
