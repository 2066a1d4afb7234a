"""Strings into pieces, and pieces into strings: split, reduce_join, unsorted_segment_join."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, with_rank
from headwater._src.ops._strings import as_bytes, invalid, objects, require_scalar, shape_text

# --- splitting --------------------------------------------------------------------------------

StringSplit = define_op(
    "StringSplit",
    inputs="input: string, delimiter: string",
    outputs="indices: int64, values: string, shape: int64",
    attrs=["skip_empty: bool = true"],
)
StringSplitV2 = define_op(
    "StringSplitV2",
    inputs="input: string, sep: string",
    outputs="indices: int64, values: string, shape: int64",
    attrs=["maxsplit: int = -1"],
)


@StringSplit.shape
def string_split_shape(input, delimiter):
    with_rank(input.dims, 1)
    with_rank(delimiter.dims, 0)
    return [(None, 2), (None,), (2,)]


@StringSplitV2.shape
def string_split_v2_shape(input, sep):
    with_rank(input.dims, 1)
    with_rank(sep.dims, 0)
    return [(None, 2), (None,), (2,)]


@StringSplit.kernel(dynamic=True)
def string_split_kernel(xp, input, delimiter, *, skip_empty):
    _check_input(input)
    require_scalar(delimiter, "delimiter")
    marks = np.asarray(delimiter).item()
    return _sparse([_pieces(s, marks, skip_empty) for s in np.asarray(input).tolist()])


@StringSplitV2.kernel(dynamic=True)
def string_split_v2_kernel(xp, input, sep, *, maxsplit):
    _check_input(input)
    require_scalar(sep, "sep")
    mark = np.asarray(sep).item()
    return _sparse([_split(s, mark, maxsplit) for s in np.asarray(input).tolist()])


def _check_input(input):
    if np.ndim(input) != 1:
        raise invalid(f"input must be a vector, got shape: {shape_text(input)}")


def _pieces(text, marks, skip_empty):
    """Any byte of `marks` separates; without marks each byte is a piece."""
    if not text:
        return []
    if not marks:
        return [text[i : i + 1] for i in range(len(text))]
    parts, start = [], 0
    for i, byte in enumerate(text):
        if byte in marks:
            parts.append(text[start:i])
            start = i + 1
    parts.append(text[start:])
    return [p for p in parts if p] if skip_empty else parts


def _split(text, mark, limit):
    if mark:
        return text.split(mark, limit)
    parts, at = [], 0
    space = b" \t\n\v\f\r"
    while True:
        while at < len(text) and text[at] in space:
            at += 1
        if 0 <= limit == len(parts):
            # The rest is a piece even when nothing is left, unless the string was empty.
            if parts or at < len(text):
                parts.append(text[at:])
            return parts
        if at == len(text):
            return parts
        start = at
        while at < len(text) and text[at] not in space:
            at += 1
        parts.append(text[start:at])


def _sparse(rows):
    values = objects([p for row in rows for p in row])
    indices = np.array([(i, j) for i, row in enumerate(rows) for j in range(len(row))], np.int64)
    width = max((len(row) for row in rows), default=0)
    return indices.reshape(-1, 2), values, np.array([len(rows), width], np.int64)


StringSplit.no_gradient()
StringSplitV2.no_gradient()


@public
def string_split(
    source, sep=None, skip_empty=True, delimiter=None, result_type="SparseTensor", name=None
):
    """Pieces of strings, at any of several separating characters.

    Args:
      source: vector of strings.
      sep: characters (bytes) each of which separates; the empty string means between all bytes.
      skip_empty: whether to leave out empty pieces.
      delimiter: the old name of `sep`.
      result_type: `"SparseTensor"`.
      name: name of the scope of the new nodes.

    Returns:
      A `SparseTensor` with a row for each string.

    Raises:
      ValueError: the shapes are not those of a vector and a scalar.
      NotImplementedError: ragged results are asked for.
    """
    sep = renamed("sep", sep, "delimiter", delimiter, " ")
    with scope(name, "StringSplit", [source]):
        _sparse_only(result_type, "tf.string_split")
        source = convert_to_tensor(source, dtype=dtypes.string)
        sep = convert_to_tensor(sep, dtype=dtypes.string)
        if source.dims == ():
            source = raw.ExpandDims(source, 0)
        indices, values, shape = raw.StringSplit(source, sep, skip_empty=skip_empty)
        return _as_sparse(indices, values, shape)


@public
def strings_split(
    input=None, sep=None, maxsplit=-1, result_type="SparseTensor", source=None, name=None
):
    """Pieces of strings, at a separating string or at white space.

    Args:
      input: vector of strings, or a string.
      sep: the separator; None or empty means runs of white space.
      maxsplit: how many times to split at most; -1 for no limit.
      result_type: `"SparseTensor"`.
      source: the old name of `input`.
      name: name of the scope of the new nodes.

    Returns:
      A `SparseTensor` with a row for each string.

    Raises:
      ValueError: `input` is missing, or has more than one dimension.
      NotImplementedError: ragged results are asked for.
    """
    input = renamed("input", input, "source", source)
    with scope(name, "StringSplit", [input]):
        input = convert_to_tensor(input, dtype=dtypes.string)
        _sparse_only(result_type, "tf.strings.split")
        if input.dims == ():
            input = raw.ExpandDims(input, 0)
        sep = convert_to_tensor("" if sep is None else sep, dtype=dtypes.string)
        indices, values, shape = raw.StringSplitV2(input, sep, maxsplit=maxsplit)
        return _as_sparse(indices, values, shape)


def _sparse_only(result_type, what):
    if result_type == "RaggedTensor":
        raise NotImplementedError(
            f"{what}: headwater has no ragged tensors yet; use result_type='SparseTensor'"
        )
    if result_type != "SparseTensor":
        raise ValueError("result_type must be 'RaggedTensor' or 'SparseTensor'.")


def _as_sparse(indices, values, shape):
    indices.set_shape((None, 2))
    values.set_shape((None,))
    shape.set_shape((2,))
    return SparseTensor(indices, values, shape)


# --- joining along dimensions -----------------------------------------------------------------

ReduceJoin = define_op(
    "ReduceJoin",
    inputs="inputs: string, reduction_indices: int32",
    outputs="output: string",
    attrs=["keep_dims: bool = false", "separator: string = ''"],
)


@ReduceJoin.shape
def reduce_join_shape(inputs, reduction_indices, *, keep_dims):
    dims, axes = inputs.dims, reduction_indices.known
    if dims is None:
        return None
    if axes is None:
        if keep_dims:
            return (None,) * len(dims)
        return None
    gone = set()
    for axis in axes.reshape(-1).tolist():
        if not -len(dims) <= axis < len(dims):
            raise ShapeError(
                f"Invalid reduction dimension {axis} for input with {len(dims)} dimensions."
            )
        gone.add(axis % len(dims))
    if keep_dims:
        return tuple(1 if i in gone else d for i, d in enumerate(dims))
    return tuple(d for i, d in enumerate(dims) if i not in gone)


@ReduceJoin.kernel(static=["reduction_indices"])
def reduce_join_kernel(xp, inputs, reduction_indices, *, keep_dims, separator):
    array = np.asarray(inputs, np.object_)
    rank = array.ndim
    axes = []
    for axis in np.reshape(reduction_indices, -1).tolist():
        if not -rank <= axis < rank:
            raise errors.OutOfRangeError(
                None, None, f"Invalid reduction dimension {axis} for input with {rank} dimension(s)"
            )
        if axis % rank in axes:
            raise invalid(f"Duplicate reduction dimension {axis % rank}")
        axes.append(axis % rank)
    rest = [i for i in range(rank) if i not in axes]
    kept = tuple(array.shape[i] for i in rest)
    count = 1
    for axis in axes:
        count *= array.shape[axis]
    between = as_bytes(separator)
    table = np.transpose(array, [*rest, *reversed(axes)]).reshape((*kept, count))
    out = np.empty(kept, np.object_)
    for index in np.ndindex(*kept):
        out[index] = between.join(table[index].tolist())
    if keep_dims:
        out = out.reshape([1 if i in axes else d for i, d in enumerate(array.shape)])
    return out


ReduceJoin.no_gradient()


@public
def reduce_join(
    inputs,
    axis=None,
    keep_dims=None,
    separator="",
    name=None,
    reduction_indices=None,
    keepdims=None,
):
    """The strings along some dimensions put together.

    Args:
      inputs: string `Tensor`.
      axis: dimension, or list of dimensions in the order of joining; None for all, the last one
        first.
      keep_dims: old name of `keepdims`.
      separator: what stands between two strings.
      name: name of the scope of the new nodes.
      reduction_indices: old name of `axis`.
      keepdims: whether the joined dimensions stay, with size 1.

    Returns:
      A string `Tensor`.

    Raises:
      ValueError: a dimension that `inputs` does not have.
    """
    axis = renamed("axis", axis, "reduction_indices", reduction_indices)
    keepdims = renamed("keepdims", keepdims, "keep_dims", keep_dims, False)
    with scope(name, "ReduceJoin", [inputs]):
        inputs = convert_to_tensor(inputs, dtype=dtypes.string)
        return raw.ReduceJoin(
            inputs,
            _all_axes(inputs) if axis is None else axis,
            keep_dims=keepdims,
            separator=separator,
        )


def _all_axes(inputs):
    if inputs.dims is not None:
        rank = len(inputs.dims)
        return convert_to_tensor(np.arange(rank - 1, -1, -1, dtype=np.int32), name="Const")
    return PUBLIC["range"](raw.Sub(raw.Rank(inputs), 1), -1, -1)


UnsortedSegmentJoin = define_op(
    "UnsortedSegmentJoin",
    inputs="inputs: string, segment_ids: Tindices, num_segments: Tnumsegments",
    outputs="output: string",
    attrs=[
        "separator: string = ''",
        "Tindices: {int32, int64}",
        "Tnumsegments: {int32, int64} = int32",
    ],
)


@UnsortedSegmentJoin.shape
def unsorted_segment_join_shape(inputs, segment_ids, num_segments):
    with_rank(num_segments.dims, 0)
    dims, ids = inputs.dims, segment_ids.dims
    if dims is None or ids is None:
        return None
    if len(ids) > len(dims):
        raise ShapeError(f"Shape must be at least rank {len(ids)} but is rank {len(dims)}")
    for i, (a, b) in enumerate(zip(dims, ids, strict=False)):
        if a is not None and b is not None and a != b:
            raise ShapeError(f"Dimension {i} in both shapes must be equal, but are {a} and {b}.")
    count = None if num_segments.known is None else int(num_segments.known)
    return (count, *dims[len(ids) :])


@UnsortedSegmentJoin.kernel(static=["num_segments"])
def unsorted_segment_join_kernel(xp, inputs, segment_ids, num_segments, *, separator):
    count = int(num_segments)
    array, ids = np.asarray(inputs, np.object_), np.asarray(segment_ids)
    if ids.size and (ids.min() < 0 or ids.max() >= count):
        raise invalid(
            "segment_ids are not allowed to exceed num_segments or to have negative values."
        )
    tail = array.shape[ids.ndim :]
    rows = array.reshape((ids.size, -1) if array.size else (ids.size, int(np.prod(tail))))
    parts = [[[] for _ in range(rows.shape[1])] for _ in range(count)]
    for row, number in zip(rows, ids.reshape(-1).tolist(), strict=True):
        for column, item in enumerate(row):
            parts[number][column].append(item)
    between = as_bytes(separator)
    return objects([between.join(p) for row in parts for p in row]).reshape((count, *tail))


UnsortedSegmentJoin.no_gradient()


@public
def unsorted_segment_join(inputs, segment_ids, num_segments, separator="", name=None):
    """The strings of each segment put together.

    Args:
      inputs: string `Tensor`.
      segment_ids: integer `Tensor` whose shape is the first part of that of `inputs`.
      num_segments: scalar, how many segments there are.
      separator: what stands between two strings.
      name: name of the node.

    Returns:
      A string `Tensor` of shape `[num_segments, ...]`.

    Raises:
      InvalidArgumentError: an id outside of `[0, num_segments)`.
    """
    return raw.UnsortedSegmentJoin(
        inputs, segment_ids, num_segments, separator=separator, name=name
    )
