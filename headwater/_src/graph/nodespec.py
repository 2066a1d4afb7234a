"""A `NodeDef` read against its op's signature: attrs as plain values, and whether inputs fit.

The proto may be hostile, so counts are compared before lists of that length are made.
"""

from headwater._src.core import dtypes
from headwater._src.graph import graphdef
from headwater._src.graph.opdef import REQUIRED

MAX_OUTPUTS = 1_000_000

_FIELDS = {
    "type": "type",
    "int": "i",
    "float": "f",
    "bool": "b",
    "string": "s",
    "shape": "shape",
    "tensor": "tensor",
    "func": "func",
}
_KINDS = {field: kind for kind, field in _FIELDS.items()}
_TYPE_WORDS = {dtypes.float32: "float", dtypes.float64: "double", dtypes.float16: "half"}


def attrs_of(op, node, new_name, producer_defaults):
    """The attrs of a `NodeDef`, complete and checked.

    Args:
      op: the `Op`.
      node: the `NodeDef`.
      new_name: the name the node gets, for errors.
      producer_defaults: attr name -> serialized default of the program that wrote the graph.

    Returns:
      A dict of plain values, in the order of the proto, then defaults.

    Raises:
      ValueError: an attr is missing, of a wrong kind, or not allowed.
    """
    declared = {attr.name: attr for attr in op.opdef.attrs}
    found = {}
    for name, value in node.attr.items():
        attr = declared.get(name)
        if attr is None:
            if producer_defaults.get(name) != value.SerializeToString():
                found[name] = _read(new_name, name, value)
            continue
        _check_kind(attr, value, new_name)
        plain = found[name] = _read(new_name, name, value)
        _check_allowed(attr, plain, new_name)
    for name, attr in declared.items():
        if name in found:
            continue
        if attr.default is REQUIRED:
            raise ValueError(
                f"NodeDef missing attr '{name}' from {signature(op)}; NodeDef: "
                f"{{{{node {new_name}}}}}"
            )
        found[name] = list(attr.default) if isinstance(attr.default, list) else attr.default
    return found


def _read(node_name, attr_name, value):
    try:
        return graphdef.attr_from_proto(value)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{error} (attr '{attr_name}' of {{{{node {node_name}}}}})") from None


def _check_kind(attr, value, node_name):
    field = value.WhichOneof("value")
    if attr.is_list:
        actual = _kind_of_list(value, field)
        good = actual in (attr.kind, "list(any)")
    else:
        actual = _KINDS.get(field, "any")
        if field == "list":
            actual = _kind_of_list(value, field)
        good = actual == attr.kind
    if not good:
        raise ValueError(
            f"AttrValue had value with type '{actual}' when '{attr.kind}' expected\n\t for attr "
            f"'{attr.name}'\n\t; NodeDef: {{{{node {node_name}}}}}"
        )


def _kind_of_list(value, field):
    if field != "list":
        return _KINDS.get(field, "any")
    for kind, name in _FIELDS.items():
        if len(getattr(value.list, name)):
            return f"list({kind})"
    return "list(any)"


def _check_allowed(attr, plain, node_name):
    where = f"\n\t; NodeDef: {{{{node {node_name}}}}}"
    if attr.allowed is not None:
        for item in plain if attr.is_list else (plain,):
            if item not in attr.allowed:
                text = type_word(item) if attr.item_kind == "type" else f'"{item}"'
                allowed = ", ".join(
                    type_word(a) if attr.item_kind == "type" else f'"{a}"' for a in attr.allowed
                )
                raise ValueError(
                    f"Value for attr '{attr.name}' of {text} is not in the list of allowed values: "
                    f"{allowed}{where}"
                )
    if attr.minimum is not None:
        if attr.is_list and len(plain) < attr.minimum:
            raise ValueError(
                f"Length for attr '{attr.name}' of {len(plain)} must be at least minimum "
                f"{attr.minimum}{where}"
            )
        if not attr.is_list and plain < attr.minimum:
            raise ValueError(
                f"Value for attr '{attr.name}' of {plain} must be at least minimum "
                f"{attr.minimum}{where}"
            )


def check_inputs(op, node_name, attrs, tensors):
    """Raises ValueError unless number and types of `tensors` are those that the signature
    asks for."""
    total = sum(_count(arg, attrs, node_name) for arg in op.opdef.inputs)
    if total != len(tensors):
        kinds = [t for arg in op.opdef.inputs for t in _types(arg, attrs, limit=8)]
        words = ", ".join(type_word(t) for t in kinds[:8]) + (", ..." if total > 8 else "")
        raise ValueError(
            f"NodeDef expected inputs '{words}' do not match {len(tensors)} inputs specified; "
            f"{signature(op)}; NodeDef: {{{{node {node_name}}}}}"
        )
    at = 0
    for arg in op.opdef.inputs:
        for expected in _types(arg, attrs):
            tensor = tensors[at]
            if tensor.dtype.base_dtype is not expected.base_dtype or (
                arg.is_ref and not tensor.dtype._is_ref_dtype
            ):
                raise ValueError(wrong_type(at, node_name, tensor, expected))
            at += 1


def output_types(op, node_name, attrs):
    """The `DType`s of a node's outputs.

    Raises:
      ValueError: there would be more than anyone can mean.
    """
    if sum(_count(arg, attrs, node_name) for arg in op.opdef.outputs) > MAX_OUTPUTS:
        raise ValueError(
            f"Node '{node_name}' (op: {op.name}) would have more than {MAX_OUTPUTS} outputs"
        )
    return [t for arg in op.opdef.outputs for t in _types(arg, attrs)]


def _count(arg, attrs, node_name):
    if arg.number_attr:
        if attrs[arg.number_attr] < 0:
            raise ValueError(
                f"Value for attr '{arg.number_attr}' of {attrs[arg.number_attr]} must not be "
                f"negative"
                f"\n\t; NodeDef: {{{{node {node_name}}}}}"
            )
        return attrs[arg.number_attr]
    return len(attrs[arg.type_list_attr]) if arg.type_list_attr else 1


def _types(arg, attrs, limit=None):
    if arg.type_list_attr:
        found = list(attrs[arg.type_list_attr])
    else:
        count = attrs[arg.number_attr] if arg.number_attr else 1
        count = count if limit is None else min(count, limit)
        found = [arg.type if arg.type is not None else attrs[arg.type_attr]] * count
    return [t._as_ref for t in found] if arg.is_ref else found


def wrong_type(position, node_name, tensor, expected):
    """The message for an input of a wrong type."""
    return (
        f"Input {position} of node {node_name} was passed {type_word(tensor.dtype)} from "
        f"{tensor.name} "
        f"incompatible with expected {type_word(expected)}."
    )


def type_word(dtype):
    """A type's name as the graph format's own messages write it (`float`, not `float32`)."""
    if dtype._is_ref_dtype:
        return type_word(dtype.base_dtype) + "_ref"
    return _TYPE_WORDS.get(dtype, dtype.name)


def signature(op):
    """An op's signature on one line."""

    def args(declared):
        return ", ".join(f"{a.name}:{_arg_text(a)}" for a in declared)

    return f"Op<name={op.name}; signature={args(op.opdef.inputs)} -> {args(op.opdef.outputs)}>"


def _arg_text(arg):
    kind = arg.type_list_attr or arg.type_attr or type_word(arg.type)
    kind = f"Ref({kind})" if arg.is_ref else kind
    return f"{arg.number_attr}*{kind}" if arg.number_attr else kind
