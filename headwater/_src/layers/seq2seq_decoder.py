"""Decoders of `tf.contrib.seq2seq`, and the loop that runs them."""

from collections import namedtuple

import numpy as np

from headwater._src.core import nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.framework import name_scope
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.rnn import _swap
from headwater._src.ops.loops import while_loop
from headwater._src.ops.tensor_array import TensorArray


class Decoder:
    """Base class of decoders: `initialize`, `step`, and perhaps `finalize`."""

    @property
    def batch_size(self):
        """The batch's size."""
        raise NotImplementedError

    @property
    def output_size(self):
        """The sizes of a step's outputs, without the batch."""
        raise NotImplementedError

    @property
    def output_dtype(self):
        """The types of a step's outputs."""
        raise NotImplementedError

    @property
    def tracks_own_finished(self):
        """Whether `step` says of every row whether it is finished, also of those that were."""
        return False

    def initialize(self, name=None):
        """Gives `(finished, first inputs, first state)`."""
        raise NotImplementedError

    def step(self, time, inputs, state, name=None):
        """Gives `(outputs, next state, next inputs, finished)`."""
        raise NotImplementedError

    def finalize(self, outputs, final_state, sequence_lengths):
        """Gives `(outputs, final state)` as the program shall see them."""
        return outputs, final_state


class BasicDecoderOutput(namedtuple("BasicDecoderOutput", ("rnn_output", "sample_id"))):
    """What a `BasicDecoder` puts out: the cell's (projected) outputs and the chosen symbols."""


class BasicDecoder(Decoder):
    """A cell whose inputs are chosen by a helper.

    Args:
      cell: an `RNNCell`.
      helper: a `Helper`.
      initial_state: the cell's first state.
      output_layer: layer between the cell's outputs and the helper.
    """

    def __init__(self, cell, helper, initial_state, output_layer=None):
        self._cell, self._helper = cell, helper
        self._initial_state, self._output_layer = initial_state, output_layer

    @property
    def batch_size(self):
        return self._helper.batch_size

    @property
    def output_size(self):
        size = self._cell.output_size
        if self._output_layer is not None:
            size = nest.map_structure(
                lambda s: self._output_layer.compute_output_shape(
                    TensorShape([None]).concatenate(s)
                )[1:],
                size,
            )
        return BasicDecoderOutput(size, self._helper.sample_ids_shape)

    @property
    def output_dtype(self):
        dtype = nest.flatten(self._initial_state)[0].dtype
        types = nest.map_structure(lambda _: dtype, self._cell.output_size)
        return BasicDecoderOutput(types, self._helper.sample_ids_dtype)

    def initialize(self, name=None):
        return (*self._helper.initialize(), self._initial_state)

    def step(self, time, inputs, state, name=None):
        with name_scope(name, "BasicDecoderStep", [time]):
            outputs, state = self._cell(inputs, state)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            sample_ids = self._helper.sample(time=time, outputs=outputs, state=state)
            finished, next_inputs, state = self._helper.next_inputs(
                time=time, outputs=outputs, state=state, sample_ids=sample_ids
            )
        return BasicDecoderOutput(outputs, sample_ids), state, next_inputs, finished


def _is_plain(value):
    return isinstance(value, TensorArray)


def _zero_outputs(decoder, batch):
    """Zeros in the structure of a step's outputs."""

    def zeros(size, dtype):
        dims = TensorShape(size).as_list()
        shape = PUBLIC["concat"](
            [raw.ExpandDims(batch, constant(np.int32(0))), np.array(dims, np.int32)], 0
        )
        result = PUBLIC["zeros"](shape, dtype)
        result.set_shape([None if batch.known is None else int(batch.known), *dims])
        return result

    types = decoder.output_dtype
    flat_types = nest.flatten(types)
    sizes = nest.flatten_up_to(types, decoder.output_size)
    return nest.pack_sequence_as(
        types, [zeros(s, t) for s, t in zip(sizes, flat_types, strict=True)]
    )


