"""Attention mechanisms of `tf.contrib.seq2seq`.

Sources: Bahdanau et al. (2015), Luong et al. (2015), Salimans and Kingma (2016) for the normalized
form, Raffel et al. (2017) for the monotonic ones.
"""

import functools

import numpy as np

from headwater._src.core import dtypes, nest
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.framework import name_scope
from headwater._src.graph.named_variables import get_variable
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.variable_scope import variable_scope
from headwater._src.layers.core import Dense
from headwater._src.layers.initializers import Constant, Zeros


def hardmax(logits, name=None):
    """A one at the largest logit of each row, zeros elsewhere.

    Args:
      logits: `[batch, n]`.
      name: prefix of the nodes' names.

    Returns:
      A tensor like `logits`.
    """
    with name_scope(name, "Hardmax", [logits]):
        logits = convert_to_tensor(logits, name="logits")
        depth = logits.dims[-1] if logits.dims[-1] is not None else PUBLIC["shape"](logits)[-1]
        return PUBLIC["one_hot"](PUBLIC["argmax"](logits, -1), depth, dtype=logits.dtype)


def safe_cumprod(x, *args, **kwargs):
    """`tf.cumprod` through logarithms, for factors from 0 to 1.

    Args:
      x: a tensor.
      *args: further arguments of `tf.cumprod`.
      **kwargs: further arguments of `tf.cumprod`.

    Returns:
      A tensor like `x`.
    """
    with name_scope(None, "SafeCumprod", [x]):
        x = convert_to_tensor(x, name="x")
        tiny = np.finfo(x.dtype.as_numpy_dtype).tiny
        logs = PUBLIC["log"](PUBLIC["clip_by_value"](x, tiny, 1.0))
        return PUBLIC["exp"](PUBLIC["cumsum"](logs, *args, **kwargs))


def monotonic_attention(p_choose_i, previous_attention, mode):
    """Where an attention that only moves forwards is, given where it was.

    Args:
      p_choose_i: `[batch, length]`, the probability to stop at each place.
      previous_attention: `[batch, length]`, the distribution of the step before.
      mode: `"recursive"`, `"parallel"` (both give the expected attention; the second in one piece,
        but less exactly), or `"hard"` (probabilities are 0 or 1).

    Returns:
      `[batch, length]`.

    Raises:
      ValueError: an unknown mode.
    """
    p = convert_to_tensor(p_choose_i, name="p_choose_i")
    previous = convert_to_tensor(previous_attention, name="previous_attention")
    if mode == "recursive":
        passed = PUBLIC["concat"]([PUBLIC["ones_like"](p[:, :1]), 1 - p[:, :-1]], 1)
        step = lambda q, now: PUBLIC["reshape"](now[0] * q + now[1], [-1])
        over_time = PUBLIC["scan"](
            step,
            [PUBLIC["transpose"](passed, [1, 0]), PUBLIC["transpose"](previous, [1, 0])],
            PUBLIC["zeros_like"](p[:, 0]),
        )
        return p * PUBLIC["transpose"](over_time, [1, 0])
    if mode == "parallel":
        passed = safe_cumprod(1 - p, axis=1, exclusive=True)
        reached = previous / PUBLIC["clip_by_value"](passed, 1e-10, 1.0)
        return p * passed * PUBLIC["cumsum"](reached, axis=1)
    if mode == "hard":
        allowed = p * PUBLIC["cumsum"](previous, axis=1)
        return allowed * PUBLIC["cumprod"](1 - allowed, axis=1, exclusive=True)
    raise ValueError("mode must be 'recursive', 'parallel', or 'hard'.")


class AttentionMechanism:
    """Base class of attention mechanisms."""

    @property
    def alignments_size(self):
        """Number of places that can be looked at."""
        raise NotImplementedError

    @property
    def state_size(self):
        """Size of the mechanism's state."""
        raise NotImplementedError


