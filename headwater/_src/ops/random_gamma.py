"""Numbers drawn from gamma and Poisson distributions, TensorFlow's own for the same seeds."""

import math

import numpy as np

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.graph.seeds import get_seed
from headwater._src.ops._broadcast import waiting
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import broadcast, known_dims, text, with_rank
from headwater._src.ops._static import rank_tensor, shape_tensor

_REALS = "{half, float, double}"
_NUMBERS = "{half, float, double, int32, int64}"
_SEEDS = ["seed: int = 0", "seed2: int = 0"]


def _fail(message):
    raise errors.InvalidArgumentError(None, None, message)


def _dims(shape):
    if np.ndim(shape) != 1:
        _fail(f"shape must be a vector, got shape {text(np.shape(shape))}")
    dims = tuple(np.asarray(shape).tolist())
    if any(d < 0 for d in dims):
        _fail(f"Dimension {min(dims)} must be >= 0")
    return dims


def _outer_shape(shape, parameter):
    """The shape asked for, then that of the parameter."""
    with_rank(shape.dims, 1)
    outer = known_dims(shape)
    if outer is None or parameter.dims is None:
        return None
    return (*outer, *parameter.dims)


def _reserve(shape, **attrs):
    """A stretch of the counter for each number."""
    return math.prod(shape) * 256


def _ending(shape, parameter):
    """Number of draws for each parameter in a result of `shape`, which ends with its shape."""
    dims = _dims(shape)
    rank = np.ndim(parameter)
    if len(dims) < rank or dims[len(dims) - rank :] != tuple(np.shape(parameter)):
        _fail("Shape passed in must end with broadcasted shape.")
    return dims, math.prod(dims[: len(dims) - rank])


# --- gamma ------------------------------------------------------------------------------------

RandomGamma = define_op(
    "RandomGamma",
    inputs="shape: S, alpha: T",
    outputs="output: T",
    attrs=[*_SEEDS, "S: {int32, int64}", f"T: {_REALS}"],
    shape=lambda shape, alpha: _outer_shape(shape, alpha),
    stateful=True,
)
RandomGammaGrad = define_op(
    "RandomGammaGrad",
    inputs="alpha: T, sample: T",
    outputs="output: T",
    attrs=["T: {float, double}"],
    shape=lambda alpha, sample: broadcast(alpha.dims, sample.dims),
)
StatelessRandomGammaV2 = define_op(
    "StatelessRandomGammaV2",
    inputs="shape: T, seed: Tseed, alpha: dtype",
    outputs="output: dtype",
    attrs=[f"dtype: {_REALS}", "T: {int32, int64}", "Tseed: {int32, int64} = int64"],
    shape=lambda shape, seed, alpha: known_dims(shape),
)
StatelessRandomGammaV3 = define_op(
    "StatelessRandomGammaV3",
    inputs="shape: shape_dtype, key: uint64, counter: uint64, alg: int32, alpha: dtype",
    outputs="output: dtype",
    attrs=[f"dtype: {_REALS}", "shape_dtype: {int32, int64} = int32"],
    shape=lambda shape, key, counter, alg, alpha: known_dims(shape),
)


@RandomGamma.sample(static=["shape"], reserve=_reserve)
def random_gamma_sample(xp, key, shape, alpha):
    outer = _dims(shape)
    drawn = xp.random_gamma(key, math.prod(outer), xp.reshape(alpha, (-1,)))
    return xp.cast(xp.reshape(drawn, (*outer, *alpha.shape)), alpha.dtype)


def _stateless_gamma(xp, state, shape, alpha):
    dims, count = _ending(shape, alpha)
    drawn = xp.random_gamma(state, count, xp.reshape(alpha, (-1,)))
    return xp.cast(xp.reshape(drawn, dims), alpha.dtype)


@StatelessRandomGammaV2.kernel(static=["shape"])
def stateless_gamma_kernel(xp, shape, seed, alpha):
    return _stateless_gamma(xp, xp.stateless_state(seed), shape, alpha)


@StatelessRandomGammaV3.kernel(static=["shape", "alg"])
def keyed_gamma_kernel(xp, shape, key, counter, alg, alpha):
    return _stateless_gamma(xp, xp.stateless_state_of(key, counter), shape, alpha)


