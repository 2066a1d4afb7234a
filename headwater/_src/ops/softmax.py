"""Softmax, its logarithm, and the cross-entropies built on it."""

import functools

from headwater._src.core import dtypes, errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.default import get_default_graph
from headwater._src.graph.operation import Tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._args import renamed
from headwater._src.ops._scope import scope
from headwater._src.ops._shapes import ShapeError, broadcast, is_full, merge_dim, text, with_rank

FLOATS = "{half, bfloat16, float, double}"
_HALVES = (dtypes.float16, dtypes.bfloat16)


# --- Softmax, LogSoftmax ----------------------------------------------------------------------


def _at_least_vector(logits):
    return with_rank(logits.dims, 1, at_least=True)


Softmax = define_op(
    "Softmax",
    inputs="logits: T",
    outputs="softmax: T",
    attrs=[f"T: {FLOATS}"],
    shape=_at_least_vector,
)


@Softmax.kernel
def _softmax_kernel(xp, logits):
    shifted = logits - xp.max(logits, axis=-1, keepdims=True, initial=-xp.inf)
    e = xp.exp(shifted)  # shifted, so exp cannot overflow
    return e / xp.sum(e, axis=-1, keepdims=True)


@Softmax.gradient
def _softmax_gradient(op, dy):
    (y,) = op.outputs  # J = diag(y) - y yT, so JT dy = (dy - <dy, y>) y
    return [(dy - raw.Sum(dy * y, -1, keep_dims=True)) * y]


LogSoftmax = define_op(
    "LogSoftmax",
    inputs="logits: T",
    outputs="logsoftmax: T",
    attrs=[f"T: {FLOATS}"],
    shape=_at_least_vector,
)


@LogSoftmax.kernel
def _log_softmax_kernel(xp, logits):
    shifted = logits - xp.max(logits, axis=-1, keepdims=True, initial=-xp.inf)
    return shifted - xp.log(xp.sum(xp.exp(shifted), axis=-1, keepdims=True))


@LogSoftmax.gradient
def _log_softmax_gradient(op, dy):
    y = raw.Exp(op.outputs[0])
    return [dy - raw.Sum(dy, -1, keep_dims=True) * y]


def _along_axis(op, logits, axis, name):
    """`op` works along the last dimension; for another one, the two change places around it."""
    logits = convert_to_tensor(logits)
    rank = None if logits.dims is None else len(logits.dims)
    dynamic = isinstance(axis, Tensor)
    if not dynamic and (axis == -1 or rank is not None and axis == rank - 1):
        return op(logits, name=name)
    if isinstance(axis, int) and rank is not None and not -rank <= axis < rank:
        raise errors.InvalidArgumentError(
            None,
            None,
            f"`dim` must be in the range [{-rank}, {rank}) where {rank} is the number of "
            f"dimensions in the input. Received: dim={axis}",
        )
    rank_of, shape = PUBLIC["rank"], logits.dims
    first = rank_of(logits)
    if dynamic:
        axis = raw.Select(axis < 0, axis + first, axis)
    count = rank_of(logits)  # TensorFlow's graph holds two nodes
    if dynamic:
        axis %= rank if rank is not None else count
    elif axis < 0:
        axis += rank if rank is not None else count
    result = op(_swapped_with_last(logits, axis, raw.Sub(count, 1)))
    result = _swapped_with_last(result, axis, raw.Sub(count, 1), name)
    result.set_shape(shape)
    return result


def _swapped_with_last(tensor, axis, last, name=None):
    ranged = PUBLIC["range"]
    order = PUBLIC["concat"]([ranged(axis), [last], ranged(axis + 1, last), [axis]], 0)
    return PUBLIC["transpose"](tensor, order, name=name)


@public
def softmax(logits, axis=None, name=None, dim=None):
    r"""Normalised exponential along `axis`: $y_i = e^{x_i} / \sum_j e^{x_j}$.

    Args:
      logits: floating-point `Tensor`, shape `[..., n, ...]`, rank at least 1.
      axis: the dimension of size `n` whose entries will sum to one (default: the last).
      name: optional name of the operation.
      dim: the older name of `axis`.

    Returns:
      `Tensor` with the shape and type of `logits`.

    Raises:
      InvalidArgumentError: `axis` is not a dimension of `logits`.

    >>> sess.run(tf.nn.softmax([0.0, 0.0]))
    array([0.5, 0.5], dtype=float32)
    """
    return _along_axis(raw.Softmax, logits, renamed("axis", axis, "dim", dim, -1), name)


