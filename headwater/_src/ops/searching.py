"""Elements found by what they are: positions of true values, masks, distinct values, the
largest.
"""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, compatible, size
from headwater._src.ops._static import shape_tensor

# --- where ------------------------------------------------------------------------------------

Where = define_op(
    "Where",
    inputs="input: T",
    outputs="index: int64",
    attrs=[
        "T: "
        "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, "
        "bfloat16, "
        "qint16, quint16, uint16, complex128, half, uint32, uint64, bool} = bool"
    ],
    shape=lambda input: (None, None if input.dims is None else len(input.dims)),
)


@Where.kernel(dynamic=True)
def where_kernel(xp, input):
    if not np.ndim(input):
        raise errors.InvalidArgumentError(None, None, "WhereOp: Unhandled input dimensions: 0")
    return np.argwhere(np.asarray(input)).astype(np.int64, copy=False)


Where.no_gradient()


@public
def where(condition, x=None, y=None, name=None):
    """The positions where `condition` is true; or elements of `x` there and of `y` elsewhere.

    Args:
      condition: boolean `Tensor`.
      x: a `Tensor` of the shape of `condition` (or of more rows, when `condition` is a vector).
      y: a `Tensor` like `x`.
      name: name of the node.

    Returns:
      Without `x` and `y` an `int64` matrix with a row for each true element; else a `Tensor` like
      `x`.

    Raises:
      ValueError: only one of `x` and `y` is given.
    """
    if x is None and y is None:
        with scope(name, "Where", [condition]) as node_name:
            condition = convert_to_tensor(condition, preferred_dtype=dtypes.bool, name="condition")
            return raw.Where(condition, name=node_name)
    if x is None or y is None:
        raise ValueError("x and y must both be non-None or both be None.")
    return raw.Select(condition, x, y, name=name)


@public
def boolean_mask(tensor, mask, name="boolean_mask", axis=None):
    """The elements (or slices) of `tensor` where `mask` is true.

    Args:
      tensor: a `Tensor`.
      mask: booleans; their shape is a part of the shape of `tensor` from dimension `axis` on.
      name: name of the scope of the new nodes.
      axis: the first dimension that `mask` is about (default 0).

    Returns:
      A `Tensor` in which the dimensions of `mask` have become one.

    Raises:
      ValueError: the rank of `mask` is not known or 0, or the shapes do not fit.
    """
    with scope(name, "boolean_mask", [tensor, mask]):
        tensor = convert_to_tensor(tensor, name="tensor")
        mask = convert_to_tensor(mask, name="mask")
        at = 0 if axis is None else axis
        if hasattr(at, "known"):
            at = int(at.known)
        if mask.dims is None:
            raise ValueError(
                "Number of mask dimensions must be specified, even if some dimensions are None.  "
                "E.g. shape=[None] is ok, but shape=None is not."
            )
        depth = len(mask.dims)
        if depth == 0:
            raise ValueError("mask cannot be scalar.")
        if tensor.dims is not None and not compatible(tensor.dims[at : at + depth], mask.dims):
            raise ValueError(
                f"Shapes {tensor.shape[at : at + depth]} and {mask.shape} are incompatible"
            )
        count = raw.Prod(shape_tensor(tensor)[at : at + depth], [0])
        before = shape_tensor(tensor)[:at]
        after = shape_tensor(tensor)[at + depth :]
        flat = raw.Reshape(tensor, PUBLIC["concat"]([before, [count], after], 0))
        if tensor.dims is not None:
            merged = size(tensor.dims[at : at + depth])
            flat.set_shape((*tensor.dims[:at], merged, *tensor.dims[at + depth :]))
        found = raw.Where(raw.Reshape(mask, [-1]))
        return PUBLIC["gather"](flat, raw.Squeeze(found, squeeze_dims=[1]), axis=at)


# --- distinct values --------------------------------------------------------------------------

Unique = define_op(
    "Unique",
    inputs="x: T",
    outputs="y: T, idx: out_idx",
    attrs=["T: type", "out_idx: {int32, int64} = int32"],
    shape=lambda x: [(None,), x.dims],
)
UniqueWithCounts = define_op(
    "UniqueWithCounts",
    inputs="x: T",
    outputs="y: T, idx: out_idx, count: out_idx",
    attrs=["T: type", "out_idx: {int32, int64} = int32"],
    shape=lambda x: [(None,), x.dims, (None,)],
)


