"""The second form of the CTC loss, and what prepares label sequences for it."""

from headwater._src.core import dtypes
from headwater._src.graph import raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.graph.convert import convert_to_tensor
from headwater._src.graph.optable import PUBLIC
from headwater._src.ops._scope import scope


def ctc_loss_v2(
    labels,
    logits,
    label_length,
    logit_length,
    logits_time_major=True,
    unique=None,
    blank_index=None,
    name=None,
):
    """The negative log-likelihood of label sequences, dense or sparse, with any class as blank.

    Args:
      labels: int32 `Tensor` of shape `[batch, longest label]`, or a `SparseTensor`.
      logits: floating-point `Tensor` of shape `[time, batch, classes]`.
      label_length: int32 vector; None for sparse labels.
      logit_length: int32 vector, the lengths of the inputs.
      logits_time_major: False for logits of shape `[batch, time, classes]`.
      unique: ignored.
      blank_index: the class that stands for nothing; negative numbers count from the end. 0 by
        default for dense labels.
      name: optional name of the scope.

    Returns:
      `Tensor` of shape `[batch]`.

    Raises:
      ValueError: sparse labels without `blank_index`, or it is out of range.
    """
    sparse = isinstance(labels, SparseTensor)
    if sparse and blank_index is None:
        raise ValueError("Argument `blank_index` must be provided when labels is a SparseTensor.")
    with scope(name, "ctc_loss", (logits,)):
        logits = convert_to_tensor(logits, name="logits")
        if not logits_time_major:
            logits = PUBLIC["transpose"](logits, [1, 0, 2])
        if not sparse:
            labels = _sparse(convert_to_tensor(labels, name="labels"), label_length)
        blank = 0 if blank_index is None else blank_index
        classes = logits.shape.dims[-1].value if logits.shape.dims is not None else None
        if classes is None:
            raise ValueError("the number of classes must be known")
        if blank < 0:
            blank += classes
        if not 0 <= blank < classes:
            raise ValueError(f"blank_index must be in [{-classes}, {classes}), got {blank_index}")
        if blank != classes - 1:
            # The loss wants the blank last: it changes places with the classes behind it.
            parts = [
                logits[:, :, :blank],
                logits[:, :, blank + 1 :],
                logits[:, :, blank : blank + 1],
            ]
            logits = PUBLIC["concat"](parts, axis=2)
            values = labels.values
            moved = PUBLIC["where"](values < blank, values, values - 1)
            labels = SparseTensor(labels.indices, moved, labels.dense_shape)
        return PUBLIC["ctc_loss"](labels, logits, logit_length)


def _sparse(labels, lengths):
    shape = PUBLIC["shape"](labels)
    mask = PUBLIC["sequence_mask"](lengths, shape[1])
    indices = raw.Where(mask)
    values = PUBLIC["cast"](PUBLIC["gather_nd"](labels, indices), dtypes.int32)
    return SparseTensor(indices, values, PUBLIC["cast"](shape, dtypes.int64))


def collapse_repeated(labels, seq_length, name=None):
    """Merges repeated labels of each sequence.

    Args:
      labels: integer `Tensor` of shape `[batch, longest]`.
      seq_length: integer vector, the lengths of the sequences.
      name: optional name of the scope.

    Returns:
      The merged labels, padded with zeros to the longest of them, and their lengths.
    """
    with scope(name, "collapse_repeated_labels", (labels, seq_length)):
        labels = convert_to_tensor(labels, name="labels")
        lengths = convert_to_tensor(seq_length, name="seq_length")
        first = PUBLIC["ones_like"](labels[:, :1], dtypes.bool)
        differs = raw.NotEqual(labels[:, 1:], labels[:, :-1])
        keep = PUBLIC["concat"]([first, differs], axis=1)
        longest = PUBLIC["shape"](labels)[1]
        keep = raw.LogicalAnd(keep, PUBLIC["sequence_mask"](lengths, longest))
        new_lengths = PUBLIC["reduce_sum"](PUBLIC["cast"](keep, lengths.dtype), axis=1)
        width = PUBLIC["reduce_max"](new_lengths)
        filled = PUBLIC["sequence_mask"](new_lengths, width)
        kept = PUBLIC["boolean_mask"](labels, keep)
        places = PUBLIC["cast"](raw.Where(filled), dtypes.int32)
        width = PUBLIC["cast"](width, dtypes.int32)
        shape = PUBLIC["stack"]([PUBLIC["shape"](labels)[0], width])
        return PUBLIC["scatter_nd"](places, kept, shape), new_lengths


def ctc_unique_labels(labels, name=None):
    """The distinct labels of each sequence, and where each label is among them.

    Args:
      labels: integer `Tensor` of shape `[batch, longest]`.
      name: optional name of the scope.

    Returns:
      int64 `Tensor`s of the shape of `labels`: distinct labels padded with zeros, and indices.
    """
    with scope(name, "ctc_unique_labels", (labels,)):
        labels = convert_to_tensor(labels, name="labels")

        def distinct(row):
            found, places = raw.Unique(row)
            missing = PUBLIC["shape"](row)[0] - PUBLIC["shape"](found)[0]
            padded = raw.Pad(found, PUBLIC["stack"]([[0, missing]]))
            return [PUBLIC["cast"](padded, dtypes.int64), PUBLIC["cast"](places, dtypes.int64)]

        found, places = PUBLIC["map_fn"](distinct, labels, dtype=[dtypes.int64, dtypes.int64])
        return found, places
