"""Random tensors that are pure functions of a seed pair: the same seed, the same numbers."""

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, known_dims, text, with_rank

_FLOATS = "{half, bfloat16, float, double}"
_ALL_INTEGERS = "{int32, int64, uint32, uint64}"
_SEED = "Tseed: {int32, int64} = int64"
_PHILOX, _AUTO = 1, 3  # how the `alg` inputs number the generators; 2 is ThreeFry
_ALGORITHMS = {"philox": _PHILOX, "auto_select": _AUTO}


def _fail(message):
    raise errors.InvalidArgumentError(None, None, message)


# --- shapes -----------------------------------------------------------------------------------


def _sample_dims(shape):
    with_rank(shape.dims, 1)
    return known_dims(shape)


def _vector_of(value, size):
    (found,) = with_rank(value.dims, 1)
    if found not in (None, size):
        raise ShapeError(f"Dimension must be {size} but is {found}")


def _seeded_shape(shape, seed, *bounds):
    _vector_of(seed, 2)
    for bound in bounds:
        with_rank(bound.dims, 0)
    return _sample_dims(shape)


def _keyed_shape(shape, key, counter, alg, *bounds):
    _vector_of(key, 1)
    with_rank(counter.dims, 1)
    for scalar in (alg, *bounds):
        with_rank(scalar.dims, 0)
    return _sample_dims(shape)


# --- kernels ----------------------------------------------------------------------------------


def _dims(shape):
    if np.ndim(shape) != 1:
        _fail(f"shape must be a vector of {{int32,int64}}, got shape {text(np.shape(shape))}")
    dims = tuple(np.asarray(shape).tolist())
    if any(d < 0 for d in dims):
        _fail(f"Dimension {min(dims)} must be >= 0")
    return dims


def _seeded(xp, seed):
    if np.shape(seed) != (2,):
        _fail(f"seed must have shape [2], not {text(np.shape(seed))}")
    return xp.stateless_state(seed)


def _keyed(xp, key, counter, alg):
    if int(alg) not in (_PHILOX, _AUTO):
        _fail(f"Unsupported algorithm id: {int(alg)}")
    if np.shape(key) != (1,):
        _fail(
            f"key must have shape [1], not {text(np.shape(key))}. (Note that batched keys are not "
            "supported yet.)"
        )
    if np.ndim(counter) != 1:
        _fail(f"counter must be a vector, not of shape {text(np.shape(counter))}")
    if counter.shape[0] < 2:
        raise errors.UnimplementedError(
            None, None, "A counter of fewer than 2 elements is not implemented."
        )
    return xp.stateless_state_of(key, counter)


def _integers(xp, state, dims, minval, maxval, dtype):
    if 0 not in dims:
        xp.require(
            minval < maxval,
            lambda: errors.InvalidArgumentError(
                None, None, f"Need minval < maxval, got {minval} >= {maxval}"
            ),
        )
    # The arithmetic is that of words modulo their number, the same for both signs.
    signed = np.dtype(f"i{dtype.size}")
    low, high = xp.cast(minval, signed), xp.cast(maxval, signed)
    drawn = xp.random_uniform_int(state, dims, low, high, signed)
    return xp.cast(drawn, dtype.as_numpy_dtype)


def _define_real(seeded_name, keyed_name, intrinsic):
    """An op that fills a tensor with floats, by seed and by key and counter."""
    seeded = define_op(
        seeded_name,
        inputs="shape: T, seed: Tseed",
        outputs="output: dtype",
        attrs=[f"dtype: {_FLOATS} = float", "T: {int32, int64} = int32", _SEED],
        shape=_seeded_shape,
    )
    keyed = define_op(
        keyed_name,
        inputs="shape: Tshape, key: uint64, counter: uint64, alg: int32",
        outputs="output: dtype",
        attrs=[f"dtype: {_FLOATS} = float", "Tshape: {int32, int64} = int32"],
        shape=_keyed_shape,
    )

    @seeded.kernel(static=["shape"])
    def seeded_kernel(xp, shape, seed, *, dtype):
        return getattr(xp, intrinsic)(_seeded(xp, seed), _dims(shape), dtype.as_numpy_dtype)

    @keyed.kernel(static=["shape", "alg"])
    def keyed_kernel(xp, shape, key, counter, alg, *, dtype):
        state = _keyed(xp, key, counter, alg)
        return getattr(xp, intrinsic)(state, _dims(shape), dtype.as_numpy_dtype)

    seeded.no_gradient()
    keyed.no_gradient()


