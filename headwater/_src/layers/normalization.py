"""Batch normalization (Ioffe and Szegedy, 2015) with moving averages."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.framework import name_scope
from headwater._src.graph.optable import PUBLIC
from headwater._src.layers.base import InputSpec, Layer
from headwater._src.layers.core import smart_cond
from headwater._src.layers.docstrings import applies
from headwater._src.layers.initializers import Ones, Zeros
from headwater._src.ops.batch_norm import batch_normalization as nn_batch_normalization
from headwater._src.ops.nn_composite import moments


class BatchNormalization(Layer):
    """Normalises each channel by the batch's statistics while training, by moving averages
    otherwise.

    The moving averages are updated by the operations that the layer adds to the collection
    `UPDATE_OPS`: the training operation must depend on them.

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
      renorm: batch renormalization; not implemented.
      renorm_clipping: for `renorm`.
      renorm_momentum: for `renorm`.
      fused: whether to use the fused op; None: where it applies (rank 4, channels first or last).
      trainable: whether `gamma` and `beta` are trained.
      virtual_batch_size: not implemented.
      adjustment: not implemented.
      name: the layer's name.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        axis=-1,
        momentum=0.99,
        epsilon=1e-3,
        center=True,
        scale=True,
        beta_initializer=Zeros(),
        gamma_initializer=Ones(),
        moving_mean_initializer=Zeros(),
        moving_variance_initializer=Ones(),
        beta_regularizer=None,
        gamma_regularizer=None,
        beta_constraint=None,
        gamma_constraint=None,
        renorm=False,
        renorm_clipping=None,
        renorm_momentum=0.99,
        fused=None,
        trainable=True,
        virtual_batch_size=None,
        adjustment=None,
        name=None,
        **kwargs,
    ):
        super().__init__(trainable, name, **kwargs)
        if renorm or virtual_batch_size is not None or adjustment is not None:
            raise NotImplementedError(
                "batch normalization with renorm, virtual_batch_size or adjustment is not "
                "implemented in headwater"
            )
        self.axis, self.momentum, self.epsilon = axis, momentum, epsilon
        self.center, self.scale, self.fused = center, scale, fused
        self._settings = {
            "gamma": (gamma_initializer, gamma_regularizer, gamma_constraint),
            "beta": (beta_initializer, beta_regularizer, beta_constraint),
        }
        self._moving = (moving_mean_initializer, moving_variance_initializer)

    def build(self, input_shape):
        """Makes `gamma`, `beta`, `moving_mean` and `moving_variance`."""
        dims = input_shape._dims
        if dims is None:
            raise ValueError("Input has undefined rank.")
        axis = self.axis[0] if isinstance(self.axis, (list, tuple)) else self.axis
        if not -len(dims) <= axis < len(dims):
            raise ValueError(f"Invalid axis. Axis {axis} is out of range for rank {len(dims)}")
        self._axis = axis % len(dims)
        size = dims[self._axis]
        if size is None:
            raise ValueError(
                f"Input has undefined `axis` dimension. Received input with shape {input_shape}. "
                f"Axis "
                f"value: {axis}"
            )
        if self.fused is None:
            self.fused = len(dims) == 4 and self._axis in (1, 3)
        self.input_spec = InputSpec(ndim=len(dims), axes={self._axis: size})
        kind = dtypes.float32 if self._dtype in ("float16", "bfloat16") else self._dtype
        self.gamma = self._parameter("gamma", size, kind) if self.scale else None
        self.beta = self._parameter("beta", size, kind) if self.center else None
        self.moving_mean = self.add_weight(
            "moving_mean", [size], kind, self._moving[0], trainable=False
        )
        self.moving_variance = self.add_weight(
            "moving_variance", [size], kind, self._moving[1], trainable=False
        )
        self.built = True

    def _parameter(self, name, size, kind):
        initializer, regularizer, constraint = self._settings[name]
        return self.add_weight(name, [size], kind, initializer, regularizer, True, constraint)

    def call(self, inputs, training=False):
        """The normalised inputs; `training` is a bool or a boolean tensor."""
        if self.fused:
            return self._fused(inputs, training)
        rank = len(inputs.dims)
        axes = [i for i in range(rank) if i != self._axis]
        known = (
            smart_cond(training, lambda: True, lambda: False)
            if not hasattr(training, "op")
            else None
        )
        if known is False:
            mean, variance = self.moving_mean, self.moving_variance
        else:
            mean, variance = moments(inputs, axes, keepdims=False)
            if known is None:
                batch = mean, variance
                mean = PUBLIC["cond"](
                    training, lambda: batch[0], lambda: raw.Identity(self.moving_mean)
                )
                variance = PUBLIC["cond"](
                    training, lambda: batch[1], lambda: raw.Identity(self.moving_variance)
                )
            self._update(mean, variance, 1.0 - self.momentum)
        shape = [1] * rank
        shape[self._axis] = inputs.dims[self._axis]
        inner = self._axis != rank - 1
        fit = lambda v: (
            raw.Reshape(v, constant(np.array(shape, np.int32))) if inner and v is not None else v
        )
        outputs = nn_batch_normalization(
            inputs, fit(mean), fit(variance), fit(self.beta), fit(self.gamma), self.epsilon
        )
        outputs.set_shape(inputs.shape)
        return outputs

    def _fused(self, inputs, training):
        size = inputs.dims[self._axis]
        gamma = self.gamma if self.scale else constant(np.ones(size, np.float32))
        beta = self.beta if self.center else constant(np.zeros(size, np.float32))
        data_format = "NCHW" if self._axis == 1 else "NHWC"

        def of_batch():
            empty = constant(np.zeros(0, np.float32))
            return tuple(
                raw.FusedBatchNormV3(
                    inputs,
                    gamma,
                    beta,
                    empty,
                    empty,
                    epsilon=self.epsilon,
                    data_format=data_format,
                    is_training=True,
                )[:3]
            )

        def of_moving():
            return tuple(
                raw.FusedBatchNormV3(
                    inputs,
                    gamma,
                    beta,
                    self.moving_mean,
                    self.moving_variance,
                    epsilon=self.epsilon,
                    data_format=data_format,
                    is_training=False,
                )[:3]
            )

        output, mean, variance = smart_cond(training, of_batch, of_moving)
        output.set_shape(inputs.shape)
        decay = (
            smart_cond(training, lambda: 1.0 - self.momentum, lambda: None)
            if not hasattr(training, "op")
            else PUBLIC["cond"](
                training,
                lambda: constant(np.float32(1.0 - self.momentum)),
                lambda: constant(np.float32(0.0)),
            )
        )
        if decay is not None:
            self._update(mean, variance, decay)
        return output

    def _update(self, mean, variance, decay):
        for moving, value in ((self.moving_mean, mean), (self.moving_variance, variance)):
            with name_scope(None, "AssignMovingAvg", [moving, value]) as scope:
                kind = moving.dtype.base_dtype
                factor = convert_to_tensor(decay, kind, name="decay")
                delta = (
                    convert_to_tensor(moving) - raw.Cast(value, DstT=kind)
                    if value.dtype.base_dtype is not kind
                    else convert_to_tensor(moving) - value
                ) * factor
                update = (
                    PUBLIC["assign_sub"](moving, delta, name=scope)
                    if "assign_sub" in PUBLIC
                    else moving.assign_sub(delta)
                )
                self.add_update(update.op if hasattr(update, "op") else update)


