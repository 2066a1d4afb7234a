"""SavedModels: graphs with variables, signatures and assets in a folder; writing and loading."""

import os
import shutil

from headwater._src.core import errors, logging
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Operation
from headwater._src.io import atomic, local
from headwater._src.train import saveable, signatures
from headwater._src.train.saver import Saver, import_with_elements

ASSETS_DIRECTORY = "assets"
ASSETS_KEY = "saved_model_assets"
DEBUG_DIRECTORY = "debug"
DEBUG_INFO_FILENAME_PB = "saved_model_debug_info.pb"
LEGACY_INIT_OP_KEY = "legacy_init_op"
MAIN_OP_KEY = "saved_model_main_op"
SAVED_MODEL_FILENAME_PB = "saved_model.pb"
SAVED_MODEL_FILENAME_PBTXT = "saved_model.pbtxt"
SAVED_MODEL_SCHEMA_VERSION = 1
VARIABLES_DIRECTORY = "variables"
VARIABLES_FILENAME = "variables"
SERVING, TRAINING, GPU, TPU = "serve", "train", "gpu", "tpu"


class SavedModelBuilder:
    """Writes a SavedModel.

    Args:
      export_dir: the folder; must be empty or missing.

    Raises:
      AssertionError: the folder has something in it.
    """

    def __init__(self, export_dir):
        from headwater._src.core.proto import saved_model_pb2

        self._export_dir = os.fspath(export_dir)
        if local.exists(export_dir) and local.listdir(export_dir):
            raise AssertionError(
                f"Export directory {export_dir} already exists, and isn't empty. Please choose a "
                "different export directory, or delete all the contents of the specified "
                "directory."
            )
        local.makedirs(export_dir)
        self._saved_model = saved_model_pb2.SavedModel(
            saved_model_schema_version=SAVED_MODEL_SCHEMA_VERSION
        )
        self._has_saved_variables = False

    def add_meta_graph_and_variables(
        self,
        sess,
        tags,
        signature_def_map=None,
        assets_collection=None,
        legacy_init_op=None,
        clear_devices=False,
        main_op=None,
        strip_default_attrs=False,
        saver=None,
    ):
        """Adds the default graph and saves the variables; to be called once, first.

        Args:
          sess: the session with the variables' values.
          tags: list of strings by which the graph is found.
          signature_def_map: dict from name to `SignatureDef`.
          assets_collection: list of string tensors with names of files to copy.
          legacy_init_op: an operation to run after loading; old name.
          clear_devices: whether nodes lose their devices.
          main_op: an operation to run after loading.
          strip_default_attrs: whether attrs with the default value are left out.
          saver: the `Saver` to use.

        Raises:
          AssertionError: called a second time, or a signature has an input without name.
        """
        if self._has_saved_variables:
            raise AssertionError(
                "Graph state including variables and assets has already been "
                "saved. Please invoke `add_meta_graph()` instead."
            )
        _check_signatures(signature_def_map)
        _add_init_op(legacy_init_op, main_op)
        saver = saver or _default_saver()
        folder = os.path.join(self._export_dir, VARIABLES_DIRECTORY)
        local.makedirs(folder)
        saver.save(
            sess,
            os.path.join(folder, VARIABLES_FILENAME),
            write_meta_graph=False,
            write_state=False,
        )
        self._add(
            saver, tags, signature_def_map, assets_collection, clear_devices, strip_default_attrs
        )
        self._has_saved_variables = True

    def add_meta_graph(
        self,
        tags,
        signature_def_map=None,
        assets_collection=None,
        legacy_init_op=None,
        clear_devices=False,
        main_op=None,
        strip_default_attrs=False,
        saver=None,
    ):
        """Adds the default graph, to go with the variables saved before.

        Args are those of `add_meta_graph_and_variables` without the session.

        Raises:
          AssertionError: no variables were saved yet.
        """
        if not self._has_saved_variables:
            raise AssertionError(
                "Graph state including variables and assets has not been saved "
                "yet. Please invoke `add_meta_graph_and_variables()` first."
            )
        _check_signatures(signature_def_map)
        _add_init_op(legacy_init_op, main_op)
        self._add(
            saver or _default_saver(),
            tags,
            signature_def_map,
            assets_collection,
            clear_devices,
            strip_default_attrs,
        )

    def _add(self, saver, tags, signature_map, assets, clear_devices, strip_default_attrs):
        proto = saver.export_meta_graph(
            clear_devices=clear_devices, strip_default_attrs=strip_default_attrs
        )
        proto.meta_info_def.tags.extend(tags)
        for name, signature in (signature_map or {}).items():
            proto.signature_def[name].ParseFromString(signature.SerializeToString())
        self._add_assets(proto, assets)
        self._saved_model.meta_graphs.add().CopyFrom(proto)

    def _add_assets(self, proto, assets):
        """Copies files into the model, and says which tensors name them."""
        names = {}
        for tensor in assets or ():
            path = _constant_text(tensor)
            name, number = os.path.basename(path), 0
            while names.get(name, path) != path:  # two files of the same name
                number += 1
                name = f"{os.path.basename(path)}_{number}"
            names[name] = path
            definition = proto.asset_file_def.add(filename=name)
            definition.tensor_info.name = tensor.name
            proto.collection_def[ASSETS_KEY].any_list.value.add().Pack(definition)
        if not names:
            return
        folder = os.path.join(self._export_dir, ASSETS_DIRECTORY)
        local.makedirs(folder)
        for name, path in names.items():
            source = local.path_of(path)
            with local.translated(source):
                shutil.copyfile(source, os.path.join(local.path_of(folder), name))

    def save(self, as_text=False):
        """Writes the model's own file.

        Args:
          as_text: whether it is text.

        Returns:
          Its path, as bytes.
        """
        from google.protobuf import text_format

        name = SAVED_MODEL_FILENAME_PBTXT if as_text else SAVED_MODEL_FILENAME_PB
        path = os.path.join(self._export_dir, name)
        data = (
            text_format.MessageToString(self._saved_model).encode()
            if as_text
            else self._saved_model.SerializeToString(deterministic=True)
        )
        atomic.write_file(local.path_of(path), data)
        logging.info("SavedModel written to: %s", path)
        return path.encode()


