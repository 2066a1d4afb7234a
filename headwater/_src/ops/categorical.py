"""Draws of class numbers by their log-probabilities: `Multinomial` and its stateless form."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.seeds import get_seed
from headwater._src.ops import _args
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, text, with_rank
from headwater._src.xp import philox_sampling

_NUMBERS = (
    "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"
)
_DRAWN = "output_dtype: {int32, int64} = int64"


def multinomial_shape(logits, num_samples):
    """A row of draws for each row of `logits`."""
    rows, _ = with_rank(logits.dims, 2)
    with_rank(num_samples.dims, 0)
    if num_samples.known is None:
        return (rows, None)
    count = int(num_samples.known)
    if count < 0:
        raise ShapeError(
            "Dimension size, given by scalar input 1, must be non-negative but is " + str(count)
        )
    return (rows, count)


def _draw(xp, key, logits, num_samples, dtype):
    if np.ndim(logits) != 2:
        raise errors.InvalidArgumentError(
            None, None, f"logits should be a matrix, got shape {text(np.shape(logits))}"
        )
    if np.ndim(num_samples) != 0:
        raise errors.InvalidArgumentError(
            None, None, f"num_samples should be a scalar, got shape {text(np.shape(num_samples))}"
        )
    count = int(num_samples)
    if count < 0:
        raise errors.InvalidArgumentError(
            None, None, f"num_samples should be non-negative, got {count}"
        )
    rows, classes = logits.shape
    if classes == 0:
        raise errors.InvalidArgumentError(
            None, None, f"num_classes should be positive, got {classes}"
        )
    return xp.random_multinomial(key, logits, count, dtype.as_numpy_dtype)


Multinomial = define_op(
    "Multinomial",
    inputs="logits: T, num_samples: int32",
    outputs="output: output_dtype",
    attrs=["seed: int = 0", "seed2: int = 0", f"T: {_NUMBERS}", _DRAWN],
    shape=multinomial_shape,
    stateful=True,
)


def multinomial_reserve(shape, **attrs):
    """Counter blocks that a run takes, from the shape of its output."""
    rows, count = shape
    return philox_sampling.reserved("Multinomial", count, rows)


@Multinomial.sample(static=["num_samples"], reserve=multinomial_reserve)
def multinomial_sample(xp, key, logits, num_samples, *, output_dtype):
    return _draw(xp, key, logits, num_samples, output_dtype)


Multinomial.no_gradient()

StatelessMultinomial = define_op(
    "StatelessMultinomial",
    inputs="logits: T, num_samples: int32, seed: Tseed",
    outputs="output: output_dtype",
    attrs=[f"T: {_NUMBERS}", "Tseed: {int32, int64} = int64", _DRAWN],
)


@StatelessMultinomial.shape
def stateless_multinomial_shape(logits, num_samples, seed):
    (size,) = with_rank(seed.dims, 1)
    if size not in (None, 2):
        raise ShapeError(f"Dimension must be 2 but is {size}")
    return multinomial_shape(logits, num_samples)


@StatelessMultinomial.kernel(static=["num_samples"])
def stateless_multinomial_kernel(xp, logits, num_samples, seed, *, output_dtype):
    if np.shape(seed) != (2,):
        raise errors.InvalidArgumentError(
            None, None, f"seed must have shape [2], not {text(np.shape(seed))}"
        )
    return _draw(xp, xp.stateless_state(seed), logits, num_samples, output_dtype)


StatelessMultinomial.no_gradient()


def _drawn_type(dtype):
    dtype = dtypes.int64 if dtype is None else dtypes.as_dtype(dtype)
    if dtype not in (dtypes.int32, dtypes.int64):
        raise ValueError(
            f"Argument `dtype` got invalid value {dtype!r}. "
            "Accepted dtypes are (tf.int32, tf.int64)."
        )
    return dtype


def _categorical(default_name, logits, num_samples, dtype, seed, name):
    with scope(name, default_name, [logits]):
        logits = convert_to_tensor(logits, name="logits")
        first, second = get_seed(seed)
        return raw.Multinomial(
            logits,
            num_samples,
            seed=first or 0,
            seed2=second or 0,
            output_dtype=_drawn_type(dtype),
        )


@public
def multinomial(logits, num_samples, seed=None, name=None, output_dtype=None):
    """Class numbers drawn by their log-probabilities; the old name of `tf.random.categorical`.

    Args:
      logits: floating-point `Tensor` of shape `[batch, classes]`, log-probabilities that need not
        be normalised.
      num_samples: scalar, the number of draws for each row.
      seed: the op's own seed; see `tf.set_random_seed`.
      name: name of the scope of the nodes.
      output_dtype: `tf.int32` or `tf.int64` (the default).

    Returns:
      A `Tensor` of shape `[batch, num_samples]`, with new draws in every `Session.run`.

    Raises:
      ValueError: `output_dtype` is neither, or `logits` is not a matrix.
    """
    _args.deprecated("tf.multinomial", "tf.random.categorical")
    return _categorical("multinomial", logits, num_samples, output_dtype, seed, name)


@public
def categorical(logits, num_samples, dtype=None, seed=None, name=None):
    """Class numbers drawn by their log-probabilities.

    Args:
      logits: floating-point `Tensor` of shape `[batch, classes]`, log-probabilities that need not
        be normalised.
      num_samples: scalar, the number of draws for each row.
      dtype: `tf.int32` or `tf.int64` (the default).
      seed: the op's own seed; see `tf.set_random_seed`.
      name: name of the scope of the nodes.

    Returns:
      A `Tensor` of shape `[batch, num_samples]`, with new draws in every `Session.run`.

    Raises:
      ValueError: `dtype` is neither, or `logits` is not a matrix.
    """
    return _categorical("categorical", logits, num_samples, dtype, seed, name)
