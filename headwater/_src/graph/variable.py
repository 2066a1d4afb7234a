"""`Variable`: the program's handle of state kept by the session, as a reference.

A variable is four nodes: `name/initial_value`, the state `name`, its initializer `name/Assign` and
a snapshot `name/read`, which is what expressions use. With `use_resource=True` the class gives a
`ResourceVariable`.
"""

import contextlib
import functools

from headwater._src.core import dtypes
from headwater._src.core.reference import Reference
from headwater._src.graph import dims as dims_lib
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor, register_tensor_conversion_function
from headwater._src.graph.default import get_default_graph, run_default
from headwater._src.graph.operation import Tensor
from headwater._src.graph.operators import strided_slice
from headwater._src.graph.optable import PUBLIC, raw
from headwater._src.graph.slice_info import SaveSliceInfo
from headwater._src.graph.variable_guard import guarded
from headwater._src.graph.variable_kind import (
    VariableType,
    disable_resource_variables as disable_resource_variables,
    enable_resource_variables as enable_resource_variables,
    resource_by_default as resource_by_default,
)
from headwater._src.graph.variable_policy import (
    VariableAggregation,
    VariableSynchronization,
    validated,
)

_ARITHMETIC = (
    "add",
    "sub",
    "mul",
    "truediv",
    "div",
    "floordiv",
    "mod",
    "pow",
    "matmul",
    "and",
    "or",
    "xor",
)
_OPERATORS = (
    [f"__{n}__" for n in _ARITHMETIC]
    + [f"__r{n}__" for n in _ARITHMETIC]
    + ["__lt__", "__le__", "__gt__", "__ge__", "__neg__", "__invert__", "__abs__"]
)


