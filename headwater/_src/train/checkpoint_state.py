"""The `checkpoint` file of a folder, which names its latest checkpoint; removing checkpoints."""

import os
import re

from headwater._src.core import errors, logging
from headwater._src.io import atomic, bundle, local
from headwater._src.io.atomic import write_file


def state_file(folder, latest_filename=None):
    """The path of a folder's `checkpoint` file."""
    return os.path.join(folder, latest_filename or "checkpoint")


def generate_checkpoint_state_proto(
    save_dir,
    model_checkpoint_path,
    all_model_checkpoint_paths=None,
    all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
):
    """The contents of a `checkpoint` file.

    Args:
      save_dir: the folder it is for.
      model_checkpoint_path: the latest checkpoint.
      all_model_checkpoint_paths: list of those not deleted, oldest first; the latest is added if
        it is not its last.
      all_model_checkpoint_timestamps: list of seconds, one for each of these.
      last_preserved_timestamp: when a checkpoint was last kept for good.

    Returns:
      A `CheckpointState` proto; paths are relative to `save_dir` when `save_dir` is relative.

    Raises:
      ValueError: the number of timestamps differs from that of paths.
    """
    from headwater._src.core.proto import checkpoint_state_pb2

    paths = all_model_checkpoint_paths or []  # the caller's own list gets the latest one too
    times = list(all_model_checkpoint_timestamps or [])
    if not paths or paths[-1] != model_checkpoint_path:
        logging.info(
            "%s is not in all_model_checkpoint_paths. Manually adding it.", model_checkpoint_path
        )
        paths.append(model_checkpoint_path)
    if times and len(times) != len(paths):
        raise ValueError(
            f"Checkpoint timestamps, if provided, must match checkpoint paths (got paths {paths} "
            f"and timestamps {times})"
        )
    if not os.path.isabs(save_dir):
        paths = [os.path.relpath(p, save_dir) if not os.path.isabs(p) else p for p in paths]
        if not os.path.isabs(model_checkpoint_path):
            model_checkpoint_path = os.path.relpath(model_checkpoint_path, save_dir)
    return checkpoint_state_pb2.CheckpointState(
        model_checkpoint_path=model_checkpoint_path,
        all_model_checkpoint_paths=paths,
        all_model_checkpoint_timestamps=times,
        last_preserved_timestamp=last_preserved_timestamp or 0,
    )


def update_checkpoint_state(
    save_dir,
    model_checkpoint_path,
    all_model_checkpoint_paths=None,
    latest_filename=None,
    all_model_checkpoint_timestamps=None,
    last_preserved_timestamp=None,
):
    """Writes a folder's `checkpoint` file, whole or not at all.

    Args:
      save_dir: the folder.
      model_checkpoint_path: the latest checkpoint.
      all_model_checkpoint_paths: list of those not deleted, oldest first.
      latest_filename: name of the file (default: `"checkpoint"`).
      all_model_checkpoint_timestamps: list of seconds, one for each of these.
      last_preserved_timestamp: when a checkpoint was last kept for good.

    Raises:
      RuntimeError: the file would have the name of a checkpoint.
    """
    write_state(
        save_dir,
        model_checkpoint_path,
        all_model_checkpoint_paths,
        latest_filename,
        False,
        all_model_checkpoint_timestamps,
        last_preserved_timestamp,
    )


def write_state(save_dir, latest, paths, latest_filename, relative, times=None, preserved=None):
    """`update_checkpoint_state`; with `relative`, paths are written relative to the folder."""
    from google.protobuf import text_format

    save_dir, latest = local.path_of(save_dir), os.fspath(latest)
    path = state_file(save_dir, latest_filename)
    paths = [os.fspath(p) for p in paths or []]
    if relative:
        shorten = lambda p: (
            os.path.relpath(p, save_dir) if os.path.isabs(p) == os.path.isabs(save_dir) else p
        )
        latest_text = shorten(latest)
        proto = generate_checkpoint_state_proto(
            save_dir if os.path.isabs(save_dir) else os.path.abspath(save_dir),
            latest_text,
            [shorten(p) for p in paths],
            times,
            preserved,
        )
    else:
        proto = generate_checkpoint_state_proto(save_dir, latest, paths, times, preserved)
    if path == proto.model_checkpoint_path:
        raise RuntimeError(
            f"Save path '{latest}' conflicts with path used for checkpoint state.  "
            "Please use a different save path."
        )
    atomic.clean(path)
    write_file(path, text_format.MessageToString(proto).encode())


