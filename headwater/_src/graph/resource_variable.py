"""`ResourceVariable`: state behind a handle; every read is a node of its own."""

import contextlib
import weakref

from headwater._src.core import dtypes
from headwater._src.graph import dims as dims_lib
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph, run_default
from headwater._src.graph.optable import raw
from headwater._src.graph.slice_info import SaveSliceInfo
from headwater._src.graph.variable import Variable, _prepend_scope, _strip_scope
from headwater._src.graph.variable_guard import guarded
from headwater._src.graph.variable_policy import VariableAggregation, VariableSynchronization


class ResourceVariable(Variable):
    """A variable whose nodes hold a handle instead of a reference; arguments as for `Variable`."""

    def __deepcopy__(self, memo):
        raise NotImplementedError(f"variable '{self.name}' cannot be copied: it belongs to a graph")

    def _build(self, graph, scope, initial_value, dtype, validate_shape, shape):
        name = scope[:-1]
        own_group = {"_class": [f"loc:@{name}"]}
        with graph._attr_scope(own_group), graph.name_scope("Initializer"), graph.device(None):
            value = initial_value() if callable(initial_value) else initial_value
            self._initial_value = convert_to_tensor(value, dtype, name="initial_value")
        dims = self._dims(shape)
        self._dtype = self._initial_value.dtype.base_dtype
        with graph._attr_scope(own_group):
            self._handle = raw.VarHandleOp(
                shape=dims,
                dtype=self._dtype,
                shared_name=name,
                debug_name=name + "/",
                container="",
                name=scope,
            )
        self._variable = self._handle
        self._handle.variable = weakref.ref(self)  # for tapes
        with graph.name_scope("IsInitialized"):
            self._is_initialized_op = raw.VarIsInitializedOp(self._handle)
        with graph.name_scope("Assign") as assign_scope, self._at_handle():
            with graph.name_scope(scope):
                value = guarded(name, self._initial_value)
            self._initializer_op = raw.AssignVariableOp(self._handle, value, name=assign_scope)
        with graph.name_scope("Read"), graph.device(self._handle.device):
            self._snapshot = self._read()
            if self._caching_device is not None:
                with graph.scoped(devices=(), colocate=()), graph.device(self._caching_device):
                    self._snapshot = raw.Identity(self._snapshot)

    @contextlib.contextmanager
    def _at_handle(self):
        """A block whose nodes go to the handle's device, whatever surrounds them."""
        graph = self._handle.graph
        with graph.colocate_with(None, ignore_existing=True), graph.device(self._handle.device):
            yield

    def _read(self):
        return raw.ReadVariableOp(self._handle, dtype=self._dtype)

    # -- what it is ------------------------------------------------------------------------------

    @property
    def _cached_value(self):
        cached = self._caching_device is not None or self._snapshot.op.type == "Identity"
        return self._snapshot if cached else None

    @property
    def handle(self):
        """The resource `Tensor` that stands for the state."""
        return self._handle

    @property
    def name(self):
        """The name of the handle's tensor, such as `"w:0"`."""
        return self._handle.name

    @property
    def op(self):
        """The `Operation` of the handle."""
        return self._handle.op

    @property
    def dtype(self):
        """The type of the value."""
        return self._dtype

    @property
    def dims(self):
        """The static shape as a tuple."""
        return self._handle.handle[1]

    @property
    def shape(self):
        """The static `TensorShape`."""
        from headwater._src.core.tensor_shape import TensorShape

        return TensorShape._of(self.dims)

    def set_shape(self, shape):
        """Merges what is known of the shape with `shape`."""
        self._handle.handle = (self._dtype, dims_lib.merge(self.dims, dims_lib.of(shape)))

    # -- reading ---------------------------------------------------------------------------------

    def value(self):
        """A tensor with the value at the time it is run."""
        if self._cached_value is not None:
            return self._cached_value
        with self.graph.colocate_with(None, ignore_existing=True):
            return self._read()

    def read_value(self):
        """A new tensor with the value at the time it is run."""
        with self.graph.name_scope("Read"):
            value = self._read()
        return raw.Identity(value)

    def _as_graph_element(self):
        return self._snapshot

    def _ref(self):
        return self.value()

    def eval(self, session=None):
        """The current value as a NumPy array, from `session` or the default session."""
        return run_default(
            self._snapshot, None, self.graph, session, "Cannot evaluate tensor using `eval()`"
        )

    def is_initialized(self, name=None):
        """A bool tensor: whether the variable has a value."""
        return raw.VarIsInitializedOp(self._handle, name=name)

    def sparse_read(self, indices, name=None):
        """The rows at `indices`.

        Args:
          indices: integer `Tensor`.
          name: name of the scope.
        """
        with self.graph.name_scope("Gather" if name is None else name) as scope:
            return raw.ResourceGather(self._handle, indices, dtype=self._dtype, name=scope)

    def gather_nd(self, indices, name=None):
        """The slices at the positions `indices` (shape `[..., depth]`)."""
        with self.graph.name_scope("GatherNd" if name is None else name) as scope:
            return raw.ResourceGatherNd(self._handle, indices, dtype=self._dtype, name=scope)

    # -- changing --------------------------------------------------------------------------------

    def _changed(self, op, read_value):
        return UnreadVariable(self, op) if read_value else op

    def _operand(self, value):
        with self.graph.as_default():
            return convert_to_tensor(value, self._dtype)

    def assign(self, value, use_locking=None, name=None, read_value=True):
        """Gives the variable a new value when run.

        Args:
          value: `Tensor` of the variable's shape and type.
          use_locking: ignored.
          name: name of the node.
          read_value: whether the variable after the assignment is wanted, else the operation.

        Returns:
          A variable whose reads wait for the assignment, or the `Operation`.

        Raises:
          ValueError: the shape does not fit.
        """
        value = self._operand(value)
        if not dims_lib.compatible(self.dims, value.dims):
            raise ValueError(
                f"Cannot assign value to variable '{self.name}': Shape mismatch.The variable shape "
                f"{self.shape}, and the assigned value shape {value.shape} are incompatible."
            )
        return self._changed(
            raw.AssignVariableOp(
                self._handle, value, validate_shape=bool(self.dims is not None), name=name
            ),
            read_value,
        )

    def assign_add(self, delta, use_locking=None, name=None, read_value=True):
        """Adds `delta` to the variable when run; arguments and result as for `assign`."""
        return self._changed(
            raw.AssignAddVariableOp(self._handle, self._operand(delta), name=name), read_value
        )

    def assign_sub(self, delta, use_locking=None, name=None, read_value=True):
        """Subtracts `delta` from the variable when run; arguments and result as for `assign`."""
        return self._changed(
            raw.AssignSubVariableOp(self._handle, self._operand(delta), name=name), read_value
        )

    def count_up_to(self, limit):
        """A tensor that gives the value, then adds 1; OutOfRangeError when the value is `limit`."""
        return raw.ResourceCountUpTo(self._handle, limit=limit, T=self._dtype)

    def _scatter(self, op, sparse_delta, name, use_locking=None):
        if not hasattr(sparse_delta, "indices") or not hasattr(sparse_delta, "values"):
            raise TypeError(f"sparse_delta is not IndexedSlices: {sparse_delta}")
        return self._changed(
            getattr(raw, "Resource" + op)(
                self._handle, sparse_delta.indices, self._operand(sparse_delta.values), name=name
            ),
            True,
        )

    def _scatter_rows(self, op, indices, updates, name):
        return self._changed(
            getattr(raw, "ResourceScatter" + op)(
                self._handle, indices, self._operand(updates), name=name
            ),
            True,
        )

    def _scatter_nd(self, op, indices, updates, name):
        return self._changed(
            getattr(raw, "Resource" + op)(self._handle, indices, self._operand(updates), name=name),
            True,
        )

    def scatter_nd_add(self, indices, updates, name=None):
        """Adds `updates` at the positions `indices` (shape `[..., depth]`)."""
        return self._scatter_nd("ScatterNdAdd", indices, updates, name)

    def scatter_nd_sub(self, indices, updates, name=None):
        """Subtracts `updates` at the positions `indices`."""
        return self._scatter_nd("ScatterNdSub", indices, updates, name)

    def scatter_nd_update(self, indices, updates, name=None):
        """Puts `updates` at the positions `indices`."""
        return self._scatter_nd("ScatterNdUpdate", indices, updates, name)

    # -- VariableDef -----------------------------------------------------------------------------

    def to_proto(self, export_scope=None):
        """The variable as a `VariableDef` proto; None outside of `export_scope`."""
        proto = super().to_proto(export_scope)
        if proto is not None:
            proto.is_resource = True
            proto.variable_name = _strip_scope(self._handle.name, export_scope)
        return proto

    def _init_from_proto(self, proto, import_scope):
        graph = get_default_graph()
        find = lambda name: graph.as_graph_element(_prepend_scope(name, import_scope))
        self._handle = self._variable = find(proto.variable_name)
        self._dtype = dtypes.as_dtype(self._handle.op.attrs["dtype"])
        self._initializer_op = find(proto.initializer_name)
        self._initial_value = find(proto.initial_value_name) if proto.initial_value_name else None
        self._trainable = proto.trainable
        self._synchronization = VariableSynchronization(proto.synchronization)
        self._aggregation = VariableAggregation(proto.aggregation)
        self._constraint = None
        self._is_initialized_op = None
        if proto.snapshot_name:
            self._snapshot = find(proto.snapshot_name)
        else:
            with graph.name_scope("Read"):
                self._snapshot = self._read()
        if proto.HasField("save_slice_info_def"):
            self._save_slice_info = SaveSliceInfo(
                save_slice_info_def=proto.save_slice_info_def, import_scope=import_scope
            )


