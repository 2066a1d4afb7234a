"""Weights of models in TensorFlow's checkpoints of objects: variables are found by the path of
attributes that leads to them from the model, such as `layer_with_weights-0/kernel`.
"""

import os

from headwater._src.graph.variable import Variable
from headwater._src.io import bundle, checkpoint
from headwater._src.keras.sessions import batch_get_value, batch_set_value
from headwater._src.train import object_graph
from headwater._src.train.checkpoint_state import update_checkpoint_state


def exists(prefix):
    """Whether there is a checkpoint.

    Args:
      prefix: its path without endings.
    """
    return bundle.exists(os.fspath(prefix))


def write(model, prefix):
    """Writes the variables of a model and of its optimizer, and the graph of objects to them.

    Args:
      model: a `Model`.
      prefix: the path of the checkpoint without endings.
    """
    prefix = os.fspath(prefix)
    os.makedirs(os.path.dirname(prefix) or ".", exist_ok=True)
    object_graph.write(model, prefix, batch_get_value)
    update_checkpoint_state(os.path.dirname(prefix) or ".", prefix)


def read(model, prefix):
    """Gives a model's variables the values of a checkpoint, and those of its optimizer if they are
    in it.

    Args:
      model: a `Model`, built.
      prefix: the path of the checkpoint without endings.

    Raises:
      ValueError: the checkpoint has no object graph, or a variable of the model is not in it.
    """
    reader = checkpoint.CheckpointReader(os.fspath(prefix))
    proto = object_graph.read_proto(reader)
    if proto is None:
        raise ValueError(f"{prefix} is no checkpoint of objects: tf.train.Saver reads it.")
    match = object_graph.Match(model, proto)
    weights = {id(w) for w in model.weights}
    missing = [v.name for v in match.unmatched() if isinstance(v, Variable) and id(v) in weights]
    if missing:
        raise ValueError(f"{prefix} has no values for {', '.join(missing)}")
    batch_set_value([(variable, reader.read(key.encode())) for variable, key in match.pairs()])