def _masked(memory, lengths, check_inner):
    """`memory` with zeros behind the lengths."""
    memory = nest.map_structure(lambda m: convert_to_tensor(m, name="memory"), memory)
    if lengths is None:
        return memory

    def mask(m):
        if check_inner and (m.dims is None or None in m.dims[2:]):
            raise ValueError(
                f"Expected memory {m.name} to have fully defined inner dims: {m.shape}"
            )
        inside = PUBLIC["sequence_mask"](lengths, maxlen=PUBLIC["shape"](m)[1], dtype=m.dtype)
        rank = len(m.dims)
        shape = PUBLIC["concat"]([PUBLIC["shape"](inside), np.ones(rank - 2, np.int32)], 0)
        return m * PUBLIC["reshape"](inside, shape)

    return nest.map_structure(mask, memory)


class _BaseAttentionMechanism(AttentionMechanism):
    """A mechanism over a memory whose rows have lengths.

    Args:
      query_layer: layer of the query, or None.
      memory: `[batch, length, size]`.
      probability_fn: function from scores and the state before to weights.
      memory_sequence_length: `[batch]` integers, or None.
      memory_layer: layer of the memory, or None.
      check_inner_dims_defined: whether the memory's sizes must be known.
      score_mask_value: the score of places behind a row's length (default: minus infinity).
      name: prefix of the nodes' names.
    """

    def __init__(
        self,
        query_layer,
        memory,
        probability_fn,
        memory_sequence_length=None,
        memory_layer=None,
        check_inner_dims_defined=True,
        score_mask_value=None,
        name=None,
    ):
        self._query_layer, self._memory_layer = query_layer, memory_layer
        self.dtype = memory_layer.dtype
        lengths = memory_sequence_length
        if lengths is not None:
            lengths = convert_to_tensor(lengths, name="memory_sequence_length")
        with name_scope(name, "BaseAttentionMechanismInit", nest.flatten(memory)):
            self._values = _masked(memory, lengths, check_inner_dims_defined)
            self._keys = self._values if memory_layer is None else memory_layer(self._values)
            keys = self._keys
            self._batch_size = keys.dims[0] or PUBLIC["shape"](keys)[0]
            self._alignments_size = keys.dims[1] or PUBLIC["shape"](keys)[1]
        if score_mask_value is None:
            score_mask_value = keys.dtype.as_numpy_dtype(-np.inf)

        def probabilities(score, previous):
            if lengths is not None:
                inside = PUBLIC["sequence_mask"](lengths, maxlen=PUBLIC["shape"](score)[1])
                low = score_mask_value * PUBLIC["ones_like"](score)
                score = raw.Select(inside, score, low)
            return probability_fn(score, previous)

        self._probability_fn = probabilities

    @property
    def memory_layer(self):
        """The layer of the memory."""
        return self._memory_layer

    @property
    def query_layer(self):
        """The layer of the query."""
        return self._query_layer

    @property
    def values(self):
        """The memory, with zeros behind the lengths."""
        return self._values

    @property
    def keys(self):
        """What queries are compared with."""
        return self._keys

    @property
    def batch_size(self):
        """The batch's size."""
        return self._batch_size

    @property
    def alignments_size(self):
        return self._alignments_size

    @property
    def state_size(self):
        return self._alignments_size

    def initial_alignments(self, batch_size, dtype):
        """The weights before the first step: zeros `[batch, length]`."""
        zeros = PUBLIC["zeros"]([batch_size, self._alignments_size], dtype)
        size = self._alignments_size
        zeros.set_shape([None, size if isinstance(size, int) else None])
        return zeros

    def initial_state(self, batch_size, dtype):
        """The state before the first step: the first weights."""
        return self.initial_alignments(batch_size, dtype)


def _plain(probability_fn):
    fn = probability_fn or PUBLIC["softmax"]
    return lambda score, _: fn(score)


