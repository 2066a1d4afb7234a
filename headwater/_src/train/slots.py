"""Slot variables: state that an optimizer keeps beside a variable, `<variable>/<optimizer>`."""

from headwater._src.graph import dims as dims_lib
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.resource_variable import ResourceVariable
from headwater._src.graph.variable import Variable


def create_slot(primary, value, name, colocate_with_primary=True):
    """A new variable `<primary>/<name>` on the device of `primary`.

    Args:
      primary: the variable that it belongs to.
      value: its initial value: a tensor, or a function giving one.
      name: the slot's name.
      colocate_with_primary: whether it is tied to the device of `primary`.

    Returns:
      A variable of the kind of `primary`, not trainable.
    """
    graph = get_default_graph()
    with (
        graph.name_scope(None),
        graph.colocate_with(primary.op) if colocate_with_primary else _nothing(),
    ):
        slot = Variable(
            value,
            trainable=False,
            name=f"{primary.op.name}/{name}",
            use_resource=isinstance(primary, ResourceVariable),
            validate_shape=dims_lib.is_full(getattr(value, "dims", primary.dims)),
        )
    info = primary._get_save_slice_info() if isinstance(primary, Variable) else None
    if info is not None and slot.dims == primary.dims:
        whole = f"{info.full_name}/{name}"
        slot._set_save_slice_info(
            Variable.SaveSliceInfo(whole, info.full_shape, info.var_offset, info.var_shape)
        )
    return slot


def _nothing():
    return get_default_graph().control_dependencies(())


def create_zeros_slot(primary, name, dtype=None, colocate_with_primary=True):
    """A slot of the shape of `primary` that starts with zeros; see `create_slot`.

    Args:
      primary: the variable that it belongs to.
      name: the slot's name.
      dtype: its type (default: that of `primary`).
      colocate_with_primary: whether it is tied to the device of `primary`.
    """
    dtype = (dtype or primary.dtype).base_dtype
    if dims_lib.is_full(primary.dims):
        return create_slot(
            primary, lambda: PUBLIC["zeros"](primary.dims, dtype), name, colocate_with_primary
        )
    value = (
        primary.initialized_value()
        if not isinstance(primary, ResourceVariable)
        else primary.initial_value
    )
    return create_slot(
        primary, PUBLIC["zeros"](PUBLIC["shape"](value), dtype), name, colocate_with_primary
    )
