"""Layers of `tf.layers` that slide windows: convolutions and pools, in one, two and three
dimensions.
"""

import numpy as np

from headwater._src.graph import raw
from headwater._src.graph.convert import constant
from headwater._src.layers.base import InputSpec, Layer
from headwater._src.layers.docstrings import compose
from headwater._src.layers.initializers import Zeros
from headwater._src.ops.conv_functions import conv1d as nn_conv1d
from headwater._src.ops.nn import bias_add

LAYOUTS = {
    (1, "channels_last"): "NWC",
    (1, "channels_first"): "NCW",
    (2, "channels_last"): "NHWC",
    (2, "channels_first"): "NCHW",
    (3, "channels_last"): "NDHWC",
    (3, "channels_first"): "NCDHW",
}


def sizes(value, rank, name):
    """`value` as a tuple of `rank` integers.

    Raises:
      ValueError: it is neither an integer nor a sequence of that length.
    """
    if isinstance(value, int):
        return (value,) * rank
    try:
        result = tuple(int(v) for v in value)
    except (TypeError, ValueError):
        result = ()
    if len(result) != rank:
        raise ValueError(
            f"The `{name}` argument must be a tuple of {rank} integers. Received: {value}"
        )
    return result


def layout(data_format):
    """`channels_last` or `channels_first`, whatever case it is written in."""
    name = data_format.lower()
    if name not in ("channels_first", "channels_last"):
        raise ValueError(
            'The `data_format` argument must be one of "channels_first", "channels_last". '
            f"Received: {data_format}"
        )
    return name


class Conv(Layer):
    """A convolution over `rank` dimensions, with bias and activation.

    Args:
      rank: number of the dimensions that the window slides over.
      filters: number of output channels.
      kernel_size: size(s) of the window.
      strides: step(s) of the window.
      padding: `"valid"` or `"same"`.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: distance(s) between the window's entries.
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
        rank,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format="channels_last",
        dilation_rate=1,
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
        self.rank, self.filters = rank, filters
        self.kernel_size = sizes(kernel_size, rank, "kernel_size")
        self.strides = sizes(strides, rank, "strides")
        self.dilation_rate = sizes(dilation_rate, rank, "dilation_rate")
        self.padding = padding.lower()
        self.data_format = layout(data_format)
        self.activation, self.use_bias = activation, use_bias
        self.kernel_initializer, self.bias_initializer = kernel_initializer, bias_initializer
        self.kernel_regularizer, self.bias_regularizer = kernel_regularizer, bias_regularizer
        self.kernel_constraint, self.bias_constraint = kernel_constraint, bias_constraint
        self.input_spec = InputSpec(ndim=rank + 2)

    @property
    def _channel_axis(self):
        return 1 if self.data_format == "channels_first" else -1

    def _channels(self, input_shape):
        channels = input_shape[self._channel_axis].value
        if channels is None:
            raise ValueError("The channel dimension of the inputs should be defined. Found `None`.")
        self.input_spec = InputSpec(ndim=self.rank + 2, axes={self._channel_axis: channels})
        return channels

    def _add_bias(self, size):
        self.bias = (
            self.add_weight(
                "bias",
                [size],
                None,
                self.bias_initializer,
                self.bias_regularizer,
                True,
                self.bias_constraint,
            )
            if self.use_bias
            else None
        )

    def build(self, input_shape):
        """Makes `kernel` (`[*kernel_size, channels, filters]`) and `bias`."""
        shape = [*self.kernel_size, self._channels(input_shape), self.filters]
        self.kernel = self.add_weight(
            "kernel",
            shape,
            None,
            self.kernel_initializer,
            self.kernel_regularizer,
            True,
            self.kernel_constraint,
        )
        self._add_bias(self.filters)
        self.built = True

    def _spread(self, values):
        return [1, 1, *values] if self.data_format == "channels_first" else [1, *values, 1]

    def _convolve(self, inputs):
        data_format = LAYOUTS[self.rank, self.data_format]
        if self.rank == 1:
            return nn_conv1d(
                inputs,
                self.kernel,
                self.strides[0],
                self.padding.upper(),
                data_format=data_format,
                dilations=self.dilation_rate[0],
                name="conv1d",
            )
        op = raw.Conv2D if self.rank == 2 else raw.Conv3D
        return op(
            inputs,
            self.kernel,
            strides=self._spread(self.strides),
            padding=self.padding.upper(),
            data_format=data_format,
            dilations=self._spread(self.dilation_rate),
        )

    def call(self, inputs):
        """The convolution, the bias and the activation."""
        return self._finish(self._convolve(inputs))

    def _finish(self, outputs):
        if self.use_bias:
            first = self.data_format == "channels_first"
            if first and self.rank == 1:
                outputs = outputs + raw.Reshape(
                    self.bias, constant(np.array([1, self.bias.shape[0].value, 1], np.int32))
                )
            else:
                outputs = bias_add(outputs, self.bias, data_format="NCHW" if first else "NHWC")
        return outputs if self.activation is None else self.activation(outputs)


class Pool(Layer):
    """The largest or the mean value of each window.

    Args:
      rank: number of the dimensions that the window slides over.
      kind: `"max"` or `"avg"`.
      pool_size: size(s) of the window.
      strides: step(s) of the window.
      padding: `"valid"` or `"same"`.
      data_format: `"channels_last"` or `"channels_first"`.
      name: the layer's name.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        rank,
        kind,
        pool_size,
        strides,
        padding="valid",
        data_format="channels_last",
        name=None,
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        self.rank, self._kind = rank, kind
        self.pool_size = sizes(pool_size, rank, "pool_size")
        self.strides = sizes(pool_size if strides is None else strides, rank, "strides")
        self.padding, self.data_format = padding.lower(), layout(data_format)
        self.input_spec = InputSpec(ndim=rank + 2)

    def call(self, inputs):
        """The pooled inputs."""
        first = self.data_format == "channels_first"
        rank = max(self.rank, 2)
        window = self.pool_size + (1,) * (rank - self.rank)
        steps = self.strides + (1,) * (rank - self.rank)
        if self.rank == 1:  # a picture of one column
            axis = constant(np.int32(3 if first else 2))
            inputs = raw.ExpandDims(inputs, axis)
        spread = (lambda v: [1, 1, *v]) if first else (lambda v: [1, *v, 1])
        ops = {
            ("max", 2): raw.MaxPool,
            ("avg", 2): raw.AvgPool,
            ("max", 3): raw.MaxPool3D,
            ("avg", 3): raw.AvgPool3D,
        }
        outputs = ops[self._kind, rank](
            inputs,
            ksize=spread(window),
            strides=spread(steps),
            padding=self.padding.upper(),
            data_format=LAYOUTS[rank, self.data_format],
        )
        if self.rank == 1:
            outputs = raw.Squeeze(outputs, squeeze_dims=[3 if first else 2])
        return outputs


