"""The ops of TensorArrays and stacks with state, as TensorFlow's own loops have them.

A graph written by TensorFlow 1.x keeps the elements of a TensorArray, and what the gradient of a
loop needs, in objects behind handles. headwater's own `tf.TensorArray` is a list that is passed
from node to node (`ops/tensor_lists.py`); these ops are for graphs that are imported.
"""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, dims as dims_lib, raw
from headwater._src.ops._step_arrays import Stack, named_array

_FLOW = np.float32(0)

# --- TensorArrays -----------------------------------------------------------------------------

TensorArrayV3 = define_op(
    "TensorArrayV3",
    inputs="size: int32",
    outputs="handle: resource, flow: float",
    attrs=[
        "dtype: type",
        "element_shape: shape = ?",
        "dynamic_size: bool = false",
        "clear_after_read: bool = true",
        "identical_element_shapes: bool = false",
        "tensor_array_name: string = ''",
    ],
    shape=lambda size: [(2,), ()],
    stateful=True,
)
TensorArrayGradV3 = define_op(
    "TensorArrayGradV3",
    inputs="handle: resource, flow_in: float",
    outputs="grad_handle: resource, flow_out: float",
    attrs=["source: string"],
    shape=lambda handle, flow_in: [(2,), ()],
    stateful=True,
)
TensorArrayGradWithShape = define_op(
    "TensorArrayGradWithShape",
    inputs="handle: resource, flow_in: float, shape_to_prepend: int32",
    outputs="grad_handle: resource, flow_out: float",
    attrs=["source: string"],
    shape=lambda handle, flow_in, shape_to_prepend: [(2,), ()],
    stateful=True,
)
TensorArrayWriteV3 = define_op(
    "TensorArrayWriteV3",
    inputs="handle: resource, index: int32, value: T, flow_in: float",
    outputs="flow_out: float",
    attrs=["T: type"],
    shape=lambda handle, index, value, flow_in: (),
    stateful=True,
)
TensorArrayReadV3 = define_op(
    "TensorArrayReadV3",
    inputs="handle: resource, index: int32, flow_in: float",
    outputs="value: dtype",
    attrs=["dtype: type"],
    shape=lambda handle, index, flow_in: None,
    stateful=True,
)
TensorArrayGatherV3 = define_op(
    "TensorArrayGatherV3",
    inputs="handle: resource, indices: int32, flow_in: float",
    outputs="value: dtype",
    attrs=["dtype: type", "element_shape: shape = ?"],
    stateful=True,
)
TensorArrayScatterV3 = define_op(
    "TensorArrayScatterV3",
    inputs="handle: resource, indices: int32, value: T, flow_in: float",
    outputs="flow_out: float",
    attrs=["T: type"],
    shape=lambda handle, indices, value, flow_in: (),
    stateful=True,
)
TensorArrayConcatV3 = define_op(
    "TensorArrayConcatV3",
    inputs="handle: resource, flow_in: float",
    outputs="value: dtype, lengths: int64",
    attrs=["dtype: type", "element_shape_except0: shape = ?"],
    stateful=True,
)
TensorArraySplitV3 = define_op(
    "TensorArraySplitV3",
    inputs="handle: resource, value: T, lengths: int64, flow_in: float",
    outputs="flow_out: float",
    attrs=["T: type"],
    shape=lambda handle, value, lengths, flow_in: (),
    stateful=True,
)
TensorArraySizeV3 = define_op(
    "TensorArraySizeV3",
    inputs="handle: resource, flow_in: float",
    outputs="size: int32",
    shape=lambda handle, flow_in: (),
    stateful=True,
)
TensorArrayCloseV3 = define_op("TensorArrayCloseV3", inputs="handle: resource", stateful=True)


@TensorArrayGatherV3.shape
def _gather_shape(handle, indices, flow_in, *, element_shape):
    if element_shape is None:
        return None
    return (None if indices.dims is None else indices.dims[0], *element_shape)


@TensorArrayConcatV3.shape
def _concat_shape(handle, flow_in, *, element_shape_except0):
    rest = element_shape_except0
    return [None if rest is None else (None, *rest), (None,)]


