"""Blocks of a tensor: `slice`, strided slices and their gradients. `tensor[key]` is in
`graph.operators`.
"""

import builtins

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._shapes import ShapeError, known_dims, text
from headwater._src.ops._slicing import indices, sliced_dims
from headwater._src.ops._static import rank_tensor, shape_tensor

_MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
_MASK_ATTRS = [f"{m}: int = 0" for m in _MASKS]


def _invalid(message):
    raise errors.InvalidArgumentError(None, None, message)


# --- slice ------------------------------------------------------------------------------------

Slice = define_op(
    "Slice",
    inputs="input: T, begin: Index, size: Index",
    outputs="output: T",
    attrs=["T: type", "Index: {int32, int64}"],
)


@Slice.shape
def slice_shape(input, begin, size):
    rank = next((t.dims[0] for t in (begin, size) if t.dims and t.dims[0] is not None), None)
    if input.dims is not None:
        if rank is not None and rank != len(input.dims):
            raise ShapeError(f"Shape must be rank {rank} but is rank {len(input.dims)}")
        rank = len(input.dims)
    if rank is None:
        return None
    dims = input.dims or (None,) * rank
    if size.known is None:
        found = known_dims(size) if input.dims is not None or size.dims is not None else None
        return (None,) * rank if found is None else found
    first = [None] * rank if begin.known is None else begin.known.tolist()
    result = []
    for i, (d, b, s) in enumerate(zip(dims, first, size.known.tolist())):
        if s == -1:
            result.append(None if d is None or b is None else d - b)
        else:
            result.append(s)
            if d is not None and b is not None and (b < 0 or s < -1 or b + s > d):
                raise ShapeError(f"Expected size[{i}] in [0, {d - b}], but got {s}")
    return tuple(result)


@Slice.kernel(static=["size"])
def slice_kernel(xp, input, begin, size):
    shape = input.shape
    if not tuple(begin.shape) == np.shape(size) == (len(shape),):
        _invalid(
            f"Expected begin and size arguments to be 1-D tensors of size {len(shape)}, but got "
            f"shapes {text(tuple(begin.shape))} and {text(np.shape(size))} instead."
        )
    wanted = np.asarray(size).tolist()
    if -1 in wanted or xp.is_concrete(begin):
        first = xp.value_of(begin).tolist()
        wanted = [d - b if s == -1 else s for d, b, s in zip(shape, first, wanted)]
        for i, (d, b, s) in enumerate(zip(shape, first, wanted)):
            if not 0 <= b <= d:
                _invalid(f"Expected begin[{i}] in [0, {d}], but got {b}")
            if not 0 <= s <= d - b:
                _invalid(f"Expected size[{i}] in [0, {d - b}], but got {s}")
        return input[builtins.tuple(builtins.slice(b, b + s) for b, s in zip(first, wanted))]
    bounds = np.array(shape) - np.array(wanted)
    xp.require(
        (begin >= 0) & (begin <= bounds),
        lambda: errors.InvalidArgumentError(
            None, None, f"Expected begin in {bounds.tolist()}, but got {begin}"
        ),
    )
    return xp.dynamic_slice(input, begin, builtins.tuple(wanted))


@Slice.gradient
def slice_gradient(op, dy):
    x, begin, _ = op.inputs
    rank = rank_tensor(x)
    size = shape_tensor(op.outputs[0])
    column = PUBLIC["stack"]([rank, 1])
    before = raw.Reshape(begin, column)
    after = raw.Reshape(
        raw.Sub(raw.Sub(shape_tensor(x), size, name="sub"), begin, name="sub"), column
    )
    return [raw.Pad(dy, raw.ConcatV2([before, after], 1, name="concat")), None, None]


@public
def slice(input_, begin, size, name=None):
    """The block of `input_` that starts at `begin` and has the given size.

    Args:
      input_: a `Tensor`.
      begin: vector of `int32` or `int64`, one entry for each dimension.
      size: vector of the same type; -1 takes all that is left.
      name: name of the node.

    Returns:
      A `Tensor` of the type of `input_`.

    Raises:
      InvalidArgumentError: the block is not inside `input_`.
    """
    return raw.Slice(input_, begin, size, name=name)


# --- strided slice ----------------------------------------------------------------------------

StridedSlice = define_op(
    "StridedSlice",
    inputs="input: T, begin: Index, end: Index, strides: Index",
    outputs="output: T",
    attrs=["T: type", "Index: {int16, int32, int64}", *_MASK_ATTRS],
)


@StridedSlice.shape
def strided_slice_shape(
    input,
    begin,
    end,
    strides,
    *,
    begin_mask,
    end_mask,
    ellipsis_mask,
    new_axis_mask,
    shrink_axis_mask,
):
    masks = {
        "begin_mask": begin_mask,
        "end_mask": end_mask,
        "ellipsis_mask": ellipsis_mask,
        "new_axis_mask": new_axis_mask,
        "shrink_axis_mask": shrink_axis_mask,
    }
    for t in (begin, end, strides):
        if t.dims is not None and len(t.dims) != 1:
            raise ShapeError(f"Shape must be rank 1 but is rank {len(t.dims)}")
    return sliced_dims(input.dims, begin, end, strides, masks)


