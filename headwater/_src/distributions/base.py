"""What all distributions share: shapes, names, and each quantity from others that are there."""

import contextlib
import inspect

import numpy as np

import headwater as tf


class ReparameterizationType:
    """Whether samples are differentiable functions of the parameters.

    Args:
      rep_type: a string that says it.
    """

    def __init__(self, rep_type):
        self._rep_type = rep_type

    def __repr__(self):
        return f"<Reparameteriation Type: {self._rep_type}>"


FULLY_REPARAMETERIZED = ReparameterizationType("FULLY_REPARAMETERIZED")
NOT_REPARAMETERIZED = ReparameterizationType("NOT_REPARAMETERIZED")


def _from(method, others, doc, value=True):
    """A public method: `_method`, or what `others` make of other methods that are there."""
    if value:

        def public(self, value, name=method):
            with self._scope(name, value):
                value = tf.convert_to_tensor(value, dtype=self._value_dtype)
                return self._call(method, others, value)

    else:

        def public(self, name=method):
            with self._scope(name):
                return self._call(method, others)

    public.__name__ = method
    args = "  value: `Tensor` of the distribution's type.\n" if value else ""
    public.__doc__ = f"{doc}\n\nArgs:\n{args}  name: name of the scope.\n"
    return public


def _exp(method):
    return f"_{method}", lambda self, *a: tf.exp(getattr(self, f"_{method}")(*a))


def _log(method):
    return f"_{method}", lambda self, *a: tf.log(getattr(self, f"_{method}")(*a))


