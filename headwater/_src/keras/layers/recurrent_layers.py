"""`SimpleRNN`, `GRU`, `LSTM`: recurrent layers with their cells' arguments."""

from headwater._src.core.tensor_shape import TensorShape
from headwater._src.keras import regularizers
from headwater._src.keras.functions import fn
from headwater._src.keras.layers.recurrent import RNN
from headwater._src.keras.layers.recurrent_cells import (
    CELL_SETTINGS,
    Cell,
    GRUCell,
    LSTMCell,
    SimpleRNNCell,
    lstm_bias,
)
from headwater._src.keras.layers.settings import described
from headwater._src.layers.base import snake_case

_RNN_OPTIONS = (
    *("return_sequences", "return_state", "go_backwards", "stateful", "unroll", "time_major"),
    *("input_shape", "batch_input_shape", "batch_size", "input_dim", "input_length", "weights"),
    *("trainable", "name"),
)
_OWN = ("units", "activation", "use_bias", *CELL_SETTINGS, "dropout", "recurrent_dropout")


class _CellLayer(RNN):
    """A recurrent layer that makes its cell from its own arguments."""

    _cell_class = SimpleRNNCell
    _names = _OWN

    def __init__(self, units, *args, activity_regularizer=None, **kwargs):
        outer = {key: kwargs.pop(key) for key in _RNN_OPTIONS if key in kwargs}
        if "dtype" in kwargs:
            outer["dtype"] = kwargs["dtype"]
        kwargs["trainable"] = outer.get("trainable", True)
        kwargs["name"] = snake_case(self._cell_class.__name__)
        cell = self._cell_class(units, *args, **kwargs)
        super().__init__(cell, activity_regularizer=regularizers.get(activity_regularizer), **outer)

    def __getattr__(self, name):
        # The cell's arguments are also the layer's: `layer.units`.
        if name in type(self)._names and "cell" in vars(self):
            return getattr(self.cell, name)
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def get_config(self):
        own = described(self, *self._names)
        return {
            **super().get_config(),
            **own,
            **described(self, "activity_regularizer"),
        }


class SimpleRNN(_CellLayer):
    """A fully connected recurrent layer whose output is its state.

    Args:
      units: size of the output.
      *args: further arguments of `SimpleRNNCell`.
      activity_regularizer: function of the output that gives a loss.
      **kwargs: further arguments of `SimpleRNNCell`, and those of `RNN`.
    """


class GRU(_CellLayer):
    """A layer of gated recurrent units (Cho et al., 2014).

    Args:
      units: size of the output.
      *args: further arguments of `GRUCell`.
      activity_regularizer: function of the output that gives a loss.
      **kwargs: further arguments of `GRUCell`, and those of `RNN`.
    """

    _cell_class = GRUCell
    _names = (*_OWN, "recurrent_activation", "implementation", "reset_after")


class LSTM(_CellLayer):
    """A layer of long short-term memory (Hochreiter and Schmidhuber, 1997).

    Args:
      units: size of the output.
      *args: further arguments of `LSTMCell`.
      activity_regularizer: function of the output that gives a loss.
      **kwargs: further arguments of `LSTMCell`, and those of `RNN`.
    """

    _cell_class = LSTMCell
    _names = (*_OWN, "recurrent_activation", "unit_forget_bias", "implementation")


class _FlatBiasCell(Cell):
    """A cell whose biases of inputs and of states are one long vector, as cuDNN keeps them."""

    def build(self, input_shape):
        """Makes `kernel`, `recurrent_kernel` and `bias`, the latter twice as long."""
        size, columns = TensorShape(input_shape).as_list()[-1], self.units * self._gates
        self.kernel = self._weight("kernel", "kernel", [size, columns])
        self.recurrent_kernel = self._weight("recurrent_kernel", "recurrent", [self.units, columns])
        self.flat_bias = self._weight("bias", "bias", [2 * columns], self._bias_start())
        self.bias = self._as_rows(columns)
        self.built = True

    def _bias_start(self):
        return None


class CuDNNGRUCell(_FlatBiasCell, GRUCell):
    """`GRUCell` with the arrangement of weights and the activations of cuDNN.

    Args:
      units: size of the output.
      **kwargs: further arguments of `GRUCell`.
    """

    def __init__(self, units, **kwargs):
        super().__init__(units, "tanh", "sigmoid", reset_after=True, **kwargs)

    def _as_rows(self, columns):
        return fn.reshape(self.flat_bias, [2, columns])


class CuDNNLSTMCell(_FlatBiasCell, LSTMCell):
    """`LSTMCell` with the arrangement of weights and the activations of cuDNN.

    Args:
      units: size of the output.
      **kwargs: further arguments of `LSTMCell`.
    """

    def __init__(self, units, **kwargs):
        super().__init__(units, "tanh", "sigmoid", **kwargs)

    def _bias_start(self):
        first = lstm_bias(self)
        if first is None:
            return None
        half = self.units * self._gates

        def initial(shape, dtype=None, partition_info=None):
            rest = self.bias_initializer([half], dtype=dtype)
            return fn.concat([first([half], dtype=dtype), rest], 0)

        return initial

    def _as_rows(self, columns):
        return self.flat_bias[:columns] + self.flat_bias[columns:]


class _CuDNN(_CellLayer):
    """A layer whose variables are the layer's own, not in the scope of a cell."""

    def build(self, input_shape):
        dims = input_shape[0] if isinstance(input_shape, list) else input_shape
        if not self.cell.built:
            self.cell.build(TensorShape([dims.as_list()[0], *dims.as_list()[2:]]))
            self.cell.built = True
        super().build(input_shape)

    def get_config(self):
        config = super().get_config()
        for name in ("unroll", "dropout", "recurrent_dropout", "activation", "use_bias"):
            config.pop(name, None)
        return config


class CuDNNGRU(_CuDNN):
    """`GRU` with the arrangement of weights of cuDNN; it runs on any device.

    Args:
      units: size of the output.
      *args: none.
      activity_regularizer: function of the output that gives a loss.
      **kwargs: initializers, regularizers and constraints as for `GRU`, and arguments of `RNN`.
    """

    _cell_class = CuDNNGRUCell


class CuDNNLSTM(_CuDNN):
    """`LSTM` with the arrangement of weights of cuDNN; it runs on any device.

    Args:
      units: size of the output.
      *args: none.
      activity_regularizer: function of the output that gives a loss.
      **kwargs: initializers, regularizers and constraints as for `LSTM`, and arguments of `RNN`.
    """

    _cell_class = CuDNNLSTMCell
    _names = (*_OWN, "unit_forget_bias")