_DIMENSIONS = {1: "one dimension", 2: "two dimensions", 3: "three dimensions"}


def _pool_class(rank, kind, class_name, text):
    def __init__(
        self, pool_size, strides, padding="valid", data_format="channels_last", name=None, **kwargs
    ):
        Pool.__init__(self, rank, kind, pool_size, strides, padding, data_format, name, **kwargs)

    doc = compose(f"{text} of each window in {_DIMENSIONS[rank]}.", __init__, Pool)
    return type(class_name, (Pool,), {"__init__": __init__, "__doc__": doc})


def _conv_class(rank):
    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format="channels_last",
        dilation_rate=1,
        **kwargs,
    ):
        Conv.__init__(
            self, rank, filters, kernel_size, strides, padding, data_format, dilation_rate, **kwargs
        )

    doc = compose(
        f"A convolution over {_DIMENSIONS[rank]}, with bias and activation.",
        __init__,
        Conv,
        kwargs=f"the options of `tf.layers.conv{rank}d` from `activation` to `name`.",
    )
    return type(f"Conv{rank}D", (Conv,), {"__init__": __init__, "__doc__": doc})


Conv1D, Conv2D, Conv3D = (_conv_class(rank) for rank in (1, 2, 3))
MaxPooling1D, MaxPooling2D, MaxPooling3D = (
    _pool_class(rank, "max", f"MaxPooling{rank}D", "The largest value") for rank in (1, 2, 3)
)
AveragePooling1D, AveragePooling2D, AveragePooling3D = (
    _pool_class(rank, "avg", f"AveragePooling{rank}D", "The mean") for rank in (1, 2, 3)
)


def _shapes(rank, channels):
    """The two layouts of `rank` dimensions, in words that fit after "`Tensor`"."""
    window = ", ".join(("depth", "height", "width")[-rank:])
    return (
        f"`[batch, {window}, {channels}]`,\n"
        f"    with `channels_first` `[batch, {channels}, {window}]`"
    )


def documented(function, cls, rank, name, channels):
    """Names the function form of a layer and explains its arguments, as the layer does."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = compose(
        f"Applies a new `{cls.__name__}` layer to `inputs`.",
        function,
        cls,
        f"`Tensor` {_shapes(rank, channels)}.",
        inputs=f"floating-point `Tensor` {_shapes(rank, 'channels')}.",
    )
    return function


def _conv_function(cls, rank):
    """The function form of a convolution: a layer made and applied at once."""

    def conv(
        inputs,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format="channels_last",
        dilation_rate=1,
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
        layer = cls(
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            activity_regularizer=activity_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
            trainable=trainable,
            name=name,
            dtype=inputs.dtype.base_dtype,
            _scope=name,
            _reuse=reuse,
        )
        return layer(inputs)

    return documented(conv, cls, rank, f"conv{rank}d", "filters")


def _pool_function(cls, rank, name):
    """The function form of a pool: a layer made and applied at once."""

    def pool(inputs, pool_size, strides, padding="valid", data_format="channels_last", name=None):
        return cls(pool_size, strides, padding, data_format, name)(inputs)

    return documented(pool, cls, rank, name, "channels")


conv1d, conv2d, conv3d = (
    _conv_function(c, rank) for rank, c in enumerate((Conv1D, Conv2D, Conv3D), 1)
)
max_pooling1d, max_pooling2d, max_pooling3d = (
    _pool_function(c, i, f"max_pooling{i}d")
    for i, c in enumerate((MaxPooling1D, MaxPooling2D, MaxPooling3D), 1)
)
average_pooling1d, average_pooling2d, average_pooling3d = (
    _pool_function(c, i, f"average_pooling{i}d")
    for i, c in enumerate((AveragePooling1D, AveragePooling2D, AveragePooling3D), 1)
)
