"""Cells that TensorFlow runs as one kernel each, here as formulas the compiler fuses; and cells that
take a whole sequence at once.
"""

from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.initializers import Constant, Zeros
from headwater._src.layers.rnn import dynamic_rnn, static_rnn
from headwater._src.layers.rnn_cell import GRUCell, LSTMStateTuple, RNNCell
from headwater._src.ops.combining import clip_by_value
from headwater._src.ops.joining import concat, split
from headwater._src.ops.matmul import matmul
from headwater._src.ops.nn import bias_add
from headwater._src.ops.reverse_sequence import reverse_sequence


class LSTMBlockCell(RNNCell):
    """The LSTM with optional peepholes and clipping, in one piece.

    Args:
      num_units: size of memory and output.
      forget_bias: added to the forget gate.
      cell_clip: bound of the memory's absolute value, or None.
      use_peephole: whether the gates see the memory.
      dtype: type of the variables.
      reuse: whether the variables exist.
      name: the layer's name.
    """

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        cell_clip=None,
        use_peephole=False,
        dtype=None,
        reuse=None,
        name="lstm_cell",
    ):
        super().__init__(_reuse=reuse, name=name, dtype=dtype)
        self._num_units, self._forget_bias = num_units, forget_bias
        self._cell_clip, self._peephole = cell_clip, use_peephole

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self):
        return self._num_units

    def build(self, inputs_shape):
        n = self._num_units
        self._kernel = self.add_weight("kernel", [self._input_size(inputs_shape) + n, 4 * n])
        self._bias = self.add_weight("bias", [4 * n], initializer=Constant(0.0))
        if self._peephole:
            self._w_i, self._w_f, self._w_o = (
                self.add_weight(f"w_{gate}_diag", [n]) for gate in "ifo"
            )
        self.built = True

    def call(self, inputs, state):
        c, h = state
        gates = bias_add(matmul(concat([inputs, h], 1), self._kernel), self._bias)
        i, j, f, o = split(gates, 4, 1)
        if self._peephole:
            i, f = i + self._w_i * c, f + self._w_f * c
        new_c = raw.Sigmoid(f + self._forget_bias) * c + raw.Sigmoid(i) * raw.Tanh(j)
        if self._cell_clip is not None and self._cell_clip > 0:
            new_c = clip_by_value(new_c, -self._cell_clip, self._cell_clip)
        if self._peephole:
            o = o + self._w_o * new_c
        new_h = raw.Sigmoid(o) * raw.Tanh(new_c)
        return new_h, LSTMStateTuple(new_c, new_h)


class GRUBlockCellV2(GRUCell):
    """The GRU in one piece, with the variables of `GRUCell`.

    Args:
      num_units: size of state and output.
      cell_size: the older name of `num_units`.
      reuse: whether the variables exist.
      name: the layer's name.
    """

    def __init__(self, num_units=None, cell_size=None, reuse=None, name="gru_cell"):
        units = cell_size if num_units is None else num_units
        if units is None:
            raise ValueError("Missing num_units argument. Please specify num_units.")
        super().__init__(units, reuse=reuse, name=name)


class GRUBlockCell(GRUBlockCellV2):
    """The GRU in one piece, with variables `w_ru`, `b_ru`, `w_c`, `b_c`.

    Args:
      num_units: size of state and output.
      cell_size: the older name of `num_units`.
      reuse: whether the variables exist.
      name: the layer's name.
    """

    def build(self, inputs_shape):
        n = self._num_units
        rows = self._input_size(inputs_shape) + n
        self._gate_kernel = self.add_weight("w_ru", [rows, 2 * n])
        self._gate_bias = self.add_weight("b_ru", [2 * n], initializer=Constant(1.0))
        self._candidate_kernel = self.add_weight("w_c", [rows, n])
        self._candidate_bias = self.add_weight("b_c", [n], initializer=Zeros())
        self.built = True


