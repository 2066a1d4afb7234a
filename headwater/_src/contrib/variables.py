"""`tf.contrib.framework`: making variables, and finding those of a graph."""

import re

import headwater as tf
from headwater._src.contrib.arg_scope import add_arg_scope
from headwater._src.core.explain import explained

_TEXTS = {
    "name": "the name, which gets the variable scope's as a prefix.",
    "shape": "the shape.",
    "dtype": "the type.",
    "initializer": "an initializer (default: the scope's).",
    "regularizer": "a function of the variable that gives a loss.",
    "trainable": "whether optimizers train it.",
    "collections": "the collections to add it to (default: the global variables).",
    "caching_device": "a device that keeps a copy for readers.",
    "device": "a device, or a function of the variable's operation that gives one.",
    "partitioner": "a function giving the number of parts along each axis.",
    "custom_getter": "a function called with the getter and all arguments instead of the getter.",
    "use_resource": "whether to make a resource variable.",
    "synchronization": "recorded only.",
    "aggregation": "recorded only.",
    "scope": "the name or variable scope that the variables' names begin with; None: any.",
    "suffix": "how the last part of the names is; None: any.",
    "collection": "the collection to look in.",
}


@add_arg_scope
@explained(_TEXTS, "A variable: made, or found where the scope is reused.")
def variable(
    name,
    shape=None,
    dtype=None,
    initializer=None,
    regularizer=None,
    trainable=True,
    collections=None,
    caching_device=None,
    device=None,
    partitioner=None,
    custom_getter=None,
    use_resource=None,
    synchronization=tf.VariableSynchronization.AUTO,
    aggregation=tf.VariableAggregation.NONE,
):
    """The variable of that name in the current variable scope, on a device of its own."""
    wanted = [tf.GraphKeys.GLOBAL_VARIABLES] if collections is None else collections
    getter = tf.get_variable
    if custom_getter is not None:
        reuse = tf.get_variable_scope().reuse
        getter = lambda *args, **kwargs: custom_getter(
            tf.get_variable, *args, reuse=reuse, **kwargs
        )
    with tf.device(device or ""):
        return getter(
            name,
            shape=shape,
            dtype=dtype,
            initializer=initializer,
            regularizer=regularizer,
            trainable=trainable,
            collections=list(dict.fromkeys(wanted)),
            caching_device=caching_device,
            partitioner=partitioner,
            use_resource=use_resource,
            synchronization=synchronization,
            aggregation=aggregation,
        )


@add_arg_scope
@explained(_TEXTS, "A variable, in `MODEL_VARIABLES` too.")
def model_variable(
    name,
    shape=None,
    dtype=tf.float32,
    initializer=None,
    regularizer=None,
    trainable=True,
    collections=None,
    caching_device=None,
    device=None,
    partitioner=None,
    custom_getter=None,
    use_resource=None,
    synchronization=tf.VariableSynchronization.AUTO,
    aggregation=tf.VariableAggregation.NONE,
):
    """A variable that is part of a model, as weights and moving averages are."""
    keys = [tf.GraphKeys.GLOBAL_VARIABLES, tf.GraphKeys.MODEL_VARIABLES]
    return variable(
        name,
        shape=shape,
        dtype=dtype,
        initializer=initializer,
        regularizer=regularizer,
        trainable=trainable,
        collections=[*(collections or ()), *keys],
        caching_device=caching_device,
        device=device,
        partitioner=partitioner,
        custom_getter=custom_getter,
        use_resource=use_resource,
        synchronization=synchronization,
        aggregation=aggregation,
    )


def local_variable(initial_value, validate_shape=True, name=None, use_resource=None):
    """A variable that is neither trained nor saved.

    Args:
      initial_value: its first value.
      validate_shape: whether the value's shape must be known.
      name: its name.
      use_resource: whether to make a resource variable.

    Returns:
      A variable, in `LOCAL_VARIABLES`.
    """
    return tf.Variable(
        initial_value,
        trainable=False,
        collections=[tf.GraphKeys.LOCAL_VARIABLES],
        validate_shape=validate_shape,
        use_resource=use_resource,
        name=name,
    )


def global_variable(initial_value, validate_shape=True, name=None, use_resource=None):
    """A variable that is saved but not trained.

    Args:
      initial_value: its first value.
      validate_shape: whether the value's shape must be known.
      name: its name.
      use_resource: whether to make a resource variable.

    Returns:
      A variable, in `GLOBAL_VARIABLES`.
    """
    return tf.Variable(
        initial_value,
        trainable=False,
        collections=[tf.GraphKeys.GLOBAL_VARIABLES],
        validate_shape=validate_shape,
        use_resource=use_resource,
        name=name,
    )


# --- finding variables --------------------------------------------------------------------------


