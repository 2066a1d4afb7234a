"""The tensors that go into a layer and come out of it, for each use of it."""

from headwater._src.core import nest


class LayerEnds:
    """The part of `Layer` that knows its uses (`_inbound_nodes`, `_outbound_nodes`)."""

    @property
    def inbound_nodes(self):
        """The uses of the layer, as `Node`s."""
        return self._inbound_nodes

    @property
    def outbound_nodes(self):
        """The uses of the layer's outputs by other layers, as `Node`s."""
        return self._outbound_nodes

    def _of_use(self, index, attribute, what):
        if not self._inbound_nodes:
            raise RuntimeError(f"The layer has never been called and thus has no defined {what}.")
        if not -len(self._inbound_nodes) <= index < len(self._inbound_nodes):
            raise ValueError(
                f"Asked to get {what} at node {index}, but the layer has only "
                f"{len(self._inbound_nodes)} inbound nodes."
            )
        values = getattr(self._inbound_nodes[index], attribute)
        if isinstance(values, (list, tuple)) and len(values) == 1 and "shape" not in what:
            return values[0]
        return values

    def _of_only_use(self, attribute, what):
        if not self._inbound_nodes:
            raise AttributeError(
                f"Layer {self.name} is not connected, no {what} to return."
                if "shape" not in what
                else f"The layer {self.name} has never been called and thus has no defined {what}."
            )
        if len(self._inbound_nodes) > 1:
            values = [getattr(node, attribute) for node in self._inbound_nodes]
            if "shape" not in what or any(v != values[0] for v in values):
                raise AttributeError(
                    f'Layer {self.name} has multiple inbound nodes, hence the notion of "layer '
                    f'{what}" is ill-defined. Use `get_{what.replace(" ", "_")}_at(node_index)` '
                    "instead."
                )
        return self._of_use(0, attribute, what)

    def get_input_at(self, node_index):
        """The input tensor(s) of one use.

        Args:
          node_index: the number of the use, the first is 0.
        """
        return self._of_use(node_index, "input_tensors", "input")

    def get_output_at(self, node_index):
        """The output tensor(s) of one use.

        Args:
          node_index: the number of the use, the first is 0.
        """
        return self._of_use(node_index, "output_tensors", "output")

    def get_input_shape_at(self, node_index):
        """The shape(s) of the input of one use, as tuples.

        Args:
          node_index: the number of the use, the first is 0.
        """
        return self._of_use(node_index, "input_shapes", "input shape")

    def get_output_shape_at(self, node_index):
        """The shape(s) of the output of one use, as tuples.

        Args:
          node_index: the number of the use, the first is 0.
        """
        return self._of_use(node_index, "output_shapes", "output shape")

    def get_input_mask_at(self, node_index):
        """The mask(s) of the input of one use.

        Args:
          node_index: the number of the use, the first is 0.
        """
        return _masks(self.get_input_at(node_index))

    def get_output_mask_at(self, node_index):
        """The mask(s) of the output of one use.

        Args:
          node_index: the number of the use, the first is 0.
        """
        return _masks(self.get_output_at(node_index))

    @property
    def input(self):
        """The input tensor(s) of the layer's only use."""
        return self._of_only_use("input_tensors", "input")

    @property
    def output(self):
        """The output tensor(s) of the layer's only use."""
        return self._of_only_use("output_tensors", "output")

    @property
    def input_shape(self):
        """The shape(s) of the input, as tuples; the same in all uses."""
        return self._of_only_use("input_shapes", "input shape")

    @property
    def output_shape(self):
        """The shape(s) of the output, as tuples; the same in all uses."""
        return self._of_only_use("output_shapes", "output shape")

    @property
    def input_mask(self):
        """The mask(s) of the input of the layer's only use."""
        return _masks(self.input)

    @property
    def output_mask(self):
        """The mask(s) of the output of the layer's only use."""
        return _masks(self.output)


def _masks(tensors):
    return nest.map_structure(lambda t: getattr(t, "_keras_mask", None), tensors)
