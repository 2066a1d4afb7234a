"""Random tensors. The numbers are TensorFlow's own for the same seeds; see `graph.seeds` and
`xp.philox`.
"""

import math

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.seeds import get_seed
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, known_dims, text
from headwater._src.ops._static import shape_tensor

_FLOATS = "{half, bfloat16, float, double}"


def random_shape(shape):
    """The shape of a random tensor is what its shape input says."""
    if shape.dims is not None and len(shape.dims) != 1:
        raise ShapeError(f"Shape must be rank 1 but is rank {len(shape.dims)}")
    return known_dims(shape)


def _dims(shape):
    if np.ndim(shape) != 1:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"shape must be a vector of {{int32,int64}}, got shape {text(np.shape(shape))}",
        )
    dims = np.asarray(shape).tolist()
    if any(d < 0 for d in dims):
        raise errors.InvalidArgumentError(None, None, f"Dimension {min(dims)} must be >= 0")
    return tuple(dims)


def _seeds(seed):
    first, second = get_seed(seed)
    return {"seed": first or 0, "seed2": second or 0}


def fill_reserve(shape, **attrs):
    """Philox blocks that a kernel which fills a tensor takes: 256 for each element, used or not."""
    return math.prod(shape) * 256


# --- uniform ----------------------------------------------------------------------------------

RandomUniform = define_op(
    "RandomUniform",
    inputs="shape: T",
    outputs="output: dtype",
    attrs=["seed: int = 0", "seed2: int = 0", f"dtype: {_FLOATS}", "T: {int32, int64}"],
    shape=random_shape,
    stateful=True,
)


@RandomUniform.sample(static=["shape"], reserve=fill_reserve)
def random_uniform_sample(xp, key, shape, *, dtype):
    return xp.random_uniform(key, _dims(shape), dtype.as_numpy_dtype)


RandomUniformInt = define_op(
    "RandomUniformInt",
    inputs="shape: T, minval: Tout, maxval: Tout",
    outputs="output: Tout",
    attrs=["seed: int = 0", "seed2: int = 0", "Tout: {int32, int64}", "T: {int32, int64}"],
    stateful=True,
)


@RandomUniformInt.shape
def random_uniform_int_shape(shape, minval, maxval):
    for bound in (minval, maxval):
        if bound.dims is not None and len(bound.dims) != 0:
            raise ShapeError(f"Shape must be rank 0 but is rank {len(bound.dims)}")
    return random_shape(shape)


@RandomUniformInt.sample(static=["shape"], reserve=fill_reserve)
def random_uniform_int_sample(xp, key, shape, minval, maxval, *, Tout):
    dims = _dims(shape)
    if 0 not in dims:
        xp.require(
            minval < maxval,
            lambda: errors.InvalidArgumentError(
                None, None, f"Need minval < maxval, got {minval} >= {maxval}"
            ),
        )
    return xp.random_uniform_int(key, dims, minval, maxval, Tout.as_numpy_dtype)


@public
def random_uniform(shape, minval=0, maxval=None, dtype=dtypes.float32, seed=None, name=None):
    """Numbers drawn evenly from `[minval, maxval)`.

    Args:
      shape: vector of integers.
      minval: lower bound, included (default 0).
      maxval: upper bound, not included (default 1 for floating-point types; integers need one).
      dtype: floating-point type, `tf.int32` or `tf.int64`.
      seed: the op's own seed; see `tf.set_random_seed`.
      name: name of the node.

    Returns:
      A `Tensor`, with new numbers in every `Session.run`.

    Raises:
      ValueError: `dtype` is not possible, or is an integer type and `maxval` is missing.
    """
    dtype = dtypes.as_dtype(dtype)
    if dtype not in (
        dtypes.float16,
        dtypes.bfloat16,
        dtypes.float32,
        dtypes.float64,
        dtypes.int32,
        dtypes.int64,
    ):
        raise ValueError(
            f"Argument `dtype` got invalid value {dtype!r}. Accepted dtypes are float16, "
            "bfloat16, float32, float64, int32, int64."
        )
    if maxval is None:
        if dtype.is_integer:
            raise ValueError(f"Must specify maxval for integer dtype {dtype!r}")
        maxval = 1
    with scope(name, "random_uniform", [shape, minval, maxval]) as node_name:
        shape = shape_argument(shape)
        from_zero = minval.__class__ is int and minval == 0
        if from_zero and dtype.is_floating and maxval.__class__ is int and maxval == 1:
            # The kernel's own bounds: no arithmetic is added for them.
            return raw.RandomUniform(shape, dtype=dtype, **_seeds(seed))
        minval = convert_to_tensor(minval, dtype, "min")
        maxval = convert_to_tensor(maxval, dtype, "max")
        if dtype.is_integer:
            return raw.RandomUniformInt(shape, minval, maxval, **_seeds(seed), name=node_name)
        sample = raw.RandomUniform(shape, dtype=dtype, **_seeds(seed))
        if from_zero:
            return raw.Mul(sample, maxval)
        spread = raw.Sub(maxval, minval, name="sub")
        return raw.AddV2(raw.Mul(sample, spread, name="mul"), minval, name=node_name)


def shape_argument(shape):
    """The shape argument of a random function as a tensor."""
    if isinstance(shape, (list, tuple)) and not shape:
        return convert_to_tensor(shape, dtypes.int32, "shape")
    return convert_to_tensor(shape, name="shape")


