"""`RNN`: a cell applied to each step of a sequence, unrolled or as a loop.

A cell is a layer with `state_size`, `output_size` and `call(inputs, states) -> output, new states`.
The cells are in `recurrent_cells.py`.
"""

import inspect

from headwater._src.core import nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.keras.backend_rnn import rnn
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn
from headwater._src.keras.layers.recurrent_cells import StackedRNNCells
from headwater._src.keras.serialization import serialize_keras_object
from headwater._src.layers.base import InputSpec


class RNN(Layer):
    """A cell applied to each step of `[batch, steps, ...]`.

    Args:
      cell: the cell, or a list of cells that become a `StackedRNNCells`.
      return_sequences: whether the outputs of all steps are given, or only the last one.
      return_state: whether the last states are given besides.
      go_backwards: whether the steps are taken from the last to the first.
      stateful: whether each batch starts with the states in which the last one ended.
      unroll: whether the nodes of each step are made, rather than a loop.
      time_major: whether inputs and outputs are `[steps, batch, ...]`.
      **kwargs: as for `Layer`.

    Raises:
      ValueError: the cell has no `call` or no `state_size`.
    """

    def __init__(
        self,
        cell,
        return_sequences=False,
        return_state=False,
        go_backwards=False,
        stateful=False,
        unroll=False,
        time_major=False,
        **kwargs,
    ):
        if isinstance(cell, (list, tuple)):
            cell = StackedRNNCells(cell)
        if not hasattr(cell, "call"):
            raise ValueError(
                f"Argument `cell` should have a `call` method. The RNN was passed: cell={cell}"
            )
        if not hasattr(cell, "state_size"):
            raise ValueError(
                "The RNN cell should have a `state_size` attribute (tuple of integers, one integer "
                f"per RNN state). Received: cell={cell}"
            )
        if "input_shape" not in kwargs and ("input_dim" in kwargs or "input_length" in kwargs):
            kwargs["input_shape"] = (
                kwargs.pop("input_length", None),
                kwargs.pop("input_dim", None),
            )
        super().__init__(**kwargs)
        self.cell = cell
        self.return_sequences, self.return_state = return_sequences, return_state
        self.go_backwards, self.stateful = go_backwards, stateful
        self.unroll, self.time_major = unroll, time_major
        self.supports_masking = True
        self._states = None
        self._constants = 0
        self._zero_output_for_mask = False

    # -- states ----------------------------------------------------------------------------------

    @property
    def states(self):
        """The variables of a stateful layer, one for each state; None elsewhere."""
        if self._states is None:
            return [None] * len(nest.flatten(self.cell.state_size))
        return self._states

    @property
    def _state_shapes(self):
        return [TensorShape(size).as_list() for size in _flat_sizes(self.cell.state_size)]

    def get_initial_state(self, inputs):
        """Zeros for each state of the cell.

        Args:
          inputs: `Tensor` `[batch, steps, ...]`.

        Returns:
          List of tensors `[batch, ...]`.
        """
        if hasattr(self.cell, "get_initial_state"):
            batch = fn.shape(inputs)[1 if self.time_major else 0]
            states = self.cell.get_initial_state(inputs=None, batch_size=batch, dtype=inputs.dtype)
            return nest.flatten(states)
        # A sum of zeros per example has the right batch size, even where it is not known yet.
        axes = list(range(1, len(inputs.dims)))
        zeros = fn.reduce_sum(fn.zeros_like(inputs), axis=axes)
        states = []
        for shape in self._state_shapes:
            state = zeros
            for _ in shape:
                state = fn.expand_dims(state, -1)
            states.append(fn.tile(state, [1, *shape]))
        return states

    def reset_states(self, states=None):
        """Sets the states of a stateful layer, or makes them.

        Args:
          states: list of arrays (default: zeros).

        Raises:
          AttributeError: the layer is not stateful.
          ValueError: the batch size is not known, or arrays do not fit.
        """
        import numpy as np

        from headwater._src.keras.sessions import batch_set_value

        if not self.stateful:
            raise AttributeError("Layer must be stateful.")
        if self._states is None:
            batch = None if self.input_spec is None else self._batch_size
            if batch is None:
                raise ValueError(
                    "If a RNN is stateful, it needs to know its batch size. Specify the batch size "
                    "of your input tensors: pass `batch_input_shape` to your first layer, or "
                    "`batch_shape` to your Input layer."
                )
            self._make_states(batch)
        shapes = [s.shape.as_list() for s in self._states]
        if states is None:
            values = [np.zeros(shape, np.float32) for shape in shapes]
        else:
            values = states if isinstance(states, (list, tuple)) else [states]
            if len(values) != len(shapes):
                raise ValueError(
                    f"Layer {self.name} expects {len(shapes)} states, but it received "
                    f"{len(values)} state values. Input received: {values}"
                )
            for i, (value, shape) in enumerate(zip(values, shapes)):
                if list(value.shape) != shape:
                    raise ValueError(
                        f"State {i} is incompatible with layer {self.name}: expected shape="
                        f"{tuple(shape)}, found shape={value.shape}"
                    )
        batch_set_value(list(zip(self._states, values)))

    def _make_states(self, batch):
        from headwater._src.graph.variable import Variable

        states = [
            Variable(
                initial_value=lambda shape=shape: fn.zeros([batch, *shape]),
                trainable=False,
                dtype="float32",
                use_resource=True,
            )
            for shape in self._state_shapes
        ]
        object.__setattr__(self, "_states", states)  # they are no weights of the layer

    # -- the layer -------------------------------------------------------------------------------

    def build(self, input_shape):
        first = nest.flatten(input_shape)[0] if isinstance(input_shape, list) else input_shape
        dims = first.as_list()
        self._batch_size = dims[1 if self.time_major else 0]
        self.input_spec = None
        if not self.cell.built:
            with fn_scope(self.cell.name):
                self.cell.build(TensorShape([self._batch_size, *dims[2:]]))
                self.cell.built = True
        if self.stateful:
            self.input_spec = [InputSpec(ndim=len(dims))]
            self.reset_states()
            self.input_spec = None
        self.built = True

    def __call__(self, inputs, initial_state=None, constants=None, **kwargs):
        """Applies the layer.

        Args:
          inputs: `Tensor` `[batch, steps, ...]`, or a list: it, the initial states, constants.
          initial_state: list of tensors `[batch, ...]` (default: zeros).
          constants: list of tensors that the cell gets at each step.
          **kwargs: further arguments of `call`.

        Returns:
          What `call` returns.
        """
        if isinstance(inputs, (list, tuple)):
            count = len(nest.flatten(self.cell.state_size))
            rest = list(inputs[1:])
            if constants is None and self._constants:
                rest, constants = rest[: -self._constants], rest[-self._constants :]
            inputs, initial_state = inputs[0], rest[:count] or None
        extra = _listed(initial_state) + _listed(constants)
        if constants is not None:
            self._constants = len(_listed(constants))
        if not extra:
            return super().__call__(inputs, **kwargs)
        if "mask" not in kwargs:
            mask = getattr(inputs, "_keras_mask", None)
            if mask is not None:
                kwargs["mask"] = mask
        return super().__call__([inputs, *extra], **kwargs)

    def call(self, inputs, mask=None, training=None, initial_state=None, constants=None):
        """The outputs of the steps, or of the last; then the last states if asked for.

        Args:
          inputs: `Tensor`, or a list: it, the initial states, constants.
          mask: boolean `Tensor` `[batch, steps]`: where False, states stay as they are.
          training: whether the model is trained, for the cell's dropout.
          initial_state: list of tensors (default: zeros).
          constants: list of tensors that the cell gets at each step.

        Returns:
          A `Tensor`, or a list of them.
        """
        if isinstance(inputs, (list, tuple)):
            rest = list(inputs[1:])
            if self._constants:
                rest, constants = rest[: -self._constants], rest[-self._constants :]
            inputs, initial_state = inputs[0], rest or initial_state
        if isinstance(mask, (list, tuple)):
            mask = mask[0]
        states = self._first_states(inputs, initial_state)
        last, outputs, states_after = rnn(
            self._stepper(inputs, constants, training),
            inputs,
            states,
            mask=mask,
            go_backwards=self.go_backwards,
            unroll=self.unroll,
            time_major=self.time_major,
            zero_output_for_mask=self._zero_output_for_mask,
        )
        if self.stateful:
            updates = [old.assign(new) for old, new in zip(self._states, states_after)]
            self.add_update(updates)
        result = outputs if self.return_sequences else last
        return [result, *states_after] if self.return_state else result

    def _first_states(self, inputs, initial_state):
        if initial_state is not None:
            return _listed(initial_state)
        if self.stateful:
            return [fn.identity(state) for state in self._states]
        return self.get_initial_state(inputs)

    def _stepper(self, inputs, constants, training):
        """The function `(input, flat states) -> output, flat states` of a step."""
        cell = self.cell
        if hasattr(cell, "reset_dropout_masks"):
            cell.reset_dropout_masks()
        accepted = inspect.signature(cell.call).parameters
        kwargs = {}
        if "training" in accepted:
            kwargs["training"] = self.training_value(training)
        if constants is not None:
            kwargs["constants"] = constants
        structure = cell.state_size
        if hasattr(cell, "prepare_dropout"):
            first = inputs[0] if self.time_major else inputs[:, 0]
            cell.prepare_dropout(first, self.get_initial_state(inputs), kwargs.get("training"))

        def step(value, states):
            packed = nest.pack_sequence_as(structure, states) if _is_nested(structure) else states
            output, new = cell.call(value, packed, **kwargs)
            return output, nest.flatten(new)

        return step

    def compute_mask(self, inputs, mask=None):
        """The mask of the outputs, and None for states.

        Args:
          inputs: the inputs.
          mask: their mask(s).
        """
        first = mask[0] if isinstance(mask, (list, tuple)) else mask
        output = first if self.return_sequences else None
        if self.return_state:
            return [output] + [None] * len(self.states)
        return output

    def get_config(self):
        config = {
            **super().get_config(),
            "return_sequences": self.return_sequences,
            "return_state": self.return_state,
            "go_backwards": self.go_backwards,
            "stateful": self.stateful,
            "unroll": self.unroll,
            "time_major": self.time_major,
        }
        if type(self) is RNN:
            config["cell"] = serialize_keras_object(self.cell)
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """The layer that `get_config` described.

        Args:
          config: dict of the constructor's arguments.
          custom_objects: dict from further names to classes.
        """
        config = dict(config)
        config.pop("num_constants", None)
        if "cell" in config:
            config["cell"] = cell_from_config(config["cell"], custom_objects)
        return cls(**config)


def cell_from_config(config, custom_objects=None):
    """The cell that a config describes.

    Args:
      config: `{"class_name": ..., "config": ...}`.
      custom_objects: dict from further names to classes.
    """
    from headwater._src.keras.layer_registry import deserialize

    return deserialize(config, custom_objects)


def fn_scope(name):
    """The name scope of a cell inside its layer.

    Args:
      name: the cell's name.
    """
    from headwater._src.graph.framework import name_scope

    return name_scope(name)


def _listed(value):
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]


def _is_nested(structure):
    return isinstance(structure, (list, tuple)) and any(
        isinstance(part, (list, tuple)) for part in structure
    )


def _flat_sizes(sizes):
    """A cell's state sizes as a flat list: integers, or shapes."""
    if isinstance(sizes, (int, TensorShape)):
        return [sizes]
    return [s for part in sizes for s in _flat_sizes(part)]
