"""Draws of classes for training with many classes: the candidate samplers, and their hits.

The draws are those of TensorFlow: a run reserves 2,048 numbers per sample, whatever it uses.
"""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.seeds import get_seed
from headwater._src.ops._shapes import ShapeError, merge_dim, with_rank
from headwater._src.xp import philox

_OUTPUTS = "sampled_candidates: int64, true_expected_count: float, sampled_expected_count: float"
_COUNTS = ["num_true: int >= 1", "num_sampled: int >= 1", "unique: bool"]
_RANGE = "range_max: int >= 1"
_SEEDS = ["seed: int = 0", "seed2: int = 0"]
_BLOCKS_PER_SAMPLE = 512
_LOWEST = float(np.finfo(np.float32).min)


def _shape(true_classes, *, num_true, num_sampled):
    rows, width = with_rank(true_classes.dims, 2)
    merge_dim(width, num_true)
    return [(num_sampled,), (rows, num_true), (num_sampled,)]


def _sampler(name, *attrs):
    op = define_op(
        name,
        inputs="true_classes: int64",
        outputs=_OUTPUTS,
        attrs=[*_COUNTS, *attrs, *_SEEDS],
        stateful=True,
    )
    op.shape(_shape)
    return op


class _Words:
    """The random words of one run, one after the other."""

    def __init__(self, state):
        self._state, self._words, self._at = state, [], 0

    def word(self):
        """The next 32 bits."""
        if self._at == len(self._words):
            first = len(self._words)
            found = philox.words(np, self._state, first + max(256, first))
            self._words += [int(w) for w in found[first:]]
        self._at += 1
        return self._words[self._at - 1]

    def long(self):
        """The next 64 bits, low half first."""
        low = self.word()
        return low | self.word() << 32

    def fraction(self):
        """A double in [0, 1) of 52 random bits."""
        high = self.word() & 0xFFFFF
        return (high << 32 | self.word()) / 2**52

    def single(self):
        """A float in [0, 1) of 23 random bits."""
        return (self.word() & 0x7FFFFF) / 2**23


def _draw(ctx, true_classes, num_true, num_sampled, unique, range_max, pick, probability):
    """Runs a sampler: `pick(words)` gives a class, `probability(classes)` their chances."""
    true_classes = np.asarray(true_classes)
    if true_classes.ndim != 2 or true_classes.shape[1] != num_true:
        raise errors.InvalidArgumentError(
            None, None, f"true_classes must have num_true columns, expected: {num_true}"
        )
    if ((true_classes < 0) | (true_classes >= range_max)).any():
        bad = true_classes[(true_classes < 0) | (true_classes >= range_max)].ravel()[0]
        raise errors.InvalidArgumentError(
            None, None, f"`true_candidate` out of range [0, {range_max}), received {bad}"
        )
    if unique and num_sampled > range_max:
        raise errors.InvalidArgumentError(
            None, None, f"Sampler's range is too small. {num_sampled} vs. {range_max}"
        )
    state = ctx.resources.random(ctx.node).reserve(num_sampled * _BLOCKS_PER_SAMPLE)
    words = _Words(state)
    found, tries = [], 0
    seen = set()
    while len(found) < num_sampled:
        tries += 1
        candidate = pick(words)
        if unique:
            if candidate in seen:
                continue
            seen.add(candidate)
        found.append(candidate)
    sampled = np.array(found, np.int64)

    def expected(classes):
        p = np.asarray(probability(classes)).astype(np.float32)
        if tries == num_sampled:
            return p * np.float32(num_sampled)
        # The chance of being met at least once in so many tries.
        return -np.expm1(tries * np.log1p(-p.astype(np.float64))).astype(np.float32)

    return sampled, expected(true_classes), expected(sampled)


# --- uniform ----------------------------------------------------------------------------------

UniformCandidateSampler = _sampler("UniformCandidateSampler", _RANGE)


@UniformCandidateSampler.host
def _uniform(ctx, true_classes, *, num_true, num_sampled, unique, range_max):
    return _draw(
        ctx,
        true_classes,
        num_true,
        num_sampled,
        unique,
        range_max,
        lambda words: words.long() % range_max,
        lambda classes: np.full(np.shape(classes), 1.0 / range_max),
    )


