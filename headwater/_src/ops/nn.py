"""Neural-network ops: biases, activations and their gradient ops, the L2 loss, top-k membership."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import merge, merge_dim, text, with_rank

FLOATS = "{half, bfloat16, float, double}"
REALS = "{float, double, int32, uint8, int16, int8, int64, bfloat16, uint16, half, uint32, uint64}"
NUMBERS = (
    "{float, double, int32, uint8, int16, int8, complex64, int64, qint8, quint8, qint32, bfloat16, "
    "qint16, quint16, uint16, complex128, half, uint32, uint64}"
)


# --- bias -------------------------------------------------------------------------------------

BiasAdd = define_op(
    "BiasAdd",
    inputs="value: T, bias: T",
    outputs="output: T",
    attrs=[f"T: {NUMBERS}", "data_format: {'NHWC', 'NCHW'} = 'NHWC'"],
)

BiasAddV1 = define_op(
    "BiasAddV1", inputs="value: T, bias: T", outputs="output: T", attrs=[f"T: {NUMBERS}"]
)


def _channel(rank, data_format):
    return 1 if data_format == "NCHW" else rank - 1


@BiasAdd.shape
def _bias_add_shape(value, bias, *, data_format):
    with_rank(value.dims, 3 if data_format == "NCHW" else 2, at_least=True)
    (size,) = with_rank(bias.dims, 1)
    if value.dims is None:
        return None
    dims = list(value.dims)
    at = _channel(len(dims), data_format)
    dims[at] = merge_dim(dims[at], size)
    return tuple(dims)


@BiasAddV1.shape
def _bias_add_v1_shape(value, bias):
    return _bias_add_shape(value, bias, data_format="NHWC")


@BiasAdd.kernel
def _bias_add_kernel(xp, value, bias, *, data_format):
    xp.require(
        xp.ndim(value) >= 2,
        lambda: errors.InvalidArgumentError(
            None, None, f"Input tensor must be at least 2D: {text(value.shape)}"
        ),
    )
    xp.require(
        xp.ndim(bias) == 1,
        lambda: errors.InvalidArgumentError(None, None, f"Biases must be 1D: {text(bias.shape)}"),
    )
    at = _channel(xp.ndim(value), data_format)
    xp.require(
        bias.shape[0] == value.shape[at],
        lambda: errors.InvalidArgumentError(
            None,
            None,
            "Must provide as many biases as the last dimension of the input tensor: "
            f"{text(bias.shape)} vs. {text(value.shape)}",
        ),
    )
    return value + xp.reshape(bias, (-1,) + (1,) * (xp.ndim(value) - at - 1))


@BiasAddV1.kernel
def _bias_add_v1_kernel(xp, value, bias):
    return _bias_add_kernel(xp, value, bias, data_format="NHWC")


@BiasAdd.gradient
def _bias_add_gradient(op, dy):
    return [dy, raw.BiasAddGrad(dy, data_format=op.attrs["data_format"])]


@BiasAddV1.gradient
def _bias_add_v1_gradient(op, dy):
    rank = len(dy.dims) if dy.dims is not None else None
    axes = list(range(rank - 1)) if rank else raw.Range(0, raw.Rank(dy) - 1, 1)
    return [dy, raw.Sum(dy, axes)]


BiasAddGrad = define_op(
    "BiasAddGrad",
    inputs="out_backprop: T",
    outputs="output: T",
    attrs=[f"T: {NUMBERS}", "data_format: {'NHWC', 'NCHW'} = 'NHWC'"],
)


@BiasAddGrad.shape
def _bias_add_grad_shape(out_backprop, *, data_format):
    dims = out_backprop.dims
    with_rank(dims, 3 if data_format == "NCHW" else 2, at_least=True)
    return (None,) if dims is None else (dims[_channel(len(dims), data_format)],)


@BiasAddGrad.kernel
def _bias_add_grad_kernel(xp, out_backprop, *, data_format):
    rank = xp.ndim(out_backprop)
    at = _channel(rank, data_format)
    return xp.sum(
        out_backprop, axis=tuple(i for i in range(rank) if i != at), dtype=out_backprop.dtype
    )


@BiasAddGrad.gradient
def _bias_add_grad_gradient(op, dy):
    shape, ones_like = PUBLIC["shape"], PUBLIC["ones_like"]
    concat = PUBLIC["concat"]
    outer, bias = shape(op.inputs[0]), shape(dy)
    if op.attrs["data_format"] == "NCHW":
        expanded = concat([ones_like(outer[:1]), bias, ones_like(outer[2:])], 0)
        repeats = concat([outer[:1], [1], outer[2:]], 0)
    else:
        expanded = concat([ones_like(outer[:-1]), bias], 0)
        repeats = concat([outer[:-1], [1]], 0)
    return [raw.Tile(raw.Reshape(dy, expanded), repeats)]


@public
def bias_add(value, bias, data_format=None, name=None):
    """Adds a vector to `value` along its channel dimension.

    Args:
      value: `Tensor` of rank at least 2.
      bias: `Tensor` of shape `[channels]`, of the type of `value`.
      data_format: `"N...C"` (or `"NHWC"`, the default): channels are last; `"NC..."` (or
        `"NCHW"`): second.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape and type of `value`.

    Raises:
      ValueError: an unknown `data_format`, or shapes that do not fit.
    """
    with scope(name, "BiasAdd", (value, bias)) as name:
        if data_format is None:
            layout = "NHWC"
        elif data_format.startswith("NC"):
            layout = "NCHW"
        elif data_format.startswith("N") and data_format.endswith("C"):
            layout = "NHWC"
        else:
            raise ValueError(
                "`data_format` must be of the form `N...C` or `NC...`. Received: "
                f"data_format={data_format}"
            )
        return raw.BiasAdd(value, bias, data_format=layout, name=name)


# --- activations: one row per op, then its gradient op ----------------------------------------


def _activation(name, types, kernel, gradient):
    op = define_op(
        name,
        inputs="features: T",
        outputs="activations: T",
        attrs=[f"T: {types}"],
        shape=lambda features: features.dims,
    )
    op.kernel(kernel)
    op.gradient(gradient)
    return op


def _grad_op(name, types, second, kernel, gradient=None):
    """`name(gradients, second)`: `gradients` taken back through an activation."""
    op = define_op(
        name, inputs=f"gradients: T, {second}: T", outputs="backprops: T", attrs=[f"T: {types}"]
    )
    if second == "features":
        op.shape(lambda gradients, features: merge(gradients.dims, features.dims))
    else:
        op.shape(lambda gradients, outputs: merge(gradients.dims, outputs.dims))
    op.kernel(kernel)
    if gradient is not None:
        op.gradient(gradient)
    return op


def _piecewise_linear(name):
    """Gradient of a gradient op whose slope is locally constant in its second input."""

    def gradient(op, dy):
        second = op.inputs[1]
        return [getattr(raw, name)(dy, second), PUBLIC["zeros_like"](second)]

    return gradient


Relu = _activation(
    "Relu",
    REALS[:-1] + ", qint8}",
    lambda xp, features: xp.maximum(features, xp.zeros_like(features)),
    lambda op, dy: [raw.ReluGrad(dy, op.outputs[0])],
)
ReluGrad = _grad_op(
    "ReluGrad",
    REALS,
    "features",
    lambda xp, gradients, features: xp.where(features > 0, gradients, xp.zeros_like(gradients)),
    _piecewise_linear("ReluGrad"),
)

Relu6 = _activation(
    "Relu6",
    REALS,
    lambda xp, features: xp.clip(features, xp.zeros_like(features), xp.full_like(features, 6)),
    lambda op, dy: [raw.Relu6Grad(dy, op.outputs[0])],
)
Relu6Grad = _grad_op(
    "Relu6Grad",
    REALS,
    "features",
    lambda xp, gradients, features: xp.where(
        (features > 0) & (features < 6), gradients, xp.zeros_like(gradients)
    ),
    _piecewise_linear("Relu6Grad"),
)


def _exponential_linear(name):
    """Second derivative of `elu` and `selu`: the first depends on negative outputs."""

    def gradient(op, dy):
        inner, outputs = op.inputs
        first = getattr(raw, name)(dy, outputs)
        return [first, PUBLIC["where"](outputs < 0.0, dy * inner, PUBLIC["zeros_like"](outputs))]

    return gradient


Elu = _activation(
    "Elu",
    FLOATS,
    lambda xp, features: xp.where(features < 0, xp.expm1(xp.minimum(features, 0)), features),
    lambda op, dy: [raw.EluGrad(dy, op.outputs[0])],
)
EluGrad = _grad_op(
    "EluGrad",
    FLOATS,
    "outputs",
    lambda xp, gradients, outputs: xp.where(outputs < 0, (outputs + 1) * gradients, gradients),
    _exponential_linear("EluGrad"),
)

SELU_SCALE = 1.0507009873554804934193349852946
SELU_SCALE_ALPHA = 1.7580993408473768599402175208123

Selu = _activation(
    "Selu",
    FLOATS,
    lambda xp, features: xp.where(
        features < 0, SELU_SCALE_ALPHA * xp.expm1(xp.minimum(features, 0)), SELU_SCALE * features
    ),
    lambda op, dy: [raw.SeluGrad(dy, op.outputs[0])],
)
SeluGrad = _grad_op(
    "SeluGrad",
    FLOATS,
    "outputs",
    lambda xp, gradients, outputs: xp.where(
        outputs < 0, gradients * (outputs + SELU_SCALE_ALPHA), gradients * SELU_SCALE
    ),
    _exponential_linear("SeluGrad"),
)

Softplus = _activation(
    "Softplus",
    FLOATS,
    lambda xp, features: xp.maximum(features, 0) + xp.log1p(xp.exp(-xp.abs(features))),
    lambda op, dy: [dy * raw.Sigmoid(op.inputs[0])],
)
SoftplusGrad = _grad_op(
    "SoftplusGrad",
    FLOATS,
    "features",
    lambda xp, gradients, features: gradients / (xp.exp(-features) + 1),
    lambda op, dy: _softplus_grad_gradient(op, dy),
)


def _softplus_grad_gradient(op, ddy):
    dy, x = op.inputs
    # d/dx sigmoid(x) = 1 / (e^-x + 2 + e^x)
    return [raw.SoftplusGrad(ddy, x), ddy * dy / (raw.Exp(-x) + 2.0 + raw.Exp(x))]


Softsign = _activation(
    "Softsign",
    FLOATS,
    lambda xp, features: features / (xp.abs(features) + 1),
    lambda op, dy: [raw.SoftsignGrad(dy, op.inputs[0])],
)
SoftsignGrad = _grad_op(
    "SoftsignGrad",
    FLOATS,
    "features",
    lambda xp, gradients, features: gradients / xp.square(xp.abs(features) + 1),
)

LeakyRelu = define_op(
    "LeakyRelu",
    inputs="features: T",
    outputs="activations: T",
    attrs=["alpha: float = 0.20000000298023224", f"T: {FLOATS} = float"],
    shape=lambda features: features.dims,
)


@LeakyRelu.kernel
def _leaky_relu_kernel(xp, features, *, alpha):
    return xp.where(features > 0, features, features * np.float32(alpha).astype(features.dtype))


@LeakyRelu.gradient
def _leaky_relu_gradient(op, dy):
    return [raw.LeakyReluGrad(dy, op.inputs[0], alpha=op.attrs["alpha"])]


LeakyReluGrad = define_op(
    "LeakyReluGrad",
    inputs="gradients: T, features: T",
    outputs="backprops: T",
    attrs=["alpha: float = 0.20000000298023224", f"T: {FLOATS} = float"],
    shape=lambda gradients, features: merge(gradients.dims, features.dims),
)


@LeakyReluGrad.kernel
def _leaky_relu_grad_kernel(xp, gradients, features, *, alpha):
    return xp.where(features > 0, gradients, gradients * np.float32(alpha).astype(gradients.dtype))


@LeakyReluGrad.gradient
def _leaky_relu_grad_gradient(op, dy):
    second = op.inputs[1]
    return [raw.LeakyReluGrad(dy, second, alpha=op.attrs["alpha"]), PUBLIC["zeros_like"](second)]


@public
def relu(features, name=None):
    """The larger of `features` and 0, element by element.

    Args:
      features: real `Tensor`.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape and type of `features`.

    >>> sess.run(tf.nn.relu([-1.0, 2.0]))
    array([0., 2.], dtype=float32)
    """
    return raw.Relu(features, name=name)


@public
def relu6(features, name=None):
    """`features` limited to the range from 0 to 6.

    Args:
      features: real `Tensor`.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape and type of `features`.
    """
    with scope(name, "Relu6", (features,)) as name:
        return raw.Relu6(_named(features, "features"), name=name)


def _named(value, name):
    from headwater._src.graph.convert import convert_to_tensor

    return convert_to_tensor(value, name=name)


def elu(features, name=None):
    r"""$x$ where it is positive, $e^x - 1$ elsewhere.

    Args:
      features: floating-point `Tensor`.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape and type of `features`.
    """
    return raw.Elu(features, name=name)


def selu(features, name=None):
    """The scaled exponential linear unit, which keeps mean 0 and variance 1 from layer to layer.

    Args:
      features: floating-point `Tensor`.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape and type of `features`.
    """
    return raw.Selu(features, name=name)


@public
def softplus(features, name=None):
    r"""$\log(1 + e^x)$, element by element.

    Args:
      features: floating-point `Tensor`.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape and type of `features`.
    """
    return raw.Softplus(features, name=name)


def softsign(features, name=None):
    r"""$x / (1 + |x|)$, element by element.

    Args:
      features: floating-point `Tensor`.
      name: optional name of the operation.

    Returns:
      `Tensor` with the shape and type of `features`.
    """
    return raw.Softsign(features, name=name)


def leaky_relu(features, alpha=0.2, name=None):
    """`features` where positive, `alpha * features` elsewhere.

    Args:
      features: real `Tensor`; integers become float32.
      alpha: the slope for negative values, a Python number.
      name: optional name of the operation.

    Returns:
      floating-point `Tensor` with the shape of `features`.

    Raises:
      TypeError: `alpha` is not a number.
    """
    with scope(name, "LeakyRelu", (features, alpha)) as name:
        features = _named(features, "features")
        if features.dtype.base_dtype.is_integer:
            features = raw.Cast(features, DstT="float32")
        alpha = alpha.item() if isinstance(alpha, np.ndarray) else alpha
        return raw.LeakyRelu(features, alpha=alpha, name=name)


# --- L2Loss -----------------------------------------------------------------------------------

L2Loss = define_op(
    "L2Loss", inputs="t: T", outputs="output: T", attrs=[f"T: {FLOATS}"], shape=lambda t: ()
)


@L2Loss.kernel
def _l2_loss_kernel(xp, t):
    return (xp.sum(t * t, dtype=t.dtype) / 2).astype(t.dtype)


@L2Loss.gradient
def _l2_loss_gradient(op, dy):
    return [op.inputs[0] * dy]


def l2_loss(t, name=None):
    """Half the sum of the squares of all elements.

    Args:
      t: floating-point `Tensor` of any shape.
      name: optional name of the operation.

    Returns:
      scalar `Tensor` of the type of `t`.

    >>> sess.run(tf.nn.l2_loss([3.0, 4.0]))
    np.float32(12.5)
    """
    return raw.L2Loss(t, name=name)


# --- top-k membership -------------------------------------------------------------------------

InTopK = define_op(
    "InTopK",
    inputs="predictions: float, targets: T",
    outputs="precision: bool",
    attrs=["k: int", "T: {int32, int64} = int32"],
)
InTopKV2 = define_op(
    "InTopKV2",
    inputs="predictions: float, targets: T, k: T",
    outputs="precision: bool",
    attrs=["T: {int32, int64} = int32"],
)


def _in_top_k_dims(predictions, targets):
    rows, _ = with_rank(predictions.dims, 2)
    (count,) = with_rank(targets.dims, 1)
    return (merge_dim(rows, count),)


@InTopK.shape
def _in_top_k_shape(predictions, targets):
    return _in_top_k_dims(predictions, targets)


@InTopKV2.shape
def _in_top_k_v2_shape(predictions, targets, k):
    with_rank(k.dims, 0)
    return _in_top_k_dims(predictions, targets)


def _in_top_k(xp, predictions, targets, k):
    rows, classes = predictions.shape
    xp.require(
        targets.shape == (rows,),
        lambda: errors.InvalidArgumentError(
            None,
            None,
            f"First dimension of predictions {rows} must match length of targets "
            f"{targets.shape[0]}",
        ),
    )
    valid = (targets >= 0) & (targets < classes)
    picked = xp.take_along_axis(predictions, xp.where(valid, targets, 0)[:, None], axis=1)
    # Ties count in the target's favour; a row with a value that is not finite gives False.
    better = xp.sum(predictions > picked, axis=1)
    finite = xp.all(xp.isfinite(predictions), axis=1)
    return valid & finite & (better < k)


@InTopK.kernel
def _in_top_k_kernel(xp, predictions, targets, *, k):
    return _in_top_k(xp, predictions, targets, k)


@InTopKV2.kernel
def _in_top_k_v2_kernel(xp, predictions, targets, k):
    return _in_top_k(xp, predictions, targets, k)


InTopK.no_gradient()
InTopKV2.no_gradient()


def in_top_k(predictions, targets, k, name=None):
    """Whether each row's target class is among the `k` highest predictions.

    Args:
      predictions: float32 `Tensor` of shape `[rows, classes]`.
      targets: integer `Tensor` of shape `[rows]`.
      k: how many of the highest count; a number or scalar tensor.
      name: optional name of the scope.

    Returns:
      bool `Tensor` of shape `[rows]`.
    """
    with scope(name, "in_top_k"):
        return raw.InTopKV2(predictions, targets, k)
