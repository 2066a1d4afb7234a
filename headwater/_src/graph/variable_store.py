"""The named variables of a graph: what `get_variable` finds, or makes.

State: `VariableStore`, one per graph, kept at the graph.
"""

import contextlib
import enum
import functools
import inspect

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import callsite
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import enclosing_graph, get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.partitioned_variables import (
    PartitionedVariable,
    PartitionInfo,
    cut_axis,
    parts_of,
)
from headwater._src.graph.resource_variable import ResourceVariable
from headwater._src.graph.variable import Variable
from headwater._src.graph.variable_policy import VariableSynchronization


class _ReuseMode(enum.Enum):
    """Whether variables are taken or made, when it is neither always nor never."""

    AUTO_REUSE = 1


AUTO_REUSE = _ReuseMode.AUTO_REUSE

_ADVICE = "Did you mean to set reuse=True or reuse=tf.AUTO_REUSE in VarScope?"


def store_of(graph=None):
    """The `VariableStore` of a graph (default: the graph that new variables go to)."""
    graph = graph or enclosing_graph()
    store = graph.__dict__.get("_variable_store")
    if store is None:
        store = graph._variable_store = VariableStore(keeps=not graph.eager)
    return store


class EagerVariableStore:
    """A place where eager execution finds variables again that `tf.get_variable` has made."""

    def __init__(self):
        self._store = VariableStore()
        self._store.reuses = True

    @contextlib.contextmanager
    def as_default(self):
        """A block in which `tf.get_variable` looks here first."""
        graph = enclosing_graph()
        before = store_of(graph)
        graph._variable_store = self._store
        try:
            yield
        finally:
            graph._variable_store = before

    def variables(self):
        """The variables made in its blocks."""
        return list(self._store.variables.values())

    def trainable_variables(self):
        """Those of them that are trained."""
        return [v for v in self.variables() if v.trainable]

    def non_trainable_variables(self):
        """Those of them that are not trained."""
        return [v for v in self.variables() if not v.trainable]


