"""What a `Saver` saves: variables and other objects, as named tensors, and how to restore them."""

from headwater._src.core import device as device_lib
from headwater._src.graph import raw
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Operation, Tensor, is_ref
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.resource_variable import ResourceVariable
from headwater._src.graph.variable import Variable

_VARIABLE_OPS = frozenset({"Variable", "VariableV2", "AutoReloadVariable", "VarHandleOp"})


class SaveSpec:
    """One tensor of a checkpoint.

    Args:
      tensor: the `Tensor` to save.
      slice_spec: text that says which part of a larger tensor it is, or `""`.
      name: its name in the checkpoint.
      dtype: its type (default: that of `tensor`).
      device: the device it is on (default: that of `tensor`).
    """

    def __init__(self, tensor, slice_spec, name, dtype=None, device=None):
        self._tensor = tensor
        self.slice_spec, self.name = slice_spec, name
        self.dtype = (dtype or tensor.dtype).base_dtype
        self.device = tensor.device if device is None else device

    @property
    def tensor(self):
        """The `Tensor` to save; made when it is first asked for."""
        return self._tensor() if callable(self._tensor) else self._tensor


class SaveableObject:
    """Something that a `Saver` saves: a few tensors, and how to restore from them.

    Args:
      op: the object itself, a tensor or operation for which it stands.
      specs: list of `SaveSpec`.
      name: its name in the checkpoint.
    """

    def __init__(self, op, specs, name):
        self.op, self.specs, self.name = op, specs, name

    @property
    def device(self):
        """The device of its first tensor."""
        return self.specs[0].device

    def restore(self, restored_tensors, restored_shapes):
        """The operation that takes values from a checkpoint over.

        Args:
          restored_tensors: one `Tensor` for each of `specs`.
          restored_shapes: the shapes they should get, or None.

        Returns:
          An `Operation`.
        """
        raise NotImplementedError("restore() of a saveable object")


class ReferenceSaveable(SaveableObject):
    """A variable by its reference, or a plain tensor of one."""

    def __init__(self, var, slice_spec, name):
        reference = var._ref() if isinstance(var, Variable) else var
        tensor = var.value() if slice_spec and isinstance(var, Variable) else reference
        spec = SaveSpec(tensor, slice_spec, name, reference.dtype, reference.device)
        super().__init__(reference, [spec], name)

    def restore(self, restored_tensors, restored_shapes):
        """Assigns the value; see `SaveableObject.restore`."""
        value = restored_tensors[0]
        if restored_shapes is not None:
            value = PUBLIC["reshape"](value, restored_shapes[0])
        dims = self.op.dims
        check = restored_shapes is None and dims is not None and None not in dims
        return raw.Assign(self.op, value, validate_shape=check).op


class ResourceSaveable(SaveableObject):
    """A resource variable."""

    def __init__(self, var, slice_spec, name):
        if isinstance(var, Variable):
            handle, dtype = var.handle, var.dtype.base_dtype  # type: ignore[attr-defined]
            self._dims = var.dims
            tensor = (lambda: _copied(var)) if slice_spec else var._as_graph_element()
        else:  # the handle's tensor
            handle = var
            dtype, self._dims = var.handle
            tensor = lambda: raw.ReadVariableOp(handle, dtype=dtype)
        self._handle = handle
        super().__init__(var, [SaveSpec(tensor, slice_spec, name, dtype, handle.device)], name)

    def restore(self, restored_tensors, restored_shapes):
        """Assigns the value; see `SaveableObject.restore`."""
        value = restored_tensors[0]
        if restored_shapes is not None:
            value = PUBLIC["reshape"](value, restored_shapes[0])
        graph = self._handle.graph
        with graph.device(None), graph.device(self._handle.device):
            value = raw.Identity(value)
            if self._dims is not None and None not in self._dims and value.dims is not None:
                value.shape.assert_is_compatible_with(self._dims)
            return raw.AssignVariableOp(self._handle, value)


def _copied(var):
    """A part of a partitioned resource variable, read and brought to the host."""
    graph = var.graph
    with graph.device(None), graph.device(var.device):
        value = var.read_value()
    with graph.device(None), graph.device(on_cpu(var.device)):
        return raw.Identity(value)


def canonical(device):
    """A device string in its full form."""
    return device_lib.DeviceSpec.from_string(device or "").to_string()


def on_cpu(device):
    """The first CPU of the task that a device string names."""
    spec = device_lib.DeviceSpec.from_string(device or "")
    return device_lib.DeviceSpec(spec.job, spec.replica, spec.task, "CPU", 0).to_string()


# --- from what the program gives ----------------------------------------------------------------