def get_checkpoint_state(checkpoint_dir, latest_filename=None):
    """What a folder's `checkpoint` file says.

    Args:
      checkpoint_dir: the folder.
      latest_filename: name of the file (default: `"checkpoint"`).

    Returns:
      A `CheckpointState` proto with paths that can be opened, or None when there is no such file,
      or it cannot be read (which is logged).

    Raises:
      ValueError: the file names no checkpoint.
    """
    from google.protobuf import text_format

    from headwater._src.core.proto import checkpoint_state_pb2

    folder = local.path_of(checkpoint_dir)
    path = state_file(folder, latest_filename)
    try:
        if not os.path.isfile(path):
            return None
        text = local.read_bytes(path).decode("utf-8")
        state = text_format.Parse(text, checkpoint_state_pb2.CheckpointState())
    except (errors.OpError, text_format.ParseError, UnicodeDecodeError) as error:
        logging.warning("%s: %s", type(error).__name__, error)
        logging.warning("%s: Checkpoint ignored", path)
        return None
    if not state.model_checkpoint_path:
        raise ValueError(f"Invalid checkpoint state loaded from {folder}")
    whole = lambda p: p if os.path.isabs(p) else os.path.join(folder, p)
    state.model_checkpoint_path = whole(state.model_checkpoint_path)
    state.all_model_checkpoint_paths[:] = [whole(p) for p in state.all_model_checkpoint_paths]
    return state


def latest_checkpoint(checkpoint_dir, latest_filename=None):
    """The path of a folder's latest checkpoint.

    Args:
      checkpoint_dir: the folder.
      latest_filename: name of the file that says so (default: `"checkpoint"`).

    Returns:
      str, or None when there is none.
    """
    state = get_checkpoint_state(checkpoint_dir, latest_filename)
    if state is None or not state.model_checkpoint_path:
        return None
    prefix = state.model_checkpoint_path
    if bundle.exists(prefix) or local.glob(prefix):
        return prefix
    logging.error("Couldn't match files for checkpoint %s", prefix)
    return None


def checkpoint_exists(checkpoint_prefix):
    """Whether there is a checkpoint, of version 2 or 1.

    Args:
      checkpoint_prefix: its path without endings.
    """
    return bundle.exists(checkpoint_prefix) or bool(local.glob(checkpoint_prefix))


def get_checkpoint_mtimes(checkpoint_prefixes):
    """When checkpoints were written.

    Args:
      checkpoint_prefixes: list of paths.

    Returns:
      List of seconds, one for each that exists.
    """
    times = []
    for prefix in checkpoint_prefixes:
        path = local.path_of(prefix)
        if bundle.exists(path):
            times.append(local.stat(bundle.index_name(path)).mtime_nsec / 1e9)
        elif found := local.glob(path):
            times.append(max(local.stat(f).mtime_nsec for f in found) / 1e9)
    return times


def remove_checkpoint(checkpoint_prefix, checkpoint_format_version=2, meta_graph_suffix="meta"):
    """Deletes a checkpoint with its graph.

    Args:
      checkpoint_prefix: its path without endings.
      checkpoint_format_version: 1 or 2.
      meta_graph_suffix: ending of the graph's file.
    """
    path = local.path_of(checkpoint_prefix)
    _delete(meta_graph_filename(path, meta_graph_suffix))
    if checkpoint_format_version == 2:
        _delete(bundle.index_name(path))
        for found in local.glob(local_pattern(path) + ".data-?????-of-?????"):
            _delete(found)
    else:
        for found in local.glob(path) or local.glob(local_pattern(path)):
            _delete(found)


def local_pattern(path):
    """A pattern that matches the path itself."""
    return re.sub(r"([*?\[])", r"[\1]", path)


def _delete(path):
    if os.path.lexists(path):
        local.remove(path)


def meta_graph_filename(checkpoint_filename, meta_graph_suffix="meta"):
    """The file that holds a checkpoint's graph: without the shards' part of the name."""
    base = re.sub(r"-[\d\?]+-of-\d+$", "", checkpoint_filename)
    return f"{base}.{meta_graph_suffix}"


def clean_temporaries(prefix):
    """Removes what a killed save of this checkpoint left: files, and the folder of shards."""
    atomic.clean(prefix)
    folder = prefix + "_temp"
    if os.path.isdir(folder):
        local.rmtree(folder)
