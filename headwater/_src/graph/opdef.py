"""Op signatures: what an op takes, gives and is parameterised by, parsed from TensorFlow's own
small grammar.

inputs="input: T, filter: T"      one tensor each, of the type named by attr `T`
inputs="values: N * T"            `N` tensors of type `T`
inputs="input: T" with T: list(type)   as many tensors as `T` has entries
inputs="ref: Ref(T)"              a reference to a variable of type `T`
attrs=["T: {half, float} = float", "N: int >= 1", "padding: {'SAME', 'VALID'}", "strides:
list(int)"]
"""

import functools
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from headwater._src.core import dtypes
from headwater._src.core.dtypes import TYPE_NAMES

REQUIRED = type("Required", (), {"__repr__": lambda self: "REQUIRED"})()
SCALAR_KINDS = ("int", "float", "bool", "string", "type", "shape", "tensor", "func")


@dataclass(frozen=True, slots=True)
class ArgDef:
    """One input or output: a fixed `type`, or the names of the attrs that say type and number."""

    name: str
    type: Any = None
    type_attr: str = ""
    number_attr: str = ""
    type_list_attr: str = ""
    is_ref: bool = False

    @property
    def is_list(self):
        return bool(self.number_attr or self.type_list_attr)


@dataclass(frozen=True, slots=True)
class AttrDef:
    """One attr: its kind (`int`, `list(type)`, ...), default, allowed values and minimum."""

    name: str
    kind: str
    default: Any = REQUIRED
    allowed: tuple | None = None
    minimum: int | None = None

    @property
    def is_list(self):
        return self.kind.startswith("list(")

    @property
    def item_kind(self):
        return self.kind[5:-1] if self.is_list else self.kind


@dataclass(frozen=True, slots=True)
class OpDef:
    """The signature of an op."""

    name: str
    inputs: tuple[ArgDef, ...]
    outputs: tuple[ArgDef, ...]
    attrs: tuple[AttrDef, ...]
    stateful: bool = False

    def attr(self, name):
        """The `AttrDef` called `name`, or None."""
        for attr in self.attrs:
            if attr.name == name:
                return attr
        return None


_ATTR = re.compile(r"^\s*(\w+)\s*:\s*(.*?)\s*$", re.S)


def parse_opdef(name, inputs="", outputs="", attrs=(), stateful=False):
    """Parses the signature strings of an op.

    Args:
      name: the op's name, such as `"Conv2D"`.
      inputs: comma-separated input declarations.
      outputs: comma-separated output declarations.
      attrs: list of attr declarations.
      stateful: whether two nodes with equal inputs may differ (variables, random numbers).

    Returns:
      An `OpDef`.

    Raises:
      ValueError: a declaration does not follow the grammar, or names an attr that is not declared.
    """
    try:
        attr_defs = tuple(map(_parse_attr, attrs))
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
    kinds = {attr.name: attr.kind for attr in attr_defs}
    return OpDef(
        name,
        _parse_args(name, inputs, kinds),
        _parse_args(name, outputs, kinds),
        attr_defs,
        stateful,
    )


def _parse_args(op_name, text, kinds):
    args = []
    for part in filter(None, (p.strip() for p in text.split(","))):
        match = _ATTR.match(part)
        if match is None:
            raise ValueError(f"{op_name}: cannot read the argument {part!r}")
        args.append(_parse_arg(op_name, match.group(1), match.group(2), kinds))
    return tuple(args)


def _parse_arg(op_name, name, spec, kinds):
    is_ref, number_attr = False, ""
    if "*" in spec:
        number_attr, spec = (s.strip() for s in spec.split("*"))
    if spec.startswith("Ref("):
        is_ref, spec = True, spec[4:-1].strip()
    if spec in kinds:
        if kinds[spec] == "list(type)":
            return ArgDef(name, type_list_attr=spec, is_ref=is_ref)
        return ArgDef(name, type_attr=spec, number_attr=number_attr, is_ref=is_ref)
    if spec in TYPE_NAMES:
        return ArgDef(name, type=TYPE_NAMES[spec], number_attr=number_attr, is_ref=is_ref)
    raise ValueError(f"{op_name}: {name!r} has type {spec!r}, which is neither a type nor an attr")


@functools.cache  # most ops share their attrs with others
def _parse_attr(text):
    match = _ATTR.match(text)
    if match is None:
        raise ValueError(f"cannot read the attr {text!r}")
    name, spec = match.groups()
    default = REQUIRED
    spec, eq, default_text = _split_default(spec)
    minimum = None
    if ">=" in spec:
        spec, low = (s.strip() for s in spec.split(">="))
        minimum = int(low)
    is_list = spec.startswith("list(")
    inner = spec[5:-1].strip() if is_list else spec
    allowed = None
    if inner.startswith("{"):
        items = [i.strip() for i in inner[1:-1].split(",")]
        if items[0][0] in "'\"":
            inner, allowed = "string", tuple(i[1:-1] for i in items)
        else:
            inner, allowed = "type", tuple(TYPE_NAMES[_short(i)] for i in items)
    if inner not in SCALAR_KINDS:
        raise ValueError(f"attr {name!r} has the unknown kind {inner!r}")
    kind = f"list({inner})" if is_list else inner
    if eq:
        default = _parse_default(kind, default_text)
    return AttrDef(name, kind, default, allowed, minimum)


def _split_default(spec):
    """Splits `kind = default` at the `=` that is not part of `>=`."""
    depth = 0
    for i, ch in enumerate(spec):
        depth += (ch in "({[") - (ch in ")}]")
        if ch == "=" and depth == 0 and spec[i - 1] != ">":
            return spec[:i].strip(), True, spec[i + 1 :].strip()
    return spec.strip(), False, ""


def _short(type_name):
    return type_name[3:].lower() if type_name.startswith("DT_") else type_name


def _parse_default(kind, text):
    if kind.startswith("list("):
        inner = text[1:-1].strip()
        return [_parse_default(kind[5:-1], t.strip()) for t in _split_list(inner)]
    if kind == "int":
        return int(text)
    if kind == "float":
        return float(text)
    if kind == "bool":
        return text.lower() == "true"
    if kind == "type":
        return TYPE_NAMES[_short(text)]
    if kind == "string":
        return text[1:-1]
    if kind == "shape":
        return _parse_shape(text)
    if kind == "tensor":  # `uint8 {255, 0}`
        name, items = text[:-1].split("{")
        return np.array([int(i) for i in items.split(",")], name.strip())
    raise ValueError(f"no defaults for attrs of kind {kind}")


def _split_list(text):
    parts, depth, start = [], 0, 0
    for i, ch in enumerate(text):
        depth += (ch in "[{(") - (ch in "]})")
        if ch == "," and depth == 0:
            parts.append(text[start:i])
            start = i + 1
    if text[start:].strip():
        parts.append(text[start:])
    return parts


def _parse_shape(text):
    """`?` is the unknown shape; `[2, ?]` a shape with an unknown dimension."""
    if text == "?":
        return None
    inner = text.strip()[1:-1].strip()
    return tuple(None if t.strip() == "?" else int(t) for t in inner.split(",") if t.strip())


def type_of_name(name):
    """The `DType` that signature strings call `name`."""
    return dtypes.as_dtype(TYPE_NAMES[name])