# --- log-uniform ------------------------------------------------------------------------------

LogUniformCandidateSampler = _sampler("LogUniformCandidateSampler", _RANGE)


@LogUniformCandidateSampler.host
def _log_uniform(ctx, true_classes, *, num_true, num_sampled, unique, range_max):
    log_range = np.log1p(float(range_max))

    def pick(words):
        return (int(np.exp(words.fraction() * log_range)) - 1) % range_max

    def probability(classes):
        classes = np.asarray(classes, np.float64)
        return np.log((classes + 2.0) / (classes + 1.0)) / log_range

    return _draw(
        ctx,
        true_classes,
        num_true,
        num_sampled,
        unique,
        range_max,
        pick,
        probability,
    )


# --- unigram ----------------------------------------------------------------------------------

LearnedUnigramCandidateSampler = _sampler("LearnedUnigramCandidateSampler", _RANGE)
ThreadUnsafeUnigramCandidateSampler = _sampler("ThreadUnsafeUnigramCandidateSampler", _RANGE)


def _learned(ctx, true_classes, *, num_true, num_sampled, unique, range_max):
    weights = ctx.resources.object(("unigram", ctx.node), lambda: np.ones(range_max, np.int64))
    bounds = np.cumsum(weights)
    total = int(bounds[-1])
    result = _draw(
        ctx,
        true_classes,
        num_true,
        num_sampled,
        unique,
        range_max,
        lambda words: int(np.searchsorted(bounds, words.word() % total, side="right")),
        lambda classes: weights[np.asarray(classes)] / total,
    )
    # What was true now is likelier the next time.
    np.add.at(weights, np.asarray(true_classes).ravel(), 1)
    return result


LearnedUnigramCandidateSampler.host(_learned)
ThreadUnsafeUnigramCandidateSampler.host(_learned)

FixedUnigramCandidateSampler = _sampler(
    "FixedUnigramCandidateSampler",
    _RANGE,
    "vocab_file: string = ''",
    "distortion: float = 1.0",
    "num_reserved_ids: int = 0",
    "num_shards: int >= 1 = 1",
    "shard: int >= 0 = 0",
    "unigrams: list(float) = []",
)


def _unigram_weights(vocab_file, unigrams, distortion, reserved, num_shards, shard, range_max):
    if bool(vocab_file) == bool(unigrams):
        raise errors.InvalidArgumentError(
            None, None, "Must provide either vocab_file or unigrams, but not both"
        )
    if vocab_file:
        with open(vocab_file, encoding="utf-8") as lines:
            unigrams = [float(line.rsplit(",", 1)[-1]) for line in lines if line.strip()]
    weights = [0.0] * reserved + [float(np.float32(u) ** np.float32(distortion)) for u in unigrams]
    if len(weights) != range_max:
        raise errors.InvalidArgumentError(
            None, None, f"range_max is {range_max} but observed {len(weights)} unigrams"
        )
    return np.array(weights)[shard::num_shards], np.sum(weights)


def _alias_table(weights):
    """For each entry the chance that it stays, and what it is replaced by otherwise."""
    count = len(weights)
    scaled = weights * count / np.sum(weights)
    other = np.arange(count)
    low = [i for i in range(count) if scaled[i] < 1]
    high = [i for i in range(count) if scaled[i] >= 1]
    keep = scaled.copy()
    while low and high:
        small, large = low.pop(), high.pop()
        other[small] = large
        keep[large] -= 1 - keep[small]
        (low if keep[large] < 1 else high).append(large)
    for i in low + high:
        keep[i] = 1
    return keep, other