def _index(xp, shape, begin, end, strides, masks):
    """The NumPy index; single indices may be traced, ranges must be known."""
    steps = xp.value_of(strides).tolist()
    if xp.is_concrete(begin):
        first = np.asarray(begin).tolist()
    elif masks["shrink_axis_mask"] == (1 << len(steps)) - 1:
        first = [begin[i] for i in range(len(steps))]
    else:
        single = [masks["shrink_axis_mask"] >> i & 1 for i in range(len(steps))]
        free = masks["begin_mask"] | masks["ellipsis_mask"] | masks["new_axis_mask"]
        if all(s or free >> i & 1 for i, s in enumerate(single)):
            first = [begin[i] if s else 0 for i, s in enumerate(single)]
        else:
            first = xp.value_of(begin).tolist()
    used = ~(
        masks["end_mask"]
        | masks["shrink_axis_mask"]
        | masks["ellipsis_mask"]
        | masks["new_axis_mask"]
    )
    if used & ((1 << len(steps)) - 1):
        last = xp.value_of(end).tolist()
    else:
        last = [0] * len(steps)

    def traced(index, size, dimension):
        xp.require(
            (index >= -size) & (index < size),
            lambda: errors.InvalidArgumentError(
                None, None, f"slice index {index} of dimension {dimension} out of bounds."
            ),
        )

    try:
        return indices(shape, first, last, steps, masks, _invalid, traced)
    except ShapeError as error:
        _invalid(str(error))


@StridedSlice.kernel(static=["strides"])
def strided_slice_kernel(
    xp,
    input,
    begin,
    end,
    strides,
    *,
    begin_mask,
    end_mask,
    ellipsis_mask,
    new_axis_mask,
    shrink_axis_mask,
):
    masks = {
        "begin_mask": begin_mask,
        "end_mask": end_mask,
        "ellipsis_mask": ellipsis_mask,
        "new_axis_mask": new_axis_mask,
        "shrink_axis_mask": shrink_axis_mask,
    }
    return input[_index(xp, input.shape, begin, end, strides, masks)]


@StridedSlice.gradient
def strided_slice_gradient(op, dy):
    x, begin, end, strides = op.inputs
    shape = shape_tensor(x, out_type=begin.dtype)
    # What is known now is written out again as constants, so that the gradient does not hang on
    # the forward nodes.
    known = [t if t.known is None else t.known for t in (begin, end, strides)]
    if shape.op.type == "Const":
        known.insert(0, shape.known)
    else:
        known.insert(0, shape)
    masks = {m: op.attrs[m] for m in _MASKS}
    return [raw.StridedSliceGrad(*known, dy, **masks), None, None, None]


StridedSliceGrad = define_op(
    "StridedSliceGrad",
    inputs="shape: Index, begin: Index, end: Index, strides: Index, dy: T",
    outputs="output: T",
    attrs=["T: type", "Index: {int32, int64}", *_MASK_ATTRS],
)


@StridedSliceGrad.shape
def strided_slice_grad_shape(shape, begin, end, strides, dy):
    return known_dims(shape)


@StridedSliceGrad.kernel(static=["shape", "strides"])
def strided_slice_grad_kernel(
    xp,
    shape,
    begin,
    end,
    strides,
    dy,
    *,
    begin_mask,
    end_mask,
    ellipsis_mask,
    new_axis_mask,
    shrink_axis_mask,
):
    masks = {
        "begin_mask": begin_mask,
        "end_mask": end_mask,
        "ellipsis_mask": ellipsis_mask,
        "new_axis_mask": new_axis_mask,
        "shrink_axis_mask": shrink_axis_mask,
    }
    full = builtins.tuple(np.asarray(shape).tolist())
    return xp.embed(full, _index(xp, full, begin, end, strides, masks), dy)


@StridedSliceGrad.gradient
def strided_slice_grad_gradient(op, dy):
    _, begin, end, strides, _ = op.inputs
    masks = {m: op.attrs[m] for m in _MASKS}
    return [None, None, None, None, raw.StridedSlice(dy, begin, end, strides, **masks)]


@public
def strided_slice(
    input_,
    begin,
    end,
    strides=None,
    begin_mask=0,
    end_mask=0,
    ellipsis_mask=0,
    new_axis_mask=0,
    shrink_axis_mask=0,
    var=None,
    name=None,
):
    """A slice with a begin, an end and a stride for each dimension; `tensor[key]` is the
    readable way to it.

    Args:
      input_: a `Tensor`.
      begin: vector of `int32` or `int64`.
      end: vector of the same type; not included.
      strides: vector of the same type (default: ones).
      begin_mask: bit `i` means that `begin[i]` is ignored: from the start.
      end_mask: bit `i` means that `end[i]` is ignored: to the end.
      ellipsis_mask: bit `i` means that entry `i` stands for as many whole dimensions as needed.
      new_axis_mask: bit `i` means that entry `i` inserts a dimension of size 1.
      shrink_axis_mask: bit `i` means that entry `i` picks one index, and its dimension goes.
      var: the variable that `input_` came from; the result then has an `assign` method.
      name: name of the node.

    Returns:
      A `Tensor`.

    Raises:
      ValueError: the spec does not fit the static shape.
      InvalidArgumentError: an index is out of range at run time.
    """
    if strides is None:
        strides = PUBLIC["ones_like"](begin)
    return raw.StridedSlice(
        input_,
        begin,
        end,
        strides,
        begin_mask=begin_mask,
        end_mask=end_mask,
        ellipsis_mask=ellipsis_mask,
        new_axis_mask=new_axis_mask,
        shrink_axis_mask=shrink_axis_mask,
        name=name,
    )