@RandomGammaGrad.kernel
def random_gamma_grad_kernel(xp, alpha, sample):
    return xp.random_gamma_grad(alpha, sample)


RandomGammaGrad.no_gradient()


@RandomGamma.gradient
def random_gamma_gradient(op, dy):
    """None for the shape; the gradient of the draws by `alpha`, their quantiles being kept."""
    shape, alpha = op.inputs
    with waiting(dy):
        return [None, _alpha_gradient(alpha, op.outputs[0], dy, shape_tensor(shape)[0])]


@StatelessRandomGammaV2.gradient
def stateless_gamma_gradient(op, dy):
    """As for `RandomGamma`; the shape includes that of `alpha`."""
    shape, _, alpha = op.inputs
    with waiting(dy):
        outer = shape_tensor(shape)[0] - rank_tensor(alpha)
        return [None, None, _alpha_gradient(alpha, op.outputs[0], dy, outer)]


@StatelessRandomGammaV3.gradient
def keyed_gamma_gradient(op, dy):
    """As for `StatelessRandomGammaV2`."""
    shape, alpha = op.inputs[0], op.inputs[-1]
    with waiting(dy):
        outer = shape_tensor(shape)[0] - rank_tensor(alpha)
        return [None, None, None, None, _alpha_gradient(alpha, op.outputs[0], dy, outer)]


def _alpha_gradient(alpha, sample, dy, outer):
    ones = PUBLIC["ones"]([outer], dtypes.int32)
    full = PUBLIC["concat"]([ones, shape_tensor(alpha)], axis=0)
    slope = raw.RandomGammaGrad(raw.Reshape(alpha, full), sample)
    return PUBLIC["reduce_sum"](dy * slope, axis=PUBLIC["range"](outer))


@public
def random_gamma(shape, alpha, beta=None, dtype=dtypes.float32, seed=None, name=None):
    """Numbers drawn from gamma distributions.

    Args:
      shape: vector of integers, how many draws there are for each pair of parameters.
      alpha: the shape parameters, floating-point.
      beta: the inverse scales (default 1); broadcasts with `alpha`.
      dtype: type of the result, unless `alpha` or `beta` is a `Tensor`.
      seed: the op's own seed; see `tf.set_random_seed`.
      name: name of the scope of the new nodes.

    Returns:
      A `Tensor` whose shape is `shape` and then the broadcast shape of the parameters. Gradients
      flow to both of them.
    """
    with scope(name, "random_gamma", [shape, alpha, beta]):
        shape = _shape_argument(shape)
        alpha, beta = _spread(alpha, beta, dtype)
        first, second = get_seed(seed)
        drawn = raw.RandomGamma(shape, alpha, seed=first or 0, seed2=second or 0)
        return _scaled(drawn, beta)


@public
def stateless_random_gamma(shape, seed, alpha, beta=None, dtype=dtypes.float32, name=None):
    """Numbers drawn from gamma distributions, the same ones for the same seed.

    Args:
      shape: vector of integers, the shape of the result; it ends with that of the parameters.
      seed: two integers, `tf.int32` or `tf.int64`.
      alpha: the shape parameters, floating-point.
      beta: the inverse scales (default 1); broadcasts with `alpha`.
      dtype: type of the result, unless `alpha` or `beta` is a `Tensor`.
      name: name of the scope of the new nodes.

    Returns:
      A `Tensor` of `shape`. Gradients flow to both parameters.

    Raises:
      InvalidArgumentError: at run time, when `shape` does not end with the parameters' shape.
    """
    with scope(name, "stateless_random_gamma", [shape, seed, alpha, beta]):
        shape = _shape_argument(shape)
        alpha, beta = _spread(alpha, beta, dtype)
        key, counter = raw.StatelessRandomGetKeyCounter(seed)
        return _scaled(raw.StatelessRandomGammaV3(shape, key, counter, 3, alpha), beta)


def _shape_argument(shape):
    if isinstance(shape, (list, tuple)) and not shape:
        return convert_to_tensor(shape, dtypes.int32, "shape")
    return convert_to_tensor(shape, name="shape", preferred_dtype=dtypes.int32)


def _spread(alpha, beta, dtype):
    alpha = convert_to_tensor(alpha, name="alpha", dtype=dtype)
    beta = convert_to_tensor(1 if beta is None else beta, name="beta", dtype=dtype)
    both = raw.BroadcastArgs(shape_tensor(alpha), shape_tensor(beta))
    return raw.BroadcastTo(alpha, both), beta


