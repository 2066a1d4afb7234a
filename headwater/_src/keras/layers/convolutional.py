"""Convolutions of Keras over one, two and three dimensions, plain, transposed and separable."""

import contextlib

from headwater._src.core.tensor_shape import TensorShape
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn
from headwater._src.keras.layers.core import WEIGHT_SETTINGS
from headwater._src.keras.layers.settings import data_layout, described, resolved
from headwater._src.layers import separable, transposed, windows
from headwater._src.layers.docstrings import compose

_DIMENSIONS = {1: "one dimension", 2: "two dimensions", 3: "three dimensions"}
_WINDOW = ("kernel_size", "strides", "padding", "data_format", "dilation_rate")


def _one_group(kwargs):
    if kwargs.pop("groups", 1) != 1:
        raise NotImplementedError("convolutions in groups are not implemented in headwater")
    return kwargs


def _class_name(name, base, init, summary, **own):
    """The class of one number of dimensions; its docstring is put together from the bases'."""
    doc = compose(summary, init, base, **own)
    init.__qualname__ = f"{name}.__init__"
    attributes = {"__init__": init, "__doc__": doc, "__module__": __name__}
    return type(name, (base,), attributes)


class Conv(windows.Conv, Layer):
    """A convolution over `rank` dimensions, with bias and activation.

    Args:
      rank: number of the dimensions that the window slides over.
      filters: number of output channels.
      kernel_size: size(s) of the window.
      strides: step(s) of the window.
      padding: `"valid"`, `"same"`, or in one dimension `"causal"`.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: distance(s) between the window's entries.
      activation: function of the result, or its name.
      use_bias: whether a bias is added.
      kernel_initializer: initializer of the kernel.
      bias_initializer: initializer of the bias.
      **kwargs: regularizers and constraints as for `Dense`, and what `Layer` takes.
    """

    def __init__(
        self,
        rank,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        **kwargs,
    ):
        super().__init__(
            rank,
            filters,
            kernel_size,
            strides,
            padding,
            data_layout(data_format),
            dilation_rate,
            use_bias=use_bias,
            **resolved(
                activation=activation,
                kernel_initializer=kernel_initializer,
                bias_initializer=bias_initializer,
                **_one_group(kwargs),
            ),
        )

    def call(self, inputs):
        """The convolution, the bias and the activation."""
        with _causal(self, inputs) as padded:
            return super().call(padded)

    def get_config(self):
        return {
            **super().get_config(),
            **described(self, "filters", *_WINDOW, "activation", "use_bias", *WEIGHT_SETTINGS),
        }


@contextlib.contextmanager
def _causal(layer, inputs):
    """The inputs; for causal padding with zeros before the first step, and the layer `valid`."""
    if layer.padding != "causal":
        yield inputs
        return
    paddings = [[0, 0], [0, 0], [0, 0]]
    steps = 2 if layer.data_format == "channels_first" else 1
    paddings[steps] = [layer.dilation_rate[0] * (layer.kernel_size[0] - 1), 0]
    layer.padding = "valid"
    try:
        yield fn.pad(inputs, paddings)
    finally:
        layer.padding = "causal"


def _conv_class(rank):
    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        **kwargs,
    ):
        Conv.__init__(
            self,
            rank,
            filters,
            kernel_size,
            strides,
            padding,
            "channels_last" if data_format is None and rank == 1 else data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            **kwargs,
        )

    summary = f"A convolution over {_DIMENSIONS[rank]}, with bias and activation."
    return _class_name(f"Conv{rank}D", Conv, __init__, summary)


Conv1D, Conv2D, Conv3D = (_conv_class(rank) for rank in (1, 2, 3))


class _ConvTranspose(transposed.ConvTranspose, Conv):
    """A transposed convolution.

    Args:
      output_padding: how many rows and columns the output has beyond the least, or None.
    """

    def __init__(self, rank, *args, output_padding=None, **kwargs):
        super().__init__(rank, *args, **kwargs)
        if output_padding is not None:
            output_padding = windows.sizes(output_padding, rank, "output_padding")
            for added, stride in zip(output_padding, self.strides):
                if added >= stride:
                    raise ValueError(
                        f"Strides must be greater than output padding. Received strides="
                        f"{self.strides}, output_padding={output_padding}."
                    )
        self.output_padding = output_padding

    def get_config(self):
        config = {**super().get_config(), "output_padding": self.output_padding}
        if self.rank == 3:
            del config["dilation_rate"]
        return config


