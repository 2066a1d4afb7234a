"""Nodes that only wait: `no_op`, `group` and `tuple`."""

import builtins

from headwater._src.graph import define_op, public, raw
from headwater._src.graph.default import executing_eagerly, get_default_graph
from headwater._src.graph.graph import get_graph_from_inputs
from headwater._src.graph.operation import Operation, Tensor
from headwater._src.ops._scope import scope

NoOp = define_op("NoOp")


@NoOp.kernel
def no_op_kernel(xp):
    return ()


NoOp.no_gradient()


@public
def no_op(name=None):
    """An operation that does nothing; useful as a place for control dependencies.

    Args:
      name: name of the node.

    Returns:
      The `Operation`.
    """
    return raw.NoOp(name=name)


@public
def group(*inputs, **kwargs):
    """One operation that finishes when all of `inputs` have.

    Args:
      *inputs: operations, tensors, or nested lists of them.
      **kwargs: `name` of the operation.

    Returns:
      An `Operation`; its value is None. Where the inputs have several devices, each device has a
      node of its
      own, and the result waits for those.

    Raises:
      TypeError: an unknown keyword argument, or an input that is not an operation or tensor.
    """
    name = kwargs.pop("name", None)
    if kwargs:
        raise TypeError(f"Unknown keyword arguments: {', '.join(kwargs)}")
    if executing_eagerly():  # they have run
        return raw.NoOp(name=name)
    flat = builtins.list(_flatten(inputs))
    with scope(name, "group_deps", [*flat, *(getattr(x, "op", None) for x in flat)]) as node_name:
        if not flat:
            return no_op(node_name)
        by_device = {}
        for item in flat:
            op = _operation(item)
            by_device.setdefault(op.device or "", []).append(op)
        graph = get_default_graph()
        if len(by_device) == 1:
            ((device, ops),) = by_device.items()
            return _waiting(graph, device, ops, node_name)
        parts = [_waiting(graph, device, by_device[device], "NoOp") for device in sorted(by_device)]
        with graph.control_dependencies(parts):
            return no_op(node_name)


def _waiting(graph, device, ops, name):
    with graph.device(device), graph.control_dependencies(ops):
        return no_op(name)


def _flatten(items):
    for item in items:
        if isinstance(item, dict):
            yield from _flatten([item[key] for key in sorted(item)])
        elif isinstance(item, (builtins.list, builtins.tuple)) and not hasattr(item, "op"):
            yield from _flatten(item)
        elif item is not None:
            yield item


def _operation(item):
    if isinstance(item, Operation):
        return item
    op = getattr(item, "op", None)
    if not isinstance(op, Operation):
        raise TypeError(
            f"'inputs' should be zero or more (nested) Tensors. Received '{item!r}' with type "
            f"'{type(item)}'."
        )
    return op


@public
def with_dependencies(dependencies, output_tensor, name=None):
    """The value of `output_tensor`, available only after `dependencies` have run.

    Args:
      dependencies: list of operations or tensors.
      output_tensor: a `Tensor` or `IndexedSlices`.
      name: name of the node.

    Returns:
      What `output_tensor` is, on its device.
    """
    with scope(name, "control_dependency", [*dependencies, output_tensor]) as node_name:
        graph = get_graph_from_inputs([*dependencies, output_tensor])
        with graph.colocate_with(output_tensor), graph.control_dependencies(dependencies):
            if isinstance(output_tensor, Tensor) or not hasattr(output_tensor, "indices"):
                return raw.Identity(output_tensor, name=node_name)
            return type(output_tensor)(
                raw.Identity(output_tensor.values, name=node_name),
                output_tensor.indices,
                output_tensor.dense_shape,
            )


@public
def tuple(tensors, name=None, control_inputs=None):
    """The tensors of a list, each available only when all of them have been computed.

    Args:
      tensors: list of tensors or `IndexedSlices`; None entries stay None.
      name: name of the scope of the new nodes.
      control_inputs: further operations to wait for.

    Returns:
      A list like `tensors`.

    Raises:
      ValueError: `tensors` holds nothing to wait for.
      TypeError: `control_inputs` holds something else than operations and tensors.
    """
    with scope(name, "tuple", tensors):
        ops = {t if isinstance(t, Operation) else t.op for t in tensors if t is not None}
        for item in control_inputs or ():
            if not isinstance(item, Operation) and not hasattr(item, "op"):
                raise TypeError(
                    f"'control_inputs' must only contain Operation or Tensor. Received: {item!r}"
                )
            ops.add(item if isinstance(item, Operation) else item.op)
        if not ops:
            raise ValueError(f"'tensors' must have at least one Tensor. Received: {tensors}.")
        gate = group(*sorted(ops, key=lambda op: op._id))
        result = []
        for item in tensors:
            if item is None:
                result.append(None)
            elif isinstance(item, Operation):
                with gate.graph.control_dependencies([gate]):
                    result.append(no_op())
            else:
                result.append(with_dependencies([gate], item))
        return result
