"""`tf.train.Saver`: saves variables of a session to checkpoints and restores them."""

import os
import time

from headwater._src.core import errors, logging
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Tensor
from headwater._src.graph.variable import Variable
from headwater._src.io import local
from headwater._src.io.checkpoint import CheckpointReader
from headwater._src.train import (
    checkpoint_state,
    meta_graph,
    object_graph,
    restore_advice,
    saveable,
    saver_nodes,
)
from headwater._src.train.global_step import global_step as global_step_value


class Saver:
    """Saves variables to checkpoints and restores them.

    Args:
      var_list: list of variables and saveable objects, or a dict from names in the checkpoint to
        them (default: all global variables and saveable objects).
      reshape: whether restored values get the shape of their variable.
      sharded: whether each device's variables go to a file of their own.
      max_to_keep: how many checkpoints to keep; None or 0 for all.
      keep_checkpoint_every_n_hours: one checkpoint of that many hours is kept for good.
      name: name scope of the nodes.
      restore_sequentially: accepted; values are restored one after the other anyway.
      saver_def: a `SaverDef` of nodes that are in the graph already.
      builder: ignored.
      defer_build: whether to add the nodes only at `build()`.
      allow_empty: whether there may be nothing to save.
      write_version: 1 or 2, the format that is written.
      pad_step_number: whether the step in a checkpoint's name has eight digits.
      save_relative_paths: whether the `checkpoint` file holds relative paths.
      filename: default file name in the graph.

    Raises:
      TypeError: `var_list` holds something that is not a variable.
      ValueError: there is nothing to save; two variables have the same name.
      RuntimeError: eager execution (there is none here).
    """

    V1, V2 = 1, 2

    def __init__(
        self,
        var_list=None,
        reshape=False,
        sharded=False,
        max_to_keep=5,
        keep_checkpoint_every_n_hours=10000.0,
        name=None,
        restore_sequentially=False,
        saver_def=None,
        builder=None,
        defer_build=False,
        allow_empty=False,
        write_version=2,
        pad_step_number=False,
        save_relative_paths=False,
        filename=None,
    ):
        if defer_build and var_list:
            raise ValueError(
                "If `var_list` is provided then build cannot be deferred. Either set "
                "defer_build=False or var_list=None."
            )
        self._var_list = var_list
        self._reshape, self._sharded = reshape, sharded
        self._max_to_keep = max_to_keep or 0
        self._keep_hours = keep_checkpoint_every_n_hours
        self._name = name
        self._allow_empty = allow_empty
        self._write_version = write_version
        self._pad_step_number = pad_step_number
        self._save_relative_paths = save_relative_paths
        self._filename = filename
        self._last_checkpoints = []
        self._items = None
        self._savers_of_objects = {}
        self._empty = False
        self.saver_def = None
        if saver_def is not None:
            self.saver_def = _own(saver_def)
            self._write_version = self.saver_def.version
            self._max_to_keep = self.saver_def.max_to_keep
            self._keep_hours = self.saver_def.keep_checkpoint_every_n_hours
            self._sharded = self.saver_def.sharded
            self._check()
        elif not defer_build:
            self.build()
        self._next_kept = time.time() + self._keep_hours * 3600

    # -- the nodes -------------------------------------------------------------------------------

    def build(self):
        """Adds the saver's nodes to the graph, unless that is done.

        Raises:
          ValueError: there is nothing to save.
        """
        if self.saver_def is not None or self._empty:
            return
        from headwater._src.core.proto import saver_pb2

        var_list = self._var_list
        if var_list is None:
            var_list = saveable.all_saveable_objects()
        if not var_list:
            if not self._allow_empty:
                raise ValueError("No variables to save")
            self._empty = True
            return
        self._items = saveable.validated(saveable.by_name(var_list))
        with _in_graph(self._items):
            path, saved, restored = saver_nodes.build(
                self._items,
                self._reshape,
                self._sharded,
                self._name or "save",
                self._filename,
                self._write_version,
            )
        self.saver_def = saver_pb2.SaverDef(
            filename_tensor_name=path.name,
            save_tensor_name=saved.name,
            restore_op_name=restored.name,
            max_to_keep=self._max_to_keep,
            sharded=self._sharded,
            keep_checkpoint_every_n_hours=self._keep_hours,
            version=self._write_version,
        )
        self._check()

    def _check(self):
        definition = self.saver_def
        if not definition.save_tensor_name:
            raise ValueError(f"saver_def must specify the save_tensor_name: {definition}")
        if not definition.restore_op_name:
            raise ValueError(f"saver_def must specify the restore_op_name: {definition}")

    @property
    def _is_empty(self):
        return self._empty

    def as_saver_def(self):
        """The `SaverDef`: names of the saver's nodes, and its settings."""
        return self.saver_def

    def to_proto(self, export_scope=None):
        """The `SaverDef`, with names relative to a scope; None when it is outside of that."""
        if export_scope is None:
            return self.saver_def
        definition = self.saver_def
        if not (
            definition.filename_tensor_name.startswith(export_scope)
            and definition.save_tensor_name.startswith(export_scope)
            and definition.restore_op_name.startswith(export_scope)
        ):
            return None
        copy = type(definition)()  # type: ignore[misc]
        copy.CopyFrom(definition)
        for field in ("filename_tensor_name", "save_tensor_name", "restore_op_name"):
            setattr(copy, field, getattr(definition, field)[len(export_scope.rstrip("/")) + 1 :])
        return copy

    @staticmethod
    def from_proto(saver_def, import_scope=None):
        """A saver for nodes that are in the graph.

        Args:
          saver_def: a `SaverDef`.
          import_scope: name scope that was put before the names.
        """
        definition = _own(saver_def)
        if import_scope:
            copy = type(definition)()
            copy.CopyFrom(definition)
            definition = copy
            for field in ("filename_tensor_name", "save_tensor_name", "restore_op_name"):
                setattr(definition, field, f"{import_scope}/{getattr(definition, field)}")
        return Saver(saver_def=definition)

    # -- which checkpoints there are -------------------------------------------------------------

    @property
    def last_checkpoints(self):
        """Paths of the checkpoints not deleted yet, oldest first."""
        return [path for path, _ in self._last_checkpoints]

    def set_last_checkpoints(self, last_checkpoints):
        """Sets `last_checkpoints`; old name, without times.

        Args:
          last_checkpoints: list of paths.
        """
        if not isinstance(last_checkpoints, list):
            raise AssertionError(f"not a list: {last_checkpoints}")
        self._last_checkpoints = [(path, float("inf")) for path in last_checkpoints]

    def set_last_checkpoints_with_time(self, last_checkpoints_with_time):
        """Sets `last_checkpoints` with the times at which they were written.

        Args:
          last_checkpoints_with_time: list of `(path, seconds)`.
        """
        if not isinstance(last_checkpoints_with_time, list):
            raise AssertionError(f"not a list: {last_checkpoints_with_time}")
        self._last_checkpoints = last_checkpoints_with_time

    def recover_last_checkpoints(self, checkpoint_paths):
        """Takes checkpoints of an earlier run over, so that they are deleted in their turn.

        Args:
          checkpoint_paths: list of paths, oldest first; those that are gone are left out.
        """
        found = []
        for path in checkpoint_paths:
            times = checkpoint_state.get_checkpoint_mtimes([path])
            if times:
                found.append((path, times[0]))
        self.set_last_checkpoints_with_time(found)

    # -- saving ----------------------------------------------------------------------------------

    def save(
        self,
        sess,
        save_path,
        global_step=None,
        latest_filename=None,
        meta_graph_suffix="meta",
        write_meta_graph=True,
        write_state=True,
        strip_default_attrs=False,
        save_debug_info=False,
    ):
        """Saves the variables.

        Args:
          sess: the session.
          save_path: path of the checkpoint; the step is added to it.
          global_step: int, variable, tensor or name of one: the step.
          latest_filename: name of the file that tells the latest checkpoint.
          meta_graph_suffix: ending of the graph's file.
          write_meta_graph: whether to write the graph too.
          write_state: whether to write the file that tells the latest checkpoint.
          strip_default_attrs: whether the graph leaves attrs with the default value out.
          save_debug_info: ignored.

        Returns:
          The checkpoint's path; None when there is nothing to save.

        Raises:
          TypeError: `sess` is not a session.
          ValueError: the folder does not exist, or names collide.
          RuntimeError: the saver is not built.
          tf.errors.OpError: the files cannot be written; the checkpoints before are unharmed.
        """
        if self.saver_def is None and not self._empty:
            raise RuntimeError("`build()` should be called before save if defer_build==True")
        latest_filename = latest_filename or "checkpoint"
        if os.path.split(latest_filename)[0]:
            raise ValueError("'latest_filename' must not contain path components")
        save_path = os.fspath(save_path)
        path = self._file_name(sess, save_path, global_step, latest_filename)
        folder = os.path.dirname(save_path)
        if not hasattr(sess, "run"):
            raise TypeError(f"'sess' must be a Session; {sess}")
        if folder and not local.isdir(folder):
            raise ValueError(f"Parent directory of {save_path} doesn't exist, can't save.")
        saved = None if self._empty else self._save_values(sess, path)
        if write_meta_graph:
            with sess.graph.as_default():
                self.export_meta_graph(
                    checkpoint_state.meta_graph_filename(path, meta_graph_suffix),
                    strip_default_attrs=strip_default_attrs,
                )
        if write_state and not self._empty:
            self._remember(saved)
            checkpoint_state.write_state(
                folder, saved, self.last_checkpoints, latest_filename, self._save_relative_paths
            )
            self._delete_old(meta_graph_suffix)
        return saved

    def _save_values(self, sess, path):
        checkpoint_state.clean_temporaries(local.path_of(path))
        feeds = {self.saver_def.filename_tensor_name: path}
        saved = sess.run(self.saver_def.save_tensor_name, feeds)
        return saved.decode() if isinstance(saved, bytes) else str(saved)

    def _file_name(self, sess, save_path, global_step, latest_filename):
        if global_step is None:
            if os.path.basename(save_path) == latest_filename and not self._sharded:
                raise ValueError(
                    f"'latest_filename' collides with 'save_path': '{latest_filename}' and "
                    f"'{save_path}'"
                )
            return save_path
        if isinstance(global_step, (Tensor, Variable, str)) or not hasattr(
            global_step, "__index__"
        ):
            global_step = global_step_value(sess, global_step)
        step = int(global_step)
        return f"{save_path}-{step:08d}" if self._pad_step_number else f"{save_path}-{step}"

    def _remember(self, path):
        if self._max_to_keep <= 0:
            return
        self._last_checkpoints = [(p, t) for p, t in self._last_checkpoints if p != path]
        self._last_checkpoints.append((path, time.time()))

    def _delete_old(self, meta_graph_suffix):
        while 0 < self._max_to_keep < len(self._last_checkpoints):
            path, written = self._last_checkpoints.pop(0)
            if written > self._next_kept:
                self._next_kept += self._keep_hours * 3600
                continue
            try:
                checkpoint_state.remove_checkpoint(path, self.saver_def.version, meta_graph_suffix)
            except errors.OpError as error:
                logging.warning("Ignoring: %s", error)

    def export_meta_graph(
        self,
        filename=None,
        collection_list=None,
        as_text=False,
        export_scope=None,
        clear_devices=False,
        clear_extraneous_savers=False,
        strip_default_attrs=False,
        save_debug_info=False,
    ):
        """Makes a `MetaGraphDef` with this saver, and writes it to a file.

        Args:
          filename: the file, or None.
          collection_list: names of collections to write (default: all).
          as_text: whether the file is text.
          export_scope: only nodes under this name scope.
          clear_devices: whether nodes lose their devices.
          clear_extraneous_savers: whether to leave out other savers.
          strip_default_attrs: whether attrs with the default value are left out.
          save_debug_info: ignored.

        Returns:
          The `MetaGraphDef` proto.
        """
        return meta_graph.export_meta_graph(
            filename,
            saver_def=self.saver_def,
            collection_list=collection_list,
            as_text=as_text,
            export_scope=export_scope,
            clear_devices=clear_devices,
            clear_extraneous_savers=clear_extraneous_savers,
            strip_default_attrs=strip_default_attrs,
        )

    def _add_collection_def(self, meta_graph_def, key, export_scope=None):
        """Adds a collection of the default graph to a `MetaGraphDef`; programs do call this.

        Args:
          meta_graph_def: the proto.
          key: name of the collection; one that cannot be written is left out.
          export_scope: only what is under this name scope.
        """
        meta_graph.add_collection_def(meta_graph_def, key, export_scope=export_scope)

    # -- restoring -------------------------------------------------------------------------------

    def restore(self, sess, save_path):
        """Gives the variables the values of a checkpoint.

        Args:
          sess: the session.
          save_path: the checkpoint's path.

        Raises:
          ValueError: there is no such checkpoint.
          NotFoundError: it lacks a variable; the error lists which, and the nearest names.
          InvalidArgumentError: a shape or type differs; the error lists which.
          DataLossError: it is damaged; the error names the newest one that is not.
        """
        if self._empty:
            return
        if save_path is None:
            raise ValueError("Can't load save_path when it is None.")
        path = os.fspath(save_path)
        path = path.decode() if isinstance(path, bytes) else path
        if not checkpoint_state.checkpoint_exists(path):
            raise ValueError(
                f"The passed save_path is not a valid checkpoint: {path}"
                + restore_advice.other_checkpoints(path)
            )
        logging.info("Restoring parameters from %s", path)
        try:
            sess.run(self.saver_def.restore_op_name, {self.saver_def.filename_tensor_name: path})
        except (errors.NotFoundError, errors.InvalidArgumentError) as error:
            if self._restore_objects(sess, path):
                return
            raise restore_advice.explained(error, path, self._items) from error
        except (errors.DataLossError, errors.OutOfRangeError) as error:
            raise restore_advice.damaged(error, path) from error

    def _restore_objects(self, sess, path):
        """Restores from a checkpoint that `tf.train.Checkpoint` wrote; whether it is one."""
        if self._items is None:
            return False
        if path not in self._savers_of_objects:
            keys = object_graph.keys_by_name(CheckpointReader(path))
            wanted = saveable.by_name(self._var_list or saveable.all_saveable_objects())
            if not wanted or not all(name in keys for name in wanted):
                return False
            with _in_graph(self._items):
                renamed = {keys[name]: variable for name, variable in wanted.items()}
                self._savers_of_objects[path] = Saver(renamed, name="object_restore")
        saver = self._savers_of_objects[path]
        sess.run(saver.saver_def.restore_op_name, {saver.saver_def.filename_tensor_name: path})
        return True


