"""Cross entropies between targets and outputs, which are probabilities or logits.

Where the output is the result of a softmax or sigmoid node, that node's input is used instead:
the logarithm of a probability that was rounded to zero would lose the gradient.
"""

from headwater._src.core import dtypes
from headwater._src.graph import raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.keras.functions import fn
from headwater._src.keras.state import epsilon


def _logits_of(output, kind, from_logits):
    """The logits that `output` is or was computed from, or None."""
    if from_logits:
        return output
    return output.op.inputs[0] if output.op.type == kind else None


def _inside(probabilities):
    """Probabilities kept away from 0 and 1."""
    small = epsilon()
    return fn.clip_by_value(probabilities, small, 1.0 - small)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """`-sum(target * log(output))` along the classes.

    Args:
      target: floating-point `Tensor`, probabilities.
      output: `Tensor` of the same shape, probabilities or logits.
      from_logits: whether `output` are logits.
      axis: the dimension of the classes.

    Returns:
      `Tensor` without that dimension.
    """
    target, output = convert_to_tensor(target), convert_to_tensor(output)
    logits = _logits_of(output, "Softmax", from_logits)
    if logits is not None:
        return fn.softmax_cross_entropy_with_logits_v2(labels=target, logits=logits, axis=axis)
    shares = output / fn.reduce_sum(output, axis=axis, keepdims=True)
    return -fn.reduce_sum(target * raw.Log(_inside(shares)), axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    """`-log(output[target])`: the cross entropy for targets that are numbers of classes.

    Args:
      target: `Tensor` of class numbers, `[...]` or `[..., 1]`.
      output: `Tensor` `[..., classes]`, probabilities or logits.
      from_logits: whether `output` are logits.
      axis: the dimension of the classes.

    Returns:
      `Tensor` without that dimension.
    """
    target, output = convert_to_tensor(target), convert_to_tensor(output)
    logits = _logits_of(output, "Softmax", from_logits)
    if logits is None:
        logits = raw.Log(_inside(output))
    rank = len(logits.dims)
    axis %= rank
    if axis != rank - 1:
        order = [i for i in range(rank) if i != axis] + [axis]
        logits = fn.transpose(logits, order)
    labels = fn.cast(target, dtypes.int64)
    if rank == 2 and labels.dims is not None and len(labels.dims) == 1:
        return fn.sparse_softmax_cross_entropy_with_logits(labels=labels, logits=logits)
    classes = logits.dims[-1]
    rows = fn.reshape(logits, [-1, fn.shape(logits)[-1] if classes is None else classes])
    losses = fn.sparse_softmax_cross_entropy_with_logits(
        labels=fn.reshape(labels, [-1]), logits=rows
    )
    return fn.reshape(losses, fn.shape(logits)[:-1]) if rank >= 3 else losses


def binary_crossentropy(target, output, from_logits=False):
    """The cross entropy of each element with its own target.

    Args:
      target: floating-point `Tensor`, probabilities.
      output: `Tensor` of the same shape, probabilities or logits.
      from_logits: whether `output` are logits.

    Returns:
      `Tensor` of the same shape.
    """
    target, output = convert_to_tensor(target), convert_to_tensor(output)
    logits = _logits_of(output, "Sigmoid", from_logits)
    if logits is not None:
        return fn.sigmoid_cross_entropy_with_logits(labels=target, logits=logits)
    inside, small = _inside(output), epsilon()
    return -(target * raw.Log(inside + small) + (1.0 - target) * raw.Log(1.0 - inside + small))