def _transposed_class(rank):
    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        output_padding=None,
        data_format=None,
        dilation_rate=1,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        **kwargs,
    ):
        _ConvTranspose.__init__(
            self,
            rank,
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            dilation_rate,
            activation,
            use_bias,
            kernel_initializer,
            bias_initializer,
            output_padding=output_padding,
            **kwargs,
        )

    summary = f"A transposed convolution over {_DIMENSIONS[rank]}, with bias and activation."
    return _class_name(f"Conv{rank}DTranspose", _ConvTranspose, __init__, summary)


Conv2DTranspose, Conv3DTranspose = _transposed_class(2), _transposed_class(3)

_SEPARABLE_SETTINGS = (
    *("depthwise_initializer", "pointwise_initializer", "bias_initializer"),
    *("depthwise_regularizer", "pointwise_regularizer", "bias_regularizer"),
    *("activity_regularizer", "depthwise_constraint", "pointwise_constraint", "bias_constraint"),
)


class SeparableConv(separable.SeparableConv, Layer):
    """A separable convolution over one or two dimensions, with bias and activation.

    Args:
      rank: number of the dimensions that the window slides over.
      filters: number of output channels.
      kernel_size: size(s) of the window.
      strides: step(s) of the window.
      padding: `"valid"`, `"same"`, or in one dimension `"causal"`.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: distance(s) between the window's entries.
      depth_multiplier: number of windows over each channel.
      activation: function of the result, or its name.
      use_bias: whether a bias is added.
      depthwise_initializer: initializer of the windows.
      pointwise_initializer: initializer of the mixture's weights.
      bias_initializer: initializer of the bias.
      **kwargs: regularizers and constraints `depthwise_...`, `pointwise_...`, `bias_...`, and what
        `Layer` takes.
    """

    def __init__(
        self,
        rank,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        **kwargs,
    ):
        super().__init__(
            rank,
            filters,
            kernel_size,
            strides,
            padding,
            data_layout(data_format),
            dilation_rate,
            depth_multiplier,
            use_bias=use_bias,
            **resolved(
                activation=activation,
                depthwise_initializer=depthwise_initializer,
                pointwise_initializer=pointwise_initializer,
                bias_initializer=bias_initializer,
                **_one_group(kwargs),
            ),
        )

    def call(self, inputs):
        """The separable convolution, the bias and the activation."""
        with _causal(self, inputs) as padded:
            return super().call(padded)

    def get_config(self):
        return {
            **super().get_config(),
            **described(self, "filters", *_WINDOW, "depth_multiplier", "activation", "use_bias"),
            **described(self, *_SEPARABLE_SETTINGS),
        }


def _separable_class(rank):
    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        dilation_rate=1,
        depth_multiplier=1,
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        pointwise_initializer="glorot_uniform",
        bias_initializer="zeros",
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
            activation,
            use_bias,
            depthwise_initializer,
            pointwise_initializer,
            bias_initializer,
            **kwargs,
        )

    summary = f"A separable convolution over {_DIMENSIONS[rank]}, with bias and activation."
    return _class_name(f"SeparableConv{rank}D", SeparableConv, __init__, summary)


SeparableConv1D, SeparableConv2D = _separable_class(1), _separable_class(2)


