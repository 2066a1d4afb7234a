"""`tf.contrib.framework`: giving variables values from arrays and checkpoints."""

import numpy as np

import headwater as tf
from headwater._src.contrib.variables import get_variable_full_name
from headwater._src.core import logging


def assign_from_values(var_names_to_values):
    """An operation that sets variables, and what to feed it.

    Args:
      var_names_to_values: dict from variables' names to arrays.

    Returns:
      `(assign_op, feed_dict)`.

    Raises:
      ValueError: there is no such variable.
    """
    from headwater._src.contrib.variables import get_unique_variable

    feeds, assigns = {}, []
    for name, value in var_names_to_values.items():
        variable = get_unique_variable(name)
        holder = tf.placeholder(variable.dtype.base_dtype, shape=np.shape(value))
        assigns.append(variable.assign(holder))
        feeds[holder] = np.reshape(value, variable.shape.as_list())
    return tf.group(*assigns), feeds


def assign_from_values_fn(var_names_to_values):
    """A function of a session that sets variables.

    Args:
      var_names_to_values: dict from variables' names to arrays.
    """
    assign, feeds = assign_from_values(var_names_to_values)
    return lambda session: session.run(assign, feeds)


def _grouped(var_list):
    """Dict from names in the checkpoint to lists of variables (parts of one, or several)."""
    if isinstance(var_list, dict):
        return {k: list(v) if isinstance(v, (list, tuple)) else [v] for k, v in var_list.items()}
    grouped = {}
    for variable in var_list:
        grouped.setdefault(get_variable_full_name(variable), []).append(variable)
    return grouped


def _part(variable, value):
    """The piece of a checkpoint's tensor that a part of a partitioned variable holds."""
    info = variable._get_save_slice_info()
    if info is None:
        return value
    return value[tuple(slice(o, o + n) for o, n in zip(info.var_offset, info.var_shape))]


def assign_from_checkpoint(model_path, var_list, ignore_missing_vars=False):
    """An operation that sets variables from a checkpoint, and what to feed it.

    Args:
      model_path: the checkpoint's path, or a folder: the latest one in it.
      var_list: list of variables; or dict from names in the checkpoint to a variable or a list of
        them.
      ignore_missing_vars: whether variables that are not in the checkpoint are left alone.

    Returns:
      `(assign_op, feed_dict)`.

    Raises:
      ValueError: a variable is missing in the checkpoint, or its shape is another.
    """
    reader = tf.train.load_checkpoint(model_path)
    feeds, assigns = {}, []
    for name, variables in _grouped(var_list).items():
        if not reader.has_tensor(name):
            text = f"Checkpoint is missing variable [{name}]"
            if not ignore_missing_vars:
                raise ValueError(text)
            logging.warning(text)
            continue
        whole = reader.get_tensor(name)
        for variable in variables:
            value = _part(variable, whole)
            if int(np.prod(value.shape)) != int(np.prod(variable.shape.as_list())):
                raise ValueError(
                    f"Total size of new array must be unchanged for {name} lh_shape: "
                    f"[{value.shape}], rh_shape: [{tuple(variable.shape.as_list())}]"
                )
            holder = tf.placeholder(variable.dtype.base_dtype, variable.shape)
            assigns.append(variable.assign(holder))
            feeds[holder] = np.reshape(value, variable.shape.as_list())
    return tf.group(*assigns), feeds


def assign_from_checkpoint_fn(
    model_path, var_list, ignore_missing_vars=False, reshape_variables=False
):
    """A function of a session that sets variables from a checkpoint.

    Args:
      model_path: the checkpoint's path.
      var_list: list of variables, or dict from names in the checkpoint to variables.
      ignore_missing_vars: whether variables that are not in the checkpoint are left alone.
      reshape_variables: whether values may have another shape of the same size.

    Returns:
      The function; None where `ignore_missing_vars` leaves no variable.

    Raises:
      ValueError: `var_list` is empty.
    """
    if not var_list:
        raise ValueError("var_list cannot be empty")
    if ignore_missing_vars:
        reader = tf.train.load_checkpoint(model_path)
        grouped = _grouped(var_list)
        for name in [n for n in grouped if not reader.has_tensor(n)]:
            logging.warning("Variable %s missing in checkpoint %s", name, model_path)
            del grouped[name]
        var_list = {n: v[0] if len(v) == 1 else v for n, v in grouped.items()}
        if not var_list:
            logging.warning("No Variables to restore")
            return None
    saver = tf.train.Saver(var_list, reshape=reshape_variables)
    return lambda session: saver.restore(session, model_path)
