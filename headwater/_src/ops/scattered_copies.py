"""Copies of tensors with slices changed at given positions: `tensor_scatter_nd_update` and kin."""

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._indexing import check_nd, nd_index
from headwater._src.ops._shapes import ShapeError, merge, text
from headwater._src.ops._static import shape_tensor


def _shape(tensor, indices, updates):
    """The shape of `tensor`, once the others are known to fit it."""
    if None in (tensor.dims, indices.dims, updates.dims) or not indices.dims:
        return tensor.dims
    depth, outer = indices.dims[-1], len(indices.dims) - 1
    if depth is None:
        return tensor.dims
    for first, second, place in (
        (updates.dims[:outer], indices.dims[:-1], f"[0,{outer}) of indices"),
        (updates.dims[outer:], tensor.dims[depth:], f"[{depth},{len(tensor.dims)}) of input"),
    ):
        try:
            merge(first, second)
        except ShapeError:
            whole = indices.dims if place.endswith("indices") else tensor.dims
            updated = f"[0,{outer})" if place.endswith("indices") else f"[{outer},"
            updated += "" if updated.endswith(")") else f"{len(updates.dims)})"
            raise ShapeError(
                f"Dimensions {place}[shape={text(whole)}] must match dimensions {updated} of "
                f"updates[shape={text(updates.dims)}]"
            ) from None
    return tensor.dims


def _scattered(xp, tensor, indices, updates, how):
    depth = indices.shape[-1]
    if 0 in tensor.shape and 0 not in indices.shape and 0 not in updates.shape:
        raise errors.InvalidArgumentError(
            None, None, "Indices and updates specified for empty output"
        )
    check_nd(
        xp,
        indices,
        tensor.shape[:depth],
        lambda at, row: (
            f"indices[{','.join(map(str, at))}] = {row} does not index into shape {text(tuple(tensor.shape))}"
        ),
    )
    if depth:
        return xp.scatter(tensor, nd_index(indices), updates, how)
    # Every row of indices means the whole tensor.
    index = xp.zeros(indices.shape[:-1], "int32")
    return xp.scatter(tensor[None], (index,), updates, how)[0]


def _kernel(how):
    return lambda xp, tensor, indices, updates: _scattered(xp, tensor, indices, updates, how)


def _op(name, how, index_types="{int32, int64}"):
    op = define_op(
        name,
        inputs="tensor: T, indices: Tindices, updates: T",
        outputs="output: T",
        attrs=["T: type", f"Tindices: {index_types}", "bad_indices_policy: string = ''"],
        shape=_shape,
    )
    op.kernel(_kernel(how))
    return op


TensorScatterUpdate = _op(
    "TensorScatterUpdate", "update", index_types="{int16, int32, int64, uint16}"
)
TensorScatterAdd = _op("TensorScatterAdd", "add")
TensorScatterSub = _op("TensorScatterSub", "sub")
TensorScatterMax = _op("TensorScatterMax", "max")
TensorScatterMin = _op("TensorScatterMin", "min")
ScatterNdNonAliasingAdd = define_op(
    "ScatterNdNonAliasingAdd",
    inputs="input: T, indices: Tindices, updates: T",
    outputs="output: T",
    attrs=[
        "T: "
        "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
        "bfloat16, qint16, quint16, uint16, complex128, half, uint32, uint64, bool}",
        "Tindices: {int32, int64}",
        "bad_indices_policy: string = ''",
    ],
    shape=lambda input, indices, updates: _shape(input, indices, updates),
)


@ScatterNdNonAliasingAdd.kernel
def scatter_nd_non_aliasing_add_kernel(xp, input, indices, updates):
    return _scattered(xp, input, indices, updates, "add")


@TensorScatterUpdate.gradient
def tensor_scatter_update_gradient(op, dy):
    indices = op.inputs[1]
    updates = raw.GatherNd(dy, indices)
    kept = raw.TensorScatterUpdate(raw.Identity(dy), indices, PUBLIC["zeros_like"](op.inputs[2]))
    return [kept, None, updates]