@public
def log_softmax(logits, axis=None, name=None, dim=None):
    r"""Logarithm of the softmax along `axis`: $x_i - \log \sum_j e^{x_j}$.

    Args:
      logits: floating-point `Tensor` of rank at least 1.
      axis: the dimension that is normalised (default: the last).
      name: optional name of the operation.
      dim: the older name of `axis`.

    Returns:
      `Tensor` with the shape and type of `logits`.

    Raises:
      InvalidArgumentError: `axis` is not a dimension of `logits`.
    """
    return _along_axis(raw.LogSoftmax, logits, renamed("axis", axis, "dim", dim, -1), name)


# --- cross-entropy with a distribution --------------------------------------------------------

SoftmaxCrossEntropyWithLogits = define_op(
    "SoftmaxCrossEntropyWithLogits",
    inputs="features: T, labels: T",
    outputs="loss: T, backprop: T",
    attrs=[f"T: {FLOATS}"],
)


@SoftmaxCrossEntropyWithLogits.shape
def _cross_entropy_shape(features, labels):
    dims = broadcast(features.dims, labels.dims)
    if dims is not None and len(dims) != 2:
        raise ShapeError(f"Shape must be broadcasted with rank 2, but is rank {len(dims)}")
    dims = with_rank(dims, 2)
    return [dims[:1], dims]


@SoftmaxCrossEntropyWithLogits.kernel
def _cross_entropy_kernel(xp, features, labels):
    try:
        dims = broadcast(features.shape, labels.shape)
        ok = len(dims) == 2
    except ShapeError:
        ok = False
    xp.require(
        ok,
        lambda: errors.InvalidArgumentError(
            None,
            None,
            "logits and labels must be broadcastable: logits_size="
            f"{text(features.shape)} labels_size={text(labels.shape)}",
        ),
    )
    features, labels = xp.broadcast_to(features, dims), xp.broadcast_to(labels, dims)
    shifted = features - xp.max(features, axis=-1, keepdims=True, initial=-xp.inf)
    e = xp.exp(shifted)
    total = xp.sum(e, axis=-1, keepdims=True)
    loss = xp.sum(labels * (xp.log(total) - shifted), axis=-1)
    return loss, e / total - labels


def _is_zero(tensor):
    if tensor.op.type in ("ZerosLike", "Zeros"):
        return True
    known = tensor.known
    return known is not None and not known.any()


def _through_backprop(op, result, ddx, logits):
    """Adds what flows back through the op's second output, its own derivative."""
    expand = PUBLIC["expand_dims"]
    y = raw.Softmax(logits)
    inner = PUBLIC["matmul"](expand(ddx, 1), expand(y, 2))
    return result + (ddx - PUBLIC["squeeze"](inner, axis=1)) * y


@SoftmaxCrossEntropyWithLogits.gradient
def _cross_entropy_gradient(op, dloss, ddx):
    expand = PUBLIC["expand_dims"]
    logits = op.inputs[0]
    dx = expand(dloss, -1) * op.outputs[1]
    if ddx is not None and not _is_zero(ddx):
        dx = _through_backprop(op, dx, ddx, logits)
    negative = -raw.LogSoftmax(logits)
    return [dx, expand(dloss, -1) * negative]


def _named_only(function):
    """Guards the order of labels and logits, which changed once: they are given by name."""

    @functools.wraps(function)
    def checked(*args, **kwargs):
        if args:
            raise ValueError(
                f"Only call `{function.__name__}` with named arguments "
                "(labels=..., logits=..., ...)"
            )
        return function(**kwargs)

    return checked


def _as_matrix(tensor):
    """`tensor` with all dimensions but the last made one."""
    rank = PUBLIC["rank"](tensor)
    size = raw.Slice(PUBLIC["shape"](tensor), [raw.Sub(rank, 1)], [1])
    result = raw.Reshape(tensor, PUBLIC["concat"]([[-1], size], 0))
    if tensor.dims is not None:
        rows = 1
        for d in tensor.dims[:-1]:
            rows = None if rows is None or d is None else rows * d
        if rows is not None:
            result.set_shape((rows, *tensor.dims[-1:]))
    return result


def _moved_to_end(tensor, axis, rank):
    ranged = PUBLIC["range"]
    order = PUBLIC["concat"]([ranged(axis), ranged(axis + 1, rank), [axis]], 0)
    return PUBLIC["transpose"](tensor, order)


