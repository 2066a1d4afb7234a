"""Keras models as SavedModels: a graph for serving, and what makes the model again.

Besides the graph there is `assets/saved_model.json`, the model's configuration and what it was
compiled with, and the variables are a checkpoint of objects, so weights are read without the graph.
"""

import json
import os
import tempfile

from headwater._src.graph.graph import Graph
from headwater._src.io.atomic import write_file
from headwater._src.keras import object_checkpoint, saving
from headwater._src.keras.model_config import description, plain
from headwater._src.keras.sessions import batch_get_value
from headwater._src.keras.state import set_learning_phase
from headwater._src.runtime.session import Session
from headwater._src.train import object_graph, saved_model, signatures
from headwater._src.train.saver import Saver

_CONFIG = "saved_model.json"


def export_saved_model(
    model,
    saved_model_path,
    custom_objects=None,
    as_text=False,
    input_signature=None,
    serving_only=False,
):
    """Writes a model as a SavedModel with the tag `serve` and the signature `serving_default`.

    The signature's inputs and outputs have the names of the model's. Graphs for training and
    evaluating are not written: `load_from_saved_model` makes the model again from its layers.

    Args:
      model: a `Model` whose layers are connected by tensors, or a `Sequential` that is built.
      saved_model_path: the folder; must be empty or missing.
      custom_objects: dict from names to classes and functions of the program's own.
      as_text: whether the graph is written as text.
      input_signature: must be None.
      serving_only: accepted; only the graph for serving is written anyway.

    Returns:
      The folder.

    Raises:
      AssertionError: the folder has something in it.
      NotImplementedError: a model of a class of its own, or an `input_signature`.
      ValueError: the model has not been built.
    """
    _write(model, os.fspath(saved_model_path), custom_objects, as_text, input_signature, None)
    return saved_model_path


def save(model, path, overwrite=True, include_optimizer=True):
    """Writes a model with what it was compiled with as a SavedModel, whole or not at all.

    Args:
      model: a `Model` whose layers are connected by tensors, or a `Sequential` that is built.
      path: the folder.
      overwrite: whether a SavedModel that is there is replaced.
      include_optimizer: whether what `compile` was given is written.

    Raises:
      FileExistsError: the folder is there and must not be replaced, or holds something else.
    """
    path = os.path.abspath(os.fspath(path))
    if os.path.exists(path) and not (overwrite and _may_be_replaced(path)):
        raise FileExistsError(f"{path} exists, and is not a SavedModel that may be replaced")
    training = saving._training_config(model) if include_optimizer and model.optimizer else None
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with tempfile.TemporaryDirectory(dir=os.path.dirname(path)) as folder:
        made = os.path.join(folder, "new")
        _write(model, made, None, False, None, training)
        if os.path.exists(path):
            os.rename(path, os.path.join(folder, "old"))
        os.rename(made, path)


def _may_be_replaced(path):
    return saved_model.maybe_saved_model_directory(path) or not os.listdir(path)


def _write(model, path, custom_objects, as_text, input_signature, training):
    if input_signature is not None:
        raise NotImplementedError("Only inputs as the model has them: input_signature is not None")
    config = {k: v for k, v in description(model).items() if k in ("class_name", "config")}
    if not model.input_names:
        raise ValueError("The model has no inputs yet: build it, or call it, before it is saved.")
    builder = saved_model.SavedModelBuilder(path)
    values = batch_get_value(model.weights)
    keys = {id(n.item): n.key for n in object_graph.walk(model)}
    with Graph().as_default() as graph, Session(graph=graph) as sess:
        set_learning_phase(0)
        copy = saving.model_from_config(config, custom_objects)
        copy.set_weights(values)
        signature = signatures.predict_signature_def(
            dict(zip(copy.input_names, copy.inputs)), dict(zip(copy.output_names, copy.outputs))
        )
        pairs = zip(model.weights, copy.weights, strict=True)
        builder.add_meta_graph_and_variables(
            sess,
            [saved_model.SERVING],
            {signatures.DEFAULT_SERVING_SIGNATURE_DEF_KEY: signature},
            saver=Saver({keys[id(own)]: copied for own, copied in pairs}),
        )
        builder.save(as_text)
    # The same variables once more, with the optimizer's and with the objects that they belong to.
    object_graph.write(model, _variables(path), batch_get_value)
    assets = os.path.join(path, saved_model.ASSETS_DIRECTORY)
    os.makedirs(assets, exist_ok=True)
    facts = config if training is None else {**config, "training_config": training}
    write_file(os.path.join(assets, _CONFIG), json.dumps(facts, default=plain).encode())


def _variables(path):
    return os.path.join(path, saved_model.VARIABLES_DIRECTORY, saved_model.VARIABLES_FILENAME)


def load_from_saved_model(saved_model_path, custom_objects=None):
    """The model of a SavedModel that `export_saved_model` or `Model.save` wrote; not compiled.

    Args:
      saved_model_path: the folder.
      custom_objects: dict from names to classes and functions of the program's own.

    Returns:
      A `Model` or `Sequential`.

    Raises:
      NotImplementedError: a SavedModel without the model's configuration, as TensorFlow 2 writes.
    """
    return load(saved_model_path, custom_objects, compile=False)


def load(path, custom_objects=None, compile=True):
    """`load_from_saved_model`; with `compile`, as it was compiled, with the optimizer's state.

    Args:
      path: the folder.
      custom_objects: dict from names to classes and functions of the program's own.
      compile: whether the model is compiled as the file says.

    Returns:
      A `Model` or `Sequential`.

    Raises:
      NotImplementedError: a SavedModel without the model's configuration, as TensorFlow 2 writes.
    """
    path = os.fspath(path)
    file = os.path.join(path, saved_model.ASSETS_DIRECTORY, _CONFIG)
    if not os.path.exists(file):
        raise NotImplementedError(
            f"{path} holds no {_CONFIG}, from which the model could be made again. "
            "tf.saved_model.loader.load loads the graph of a SavedModel."
        )
    with open(file, encoding="utf-8") as text:
        facts = json.load(text)
    model = saving.model_from_config(facts, custom_objects)
    if compile and facts.get("training_config"):
        with saving.CustomObjectScope(custom_objects or {}):
            saving._compile(model, facts["training_config"], {})
        model._compiled.train_step(False)  # makes the optimizer's variables
    object_checkpoint.read(model, _variables(path))
    return model