def all_saveable_objects(scope=None):
    """What a `Saver` without `var_list` saves: global variables and saveable objects.

    Args:
      scope: name scope that they must be in.
    """
    graph = get_default_graph()
    return graph.get_collection(GraphKeys.GLOBAL_VARIABLES, scope) + graph.get_collection(
        GraphKeys.SAVEABLE_OBJECTS, scope
    )


def _is_partitioned(item):
    return hasattr(item, "_get_variable_list") or type(item).__name__ == "PartitionedVariable"


def _is_variable(item):
    if isinstance(item, Variable):
        return True
    return isinstance(item, Tensor) and item.op.type in _VARIABLE_OPS


def _slice_info(item):
    return getattr(item, "_save_slice_info", None) if isinstance(item, Variable) else None


def by_name(var_list):
    """Variables by the name under which they are saved.

    Args:
      var_list: list of variables, partitioned variables, saveable objects; or a dict by name.

    Returns:
      Dict from name to a variable, a saveable object, or a list of parts of a variable.

    Raises:
      ValueError: two have the same name.
      TypeError: something is not a variable.
    """
    if isinstance(var_list, dict):
        return {k: _graph_variable(v) for k, v in var_list.items()}
    found = {}
    for item in var_list:
        item = _of_table(item)
        if isinstance(item, SaveableObject) or hasattr(item, "specs"):
            found[item.name] = item
            continue
        if _is_partitioned(item):
            if item.name in found:
                raise ValueError(f"At least two variables have the same name: {item.name}")
            found[item.name] = _parts(item)
            continue
        if isinstance(item, (tuple, list)):
            raise TypeError(f"Variable to save is not a Variable: {item}")
        info = _slice_info(item)
        if info is not None:
            parts = found.setdefault(info.full_name, [])
            if not isinstance(parts, list):
                raise ValueError(
                    f"Mixing slices and non-slices with the same name: {info.full_name}"
                )
            parts.append(item)
            continue
        item = _graph_variable(item)
        if not _is_variable(item):
            raise TypeError(f"Variable to save is not a Variable: {item}")
        if item.op.name in found:
            raise ValueError(f"At least two variables have the same name: {item.op.name}")
        found[item.op.name] = item
    return found


def _of_table(item):
    """The saveable object of a table; anything else as it is."""
    return getattr(item, "saveable", None) or item


def _graph_variable(item):
    """A tensor that only names a variable stays; an operation becomes its tensor."""
    if isinstance(item, Operation):
        return item.outputs[0] if item.outputs else item
    if isinstance(item, (int, float, str, bytes)):
        return convert_to_tensor(item)
    return item


def _parts(item):
    get = getattr(item, "_get_variable_list", None)
    return list(get()) if get else list(item)


def saveables(name, item):
    """The `SaveableObject`s of what is saved under `name`.

    Args:
      name: name in the checkpoint.
      item: a variable, a list of parts of one, a saveable object, a partitioned variable.

    Returns:
      A list.

    Raises:
      TypeError: something is not a variable.
      ValueError: the parts of a variable disagree.
    """
    if not isinstance(name, str):
        raise TypeError(
            "names_to_saveables must be a dict mapping string names to trackable operations. Name "
            f"is not a string: {name}"
        )
    item = _of_table(item)
    if isinstance(item, SaveableObject) or hasattr(item, "specs"):
        return [item]
    if _is_partitioned(item):
        item = _parts(item)
    if isinstance(item, (list, tuple)):
        return [_part(name, part) for part in item]
    if not _is_variable(item):
        raise TypeError(
            "names_to_saveables must be a dict mapping string names to Tensors/Variables. Not a "
            f"variable: {item}"
        )
    return [_saveable(item, "", name)]


def _part(name, part):
    info = _slice_info(part)
    if not isinstance(part, Variable):
        raise ValueError(f"Slices must all be Variables: {part}")
    if info is None:
        raise ValueError(f"Slices must all be slices: {part}")
    if info.full_name != name and not name:
        raise ValueError(f"Slices must all be from the same tensor: {name} != {info.full_name}")
    return _saveable(part, info.spec, name)


def _saveable(item, slice_spec, name):
    if isinstance(item, ResourceVariable) or (isinstance(item, Tensor) and not is_ref(item.dtype)):
        return ResourceSaveable(item, slice_spec, name)
    return ReferenceSaveable(item, slice_spec, name)


def validated(names_to_items):
    """All `SaveableObject`s, sorted by name.

    Args:
      names_to_items: see `by_name`.

    Raises:
      TypeError: something is not a variable.
      ValueError: a variable is to be saved under two names.
    """
    result, seen = [], set()
    for name in sorted(names_to_items):
        for one in saveables(name, names_to_items[name]):
            key = id(one.op)
            if key in seen:
                raise ValueError(
                    "The same saveable will be restored with two names, or two saveables share "
                    f"the same op: {name}"
                )
            seen.add(key)
            result.append(one)
    return result
