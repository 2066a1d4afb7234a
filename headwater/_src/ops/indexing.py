"""Elements picked by index and put back by index: gather, scatter, one-hot."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._indexing import check_indices, check_nd, nd_index
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, known_dims, merge, merge_dim, text
from headwater._src.ops._static import shape_tensor, size_tensor

# --- gather -----------------------------------------------------------------------------------

Gather = define_op(
    "Gather",
    inputs="params: Tparams, indices: Tindices",
    outputs="output: Tparams",
    attrs=["validate_indices: bool = true", "Tparams: type", "Tindices: {int32, int64}"],
)
GatherV2 = define_op(
    "GatherV2",
    inputs="params: Tparams, indices: Tindices, axis: Taxis",
    outputs="output: Tparams",
    attrs=[
        "batch_dims: int = 0",
        "Tparams: type",
        "Tindices: {int16, int32, int64}",
        "Taxis: {int32, int64}",
    ],
)


@Gather.shape
def gather_shape(params, indices):
    if params.dims is None or indices.dims is None:
        return None
    if not params.dims:
        raise ShapeError("Shape must be at least rank 1 but is rank 0")
    return indices.dims + params.dims[1:]


@GatherV2.shape
def gather_v2_shape(params, indices, axis, *, batch_dims):
    if axis.dims is not None and axis.dims != ():
        raise ShapeError(f"Shape must be rank 0 but is rank {len(axis.dims)}")
    if params.dims is None or indices.dims is None:
        return None
    rank = len(params.dims)
    batch = batch_dims + len(indices.dims) if batch_dims < 0 else batch_dims
    if axis.known is None:
        return (None,) * (rank + len(indices.dims) - 1 - batch)
    at = int(axis.known)
    least = at + 1 if at >= 0 else -at
    if rank < least:
        raise ShapeError(f"Shape must be at least rank {least} but is rank {rank}")
    at += rank if at < 0 else 0
    if batch > at:
        raise ShapeError(f"batch_dims ({batch}) must be less than or equal to axis ({at})")
    shared = tuple(merge_dim(a, b) for a, b in zip(params.dims[:batch], indices.dims[:batch]))
    return shared + params.dims[batch:at] + indices.dims[batch:] + params.dims[at + 1 :]


@Gather.kernel
def gather_kernel(xp, params, indices):
    check_indices(xp, indices, params.shape[0])
    return xp.gather(params, indices, 0)


@GatherV2.kernel(static=["axis"])
def gather_v2_kernel(xp, params, indices, axis, *, batch_dims):
    at, rank = int(axis), params.ndim
    if not -rank <= at < rank:
        raise errors.InvalidArgumentError(
            None, None, f"Expected axis in the range [{-rank}, {rank}), but got {at}"
        )
    at += rank if at < 0 else 0
    batch = batch_dims + indices.ndim if batch_dims < 0 else batch_dims
    check_indices(xp, indices, params.shape[at])
    if batch == 0:
        return xp.gather(params, indices, at)
    if tuple(params.shape[:batch]) != tuple(indices.shape[:batch]):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"params.shape[:{batch}]: {text(tuple(params.shape[:batch]))} should be equal to "
            f"indices.shape[:{batch}]: {text(tuple(indices.shape[:batch]))}",
        )
    # The batch dimensions become one, whose number is part of every index.
    shared = tuple(params.shape[:batch])
    count = int(np.prod(shared))
    moved = xp.moveaxis(params, at, batch)
    rows = xp.reshape(moved, (count, *moved.shape[batch:]))
    picks = xp.reshape(indices, (count, *indices.shape[batch:]))
    offsets = np.arange(count).reshape((count,) + (1,) * (picks.ndim - 1))
    picked = rows[offsets, picks]
    result = xp.reshape(picked, (*shared, *indices.shape[batch:], *moved.shape[batch + 1 :]))
    # From (batch, indices, before, after) to (batch, before, indices, after).
    inner, before = indices.ndim - batch, at - batch
    order = [
        *range(batch),
        *range(batch + inner, batch + inner + before),
        *range(batch, batch + inner),
        *range(batch + inner + before, result.ndim),
    ]
    return xp.transpose(result, order)


@Gather.gradient
def gather_gradient(op, dy):
    params, indices = op.inputs
    return [_slices(dy, indices, *_params_shape(params, indices)), None]


def _params_shape(params, indices):
    with params.graph.colocate_with(params):
        shape = shape_tensor(params)
    return shape, raw.ExpandDims(size_tensor(indices), 0)


def _slices(dy, indices, shape, count):
    """The gradient of rows that were picked, kept as rows."""
    values = raw.Reshape(dy, PUBLIC["concat"]([count, shape[1:]], 0))
    return IndexedSlices(values, raw.Reshape(indices, count), shape)


@GatherV2.gradient
def gather_v2_gradient(op, dy):
    params, indices, axis = op.inputs
    batch = op.attrs["batch_dims"]
    if batch < 0:
        batch += len(indices.dims)
    shape, count = _params_shape(params, indices)
    if axis.known is not None and int(axis.known) == 0:
        return [_slices(dy, indices, shape, count), None, None]
    concat, range_ = PUBLIC["concat"], PUBLIC["range"]
    outer = shape[:axis]
    inner = shape[axis:][1:]
    flat_shape = concat([outer, [-1], inner], 0)
    rank, outer_rank = size_tensor(flat_shape), size_tensor(outer)
    batches = range_(0, batch)
    between = range_(batch, outer_rank)
    after = range_(outer_rank + 1, rank)
    values = raw.Reshape(dy, flat_shape)
    # The picked dimension comes to the front (after the batches), where segments are summed.
    order = concat([batches, [outer_rank], between, after], 0)
    values = PUBLIC["transpose"](values, order)
    moved_shape = PUBLIC["gather"](shape, order)
    sums = _segment_sums(values, indices, moved_shape, shape[axis], batch)
    back = concat([batches, between + 1, [batch], after], 0)
    return [raw.Reshape(PUBLIC["transpose"](sums, back), shape_tensor(params)), None, None]


def _segment_sums(values, indices, shape, size, batch):
    count = raw.ExpandDims(size_tensor(indices), 0)
    if batch == 0:
        return raw.UnsortedSegmentSum(values, raw.Reshape(indices, count), size)
    # Each batch has its own run of segments: `size` of them.
    concat, kind = PUBLIC["concat"], indices.dtype
    number = raw.Prod(shape[:batch], [0])
    tail = concat([[-1], shape[batch + 1 :]], 0)
    ones = np.ones(len(indices.dims) - batch, np.int32)
    first = raw.Reshape(
        raw.Cast(PUBLIC["range"](number) * size, DstT=kind), concat([shape[:batch], ones], 0)
    )
    sums = raw.UnsortedSegmentSum(
        raw.Reshape(values, tail), raw.Reshape(indices + first, count), number * size
    )
    return raw.Reshape(sums, shape)


@public
def gather(params, indices, validate_indices=None, name=None, axis=None, batch_dims=0):
    """Slices of `params` at `indices`.

    Args:
      params: a `Tensor` or variable.
      indices: integers of any shape.
      validate_indices: ignored; indices are always checked.
      name: name of the node.
      axis: the dimension of `params` that is indexed (default: `batch_dims`).
      batch_dims: how many leading dimensions `params` and `indices` share.

    Returns:
      A `Tensor` of shape `params.shape[:axis] + indices.shape[batch_dims:] +
      params.shape[axis+1:]`.

    Raises:
      InvalidArgumentError: an index is out of range.

    >>> sess.run(tf.gather([10, 20, 30], [2, 0]))
    array([30, 10], dtype=int32)
    """
    if axis is None:
        axis = batch_dims
    if not hasattr(axis, "op") and axis == 0 and hasattr(params, "sparse_read"):
        return params.sparse_read(indices, name=name)
    return raw.GatherV2(params, indices, axis, batch_dims=batch_dims, name=name)


# --- gather_nd, scatter_nd --------------------------------------------------------------------

GatherNd = define_op(
    "GatherNd",
    inputs="params: Tparams, indices: Tindices",
    outputs="output: Tparams",
    attrs=["Tparams: type", "Tindices: {int16, int32, int64}", "bad_indices_policy: string = ''"],
)
ScatterNd = define_op(
    "ScatterNd",
    inputs="indices: Tindices, updates: T, shape: Tindices",
    outputs="output: T",
    attrs=["T: type", "Tindices: {int16, int32, int64}", "bad_indices_policy: string = ''"],
)


@GatherNd.shape
def gather_nd_shape(params, indices):
    if params.dims is None or indices.dims is None or not indices.dims or indices.dims[-1] is None:
        return None
    depth = indices.dims[-1]
    if depth > len(params.dims):
        raise ShapeError(
            "indices.shape[-1] must be <= params.rank, but saw indices shape: "
            f"{text(indices.dims)} and params shape: {text(params.dims)}"
        )
    return indices.dims[:-1] + params.dims[depth:]


@GatherNd.kernel
def gather_nd_kernel(xp, params, indices):
    depth = indices.shape[-1]
    check_nd(
        xp,
        indices,
        params.shape[:depth],
        lambda at, row: (
            f"indices{_place(at)} = {_row(row)} does not index into param shape "
            f"{text(tuple(params.shape))}"
        ),
    )
    return (
        xp.asarray(params)[nd_index(indices)]
        if depth
        else xp.broadcast_to(params, tuple(indices.shape[:-1]) + tuple(params.shape))
    )


def _place(at):
    return f"[{','.join(map(str, at))}]" if at else ""


def _row(row):
    return f"[{', '.join(map(str, row))}]"


@GatherNd.gradient
def gather_nd_gradient(op, dy):
    params, indices = op.inputs
    shape = shape_tensor(params, out_type=indices.dtype)
    if indices.dims is not None and len(indices.dims) == 2 and indices.dims[-1] == 1:
        return [IndexedSlices(dy, raw.Squeeze(indices, squeeze_dims=[-1]), shape), None]
    return [raw.ScatterNd(indices, dy, shape), None]


@public
def gather_nd(params, indices, name=None, batch_dims=0, bad_indices_policy=""):
    """Slices of `params` at the multi-dimensional positions in the rows of `indices`.

    Args:
      params: a `Tensor`.
      indices: integers of shape `[..., k]`: each row is a position in the first `k` dimensions of
        `params`.
      name: name of the node.
      batch_dims: how many leading dimensions `params` and `indices` share.
      bad_indices_policy: "" or "DEFAULT" or "ERROR", all the same: out of range is an error.

    Returns:
      A `Tensor` of shape `indices.shape[:-1] + params.shape[k:]`.

    Raises:
      InvalidArgumentError: a position is out of range.
      ValueError: `batch_dims` is not less than the rank of either, or a rank is unknown.
    """
    _check_policy(bad_indices_policy)
    if batch_dims != 0:
        return _gather_nd_of_batches(params, indices, batch_dims, bad_indices_policy, name)
    if not hasattr(params, "op") and hasattr(params, "gather_nd"):
        return params.gather_nd(indices, name=name)
    return raw.GatherNd(params, indices, bad_indices_policy=bad_indices_policy, name=name)


def _gather_nd_of_batches(params, indices, batch_dims, policy, name):
    """The numbers of the batches go in front of each position."""
    with scope(name, "BatchGatherND", [params, indices]):
        params = convert_to_tensor(params, name="params")
        indices = convert_to_tensor(indices, name="indices")
        ranks = [t.dims and len(t.dims) for t in (params, indices)]
        if None in ranks:
            raise ValueError("gather_nd with batch_dims needs params and indices of known rank")
        if not 0 <= batch_dims < min(ranks):
            raise ValueError(
                f"batch_dims = {batch_dims} must be less than rank(params) = {ranks[0]} and "
                f"rank(indices) = {ranks[1]}"
            )
        kind = indices.dtype.base_dtype
        shape = raw.Shape(indices, out_type=kind)
        rows = PUBLIC["concat"]([shape[:-1], [1]], 0)
        numbers = []
        for axis in range(batch_dims):
            along = PUBLIC["range"](PUBLIC["cast"](shape[axis], kind), dtype=kind)
            sizes = [-1 if a == axis else 1 for a in range(ranks[1])]
            numbers.append(raw.BroadcastTo(raw.Reshape(along, sizes), rows))
        places = PUBLIC["concat"]([*numbers, indices], -1)
        return raw.GatherNd(params, places, bad_indices_policy=policy)


def _check_policy(policy):
    if policy not in ("", "DEFAULT", "ERROR"):
        raise NotImplementedError(f"bad_indices_policy={policy!r} is not implemented in headwater")


@ScatterNd.shape
def scatter_nd_shape(indices, updates, shape):
    dims = known_dims(shape)
    if (
        dims is not None
        and indices.dims
        and updates.dims is not None
        and indices.dims[-1] is not None
    ):
        depth, outer = indices.dims[-1], len(indices.dims) - 1
        if len(updates.dims) >= outer:
            try:
                merge(updates.dims[:outer], indices.dims[:-1])
                merge(updates.dims[outer:], dims[depth:])
            except ShapeError:
                raise ShapeError(
                    f"Dimensions [0,{outer}) of indices[shape={text(indices.dims)}] must match "
                    "dimensions "
                    f"[0,{outer}) of updates[shape={text(updates.dims)}]"
                ) from None
    return dims


@ScatterNd.kernel(static=["shape"])
def scatter_nd_kernel(xp, indices, updates, shape, *, T):
    full = tuple(np.asarray(shape).tolist())
    depth = indices.shape[-1]
    if 0 in full:
        if 0 not in indices.shape[:-1] and 0 not in updates.shape:
            raise errors.InvalidArgumentError(
                None,
                None,
                "Indices and updates specified for empty output.  indices shape: "
                f"{text(tuple(indices.shape))}",
            )
        return xp.zeros(full, T.as_numpy_dtype)
    check_nd(
        xp,
        indices,
        full[:depth],
        lambda at, row: f"indices{_place(at)} = {_row(row)} does not index into shape {text(full)}",
    )
    if depth == 0:
        return xp.sum(xp.reshape(updates, (-1, *full)), axis=0)
    zeros = xp.zeros(full, T.as_numpy_dtype)
    if zeros.dtype == np.object_:  # strings: those at one place one after the other
        zeros[...] = b""
    return xp.scatter_add(zeros, nd_index(indices), updates)


@ScatterNd.gradient
def scatter_nd_gradient(op, dy):
    return [None, raw.GatherNd(dy, op.inputs[0]), None]


@public
def scatter_nd(indices, updates, shape, bad_indices_policy="", name=None):
    """Zeros of `shape` with `updates` added at the positions in the rows of `indices`.

    Args:
      indices: integers of shape `[..., k]`: each row is a position in the first `k` dimensions.
      updates: a `Tensor` of shape `indices.shape[:-1] + shape[k:]`; at repeated positions values
        add up.
      shape: vector, the shape of the result.
      bad_indices_policy: "" or "DEFAULT" or "ERROR", all the same: out of range is an error.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `updates`.

    Raises:
      InvalidArgumentError: a position is out of range.
    """
    _check_policy(bad_indices_policy)
    return raw.ScatterNd(indices, updates, shape, bad_indices_policy=bad_indices_policy, name=name)


# --- one-hot ----------------------------------------------------------------------------------

OneHot = define_op(
    "OneHot",
    inputs="indices: TI, depth: int32, on_value: T, off_value: T",
    outputs="output: T",
    attrs=["axis: int = -1", "T: type", "TI: {uint8, int8, int32, int64} = int64"],
)


@OneHot.shape
def one_hot_shape(indices, depth, on_value, off_value, *, axis):
    if axis < -1:
        raise ShapeError("axis must be >= -1")
    if indices.dims is None:
        return None
    at = len(indices.dims) if axis == -1 else axis
    if at > len(indices.dims):
        raise ShapeError(
            f"Expected axis to be -1 or between [0, {len(indices.dims) + 1}). But received: {axis}"
        )
    size = None if depth.known is None else int(depth.known)
    return indices.dims[:at] + (size,) + indices.dims[at:]


@OneHot.kernel(static=["depth"])
def one_hot_kernel(xp, indices, depth, on_value, off_value, *, axis):
    size = int(depth)
    if size < 0:
        raise errors.InvalidArgumentError(None, None, f"depth must be non-negative, got: {size}")
    at = indices.ndim if axis == -1 else axis
    classes = np.arange(size).reshape((size,) + (1,) * (indices.ndim - at))
    return xp.where(xp.expand_dims(indices, at) == classes, on_value, off_value)


OneHot.no_gradient()


@public
def one_hot(indices, depth, on_value=None, off_value=None, axis=None, dtype=None, name=None):
    """Vectors that are `on_value` at one place and `off_value` elsewhere.

    Args:
      indices: integers of any shape: the place; out of range gives a vector without `on_value`.
      depth: scalar, the length of the vectors.
      on_value: scalar (default 1).
      off_value: scalar of the same type (default 0).
      axis: where the new dimension stands (default -1: last).
      dtype: type of the result (default: that of the values, or `tf.float32`).
      name: name of the node.

    Returns:
      A `Tensor` of one rank more than `indices`.

    Raises:
      TypeError: the types of `on_value`, `off_value` and `dtype` differ, or a type that is not
        numeric is asked for
        without values.

    >>> sess.run(tf.one_hot([1, 0], 2))
    array([[0., 1.],
           [1., 0.]], dtype=float32)
    """
    with scope(name, "one_hot", [indices, depth, on_value, off_value, axis, dtype]) as node_name:
        dtype = None if dtype is None else dtypes.as_dtype(dtype)
        on_given, off_given = on_value is not None, off_value is not None
        if on_given:
            on_value = convert_to_tensor(on_value, dtype_hint=dtype)
        if off_given:
            off_value = convert_to_tensor(off_value, dtype_hint=dtype)
        on_dtype = on_value.dtype.base_dtype if on_given else None
        off_dtype = off_value.dtype.base_dtype if off_given else None
        if on_given or off_given:
            if dtype is not None:
                for given, kind, what in (
                    (on_given, on_dtype, "on_value"),
                    (off_given, off_dtype, "off_value"),
                ):
                    if given and kind != dtype:
                        raise TypeError(
                            f"dtype {kind} of {what} does not match dtype parameter {dtype}"
                        )
            else:
                dtype = on_dtype if on_given else off_dtype
        elif dtype is None:
            dtype = dtypes.float32
        if not on_given or not off_given:
            if not (dtype.is_floating or dtype.is_integer or dtype.is_complex):
                raise TypeError(
                    "Parameter dtype must be numeric when on_value and off_value are not given"
                )
            if not on_given:
                on_value = convert_to_tensor(1, dtype, "on_value")
            if not off_given:
                off_value = convert_to_tensor(0, dtype, "off_value")
        if on_value.dtype.base_dtype != off_value.dtype.base_dtype:
            raise TypeError(
                f"dtype {on_value.dtype.base_dtype} of on_value does not match dtype "
                f"{off_value.dtype.base_dtype} of off_value"
            )
        return raw.OneHot(
            indices, depth, on_value, off_value, axis=-1 if axis is None else axis, name=node_name
        )
