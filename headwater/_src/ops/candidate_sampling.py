"""Draws of classes for training with many classes: the candidate samplers, and their hits.

The draws are those of TensorFlow: a run reserves 2,048 numbers per sample, whatever it uses. Which
classes come, and how many draws it takes, depends on nothing but the numbers; so all draws that are
likely to be needed are made at once, as arrays, in both tiers. Samplers whose chances are tables of
the host draw there.
"""

import numpy as np

from headwater._src.core import errors
from headwater._src.graph import define_op, public, raw
from headwater._src.graph.seeds import get_seed
from headwater._src.ops._shapes import ShapeError, merge_dim, with_rank
from headwater._src.xp import numpy_xp

_OUTPUTS = "sampled_candidates: int64, true_expected_count: float, sampled_expected_count: float"
_COUNTS = ["num_true: int >= 1", "num_sampled: int >= 1", "unique: bool"]
_RANGE = "range_max: int >= 1"
_SEEDS = ["seed: int = 0", "seed2: int = 0"]
_BLOCKS_PER_SAMPLE = 512
_LOWEST = float(np.finfo(np.float32).min)


def _sampler(name, *attrs):
    op = define_op(
        name,
        inputs="true_classes: int64",
        outputs=_OUTPUTS,
        attrs=[*_COUNTS, *attrs, *_SEEDS],
        stateful=True,
    )
    op.shape(_shape)
    op.no_gradient()
    return op


def _shape(true_classes, *, num_true, num_sampled):
    rows, width = with_rank(true_classes.dims, 2)
    merge_dim(width, num_true)
    return [(num_sampled,), (rows, num_true), (num_sampled,)]


# --- drawing ----------------------------------------------------------------------------------