@TensorScatterAdd.gradient
@ScatterNdNonAliasingAdd.gradient
def tensor_scatter_add_gradient(op, dy):
    updates = raw.GatherNd(dy, op.inputs[1])
    return [raw.Identity(dy), None, updates]


@TensorScatterSub.gradient
def tensor_scatter_sub_gradient(op, dy):
    updates = raw.GatherNd(dy, op.inputs[1])
    return [raw.Identity(dy), None, raw.Neg(updates)]


@TensorScatterMax.gradient
@TensorScatterMin.gradient
def tensor_scatter_extreme_gradient(op, dy):
    tensor, indices, updates = op.inputs
    kept = raw.Cast(raw.Equal(tensor, op.outputs[0]), DstT=dy.dtype)
    chosen = raw.Equal(updates, raw.GatherNd(op.outputs[0], indices))
    chosen = raw.Cast(chosen, DstT=dy.dtype)
    # All who reach the extreme value share its gradient.
    sharing = kept + raw.ScatterNd(
        indices, chosen, shape_tensor(op.outputs[0], out_type=indices.dtype)
    )
    to_tensor = raw.RealDiv(dy * kept, sharing, name="truediv")
    shares = raw.RealDiv(dy, sharing, name="truediv")
    return [to_tensor, None, raw.GatherNd(shares, indices) * chosen]


_DOC = """{summary}

    Args:
      tensor: a `Tensor`.
      indices: integers of shape `[..., k]`: each row is a position in the first `k` dimensions of
        `tensor`.
      updates: a `Tensor` of shape `indices.shape[:-1] + tensor.shape[k:]`.
      {more}name: name of the node.

    Returns:
      A `Tensor` like `tensor`, which is not changed itself.

    Raises:
      ValueError: the shapes do not fit.
      InvalidArgumentError: when it runs, if a position is out of range.
    """


def _function(op, name, summary, policy=True):
    more = 'bad_indices_policy: "" or "DEFAULT": out of range is an error.\n      '
    if policy:

        def function(tensor, indices, updates, bad_indices_policy="", name=None):
            if bad_indices_policy not in ("", "DEFAULT", "ERROR"):
                raise NotImplementedError(
                    f"bad_indices_policy={bad_indices_policy!r} is not implemented in headwater"
                )
            return op(tensor, indices, updates, bad_indices_policy=bad_indices_policy, name=name)
    else:

        def function(tensor, indices, updates, name=None):  # type: ignore[misc]
            return op(tensor, indices, updates, name=name)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = _DOC.format(summary=summary, more=more if policy else "")
    return public(function)


tensor_scatter_nd_update = _function(
    TensorScatterUpdate,
    "tensor_scatter_nd_update",
    "`tensor` with `updates` in place of the slices at the rows of `indices`.",
    policy=False,
)
tensor_scatter_nd_add = _function(
    TensorScatterAdd, "tensor_scatter_nd_add", "`tensor` with `updates` added at given positions."
)
tensor_scatter_nd_sub = _function(
    TensorScatterSub,
    "tensor_scatter_nd_sub",
    "`tensor` with `updates` subtracted at given positions.",
)
tensor_scatter_nd_max = _function(
    TensorScatterMax,
    "tensor_scatter_nd_max",
    "The larger of `tensor` and `updates` at given positions, `tensor` elsewhere.",
)
tensor_scatter_nd_min = _function(
    TensorScatterMin,
    "tensor_scatter_nd_min",
    "The smaller of `tensor` and `updates` at given positions, `tensor` elsewhere.",
)


def scatter_nd_non_aliasing_add(input, indices, updates, name=None):
    """`input` with `updates` added at given positions; for booleans: or.

    Args:
      input: a numeric or boolean `Tensor`.
      indices: integers of shape `[..., k]`: each row is a position in the first `k` dimensions.
      updates: a `Tensor` of shape `indices.shape[:-1] + input.shape[k:]`.
      name: name of the node.

    Returns:
      A `Tensor` like `input`, which is not changed itself.
    """
    return raw.ScatterNdNonAliasingAdd(input, indices, updates, name=name)
