"""What to say when a checkpoint cannot be restored: names, shapes, and which checkpoint is good."""

import os

from headwater._src.core import errors
from headwater._src.io import local
from headwater._src.io.checkpoint import CheckpointReader, nearest
from headwater._src.io.tensor_slice import parse_shape_and_slice
from headwater._src.train import checkpoint_state

_MOST = 20  # lines of each kind
_MISSING = "a Variable name or other graph key that is missing from the checkpoint"
_DIFFERENT = "a mismatch between the current graph and the graph from the checkpoint"


def explained(error, path, items):
    """An error of restoring with all names and shapes that do not fit.

    Args:
      error: the `OpError`.
      path: the checkpoint.
      items: the saver's `SaveableObject`s, or None.

    Returns:
      An error of the same class.
    """
    cause = _MISSING if isinstance(error, errors.NotFoundError) else _DIFFERENT
    message = (
        f"Restoring from checkpoint failed. This is most likely due to {cause}. Please ensure "
        f"that you have not altered the graph expected based on the checkpoint. Original error:"
        f"\n\n{error}"
    )
    lines = _differences(path, items)
    if lines:
        message += "\n\nWhat does not fit:\n" + "\n".join(lines)
    return type(error)(error.node_def, error.op, message)


def _differences(path, items):
    if not items:
        return []
    try:
        reader = CheckpointReader(path)
        shapes, types = reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
    except errors.OpError:
        return []
    lines, wanted = [], set()
    for item in items:
        for spec in item.specs:
            wanted.add(spec.name)
            if spec.name not in shapes:
                near = nearest(spec.name, list(shapes))
                hint = f"; nearest: {', '.join(near)}" if near else ""
                lines.append(f"  {spec.name}: not in the checkpoint{hint}")
                continue
            dims = _dims(item, spec)
            there = shapes[spec.name]
            if dims is not None and (
                len(dims) != len(there) or any(d not in (None, t) for d, t in zip(dims, there))
            ):
                lines.append(
                    f"  {spec.name}: shape {list(dims)} in the graph, {there} in the checkpoint"
                )
            elif spec.dtype != types[spec.name].base_dtype:
                lines.append(
                    f"  {spec.name}: {spec.dtype.name} in the graph, "
                    f"{types[spec.name].name} in the checkpoint"
                )
    unused = [n for n in shapes if n not in wanted]
    if lines and unused:
        lines = lines[:_MOST] + [f"  ... and {len(lines) - _MOST} more"] * (len(lines) > _MOST)
        lines.append(
            f"Not used of the checkpoint: {', '.join(unused[:_MOST])}"
            + (f" and {len(unused) - _MOST} more" if len(unused) > _MOST else "")
        )
    return lines


def _dims(item, spec):
    if spec.slice_spec:
        return parse_shape_and_slice(spec.slice_spec)[0]
    dims = getattr(item, "_dims", None)
    return dims if dims is not None else getattr(item.op, "dims", None)


def other_checkpoints(path):
    """A sentence that names the checkpoints beside one that is not there; may be empty."""
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        return ""
    found = [f[: -len(".index")] for f in local.listdir(folder) if f.endswith(".index")]
    near = nearest(os.path.basename(path), found)
    return f". In {folder} there are: {', '.join(near)}" if near else ""


def damaged(error, path):
    """An error about a damaged checkpoint that names the newest one before it that is whole.

    Args:
      error: the `OpError`.
      path: the checkpoint.
    """
    good = newest_good(path)
    advice = (
        f"The newest checkpoint of this folder that is whole is {good}."
        if good
        else "There is no other whole checkpoint in its folder."
    )
    return errors.DataLossError(
        error.node_def, error.op, f"The checkpoint {path} is damaged: {error.message}\n{advice}"
    )


def newest_good(path):
    """The newest checkpoint, other than `path`, that its folder's `checkpoint` file lists and that
    reads without error; None when there is none."""
    state = checkpoint_state.get_checkpoint_state(os.path.dirname(path) or ".")
    for other in reversed(state.all_model_checkpoint_paths if state else []):
        if os.path.abspath(other) == os.path.abspath(path):
            continue
        try:
            reader = CheckpointReader(other)
            for name in reader.get_variable_to_shape_map():
                reader.read(name.encode())
        except (errors.OpError, KeyError):
            continue
        return other
    return None
