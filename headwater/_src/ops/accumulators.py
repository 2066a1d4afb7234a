"""The ops of accumulators, which gather gradients and hand out their mean or sum."""

import numpy as np

from headwater._src.graph import define_op
from headwater._src.ops._accumulators import Accumulator, SparseAccumulator
from headwater._src.ops._shapes import scalar
from headwater._src.ops._strings import invalid

_NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, "
    "qint16, quint16, uint16, complex128, half, uint32, uint64}"
)
_ATTRS = [
    f"dtype: {_NUMBERS}",
    "shape: shape",
    "container: string = ''",
    "shared_name: string = ''",
    "reduction_type: {'MEAN', 'SUM'} = 'MEAN'",
]

ResourceConditionalAccumulator = define_op(
    "ResourceConditionalAccumulator",
    outputs="handle: resource",
    attrs=_ATTRS,
    stateful=True,
    shape=scalar,
)
SparseConditionalAccumulator = define_op(
    "SparseConditionalAccumulator",
    outputs="handle: Ref(string)",
    attrs=_ATTRS,
    stateful=True,
    shape=lambda *, shape: shape,  # that of the gradients, as in TensorFlow
)


def _made(ctx, cls, dtype, shape, reduction_type):
    attrs = ctx.node.attrs
    shared = attrs["shared_name"]
    key = ("accumulator", attrs["container"], shared or ctx.node.name)
    kind = np.dtype(dtype.as_numpy_dtype)
    dims = None if shape is None else tuple(shape)
    found = ctx.resources.object(
        key, lambda: cls(shared or ctx.node.name, kind, dims, reduction_type)
    )
    if type(found) is not cls or found.dtype != kind or found.shape != dims:
        raise invalid(
            f"Shared conditional accumulator '{shared}' has type {found.dtype} and shape "
            f"{found.shape}, but {kind} and {dims} were requested"
        )
    handle = np.empty((), np.object_)
    handle[()] = found
    return handle


@ResourceConditionalAccumulator.host
def resource_conditional_accumulator_kernel(ctx, *, dtype, shape, reduction_type):
    return _made(ctx, Accumulator, dtype, shape, reduction_type)


@SparseConditionalAccumulator.host
def sparse_conditional_accumulator_kernel(ctx, *, dtype, shape, reduction_type):
    return _made(ctx, SparseAccumulator, dtype, shape, reduction_type)


def _accumulator(handle, cls=Accumulator):
    found = handle.item() if isinstance(handle, np.ndarray) else handle
    if not isinstance(found, cls):
        raise invalid(f"the handle is not that of a {cls.kind}")
    return found


# --- dense --------------------------------------------------------------------------------------

ResourceAccumulatorApplyGradient = define_op(
    "ResourceAccumulatorApplyGradient",
    inputs="handle: resource, local_step: int64, gradient: dtype",
    attrs=[f"dtype: {_NUMBERS}"],
    stateful=True,
)
ResourceAccumulatorTakeGradient = define_op(
    "ResourceAccumulatorTakeGradient",
    inputs="handle: resource, num_required: int32",
    outputs="average: dtype",
    attrs=[f"dtype: {_NUMBERS}"],
    stateful=True,
)
ResourceAccumulatorNumAccumulated = define_op(
    "ResourceAccumulatorNumAccumulated",
    inputs="handle: resource",
    outputs="num_accumulated: int32",
    stateful=True,
    shape=scalar,
)
ResourceAccumulatorSetGlobalStep = define_op(
    "ResourceAccumulatorSetGlobalStep",
    inputs="handle: resource, new_global_step: int64",
    stateful=True,
)


@ResourceAccumulatorApplyGradient.host(turns=True)
def resource_accumulator_apply_gradient_kernel(ctx, handle, local_step, gradient):
    _accumulator(handle).apply(int(local_step), np.asarray(gradient))
    return ()


@ResourceAccumulatorTakeGradient.shape
def resource_accumulator_take_gradient_shape(handle, num_required):
    return None


@ResourceAccumulatorTakeGradient.host(blocking=True, turns=True)
def resource_accumulator_take_gradient_kernel(ctx, handle, num_required):
    return _accumulator(handle).take(ctx, int(num_required))


@ResourceAccumulatorNumAccumulated.host
def resource_accumulator_num_accumulated_kernel(ctx, handle):
    return np.int32(_accumulator(handle).size())


@ResourceAccumulatorSetGlobalStep.host
def resource_accumulator_set_global_step_kernel(ctx, handle, new_global_step):
    _accumulator(handle).set_step(int(new_global_step))
    return ()


# --- sparse -------------------------------------------------------------------------------------

AccumulatorNumAccumulated = define_op(
    "AccumulatorNumAccumulated",
    inputs="handle: Ref(string)",
    outputs="num_accumulated: int32",
    shape=scalar,
)
AccumulatorSetGlobalStep = define_op(
    "AccumulatorSetGlobalStep", inputs="handle: Ref(string), new_global_step: int64"
)
SparseAccumulatorApplyGradient = define_op(
    "SparseAccumulatorApplyGradient",
    inputs="handle: Ref(string), local_step: int64, gradient_indices: int64, "
    "gradient_values: dtype, gradient_shape: int64",
    attrs=[f"dtype: {_NUMBERS}", "has_known_shape: bool"],
)
SparseAccumulatorTakeGradient = define_op(
    "SparseAccumulatorTakeGradient",
    inputs="handle: Ref(string), num_required: int32",
    outputs="indices: int64, values: dtype, shape: int64",
    attrs=[f"dtype: {_NUMBERS}"],
)


@AccumulatorNumAccumulated.host
def accumulator_num_accumulated_kernel(ctx, handle):
    return np.int32(_accumulator(handle).size())


@AccumulatorSetGlobalStep.host
def accumulator_set_global_step_kernel(ctx, handle, new_global_step):
    _accumulator(handle).set_step(int(new_global_step))
    return ()


@SparseAccumulatorApplyGradient.host(turns=True)
def sparse_accumulator_apply_gradient_kernel(
    ctx, handle, local_step, gradient_indices, gradient_values, gradient_shape, *, has_known_shape
):
    gradient = (
        np.asarray(gradient_indices),
        np.asarray(gradient_values),
        np.asarray(gradient_shape),
        has_known_shape,
    )
    _accumulator(handle, SparseAccumulator).apply(int(local_step), gradient)
    return ()


@SparseAccumulatorTakeGradient.shape
def sparse_accumulator_take_gradient_shape(handle, num_required):
    return [None, None, None]


@SparseAccumulatorTakeGradient.host(blocking=True, turns=True)
def sparse_accumulator_take_gradient_kernel(ctx, handle, num_required):
    return _accumulator(handle, SparseAccumulator).take(ctx, int(num_required))


for _op in (
    ResourceConditionalAccumulator,
    SparseConditionalAccumulator,
    ResourceAccumulatorApplyGradient,
    ResourceAccumulatorTakeGradient,
    ResourceAccumulatorNumAccumulated,
    ResourceAccumulatorSetGlobalStep,
    AccumulatorNumAccumulated,
    AccumulatorSetGlobalStep,
    SparseAccumulatorApplyGradient,
    SparseAccumulatorTakeGradient,
):
    _op.no_gradient()
