"""Models and weights in Keras' HDF5 files, and weights in checkpoints. Nothing read here is run.

Models as SavedModels are in `saved_models.py`.
"""

import io
import json
import os

from headwater._src.io.atomic import replacing
from headwater._src.keras import hdf5, object_checkpoint
from headwater._src.keras.model_config import VERSION, description, plain
from headwater._src.keras.serialization import CustomObjectScope, serialize_keras_object
from headwater._src.keras.sessions import batch_get_value, batch_set_value

_HDF5_ENDINGS = (".h5", ".hdf5", ".keras")


def save_model(model, filepath, overwrite=True, include_optimizer=True, save_format=None, **kwargs):
    """Writes a model to an HDF5 file, or as a SavedModel.

    Args:
      model: a `Model` whose layers are connected by tensors, or a `Sequential`.
      filepath: the file or folder, or an open `h5py.File`.
      overwrite: whether an existing file is replaced.
      include_optimizer: whether the optimizer's state is written.
      save_format: `"h5"`, `"tf"` for a SavedModel, or None: a SavedModel where there is a folder.
      **kwargs: `signatures`, `options`: accepted as None.

    Raises:
      FileExistsError: the file is there and must not be replaced.
      NotImplementedError: a model of a class of its own.
      ValueError: an unknown format.
    """
    if save_format in ("tf", "tensorflow") or (save_format is None and _is_directory(filepath)):
        from headwater._src.keras import saved_models

        saved_models.save(model, filepath, overwrite, include_optimizer)
        return
    if save_format not in (None, "h5", "hdf5", "keras"):
        raise ValueError(f"Unknown format {save_format!r}; use 'tf' or 'h5'.")
    facts = json.dumps(
        {k: v for k, v in description(model).items() if k in ("class_name", "config")},
        default=plain,
    )
    training = _training_config(model) if include_optimizer and model.optimizer else None

    def write(file):
        hdf5.set_text(file, "keras_version", VERSION)
        hdf5.set_text(file, "backend", "tensorflow")
        hdf5.set_text(file, "model_config", facts)
        hdf5.write_layers(file.create_group("model_weights"), model, VERSION)
        if training is not None:
            hdf5.set_text(file, "training_config", json.dumps(training, default=plain))
            variables = getattr(model.optimizer, "weights", None)
            if variables:
                group = file.create_group("optimizer_weights")
                hdf5.write_variables(group, variables, batch_get_value(variables))

    _write(filepath, overwrite, write)


def _is_directory(filepath):
    name = filepath if isinstance(filepath, (str, os.PathLike)) else None
    return (
        name is not None and not os.fspath(name).endswith(_HDF5_ENDINGS) and (os.path.isdir(name))
    )


def _write(filepath, overwrite, write):
    """Lets `write` fill a new HDF5 file, which then takes its place."""
    library = hdf5.h5py()
    if isinstance(filepath, library.Group):
        write(filepath)
        return
    filepath = os.fspath(filepath)
    if not overwrite and os.path.exists(filepath):
        raise FileExistsError(f"{filepath} exists, and overwrite=False")
    content = io.BytesIO()
    with library.File(content, "w") as file:
        write(file)
    with replacing(filepath) as destination:
        destination.write(content.getbuffer())


def _training_config(model):
    given = {k: _described(v) for k, v in model._compile_arguments.items()}
    optimizer = model.optimizer
    if not hasattr(optimizer, "get_config") or type(optimizer).__name__ == "TFOptimizer":
        return None
    config = {"class_name": type(optimizer).__name__, "config": optimizer.get_config()}
    return {"optimizer_config": config, **given}


