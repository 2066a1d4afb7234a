"""Wrappers of `tf.contrib.rnn`: projections, embeddings, highways, attention over past outputs; and
the LSTMs of groups and of images.
"""

from headwater._src.core import nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import device
from headwater._src.graph.named_variables import get_variable
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.contrib_rnn_cells import FormulaCell
from headwater._src.layers.initializers import Constant, RandomUniform, Zeros
from headwater._src.layers.rnn_cell import LSTMStateTuple
from headwater._src.ops.dilated import convolution
from headwater._src.ops.embedding import embedding_lookup
from headwater._src.ops.joining import concat, split


class OutputProjectionWrapper(FormulaCell):
    """A linear layer behind a cell's output.

    Args:
      cell: the cell.
      output_size: size of the projected output.
      activation: function of the projected output.
      reuse: whether the variables exist.

    Raises:
      ValueError: `output_size` is less than 1.
    """

    def __init__(self, cell, output_size, activation=None, reuse=None):
        super().__init__(reuse)
        if output_size < 1:
            raise ValueError(f"Parameter output_size must be > 0: {output_size}.")
        self._cell, self._output_size, self._activation = cell, output_size, activation

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._output_size

    def zero_state(self, batch_size, dtype):
        return self._cell.zero_state(batch_size, dtype)

    def call(self, inputs, state):
        output, state = self._cell(inputs, state)
        projected = self.linear([output], self._output_size)
        return (self._activation(projected) if self._activation else projected), state


class InputProjectionWrapper(FormulaCell):
    """A linear layer before a cell's input.

    Args:
      cell: the cell.
      num_proj: size of the projected input.
      activation: function of the projected input.
      input_size: accepted for compatibility.
      reuse: whether the variables exist.
    """

    def __init__(self, cell, num_proj, activation=None, input_size=None, reuse=None):
        super().__init__(reuse)
        self._cell, self._num_proj, self._activation = cell, num_proj, activation

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def zero_state(self, batch_size, dtype):
        return self._cell.zero_state(batch_size, dtype)

    def call(self, inputs, state):
        projected = self.linear([inputs], self._num_proj)
        if self._activation:
            projected = self._activation(projected)
        return self._cell(projected, state)


class EmbeddingWrapper(FormulaCell):
    """A cell that takes class numbers, and looks up a vector for each.

    Args:
      cell: the cell.
      embedding_classes: number of classes.
      embedding_size: size of the vectors.
      initializer: initializer of the vectors (default: the scope's, else uniform with variance 1).
      reuse: whether the variables exist.

    Raises:
      ValueError: a size is less than 1.
    """

    def __init__(self, cell, embedding_classes, embedding_size, initializer=None, reuse=None):
        super().__init__(reuse)
        if embedding_classes <= 0 or embedding_size <= 0:
            raise ValueError(
                "Both embedding_classes and embedding_size must be > 0: "
                f"{embedding_classes}, {embedding_size}."
            )
        self._cell, self._shape = cell, [embedding_classes, embedding_size]
        self._initializer = initializer

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def zero_state(self, batch_size, dtype):
        return self._cell.zero_state(batch_size, dtype)

    def call(self, inputs, state):
        from headwater._src.graph.variable_scope import get_variable_scope

        initializer = self._initializer or get_variable_scope().initializer
        with device("/cpu:0"):
            embedding = self.add_weight(
                "embedding",
                self._shape,
                dtype=nest.flatten(state)[0].dtype.base_dtype,
                initializer=initializer or RandomUniform(-(3**0.5), 3**0.5),
            )
            vectors = embedding_lookup(embedding, raw.Reshape(inputs, convert_to_tensor([-1])))
        return self._cell(vectors, state)


class HighwayWrapper(FormulaCell):
    """A gate between a cell's input and its output (Srivastava et al., 2015).

    Args:
      cell: the cell.
      couple_carry_transform_gates: whether one gate says both what is taken and what is carried.
      carry_bias_init: first bias of the carry gate; minus it is that of the transform gate.
    """

    def __init__(self, cell, couple_carry_transform_gates=True, carry_bias_init=1.0):
        super().__init__()
        self._cell, self._couple = cell, couple_carry_transform_gates
        self._carry_bias = carry_bias_init

    @property
    def state_size(self):
        return self._cell.state_size

    @property
    def output_size(self):
        return self._cell.output_size

    def zero_state(self, batch_size, dtype):
        return self._cell.zero_state(batch_size, dtype)

    def __call__(self, inputs, state, scope=None):
        output, state = self._cell(inputs, state, *([] if scope is None else [scope]))
        nest.assert_same_structure(inputs, output)
        return nest.map_structure(self._highway, inputs, output), state

    def _gate(self, kind, x, bias):
        size = x.shape[-1].value
        kernel = get_variable(f"{kind}_w", [size, size])
        offset = get_variable(f"{kind}_b", [size], initializer=Constant(bias))
        return raw.Sigmoid(PUBLIC["xw_plus_b"](x, kernel, offset))

    def _highway(self, x, output):
        carry = self._gate("carry", x, self._carry_bias)
        if self._couple:
            transform = 1 - carry
        else:
            transform = self._gate("transform", x, -self._carry_bias)
        return x * carry + output * transform