_define_real("StatelessRandomUniform", "StatelessRandomUniformV2", "random_uniform")
_define_real("StatelessRandomNormal", "StatelessRandomNormalV2", "random_normal")
_define_real("StatelessTruncatedNormal", "StatelessTruncatedNormalV2", "truncated_normal")

StatelessRandomGetKeyCounter = define_op(
    "StatelessRandomGetKeyCounter",
    inputs="seed: Tseed",
    outputs="key: uint64, counter: uint64",
    attrs=[_SEED],
)


@StatelessRandomGetKeyCounter.shape
def key_counter_shape(seed):
    _vector_of(seed, 2)
    return [(1,), (2,)]


@StatelessRandomGetKeyCounter.kernel
def key_counter_kernel(xp, seed):
    pairs = xp.stateless_pairs(_seeded(xp, seed))
    return pairs[:1], pairs[1:]


StatelessRandomUniformInt = define_op(
    "StatelessRandomUniformInt",
    inputs="shape: T, seed: Tseed, minval: dtype, maxval: dtype",
    outputs="output: dtype",
    attrs=["dtype: {int32, int64}", "T: {int32, int64}", _SEED],
    shape=_seeded_shape,
)


@StatelessRandomUniformInt.kernel(static=["shape"])
def uniform_int_kernel(xp, shape, seed, minval, maxval, *, dtype):
    return _integers(xp, _seeded(xp, seed), _dims(shape), minval, maxval, dtype)


StatelessRandomUniformIntV2 = define_op(
    "StatelessRandomUniformIntV2",
    inputs="shape: Tshape, key: uint64, counter: uint64, alg: int32, minval: dtype, maxval: dtype",
    outputs="output: dtype",
    attrs=[f"dtype: {_ALL_INTEGERS}", "Tshape: {int32, int64} = int32"],
    shape=_keyed_shape,
)


@StatelessRandomUniformIntV2.kernel(static=["shape", "alg"])
def keyed_uniform_int_kernel(xp, shape, key, counter, alg, minval, maxval, *, dtype):
    state = _keyed(xp, key, counter, alg)
    return _integers(xp, state, _dims(shape), minval, maxval, dtype)


StatelessRandomUniformFullIntV2 = define_op(
    "StatelessRandomUniformFullIntV2",
    inputs="shape: Tshape, key: uint64, counter: uint64, alg: int32",
    outputs="output: dtype",
    attrs=[f"dtype: {_ALL_INTEGERS} = uint64", "Tshape: {int32, int64} = int32"],
    shape=_keyed_shape,
)


@StatelessRandomUniformFullIntV2.kernel(static=["shape", "alg"])
def full_int_kernel(xp, shape, key, counter, alg, *, dtype):
    state = _keyed(xp, key, counter, alg)
    return xp.random_bits(state, _dims(shape), dtype.as_numpy_dtype)


for _op in (
    StatelessRandomGetKeyCounter,
    StatelessRandomUniformInt,
    StatelessRandomUniformIntV2,
    StatelessRandomUniformFullIntV2,
):
    _op.no_gradient()

# --- public functions -------------------------------------------------------------------------


def _algorithm(alg):
    if isinstance(alg, str) and alg.lower() == "threefry":
        raise errors.UnimplementedError(None, None, "The ThreeFry generator is not implemented.")
    found = _ALGORITHMS.get(alg.lower()) if isinstance(alg, str) else alg
    if found not in (_PHILOX, _AUTO):
        raise ValueError(
            f"Argument `alg` got unsupported value {alg}. Supported values are philox and "
            "auto_select."
        )
    return found


def _shape_argument(shape):
    if isinstance(shape, (list, tuple)) and not shape:
        return convert_to_tensor(shape, dtypes.int32, "shape")
    return convert_to_tensor(shape, name="shape")


