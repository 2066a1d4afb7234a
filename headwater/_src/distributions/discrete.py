"""Distributions over classes and counts, and over probabilities."""

import headwater as tf
from headwater._src.core.explain import explained
from headwater._src.distributions.base import (
    FULLY_REPARAMETERIZED,
    NOT_REPARAMETERIZED,
    Distribution,
    RegisterKL,
)
from headwater._src.distributions.continuous import TEXTS, random_gamma, tensors

_TEXTS = {
    **TEXTS,
    "logits": "logarithms of odds (or of probabilities, up to a constant); or give `probs`.",
    "probs": "probabilities; or give `logits`.",
    "dtype": "type of the samples.",
    "total_count": "how many are drawn.",
    "concentration": "weights of the classes, along the last dimension; positive.",
}


def _logits_and_probs(logits, probs, validate, multi):
    """Both, from the one that is given; over classes along the last dimension for `multi`."""
    if (logits is None) == (probs is None):
        raise ValueError("Must pass probs or logits, but not both.")
    with tf.name_scope("logits_and_probs"):
        if probs is None:
            (logits,) = tensors(False, ["logits"], [logits])
            return logits, tf.nn.softmax(logits) if multi else tf.sigmoid(logits)
        (probs,) = tensors(False, ["probs"], [probs])
        if validate:
            checks = [tf.assert_non_negative(probs)]
            checks.append(
                tf.assert_near(tf.reduce_sum(probs, -1), tf.ones([], probs.dtype))
                if multi
                else tf.assert_less_equal(probs, tf.ones([], probs.dtype))
            )
            with tf.control_dependencies(checks):
                probs = tf.identity(probs)
        if multi:
            return tf.log(probs), probs
        return tf.log(probs) - tf.log1p(-probs), probs


class _OfLogits(Distribution):
    """A distribution made of logits or probabilities."""

    _multi = True

    def _set(self, given, dtype):
        given = {k: v for k, v in given.items() if k not in ("self", "__class__")}
        with tf.name_scope(given["name"]) as scope:
            self._logits, self._probs = _logits_and_probs(
                given["logits"], given["probs"], given["validate_args"], self._multi
            )
        super().__init__(
            dtype or self._probs.dtype,
            NOT_REPARAMETERIZED,
            given["validate_args"],
            given["allow_nan_stats"],
            given,
            [self._logits, self._probs],
            scope,
        )

    @property
    def logits(self):
        """Logarithms of odds, or of probabilities up to a constant."""
        return self._logits

    @property
    def probs(self):
        """Probabilities."""
        return self._probs

    def _batch_shape(self):
        return self._logits.shape[:-1] if self._multi else self._logits.shape

    def _batch_shape_tensor(self):
        shape = tf.shape(self._logits)
        return shape[:-1] if self._multi else shape

    def _drawn(self, n, seed):
        """int32 classes `[n] + batch`: each batch's distribution is drawn from n times."""
        classes = self._logits.shape[-1].value
        classes = tf.shape(self._logits)[-1] if classes is None else classes
        rows = tf.reshape(self._logits, [-1, classes])
        drawn = tf.transpose(tf.multinomial(rows, n, seed, output_dtype=tf.int32))
        return tf.reshape(drawn, tf.concat([[n], self.batch_shape_tensor()], 0))


class Bernoulli(_OfLogits):
    """1 with some probability, else 0."""

    _multi = False
    _value_dtype = property(lambda self: None)

    @explained(_TEXTS)
    def __init__(
        self,
        logits=None,
        probs=None,
        dtype=tf.int32,
        validate_args=False,
        allow_nan_stats=True,
        name="Bernoulli",
    ):
        """Takes the parameters."""
        self._set(dict(locals()), dtype)

    def _sample_n(self, n, seed=None):
        shape = tf.concat([[n], self.batch_shape_tensor()], 0)
        uniform = tf.random_uniform(shape, seed=seed, dtype=self._probs.dtype)
        return tf.cast(tf.less(uniform, self._probs), self._dtype)

    def _log_prob(self, event):
        event = tf.cast(event, self._logits.dtype)
        spread = event + tf.zeros_like(self._logits), self._logits + tf.zeros_like(event)
        return -tf.nn.sigmoid_cross_entropy_with_logits(labels=spread[0], logits=spread[1])

    def _entropy(self):
        return -self._logits * (tf.sigmoid(self._logits) - 1.0) + tf.nn.softplus(-self._logits)

    def _mean(self):
        return tf.identity(self._probs)

    def _variance(self):
        return self._probs * (1.0 - self._probs)

    def _mode(self):
        return tf.cast(self._probs > 0.5, self._dtype)


