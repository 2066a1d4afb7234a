"""Looking into checkpoints, and initializing variables from them."""

import os

from headwater._src.core import logging
from headwater._src.graph import raw
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.resource_variable import ResourceVariable
from headwater._src.graph.variable import Variable
from headwater._src.io import local
from headwater._src.io.checkpoint import CheckpointReader
from headwater._src.train import checkpoint_state


def NewCheckpointReader(filepattern):
    """A reader of a checkpoint's tensors.

    Args:
      filepattern: the checkpoint's path without endings.

    Returns:
      An object with `get_tensor`, `has_tensor`, `get_variable_to_shape_map`,
      `get_variable_to_dtype_map` and `debug_string`.

    Raises:
      NotFoundError: there is no such checkpoint.
    """
    return CheckpointReader(filepattern)


def _file_of(ckpt_dir_or_file):
    path = os.fspath(ckpt_dir_or_file)
    if not local.isdir(path):
        return path
    found = checkpoint_state.latest_checkpoint(path)
    if found is None:
        raise ValueError(
            f"Couldn't find 'checkpoint' file or checkpoints in given directory {path}"
        )
    return found


def load_checkpoint(ckpt_dir_or_file):
    """A reader of a checkpoint, or of the latest one in a folder.

    Args:
      ckpt_dir_or_file: the folder, or the checkpoint's path.

    Raises:
      ValueError: the folder has no checkpoint.
    """
    return CheckpointReader(_file_of(ckpt_dir_or_file))


def load_variable(ckpt_dir_or_file, name):
    """A tensor of a checkpoint.

    Args:
      ckpt_dir_or_file: a folder, or the checkpoint's path.
      name: the tensor's name; a `:0` at its end is taken off.

    Returns:
      A NumPy array.
    """
    return load_checkpoint(ckpt_dir_or_file).get_tensor(name.removesuffix(":0"))


def list_variables(ckpt_dir_or_file):
    """The tensors of a checkpoint.

    Args:
      ckpt_dir_or_file: a folder, or the checkpoint's path.

    Returns:
      List of `(name, shape)`, sorted by name.
    """
    shapes = load_checkpoint(ckpt_dir_or_file).get_variable_to_shape_map()
    return [(name, shapes[name]) for name in sorted(shapes)]


def checkpoints_iterator(checkpoint_dir, min_interval_secs=0, timeout=None, timeout_fn=None):
    """Gives each new checkpoint of a folder as it appears.

    Args:
      checkpoint_dir: the folder.
      min_interval_secs: the least time between two.
      timeout: how many seconds to wait for the next; None without end.
      timeout_fn: called when that time is over; ends the iteration when it gives True.

    Yields:
      Paths.
    """
    import time

    path = None
    while True:
        new = _wait_for_new(checkpoint_dir, path, timeout)
        if new is None:
            if not timeout_fn:
                logging.info("Timed-out waiting for a checkpoint.")
                return
            if timeout_fn():
                return
            continue
        started, path = time.time(), new
        yield path
        rest = started + min_interval_secs - time.time()
        if rest > 0:
            time.sleep(rest)


def _wait_for_new(folder, last, timeout):
    import time

    end = None if timeout is None else time.time() + timeout
    while True:
        found = checkpoint_state.latest_checkpoint(folder)
        if found is not None and found != last:
            return found
        if end is not None and time.time() + 0.05 > end:
            return None
        time.sleep(0.05)


# --- initializing from a checkpoint -------------------------------------------------------------


def init_from_checkpoint(ckpt_dir_or_file, assignment_map):
    """Makes variables start with values of a checkpoint.

    Args:
      ckpt_dir_or_file: a folder, or the checkpoint's path.
      assignment_map: dict (or list of pairs) from a name in the checkpoint to a variable, a list of
        the parts of one, or a variable's name; or from a scope ending in `/` to a scope.

    Raises:
      ValueError: a name is in the checkpoint or the graph nowhere, or shapes differ.
    """
    path = _file_of(ckpt_dir_or_file)
    reader = load_checkpoint(ckpt_dir_or_file)
    shapes = reader.get_variable_to_shape_map()
    pairs = assignment_map.items() if hasattr(assignment_map, "items") else assignment_map
    for in_checkpoint, target in sorted(pairs, key=lambda p: str(p[0])):
        if _is_variable(target):
            _init_one(path, reader, shapes, in_checkpoint, target, ckpt_dir_or_file)
            continue
        store = _variables_by_name()
        if not target.endswith("/") and not in_checkpoint.endswith("/"):
            if target not in store:
                raise ValueError(
                    f"Assignment map {in_checkpoint} -> {target}: no variable {target} in the graph"
                )
            _init_one(path, reader, shapes, in_checkpoint, store[target], ckpt_dir_or_file)
            continue
        _init_scope(path, reader, shapes, in_checkpoint, target, store, ckpt_dir_or_file)