class AttentionCellWrapper(FormulaCell):
    """A cell that attends to its own last outputs.

    Args:
      cell: the cell.
      attn_length: how many outputs are remembered.
      attn_size: size of what is remembered of an output (default: the output's size).
      attn_vec_size: size of the vectors that are compared (default: `attn_size`).
      input_size: size of the cell's input (default: that of the wrapper's).
      state_is_tuple: whether the state is a tuple; else its parts stand side by side.
      reuse: whether the variables exist.

    Raises:
      ValueError: `attn_length` is less than 1, or the cell's state is a tuple and this one's not.
    """

    def __init__(
        self,
        cell,
        attn_length,
        attn_size=None,
        attn_vec_size=None,
        input_size=None,
        state_is_tuple=True,
        reuse=None,
    ):
        super().__init__(reuse)
        if nest.is_sequence(cell.state_size) and not state_is_tuple:
            raise ValueError(
                f"Cell returns tuple of states, but the flag state_is_tuple is not set. State size "
                f"is: {cell.state_size}"
            )
        if attn_length <= 0:
            raise ValueError(f"attn_length should be greater than zero, got {attn_length}")
        self._cell, self._length, self._state_is_tuple = cell, attn_length, state_is_tuple
        self._size = cell.output_size if attn_size is None else attn_size
        self._vec_size = self._size if attn_vec_size is None else attn_vec_size
        self._input = input_size

    @property
    def state_size(self):
        sizes = (self._cell.state_size, self._size, self._size * self._length)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        return self._size

    def call(self, inputs, state):
        if not self._state_is_tuple:
            state = split(state, [self._cell.state_size, self._size, self._size * self._length], 1)
        cell_state, attended, memory = state
        memory = PUBLIC["reshape"](memory, [-1, self._length, self._size])
        size = self._input if self._input is not None else inputs.shape[1].value
        output, cell_state = self._cell(self.linear([inputs, attended], size), cell_state)
        query = concat(nest.flatten(cell_state), 1) if self._state_is_tuple else cell_state
        attended, rest = self._attention(query, memory)
        output = self.linear([output, attended], self._size, scope="attn_output_projection")
        memory = concat([rest, raw.ExpandDims(output, convert_to_tensor(1))], 1)
        memory = PUBLIC["reshape"](memory, [-1, self._length * self._size])
        parts = (cell_state, attended, memory)
        return output, parts if self._state_is_tuple else concat(list(parts), 1)

    def _attention(self, query, memory):
        """What the query finds in the memory, and the memory without its oldest output."""
        with variable_scope("attention"):
            w = self.add_weight("attn_w", [1, 1, self._size, self._vec_size])
            v = self.add_weight("attn_v", [self._vec_size])
            hidden = PUBLIC["reshape"](memory, [-1, self._length, 1, self._size])
            features = PUBLIC["conv2d"](hidden, w, [1, 1, 1, 1], "SAME")
            compared = self.linear([query], self._vec_size)
            compared = PUBLIC["reshape"](compared, [-1, 1, 1, self._vec_size])
            score = PUBLIC["reduce_sum"](v * raw.Tanh(features + compared), [2, 3])
            weights = PUBLIC["reshape"](raw.Softmax(score), [-1, self._length, 1, 1])
            found = PUBLIC["reduce_sum"](weights * hidden, [1, 2])
        return PUBLIC["reshape"](found, [-1, self._size]), memory[:, 1:, :]


