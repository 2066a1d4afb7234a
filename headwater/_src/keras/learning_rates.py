"""`tf.keras.optimizers.schedules`: learning rates as functions of the number of updates."""

import inspect

from headwater._src.keras.serialization import deserialize_keras_object, serialize_keras_object
from headwater._src.train import learning_rate_decay as decay


class LearningRateSchedule:
    """Base class: an instance is called with the number of updates and gives the rate."""

    def __call__(self, step):
        """The learning rate.

        Args:
          step: scalar `Tensor`, the number of updates so far.
        """
        raise NotImplementedError("Learning rate schedule must override __call__")

    def get_config(self):
        """The constructor's arguments as plain values."""
        raise NotImplementedError("Learning rate schedule must override get_config")

    @classmethod
    def from_config(cls, config):
        """The schedule that `get_config` described.

        Args:
          config: dict of the constructor's arguments.
        """
        return cls(**config)


class _Schedule(LearningRateSchedule):
    """A schedule that one of `tf.train`'s functions computes; subclasses name their arguments."""

    _function = None

    def __init__(self, **arguments):
        vars(self).update(arguments)
        self._arguments = arguments

    def __call__(self, step):
        rate, *rest = self._arguments.values()
        return type(self)._function(rate, step, *rest)

    def get_config(self):
        return dict(self._arguments)


class ExponentialDecay(_Schedule):
    """`initial_learning_rate * decay_rate ** (step / decay_steps)`.

    Args:
      initial_learning_rate: the first rate.
      decay_steps: the number of updates in which the rate falls by the factor `decay_rate`.
      decay_rate: that factor.
      staircase: whether the rate changes only every `decay_steps` updates.
      name: name of the scope.
    """

    _function = staticmethod(decay.exponential_decay)

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        super().__init__(
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            decay_rate=decay_rate,
            staircase=staircase,
            name=name,
        )


class InverseTimeDecay(_Schedule):
    """`initial_learning_rate / (1 + decay_rate * step / decay_steps)`.

    Args:
      initial_learning_rate: the first rate.
      decay_steps: the number of updates in which the divisor grows by `decay_rate`.
      decay_rate: how fast the rate falls.
      staircase: whether the rate changes only every `decay_steps` updates.
      name: name of the scope.
    """

    _function = staticmethod(decay.inverse_time_decay)

    def __init__(self, initial_learning_rate, decay_steps, decay_rate, staircase=False, name=None):
        super().__init__(
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            decay_rate=decay_rate,
            staircase=staircase,
            name=name,
        )


class PolynomialDecay(_Schedule):
    """From one rate to another along a polynomial.

    Args:
      initial_learning_rate: the first rate.
      decay_steps: the number of updates after which the last rate is reached.
      end_learning_rate: the last rate.
      power: the polynomial's degree.
      cycle: whether it begins again, over a longer time, each time it has ended.
      name: name of the scope.
    """

    _function = staticmethod(decay.polynomial_decay)

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        end_learning_rate=0.0001,
        power=1.0,
        cycle=False,
        name=None,
    ):
        super().__init__(
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            end_learning_rate=end_learning_rate,
            power=power,
            cycle=cycle,
            name=name,
        )


class CosineDecay(_Schedule):
    """From `initial_learning_rate` to the part `alpha` of it along half a cosine wave.

    Args:
      initial_learning_rate: the first rate.
      decay_steps: the number of updates after which the last rate is reached.
      alpha: the last rate as a part of the first.
      name: name of the scope.
    """

    _function = staticmethod(decay.cosine_decay)

    def __init__(self, initial_learning_rate, decay_steps, alpha=0.0, name=None):
        super().__init__(
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            alpha=alpha,
            name=name,
        )


class CosineDecayRestarts(_Schedule):
    """`CosineDecay` that starts again each time it ends (Loshchilov and Hutter, 2016).

    Args:
      initial_learning_rate: the first rate.
      first_decay_steps: the number of updates of the first period.
      t_mul: how much longer each period is than the one before.
      m_mul: the first rate of each period as a part of that of the one before.
      alpha: the last rate as a part of the first.
      name: name of the scope.
    """

    _function = staticmethod(decay.cosine_decay_restarts)

    def __init__(
        self,
        initial_learning_rate,
        first_decay_steps,
        t_mul=2.0,
        m_mul=1.0,
        alpha=0.0,
        name=None,
    ):
        super().__init__(
            initial_learning_rate=initial_learning_rate,
            first_decay_steps=first_decay_steps,
            t_mul=t_mul,
            m_mul=m_mul,
            alpha=alpha,
            name=name,
        )


class LinearCosineDecay(_Schedule):
    """A falling line times a cosine wave (Bello et al., 2017).

    Args:
      initial_learning_rate: the first rate.
      decay_steps: the number of updates after which the line reaches zero.
      num_periods: the number of cosine waves in that time.
      alpha: added to the line.
      beta: added to the product.
      name: name of the scope.
    """

    _function = staticmethod(decay.linear_cosine_decay)

    def __init__(
        self,
        initial_learning_rate,
        decay_steps,
        num_periods=0.5,
        alpha=0.0,
        beta=0.001,
        name=None,
    ):
        super().__init__(
            initial_learning_rate=initial_learning_rate,
            decay_steps=decay_steps,
            num_periods=num_periods,
            alpha=alpha,
            beta=beta,
            name=name,
        )


class PiecewiseConstantDecay(LearningRateSchedule):
    """A constant rate between boundaries.

    Args:
      boundaries: increasing list of numbers of updates after which the rate changes.
      values: the rates, one more than boundaries.
      name: name of the scope.

    Raises:
      ValueError: there is not one value more than boundaries.
    """

    def __init__(self, boundaries, values, name=None):
        if len(boundaries) != len(values) - 1:
            raise ValueError(
                "The length of boundaries should be 1 less than the length of values. Received: "
                f"boundaries={boundaries} of length {len(boundaries)}, and values={values} of "
                f"length {len(values)}."
            )
        self.boundaries, self.values, self.name = boundaries, values, name

    def __call__(self, step):
        kind = step.dtype.as_numpy_dtype
        boundaries = [kind(b) for b in self.boundaries]
        return decay.piecewise_constant(step, boundaries, self.values, self.name)

    def get_config(self):
        return {"boundaries": self.boundaries, "values": self.values, "name": self.name}


_NAMES = {
    name: value
    for name, value in list(globals().items())
    if inspect.isclass(value) and issubclass(value, LearningRateSchedule) and name[0] != "_"
}


def serialize(learning_rate_schedule, use_legacy_format=False):
    """A schedule as plain values.

    Args:
      learning_rate_schedule: a `LearningRateSchedule`.
      use_legacy_format: ignored; kept for newer programs.
    """
    return serialize_keras_object(learning_rate_schedule)


def deserialize(config, custom_objects=None, use_legacy_format=False):
    """The schedule that `serialize` described.

    Args:
      config: `{"class_name": ..., "config": ...}`.
      custom_objects: dict from further names to classes.
      use_legacy_format: ignored; kept for newer programs.
    """
    return deserialize_keras_object(config, _NAMES, custom_objects, "decay")
