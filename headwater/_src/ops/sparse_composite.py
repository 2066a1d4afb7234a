"""Functions of sparse tensors that are made of other ops: masks, transposition, merging, ..."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import dims as dims_lib, public, raw
from headwater._src.graph.composite import IndexedSlices, SparseTensor, SparseTensorValue
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import is_full, known_dims
from headwater._src.ops._sparse import int64, sparse


@public
def sparse_placeholder(dtype, shape=None, name=None):
    """A sparse tensor that is fed, as a `SparseTensorValue` or a triple of arrays.

    Args:
      dtype: type of the elements.
      shape: the dense shape as far as it is known; None when not even the rank is.
      name: beginning of the names of the three placeholders.

    Returns:
      A `SparseTensor`.
    """

    def named(part):
        return None if name is None else f"{name}/{part}"

    static = rank = None
    if shape is None:
        dense_shape = raw.Placeholder(dtype=dtypes.int64, shape=(None,), name=named("shape"))
    else:
        if isinstance(shape, Tensor):
            rank = None if shape.dims is None else shape.dims[0]
            static = known_dims(shape)
            default = int64(shape)
        else:
            static = dims_lib.of(shape)
            rank = len(static)
            default = convert_to_tensor(
                np.array([-1 if d is None else d for d in static], np.int64),
                name="Const" if name is None else f"{name}/shape_default",
            )
        dense_shape = raw.PlaceholderWithDefault(default, shape=default.dims, name=named("shape"))
    values = raw.Placeholder(dtype=dtype, shape=(None,), name=named("values"))
    indices = raw.Placeholder(dtype=dtypes.int64, shape=(None, rank), name=named("indices"))
    result = SparseTensor(indices, values, dense_shape)
    if static is not None:
        result.set_shape(static)
    return result


@public
def sparse_transpose(sp_input, perm=None, name=None):
    """A sparse tensor with its dimensions permuted.

    Args:
      sp_input: `SparseTensor`.
      perm: the new order of the dimensions; None reverses them.
      name: name of the scope of the new nodes.

    Returns:
      A `SparseTensor`, its elements in row-major order.
    """
    with scope(name, "SparseTranspose", [sp_input.indices, sp_input.values]):
        dims = sp_input.dense_shape.dims
        rank = None if dims is None else dims[0]
        if perm is None:
            if rank is not None:
                perm = np.arange(rank - 1, -1, -1)
            else:
                count = raw.Size(sp_input.dense_shape, name="Rank")
                perm = (count - 1) - PUBLIC["range"](0, count, 1)
        indices = PUBLIC["transpose"](PUBLIC["gather"](PUBLIC["transpose"](sp_input.indices), perm))
        order = perm if isinstance(perm, Tensor) else convert_to_tensor(perm, name="Const")
        static = sp_input.shape._dims
        if order.known is not None and is_full(static):
            shape = np.array([static[i] for i in np.asarray(order.known).tolist()], np.int64)
        else:
            shape = PUBLIC["gather"](sp_input.dense_shape, perm)
        return PUBLIC["sparse_reorder"](SparseTensor(indices, sp_input.values, shape))


@public
def sparse_retain(sp_input, to_retain):
    """Some of the elements of a sparse tensor.

    Args:
      sp_input: `SparseTensor`.
      to_retain: bool vector, whether to keep each element.

    Returns:
      A `SparseTensor`.

    Raises:
      TypeError: `sp_input` is not a `SparseTensor`.
      ValueError: there are not as many booleans as elements.
    """
    sp_input = sparse(sp_input)
    to_retain = convert_to_tensor(to_retain)
    to_retain.shape.assert_has_rank(1)
    if sp_input.values.dims is not None and to_retain.dims is not None:
        sp_input.values.shape.dims[0].assert_is_compatible_with(to_retain.shape.dims[0])
    where = raw.Reshape(raw.Where(to_retain), [-1])
    return SparseTensor(
        PUBLIC["gather"](sp_input.indices, where),
        PUBLIC["gather"](sp_input.values, where),
        raw.Identity(sp_input.dense_shape),
    )


@public
def sparse_reset_shape(sp_input, new_shape=None):
    """A sparse tensor in a larger shape, or in the smallest that holds its elements.

    Args:
      sp_input: `SparseTensor`.
      new_shape: integer vector, at least as large in each dimension; None for the smallest shape.

    Returns:
      A `SparseTensor`.

    Raises:
      TypeError: `sp_input` is not a `SparseTensor`.
      ValueError: `new_shape` has another rank, or is smaller.
      InvalidArgumentError: `new_shape` is smaller.
    """
    sp_input = sparse(sp_input)
    indices, values = raw.Identity(sp_input.indices), raw.Identity(sp_input.values)
    old = raw.Identity(sp_input.dense_shape)
    if new_shape is None:
        largest = raw.Max(indices, 0)
        shape = raw.Maximum(
            convert_to_tensor(np.array(0, np.int64), name="Const"),
            raw.AddV2(largest, PUBLIC["ones_like"](largest), name="Add"),
        )
        return SparseTensor(indices, values, shape)
    new_shape = convert_to_tensor(new_shape)
    new_shape.shape.assert_has_rank(1)
    new_shape = PUBLIC["cast"](new_shape, dtypes.int64)
    if new_shape.dims is not None and indices.dims is not None:
        new_shape.shape.dims[0].assert_is_compatible_with(indices.shape.dims[1])
    static = sp_input.shape._dims
    wanted = known_dims(new_shape)
    if is_full(static) and is_full(wanted):
        for was, now in zip(static, wanted, strict=True):
            if now < was:
                raise ValueError(
                    f"Requested new_shape should have dimension sizes >= sp_input.shape.  Found "
                    f"new_shape {list(wanted)}, sp_input.shape {list(static)}."
                )
        shape = np.array(wanted, np.int64)
    else:
        checks = PUBLIC["assert_equal"](PUBLIC["shape"](old), PUBLIC["shape"](new_shape))
        shape = PUBLIC["with_dependencies"]([checks], new_shape)
        fits = PUBLIC["assert_less_equal"](old, shape)
        shape = PUBLIC["with_dependencies"]([fits], shape)
    return SparseTensor(indices, values, shape)


@public
def sparse_mask(a, mask_indices, name=None):
    """The slices of `a` that are not at some positions.

    Args:
      a: `IndexedSlices`.
      mask_indices: vector of the positions to leave out.
      name: name of the node with the values.

    Returns:
      An `IndexedSlices`.
    """
    with scope(name, "sparse_mask", [a, mask_indices]) as node_name:
        kept, places = raw.ListDiff(a.indices, mask_indices)
        values = PUBLIC["gather"](a.values, places, name=node_name)
        return IndexedSlices(values, kept, a.dense_shape)


@public
def sparse_merge(sp_ids, sp_values, vocab_size, name=None, already_sorted=False):
    """A sparse tensor whose last positions come from the elements of another one.

    Args:
      sp_ids: `SparseTensor` of integers (or a list of them): the positions.
      sp_values: `SparseTensor`: the elements; as many and in the same places.
      vocab_size: the size of the last dimension (or a list of sizes).
      name: name of the scope of the new nodes.
      already_sorted: whether the result is known to be in row-major order.

    Returns:
      A `SparseTensor`; its last dimension (or dimensions) are the positions'.

    Raises:
      TypeError: arguments of other kinds.
      ValueError: there are not as many sizes as id tensors.
    """
    if isinstance(sp_ids, (SparseTensor, SparseTensorValue)):
        sp_ids = [sp_ids]
        if not (isinstance(vocab_size, Tensor) or np.ndim(vocab_size) == 0):
            raise TypeError(
                f"vocab_size has to be a Tensor or Python int. Found {type(vocab_size)}"
            )
        vocab_size = [vocab_size]
    else:
        if not isinstance(sp_ids, (list, tuple)):
            raise TypeError(
                f"sp_ids has to be a SparseTensor or list thereof. Found {type(sp_ids)}"
            )
        if not isinstance(vocab_size, (list, tuple)):
            raise TypeError(
                f"vocab_size has to be a list of Tensors or Python ints. Found {type(vocab_size)}"
            )
        for size in vocab_size:
            if not isinstance(size, Tensor) and np.ndim(size) != 0:
                raise TypeError(
                    f"vocab_size has to be a list of Tensors or Python ints. Found {type(size)}"
                )
    if len(sp_ids) != len(vocab_size):
        raise ValueError("sp_ids and vocab_size have to have equal lengths.")
    with scope(name, "SparseMerge", [sp_ids[0], sp_values]):
        sp_ids, sp_values = [sparse(ids) for ids in sp_ids], sparse(sp_values)
        columns = []
        for ids in sp_ids:
            column = ids.values
            if ids.dtype != dtypes.int64:
                column = PUBLIC["cast"](column, dtypes.int64)
            columns.append(raw.ExpandDims(column, 1))
        sizes = [PUBLIC["cast"](size, dtypes.int64) for size in vocab_size]
        indices = PUBLIC["concat"]([sp_ids[0].indices[:, :-1], *columns], 1)
        shape = PUBLIC["concat"]([sp_ids[0].dense_shape[:-1], sizes], 0)
        result = SparseTensor(indices, sp_values.values, shape)
        if already_sorted:
            return result
        ordered = PUBLIC["sparse_reorder"](result)
        return SparseTensor(ordered.indices, ordered.values, shape)


@public
def sparse_to_indicator(sp_input, vocab_size, name=None):
    """A dense bool tensor that is true at the positions that the elements name.

    Args:
      sp_input: `SparseTensor` of integers.
      vocab_size: the size of the last dimension.
      name: name of the scope of the new nodes.

    Returns:
      A bool `Tensor` of shape `[..., vocab_size]`.

    Raises:
      TypeError: `sp_input` is not a `SparseTensor`.
    """
    sp_input = sparse(sp_input)
    with scope(name, "SparseToIndicator", [sp_input]) as node_name:
        count = PUBLIC["shape"](sp_input.indices)[0]
        truth = raw.Fill(raw.ExpandDims(count, 0), True)
        ones = SparseTensor(sp_input.indices, truth, sp_input.dense_shape)
        # The indices are merged in this scope, not in one of their own.
        merged = sparse_merge(sp_input, ones, vocab_size, name=node_name)
        return PUBLIC["sparse_tensor_to_dense"](
            merged, default_value=False, validate_indices=False, name=node_name
        )


@public
def sparse_from_dense(tensor, name=None):
    """The elements of a dense tensor that are not zero.

    Args:
      tensor: `Tensor`.
      name: name of the scope of the new nodes.

    Returns:
      A `SparseTensor`.
    """
    with scope(name, "dense_to_sparse", [tensor]):
        tensor = convert_to_tensor(tensor)
        indices = raw.Where(raw.NotEqual(tensor, PUBLIC["zeros_like"](tensor)))
        values = raw.GatherNd(tensor, indices)
        shape = PUBLIC["shape"](tensor, out_type=dtypes.int64)
        return SparseTensor(indices, values, shape)


def sparse_eye(num_rows, num_columns=None, dtype=dtypes.float32, name=None):
    """The sparse identity matrix.

    Args:
      num_rows: scalar.
      num_columns: scalar; None for a square matrix.
      dtype: type of the elements.
      name: name of the scope of the new nodes.

    Returns:
      A `SparseTensor` of rank 2.
    """
    with scope(name, "eye", [num_rows, num_columns]):
        num_rows = _int64_constant(num_rows, "num_rows")
        num_columns = (
            num_rows if num_columns is None else _int64_constant(num_columns, "num_columns")
        )
        size = raw.Minimum(num_rows, num_columns)
        positions = PUBLIC["range"](size, dtype=dtypes.int64)
        return SparseTensor(
            PUBLIC["stack"]([positions, positions], axis=1),
            PUBLIC["ones"](size, dtype=dtype),
            [num_rows, num_columns],
        )


def _int64_constant(value, name):
    if isinstance(value, Tensor):
        return PUBLIC["cast"](value, dtypes.int64)
    return convert_to_tensor(np.array(value, np.int64), name=name)
