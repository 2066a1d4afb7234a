"""From a call such as `raw.MatMul(a, b)` to a node: inputs become tensors, attrs are inferred and
checked.

The rules and the decisive sentences of the errors are those of TensorFlow's op library, since
programs (and their tests) rely on both.
"""

from collections import namedtuple

import numpy as np

from headwater._src.core import dtypes, tensor_proto
from headwater._src.graph import dims as dims_lib
from headwater._src.graph.convert import convert_n_to_tensor, convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.graph import OutOfScope, get_graph_from_inputs
from headwater._src.graph.node import make_node
from headwater._src.graph.opdef import REQUIRED
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import OPS
from headwater._src.graph.scopes import Colocation


class _Plan:
    """What `apply_op` needs to know of a signature, computed once."""

    def __init__(self, op):
        opdef = op.opdef
        self.simple = not any(arg.is_list for arg in (*opdef.inputs, *opdef.outputs))
        inferred = set()
        for arg in opdef.inputs:
            inferred.update(filter(None, (arg.type_attr, arg.number_attr, arg.type_list_attr)))
        self.inferred = inferred
        self.explicit = [attr for attr in opdef.attrs if attr.name not in inferred]
        self.attrs = {attr.name: attr for attr in opdef.attrs}
        self.refs = (
            tuple(i for i, arg in enumerate(opdef.inputs) if arg.is_ref) if self.simple else ()
        )
        self.defaults = {
            attr.name: attr.default for attr in opdef.attrs if attr.default is not REQUIRED
        }
        self.result = (
            namedtuple(op.name, [f"{a.name}" for a in opdef.outputs], rename=True)
            if len(opdef.outputs) > 1
            else None
        )


def apply_op(op, inputs, attrs, name):
    """Adds a node that applies `op`.

    Args:
      op: the `Op`.
      inputs: the op's inputs in order: tensors, or values to be converted.
      attrs: attr values by name; may hold inputs by name too.
      name: node name, or None for the op's own.

    Returns:
      The output tensor; a list, where the op's output is one; a named tuple of outputs when there
      are several; the `Operation` when there are none.

    Raises:
      TypeError: an input or attr of a wrong type, or a missing attr.
      ValueError: shapes that do not fit, tensors of different graphs, attr values out of range.
    """
    plan = op.plan
    if plan is None:
        plan = op.plan = _Plan(op)
    if len(inputs) != len(op.input_names):
        inputs = _complete(op, inputs, attrs)
    graph = get_default_graph()
    if graph.eager:
        done = _run_now(op, plan, graph, inputs, attrs, name)
        if done is not None:
            return _outputs(op, plan, done)
    for value in inputs:
        if value.__class__ is Tensor:
            if value.op.graph is not graph:
                graph = _graph_of(op, inputs, name)
                break
        else:
            graph = _graph_of(op, inputs, name)
            break
    tensors, types = _fast_inputs(op, plan, inputs, Tensor) if plan.simple else (None, None)
    if tensors is None:
        if not name:
            name = op.name
        if name[-1] != "/":
            graph.check_name(name)
            name = graph.unique_name(name) + "/"
        with graph.as_default():
            before = graph._local.scopes
            graph._local.scopes = before.named(name[:-1])
            try:
                tensors, types = _convert_inputs(op, plan, inputs, attrs)
            finally:
                graph._local.scopes = before
    attrs = _finish_attrs(op, plan, attrs, types)
    if plan.refs:
        # What works on a variable in place belongs where the variable is.
        before = graph._local.scopes
        graph._local.scopes = before.replace(
            devices=(),
            colocate=(*before.colocate, *(Colocation(tensors[i].op, ()) for i in plan.refs)),
        )
        try:
            node = make_node(graph, op, name or op.name, tensors, attrs, _output_types(op, attrs))
        finally:
            graph._local.scopes = before
    else:
        node = make_node(graph, op, name or op.name, tensors, attrs, _output_types(op, attrs))
    return _outputs(op, plan, node)