def _default_saver():
    return Saver(saveable.all_saveable_objects(), sharded=True, write_version=2, allow_empty=True)


def _constant_text(tensor):
    value = tensor.known
    if value is None:
        raise TypeError(f"Asset filepath tensor {tensor} must be a constant string")
    text = value.reshape(-1).tolist()[0]
    text = text.decode() if isinstance(text, bytes) else text
    if not text:
        raise ValueError(f"Asset filepath tensor {tensor.name} in is invalid.")
    return text


def _check_signatures(signature_map):
    for name, signature in (signature_map or {}).items():
        for info in (*signature.inputs.values(), *signature.outputs.values()):
            if info.WhichOneof("encoding") is None:
                raise AssertionError(
                    "All TensorInfo protos used in the SignatureDefs must have the name and dtype "
                    f"fields set: {info} (signature {name})"
                )
            if not info.dtype:
                raise AssertionError(
                    "All TensorInfo protos used in the SignatureDefs must have the name and dtype "
                    f"fields set: {info} (signature {name})"
                )


def _add_init_op(legacy_init_op, main_op):
    if legacy_init_op is not None and main_op is not None:
        raise ValueError("Only one of main_op and legacy_init_op may be given")
    graph = get_default_graph()
    for key, op in ((LEGACY_INIT_OP_KEY, legacy_init_op), (MAIN_OP_KEY, main_op)):
        if op is None:
            continue
        if not isinstance(op, Operation):
            raise TypeError(f"{key} needs to be an Operation: {op}")
        if graph.get_collection(key):
            raise ValueError(f"Graph already contains one or more entries in the collection {key}.")
        graph.add_to_collection(key, op)


def simple_save(session, export_dir, inputs, outputs, legacy_init_op=None):
    """Writes a model that predicts `outputs` from `inputs`.

    Args:
      session: the session with the variables' values.
      export_dir: the folder; must be empty or missing.
      inputs: dict from name to `Tensor`.
      outputs: dict from name to `Tensor`.
      legacy_init_op: an operation to run after loading.
    """
    logging.warn_once(
        ("deprecated", "simple_save"), "tf.saved_model.simple_save is deprecated in later versions"
    )
    signature = signatures.predict_signature_def(inputs, outputs)
    builder = SavedModelBuilder(export_dir)
    builder.add_meta_graph_and_variables(
        session,
        tags=[SERVING],
        signature_def_map={signatures.DEFAULT_SERVING_SIGNATURE_DEF_KEY: signature},
        assets_collection=get_default_graph().get_collection("asset_filepaths"),
        main_op=legacy_init_op,
        clear_devices=True,
    )
    builder.save()


# --- loading ------------------------------------------------------------------------------------


def maybe_saved_model_directory(export_dir):
    """Whether a folder looks like a SavedModel.

    Args:
      export_dir: the folder.

    Returns:
      A bool.
    """
    return any(
        local.exists(os.path.join(export_dir, name))
        for name in (SAVED_MODEL_FILENAME_PB, SAVED_MODEL_FILENAME_PBTXT)
    )


contains_saved_model = maybe_saved_model_directory


