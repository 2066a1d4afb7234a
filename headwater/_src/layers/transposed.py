"""Transposed convolutions of `tf.layers`: each input spreads its value over a window of outputs."""

from headwater._src.graph import raw
from headwater._src.graph.optable import PUBLIC
from headwater._src.layers.docstrings import compose
from headwater._src.layers.initializers import Zeros
from headwater._src.layers.windows import LAYOUTS, Conv, documented


class ConvTranspose(Conv):
    """A transposed convolution over two or three dimensions, with bias and activation.

    `output_padding` is None, or for each dimension how many rows the output has beyond the least.
    """

    output_padding = None

    def build(self, input_shape):
        """Makes `kernel` (`[*kernel_size, filters, channels]`) and `bias`."""
        shape = [*self.kernel_size, self.filters, self._channels(input_shape)]
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

    def _growth(self, i):
        """What dimension `i` of the output has beyond stride times the size of the input."""
        stride = self.strides[i]
        window = (self.kernel_size[i] - 1) * self.dilation_rate[i] + 1
        if self.output_padding is None:
            return max(window - stride, 0) if self.padding == "valid" else 0
        around = 2 * (window // 2) if self.padding == "same" else 0
        return window - around + self.output_padding[i] - stride

    def call(self, inputs):
        """The transposed convolution, the bias and the activation."""
        first = self.data_format == "channels_first"
        shape = PUBLIC["shape"](inputs)
        spatial, known = [], []
        for i, stride in enumerate(self.strides):
            axis = i + (2 if first else 1)
            static = inputs.dims[axis] if inputs.dims is not None else None
            known.append(None if static is None else static * stride + self._growth(i))
            spatial.append(shape[axis] * stride + self._growth(i) if static is None else known[-1])
        around = (lambda s: [self.filters, *s]) if first else (lambda s: [*s, self.filters])
        op = raw.Conv2DBackpropInput if self.rank == 2 else raw.Conv3DBackpropInputV2
        outputs = op(
            PUBLIC["stack"]([shape[0], *around(spatial)]),
            self.kernel,
            inputs,
            strides=self._spread(self.strides),
            padding=self.padding.upper(),
            data_format=LAYOUTS[self.rank, self.data_format],
            dilations=self._spread(self.dilation_rate),
            name=f"conv{self.rank}d_transpose",
        )
        outputs.set_shape([inputs.dims[0], *around(known)])
        return self._finish(outputs)


def _transposed_class(rank):
    def __init__(
        self,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format="channels_last",
        activation=None,
        use_bias=True,
        **kwargs,
    ):
        ConvTranspose.__init__(
            self,
            rank,
            filters,
            kernel_size,
            strides,
            padding,
            data_format,
            1,
            activation,
            use_bias,
            **kwargs,
        )

    count = {2: "two", 3: "three"}[rank]
    doc = compose(
        f"The transposed convolution in {count} dimensions, with bias and activation.",
        __init__,
        Conv,
        strides="how far apart in the output two neighbours of the input are.",
        kwargs=f"options of `tf.layers.conv{rank}d_transpose`, from `kernel_initializer` to `name`.",
    )
    return type(f"Conv{rank}DTranspose", (ConvTranspose,), {"__init__": __init__, "__doc__": doc})


Conv2DTranspose, Conv3DTranspose = _transposed_class(2), _transposed_class(3)


def _transposed_function(cls, rank):
    """The function form of a transposed convolution: a layer made and applied at once."""

    def conv_transpose(
        inputs,
        filters,
        kernel_size,
        strides=1,
        padding="valid",
        data_format="channels_last",
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
            activation,
            use_bias,
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

    return documented(conv_transpose, cls, rank, f"conv{rank}d_transpose", "filters")


conv2d_transpose = _transposed_function(Conv2DTranspose, 2)
conv3d_transpose = _transposed_function(Conv3DTranspose, 3)