def _run_now(op, plan, graph, inputs, attrs, name):
    """The operation, run at once; None when an input is a tensor of another graph."""
    tensors, types = (
        _fast_inputs(op, plan, inputs, graph.tensor_type) if plan.simple else (None, None)
    )
    if tensors is None:
        if get_graph_from_inputs(_flatten(inputs)) is not graph:
            return None
        tensors, types = _convert_inputs(op, plan, inputs, attrs)
    attrs = _finish_attrs(op, plan, attrs, types)
    return graph.execute(op, name or op.name, tuple(tensors), attrs, _output_types(op, attrs))


def _graph_of(op, inputs, name):
    try:
        return get_graph_from_inputs(_flatten(inputs))
    except OutOfScope as error:
        current, name = get_default_graph(), name or op.name
        user = name[:-1] if name[-1] == "/" else current.unique_name(name, mark_as_used=False)
        raise OutOfScope(error.value, user, current) from None


def _flatten(values):
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from value
        else:
            yield value


def _complete(op, inputs, attrs):
    """Inputs given partly by name."""
    if len(inputs) > len(op.input_names):
        raise TypeError(
            f"{op.name} takes {len(op.input_names)} inputs {list(op.input_names)}, got "
            f"{len(inputs)}"
        )
    inputs = list(inputs)
    for arg in op.input_names[len(inputs) :]:
        if arg not in attrs:
            raise TypeError(f"No argument for input {arg} found in {op.name}")
        inputs.append(attrs.pop(arg))
    return inputs


def _fast_inputs(op, plan, inputs, tensor_type):
    """The common case: every input is already a tensor, of a type that fits; else (None, None)."""
    types = {}
    for arg, value in zip(op.opdef.inputs, inputs):
        if value.__class__ is not tensor_type:
            return None, None
        dtype = value.dtype
        if arg.is_ref:
            if not dtype._is_ref_dtype:
                return None, None
            dtype = dtype.base_dtype
        elif dtype._is_ref_dtype:
            dtype = dtype.base_dtype
        if arg.type_attr:
            if types.setdefault(arg.type_attr, dtype) is not dtype:
                return None, None
        elif dtype is not arg.type:
            return None, None
    return tuple(inputs), types


def _convert_inputs(op, plan, inputs, attrs):
    tensors, types = [], {}
    owner = {}
    for arg, value in zip(op.opdef.inputs, inputs):
        if arg.is_list:
            tensors.extend(_convert_list(op, plan, arg, value, attrs, types, owner))
            continue
        wanted = arg.type
        default = None
        if arg.type_attr:
            wanted = types.get(arg.type_attr)
            if wanted is None and attrs.get(arg.type_attr) is not None:
                wanted = dtypes.as_dtype(attrs[arg.type_attr])
            default = plan.defaults.get(arg.type_attr)
        tensor = _convert_one(op, plan, arg, value, wanted, default, owner, arg.name)
        base = tensor.dtype.base_dtype
        if arg.type_attr and arg.type_attr not in types:
            types[arg.type_attr] = base
            owner[arg.type_attr] = arg.name
            _check_allowed(op, plan, arg.type_attr, base, arg.name)
        tensors.append(tensor)
    return tuple(tensors), types


def _convert_one(op, plan, arg, value, wanted, default, owner, name):
    try:
        tensor = None
        if default is not None and wanted is None:
            # The attr's default only matters for values whose own type will not do (an empty list,
            # say).
            allowed = plan.attrs[arg.type_attr].allowed
            if allowed is not None:
                tensor = convert_to_tensor(value, None, name, as_ref=arg.is_ref)
                if tensor.dtype.base_dtype not in allowed:
                    tensor = None
        if tensor is None:
            tensor = convert_to_tensor(
                value, wanted, name, preferred_dtype=default, as_ref=arg.is_ref
            )
    except (TypeError, ValueError) as error:
        raise _conversion_error(op, plan, arg, value, wanted, owner, error) from None
    if arg.is_ref and not tensor.dtype._is_ref_dtype:
        raise _not_mutable(op, arg)
    if wanted is not None and tensor.dtype.base_dtype != wanted:
        raise _mismatch(op, arg, tensor, wanted, owner)
    return tensor


