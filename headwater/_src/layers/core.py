"""Layers of `tf.layers` without windows: dense, dropout, flatten."""

import numpy as np

from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw
from headwater._src.graph.convert import constant
from headwater._src.graph.optable import PUBLIC
from headwater._src.layers.base import InputSpec, Layer
from headwater._src.layers.docstrings import applies
from headwater._src.layers.initializers import Zeros
from headwater._src.ops.matmul import matmul
from headwater._src.ops.matrix_products import tensordot
from headwater._src.ops.nn import bias_add
from headwater._src.ops.nn_composite import dropout as nn_dropout


class Dense(Layer):
    """`activation(inputs . kernel + bias)` along the last dimension.

    Args:
      units: size of the last dimension of the output.
      activation: function of the result, or None.
      use_bias: whether a bias is added.
      kernel_initializer: initializer of the kernel.
      bias_initializer: initializer of the bias.
      kernel_regularizer: function of the kernel that gives a loss.
      bias_regularizer: function of the bias that gives a loss.
      activity_regularizer: function of the output that gives a loss.
      kernel_constraint: maps the updated kernel to an allowed one.
      bias_constraint: maps the updated bias to an allowed one.
      trainable: whether the variables are trained.
      name: the layer's name.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        units,
        activation=None,
        use_bias=True,
        kernel_initializer=None,
        bias_initializer=Zeros(),
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        trainable=True,
        name=None,
        **kwargs,
    ):
        super().__init__(trainable, name, activity_regularizer=activity_regularizer, **kwargs)
        self.units = int(units)
        self.activation = activation
        self.use_bias = use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.kernel = self.bias = None
        self.input_spec = InputSpec(min_ndim=2)

    def build(self, input_shape):
        """Makes `kernel` and `bias`."""
        size = TensorShape(input_shape)[-1].value
        if size is None:
            raise ValueError(
                "The last dimension of the inputs to a Dense layer should be defined. Found None. "
                "Full "
                f"input shape received: {input_shape}"
            )
        self.input_spec = InputSpec(min_ndim=2, axes={-1: size})
        self.kernel = self.add_weight(
            "kernel",
            [size, self.units],
            None,
            self.kernel_initializer,
            self.kernel_regularizer,
            True,
            self.kernel_constraint,
        )
        if self.use_bias:
            self.bias = self.add_weight(
                "bias",
                [self.units],
                None,
                self.bias_initializer,
                self.bias_regularizer,
                True,
                self.bias_constraint,
            )
        self.built = True

    def compute_output_shape(self, input_shape):
        """`input_shape` with `units` as its last dimension."""
        return TensorShape(input_shape)[:-1].concatenate(self.units)

    def call(self, inputs):
        """The product, the bias and the activation."""
        if inputs.dims is not None and len(inputs.dims) > 2:
            outputs = tensordot(inputs, self.kernel, [[len(inputs.dims) - 1], [0]])
            outputs.set_shape((*inputs.dims[:-1], self.units))
        else:
            outputs = matmul(inputs, self.kernel)
        if self.use_bias:
            outputs = bias_add(outputs, self.bias)
        return outputs if self.activation is None else self.activation(outputs)


class Dropout(Layer):
    """Sets a share `rate` of the inputs to 0 while training, and scales the rest up.

    Args:
      rate: the share that is dropped.
      noise_shape: shape of the mask, broadcast to the inputs.
      seed: seed of the mask.
      name: the layer's name.
      **kwargs: as for `Layer`.
    """

    def __init__(self, rate=0.5, noise_shape=None, seed=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.rate, self.noise_shape, self.seed = rate, noise_shape, seed

    def call(self, inputs, training=False):
        """The inputs, thinned out when `training` (a bool or a boolean tensor)."""
        return smart_cond(
            training,
            lambda: nn_dropout(
                inputs, noise_shape=self._mask_shape(inputs), seed=self.seed, rate=self.rate
            ),
            lambda: raw.Identity(inputs),
        )

    def _mask_shape(self, inputs):
        return self.noise_shape


class Flatten(Layer):
    """Keeps the first dimension and flattens the others.

    Args:
      data_format: where the channels are; `"channels_first"` moves them last before flattening.
      **kwargs: as for `Layer`.
    """

    def __init__(self, data_format="channels_last", **kwargs):
        super().__init__(**kwargs)
        self.data_format = data_format
        self.input_spec = InputSpec(min_ndim=1)

    def call(self, inputs):
        """The inputs as a matrix."""
        if (
            self.data_format == "channels_first"
            and inputs.dims is not None
            and len(inputs.dims) > 2
        ):
            rank = len(inputs.dims)
            inputs = PUBLIC["transpose"](inputs, [0, *range(2, rank), 1])
        rest = inputs.dims[1:]
        size = None if None in rest else int(np.prod(rest))
        first = inputs.dims[0]
        if size is not None:
            target = [-1, size]
        elif first is not None:
            target = [first, -1]
        else:
            shape = raw.Shape(inputs)
            return raw.Reshape(inputs, raw.Pack([shape[0], constant(np.int32(-1))]))
        outputs = raw.Reshape(inputs, constant(np.array(target, np.int32)))
        if first is not None:
            outputs.set_shape([first, size])
        return outputs


def smart_cond(condition, true_fn, false_fn):
    """`true_fn()` or `false_fn()` when the condition is known now, else `tf.cond`."""
    value = condition
    if hasattr(condition, "op"):
        known = condition.known if hasattr(condition, "known") else None
        value = None if known is None else bool(known)
    elif isinstance(condition, int) and condition in (0, 1):
        value = bool(condition)
    if value is None:
        return PUBLIC["cond"](condition, true_fn, false_fn)
    return true_fn() if value else false_fn()


@applies(
    Dense,
    "`Tensor` `[..., units]` of the type of `inputs`.",
    inputs="`Tensor` `[..., size]` of rank 2 or more; the last dimension is known.",
)
def dense(
    inputs,
    units,
    activation=None,
    use_bias=True,
    kernel_initializer=None,
    bias_initializer=Zeros(),
    kernel_regularizer=None,
    bias_regularizer=None,
    activity_regularizer=None,
    kernel_constraint=None,
    bias_constraint=None,
    trainable=True,
    name=None,
    reuse=None,
):
    """Applies a new `Dense` layer to `inputs`."""
    layer = Dense(
        units,
        activation,
        use_bias,
        kernel_initializer,
        bias_initializer,
        kernel_regularizer,
        bias_regularizer,
        activity_regularizer,
        kernel_constraint,
        bias_constraint,
        trainable,
        name,
        dtype=inputs.dtype.base_dtype,
        _scope=name,
        _reuse=reuse,
    )
    return layer(inputs)


@applies(
    Dropout,
    "`Tensor` of the shape and type of `inputs`.",
    inputs="floating-point `Tensor`.",
    training="whether anything is dropped: a bool or a scalar boolean `Tensor`.",
)
def dropout(inputs, rate=0.5, noise_shape=None, seed=None, training=False, name=None):
    """Applies a new `Dropout` layer to `inputs`."""
    return Dropout(rate, noise_shape, seed, name)(inputs, training=training)


@applies(Flatten, "`Tensor` `[batch, size]`.", inputs="`Tensor` `[batch, ...]` of rank 1 or more.")
def flatten(inputs, name=None, data_format="channels_last"):
    """Applies a new `Flatten` layer to `inputs`."""
    return Flatten(data_format, name=name)(inputs)