@FixedUnigramCandidateSampler.host
def _fixed(
    ctx,
    true_classes,
    *,
    num_true,
    num_sampled,
    unique,
    range_max,
    vocab_file,
    distortion,
    num_reserved_ids,
    num_shards,
    shard,
    unigrams,
):
    vocab_file = vocab_file.decode() if isinstance(vocab_file, bytes) else vocab_file
    weights, total = ctx.resources.object(
        ("unigrams", ctx.node),
        lambda: _unigram_weights(
            vocab_file, unigrams, distortion, num_reserved_ids, num_shards, shard, range_max
        ),
    )
    keep, other = _alias_table(weights)

    def pick(words):
        chance = words.single()
        index = words.word() % len(weights)
        chosen = index if chance < keep[index] else int(other[index])
        return chosen * num_shards + shard

    def probability(classes):
        classes = np.asarray(classes)
        mine = classes % num_shards == shard
        return np.where(mine, weights[classes // num_shards] / total, 0.0)

    return _draw(ctx, true_classes, num_true, num_sampled, unique, range_max, pick, probability)


# --- all --------------------------------------------------------------------------------------

AllCandidateSampler = _sampler("AllCandidateSampler")


@AllCandidateSampler.host
def _all(ctx, true_classes, *, num_true, num_sampled, unique):
    true_classes = np.asarray(true_classes)
    if true_classes.ndim != 2 or true_classes.shape[1] != num_true:
        raise errors.InvalidArgumentError(
            None, None, f"true_classes must have num_true columns, expected: {num_true}"
        )
    one = np.float32(1)
    return (
        np.arange(num_sampled, dtype=np.int64),
        np.full(true_classes.shape, one),
        np.full((num_sampled,), one),
    )


for _op in (
    UniformCandidateSampler,
    LogUniformCandidateSampler,
    LearnedUnigramCandidateSampler,
    ThreadUnsafeUnigramCandidateSampler,
    FixedUnigramCandidateSampler,
    AllCandidateSampler,
):
    _op.no_gradient()


# --- accidental hits --------------------------------------------------------------------------

ComputeAccidentalHits = define_op(
    "ComputeAccidentalHits",
    inputs="true_classes: int64, sampled_candidates: int64",
    outputs="indices: int32, ids: int64, weights: float",
    attrs=["num_true: int", *_SEEDS],
)


@ComputeAccidentalHits.shape
def _hits_shape(true_classes, sampled_candidates, *, num_true):
    rows, width = with_rank(true_classes.dims, 2)
    if width is not None and width != num_true:
        raise ShapeError(f"Dimension must be {num_true} but is {width}")
    with_rank(sampled_candidates.dims, 1)
    return [(None,), (None,), (None,)]


@ComputeAccidentalHits.kernel(dynamic=True)
def _hits_kernel(xp, true_classes, sampled_candidates, *, num_true):
    true_classes, sampled = np.asarray(true_classes), np.asarray(sampled_candidates)
    if true_classes.ndim != 2 or true_classes.shape[1] != num_true:
        raise errors.InvalidArgumentError(
            None, None, "true_candidates must be a batch_size * num_true matrix"
        )
    # The last place of a candidate that was drawn several times counts.
    place = {int(c): i for i, c in enumerate(sampled)}
    hits = [
        (row, place[int(c)])
        for row, classes in enumerate(true_classes)
        for c in classes
        if int(c) in place
    ]
    rows = np.array([h[0] for h in hits], np.int32)
    places = np.array([h[1] for h in hits], np.int64)
    return rows, places, np.full((len(hits),), _LOWEST, np.float32)


ComputeAccidentalHits.no_gradient()


# --- public -----------------------------------------------------------------------------------


def _call(op, true_classes, num_true, num_sampled, unique, seed, name, **attrs):
    seed1, seed2 = get_seed(seed)
    return op(
        true_classes,
        num_true=num_true,
        num_sampled=num_sampled,
        unique=unique,
        seed=seed1 or 0,
        seed2=seed2 or 0,
        name=name,
        **attrs,
    )


@public
def uniform_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
):
    """Draws classes, all equally likely.

    Args:
      true_classes: int64 `Tensor` of shape `[batch, num_true]`.
      num_true: number of true classes per example.
      num_sampled: number of draws.
      unique: whether no class is drawn twice.
      range_max: number of classes.
      seed: see `tf.set_random_seed`.
      name: optional name of the operation.

    Returns:
      The classes drawn, and how often each true and each drawn class is expected.
    """
    return _call(
        raw.UniformCandidateSampler,
        true_classes,
        num_true,
        num_sampled,
        unique,
        seed,
        name,
        range_max=range_max,
    )


@public
def log_uniform_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
):
    r"""Draws classes, class $k$ with probability $\log\frac{k + 2}{k + 1} / \log(range + 1)$.

    Args:
      true_classes: int64 `Tensor` of shape `[batch, num_true]`.
      num_true: number of true classes per example.
      num_sampled: number of draws.
      unique: whether no class is drawn twice.
      range_max: number of classes.
      seed: see `tf.set_random_seed`.
      name: optional name of the operation.

    Returns:
      The classes drawn, and how often each true and each drawn class is expected.
    """
    return _call(
        raw.LogUniformCandidateSampler,
        true_classes,
        num_true,
        num_sampled,
        unique,
        seed,
        name,
        range_max=range_max,
    )