def _mismatch(op, arg, tensor, wanted, owner):
    found = tensor.dtype.base_dtype.name
    prefix = f"Input '{arg.name}' of '{op.name}' Op has type {found} that does not match"
    if arg.type_attr and arg.type_attr in owner:
        return TypeError(f"{prefix} type {wanted.name} of argument '{owner[arg.type_attr]}'.")
    return TypeError(f"{prefix} expected type of {wanted.name}.")


def _conversion_error(op, plan, arg, value, wanted, owner, error):
    if isinstance(value, Tensor) and wanted is not None:
        return _mismatch(op, arg, value, wanted, owner)
    if wanted is not None:
        try:
            tensor_proto.to_ndarray(value)
        except (TypeError, ValueError):
            return ValueError(
                f"Tried to convert '{arg.name}' to a tensor and failed. Error: {error}"
            )
        return TypeError(
            f"Expected {wanted.name} passed to parameter '{arg.name}' of op '{op.name}', got "
            f"{value!r} of type '{type(value).__name__}' instead. Error: {error}"
        )
    if isinstance(error, TypeError) and "no conversion function" in str(error):
        return error
    return ValueError(f"Tried to convert '{arg.name}' to a tensor and failed. Error: {error}")


def _convert_list(op, plan, arg, value, attrs, types, owner):
    if not isinstance(value, (list, tuple)):
        raise TypeError(f"Expected list for '{arg.name}' argument to '{op.name}' Op, not {value}.")
    if arg.type_list_attr:
        return _convert_mixed(op, plan, arg, value, attrs, types)
    count = types.setdefault(arg.number_attr, len(value))
    if count != len(value):
        raise ValueError(
            f"List argument '{arg.name}' to '{op.name}' Op with length {len(value)} must match "
            f"length {count} of the lists before it."
        )
    _check_length(op, plan.attrs[arg.number_attr], arg, count)
    wanted = _element_type(arg, value, attrs, types)
    default = plan.defaults.get(arg.type_attr)
    tensors = []
    for i, item in enumerate(value):
        try:
            tensor = convert_to_tensor(
                item, wanted, f"{arg.name}_{i}", preferred_dtype=default, as_ref=arg.is_ref
            )
        except (TypeError, ValueError) as error:
            raise _list_error(op, arg, value, item, wanted, error) from None
        if arg.is_ref and not tensor.dtype._is_ref_dtype:
            raise _not_mutable(op, arg)
        if wanted is None:
            wanted = tensor.dtype.base_dtype
        tensors.append(tensor)
    if arg.type_attr and arg.type_attr not in types and wanted is not None:
        types[arg.type_attr] = wanted
        owner[arg.type_attr] = arg.name
        _check_allowed(op, plan, arg.type_attr, wanted, arg.name)
    return tensors


def _convert_mixed(op, plan, arg, value, attrs, types):
    """The tensors of a list argument whose elements have types of their own."""
    wanted = attrs.get(arg.type_list_attr)
    if wanted is None:
        tensors = convert_n_to_tensor(value, None, arg.name, as_ref=arg.is_ref)
    else:
        wanted = [dtypes.as_dtype(w) for w in wanted]
        if len(wanted) != len(value):
            raise ValueError(
                f"{arg.name!r} of {op.name!r} Op has {len(value)} tensors, but "
                f"{len(wanted)} types were given"
            )
        tensors = [
            convert_to_tensor(v, w, f"{arg.name}_{i}", as_ref=arg.is_ref)
            for i, (v, w) in enumerate(zip(value, wanted))
        ]
    types[arg.type_list_attr] = [t.dtype.base_dtype for t in tensors]
    _check_length(op, plan.attrs[arg.type_list_attr], arg, len(tensors))
    return tensors


def _check_length(op, attr, arg, count):
    if attr.minimum is not None and count < attr.minimum:
        raise ValueError(
            f"List argument '{arg.name}' to '{op.name}' Op with length {count} shorter than "
            f"minimum length {attr.minimum}."
        )


