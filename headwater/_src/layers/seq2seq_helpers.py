"""Helpers of `tf.contrib.seq2seq`: what a decoder reads next."""

import numpy as np

from headwater._src.core import dtypes, nest
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.layers.rnn import _swap
from headwater._src.ops.embedding import embedding_lookup
from headwater._src.ops.tensor_array import TensorArray


def _unstacked(x):
    return TensorArray(x.dtype, size=PUBLIC["shape"](x)[0], element_shape=x.shape[1:]).unstack(x)


def _lookup(embedding):
    return embedding if callable(embedding) else lambda ids: embedding_lookup(embedding, ids)


def _sampled(logits, seed):
    """A symbol for each row, drawn with the probabilities of softmax."""
    drawn = PUBLIC["categorical"](logits, 1, dtype=dtypes.int32, seed=seed)
    return PUBLIC["reshape"](drawn, [-1])


class Helper:
    """Base class of helpers: `initialize`, `sample` and `next_inputs`."""

    @property
    def batch_size(self):
        """The batch's size, a scalar tensor."""
        raise NotImplementedError("batch_size has not been implemented")

    @property
    def sample_ids_shape(self):
        """The shape of what `sample` gives, without the batch."""
        return TensorShape([])

    @property
    def sample_ids_dtype(self):
        """The type of what `sample` gives."""
        return dtypes.int32

    def initialize(self, name=None):
        """Gives `(finished, first inputs)`."""
        raise NotImplementedError("initialize has not been implemented")

    def sample(self, time, outputs, state, name=None):
        """Gives the chosen symbols."""
        raise NotImplementedError("sample has not been implemented")

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        """Gives `(finished, next inputs, next state)`."""
        raise NotImplementedError("next_inputs has not been implemented")


class CustomHelper(Helper):
    """A helper made of functions.

    Args:
      initialize_fn: function that gives `(finished, first inputs)`.
      sample_fn: function of `time`, `outputs`, `state` that gives the symbols.
      next_inputs_fn: function of `time`, `outputs`, `state`, `sample_ids` that gives `(finished,
        next inputs, next state)`.
      sample_ids_shape: the symbols' shape without the batch (default: a scalar).
      sample_ids_dtype: the symbols' type (default: int32).
    """

    def __init__(
        self,
        initialize_fn,
        sample_fn,
        next_inputs_fn,
        sample_ids_shape=None,
        sample_ids_dtype=None,
    ):
        self._initialize, self._sample, self._next = initialize_fn, sample_fn, next_inputs_fn
        self._shape, self._dtype = TensorShape(sample_ids_shape or []), sample_ids_dtype
        self._batch_size = None

    @property
    def batch_size(self):
        if self._batch_size is None:
            raise ValueError("batch_size accessed before initialize was called")
        return self._batch_size

    @property
    def sample_ids_shape(self):
        return self._shape

    @property
    def sample_ids_dtype(self):
        return self._dtype or dtypes.int32

    def initialize(self, name=None):
        finished, inputs = self._initialize()
        if self._batch_size is None:
            self._batch_size = PUBLIC["size"](finished)
        return finished, inputs

    def sample(self, time, outputs, state, name=None):
        return self._sample(time=time, outputs=outputs, state=state)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        return self._next(time=time, outputs=outputs, state=state, sample_ids=sample_ids)


class TrainingHelper(Helper):
    """Reads given inputs.

    Args:
      inputs: `[batch, time, ...]`, or a structure of these.
      sequence_length: `[batch]` integers.
      time_major: whether inputs are `[time, batch, ...]`.
      name: accepted for compatibility.

    Raises:
      ValueError: `sequence_length` is not a vector.
    """

    def __init__(self, inputs, sequence_length, time_major=False, name=None):
        inputs = nest.map_structure(convert_to_tensor, inputs)
        self._inputs = inputs
        if not time_major:
            inputs = nest.map_structure(_swap, inputs)
        self._arrays = nest.map_structure(_unstacked, inputs)
        self._sequence_length = convert_to_tensor(sequence_length, name="sequence_length")
        if self._sequence_length.shape.ndims != 1:
            raise ValueError(
                "Expected sequence_length to be a vector, but received shape: "
                f"{self._sequence_length.shape}"
            )
        self._zeros = nest.map_structure(lambda x: PUBLIC["zeros_like"](x[0, :]), inputs)
        self._batch_size = PUBLIC["shape"](self._sequence_length)[0]

    @property
    def inputs(self):
        """The given inputs."""
        return self._inputs

    @property
    def sequence_length(self):
        """The given lengths."""
        return self._sequence_length

    @property
    def batch_size(self):
        return self._batch_size

    def _read(self, finished, time):
        """The inputs at `time`, or zeros when all rows are finished."""
        return nest.map_structure(
            lambda array, zero: PUBLIC["cond"](
                PUBLIC["reduce_all"](finished), lambda: zero, lambda: array.read(time)
            ),
            self._arrays,
            self._zeros,
        )

    def initialize(self, name=None):
        finished = PUBLIC["equal"](self._sequence_length, 0)
        return finished, self._shaped(self._read(finished, constant(np.int32(0))))

    def sample(self, time, outputs, state, name=None):
        return PUBLIC["cast"](PUBLIC["argmax"](outputs, -1), dtypes.int32)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        next_time = time + 1
        lengths = PUBLIC["cast"](self._sequence_length, dtypes.int32)
        finished = next_time >= lengths
        return finished, self._shaped(self._read(finished, next_time)), state

    def _shaped(self, inputs):
        for x, zero in zip(nest.flatten(inputs), nest.flatten(self._zeros), strict=True):
            x.set_shape(zero.shape)
        return inputs