@explained(_TEXTS, "A list of variables.")
def get_variables(scope=None, suffix=None, collection=tf.GraphKeys.GLOBAL_VARIABLES):
    """The variables of a graph whose names fit."""
    prefix = getattr(scope, "name", scope)
    if suffix is not None:
        suffix = suffix if ":" in suffix else suffix + ":"
        prefix = f"{prefix or ''}.*{suffix}"
    return tf.get_collection(collection, prefix)


@explained(_TEXTS, "A list of variables.")
def get_model_variables(scope=None, suffix=None):
    """The model's variables whose names fit."""
    return get_variables(scope, suffix, tf.GraphKeys.MODEL_VARIABLES)


@explained(_TEXTS, "A list of variables.")
def get_local_variables(scope=None, suffix=None):
    """The local variables whose names fit."""
    return get_variables(scope, suffix, tf.GraphKeys.LOCAL_VARIABLES)


@explained(_TEXTS, "A list of variables.")
def get_trainable_variables(scope=None, suffix=None):
    """The trainable variables whose names fit."""
    return get_variables(scope, suffix, tf.GraphKeys.TRAINABLE_VARIABLES)


def get_variables_to_restore(include=None, exclude=None):
    """The variables whose names begin as one of `include` and not as one of `exclude`.

    Args:
      include: list of beginnings of names; None: all.
      exclude: list of beginnings of names; None: none.

    Raises:
      TypeError: one of them is no list.
    """
    for what, value in (("include", include), ("exclude", exclude)):
        if value is not None and not isinstance(value, (list, tuple)):
            raise TypeError(f"{what} is provided but is not a list or a tuple.")
    wanted = get_variables() if include is None else [v for s in include for v in get_variables(s)]
    unwanted = {id(v) for scope in exclude or () for v in get_variables(scope)}
    return [v for v in wanted if id(v) not in unwanted]


def get_variables_by_name(given_name, scope=None):
    """The variables with that last part of the name.

    Args:
      given_name: the last part.
      scope: beginning of the names, or None.
    """
    return get_variables(scope, f"/{given_name}:|^{given_name}:")


def get_variables_by_suffix(suffix, scope=None):
    """The variables whose names end so.

    Args:
      suffix: the end.
      scope: beginning of the names, or None.
    """
    return get_variables(scope, suffix)


def get_unique_variable(var_op_name):
    """The one variable with that name.

    Args:
      var_op_name: its full name.

    Raises:
      ValueError: there is none, or several begin so and none is named so.
    """
    found = get_variables(scope=var_op_name)
    if not found:
        raise ValueError(f"Couldn't find variable {var_op_name}")
    for candidate in found:
        if candidate.op.name == var_op_name:
            return candidate
    raise ValueError(f"Variable {var_op_name} does not uniquely identify a variable")


def get_variable_full_name(var):
    """The name under which a variable is saved.

    Args:
      var: a variable, or a part of a partitioned one.
    """
    info = var._get_save_slice_info()
    return info.full_name if info else var.op.name


def filter_variables(var_list, include_patterns=None, exclude_patterns=None, reg_search=True):
    """The variables whose names match one of some patterns and none of others.

    Args:
      var_list: list of variables.
      include_patterns: list of regular expressions; None: all variables.
      exclude_patterns: list of regular expressions; None: none is left out.
      reg_search: whether a pattern may match anywhere, or only at the beginning.
    """
    find = re.search if reg_search else re.match
    hit = lambda var, patterns: any(find(p, var.op.name) for p in patterns)
    kept = [v for v in var_list if include_patterns is None or hit(v, include_patterns)]
    return [v for v in kept if not hit(v, exclude_patterns or ())]


def add_model_variable(var):
    """Adds a variable to `MODEL_VARIABLES`, once.

    Args:
      var: the variable.
    """
    if not any(var is v for v in tf.get_collection(tf.GraphKeys.MODEL_VARIABLES)):
        tf.add_to_collection(tf.GraphKeys.MODEL_VARIABLES, var)


class VariableDeviceChooser:
    """A function giving devices for variables: parameter servers in turn.

    Args:
      num_tasks: number of parameter servers; 0: there are none.
      job_name: name of the job of the parameter servers.
      device_type: `"CPU"` or `"GPU"`.
      device_index: which of its devices.
      replica: a replica's number, or None.
    """

    def __init__(self, num_tasks=0, job_name="ps", device_type="CPU", device_index=0, replica=None):
        self._job_name, self._device_type, self._device_index = job_name, device_type, device_index
        self._replica, self._num_tasks, self._next_task_id = replica, num_tasks, 0

    def __call__(self, op):
        """The device of the next variable, as a string."""
        spec = tf.DeviceSpec(
            replica=self._replica, device_type=self._device_type, device_index=self._device_index
        )
        if self._num_tasks > 0:
            spec.job, spec.task = self._job_name, self._next_task_id
            self._next_task_id = (self._next_task_id + 1) % self._num_tasks
        return spec.to_string()
