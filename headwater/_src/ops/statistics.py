"""Weighted and sufficient statistics, the Poisson loss, concatenated and self-gated activations."""

import numpy as np

from headwater._src.core import dtypes
from headwater._src.graph import public, raw
from headwater._src.graph.convert import constant, convert_to_tensor
from headwater._src.graph.custom_gradient import custom_gradient
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope

_HALVES = (dtypes.float16, dtypes.bfloat16)


@public
def sufficient_statistics(x, axes, shift=None, keep_dims=None, name=None, keepdims=None):
    """What mean and variance of `x` over some dimensions can be computed from.

    Args:
      x: `Tensor`.
      axes: list of the dimensions.
      shift: a value near the mean, subtracted for accuracy, or None.
      keep_dims: whether the dimensions stay, with size 1.
      name: optional name of the scope.
      keepdims: the newer name of `keep_dims`.

    Returns:
      The number of elements, the (shifted) sum, the (shifted) sum of squares, and `shift`.
    """
    axes = list(dict.fromkeys(int(a) for a in np.ravel(axes)))
    keep = renamed("keepdims", keepdims, "keep_dims", keep_dims, False)
    with scope(name, "sufficient_statistics", (x, shift)):
        x = convert_to_tensor(x, name="x")
        kind = x.dtype.base_dtype
        if x.dims is not None and all(x.dims[a] is not None for a in axes):
            size = 1
            for a in axes:
                size *= x.dims[a]
            count = constant(np.array(size, kind.as_numpy_dtype))
        else:
            rank = PUBLIC["rank"](x)
            places = [a + rank if a < 0 else a for a in axes]
            sizes = PUBLIC["gather"](raw.Cast(PUBLIC["shape"](x), DstT=kind), places)
            count = PUBLIC["reduce_prod"](sizes, name="count")
        if shift is not None:
            shift = convert_to_tensor(shift, name="shift")
            first, second = raw.Sub(x, shift), raw.SquaredDifference(x, shift)
        else:
            first, second = x, raw.Square(x)
        reduce_sum = PUBLIC["reduce_sum"]
        mean = reduce_sum(first, axes, keepdims=keep, name="mean_ss")
        variance = reduce_sum(second, axes, keepdims=keep, name="var_ss")
        return count, mean, variance, shift


@public
def normalize_moments(counts, mean_ss, variance_ss, shift, name=None):
    """Mean and variance from sufficient statistics.

    Args:
      counts: the number of elements.
      mean_ss: the (shifted) sum.
      variance_ss: the (shifted) sum of squares.
      shift: what was subtracted, or None.
      name: optional name of the scope.

    Returns:
      Two `Tensor`s: mean and variance.
    """
    with scope(name, "normalize", (counts, mean_ss, variance_ss, shift)):
        divisor = raw.Reciprocal(counts, name="divisor")
        if shift is None:
            shifted = mean = raw.Mul(mean_ss, divisor, name="mean")
        else:
            shifted = raw.Mul(mean_ss, divisor, name="shifted_mean")
            mean = raw.AddV2(shifted, shift, name="mean")
        variance = raw.Sub(raw.Mul(variance_ss, divisor), raw.Square(shifted), name="variance")
        return mean, variance