def _element_type(arg, value, attrs, types):
    """The type that the elements of a list argument must have; None while nothing says it."""
    if not arg.type_attr:
        return arg.type
    wanted = types.get(arg.type_attr)
    if wanted is None and attrs.get(arg.type_attr) is not None:
        wanted = dtypes.as_dtype(attrs[arg.type_attr])
    if wanted is None:
        wanted = next((t.dtype.base_dtype for t in value if isinstance(t, Tensor)), None)
    if wanted is None:
        convertible = (v for v in value if hasattr(v, "_as_graph_element"))
        wanted = next((dtypes.as_dtype(v.dtype).base_dtype for v in convertible), None)
    return wanted


def _list_error(op, arg, value, item, wanted, error):
    """The error of an element, `item`, of a list argument that cannot be converted."""
    kinds = [_kind(v) for v in value]
    differ = len(set(kinds)) > 1 or isinstance(item, Tensor)
    problem = "that do not match" if differ else "that are invalid"
    expected = f" expected type {wanted.name}" if wanted is not None and arg.type else ""
    return TypeError(
        f"Tensors in list passed to '{arg.name}' of '{op.name}' Op have types "
        f"[{', '.join(kinds)}] {problem}{expected}. "
        f"{'' if isinstance(item, Tensor) else error}".rstrip()
    )


def _not_mutable(op, arg):
    return TypeError(
        f"'{op.name}' Op requires that input '{arg.name}' be a mutable tensor (e.g.: a tf.Variable)"
    )


def _kind(value):
    if hasattr(value, "dtype"):
        return dtypes.as_dtype(value.dtype).base_dtype.name
    try:
        return dtypes.as_dtype(tensor_proto.to_ndarray(value).dtype).name
    except (TypeError, ValueError):
        return f"<NOT CONVERTIBLE TO TENSOR> {type(value).__name__}"


def _check_allowed(op, plan, attr_name, dtype, arg_name):
    allowed = plan.attrs[attr_name].allowed
    if allowed is not None and dtype not in allowed:
        names = ", ".join(t.name for t in allowed)
        raise TypeError(
            f"Value passed to parameter '{arg_name}' has DataType {dtype.name} not in list of "
            f"allowed values: {names}"
        )


def _finish_attrs(op, plan, given, types):
    """Explicit, inferred and default attrs together, each of the declared kind."""
    attrs = dict(types)
    for attr in plan.explicit:
        value = given.pop(attr.name, None)
        if value is None:
            if attr.default is REQUIRED and attr.kind != "shape":
                raise TypeError(f"No argument found for attr {attr.name} for {op.name}")
            value = None if attr.default is REQUIRED else attr.default
            attrs[attr.name] = list(value) if value.__class__ is list else value
            continue
        attrs[attr.name] = attr_value(op, attr, value)
    for name in plan.inferred:
        attr = plan.attrs[name]
        explicit = given.pop(name, None)
        if name not in attrs:
            if explicit is not None:
                attrs[name] = attr_value(op, attr, explicit)
            elif attr.default is not REQUIRED:
                attrs[name] = attr.default
            else:
                raise TypeError(f"No argument found for attr {name} for {op.name}")
        elif attr.allowed is not None:
            for dtype in attrs[name] if attr.is_list else (attrs[name],):
                if dtype not in attr.allowed:
                    arg = next(
                        a.name for a in op.opdef.inputs if name in (a.type_attr, a.type_list_attr)
                    )
                    _check_allowed(op, plan, name, dtype, arg)
    if given:
        unknown = [k for k in given if not k.startswith("_")]
        if unknown:
            raise TypeError(
                f"{op.name} got unexpected keyword arguments: {', '.join(sorted(unknown))}; it "
                f"has the attrs {', '.join(op.attr_names)}"
            )
        attrs.update(given)
    return attrs


def attr_value(op, attr, value):
    """`value` as an attr of the declared kind.

    Raises:
      TypeError: it is of another kind.
      ValueError: it is not among the allowed values, or too small.
    """
    kind = attr.item_kind
    if attr.is_list:
        if not isinstance(value, (list, tuple, np.ndarray)):
            raise TypeError(
                f"Expected list for attr {attr.name}, obtained {type(value).__name__} instead."
            )
        return [_scalar_attr(op, attr, kind, v) for v in value]
    result = _scalar_attr(op, attr, kind, value)
    if attr.minimum is not None and result < attr.minimum:
        raise ValueError(
            f"Attr '{attr.name}' of '{op.name}' Op passed {result} less than minimum "
            f"{attr.minimum}."
        )
    return result


