"""NodeDef and its attributes as plain Python values, whichever library's protos they come from."""

from __future__ import annotations

import re
from typing import Any

import ml_dtypes
import numpy as np

# DataType number -> NumPy dtype, and the TensorProto field that holds its elements.
_ELEMENTS: dict[int, tuple[Any, str]] = {
    1: (np.float32, "float_val"),
    2: (np.float64, "double_val"),
    3: (np.int32, "int_val"),
    4: (np.uint8, "int_val"),
    5: (np.int16, "int_val"),
    6: (np.int8, "int_val"),
    7: (object, "string_val"),
    8: (np.complex64, "scomplex_val"),
    9: (np.int64, "int64_val"),
    10: (np.bool_, "bool_val"),
    14: (ml_dtypes.bfloat16, "half_val"),
    17: (np.uint16, "int_val"),
    18: (np.complex128, "dcomplex_val"),
    19: (np.float16, "half_val"),
    22: (np.uint32, "uint32_val"),
    23: (np.uint64, "uint64_val"),
}
# Attributes that record what was inferred or how, not what the program said; 1.x had no
# `_has_manual_control_dependencies`.
_IGNORED = {"_output_shapes", "_has_manual_control_dependencies"}
_LISTS = ("s", "i", "f", "b", "type", "shape", "tensor", "func")


def tensor_value(proto: Any) -> tuple[int, tuple[int, ...], bytes]:
    """(dtype, shape, elements) of a TensorProto, however it stores them."""
    shape = tuple(dim.size for dim in proto.tensor_shape.dim)
    dtype, field = _ELEMENTS[proto.dtype]
    size = int(np.prod(shape, dtype=np.int64))
    if proto.tensor_content:
        return proto.dtype, shape, proto.tensor_content
    listed = list(getattr(proto, field))
    if field == "half_val":
        array = np.array(listed, np.uint16)
    elif field.endswith("complex_val"):
        array = np.array(
            [complex(r, i) for r, i in zip(listed[::2], listed[1::2], strict=True)], dtype
        )
    else:
        array = np.array(listed, dtype)
    if len(array) < size:  # the last element stands for the rest; none at all means zeros
        fill = array[-1] if len(array) else (b"" if dtype is object else np.zeros((), array.dtype))
        array = np.concatenate([array, np.array([fill] * (size - len(array)), array.dtype)])
    if dtype is object:
        return proto.dtype, shape, b"\0".join(array.tolist())
    return proto.dtype, shape, array.tobytes()


def shape_value(proto: Any) -> Any:
    """None for an unknown rank, else a tuple with -1 for unknown dimensions."""
    return None if proto.unknown_rank else tuple(dim.size for dim in proto.dim)


def attr_value(proto: Any) -> Any:
    """An AttrValue as (kind, plain value)."""
    kind = proto.WhichOneof("value")
    if kind is None:
        return None
    value = getattr(proto, kind)
    if kind == "list":
        for name in _LISTS:
            if len(getattr(value, name)):
                return "list", tuple(_plain(name, v) for v in getattr(value, name))
        return "list", ()
    return kind, _plain(kind, value)


def _plain(kind: str, value: Any) -> Any:
    if kind == "tensor":
        return tensor_value(value)
    if kind == "shape":
        return shape_value(value)
    if kind == "func":
        return value.name
    if kind == "s":  # the number in the name of a custom gradient counts calls in the process
        return re.sub(rb"^CustomGradient-\d+$", b"CustomGradient", value)
    return value


def node_record(node: Any) -> dict[str, Any]:
    """A NodeDef as a dict: name, op, device, data inputs, control inputs, attrs."""
    return {
        "name": node.name,
        "op": node.op,
        "device": node.device,
        "inputs": [i for i in node.input if not i.startswith("^")],
        "control": sorted(i for i in node.input if i.startswith("^")),
        "attrs": {k: attr_value(v) for k, v in node.attr.items() if k not in _IGNORED},
    }


def without_defaults(node: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    """The node without the attributes that only repeat the op's default."""
    kept = {k: v for k, v in node["attrs"].items() if k not in defaults or defaults[k] != v}
    return {**node, "attrs": kept}
