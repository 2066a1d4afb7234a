"""Graphs of layers: what lies between some inputs and outputs, in the order that Keras lists it."""

from headwater._src.core import nest


class LayerGraph:
    """The layers and their uses between inputs and outputs.

    Layers are listed by depth, the greatest distance to an output, the deepest first; layers of the
    same depth in the order in which a walk from the outputs finds them.

    Args:
      inputs: list of input tensors.
      outputs: list of output tensors.

    Attributes:
      layers: the layers.
      nodes: their uses in an order in which they can be run.

    Raises:
      ValueError: an output does not come from the inputs.
    """

    def __init__(self, inputs, outputs):
        self._index, self._done = {}, []
        finished, under_way = set(), set()
        for tensor in outputs:
            self._walk(tensor, finished, under_way)
        self._sources = {id(t) for t in inputs}
        node_depth, layer_depth = {}, {}
        for node in reversed(self._done):
            depth = max(node_depth.get(node, 0), layer_depth.get(node.layer, 0))
            node_depth[node] = layer_depth[node.layer] = depth
            for parent in _parents(node):
                node_depth[parent] = max(depth + 1, node_depth.get(parent, 0))
        for tensor in inputs:
            layer, index, _ = tensor._keras_history
            if layer not in layer_depth:
                layer_depth[layer], self._index[layer] = 0, -1
                node_depth[layer._inbound_nodes[index]] = 0
        self.layers = sorted(layer_depth, key=lambda one: (-layer_depth[one], self._index[one]))
        self.nodes = sorted(node_depth, key=lambda node: -node_depth[node])
        self._check(inputs)

    def _walk(self, tensor, finished, under_way):
        """Lists the uses that `tensor` needs, those that need nothing first; no recursion."""
        pending = [(_node(tensor), None)]
        while pending:
            node, parents = pending.pop()
            if node in finished:
                continue
            if parents is None:
                if node in under_way:
                    raise ValueError(f"layer {node.layer.name} is part of a cycle")
                under_way.add(node)
                self._index.setdefault(node.layer, len(self._index))
                parents = iter(_parents(node))
            for parent in parents:
                if parent not in finished:
                    pending += [(node, parents), (parent, None)]
                    break
            else:
                finished.add(node)
                under_way.discard(node)
                self._done.append(node)

    def insert(self, inputs, tensors):
        """Adds what leads to further tensors that are no outputs, such as losses.

        Args:
          inputs: the inputs of the graph.
          tensors: list of tensors.
        """
        more = LayerGraph(inputs, tensors)
        self.nodes += [node for node in more._done if node not in self.nodes]
        for node in more._done:
            if node.layer not in self.layers:
                self.layers.append(node.layer)

    def _check(self, inputs):
        available = {id(t) for t in inputs}
        for node in self.nodes:
            if _is_source(node):
                if not all(id(t) in available for t in node.flat_outputs):
                    tensor = node.flat_outputs[0]
                    raise ValueError(
                        f"Graph disconnected: cannot obtain value for tensor {tensor} at layer "
                        f'"{node.layer.name}". It is no input of the model.'
                    )
        names = [layer.name for layer in self.layers]
        for name in names:
            if names.count(name) != 1:
                raise ValueError(
                    f'The name "{name}" is used {names.count(name)} times in the model. All layer '
                    "names should be unique."
                )

    def run(self, inputs, values, outputs):
        """The layers applied to other inputs.

        Args:
          inputs: the inputs of the graph.
          values: tensors in their place.
          outputs: the outputs of the graph.

        Returns:
          List of tensors in the place of the outputs.
        """
        known = {id(t): value for t, value in zip(inputs, values)}
        replace = lambda t: known.get(id(t), t)
        for node in self.nodes:
            if _is_source(node) or all(id(t) in known for t in node.flat_outputs):
                continue
            arguments = {k: nest.map_structure(replace, v) for k, v in node.arguments.items()}
            made = node.layer(nest.map_structure(replace, node.input_tensors), **arguments)
            for old, new in zip(node.flat_outputs, nest.flatten(made)):
                known[id(old)] = new
        return [known[id(t)] for t in outputs]


def _node(tensor):
    layer, index, _ = tensor._keras_history
    return layer._inbound_nodes[index]


def _is_source(node):
    return not node.inbound_layers


def _parents(node):
    if _is_source(node):
        return []
    return [_node(t) for t in node.flat_inputs if hasattr(t, "_keras_history")]
