"""Distributions over real numbers: location and scale, intervals, waiting times."""

import hashlib
import math

import numpy as np

import headwater as tf
from headwater._src.core.explain import explained
from headwater._src.distributions.base import (
    FULLY_REPARAMETERIZED,
    Distribution,
    RegisterKL,
)

TEXTS = {
    "loc": "where the middle is.",
    "scale": "how wide it is; positive.",
    "low": "the lower end.",
    "high": "the upper end.",
    "rate": "1 / the mean, times the concentration; positive.",
    "concentration": "how often things happen before it is over; positive.",
    "concentration0": "weight of values near 0; positive.",
    "concentration1": "weight of values near 1; positive.",
    "df": "degrees of freedom; positive.",
    "validate_args": "whether parameters are checked when they run.",
    "allow_nan_stats": "whether a statistic that is not defined is NaN, or an error.",
    "name": "name of the scope of its operations.",
}


def tensors(validate, names, values, positive=()):
    """Parameters as tensors of one floating-point type, checked where that is asked for.

    Args:
      validate: whether they are checked.
      names: their names.
      values: their values.
      positive: the names of those that must be positive.
    """
    common = next((v.dtype.base_dtype for v in values if hasattr(v, "dtype")
                   and isinstance(v, (tf.Tensor, tf.Variable))), None)  # fmt: skip
    if common is None:
        kinds = [v.dtype for v in values if isinstance(v, (np.ndarray, np.generic))]
        common = tf.as_dtype(kinds[0]) if kinds and kinds[0].kind == "f" else tf.float32
    found = []
    for name, value in zip(names, values):
        value = tf.convert_to_tensor(value, dtype=common, name=name)
        checks = [tf.assert_positive(value)] if validate and name in positive else []
        with tf.control_dependencies(checks):
            found.append(tf.identity(value, name=name))
    return found


class _Broadcast(Distribution):
    """A distribution of scalars whose batch is the shape its parameters broadcast to."""

    _reparameterized = FULLY_REPARAMETERIZED
    _positive = ()

    def _set(self, given, names):
        """Takes the arguments of the constructor; `names` are those that are tensors."""
        given = {k: v for k, v in given.items() if k not in ("self", "__class__")}
        validate, name = given["validate_args"], given["name"]
        values = [given[n] for n in names]
        with tf.name_scope(name, values=values) as scope:
            self._tensors = tensors(validate, names, values, self._positive)
        for key, tensor in zip(names, self._tensors):
            setattr(self, f"_{key}", tensor)
        super().__init__(
            self._tensors[0].dtype,
            self._reparameterized,
            validate,
            given["allow_nan_stats"],
            given,
            self._tensors,
            scope,
        )

    def _batch_shape(self):
        shape = self._tensors[0].shape
        for tensor in self._tensors[1:]:
            shape = tf.broadcast_static_shape(shape, tensor.shape)
        return shape

    def _batch_shape_tensor(self):
        shape = tf.shape(self._tensors[0])
        for tensor in self._tensors[1:]:
            shape = tf.broadcast_dynamic_shape(shape, tf.shape(tensor))
        return shape

    def _many(self, n):
        return tf.concat([[n], self.batch_shape_tensor()], 0)

    def _spread(self, tensor):
        """The tensor in the shape of the batch."""
        return tensor * tf.ones(self.batch_shape_tensor(), dtype=self._dtype)


def _parameter(name, text):
    return property(lambda self: getattr(self, f"_{name}"), doc=text)