class Variable(metaclass=VariableType):
    """State that lives in a session from one `run` to the next.

    Args:
      initial_value: a tensor, anything that converts to one, or a function without arguments
        giving one.
      trainable: whether it is added to the collection of variables that optimizers train (default:
        yes).
      collections: the collections to add it to (default: the global variables).
      validate_shape: whether the initial value's shape must be known, and is the variable's.
      caching_device: a device that keeps a copy for readers.
      name: name of the variable (default: `"Variable"`), made unique.
      variable_def: a `VariableDef` proto to restore the object from, instead of making nodes.
      dtype: the type; the initial value is converted to it.
      expected_shape: ignored; kept for old programs.
      import_scope: prefix of the names in `variable_def`.
      constraint: a function applied to the value after each optimizer update.
      use_resource: whether to make a resource variable.
      synchronization: ignored; kept for newer programs.
      aggregation: ignored; kept for newer programs.
      shape: the variable's shape when it is looser than the initial value's.

    Raises:
      ValueError: there is no initial value, or its shape is not known; wrong `collections`.
    """

    _either_kind = True  # the class itself makes resource variables too
    __array_priority__ = 100
    __slots__ = (
        "_variable",
        "_snapshot",
        "_initializer_op",
        "_initial_value",
        "_trainable",
        "_constraint",
        "_caching_device",
        "_save_slice_info",
        "_synchronization",
        "_aggregation",
        "__dict__",
        "__weakref__",
    )

    def __init__(
        self,
        initial_value=None,
        trainable=None,
        collections=None,
        validate_shape=True,
        caching_device=None,
        name=None,
        variable_def=None,
        dtype=None,
        expected_shape=None,
        import_scope=None,
        constraint=None,
        use_resource=None,
        synchronization=None,
        aggregation=None,
        shape=None,
    ):
        self._save_slice_info = None
        self._caching_device = None
        self._synchronization, self._aggregation, trainable = validated(
            synchronization, aggregation, trainable, name
        )
        if variable_def is not None:
            if initial_value is not None:
                raise ValueError("variable_def and initial_value are mutually exclusive.")
            self._init_from_proto(variable_def, import_scope)
            return
        if initial_value is None:
            raise ValueError("initial_value must be specified.")
        if collections is None:
            collections = [GraphKeys.GLOBAL_VARIABLES]
        _check(collections, constraint)
        self._trainable = trainable
        self._constraint = constraint
        self._caching_device = caching_device
        if self._trainable and GraphKeys.TRAINABLE_VARIABLES not in collections:
            collections = [*collections, GraphKeys.TRAINABLE_VARIABLES]
        dtype = None if dtype is None else dtypes.as_dtype(dtype).base_dtype
        inner = getattr(initial_value, "graph", None) or get_default_graph()
        graph = inner.root if inner.building_function else inner
        surrounding = inner.get_name_scope()  # a body's variable is outside of it, named as inside
        with (
            graph.as_default(),
            graph.control_dependencies(None),
            graph.name_scope(surrounding + "/" if surrounding and graph is not inner else "")
            if graph is not inner
            else contextlib.nullcontext(),
            graph.name_scope(name or "Variable") as scope,
        ):
            if graph is not inner and isinstance(initial_value, Tensor):
                raise ValueError(
                    f"Initializer for variable {scope} is from inside a control-flow construct, "
                    "such as a loop or conditional. When creating a variable inside a loop or "
                    "conditional, use a lambda as the initializer."
                )
            self._build(graph, scope, initial_value, dtype, validate_shape, shape)
        graph.add_to_collections(collections, self)

    def _build(self, graph, scope, initial_value, dtype, validate_shape, shape):
        """Makes the nodes; `scope` is the variable's name with a slash."""
        if callable(initial_value):
            # The device of the variable is not that of what computes its value; its group is.
            with graph._attr_scope({"_class": [f"loc:@{scope[:-1]}"]}):
                with graph.name_scope("Initializer"), graph.device(None):
                    self._initial_value = self._converted(initial_value(), dtype)
                self._variable = self._state(scope, validate_shape, shape)
        else:
            self._initial_value = self._converted(initial_value, dtype)
            self._variable = self._state(scope, validate_shape, shape)
        with graph.name_scope(scope):
            value = guarded(scope[:-1], self._initial_value)
        self._initializer_op = raw.Assign(
            self._variable,
            value,
            validate_shape=validate_shape,
            use_locking=True,
            name="Assign",
        ).op
        if self._caching_device is not None:
            with graph.device(self._caching_device):
                self._snapshot = raw.Identity(self._variable, name="read")
        else:
            with graph.colocate_with(self._variable.op):
                self._snapshot = raw.Identity(self._variable, name="read")

    @staticmethod
    def _converted(value, dtype):
        try:
            return convert_to_tensor(value, dtype, name="initial_value")
        except ValueError as error:
            if isinstance(value, Tensor):
                raise ValueError(f"initial_value: {error}") from None
            raise

    def _dims(self, shape):
        """The state's dims: `shape`, which the initial value must fit, or the initial value's."""
        if shape is None:
            return self._initial_value.dims
        dims = dims_lib.of(shape)
        if not dims_lib.compatible(dims, self._initial_value.dims):
            raise ValueError(
                f"The initial value's shape ({self._initial_value.shape}) is not compatible with "
                f"the explicitly supplied `shape` argument ({shape})."
            )
        return dims

    def _state(self, scope, validate_shape, shape):
        dims = self._dims(shape)
        if validate_shape and not dims_lib.is_full(dims):
            raise ValueError(f"initial_value must have a shape specified: {self._initial_value}")
        return raw.VariableV2(
            shape=dims if validate_shape or shape is not None else None,
            dtype=self._initial_value.dtype.base_dtype,
            name=scope,
        )

    # -- what it is ------------------------------------------------------------------------------

    @property
    def name(self):
        """The name of the variable's tensor, such as `"w:0"`."""
        return self._variable.name

    @property
    def _shared_name(self):
        return self.name[:-2]

    @property
    def op(self):
        """The `Operation` that is the state."""
        return self._variable.op

    @property
    def graph(self):
        """The `Graph` it is in."""
        return self._variable.graph

    @property
    def device(self):
        """The device string of the state."""
        return self._variable.device

    @property
    def dtype(self):
        """The type of the state: a reference type."""
        return self._variable.dtype

    @property
    def dims(self):
        """The static shape as a tuple, as a `Tensor` has it."""
        return self._variable.dims

    @property
    def shape(self):
        """The static `TensorShape`."""
        return self._variable.shape

    def get_shape(self):
        """The static `TensorShape`, as `shape`."""
        return self.shape

    def set_shape(self, shape):
        """Merges what is known of the shape with `shape`."""
        self._ref().set_shape(shape)
        self.value().set_shape(shape)

    def _shape_as_list(self):
        return None if self.dims is None else list(self.dims)

    @property
    def trainable(self):
        """Whether optimizers train it unless told otherwise."""
        return self._trainable

    @property
    def constraint(self):
        """The function applied after each optimizer update, or None."""
        return self._constraint

    @property
    def synchronization(self):
        """The `VariableSynchronization` it was made with; recorded only."""
        return self._synchronization

    @property
    def aggregation(self):
        """The `VariableAggregation` it was made with; recorded only."""
        return self._aggregation

    # -- reading ---------------------------------------------------------------------------------

    def value(self):
        """The tensor that expressions read: the last snapshot of the variable."""
        return self._snapshot

    def read_value(self):
        """A new tensor with the value at the time it is run."""
        return raw.Identity(self._variable, name="read")

    def _ref(self):
        return self._variable

    def _as_graph_element(self):
        return self._variable

    def eval(self, session=None):
        """The current value as a NumPy array, from `session` or the default session."""
        return run_default(
            self._variable, None, self.graph, session, "Cannot evaluate tensor using `eval()`"
        )

    def is_initialized(self, name=None):
        """A bool tensor: whether the variable has a value."""
        return raw.IsVariableInitialized(self._variable, name=name or "IsVariableInitialized")

    @property
    def initializer(self):
        """The `Operation` that gives the variable its initial value."""
        return self._initializer_op

    @property
    def initial_value(self):
        """The tensor that the initializer assigns."""
        return self._initial_value

    def initialized_value(self):
        """The variable's value, or its initial value while it has none.

        Returns:
          A `Tensor`.
        """
        # What the initializer assigns, not `initial_value`, which may read uninitialized variables.
        if self._initial_value is None:
            raise ValueError(f"The variable '{self.name}' was restored without its initial value")
        value = self._initializer_op.inputs[1]
        graph = get_default_graph().root
        with graph.control_dependencies(None):
            return PUBLIC["cond"](self.is_initialized(), self.read_value, lambda: value)

    # -- changing --------------------------------------------------------------------------------

    def assign(self, value, use_locking=False, name=None, read_value=True):
        """Gives the variable a new value when run.

        Args:
          value: the value; a `Tensor` of the variable's shape and type.
          use_locking: kept in the node; updates are always whole here.
          name: name of the node.
          read_value: whether a tensor with the new value is wanted, else the operation.

        Returns:
          The variable's reference after the assignment, or the `Operation`.
        """
        return _result(
            raw.Assign(self._variable, value, use_locking=use_locking, name=name), read_value
        )

    def assign_add(self, delta, use_locking=False, name=None, read_value=True):
        """Adds `delta` to the variable when run; arguments and result as for `assign`."""
        return _result(
            raw.AssignAdd(self._variable, delta, use_locking=use_locking, name=name), read_value
        )

    def assign_sub(self, delta, use_locking=False, name=None, read_value=True):
        """Subtracts `delta` from the variable when run; arguments and result as for `assign`."""
        return _result(
            raw.AssignSub(self._variable, delta, use_locking=use_locking, name=name), read_value
        )

    def count_up_to(self, limit):
        """A tensor that gives the value, then adds 1; OutOfRangeError when the value is `limit`."""
        return raw.CountUpTo(self._variable, limit=limit)

    def load(self, value, session=None):
        """Sets the value directly in a session, by feeding the initializer.

        Args:
          value: a NumPy array, or what converts to one.
          session: the session (default: the default session).
        """
        run_default(
            self.initializer,
            {self.initializer.inputs[1]: value},
            self.graph,
            session,
            "Either session argument should be provided or default session should be established",
        )

    def _scatter(self, op, sparse_delta, name, **attrs):
        if not hasattr(sparse_delta, "indices") or not hasattr(sparse_delta, "values"):
            raise TypeError(f"sparse_delta is not IndexedSlices: {sparse_delta}")
        return getattr(raw, op)(
            self._variable, sparse_delta.indices, sparse_delta.values, name=name, **attrs
        )

    def scatter_add(self, sparse_delta, use_locking=False, name=None):
        """Adds the rows of an `IndexedSlices` to the variable; gives its reference."""
        return self._scatter("ScatterAdd", sparse_delta, name, use_locking=use_locking)

    def scatter_sub(self, sparse_delta, use_locking=False, name=None):
        """Subtracts the rows of an `IndexedSlices` from the variable; gives its reference."""
        return self._scatter("ScatterSub", sparse_delta, name, use_locking=use_locking)

    def scatter_mul(self, sparse_delta, use_locking=False, name=None):
        """Multiplies rows of the variable by those of an `IndexedSlices`; gives its reference."""
        return self._scatter("ScatterMul", sparse_delta, name, use_locking=use_locking)

    def scatter_div(self, sparse_delta, use_locking=False, name=None):
        """Divides rows of the variable by those of an `IndexedSlices`; gives its reference."""
        return self._scatter("ScatterDiv", sparse_delta, name, use_locking=use_locking)

    def scatter_min(self, sparse_delta, use_locking=False, name=None):
        """Lowers rows of the variable to those of an `IndexedSlices`; gives its reference."""
        return self._scatter("ScatterMin", sparse_delta, name, use_locking=use_locking)

    def scatter_max(self, sparse_delta, use_locking=False, name=None):
        """Raises rows of the variable to those of an `IndexedSlices`; gives its reference."""
        return self._scatter("ScatterMax", sparse_delta, name, use_locking=use_locking)

    def scatter_update(self, sparse_delta, use_locking=False, name=None):
        """Replaces rows of the variable by those of an `IndexedSlices`; gives its reference."""
        return self._scatter("ScatterUpdate", sparse_delta, name, use_locking=use_locking)

    def scatter_nd_add(self, indices, updates, name=None):
        """Adds `updates` at the positions `indices` (shape `[..., depth]`); gives the reference."""
        return raw.ScatterNdAdd(self._variable, indices, updates, use_locking=True, name=name)

    def scatter_nd_sub(self, indices, updates, name=None):
        """Subtracts `updates` at the positions `indices`; gives the reference."""
        return raw.ScatterNdSub(self._variable, indices, updates, use_locking=True, name=name)

    def scatter_nd_update(self, indices, updates, name=None):
        """Puts `updates` at the positions `indices`; gives the reference."""
        return raw.ScatterNdUpdate(self._variable, indices, updates, use_locking=True, name=name)

    # -- as a Python object ----------------------------------------------------------------------

    def __getitem__(self, key):
        return strided_slice(self.value(), key, var=self)

    def __iter__(self):
        raise TypeError("'Variable' object is not iterable.")

    def __repr__(self):
        return f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}>"

    def __hash__(self):
        return id(self)

    def __eq__(self, other):
        return self is other

    def __ne__(self, other):
        return self is not other

    def experimental_ref(self):
        """A hashable `Reference` to the variable."""
        return Reference(self)

    ref = experimental_ref

    SaveSliceInfo = SaveSliceInfo

    def _set_save_slice_info(self, info):
        self._save_slice_info = info

    def _get_save_slice_info(self):
        return self._save_slice_info

    # -- VariableDef -----------------------------------------------------------------------------

    def to_proto(self, export_scope=None):
        """The variable as a `VariableDef` proto.

        Args:
          export_scope: a name scope that is taken off the names; None is returned outside of it.
        """
        from headwater._src.core.proto import variable_pb2

        if export_scope is not None and not self._variable.name.startswith(export_scope):
            return None
        strip = lambda text: _strip_scope(text, export_scope)
        proto = variable_pb2.VariableDef(
            synchronization=self._synchronization.value,
            aggregation=self._aggregation.value,
            variable_name=strip(self._variable.name),
            initializer_name=strip(self.initializer.name),
            snapshot_name=strip(self._snapshot.name),
            trainable=self.trainable,
        )
        if self._initial_value is not None:
            proto.initial_value_name = strip(self._initial_value.name)
        if self._save_slice_info is not None:
            proto.save_slice_info_def.MergeFrom(self._save_slice_info.to_proto(export_scope))
        return proto

    @staticmethod
    def from_proto(variable_def, import_scope=None):
        """The variable that a `VariableDef` proto names, in the default graph."""
        if variable_def.is_resource:
            from headwater._src.graph.resource_variable import ResourceVariable

            return ResourceVariable(variable_def=variable_def, import_scope=import_scope)
        return Variable(variable_def=variable_def, import_scope=import_scope, use_resource=False)

    def _init_from_proto(self, proto, import_scope):
        graph = get_default_graph()
        find = lambda name: graph.as_graph_element(_prepend_scope(name, import_scope))
        self._variable = find(proto.variable_name)
        self._initializer_op = find(proto.initializer_name)
        self._initial_value = find(proto.initial_value_name) if proto.initial_value_name else None
        self._snapshot = find(proto.snapshot_name)
        self._trainable = proto.trainable
        self._synchronization = VariableSynchronization(proto.synchronization)
        self._aggregation = VariableAggregation(proto.aggregation)
        self._constraint = None
        if proto.HasField("save_slice_info_def"):
            self._save_slice_info = SaveSliceInfo(
                save_slice_info_def=proto.save_slice_info_def, import_scope=import_scope
            )


