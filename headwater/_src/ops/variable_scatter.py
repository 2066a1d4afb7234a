"""Changing and reading rows of variables: scatter and gather, on references and handles."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, raw
from headwater._src.graph.composite import IndexedSlices
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._indexing import check_indices, check_nd, nd_index
from headwater._src.ops._shapes import ShapeError, is_full, merge, text, with_rank

NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, "
    "qint16, quint16, uint16, complex128, half, uint32, uint64}"
)
ORDERED = "{half, bfloat16, float, double, int32, int64}"


def _behind(resource):
    return None if resource.handle is None else resource.handle[1]


# --- rows -------------------------------------------------------------------------------------


def _check_rows(var, indices, updates):
    """What can be said of the shapes before the step: one row of updates for each index."""
    if var is not None and var:
        if updates.dims is not None and updates.dims and indices.dims is not None:
            merge(updates.dims, (*indices.dims, *var[1:]))


def _rows(xp, var, indices, updates, how):
    check_indices(xp, indices, np.shape(var)[0])
    wanted = (*np.shape(indices), *np.shape(var)[1:])
    xp.require(
        np.shape(updates) in (wanted, ()),
        lambda: errors.InvalidArgumentError(
            None,
            None,
            "Must have updates.shape = indices.shape + params.shape[1:] or updates.shape = [], got "
            f"updates.shape {text(np.shape(updates))}, "
            f"indices.shape {text(np.shape(indices))}, params.shape {text(np.shape(var))}",
        ),
    )
    return xp.scatter(var, indices, updates, how)


def _rows_shape(ref, indices, updates):
    _check_rows(ref.dims, indices, updates)
    return ref.dims


def _resource_rows_shape(resource, indices, updates):
    _check_rows(_behind(resource), indices, updates)
    return []


def _scatter_ops(name, how, types, resource_types=NUMBERS):
    locking = "true" if how == "update" else "false"
    op = define_op(
        f"Scatter{name}",
        inputs="ref: Ref(T), indices: Tindices, updates: T",
        outputs="output_ref: Ref(T)",
        attrs=[f"T: {types}", "Tindices: {int32, int64}", f"use_locking: bool = {locking}"],
        shape=_rows_shape,
    )
    op.update("ref", rows="updates")(
        lambda xp, ref, indices, updates: _rows(xp, ref, indices, updates, how)
    )
    op.no_gradient()
    op = define_op(
        f"ResourceScatter{name}",
        inputs="resource: resource, indices: Tindices, updates: dtype",
        attrs=[f"dtype: {resource_types}", "Tindices: {int32, int64}"],
        stateful=True,
        shape=_resource_rows_shape,
    )
    op.update("resource", rows="updates")(
        lambda xp, resource, indices, updates: _rows(xp, resource, indices, updates, how)
    )
    op.no_gradient()


_scatter_ops("Update", "update", "type", "type")
_scatter_ops("Add", "add", NUMBERS)
_scatter_ops("Sub", "sub", NUMBERS)
_scatter_ops("Mul", "mul", NUMBERS)
_scatter_ops("Div", "div", NUMBERS)
_scatter_ops("Min", "min", ORDERED)
_scatter_ops("Max", "max", ORDERED)


# --- positions in several dimensions ----------------------------------------------------------


def _check_positions(var, indices, updates):
    """What can be said of the shapes before the step: one slice of updates for each position."""
    with_rank(indices.dims, 1, at_least=True)
    with_rank(updates.dims, 1, at_least=True)
    if var is None or indices.dims is None or updates.dims is None:
        return
    count, depth = len(indices.dims) - 1, indices.dims[-1]
    _agree("indices", indices.dims, 0, count, updates.dims, 0, count)
    if depth is not None:
        _agree("input", var, depth, len(var), updates.dims, count, len(updates.dims))


def _agree(name, dims, start, end, updates, first, last):
    """Requires that `dims[start:end]` fits `updates[first:last]`."""
    own, given = dims[start:end], updates[first:last]
    try:
        merge(own, given)
    except ShapeError as error:
        raise ShapeError(
            f"Dimensions [{start},{end}) of {name}[shape={text(dims)}] = {text(own)} must match "
            f"dimensions [{first},{last}) of updates[shape={text(updates)}] = {text(given)}: "
            f"{error}"
        ) from None


def _positions(xp, var, indices, updates, how):
    depth = np.shape(indices)[-1]
    shape = np.shape(var)
    if not shape:
        raise errors.InvalidArgumentError(None, None, "Output must be at least 1-D, got shape: []")
    check_nd(
        xp,
        indices,
        shape[:depth],
        lambda at, row: f"indices{at} = {row} does not index into shape {text(shape)}",
    )
    wanted = (*np.shape(indices)[:-1], *shape[depth:])
    xp.require(
        np.shape(updates) == wanted,
        lambda: errors.InvalidArgumentError(
            None,
            None,
            "Dimensions [0,1) of indices[shape="
            + text(np.shape(indices))
            + "] must match dimensions "
            f"[0,1) of updates[shape={text(np.shape(updates))}]",
        ),
    )
    return xp.scatter(var, nd_index(indices), updates, how)


def _positions_shape(ref, indices, updates):
    _check_positions(ref.dims, indices, updates)
    return ref.dims


def _resource_positions_shape(ref, indices, updates):
    _check_positions(_behind(ref), indices, updates)
    return []


def _scatter_nd_ops(name, how, types):
    locking = "true" if how == "update" else "false"
    last = "bad_indices_policy: string = ''"
    op = define_op(
        f"ScatterNd{name}",
        inputs="ref: Ref(T), indices: Tindices, updates: T",
        outputs="output_ref: Ref(T)",
        attrs=[f"T: {types}", "Tindices: {int32, int64}", f"use_locking: bool = {locking}", last],
        shape=_positions_shape,
    )
    op.update("ref", rows="updates")(
        lambda xp, ref, indices, updates: _positions(xp, ref, indices, updates, how)
    )
    op.no_gradient()
    op = define_op(
        f"ResourceScatterNd{name}",
        inputs="ref: resource, indices: Tindices, updates: T",
        attrs=["T: type", "Tindices: {int32, int64}", "use_locking: bool = true", last],
        stateful=True,
        shape=_resource_positions_shape,
    )
    op.update("ref", rows="updates")(
        lambda xp, ref, indices, updates: _positions(xp, ref, indices, updates, how)
    )
    op.no_gradient()


_scatter_nd_ops("Update", "update", "type")
_scatter_nd_ops("Add", "add", NUMBERS)
_scatter_nd_ops("Sub", "sub", NUMBERS)


# --- reading rows of a resource ---------------------------------------------------------------

ResourceGather = define_op(
    "ResourceGather",
    inputs="resource: resource, indices: Tindices",
    outputs="output: dtype",
    attrs=[
        "batch_dims: int = 0",
        "validate_indices: bool = true",
        "dtype: type",
        "Tindices: {int32, int64}",
    ],
    stateful=True,
)


@ResourceGather.shape
def _resource_gather_shape(resource, indices, *, batch_dims):
    dims = _behind(resource)
    if dims is None or indices.dims is None:
        return None
    return (*dims[:batch_dims], *indices.dims[batch_dims:], *dims[batch_dims + 1 :])


@ResourceGather.kernel
def _resource_gather_kernel(xp, resource, indices, *, batch_dims):
    check_indices(xp, indices, np.shape(resource)[batch_dims])
    if not batch_dims:
        return xp.gather(resource, indices)
    grid = [
        xp.reshape(xp.arange(n), (-1,) + (1,) * (np.ndim(indices) - i - 1))
        for i, n in enumerate(np.shape(indices)[:batch_dims])
    ]
    return resource[(*grid, indices)]


@ResourceGather.gradient
def _resource_gather_gradient(op, dy):
    handle, indices = op.inputs
    dims = _behind(handle)
    shape = constant(np.array(dims, np.int32)) if is_full(dims) else raw.VariableShape(handle)
    size = PUBLIC["expand_dims"](PUBLIC["size"](indices), 0)
    values = raw.Reshape(dy, PUBLIC["concat"]([size, shape[1:]], 0))
    return [IndexedSlices(values, raw.Reshape(indices, size), shape), None]


ResourceGatherNd = define_op(
    "ResourceGatherNd",
    inputs="resource: resource, indices: Tindices",
    outputs="output: dtype",
    attrs=["dtype: type", "Tindices: {int32, int64}"],
    stateful=True,
)


@ResourceGatherNd.shape
def _resource_gather_nd_shape(resource, indices):
    dims = _behind(resource)
    if dims is None or indices.dims is None or indices.dims[-1] is None:
        return None
    return (*indices.dims[:-1], *dims[indices.dims[-1] :])


@ResourceGatherNd.kernel
def _resource_gather_nd_kernel(xp, resource, indices):
    shape = np.shape(resource)
    check_nd(
        xp,
        indices,
        shape[: np.shape(indices)[-1]],
        lambda at, row: f"indices{at} = {row} does not index into param shape {text(shape)}",
    )
    return xp.asarray(resource)[nd_index(indices)]


@ResourceGatherNd.gradient
def _resource_gather_nd_gradient(op, dy):
    handle, indices = op.inputs
    shape = raw.VariableShape(handle, out_type=indices.dtype.base_dtype)
    return [raw.ScatterNd(indices, dy, shape), None]


# --- public functions -------------------------------------------------------------------------


def _scatter(name, how, ref, indices, updates, use_locking, node_name):
    if getattr(ref.dtype, "_is_ref_dtype", False):
        return getattr(raw, f"Scatter{name}")(
            ref, indices, updates, use_locking=use_locking, name=node_name
        )
    # The node takes the handle; what is given back reads the variable after it.
    return ref._scatter_rows(name, indices, updates, node_name)


def scatter_update(ref, indices, updates, use_locking=True, name=None):
    """Replaces rows of a variable when run.

    Args:
      ref: a variable of shape `[rows, ...]`.
      indices: int32 or int64 `Tensor` of any shape, each in `[0, rows)`.
      updates: `Tensor` of shape `indices.shape + ref.shape[1:]`, or a scalar.
      use_locking: kept in the node; updates are always whole here.
      name: optional name of the operation.

    Returns:
      The variable after the change.

    Raises:
      InvalidArgumentError: when run, for an index out of range.
    """
    return _scatter("Update", "update", ref, indices, updates, use_locking, name)


def _scatter_function(name, how, what):
    op_name = name

    def function(ref, indices, updates, use_locking=False, name=None):
        return _scatter(op_name, how, ref, indices, updates, use_locking, name)

    function.__name__ = function.__qualname__ = f"scatter_{how}"
    function.__doc__ = f"""{what} when run.

    Args:
      ref: a variable of shape `[rows, ...]`.
      indices: int32 or int64 `Tensor` of any shape, each in `[0, rows)`; repeated indices combine.
      updates: `Tensor` of shape `indices.shape + ref.shape[1:]`, or a scalar.
      use_locking: kept in the node; updates are always whole here.
      name: optional name of the operation.

    Returns:
      The variable after the change.

    Raises:
      InvalidArgumentError: when run, for an index out of range.
    """
    return function


scatter_add = _scatter_function("Add", "add", "Adds to rows of a variable")
scatter_sub = _scatter_function("Sub", "sub", "Subtracts from rows of a variable")
scatter_mul = _scatter_function("Mul", "mul", "Multiplies rows of a variable")
scatter_div = _scatter_function("Div", "div", "Divides rows of a variable")
scatter_min = _scatter_function("Min", "min", "Lowers rows of a variable to given bounds")
scatter_max = _scatter_function("Max", "max", "Raises rows of a variable to given bounds")


def _scatter_nd_function(name, how, what):
    op_name = name

    locking = how == "update"

    def function(ref, indices, updates, use_locking=locking, name=None):
        if getattr(ref.dtype, "_is_ref_dtype", False):
            op = getattr(raw, f"ScatterNd{op_name}")
            return op(ref, indices, updates, use_locking=use_locking, name=name)
        return ref._scatter_nd(f"ScatterNd{op_name}", indices, updates, name)

    function.__name__ = function.__qualname__ = f"scatter_nd_{how}"
    function.__doc__ = f"""{what} at positions along the first dimensions, when run.

    Args:
      ref: a variable.
      indices: integer `Tensor` of shape `[..., depth]`: positions in the first `depth` dimensions.
      updates: `Tensor` of shape `indices.shape[:-1] + ref.shape[depth:]`.
      use_locking: kept in the node; updates are always whole here.
      name: optional name of the operation.

    Returns:
      The variable after the change.

    Raises:
      InvalidArgumentError: when run, for a position out of range.
    """
    return function


scatter_nd_update = _scatter_nd_function("Update", "update", "Replaces parts of a variable")
scatter_nd_add = _scatter_nd_function("Add", "add", "Adds to parts of a variable")
scatter_nd_sub = _scatter_nd_function("Sub", "sub", "Subtracts from parts of a variable")


def batch_scatter_update(ref, indices, updates, use_locking=True, name=None):
    """Replaces rows of each of several parts of a variable when run.

    Args:
      ref: a variable of shape `batch + [rows, ...]`.
      indices: int32 or int64 `Tensor` of shape `batch + [n]`: rows of each part.
      updates: `Tensor` of shape `indices.shape + ref.shape[len(batch) + 1:]`.
      use_locking: kept in the node; updates are always whole here.
      name: optional name of the scope.

    Returns:
      The variable after the change.

    Raises:
      InvalidArgumentError: when run, for an index out of range.
    """
    with get_default_graph().name_scope(name):
        indices = convert_to_tensor(indices, name="indices")
        sizes = PUBLIC["shape"](indices)
        depth = len(indices.dims)
        # The positions in the leading dimensions, beside the row that is given for them.
        rows = PUBLIC["expand_dims"](indices, -1)
        columns = []
        for axis in range(depth - 1):
            size = sizes[axis]
            line = PUBLIC["range"](0, size, dtype=indices.dtype.base_dtype)
            shape = [1] * axis + [size] + [1] * (depth - axis)
            columns.append(PUBLIC["reshape"](line, shape) * PUBLIC["ones_like"](rows))
        positions = PUBLIC["concat"]([*columns, rows], -1)
        return scatter_nd_update(ref, positions, updates, use_locking=use_locking)