def _draw(
    xp, key, true_classes, num_true, num_sampled, unique, range_max, pick, probability, pairs=True
):
    """Runs a sampler.

    Args:
      xp: the array namespace.
      key: the Philox state.
      true_classes: int64 array `[batch, num_true]`.
      num_true: the number of true classes of an example.
      num_sampled: how many classes to draw.
      unique: whether no class comes twice.
      range_max: the number of classes.
      pick: what gives the classes of many draws, from their random words.
      probability: what gives the chances of classes, as an array of float64.
      pairs: whether a draw takes two words (uint64, the first one in the low half), or one (uint32).

    Returns:
      The classes drawn, and how often each true and each drawn class is expected.
    """
    _check(xp, true_classes, num_true, num_sampled, unique, range_max)
    chunk = num_sampled + num_sampled // 2 + 16 if unique else num_sampled
    per_block = 2 if pairs else 4
    blocks = -(-chunk // per_block)

    kind = np.int32 if range_max < 1 << 31 else np.int64

    def draws(key):
        words = xp.random_pairs(key, blocks)
        return pick(words if pairs else words.view(np.uint32)).astype(kind)

    if unique:
        free = (-1 - xp.arange(num_sampled + 1)).astype(kind)
        sampled, tries = _distinct(xp, draws, key, free, blocks * per_block, blocks)
    else:
        sampled, tries = draws(key)[:num_sampled], num_sampled

    def expected(classes):
        p = xp.asarray(probability(classes)).astype(np.float32)
        # The chance of being met at least once in so many tries.
        met = -xp.expm1(tries * xp.log1p(-p.astype(np.float64)))
        return xp.where(tries == num_sampled, p * np.float32(num_sampled), met.astype(np.float32))

    return sampled, expected(true_classes), expected(sampled)


def _check(xp, true_classes, num_true, num_sampled, unique, range_max):
    if np.ndim(true_classes) != 2 or np.shape(true_classes)[1] != num_true:
        raise errors.InvalidArgumentError(
            None, None, f"true_classes must have num_true columns, expected: {num_true}"
        )
    if range_max is None:
        return
    if unique and num_sampled > range_max:
        raise errors.InvalidArgumentError(
            None, None, f"Sampler's range is too small. {num_sampled} vs. {range_max}"
        )
    inside = (true_classes >= 0) & (true_classes < range_max)

    def error():
        bad = np.asarray(true_classes)[~np.asarray(inside)][0]
        return errors.InvalidArgumentError(
            None, None, f"`true_candidate` out of range [0, {range_max}), received {bad}"
        )

    xp.require(inside, error)


def _distinct(xp, draws, key, free, chunk, blocks):
    """The first different classes of the stream, and how many draws it took.

    Args:
      xp: the array namespace.
      draws: what gives the classes of `chunk` draws from a state of Philox on.
      key: that state.
      free: numbers that no class has, one more than there are classes to find.
      chunk: how many draws are made at a time.
      blocks: how many blocks of the stream they take.
    """

    count = len(free) - 1

    def more(state):
        return state[1] < count

    def body(state):
        found, n_found, tries, key = state
        classes = draws(key)
        both = xp.concatenate([found[:count], classes])
        new = (xp.first_places(both) == xp.arange(count + chunk))[count:]
        rank = n_found + xp.cumsum(new)
        place = xp.where(new & (rank <= count), rank - 1, count)  # the last one takes the rest
        last = xp.where(rank[-1] < count, chunk, xp.argmax(rank >= count) + 1)
        return (
            xp.scatter_update(found, place, classes),
            xp.minimum(rank[-1], count),
            tries + last,
            xp.advance(key, blocks),
        )

    zero = np.int64(0)
    found, _, tries, _ = xp.lax_loop(more, body, (free, zero, zero, key))
    return found[:count], tries


def _reserve(shape, **attrs):
    return shape[0] * _BLOCKS_PER_SAMPLE


def _on_host(ctx, true_classes, num_true, num_sampled, *rest, **options):
    """`_draw` for samplers whose chances are kept by the session."""
    key = ctx.resources.random(ctx.node).reserve(num_sampled * _BLOCKS_PER_SAMPLE)
    return _draw(numpy_xp, key, np.asarray(true_classes), num_true, num_sampled, *rest, **options)


# --- uniform ----------------------------------------------------------------------------------

UniformCandidateSampler = _sampler("UniformCandidateSampler", _RANGE)


@UniformCandidateSampler.sample(reserve=_reserve)
def uniform_kernel(xp, key, true_classes, *, num_true, num_sampled, unique, range_max):
    return _draw(
        xp,
        key,
        true_classes,
        num_true,
        num_sampled,
        unique,
        range_max,
        lambda words: words % np.uint64(range_max),
        lambda classes: xp.full(np.shape(classes), 1.0 / range_max),
    )


# --- log-uniform ------------------------------------------------------------------------------

LogUniformCandidateSampler = _sampler("LogUniformCandidateSampler", _RANGE)


@LogUniformCandidateSampler.sample(reserve=_reserve)
def log_uniform_kernel(xp, key, true_classes, *, num_true, num_sampled, unique, range_max):
    log_range = np.log1p(float(range_max))

    def pick(words):
        number = xp.exp(xp.unit_float64(words) * log_range)
        return (number.astype(np.int64) - 1) % range_max

    def probability(classes):
        classes = xp.asarray(classes).astype(np.float64)
        return xp.log((classes + 2.0) / (classes + 1.0)) / log_range

    return _draw(xp, key, true_classes, num_true, num_sampled, unique, range_max, pick, probability)


# --- unigram ----------------------------------------------------------------------------------

LearnedUnigramCandidateSampler = _sampler("LearnedUnigramCandidateSampler", _RANGE)
ThreadUnsafeUnigramCandidateSampler = _sampler("ThreadUnsafeUnigramCandidateSampler", _RANGE)


@ThreadUnsafeUnigramCandidateSampler.host
@LearnedUnigramCandidateSampler.host
def learned_kernel(ctx, true_classes, *, num_true, num_sampled, unique, range_max):
    weights = ctx.resources.object(("unigram", ctx.node), lambda: np.ones(range_max, np.int64))
    bounds = np.cumsum(weights)
    total = int(bounds[-1])
    result = _on_host(
        ctx,
        true_classes,
        num_true,
        num_sampled,
        unique,
        range_max,
        lambda words: np.searchsorted(bounds, words % np.uint64(total), side="right"),
        lambda classes: weights[np.asarray(classes)] / total,
        pairs=False,
    )
    # What was true now is likelier the next time.
    np.add.at(weights, np.asarray(true_classes).ravel(), 1)
    return result


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
def fixed_kernel(
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

    def tables():
        weights, total = _unigram_weights(
            vocab_file, unigrams, distortion, num_reserved_ids, num_shards, shard, range_max
        )
        return weights, total, *_alias_table(weights)

    weights, total, keep, other = ctx.resources.object(("unigrams", ctx.node), tables)

    def pick(words):
        index = (words >> np.uint64(32)) % np.uint64(len(weights))
        chance = (words & np.uint64(0x7FFFFF)) / 2**23
        chosen = np.where(chance < keep[index], index.astype(np.int64), other[index])
        return chosen * num_shards + shard

    def probability(classes):
        mine = classes % num_shards == shard
        return np.where(mine, weights[classes // num_shards] / total, 0.0)

    return _on_host(ctx, true_classes, num_true, num_sampled, unique, range_max, pick, probability)


# --- all --------------------------------------------------------------------------------------

AllCandidateSampler = _sampler("AllCandidateSampler")


@AllCandidateSampler.kernel
def all_kernel(xp, true_classes, *, num_true, num_sampled, unique):
    _check(xp, true_classes, num_true, num_sampled, False, None)
    one = np.float32(1)
    drawn = xp.arange(num_sampled).astype(np.int64)
    return drawn, xp.full(np.shape(true_classes), one), xp.full((num_sampled,), one)


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

_RANGE_MAX = "\n      range_max: number of classes."
_TABLE = """
      vocab_file: a file with one line per class that ends in a comma and its frequency.
      distortion: exponent of the frequencies.
      num_reserved_ids: number of first classes that are never drawn.
      num_shards: classes are dealt to so many parts.
      shard: the part to draw from.
      unigrams: the frequencies, instead of a file."""


def _documented(function, name, summary, more):
    """The public function `name`, with what is said of all samplers."""
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""{summary}

    Args:
      true_classes: int64 `Tensor` of shape `[batch, num_true]`.
      num_true: number of true classes per example.
      num_sampled: number of draws.
      unique: whether no class is drawn twice.{more}
      seed: see `tf.set_random_seed`.
      name: optional name of the operation.

    Returns:
      The classes drawn, and how often each true and each drawn class is expected.
    """
    return public(function)


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


def _with_range(op, function_name, summary):
    """The public function of a sampler that is told the number of classes and nothing else."""

    def function(true_classes, num_true, num_sampled, unique, range_max, seed=None, name=None):
        return _call(
            op, true_classes, num_true, num_sampled, unique, seed, name, range_max=range_max
        )

    return _documented(function, function_name, summary, _RANGE_MAX)


uniform_candidate_sampler = _with_range(
    UniformCandidateSampler,
    "uniform_candidate_sampler",
    "Draws classes, all equally likely.",
)
log_uniform_candidate_sampler = _with_range(
    LogUniformCandidateSampler,
    "log_uniform_candidate_sampler",
    r"Draws classes, class $k$ with probability $\log\frac{k + 2}{k + 1} / \log(range + 1)$.",
)
learned_unigram_candidate_sampler = _with_range(
    LearnedUnigramCandidateSampler,
    "learned_unigram_candidate_sampler",
    "Draws classes as often as they were true in earlier steps.",
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
    return _call(raw.AllCandidateSampler, true_classes, num_true, num_sampled, unique, seed, name)


_documented(
    fixed_unigram_candidate_sampler,
    "fixed_unigram_candidate_sampler",
    "Draws classes with the frequencies of a file or list.",
    _RANGE_MAX + _TABLE,
)
_documented(all_candidate_sampler, "all_candidate_sampler", "All classes, in order; for tests.", "")


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
