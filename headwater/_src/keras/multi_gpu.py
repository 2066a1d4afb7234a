"""`multi_gpu_model`: one model over several devices, each with a share of every batch."""

from headwater._src.core import logging
from headwater._src.graph.framework import device, name_scope
from headwater._src.graph.optable import PUBLIC
from headwater._src.keras.layers.core import Lambda
from headwater._src.keras.layers.merging import Concatenate
from headwater._src.keras.models import Model


def multi_gpu_model(model, gpus=None, cpu_merge=True, cpu_relocation=False):
    """A model with the same layers, which computes parts of each batch on several devices.

    The parts are computed by towers that share all variables, and put together at the end. GPUs
    that the machine does not have are replaced by its CPU, with a warning.

    Args:
      model: the model, which stays as it is.
      gpus: their number, at least 2, or a list of their numbers (default: all that there are).
      cpu_merge: whether the CPU puts the results together.
      cpu_relocation: whether the model is made anew, with its variables on the CPU.

    Returns:
      A `Model`. Save and load weights with `model`, whose names these are.

    Raises:
      ValueError: there are fewer than two devices.
    """
    present = _present_gpus()
    if gpus is None:
        gpus = present
    numbers = list(gpus) if isinstance(gpus, (list, tuple)) else list(range(gpus))
    if len(numbers) <= 1:
        raise ValueError(
            "For multi-gpu usage to be effective, call `multi_gpu_model` with `gpus >= 2`. "
            f"Received: `gpus={gpus}`"
        )
    absent = [i for i in numbers if i not in range(present)]
    if absent:
        logging.warning("multi_gpu_model: there are no GPUs %s, the CPU does their part.", absent)
    if cpu_relocation:
        from headwater._src.keras.model_config import clone_model

        with device("/cpu:0"):
            model = clone_model(model)
    places = ["/cpu:0" if i in absent else f"/gpu:{i}" for i in numbers]
    towers = [_tower(model, i, len(places), place) for i, place in enumerate(places)]
    with device("/cpu:0" if cpu_merge else places[0]):
        outputs = [
            Concatenate(axis=0, name=name)(list(parts))
            for name, parts in zip(model.output_names, zip(*towers))
        ]
    return Model(model.inputs, outputs)


def _present_gpus():
    from headwater._src.compiler.devices import count_gpus

    return count_gpus(None)


def _tower(model, i, count, place):
    """The model's outputs for part `i` of the batch."""
    with device(place), name_scope(f"replica_{i}"):
        parts = [
            Lambda(_part, output_shape=tuple(x.dims[1:]), arguments={"i": i, "count": count})(x)
            for x in model.inputs
        ]
        outputs = model(parts[0] if len(parts) == 1 else parts)
    return outputs if isinstance(outputs, list) else [outputs]


def _part(data, i, count):
    """Rows of part `i`; the last part has the rows that are left over."""
    rows = PUBLIC["shape"](data)[0]
    size = rows // count
    return data[size * i :] if i == count - 1 else data[size * i : size * (i + 1)]
