"""Ops on lists of tensors, the values behind `TensorArray` and behind the gradients of loops."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import define_op, raw
from headwater._src.ops._shapes import known_dims

_UNKNOWN = np.array(-1, np.int32)


def _list_op(name, inputs, outputs, attrs, shape=None):
    op = define_op(name, inputs=inputs, outputs=outputs, attrs=attrs)
    op.lists = True
    op.shape(shape or (lambda *inputs: ()))
    return op


def _dims(element_shape):
    """The dims that a kernel gets as an array: -1 stands for what is not known."""
    if np.ndim(element_shape) == 0:
        return None
    return tuple(None if d < 0 else int(d) for d in element_shape)


def _numpy(dtype):
    return None if dtype in (dtypes.variant, dtypes.resource) else dtype.as_numpy_dtype


def _like(dims):
    """The same as an input of a node."""
    return _UNKNOWN if dims is None else np.array([-1 if d is None else d for d in dims], np.int32)


_ELEMENT = "element_dtype: type"
_SHAPE_TYPE = "shape_type: {int32, int64}"

EmptyTensorList = _list_op(
    "EmptyTensorList",
    "element_shape: shape_type, max_num_elements: int32",
    "handle: variant",
    [_ELEMENT, _SHAPE_TYPE],
)


@EmptyTensorList.kernel(static=["element_shape"])
def _empty(xp, element_shape, max_num_elements, *, element_dtype):
    return xp.list_empty(_dims(element_shape), _numpy(element_dtype))


TensorListReserve = _list_op(
    "TensorListReserve",
    "element_shape: shape_type, num_elements: int32",
    "handle: variant",
    [_ELEMENT, _SHAPE_TYPE],
)


@TensorListReserve.kernel(static=["element_shape", "num_elements"])
def _reserve(xp, element_shape, num_elements, *, element_dtype):
    return xp.list_reserve(int(num_elements), _dims(element_shape), _numpy(element_dtype))


TensorListPushBack = _list_op(
    "TensorListPushBack",
    "input_handle: variant, tensor: element_dtype",
    "output_handle: variant",
    [_ELEMENT],
)


@TensorListPushBack.kernel
def _push(xp, input_handle, tensor):
    return xp.list_push(input_handle, tensor)


@TensorListPushBack.gradient
def _push_gradient(op, dy):
    return raw.TensorListPopBack(
        dy, _like(op.inputs[1].dims), element_dtype=op.attrs["element_dtype"]
    )


TensorListPopBack = _list_op(
    "TensorListPopBack",
    "input_handle: variant, element_shape: int32",
    "output_handle: variant, tensor: element_dtype",
    [_ELEMENT],
    lambda input_handle, element_shape: [(), known_dims(element_shape)],
)


@TensorListPopBack.kernel
def _pop(xp, input_handle, element_shape):
    return xp.list_pop(input_handle)


@TensorListPopBack.gradient
def _pop_gradient(op, d_list, d_item):
    return [raw.TensorListPushBack(d_list, d_item), None]


TensorListGetItem = _list_op(
    "TensorListGetItem",
    "input_handle: variant, index: int32, element_shape: Tshape",
    "item: element_dtype",
    [_ELEMENT, "Tshape: {int32, int64} = int32"],
    lambda input_handle, index, element_shape: known_dims(element_shape),
)


@TensorListGetItem.kernel(static=["element_shape"])
def _get(xp, input_handle, index, element_shape):
    return xp.list_get(input_handle, index, _dims(element_shape))


@TensorListGetItem.gradient
def _get_gradient(op, dy):
    return [_one_hot(op.inputs[0], op.inputs[1], dy), None, None]


TensorListSetItem = _list_op(
    "TensorListSetItem",
    "input_handle: variant, index: int32, item: element_dtype",
    "output_handle: variant",
    [_ELEMENT, "resize_if_index_out_of_bounds: bool = false"],
)


@TensorListSetItem.kernel
def _set(xp, input_handle, index, item, *, resize_if_index_out_of_bounds):
    return xp.list_set(input_handle, index, item, resize_if_index_out_of_bounds)


@TensorListSetItem.gradient
def _set_gradient(op, dy):
    # Every index is written once, so what the list held there before had no effect.
    return [dy, None, raw.HeadwaterListGradientItem(dy, op.inputs[1], op.inputs[2])]


ListGradientItem = _list_op(
    "HeadwaterListGradientItem",
    "input_handle: variant, index: int32, like: T",
    "item: T",
    ["T: type"],
    lambda input_handle, index, like: like.dims,
)


@ListGradientItem.kernel
def _gradient_item(xp, input_handle, index, like):
    return xp.list_gradient_item(input_handle, index, like)


@ListGradientItem.gradient
def _gradient_item_gradient(op, dy):
    return [_one_hot(op.inputs[0], op.inputs[1], dy), None, None]


ListOneHot = _list_op(
    "HeadwaterListOneHot",
    "input_handle: variant, index: int32, item: T",
    "output_handle: variant",
    ["T: type"],
)


@ListOneHot.kernel
def _one_hot_kernel(xp, input_handle, index, item):
    return xp.list_one_hot(input_handle, index, item)


@ListOneHot.gradient
def _one_hot_gradient(op, dy):
    return [None, None, raw.HeadwaterListGradientItem(dy, op.inputs[1], op.inputs[2])]


def _one_hot(values, index, item):
    return raw.HeadwaterListOneHot(values, index, item)


TensorListStack = _list_op(
    "TensorListStack",
    "input_handle: variant, element_shape: int32",
    "tensor: element_dtype",
    [_ELEMENT, "num_elements: int = -1"],
)


@TensorListStack.shape
def _stack_shape(input_handle, element_shape, *, num_elements):
    dims = known_dims(element_shape)
    return None if dims is None else (None if num_elements < 0 else num_elements, *dims)


@TensorListStack.kernel(static=["element_shape"])
def _stack(xp, input_handle, element_shape, *, element_dtype):
    return xp.list_stack(input_handle, _dims(element_shape), _numpy(element_dtype))


@TensorListStack.gradient
def _stack_gradient(op, dy):
    return [_from(dy), None]


def _from(tensor):
    return raw.TensorListFromTensor(tensor, _like(None if tensor.dims is None else tensor.dims[1:]))


TensorListFromTensor = _list_op(
    "TensorListFromTensor",
    "tensor: element_dtype, element_shape: shape_type",
    "output_handle: variant",
    [_ELEMENT, _SHAPE_TYPE],
)


@TensorListFromTensor.kernel
def _from_tensor(xp, tensor, element_shape):
    return xp.list_from(tensor)


@TensorListFromTensor.gradient
def _from_tensor_gradient(op, dy):
    return [raw.HeadwaterListStackLike(dy, op.inputs[0]), None]


ListStackLike = _list_op(
    "HeadwaterListStackLike",
    "input_handle: variant, like: T",
    "tensor: T",
    ["T: type"],
    lambda input_handle, like: like.dims,
)


@ListStackLike.kernel
def _stack_like(xp, input_handle, like):
    return xp.list_stack_like(input_handle, like)


@ListStackLike.gradient
def _stack_like_gradient(op, dy):
    return [_from(dy), None]


TensorListGather = _list_op(
    "TensorListGather",
    "input_handle: variant, indices: int32, element_shape: int32",
    "values: element_dtype",
    [_ELEMENT],
)


@TensorListGather.shape
def _gather_shape(input_handle, indices, element_shape):
    dims = known_dims(element_shape)
    if dims is None or indices.dims is None:
        return None
    return (*indices.dims, *dims)


@TensorListGather.kernel(static=["element_shape"])
def _gather(xp, input_handle, indices, element_shape, *, element_dtype):
    return xp.list_gather(input_handle, indices, _dims(element_shape), _numpy(element_dtype))


@TensorListGather.gradient
def _gather_gradient(op, dy):
    empty = raw.ZerosLike(op.inputs[0])
    return [raw.TensorListScatterIntoExistingList(empty, dy, op.inputs[1]), None, None]


TensorListScatterIntoExistingList = _list_op(
    "TensorListScatterIntoExistingList",
    "input_handle: variant, tensor: element_dtype, indices: int32",
    "output_handle: variant",
    [_ELEMENT],
)


@TensorListScatterIntoExistingList.kernel
def _scatter(xp, input_handle, tensor, indices):
    return xp.list_scatter(input_handle, tensor, indices)


@TensorListScatterIntoExistingList.gradient
def _scatter_gradient(op, dy):
    shape = _like(None if op.inputs[1].dims is None else op.inputs[1].dims[1:])
    return [
        dy,
        raw.TensorListGather(dy, op.inputs[2], shape, element_dtype=op.attrs["element_dtype"]),
        None,
    ]


TensorListConcatV2 = _list_op(
    "TensorListConcatV2",
    "input_handle: variant, element_shape: shape_type, leading_dims: int64",
    "tensor: element_dtype, lengths: int64",
    [_ELEMENT, _SHAPE_TYPE],
)


@TensorListConcatV2.shape
def _concat_shape(input_handle, element_shape, leading_dims):
    dims = known_dims(element_shape)
    return [None if not dims else (None, *dims[1:]), (None,)]


@TensorListConcatV2.kernel(dynamic=True)
def _concat(xp, input_handle, element_shape, leading_dims, *, element_dtype):
    return xp.list_concat(input_handle, _dims(element_shape), _numpy(element_dtype))


@TensorListConcatV2.gradient
def _concat_gradient(op, dy, dlengths):
    return [raw.TensorListSplit(dy, _like(None), op.outputs[1]), None, None]


TensorListSplit = _list_op(
    "TensorListSplit",
    "tensor: element_dtype, element_shape: shape_type, lengths: int64",
    "output_handle: variant",
    [_ELEMENT, _SHAPE_TYPE],
)


@TensorListSplit.kernel(dynamic=True)
def _split(xp, tensor, element_shape, lengths):
    return xp.list_split(tensor, lengths)


@TensorListSplit.gradient
def _split_gradient(op, dy):
    return [raw.HeadwaterListConcatLike(dy, op.inputs[0], op.inputs[2]), None, None]


ListConcatLike = _list_op(
    "HeadwaterListConcatLike",
    "input_handle: variant, like: T, lengths: int64",
    "tensor: T",
    ["T: type"],
    lambda input_handle, like, lengths: like.dims,
)


@ListConcatLike.kernel(dynamic=True)
def _concat_like(xp, input_handle, like, lengths):
    return xp.list_concat_like(input_handle, like, lengths)


@ListConcatLike.gradient
def _concat_like_gradient(op, dy):
    return [raw.TensorListSplit(dy, _like(None), op.inputs[2]), None, None]


TensorListLength = _list_op("TensorListLength", "input_handle: variant", "length: int32", [])


@TensorListLength.kernel
def _length(xp, input_handle):
    return xp.list_length(input_handle)


TensorListLength.no_gradient()

TensorListResize = _list_op(
    "TensorListResize", "input_handle: variant, size: int32", "output_handle: variant", []
)


@TensorListResize.kernel(static=["size"])
def _resize(xp, input_handle, size):
    return xp.list_resize(input_handle, size)


@TensorListResize.gradient
def _resize_gradient(op, dy):
    return [dy, None]


for _op in (EmptyTensorList, TensorListReserve):
    _op.no_gradient()