@public
def weighted_moments(x, axes, frequency_weights, name=None, keep_dims=None, keepdims=None):
    """The weighted mean and variance of `x` over some dimensions.

    Args:
      x: `Tensor`.
      axes: list of the dimensions.
      frequency_weights: non-negative weights that broadcast against `x`.
      name: optional name of the scope.
      keep_dims: whether the dimensions stay, with size 1.
      keepdims: the newer name of `keep_dims`.

    Returns:
      Two `Tensor`s: mean and variance.
    """
    keep = renamed("keepdims", keepdims, "keep_dims", keep_dims, False)
    with scope(name, "weighted_moments", (x, frequency_weights, axes)):
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(frequency_weights, name="frequency_weights")
        kind = x.dtype.base_dtype
        if kind in _HALVES:
            x = raw.Cast(x, DstT=dtypes.float32)
        if weights.dtype.base_dtype != x.dtype.base_dtype:
            weights = raw.Cast(weights, DstT=x.dtype.base_dtype)
        reduce_sum = PUBLIC["reduce_sum"]
        total = reduce_sum(weights * x, axes, keepdims=True, name="weighted_input_sum")
        # Weights that broadcast count once for each element they reach.
        everywhere = weights + PUBLIC["zeros_like"](x)
        norm = reduce_sum(everywhere, axes, keepdims=True, name="sum_of_weights")
        mean = raw.DivNoNan(total, norm)
        squares = raw.Mul(weights, raw.SquaredDifference(x, mean), name="mul")
        spread = reduce_sum(squares, axes, keepdims=True, name="weighted_distsq")
        variance = raw.DivNoNan(spread, norm)
        if not keep:
            mean = PUBLIC["squeeze"](mean, axis=axes)
            variance = PUBLIC["squeeze"](variance, axis=axes)
        if kind in _HALVES:
            mean, variance = raw.Cast(mean, DstT=kind), raw.Cast(variance, DstT=kind)
        return mean, variance


def log_poisson_loss(targets, log_input, compute_full_loss=False, name=None):
    r"""The loss of Poisson regression, $e^c - c z$ for targets $z$ and log-rates $c$.

    Args:
      targets: `Tensor` of the shape and type of `log_input`.
      log_input: floating-point `Tensor`.
      compute_full_loss: whether Stirling's approximation of $\log z!$ is added.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape of `log_input`.

    Raises:
      ValueError: the shapes differ.
    """
    with scope(name, "log_poisson_loss", (log_input, targets)):
        log_input = convert_to_tensor(log_input, name="log_input")
        targets = convert_to_tensor(targets, name="targets")
        if not targets.shape.is_compatible_with(log_input.shape):
            raise ValueError(
                "`targets` and `log_input` must have the same shape, received "
                f"({targets.shape} vs {log_input.shape})."
            )
        result = raw.Exp(log_input) - log_input * targets
        if not compute_full_loss:
            return result
        half = constant(np.array(0.5, targets.dtype.as_numpy_dtype))
        two_pi = constant(np.array(2 * np.pi, targets.dtype.as_numpy_dtype))
        stirling = targets * raw.Log(targets) - targets + half * raw.Log(two_pi * targets)
        zeros, ones = PUBLIC["zeros_like"](targets), PUBLIC["ones_like"](targets)
        small = raw.LogicalAnd(raw.GreaterEqual(targets, zeros), raw.LessEqual(targets, ones))
        return result + PUBLIC["where"](small, zeros, stirling)


def crelu(features, name=None, axis=-1):
    """`relu` of `features` and of `-features`, side by side.

    Args:
      features: real `Tensor`.
      name: optional name of the operation.
      axis: the dimension that is doubled.

    Returns:
      `Tensor` with twice the size along `axis`.
    """
    with scope(name, "CRelu", (features,)) as name:
        features = convert_to_tensor(features, name="features")
        both = PUBLIC["concat"]([features, -features], axis, name=name)
        return raw.Relu(both)


def swish(features, beta=1.0):
    r"""$x \sigma(\beta x)$, element by element.

    Args:
      features: floating-point `Tensor`.
      beta: the factor; a number or scalar tensor.

    Returns:
      `Tensor` with the shape and type of `features`.
    """
    features = convert_to_tensor(features, name="features")
    beta = convert_to_tensor(beta, name="beta")
    beta = PUBLIC["cast"](beta, features.dtype)

    @custom_gradient
    def gated(x, slope):
        def gradient(dy):
            # The sigmoid is computed again rather than kept until then.
            with get_default_graph().control_dependencies([dy]):
                s = raw.Sigmoid(slope * x)
            outer = s * (1.0 + slope * x * (1.0 - s))
            inner = PUBLIC["reduce_sum"](dy * raw.Square(x) * s * (1.0 - s))
            return dy * outer, inner

        return x * raw.Sigmoid(slope * x), gradient

    return gated(features, beta)
