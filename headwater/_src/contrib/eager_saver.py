"""`tf.contrib.eager.Saver` and its kin: checkpoints of variables that have values."""

import contextlib

from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import raw
from headwater._src.graph.variable_kind import variable_creator_scope
from headwater._src.io.checkpoint import CheckpointReader


class Saver:
    """Saves and restores variables in eager execution, in the format of `tf.train.Saver`.

    Args:
      var_list: list of variables, or a dict from names in the file to variables.

    Raises:
      ValueError: two variables have one name.
    """

    def __init__(self, var_list):
        if not isinstance(var_list, dict):
            names = [v.op.name for v in var_list]
            twice = sorted({n for n in names if names.count(n) > 1})
            if twice:
                raise ValueError(f"At least two variables have the same name: {twice[0]}")
            var_list = dict(zip(names, var_list))
        self._variables = dict(sorted(var_list.items()))

    def save(self, file_prefix, global_step=None):
        """Writes the values.

        Args:
          file_prefix: the path that the files' names begin with.
          global_step: a number that is put behind it, or a tensor or variable with one.

        Returns:
          The whole prefix.
        """
        if global_step is not None:
            file_prefix = f"{file_prefix}-{int(global_step)}"
        names = list(self._variables)
        raw.SaveV2(
            file_prefix,
            names,
            [""] * len(names),
            [v.read_value() for v in self._variables.values()],
        )
        return str(file_prefix)

    def restore(self, file_prefix):
        """Gives the variables the values of a file.

        Args:
          file_prefix: what `save` gave.

        Raises:
          tf.errors.NotFoundError: there is no such file, or a variable is not in it.
        """
        names = list(self._variables)
        types = [v.dtype.base_dtype for v in self._variables.values()]
        values = raw.RestoreV2(file_prefix, names, [""] * len(names), dtypes=types)
        for variable, value in zip(self._variables.values(), values):
            variable.assign(value)


@contextlib.contextmanager
def restore_variables_on_create(save_path, map_func=None):
    """A block in which new variables start with the values of a checkpoint.

    Variables that are not in it start as they would outside.

    Args:
      save_path: the checkpoint's prefix; None for a block that changes nothing.
      map_func: function from a variable's name to its name in the checkpoint.

    Raises:
      ValueError: `map_func` is not callable.
      tf.errors.NotFoundError: there is no such checkpoint.
    """
    if map_func is not None and not callable(map_func):
        raise ValueError("map_func must be callable.")
    if not save_path:
        yield
        return
    reader = CheckpointReader(save_path)

    def creator(next_creator, **kwargs):
        variable = next_creator(**kwargs)
        name = variable.op.name if map_func is None else map_func(variable.op.name)
        if reader.has_tensor(name):
            variable.assign(convert_to_tensor(reader.get_tensor(name)))
        return variable

    with variable_creator_scope(creator):
        yield


def get_optimizer_variables(optimizer):
    """The variables that an optimizer keeps for itself.

    Args:
      optimizer: an `Optimizer`.
    """
    return optimizer.variables()


def save_network_checkpoint(network, save_path, global_step=None, map_func=None):
    """Saves the variables of a network.

    Args:
      network: a `Network`.
      save_path: the path that the files' names begin with.
      global_step: as for `Saver.save`.
      map_func: function from a variable's name to its name in the checkpoint.

    Returns:
      The checkpoint's prefix.
    """
    return Saver(_named(network, map_func)).save(save_path, global_step)


def restore_network_checkpoint(network, save_path, map_func=None):
    """Restores the variables of a network, which must have been made.

    Args:
      network: a `Network`.
      save_path: the checkpoint's prefix.
      map_func: as for `save_network_checkpoint`.
    """
    Saver(_named(network, map_func)).restore(save_path)


def _named(network, map_func):
    rename = map_func or (lambda name: name)
    return {rename(v.op.name): v for v in network.variables}