class Categorical(_OfLogits):
    """The number of one of some classes."""

    _value_dtype = property(lambda self: None)

    @explained(_TEXTS)
    def __init__(
        self,
        logits=None,
        probs=None,
        dtype=tf.int32,
        validate_args=False,
        allow_nan_stats=True,
        name="Categorical",
    ):
        """Takes the parameters."""
        self._set(dict(locals()), dtype)

    @property
    def event_size(self):
        """How many classes there are, as an int32 `Tensor`."""
        return tf.shape(self._logits)[-1]

    def _sample_n(self, n, seed=None):
        return tf.cast(self._drawn(n, seed), self._dtype)

    def _both(self, k):
        """Classes and logits, with batches broadcast to each other."""
        k = tf.convert_to_tensor(k)
        shape = tf.broadcast_dynamic_shape(tf.shape(k), self.batch_shape_tensor())
        logits = self._logits * tf.ones(
            tf.concat([shape, tf.expand_dims(self.event_size, 0)], 0), self._logits.dtype
        )
        k = tf.cast(k, tf.int32) * tf.ones(shape, tf.int32)
        logits.set_shape(tf.TensorShape([None] * k.shape.ndims).concatenate(self._logits.shape[-1:])
                         if k.shape.ndims is not None else None)  # fmt: skip
        return k, logits

    def _log_prob(self, k):
        k, logits = self._both(k)
        return -tf.nn.sparse_softmax_cross_entropy_with_logits(labels=k, logits=logits)

    def _cdf(self, k):
        k, logits = self._both(k)
        # TensorFlow 1.x leaves the class itself out: this is P[X < k].
        below = tf.sequence_mask(k, self.event_size, dtype=logits.dtype)
        return tf.reduce_sum(tf.nn.softmax(logits) * below, -1)

    def _entropy(self):
        return -tf.reduce_sum(tf.nn.log_softmax(self._logits) * self._probs, -1)

    def _mode(self):
        return tf.cast(tf.argmax(self._logits, -1), self._dtype)


class OneHotCategorical(_OfLogits):
    """One of some classes, as a row with one entry set."""

    @explained(_TEXTS)
    def __init__(
        self,
        logits=None,
        probs=None,
        dtype=tf.int32,
        validate_args=False,
        allow_nan_stats=True,
        name="OneHotCategorical",
    ):
        """Takes the parameters."""
        self._set(dict(locals()), dtype)

    def _event_shape(self):
        return self._logits.shape[-1:]

    def _event_shape_tensor(self):
        return tf.shape(self._logits)[-1:]

    def _sample_n(self, n, seed=None):
        return tf.one_hot(self._drawn(n, seed), tf.shape(self._logits)[-1], dtype=self._dtype)

    def _log_prob(self, x):
        return tf.reduce_sum(tf.cast(x, self._logits.dtype) * tf.nn.log_softmax(self._logits), -1)

    def _entropy(self):
        return -tf.reduce_sum(tf.nn.log_softmax(self._logits) * self._probs, -1)

    def _mean(self):
        return tf.identity(self._probs)

    def _variance(self):
        return self._probs * (1.0 - self._probs)

    def _mode(self):
        best = tf.argmax(self._logits, -1)
        return tf.one_hot(best, tf.shape(self._logits)[-1], dtype=self._dtype)