class FusedRNNCell:
    """Base class of cells that take all steps at once: `[time, batch, size]` in and out."""

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        """All steps.

        Args:
          inputs: `[time, batch, size]`, or a list of `[batch, size]`.
          initial_state: the first state (default: zeros).
          dtype: type of the state when none is given.
          sequence_length: `[batch]` integers.
          scope: the variable scope.

        Returns:
          `(outputs, last state)`.
        """
        raise NotImplementedError("Abstract method")


class FusedRNNCellAdaptor(FusedRNNCell):
    """An ordinary cell as one that takes all steps at once.

    Args:
      cell: the cell.
      use_dynamic_rnn: whether the steps are a loop; else they are unrolled.
    """

    def __init__(self, cell, use_dynamic_rnn=False):
        self._cell, self._dynamic = cell, use_dynamic_rnn

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        is_list = isinstance(inputs, list)
        if self._dynamic:
            joined = raw.Pack(inputs, axis=0) if is_list else inputs
            outputs, state = dynamic_rnn(
                self._cell, joined, sequence_length, initial_state, dtype, None, False, True, scope
            )
            if is_list:
                outputs = list(raw.Unpack(outputs, num=len(inputs), axis=0))
            return outputs, state
        if not is_list:
            inputs = convert_to_tensor(inputs)
            inputs = list(raw.Unpack(inputs, num=inputs.dims[0], axis=0))
        outputs, state = static_rnn(
            self._cell, inputs, initial_state, dtype, sequence_length, scope
        )
        return (outputs if is_list else raw.Pack(outputs, axis=0)), state


class LSTMBlockFusedCell(FusedRNNCell):
    """`LSTMBlockCell` over all steps at once.

    Args:
      num_units: size of memory and output.
      forget_bias: added to the forget gate.
      cell_clip: bound of the memory's absolute value, or None.
      use_peephole: whether the gates see the memory.
      reuse: whether the variables exist.
      dtype: type of the variables.
      name: the scope of the variables.
    """

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        cell_clip=None,
        use_peephole=False,
        reuse=None,
        dtype=None,
        name="lstm_fused_cell",
    ):
        self._cell = LSTMBlockCell(
            num_units, forget_bias, cell_clip, use_peephole, dtype, reuse, name
        )

    @property
    def num_units(self):
        """Size of memory and output."""
        return self._cell.output_size

    @property
    def trainable_weights(self):
        """The variables."""
        return self._cell.trainable_weights

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        is_list = isinstance(inputs, list)
        joined = raw.Pack(inputs, axis=0) if is_list else convert_to_tensor(inputs)
        if self._cell._scope is None:
            self._cell._set_scope(scope)
        with variable_scope(scope or variable_scope_of_caller(), auxiliary_name_scope=False) as s:
            outputs, state = dynamic_rnn(
                self._cell,
                joined,
                sequence_length,
                None if initial_state is None else LSTMStateTuple(*initial_state),
                dtype or joined.dtype,
                time_major=True,
                scope=s,
            )
        if is_list:
            outputs = list(raw.Unpack(outputs, num=len(inputs), axis=0))
        return outputs, state


def variable_scope_of_caller():
    """The variable scope that is open where the cell is called."""
    from headwater._src.graph.variable_scope import get_variable_scope

    return get_variable_scope()


class TimeReversedFusedRNN(FusedRNNCell):
    """Runs a `FusedRNNCell` backwards in time.

    Args:
      cell: the `FusedRNNCell`.
    """

    def __init__(self, cell):
        self._cell = cell

    def _turn(self, x, lengths):
        if isinstance(x, list) and lengths is None:
            return list(reversed(x))
        joined = raw.Pack(x, axis=0) if isinstance(x, list) else x
        if lengths is None:
            turned = raw.ReverseV2(joined, convert_to_tensor([0]))
        else:
            turned = reverse_sequence(joined, lengths, seq_axis=0, batch_axis=1)
        return list(raw.Unpack(turned, num=len(x), axis=0)) if isinstance(x, list) else turned

    def __call__(self, inputs, initial_state=None, dtype=None, sequence_length=None, scope=None):
        turned = self._turn(inputs, sequence_length)
        outputs, state = self._cell(turned, initial_state, dtype, sequence_length, scope)
        return self._turn(outputs, sequence_length), state
