"""Ops of reference and resource variables: the variable itself, reading, assigning, counting."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op
from headwater._src.ops._shapes import Out, ShapeError, is_full, merge, with_rank

NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, "
    "qint16, quint16, uint16, complex128, half, uint32, uint64}"
)


# --- reference variables ----------------------------------------------------------------------

_VARIABLE_ATTRS = [
    "shape: shape",
    "dtype: type",
    "container: string = ''",
    "shared_name: string = ''",
]

VariableV2 = define_op(
    "VariableV2",
    outputs="ref: Ref(dtype)",
    attrs=_VARIABLE_ATTRS,
    stateful=True,
    shape=lambda *, shape: shape,
).variable()

# The older op cannot tell a scalar from an unknown shape: `[]` means unknown.
Variable = define_op(
    "Variable",
    outputs="ref: Ref(dtype)",
    attrs=_VARIABLE_ATTRS,
    stateful=True,
    shape=lambda *, shape: shape or None,
).variable()

TemporaryVariable = define_op(
    "TemporaryVariable",
    outputs="ref: Ref(dtype)",
    attrs=["shape: shape", "dtype: type", "var_name: string = ''"],
    stateful=True,
    shape=lambda *, shape: shape,
).variable()

IsVariableInitialized = define_op(
    "IsVariableInitialized",
    inputs="ref: Ref(dtype)",
    outputs="is_initialized: bool",
    attrs=["dtype: type"],
    shape=lambda ref: (),
)


@IsVariableInitialized.kernel(uninitialized=True)
def _is_variable_initialized_kernel(xp, ref):
    return np.bool_(ref is not None)


IsVariableInitialized.no_gradient()


Assign = define_op(
    "Assign",
    inputs="ref: Ref(T), value: T",
    outputs="output_ref: Ref(T)",
    attrs=["T: type", "validate_shape: bool = true", "use_locking: bool = true"],
)


@Assign.shape
def _assign_shape(ref, value, *, validate_shape):
    return merge(ref.dims, value.dims) if validate_shape else value.dims


@Assign.update("ref", reads=False)
def _assign_update(xp, ref, value, *, validate_shape, static_dims):
    if validate_shape and is_full(static_dims):
        xp.require(
            np.shape(value) == static_dims,
            lambda: errors.InvalidArgumentError(
                None,
                None,
                "Assign requires shapes of both tensors to match. lhs shape= "
                f"[{','.join(map(str, static_dims))}] rhs shape= {_list(value)}",
            ),
        )
    return value


Assign.no_gradient()


def _assign_op(name, combine):
    op = define_op(
        name,
        inputs="ref: Ref(T), value: T",
        outputs="output_ref: Ref(T)",
        attrs=[f"T: {NUMBERS}", "use_locking: bool = false"],
        shape=lambda ref, value: merge(ref.dims, value.dims),
    )

    @op.update("ref")
    def update(xp, ref, value):
        _require_equal_shapes(xp, name, ref, value)
        return combine(ref, value)

    return op.no_gradient()


def _require_equal_shapes(xp, what, ref, value):
    xp.require(
        np.shape(ref) == np.shape(value),
        lambda: errors.InvalidArgumentError(
            None,
            None,
            f"{what} requires shapes of both tensors to match. lhs shape= {_list(ref)} rhs shape= "
            f"{_list(value)}",
        ),
    )


def _list(array):
    return "[" + ",".join(map(str, np.shape(array))) + "]"


AssignAdd = _assign_op("AssignAdd", lambda ref, value: ref + value)
AssignSub = _assign_op("AssignSub", lambda ref, value: ref - value)


CountUpTo = define_op(
    "CountUpTo",
    inputs="ref: Ref(T)",
    outputs="output: T",
    attrs=["limit: int", "T: {int32, int64}"],
    shape=lambda ref: with_rank(ref.dims, 0),
)


@CountUpTo.update("ref")
def _count_up_to_update(xp, ref, *, limit):
    xp.require(ref < limit, lambda: errors.OutOfRangeError(None, None, f"Reached limit of {limit}"))
    return ref + 1, ref


CountUpTo.no_gradient()


# --- resource variables -----------------------------------------------------------------------

VarHandleOp = define_op(
    "VarHandleOp",
    outputs="resource: resource",
    attrs=[
        "container: string = ''",
        "shared_name: string = ''",
        "debug_name: string = ''",
        "dtype: type",
        "shape: shape",
        "allowed_devices: list(string) = []",
    ],
    stateful=True,
    shape=lambda *, dtype, shape: Out((), (dtype, shape)),
).variable()


def behind(resource):
    """The static shape of the variable behind a handle."""
    return None if resource.handle is None else resource.handle[1]


ReadVariableOp = define_op(
    "ReadVariableOp",
    inputs="resource: resource",
    outputs="value: dtype",
    attrs=["dtype: type"],
    stateful=True,
    shape=behind,
)


@ReadVariableOp.kernel
def _read_variable_kernel(xp, resource):
    return resource


@ReadVariableOp.gradient
def _read_variable_gradient(op, dy):
    return [dy]


VarIsInitializedOp = define_op(
    "VarIsInitializedOp",
    inputs="resource: resource",
    outputs="is_initialized: bool",
    stateful=True,
    shape=lambda resource: (),
)


@VarIsInitializedOp.kernel(uninitialized=True)
def _var_is_initialized_kernel(xp, resource):
    return np.bool_(resource is not None)


VarIsInitializedOp.no_gradient()


VariableShape = define_op(
    "VariableShape",
    inputs="input: resource",
    outputs="output: out_type",
    attrs=["out_type: {int32, int64} = int32"],
    stateful=True,
)


@VariableShape.shape
def _variable_shape_shape(input):
    dims = behind(input)
    return (None,) if dims is None else (len(dims),)


@VariableShape.kernel
def _variable_shape_kernel(xp, input, *, out_type):
    return np.array(np.shape(input), out_type.as_numpy_dtype)


VariableShape.no_gradient()


AssignVariableOp = define_op(
    "AssignVariableOp",
    inputs="resource: resource, value: dtype",
    attrs=["dtype: type", "validate_shape: bool = false"],
    stateful=True,
)


@AssignVariableOp.shape
def _assign_variable_shape(resource, value):
    if resource.handle is not None and resource.handle[0] != value.dtype.base_dtype:
        raise ShapeError(
            "Trying to assign variable with wrong dtype. Expected "
            f"{resource.handle[0].name} got {value.dtype.base_dtype.name}"
        )
    dims = behind(resource)
    if dims is not None:
        merge(dims, value.dims)
    return []


@AssignVariableOp.update("resource", reads=False)
def _assign_variable_update(xp, resource, value):
    return value


AssignVariableOp.no_gradient()


def _assign_variable_op(name, what, combine):
    op = define_op(
        name,
        inputs="resource: resource, value: dtype",
        attrs=["dtype: type"],
        stateful=True,
        shape=_assign_variable_shape,
    )

    @op.update("resource")
    def update(xp, resource, value):
        xp.require(
            np.shape(resource) == np.shape(value),
            lambda: errors.InvalidArgumentError(
                None,
                None,
                f"Cannot update variable with shape {_list(resource)} using a Tensor with shape "
                f"{_list(value)}, shapes must be equal.",
            ),
        )
        return combine(resource, value)

    return op.no_gradient()


AssignAddVariableOp = _assign_variable_op(
    "AssignAddVariableOp", "AssignAdd", lambda old, value: old + value
)
AssignSubVariableOp = _assign_variable_op(
    "AssignSubVariableOp", "AssignSub", lambda old, value: old - value
)


ResourceCountUpTo = define_op(
    "ResourceCountUpTo",
    inputs="resource: resource",
    outputs="output: T",
    attrs=["limit: int", "T: {int32, int64}"],
    stateful=True,
    shape=lambda resource: (),
)


@ResourceCountUpTo.update("resource")
def _resource_count_up_to_update(xp, resource, *, limit):
    xp.require(
        resource < limit, lambda: errors.OutOfRangeError(None, None, f"Reached limit of {limit}")
    )
    return resource + 1, resource


ResourceCountUpTo.no_gradient()
