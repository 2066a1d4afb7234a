"""What is known of a tensor before anything runs: its static shape, and sometimes its value.

`infer` gives a new node's outputs their shapes by the op's shape function. Shape functions see
inputs with `.dims`, `.dtype`, `.known` (the value as an array, when constants alone decide it) and
`.handle`; a `Tensor` has these, and so has the stand-alone `Spec`, so that a shape function can be
tried without a graph.
"""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import callsite, dims as dims_lib

FOLD_LIMIT = (
    1024  # elements: shape arithmetic is small, big constants are not worth computing twice
)
_WALK_LIMIT = 400
_NONE = object()


class Spec:
    """An abstract tensor: `dims`, `dtype` and, when decided, `known` value."""

    __slots__ = ("dims", "dtype", "known", "handle", "op")

    def __init__(self, dims, dtype, known=None, handle=None):
        self.dims, self.dtype, self.known, self.handle = dims, dtype, known, handle
        self.op = None


class Out:
    """A shape function's result for an output that also says what is behind a resource handle."""

    __slots__ = ("dims", "handle")

    def __init__(self, dims, handle):
        self.dims, self.handle = dims, handle


def group(op, flat, attrs):
    """The flat inputs (or anything in their order) as the op's arguments: lists where the signature
    has lists.
    """
    if op.opdef.inputs and not any(arg.is_list for arg in op.opdef.inputs):
        return flat
    result, at = [], 0
    for arg in op.opdef.inputs:
        if not arg.is_list:
            result.append(flat[at])
            at += 1
            continue
        n = attrs[arg.number_attr] if arg.number_attr else len(attrs[arg.type_list_attr])
        result.append(flat[at : at + n])
        at += n
    return result


def infer(node):
    """Sets the static shapes of a node's outputs.

    Raises:
      ValueError: the inputs' shapes do not fit the op.
    """
    op = node.op
    fn = op.shape_fn
    if fn is None:
        return
    attrs = node.attrs
    try:
        result = fn(*group(op, node.inputs, attrs), **{a: attrs[a] for a in op.shape_attrs})
    except dims_lib.ShapeError as error:
        raise ValueError(_explain(node, error)) from None
    outputs = node.outputs
    if len(outputs) == 1:
        _set(outputs[0], result[0] if result.__class__ is list else result)
    elif result is None:
        return
    else:
        for output, dims in zip(outputs, result, strict=True):
            _set(output, dims)


def _set(output, dims):
    if dims.__class__ is Out:
        output.handle = dims.handle
        dims = dims.dims
    output.dims = dims


def _explain(node, error):
    shapes = ", ".join(dims_lib.text(t.dims) for t in node.inputs)
    known = [
        f"input[{i}] = <{_brief(t.known)}>"
        for i, t in enumerate(node.inputs)
        if t.known is not None and t.dims and t.dtype.is_integer
    ]
    values = f" and with computed input tensors: {', '.join(known)}" if known else ""
    where = callsite.where(node.site)
    line = f"\nCreated at {where}" if where else ""
    return (
        f"{error} for '{node.name}' (op: '{node.type}') with input shapes: {shapes}{values}.{line}"
    )


def _brief(value):
    return " ".join(str(v) for v in np.ravel(value)[:20])


def known(tensor):
    """The value of `tensor` when constants and static shapes decide it, else None.

    Args:
      tensor: a `Tensor`.

    Returns:
      A NumPy array that must not be changed, or None.
    """
    found = getattr(tensor, "_known", _NONE)
    if found is not _NONE:
        return found
    stack, budget = [tensor], _WALK_LIMIT
    while stack:
        top = stack[-1]
        if getattr(top, "_known", _NONE) is not _NONE:
            stack.pop()
            continue
        node = top.op
        direct = _direct(node)
        if direct is not None:
            top._known = direct
            stack.pop()
            continue
        budget -= 1
        if budget < 0 or not _foldable(node):
            # Not remembered as unknown: a shape may still be set on an ancestor.
            return None
        pending = [t for t in node.inputs if getattr(t, "_known", _NONE) is _NONE]
        if pending:
            stack.append(pending[0])
            continue
        _fold(node)
        if getattr(top, "_known", _NONE) is _NONE:
            return None
    return getattr(tensor, "_known", None)


def _direct(node):
    kind = node.type
    if kind == "Const":
        return node.attrs["value"]
    if kind in ("Shape", "Size", "Rank"):
        dims = node.inputs[0].dims
        if kind == "Rank":
            return None if dims is None else np.array(len(dims), np.int32)
        if dims_lib.is_full(dims):
            dtype = node.outputs[0].dtype.as_numpy_dtype
            return np.array(dims if kind == "Shape" else dims_lib.size(dims), dtype)
    return None