@applies(
    BatchNormalization,
    "`Tensor` of the shape and type of `inputs`.",
    inputs="floating-point `Tensor` of known rank; the size of `axis` is known.",
    training="whether the batch's own statistics are used: a bool or a scalar boolean `Tensor`.",
)
def batch_normalization(
    inputs,
    axis=-1,
    momentum=0.99,
    epsilon=1e-3,
    center=True,
    scale=True,
    beta_initializer=Zeros(),
    gamma_initializer=Ones(),
    moving_mean_initializer=Zeros(),
    moving_variance_initializer=Ones(),
    beta_regularizer=None,
    gamma_regularizer=None,
    beta_constraint=None,
    gamma_constraint=None,
    training=False,
    trainable=True,
    name=None,
    reuse=None,
    renorm=False,
    renorm_clipping=None,
    renorm_momentum=0.99,
    fused=None,
    virtual_batch_size=None,
    adjustment=None,
):
    """Applies a new `BatchNormalization` layer to `inputs`."""
    layer = BatchNormalization(
        axis,
        momentum,
        epsilon,
        center,
        scale,
        beta_initializer,
        gamma_initializer,
        moving_mean_initializer,
        moving_variance_initializer,
        beta_regularizer,
        gamma_regularizer,
        beta_constraint,
        gamma_constraint,
        renorm,
        renorm_clipping,
        renorm_momentum,
        fused,
        trainable,
        virtual_batch_size,
        adjustment,
        name,
        dtype=inputs.dtype.base_dtype,
        _scope=name,
        _reuse=reuse,
    )
    return layer(inputs, training=training)