class UnreadVariable(ResourceVariable):
    """A resource variable as it is after an update: everything that reads it waits for the update.

    Args:
      variable: the `ResourceVariable`.
      parent_op: the `Operation` of the update.
    """

    def __init__(self, variable, parent_op):
        for slot in (
            "_handle",
            "_variable",
            "_dtype",
            "_initializer_op",
            "_initial_value",
            "_trainable",
            "_constraint",
            "_save_slice_info",
            "_is_initialized_op",
            "_synchronization",
            "_aggregation",
        ):
            setattr(self, slot, getattr(variable, slot))
        self._caching_device = None
        self._parent_op = parent_op
        with self._waiting():
            self._snapshot = self._read()

    def _waiting(self):
        return self._parent_op.graph.control_dependencies([self._parent_op])

    @property
    def name(self):
        """The name of the operation of the update."""
        return self._parent_op.name

    @property
    def op(self):
        """The `Operation` of the update."""
        return self._parent_op

    def value(self):
        """A tensor with the value at the time it is run, after the update."""
        with self._waiting():
            return super().value()

    def read_value(self):
        """A new tensor with the value at the time it is run, after the update."""
        with self._waiting():
            return super().read_value()

    def assign(self, value, use_locking=None, name=None, read_value=True):
        """As `ResourceVariable.assign`, after the update."""
        with self._waiting():
            return super().assign(value, use_locking, name, read_value)

    def assign_add(self, delta, use_locking=None, name=None, read_value=True):
        """As `ResourceVariable.assign_add`, after the update."""
        with self._waiting():
            return super().assign_add(delta, use_locking, name, read_value)

    def assign_sub(self, delta, use_locking=None, name=None, read_value=True):
        """As `ResourceVariable.assign_sub`, after the update."""
        with self._waiting():
            return super().assign_sub(delta, use_locking, name, read_value)