class Distribution:
    """A distribution: a batch of distributions of one kind, each over events of one shape.

    Subclasses define `_log_prob`, `_sample_n`, `_mean` and so on.

    Args:
      dtype: type of the samples.
      reparameterization_type: `FULLY_REPARAMETERIZED` or `NOT_REPARAMETERIZED`.
      validate_args: whether parameters and values are checked when they run.
      allow_nan_stats: whether a statistic that is not defined is NaN, or an error.
      parameters: dict of the arguments it was made with.
      graph_parents: list of tensors it is made of.
      name: name of the scope of its operations.
    """

    def __init__(
        self,
        dtype,
        reparameterization_type,
        validate_args,
        allow_nan_stats,
        parameters=None,
        graph_parents=None,
        name=None,
    ):
        name = name or type(self).__name__
        if not name.endswith("/"):
            with tf.name_scope(name) as name:
                pass
        self._dtype, self._name = dtype, name
        self._reparameterization_type = reparameterization_type
        self._validate_args, self._allow_nan_stats = validate_args, allow_nan_stats
        self._parameters = {
            k: v for k, v in (parameters or {}).items() if k != "self" and not k.startswith("__")
        }
        self._graph_parents = graph_parents or []

    # -- how quantities are found ----------------------------------------------------------------

    _value_dtype = property(lambda self: self._dtype)

    @contextlib.contextmanager
    def _scope(self, name, *values):
        with tf.name_scope(self._name), tf.name_scope(name, values=[*values, *self._graph_parents]):
            yield

    def _call(self, method, others, *args):
        if hasattr(self, f"_{method}"):
            return getattr(self, f"_{method}")(*args)
        for needed, function in others:
            if hasattr(self, needed):
                return function(self, *args)
        raise NotImplementedError(f"{method} is not implemented: {type(self).__name__}")

    log_prob = _from("log_prob", [_log("prob")], "The logarithm of the density, or probability.")
    prob = _from("prob", [_exp("log_prob")], "The density, or probability.")
    log_cdf = _from("log_cdf", [_log("cdf")], "The logarithm of P[X <= value].")
    cdf = _from(
        "cdf",
        [_exp("log_cdf"), ("_survival_function", lambda s, x: 1.0 - s._survival_function(x))],
        "P[X <= value].",
    )
    log_survival_function = _from(
        "log_survival_function",
        [
            ("_log_cdf", lambda s, x: tf.log1p(-tf.exp(s._log_cdf(x)))),
            ("_cdf", lambda s, x: tf.log(1.0 - s._cdf(x))),
        ],
        "The logarithm of P[X > value].",
    )
    survival_function = _from(
        "survival_function",
        [
            _exp("log_survival_function"),
            ("_cdf", lambda s, x: 1.0 - s._cdf(x)),
            ("_log_cdf", lambda s, x: 1.0 - tf.exp(s._log_cdf(x))),
        ],
        "P[X > value].",
    )
    quantile = _from("quantile", [], "The value below which a share of the samples is.")
    entropy = _from("entropy", [], "Shannon's entropy, in nats.", False)
    mean = _from("mean", [], "The mean.", False)
    mode = _from("mode", [], "The value of greatest probability.", False)
    variance = _from(
        "variance", [("_stddev", lambda s: tf.square(s._stddev()))], "The variance.", False
    )
    stddev = _from(
        "stddev",
        [("_variance", lambda s: tf.sqrt(s._variance()))],
        "The standard deviation.",
        False,
    )
    covariance = _from("covariance", [], "The covariance of the parts of an event.", False)

    def sample(self, sample_shape=(), seed=None, name="sample"):
        """Random values.

        Args:
          sample_shape: how many: the first dimensions of the result.
          seed: Python integer for repeatable numbers.
          name: name of the scope.

        Returns:
          `Tensor` `sample_shape + batch_shape + event_shape`.
        """
        with self._scope(name):
            shape = tf.convert_to_tensor(sample_shape, dtype=tf.int32, name="sample_shape")
            known = tf.get_static_value(shape)
            n = tf.reduce_prod(shape)
            shape = tf.reshape(shape, [-1]) if shape.shape.ndims == 0 else shape
            flat = self._sample_n(n, seed)
            result = tf.reshape(flat, tf.concat([shape, tf.shape(flat)[1:]], 0))
            rest = self.batch_shape.concatenate(self.event_shape)
            if known is not None:
                result.set_shape(tf.TensorShape(list(np.atleast_1d(known))).concatenate(rest))
            return result

    def cross_entropy(self, other, name="cross_entropy"):
        """The cross entropy with another distribution.

        Args:
          other: a `Distribution`.
          name: name of the scope.
        """
        with self._scope(name):
            return kl_divergence(self, other) + self._entropy()

    def kl_divergence(self, other, name="kl_divergence"):
        """How much another distribution differs, in nats.

        Args:
          other: a `Distribution`.
          name: name of the scope.
        """
        with self._scope(name):
            return kl_divergence(self, other, allow_nan_stats=self._allow_nan_stats)

    # -- what it is ------------------------------------------------------------------------------

    @property
    def dtype(self):
        """Type of the samples."""
        return self._dtype

    @property
    def name(self):
        """Name of the scope of its operations."""
        return self._name

    @property
    def parameters(self):
        """Dict of the arguments it was made with."""
        return dict(self._parameters)

    @property
    def reparameterization_type(self):
        """Whether samples are differentiable functions of the parameters."""
        return self._reparameterization_type

    @property
    def allow_nan_stats(self):
        """Whether a statistic that is not defined is NaN, or an error."""
        return self._allow_nan_stats

    @property
    def validate_args(self):
        """Whether parameters and values are checked when they run."""
        return self._validate_args

    @property
    def batch_shape(self):
        """Shape of the batch, as far as it is known."""
        return tf.TensorShape(self._batch_shape())

    @property
    def event_shape(self):
        """Shape of an event, as far as it is known."""
        return tf.TensorShape(self._event_shape())

    def batch_shape_tensor(self, name="batch_shape_tensor"):
        """Shape of the batch, as an int32 vector.

        Args:
          name: name of the scope.
        """
        with self._scope(name):
            if self.batch_shape.is_fully_defined():
                return tf.constant(self.batch_shape.as_list(), tf.int32, name="batch_shape")
            return self._batch_shape_tensor()

    def event_shape_tensor(self, name="event_shape_tensor"):
        """Shape of an event, as an int32 vector.

        Args:
          name: name of the scope.
        """
        with self._scope(name):
            if self.event_shape.is_fully_defined():
                return tf.constant(self.event_shape.as_list(), tf.int32, name="event_shape")
            return self._event_shape_tensor()

    def is_scalar_event(self, name="is_scalar_event"):
        """Whether an event is a scalar.

        Args:
          name: name of the scope.
        """
        with self._scope(name):
            return tf.convert_to_tensor(self.event_shape.ndims == 0)

    def is_scalar_batch(self, name="is_scalar_batch"):
        """Whether the batch is one distribution.

        Args:
          name: name of the scope.
        """
        with self._scope(name):
            return tf.convert_to_tensor(self.batch_shape.ndims == 0)

    def copy(self, **override_parameters_kwargs):
        """The distribution, with some arguments changed.

        Args:
          **override_parameters_kwargs: the arguments to change.
        """
        return type(self)(**{**self._parameters, **override_parameters_kwargs})

    @classmethod
    def param_shapes(cls, sample_shape, name="DistributionParamShapes"):
        """The shapes that parameters need for samples of a shape.

        Args:
          sample_shape: the shape, as a `Tensor` or list.
          name: name of the scope.

        Returns:
          Dict from parameters' names to shapes.
        """
        with tf.name_scope(name, values=[sample_shape]):
            return cls._param_shapes(tf.convert_to_tensor(sample_shape, dtype=tf.int32))

    @classmethod
    def param_static_shapes(cls, sample_shape):
        """`param_shapes` for a shape that is known.

        Args:
          sample_shape: list of integers or `TensorShape`.

        Raises:
          ValueError: the shape is not known.
        """
        shape = tf.TensorShape(sample_shape)
        if not shape.is_fully_defined():
            raise ValueError("TensorShape sample_shape must be fully defined")
        found = cls.param_shapes(shape.as_list())
        return {k: tf.TensorShape(list(tf.get_static_value(v))) for k, v in found.items()}

    @classmethod
    def _param_shapes(cls, sample_shape):
        arguments = inspect.signature(cls).parameters
        known = ("loc", "scale", "df", "low", "high", "concentration", "rate", "logits")
        return {name: sample_shape for name in known if name in arguments}

    # -- for subclasses --------------------------------------------------------------------------

    def _batch_shape(self):
        return tf.TensorShape(None)

    def _event_shape(self):
        return []

    def _event_shape_tensor(self):
        return tf.constant([], tf.int32)

    def _undefined(self, value, is_defined, what):
        """The statistic where it is defined, else NaN, or an error."""
        if self._allow_nan_stats:
            nan = tf.fill(tf.shape(value), tf.constant(np.nan, value.dtype))
            return tf.where(is_defined, value, nan)
        with tf.control_dependencies([tf.Assert(tf.reduce_all(is_defined), [what])]):
            return tf.identity(value)

    def __repr__(self):
        return (
            f"<tf.distributions.{type(self).__name__} {self._name!r} batch_shape="
            f"{self.batch_shape} event_shape={self.event_shape} dtype={self._dtype.name}>"
        )


