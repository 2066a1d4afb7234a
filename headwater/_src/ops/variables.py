"""Functions on variables: assigning, initializing, listing, asking whether they have a value."""

from headwater._src.core import dtypes
from headwater._src.graph import public, raw
from headwater._src.graph.collections import GraphKeys
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import deprecated

# --- changing ---------------------------------------------------------------------------------


def _is_reference(ref):
    return getattr(ref.dtype, "_is_ref_dtype", False)


@public
def assign(ref, value, validate_shape=None, use_locking=None, name=None):
    """Gives a variable a new value when run.

    Args:
      ref: a variable.
      value: `Tensor` of the variable's type and shape.
      validate_shape: whether the shape must be the variable's (default: yes).
      use_locking: kept in the node (default: yes); updates are always whole here.
      name: optional name of the operation.

    Returns:
      The variable's reference after the assignment (for a resource variable, a handle of its new
      value).

    Raises:
      ValueError: the shapes differ.
      AttributeError: `ref` is not a variable.
    """
    if _is_reference(ref):
        return raw.Assign(
            ref, value, validate_shape=validate_shape, use_locking=use_locking, name=name
        )
    return ref.assign(value, name=name)


@public
def assign_add(ref, value, use_locking=None, name=None):
    """Adds to a variable when run.

    Args:
      ref: a variable.
      value: `Tensor` of the variable's type and shape.
      use_locking: kept in the node; updates are always whole here.
      name: optional name of the operation.

    Returns:
      The variable's reference after the addition (for a resource variable, a handle of its new
      value).
    """
    if _is_reference(ref):
        return raw.AssignAdd(ref, value, use_locking=use_locking, name=name)
    return ref.assign_add(value)


@public
def assign_sub(ref, value, use_locking=None, name=None):
    """Subtracts from a variable when run.

    Args:
      ref: a variable.
      value: `Tensor` of the variable's type and shape.
      use_locking: kept in the node; updates are always whole here.
      name: optional name of the operation.

    Returns:
      The variable's reference after the subtraction (for a resource variable, a handle of its new
      value).
    """
    if _is_reference(ref):
        return raw.AssignSub(ref, value, use_locking=use_locking, name=name)
    return ref.assign_sub(value)


def count_up_to(ref, limit, name=None):
    """A tensor that gives a variable's value, then adds 1 to the variable.

    Args:
      ref: an int32 or int64 scalar variable.
      limit: the value at which running it fails with OutOfRangeError.
      name: optional name of the operation.

    Returns:
      `Tensor` of the variable's type.
    """
    if _is_reference(ref):
        return raw.CountUpTo(ref, limit=limit, name=name)
    return raw.ResourceCountUpTo(ref.handle, limit=limit, T=ref.dtype.base_dtype, name=name)


# --- initializing -----------------------------------------------------------------------------


@public
def variables_initializer(var_list, name="init"):
    """One operation that initializes the given variables.

    Args:
      var_list: list of variables.
      name: name of the operation.

    Returns:
      An `Operation`.
    """
    if var_list:
        return PUBLIC["group"](*[v.initializer for v in var_list], name=name)
    return PUBLIC["group"](name=name)


def global_variables_initializer():
    """One operation that initializes all global variables; see `variables_initializer`."""
    return variables_initializer(global_variables())


def local_variables_initializer():
    """One operation that initializes all local variables; see `variables_initializer`."""
    variables = local_variables()
    return variables_initializer(variables) if variables else PUBLIC["group"](name="init")


def initialize_all_variables():
    """The name before 1.0 of `global_variables_initializer`."""
    deprecated("tf.initialize_all_variables", "tf.global_variables_initializer")
    return global_variables_initializer()


def initialize_local_variables():
    """The name before 1.0 of `local_variables_initializer`."""
    deprecated("tf.initialize_local_variables", "tf.local_variables_initializer")
    return local_variables_initializer()