def _unique(x):
    x = np.asarray(x)
    if x.ndim != 1:
        raise errors.InvalidArgumentError(None, None, "unique expects a 1D vector.")
    values, first, inverse, counts = np.unique(
        x, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.argsort(first, kind="stable")  # the order in which the values occur first
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    return values[order], place[inverse.reshape(x.shape)], counts[order]


@Unique.kernel(dynamic=True)
def unique_kernel(xp, x):
    return _unique(x)[:2]


@UniqueWithCounts.kernel(dynamic=True)
def unique_with_counts_kernel(xp, x):
    return _unique(x)


@Unique.masked("rows", "places")
def masked_unique(xp, x):
    return _masked_unique(xp, x)


@UniqueWithCounts.masked("rows", "places", "rows")
def masked_unique_with_counts(xp, x):
    x, first, there = _masked_unique(xp, x)
    return x, first, xp.segment_sum(xp.ones_like(first), first, x.shape[0]), there


def _masked_unique(xp, x):
    """Every element is a row; the ones there are those that no equal one comes before."""
    if x.ndim != 1:
        raise errors.InvalidArgumentError(None, None, "unique expects a 1D vector.")
    first = xp.first_places(x)
    return x, first, first == xp.arange(x.shape[0])


UniqueV2 = define_op(
    "UniqueV2",
    inputs="x: T, axis: Taxis",
    outputs="y: T, idx: out_idx",
    attrs=["T: type", "Taxis: {int32, int64} = int64", "out_idx: {int32, int64} = int32"],
    shape=lambda x, axis: [None if x.dims is None else (None,) * len(x.dims), (None,)],
)
UniqueWithCountsV2 = define_op(
    "UniqueWithCountsV2",
    inputs="x: T, axis: Taxis",
    outputs="y: T, idx: out_idx, count: out_idx",
    attrs=["T: type", "Taxis: {int32, int64} = int64", "out_idx: {int32, int64} = int32"],
    shape=lambda x, axis: [None if x.dims is None else (None,) * len(x.dims), (None,), (None,)],
)


def _unique_slices(x, axis):
    """The distinct slices of `x` along the one axis that the vector `axis` names, if any."""
    x, axis = np.asarray(x), np.asarray(axis)
    if axis.ndim != 1 or axis.size > 1:
        raise errors.InvalidArgumentError(
            None, None, "axis expects a 1D vector of at most one element."
        )
    if axis.size == 0 or x.ndim == 1:
        return _unique(x)
    at = int(axis[0])
    if not -x.ndim <= at < x.ndim:
        raise errors.InvalidArgumentError(
            None, None, f"axis has to be between {-x.ndim} and {x.ndim - 1}, got {at}"
        )
    first, places = {}, []
    for row in np.moveaxis(x, at, 0):
        places.append(first.setdefault(tuple(row.ravel().tolist()), len(first)))
    places = np.array(places, np.int64)
    kept = np.unique(places, return_index=True)[1]
    return np.take(x, kept, axis=at), places, np.bincount(places, minlength=len(first))


@UniqueV2.kernel(dynamic=True)
def unique_v2_kernel(xp, x, axis):
    return _unique_slices(x, axis)[:2]


@UniqueWithCountsV2.kernel(dynamic=True)
def unique_with_counts_v2_kernel(xp, x, axis):
    return _unique_slices(x, axis)


UniqueV2.no_gradient()
UniqueWithCountsV2.no_gradient()
Unique.no_gradient()
UniqueWithCounts.no_gradient()


@public
def unique(x, out_idx=dtypes.int32, name=None):
    """The distinct values of a vector, in the order in which they occur first.

    Args:
      x: vector.
      out_idx: type of the indices.
      name: name of the node.

    Returns:
      A pair `(y, idx)` with `x == y[idx]`.
    """
    return raw.Unique(x, out_idx=out_idx, name=name)


@public
def unique_with_counts(x, out_idx=dtypes.int32, name=None):
    """The distinct values of a vector, and how often each occurs.

    Args:
      x: vector.
      out_idx: type of the indices and counts.
      name: name of the node.

    Returns:
      A triple `(y, idx, count)` with `x == y[idx]`.
    """
    return raw.UniqueWithCounts(x, out_idx=out_idx, name=name)


# --- the largest ------------------------------------------------------------------------------

TopKV2 = define_op(
    "TopKV2",
    inputs="input: T, k: Tk",
    outputs="values: T, indices: index_type",
    attrs=[
        "sorted: bool = true",
        "T: "
        "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
        "Tk: {int16, int32, int64} = int32",
        "index_type: {int16, int32, int64} = int32",
    ],
)


@TopKV2.shape
def top_k_shape(input, k):
    if k.dims is not None and k.dims != ():
        raise ShapeError(f"Shape must be rank 0 but is rank {len(k.dims)}")
    if input.dims is None:
        return [None, None]
    if not input.dims:
        raise ShapeError("Shape must be at least rank 1 but is rank 0")
    count = None if k.known is None else int(k.known)
    if count is not None and count < 0:
        raise ShapeError(
            f"Dimension size, given by scalar input 1, must be non-negative but is {count}"
        )
    if count is not None and input.dims[-1] is not None and input.dims[-1] < count:
        raise ShapeError(f"input must have last dimension >= k = {count} but is {input.dims[-1]}")
    return [input.dims[:-1] + (count,)] * 2


@TopKV2.kernel(static=["k"])
def top_k_kernel(xp, input, k):
    count = int(k)
    if count < 0:
        raise errors.InvalidArgumentError(None, None, f"Need k >= 0, got {count}")
    if input.ndim < 1 or input.shape[-1] < count:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"input must have at least k columns. Had "
            f"{input.shape[-1] if input.ndim else 0}, needed {count}",
        )
    return xp.top_k(input, count)