def _outer_covariance(mean, scale):
    """Covariances `scale * (diag(mean) - mean mean')` of shares."""
    products = -tf.expand_dims(mean, -1) * tf.expand_dims(mean, -2)
    return scale[..., None, None] * tf.matrix_set_diag(products, mean * (1.0 - mean))


class Multinomial(_OfLogits):
    """How often each class comes among a number of draws."""

    @explained(_TEXTS)
    def __init__(
        self,
        total_count,
        logits=None,
        probs=None,
        validate_args=False,
        allow_nan_stats=True,
        name="Multinomial",
    ):
        """Takes the parameters."""
        self._set(dict(locals()), None)
        self._total_count = tf.convert_to_tensor(total_count, self._dtype, name="total_count")

    @property
    def total_count(self):
        """How many are drawn."""
        return self._total_count

    def _event_shape(self):
        return self._logits.shape[-1:]

    def _event_shape_tensor(self):
        return tf.shape(self._logits)[-1:]

    def _sample_n(self, n, seed=None):
        draws = tf.cast(tf.reduce_max(self._total_count), tf.int32)
        classes = tf.shape(self._logits)[-1]
        rows = tf.reshape(self._logits, [-1, classes])
        drawn = tf.reshape(tf.multinomial(rows, n * draws, seed), tf.stack([-1, n, draws]))
        counts = self._total_count * tf.ones(self.batch_shape_tensor(), self._dtype)
        counted = tf.sequence_mask(
            tf.cast(tf.reshape(counts, [-1, 1]), tf.int32), draws, dtype=self._dtype
        )
        hits = tf.one_hot(drawn, classes, dtype=self._dtype) * tf.expand_dims(counted, -1)
        sums = tf.transpose(tf.reduce_sum(hits, 2), [1, 0, 2])
        shape = tf.concat([[n], self.batch_shape_tensor(), [classes]], 0)
        return tf.reshape(sums, shape)

    def _log_prob(self, counts):
        ways = tf.lgamma(self._total_count + 1.0) - tf.reduce_sum(tf.lgamma(counts + 1.0), -1)
        return tf.reduce_sum(counts * tf.nn.log_softmax(self._logits), -1) + ways

    def _mean(self):
        return self._probs * self._total_count[..., None]

    def _variance(self):
        return self._mean() * (1.0 - self._probs)

    def _covariance(self):
        total = self._total_count * tf.ones(self.batch_shape_tensor(), self._dtype)
        return _outer_covariance(self._probs, total)


class Dirichlet(Distribution):
    """The Dirichlet distribution, over rows of probabilities."""

    @explained(_TEXTS)
    def __init__(self, concentration, validate_args=False, allow_nan_stats=True, name="Dirichlet"):
        """Takes the parameters."""
        given = {k: v for k, v in locals().items() if k not in ("self", "__class__")}
        with tf.name_scope(name, values=[concentration]) as scope:
            (self._concentration,) = tensors(
                validate_args, ["concentration"], [concentration], ["concentration"]
            )
            self._total_concentration = tf.reduce_sum(self._concentration, -1)
        super().__init__(
            self._concentration.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats,
            given, [self._concentration], scope,
        )  # fmt: skip

    @property
    def concentration(self):
        """The weights of the classes."""
        return self._concentration

    @property
    def total_concentration(self):
        """The sum of the weights."""
        return self._total_concentration

    def _batch_shape(self):
        return self._concentration.shape[:-1]

    def _batch_shape_tensor(self):
        return tf.shape(self._concentration)[:-1]

    def _event_shape(self):
        return self._concentration.shape[-1:]

    def _event_shape_tensor(self):
        return tf.shape(self._concentration)[-1:]

    def _sample_n(self, n, seed=None):
        drawn = random_gamma([n], self._concentration, 1.0, self._dtype, seed)
        return drawn / tf.reduce_sum(drawn, -1, keepdims=True)

    def _log_prob(self, x):
        weighted = tf.reduce_sum(tf.math.xlogy(self._concentration - 1.0, x), -1)
        return weighted - tf.lbeta(self._concentration)

    def _entropy(self):
        k = tf.cast(tf.shape(self._concentration)[-1], self._dtype)
        total = self._total_concentration
        spread = (self._concentration - 1.0) * tf.digamma(self._concentration)
        return (
            tf.lbeta(self._concentration)
            + (total - k) * tf.digamma(total)
            - tf.reduce_sum(spread, -1)
        )

    def _mean(self):
        return self._concentration / self._total_concentration[..., None]

    def _variance(self):
        mean = self._mean()
        return mean * (1.0 - mean) / (1.0 + self._total_concentration[..., None])

    def _covariance(self):
        return _outer_covariance(self._mean(), 1.0 / (1.0 + self._total_concentration))

    def _mode(self):
        k = tf.cast(tf.shape(self._concentration)[-1], self._dtype)
        mode = (self._concentration - 1.0) / (self._total_concentration[..., None] - k)
        defined = tf.reduce_all(self._concentration > 1.0, -1, keepdims=True)
        defined = tf.logical_and(defined, tf.ones_like(mode) > 0)
        return self._undefined(mode, defined, "mode undefined when any concentration <= 1")


