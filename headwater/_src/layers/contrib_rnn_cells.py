"""Cells of `tf.contrib.rnn` that are written as formulas of gates.

Sources: Greff et al. (2015, coupled gates), Ba et al. (2016, layer normalization), Zoph and Le (2017,
NAS), Collins et al. (2017, UGRNN and intersection RNN), Neil et al. (2016, phased LSTM).
"""

import numpy as np

from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.initializers import Constant, RandomUniform, Zeros
from headwater._src.layers.rnn_cell import LSTMStateTuple, RNNCell
from headwater._src.ops.combining import clip_by_value
from headwater._src.ops.joining import concat, split
from headwater._src.ops.matmul import matmul
from headwater._src.ops.nn import bias_add
from headwater._src.ops.nn_composite import dropout, moments


class FormulaCell(RNNCell):
    """A cell whose variables are made where its formula uses them.

    Args:
      reuse: whether the variables exist.
      name: the layer's name.
      dtype: type of the variables.
      **kwargs: as for `Layer`.
    """

    def __init__(self, reuse=None, name=None, dtype=None, **kwargs):
        super().__init__(_reuse=reuse, name=name, dtype=dtype, **kwargs)

    def build(self, _):
        """Leaves `built` to the first call, which makes the variables."""

    def linear(self, arguments, size, bias=True, scope=None, initializer=None, bias_start=0.0):
        """`concat(arguments, 1) . kernel + bias`, with the variables in `scope`."""
        if scope is not None:
            with variable_scope(scope):
                return self.linear(arguments, size, bias, None, initializer, bias_start)
        joined = arguments[0] if len(arguments) == 1 else concat(arguments, 1)
        rows = self._input_size(joined.shape)
        kernel = self.add_weight("kernel", [rows, size], initializer=initializer)
        result = matmul(joined, kernel)
        if not bias:
            return result
        return bias_add(
            result, self.add_weight("bias", [size], initializer=Constant(float(bias_start)))
        )

    def layer_norm(self, x, scope, gain, shift):
        """`x` with mean 0 and variance 1 in each row, times `gamma` plus `beta`."""
        size = self._input_size(x.shape)
        with variable_scope(scope):
            gamma = self.add_weight("gamma", [size], initializer=Constant(gain))
            beta = self.add_weight("beta", [size], initializer=Constant(shift))
        mean, variance = moments(x, [1], keepdims=True)
        return (x - mean) * raw.Rsqrt(variance + 1e-12) * gamma + beta


