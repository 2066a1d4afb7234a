"""The Philox 4x32-10 generator and uniform numbers, equal to those of TensorFlow's CPU kernels.

State is one uint32 vector `[key0, key1, ctr0, ctr1, ctr2, ctr3]`.  A *block* is what the generator
makes of one value of the 128-bit counter: four uint32 words.  Nothing else is remembered, so a
random op is a pure function of `(state, shape)`; between two runs of one op its counter moves on by
`reserved(...)` blocks.

Every function takes the array namespace `np_` first: `numpy`, or `jax.numpy` with 64-bit types
enabled.  Both give the same bits.  Only the production of raw words has two forms: NumPy works in
cache-sized pieces with in-place arithmetic, XLA gets one loop without gather or concatenation,
which it turns into vector code and fuses into what consumes it.

Siblings: `philox_normal` (normal, truncated normal), `philox_stateless` (seeds of the `Stateless*`
ops), `philox_sampling` (shuffle, counter space per op).
"""

import math

import numpy as np

MULTIPLIERS = (0xD2511F53, 0xCD9E8D57)
KEY_STEPS = (0x9E3779B9, 0xBB67AE85)
ROUNDS = 10

_MASK32 = 0xFFFFFFFF
_MASK64 = 0xFFFFFFFFFFFFFFFF
_MASK128 = (1 << 128) - 1
_LOW = np.uint64(_MASK32)
_HALF = np.uint64(32)
_CHUNK = 1 << 13  # blocks per piece on NumPy, so that the six buffers stay in cache

WORDS_PER_BLOCK = 4


# --- state ------------------------------------------------------------------------------------


def initial_state(seed, seed2):
    """State before the first run of an op with attributes `seed` and `seed2`.

    Args:
        seed: int, taken modulo 2**64; becomes the key.
        seed2: int, taken modulo 2**64; becomes the upper half of the counter.

    Returns:
        uint32 array of shape (6,).
    """
    seed, seed2 = int(seed) & _MASK64, int(seed2) & _MASK64
    words = (seed & _MASK32, seed >> 32, 0, 0, seed2 & _MASK32, seed2 >> 32)
    return np.array(words, np.uint32)


def advance(state, count128):
    """State whose 128-bit counter is `count128` blocks further; wraps around.

    Args:
        state: uint32 array of shape (6,), concrete.
        count128: int >= 0.

    Returns:
        A new uint32 array of shape (6,).
    """
    key0, key1, c0, c1, c2, c3 = (int(word) for word in state)
    counter = (c0 | c1 << 32 | c2 << 64 | c3 << 96) + int(count128) & _MASK128
    words = (
        key0,
        key1,
        counter & _MASK32,
        counter >> 32 & _MASK32,
        counter >> 64 & _MASK32,
        counter >> 96,
    )
    return np.array(words, np.uint32)


# --- raw words --------------------------------------------------------------------------------


def block_pairs(np_, state, blocks, first=0):
    """Words of `blocks` consecutive blocks, two to a uint64.

    Args:
        np_: array namespace.
        state: uint32 (6,), may be traced.
        blocks: int, number of blocks.
        first: int, block to start from, counted from the state's counter.

    Returns:
        uint64 array of shape (2 * blocks,): for each block `w0 | w1 << 32`, then `w2 | w3 << 32`.
    """
    if np_ is np:
        return _pairs_numpy(advance(state, first) if first else state, blocks)
    lane = np_.arange(2 * blocks, dtype=np_.uint64)
    low, high = _counter_halves(np_, state, (lane >> np.uint64(1)) + np.uint64(first))
    # Both halves of a block are computed in both lanes and one is dropped: twice the arithmetic,
    # but XLA then emits one straight vector loop; interleaving two arrays costs it four times as
    # much as the arithmetic saves.
    front, back = _encrypt(np_, state, low, high)
    return np_.where((lane & np.uint64(1)) == np.uint64(0), front, back)


def pairs_at(np_, state, offsets):
    """Blocks at arbitrary distances from the state's counter.

    Args:
        np_: array namespace.
        state: uint32 (6,), may be traced.
        offsets: uint64 array of any shape.

    Returns:
        Two uint64 arrays shaped like `offsets`: `w0 | w1 << 32` and `w2 | w3 << 32`.
    """
    if np_ is np:
        with np.errstate(over="ignore"):
            return _encrypt(np_, state, *_counter_halves(np_, np.asarray(state), offsets))
    return _encrypt(np_, state, *_counter_halves(np_, state, offsets))