def dynamic_decode(
    decoder,
    output_time_major=False,
    impute_finished=False,
    maximum_iterations=None,
    parallel_iterations=32,
    swap_memory=False,
    scope=None,
):
    """Runs a decoder until all rows are finished.

    Args:
      decoder: a `Decoder`.
      output_time_major: whether outputs are `[time, batch, ...]`; else `[batch, time, ...]`.
      impute_finished: whether finished rows put out zeros and keep their state.
      maximum_iterations: scalar integer, the most steps.
      parallel_iterations: accepted for compatibility.
      swap_memory: accepted for compatibility.
      scope: the variable scope (default: `decoder`).

    Returns:
      `(outputs, final state, lengths)`, with lengths `[batch]`.

    Raises:
      TypeError: `decoder` is no `Decoder`.
      ValueError: `maximum_iterations` is not a scalar.
    """
    if not isinstance(decoder, Decoder):
        raise TypeError(f"Expected decoder to be type Decoder, but saw: {type(decoder)}")
    with variable_scope(scope, "decoder"):
        limit = None
        if maximum_iterations is not None:
            limit = PUBLIC["cast"](convert_to_tensor(maximum_iterations), "int32")
            if limit.dims not in ((), None):
                raise ValueError("maximum_iterations must be a scalar")
        finished, inputs, state = decoder.initialize()
        finished = convert_to_tensor(finished)
        state = nest.map_structure(_kept_or_tensor, state)
        zeros = _zero_outputs(decoder, PUBLIC["cast"](decoder.batch_size, "int32"))
        if limit is not None:
            finished = raw.LogicalOr(finished, raw.LessEqual(limit, constant(np.int32(0))))
        arrays = nest.map_structure(
            lambda z: TensorArray(z.dtype, size=0, dynamic_size=True, element_shape=z.shape), zeros
        )
        lengths = PUBLIC["zeros_like"](finished, dtype="int32")
        result = while_loop(
            lambda time, arrays, state, inputs, finished, lengths: raw.LogicalNot(
                PUBLIC["reduce_all"](finished)
            ),
            _decode_body(decoder, zeros, impute_finished, limit),
            [constant(np.int32(0)), arrays, state, inputs, finished, lengths],
            shape_invariants=None,
            parallel_iterations=parallel_iterations,
            swap_memory=swap_memory,
            maximum_iterations=limit,
        )
        _, arrays, state, _, _, lengths = result
        outputs = nest.map_structure(lambda array: array.stack(), arrays)
        try:
            outputs, state = decoder.finalize(outputs, state, lengths)
        except NotImplementedError:
            pass
        if not output_time_major:
            outputs = nest.map_structure(_swap, outputs)
    return outputs, state, lengths


def _kept_or_tensor(value):
    return value if _is_plain(value) else convert_to_tensor(value)


def _decode_body(decoder, zeros, impute_finished, limit):
    """The body of the loop of `dynamic_decode`."""

    def body(time, arrays, state, inputs, finished, lengths):
        outputs, next_state, next_inputs, now = decoder.step(time, inputs, state)
        next_state = nest.map_structure(_kept_or_tensor, next_state)
        if not decoder.tracks_own_finished:
            now = raw.LogicalOr(now, finished)
        next_finished = now
        if limit is not None:
            next_finished = raw.LogicalOr(now, raw.GreaterEqual(time + 1, limit))
        steps = raw.Fill(PUBLIC["shape"](lengths), time + 1)
        next_lengths = raw.Select(raw.LogicalNot(finished), steps, lengths)
        next_lengths.set_shape(lengths.shape)
        nest.assert_same_structure(state, next_state)
        nest.assert_same_structure(inputs, next_inputs)
        if impute_finished:
            outputs = nest.map_structure(lambda o, z: raw.Select(finished, z, o), outputs, zeros)
            next_state = nest.map_structure(
                lambda new, old: _imputed(finished, new, old), next_state, state
            )
        arrays = nest.map_structure(lambda a, o: a.write(time, o), arrays, outputs)
        return [time + 1, arrays, next_state, next_inputs, next_finished, next_lengths]

    return body


def _imputed(finished, new, old):
    if _is_plain(new) or new.dims == ():
        return new
    new.set_shape(old.shape)
    return raw.Select(finished, old, new)
