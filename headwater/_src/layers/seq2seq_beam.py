"""Beam search: the decoder of `tf.contrib.seq2seq` that keeps the best sequences of each row.

Length and coverage penalties are those of Wu et al. (2016).
"""

from collections import namedtuple

import numpy as np

from headwater._src.core import dtypes, nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import name_scope
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.layers.rnn_cell import RNNCell
from headwater._src.layers.seq2seq_decoder import Decoder
from headwater._src.ops.beam_search import gather_tree
from headwater._src.ops.embedding import embedding_lookup
from headwater._src.ops.tensor_array import TensorArray


class BeamSearchDecoderState(
    namedtuple(
        "BeamSearchDecoderState",
        ("cell_state", "log_probs", "finished", "lengths", "accumulated_attention_probs"),
    )
):
    """The state of a `BeamSearchDecoder`; all but the cell's are `[batch, beams, ...]`."""


class BeamSearchDecoderOutput(
    namedtuple("BeamSearchDecoderOutput", ("scores", "predicted_ids", "parent_ids"))
):
    """A step's scores, symbols, and the beams these go on, `[batch, beams]` each."""


class FinalBeamSearchDecoderOutput(
    namedtuple("FinalBeamSearchDecoderOutput", ("predicted_ids", "beam_search_decoder_output"))
):
    """The sequences `[batch, time, beams]`, best first, and the outputs of the steps."""


def tile_batch(t, multiplier, name=None):
    """Repeats each row: `[a, b]` becomes `[a, a, b, b]` for a multiplier of 2.

    Args:
      t: tensor `[batch, ...]`, or a structure of these.
      multiplier: how often.
      name: prefix of the nodes' names.

    Returns:
      `[batch * multiplier, ...]`, in the structure of `t`.
    """
    with name_scope(name, "tile_batch", [*nest.flatten(t), multiplier]):
        return nest.map_structure(lambda x: _tile_rows(x, multiplier), t)


def _tile_rows(t, multiplier):
    t = convert_to_tensor(t)
    if t.dims is None:
        raise ValueError("t must have statically known rank")
    shape = PUBLIC["shape"](t)
    repeats = [1] * (len(t.dims) + 1)
    repeats[1] = multiplier
    tiled = PUBLIC["tile"](PUBLIC["expand_dims"](t, 1), repeats)
    tiled = PUBLIC["reshape"](tiled, PUBLIC["concat"]([[shape[0] * multiplier], shape[1:]], 0))
    known = t.dims[0] is not None and isinstance(multiplier, int)
    tiled.set_shape([t.dims[0] * multiplier if known else None, *t.dims[1:]])
    return tiled


def _length_penalty(lengths, weight):
    """What log probabilities are divided by; 1 without a weight."""
    if isinstance(weight, (int, float)) and weight == 0:
        return 1.0
    weight = convert_to_tensor(weight, dtypes.float32)
    return PUBLIC["pow"]((5.0 + PUBLIC["cast"](lengths, dtypes.float32)) / 6.0, weight)


def attention_probs_from_attn_state(attention_state):
    """The weights of an attention state, averaged over attention mechanisms."""
    alignments = attention_state.alignments
    if not isinstance(alignments, tuple):
        return alignments
    return PUBLIC["add_n"](list(alignments)) / float(len(alignments))


def _find_attention(cell_state):
    """The attention wrapper's state in a cell's state, or None."""
    if hasattr(cell_state, "alignments"):
        return cell_state
    if isinstance(cell_state, (list, tuple)):
        for part in cell_state:
            found = _find_attention(part)
            if found is not None:
                return found
    return None