class GLSTMCell(FormulaCell):
    """An LSTM of groups that do not see each other (Kuchaiev and Ginsburg, 2017).

    Args:
      num_units: size of the memory; a multiple of the number of groups.
      initializer: initializer of the kernels.
      num_proj: size of the output when it is a projection of the memory.
      number_of_groups: number of groups.
      forget_bias: added to the forget gate.
      activation: the function (default: tanh).
      reuse: whether the variables exist.

    Raises:
      ValueError: `num_units` or `num_proj` is no multiple of the number of groups.
    """

    def __init__(
        self,
        num_units,
        initializer=None,
        num_proj=None,
        number_of_groups=1,
        forget_bias=1.0,
        activation=None,
        reuse=None,
    ):
        super().__init__(reuse)
        if num_units % number_of_groups or (num_proj or 0) % number_of_groups:
            raise ValueError("num_units and num_proj must be divisible by number_of_groups")
        self._num_units, self._initializer, self._num_proj = num_units, initializer, num_proj
        self._groups, self._forget_bias = number_of_groups, forget_bias
        self._activation = activation or raw.Tanh

    @property
    def state_size(self):
        return LSTMStateTuple(self._num_units, self.output_size)

    @property
    def output_size(self):
        return self._num_proj or self._num_units

    def call(self, inputs, state):
        c, h = state
        n, groups = self._num_units, self._groups
        gates = []
        for k, (x, m) in enumerate(zip(split(inputs, groups, 1), split(h, groups, 1), strict=True)):
            parts = self.linear(
                [x, m], 4 * n // groups, False, f"group_{k}", initializer=self._initializer
            )
            gates.append(split(parts, 4, 1))
        i, j, f, o = (
            concat(list(parts), 1) + self.add_weight(f"bias_{gate}", [n], initializer=Constant(0.0))
            for gate, parts in zip("ijfo", zip(*gates, strict=True), strict=True)
        )
        new_c = raw.Sigmoid(f + self._forget_bias) * c + raw.Sigmoid(i) * self._activation(j)
        new_h = raw.Sigmoid(o) * self._activation(new_c)
        if self._num_proj is not None:
            new_h = self.linear(
                [new_h], self._num_proj, False, "projection", initializer=self._initializer
            )
        return new_h, LSTMStateTuple(new_c, new_h)


class ConvLSTMCell(FormulaCell):
    """An LSTM over lines, images or volumes, with convolutions for products (Shi et al., 2015).

    Args:
      conv_ndims: number of spatial dimensions, 1 to 3.
      input_shape: shape of an input without the batch, channels last.
      output_channels: channels of memory and output.
      kernel_shape: the kernel's spatial sizes.
      use_bias: whether a bias is added.
      skip_connection: whether the input is joined to the output.
      forget_bias: added to the forget gate.
      initializers: initializer of the kernel.
      name: the layer's name.

    Raises:
      ValueError: the shape has another rank than `conv_ndims` says.
    """

    def __init__(
        self,
        conv_ndims,
        input_shape,
        output_channels,
        kernel_shape,
        use_bias=True,
        skip_connection=False,
        forget_bias=1.0,
        initializers=None,
        name="conv_lstm_cell",
    ):
        super().__init__(name=name)
        if conv_ndims != len(input_shape) - 1:
            raise ValueError(f"Invalid input_shape {input_shape} for conv_ndims={conv_ndims}.")
        self._channels, self._kernel_shape = output_channels, list(kernel_shape)
        self._use_bias, self._skip = use_bias, skip_connection
        self._forget_bias, self._initializer = forget_bias, initializers
        space = list(input_shape[:-1])
        self._state = TensorShape([*space, output_channels])
        total = output_channels + (input_shape[-1] if skip_connection else 0)
        self._output = TensorShape([*space, total])

    @property
    def state_size(self):
        return LSTMStateTuple(self._state, self._state)

    @property
    def output_size(self):
        return self._output

    def call(self, inputs, state):
        c, h = state
        joined = concat([inputs, h], -1)
        kernel = self.add_weight(
            "kernel",
            [*self._kernel_shape, joined.shape[-1].value, 4 * self._channels],
            initializer=self._initializer,
        )
        gates = convolution(joined, kernel, "SAME")
        if self._use_bias:
            gates = gates + self.add_weight("biases", [4 * self._channels], initializer=Zeros())
        i, j, f, o = split(gates, 4, -1)
        new_c = raw.Sigmoid(f + self._forget_bias) * c + raw.Sigmoid(i) * raw.Tanh(j)
        new_h = output = raw.Tanh(new_c) * raw.Sigmoid(o)
        if self._skip:
            output = concat([output, inputs], -1)
        return output, LSTMStateTuple(new_c, new_h)


class Conv1DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` over lines.

    Args:
      name: the layer's name.
      **kwargs: as for `ConvLSTMCell`.
    """

    def __init__(self, name="conv_1d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=1, name=name, **kwargs)


class Conv2DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` over images.

    Args:
      name: the layer's name.
      **kwargs: as for `ConvLSTMCell`.
    """

    def __init__(self, name="conv_2d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=2, name=name, **kwargs)


class Conv3DLSTMCell(ConvLSTMCell):
    """`ConvLSTMCell` over volumes.

    Args:
      name: the layer's name.
      **kwargs: as for `ConvLSTMCell`.
    """

    def __init__(self, name="conv_3d_lstm_cell", **kwargs):
        super().__init__(conv_ndims=3, name=name, **kwargs)