class Normal(_Broadcast):
    """The normal distribution."""

    _positive = ("scale",)

    @explained(TEXTS)
    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="Normal"):
        """Takes the parameters."""
        self._set(dict(locals()), ("loc", "scale"))

    loc, scale = _parameter("loc", TEXTS["loc"]), _parameter("scale", TEXTS["scale"])

    def _sample_n(self, n, seed=None):
        return (
            tf.random_normal(self._many(n), 0.0, 1.0, self._dtype, seed) * self._scale + self._loc
        )

    def _z(self, x):
        return (x - self._loc) / self._scale

    def _log_prob(self, x):
        return -0.5 * tf.square(self._z(x)) - (0.5 * math.log(2.0 * math.pi) + tf.log(self._scale))

    def _cdf(self, x):
        return 0.5 * tf.erfc(-self._z(x) * math.sqrt(0.5))

    def _log_cdf(self, x):
        return log_ndtr(self._z(x))

    def _survival_function(self, x):
        return 0.5 * tf.erfc(self._z(x) * math.sqrt(0.5))

    def _log_survival_function(self, x):
        return log_ndtr(-self._z(x))

    def _entropy(self):
        return self._spread(0.5 * math.log(2.0 * math.pi * math.e) + tf.log(self._scale))

    def _mean(self):
        return self._spread(self._loc)

    _mode = _mean

    def _stddev(self):
        return self._spread(self._scale)

    def _quantile(self, p):
        return self._loc + self._scale * ndtri(p)


def ndtri(p):
    """The inverse of the normal distribution function.

    Giles' polynomials (2012) for the inverse error function, and two Newton steps; both from `p`
    itself, so that small shares keep their digits.

    Args:
      p: floating-point `Tensor` of values in [0, 1].
    """
    y = 2.0 * p - 1.0
    w = -tf.log(4.0 * p * (1.0 - p))
    near, far = w - 2.5, tf.sqrt(tf.maximum(w, 5.0)) - 3.0
    evaluate = lambda factors, t: sum(c * t ** (8 - i) for i, c in enumerate(factors))
    x = y * tf.where(w < 5.0, evaluate(_NEAR, near), evaluate(_FAR, far))
    inside = tf.logical_and(p > 0.0, p < 1.0)
    for _ in range(2):
        slope = 2.0 / math.sqrt(math.pi) * tf.exp(-x * x)
        step = (tf.erfc(-x) - 2.0 * p) / slope
        x = tf.where(tf.logical_and(inside, tf.is_finite(step)), x - step, x)
    return math.sqrt(2.0) * tf.where(inside, x, y * np.inf)


_NEAR = (2.81022636e-08, 3.43273939e-07, -3.5233877e-06, -4.39150654e-06, 0.00021858087,
         -0.00125372503, -0.00417768164, 0.246640727, 1.50140941)  # fmt: skip
_FAR = (-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
        -0.0076224613, 0.00943887047, 1.00167406, 2.83297682)  # fmt: skip


def log_ndtr(z):
    """The logarithm of the normal distribution function, exact far below 0 too.

    Args:
      z: floating-point `Tensor`.
    """
    limit = -10.0
    low = tf.minimum(z, limit)
    squares = tf.square(low)
    tail = 1.0 - 1.0 / squares + 3.0 / squares**2 - 15.0 / squares**3  # asymptotic series
    far = -0.5 * squares - tf.log(-low) - 0.5 * math.log(2.0 * math.pi) + tf.log(tail)
    high = tf.maximum(z, limit)
    return tf.where(z > limit, tf.log(0.5 * tf.erfc(-high * math.sqrt(0.5))), far)


class Laplace(_Broadcast):
    """The Laplace distribution: exponential to both sides."""

    _positive = ("scale",)

    @explained(TEXTS)
    def __init__(self, loc, scale, validate_args=False, allow_nan_stats=True, name="Laplace"):
        """Takes the parameters."""
        self._set(dict(locals()), ("loc", "scale"))

    loc, scale = _parameter("loc", TEXTS["loc"]), _parameter("scale", TEXTS["scale"])

    def _sample_n(self, n, seed=None):
        least = np.nextafter(self._dtype.as_numpy_dtype(-1.0), self._dtype.as_numpy_dtype(0.0))
        u = tf.random_uniform(self._many(n), least, 1.0, self._dtype, seed)
        return self._loc - self._scale * tf.sign(u) * tf.log1p(-tf.abs(u))

    def _z(self, x):
        return (x - self._loc) / self._scale

    def _log_prob(self, x):
        return -tf.abs(self._z(x)) - math.log(2.0) - tf.log(self._scale)

    def _cdf(self, x):
        z = self._z(x)
        return 0.5 + 0.5 * tf.sign(z) * (1.0 - tf.exp(-tf.abs(z)))

    def _entropy(self):
        return self._spread(math.log(2.0) + 1.0 + tf.log(self._scale))

    def _mean(self):
        return self._spread(self._loc)

    _mode = _mean

    def _stddev(self):
        return self._spread(math.sqrt(2.0) * self._scale)


