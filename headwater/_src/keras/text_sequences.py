"""Sequences of numbers: padding, pairs of neighbours for embeddings, windows of time series."""

import json
import random

import numpy as np

from headwater._src.keras.batch_sources import Sequence


def pad_sequences(
    sequences, maxlen=None, dtype="int32", padding="pre", truncating="pre", value=0.0
):
    """Sequences of different lengths as the rows of one array.

    Args:
      sequences: list of sequences.
      maxlen: length of the rows (default: of the longest sequence).
      dtype: type of the array.
      padding: `"pre"` or `"post"`: where short sequences are filled up.
      truncating: `"pre"` or `"post"`: where long sequences are cut.
      value: what they are filled up with.

    Returns:
      Array `[number, maxlen, ...]`.

    Raises:
      ValueError: an element is no sequence, or has another shape, or an option is unknown.
    """
    if not hasattr(sequences, "__len__"):
        raise ValueError("`sequences` must be iterable.")
    lengths, sample = [], ()
    for sequence in sequences:
        try:
            lengths.append(len(sequence))
        except TypeError as e:
            raise ValueError(
                "`sequences` must be a list of iterables. Found non-iterable: " + str(sequence)
            ) from e
        if sample == () and len(sequence):
            sample = np.asarray(sequence).shape[1:]
    if maxlen is None:
        maxlen = max(lengths, default=0)
    kind = np.dtype(dtype)
    if isinstance(value, str) and not kind.hasobject and not np.issubdtype(kind, np.str_):
        raise ValueError(
            f"`dtype` {dtype} is not compatible with `value`'s type: {type(value)}\nYou should set "
            "`dtype=object` for variable length strings."
        )
    result = np.full((len(sequences), maxlen, *sample), value, dtype=kind)
    for row, sequence in zip(result, sequences):
        if not len(sequence):
            continue
        if truncating not in ("pre", "post"):
            raise ValueError(f'Truncating type "{truncating}" not understood')
        kept = sequence[-maxlen:] if truncating == "pre" else sequence[:maxlen]
        kept = np.asarray(kept, dtype=kind)
        if kept.shape[1:] != sample:
            raise ValueError(
                f"Shape of sample {kept.shape[1:]} of sequence is different from expected shape "
                f"{sample}"
            )
        if padding == "post":
            row[: len(kept)] = kept
        elif padding == "pre":
            row[-len(kept) :] = kept
        else:
            raise ValueError(f'Padding type "{padding}" not understood')
    return result


def make_sampling_table(size, sampling_factor=1e-05):
    """Probabilities of keeping words by rank, if frequencies follow Zipf's law.

    Args:
      size: the number of words.
      sampling_factor: the frequency from which on words are left out at times.

    Returns:
      Array `[size]`.
    """
    gamma = 0.577
    rank = np.arange(size)
    rank[0] = 1
    inverse = rank * (np.log(rank) + gamma) + 0.5 - 1.0 / (12.0 * rank)
    share = sampling_factor * inverse
    return np.minimum(1.0, share / np.sqrt(share))


def skipgrams(
    sequence,
    vocabulary_size,
    window_size=4,
    negative_samples=1.0,
    shuffle=True,
    categorical=False,
    sampling_table=None,
    seed=None,
):
    """Pairs of words that are neighbours (label 1) or drawn at random (label 0).

    Args:
      sequence: list of word numbers; 0 is no word.
      vocabulary_size: the greatest word number and one.
      window_size: how far neighbours are apart at most.
      negative_samples: the number of random pairs for each pair of neighbours.
      shuffle: whether the pairs are shuffled.
      categorical: whether labels are pairs `[1, 0]` and `[0, 1]`.
      sampling_table: probabilities of keeping words by number, or None.
      seed: of the shuffling.

    Returns:
      `(pairs, labels)`, two lists.
    """
    couples, labels = [], []
    for i, word in enumerate(sequence):
        if not word:
            continue
        if sampling_table is not None and sampling_table[word] < random.random():
            continue
        for j in range(max(0, i - window_size), min(len(sequence), i + window_size + 1)):
            if j != i and sequence[j]:
                couples.append([word, sequence[j]])
                labels.append([0, 1] if categorical else 1)
    if negative_samples > 0:
        number = int(len(labels) * negative_samples)
        words = [c[0] for c in couples]
        random.shuffle(words)
        couples += [
            [words[i % len(words)], random.randint(1, vocabulary_size - 1)] for i in range(number)
        ]
        labels += [[1, 0] if categorical else 0] * number
    if shuffle:
        seed = random.randint(0, 10_000_000) if seed is None else seed
        for values in (couples, labels):
            random.seed(seed)
            random.shuffle(values)
    return couples, labels


class TimeseriesGenerator(Sequence):
    """Batches of windows of a time series, each with the target after it.

    Args:
      data: array `[times, ...]`.
      targets: array `[times, ...]`.
      length: length of a window in times.
      sampling_rate: distance of the times that are in a window.
      stride: distance of the windows.
      start_index: the first time.
      end_index: the last time.
      shuffle: whether windows are drawn at random.
      reverse: whether the times in a window run backwards.
      batch_size: number of windows in a batch.

    Raises:
      ValueError: data and targets have different lengths, or no window fits.
    """

    def __init__(
        self,
        data,
        targets,
        length,
        sampling_rate=1,
        stride=1,
        start_index=0,
        end_index=None,
        shuffle=False,
        reverse=False,
        batch_size=128,
    ):
        if len(data) != len(targets):
            raise ValueError(
                "Data and targets have to be of same length. "
                f"Data length is {len(data)} while target length is {len(targets)}"
            )
        self.data, self.targets, self.length = data, targets, length
        self.sampling_rate, self.stride = sampling_rate, stride
        self.start_index = start_index + length
        self.end_index = len(data) - 1 if end_index is None else end_index
        self.shuffle, self.reverse, self.batch_size = shuffle, reverse, batch_size
        if self.start_index > self.end_index:
            raise ValueError(
                f"`start_index+length={self.start_index} > end_index={self.end_index}` is "
                "disallowed, as no part of the sequence would be left to be used as current step."
            )

    def __len__(self):
        span = self.end_index - self.start_index + self.batch_size * self.stride
        return span // (self.batch_size * self.stride)

    def __getitem__(self, index):
        if self.shuffle:
            rows = np.random.randint(self.start_index, self.end_index + 1, size=self.batch_size)
        else:
            first = self.start_index + self.batch_size * self.stride * index
            last = min(first + self.batch_size * self.stride, self.end_index + 1)
            rows = np.arange(first, last, self.stride)
        samples = np.array([self.data[r - self.length : r : self.sampling_rate] for r in rows])
        targets = np.array([self.targets[r] for r in rows])
        return (samples[:, ::-1, ...] if self.reverse else samples), targets

    def get_config(self):
        """The arguments as values that JSON can hold."""
        return {
            "data": np.asarray(self.data).tolist(),
            "targets": np.asarray(self.targets).tolist(),
            "length": self.length,
            "sampling_rate": self.sampling_rate,
            "stride": self.stride,
            "start_index": self.start_index,
            "end_index": self.end_index,
            "shuffle": self.shuffle,
            "reverse": self.reverse,
            "batch_size": self.batch_size,
        }

    def to_json(self, **kwargs):
        """The configuration as JSON.

        Args:
          **kwargs: further arguments of `json.dumps`.
        """
        config = {"class_name": type(self).__name__, "config": self.get_config()}
        return json.dumps(config, **kwargs)
