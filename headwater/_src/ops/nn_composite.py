"""Functions of `tf.nn` that are made of several nodes: dropout, moments, sigmoid losses, layers."""

import numbers

import numpy as np

from headwater._src.core import dtypes
from headwater._src.core.tensor_shape import TensorShape
from headwater._src.graph import public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope

# --- dropout ----------------------------------------------------------------------------------


@public
def dropout(x, keep_prob=None, noise_shape=None, seed=None, name=None, rate=None):
    """Sets a random part of `x` to zero, and enlarges the rest so that the mean stays.

    Args:
      x: floating-point `Tensor`.
      keep_prob: the probability that an element is kept, in `(0, 1]`; a number or scalar tensor.
      noise_shape: the shape of the random decisions; where it has 1, a whole dimension shares one.
      seed: Python integer for repeatable numbers; see `tf.set_random_seed`.
      name: optional name of the scope.
      rate: `1 - keep_prob`; exactly one of the two is given.

    Returns:
      `Tensor` with the shape and type of `x`.

    Raises:
      ValueError: neither or both probabilities are given, one is out of range, or `x` is not
        floating-point.
    """
    if keep_prob is not None:
        if rate is not None:
            raise ValueError("Cannot specify both 'rate' and 'keep_prob'")
        try:
            rate = 1 - keep_prob
        except TypeError:
            raise ValueError(
                "`keep_prob` must be a floating point number or Tensor. Received: "
                f"keep_prob={keep_prob}"
            ) from None
    if rate is None:
        raise ValueError(f"`rate` must be provided. Received: rate={rate}")
    with scope(name, "dropout", (x,)):
        number = isinstance(rate, (numbers.Real, np.number)) and not isinstance(rate, bool)
        if number and not 0 <= rate < 1:
            raise ValueError(
                "`rate` must be a scalar tensor or a float in the range [0, 1). Received: "
                f"rate={rate}"
            )
        x = convert_to_tensor(x, name="x")
        kind = x.dtype.base_dtype
        if not kind.is_floating:
            raise ValueError(
                "`x.dtype` must be a floating point tensor as `x` will be scaled. Received: "
                f"x_dtype={kind!r}"
            )
        if number and rate == 0:
            return x
        if number:
            kept = raw.Mul(x, convert_to_tensor(1 / (1 - rate), kind, name="Const"))
        else:
            rate = convert_to_tensor(rate, name="rate")
            if rate.dims not in ((), None):
                raise ValueError(f"`rate` must be a scalar tensor. Received: rate={rate}")
            if rate.dtype.base_dtype != kind:
                raise ValueError(
                    "`x.dtype` and `rate.dtype` must match. Received: "
                    f"x.dtype={kind!r}, rate.dtype={rate.dtype!r}"
                )
            one = convert_to_tensor(1, kind, name="Const")
            kept = raw.RealDiv(x, raw.Sub(one, rate))
        noise = PUBLIC["random_uniform"](_noise_shape(x, noise_shape), seed=seed, dtype=kind)
        keep = raw.GreaterEqual(noise, rate)
        result = raw.SelectV2(keep, kept, convert_to_tensor(0, kind, name="Const"))
        result.set_shape(x.dims)
        return result


def _noise_shape(x, noise_shape):
    if noise_shape is None:
        return PUBLIC["shape"](x)
    if isinstance(noise_shape, Tensor):
        return noise_shape
    try:
        dims = TensorShape(noise_shape)._dims
    except (TypeError, ValueError):
        return noise_shape
    if x.dims is not None and dims is not None and len(dims) == len(x.dims):
        dims = tuple(d if n is None else n for n, d in zip(dims, x.dims))
        if None not in dims:
            return list(dims)
    return noise_shape


# --- losses -----------------------------------------------------------------------------------


@public
def sigmoid_cross_entropy_with_logits(labels=None, logits=None, name=None):
    r"""Cross-entropy of independent yes-or-no events.

    That is $-z \log \sigma(x) - (1 - z) \log(1 - \sigma(x))$, without overflow for large $x$.

    Args:
      labels: `Tensor` $z$ of the type and shape of `logits`, from 0 to 1.
      logits: floating-point `Tensor` $x$.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape of `logits`.

    Raises:
      ValueError: the shapes differ, or an argument is missing.
    """
    if labels is None or logits is None:
        raise ValueError(
            "Both `labels` and `logits` must be provided to sigmoid_cross_entropy_with_logits. "
            f"Received: labels={labels} and logits={logits}"
        )
    with scope(name, "logistic_loss", (logits, labels)) as name:
        logits, labels = _same_shapes(logits, labels)
        # max(x, 0) - x z + log(1 + exp(-|x|)), in a form whose second derivative is right at 0 too.
        zeros = PUBLIC["zeros_like"](logits)
        positive = raw.GreaterEqual(logits, zeros)
        upper = raw.Select(positive, logits, zeros)
        minus_abs = raw.Select(positive, -logits, logits)
        return raw.AddV2(upper - logits * labels, raw.Log1p(raw.Exp(minus_abs)), name=name)


def _same_shapes(logits, labels):
    logits = convert_to_tensor(logits, name="logits")
    labels = convert_to_tensor(labels, name="labels")
    if not logits.shape.is_compatible_with(labels.shape):
        raise ValueError(
            "`logits` and `labels` must have the same shape, received "
            f"({logits.shape} vs {labels.shape})."
        )
    return logits, labels