class VariableStore:
    """Variables and partitioned variables by full name.

    Attributes:
      variables: name -> variable; a partitioned one's parts are here one by one.
      partitioned: name -> `PartitionedVariable`.
    """

    def __init__(self, keeps=True):
        """Makes an empty store.

        Args:
          keeps: whether variables are found again; where not, each call makes a new one.
        """
        self.keeps, self.reuses = keeps, False
        self.variables = {}
        self.partitioned = {}

    def get_variable(
        self,
        name,
        shape=None,
        dtype=dtypes.float32,
        initializer=None,
        regularizer=None,
        reuse=None,
        trainable=None,
        collections=None,
        caching_device=None,
        partitioner=None,
        validate_shape=True,
        use_resource=None,
        custom_getter=None,
        constraint=None,
        synchronization=None,
        aggregation=None,
    ):
        """The variable `name`: found or made, as `reuse` says; arguments as for `tf.get_variable`.

        Raises:
          ValueError: it exists and must not, or does not and must, or is of another kind.
        """
        if custom_getter is not None and not callable(custom_getter):
            raise ValueError(f"Passed a custom_getter which is not callable: {custom_getter}")
        dtype = dtypes.as_dtype(dtype).base_dtype
        settings = dict(
            name=name,
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            regularizer=regularizer,
            reuse=reuse,
            trainable=trainable,
            collections=collections,
            caching_device=caching_device,
            partitioner=partitioner,
            validate_shape=validate_shape,
            use_resource=use_resource,
            constraint=constraint,
            synchronization=synchronization,
            aggregation=aggregation,
        )
        if custom_getter is None:
            return self._get(**settings)
        parameters = inspect.signature(custom_getter).parameters.values()
        if constraint is None and not any(
            p.name == "constraint" or p.kind is p.VAR_KEYWORD for p in parameters
        ):
            del settings["constraint"]  # getters older than constraints
        return custom_getter(self._get, **settings)

    def _get(
        self,
        name,
        shape=None,
        dtype=dtypes.float32,
        initializer=None,
        regularizer=None,
        reuse=None,
        trainable=None,
        collections=None,
        caching_device=None,
        partitioner=None,
        validate_shape=True,
        use_resource=None,
        constraint=None,
        synchronization=None,
        aggregation=None,
    ):
        """As `get_variable` without a getter: what a custom getter may call."""
        rest = dict(
            dtype=dtypes.as_dtype(dtype).base_dtype,
            initializer=initializer,
            regularizer=regularizer,
            reuse=reuse,
            trainable=trainable,
            collections=collections,
            caching_device=caching_device,
            validate_shape=validate_shape,
            use_resource=use_resource,
            constraint=constraint,
            synchronization=synchronization,
            aggregation=aggregation,
        )
        if partitioner is not None and not (shape is not None and TensorShape(shape).ndims == 0):
            if not callable(partitioner):
                raise ValueError(f"Partitioner must be callable, but received: {partitioner}")
            with get_default_graph().name_scope(None):
                return self.get_partitioned(name, shape, partitioner, **rest)
        if reuse is True and name in self.partitioned:
            with get_default_graph().name_scope(None):
                return self.get_partitioned(name, shape, None, **rest)
        if f"{name}/part_0" in self.variables:
            raise ValueError(
                "No partitioner was provided, but a partitioned version of the variable was found: "
                f"{name}/part_0. Perhaps a variable of the same name was already created with "
                "partitioning?"
            )
        return self._get_single(name, shape, **rest)

    # -- one variable ----------------------------------------------------------------------------

    def _get_single(self, name, shape, *, reuse, dtype, initializer, partition=None, **rest):
        if initializer is not None and not callable(initializer) and shape is not None:
            raise ValueError("If initializer is a constant, do not specify shape.")
        shape = TensorShape(shape)
        if self.reuses:
            reuse = AUTO_REUSE
        if name in self.variables:
            return self._found(name, shape, dtype, reuse)
        if reuse is True and self.keeps:
            raise ValueError(
                f"Variable {name} does not exist, or was not created with tf.get_variable(). Did "
                "you mean to set reuse=tf.AUTO_REUSE in VarScope?"
            )
        return self._make(name, shape, dtype, initializer, partition, **rest)

    def _found(self, name, shape, dtype, reuse):
        found = self.variables[name]
        if reuse is False or reuse is None:
            message = f"Variable {name} already exists, disallowed. {_ADVICE}"
            if isinstance(found, ResourceVariable):
                raise ValueError(message)
            where = callsite.describe(found.op.site)
            raise ValueError(f"{message} Originally defined at:\n\n{where}\n")
        if not shape.is_compatible_with(found.get_shape()):
            raise ValueError(
                f"Trying to share variable {name}, but specified shape {shape} and found shape "
                f"{found.get_shape()}."
            )
        if not dtype.is_compatible_with(found.dtype.base_dtype):
            raise ValueError(
                f"Trying to share variable {name}, but specified dtype {dtype.name} and found "
                f"dtype {found.dtype.base_dtype.name}."
            )
        return found

    def _make(
        self, name, shape, dtype, initializer, partition, *, regularizer, use_resource, **settings
    ):
        if settings.get("trainable") and (
            settings.get("synchronization") is VariableSynchronization.ON_READ
        ):
            raise ValueError(
                "Synchronization value can be set to VariableSynchronization.ON_READ only for "
                "non-trainable variables. You have specified trainable=True and "
                "synchronization=VariableSynchronization.ON_READ."
            )
        if initializer is None:
            initializer = _default_initializer(name, shape, dtype)
        value, dtype = _initial_value(shape, dtype, initializer, partition)
        variable = Variable(
            initial_value=value,
            name=name,
            dtype=dtype,
            use_resource=use_resource,
            **settings,
        )
        if self.keeps:
            self.variables[name] = variable
        if regularizer is not None:
            _regularize(name, variable, regularizer)
        return variable

    # -- several parts ---------------------------------------------------------------------------

    def get_partitioned(
        self,
        name,
        shape,
        partitioner,
        *,
        dtype=dtypes.float32,
        initializer=None,
        reuse=None,
        **rest,
    ):
        """The partitioned variable `name`: found or made, as `reuse` says.

        Args:
          name: its full name.
          shape: shape of the whole.
          partitioner: a function of shape and dtype giving the number of parts along each axis;
            None to take what there is.
          dtype: its type.
          initializer: an initializer, or the value of the whole.
          reuse: True, False, None or `AUTO_REUSE`.
          **rest: as for `get_variable`.

        Raises:
          ValueError: the variable exists or not against `reuse`, or the parts do not fit.
        """
        from_value = initializer is not None and not callable(initializer)
        shape = TensorShape(shape)
        if from_value:
            shape = shape.merge_with(convert_to_tensor(initializer).get_shape())
        parts = None
        if not reuse or partitioner is not None:
            parts = parts_of(partitioner, shape, dtype)
        if name in self.partitioned:
            return self._found_parts(name, shape, dtype, reuse, parts)
        if reuse is True:
            raise ValueError(
                f"PartitionedVariable {name} does not exist, or was not created with "
                "tf.get_variable(). Did you mean to set reuse=False or reuse=tf.AUTO_REUSE in "
                "VarScope?"
            )
        axis, count = cut_axis(shape.as_list(), parts)
        self._check_parts(name, count)
        variables = []
        for i, (offset, size) in enumerate(_cuts(shape.as_list(), axis, count)):
            partition = PartitionInfo(shape.as_list(), offset)
            part_shape = size
            part_initializer = initializer
            if from_value:
                with get_default_graph().name_scope(f"{name}/part_{i}/PartitionedInitializer/"):
                    part_initializer = PUBLIC["slice"](initializer, offset, size)
                part_shape = None
            with get_default_graph().name_scope(None):
                part = self._get_single(
                    f"{name}/part_{i}",
                    part_shape,
                    dtype=dtype,
                    initializer=part_initializer,
                    reuse=reuse,
                    partition=partition,
                    **rest,
                )
            part._set_save_slice_info(Variable.SaveSliceInfo(name, shape.as_list(), offset, size))
            variables.append(part)
        whole = PartitionedVariable(name, shape, dtype, variables, parts)
        self.partitioned[name] = whole
        return whole

    def _found_parts(self, name, shape, dtype, reuse, parts):
        if not reuse:
            raise ValueError(f"Partitioned variable with name {name} already exists. {_ADVICE}")
        found = self.partitioned[name]
        start = f"Trying to reuse partitioned variable {name}, but specified"
        if not shape.is_compatible_with(found.get_shape()):
            raise ValueError(f"{start} shape {shape} and found shape {found.get_shape()}.")
        if not dtype.is_compatible_with(found.dtype):
            raise ValueError(f"{start} dtype {dtype.name} and found dtype {found.dtype.name}.")
        if parts is not None and found._get_partitions() != parts:
            raise ValueError(
                f"{start} partitions {parts} and found partitions {found._get_partitions()}."
            )
        return found

    def _check_parts(self, name, count):
        if name in self.variables:
            raise ValueError(
                "A partitioner was provided, but an unpartitioned version of the variable was "
                f"found: {name}.  Perhaps a variable of the same name was already created without "
                "partitioning?"
            )
        if f"{name}/part_0" not in self.variables:
            return
        start = (
            "Partitioner returned a different partitioning than what was already found.  "
            f"Partitioner returned {count} shards, and shard {name}/part_0 was found, but"
        )
        if f"{name}/part_{count - 1}" not in self.variables:
            raise ValueError(f"{start} {name}/part_{count - 1} was not.")
        if f"{name}/part_{count}" in self.variables:
            raise ValueError(f"{start} so was the extra shard {name}/part_{count}.")