class DepthwiseConv2D(Conv):
    """Windows over each channel of pictures by itself, with bias and activation.

    Args:
      kernel_size: height and width of the window.
      strides: steps of the window.
      padding: `"valid"` or `"same"`.
      depth_multiplier: number of windows over each channel.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: distances between the window's entries.
      activation: function of the result, or its name.
      use_bias: whether a bias is added.
      depthwise_initializer: initializer of the windows.
      bias_initializer: initializer of the bias.
      depthwise_regularizer: function of the windows that gives a loss.
      bias_regularizer: function of the bias that gives a loss.
      activity_regularizer: function of the output that gives a loss.
      depthwise_constraint: maps the updated windows to allowed ones.
      bias_constraint: maps the updated bias to an allowed one.
      **kwargs: as for `Layer`.
    """

    def __init__(
        self,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        depth_multiplier=1,
        data_format=None,
        dilation_rate=(1, 1),
        activation=None,
        use_bias=True,
        depthwise_initializer="glorot_uniform",
        bias_initializer="zeros",
        depthwise_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        depthwise_constraint=None,
        bias_constraint=None,
        **kwargs,
    ):
        super().__init__(
            2,
            None,
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
        settings = resolved(
            depthwise_initializer=depthwise_initializer,
            depthwise_regularizer=depthwise_regularizer,
            depthwise_constraint=depthwise_constraint,
        )
        vars(self).update(settings)
        self.depth_multiplier = depth_multiplier

    def build(self, input_shape):
        channels = self._channels(TensorShape(input_shape))
        self.depthwise_kernel = self.add_weight(
            "depthwise_kernel",
            [*self.kernel_size, channels, self.depth_multiplier],
            None,
            self.depthwise_initializer,
            self.depthwise_regularizer,
            True,
            self.depthwise_constraint,
        )
        self._add_bias(channels * self.depth_multiplier)
        self.built = True

    def _convolve(self, inputs):
        return fn.depthwise_conv2d(
            inputs,
            self.depthwise_kernel,
            strides=self._spread(self.strides),
            padding=self.padding.upper(),
            rate=self.dilation_rate,
            data_format=windows.LAYOUTS[2, self.data_format],
        )

    def get_config(self):
        config = super().get_config()
        for name in ("filters", "kernel_initializer", "kernel_regularizer", "kernel_constraint"):
            del config[name]
        own = ("initializer", "regularizer", "constraint")
        names = ["depth_multiplier", *[f"depthwise_{kind}" for kind in own]]
        return {**config, **described(self, *names)}


class _LocallyConnected(Conv):
    """A convolution whose kernel is another one at each place: no weights are shared."""

    def __init__(self, rank, filters, kernel_size, strides, padding, implementation, **kwargs):
        if implementation != 1:
            raise NotImplementedError(
                f"implementation={implementation} of locally connected layers is not implemented "
                "in headwater; 1 gives the same results"
            )
        if padding.lower() != "valid":
            raise ValueError(
                'Invalid border mode for a locally connected layer (only "valid" is supported if '
                f"implementation is 1): {padding}"
            )
        super().__init__(rank, filters, kernel_size, strides, padding, **kwargs)
        self.implementation = implementation

    def build(self, input_shape):
        channels = self._channels(input_shape)
        dims = input_shape.as_list()
        sizes = dims[2:] if self.data_format == "channels_first" else dims[1:-1]
        if None in sizes:
            raise ValueError(
                "The spatial dimensions of the inputs to a locally connected layer should be "
                f"fully-defined, but layer received an inputs shape of {dims}"
            )
        self._places = [
            (size - window) // stride + 1
            for size, window, stride in zip(sizes, self.kernel_size, self.strides)
        ]
        self._entries = channels * _product(self.kernel_size)
        settings = self.kernel_initializer, self.kernel_regularizer, True, self.kernel_constraint
        shape = [_product(self._places), self._entries, self.filters]
        self.kernel = self.add_weight("kernel", shape, None, *settings)
        self.bias = None
        if self.use_bias:
            settings = self.bias_initializer, self.bias_regularizer, True, self.bias_constraint
            self.bias = self.add_weight("bias", [*self._places, self.filters], None, *settings)
        self.built = True

    def call(self, inputs):
        """The convolution, the bias and the activation."""
        first = self.data_format == "channels_first"
        axis, rank = (2 if first else 1), self.rank
        for places, window, stride in zip(self._places, self.kernel_size, self.strides):
            index = [[p * stride + k for k in range(window)] for p in range(places)]
            inputs = fn.gather(inputs, index, axis=axis)
            axis += 2
        start = 2 if first else 1
        places = [start + 2 * i for i in range(rank)]
        entries = [start + 2 * i + 1 for i in range(rank)]
        rest = [1, *entries] if first else [*entries, 2 * rank + 1]
        patches = fn.transpose(inputs, [0, *places, *rest])
        patches = fn.reshape(patches, [-1, _product(self._places), self._entries])
        outputs = fn.einsum("bpe,pef->bpf", patches, fn.identity(self.kernel))
        outputs = fn.reshape(outputs, [-1, *self._places, self.filters])
        if self.use_bias:
            outputs = outputs + self.bias
        if first:
            outputs = fn.transpose(outputs, [0, rank + 1, *range(1, rank + 1)])
        return self.activation(outputs)

    def get_config(self):
        config = super().get_config()
        del config["dilation_rate"]
        return {**config, "implementation": self.implementation}


def _product(sizes):
    total = 1
    for size in sizes:
        total *= size
    return total


def _local_class(rank):
    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format=None,
        activation=None,
        use_bias=True,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        implementation=1,
        **kwargs,
    ):
        _LocallyConnected.__init__(
            self,
            rank,
            filters,
            kernel_size,
            strides,
            padding,
            implementation,
            data_format=data_format,
            activation=activation,
            use_bias=use_bias,
            kernel_initializer=kernel_initializer,
            bias_initializer=bias_initializer,
            **kwargs,
        )

    summary = f"A convolution over {_DIMENSIONS[rank]} with another kernel at each place."
    return _class_name(
        f"LocallyConnected{rank}D",
        _LocallyConnected,
        __init__,
        summary,
        implementation="1; other values are refused.",
    )


LocallyConnected1D, LocallyConnected2D = _local_class(1), _local_class(2)
