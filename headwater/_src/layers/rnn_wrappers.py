"""Cells made of cells: stacks, dropout, residual connections, devices."""

from collections import namedtuple

from headwater._src.core import nest
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import device, name_scope
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.rnn_cell import RNNCell
from headwater._src.ops.joining import concat
from headwater._src.ops.nn_composite import dropout
from headwater._src.ops.random import random_uniform


class MultiRNNCell(RNNCell):
    """Cells on top of each other: each takes the output of the one below.

    Args:
      cells: the cells, lowest first.
      state_is_tuple: whether the state is a tuple of the cells' states; else they stand side by
        side.

    Raises:
      ValueError: there is no cell, or a cell has a tuple as state although `state_is_tuple` is
        False.
    """

    def __init__(self, cells, state_is_tuple=True):
        super().__init__()
        if not cells:
            raise ValueError("Must specify at least one cell for MultiRNNCell.")
        if not nest.is_sequence(cells):
            raise TypeError(f"cells must be a list or tuple, but received: {cells}")
        if not state_is_tuple and any(nest.is_sequence(c.state_size) for c in cells):
            raise ValueError(
                "Some cells return tuples of states, but the flag state_is_tuple is not set. State "
                f"sizes are: {[c.state_size for c in cells]}"
            )
        self._cells, self._state_is_tuple = list(cells), state_is_tuple

    @property
    def state_size(self):
        """The cells' state sizes."""
        sizes = tuple(cell.state_size for cell in self._cells)
        return sizes if self._state_is_tuple else sum(sizes)

    @property
    def output_size(self):
        """The output size of the highest cell."""
        return self._cells[-1].output_size

    @property
    def trainable_weights(self):
        """The trainable variables of all cells."""
        return [v for cell in self._cells for v in getattr(cell, "trainable_weights", [])]

    def zero_state(self, batch_size, dtype):
        """The zero states of all cells."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            if self._state_is_tuple:
                return tuple(cell.zero_state(batch_size, dtype) for cell in self._cells)
            return super().zero_state(batch_size, dtype)

    def call(self, inputs, state):
        """One step through all cells."""
        new_states, at = [], 0
        for i, cell in enumerate(self._cells):
            with variable_scope(f"cell_{i}"):
                if self._state_is_tuple:
                    if not nest.is_sequence(state) or len(state) != len(self._cells):
                        raise ValueError(
                            f"Expected state to be a tuple of length {len(self.state_size)}, but "
                            f"received: {state}"
                        )
                    mine = state[i]
                else:
                    mine = PUBLIC["slice"](state, [0, at], [-1, cell.state_size])
                    at += cell.state_size
                inputs, new = cell(inputs, mine)
                new_states.append(new)
        return inputs, tuple(new_states) if self._state_is_tuple else concat(new_states, 1)


TrackableReference = namedtuple("TrackableReference", ("name", "ref"))


class _Wrapper(RNNCell):
    """A cell around another one, under whose names it works."""

    def __init__(self, cell):
        super().__init__()
        if not hasattr(cell, "state_size"):
            raise TypeError(f"The parameter {cell!r} is not an RNNCell.")
        self._cell = cell

    @property
    def _checkpoint_dependencies(self):
        """The cell inside, under the name that object-based checkpoints give it."""
        return [TrackableReference("cell", self._cell)]

    @property
    def wrapped_cell(self):
        """The cell inside."""
        return self._cell

    @property
    def state_size(self):
        """The wrapped cell's."""
        return self._cell.state_size

    @property
    def output_size(self):
        """The wrapped cell's."""
        return self._cell.output_size

    @property
    def trainable_weights(self):
        """The wrapped cell's."""
        return self._cell.trainable_weights

    def zero_state(self, batch_size, dtype):
        """The wrapped cell's zero state."""
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            return self._cell.zero_state(batch_size, dtype)

    def __call__(self, inputs, state, scope=None):
        return self.step(inputs, state, scope)  # type: ignore[attr-defined]