class ScheduledEmbeddingTrainingHelper(TrainingHelper):
    """Reads given inputs, or, with some probability, embeddings of symbols drawn from the outputs.

    Args:
      inputs: as for `TrainingHelper`.
      sequence_length: as for `TrainingHelper`.
      embedding: tensor of embeddings, or function from symbols to embeddings.
      sampling_probability: scalar or `[batch]`, how often a drawn symbol is read.
      time_major: as for `TrainingHelper`.
      seed: seed of the draws of symbols.
      scheduling_seed: seed of the draws of rows.
      name: accepted for compatibility.
    """

    def __init__(
        self,
        inputs,
        sequence_length,
        embedding,
        sampling_probability,
        time_major=False,
        seed=None,
        scheduling_seed=None,
        name=None,
    ):
        super().__init__(inputs, sequence_length, time_major)
        self._embedding = _lookup(embedding)
        self._probability = convert_to_tensor(sampling_probability)
        if self._probability.shape.ndims not in (0, 1):
            raise ValueError(
                "sampling_probability must be either a scalar or a vector. saw shape: "
                f"{self._probability.shape}"
            )
        self._seed, self._scheduling_seed = seed, scheduling_seed

    def sample(self, time, outputs, state, name=None):
        drawn = _sampled(outputs, self._seed)
        chance = PUBLIC["random_uniform"]([self.batch_size], seed=self._scheduling_seed)
        use = chance < PUBLIC["cast"](self._probability, dtypes.float32)
        return raw.Select(use, drawn, raw.Fill([self.batch_size], -1))

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        finished, given, state = super().next_inputs(time, outputs, state, sample_ids)
        found = self._embedding(PUBLIC["maximum"](sample_ids, 0))
        mixed = raw.Select(sample_ids > -1, found, given)
        mixed.set_shape(given.shape)
        return finished, mixed, state


class ScheduledOutputTrainingHelper(TrainingHelper):
    """Reads given inputs, or, with some probability, the outputs of the step before.

    Args:
      inputs: as for `TrainingHelper`.
      sequence_length: as for `TrainingHelper`.
      sampling_probability: scalar, how often the output is read.
      time_major: as for `TrainingHelper`.
      seed: seed of the draws of rows.
      next_inputs_fn: function from outputs to inputs (default: the outputs themselves).
      auxiliary_inputs: `[batch, time, ...]`, joined to every input.
      name: accepted for compatibility.
    """

    def __init__(
        self,
        inputs,
        sequence_length,
        sampling_probability,
        time_major=False,
        seed=None,
        next_inputs_fn=None,
        auxiliary_inputs=None,
        name=None,
    ):
        self._probability = convert_to_tensor(sampling_probability)
        self._auxiliary = None
        if auxiliary_inputs is not None:
            auxiliary = convert_to_tensor(auxiliary_inputs)
            inputs = PUBLIC["concat"]([inputs, auxiliary], -1)
            self._auxiliary = _unstacked(auxiliary if time_major else _swap(auxiliary))
        super().__init__(inputs, sequence_length, time_major)
        self._seed, self._next_inputs_fn = seed, next_inputs_fn

    def sample(self, time, outputs, state, name=None):
        chance = PUBLIC["random_uniform"]([self.batch_size], seed=self._seed)
        return PUBLIC["cast"](
            chance < PUBLIC["cast"](self._probability, dtypes.float32), dtypes.int32
        )

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        finished, given, state = super().next_inputs(time, outputs, state, sample_ids)
        own = outputs if self._next_inputs_fn is None else self._next_inputs_fn(outputs)
        if self._auxiliary is not None:
            last = PUBLIC["minimum"](time + 1, self._auxiliary.size() - 1)
            own = PUBLIC["concat"]([own, self._auxiliary.read(last)], -1)
        mixed = raw.Select(PUBLIC["cast"](sample_ids, dtypes.bool), own, given)
        mixed.set_shape(given.shape)
        return finished, mixed, state