@TensorArrayV3.host
def _array_kernel(
    ctx,
    size,
    *,
    dtype,
    element_shape,
    dynamic_size,
    clear_after_read,
    identical_element_shapes,
    tensor_array_name,
):
    made = named_array(
        tensor_array_name or ctx.node.name,
        dtype.as_numpy_dtype,
        int(size),
        element_shape,
        dynamic=dynamic_size,
        clear=clear_after_read,
        same=identical_element_shapes,
    )
    return made, _FLOW


@TensorArrayGradV3.host
def _grad_kernel(ctx, handle, flow_in, *, source):
    return handle.gradient(source), flow_in


@TensorArrayGradWithShape.host
def _grad_with_shape_kernel(ctx, handle, flow_in, shape_to_prepend, *, source):
    return handle.gradient(source, tuple(int(d) for d in shape_to_prepend)), flow_in


@TensorArrayWriteV3.host
def _write_kernel(ctx, handle, index, value, flow_in):
    handle.write(index, value)
    return flow_in


@TensorArrayReadV3.host
def _read_kernel(ctx, handle, index, flow_in):
    return handle.read(index)


@TensorArrayGatherV3.host
def _gather_kernel(ctx, handle, indices, flow_in, *, element_shape):
    items = [handle.read(i) for i in indices]
    if not items:
        dims = dims_lib.merge(handle.dims, element_shape)
        return np.zeros((0, *_full(dims)), handle.dtype)
    for i, item in zip(indices, items):
        if item.shape != items[0].shape:
            raise errors.InvalidArgumentError(
                None,
                None,
                "TensorArray has inconsistent shapes.  Index 0 has shape: "
                f"{dims_lib.text(items[0].shape)} but index {i} has shape: "
                f"{dims_lib.text(item.shape)}",
            )
    return np.stack(items)


def _full(dims):
    if not dims_lib.is_full(dims):
        raise errors.UnimplementedError(
            None,
            None,
            f"TensorArray has size zero, but element shape {dims_lib.text(dims)} is not fully "
            "defined. Currently only static shapes are supported when packing zero-size "
            "TensorArrays.",
        )
    return dims


@TensorArrayScatterV3.host
def _scatter_kernel(ctx, handle, indices, value, flow_in):
    if value.ndim == 0 or len(value) != len(indices):
        raise errors.InvalidArgumentError(
            None,
            None,
            f"Expected len(indices) == values.shape[0], but saw: {len(indices)} vs. "
            f"{value.shape[0] if value.ndim else 0}",
        )
    for i, item in zip(indices, value):
        handle.write(i, np.asarray(item, value.dtype))
    return flow_in


@TensorArrayConcatV3.host
def _concat_kernel(ctx, handle, flow_in, *, element_shape_except0):
    items = [handle.read(i) for i in range(len(handle))]
    for i, item in enumerate(items):
        if not item.ndim:
            raise errors.InvalidArgumentError(
                None,
                None,
                f"Concat saw a scalar shape at index {i} but requires at least vectors.  Did you "
                "mean to call pack?",
            )
        if item.shape[1:] != items[0].shape[1:]:
            raise errors.InvalidArgumentError(
                None,
                None,
                "TensorArray has inconsistent shapes.  Index 0 has (excepting dimension 0) shape: "
                f"{dims_lib.text(items[0].shape[1:])} but index {i} has (excepting dimension 0) "
                f"shape: {dims_lib.text(item.shape[1:])}",
            )
    if not items:
        rest = None if handle.dims is None else handle.dims[1:]
        return np.zeros((0, *_full(dims_lib.merge(rest, element_shape_except0))), handle.dtype), (
            np.zeros(0, np.int64)
        )
    return np.concatenate(items), np.array([len(item) for item in items], np.int64)


@TensorArraySplitV3.host
def _split_kernel(ctx, handle, value, lengths, flow_in):
    problem = None
    if not value.ndim:
        problem = "Expected value to be at least a vector, but received shape: []"
    elif lengths.sum() != len(value):
        problem = (
            "Expected sum of lengths to be equal to values.shape[0], but sum of lengths is "
            f"{lengths.sum()} and value's shape is: {dims_lib.text(value.shape)}"
        )
    elif len(lengths) != len(handle) and not handle.grows:
        problem = (
            f"TensorArray's size is not equal to the size of lengths ({len(handle)} vs. "
            f"{len(lengths)}), and the TensorArray is not marked as dynamically resizeable"
        )
    if problem:
        raise errors.InvalidArgumentError(None, None, problem)
    for i, part in enumerate(np.split(value, np.cumsum(lengths)[:-1])):
        handle.write(i, part)
    return flow_in


