"""Arguments of layers that are given by name or as objects: initializers, regularizers and so on.

What kind of argument it is follows from how its name ends.
"""

from headwater._src.keras import activations, constraints, initializers, regularizers
from headwater._src.keras.state import image_data_format
from headwater._src.layers.windows import layout

_KINDS = {
    "initializer": initializers,
    "regularizer": regularizers,
    "constraint": constraints,
    "activation": activations,
}


def _module(name):
    return _KINDS.get(name.rpartition("_")[2])


def resolved(**arguments):
    """The arguments, with objects for names.

    Args:
      **arguments: arguments of a layer by name.

    Returns:
      Dict of the same names.
    """
    return {
        name: _module(name).get(value) if _module(name) else value
        for name, value in arguments.items()
    }


def described(layer, *names):
    """Attributes of a layer as plain values, for its config.

    Args:
      layer: the layer.
      *names: the attributes.

    Returns:
      Dict from the names to plain values.
    """
    config = {}
    for name in names:
        value = getattr(layer, name)
        config[name] = _module(name).serialize(value) if _module(name) else value
    return config


def data_layout(data_format):
    """`channels_last` or `channels_first`; the default where the program does not say.

    Args:
      data_format: the layout, or None.
    """
    return layout(image_data_format() if data_format is None else data_format)