class DropoutWrapper(_Wrapper):
    """Dropout on the input, the output and the state of a cell.

    Args:
      cell: the cell.
      input_keep_prob: share of the inputs that is kept; a number or a tensor.
      output_keep_prob: share of the outputs that is kept.
      state_keep_prob: share of the state that is kept (never of an LSTM's memory `c`).
      variational_recurrent: whether one mask serves all steps (Gal and Ghahramani, 2016).
      input_size: size(s) of the inputs, for variational masks of the input.
      dtype: type of the masks, for variational ones.
      seed: seed of the masks.
      dropout_state_filter_visitor: function of a state that says which parts are dropped.
    """

    def __init__(
        self,
        cell,
        input_keep_prob=1.0,
        output_keep_prob=1.0,
        state_keep_prob=1.0,
        variational_recurrent=False,
        input_size=None,
        dtype=None,
        seed=None,
        dropout_state_filter_visitor=None,
    ):
        super().__init__(cell)
        self._keep = {}
        for kind, keep in (
            ("input", input_keep_prob),
            ("state", state_keep_prob),
            ("output", output_keep_prob),
        ):
            if not hasattr(keep, "op"):
                if not 0.0 <= keep <= 1.0:
                    raise ValueError(f"Parameter {kind}_keep_prob must be between 0 and 1: {keep}")
                keep = float(keep)
            self._keep[kind] = keep
        self._seed = seed
        self._dropout_state_filter = dropout_state_filter_visitor or _all_but_memory
        self._variational = variational_recurrent
        self._noise = {}
        if variational_recurrent:
            if dtype is None:
                raise ValueError("When variational_recurrent=True, dtype must be provided")
            self._make_noise(input_size, dtype)

    def _make_noise(self, input_size, dtype):
        sizes = {"input": input_size, "state": self.state_size, "output": self.output_size}
        for kind, keep in self._keep.items():
            if isinstance(keep, float) and keep >= 1.0:
                continue
            if sizes[kind] is None:
                raise ValueError(
                    "When variational_recurrent=True and input_keep_prob < 1.0 or is unknown, "
                    "input_size must be provided"
                )
            self._noise[kind] = [
                random_uniform([1, int(size)], seed=self._seed_for(f"{kind}{i}"), dtype=dtype)
                for i, size in enumerate(nest.flatten(sizes[kind]))
            ]

    def _seed_for(self, salt):
        if self._seed is None:
            return None
        import hashlib

        digest = hashlib.md5(f"{self._seed}{type(self).__name__}{salt}".encode()).hexdigest()
        return int(digest[:8], 16) & 0x7FFFFFFF

    def _drop(self, kind, values, state=None):
        keep = self._keep[kind]
        if isinstance(keep, float) and keep >= 1.0:
            return values
        flat = nest.flatten(values)
        wanted = (
            nest.flatten(self._dropout_state_filter(values))
            if kind == "state"
            else [True] * len(flat)
        )
        result = []
        for i, (value, drop) in enumerate(zip(flat, wanted)):
            if not drop:
                result.append(value)
            elif self._variational:
                noise = keep + self._noise[kind][i]
                result.append(value / keep * raw.Floor(noise))
            else:
                seed = self._seed_for(f"{kind}{i}" if kind == "state" else kind)
                result.append(dropout(value, keep_prob=keep, seed=seed))
        return nest.pack_sequence_as(values, result)

    def step(self, inputs, state, scope):
        """One step of the wrapped cell between dropouts."""
        inputs = self._drop("input", inputs)
        output, new_state = (
            self._cell(inputs, state) if scope is None else self._cell(inputs, state, scope)
        )
        return self._drop("output", output), self._drop("state", new_state)


def _all_but_memory(state):
    """Which parts of a state are dropped: all but the memory of an LSTM."""
    from headwater._src.layers.rnn_cell import LSTMStateTuple

    if isinstance(state, LSTMStateTuple):
        return LSTMStateTuple(False, True)
    if nest.is_sequence(state):
        parts = [_all_but_memory(s) for s in state]
        return type(state)(*parts) if hasattr(state, "_fields") else type(state)(parts)
    return True


class ResidualWrapper(_Wrapper):
    """Adds the inputs to the outputs of a cell.

    Args:
      cell: the cell.
      residual_fn: function `(inputs, outputs) -> outputs` (default: their sum).
    """

    def __init__(self, cell, residual_fn=None):
        super().__init__(cell)
        self._residual_fn = residual_fn

    def step(self, inputs, state, scope):
        """One step of the wrapped cell and the residual."""
        output, new_state = (
            self._cell(inputs, state) if scope is None else self._cell(inputs, state, scope)
        )
        if self._residual_fn is not None:
            return self._residual_fn(inputs, output), new_state
        nest.assert_same_structure(inputs, output)
        for x, y in zip(nest.flatten(inputs), nest.flatten(output)):
            convert_to_tensor(x).shape.assert_is_compatible_with(y.shape)
        return nest.map_structure(lambda x, y: x + y, inputs, output), new_state


class DeviceWrapper(_Wrapper):
    """Runs a cell on a device.

    Args:
      cell: the cell.
      device: as for `tf.device`.
    """

    def __init__(self, cell, device):
        super().__init__(cell)
        self._device_name = device

    def zero_state(self, batch_size, dtype):
        """The wrapped cell's zero state, on the device."""
        with device(self._device_name):
            return super().zero_state(batch_size, dtype)

    def step(self, inputs, state, scope):
        """One step of the wrapped cell, on the device."""
        with device(self._device_name):
            return self._cell(inputs, state) if scope is None else self._cell(inputs, state, scope)
