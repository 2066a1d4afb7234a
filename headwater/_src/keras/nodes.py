"""Uses of layers: which layer made which tensors from which. Models are read off these."""

from typing import Any, NamedTuple

from headwater._src.core import nest


class KerasHistory(NamedTuple):
    """Where a tensor comes from: output `tensor_index` of use `node_index` of `layer`."""

    layer: Any
    node_index: int
    tensor_index: int


class Node:
    """One use of a layer.

    Args:
      layer: the layer that was called.
      inputs: its inputs, a tensor or a nested structure of tensors.
      outputs: its outputs, likewise.
      arguments: the further arguments of the call, by name.
    """

    def __init__(self, layer, inputs, outputs, arguments=None):
        self.layer = self.outbound_layer = layer
        self.input_tensors, self.output_tensors = inputs, outputs
        self.arguments = arguments or {}
        index = len(layer._inbound_nodes)
        layer._inbound_nodes.append(self)
        for maker in self.inbound_layers:
            maker._outbound_nodes.append(self)
        for i, tensor in enumerate(self.flat_outputs):
            tensor._keras_history = KerasHistory(layer, index, i)

    @property
    def inbound_layers(self):
        """The layers that made the inputs, one for each; none for an input layer."""
        own = {id(t) for t in self.flat_outputs}
        known = [t for t in self.flat_inputs if hasattr(t, "_keras_history") and id(t) not in own]
        return [t._keras_history.layer for t in known]

    @property
    def flat_inputs(self):
        """The input tensors as a list."""
        return nest.flatten(self.input_tensors) if self.input_tensors is not None else []

    @property
    def flat_outputs(self):
        """The output tensors as a list."""
        return nest.flatten(self.output_tensors)

    @property
    def input_shapes(self):
        """The shapes of the inputs as tuples, in the inputs' structure."""
        return nest.map_structure(lambda t: _tuple(t), self.input_tensors)

    @property
    def output_shapes(self):
        """The shapes of the outputs as tuples, in the outputs' structure."""
        return nest.map_structure(lambda t: _tuple(t), self.output_tensors)


def _tuple(tensor):
    dims = tensor.shape
    return None if dims.ndims is None else tuple(dims.as_list())