@TensorArraySizeV3.host
def _size_kernel(ctx, handle, flow_in):
    return np.int32(len(handle))


@TensorArrayCloseV3.host
def _close_kernel(ctx, handle):
    handle.close()


# --- stacks -----------------------------------------------------------------------------------

StackV2 = define_op(
    "StackV2",
    inputs="max_size: int32",
    outputs="handle: resource",
    attrs=["elem_type: type", "stack_name: string = ''"],
    shape=lambda max_size: (2,),
    stateful=True,
)
StackPushV2 = define_op(
    "StackPushV2",
    inputs="handle: resource, elem: T",
    outputs="output: T",
    attrs=["T: type", "swap_memory: bool = false"],
    shape=lambda handle, elem: elem.dims,
    stateful=True,
)
StackPopV2 = define_op(
    "StackPopV2",
    inputs="handle: resource",
    outputs="elem: elem_type",
    attrs=["elem_type: type"],
    shape=lambda handle: None,
    stateful=True,
)
StackCloseV2 = define_op("StackCloseV2", inputs="handle: resource", stateful=True)


@StackV2.host
def _stack_kernel(ctx, max_size, *, stack_name):
    return Stack(stack_name or ctx.node.name, int(max_size))


@StackPushV2.host
def _push_kernel(ctx, handle, elem):
    handle.push(elem)
    return elem


@StackPopV2.host
def _pop_kernel(ctx, handle):
    return handle.pop()


@StackCloseV2.host
def _stack_close_kernel(ctx, handle):
    handle.close()


# --- gradients --------------------------------------------------------------------------------


def _gradient_array(op, flow):
    """Handle and flow of the array for the gradients of the elements of the array of `op`."""
    return raw.TensorArrayGradV3(op.inputs[0], flow, source="gradients")


@TensorArrayReadV3.gradient
def _read_gradient(op, dy):
    handle, flow = _gradient_array(op, op.inputs[2])
    return [None, None, raw.TensorArrayWriteV3(handle, op.inputs[1], dy, flow)]


@TensorArrayWriteV3.gradient
def _write_gradient(op, dflow):
    handle, flow = _gradient_array(op, dflow)
    value = raw.TensorArrayReadV3(handle, op.inputs[1], flow, dtype=op.inputs[2].dtype.base_dtype)
    return [None, None, value, dflow]


@TensorArrayGatherV3.gradient
def _gather_gradient(op, dy):
    handle, flow = _gradient_array(op, op.inputs[2])
    return [None, None, raw.TensorArrayScatterV3(handle, op.inputs[1], dy, flow)]


@TensorArrayScatterV3.gradient
def _scatter_gradient(op, dflow):
    handle, flow = _gradient_array(op, dflow)
    value = raw.TensorArrayGatherV3(handle, op.inputs[1], flow, dtype=op.inputs[2].dtype.base_dtype)
    return [None, None, value, dflow]


@TensorArrayConcatV3.gradient
def _concat_gradient(op, dy, _):
    handle, flow = _gradient_array(op, op.inputs[1])
    return [None, raw.TensorArraySplitV3(handle, dy, op.outputs[1], flow)]


@TensorArraySplitV3.gradient
def _split_gradient(op, dflow):
    handle, flow = _gradient_array(op, dflow)
    value, _ = raw.TensorArrayConcatV3(handle, flow, dtype=op.inputs[1].dtype.base_dtype)
    return [None, value, None, dflow]


for _op in (TensorArrayV3, TensorArrayGradV3, TensorArrayGradWithShape, TensorArraySizeV3):
    _op.no_gradient()
for _op in (TensorArrayCloseV3, StackV2, StackPushV2, StackPopV2, StackCloseV2):
    _op.no_gradient()