@public
def softmax_cross_entropy_with_logits_v2(labels, logits, axis=None, name=None, dim=None):
    r"""Cross-entropy of a distribution and the softmax of `logits`: $-\sum_i p_i \log q_i$.

    Gradients flow into `labels` too.

    Args:
      labels: floating-point `Tensor`; along `axis`, a probability distribution.
      logits: `Tensor` of the shape and type of `labels`: unscaled log probabilities.
      axis: the dimension of the classes (default: the last).
      name: optional name of the operation.
      dim: the older name of `axis`.

    Returns:
      `Tensor` of the shape of `labels` without `axis`, of the type of `logits`.

    Raises:
      ValueError: the shapes differ.
    """
    axis = renamed("axis", axis, "dim", dim, -1)
    with scope(name, "softmax_cross_entropy_with_logits", (logits, labels)) as name:
        logits = convert_to_tensor(logits, name="logits")
        labels = convert_to_tensor(labels, name="labels")
        kind = logits.dtype.base_dtype
        precise = raw.Cast(logits, DstT=dtypes.float32) if kind in _HALVES else logits
        if labels.dtype.base_dtype != precise.dtype.base_dtype:
            labels = raw.Cast(labels, DstT=precise.dtype.base_dtype)
        rank = PUBLIC["rank"](precise)
        dims = logits.dims
        if axis != -1:
            precise, labels = _moved_to_end(precise, axis, rank), _moved_to_end(labels, axis, rank)
        shape = PUBLIC["shape"](precise)
        rows, row_labels = _as_matrix(precise), _as_matrix(labels)
        cost = raw.SoftmaxCrossEntropyWithLogits(rows, row_labels, name=name)[0]
        cost = raw.Reshape(cost, raw.Slice(shape, [0], [raw.Sub(rank, 1)]))
        if dims is not None:
            at = axis % len(dims)
            cost.set_shape((*dims[:at], *dims[at + 1 :]))
        return raw.Cast(cost, DstT=kind) if kind in _HALVES else cost


@public
@_named_only
def softmax_cross_entropy_with_logits(labels=None, logits=None, dim=-1, name=None, axis=None):
    """Cross-entropy of a distribution and the softmax of `logits`; `labels` count as constant.

    Both are given by name only.

    Args:
      labels: floating-point `Tensor`; along `dim`, a probability distribution.
      logits: `Tensor` of the shape and type of `labels`: unscaled log probabilities.
      dim: the dimension of the classes.
      name: optional name of the operation.
      axis: the newer name of `dim`.

    Returns:
      `Tensor` of the shape of `labels` without `dim`, of the type of `logits`.

    Raises:
      ValueError: an argument is given by position, or one of the two is missing, or the shapes
        differ.
    """
    _both_given("softmax_cross_entropy_with_logits", labels, logits)
    axis = dim if axis is None else axis
    with scope(name, "softmax_cross_entropy_with_logits_sg", (logits, labels)) as name:
        labels = raw.StopGradient(labels, name="labels_stop_gradient")
        return softmax_cross_entropy_with_logits_v2(
            labels=labels, logits=logits, axis=axis, name=name
        )


def _both_given(function, labels, logits):
    if labels is None or logits is None:
        raise ValueError(
            f"Both `labels` and `logits` must be provided to {function}. Received: "
            f"labels={labels} and logits={logits}"
        )


# --- cross-entropy with a class index ---------------------------------------------------------

SparseSoftmaxCrossEntropyWithLogits = define_op(
    "SparseSoftmaxCrossEntropyWithLogits",
    inputs="features: T, labels: Tlabels",
    outputs="loss: T, backprop: T",
    attrs=[f"T: {FLOATS}", "Tlabels: {int32, int64} = int64"],
)


@SparseSoftmaxCrossEntropyWithLogits.shape
def _sparse_cross_entropy_shape(features, labels):
    rows, classes = with_rank(features.dims, 2)
    (count,) = with_rank(labels.dims, 1)
    rows = merge_dim(rows, count)
    return [(rows,), (rows, classes)]


