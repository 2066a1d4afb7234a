"""Layers that add noise while training, and layers that are a function of each element."""

from headwater._src.graph import raw
from headwater._src.keras import activations
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn
from headwater._src.keras.layers.settings import described, resolved
from headwater._src.layers.base import InputSpec
from headwater._src.layers.core import smart_cond

# The fixed point of `selu`: what a neuron gives that is switched off.
_SELU_OFF = -1.6732632423543772 * 1.0507009873554805


class _Noise(Layer):
    """A layer that lets its inputs through unless training."""

    def __init__(self, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.seed = seed

    def call(self, inputs, training=None):
        return smart_cond(
            self.training_value(training), lambda: self._noisy(inputs), lambda: raw.Identity(inputs)
        )

    def _noisy(self, inputs):
        raise NotImplementedError


class GaussianNoise(_Noise):
    """Adds normal noise while training.

    Args:
      stddev: the noise's standard deviation.
      seed: seed of the noise.
      **kwargs: as for `Layer`.
    """

    def __init__(self, stddev, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.stddev = stddev

    def _noisy(self, inputs):
        noise = fn.random_normal(
            fn.shape(inputs), 0.0, self.stddev, dtype=inputs.dtype, seed=self.seed
        )
        return inputs + noise

    def get_config(self):
        return {**super().get_config(), "stddev": self.stddev, "seed": self.seed}


class GaussianDropout(_Noise):
    """Multiplies by normal noise of mean 1 while training.

    Args:
      rate: the share that dropout with as much noise would drop.
      seed: seed of the noise.
      **kwargs: as for `Layer`.
    """

    def __init__(self, rate, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.rate = rate

    def _noisy(self, inputs):
        stddev = (self.rate / (1.0 - self.rate)) ** 0.5
        return inputs * fn.random_normal(
            fn.shape(inputs), 1.0, stddev, dtype=inputs.dtype, seed=self.seed
        )

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


class AlphaDropout(_Noise):
    """Dropout for `selu` networks, which keeps means and variances.

    Args:
      rate: the share that is dropped.
      noise_shape: shape of the mask, broadcast to the inputs.
      seed: seed of the mask.
      **kwargs: as for `Layer`.
    """

    def __init__(self, rate, noise_shape=None, seed=None, **kwargs):
        super().__init__(seed, **kwargs)
        self.rate, self.noise_shape = rate, noise_shape

    def _noisy(self, inputs):
        shape = fn.shape(inputs) if self.noise_shape is None else self.noise_shape
        drawn = fn.random_uniform(shape, seed=self.seed)
        kept = fn.cast(fn.greater_equal(drawn, self.rate), inputs.dtype)
        scale = ((1.0 - self.rate) * (1.0 + self.rate * _SELU_OFF**2)) ** -0.5
        shift = -scale * _SELU_OFF * self.rate
        return scale * (inputs * kept + _SELU_OFF * (1.0 - kept)) + shift

    def get_config(self):
        return {**super().get_config(), "rate": self.rate, "seed": self.seed}


class LeakyReLU(Layer):
    """`x` where positive, else `alpha * x`.

    Args:
      alpha: slope of the negative side.
      **kwargs: as for `Layer`.
    """

    def __init__(self, alpha=0.3, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.alpha = float(alpha)

    def call(self, inputs):
        return raw.LeakyRelu(inputs, alpha=self.alpha)

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha}


class PReLU(Layer):
    """`x` where positive, else `alpha * x` with slopes that are learnt (He et al., 2015).

    Args:
      alpha_initializer: initializer of the slopes.
      alpha_regularizer: function of the slopes that gives a loss.
      alpha_constraint: maps the updated slopes to allowed ones.
      shared_axes: dimensions along which there is one slope.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        alpha_initializer="zeros",
        alpha_regularizer=None,
        alpha_constraint=None,
        shared_axes=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        settings = resolved(
            alpha_initializer=alpha_initializer,
            alpha_regularizer=alpha_regularizer,
            alpha_constraint=alpha_constraint,
        )
        vars(self).update(settings)
        if shared_axes is not None and not isinstance(shared_axes, (list, tuple)):
            shared_axes = [shared_axes]
        self.shared_axes = None if shared_axes is None else list(shared_axes)

    def build(self, input_shape):
        shape = input_shape.as_list()[1:]
        for axis in self.shared_axes or ():
            shape[axis - 1] = 1
        self.alpha = self.add_weight(
            "alpha",
            shape,
            None,
            self.alpha_initializer,
            self.alpha_regularizer,
            True,
            self.alpha_constraint,
        )
        free = [i for i in range(1, len(shape) + 1) if i not in (self.shared_axes or ())]
        self.input_spec = InputSpec(
            ndim=len(shape) + 1, axes={i: input_shape.as_list()[i] for i in free}
        )
        self.built = True

    def call(self, inputs):
        return raw.Relu(inputs) - self.alpha * raw.Relu(-inputs)

    def get_config(self):
        return {
            **super().get_config(),
            **described(
                self, "alpha_initializer", "alpha_regularizer", "alpha_constraint", "shared_axes"
            ),
        }


class ELU(Layer):
    """`x` where positive, else `alpha * (exp(x) - 1)`.

    Args:
      alpha: the negated limit towards minus infinity.
      **kwargs: as for `Layer`.
    """

    def __init__(self, alpha=1.0, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.alpha = float(alpha)

    def call(self, inputs):
        return activations.elu(inputs, self.alpha)

    def get_config(self):
        return {**super().get_config(), "alpha": self.alpha}


class ThresholdedReLU(Layer):
    """`x` where it is greater than `theta`, else 0.

    Args:
      theta: the threshold.
      **kwargs: as for `Layer`.
    """

    def __init__(self, theta=1.0, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.theta = float(theta)

    def call(self, inputs):
        return inputs * fn.cast(inputs > self.theta, inputs.dtype)

    def get_config(self):
        return {**super().get_config(), "theta": self.theta}


class Softmax(Layer):
    """Exponentials that sum to 1 along a dimension.

    Args:
      axis: the dimension.
      **kwargs: as for `Layer`.
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.axis = axis

    def call(self, inputs):
        return activations.softmax(inputs, self.axis)

    def get_config(self):
        return {**super().get_config(), "axis": self.axis}


class ReLU(Layer):
    """`x` where it is at least `threshold`, else `negative_slope * (x - threshold)`.

    Args:
      max_value: upper bound of the result, or None.
      negative_slope: slope below the threshold.
      threshold: where the upper branch begins.
      **kwargs: as for `Layer`.

    Raises:
      ValueError: a number is negative.
    """

    def __init__(self, max_value=None, negative_slope=0.0, threshold=0.0, **kwargs):
        super().__init__(**kwargs)
        if max_value is not None and max_value < 0.0:
            raise ValueError(f"max_value of a ReLU layer cannot be a negative value: {max_value}")
        if negative_slope is None or negative_slope < 0.0:
            raise ValueError(
                f"negative_slope of a ReLU layer cannot be a negative value: {negative_slope}"
            )
        self.supports_masking = True
        self.max_value = None if max_value is None else float(max_value)
        self.negative_slope, self.threshold = float(negative_slope), float(threshold)

    def call(self, inputs):
        return activations.relu(inputs, self.negative_slope, self.max_value, self.threshold)

    def get_config(self):
        return {
            **super().get_config(),
            "max_value": self.max_value,
            "negative_slope": self.negative_slope,
            "threshold": self.threshold,
        }
