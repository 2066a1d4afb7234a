"""Where values would stand in sorted rows: `searchsorted` and its two ops."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, text, with_rank
from headwater._src.ops._static import rank_tensor, shape_tensor

_ATTRS = ["T: type", "out_type: {int32, int64} = int32"]

LowerBound = define_op(
    "LowerBound", inputs="sorted_inputs: T, values: T", outputs="output: out_type", attrs=_ATTRS
)
UpperBound = define_op(
    "UpperBound", inputs="sorted_inputs: T, values: T", outputs="output: out_type", attrs=_ATTRS
)


@LowerBound.shape
@UpperBound.shape
def bound_shape(sorted_inputs, values):
    """The shape of `values`; both are matrices of as many rows."""
    rows, wanted = with_rank(sorted_inputs.dims, 2)[0], with_rank(values.dims, 2)
    if None not in (rows, wanted[0]) and rows != wanted[0]:
        raise ShapeError(
            f"Dimension 0 in both shapes must be equal, but are {rows} and {wanted[0]}. Shapes are "
            f"{text(sorted_inputs.dims)} and {text(values.dims)}."
        )
    return wanted


def _bounds(side):
    def kernel(xp, sorted_inputs, values, *, out_type):
        if sorted_inputs.shape[0] != values.shape[0]:
            raise errors.InvalidArgumentError(
                None, None, "Leading dim_size of both tensors must match."
            )
        found = [
            xp.searchsorted(row, wanted, side=side)
            for row, wanted in zip(sorted_inputs, values, strict=True)
        ]
        dtype = out_type.as_numpy_dtype
        return xp.stack(found).astype(dtype) if found else np.zeros(values.shape, dtype)

    return kernel


LowerBound.kernel(_bounds("left"))
UpperBound.kernel(_bounds("right"))
LowerBound.no_gradient()
UpperBound.no_gradient()


@public
def searchsorted(sorted_sequence, values, side="left", out_type=dtypes.int32, name=None):
    """The places in sorted rows at which values could be put in, so that the rows stay sorted.

    Args:
      sorted_sequence: `Tensor` whose rows (along the last dimension) never fall.
      values: `Tensor` of the same type, and of the same shape but for the last dimension.
      side: `"left"` for the first such place, `"right"` for the last one.
      out_type: type of the result, `tf.int32` or `tf.int64`.
      name: name of the node that searches.

    Returns:
      A `Tensor` of `out_type` and the shape of `values`.

    Raises:
      ValueError: `side` is something else, or the shapes do not fit.
    """
    if side not in ("left", "right"):
        raise ValueError(f"side must be either 'right' or 'left', not {side!r}.")
    width, count = _shape_of(sorted_sequence)[-1], _shape_of(values)[-1]
    rows = raw.Reshape(sorted_sequence, [-1, width])
    flat = raw.Reshape(values, [-1, count])
    bound = raw.LowerBound if side == "left" else raw.UpperBound
    return raw.Reshape(bound(rows, flat, out_type=out_type, name=name), _shape_of(values))


def _shape_of(x):
    """The shape of `x` under the names that TensorFlow gives its nodes here."""
    with scope(None, "Shape", [x]) as node_name:
        x = convert_to_tensor(x)
        if x.shape.is_fully_defined():
            return convert_to_tensor(x.shape, dtypes.int32)
        return raw.Shape(x, name=node_name)


@public
def repeat(input, repeats, axis=None, name=None):
    """`input` with each of its slices along a dimension several times in a row.

    Args:
      input: a `Tensor`.
      repeats: integer, how often every slice; or a vector of one number for each.
      axis: the dimension; by default `input` is flattened first.
      name: name of the scope of the new nodes.

    Returns:
      A `Tensor` of the type of `input`.

    >>> sess.run(tf.repeat([3, 4], [2, 1]))
    array([3, 3, 4], dtype=int32)
    """
    if axis is None:
        input = raw.Reshape(input, [-1])
        axis = 0
    with scope(name, "Repeat", [input, repeats]):
        input = convert_to_tensor(input, name="input")
        repeats = raw.Cast(convert_to_tensor(repeats, name="repeats"), DstT=dtypes.int32)
        rank = input.shape.ndims
        if rank is None:
            raise NotImplementedError("tf.repeat needs an input of known rank in headwater")
        axis = axis + rank if axis < 0 else axis
        shape = shape_tensor(input)
        if repeats.shape.num_elements() == 1:
            return _evenly(input, raw.Reshape(repeats, []), axis, shape)
        counts = raw.BroadcastTo(repeats, [shape[axis]])
        every = counts if axis == 0 else _for_every_row(counts, axis, shape)
        most = PUBLIC["reduce_max"](every)
        most = raw.Maximum(convert_to_tensor(0, name="zero"), most)
        kept = PUBLIC["sequence_mask"](every, most)
        found = PUBLIC["boolean_mask"](_tiled(input, most, axis), kept)
        if axis == 0:
            return found
        # `found` has the slices of all rows below each other.
        axes = raw.Range(0, rank_tensor(counts), 1)
        total = raw.Sum(counts, axes)
        return raw.Reshape(found, PUBLIC["concat"]([shape[:axis], [total], shape[axis + 1 :]], 0))


def _for_every_row(counts, axis, shape):
    own = shape_tensor(counts)
    rows = shape[: axis + 1 - rank_tensor(counts)]
    return raw.BroadcastTo(counts, PUBLIC["concat"]([rows, own], 0))


def _tiled(input, times, axis):
    multiples = [1] * (axis + 1) + [times] + [1] * (input.shape.ndims - axis - 1)
    return PUBLIC["tile"](raw.ExpandDims(input, axis + 1), multiples)


def _evenly(input, times, axis, shape):
    tiled = _tiled(input, times, axis)
    parts = [shape[:axis], [times * shape[axis]], shape[axis + 1 :]]
    return raw.Reshape(tiled, PUBLIC["concat"](parts, 0))