class GreedyEmbeddingHelper(Helper):
    """Reads the embedding of the most likely symbol of the step before.

    Args:
      embedding: tensor of embeddings, or function from symbols to embeddings.
      start_tokens: `[batch]` int32, the first symbols.
      end_token: scalar int32, the symbol that ends a row.

    Raises:
      ValueError: `start_tokens` is not a vector, or `end_token` not a scalar.
    """

    def __init__(self, embedding, start_tokens, end_token):
        self._embedding = _lookup(embedding)
        self._start_tokens = convert_to_tensor(start_tokens, dtypes.int32, name="start_tokens")
        self._end_token = convert_to_tensor(end_token, dtypes.int32, name="end_token")
        if self._start_tokens.shape.ndims != 1:
            raise ValueError("start_tokens must be a vector")
        if self._end_token.shape.ndims != 0:
            raise ValueError("end_token must be a scalar")
        self._batch_size = PUBLIC["size"](self._start_tokens)
        self._start_inputs = self._embedding(self._start_tokens)

    @property
    def batch_size(self):
        return self._batch_size

    def initialize(self, name=None):
        return raw.Fill([self._batch_size], False), self._start_inputs

    def sample(self, time, outputs, state, name=None):
        return PUBLIC["cast"](PUBLIC["argmax"](outputs, -1), dtypes.int32)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        finished = PUBLIC["equal"](sample_ids, self._end_token)
        inputs = self._embedding(sample_ids)
        inputs.set_shape(self._start_inputs.shape)
        return finished, inputs, state


class SampleEmbeddingHelper(GreedyEmbeddingHelper):
    """Reads the embedding of a symbol drawn from the outputs of the step before.

    Args:
      embedding: tensor of embeddings, or function from symbols to embeddings.
      start_tokens: `[batch]` int32, the first symbols.
      end_token: scalar int32, the symbol that ends a row.
      softmax_temperature: divisor of the outputs; below 1 likely symbols become likelier.
      seed: seed of the draws.
    """

    def __init__(self, embedding, start_tokens, end_token, softmax_temperature=None, seed=None):
        super().__init__(embedding, start_tokens, end_token)
        self._temperature, self._seed = softmax_temperature, seed

    def sample(self, time, outputs, state, name=None):
        logits = outputs if self._temperature is None else outputs / self._temperature
        return _sampled(logits, self._seed)


class InferenceHelper(Helper):
    """Reads what a function draws from the outputs of the step before.

    Args:
      sample_fn: function from outputs to samples.
      sample_shape: shape of a sample without the batch.
      sample_dtype: type of a sample.
      start_inputs: `[batch, ...]`, the first inputs.
      end_fn: function from samples to whether each row is finished.
      next_inputs_fn: function from samples to inputs (default: the samples themselves).
    """

    def __init__(
        self, sample_fn, sample_shape, sample_dtype, start_inputs, end_fn, next_inputs_fn=None
    ):
        self._sample_fn, self._end_fn = sample_fn, end_fn
        self._shape, self._dtype = TensorShape(sample_shape), dtypes.as_dtype(sample_dtype)
        self._next_inputs_fn = next_inputs_fn
        self._start_inputs = convert_to_tensor(start_inputs, name="start_inputs")
        self._batch_size = PUBLIC["shape"](self._start_inputs)[0]

    @property
    def batch_size(self):
        return self._batch_size

    @property
    def sample_ids_shape(self):
        return self._shape

    @property
    def sample_ids_dtype(self):
        return self._dtype

    def initialize(self, name=None):
        return raw.Fill([self._batch_size], False), self._start_inputs

    def sample(self, time, outputs, state, name=None):
        return self._sample_fn(outputs)

    def next_inputs(self, time, outputs, state, sample_ids, name=None):
        inputs = sample_ids if self._next_inputs_fn is None else self._next_inputs_fn(sample_ids)
        return self._end_fn(sample_ids), inputs, state