def initialize_variables(var_list, name="init"):
    """The name before 1.0 of `variables_initializer`.

    Args:
      var_list: list of variables.
      name: name of the operation.
    """
    deprecated("tf.initialize_variables", "tf.variables_initializer")
    return variables_initializer(var_list, name=name)


def is_variable_initialized(variable):
    """A bool tensor: whether `variable` has a value.

    Args:
      variable: a variable.
    """
    return variable.is_initialized()


@public
def report_uninitialized_variables(var_list=None, name="report_uninitialized_variables"):
    """A string tensor with the names of the variables that have no value when it is run.

    Args:
      var_list: list of variables (default: all global and local ones).
      name: name of the scope of the nodes.

    Returns:
      string `Tensor` of shape `[n]`.
    """
    if var_list is None:
        var_list = global_variables() + local_variables()
        if not var_list:
            var_list = [
                op.outputs[0]
                for op in get_default_graph().get_operations()
                if op.type in ("Variable", "VariableV2", "AutoReloadVariable")
            ]
    graph = get_default_graph()
    with graph.name_scope(name):
        flags = [_initialized(v) for v in var_list]
        with graph.device("/cpu:0"):
            names = [v.op.name for v in var_list]
            if not var_list:
                return convert_to_tensor([], dtypes.string, name="Const")
            missing = raw.LogicalNot(raw.Pack(flags, name="stack"), name="LogicalNot")
            return PUBLIC["boolean_mask"](convert_to_tensor(names, name="Const"), missing)


def _initialized(variable):
    if hasattr(variable, "is_initialized"):
        return variable.is_initialized()
    return raw.IsVariableInitialized(variable)


def assert_variables_initialized(var_list=None):
    """An operation that fails with FailedPreconditionError while a variable has no value.

    Args:
      var_list: list of variables (default: all global and local ones).

    Returns:
      A `Tensor` of ranks to be run; None when there are no variables.
    """
    var_list = global_variables() + local_variables() if var_list is None else var_list
    if not var_list:
        return None
    ranks = []
    for variable in var_list:
        with get_default_graph().colocate_with(variable.op):
            ranks.append(raw.Rank(variable))
    return ranks[0] if len(ranks) == 1 else raw.Pack(ranks, name="stack")


# --- listing ----------------------------------------------------------------------------------


def _collected(key, scope=None):
    return get_default_graph().get_collection(key, scope)


@public
def global_variables(scope=None):
    """The global variables of the default graph: what a new `Variable` is unless told otherwise.

    Args:
      scope: a regular expression that the names must match at their start.

    Returns:
      A list.
    """
    return _collected(GraphKeys.GLOBAL_VARIABLES, scope)


def all_variables():
    """The name before 1.0 of `global_variables`."""
    deprecated("tf.all_variables", "tf.global_variables")
    return global_variables()


@public
def local_variables(scope=None):
    """The local variables of the default graph: state of one process, not saved.

    Args:
      scope: a regular expression that the names must match at their start.

    Returns:
      A list.
    """
    return _collected(GraphKeys.LOCAL_VARIABLES, scope)


@public
def trainable_variables(scope=None):
    """The variables of the default graph that optimizers train.

    Args:
      scope: a regular expression that the names must match at their start.

    Returns:
      A list.
    """
    return _collected(GraphKeys.TRAINABLE_VARIABLES, scope)


def model_variables(scope=None):
    """The variables of the default graph that a model's inference needs.

    Args:
      scope: a regular expression that the names must match at their start.

    Returns:
      A list.
    """
    return _collected(GraphKeys.MODEL_VARIABLES, scope)


def moving_average_variables(scope=None):
    """The variables of the default graph that have moving averages.

    Args:
      scope: a regular expression that the names must match at their start.

    Returns:
      A list.
    """
    return _collected(GraphKeys.MOVING_AVERAGE_VARIABLES, scope)