class LuongAttention(_BaseAttentionMechanism):
    """Scores are products of query and keys.

    Args:
      num_units: size of the keys, which the queries must have.
      memory: `[batch, length, size]`.
      memory_sequence_length: `[batch]` integers, or None.
      scale: whether scores are multiplied by a variable.
      probability_fn: function from scores to weights (default: softmax).
      score_mask_value: the score of places behind a row's length.
      dtype: type of the layers.
      name: scope of the variables.
    """

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        scale=False,
        probability_fn=None,
        score_mask_value=None,
        dtype=None,
        name="LuongAttention",
    ):
        super().__init__(
            None,
            memory,
            _plain(probability_fn),
            memory_sequence_length,
            Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype or dtypes.float32),
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units, self._scale, self._name = num_units, scale, name

    def __call__(self, query, state):
        """The weights for a query.

        Args:
          query: `[batch, num_units]`.
          state: `[batch, length]`, the state before.

        Returns:
          `(weights, next state)`, `[batch, length]` both.
        """
        with variable_scope(None, "luong_attention", [query]):
            weights = self._probability_fn(_luong_score(query, self._keys, self._scale), state)
        return weights, weights


def _luong_score(query, keys, scale):
    if query.shape[-1].value != keys.shape[-1].value:
        raise ValueError(
            "Incompatible or unknown inner dimensions between query and keys. Query "
            f"({query.name}) has units: {query.shape[-1]}. Keys ({keys.name}) have units: "
            f"{keys.shape[-1]}. Perhaps you need to set num_units to the keys' dimension?"
        )
    product = PUBLIC["matmul"](PUBLIC["expand_dims"](query, 1), keys, transpose_b=True)
    score = PUBLIC["squeeze"](product, [1])
    if not scale:
        return score
    factor = get_variable("attention_g", [], query.dtype.base_dtype, initializer=Constant(1.0))
    return factor * score


class BahdanauAttention(_BaseAttentionMechanism):
    """Scores are a layer of tanh over the sum of query and keys.

    Args:
      num_units: size of the layer.
      memory: `[batch, length, size]`.
      memory_sequence_length: `[batch]` integers, or None.
      normalize: whether the layer's weights are normalized, with a trained length and bias.
      probability_fn: function from scores to weights (default: softmax).
      score_mask_value: the score of places behind a row's length.
      dtype: type of the layers.
      name: scope of the variables.
    """

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        normalize=False,
        probability_fn=None,
        score_mask_value=None,
        dtype=None,
        name="BahdanauAttention",
    ):
        dtype = dtype or dtypes.float32
        super().__init__(
            Dense(num_units, name="query_layer", use_bias=False, dtype=dtype),
            memory,
            _plain(probability_fn),
            memory_sequence_length,
            Dense(num_units, name="memory_layer", use_bias=False, dtype=dtype),
            score_mask_value=score_mask_value,
            name=name,
        )
        self._num_units, self._normalize, self._name = num_units, normalize, name

    def __call__(self, query, state):
        """The weights for a query.

        Args:
          query: `[batch, size]`.
          state: `[batch, length]`, the state before.

        Returns:
          `(weights, next state)`, `[batch, length]` both.
        """
        with variable_scope(None, "bahdanau_attention", [query]):
            processed = self._query_layer(query)
            score = _bahdanau_score(processed, self._keys, self._normalize)
            weights = self._probability_fn(score, state)
        return weights, weights


def _bahdanau_score(query, keys, normalize):
    dtype, units = query.dtype.base_dtype, keys.shape[2].value
    query = PUBLIC["expand_dims"](query, 1)
    v = get_variable("attention_v", [units], dtype=dtype)
    if not normalize:
        return PUBLIC["reduce_sum"](v * PUBLIC["tanh"](keys + query), [2])
    g = get_variable("attention_g", [], dtype, initializer=Constant((1.0 / units) ** 0.5))
    b = get_variable("attention_b", [units], dtype, initializer=Zeros())
    unit = g * v * raw.Rsqrt(PUBLIC["reduce_sum"](PUBLIC["square"](v)))
    return PUBLIC["reduce_sum"](unit * PUBLIC["tanh"](keys + query + b), [2])


def _monotonic_probability(score, previous, noise, mode, seed=None):
    """Weights of an attention that only moves forwards."""
    if noise > 0:
        score = score + noise * PUBLIC["random_normal"](
            PUBLIC["shape"](score), dtype=score.dtype, seed=seed
        )
    if mode == "hard":
        choose = PUBLIC["cast"](score > 0, score.dtype)
    else:
        choose = PUBLIC["sigmoid"](score)
    return monotonic_attention(choose, previous, mode)


