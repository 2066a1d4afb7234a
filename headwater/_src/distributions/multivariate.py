"""The normal distribution over vectors, with a diagonal covariance."""

import math

import headwater as tf
from headwater._src.core.explain import explained
from headwater._src.distributions.base import FULLY_REPARAMETERIZED, Distribution, RegisterKL
from headwater._src.distributions.continuous import TEXTS, tensors


class MultivariateNormalDiag(Distribution):
    """Vectors of independent normal values."""

    @explained(
        TEXTS,
        loc="the mean, along the last dimension; None: zeros.",
        scale_diag="the standard deviations, along the last dimension; None: ones.",
        scale_identity_multiplier="added to each of them.",
    )
    def __init__(
        self,
        loc=None,
        scale_diag=None,
        scale_identity_multiplier=None,
        validate_args=False,
        allow_nan_stats=True,
        name="MultivariateNormalDiag",
    ):
        """Takes the parameters."""
        given = {k: v for k, v in locals().items() if k not in ("self", "__class__")}
        if loc is None and scale_diag is None:
            raise ValueError("MultivariateNormalDiag needs loc or scale_diag")
        with tf.name_scope(name) as scope:
            (some,) = tensors(False, ["some"], [scale_diag if loc is None else loc])
            if scale_diag is not None:
                scale = tf.convert_to_tensor(scale_diag, some.dtype, name="scale_diag")
                if scale_identity_multiplier is not None:
                    scale = (
                        scale
                        + tf.convert_to_tensor(scale_identity_multiplier, some.dtype)[..., None]
                    )
            else:
                factor = 1.0 if scale_identity_multiplier is None else scale_identity_multiplier
                scale = tf.ones_like(some) * tf.convert_to_tensor(factor, some.dtype)[..., None]
            self._loc = tf.zeros_like(scale) + (0.0 if loc is None else some)
            self._scale = scale + tf.zeros_like(self._loc)
        super().__init__(
            some.dtype, FULLY_REPARAMETERIZED, validate_args, allow_nan_stats, given,
            [self._loc, self._scale], scope,
        )  # fmt: skip

    @property
    def loc(self):
        """The mean."""
        return self._loc

    def _batch_shape(self):
        return self._loc.shape[:-1]

    def _batch_shape_tensor(self):
        return tf.shape(self._loc)[:-1]

    def _event_shape(self):
        return self._loc.shape[-1:]

    def _event_shape_tensor(self):
        return tf.shape(self._loc)[-1:]

    def _sample_n(self, n, seed=None):
        shape = tf.concat([[n], tf.shape(self._loc)], 0)
        return self._loc + self._scale * tf.random_normal(shape, dtype=self._dtype, seed=seed)

    def _log_scale(self):
        return tf.reduce_sum(tf.log(tf.abs(self._scale)), -1)

    def _size(self):
        return tf.cast(tf.shape(self._loc)[-1], self._dtype)

    def _log_prob(self, x):
        squares = tf.reduce_sum(tf.square((x - self._loc) / self._scale), -1)
        return -0.5 * squares - 0.5 * math.log(2 * math.pi) * self._size() - self._log_scale()

    def _entropy(self):
        return 0.5 * (1.0 + math.log(2 * math.pi)) * self._size() + self._log_scale()

    def _mean(self):
        return tf.identity(self._loc)

    _mode = _mean

    def _variance(self):
        return tf.square(self._scale)

    def _stddev(self):
        return tf.abs(self._scale)

    def _covariance(self):
        return tf.matrix_diag(tf.square(self._scale))


@RegisterKL(MultivariateNormalDiag, MultivariateNormalDiag)
def _normals(a, b, name=None):
    ratio = tf.square(a._scale / b._scale)
    moved = tf.square((a.loc - b.loc) / b._scale)
    return 0.5 * tf.reduce_sum(ratio + moved - 1.0 - tf.log(ratio), -1)