def _scaled(drawn, beta):
    """`drawn / beta`, kept from being 0, of which there is no logarithm."""
    tiny = np.finfo(drawn.dtype.as_numpy_dtype).tiny
    return raw.Maximum(tiny, drawn / beta)


# --- Poisson ----------------------------------------------------------------------------------

RandomPoissonV2 = define_op(
    "RandomPoissonV2",
    inputs="shape: S, rate: R",
    outputs="output: dtype",
    attrs=[
        *_SEEDS,
        "S: {int32, int64}",
        f"R: {_NUMBERS} = double",
        f"dtype: {_NUMBERS} = int64",
    ],
    shape=lambda shape, rate: _outer_shape(shape, rate),
    stateful=True,
)
RandomPoisson = define_op(
    "RandomPoisson",
    inputs="shape: S, rate: dtype",
    outputs="output: dtype",
    attrs=[*_SEEDS, "S: {int32, int64}", f"dtype: {_REALS}"],
    shape=lambda shape, rate: _outer_shape(shape, rate),
    stateful=True,
)
StatelessRandomPoisson = define_op(
    "StatelessRandomPoisson",
    inputs="shape: T, seed: Tseed, lam: Rtype",
    outputs="output: dtype",
    attrs=[
        f"Rtype: {_NUMBERS}",
        f"dtype: {_NUMBERS}",
        "T: {int32, int64}",
        "Tseed: {int32, int64} = int64",
    ],
    shape=lambda shape, seed, lam: known_dims(shape),
)


def _poisson(xp, key, dims, count, rate, dtype):
    kind = np.dtype(dtype.as_numpy_dtype)
    largest = np.iinfo(kind).max if kind.kind == "i" else np.finfo(kind).max
    drawn = xp.random_poisson(key, count, xp.reshape(rate, (-1,)), float(largest))
    return xp.cast(xp.reshape(drawn, dims), kind)


def _poisson_sample(xp, key, shape, rate, *, dtype):
    outer = _dims(shape)
    return _poisson(xp, key, (*outer, *rate.shape), math.prod(outer), rate, dtype)


for _op in (RandomPoissonV2, RandomPoisson):
    _op.sample(static=["shape"], reserve=_reserve)(_poisson_sample)
    _op.no_gradient()


@StatelessRandomPoisson.kernel(static=["shape"])
def stateless_poisson_kernel(xp, shape, seed, lam, *, dtype):
    dims, count = _ending(shape, lam)
    return _poisson(xp, xp.stateless_state(seed), dims, count, lam, dtype)


StatelessRandomPoisson.no_gradient()


@public
def random_poisson(lam, shape, dtype=dtypes.float32, seed=None, name=None):
    """Numbers drawn from Poisson distributions.

    Args:
      lam: the rates, real numbers.
      shape: vector of integers, how many draws there are for each rate.
      dtype: type of the result: a real type, `tf.int32` or `tf.int64`.
      seed: the op's own seed; see `tf.set_random_seed`.
      name: name of the scope of the new nodes.

    Returns:
      A `Tensor` whose shape is `shape` and then that of `lam`.
    """
    with scope(name, "random_poisson", [lam, shape]):
        shape = _shape_argument(shape)
        first, second = get_seed(seed)
        return raw.RandomPoissonV2(shape, lam, dtype=dtype, seed=first or 0, seed2=second or 0)


@public
def stateless_random_poisson(shape, seed, lam, dtype=dtypes.int32, name=None):
    """Numbers drawn from Poisson distributions, the same ones for the same seed.

    Args:
      shape: vector of integers, the shape of the result; it ends with that of `lam`.
      seed: two integers, `tf.int32` or `tf.int64`.
      lam: the rates, real numbers.
      dtype: type of the result: a real type, `tf.int32` or `tf.int64`.
      name: name of the scope of the new nodes.

    Returns:
      A `Tensor` of `shape`.

    Raises:
      InvalidArgumentError: at run time, when `shape` does not end with the shape of `lam`.
    """
    with scope(name, "stateless_random_poisson", [shape, seed, lam]):
        return raw.StatelessRandomPoisson(_shape_argument(shape), seed, lam, dtype=dtype)
