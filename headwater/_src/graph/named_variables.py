"""`get_variable` and its like: variables of the current variable scope, by name."""

from headwater._src.core import dtypes
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.variable import resource_by_default
from headwater._src.graph.variable_policy import VariableAggregation, VariableSynchronization
from headwater._src.graph.variable_scope import get_variable_scope, variable_scope
from headwater._src.graph.variable_store import store_of


def get_variable(
    name,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    trainable=None,
    collections=None,
    caching_device=None,
    partitioner=None,
    validate_shape=True,
    use_resource=None,
    custom_getter=None,
    constraint=None,
    synchronization=VariableSynchronization.AUTO,
    aggregation=VariableAggregation.NONE,
):
    """The variable of that name in the current variable scope: made, or found where it is reused.

    Args:
      name: the name, which gets the scope's as a prefix.
      shape: the shape of a new variable; what a found one must be compatible with.
      dtype: the type, likewise (default: the scope's, float32).
      initializer: an initializer, a function without arguments, or a value (default: the scope's,
        else Glorot uniform for floating-point types and zeros for other numbers).
      regularizer: a function giving a loss of the variable, which is added to the collection
        `REGULARIZATION_LOSSES` when the variable is made.
      trainable: whether optimizers train it (default: yes).
      collections: the collections to add it to (default: the global variables).
      caching_device: a device that keeps a copy for readers.
      partitioner: a function giving the number of parts along each axis.
      validate_shape: whether the initial value's shape must be known.
      use_resource: whether to make a resource variable.
      custom_getter: a function called with the getter and all arguments instead of the getter.
      constraint: a function applied to the value after each optimizer update.
      synchronization: recorded only.
      aggregation: recorded only.

    Returns:
      A variable, or a `PartitionedVariable` where there is a partitioner.

    Raises:
      ValueError: the variable exists although it must not, or does not although it must; its shape
        or type is another; or the arguments contradict each other.

    >>> tf.get_variable("w", [2, 3]).shape.as_list()
    [2, 3]
    """
    return get_variable_scope().get_variable(
        store_of(),
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=collections,
        caching_device=caching_device,
        partitioner=partitioner,
        validate_shape=validate_shape,
        use_resource=use_resource,
        custom_getter=custom_getter,
        constraint=constraint,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def get_local_variable(
    name,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    trainable=False,
    collections=None,
    caching_device=None,
    partitioner=None,
    validate_shape=True,
    use_resource=None,
    custom_getter=None,
    constraint=None,
    synchronization=VariableSynchronization.AUTO,
    aggregation=VariableAggregation.NONE,
):
    """As `get_variable`, for a local variable: in `LOCAL_VARIABLES`, not trained, not saved.

    Args:
      name: the name, which gets the scope's as a prefix.
      shape: see `get_variable`, as for all that follow.
      dtype: the type.
      initializer: an initializer, a function or a value.
      regularizer: a function giving a loss.
      trainable: ignored: local variables are not trained.
      collections: further collections.
      caching_device: a device that keeps a copy for readers.
      partitioner: a function giving the number of parts along each axis.
      validate_shape: whether the initial value's shape must be known.
      use_resource: whether to make a resource variable.
      custom_getter: a function called instead of the getter.
      constraint: a function applied after each optimizer update.
      synchronization: recorded only.
      aggregation: recorded only.

    Returns:
      A variable.
    """
    collections = [*(collections or ()), GraphKeys.LOCAL_VARIABLES]
    return get_variable(
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=False,
        collections=collections,
        caching_device=caching_device,
        partitioner=partitioner,
        validate_shape=validate_shape,
        use_resource=use_resource,
        custom_getter=custom_getter,
        constraint=constraint,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def create_partitioned_variables(
    shape,
    slicing,
    initializer,
    dtype=dtypes.float32,
    trainable=True,
    collections=None,
    name=None,
    reuse=None,
):
    """A list of variables that together are one of a larger shape.

    Args:
      shape: list of the whole's dimensions.
      slicing: list: the number of parts along each dimension.
      initializer: an initializer, or the value of the whole.
      dtype: the type.
      trainable: whether optimizers train the parts.
      collections: the collections to add the parts to.
      name: name of the whole (default: `"PartitionedVariable"`, made unique).
      reuse: whether the variable must exist.

    Returns:
      The list of parts.

    Raises:
      ValueError: `slicing` does not fit `shape`, or cuts several axes.
    """
    if len(shape) != len(slicing):
        raise ValueError(
            "The 'shape' and 'slicing' of a partitioned Variable must have the length: shape: "
            f"{shape}, slicing: {slicing}"
        )
    if len(shape) < 1:
        raise ValueError(f"A partitioned Variable must have rank at least 1: shape: {shape}")
    with variable_scope(name, "PartitionedVariable", reuse=reuse) as scope:
        # The parts are the scope's own: their name is the scope's, not below it.
        whole = store_of().get_variable(
            scope.name,
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            reuse=scope.reuse,
            trainable=trainable,
            collections=collections,
            partitioner=lambda **unused: slicing,
            use_resource=resource_by_default(),
        )
        return list(whole)