def parse_saved_model(export_dir):
    """The `SavedModel` proto of a folder.

    Args:
      export_dir: the folder.

    Raises:
      OSError: there is none, or it cannot be read.
    """
    from google.protobuf import text_format
    from google.protobuf.message import DecodeError

    from headwater._src.core.proto import saved_model_pb2

    folder = os.fspath(export_dir)
    folder = folder.decode() if isinstance(folder, bytes) else folder
    binary = os.path.join(folder, SAVED_MODEL_FILENAME_PB)
    text = os.path.join(folder, SAVED_MODEL_FILENAME_PBTXT)
    try:
        if local.exists(binary):
            return saved_model_pb2.SavedModel.FromString(local.read_bytes(binary))
        if local.exists(text):
            return text_format.Parse(local.read_bytes(text).decode(), saved_model_pb2.SavedModel())
    except (DecodeError, text_format.ParseError, UnicodeDecodeError) as error:
        raise OSError(f"Cannot parse file {binary}: {error}.") from None
    raise OSError(
        f"SavedModel file does not exist at: {folder}{os.path.sep}"
        f"{{{SAVED_MODEL_FILENAME_PBTXT}|{SAVED_MODEL_FILENAME_PB}}}"
    )


def load(sess, tags, export_dir, import_scope=None, **saver_kwargs):
    """Loads a graph of a SavedModel into a session's graph, with its variables.

    Args:
      sess: the session.
      tags: list of the tags that the graph was written with.
      export_dir: the folder.
      import_scope: name scope put before names.
      **saver_kwargs: `clear_devices`, `input_map` and `return_elements`, as for
        `tf.train.import_meta_graph`.

    Returns:
      The `MetaGraphDef` proto.

    Raises:
      RuntimeError: no graph has these tags.
      OSError: there is no such model.
    """
    model = parse_saved_model(export_dir)
    folder = os.fspath(export_dir)
    folder = folder.decode() if isinstance(folder, bytes) else folder
    wanted = set(tags)
    found = [m for m in model.meta_graphs if set(m.meta_info_def.tags) == wanted]
    if not found:
        shown = ", ".join(repr(tag) for tag in tags)
        raise RuntimeError(
            f"MetaGraphDef associated with tags {shown} could not be found in SavedModel, with "
            f"available tags '{[set(m.meta_info_def.tags) for m in model.meta_graphs]}'."
        )
    proto = found[0]
    with sess.graph.as_default():
        saver, _ = import_with_elements(proto, import_scope=import_scope, **saver_kwargs)
        if saver is not None:
            saver.restore(sess, os.path.join(folder, VARIABLES_DIRECTORY, VARIABLES_FILENAME))
        feeds = _asset_feeds(proto, folder, import_scope)
        _run_init_op(sess, proto, import_scope, feeds)
    return proto


def _asset_feeds(proto, folder, scope):
    """What to feed so that file names are those of the model's own copies."""
    feeds = {}
    for definition in _assets(proto):
        name = definition.tensor_info.name
        if os.path.basename(definition.filename) != definition.filename:
            raise errors.InvalidArgumentError(
                None, None, f"The asset file name {definition.filename} is not a plain name"
            )
        path = os.path.join(folder, ASSETS_DIRECTORY, definition.filename)
        feeds[f"{scope}/{name}" if scope else name] = path
    return feeds


def _assets(proto):
    from headwater._src.core.proto import meta_graph_pb2

    if ASSETS_KEY in proto.collection_def:
        for packed in proto.collection_def[ASSETS_KEY].any_list.value:
            yield meta_graph_pb2.AssetFileDef.FromString(packed.value)
    else:
        yield from proto.asset_file_def


def _run_init_op(sess, proto, scope, feeds):
    for key in (MAIN_OP_KEY, LEGACY_INIT_OP_KEY):
        if key not in proto.collection_def:
            continue
        names = proto.collection_def[key].node_list.value
        if len(names) != 1:
            raise RuntimeError(f"Expected exactly one SavedModel init op. Found: {names}")
        name = names[0]
        if name:
            sess.run(sess.graph.as_graph_element(f"{scope}/{name}" if scope else name), feeds)
        return


def main_op():
    """The usual operation to run after loading: local variables and tables initialized."""
    from headwater._src.graph.optable import PUBLIC

    graph = get_default_graph()
    done = [v.initializer for v in graph.get_collection("local_variables")]
    done += graph.get_collection("table_initializer")
    return PUBLIC["group"](*done)


def main_op_with_restore(restore_op_name):
    """`main_op`, after a restore operation.

    Args:
      restore_op_name: the operation's name.
    """
    from headwater._src.graph.optable import PUBLIC

    graph = get_default_graph()
    with graph.control_dependencies([main_op()]):
        return PUBLIC["group"](graph.get_operation_by_name(restore_op_name))