def _foldable(node):
    op = node.op
    if op.name == "PlaceholderWithDefault" or op.kind != "kernel" or op.check or not node.inputs:
        return False
    total = 0
    for t in (*node.inputs, *node.outputs):
        n = dims_lib.size(t.dims)
        if n is None or t.dtype.base_dtype is dtypes.variant:
            # A vector of unknown length made from known values is short: axes, the places of a
            # gradient.
            if t.dims is not None and len(t.dims) == 1:
                continue
            return False
        total += n
    return total <= FOLD_LIMIT


def _fold(node):
    from headwater._src.xp import numpy_xp

    try:
        with np.errstate(all="ignore"):
            result = node.op.fn(
                numpy_xp,
                *group(node.op, [t._known for t in node.inputs], node.attrs),
                **{a: node.attrs[a] for a in node.op.kernel_attrs},
            )
    except Exception:
        return  # the step that runs the node reports the error
    results = result if isinstance(result, (tuple, list)) else (result,)
    for output, value in zip(node.outputs, results):
        output._known = np.asarray(value, output.dtype.base_dtype.as_numpy_dtype)


def known_dims(tensor, depth=40):
    """The shape that a shape-valued tensor holds, as far as it is decided.

    Args:
      tensor: an integer vector (or a scalar, meaning an unknown shape when it is -1).

    Returns:
      Dims: None where not even the rank is decided; a dimension is None where it is not, or is -1.

    Raises:
      ShapeError: the value cannot be a shape.
    """
    value = tensor.known
    if value is not None:
        if value.ndim == 0:
            if value == -1:
                return None
            raise dims_lib.ShapeError("Shape must be rank 1 but is rank 0")
        if value.ndim > 1:
            raise dims_lib.ShapeError(f"Shape must be rank 1 but is rank {value.ndim}")
        for d in value.tolist():
            if d < -1:
                raise dims_lib.ShapeError(f"Dimension {d} must be >= 0")
        return tuple(None if d == -1 else d for d in value.tolist())
    node = tensor.op
    if node is not None and depth > 0:
        rule = _PARTIAL.get(node.type)
        if rule is not None:
            found = rule(node, depth - 1)
            if found is not _NONE:
                return found
    if tensor.dims is None or len(tensor.dims) != 1 or tensor.dims[0] is None:
        return None
    return (None,) * tensor.dims[0]


def _partial_shape(node, depth):
    return node.inputs[0].dims


def _partial_same(node, depth):
    return known_dims(node.inputs[0], depth)


def _partial_pack(node, depth):
    if node.attrs["axis"] not in (0, -1) or any(t.dims not in ((), None) for t in node.inputs):
        return _NONE
    return tuple(_scalar(t, depth) for t in node.inputs)


def _scalar(tensor, depth):
    """A scalar's value when decided: a constant, or an element taken out of a partly known shape."""
    value = tensor.known
    if value is not None:
        return None if value < 0 else int(value)
    node = tensor.op
    if node is None or depth <= 0:
        return None
    if node.type in ("Cast", "Identity"):
        return _scalar(node.inputs[0], depth - 1)
    if node.type == "StridedSlice" and node.attrs["shrink_axis_mask"] == 1:
        begin = node.inputs[1].known
        shape = known_dims(node.inputs[0], depth - 1)
        if begin is not None and shape is not None and begin.size == 1:
            i = int(begin.ravel()[0])
            if -len(shape) <= i < len(shape):
                return shape[i]
    return None


def _partial_concat(node, depth):
    parts = node.inputs[:-1]
    shapes = [known_dims(t, depth) for t in parts]
    if any(s is None for s in shapes):
        return None
    return tuple(d for s in shapes for d in s)


def _partial_slice(node, depth):
    begin, end, strides = (t.known for t in node.inputs[1:])
    if begin is None or end is None or strides is None or begin.size != 1:
        return _NONE
    masks = [node.attrs[m] for m in ("ellipsis_mask", "new_axis_mask", "shrink_axis_mask")]
    shape = known_dims(node.inputs[0], depth)
    if any(masks) or shape is None:
        return _NONE if shape is not None else None
    first = None if node.attrs["begin_mask"] else int(begin[0])
    last = None if node.attrs["end_mask"] else int(end[0])
    return shape[first : last : int(strides[0])]


_PARTIAL = {
    "Shape": _partial_shape,
    "Cast": _partial_same,
    "Identity": _partial_same,
    "Pack": _partial_pack,
    "ConcatV2": _partial_concat,
    "StridedSlice": _partial_slice,
}