def _check(collections, constraint):
    if not isinstance(collections, (list, tuple, set)):
        raise ValueError(
            "collections argument to Variable constructor must be a list, tuple, or set. Got "
            f"{collections} of type {type(collections)}"
        )
    if constraint is not None and not callable(constraint):
        raise ValueError("The `constraint` argument must be a callable.")


def _result(tensor, read_value):
    return tensor if read_value else tensor.op


def _strip_scope(name, scope):
    return name[len(scope) + 1 :] if scope and name.startswith(scope + "/") else name


def _prepend_scope(name, scope):
    return f"{scope}/{name}" if scope else name


def _delegate(method):
    """An operator of `Tensor`, applied to the value that the variable reads."""
    on_tensor = getattr(Tensor, method)

    def operator(self, *args):
        return on_tensor(self.value(), *args)

    return functools.wraps(on_tensor)(operator)


for _method in _OPERATORS:
    setattr(Variable, _method, _delegate(_method))


def _convert(value, dtype=None, name=None, as_ref=False):
    if dtype is not None and not dtype.is_compatible_with(value.dtype.base_dtype):
        raise ValueError(
            f"Incompatible type conversion requested to type '{dtype.name}' for variable of type "
            f"'{value.dtype.name}'"
        )
    return value._ref() if as_ref else value.value()


register_tensor_conversion_function(Variable, _convert)
