"""The nodes of a `Saver`: file name, saving, restoring; for one file or one per device."""

import numpy as np

from headwater._src.graph import raw
from headwater._src.graph.convert import constant
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.train import saveable

V1, V2 = 1, 2


def build(items, reshape, sharded, name, filename, version, save=True, restore=True):
    """Adds the nodes of a saver to the default graph.

    Args:
      items: list of `SaveableObject`.
      reshape: whether restored tensors get the shape of their variable.
      sharded: whether each device has a file of its own.
      name: name scope.
      filename: default file name.
      version: 1 or 2, the format.
      save: whether to build the part that saves.
      restore: whether to build the part that restores.

    Returns:
      `(file name tensor, save tensor, restore operation)`.
    """
    graph = get_default_graph()
    with graph.name_scope(name):
        given = raw.PlaceholderWithDefault(
            constant(filename or "model", name="filename/input"), shape=(), name="filename"
        )
        path = raw.PlaceholderWithDefault(given, shape=(), name="Const")
        if sharded:
            groups = by_device(items)
            saved = _save_shards(graph, path, groups, version) if save else None
            restored = _restore_shards(graph, path, groups, reshape) if restore else None
        else:
            saved = _save(graph, path, items, version) if save else None
            restored = _restore(graph, path, items, reshape, "restore_all") if restore else None
    return path, saved, restored


def by_device(items):
    """Groups of saveables by the device they are on: list of `(device, items)`, sorted."""
    groups = {}
    for item in items:
        devices = {saveable.canonical(spec.device) for spec in item.specs}
        if len(devices) > 1:
            raise ValueError(
                f"All tensors of a saveable object must be on the same device: {item.name}"
            )
        groups.setdefault(devices.pop(), []).append(item)
    return sorted(groups.items())


# --- saving -------------------------------------------------------------------------------------


def _save(graph, path, items, version):
    names, specs, tensors = [], [], []
    for item in items:
        for spec in item.specs:
            names.append(spec.name)
            specs.append(spec.slice_spec)
            tensors.append(spec.tensor)
    if version == V1:
        done = raw.SaveSlices(path, names, specs, tensors, name="save")
    else:
        done = raw.SaveV2(path, names, specs, tensors)
    return _after(graph, [done], path)


def _after(graph, operations, tensor):
    """`tensor`, once `operations` have run."""
    with graph.name_scope("control_dependency") as scope, graph.control_dependencies(operations):
        with graph.colocate_with(tensor):
            return raw.Identity(tensor, name=scope)


def _save_shards(graph, path, groups, version):
    if version == V1:
        return _save_shards_v1(graph, path, groups)
    with graph.device("CPU"):
        remote = PUBLIC["regex_full_match"](path, "^s3://.*")
        suffix = raw.Select(remote, constant(".part"), constant("_temp/part"))
        prefix = raw.StringJoin([path, suffix])
    count = constant(len(groups), name="num_shards")
    parts, saved = [], []
    for shard, (device, items) in enumerate(groups):
        with graph.device(saveable.on_cpu(device)):
            name = raw.ShardedFilename(prefix, shard, count)
            parts.append(name)
            saved.append(_save(graph, name, items, V2))
    last = saveable.on_cpu(groups[-1][0])
    with graph.device(last), graph.control_dependencies([t.op for t in saved]):
        merged = raw.MergeV2Checkpoints(parts, path, delete_old_dirs=True)
        with graph.control_dependencies([merged]):
            return raw.Identity(path)


def _save_shards_v1(graph, path, groups):
    count = constant(len(groups), name="num_shards")
    saved = []
    for shard, (device, items) in enumerate(groups):
        with graph.device(device):
            name = raw.ShardedFilename(path, shard, count)
            saved.append(_save(graph, name, items, V1))
    with graph.control_dependencies([t.op for t in saved]):
        return raw.ShardedFilespec(path, count)


# --- restoring ----------------------------------------------------------------------------------


def _restore(graph, path, items, reshape, name):
    specs = [spec for item in items for spec in item.specs]
    with graph.device("/cpu:0"):
        values = raw.RestoreV2(
            path,
            [s.name for s in specs],
            [s.slice_spec for s in specs],
            dtypes=[s.dtype for s in specs],
        )
    done, at = [], 0
    for item in items:
        mine = values[at : at + len(item.specs)]
        at += len(item.specs)
        shapes = _wanted_shapes(graph, item) if reshape else None
        done.append(item.restore(mine, shapes))
    return PUBLIC["group"](*done, name=name)


def _wanted_shapes(graph, item):
    shapes = []
    for spec in item.specs:
        dims = getattr(item, "_dims", None) or item.op.dims
        if dims is None or None in dims:
            shapes.append(raw.Shape(spec.tensor))
        else:
            shapes.append(np.array(dims, np.int32))
    return shapes


def _restore_shards(graph, path, groups, reshape):
    done = []
    for device, items in groups:
        with graph.device(device):
            done.append(_restore(graph, path, items, reshape, "restore_shard"))
    return PUBLIC["group"](*done, name="restore_all")