class CoupledInputForgetGateLSTMCell(FormulaCell):
    """An LSTM that writes what it forgets: the input gate is one minus the forget gate.

    Args:
      num_units: size of the memory.
      use_peepholes: whether the gates see the memory.
      initializer: initializer of the kernels.
      num_proj: size of the output when it is a projection of the memory.
      proj_clip: bound of the projection's absolute value.
      num_unit_shards: accepted for compatibility.
      num_proj_shards: accepted for compatibility.
      forget_bias: added to the forget gate.
      state_is_tuple: whether the state is an `LSTMStateTuple`.
      activation: the function (default: tanh).
      reuse: whether the variables exist.
      layer_norm: whether the gates and the memory are normalized.
      norm_gain: first value of `gamma`.
      norm_shift: first value of `beta`.
    """

    def __init__(
        self,
        num_units,
        use_peepholes=False,
        initializer=None,
        num_proj=None,
        proj_clip=None,
        num_unit_shards=1,
        num_proj_shards=1,
        forget_bias=1.0,
        state_is_tuple=True,
        activation=None,
        reuse=None,
        layer_norm=False,
        norm_gain=1.0,
        norm_shift=0.0,
    ):
        super().__init__(reuse)
        self._num_units, self._peepholes, self._initializer = num_units, use_peepholes, initializer
        self._num_proj, self._proj_clip, self._forget_bias = num_proj, proj_clip, forget_bias
        self._state_is_tuple, self._activation = state_is_tuple, activation or raw.Tanh
        self._norm = (norm_gain, norm_shift) if layer_norm else None
        self._out = num_proj or num_units

    @property
    def state_size(self):
        sizes = (self._num_units, self._out)
        return LSTMStateTuple(*sizes) if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        return self._out

    def call(self, inputs, state):
        n = self._num_units
        c, h = state if self._state_is_tuple else split(state, [n, self._out], 1)
        make = lambda name, shape: self.add_weight(name, shape, initializer=self._initializer)
        joined = concat([inputs, h], 1)
        gates = matmul(joined, make("W_0", [self._input_size(joined.shape), 3 * n]))
        if self._norm is None:
            gates = bias_add(gates, self.add_weight("B", [3 * n], initializer=Zeros()))
        j, f, o = split(gates, 3, 1)
        if self._norm is not None:
            j, f, o = (
                self.layer_norm(gate, scope, *self._norm)
                for gate, scope in ((j, "transform"), (f, "forget"), (o, "output"))
            )
        if self._peepholes:
            f = f + make("W_F_diag", [n]) * c
        keep = raw.Sigmoid(f + self._forget_bias)
        new_c = keep * c + (1 - keep) * self._activation(j)
        if self._norm is not None:
            new_c = self.layer_norm(new_c, "state", *self._norm)
        if self._peepholes:
            o = o + make("W_O_diag", [n]) * new_c
        new_h = raw.Sigmoid(o) * self._activation(new_c)
        if self._num_proj is not None:
            new_h = matmul(new_h, make("W_P_0", [n, self._num_proj]))
            if self._proj_clip is not None:
                new_h = clip_by_value(new_h, -self._proj_clip, self._proj_clip)
        new = LSTMStateTuple(new_c, new_h) if self._state_is_tuple else concat([new_c, new_h], 1)
        return new_h, new


class LayerNormBasicLSTMCell(FormulaCell):
    """The LSTM with layer normalization of gates and memory, and dropout of what is written.

    Args:
      num_units: size of memory and output.
      forget_bias: added to the forget gate.
      input_size: accepted for compatibility.
      activation: the function (default: tanh).
      layer_norm: whether gates and memory are normalized.
      norm_gain: first value of `gamma`.
      norm_shift: first value of `beta`.
      dropout_keep_prob: share of the candidate that is kept; a number or a tensor.
      dropout_prob_seed: seed of the dropout.
      reuse: whether the variables exist.
    """

    def __init__(
        self,
        num_units,
        forget_bias=1.0,
        input_size=None,
        activation=None,
        layer_norm=True,
        norm_gain=1.0,
        norm_shift=0.0,
        dropout_keep_prob=1.0,
        dropout_prob_seed=None,
        reuse=None,
    ):
        super().__init__(reuse)
        self._num_units, self._forget_bias = num_units, forget_bias
        self._activation = activation or raw.Tanh
        self._norm = (norm_gain, norm_shift) if layer_norm else None
        self._keep, self._seed = dropout_keep_prob, dropout_prob_seed

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self):
        return self._num_units

    def call(self, inputs, state):
        c, h = state
        gates = self.linear([inputs, h], 4 * self._num_units, bias=self._norm is None)
        i, j, f, o = split(gates, 4, 1)
        if self._norm is not None:
            scopes = ("input", "transform", "forget", "output")
            i, j, f, o = (
                self.layer_norm(gate, s, *self._norm)
                for gate, s in zip((i, j, f, o), scopes, strict=True)
            )
        written = self._activation(j)
        if not isinstance(self._keep, float) or self._keep < 1:
            written = dropout(written, keep_prob=self._keep, seed=self._seed)
        new_c = c * raw.Sigmoid(f + self._forget_bias) + raw.Sigmoid(i) * written
        if self._norm is not None:
            new_c = self.layer_norm(new_c, "state", *self._norm)
        new_h = self._activation(new_c) * raw.Sigmoid(o)
        return new_h, LSTMStateTuple(new_c, new_h)


