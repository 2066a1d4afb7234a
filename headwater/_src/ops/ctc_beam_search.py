"""Connectionist temporal classification: the beam search decoder."""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, raw
from headwater._src.graph.composite import SparseTensor
from headwater._src.ops._shapes import merge_dim, with_rank

CTCBeamSearchDecoder = define_op(
    "CTCBeamSearchDecoder",
    inputs="inputs: T, sequence_length: int32",
    outputs=(
        "decoded_indices: top_paths * int64, decoded_values: top_paths * int64, "
        "decoded_shape: top_paths * int64, log_probability: T"
    ),
    attrs=[
        "beam_width: int >= 1",
        "top_paths: int >= 1",
        "merge_repeated: bool = true",
        "T: {float, double} = float",
    ],
)


@CTCBeamSearchDecoder.shape
def _beam_shape(inputs, sequence_length, *, top_paths):
    batch = merge_dim(with_rank(inputs.dims, 3)[1], with_rank(sequence_length.dims, 1)[0])
    return [
        *[(None, 2)] * top_paths,
        *[(None,)] * top_paths,
        *[(2,)] * top_paths,
        (batch, top_paths),
    ]


def _search(log_p, width):
    """The `width` likeliest label sequences and their log-probabilities, best first.

    For each prefix two numbers are kept: the log-probability of the paths that end in a blank, and
    of those that end in the prefix's last label.
    """
    blank = log_p.shape[1] - 1
    beams = {(): (0.0, -np.inf)}
    for row in log_p:
        found = {}
        for prefix, (ends_blank, ends_label) in beams.items():
            both = np.logaddexp(ends_blank, ends_label)
            _add(found, prefix, both + row[blank], -np.inf)
            for label in range(blank):
                if prefix and prefix[-1] == label:
                    _add(found, prefix, -np.inf, ends_label + row[label])
                    _add(found, (*prefix, label), -np.inf, ends_blank + row[label])
                else:
                    _add(found, (*prefix, label), -np.inf, both + row[label])
        ranked = sorted(found.items(), key=lambda item: -np.logaddexp(*item[1]))
        beams = dict(ranked[:width])
    ranked = sorted(beams.items(), key=lambda item: -np.logaddexp(*item[1]))
    return [(prefix, float(np.logaddexp(*score))) for prefix, score in ranked]


def _add(found, prefix, ends_blank, ends_label):
    old = found.get(prefix, (-np.inf, -np.inf))
    found[prefix] = (np.logaddexp(old[0], ends_blank), np.logaddexp(old[1], ends_label))


def _merged(labels):
    return [label for i, label in enumerate(labels) if i == 0 or labels[i - 1] != label]


@CTCBeamSearchDecoder.kernel(dynamic=True)
def _beam_kernel(xp, inputs, sequence_length, *, beam_width, top_paths, merge_repeated):
    if top_paths > beam_width:
        raise errors.InvalidArgumentError(
            None,
            None,
            "Beam width must be >= top_paths: "
            f"requested {top_paths} paths of a beam of width {beam_width}",
        )
    lengths = np.asarray(sequence_length)
    time, batch, _ = inputs.shape
    if lengths.shape != (batch,):
        raise errors.InvalidArgumentError(None, None, "len(sequence_length) != batch_size")
    if (lengths > time).any():
        raise errors.InvalidArgumentError(
            None, None, f"sequence_length({int(np.argmax(lengths > time))}) <= {time}"
        )
    x = np.asarray(inputs, np.float64)
    x = x - x.max(axis=2, keepdims=True)
    log_p = x - np.log(np.exp(x).sum(axis=2, keepdims=True))
    paths = [[] for _ in range(top_paths)]
    scores = np.zeros((batch, top_paths), inputs.dtype)
    with np.errstate(invalid="ignore"):
        for b in range(batch):
            found = _search(log_p[: lengths[b], b], beam_width)
            if len(found) < top_paths:
                raise errors.InvalidArgumentError(
                    None, None, "Less leaves in the beam search than requested."
                )
            for i, (labels, score) in enumerate(found[:top_paths]):
                paths[i].append(_merged(labels) if merge_repeated else list(labels))
                scores[b, i] = score
    indices, values, shapes = zip(*(_sparse(rows) for rows in paths))
    return (*indices, *values, *shapes, scores)


def _sparse(rows):
    indices = [(b, i) for b, row in enumerate(rows) for i in range(len(row))]
    width = max((len(row) for row in rows), default=0)
    return (
        np.array(indices, np.int64).reshape(-1, 2),
        np.array([v for row in rows for v in row], np.int64),
        np.array([len(rows), width], np.int64),
    )


CTCBeamSearchDecoder.no_gradient()


def ctc_beam_search_decoder(
    inputs, sequence_length, beam_width=100, top_paths=1, merge_repeated=True
):
    """The likeliest label sequences, found among the `beam_width` best prefixes of each step.

    Args:
      inputs: floating-point `Tensor` of logits `[time, batch, classes]`; the last class is blank.
      sequence_length: int32 vector, the lengths of the inputs.
      beam_width: how many prefixes are kept.
      top_paths: how many sequences are returned.
      merge_repeated: whether repeated labels of the result are merged.

    Returns:
      A list of `top_paths` `SparseTensor`s of labels, and a `[batch, top_paths]` `Tensor` of
      log-probabilities.
    """
    indices, values, shapes, scores = raw.CTCBeamSearchDecoder(
        inputs,
        sequence_length,
        beam_width=beam_width,
        top_paths=top_paths,
        merge_repeated=merge_repeated,
    )
    parts = zip(indices, values, shapes)
    return [SparseTensor(i, v, s) for i, v, s in parts], scores


def ctc_beam_search_decoder_v2(inputs, sequence_length, beam_width=100, top_paths=1):
    """`ctc_beam_search_decoder` that never merges repeated labels of the result.

    Args:
      inputs: floating-point `Tensor` of logits `[time, batch, classes]`; the last class is blank.
      sequence_length: int32 vector, the lengths of the inputs.
      beam_width: how many prefixes are kept.
      top_paths: how many sequences are returned.

    Returns:
      A list of `top_paths` `SparseTensor`s of labels, and a `[batch, top_paths]` `Tensor` of
      log-probabilities.
    """
    return ctc_beam_search_decoder(
        inputs, sequence_length, beam_width=beam_width, top_paths=top_paths, merge_repeated=False
    )