class Uniform(_Broadcast):
    """The uniform distribution over an interval, without its upper end."""

    @explained(TEXTS)
    def __init__(
        self, low=0.0, high=1.0, validate_args=False, allow_nan_stats=True, name="Uniform"
    ):
        """Takes the parameters."""
        self._set(dict(locals()), ("low", "high"))

    low, high = _parameter("low", TEXTS["low"]), _parameter("high", TEXTS["high"])

    def range(self, name="range"):
        """How long the interval is.

        Args:
          name: name of the scope.
        """
        with self._scope(name):
            return self._high - self._low

    def _sample_n(self, n, seed=None):
        sampled = tf.random_uniform(self._many(n), dtype=self._dtype, seed=seed)
        return self._low + sampled * self.range()

    def _prob(self, x):
        x = x * tf.ones(tf.broadcast_dynamic_shape(tf.shape(x), self.batch_shape_tensor()), x.dtype)
        outside = tf.logical_or(x < self._low, x >= self._high)
        inside = tf.ones_like(x) / self.range()
        return tf.where(tf.is_nan(x), x, tf.where(outside, tf.zeros_like(x), inside))

    def _cdf(self, x):
        return tf.clip_by_value((x - self._low) / self.range(), 0.0, 1.0)

    def _entropy(self):
        return tf.log(self.range())

    def _mean(self):
        return (self._low + self._high) / 2.0

    def _variance(self):
        return tf.square(self.range()) / 12.0

    def _stddev(self):
        return self.range() / math.sqrt(12.0)


class Gamma(_Broadcast):
    """The gamma distribution."""

    _positive = ("concentration", "rate")
    _reparameterized = FULLY_REPARAMETERIZED

    @explained(TEXTS)
    def __init__(
        self, concentration, rate, validate_args=False, allow_nan_stats=True, name="Gamma"
    ):
        """Takes the parameters."""
        self._set(dict(locals()), ("concentration", "rate"))

    concentration = _parameter("concentration", TEXTS["concentration"])
    rate = _parameter("rate", TEXTS["rate"])

    def _sample_n(self, n, seed=None):
        return random_gamma([n], self._concentration, self._rate, self._dtype, seed)

    def _log_prob(self, x):
        return (
            tf.math.xlogy(self._concentration - 1.0, x)
            - self._rate * x
            - (tf.lgamma(self._concentration) - self._concentration * tf.log(self._rate))
        )

    def _cdf(self, x):
        return tf.igamma(self._spread(self._concentration), self._rate * x)

    def _entropy(self):
        a = self._concentration
        return a - tf.log(self._rate) + tf.lgamma(a) + (1.0 - a) * tf.digamma(a)

    def _mean(self):
        return self._concentration / self._rate

    def _variance(self):
        return self._concentration / tf.square(self._rate)

    def _stddev(self):
        return tf.sqrt(self._concentration) / self._rate

    def _mode(self):
        mode = (self._concentration - 1.0) / self._rate
        defined = tf.logical_and(self._concentration > 1.0, tf.ones_like(mode) > 0)
        return self._undefined(mode, defined, "mode not defined when any concentration <= 1")