class NASCell(FormulaCell):
    """The cell that architecture search found: a tree over eight sums of input and state.

    Args:
      num_units: size of the memory.
      num_proj: size of the output when it is a projection.
      use_bias: whether the state's part has a bias.
      reuse: whether the variables exist.
      **kwargs: as for `Layer`.
    """

    def __init__(self, num_units, num_proj=None, use_bias=False, reuse=None, **kwargs):
        super().__init__(reuse, **kwargs)
        self._num_units, self._num_proj, self._use_bias = num_units, num_proj, use_bias

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self):
        return self._num_proj or self._num_units

    def build(self, inputs_shape):
        n = self._num_units
        self._kernel = self.add_weight("kernel", [self._input_size(inputs_shape), 8 * n])
        self._recurrent = self.add_weight("recurrent_kernel", [self.output_size, 8 * n])
        if self._use_bias:
            self._bias = self.add_weight("bias", [8 * n], initializer=Zeros())
        if self._num_proj is not None:
            self._projection = self.add_weight("projection_weights", [n, self._num_proj])
        self.built = True

    def call(self, inputs, state):
        c, h = state
        from_state = matmul(h, self._recurrent)
        if self._use_bias:
            from_state = bias_add(from_state, self._bias)
        x = split(matmul(inputs, self._kernel), 8, 1)
        m = split(from_state, 8, 1)
        sigmoid, tanh, relu = raw.Sigmoid, raw.Tanh, raw.Relu
        first = tanh(sigmoid(x[0] + m[0]) * relu(x[1] + m[1]))
        second = tanh(sigmoid(x[2] + m[2]) + relu(x[3] * m[3]))
        third = tanh(tanh(x[4] + m[4]) * sigmoid(x[5] + m[5]))
        fourth = sigmoid(tanh(x[6] + m[6]) + sigmoid(x[7] + m[7]))
        new_c = tanh(first + c) * second
        new_h = tanh(new_c * tanh(third + fourth))
        if self._num_proj is not None:
            new_h = matmul(new_h, self._projection)
        return new_h, LSTMStateTuple(new_c, new_h)


class UGRNNCell(FormulaCell):
    """The update gate RNN: one gate chooses between the old state and a new one.

    Args:
      num_units: size of state and output.
      initializer: initializer of the kernel.
      forget_bias: added to the gate.
      activation: the candidate's function (default: tanh).
      reuse: whether the variables exist.
    """

    def __init__(self, num_units, initializer=None, forget_bias=1.0, activation=None, reuse=None):
        super().__init__(reuse)
        self._num_units, self._initializer = num_units, initializer
        self._forget_bias, self._activation = forget_bias, activation or raw.Tanh

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def call(self, inputs, state):
        parts = self.linear([inputs, state], 2 * self._num_units, initializer=self._initializer)
        gate, candidate = split(parts, 2, 1)
        gate = raw.Sigmoid(gate + self._forget_bias)
        new = gate * state + (1.0 - gate) * self._activation(candidate)
        return new, new


class IntersectionRNNCell(FormulaCell):
    """A cell that carries on both the state, over time, and the input, over depth.

    Args:
      num_units: size of state and output; the input must have it too, or be projected to it.
      num_in_proj: `num_units`, to project inputs of another size.
      initializer: initializer of the kernels.
      forget_bias: added to both gates.
      y_activation: the function of the output's candidate (default: relu).
      reuse: whether the variables exist.

    Raises:
      ValueError: at the call, when the input has another size and is not projected to `num_units`.
    """

    def __init__(
        self,
        num_units,
        num_in_proj=None,
        initializer=None,
        forget_bias=1.0,
        y_activation=None,
        reuse=None,
    ):
        super().__init__(reuse)
        self._num_units, self._num_in_proj = num_units, num_in_proj
        self._initializer, self._forget_bias = initializer, forget_bias
        self._y_activation = y_activation or raw.Relu

    @property
    def state_size(self):
        return self._num_units

    @property
    def output_size(self):
        return self._num_units

    def call(self, inputs, state):
        n = self._num_units
        if self._input_size(inputs.shape) != n:
            if self._num_in_proj != n:
                raise ValueError(f"inputs of size {inputs.shape[-1]} need num_in_proj = {n}")
            inputs = self.linear([inputs], n, scope="in_projection", initializer=self._initializer)
        parts = self.linear([inputs, state], 4 * n, initializer=self._initializer)
        state_gate, new_h, depth_gate, new_y = split(parts, 4, 1)
        state_gate = raw.Sigmoid(state_gate + self._forget_bias)
        depth_gate = raw.Sigmoid(depth_gate + self._forget_bias)
        new_state = state_gate * state + (1.0 - state_gate) * raw.Tanh(new_h)
        output = depth_gate * inputs + (1.0 - depth_gate) * self._y_activation(new_y)
        return output, new_state