class _StartsAtFirst:
    """A mechanism that looks at the first place before the first step."""

    def initial_alignments(self, batch_size, dtype):
        """All weight at the first place, `[batch, length]`."""
        first = raw.Fill([batch_size], 0)
        weights = PUBLIC["one_hot"](first, self._alignments_size, dtype=dtype)
        size = self._alignments_size
        weights.set_shape([None, size if isinstance(size, int) else None])
        return weights


class BahdanauMonotonicAttention(_StartsAtFirst, BahdanauAttention):
    """`BahdanauAttention` that only moves forwards.

    Args:
      num_units: size of the layer.
      memory: `[batch, length, size]`.
      memory_sequence_length: `[batch]` integers, or None.
      normalize: whether the layer's weights are normalized.
      score_mask_value: the score of places behind a row's length.
      sigmoid_noise: standard deviation of noise on the scores, for training.
      sigmoid_noise_seed: seed of the noise.
      score_bias_init: first value of the scores' bias.
      mode: as for `monotonic_attention`.
      dtype: type of the layers.
      name: scope of the variables.
    """

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        normalize=False,
        score_mask_value=None,
        sigmoid_noise=0.0,
        sigmoid_noise_seed=None,
        score_bias_init=0.0,
        mode="parallel",
        dtype=None,
        name="BahdanauMonotonicAttention",
    ):
        super().__init__(
            num_units,
            memory,
            memory_sequence_length,
            normalize,
            None,
            score_mask_value,
            dtype,
            name,
        )
        self._bias = score_bias_init
        _make_monotonic(self, memory_sequence_length, sigmoid_noise, mode, sigmoid_noise_seed)

    def __call__(self, query, state):
        with variable_scope(None, "bahdanau_monotonic_attention", [query]):
            score = _bahdanau_score(self._query_layer(query), self._keys, self._normalize)
            bias = get_variable("attention_score_bias", [], initializer=Constant(self._bias))
            weights = self._probability_fn(score + bias, state)
        return weights, weights


class LuongMonotonicAttention(_StartsAtFirst, LuongAttention):
    """`LuongAttention` that only moves forwards.

    Args:
      num_units: size of the keys, which the queries must have.
      memory: `[batch, length, size]`.
      memory_sequence_length: `[batch]` integers, or None.
      scale: whether scores are multiplied by a variable.
      score_mask_value: the score of places behind a row's length.
      sigmoid_noise: standard deviation of noise on the scores, for training.
      sigmoid_noise_seed: seed of the noise.
      score_bias_init: first value of the scores' bias.
      mode: as for `monotonic_attention`.
      dtype: type of the layers.
      name: scope of the variables.
    """

    def __init__(
        self,
        num_units,
        memory,
        memory_sequence_length=None,
        scale=False,
        score_mask_value=None,
        sigmoid_noise=0.0,
        sigmoid_noise_seed=None,
        score_bias_init=0.0,
        mode="parallel",
        dtype=None,
        name="LuongMonotonicAttention",
    ):
        super().__init__(
            num_units, memory, memory_sequence_length, scale, None, score_mask_value, dtype, name
        )
        self._bias = score_bias_init
        _make_monotonic(self, memory_sequence_length, sigmoid_noise, mode, sigmoid_noise_seed)

    def __call__(self, query, state):
        with variable_scope(None, "luong_monotonic_attention", [query]):
            score = _luong_score(query, self._keys, self._scale)
            bias = get_variable("attention_score_bias", [], initializer=Constant(self._bias))
            weights = self._probability_fn(score + bias, state)
        return weights, weights


def _make_monotonic(mechanism, lengths, noise, mode, seed):
    """Replaces the weights' function by that of an attention that only moves forwards."""
    weigh = functools.partial(_monotonic_probability, noise=noise, mode=mode, seed=seed)

    def probabilities(score, previous):
        if lengths is not None:
            inside = PUBLIC["sequence_mask"](lengths, maxlen=PUBLIC["shape"](score)[1])
            low = PUBLIC["ones_like"](score) * score.dtype.as_numpy_dtype(-np.inf)
            score = raw.Select(inside, score, low)
        return weigh(score, previous)

    mechanism._probability_fn = probabilities
