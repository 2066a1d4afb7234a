"""Normal and truncated normal numbers of TensorFlow's CPU kernels, made from Philox blocks.

Two uniform numbers give two normal ones by the Box-Muller transform, the sine first.  In single
precision the numbers equal TensorFlow's bit for bit: `logf`, `sinf` and `cosf` below are evaluated
in double precision with the polynomials of ARM's optimized routines (MIT licence), which are also
those of the GNU C library that TensorFlow calls on Linux. NumPy's and XLA's own functions round
differently from it and from each other.  There are only 2**23 possible arguments; the three
functions have been compared with the C library on all of them, on both namespaces.
"""

import math

import numpy as np

from headwater._src.xp.philox import block_pairs, pairs_at, unit_float64, unit_floats

TRUNCATE_AT = 2.0
SMALLEST_UNIFORM = 1e-7  # what zero becomes before the logarithm
# Counter space of one truncated number; a group has that of its members together.
BLOCKS_PER_OUTPUT = 64

_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


# --- single-precision functions ---------------------------------------------------------------

_hex = float.fromhex

# log(x) = log(c) + log1p(x / c - 1) with c near the middle of one of 16 intervals: (1 / c, log(c)).
_LOG_TABLE = np.array(
    [
        (_hex("0x1.661ec79f8f3bep+0"), _hex("-0x1.57bf7808caadep-2")),
        (_hex("0x1.571ed4aaf883dp+0"), _hex("-0x1.2bef0a7c06ddbp-2")),
        (_hex("0x1.49539f0f010bp+0"), _hex("-0x1.01eae7f513a67p-2")),
        (_hex("0x1.3c995b0b80385p+0"), _hex("-0x1.b31d8a68224e9p-3")),
        (_hex("0x1.30d190c8864a5p+0"), _hex("-0x1.6574f0ac07758p-3")),
        (_hex("0x1.25e227b0b8eap+0"), _hex("-0x1.1aa2bc79c81p-3")),
        (_hex("0x1.1bb4a4a1a343fp+0"), _hex("-0x1.a4e76ce8c0e5ep-4")),
        (_hex("0x1.12358f08ae5bap+0"), _hex("-0x1.1973c5a611cccp-4")),
        (_hex("0x1.0953f419900a7p+0"), _hex("-0x1.252f438e10c1ep-5")),
        (_hex("0x1p+0"), _hex("0x0p+0")),
        (_hex("0x1.e608cfd9a47acp-1"), _hex("0x1.aa5aa5df25984p-5")),
        (_hex("0x1.ca4b31f026aap-1"), _hex("0x1.c5e53aa362eb4p-4")),
        (_hex("0x1.b2036576afce6p-1"), _hex("0x1.526e57720db08p-3")),
        (_hex("0x1.9c2d163a1aa2dp-1"), _hex("0x1.bc2860d224770p-3")),
        (_hex("0x1.886e6037841edp-1"), _hex("0x1.1058bc8a07ee1p-2")),
        (_hex("0x1.767dcf5534862p-1"), _hex("0x1.4043057b6ee09p-2")),
    ]
)
_LOG_INVERSE, _LOG_CENTRE = (np.ascontiguousarray(column) for column in _LOG_TABLE.T)
_LOG_POLY = (
    _hex("-0x1.00ea348b88334p-2"),
    _hex("0x1.5575b0be00b6ap-2"),
    _hex("-0x1.ffffef20a4123p-2"),
)
_LN2 = _hex("0x1.62e42fefa39efp-1")
_LOG_OFFSET = np.uint32(0x3F330000)  # the bits of about 0.7: mantissas are taken from [0.7, 1.4)

_SIN_POLY = (
    _hex("-0x1.555545995a603p-3"),
    _hex("0x1.1107605230bc4p-7"),
    _hex("-0x1.994eb3774cf24p-13"),
)
_COS_POLY = (
    1.0,
    _hex("-0x1.ffffffd0c621cp-2"),
    _hex("0x1.55553e1068f19p-5"),
    _hex("-0x1.6c087e89a359dp-10"),
    _hex("0x1.99343027bf8c3p-16"),
)
_TWO_OVER_PI = _hex("0x1.45f306dc9c883p-1")
_HALF_PI = _hex("0x1.921fb54442d18p+0")


