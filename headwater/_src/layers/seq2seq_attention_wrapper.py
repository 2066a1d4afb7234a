"""`AttentionWrapper`: a cell whose outputs look at a memory."""

from collections import namedtuple

from headwater._src.core import nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import name_scope
from headwater._src.graph.optable import PUBLIC
from headwater._src.layers.core import Dense
from headwater._src.layers.rnn_cell import RNNCell
from headwater._src.layers.seq2seq_attention import AttentionMechanism
from headwater._src.ops.tensor_array import TensorArray


class AttentionWrapperState(
    namedtuple(
        "AttentionWrapperState",
        (
            "cell_state",
            "attention",
            "time",
            "alignments",
            "alignment_history",
            "attention_state",
        ),
    )
):
    """The state of an `AttentionWrapper`."""

    def clone(self, **kwargs):
        """This state with other parts.

        Args:
          **kwargs: the new parts; their shapes must fit the old ones.

        Returns:
          The new state.
        """

        def fitting(new, old):
            if isinstance(new, TensorArray) or not hasattr(new, "shape"):
                return new
            if not new.shape.is_compatible_with(old.shape):
                raise ValueError(f"The shape of the new state, {new.shape}, is not {old.shape}")
            return new

        changed = self._replace(**kwargs)
        return nest.map_structure(fitting, changed, self)


def _compute_attention(mechanism, output, attention_state, layer):
    """`(attention, weights, next state)` of one mechanism."""
    weights, next_state = mechanism(output, attention_state)
    expanded = PUBLIC["expand_dims"](weights, 1)
    context = PUBLIC["squeeze"](PUBLIC["matmul"](expanded, mechanism.values), [1])
    if layer is None:
        return context, weights, next_state
    return layer(PUBLIC["concat"]([output, context], 1)), weights, next_state


