"""Layers of Keras that normalise: by the batch's statistics, or by each example's own."""

from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn
from headwater._src.keras.layers.settings import described, resolved
from headwater._src.layers import normalization
from headwater._src.ops.batch_norm import batch_normalization as nn_batch_normalization

_SETTINGS = (
    *("beta_initializer", "gamma_initializer", "moving_mean_initializer"),
    *("moving_variance_initializer", "beta_regularizer", "gamma_regularizer"),
    *("beta_constraint", "gamma_constraint"),
)


class BatchNormalization(normalization.BatchNormalization, Layer):
    """Normalises each channel by the batch's statistics while training, else by moving averages.

    Args:
      axis: the channels' dimension.
      momentum: how much of the old moving average stays.
      epsilon: added to the variance.
      center: whether `beta` is added.
      scale: whether `gamma` multiplies.
      beta_initializer: initializer of `beta`.
      gamma_initializer: initializer of `gamma`.
      moving_mean_initializer: initializer of the moving mean.
      moving_variance_initializer: initializer of the moving variance.
      beta_regularizer: function of `beta` that gives a loss.
      gamma_regularizer: function of `gamma` that gives a loss.
      beta_constraint: maps the updated `beta` to an allowed one.
      gamma_constraint: maps the updated `gamma` to an allowed one.
      **kwargs: `fused`: whether to use the fused op (default: where it applies); and what `Layer`
        takes.
    """

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        moving_mean_initializer="zeros",
        moving_variance_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        settings = resolved(
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            moving_mean_initializer=moving_mean_initializer,
            moving_variance_initializer=moving_variance_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        super().__init__(axis, momentum, epsilon, center, scale, **settings, **kwargs)
        vars(self).update(settings)
        self.supports_masking = True

    def call(self, inputs, training=None):
        return super().call(inputs, self.training_value(training))

    def get_config(self):
        names = ("axis", "momentum", "epsilon", "center", "scale", *_SETTINGS)
        return {**super().get_config(), **described(self, *names)}


_LAYER_SETTINGS = (
    *("beta_initializer", "gamma_initializer", "beta_regularizer", "gamma_regularizer"),
    *("beta_constraint", "gamma_constraint"),
)


class LayerNormalization(Layer):
    """Normalises each example by its own mean and variance (Ba et al., 2016).

    Args:
      axis: the dimension(s) over which statistics are taken.
      epsilon: added to the variance.
      center: whether `beta` is added.
      scale: whether `gamma` multiplies.
      beta_initializer: initializer of `beta`.
      gamma_initializer: initializer of `gamma`.
      beta_regularizer: function of `beta` that gives a loss.
      gamma_regularizer: function of `gamma` that gives a loss.
      beta_constraint: maps the updated `beta` to an allowed one.
      gamma_constraint: maps the updated `gamma` to an allowed one.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        axis=-1,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer="zeros",
        gamma_initializer="ones",
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        settings = resolved(
            beta_initializer=beta_initializer,
            gamma_initializer=gamma_initializer,
            beta_regularizer=beta_regularizer,
            gamma_regularizer=gamma_regularizer,
            beta_constraint=beta_constraint,
            gamma_constraint=gamma_constraint,
        )
        vars(self).update(settings)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else axis
        self.epsilon, self.center, self.scale = epsilon, center, scale
        self.supports_masking = True

    def build(self, input_shape):
        dims = input_shape.as_list()
        axes = self.axis if isinstance(self.axis, list) else [self.axis]
        self._axes = sorted(axis % len(dims) for axis in axes)
        shape = [dims[axis] for axis in self._axes]
        self.gamma = self._parameter("gamma", shape) if self.scale else None
        self.beta = self._parameter("beta", shape) if self.center else None
        self.built = True

    def _parameter(self, name, shape):
        settings = [
            getattr(self, f"{name}_{kind}") for kind in ("initializer", "regularizer", "constraint")
        ]
        return self.add_weight(name, shape, None, settings[0], settings[1], True, settings[2])

    def call(self, inputs):
        dims = inputs.dims
        mean, variance = fn.moments(inputs, self._axes, keep_dims=True)
        shape = [n if i in self._axes else 1 for i, n in enumerate(dims)]
        gamma, beta = (None if v is None else fn.reshape(v, shape) for v in (self.gamma, self.beta))
        outputs = nn_batch_normalization(inputs, mean, variance, beta, gamma, self.epsilon)
        outputs.set_shape(inputs.shape)
        return outputs

    def get_config(self):
        names = ("axis", "epsilon", "center", "scale", *_LAYER_SETTINGS)
        return {**super().get_config(), **described(self, *names)}