def logf(np_, x):
    """Natural logarithm of positive normal float32 numbers, as the GNU C library rounds it."""
    bits = x.view(np.uint32)
    shifted = bits - _LOG_OFFSET
    interval = ((shifted >> np.uint32(19)) & np.uint32(15)).astype(np.int32)
    exponent = (shifted.view(np.int32) >> np.int32(23)).astype(np.float64)
    mantissa = (bits - (shifted & np.uint32(0xFF800000))).view(np.float32).astype(np.float64)
    r = mantissa * np_.take(np_.asarray(_LOG_INVERSE), interval, mode="clip") - 1.0
    base = np_.take(np_.asarray(_LOG_CENTRE), interval, mode="clip") + exponent * _LN2
    square = r * r
    tail = _LOG_POLY[0] * square + (_LOG_POLY[1] * r + _LOG_POLY[2])
    return (tail * square + (base + r)).astype(np.float32)


def sincosf(np_, x):
    """Sine and cosine of float32 angles in [0, 120), as the GNU C library rounds them."""
    x = x.astype(np.float64)
    turns = np_.floor(x * _TWO_OVER_PI + 0.5)
    r = x - turns * _HALF_PI
    quadrant = turns.astype(np.int32)
    r2 = r * r
    r3, r4 = r * r2, r2 * r2
    sine = (r + r3 * _SIN_POLY[0]) + (r3 * r2) * (_SIN_POLY[1] + r2 * _SIN_POLY[2])
    cosine = (_COS_POLY[0] + r2 * _COS_POLY[1]) + r4 * _COS_POLY[2]
    cosine = cosine + (r4 * r2) * (_COS_POLY[3] + r2 * _COS_POLY[4])
    odd = (quadrant & 1) != 0
    first, second = np_.where(odd, cosine, sine), np_.where(odd, sine, cosine)
    first = np_.where((quadrant & 2) != 0, -first, first)
    second = np_.where(((quadrant + 1) & 2) != 0, -second, second)
    return first.astype(np.float32), second.astype(np.float32)


# --- Box-Muller -------------------------------------------------------------------------------


def box_muller_float32(np_, pairs):
    """Two float32 normal numbers from each uint64 `w0 | w1 << 32`; arrays shaped like `pairs`."""
    radial = unit_floats(np_, (pairs & _LOW).astype(np.uint32), np.float32)
    angular = unit_floats(np_, (pairs >> _HALF).astype(np.uint32), np.float32)
    radial = np_.maximum(radial, np.float32(SMALLEST_UNIFORM))
    radius = np_.sqrt(np.float32(-2) * logf(np_, radial))
    # The angle is rounded to single precision only after the product.
    sine, cosine = sincosf(np_, (angular.astype(np.float64) * (2 * math.pi)).astype(np.float32))
    return sine * radius, cosine * radius


def box_muller_float64(np_, front, back):
    """Two float64 normal numbers from each block, given as its two uint64 pairs."""
    radial = np_.maximum(unit_float64(np_, front), SMALLEST_UNIFORM)
    angle = unit_float64(np_, back) * (2 * math.pi)
    radius = np_.sqrt(-2.0 * _log_float64(np_, radial))
    return np_.sin(angle) * radius, np_.cos(angle) * radius


def _log_float64(np_, x):
    """Natural logarithm as XLA and TensorFlow round it; NumPy's vector form differs."""
    if np_ is np:
        return np.fromiter(map(math.log, x.tolist()), np.float64, x.size)
    return np_.log(x)