class AttentionWrapper(RNNCell):
    """A cell that reads what it last found in a memory, and looks again with its output.

    Args:
      cell: an `RNNCell`.
      attention_mechanism: an `AttentionMechanism`, or a list of them.
      attention_layer_size: size of the layer over output and context (a list for several
        mechanisms); None for the context alone.
      alignment_history: whether the weights of all steps are kept in the state.
      cell_input_fn: function of inputs and attention that gives the cell's inputs (default: both
        side by side).
      output_attention: whether the attention is the output; else the cell's output.
      initial_cell_state: the cell's first state.
      name: the layer's name.
      attention_layer: layer, or list of layers, instead of `attention_layer_size`.
      attention_fn: function of mechanism, output, state and layer, that gives `(attention, weights,
        next state)`.

    Raises:
      TypeError: an argument has the wrong type.
      ValueError: sizes and layers are given both, or not one for each mechanism.
    """

    def __init__(
        self,
        cell,
        attention_mechanism,
        attention_layer_size=None,
        alignment_history=False,
        cell_input_fn=None,
        output_attention=True,
        initial_cell_state=None,
        name=None,
        attention_layer=None,
        attention_fn=None,
    ):
        super().__init__(name=name)
        self._is_multi = isinstance(attention_mechanism, (list, tuple))
        self._mechanisms = tuple(attention_mechanism if self._is_multi else (attention_mechanism,))
        for mechanism in self._mechanisms:
            if not isinstance(mechanism, AttentionMechanism):
                raise TypeError(
                    "attention_mechanism must be an AttentionMechanism or list of multiple "
                    f"AttentionMechanism, saw type: {type(mechanism).__name__}"
                )
        self._input_fn = cell_input_fn or (lambda x, seen: PUBLIC["concat"]([x, seen], -1))
        if not callable(self._input_fn):
            raise TypeError(
                f"cell_input_fn must be callable, saw type: {type(cell_input_fn).__name__}"
            )
        self._set_layers(attention_layer_size, attention_layer)
        self._cell, self._history = cell, alignment_history
        self._output_attention = output_attention
        self._attention_fn = attention_fn or _compute_attention
        self._initial_cell_state = None
        if initial_cell_state is not None:
            self._initial_cell_state = nest.map_structure(convert_to_tensor, initial_cell_state)

    def _set_layers(self, sizes, layers):
        if sizes is not None and layers is not None:
            raise ValueError("Only one of attention_layer_size and attention_layer should be set")
        count = len(self._mechanisms)
        if sizes is not None:
            sizes = tuple(sizes) if isinstance(sizes, (list, tuple)) else (sizes,)
            if len(sizes) != count:
                raise ValueError(
                    "If provided, attention_layer_size must contain exactly one integer per "
                    f"attention_mechanism, saw: {len(sizes)} vs {count}"
                )
            layers = [
                Dense(size, name="attention_layer", use_bias=False, dtype=mechanism.dtype)
                for size, mechanism in zip(sizes, self._mechanisms, strict=True)
            ]
            self._attention_size = sum(sizes)
        elif layers is not None:
            layers = list(layers) if isinstance(layers, (list, tuple)) else [layers]
            if len(layers) != count:
                raise ValueError(
                    "If provided, attention_layer must contain exactly one layer per "
                    f"attention_mechanism, saw: {len(layers)} vs {count}"
                )
            self._attention_size = sum(
                layer.compute_output_shape(TensorShape([None, None]))[-1].value for layer in layers
            )
        else:
            layers = [None] * count
            self._attention_size = sum(m.values.shape[-1].value for m in self._mechanisms)
        self._layers = layers

    def _one_or_all(self, items):
        items = tuple(items)
        return items if self._is_multi else items[0]

    def _all(self, item):
        return tuple(item) if self._is_multi else (item,)

    @property
    def output_size(self):
        return self._attention_size if self._output_attention else self._cell.output_size

    @property
    def state_size(self):
        sizes = self._one_or_all(m.alignments_size for m in self._mechanisms)
        return AttentionWrapperState(
            self._cell.state_size,
            self._attention_size,
            TensorShape([]),
            sizes,
            self._one_or_all(m.alignments_size if self._history else () for m in self._mechanisms),
            self._one_or_all(m.state_size for m in self._mechanisms),
        )

    def zero_state(self, batch_size, dtype):
        """The state before the first step.

        Args:
          batch_size: an integer or a scalar tensor.
          dtype: type of the cell's state and of the weights.

        Returns:
          An `AttentionWrapperState`.
        """
        with name_scope(type(self).__name__ + "ZeroState", values=[batch_size]):
            if self._initial_cell_state is not None:
                cell_state = nest.map_structure(raw.Identity, self._initial_cell_state)
            else:
                cell_state = self._cell.zero_state(batch_size, dtype)
            weights = [m.initial_alignments(batch_size, dtype) for m in self._mechanisms]
            attention = PUBLIC["zeros"]([batch_size, self._attention_size], dtype)
            attention.set_shape(
                [batch_size if isinstance(batch_size, int) else None, self._attention_size]
            )
            return AttentionWrapperState(
                cell_state,
                attention,
                PUBLIC["zeros"]([], "int32"),
                self._one_or_all(weights),
                self._one_or_all(
                    TensorArray(dtype, size=0, dynamic_size=True, element_shape=w.shape)
                    if self._history
                    else ()
                    for w in weights
                ),
                self._one_or_all(m.initial_state(batch_size, dtype) for m in self._mechanisms),
            )

    def call(self, inputs, state):
        """One step of the cell, and a look of each mechanism."""
        if not isinstance(state, AttentionWrapperState):
            raise TypeError(
                f"Expected state to be instance of AttentionWrapperState. Received type "
                f"{type(state)} instead."
            )
        output, cell_state = self._cell(self._input_fn(inputs, state.attention), state.cell_state)
        attentions, weights, states, histories = [], [], [], []
        for mechanism, layer, before, history in zip(
            self._mechanisms,
            self._layers,
            self._all(state.attention_state),
            self._all(state.alignment_history),
            strict=True,
        ):
            attention, weight, after = self._attention_fn(mechanism, output, before, layer)
            attentions.append(attention)
            weights.append(weight)
            states.append(after)
            histories.append(history.write(state.time, weight) if self._history else ())
        attention = PUBLIC["concat"](attentions, 1)
        new = AttentionWrapperState(
            cell_state,
            attention,
            state.time + 1,
            self._one_or_all(weights),
            self._one_or_all(histories),
            self._one_or_all(states),
        )
        return (attention if self._output_attention else output), new