def _described(value):
    """Losses and metrics as a file has them: names, and configurations of objects."""
    if isinstance(value, dict):
        return {k: _described(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_described(v) for v in value]
    if value is None or isinstance(value, (str, int, float)):
        return value
    return serialize_keras_object(value)


def load_model(filepath, custom_objects=None, compile=True):
    """The model of an HDF5 file that TensorFlow's Keras or headwater wrote, or of a SavedModel.

    Args:
      filepath: the file or folder, or an open `h5py.File`.
      custom_objects: dict from names to classes and functions of the program's own.
      compile: whether the model is compiled as the file says, with the optimizer's state.

    Returns:
      A `Model` or `Sequential`.

    Raises:
      OSError: there is no such file.
      ValueError: the file has no model, or names a class that is unknown.
    """
    library = hdf5.h5py()
    if isinstance(filepath, library.Group):
        return _read_model(filepath, custom_objects, compile)
    if os.path.isdir(filepath):
        from headwater._src.keras import saved_models

        return saved_models.load(filepath, custom_objects, compile)
    with library.File(os.fspath(filepath), "r") as file:
        return _read_model(file, custom_objects, compile)


def _read_model(file, custom_objects, compile):
    text = hdf5.text(file, "model_config")
    if text is None:
        raise ValueError("No model found in config file.")
    model = model_from_config(json.loads(text), custom_objects)
    hdf5.read_layers(file["model_weights"], model.layers)
    training = hdf5.text(file, "training_config")
    if compile and training is not None and training != "null":
        with CustomObjectScope(custom_objects or {}):
            _compile(model, json.loads(training), file)
    return model


def _compile(model, training, file):
    from headwater._src.keras import optimizers

    optimizer = optimizers.deserialize(training["optimizer_config"])
    model.compile(
        optimizer,
        loss=_revived(training.get("loss"), "losses"),
        metrics=_revived(_without_duplicates(training.get("metrics")), "metrics"),
        weighted_metrics=_revived(training.get("weighted_metrics"), "metrics"),
        loss_weights=training.get("loss_weights"),
        sample_weight_mode=training.get("sample_weight_mode"),
    )
    if "optimizer_weights" in file and model._compiled.outputs:
        model._compiled.train_step(False)  # makes the optimizer's variables
        values = hdf5.read_variables(file["optimizer_weights"])
        if len(values) == len(optimizer.weights):
            batch_set_value(zip(optimizer.weights, values))


def _without_duplicates(metrics):
    """Newer files have one list for each output, even where there is one output."""
    if isinstance(metrics, list) and len(metrics) == 1 and isinstance(metrics[0], list):
        return metrics[0]
    return metrics


def _revived(value, module):
    """Losses and metrics of what a file says of them."""
    if isinstance(value, dict) and set(value) >= {"class_name", "config"}:
        import importlib

        return importlib.import_module(f"headwater._src.keras.{module}").deserialize(value)
    if isinstance(value, dict):
        return {k: _revived(v, module) for k, v in value.items()}
    if isinstance(value, list):
        return [_revived(v, module) for v in value]
    return value


def model_from_config(config, custom_objects=None):
    """The model that a dict describes, with new variables.

    Args:
      config: dict with `class_name` and `config`.
      custom_objects: dict from names to classes and functions of the program's own.

    Raises:
      TypeError: it is a list.
    """
    from headwater._src.keras import layer_registry

    if isinstance(config, list):
        raise TypeError(
            "`model_from_config` expects a dictionary, not a list. Maybe you meant to use "
            "`Sequential.from_config(config)`?"
        )
    return layer_registry.deserialize(config, custom_objects=custom_objects)


def model_from_json(json_string, custom_objects=None):
    """The model that JSON text describes, with new variables.

    Args:
      json_string: what `Model.to_json` gave.
      custom_objects: dict from names to classes and functions of the program's own.
    """
    return model_from_config(json.loads(json_string), custom_objects=custom_objects)


def model_from_yaml(yaml_string, custom_objects=None):
    """Not available: reading YAML can run code; `model_from_json` does the same.

    Args:
      yaml_string: ignored.
      custom_objects: ignored.

    Raises:
      RuntimeError: always.
    """
    raise RuntimeError(
        "Method `model_from_yaml()` has been removed due to security risk of arbitrary code "
        "execution. Please use `Model.to_json()` and `model_from_json()` instead."
    )


def save_weights(model, filepath, overwrite=True, save_format=None):
    """Writes a model's variables.

    Args:
      model: a `Model`.
      filepath: the file.
      overwrite: whether an existing file is replaced.
      save_format: `"h5"`, `"tf"`, or None to go by the name.

    Raises:
      ValueError: the format is unknown.
    """
    name = os.fspath(filepath)
    if save_format is None:
        save_format = "h5" if name.endswith(_HDF5_ENDINGS) else "tf"
    if save_format in ("h5", "hdf5", "keras"):
        _write(name, overwrite, lambda file: hdf5.write_layers(file, model, VERSION))
    elif save_format in ("tf", "tensorflow"):
        object_checkpoint.write(model, name)
    else:
        raise ValueError(f"Unknown format {save_format!r}; use 'tf' or 'h5'.")


def load_weights(model, filepath, by_name=False, skip_mismatch=False):
    """Reads a model's variables.

    Args:
      model: a `Model`.
      filepath: the file.
      by_name: whether layers are found by their names instead of their order.
      skip_mismatch: whether layers whose shapes differ are left as they are.

    Returns:
      None.

    Raises:
      ValueError: the file is of another model.
    """
    if skip_mismatch and not by_name:
        raise ValueError("skip_mismatch can only be set together with by_name.")
    if object_checkpoint.exists(filepath):
        if by_name:
            raise NotImplementedError("Weights may only be loaded by name from HDF5 files.")
        object_checkpoint.read(model, filepath)
        return
    with hdf5.h5py().File(filepath, "r") as file:
        group = file
        if "layer_names" not in file.attrs and "model_weights" in file:
            group = file["model_weights"]
        if by_name:
            hdf5.read_layers_by_name(group, model.layers, skip_mismatch)
        else:
            hdf5.read_layers(group, model.layers)