@public
def stateless_random_uniform(
    shape, seed, minval=0, maxval=None, dtype=dtypes.float32, name=None, alg="auto_select"
):
    """Numbers drawn evenly from `[minval, maxval)`, the same ones for the same seed.

    Args:
      shape: vector of integers.
      seed: two integers, `tf.int32` or `tf.int64`.
      minval: lower bound, included (default 0). None, with `maxval` None, for integers of the
        whole range of their type.
      maxval: upper bound, not included (default 1 for floating-point types).
      dtype: floating-point type, `tf.int32` or `tf.int64`; `tf.uint32` or `tf.uint64` for the whole
        range.
      name: name of the node.
      alg: `"auto_select"` or `"philox"`, which give the same numbers.

    Returns:
      A `Tensor` of the given shape and type.

    Raises:
      ValueError: `dtype` or `alg` is not possible, or an integer type has one bound only.
      UnimplementedError: `alg` is `"threefry"`.
    """
    dtype = dtypes.as_dtype(dtype)
    _check_uniform(dtype, minval, maxval)
    alg = _algorithm(alg)
    if maxval is None and not dtype.is_integer:
        maxval = 1
    with scope(name, "stateless_random_uniform", [shape, seed, minval, maxval]) as node_name:
        shape = _shape_argument(shape)
        if dtype.is_integer and minval is None:
            key, counter = raw.StatelessRandomGetKeyCounter(seed)
            return raw.StatelessRandomUniformFullIntV2(
                shape, key, counter, alg, dtype=dtype, name=node_name
            )
        minval = convert_to_tensor(minval, dtype, "min")
        maxval = convert_to_tensor(maxval, dtype, "max")
        key, counter = raw.StatelessRandomGetKeyCounter(seed)
        if dtype.is_integer:
            return raw.StatelessRandomUniformIntV2(
                shape, key, counter, alg, minval, maxval, name=node_name
            )
        sample = raw.StatelessRandomUniformV2(shape, key, counter, alg, dtype=dtype)
        spread = raw.Sub(maxval, minval, name="sub")
        return raw.AddV2(raw.Mul(sample, spread, name="mul"), minval, name=node_name)


def _check_uniform(dtype, minval, maxval):
    unsigned = (dtypes.uint32, dtypes.uint64)
    reals = (dtypes.float16, dtypes.bfloat16, dtypes.float32, dtypes.float64)
    if dtype not in (*reals, dtypes.int32, dtypes.int64, *unsigned):
        raise ValueError(
            f"Argument `dtype` got invalid value {dtype!r}. Accepted dtypes are float16, "
            "bfloat16, float32, float64, int32, int64, uint32, uint64."
        )
    if not dtype.is_integer:
        return
    if (minval is None) != (maxval is None):
        raise ValueError(
            f"For integer `dtype` argument {dtype!r}, argument `minval` and `maxval` must be both "
            f"None or not None. Got `minval`={minval} and `maxval`={maxval}."
        )
    if minval is not None and dtype in unsigned:
        raise ValueError(f"Bounds are not possible with the unsigned type {dtype!r}.")


@public
def stateless_random_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None, alg="auto_select"
):
    """Numbers drawn from a normal distribution, the same ones for the same seed.

    Args:
      shape: vector of integers.
      seed: two integers, `tf.int32` or `tf.int64`.
      mean: number or `Tensor` that broadcasts to `shape`.
      stddev: standard deviation, number or `Tensor` that broadcasts to `shape`.
      dtype: floating-point type.
      name: name of the node.
      alg: `"auto_select"` or `"philox"`, which give the same numbers.

    Returns:
      A `Tensor` of the given shape and type.

    Raises:
      ValueError: `alg` is not possible.
      UnimplementedError: `alg` is `"threefry"`.
    """
    args = (shape, seed, mean, stddev, dtype, name, alg)
    return _normal(raw.StatelessRandomNormalV2, "stateless_random_normal", *args)


@public
def stateless_truncated_normal(
    shape, seed, mean=0.0, stddev=1.0, dtype=dtypes.float32, name=None, alg="auto_select"
):
    """Numbers drawn from a normal distribution without what lies beyond two standard deviations,
    the same ones for the same seed.

    Args:
      shape: vector of integers.
      seed: two integers, `tf.int32` or `tf.int64`.
      mean: number or `Tensor` that broadcasts to `shape`.
      stddev: standard deviation before the truncation.
      dtype: floating-point type.
      name: name of the node.
      alg: `"auto_select"` or `"philox"`, which give the same numbers.

    Returns:
      A `Tensor` of the given shape and type.

    Raises:
      ValueError: `alg` is not possible.
      UnimplementedError: `alg` is `"threefry"`.
    """
    args = (shape, seed, mean, stddev, dtype, name, alg)
    return _normal(raw.StatelessTruncatedNormalV2, "stateless_truncated_normal", *args)


def _normal(op, default_name, shape, seed, mean, stddev, dtype, name, alg):
    alg = _algorithm(alg)
    with scope(name, default_name, [shape, seed, mean, stddev]) as node_name:
        shape = _shape_argument(shape)
        mean = convert_to_tensor(mean, dtype, "mean")
        stddev = convert_to_tensor(stddev, dtype, "stddev")
        key, counter = raw.StatelessRandomGetKeyCounter(seed)
        sample = op(shape, key, counter, alg, dtype=dtype)
        return raw.AddV2(raw.Mul(sample, stddev, name="mul"), mean, name=node_name)