def _back_to_places(op, dy):
    x, indices = op.inputs[0], op.outputs[1]
    shape, places = shape_tensor(x), shape_tensor(indices)
    # Rows are numbered in int64, so that flat positions of large tensors do not overflow.
    width = _last(places)
    rows = raw.Reshape(indices, PUBLIC["stack"]([-1, width]))
    last = _last(shape)
    count = raw.Cast(shape_tensor(rows)[0], DstT=dtypes.int64)
    first = raw.ExpandDims(PUBLIC["range"](0, raw.Mul(count, last, name="mul"), last), -1)
    flat = raw.Reshape(rows + raw.Cast(first, DstT=indices.dtype), [-1])
    dx = raw.ScatterNd(
        raw.ExpandDims(flat, -1), raw.Reshape(dy, [-1]), [PUBLIC["reduce_prod"](shape)]
    )
    return raw.Reshape(dx, shape)


@TopKV2.gradient
def top_k_gradient(op, dy, _):
    return [_back_to_places(op, dy), PUBLIC["zeros"]([], dtypes.int32)]


# What programs of the first versions wrote.
TopK = define_op(
    "TopK",
    inputs="input: T",
    outputs="values: T, indices: int32",
    attrs=[
        "k: int >= 0",
        "sorted: bool = true",
        "T: "
        "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}",
    ],
)


@TopK.shape
def old_top_k_shape(input, *, k):
    if input.dims is None:
        return [None, None]
    if not input.dims:
        raise ShapeError("Shape must be at least rank 1 but is rank 0")
    if input.dims[-1] is not None and input.dims[-1] < k:
        raise ShapeError(f"input must have last dimension >= k = {k} but is {input.dims[-1]}")
    return [(*input.dims[:-1], k)] * 2


@TopK.kernel
def old_top_k_kernel(xp, input, *, k):
    return top_k_kernel(xp, input, k)


@TopK.gradient
def old_top_k_gradient(op, dy, _):
    return [_back_to_places(op, dy)]


def _last(shape):
    long = raw.Cast(shape, DstT=dtypes.int64)
    return PUBLIC["gather"](long, PUBLIC["size"](shape) - 1)


@public
def top_k(input, k=1, sorted=True, index_type=dtypes.int32, name=None):
    """The `k` largest elements along the last dimension.

    Args:
      input: numeric `Tensor`.
      k: scalar, how many; of equal elements those with the lower index come first.
      sorted: whether they must come in descending order (they always do).
      index_type: type of the indices.
      name: name of the node.

    Returns:
      A pair `(values, indices)`.

    Raises:
      ValueError: the last dimension has fewer than `k` elements.
    """
    return raw.TopKV2(input, k, sorted=sorted, index_type=index_type, name=name)
