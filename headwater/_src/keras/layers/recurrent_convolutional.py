"""`ConvLSTM2D`: long short-term memory whose products are convolutions (Shi et al., 2015)."""

from headwater._src.graph import raw
from headwater._src.keras import regularizers
from headwater._src.keras.functions import fn
from headwater._src.keras.layers.recurrent import RNN
from headwater._src.keras.layers.recurrent_cells import LSTMCell, lstm_update
from headwater._src.keras.layers.recurrent_layers import _CellLayer
from headwater._src.keras.layers.settings import data_layout, described
from headwater._src.layers.windows import LAYOUTS, sizes

_WINDOW = ("filters", "kernel_size", "strides", "padding", "data_format", "dilation_rate")


class ConvLSTM2DCell(LSTMCell):
    """One step of `ConvLSTM2D`.

    Args:
      filters: number of output channels.
      kernel_size: height and width of the window.
      strides: steps of the window over the inputs.
      padding: `"valid"` or `"same"`, of the window over the inputs.
      data_format: `"channels_last"` or `"channels_first"`.
      dilation_rate: distances between the window's entries.
      **kwargs: further arguments of `LSTMCell`.
    """

    def __init__(
        self,
        filters,
        kernel_size,
        strides=(1, 1),
        padding="valid",
        data_format=None,
        dilation_rate=(1, 1),
        **kwargs,
    ):
        super().__init__(filters, **kwargs)
        self.filters = filters
        self.kernel_size = sizes(kernel_size, 2, "kernel_size")
        self.strides = sizes(strides, 2, "strides")
        self.padding = padding.lower()
        self.data_format = data_layout(data_format)
        self.dilation_rate = sizes(dilation_rate, 2, "dilation_rate")

    @property
    def _first(self):
        return self.data_format == "channels_first"

    def build(self, input_shape):
        """Makes `kernel`, `recurrent_kernel` and `bias`, with a block of filters for each gate."""
        dims = input_shape.as_list()
        channels = dims[1 if self._first else -1]
        window, columns = list(self.kernel_size), self.filters * self._gates
        self.kernel = self._weight("kernel", "kernel", [*window, channels, columns])
        self.recurrent_kernel = self._weight(
            "recurrent_kernel", "recurrent", [*window, self.filters, columns]
        )
        self.bias = self._make_bias(columns) if self.use_bias else None
        self.built = True

    def _spread(self, values):
        return [1, 1, *values] if self._first else [1, *values, 1]

    def convolve_inputs(self, inputs, kernel):
        """The convolution over the inputs of a step.

        Args:
          inputs: `Tensor` of pictures.
          kernel: the window.
        """
        return raw.Conv2D(
            inputs,
            kernel,
            strides=self._spread(self.strides),
            padding=self.padding.upper(),
            data_format=LAYOUTS[2, self.data_format],
            dilations=self._spread(self.dilation_rate),
        )

    def _convolve_state(self, state, kernel):
        layout = LAYOUTS[2, self.data_format]
        return raw.Conv2D(state, kernel, strides=[1] * 4, padding="SAME", data_format=layout)

    def call(self, inputs, states, training=None):
        """One step.

        Args:
          inputs: `Tensor` of pictures.
          states: list of output and memory.
          training: whether the model is trained, for dropout.

        Returns:
          `(output, [output, memory])`.
        """
        before, memory = states
        input_masks, state_masks = self._dropped(inputs, states, training)
        axis = 1 if self._first else -1
        kernels = fn.split(fn.identity(self.kernel), 4, axis=3)
        recurrent = fn.split(fn.identity(self.recurrent_kernel), 4, axis=3)
        biases = fn.split(fn.identity(self.bias), 4) if self.use_bias else [None] * 4
        layout = "NCHW" if self._first else "NHWC"
        gates = []
        for i in range(4):
            value = inputs if input_masks is None else inputs * input_masks[i]
            state = before if state_masks is None else before * state_masks[i]
            gate = self.convolve_inputs(value, kernels[i])
            if biases[i] is not None:
                gate = fn.bias_add(gate, biases[i], data_format=layout)
            gates.append(gate + self._convolve_state(state, recurrent[i]))
        assert gates[0].dims[axis] == self.filters
        output, memory = lstm_update(self, gates, memory)
        return output, [output, memory]


class ConvLSTM2D(_CellLayer):
    """Long short-term memory over sequences of pictures, `[batch, steps, rows, columns, channels]`.

    Args:
      filters: number of output channels.
      kernel_size: height and width of the window.
      *args: further arguments of `ConvLSTM2DCell`.
      activity_regularizer: function of the output that gives a loss.
      **kwargs: further arguments of the cell, and those of `RNN`.
    """

    _cell_class = ConvLSTM2DCell
    _names = (
        *_WINDOW,
        *[name for name in _CellLayer._names if name != "units"],
        *("recurrent_activation", "unit_forget_bias"),
    )

    def __init__(self, filters, kernel_size, *args, activity_regularizer=None, **kwargs):
        if kwargs.get("stateful"):
            raise NotImplementedError("a stateful ConvLSTM2D is not implemented in headwater")
        super().__init__(
            filters,
            kernel_size,
            *args,
            activity_regularizer=regularizers.get(activity_regularizer),
            **kwargs,
        )

    def build(self, input_shape):
        dims = input_shape[0] if isinstance(input_shape, list) else input_shape
        if not self.cell.built:
            self.cell.build(dims[:1].concatenate(dims[2:]))
            self.cell.built = True
        RNN.build(self, input_shape)

    def get_initial_state(self, inputs):
        cell, first = self.cell, fn.zeros_like(inputs[:, 0])
        channels = first.dims[1 if cell._first else -1]
        kernel = fn.zeros([*cell.kernel_size, channels, cell.filters], dtype=inputs.dtype)
        state = cell.convolve_inputs(first, kernel)
        return [state, state]

    def get_config(self):
        return {**super().get_config(), **described(self, *_WINDOW)}