def weighted_cross_entropy_with_logits(
    labels=None, logits=None, pos_weight=None, name=None, targets=None
):
    """`sigmoid_cross_entropy_with_logits` with another weight for positive labels.

    Args:
      labels: `Tensor` of the type and shape of `logits`, from 0 to 1.
      logits: floating-point `Tensor`.
      pos_weight: the factor of the positive part.
      name: optional name of the operation.
      targets: the older name of `labels`.

    Returns:
      `Tensor` with the shape of `logits`.

    Raises:
      ValueError: the shapes differ.
    """
    labels = renamed("labels", labels, "targets", targets)
    with scope(name, "logistic_loss", (logits, labels)) as name:
        logits, labels = _same_shapes(logits, labels)
        weight = 1 + (pos_weight - 1) * labels
        negative = (1 - labels) * logits
        soft = raw.Log1p(raw.Exp(-abs(logits))) + raw.Relu(-logits)
        return raw.AddV2(negative, weight * soft, name=name)


# --- statistics -------------------------------------------------------------------------------


@public
def l2_normalize(x, axis=None, epsilon=1e-12, name=None, dim=None):
    """`x` scaled so that the sum of squares along `axis` is one.

    Args:
      x: floating-point or complex `Tensor`.
      axis: the dimension or dimensions to sum over.
      epsilon: lower bound of the sum.
      name: optional name of the operation.
      dim: the older name of `axis`.

    Returns:
      `Tensor` with the shape and type of `x`.
    """
    axis = renamed("axis", axis, "dim", dim)
    with scope(name, "l2_normalize", (x,)) as name:
        x = convert_to_tensor(x, name="x")
        if not x.dtype.base_dtype.is_complex:
            total = PUBLIC["reduce_sum"](raw.Square(x), axis, keepdims=True)
            return raw.Mul(x, raw.Rsqrt(raw.Maximum(total, epsilon)), name=name)
        part = x.dtype.base_dtype.real_dtype
        real = raw.Square(raw.Real(x, Tout=part))
        total = PUBLIC["reduce_sum"](real + raw.Square(raw.Imag(x, Tout=part)), axis, keepdims=True)
        get_default_graph().unique_name(
            "Real"
        )  # TensorFlow takes the real part of a real sum: a name, no node
        inverse = raw.Rsqrt(raw.Maximum(total, epsilon))
        real = raw.Mul(raw.Real(x, Tout=part), inverse)
        return raw.Complex(
            real, raw.Mul(raw.Imag(x, Tout=part), inverse), Tout=x.dtype.base_dtype, name=name
        )


@public
def moments(x, axes, shift=None, name=None, keep_dims=None, keepdims=None):
    """The mean and the variance of `x` over some dimensions.

    Args:
      x: `Tensor`.
      axes: list of the dimensions to average over.
      shift: ignored; kept for old programs.
      name: optional name of the scope.
      keep_dims: whether the dimensions stay, with size 1.
      keepdims: the newer name of `keep_dims`.

    Returns:
      Two `Tensor`s: mean and variance.
    """
    keep = renamed("keepdims", keepdims, "keep_dims", keep_dims, False)
    with scope(name, "moments", (x, axes)):
        x = convert_to_tensor(x, name="x")
        kind = x.dtype.base_dtype
        wide = raw.Cast(x, DstT=dtypes.float32) if kind in (dtypes.float16, dtypes.bfloat16) else x
        reduce_mean = PUBLIC["reduce_mean"]
        mean = reduce_mean(wide, axes, keepdims=True, name="mean")
        deviation = raw.SquaredDifference(wide, raw.StopGradient(mean))
        variance = reduce_mean(deviation, axes, keepdims=True, name="variance")
        if not keep:
            mean, variance = PUBLIC["squeeze"](mean, axes), PUBLIC["squeeze"](variance, axes)
        if wide is not x:
            mean, variance = raw.Cast(mean, DstT=kind), raw.Cast(variance, DstT=kind)
        return mean, variance


# --- layers -----------------------------------------------------------------------------------


@public
def xw_plus_b(x, weights, biases, name=None):
    """`matmul(x, weights) + biases`.

    Args:
      x: `Tensor` of shape `[batch, inputs]`.
      weights: `Tensor` of shape `[inputs, outputs]`.
      biases: `Tensor` of shape `[outputs]`.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[batch, outputs]`.
    """
    with scope(name, "xw_plus_b", (x, weights, biases)) as name:
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(weights, name="weights")
        biases = convert_to_tensor(biases, name="biases")
        return PUBLIC["bias_add"](PUBLIC["matmul"](x, weights), biases, name=name)


def log_sigmoid(x, name=None):
    """`log(sigmoid(x))`, as `-softplus(-x)`, which does not overflow.

    Args:
      x: floating-point `Tensor`.
      name: optional name of the operation.

    Returns:
      A `Tensor` of the type of `x`.
    """
    with scope(name, "LogSigmoid", [x]) as name:
        x = convert_to_tensor(x, name="x")
        return raw.Neg(raw.Softplus(raw.Neg(x)), name=name)


def relu_layer(x, weights, biases, name=None):
    """`relu(matmul(x, weights) + biases)`.

    Args:
      x: `Tensor` of shape `[batch, inputs]`.
      weights: `Tensor` of shape `[inputs, outputs]`.
      biases: `Tensor` of shape `[outputs]`.
      name: optional name of the operation.

    Returns:
      `Tensor` of shape `[batch, outputs]`.
    """
    with scope(name, "relu_layer", (x, weights, biases)) as name:
        x = convert_to_tensor(x, name="x")
        weights = convert_to_tensor(weights, name="weights")
        biases = convert_to_tensor(biases, name="biases")
        return raw.Relu(PUBLIC["bias_add"](PUBLIC["matmul"](x, weights), biases), name=name)