# --- divergence ---------------------------------------------------------------------------------

_DIVERGENCES = {}


class RegisterKL:
    """Decorator of a function of two distributions and a name, which gives their divergence.

    Args:
      dist_cls_a: class of the first.
      dist_cls_b: class of the second.
    """

    def __init__(self, dist_cls_a, dist_cls_b):
        self._key = (dist_cls_a, dist_cls_b)

    def __call__(self, kl_fn):
        """Registers a function.

        Args:
          kl_fn: the function.

        Returns:
          The function.

        Raises:
          TypeError: it is none.
          ValueError: the classes have one.
        """
        if not callable(kl_fn):
            raise TypeError(f"kl_fn must be callable, received: {kl_fn}")
        if self._key in _DIVERGENCES:
            names = [c.__name__ for c in self._key]
            raise ValueError(
                f"KL({names[0]} || {names[1]}) has already been registered to: "
                f"{_DIVERGENCES[self._key]}"
            )
        _DIVERGENCES[self._key] = kl_fn
        return kl_fn


def kl_divergence(distribution_a, distribution_b, allow_nan_stats=True, name=None):
    """How much the second distribution differs from the first, in nats.

    Args:
      distribution_a: a `Distribution`.
      distribution_b: a `Distribution`.
      allow_nan_stats: whether NaN is a result, or an error.
      name: name of the scope.

    Returns:
      `Tensor` of the shape of the batch.

    Raises:
      NotImplementedError: nothing is registered for the classes.
    """
    for a in type(distribution_a).__mro__:
        for b in type(distribution_b).__mro__:
            if (a, b) in _DIVERGENCES:
                with tf.name_scope("KullbackLeibler" if name is None else name):
                    found = _DIVERGENCES[a, b](distribution_a, distribution_b, name=name)
                    return found if allow_nan_stats else tf.check_numerics(found, "KL is NaN")
    raise NotImplementedError(
        "No KL(distribution_a || distribution_b) registered for distribution_a type "
        f"{type(distribution_a).__name__} and distribution_b type {type(distribution_b).__name__}"
    )