def _in_graph(items):
    """The graph of what is saved, as default graph."""
    op = items[0].op
    return getattr(op, "graph", get_default_graph()).as_default()


def _own(saver_def):
    from headwater._src.core.proto import saver_pb2

    if isinstance(saver_def, saver_pb2.SaverDef):
        return saver_def
    if not hasattr(saver_def, "SerializeToString"):
        raise ValueError(f"saver_def must be a SaverDef proto: {saver_def}")
    return saver_pb2.SaverDef.FromString(saver_def.SerializeToString())


def import_meta_graph(meta_graph_or_file, clear_devices=False, import_scope=None, **kwargs):
    """Adds the graph of a `MetaGraphDef` to the default graph.

    Args:
      meta_graph_or_file: the proto, or the file it is in (such as a checkpoint's `.meta`).
      clear_devices: whether nodes lose their devices.
      import_scope: name scope that is put before names.
      **kwargs: `input_map` and `return_elements` as for `tf.import_graph_def`.

    Returns:
      The `Saver` that the file describes, a new one for its variables, or None when it has none.

    Raises:
      OSError: there is no such file, or it holds no `MetaGraphDef`.
    """
    return import_with_elements(meta_graph_or_file, clear_devices, import_scope, **kwargs)[0]


def import_with_elements(meta_graph_or_file, clear_devices=False, import_scope=None, **kwargs):
    """`import_meta_graph`; gives `(saver, returned elements)`."""
    from headwater._src.core.proto import meta_graph_pb2

    proto = meta_graph_or_file
    if not hasattr(proto, "DESCRIPTOR"):
        proto = meta_graph.read_meta_graph_file(proto)
    elif not isinstance(proto, meta_graph_pb2.MetaGraphDef):
        proto = meta_graph_pb2.MetaGraphDef.FromString(proto.SerializeToString())
    variables, elements = meta_graph.import_scoped_meta_graph(
        proto, clear_devices=clear_devices, import_scope=import_scope, **kwargs
    )
    if proto.HasField("saver_def"):
        outer = get_default_graph().get_name_scope()
        scope = "/".join(filter(None, (outer, import_scope)))
        if variables:
            name = next(iter(variables))
            scope = variables[name].op.name[: -len(name)].rstrip("/")
        return Saver.from_proto(proto.saver_def, scope), elements
    if saveable.all_saveable_objects(scope=import_scope):
        return Saver(), elements
    return None, elements


def _saver_to_proto(saver, export_scope=None):
    return saver.to_proto(export_scope)


def _saver_class():
    from headwater._src.core.proto import saver_pb2

    return saver_pb2.SaverDef


meta_graph.register_proto_function("savers", _saver_class, _saver_to_proto, Saver.from_proto)