def _cuts(dims, axis, count):
    """(offset, size) of each of `count` parts along `axis`; the first ones take the remainder."""
    small, larger = divmod(dims[axis], count)
    start = 0
    for i in range(count):
        length = small + (i < larger)
        offset = [start if a == axis else 0 for a in range(len(dims))]
        size = [length if a == axis else d for a, d in enumerate(dims)]
        start += length
        yield offset, size


def _default_initializer(name, shape, dtype):
    """What a variable of this type starts with when the program does not say."""
    if shape.ndims is None:
        raise ValueError(
            f"Variable {name} did not get an initializer, so its `shape` argument must be "
            "specified."
        )
    if dtype.is_floating:
        return PUBLIC["glorot_uniform_initializer"]()
    if dtype.is_integer or dtype.is_unsigned or dtype.is_bool or dtype == dtypes.string:
        return PUBLIC["zeros_initializer"]()
    raise ValueError(f"An initializer for variable {name} of {dtype!r} is required")


def _initial_value(shape, dtype, initializer, partition):
    """What `Variable` takes as initial value and type."""
    if not callable(initializer):
        return initializer, None
    if inspect.isclass(initializer):
        initializer = initializer()
    parameters = _parameters(initializer)
    if shape.is_fully_defined():
        extra = {"partition_info": partition} if "partition_info" in parameters else {}
        return functools.partial(initializer, shape.as_list(), dtype=dtype, **extra), dtype
    if all(p.default is not p.empty for p in parameters.values()):
        return initializer, None
    raise ValueError(
        "The initializer passed is not valid. It should be a callable with no arguments and the "
        "shape should not be provided or an instance of `tf.keras.initializers.*' and `shape` "
        "should be fully defined."
    )


def _parameters(function):
    try:
        found = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return {}
    kinds = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return {n: p for n, p in found.items() if p.kind not in kinds}


def _regularize(name, variable, regularizer):
    """Adds the regularizer's loss to its collection; a regularizer may give None."""
    graph = get_default_graph()
    if regularizer(variable) is None:  # asked before the scope is opened, as TensorFlow asks
        return
    with graph.colocate_with(variable.op), graph.name_scope(f"{name}/Regularizer/"):
        loss = regularizer(variable)
    graph.add_to_collection(GraphKeys.REGULARIZATION_LOSSES, loss)