# --- normal -----------------------------------------------------------------------------------

RandomStandardNormal = define_op(
    "RandomStandardNormal",
    inputs="shape: T",
    outputs="output: dtype",
    attrs=["seed: int = 0", "seed2: int = 0", f"dtype: {_FLOATS}", "T: {int32, int64}"],
    shape=random_shape,
    stateful=True,
)


@RandomStandardNormal.sample(static=["shape"], reserve=fill_reserve)
def random_standard_normal_sample(xp, key, shape, *, dtype):
    return xp.random_normal(key, _dims(shape), dtype.as_numpy_dtype)


TruncatedNormal = define_op(
    "TruncatedNormal",
    inputs="shape: T",
    outputs="output: dtype",
    attrs=["seed: int = 0", "seed2: int = 0", f"dtype: {_FLOATS}", "T: {int32, int64}"],
    shape=random_shape,
    stateful=True,
)


@TruncatedNormal.sample(static=["shape"], reserve=fill_reserve)
def truncated_normal_sample(xp, key, shape, *, dtype):
    return xp.truncated_normal(key, _dims(shape), dtype.as_numpy_dtype)


@public
def random_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """Numbers drawn from a normal distribution.

    Args:
      shape: vector of integers.
      mean: number or `Tensor` that broadcasts to `shape`.
      stddev: standard deviation, number or `Tensor` that broadcasts to `shape`.
      dtype: floating-point type.
      seed: the op's own seed; see `tf.set_random_seed`.
      name: name of the node.

    Returns:
      A `Tensor`, with new numbers in every `Session.run`.
    """
    return _normal(
        raw.RandomStandardNormal, "random_normal", shape, mean, stddev, dtype, seed, name
    )


@public
def truncated_normal(shape, mean=0.0, stddev=1.0, dtype=dtypes.float32, seed=None, name=None):
    """Numbers drawn from a normal distribution; those beyond two standard deviations are drawn
    again.

    Args:
      shape: vector of integers.
      mean: number or `Tensor` that broadcasts to `shape`.
      stddev: standard deviation before the truncation.
      dtype: floating-point type.
      seed: the op's own seed; see `tf.set_random_seed`.
      name: name of the node.

    Returns:
      A `Tensor`, with new numbers in every `Session.run`.
    """
    return _normal(raw.TruncatedNormal, "truncated_normal", shape, mean, stddev, dtype, seed, name)


def _normal(op, default_name, shape, mean, stddev, dtype, seed, name):
    with scope(name, default_name, [shape, mean, stddev]) as node_name:
        shape = shape_argument(shape)
        mean = convert_to_tensor(mean, dtype, "mean")
        stddev = convert_to_tensor(stddev, dtype, "stddev")
        sample = op(shape, dtype=dtype, **_seeds(seed))
        return raw.AddV2(raw.Mul(sample, stddev, name="mul"), mean, name=node_name)


for _op in (RandomUniform, RandomUniformInt, RandomStandardNormal, TruncatedNormal):
    _op.no_gradient()

# --- shuffling and cropping -------------------------------------------------------------------

RandomShuffle = define_op(
    "RandomShuffle",
    inputs="value: T",
    outputs="output: T",
    attrs=["seed: int = 0", "seed2: int = 0", "T: type"],
    shape=lambda value: value.dims,
    stateful=True,
)


def shuffle_reserve(shape, **attrs):
    """A word for each exchange, four words to a block; the last row needs none."""
    return -(-max(shape[0] - 1, 0) // 4) if shape else 0


@RandomShuffle.sample(reserve=shuffle_reserve)
def random_shuffle_sample(xp, key, value):
    if value.ndim == 0 or value.shape[0] <= 1:
        return value
    return xp.gather(value, xp.random_permutation(key, value.shape[0]))


RandomShuffle.no_gradient()


@public
def random_shuffle(value, seed=None, name=None):
    """The rows of `value` (its slices along the first dimension) in random order.

    Args:
      value: a `Tensor`.
      seed: the op's own seed; see `tf.set_random_seed`.
      name: name of the node.

    Returns:
      A `Tensor` like `value`.
    """
    return raw.RandomShuffle(value, **_seeds(seed), name=name)


@public
def random_crop(value, size, seed=None, name=None):
    """A block of `value` of the given size, at a random place.

    Args:
      value: a `Tensor`.
      size: vector, the size of the block in each dimension.
      seed: the op's own seed; see `tf.set_random_seed`.
      name: name of the node.

    Returns:
      A `Tensor` of shape `size`.

    Raises:
      InvalidArgumentError: at run time, when `value` is smaller than `size`.
    """
    with scope(name, "random_crop", [value, size]) as node_name:
        value = convert_to_tensor(value, name="value")
        size = convert_to_tensor(size, dtypes.int32, "size")
        shape = shape_tensor(value)
        check = PUBLIC["Assert"](
            PUBLIC["reduce_all"](raw.GreaterEqual(shape, size)),
            ["Need value.shape >= size, got ", shape, size],
            summarize=1000,
        )
        shape = PUBLIC["with_dependencies"]([check], shape)
        limit = shape - size + 1
        offset = raw.FloorMod(
            random_uniform(shape_tensor(shape), dtype=size.dtype, maxval=size.dtype.max, seed=seed),
            limit,
            name="mod",
        )
        return raw.Slice(value, offset, size, name=node_name)