def words(np_, state, count, first=0):
    """The first `count` uint32 words from block `first` on, as a uint32 array of shape (count,)."""
    blocks = -(-count // WORDS_PER_BLOCK)
    return block_pairs(np_, state, blocks, first).view(np.uint32)[:count]


def _counter_halves(np_, state, offsets):
    """Counter + offsets as (low, high) uint64, with the carry into the high half."""
    low = state[2].astype(np.uint64) | (state[3].astype(np.uint64) << _HALF)
    high = state[4].astype(np.uint64) | (state[5].astype(np.uint64) << _HALF)
    moved = low + offsets
    return moved, high + (moved < low).astype(np.uint64)


def _encrypt(np_, state, low, high):
    """Ten rounds on whole arrays; a word is the low half of a uint64, masked at each use."""
    x0, x1, x2, x3 = low, low >> _HALF, high, high >> _HALF
    key0, key1 = state[0].astype(np.uint64), state[1].astype(np.uint64)
    m0, m1 = (np.uint64(m) for m in MULTIPLIERS)
    for turn in range(ROUNDS):
        p0 = (x0 & _LOW) * m0
        p1 = (x2 & _LOW) * m1
        x0 = (p1 >> _HALF) ^ x1 ^ (key0 + np.uint64(turn * KEY_STEPS[0]))
        x2 = (p0 >> _HALF) ^ x3 ^ (key1 + np.uint64(turn * KEY_STEPS[1]))
        x1, x3 = p1, p0
    return (x0 & _LOW) | (x1 << _HALF), (x2 & _LOW) | (x3 << _HALF)


def _pairs_numpy(state, blocks):
    """`block_pairs` for NumPy: in place, piece by piece, so that all buffers stay in cache."""
    out = np.empty((blocks, 2), np.uint64)
    if blocks == 0:
        return out.reshape(0)
    key0, key1 = int(state[0]), int(state[1])
    keys = [
        (
            np.uint64((key0 + turn * KEY_STEPS[0]) & _MASK32),
            np.uint64((key1 + turn * KEY_STEPS[1]) & _MASK32),
        )
        for turn in range(ROUNDS)
    ]
    size = min(blocks, _CHUNK)
    offsets = np.arange(size, dtype=np.uint64)
    buffers = np.empty((6, size), np.uint64)
    for start in range(0, blocks, size):
        here = min(size, blocks - start)
        x0, x1, x2, x3, p0, p1 = buffers[:, :here]
        _load_counters(state, start, offsets[:here], x0, x1, x2, x3)
        _encrypt_inplace(keys, x0, x1, x2, x3, p0, p1, out[start : start + here])
    return out.reshape(-1)


def _load_counters(state, start, offsets, x0, x1, x2, x3):
    """Write `state + start + offsets` into four uint64 buffers, upper halves left dirty."""
    moved = advance(state, start)
    low = int(moved[2]) | int(moved[3]) << 32
    high = int(moved[4]) | int(moved[5]) << 32
    np.add(offsets, np.uint64(low), out=x0)
    x2[...] = np.uint64(high)
    if low + offsets.size > _MASK64:  # the carry out of the low half: once in 2**64 blocks
        x2[x0 < np.uint64(low)] = np.uint64((high + 1) & _MASK64)
    np.right_shift(x0, _HALF, out=x1)
    np.right_shift(x2, _HALF, out=x3)


def _encrypt_inplace(keys, x0, x1, x2, x3, p0, p1, out):
    """Ten rounds in place; products and odd words change roles instead of being copied."""
    m0, m1 = (np.uint64(m) for m in MULTIPLIERS)
    for key0, key1 in keys:
        np.bitwise_and(x0, _LOW, out=x0)
        np.bitwise_and(x2, _LOW, out=x2)
        np.multiply(x0, m0, out=p0)
        np.multiply(x2, m1, out=p1)
        np.right_shift(p1, _HALF, out=x0)
        np.bitwise_xor(x1, key0, out=x1)
        np.bitwise_xor(x0, x1, out=x0)
        np.right_shift(p0, _HALF, out=x2)
        np.bitwise_xor(x3, key1, out=x3)
        np.bitwise_xor(x2, x3, out=x2)
        x1, p1 = p1, x1
        x3, p0 = p0, x3
    for even, odd, column in ((x0, x1, 0), (x2, x3, 1)):
        np.bitwise_and(even, _LOW, out=even)
        np.left_shift(odd, _HALF, out=odd)
        np.bitwise_or(even, odd, out=out[:, column])


# --- uniform ----------------------------------------------------------------------------------


def random_uniform(np_, state, shape, dtype):
    """Uniform numbers in [0, 1), equal to those of `RandomUniform`.

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
    dtype = np.dtype(dtype)
    count = math.prod(shape)
    if dtype == np.float64:
        pairs = block_pairs(np_, state, -(-count // 2))[:count]
        return unit_float64(np_, pairs).reshape(shape)
    return unit_floats(np_, words(np_, state, count), dtype).reshape(shape)


def unit_floats(np_, bits, dtype):
    """uint32 words to floats in [0, 1): low bits as mantissa of a number in [1, 2), less one."""
    dtype = np.dtype(dtype)
    if dtype == np.float32:
        if np_ is np:
            bits = bits & np.uint32(0x7FFFFF)
            bits |= np.uint32(0x3F800000)
            result = bits.view(np.float32)
            result -= np.float32(1)
            return result
        return ((bits & np.uint32(0x7FFFFF)) | np.uint32(0x3F800000)).view(dtype) - np.float32(1)
    if dtype == np.float16:
        mantissa, one = 0x3FF, 0x3C00
    elif dtype.name == "bfloat16":
        mantissa, one = 0x7F, 0x3F80
    else:
        raise TypeError(
            f"Uniform numbers are float16, bfloat16, float32 or float64, not {dtype.name}."
        )
    short = (bits & np.uint32(mantissa)).astype(np.uint16) | np.uint16(one)
    return short.view(dtype) - dtype.type(1)


def unit_float64(np_, pairs):
    """uint64 pairs `w0 | w1 << 32` to doubles in [0, 1): 20 bits of w0 above the 32 bits of w1."""
    bits = ((pairs & np.uint64(0xFFFFF)) << _HALF) | (pairs >> _HALF) | np.uint64(1023 << 52)
    return bits.view(np.float64) - np.float64(1)


def random_uniform_int(np_, state, shape, minval, maxval, dtype):
    """Integers in [minval, maxval), equal to those of `RandomUniformInt`: a word modulo the size of
    the range.

    Args:
        np_: array namespace.
        state: uint32 (6,), may be traced.
        shape: tuple of int.
        minval, maxval: integer scalars, may be traced; the caller has checked `minval < maxval`.
        dtype: int32 or int64.

    Returns:
        Array of `shape` and `dtype`.

    Raises:
        TypeError: `dtype` is neither int32 nor int64.
    """
    dtype = np.dtype(dtype)
    count = math.prod(shape)
    if dtype == np.int64:
        raw = block_pairs(np_, state, -(-count // 2))[:count]
    elif dtype == np.int32:
        raw = words(np_, state, count)
    else:
        raise TypeError(f"Uniform integers are made in int32 or int64, not in {dtype.name}.")
    # One-element arrays, not scalars: unsigned wrap-around is meant here and NumPy warns about it
    # for scalars only.
    low = np_.asarray(minval, dtype).reshape(1).view(raw.dtype)
    size = np_.asarray(maxval, dtype).reshape(1).view(raw.dtype) - low
    return (raw % size + low).view(dtype).reshape(shape)


def random_bits(np_, state, shape, dtype):
    """Integers of all bit patterns, equally likely: the generator's words as they are.

    Args:
        np_: array namespace.
        state: uint32 (6,), may be traced.
        shape: tuple of int.
        dtype: int32, int64, uint32 or uint64.

    Returns:
        Array of `shape` and `dtype`.
    """
    dtype = np.dtype(dtype)
    count = math.prod(shape)
    if dtype.itemsize == 8:
        raw = block_pairs(np_, state, -(-count // 2))[:count]
    else:
        raw = words(np_, state, count)
    return raw.view(dtype).reshape(shape)