def _init_scope(path, reader, shapes, in_checkpoint, target, store, given):
    if "/" in in_checkpoint and not in_checkpoint.endswith("/"):
        raise ValueError(
            f"Assignment map with scope only name {target} should map to scope only "
            f"{in_checkpoint}. Should be "
            "'scope/': 'other_scope/'."
        )
    from_scope = "" if in_checkpoint == "/" else in_checkpoint.rstrip("/") + "/"
    to_scope = "" if target in ("/", "") else target.rstrip("/") + "/"
    scope_variables = {n: v for n, v in store.items() if n.startswith(to_scope)}
    if not scope_variables:
        raise ValueError(f"No variables in scope {target}")
    for name, variable in sorted(scope_variables.items()):
        full = from_scope + name[len(to_scope) :]
        if full not in shapes:
            raise ValueError(
                f"Tensor {full} ({name} in {target}) is not found in {given} checkpoint "
                f"{dict(list(shapes.items())[:50])}"
            )
        _init_one(path, reader, shapes, full, variable, given)


def _is_variable(item):
    if isinstance(item, (list, tuple)):
        return all(_is_variable(i) for i in item)
    return isinstance(item, Variable) or hasattr(item, "_get_variable_list")


def _variables_by_name():
    """The graph's variables; the parts of a partitioned one as a list under its name."""
    graph = get_default_graph()
    found = {}
    for key in ("variables", "local_variables"):
        for variable in graph.get_collection(key):
            info = variable._get_save_slice_info()
            if info is None:
                found[variable.op.name] = variable
            else:
                parts = found.setdefault(info.full_name, [])
                if variable not in parts:
                    parts.append(variable)
    return found


def _init_one(path, reader, shapes, name, variable, given):
    parts = variable
    if hasattr(variable, "_get_variable_list"):
        parts = list(variable._get_variable_list())
    if not isinstance(parts, (list, tuple)):
        parts = [parts]
    if name not in shapes:
        raise ValueError(f"Tensor {name} is not found in {given} checkpoint {shapes}")
    for part in parts:
        info = part._get_save_slice_info()
        dims = part.dims if info is None else tuple(info.full_shape)
        there = shapes[name]
        if (
            dims is None
            or len(dims) != len(there)
            or any(d not in (None, t) for d, t in zip(dims, there))
        ):
            raise ValueError(
                f"Shape of variable {part.name} ({tuple(dims or ())}) doesn't match with shape of "
                f"tensor {name} ({there}) from checkpoint reader."
            )
    for part in parts:
        _set_initializer(path, name, part)
    logging.info("Initialize variable %s from checkpoint %s with %s", parts[0].name, given, name)


def _set_initializer(path, name, variable):
    """Replaces a variable's initializer by one that reads the checkpoint."""
    info = variable._get_save_slice_info()
    spec = info.spec if info is not None else ""
    graph = variable.graph
    with graph.as_default(), graph.device(variable.device), graph.device("/cpu:0"):
        value = raw.RestoreV2(
            path, [name], [spec], dtypes=[variable.dtype.base_dtype], name="checkpoint_initializer"
        )[0]
    if value.dims is None and variable.dims is not None:
        value.set_shape(variable.dims)
    set_initial_value(variable, value)


def set_initial_value(variable, value):
    """Replaces a variable's initializer by one that assigns `value`.

    Args:
      variable: the variable.
      value: `Tensor` of its type and shape.
    """
    variable._initial_value = value
    with variable.graph.as_default():
        if isinstance(variable, ResourceVariable):
            variable._initializer_op = variable.assign(value, read_value=False)
        else:
            variable._initializer_op = raw.Assign(variable._ref(), value, use_locking=True).op
