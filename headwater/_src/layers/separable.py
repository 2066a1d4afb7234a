"""Separable convolutions of `tf.layers`: windows over each channel, then a mixture of the channels."""

from headwater._src.graph import raw
from headwater._src.graph.convert import constant
from headwater._src.graph.optable import PUBLIC
from headwater._src.layers.docstrings import compose
from headwater._src.layers.initializers import Zeros
from headwater._src.layers.windows import LAYOUTS, Conv, documented
from headwater._src.ops.nn import bias_add


class SeparableConv(Conv):
    """A separable convolution over one or two dimensions, with bias and activation.

    Args:
      rank: number of the dimensions that the window slides over.
      filters: number of output channels.
      kernel_size: size(s) of the window.
      strides: step(s) of the window.
      padding: `"valid"` or `"same"`.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: distance(s) between the window's entries.
      depth_multiplier: number of windows over each channel.
      activation: function of the result, or None.
      use_bias: whether a bias is added.
      depthwise_initializer: initializer of the windows.
      pointwise_initializer: initializer of the mixture's weights.
      bias_initializer: initializer of the bias.
      depthwise_regularizer: function of the windows that gives a loss.
      pointwise_regularizer: function of the mixture's weights that gives a loss.
      bias_regularizer: function of the bias that gives a loss.
      activity_regularizer: function of the output that gives a loss.
      depthwise_constraint: maps the updated windows to allowed ones.
      pointwise_constraint: maps the mixture's updated weights to allowed ones.
      bias_constraint: maps the updated bias to an allowed one.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        rank,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format="channels_last",
        dilation_rate=1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer=None,
        pointwise_initializer=None,
        bias_initializer=Zeros(),
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            rank,
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            bias_initializer=bias_initializer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            bias_constraint=bias_constraint,
            **kwargs,
        )
        self.depth_multiplier = depth_multiplier
        self.depthwise_initializer = depthwise_initializer
        self.pointwise_initializer = pointwise_initializer
        self.depthwise_regularizer = depthwise_regularizer
        self.pointwise_regularizer = pointwise_regularizer
        self.depthwise_constraint = depthwise_constraint
        self.pointwise_constraint = pointwise_constraint

    def build(self, input_shape):
        """Makes `depthwise_kernel`, `pointwise_kernel` and `bias`."""
        channels = self._channels(input_shape)
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel",
            [*self.kernel_size, channels, self.depth_multiplier],
            None,
            self.depthwise_initializer,
            self.depthwise_regularizer,
            True,
            self.depthwise_constraint,
        )
        self.pointwise_kernel = self.add_weight(
            "pointwise_kernel",
            [*[1] * self.rank, channels * self.depth_multiplier, self.filters],
            None,
            self.pointwise_initializer,
            self.pointwise_regularizer,
            True,
            self.pointwise_constraint,
        )
        self._add_bias(self.filters)
        self.built = True

    def call(self, inputs):
        """The separable convolution, the bias and the activation."""
        first = self.data_format == "channels_first"
        depthwise, pointwise = self.depthwise_kernel, self.pointwise_kernel
        strides, rate = self.strides, self.dilation_rate
        if self.rank == 1:  # a picture of one row
            inputs = raw.ExpandDims(inputs, constant(2 if first else 1))
            depthwise = raw.ExpandDims(depthwise, constant(0))
            pointwise = raw.ExpandDims(pointwise, constant(0))
            strides, rate = strides * 2, (1, *rate)
        outputs = PUBLIC["separable_conv2d"](
            inputs,
            depthwise,
            pointwise,
            strides=[1, 1, *strides] if first else [1, *strides, 1],
            padding=self.padding.upper(),
            rate=rate,
            data_format=LAYOUTS[2, self.data_format],
        )
        if self.use_bias:
            outputs = bias_add(outputs, self.bias, data_format="NCHW" if first else "NHWC")
        if self.rank == 1:
            outputs = raw.Squeeze(outputs, squeeze_dims=[2 if first else 1])
        return outputs if self.activation is None else self.activation(outputs)


def _separable_class(rank):
    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format="channels_last",
        dilation_rate=1,
        depth_multiplier=1,
        **kwargs,
    ):
        SeparableConv.__init__(
            self,
            rank,
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            depth_multiplier,
            **kwargs,
        )

    dimensions = {1: "one dimension", 2: "two dimensions"}[rank]
    doc = compose(
        f"A separable convolution over {dimensions}, with bias and activation.",
        __init__,
        SeparableConv,
        kwargs=f"options of `tf.layers.separable_conv{rank}d`, from `activation` to `name`.",
    )
    return type(f"SeparableConv{rank}D", (SeparableConv,), {"__init__": __init__, "__doc__": doc})


SeparableConv1D, SeparableConv2D = _separable_class(1), _separable_class(2)


def _separable_function(cls, rank):
    """The function form of a separable convolution: a layer made and applied at once."""

    def separable_conv(
        inputs,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format="channels_last",
        dilation_rate=1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer=None,
        pointwise_initializer=None,
        bias_initializer=Zeros(),
        depthwise_regularizer=None,
        pointwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        pointwise_constraint=None,
        bias_constraint=None,
        trainable=True,
        name=None,
        reuse=None,
    ):
        layer = cls(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            depth_multiplier,
            activation=activation,
            use_bias=use_bias,
            depthwise_initializer=depthwise_initializer,
            pointwise_initializer=pointwise_initializer,
            bias_initializer=bias_initializer,
            depthwise_regularizer=depthwise_regularizer,
            pointwise_regularizer=pointwise_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            depthwise_constraint=depthwise_constraint,
            pointwise_constraint=pointwise_constraint,
            bias_constraint=bias_constraint,
            trainable=trainable,
            name=name,
            dtype=inputs.dtype.base_dtype,
            _scope=name,
            _reuse=reuse,
        )
        return layer(inputs)

    return documented(separable_conv, cls, rank, f"separable_conv{rank}d", "filters")


separable_conv1d = _separable_function(SeparableConv1D, 1)
separable_conv2d = _separable_function(SeparableConv2D, 2)
