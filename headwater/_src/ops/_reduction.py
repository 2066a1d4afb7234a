"""What reductions share: the axes, the shapes, and the gradients' way back to the input's shape."""

import weakref

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import raw
from headwater._src.graph.convert import constant
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, is_full
from headwater._src.ops._static import rank_tensor, shape_tensor, size_tensor

_MULTIPLES = (
    weakref.WeakKeyDictionary()
)  # graph -> the (shape, axes) whose multiples it has nodes for


def axes_of(indices, rank):
    """The value of a `reduction_indices` input as a sorted tuple of axes counted from the front.

    Raises:
      InvalidArgumentError: an axis is out of range.
    """
    axes = set()
    for axis in np.ravel(indices).tolist():
        if not -rank <= axis < rank:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Invalid reduction dimension ({axis} for input with {rank} dimension(s)",
            )
        axes.add(axis % rank)
    return tuple(sorted(axes))


def refuse_repeated(indices, rank):
    """Says which axis a `reduction_indices` input names twice.

    Raises:
      InvalidArgumentError: always.
    """
    axes = [axis % rank for axis in np.ravel(indices).tolist()]
    twice = next(axis for i, axis in enumerate(axes) if axis in axes[:i])
    raise errors.InvalidArgumentError(
        None, None, f"Invalid reduction arguments: Axes contains duplicate dimension: {twice}"
    )


def reduction_shape(input, reduction_indices, *, keep_dims):
    """The shape function of reductions."""
    dims, indices = input.dims, reduction_indices.known
    if reduction_indices.dims is not None and len(reduction_indices.dims) > 1:
        raise ShapeError(f"Shape must be at most rank 1 but is rank {len(reduction_indices.dims)}")
    if dims is None:
        return None
    if indices is None:
        return (None,) * len(dims) if keep_dims else None
    for axis in indices.ravel().tolist():
        if not -len(dims) <= axis < len(dims):
            raise ShapeError(
                f"Invalid reduction dimension {axis} for input with {len(dims)} dimensions."
            )
    axes = axes_of(indices, len(dims))
    if keep_dims:
        return tuple(1 if i in axes else d for i, d in enumerate(dims))
    return tuple(d for i, d in enumerate(dims) if i not in axes)


def given(axis, keepdims, reduction_indices, keep_dims):
    """The axis and the `keepdims` meant by new and old parameter names."""
    axis = renamed("axis", axis, "reduction_indices", reduction_indices)
    return axis, renamed("keepdims", keepdims, "keep_dims", keep_dims, False)


def default_axes(x, axis):
    """`axis`, or all axes of `x`: a constant when the rank is known, else a `Range` node."""
    if axis is not None:
        return axis
    if hasattr(x, "op") and getattr(x, "dims", None):
        return constant(np.arange(len(x.dims), dtype=np.int32))
    return raw.Range(0, rank_tensor(x), 1, name="range")


def reduced_shape(x_shape, axes):
    """The shape of a reduction's result when reduced dimensions are kept as 1.

    Args:
      x_shape: the input's shape as a tensor.
      axes: the `reduction_indices` tensor.

    Returns:
      An array when constants decide it, else a `Tensor`.
    """
    shape, known = x_shape.known, axes.known
    if shape is not None and known is not None:
        result = shape.copy()
        result[known] = 1
        return result
    rank = size_tensor(x_shape)
    axes = raw.FloorMod(raw.AddV2(axes, rank, name="add"), rank, name="mod")
    axes_shape = shape_tensor(axes)
    every = raw.Range(0, rank, 1, name="range")
    with scope(None, "ones", [axes]) as name:
        ones = raw.Fill(axes_shape, constant(np.array(1, np.int32)), name=name)
    return raw.DynamicStitch([every, axes], [x_shape, ones])


def spread(op, dy):
    """The gradient of a sum: `dy` repeated over the reduced axes."""
    x, axes = op.inputs
    dims, known = x.dims, axes.known
    if dims is not None and known is not None:
        rank = len(dims)
        if np.array_equal(known, np.arange(rank)):
            dy = raw.Reshape(dy, [1] * rank)
            shape = constant(np.array(dims, np.int32)) if is_full(dims) else raw.Shape(x)
            return raw.Tile(dy, shape)
        if is_full(dims):
            return _tile(dy, np.array(dims, np.int32), known)
    x_shape = shape_tensor(x)
    if not op.attrs["keep_dims"]:
        dy = raw.Reshape(dy, reduced_shape(x_shape, axes))
    return raw.BroadcastTo(dy, x_shape)


def _tile(dy, dims, axes):
    kept = dims.copy()
    kept[axes] = 1
    # TensorFlow computes the multiples, once a graph for each shape and axes; here they are known.
    seen = _MULTIPLES.setdefault(dy.graph, set())
    key = (tuple(dims.tolist()), np.ravel(axes).tobytes())
    if key not in seen:
        seen.add(key)
        raw.FloorDiv(dims, raw.Maximum(kept, 1), name="floordiv")
    return raw.Tile(raw.Reshape(dy, kept), dims // np.maximum(kept, 1))
