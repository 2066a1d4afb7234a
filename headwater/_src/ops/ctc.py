"""Connectionist temporal classification: the loss and the greedy decoder."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._shapes import merge_dim, with_rank

_NO_SECOND = (
    "Currently there is no way to take the second  derivative of ctc_loss due to the fused "
    "implementation's interaction  with tf.gradients()"
)


def _invalid(message):
    raise errors.InvalidArgumentError(None, None, message)


CTCLoss = define_op(
    "CTCLoss",
    inputs="inputs: T, labels_indices: int64, labels_values: int32, sequence_length: int32",
    outputs="loss: T, gradient: T",
    attrs=[
        "preprocess_collapse_repeated: bool = false",
        "ctc_merge_repeated: bool = true",
        "ignore_longer_outputs_than_inputs: bool = false",
        "T: {float, double} = float",
    ],
)


@CTCLoss.shape
def _loss_shape(inputs, labels_indices, labels_values, sequence_length):
    time, batch, classes = with_rank(inputs.dims, 3)
    merge_dim(with_rank(labels_indices.dims, 2)[0], with_rank(labels_values.dims, 1)[0])
    batch = merge_dim(batch, with_rank(sequence_length.dims, 1)[0])
    return [(batch,), (time, batch, classes)]


def _check_lengths(inputs, sequence_length):
    if np.ndim(inputs) != 3:
        _invalid("inputs is not a 3-Tensor")
    if sequence_length.shape != (inputs.shape[1],):
        _invalid(
            "len(sequence_length) != batch_size.  "
            f"len(sequence_length):  {sequence_length.size} batch_size: {inputs.shape[1]}"
        )
    for b, length in enumerate(sequence_length):
        if length > inputs.shape[0]:
            _invalid(f"sequence_length({b}) <= {inputs.shape[0]}")


def _targets(indices, values, batch, classes, lengths, collapse, merge, ignore):
    """The labels of each example; None for one that is longer than its input and is ignored."""
    targets = [[] for _ in range(batch)]
    for (b, _), value in zip(indices, values):
        if not 0 <= b < batch:
            _invalid(f"labels batch index must be between 0 and {batch}, got {b}")
        if not 0 <= value < classes:
            _invalid(f"label SparseTensor is not valid: label {value} is not in [0, {classes})")
        label = int(value)
        if collapse and targets[b] and targets[b][-1] == label:
            continue
        targets[b].append(label)
    for b, target in enumerate(targets):
        if classes - 1 in target:
            at = target.index(classes - 1)
            if any(label != classes - 1 for label in target[at:]):
                _invalid(
                    "Saw a non-null label (index >= num_classes - 1) following a null label, "
                    f"batch: {b} num_classes: {classes} labels: {','.join(map(str, target))}"
                )
            target = targets[b] = target[:at]
        repeats = sum(x == y for x, y in zip(target, target[1:])) if merge else 0
        if len(target) + repeats > lengths[b]:
            if not ignore:
                _invalid(
                    "Not enough time for target transition sequence (required: "
                    f"{len(target) + repeats}, available: {lengths[b]}){b}You can turn this "
                    "error into a warning by using the flag "
                    "ignore_longer_outputs_than_inputs"
                )
            targets[b] = None
    return targets


def _log_sum(*parts):
    total = parts[0]
    for part in parts[1:]:
        total = np.logaddexp(total, part)
    return total


class _Lattice:
    """The states (blank, label, blank, ...) of all examples, padded, and the ways between them."""

    def __init__(self, targets, blank, merge):
        width = 2 * max((len(t) for t in targets), default=0) + 1
        self.labels = np.full((len(targets), width), blank)
        self.sizes = np.array([2 * len(t) + 1 for t in targets])
        for b, target in enumerate(targets):
            self.labels[b, 1 : 2 * len(target) : 2] = target
        self.inside = np.arange(width) < self.sizes[:, None]
        odd = np.arange(width) % 2 == 1
        skip = np.broadcast_to(odd, self.labels.shape).copy()
        skip[:, :2] = False
        if merge:
            skip[:, 2:] &= self.labels[:, 2:] != self.labels[:, :-2]
        self.skip = np.where(skip, 0.0, -np.inf)
        # Labels that are not merged cannot be held for two steps.
        stay = np.zeros(width) if merge else np.where(odd, -np.inf, 0.0)
        self.stay = np.broadcast_to(stay, self.labels.shape)

    def forward(self, emit):
        """Log-probabilities `[time, batch, state]` of all prefixes, emission included."""
        alpha = np.full(emit.shape, -np.inf)
        alpha[0, :, 0] = emit[0, :, 0]
        if emit.shape[2] > 1:
            alpha[0, :, 1] = np.where(self.inside[:, 1], emit[0, :, 1], -np.inf)
        for t in range(1, len(emit)):
            before = alpha[t - 1]
            total = _log_sum(
                before + self.stay, _shifted(before, 1), _shifted(before, 2) + self.skip
            )
            alpha[t] = np.where(self.inside, total + emit[t], -np.inf)
        return alpha

    def backward(self, emit, lengths):
        """Log-probabilities of all suffixes, emission excluded."""
        beta = np.full(emit.shape, -np.inf)
        rows = np.arange(emit.shape[1])
        final = np.full(emit.shape[1:], -np.inf)
        final[rows, self.sizes - 1] = 0.0
        final[rows, np.maximum(self.sizes - 2, 0)] = 0.0
        for t in range(len(emit) - 1, -1, -1):
            if t + 1 < len(emit):
                after = beta[t + 1] + emit[t + 1]
                beta[t] = _log_sum(
                    after + self.stay, _shifted(after, -1), _shifted(after + self.skip, -2)
                )
            last = lengths - 1 == t
            beta[t][last] = final[last]
        return beta


def _shifted(x, by):
    result = np.full(x.shape, -np.inf)
    if by > 0:
        result[:, by:] = x[:, :-by]
    else:
        result[:, :by] = x[:, -by:]
    return result


@CTCLoss.kernel(dynamic=True)
def _loss_kernel(
    xp,
    inputs,
    labels_indices,
    labels_values,
    sequence_length,
    *,
    preprocess_collapse_repeated,
    ctc_merge_repeated,
    ignore_longer_outputs_than_inputs,
):
    lengths = np.asarray(sequence_length)
    _check_lengths(inputs, lengths)
    time, batch, classes = inputs.shape
    if not batch:
        _invalid("batch_size must not be 0")
    targets = _targets(
        np.asarray(labels_indices),
        np.asarray(labels_values),
        batch,
        classes,
        lengths,
        preprocess_collapse_repeated,
        ctc_merge_repeated,
        ignore_longer_outputs_than_inputs,
    )
    used = np.array([b for b in range(batch) if targets[b] is not None and lengths[b] > 0], int)
    loss, gradient = np.zeros(batch, inputs.dtype), np.zeros(inputs.shape, inputs.dtype)
    if not len(used) or not time:
        return loss, gradient
    logits = np.asarray(inputs[:, used], np.float64)
    shifted = logits - logits.max(axis=2, keepdims=True)
    log_p = shifted - np.log(np.exp(shifted).sum(axis=2, keepdims=True))
    lattice = _Lattice([targets[b] for b in used], classes - 1, ctc_merge_repeated)
    emit = np.take_along_axis(log_p, lattice.labels[None].repeat(time, 0), axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        alpha = lattice.forward(emit)
        beta = lattice.backward(emit, lengths[used])
        paths = alpha + beta
        best = np.max(paths[0], axis=1)
        log_z = best + np.log(np.exp(paths[0] - best[:, None]).sum(axis=1))
        share = np.exp(paths - log_z[None, :, None])
    posterior = np.zeros(log_p.shape)
    for state in range(lattice.labels.shape[1]):
        columns = lattice.labels[:, state]
        posterior[:, np.arange(len(used)), columns] += np.nan_to_num(share[:, :, state])
    running = np.arange(time)[:, None] < lengths[used]
    loss[used] = -log_z
    gradient[:, used] = np.where(running[..., None], np.exp(log_p) - posterior, 0.0)
    return loss, gradient


@CTCLoss.gradient
def _loss_gradient(op, dy, _):
    fixed = raw.PreventGradient(op.outputs[1], message=_NO_SECOND)
    return [PUBLIC["expand_dims"](dy, -1) * fixed, None, None, None]


@public
def ctc_loss(
    labels,
    inputs=None,
    sequence_length=None,
    preprocess_collapse_repeated=False,
    ctc_merge_repeated=True,
    ignore_longer_outputs_than_inputs=False,
    time_major=True,
    logits=None,
):
    """The negative log-likelihood of label sequences whose alignment with the input is not known.

    Args:
      labels: int32 `SparseTensor` of shape `[batch, longest label]`.
      inputs: floating-point `Tensor` of logits `[time, batch, classes]`; the last class is blank.
      sequence_length: int32 vector, the lengths of the inputs.
      preprocess_collapse_repeated: whether repeated labels are merged first.
      ctc_merge_repeated: whether repeated classes of a path are merged.
      ignore_longer_outputs_than_inputs: whether labels longer than their input count nothing
        rather than fail.
      time_major: False for inputs of shape `[batch, time, classes]`.
      logits: the newer name of `inputs`.

    Returns:
      `Tensor` of shape `[batch]`.

    Raises:
      TypeError: `labels` is not sparse.
      InvalidArgumentError: when run, for labels that do not fit.
    """
    if not isinstance(labels, SparseTensor):
        raise TypeError(
            "Expected argument 'labels' to be a SparseTensor. "
            f"Received labels={labels} of type: {type(labels).__name__}"
        )
    inputs = inputs if logits is None else logits
    if not time_major:
        inputs = PUBLIC["transpose"](inputs, [1, 0, 2])
    loss, _ = raw.CTCLoss(
        inputs,
        labels.indices,
        labels.values,
        sequence_length,
        preprocess_collapse_repeated=preprocess_collapse_repeated,
        ctc_merge_repeated=ctc_merge_repeated,
        ignore_longer_outputs_than_inputs=ignore_longer_outputs_than_inputs,
    )
    return loss


# --- greedy decoder ---------------------------------------------------------------------------

CTCGreedyDecoder = define_op(
    "CTCGreedyDecoder",
    inputs="inputs: T, sequence_length: int32",
    outputs=(
        "decoded_indices: int64, decoded_values: int64, decoded_shape: int64, log_probability: T"
    ),
    attrs=["merge_repeated: bool = false", "blank_index: int = -1", "T: {float, double} = float"],
)


@CTCGreedyDecoder.shape
def _greedy_shape(inputs, sequence_length):
    batch = merge_dim(with_rank(inputs.dims, 3)[1], with_rank(sequence_length.dims, 1)[0])
    return [(None, 2), (None,), (2,), (batch, 1)]


def sparse_of(sequences):
    """Indices, values and shape of a sparse matrix with one row per sequence."""
    indices = [(b, i) for b, s in enumerate(sequences) for i in range(len(s))]
    values = [v for s in sequences for v in s]
    width = max((len(s) for s in sequences), default=0)
    return (
        np.array(indices, np.int64).reshape(-1, 2),
        np.array(values, np.int64),
        np.array([len(sequences), width], np.int64),
    )


@CTCGreedyDecoder.kernel(dynamic=True)
def _greedy_kernel(xp, inputs, sequence_length, *, merge_repeated, blank_index):
    lengths = np.asarray(sequence_length)
    _check_lengths(inputs, lengths)
    _, batch, classes = inputs.shape
    blank = blank_index + classes if blank_index < 0 else blank_index
    if not 0 <= blank < classes:
        _invalid(
            f"blank_index expected to be between {-classes} and {classes - 1}, but got "
            f"{blank_index}"
        )
    best = np.argmax(inputs, axis=2)
    score = np.zeros((batch, 1), inputs.dtype)
    decoded = []
    for b in range(batch):
        path, last = [], -1
        for t in range(lengths[b]):
            label = int(best[t, b])
            score[b, 0] -= inputs[t, b, label]
            if label != blank and not (merge_repeated and label == last):
                path.append(label)
            last = label
        decoded.append(path)
    return (*sparse_of(decoded), score)


CTCGreedyDecoder.no_gradient()


def ctc_greedy_decoder(inputs, sequence_length, merge_repeated=True, blank_index=None):
    """The labels of the likeliest path.

    Args:
      inputs: floating-point `Tensor` of logits `[time, batch, classes]`.
      sequence_length: int32 vector, the lengths of the inputs.
      merge_repeated: whether repeated classes of the path are merged.
      blank_index: the class that stands for nothing; the last one by default.

    Returns:
      A list with a `SparseTensor` of labels, and a `[batch, 1]` `Tensor` of minus the sum of the
      greatest logits.
    """
    indices, values, shape, score = raw.CTCGreedyDecoder(
        inputs,
        sequence_length,
        merge_repeated=merge_repeated,
        blank_index=-1 if blank_index is None else blank_index,
    )
    return [SparseTensor(indices, values, shape)], score