@SparseSoftmaxCrossEntropyWithLogits.kernel
def _sparse_cross_entropy_kernel(xp, features, labels):
    xp.require(
        xp.ndim(features) == 2,
        lambda: errors.InvalidArgumentError(
            None, None, f"logits must be 2-D, but got shape {text(features.shape)}"
        ),
    )
    if xp.ndim(labels) != 1:
        raise errors.InvalidArgumentError(
            None, None, f"labels must be 1-D, but got shape {text(labels.shape)}"
        )
    xp.require(
        labels.shape == features.shape[:1],
        lambda: errors.InvalidArgumentError(
            None,
            None,
            "logits and labels must have the same first dimension, got logits shape "
            f"{text(features.shape)} and labels shape {text(labels.shape)}",
        ),
    )
    classes = features.shape[1]
    valid = (labels >= 0) & (labels < classes)

    def bad_label():
        wrong = labels[~valid][0]
        return errors.InvalidArgumentError(
            None,
            None,
            f"Received a label value of {wrong} which is outside the valid range of [0, {classes})."
            f"  Label values: {' '.join(str(v) for v in labels)}",
        )

    xp.require(valid, bad_label)
    shifted = features - xp.max(features, axis=-1, keepdims=True, initial=-xp.inf)
    e = xp.exp(shifted)
    total = xp.sum(e, axis=-1, keepdims=True)
    hit = labels[:, None] == xp.arange(classes, dtype=labels.dtype)
    zero = xp.zeros_like(features)
    loss = xp.log(total[:, 0]) - xp.sum(xp.where(hit, shifted, zero), axis=-1)
    return loss, e / total - xp.where(hit, xp.ones_like(features), zero)


@SparseSoftmaxCrossEntropyWithLogits.gradient
def _sparse_cross_entropy_gradient(op, dloss, ddx):
    dx = PUBLIC["expand_dims"](dloss, -1) * op.outputs[1]
    if ddx is not None and not _is_zero(ddx):
        dx = _through_backprop(op, dx, ddx, op.inputs[0])
    return [dx, None]


@public
@_named_only
def sparse_softmax_cross_entropy_with_logits(labels=None, logits=None, name=None):
    """Minus the log probability that the softmax of `logits` gives to the classes `labels`.

    Both are given by name only.

    Args:
      labels: int32 or int64 `Tensor` of shape `[...]`, each in `[0, classes)`.
      logits: floating-point `Tensor` of shape `[..., classes]`: unscaled log probabilities.
      name: optional name of the operation.

    Returns:
      `Tensor` of the shape of `labels` and the type of `logits`.

    Raises:
      ValueError: an argument is given by position or missing, or the shapes do not fit.
      InvalidArgumentError: when run, for a label out of range.
    """
    _both_given("sparse_softmax_cross_entropy_with_logits", labels, logits)
    with scope(name, "SparseSoftmaxCrossEntropyWithLogits", (labels, logits)):
        labels = convert_to_tensor(labels)
        logits = convert_to_tensor(logits)
        kind = logits.dtype.base_dtype
        precise = raw.Cast(logits, DstT=dtypes.float32) if kind in _HALVES else logits
        _check_sparse_shapes(labels, logits)
        labels_dims = labels.dims
        shape_of = PUBLIC["shape"]
        labels_shape = shape_of(labels)
        if logits.dims is not None and len(logits.dims) == 2:
            cost = raw.SparseSoftmaxCrossEntropyWithLogits(precise, labels, name=name)[0]
            return raw.Cast(cost, DstT=kind) if kind in _HALVES else cost
        checks = []
        if (
            not (is_full(labels_dims) and logits.dims is not None and is_full(logits.dims[:-1]))
            and "assert_equal" in PUBLIC
        ):
            checks.append(PUBLIC["assert_equal"](shape_of(labels), shape_of(logits)[:-1]))
        with get_default_graph().control_dependencies(checks):
            classes = shape_of(logits)[PUBLIC["rank"](logits) - 1]
            precise = PUBLIC["reshape"](precise, [-1, classes])
            flat = raw.Reshape(labels, [-1])
            cost = raw.SparseSoftmaxCrossEntropyWithLogits(precise, flat, name=name)[0]
            cost = raw.Reshape(cost, labels_shape)
            cost.set_shape(labels_dims)
            return raw.Cast(cost, DstT=kind) if kind in _HALVES else cost


def _check_sparse_shapes(labels, logits):
    if logits.dims is None:
        return
    if not logits.dims:
        raise ValueError(f"`logits` cannot be a scalar. Received logits={logits}`")
    if labels.dims is None:
        return
    if len(labels.dims) != len(logits.dims) - 1:
        raise ValueError(
            "`labels.shape.rank` must equal `logits.shape.rank - 1`. Received: "
            f"labels.shape={labels.shape} of rank {len(labels.dims)} and logits.shape="
            f"{logits.shape} of rank {len(logits.dims)}"
        )
    if is_full(labels.dims) and is_full(logits.dims[:-1]) and labels.dims != logits.dims[:-1]:
        raise ValueError(
            "`labels.shape` must equal `logits.shape` except for the last dimension. Received: "
            f"labels.shape={labels.shape} and logits.shape={logits.shape}"
        )