def learned_unigram_candidate_sampler(
    true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None
):
    """Draws classes as often as they were true in earlier steps.

    Args:
      true_classes: int64 `Tensor` of shape `[batch, num_true]`.
      num_true: number of true classes per example.
      num_sampled: number of draws.
      unique: whether no class is drawn twice.
      range_max: number of classes.
      seed: see `tf.set_random_seed`.
      name: optional name of the operation.

    Returns:
      The classes drawn, and how often each true and each drawn class is expected.
    """
    return _call(
        raw.LearnedUnigramCandidateSampler,
        true_classes,
        num_true,
        num_sampled,
        unique,
        seed,
        name,
        range_max=range_max,
    )


def fixed_unigram_candidate_sampler(
    true_classes,
    num_true,
    num_sampled,
    unique,
    range_max,
    vocab_file="",
    distortion=1.0,
    num_reserved_ids=0,
    num_shards=1,
    shard=0,
    unigrams=(),
    seed=None,
    name=None,
):
    """Draws classes with the frequencies of a file or list.

    Args:
      true_classes: int64 `Tensor` of shape `[batch, num_true]`.
      num_true: number of true classes per example.
      num_sampled: number of draws.
      unique: whether no class is drawn twice.
      range_max: number of classes.
      vocab_file: a file with one line per class that ends in a comma and its frequency.
      distortion: exponent of the frequencies.
      num_reserved_ids: number of first classes that are never drawn.
      num_shards: classes are dealt to so many parts.
      shard: the part to draw from.
      unigrams: the frequencies, instead of a file.
      seed: see `tf.set_random_seed`.
      name: optional name of the operation.

    Returns:
      The classes drawn, and how often each true and each drawn class is expected.
    """
    return _call(
        raw.FixedUnigramCandidateSampler,
        true_classes,
        num_true,
        num_sampled,
        unique,
        seed,
        name,
        range_max=range_max,
        vocab_file=vocab_file,
        distortion=distortion,
        num_reserved_ids=num_reserved_ids,
        num_shards=num_shards,
        shard=shard,
        unigrams=list(unigrams),
    )


def all_candidate_sampler(true_classes, num_true, num_sampled, unique, seed=None, name=None):
    """All classes, in order; for tests.

    Args:
      true_classes: int64 `Tensor` of shape `[batch, num_true]`.
      num_true: number of true classes per example.
      num_sampled: number of classes.
      unique: ignored.
      seed: ignored.
      name: optional name of the operation.

    Returns:
      The classes, and ones as expected counts.
    """
    return _call(raw.AllCandidateSampler, true_classes, num_true, num_sampled, unique, seed, name)


@public
def compute_accidental_hits(true_classes, sampled_candidates, num_true, seed=None, name=None):
    """Where drawn classes are among the true ones.

    Args:
      true_classes: int64 `Tensor` of shape `[batch, num_true]`.
      sampled_candidates: int64 vector of drawn classes.
      num_true: number of true classes per example.
      seed: ignored.
      name: optional name of the operation.

    Returns:
      For each hit its example, the place among the draws, and the lowest float32.
    """
    seed1, seed2 = get_seed(seed)
    return raw.ComputeAccidentalHits(
        true_classes,
        sampled_candidates,
        num_true=num_true,
        seed=seed1 or 0,
        seed2=seed2 or 0,
        name=name,
    )