def _scalar_attr(op, attr, kind, value):
    if kind == "type":
        value = dtypes.as_dtype(value).base_dtype
        if attr.allowed is not None and value not in attr.allowed:
            names = ", ".join(t.name for t in attr.allowed)
            raise TypeError(
                f"Value passed to parameter '{attr.name}' has DataType {value.name} not in list "
                f"of allowed values: {names}"
            )
        return value
    if kind == "string":
        if isinstance(value, bytes):
            try:
                value = value.decode()
            except UnicodeDecodeError:
                return value
        if not isinstance(value, str):
            raise TypeError(f"Expected string for argument '{attr.name}' not {value!r}.")
        if attr.allowed is not None and value not in attr.allowed:
            allowed = ", ".join(f'"{v}"' for v in attr.allowed)
            raise ValueError(
                f"Attr '{attr.name}' of '{op.name}' Op passed string '{value}' not in: {allowed}."
            )
        return value
    if kind == "bool":
        if not isinstance(value, (bool, np.bool_)):
            raise TypeError(f"Expected bool for argument '{attr.name}' not {value!r}.")
        return bool(value)
    if kind in ("int", "float"):
        try:
            return int(value) if kind == "int" else float(value)
        except (TypeError, ValueError):
            raise TypeError(f"Expected {kind} for argument '{attr.name}' not {value!r}.") from None
    if kind == "shape":
        try:
            return dims_lib.of(value)
        except (TypeError, ValueError) as error:
            raise type(error)(
                f"Error converting {attr.name} (value {value!r}) to a TensorShape: {error}"
            ) from None
    if kind == "tensor":
        return (
            value
            if isinstance(value, np.ndarray)
            else (
                tensor_proto.make_ndarray(value)
                if hasattr(value, "tensor_shape")
                else tensor_proto.to_ndarray(value)
            )
        )
    return value  # func: a name, or an object with one


def _output_types(op, attrs):
    result = []
    for arg in op.opdef.outputs:
        if arg.type_list_attr:
            found = list(attrs[arg.type_list_attr])
        else:
            found = [arg.type if arg.type is not None else attrs[arg.type_attr]]
            if arg.number_attr:
                found *= attrs[arg.number_attr]
        result.extend([t._as_ref for t in found] if arg.is_ref else found)
    return result


def _outputs(op, plan, node):
    declared = op.opdef.outputs
    if not node.outputs:
        return node
    if plan.result is None:
        return list(node.outputs) if declared[0].is_list else node.outputs[0]
    parts, at = [], 0
    for arg in declared:
        if not arg.is_list:
            parts.append(node.outputs[at])
            at += 1
            continue
        n = (
            len(node.attrs[arg.type_list_attr])
            if arg.type_list_attr
            else node.attrs[arg.number_attr]
        )
        parts.append(node.outputs[at : at + n])
        at += n
    return plan.result(*parts)


def create_op(graph, op_type, inputs, types, name, attrs):
    """A node from an op's name, tensors and attrs that may be protos (the low-level
    `Graph.create_op`).

    Returns:
      The `Operation`.
    """
    from headwater._src.graph import graphdef

    op = OPS.get(op_type)
    if op is None:
        raise ValueError(
            f"Op type not registered '{op_type}'. Make sure the op is registered; "
            "docs/coverage.md lists the ops that headwater has."
        )
    if op.plan is None:
        op.plan = _Plan(op)
    given = {k: graphdef.attr_from_proto(v) for k, v in (attrs or {}).items()}
    inferred = graphdef.infer_attrs(op, inputs, given)
    full = {**op.plan.defaults, **given, **inferred}
    output_types = _output_types(op, full)
    return make_node(graph, op, name or op_type, tuple(inputs), full, output_types)