def derived_seed(seed, salt):
    """The seed of a distribution's second draw, as TensorFlow makes it of the first one's.

    Args:
      seed: Python integer, or None.
      salt: str, the distribution's name.

    Returns:
      A Python integer below 2**31; None for None.
    """
    if seed is None:
        return None
    digest = hashlib.md5(f"{seed}{salt}".encode(), usedforsecurity=False).hexdigest()
    return int(digest[:8], 16) & 0x7FFFFFFF


def random_gamma(shape, alpha, beta, dtype, seed):
    """Values of gamma distributions.

    Args:
      shape: first dimensions of the result.
      alpha: the concentrations.
      beta: the rates.
      dtype: type of the result.
      seed: Python integer, or None.

    Returns:
      A `Tensor` of the first dimensions and those of the parameters.
    """
    return tf.random_gamma(shape, alpha, beta, dtype, seed)


class Exponential(Gamma):
    """The exponential distribution."""

    _positive = ("rate",)

    @explained(TEXTS, rate="1 / the mean; positive.")
    def __init__(self, rate, validate_args=False, allow_nan_stats=True, name="Exponential"):
        """Takes the parameters."""
        self._set(dict(locals()), ("rate",))
        self._concentration = tf.ones([], self._dtype)

    def _sample_n(self, n, seed=None):
        tiny = np.finfo(self._dtype.as_numpy_dtype).tiny  # the logarithm of 0 is not finite
        sampled = tf.random_uniform(self._many(n), tiny, 1.0, self._dtype, seed)
        return -tf.log(sampled) / self._rate

    def _cdf(self, x):
        return -tf.expm1(-self._rate * x)

    def _log_survival_function(self, x):
        return -self._rate * x


class StudentT(_Broadcast):
    """Student's t-distribution."""

    _positive = ("df",)

    @explained(TEXTS, scale="how wide it is; its sign does not count.")
    def __init__(self, df, loc, scale, validate_args=False, allow_nan_stats=True, name="StudentT"):
        """Takes the parameters."""
        self._set(dict(locals()), ("df", "loc", "scale"))

    df = _parameter("df", TEXTS["df"])
    loc, scale = _parameter("loc", TEXTS["loc"]), _parameter("scale", TEXTS["scale"])

    def _sample_n(self, n, seed=None):
        normal = tf.random_normal(self._many(n), dtype=self._dtype, seed=seed)
        half = 0.5 * self._spread(self._df)
        chi = random_gamma([n], half, 0.5, self._dtype, derived_seed(seed, "student_t"))
        return normal * tf.rsqrt(chi / self._df) * self._scale + self._loc

    def _log_prob(self, x):
        y = (x - self._loc) / self._scale
        return -0.5 * (self._df + 1.0) * tf.log1p(y**2.0 / self._df) - (
            tf.log(tf.abs(self._scale))
            + 0.5 * tf.log(self._df)
            + 0.5 * math.log(math.pi)
            + tf.lgamma(0.5 * self._df)
            - tf.lgamma(0.5 * (self._df + 1.0))
        )

    def _cdf(self, x):
        y = (x - self._loc) / tf.abs(self._scale)
        df = self._df + tf.zeros_like(y)
        tail = 0.5 * tf.betainc(0.5 * df, 0.5 * tf.ones_like(y), df / (y**2.0 + df))
        return tf.where(y < 0.0, tail, 1.0 - tail)

    def _entropy(self):
        v = self._spread(self._df)
        return (
            tf.log(tf.abs(self._scale))
            + 0.5 * tf.log(v)
            + _log_beta(0.5 * v, tf.fill(tf.shape(v), tf.constant(0.5, v.dtype)))
            + 0.5 * (v + 1.0) * (tf.digamma(0.5 * (v + 1.0)) - tf.digamma(0.5 * v))
        )

    def _mean(self):
        mean = self._spread(self._loc)
        defined = self._df > tf.ones(self.batch_shape_tensor(), self._dtype)
        return self._undefined(mean, defined, "mean not defined for components of df <= 1")

    def _mode(self):
        return tf.identity(self._loc)

    def _variance(self):
        df = self._spread(self._df)
        safe = tf.where(df > 2.0, df - 2.0, tf.ones_like(df))
        variance = tf.square(self._spread(self._scale)) * df / safe
        variance = tf.where(
            df > 2.0, variance, tf.fill(tf.shape(df), tf.constant(np.inf, df.dtype))
        )
        return self._undefined(variance, df > 1.0, "variance not defined for components of df <= 1")


