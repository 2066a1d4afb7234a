"""Operations between layers as layers: `x * 2 + y` on Keras tensors may stand in a model."""

from headwater._src.graph.convert import constant
from headwater._src.graph.static_value import constant_value
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.nodes import Node


class TensorFlowOpLayer(Layer):
    """A layer that makes one node of a given kind.

    Args:
      node_def: the node, as a `NodeDef` proto or as the dict that its JSON form is.
      name: the layer's name; `tf_op_layer_` comes in front.
      constants: dict from an input's number to its value, for inputs that are no Keras tensors.
      trainable: accepted for compatibility.
      dtype: accepted for compatibility.
    """

    def __init__(self, node_def, name, constants=None, trainable=True, dtype=None):
        super().__init__(name="tf_op_layer_" + name, trainable=trainable, dtype=dtype)
        if isinstance(node_def, dict):
            from google.protobuf import json_format

            from headwater._src.core.proto import node_def_pb2

            node_def = json_format.ParseDict(node_def, node_def_pb2.NodeDef())
        self.node_def = node_def
        self.constants = {int(index): value for index, value in (constants or {}).items()}
        self.built = True

    def _name_scope(self):
        return ""

    def call(self, inputs):
        """The outputs of a new node."""
        inputs = list(inputs) if isinstance(inputs, (list, tuple)) else [inputs]
        graph = inputs[0].graph
        for index in sorted(self.constants):
            value = self.constants[index]
            inputs.insert(index, value if hasattr(value, "op") else constant(value))
        attrs = {key: self.node_def.attr[key] for key in self.node_def.attr if key[0] != "_"}
        name = self.node_def.name.rsplit("/", 1)[-1]
        made = graph.create_op(self.node_def.op, inputs, name=name, attrs=attrs).outputs
        return made[0] if len(made) == 1 else list(made)

    def get_config(self):
        from google.protobuf import json_format

        node = json_format.MessageToDict(self.node_def)
        values = {k: getattr(v, "tolist", lambda v=v: v)() for k, v in self.constants.items()}
        return {
            "name": self.name.removeprefix("tf_op_layer_"),
            "trainable": self.trainable,
            "dtype": self.dtype,
            "node_def": node,
            "constants": values,
        }


def give_history(tensors):
    """Makes layers of the operations between Keras tensors and `tensors`.

    Args:
      tensors: list of tensors.
    """
    for op in _operations_before(tensors):
        inputs, constants = [], {}
        for index, tensor in enumerate(op.inputs):
            if hasattr(tensor, "_keras_history"):
                inputs.append(tensor)
            else:
                value = constant_value(tensor)
                constants[index] = tensor if value is None else value
        if not inputs:
            continue  # depends on no layer: a constant for those that use it
        layer = TensorFlowOpLayer(op.node_def, op.name, constants)
        outputs = list(op.outputs)
        one = len(inputs) == 1, len(outputs) == 1
        Node(layer, inputs[0] if one[0] else inputs, outputs[0] if one[1] else outputs)


def _operations_before(tensors):
    """The operations that lead to `tensors` and whose outputs are no Keras tensors, in order."""
    found, entered = [], set()
    pending = [(t.op, False) for t in tensors if not hasattr(t, "_keras_history")]
    while pending:
        op, ready = pending.pop()
        if ready:
            found.append(op)
        elif op not in entered:
            entered.add(op)
            pending.append((op, True))
            pending += [(t.op, False) for t in op.inputs if not hasattr(t, "_keras_history")]
    return found
