"""Cells of recurrent layers: the simple one, GRU (Cho et al., 2014), LSTM (Hochreiter and
Schmidhuber, 1997), and cells on top of each other.
"""

from headwater._src.core import nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn
from headwater._src.keras.layers.settings import described, resolved
from headwater._src.keras.serialization import serialize_keras_object
from headwater._src.layers.core import smart_cond
from headwater._src.ops.nn_composite import dropout as nn_dropout

CELL_SETTINGS = (
    *("kernel_initializer", "recurrent_initializer", "bias_initializer"),
    *("kernel_regularizer", "recurrent_regularizer", "bias_regularizer"),
    *("kernel_constraint", "recurrent_constraint", "bias_constraint"),
)


def zero_states(state_size, batch_size, dtype):
    """Zeros in the structure of a cell's state sizes.

    Args:
      state_size: an integer or shape, or a list or tuple of them.
      batch_size: scalar `Tensor` or integer.
      dtype: type of the zeros.
    """
    if isinstance(state_size, (int, TensorShape)):
        return fn.zeros(fn.stack([batch_size, *TensorShape(state_size).as_list()]), dtype)
    return [zero_states(size, batch_size, dtype) for size in state_size]


class AbstractRNNCell(Layer):
    """Base class of a program's own cells: override `call`, `state_size` and `output_size`.

    Args:
      **kwargs: as for `Layer`.
    """

    def call(self, inputs, states):
        """One step.

        Args:
          inputs: `Tensor` `[batch, size]`.
          states: list of tensors.

        Returns:
          `(output, new states)`.
        """
        raise NotImplementedError("Abstract method")

    @property
    def state_size(self):
        """The size of the state, or a list of sizes."""
        raise NotImplementedError("Abstract method")

    @property
    def output_size(self):
        """The size of the output."""
        raise NotImplementedError("Abstract method")

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Zeros for each state.

        Args:
          inputs: `Tensor` whose batch size and type are taken.
          batch_size: the batch size.
          dtype: type of the zeros.
        """
        if inputs is not None:
            batch_size, dtype = fn.shape(inputs)[0], inputs.dtype
        return zero_states(self.state_size, batch_size, dtype)


class Cell(AbstractRNNCell):
    """What the cells of Keras share: arguments, variables for a number of gates, dropout.

    Args:
      units: size of the output.
      activation: function of the output, or its name.
      use_bias: whether a bias is added.
      kernel_initializer: initializer of the inputs' weights.
      recurrent_initializer: initializer of the states' weights.
      bias_initializer: initializer of the bias.
      kernel_regularizer: function of the inputs' weights that gives a loss.
      recurrent_regularizer: function of the states' weights that gives a loss.
      bias_regularizer: function of the bias that gives a loss.
      kernel_constraint: maps the inputs' updated weights to allowed ones.
      recurrent_constraint: maps the states' updated weights to allowed ones.
      bias_constraint: maps the updated bias to an allowed one.
      dropout: share of the inputs that is dropped while training.
      recurrent_dropout: share of the states that is dropped while training.
      **kwargs: as for `Layer`.
    """

    _gates = 1

    def __init__(
        self,
        units,
        activation="tanh",
        use_bias=True,
        kernel_initializer="glorot_uniform",
        recurrent_initializer="orthogonal",
        bias_initializer="zeros",
        kernel_regularizer=None,
        recurrent_regularizer=None,
        bias_regularizer=None,
        kernel_constraint=None,
        recurrent_constraint=None,
        bias_constraint=None,
        dropout=0.0,
        recurrent_dropout=0.0,
        **kwargs,
    ):
        self.implementation = kwargs.pop("implementation", 1)
        super().__init__(**kwargs)
        settings = resolved(
            activation=activation,
            kernel_initializer=kernel_initializer,
            recurrent_initializer=recurrent_initializer,
            bias_initializer=bias_initializer,
            kernel_regularizer=kernel_regularizer,
            recurrent_regularizer=recurrent_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            recurrent_constraint=recurrent_constraint,
            bias_constraint=bias_constraint,
        )
        vars(self).update(settings)
        self.units, self.use_bias = units, use_bias
        self.dropout = min(1.0, max(0.0, dropout))
        self.recurrent_dropout = min(1.0, max(0.0, recurrent_dropout))
        self.reset_dropout_masks()

    @property
    def state_size(self):
        """The size of the state."""
        return self.units

    @property
    def output_size(self):
        """The size of the output."""
        return self.units

    def build(self, input_shape):
        """Makes `kernel`, `recurrent_kernel` and `bias`, with a column block for each gate."""
        size, columns = input_shape.as_list()[-1], self.units * self._gates
        self.kernel = self._weight("kernel", "kernel", [size, columns])
        self.recurrent_kernel = self._weight("recurrent_kernel", "recurrent", [self.units, columns])
        self.bias = self._make_bias(columns) if self.use_bias else None
        self.built = True

    def _make_bias(self, columns):
        return self._weight("bias", "bias", [columns])

    def _weight(self, name, kind, shape, initializer=None):
        return self.add_weight(
            name,
            shape,
            None,
            initializer or getattr(self, f"{kind}_initializer"),
            getattr(self, f"{kind}_regularizer"),
            True,
            getattr(self, f"{kind}_constraint"),
        )

    # -- dropout: one mask for all steps of a sequence, another one for each gate -------------------

    def reset_dropout_masks(self):
        """Forgets the masks: the next sequence gets new ones."""
        self._input_masks = self._state_masks = None

    def prepare_dropout(self, inputs, states, training):
        """Makes the masks before the loop over the steps.

        Args:
          inputs: the input of a step.
          states: the states.
          training: whether the model is trained: a bool or a boolean tensor.
        """
        if self.dropout:
            self._input_masks = self._masks(inputs, self.dropout, training)
        if self.recurrent_dropout:
            self._state_masks = self._masks(states[0], self.recurrent_dropout, training)

    def _masks(self, tensor, rate, training):
        ones = fn.ones_like(tensor)
        return [
            smart_cond(
                False if training is None else training,
                lambda: nn_dropout(ones, rate=rate),
                lambda: fn.identity(ones),
            )
            for _ in range(self._gates)
        ]

    def _by_gate(self, value, kernel, masks, start=0, count=None):
        """`value . kernel` for gates from `start` on, with the masks: a list, one for each gate."""
        count = self._gates - start if count is None else count
        kernel = fn.identity(kernel)
        size = self.units
        if masks is None:
            if (start, count) != (0, self._gates):
                kernel = kernel[:, start * size : (start + count) * size]
            product = fn.matmul(value, kernel)
            return fn.split(product, count, axis=1) if count > 1 else [product]
        return [
            fn.matmul(value * masks[i], kernel[:, i * size : (i + 1) * size])
            for i in range(start, start + count)
        ]

    def _dropped(self, inputs, states, training):
        if (
            self.dropout
            and self._input_masks is None
            or (self.recurrent_dropout and self._state_masks is None)
        ):
            self.prepare_dropout(inputs, nest.flatten(states), self.training_value(training))
        return self._input_masks, self._state_masks

    def get_config(self):
        names = ("units", "activation", "use_bias", *CELL_SETTINGS, "dropout", "recurrent_dropout")
        return {**super().get_config(), **described(self, *names)}


class SimpleRNNCell(Cell):
    __doc__ = (
        "`activation(inputs . kernel + state . recurrent_kernel + bias)`.\n"
        + (Cell.__doc__ or "").partition("\n")[2]
    )

    def call(self, inputs, states, training=None):
        """One step.

        Args:
          inputs: `Tensor` `[batch, size]`.
          states: list of the state `[batch, units]`.
          training: whether the model is trained, for dropout.

        Returns:
          `(output, [output])`.
        """
        (before,) = nest.flatten(states)
        input_masks, state_masks = self._dropped(inputs, states, training)
        (value,) = self._by_gate(inputs, self.kernel, input_masks)
        if self.use_bias:
            value = fn.bias_add(value, self.bias)
        (recurrent,) = self._by_gate(before, self.recurrent_kernel, state_masks)
        output = self.activation(value + recurrent)
        return output, [output]


class _GatedCell(Cell):
    """A cell with a function for gates besides that for the output.

    Args:
      recurrent_activation: function of the gates, or its name.
    """

    def __init__(
        self, units, activation="tanh", recurrent_activation="hard_sigmoid", *args, **kwargs
    ):
        super().__init__(units, activation, *args, **kwargs)
        vars(self).update(resolved(recurrent_activation=recurrent_activation))

    def get_config(self):
        config = super().get_config()
        own = described(self, "units", "activation", "recurrent_activation")
        return {**config, **own, "implementation": self.implementation}


class GRUCell(_GatedCell):
    """The gated recurrent unit (Cho et al., 2014).

    Args:
      units: size of the output.
      activation: function of the candidate state, or its name.
      recurrent_activation: function of the gates, or its name.
      *args: further arguments of `SimpleRNNCell`, from `use_bias` on.
      reset_after: whether the reset gate works on the state after its multiplication with weights.
      **kwargs: further arguments of `SimpleRNNCell`, and what `Layer` takes.
    """

    _gates = 3

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="hard_sigmoid",
        *args,
        reset_after=False,
        **kwargs,
    ):
        super().__init__(units, activation, recurrent_activation, *args, **kwargs)
        self.reset_after = reset_after

    def _make_bias(self, columns):
        shape = [2, columns] if self.reset_after else [columns]
        return self._weight("bias", "bias", shape)

    def call(self, inputs, states, training=None):
        """One step.

        Args:
          inputs: `Tensor` `[batch, size]`.
          states: list of the state `[batch, units]`.
          training: whether the model is trained, for dropout.

        Returns:
          `(output, [output])`.
        """
        (before,) = nest.flatten(states)
        input_masks, state_masks = self._dropped(inputs, states, training)
        update, reset, candidate = self._by_gate(inputs, self.kernel, input_masks)
        after_bias = [None] * 3
        if self.use_bias:
            rows = fn.unstack(self.bias) if self.reset_after else [fn.identity(self.bias)]
            biases = fn.split(rows[0], 3)
            update, reset, candidate = (
                fn.bias_add(v, b) for v, b in zip((update, reset, candidate), biases)
            )
            if self.reset_after:
                after_bias = fn.split(rows[1], 3)
        kernel, count = self.recurrent_kernel, 3 if self.reset_after else 2
        recurrent = self._by_gate(before, kernel, state_masks, 0, count)
        recurrent = [r if b is None else fn.bias_add(r, b) for r, b in zip(recurrent, after_bias)]
        update = self.recurrent_activation(update + recurrent[0])
        reset = self.recurrent_activation(reset + recurrent[1])
        if self.reset_after:
            candidate = candidate + reset * recurrent[2]
        else:
            candidate = candidate + self._by_gate(reset * before, kernel, state_masks, 2, 1)[0]
        output = update * before + (1.0 - update) * self.activation(candidate)
        return output, [output]

    def get_config(self):
        return {**super().get_config(), "reset_after": self.reset_after}


class LSTMCell(_GatedCell):
    """Long short-term memory (Hochreiter and Schmidhuber, 1997; Gers et al., 2000).

    Args:
      units: size of the output.
      activation: function of the candidate and of the memory, or its name.
      recurrent_activation: function of the gates, or its name.
      *args: further arguments of `SimpleRNNCell`, from `use_bias` on.
      unit_forget_bias: whether the forget gate's bias starts with 1.
      **kwargs: further arguments of `SimpleRNNCell`, and what `Layer` takes.
    """

    _gates = 4

    def __init__(
        self,
        units,
        activation="tanh",
        recurrent_activation="hard_sigmoid",
        *args,
        unit_forget_bias=True,
        **kwargs,
    ):
        super().__init__(units, activation, recurrent_activation, *args, **kwargs)
        self.unit_forget_bias = unit_forget_bias

    @property
    def state_size(self):
        """The sizes of the output and of the memory."""
        return [self.units, self.units]

    def _make_bias(self, columns):
        return self._weight("bias", "bias", [columns], lstm_bias(self))

    def call(self, inputs, states, training=None):
        """One step.

        Args:
          inputs: `Tensor` `[batch, size]`.
          states: list of output and memory, both `[batch, units]`.
          training: whether the model is trained, for dropout.

        Returns:
          `(output, [output, memory])`.
        """
        before, memory = nest.flatten(states)
        input_masks, state_masks = self._dropped(inputs, states, training)
        gates = self._by_gate(inputs, self.kernel, input_masks)
        if self.use_bias:
            gates = [fn.bias_add(v, b) for v, b in zip(gates, fn.split(fn.identity(self.bias), 4))]
        recurrent = self._by_gate(before, self.recurrent_kernel, state_masks)
        summed = [v + r for v, r in zip(gates, recurrent)]
        output, memory = lstm_update(self, summed, memory)
        return output, [output, memory]

    def get_config(self):
        return {**super().get_config(), "unit_forget_bias": self.unit_forget_bias}


def lstm_bias(cell):
    """The initializer of an LSTM's bias: ones for the forget gate if the cell asks for it.

    Args:
      cell: the cell.
    """
    if not cell.unit_forget_bias:
        return None
    size = cell.units

    def initial(shape, dtype=None, partition_info=None):
        plain = cell.bias_initializer
        return fn.concat(
            [
                plain([size], dtype=dtype),
                fn.ones([size], dtype=dtype),
                plain([size * 2], dtype=dtype),
            ],
            0,
        )

    return initial


def lstm_update(cell, gates, memory):
    """The output and memory that follow from the gates' sums.

    Args:
      cell: the cell, for its activations.
      gates: sums of the input, forget, candidate and output gates.
      memory: the memory before.

    Returns:
      `(output, memory)`.
    """
    admit, forget, candidate, emit = gates
    admit, forget = cell.recurrent_activation(admit), cell.recurrent_activation(forget)
    memory = forget * memory + admit * cell.activation(candidate)
    return cell.recurrent_activation(emit) * cell.activation(memory), memory


class StackedRNNCells(Layer):
    """Cells on top of each other: each one's output is the next one's input.

    Args:
      cells: list of cells.
      **kwargs: as for `Layer`.
    """

    def __init__(self, cells, **kwargs):
        super().__init__(**kwargs)
        for cell in cells:
            if not hasattr(cell, "call") or not hasattr(cell, "state_size"):
                raise ValueError(
                    "All cells must have a `call` method and a `state_size` attribute. Received "
                    f"cell without: {cell}"
                )
        self.cells = list(cells)

    @property
    def state_size(self):
        """The state sizes of the cells, as a tuple."""
        return tuple(cell.state_size for cell in self.cells)

    @property
    def output_size(self):
        """The size of the last cell's output."""
        return getattr(self.cells[-1], "output_size", nest.flatten(self.state_size)[0])

    def get_initial_state(self, inputs=None, batch_size=None, dtype=None):
        """Zeros for each state of each cell.

        Args:
          inputs: `Tensor` whose batch size and type are taken.
          batch_size: the batch size.
          dtype: type of the zeros.
        """
        if inputs is not None:
            batch_size, dtype = fn.shape(inputs)[0], inputs.dtype
        return tuple(zero_states(cell.state_size, batch_size, dtype) for cell in self.cells)

    def reset_dropout_masks(self):
        """Forgets the cells' masks."""
        for cell in self.cells:
            if hasattr(cell, "reset_dropout_masks"):
                cell.reset_dropout_masks()

    def build(self, input_shape):
        from headwater._src.graph.framework import name_scope

        batch, shape = input_shape.as_list()[0], input_shape
        for cell in self.cells:
            if not cell.built:
                with name_scope(cell.name):
                    cell.build(shape)
                    cell.built = True
            size = getattr(cell, "output_size", None) or nest.flatten(cell.state_size)[0]
            shape = TensorShape([batch, *TensorShape(size).as_list()])
        self.built = True

    def call(self, inputs, states, training=None):
        """One step of each cell.

        Args:
          inputs: `Tensor` `[batch, size]`.
          states: tuple of the cells' states.
          training: whether the model is trained.

        Returns:
          `(output, tuple of new states)`.
        """
        new = []
        for cell, state in zip(self.cells, states):
            state = state if isinstance(state, (list, tuple)) else [state]
            options = {"training": training} if isinstance(cell, Cell) else {}
            inputs, after = cell.call(inputs, list(state), **options)
            new.append(after)
        return inputs, tuple(new)

    def get_config(self):
        return {
            **super().get_config(),
            "cells": [serialize_keras_object(cell) for cell in self.cells],
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The cells that `get_config` described.

        Args:
          config: dict of the constructor's arguments.
          custom_objects: dict from further names to classes.
        """
        from headwater._src.keras.layer_registry import deserialize

        config = dict(config)
        cells = [deserialize(cell, custom_objects) for cell in config.pop("cells")]
        return cls(cells, **config)