def _log_beta(a, b):
    return tf.lgamma(a) + tf.lgamma(b) - tf.lgamma(a + b)


class Beta(_Broadcast):
    """The beta distribution, over [0, 1]."""

    _positive = ("concentration1", "concentration0")

    @explained(TEXTS)
    def __init__(
        self,
        concentration1=None,
        concentration0=None,
        validate_args=False,
        allow_nan_stats=True,
        name="Beta",
    ):
        """Takes the parameters."""
        self._set(dict(locals()), ("concentration1", "concentration0"))

    concentration0 = _parameter("concentration0", TEXTS["concentration0"])
    concentration1 = _parameter("concentration1", TEXTS["concentration1"])

    @property
    def total_concentration(self):
        """The sum of the two weights."""
        return self._concentration1 + self._concentration0

    def _sample_n(self, n, seed=None):
        one, zero = (self._spread(c) for c in (self._concentration1, self._concentration0))
        a = random_gamma([n], one, 1.0, self._dtype, seed)
        b = random_gamma([n], zero, 1.0, self._dtype, derived_seed(seed, "beta"))
        return a / (a + b)

    def _log_prob(self, x):
        return (
            tf.math.xlogy(self._concentration1 - 1.0, x)
            + (self._concentration0 - 1.0) * tf.log1p(-x)
            - _log_beta(self._concentration1, self._concentration0)
        )

    def _cdf(self, x):
        zeros = tf.zeros_like(x + self.total_concentration)
        return tf.betainc(self._concentration1 + zeros, self._concentration0 + zeros, x + zeros)

    def _entropy(self):
        one, zero, total = self._concentration1, self._concentration0, self.total_concentration
        return (
            _log_beta(one, zero)
            - (one - 1.0) * tf.digamma(one)
            - (zero - 1.0) * tf.digamma(zero)
            + (total - 2.0) * tf.digamma(total)
        )

    def _mean(self):
        return self._concentration1 / self.total_concentration

    def _variance(self):
        mean = self._mean()
        return mean * (1.0 - mean) / (1.0 + self.total_concentration)

    def _mode(self):
        mode = (self._concentration1 - 1.0) / (self.total_concentration - 2.0)
        defined = tf.logical_and(self._concentration1 > 1.0, self._concentration0 > 1.0)
        return self._undefined(mode, defined, "mode undefined for concentration <= 1")


# --- divergences --------------------------------------------------------------------------------


@RegisterKL(Normal, Normal)
def _normals(a, b, name=None):
    ratio = tf.square(a.scale / b.scale)
    return tf.square(a.loc - b.loc) / (2.0 * tf.square(b.scale)) + 0.5 * (
        ratio - 1.0 - tf.log(ratio)
    )


@RegisterKL(Gamma, Gamma)
def _gammas(a, b, name=None):
    return (
        (a.concentration - b.concentration) * tf.digamma(a.concentration)
        + tf.lgamma(b.concentration)
        - tf.lgamma(a.concentration)
        + b.concentration * (tf.log(a.rate) - tf.log(b.rate))
        + a.concentration * (b.rate / a.rate - 1.0)
    )


@RegisterKL(Beta, Beta)
def _betas(a, b, name=None):
    return (
        _log_beta(b.concentration1, b.concentration0)
        - _log_beta(a.concentration1, a.concentration0)
        + (a.concentration1 - b.concentration1) * tf.digamma(a.concentration1)
        + (a.concentration0 - b.concentration0) * tf.digamma(a.concentration0)
        + (b.total_concentration - a.total_concentration) * tf.digamma(a.total_concentration)
    )
