"""Gamma, Poisson and bounded normal numbers made by rejection, as TensorFlow's CPU kernels do.

Every number has a stretch of the counter to itself and takes from it as many blocks as its trials
need. A block gives two uniform or two normal doubles; both are kept until they are used, the second
one first. All numbers go through their trials together, as arrays, until the last one is accepted.
"""

import numpy as np

from headwater._src.xp.philox import pairs_at, unit_float64
from headwater._src.xp.philox_normal import box_muller_float64

BLOCKS_PER_OUTPUT = 256


def _starts(np_, per_value, values):
    """Where the counter stretches begin; numbers of one parameter value follow one another."""
    numbers = np_.arange(values * per_value, dtype=np.uint64).reshape(values, per_value)
    return numbers.T * np.uint64(BLOCKS_PER_OUTPUT)


class _Stream:
    """The uniform and normal numbers of every stretch.

    Args:
        np_: array namespace.
        state: uint32 (6,), may be traced.
        fields: None for a fresh stream at `starts`, else the tuple `fields` of another one.
        starts: uint64 array, where the stretches begin.
    """

    def __init__(self, np_, state, fields=None, starts=None):
        self.np, self.state = np_, state
        if fields is None:
            kept = np_.zeros(starts.shape, np.float64)
            none = np_.zeros(starts.shape, bool)
            fields = (starts, kept, none, kept, none)
        self.block, self.uniform_kept, self.has_uniform, self.normal_kept, self.has_normal = fields

    @property
    def fields(self):
        """What a loop carries along."""
        return (
            self.block,
            self.uniform_kept,
            self.has_uniform,
            self.normal_kept,
            self.has_normal,
        )

    def _pair(self, normal):
        front, back = pairs_at(self.np, self.state, self.block)
        if not normal:
            return unit_float64(self.np, front), unit_float64(self.np, back)
        flat = box_muller_float64(self.np, front.reshape(-1), back.reshape(-1))
        return [z.reshape(front.shape) for z in flat]

    def _draw(self, wanted, kept, has, normal):
        first, second = self._pair(normal)
        fresh = wanted & ~has
        value = self.np.where(has, kept, second)
        self.block = self.block + fresh.astype(np.uint64)
        return value, self.np.where(fresh, first, kept), fresh | (has & ~wanted)

    def uniform(self, wanted):
        """The next uniform numbers where `wanted`, anything elsewhere."""
        value, self.uniform_kept, self.has_uniform = self._draw(
            wanted, self.uniform_kept, self.has_uniform, False
        )
        return value

    def normal(self, wanted):
        """The next normal numbers where `wanted`, anything elsewhere."""
        value, self.normal_kept, self.has_normal = self._draw(
            wanted, self.normal_kept, self.has_normal, True
        )
        return value


def _until_accepted(np_, loop, state, starts, trial, extra=()):
    """Repeats `trial(stream, open, extra) -> (value, accepted, extra)` until all are accepted.

    Args:
        np_: array namespace.
        loop: `lax_loop` of the namespace.
        state: uint32 (6,), may be traced.
        starts: uint64 array, where the stretches begin.
        trial: one trial of all numbers; `open` says which still need one.
        extra: arrays that trials carry along.

    Returns:
        float64 array of the accepted values, and the stream.
    """

    def body(carry):
        open_, result, extra, fields = carry
        stream = _Stream(np_, state, fields)
        value, accepted, extra = trial(stream, open_, extra)
        accepted = accepted & open_
        return open_ & ~accepted, np_.where(accepted, value, result), extra, stream.fields

    start = (
        np_.ones(starts.shape, bool),
        np_.zeros(starts.shape, np.float64),
        tuple(extra),
        _Stream(np_, state, starts=starts).fields,
    )
    _, result, _, fields = loop(lambda carry: carry[0].any(), body, start)
    return result, _Stream(np_, state, fields)


