"""Attention: for each query a mean of values, weighted by how well their keys fit."""

from headwater._src.graph import raw
from headwater._src.keras.base_layer import Layer
from headwater._src.keras.functions import fn


class _DenseAttention(Layer):
    """Base of both: a subclass gives `_scores(query, key)`, `[batch, queries, values]`."""

    def __init__(self, causal=False, dropout=0.0, **kwargs):
        super().__init__(**kwargs)
        self.causal, self.dropout = causal, dropout
        self.supports_masking = True

    def _scores(self, query, key):
        raise NotImplementedError

    def call(self, inputs, mask=None, training=None):
        """The weighted means.

        Args:
          inputs: list of queries `[batch, queries, size]`, values `[batch, values, size]`, and
            keys in the values' shape (default: the values).
          mask: list of the queries' and values' masks.
          training: whether the model is trained, for dropout.

        Returns:
          `Tensor` `[batch, queries, size]`.
        """
        query, value = inputs[0], inputs[1]
        key = inputs[2] if len(inputs) > 2 else value
        scores = self._scores(query, key)
        query_mask, value_mask = (mask[0], mask[1]) if mask else (None, None)
        allowed = None if value_mask is None else fn.expand_dims(value_mask, -2)
        if self.causal:
            ones = fn.ones_like(scores[:1])
            lower = fn.cast(raw.MatrixBandPart(ones, -1, 0), "bool")
            allowed = lower if allowed is None else fn.logical_and(allowed, lower)
        if allowed is not None:
            scores = scores - 1.0e9 * fn.cast(fn.logical_not(allowed), scores.dtype)
        weights = fn.softmax(scores)
        if self.dropout:
            from headwater._src.layers.core import smart_cond
            from headwater._src.ops.nn_composite import dropout

            plain = weights
            weights = smart_cond(
                self.training_value(training),
                lambda: dropout(plain, rate=self.dropout),
                lambda: fn.identity(plain),
            )
        result = fn.matmul(weights, value)
        if query_mask is not None:
            result = result * fn.expand_dims(fn.cast(query_mask, result.dtype), -1)
        return result

    def compute_mask(self, inputs, mask=None):
        """The queries' mask.

        Args:
          inputs: the inputs.
          mask: list of their masks.
        """
        return mask[0] if mask else None

    def get_config(self):
        config = super().get_config()
        return {**config, "causal": self.causal} if self.causal else config


class Attention(_DenseAttention):
    """Attention whose scores are inner products of queries and keys (Luong et al., 2015).

    Args:
      use_scale: whether the scores are multiplied by a variable.
      **kwargs: `causal`: whether a query sees no later value; `dropout`: share of the weights that
        is dropped while training; and what `Layer` takes.
    """

    def __init__(self, use_scale=False, **kwargs):
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.scale = None

    def build(self, input_shape):
        if self.use_scale:
            self.scale = self.add_weight("scale", [], initializer="ones")
        self.built = True

    def _scores(self, query, key):
        scores = fn.matmul(query, key, transpose_b=True)
        return scores if self.scale is None else scores * self.scale

    def get_config(self):
        return {**super().get_config(), "use_scale": self.use_scale}


class AdditiveAttention(_DenseAttention):
    """Attention whose scores are sums of `tanh(query + key)` (Bahdanau et al., 2014).

    Args:
      use_scale: whether the summands are multiplied by variables.
      **kwargs: `causal`: whether a query sees no later value; `dropout`: share of the weights that
        is dropped while training; and what `Layer` takes.
    """

    def __init__(self, use_scale=True, **kwargs):
        super().__init__(**kwargs)
        self.use_scale = use_scale
        self.scale = None

    def build(self, input_shape):
        if self.use_scale:
            size = input_shape[1].as_list()[-1]
            self.scale = self.add_weight("scale", [size], initializer="glorot_uniform")
        self.built = True

    def _scores(self, query, key):
        summands = raw.Tanh(fn.expand_dims(query, -2) + fn.expand_dims(key, -3))
        return fn.reduce_sum(summands if self.scale is None else self.scale * summands, axis=-1)

    def get_config(self):
        return {**super().get_config(), "use_scale": self.use_scale}
