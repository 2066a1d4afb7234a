"""Assignment to a slice of a variable: `v[1:3].assign(...)`."""

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.resource_variable import ResourceVariable, UnreadVariable
from headwater._src.ops._shapes import text
from headwater._src.ops._slicing import indices

_MASKS = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
_ATTRS = ["T: type", "Index: {int32, int64}", *(f"{m}: int = 0" for m in _MASKS)]
_INPUTS = "begin: Index, end: Index, strides: Index, value: T"

StridedSliceAssign = define_op(
    "StridedSliceAssign",
    inputs=f"ref: Ref(T), {_INPUTS}",
    outputs="output_ref: Ref(T)",
    attrs=_ATTRS,
)
ResourceStridedSliceAssign = define_op(
    "ResourceStridedSliceAssign",
    inputs=f"ref: resource, {_INPUTS}",
    attrs=_ATTRS,
    stateful=True,
)


@StridedSliceAssign.shape
def strided_slice_assign_shape(ref, begin, end, strides, value):
    return ref.dims


@ResourceStridedSliceAssign.shape
def resource_strided_slice_assign_shape(ref, begin, end, strides, value):
    return []


def _assigned(xp, old, begin, end, strides, value, masks):
    begin, end, strides = (xp.value_of(x).tolist() for x in (begin, end, strides))

    def bad(message):
        raise errors.InvalidArgumentError(None, None, message)

    index = indices(tuple(old.shape), begin, end, strides, masks, bad)
    shape = old[index].shape
    try:
        value = xp.broadcast_to(value, shape)
    except ValueError:
        bad(
            f"slice update shape {text(tuple(value.shape))} does not fit the slice of shape "
            f"{text(tuple(shape))}"
        )
    return xp.scatter(old, index, value, "update")


@StridedSliceAssign.update("ref", static=["begin", "end", "strides"])
def strided_slice_assign_update(
    xp, ref, begin, end, strides, value, *, begin_mask, end_mask, ellipsis_mask, new_axis_mask,
    shrink_axis_mask,
):  # fmt: skip
    masks = dict(
        zip(_MASKS, (begin_mask, end_mask, ellipsis_mask, new_axis_mask, shrink_axis_mask))
    )
    return _assigned(xp, ref, begin, end, strides, value, masks)


ResourceStridedSliceAssign.update("ref", static=["begin", "end", "strides"])(
    strided_slice_assign_update
)
StridedSliceAssign.no_gradient()
ResourceStridedSliceAssign.no_gradient()


@public
def assign_slice(variable, result, packed, masks, value, name=None):
    """Assigns to the part of a variable that a slice of it stands for.

    Args:
      variable: the variable.
      result: the slice, a `Tensor`.
      packed: the tensors begin, end and strides of the slice.
      masks: dictionary of its masks.
      value: `Tensor` or value of a shape that broadcasts to that of the slice.
      name: name of the node.

    Returns:
      The variable as it is afterwards: a reference, or the variable itself for a resource variable.
    """
    name = name or f"{result.op.name}/_assign/"
    with variable.graph.as_default(), variable.graph.name_scope(None):
        if not isinstance(variable, ResourceVariable):
            return raw.StridedSliceAssign(variable._ref(), *packed, value, **masks, name=name)
        value = convert_to_tensor(value, variable.dtype.base_dtype)
        op = raw.ResourceStridedSliceAssign(variable.handle, *packed, value, **masks, name=name)
        return UnreadVariable(variable, op)