def random_gamma(np_, loop, state, samples, alpha):
    """Gamma numbers by the method of Marsaglia and Tsang, equal to those of `RandomGamma`.

    Args:
        np_: array namespace.
        loop: `lax_loop` of the namespace.
        state: uint32 (6,), may be traced.
        samples: int, numbers for each element of `alpha`.
        alpha: float array of shape (n,), may be traced.

    Returns:
        float64 array of shape (samples, n); NaN where `alpha` is negative or not finite.
    """
    alpha = np_.asarray(alpha).astype(np.float64)
    good_alpha = np_.isfinite(alpha) & (alpha >= 0)
    alpha = np_.where(good_alpha, np_.maximum(alpha, 1e-300), 1.0)
    starts = _starts(np_, samples, alpha.shape[0])
    alpha = np_.broadcast_to(alpha, starts.shape)
    small, exponential = alpha < 1, alpha == 1
    d = alpha + small - 1.0 / 3
    c = 1 / (3 * np_.sqrt(d))

    def trial(stream, open_, extra):
        x = stream.normal(open_ & ~exponential)
        v = 1 + c * x
        positive = v > 0
        v = np_.where(positive, v * v * v, 1.0)
        u = stream.uniform(open_ & (positive | exponential))
        log_u = np_.log(np_.maximum(u, 1e-300))
        square = x * x
        squeezed = u < 1 - 0.0331 * (square * square)
        good = squeezed | (log_u < 0.5 * square + d * (1 - v + np_.log(v)))
        value = np_.where(exponential, -np_.log1p(-u), d * v)
        return value, (positive & good) | exponential, extra

    result, stream = _until_accepted(np_, loop, state, starts, trial)
    power = np_.where(small, 1 / alpha, 1.0)
    result = np_.where(small, result * stream.uniform(small) ** power, result)
    return np_.where(good_alpha, result, np.nan)


def random_poisson(np_, loop, lgamma, state, samples, rate, largest):
    """Poisson numbers, equal to those of `RandomPoissonV2`.

    Rates below 10 multiply uniform numbers until the product falls below `exp(-rate)` (Knuth);
    larger ones take Hoermann's transformed rejection.

    Args:
        np_: array namespace.
        loop: `lax_loop` of the namespace.
        lgamma: the logarithm of the gamma function on the namespace.
        state: uint32 (6,), may be traced.
        samples: int, numbers for each element of `rate`.
        rate: float array of shape (n,), may be traced.
        largest: float, the largest number that the result's type holds.

    Returns:
        float64 array of shape (samples, n); 0 where the rate is negative or not finite.
    """
    rate = np_.asarray(rate).astype(np.float64)
    valid = np_.isfinite(rate) & (rate >= 0)
    starts = _starts(np_, samples, rate.shape[0])
    rate = np_.broadcast_to(np_.where(valid, rate, 0.0), starts.shape)
    few = rate < 10
    limit = np_.exp(-np_.where(few, rate, 0.0))
    lam = np_.where(few, 10.0, rate)
    log_rate = np_.log(lam)
    b = 0.931 + 2.53 * np_.sqrt(lam)
    a = -0.059 + 0.02483 * b
    inverse_alpha = 1.1239 + 1.1328 / (b - 3.4)

    def trial(stream, open_, extra):
        product, count = extra
        first = stream.uniform(open_)
        product = product * first
        done = product <= limit
        u = first - 0.5
        v = stream.uniform(open_ & ~few)
        shifted = 0.5 - abs(u)
        safe = np_.maximum(shifted, 1e-300)
        k = np_.floor((2 * a / safe + b) * u + lam + 0.43)
        at_once = (shifted >= 0.07) & (v <= 0.9277 - 3.6224 / (b - 2))
        hopeless = (k < 0) | ((shifted < 0.013) & (v > shifted))
        density = -lam + k * log_rate - lgamma(np_.maximum(k, 0.0) + 1)
        proposal = np_.log(np_.maximum(v, 1e-300) * inverse_alpha / (a / (safe * safe) + b))
        many = (k <= largest) & (at_once | (~hopeless & (proposal <= density)))
        return np_.where(few, count, k), np_.where(few, done, many), (product, count + 1)

    extra = (np_.ones(starts.shape, np.float64), np_.zeros(starts.shape, np.float64))
    result, _ = _until_accepted(np_, loop, state, starts, trial, extra)
    return np_.where(valid, result, 0.0)
