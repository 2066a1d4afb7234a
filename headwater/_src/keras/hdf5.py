"""The layout of Keras' HDF5 files: a group for each layer, with its variables by name."""

import numpy as np

from headwater._src.keras.sessions import batch_get_value, batch_set_value
from headwater._src.keras.tracking import distinct

_LARGEST_ATTRIBUTE = 64512  # bytes; HDF5 has room for no more


def h5py():
    """The library for HDF5 files.

    Raises:
      ImportError: it is not installed.
    """
    try:
        import h5py as library
    except ImportError as error:
        raise ImportError(
            "Keras' model files are HDF5, which needs the package h5py: pip install h5py"
        ) from error
    return library


def set_text(group, name, text):
    """Sets an attribute to a text.

    Args:
      group: an HDF5 group.
      name: the attribute's name.
      text: a string.
    """
    group.attrs[name] = text.encode("utf8")


def text(group, name):
    """The text of an attribute, or None when it is not there.

    Args:
      group: an HDF5 group.
      name: the attribute's name.
    """
    value = group.attrs.get(name)
    return value.decode("utf8") if isinstance(value, bytes) else value


def _set_names(group, attribute, names):
    """Sets an attribute to a list of names; a long list becomes several attributes."""
    encoded = [name.encode("utf8") for name in names]
    array = np.asarray(encoded) if encoded else np.asarray([])
    if array.nbytes <= _LARGEST_ATTRIBUTE:
        group.attrs[attribute] = array
        return
    parts = 1
    while any(a.nbytes > _LARGEST_ATTRIBUTE for a in np.array_split(array, parts)):
        parts += 1
    for i, part in enumerate(np.array_split(array, parts)):
        group.attrs[f"{attribute}{i}"] = part


def _names(group, attribute):
    """A list of names, whether it is one attribute or several."""
    if attribute in group.attrs:
        found = list(group.attrs[attribute])
    else:
        found, part = [], 0
        while f"{attribute}{part}" in group.attrs:
            found += list(group.attrs[f"{attribute}{part}"])
            part += 1
    return [name.decode("utf8") if isinstance(name, bytes) else str(name) for name in found]


def variables_of(layer):
    """The variables of a layer in the order that files have them, the trainable ones first.

    Args:
      layer: a layer or model.
    """
    return distinct([*layer.trainable_weights, *layer.non_trainable_weights])


def write_layers(group, model, version):
    """Writes all layers' variables.

    Args:
      group: an HDF5 group.
      model: the model.
      version: the version of Keras whose layout it is.
    """
    _set_names(group, "layer_names", [layer.name for layer in model.layers])
    set_text(group, "backend", "tensorflow")
    set_text(group, "keras_version", version)
    variables = distinct(v for layer in model.layers for v in variables_of(layer))
    values = dict(zip(map(id, variables), batch_get_value(variables)))
    for layer in model.layers:
        mine = variables_of(layer)
        write_variables(group.create_group(layer.name), mine, [values[id(v)] for v in mine])


def write_variables(group, variables, values):
    """Writes variables under their names.

    Args:
      group: an HDF5 group.
      variables: list of variables.
      values: their values.
    """
    _set_names(group, "weight_names", [v.name for v in variables])
    for variable, value in zip(variables, values):
        value = np.asarray(value)
        dataset = group.create_dataset(variable.name, value.shape, dtype=value.dtype)
        dataset[() if not value.shape else slice(None)] = value


def read_variables(group):
    """The arrays of a group, in order.

    Args:
      group: an HDF5 group.
    """
    return [np.asarray(group[name]) for name in _names(group, "weight_names")]


def read_layers(group, layers):
    """Gives layers the values of a file, in order.

    Args:
      group: the HDF5 group with the layers.
      layers: the model's layers.

    Raises:
      ValueError: the file has other layers.
    """
    mine = [(layer, variables_of(layer)) for layer in layers]
    mine = [(layer, variables) for layer, variables in mine if variables]
    names = [n for n in _names(group, "layer_names") if _names(group[n], "weight_names")]
    if len(names) != len(mine):
        raise ValueError(
            f"You are trying to load a weight file containing {len(names)} layers into a model "
            f"with {len(mine)} layers."
        )
    pairs = []
    for number, (name, (layer, variables)) in enumerate(zip(names, mine)):
        values = read_variables(group[name])
        if len(values) != len(variables):
            raise ValueError(
                f'Layer #{number} (named "{layer.name}" in the current model) was found to '
                f"correspond to layer {name} in the save file. However the new layer {layer.name} "
                f"expects {len(variables)} weights, but the saved weights have {len(values)} "
                "elements."
            )
        for variable, value in zip(variables, values):
            _check_shape(variable, value, layer)
            pairs.append((variable, value))
    batch_set_value(pairs)


def _check_shape(variable, value, layer):
    if tuple(variable.dims) != value.shape:
        raise ValueError(
            f'Layer "{layer.name}": the weight {variable.name} has shape {tuple(variable.dims)}, '
            f"but the saved weight has shape {value.shape}."
        )


def read_layers_by_name(group, layers, skip_mismatch=False):
    """Gives those layers the values of a file whose names are in it.

    Args:
      group: the HDF5 group with the layers.
      layers: the model's layers.
      skip_mismatch: whether layers whose shapes differ are left as they are.

    Raises:
      ValueError: a layer has other variables than in the file.
    """
    pairs = []
    for name in _names(group, "layer_names"):
        values = read_variables(group[name])
        for layer in layers:
            if layer.name != name:
                continue
            variables = variables_of(layer)
            fits = len(values) == len(variables) and all(
                tuple(v.dims) == value.shape for v, value in zip(variables, values)
            )
            if fits:
                pairs += zip(variables, values)
            elif not skip_mismatch:
                raise ValueError(
                    f'Layer "{name}" expects weights of shapes '
                    f"{[tuple(v.dims) for v in variables]}, but the saved weights have shapes "
                    f"{[value.shape for value in values]}."
                )
    batch_set_value(pairs)