class PhasedLSTMCell(FormulaCell):
    """An LSTM whose units open and close in rhythms of their own; inputs are `(time, x)`.

    Args:
      num_units: size of memory and output.
      use_peepholes: whether the gates see the memory.
      leak: how much a closed unit still changes.
      ratio_on: share of its period in which a unit is open.
      trainable_ratio_on: whether that share is trained.
      period_init_min: the shortest first period.
      period_init_max: the longest first period; periods are drawn evenly on a logarithmic scale.
      reuse: whether the variables exist.
    """

    def __init__(
        self,
        num_units,
        use_peepholes=False,
        leak=0.001,
        ratio_on=0.1,
        trainable_ratio_on=True,
        period_init_min=1.0,
        period_init_max=1000.0,
        reuse=None,
    ):
        super().__init__(reuse)
        self._num_units, self._peepholes, self._leak = num_units, use_peepholes, leak
        self._ratio_on, self._train_ratio = ratio_on, trainable_ratio_on
        self._periods = (period_init_min, period_init_max)

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self._num_units)

    @property
    def output_size(self):
        return self._num_units

    def _openness(self, time):
        """How far each unit is open, from 0 to 1, `[batch, units]`."""
        n = self._num_units
        low, high = (float(np.log(p)) for p in self._periods)

        def first_periods(shape, dtype=None, partition_info=None):
            return raw.Exp(RandomUniform(low, high)(shape, dtype=dtype))

        period = self.add_weight("period", [n], initializer=first_periods)

        def first_phases(shape, dtype=None, partition_info=None):
            return RandomUniform(0.0, 1.0)(shape, dtype=dtype) * period.initial_value

        phase = self.add_weight("phase", [n], initializer=first_phases)
        ratio = self.add_weight(
            "ratio_on", [n], initializer=Constant(self._ratio_on), trainable=self._train_ratio
        )
        time = raw.Cast(time, DstT=phase.dtype.base_dtype)
        cycle = raw.FloorMod(time - phase, raw.Identity(period)) / period
        rising = 2 * cycle / ratio
        closed = self._leak * cycle
        where = PUBLIC["where"]
        opened = where(cycle < ratio + raw.ZerosLike(cycle), 2 - rising, closed)
        return where(cycle < 0.5 * ratio + raw.ZerosLike(cycle), rising, opened)

    def call(self, inputs, state):
        time, x = (convert_to_tensor(part) for part in inputs)
        c, h = state
        n = self._num_units
        seen = [x, h, c] if self._peepholes else [x, h]
        gates = raw.Sigmoid(self.linear(seen, 2 * n, scope="mask_gates"))
        i, f = split(gates, 2, 1)
        new_c = c * f + i * raw.Tanh(self.linear([x, h], n, scope="new_input"))
        seen = [x, h, new_c] if self._peepholes else [x, h]
        new_h = raw.Tanh(new_c) * raw.Sigmoid(self.linear(seen, n, scope="output_gate"))
        k = self._openness(time)
        new_c = k * new_c + (1 - k) * c
        new_h = k * new_h + (1 - k) * h
        return new_h, LSTMStateTuple(new_c, new_h)