class DirichletMultinomial(Dirichlet):
    """How often classes come among draws, whose probabilities are Dirichlet themselves."""

    @explained(_TEXTS)
    def __init__(
        self,
        total_count,
        concentration,
        validate_args=False,
        allow_nan_stats=True,
        name="DirichletMultinomial",
    ):
        """Takes the parameters."""
        super().__init__(concentration, validate_args, allow_nan_stats, name)
        self._parameters["total_count"] = total_count
        self._reparameterization_type = NOT_REPARAMETERIZED
        self._total_count = tf.convert_to_tensor(total_count, self._dtype, name="total_count")

    @property
    def total_count(self):
        """How many are drawn."""
        return self._total_count

    def _sample_n(self, n, seed=None):
        probabilities = super()._sample_n(n, seed)
        drawn = Multinomial(self._total_count, probs=probabilities)
        return drawn.sample(seed=None if seed is None else seed + 1)

    def _log_prob(self, counts):
        ways = tf.lgamma(self._total_count + 1.0) - tf.reduce_sum(tf.lgamma(counts + 1.0), -1)
        both = tf.lbeta(self._concentration + counts) - tf.lbeta(self._concentration)
        return both + ways

    def _entropy(self):
        raise NotImplementedError("entropy is not implemented: DirichletMultinomial")

    _mode = _entropy

    def _mean(self):
        return self._total_count[..., None] * super()._mean()

    def _spread(self):
        total = self._total_concentration
        return self._total_count * (self._total_count + total) / (1.0 + total)

    def _variance(self):
        mean = super()._mean()
        return self._spread()[..., None] * mean * (1.0 - mean)

    def _covariance(self):
        return _outer_covariance(super()._mean(), self._spread())


# --- divergences --------------------------------------------------------------------------------


@RegisterKL(Bernoulli, Bernoulli)
def _bernoullis(a, b, name=None):
    zeros, ones = (tf.nn.softplus(b.logits) - tf.nn.softplus(a.logits),
                   tf.nn.softplus(-b.logits) - tf.nn.softplus(-a.logits))  # fmt: skip
    return tf.sigmoid(a.logits) * ones + tf.sigmoid(-a.logits) * zeros


def _classes(a, b, name=None):
    difference = tf.nn.log_softmax(a.logits) - tf.nn.log_softmax(b.logits)
    return tf.reduce_sum(tf.nn.softmax(a.logits) * difference, -1)


RegisterKL(Categorical, Categorical)(_classes)
RegisterKL(OneHotCategorical, OneHotCategorical)(_classes)


@RegisterKL(Dirichlet, Dirichlet)
def _dirichlets(a, b, name=None):
    expected = tf.digamma(a.concentration) - tf.digamma(a.total_concentration)[..., None]
    weighted = tf.reduce_sum((a.concentration - b.concentration) * expected, -1)
    return weighted - tf.lbeta(a.concentration) + tf.lbeta(b.concentration)
