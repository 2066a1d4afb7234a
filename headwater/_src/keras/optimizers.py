"""`tf.keras.optimizers`: by name, by config, and those of `tf.train` in Keras' clothes."""

from headwater._src.core import dtypes
from headwater._src.graph.framework import name_scope
from headwater._src.graph.variable import Variable
from headwater._src.keras.optimizer_base import Optimizer
from headwater._src.keras.optimizers_moments import Adam, Adamax, Nadam
from headwater._src.keras.optimizers_momentum import SGD, Ftrl
from headwater._src.keras.optimizers_squares import Adadelta, Adagrad, RMSprop
from headwater._src.keras.serialization import deserialize_keras_object, serialize_keras_object
from headwater._src.train.optimizer import Optimizer as TrainOptimizer

_NAMES = {
    c.__name__.lower(): c for c in (SGD, RMSprop, Adagrad, Adadelta, Adam, Adamax, Nadam, Ftrl)
}


class TFOptimizer:
    """An optimizer of `tf.train` with the methods that models call.

    Args:
      optimizer: the `tf.train.Optimizer`.
      iterations: the variable that counts updates (default: a new one).
    """

    def __init__(self, optimizer, iterations=None):
        self.optimizer = optimizer
        if iterations is None:
            with name_scope(type(self).__name__):
                iterations = Variable(
                    0, trainable=False, dtype=dtypes.int64, name="iterations", use_resource=True
                )
        self.iterations = iterations

    def __getattr__(self, name):
        return getattr(self.__dict__["optimizer"], name)

    def _checkpoint_children(self):
        return {"optimizer": self.optimizer}

    def get_gradients(self, loss, params):
        """The gradients of `loss`.

        Args:
          loss: `Tensor`.
          params: list of variables.
        """
        return [grad for grad, _ in self.optimizer.compute_gradients(loss, params)]

    def get_updates(self, loss, params):
        """The operations of one update.

        Args:
          loss: `Tensor` that is made smaller.
          params: list of variables.

        Returns:
          List with one operation.
        """
        pairs = self.optimizer.compute_gradients(loss, params)
        return [self.apply_gradients(pairs)]

    def apply_gradients(self, grads_and_vars, name=None):
        """Updates variables along gradients, and counts the update.

        Args:
          grads_and_vars: pairs `(gradient, variable)`.
          name: name of the operation.
        """
        return self.optimizer.apply_gradients(
            grads_and_vars, global_step=self.iterations, name=name
        )

    @property
    def weights(self):
        """Not known: an optimizer of `tf.train` does not list its variables in order."""
        raise NotImplementedError("the weights of an optimizer of tf.train cannot be listed")

    def get_config(self):
        """Not known: an optimizer of `tf.train` does not keep its arguments."""
        raise NotImplementedError("an optimizer of tf.train has no config")

    @classmethod
    def from_config(cls, config):
        """Not possible.

        Args:
          config: ignored.
        """
        raise NotImplementedError("an optimizer of tf.train cannot be made from a config")


def serialize(optimizer, use_legacy_format=False):
    """An optimizer as plain values.

    Args:
      optimizer: an `Optimizer`.
      use_legacy_format: ignored; kept for newer programs.
    """
    return serialize_keras_object(optimizer)


def deserialize(config, custom_objects=None, use_legacy_format=False, **kwargs):
    """The optimizer that `serialize` described.

    Args:
      config: `{"class_name": ..., "config": ...}`.
      custom_objects: dict from further names to classes.
      use_legacy_format: ignored; kept for newer programs.
      **kwargs: ignored; kept for newer programs.
    """
    name = config["class_name"]
    if name.lower() in _NAMES:
        config = {**config, "class_name": name.lower()}
    return deserialize_keras_object(config, _NAMES, custom_objects, "optimizer")


def get(identifier, **kwargs):
    """The optimizer that a program means.

    Args:
      identifier: a name, a config, an optimizer of Keras or of `tf.train`.
      **kwargs: ignored; kept for newer programs.

    Raises:
      ValueError: it is of another kind.
    """
    if isinstance(identifier, (Optimizer, TFOptimizer)):
        return identifier
    if isinstance(identifier, TrainOptimizer):
        return TFOptimizer(identifier)
    if isinstance(identifier, dict):
        return deserialize(identifier)
    if isinstance(identifier, str):
        return deserialize({"class_name": identifier, "config": {}})
    raise ValueError(f"Could not interpret optimizer identifier: {identifier!r}")