class BeamSearchDecoder(Decoder):
    """Keeps the `beam_width` best sequences of each row.

    Args:
      cell: an `RNNCell`; its state has `batch * beam_width` rows (`tile_batch`).
      embedding: tensor of embeddings, or function from symbols to embeddings.
      start_tokens: `[batch]` int32, the first symbols.
      end_token: scalar int32, the symbol that ends a sequence.
      initial_state: the cell's first state, of `batch * beam_width` rows.
      beam_width: number of sequences.
      output_layer: layer from the cell's outputs to logits of symbols.
      length_penalty_weight: exponent of the length penalty; 0 for none.
      coverage_penalty_weight: weight of the coverage penalty; 0 for none.
      reorder_tensor_arrays: whether arrays in the state that hold one tensor for each step, such as
        an alignment history, are put into the order of the sequences at the end.

    Raises:
      ValueError: `start_tokens` is not a vector, or `end_token` not a scalar.
      TypeError: `cell` is no cell, or `output_layer` not callable.
    """

    def __init__(
        self,
        cell,
        embedding,
        start_tokens,
        end_token,
        initial_state,
        beam_width,
        output_layer=None,
        length_penalty_weight=0.0,
        coverage_penalty_weight=0.0,
        reorder_tensor_arrays=True,
    ):
        if not isinstance(cell, RNNCell) and not hasattr(cell, "state_size"):
            raise TypeError(f"cell must be an RNNCell, received: {cell}")
        if output_layer is not None and not callable(output_layer):
            raise TypeError(f"output_layer must be a Layer, received: {output_layer}")
        self._cell, self._output_layer = cell, output_layer
        self._embedding = (
            embedding if callable(embedding) else lambda ids: embedding_lookup(embedding, ids)
        )
        self._start_tokens = convert_to_tensor(start_tokens, dtypes.int32, name="start_tokens")
        self._end_token = convert_to_tensor(end_token, dtypes.int32, name="end_token")
        if self._start_tokens.shape.ndims != 1:
            raise ValueError("start_tokens must be a vector")
        if self._end_token.shape.ndims != 0:
            raise ValueError("end_token must be a scalar")
        self._width, self._reorder = beam_width, reorder_tensor_arrays
        self._length_weight = length_penalty_weight
        self._coverage_weight = coverage_penalty_weight
        self._batch = PUBLIC["size"](self._start_tokens)
        self._cell_state = nest.map_structure(self._split_state, initial_state)
        tiled = _tile_rows(self._start_tokens, beam_width)
        self._start_inputs = self._split(self._embedding(tiled))

    @property
    def batch_size(self):
        return self._batch

    @property
    def tracks_own_finished(self):
        """Beams change places, so every step says of all of them whether they are finished."""
        return True

    @property
    def output_size(self):
        beams = TensorShape([self._width])
        return BeamSearchDecoderOutput(beams, beams, beams)

    @property
    def output_dtype(self):
        dtype = self._score_dtype()
        return BeamSearchDecoderOutput(dtype, dtypes.int32, dtypes.int32)

    def _score_dtype(self):
        return next(
            t.dtype for t in nest.flatten(self._cell_state) if getattr(t.dtype, "is_floating", 0)
        )

    # -- rows of beams and beams of rows ---------------------------------------------------------

    def _split(self, x):
        """`[batch * beams, ...]` to `[batch, beams, ...]`."""
        shape = PUBLIC["shape"](x)
        result = PUBLIC["reshape"](x, PUBLIC["concat"]([[self._batch, self._width], shape[1:]], 0))
        result.set_shape([self._start_tokens.dims[0], self._width, *x.dims[1:]])
        return result

    def _merge(self, x):
        """`[batch, beams, ...]` to `[batch * beams, ...]`."""
        shape = PUBLIC["shape"](x)
        result = PUBLIC["reshape"](x, PUBLIC["concat"]([[self._batch * self._width], shape[2:]], 0))
        batch = self._start_tokens.dims[0]
        result.set_shape([None if batch is None else batch * self._width, *x.dims[2:]])
        return result

    def _split_state(self, x):
        return x if _no_rows(x) else self._split(convert_to_tensor(x))

    def _merge_state(self, x):
        return x if _no_rows(x) else self._merge(x)

    def _of_parents(self, x, parents):
        """The entries of the parents: `[batch, beams, ...]`."""
        result = PUBLIC["gather"](x, parents, axis=1, batch_dims=1)
        result.set_shape(x.shape)
        return result

    # -- the search ------------------------------------------------------------------------------

    def initialize(self, name=None):
        dtype = self._score_dtype()
        zeros = raw.Fill([self._batch], 0)
        finished = PUBLIC["one_hot"](
            zeros, depth=self._width, on_value=False, off_value=True, dtype=dtypes.bool
        )
        low = dtype.as_numpy_dtype(-np.inf)
        log_probs = PUBLIC["one_hot"](
            zeros, depth=self._width, on_value=dtype.as_numpy_dtype(0), off_value=low, dtype=dtype
        )
        attention = _find_attention(self._cell_state)
        covered = ()
        if attention is not None and self._has_coverage():
            covered = PUBLIC["zeros_like"](attention_probs_from_attn_state(attention))
        state = BeamSearchDecoderState(
            self._cell_state,
            log_probs,
            finished,
            PUBLIC["zeros"]([self._batch, self._width], dtypes.int64),
            covered,
        )
        return finished, self._start_inputs, state

    def _has_coverage(self):
        weight = self._coverage_weight
        return isinstance(weight, Tensor) or weight != 0

    def step(self, time, inputs, state, name=None):
        with name_scope(name, "BeamSearchDecoderStep", [time]):
            merged = nest.map_structure(self._merge_state, state.cell_state)
            outputs, cell_state = self._cell(nest.map_structure(self._merge, inputs), merged)
            if self._output_layer is not None:
                outputs = self._output_layer(outputs)
            logits = self._split(outputs)
            cell_state = nest.map_structure(self._split_state, cell_state)
            output, state = self._search(logits, cell_state, state)
            ids = output.predicted_ids
            next_inputs = self._split(self._embedding(self._merge(ids)))
        return output, state, next_inputs, state.finished

    def _search(self, logits, cell_state, state):
        """The best continuations of the beams."""
        width, symbols = self._width, logits.dims[-1] or PUBLIC["shape"](logits)[-1]
        totals = self._totals(logits, state, symbols)
        continues = PUBLIC["one_hot"](
            self._end_token, symbols, np.int64(0), np.int64(1), dtype=dtypes.int64
        )
        alive = PUBLIC["cast"](raw.LogicalNot(state.finished), dtypes.int64)
        added = PUBLIC["expand_dims"](alive, 2) * continues
        lengths = added + PUBLIC["expand_dims"](state.lengths, 2)
        penalty = _length_penalty(lengths, self._length_weight)
        scores = (
            totals if isinstance(penalty, float) else totals / PUBLIC["cast"](penalty, totals.dtype)
        )
        covered = state.accumulated_attention_probs
        attention = _find_attention(cell_state)
        if self._has_coverage() and attention is not None:
            covered, coverage = self._coverage(attention, state)
            scores = scores + PUBLIC["expand_dims"](coverage, 2)
        flat = PUBLIC["reshape"](scores, [self._batch, -1])
        best, index = PUBLIC["top_k"](flat, k=width)
        shape = [self._start_tokens.dims[0], width]
        best.set_shape(shape)
        index.set_shape(shape)
        found = PUBLIC["gather"](
            PUBLIC["reshape"](totals, [self._batch, -1]), index, axis=1, batch_dims=1
        )
        ids, parents = PUBLIC["floormod"](index, symbols), PUBLIC["floor_div"](index, symbols)
        was_finished = self._of_parents(state.finished, parents)
        finished = raw.LogicalOr(was_finished, PUBLIC["equal"](ids, self._end_token))
        # The end of a sequence counts: all that were not finished before are one longer.
        longer = PUBLIC["cast"](raw.LogicalNot(was_finished), dtypes.int64)
        new_lengths = self._of_parents(state.lengths, parents) + longer
        cell_state = nest.map_structure(
            lambda x: x if _no_rows(x) else self._of_parents(x, parents), cell_state
        )
        if isinstance(covered, Tensor):
            covered = self._of_parents(covered, parents)
        found.set_shape(shape)
        new = BeamSearchDecoderState(cell_state, found, finished, new_lengths, covered)
        return BeamSearchDecoderOutput(best, ids, parents), new

    def _totals(self, logits, state, symbols):
        """Log probabilities of all continuations; a finished beam can only end again, for free."""
        low = logits.dtype.as_numpy_dtype(np.finfo(logits.dtype.as_numpy_dtype).min)
        only_end = PUBLIC["one_hot"](
            self._end_token, symbols, low.dtype.type(0), low, dtype=logits.dtype
        )
        finished = PUBLIC["expand_dims"](state.finished, 2)
        every = PUBLIC["zeros_like"](logits)
        mask = raw.LogicalOr(finished, PUBLIC["not_equal"](every, every))
        steps = raw.Select(mask, only_end + every, PUBLIC["log_softmax"](logits))
        return PUBLIC["expand_dims"](state.log_probs, 2) + steps

    def _coverage(self, attention, state):
        """`(weights summed over time, what they add to the scores)`."""
        probs = attention_probs_from_attn_state(attention)
        finished = raw.LogicalOr(
            PUBLIC["expand_dims"](state.finished, 2), PUBLIC["not_equal"](probs, probs)
        )
        summed = state.accumulated_attention_probs + raw.Select(
            finished, PUBLIC["zeros_like"](probs), probs
        )
        limited = PUBLIC["log"](PUBLIC["minimum"](summed, 1.0))
        weight = convert_to_tensor(self._coverage_weight, summed.dtype)
        return summed, weight * PUBLIC["reduce_sum"](limited, 2)

    def finalize(self, outputs, final_state, sequence_lengths):
        """The sequences, followed back from the last step.

        Args:
          outputs: `BeamSearchDecoderOutput` of `[time, batch, beams]`.
          final_state: the last state.
          sequence_lengths: not used; the state knows them.

        Returns:
          `(FinalBeamSearchDecoderOutput, final state)`.
        """
        longest = PUBLIC["cast"](PUBLIC["reduce_max"](final_state.lengths, axis=1), dtypes.int32)
        ids = gather_tree(outputs.predicted_ids, outputs.parent_ids, longest, self._end_token)
        if self._reorder:
            final_state = final_state._replace(
                cell_state=nest.map_structure(
                    lambda x: (
                        self._in_order(x, outputs.parent_ids, final_state.lengths)
                        if isinstance(x, TensorArray)
                        else x
                    ),
                    final_state.cell_state,
                )
            )
        return FinalBeamSearchDecoderOutput(ids, outputs), final_state

    def _in_order(self, array, parents, lengths):
        """A history `[time, batch * beams, ...]` along the sequences, `[time, batch, beams, ...]`."""
        history = array.stack()
        steps = PUBLIC["shape"](parents)[0]
        beams = PUBLIC["range"](self._width)
        rows = PUBLIC["zeros_like"](parents) + beams
        longest = PUBLIC["cast"](PUBLIC["reduce_max"](lengths, axis=1), dtypes.int32)
        order = gather_tree(rows, parents, longest, np.int32(self._width + 1))
        valid = PUBLIC["sequence_mask"](PUBLIC["cast"](lengths, dtypes.int32), maxlen=steps)
        valid = PUBLIC["transpose"](valid, [2, 0, 1])
        order = raw.Select(valid, order, rows)
        tail = PUBLIC["shape"](history)[2:]
        shape = PUBLIC["concat"]([[steps, self._batch, self._width], tail], 0)
        history = PUBLIC["reshape"](history, shape)
        ordered = PUBLIC["gather"](history, order, axis=2, batch_dims=2)
        return PUBLIC["reshape"](
            ordered, PUBLIC["concat"]([[steps, self._batch * self._width], tail], 0)
        )


def _no_rows(x):
    """Whether a part of the state has no rows to be split: scalars and arrays of tensors."""
    return isinstance(x, TensorArray) or (isinstance(x, Tensor) and x.dims == ())