def random_normal(np_, state, shape, dtype):
    """Standard normal numbers, equal to those of `RandomStandardNormal`.

    All four types agree bit for bit with TensorFlow on Linux; float64 rests on the C library's
    functions and may differ in the last bits elsewhere.

    Args:
        np_: array namespace.
        state: uint32 (6,), may be traced.
        shape: tuple of int.
        dtype: float16, bfloat16, float32 or float64.

    Returns:
        Array of `shape` and `dtype`.

    Raises:
        TypeError: `dtype` is none of the four.
    """
    dtype = _checked(dtype)
    count = math.prod(shape)
    if dtype == np.float64:
        blocks = -(-count // 2)
        front, back = pairs_at(np_, state, np_.arange(blocks, dtype=np.uint64))
        both = np_.stack(box_muller_float64(np_, front, back), axis=-1)
        return both.reshape(2 * blocks)[:count].reshape(shape)
    pairs = block_pairs(np_, state, -(-count // 4))
    if np_ is np:
        both = _normal_numpy(pairs)
    else:
        # Packed as the two halves of a uint64, because XLA interleaves two arrays slowly.
        sine, cosine = (z.view(np.uint32).astype(np.uint64) for z in box_muller_float32(np_, pairs))
        both = (sine | (cosine << _HALF)).view(np.float32)
    return both[:count].astype(dtype).reshape(shape)


def _normal_numpy(pairs, piece=1 << 13):
    """Box-Muller piece by piece, so that the many temporaries stay in cache."""
    both = np.empty((pairs.size, 2), np.float32)
    for start in range(0, pairs.size, piece):
        stop = start + piece
        both[start:stop, 0], both[start:stop, 1] = box_muller_float32(np, pairs[start:stop])
    return both.reshape(-1)


# --- truncated normal -------------------------------------------------------------------------


def truncated_normal(np_, state, shape, dtype):
    """Normal numbers within two standard deviations, equal to those of `TruncatedNormal`.

    The outputs fall into groups (four; two in float64).  A group draws normal numbers from its own
    stretch of the counter and keeps the first ones that are close enough to zero.

    Args:
        np_: array namespace.
        state: uint32 (6,), may be traced.
        shape: tuple of int.
        dtype: float16, bfloat16, float32 or float64.

    Returns:
        Array of `shape` and `dtype`; precision as for `random_normal`.

    Raises:
        TypeError: `dtype` is none of the four.
    """
    dtype = _checked(dtype)
    count = math.prod(shape)
    work = np.dtype(np.float64 if dtype == np.float64 else np.float32)
    size = 2 if work == np.float64 else 4
    groups = -(-count // size)
    if groups == 0:
        return np_.zeros(shape, dtype)
    fill = _fill_numpy if np_ is np else _fill_traced
    slots = fill(np_, state, groups, size, work)
    return np_.stack(slots, axis=-1).reshape(groups * size)[:count].astype(dtype).reshape(shape)


def _fill_numpy(np_, state, groups, size, work):
    """Slots of all groups; after the first block only the groups that still miss numbers go on."""
    starts = np.arange(groups, dtype=np.uint64) * np.uint64(BLOCKS_PER_OUTPUT * size)
    slots, filled = _offer(np_, state, starts, *_empty(np_, groups, size, work))
    turn = 1
    while (missing := np.flatnonzero(filled < size)).size:
        part = [slot[missing] for slot in slots]
        part, filled[missing] = _offer(
            np_, state, starts[missing] + np.uint64(turn), part, filled[missing]
        )
        for slot, values in zip(slots, part, strict=True):
            slot[missing] = values
        turn += 1
    return slots


def _fill_traced(np_, state, groups, size, work):
    """The same as one XLA loop over whole arrays, until no group misses a number."""
    from jax import lax

    starts = np_.arange(groups, dtype=np.uint64) * np.uint64(BLOCKS_PER_OUTPUT * size)

    def unfinished(carry):
        return (carry[2] < size).any()

    def body(carry):
        turn, slots, filled = carry
        return turn + np.uint64(1), *_offer(np_, state, starts + turn, slots, filled)

    start = (np_.asarray(0, np.uint64), *_empty(np_, groups, size, work))
    return lax.while_loop(unfinished, body, start)[1]


def _empty(np_, groups, size, work):
    return [np_.zeros(groups, work) for _ in range(size)], np_.zeros(groups, np.int32)


def _offer(np_, state, offsets, slots, filled):
    """Offer the normal numbers of one block to each group; returns slots and counts after it."""
    size = len(slots)
    front, back = pairs_at(np_, state, offsets)
    if size == 2:
        candidates = box_muller_float64(np_, front, back)
    else:
        candidates = box_muller_float32(np_, front) + box_muller_float32(np_, back)
    for z in candidates:
        good = (abs(z) < TRUNCATE_AT) & (filled < size)
        slots = [np_.where(good & (filled == place), z, slot) for place, slot in enumerate(slots)]
        filled = filled + good.astype(np.int32)
    return slots, filled


def _checked(dtype):
    dtype = np.dtype(dtype)
    if dtype.name not in ("float16", "bfloat16", "float32", "float64"):
        raise TypeError(
            f"Normal numbers are float16, bfloat16, float32 or float64, not {dtype.name}."
        )
    return dtype
