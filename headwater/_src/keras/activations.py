"""`tf.keras.activations`: functions that layers apply to their results, by name."""

from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.keras.functions import fn
from headwater._src.keras.serialization import deserialize_keras_object


def linear(x):
    """`x` itself.

    Args:
      x: floating-point `Tensor`.
    """
    return x


def relu(x, alpha=0.0, max_value=None, threshold=0.0):
    """`x` where it is at least `threshold`, else `alpha * (x - threshold)`; at most `max_value`.

    Args:
      x: floating-point `Tensor`.
      alpha: slope below the threshold.
      max_value: upper bound of the result, or None.
      threshold: where the upper branch begins.

    Returns:
      `Tensor` of the shape of `x`.
    """
    x = convert_to_tensor(x)
    bounded = max_value is not None
    if alpha != 0.0:
        if not bounded and threshold == 0:
            return raw.LeakyRelu(x, alpha=float(alpha))
        below = raw.Relu(threshold - x) if threshold != 0 else raw.Relu(-x)
    if threshold != 0:
        upper = x * fn.cast(x > float(threshold), x.dtype)
    elif max_value == 6:
        upper, bounded = raw.Relu6(x), False
    else:
        upper = raw.Relu(x)
    if bounded:
        upper = fn.clip_by_value(upper, 0.0, float(max_value))
    return upper - alpha * below if alpha != 0.0 else upper


def elu(x, alpha=1.0):
    """`x` where positive, else `alpha * (exp(x) - 1)`.

    Args:
      x: floating-point `Tensor`.
      alpha: the negated limit towards minus infinity.
    """
    result = raw.Elu(x)
    return result if alpha == 1 else fn.where(x > 0, result, alpha * result)


def selu(x):
    """`elu` scaled so that means and variances stay 0 and 1 (Klambauer et al., 2017).

    Args:
      x: floating-point `Tensor`.
    """
    return raw.Selu(x)


def softplus(x):
    """`log(exp(x) + 1)`.

    Args:
      x: floating-point `Tensor`.
    """
    return raw.Softplus(x)


def softsign(x):
    """`x / (abs(x) + 1)`.

    Args:
      x: floating-point `Tensor`.
    """
    return raw.Softsign(x)


def tanh(x):
    """The hyperbolic tangent.

    Args:
      x: floating-point `Tensor`.
    """
    return raw.Tanh(x)


def sigmoid(x):
    """`1 / (1 + exp(-x))`.

    Args:
      x: floating-point `Tensor`.
    """
    return raw.Sigmoid(x)


def hard_sigmoid(x):
    """`0.2 * x + 0.5`, kept within 0 and 1.

    Args:
      x: floating-point `Tensor`.
    """
    return fn.clip_by_value(x * 0.2 + 0.5, 0.0, 1.0)


def exponential(x):
    """`exp(x)`.

    Args:
      x: floating-point `Tensor`.
    """
    return raw.Exp(x)


def swish(x):
    """`x * sigmoid(x)`.

    Args:
      x: floating-point `Tensor`.
    """
    return x * raw.Sigmoid(x)


def mish(x):
    """`x * tanh(softplus(x))`.

    Args:
      x: floating-point `Tensor`.
    """
    return x * raw.Tanh(raw.Softplus(x))


def softmax(x, axis=-1):
    """Exponentials that sum to 1 along `axis`.

    Args:
      x: floating-point `Tensor` of rank 2 or more.
      axis: the dimension of the classes.

    Returns:
      `Tensor` of the shape of `x`.

    Raises:
      ValueError: `x` is a vector.
    """
    x = convert_to_tensor(x)
    rank = len(x.dims)
    if rank == 1:
        raise ValueError(f"Cannot apply softmax to a tensor that is 1D. Received input: {x}")
    if rank == 2 or axis in (-1, rank - 1):
        return fn.softmax(x) if axis in (-1, rank - 1) else fn.softmax(x, axis=axis)
    exponentials = raw.Exp(x - fn.reduce_max(x, axis=axis, keepdims=True))
    return exponentials / fn.reduce_sum(exponentials, axis=axis, keepdims=True)


_NAMES = {
    f.__name__: f
    for f in (
        linear,
        relu,
        elu,
        selu,
        softplus,
        softsign,
        tanh,
        sigmoid,
        hard_sigmoid,
        exponential,
        swish,
        mish,
        softmax,
    )
}


def serialize(activation, use_legacy_format=False):
    """The name of an activation.

    Args:
      activation: a function.
      use_legacy_format: ignored; kept for newer programs.

    Raises:
      ValueError: it has no name.
    """
    if not hasattr(activation, "__name__"):
        raise ValueError(f"Cannot serialize {activation!r}: it has no name.")
    return activation.__name__


def deserialize(name, custom_objects=None, use_legacy_format=False):
    """The activation of a name.

    Args:
      name: one of this module's names, or of the program's objects.
      custom_objects: dict from further names to functions.
      use_legacy_format: ignored; kept for newer programs.
    """
    return deserialize_keras_object(name, _NAMES, custom_objects, "activation function")


def get(identifier):
    """The activation that a program means.

    Args:
      identifier: a name, a config, a function, or None for `linear`.

    Raises:
      TypeError: it is of another kind.
    """
    if identifier is None:
        return linear
    if isinstance(identifier, (str, dict)):
        return deserialize(identifier)
    if callable(identifier):
        return identifier
    raise TypeError(f"Could not interpret activation function identifier: {identifier!r}")
