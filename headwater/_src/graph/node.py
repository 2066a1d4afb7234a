"""Making one node from tensors and finished attrs: name, surroundings, shapes, then into the graph.

`build` and `convert` come before this (they find the tensors and attrs); every node is made here.
"""

from headwater._src.core import dtypes
from headwater._src.graph import inference, scopes as scopes_lib
from headwater._src.graph.optable import OPS


def make_node(graph, op, name, inputs, attrs, output_types):
    """Adds a node to `graph`.

    Args:
      graph: the `Graph`.
      op: the `Op`.
      name: node name to be made unique in the current scope, or one ending in `/`, taken as it is.
      inputs: tuple of `Tensor`s.
      attrs: dict of attr values, complete.
      output_types: list of `DType`s.

    Returns:
      The `Operation`.

    Raises:
      ValueError: the inputs' shapes do not fit, or the name is invalid or taken.
      RuntimeError: the graph is finalized.
    """
    if graph.eager:
        return graph.execute(op, name, inputs, attrs, output_types)
    if graph._finalized:
        raise RuntimeError("Graph is finalized and cannot be modified.")
    if name[-1] == "/":
        name = name[:-1]
        if name in graph._by_name:
            raise ValueError(f"Duplicate node name in graph: '{name}'")
    else:
        name = graph.unique_name(name)
    graph.check_name(name)
    scopes = graph._local.scopes
    if graph.building_function:
        inputs = graph.capture_inputs(op, inputs)
    node = graph.new_operation(op, name, inputs, attrs, output_types)
    if not scopes.plain or scopes.container:
        _surround(node, scopes, inputs)
    inference.infer(node)
    graph.insert(node)
    return node


def _surround(node, scopes, inputs):
    """Gives the node what the `with` blocks around it say."""
    op = node.op
    for key, value in scopes.attrs:
        node.attrs.setdefault(key, value)
    for op_type, label in scopes.kernel_labels:
        if op_type == op.name:
            node.attrs["_kernel"] = label
    for op_type, gradient in scopes.gradients:
        if op_type == op.name:
            node.attrs["_gradient_op_type"] = gradient
    if scopes.controllers:
        node._control = tuple(scopes_lib.control_inputs_for(scopes.controllers, inputs))
        for controller in scopes.controllers:
            controller.seen.add(node)
    if scopes.devices:
        scopes_lib.device_for(scopes.devices, node)
        node._device_blocks = scopes.devices
    if scopes.colocate:
        groups = set()
        node._colocations = scopes.colocate
        for other, _ in scopes.colocate:
            groups.update(other.colocation_groups())
            if other.device:
                node.device = other.device
        node.attrs["_class"] = [g.decode() for g in sorted(groups)]
    if scopes.container and "container" in op.attr_names and not node.attrs.get("container"):
        node.attrs["container"] = scopes.container


def constant_node(graph, array, name="Const"):
    """Adds a `Const` node.

    Args:
      graph: the `Graph`.
      array: the value; a NumPy array (strings as an object array of bytes).
      name: as in `make_node`.

    Returns:
      The `Tensor`.
    """
    if graph.eager:
        return graph.constant(array)
    dtype = dtypes.as_dtype(array.dtype)
    attrs = {"value": array, "dtype": dtype}
    if graph._local.scopes.plain and not graph._finalized and name[-1] != "/":
        # The commonest node of all: nothing to infer.
        name = graph.unique_name(name)
        graph.check_name(name)
        node = graph.new_operation(OPS["Const"], name, (), attrs, [dtype])
        node.outputs[0].dims = array.shape
        graph.insert(node)
        return node.outputs[0]
    return make_node(graph, OPS["Const"], name, (), attrs, [dtype]).outputs[0]
