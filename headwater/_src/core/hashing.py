"""Fingerprints of byte strings, from their published descriptions: FarmHash64, MurmurHash64A,
SipHash.

The numbers are the same on every machine and in every process, which Python's `hash` does not
promise.
"""

import struct

_MASK = 0xFFFFFFFFFFFFFFFF
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F


def _rotate(x, by):
    return ((x >> by) | (x << (64 - by))) & _MASK


def _fold(x):
    return x ^ (x >> 47)


def _word(data, at):
    return int.from_bytes(data[at : at + 8], "little")


def _half(data, at):
    return int.from_bytes(data[at : at + 4], "little")


def _mix(u, v, factor):
    a = _fold((u ^ v) * factor & _MASK)
    b = _fold((v ^ a) * factor & _MASK)
    return b * factor & _MASK


def farm64(data):
    """The 64-bit FarmHash fingerprint of `data`.

    Args:
      data: bytes.

    Returns:
      An int in `[0, 2**64)`.
    """
    size = len(data)
    if size <= 16:
        return _farm_tiny(data, size)
    if size <= 32:
        return _farm_small(data, size)
    if size <= 64:
        return _farm_medium(data, size)
    return _farm_large(data, size)


def _farm_tiny(data, size):
    if size >= 8:
        factor = (_K2 + size * 2) & _MASK
        a, b = (_word(data, 0) + _K2) & _MASK, _word(data, size - 8)
        c = (_rotate(b, 37) * factor + a) & _MASK
        d = (_rotate(a, 25) + b) * factor & _MASK
        return _mix(c, d, factor)
    if size >= 4:
        factor = (_K2 + size * 2) & _MASK
        return _mix((size + (_half(data, 0) << 3)) & _MASK, _half(data, size - 4), factor)
    if size:
        y = data[0] + (data[size >> 1] << 8)
        z = size + (data[size - 1] << 2)
        return _fold((y * _K2 & _MASK) ^ (z * _K0 & _MASK)) * _K2 & _MASK
    return _K2


def _ends(data, size, factor, first):
    """Two words from the ends of the string, the same mixture for all middle lengths."""
    a, b = _word(data, 0) * first & _MASK, _word(data, 8)
    c, d = _word(data, size - 8) * factor & _MASK, _word(data, size - 16) * _K2 & _MASK
    y = (_rotate((a + b) & _MASK, 43) + _rotate(c, 30) + d) & _MASK
    return y, (a + _rotate((b + _K2) & _MASK, 18) + c) & _MASK


def _farm_small(data, size):
    factor = (_K2 + size * 2) & _MASK
    low, high = _ends(data, size, factor, _K1)
    return _mix(low, high, factor)


def _farm_medium(data, size):
    factor = (_K2 + size * 2) & _MASK
    y, rest = _ends(data, size, factor, _K2)
    a = _word(data, 0) * _K2 & _MASK
    z = _mix(y, rest, factor)
    e, f = _word(data, 16) * factor & _MASK, _word(data, 24)
    g = (y + _word(data, size - 32)) * factor & _MASK
    h = (z + _word(data, size - 24)) * factor & _MASK
    return _mix(
        (_rotate((e + f) & _MASK, 43) + _rotate(g, 30) + h) & _MASK,
        (e + _rotate((f + a) & _MASK, 18) + g) & _MASK,
        factor,
    )


def _weak(data, at, a, b):
    w, x, y, z = struct.unpack_from("<4Q", data, at)
    a = (a + w) & _MASK
    b = _rotate((b + a + z) & _MASK, 21)
    c = a
    a = (a + x + y) & _MASK
    return (a + z) & _MASK, (b + _rotate(a, 44) + c) & _MASK


def _farm_large(data, size):
    x, y = 81, (81 * _K1 + 113) & _MASK
    z = _fold((y * _K2 + 113) & _MASK) * _K2 & _MASK
    v, w = (0, 0), (0, 0)
    x = (x * _K2 + _word(data, 0)) & _MASK
    end = (size - 1) // 64 * 64
    for at in range(0, end, 64):
        x = _rotate((x + y + v[0] + _word(data, at + 8)) & _MASK, 37) * _K1 & _MASK
        y = _rotate((y + v[1] + _word(data, at + 48)) & _MASK, 42) * _K1 & _MASK
        x ^= w[1]
        y = (y + v[0] + _word(data, at + 40)) & _MASK
        z = _rotate((z + w[0]) & _MASK, 33) * _K1 & _MASK
        v = _weak(data, at, v[1] * _K1 & _MASK, (x + w[0]) & _MASK)
        w = _weak(data, at + 32, (z + w[1]) & _MASK, (y + _word(data, at + 16)) & _MASK)
        x, z = z, x
    # The last 64 bytes once more, overlapping, with another factor.
    factor = (_K1 + ((z & 0xFF) << 1)) & _MASK
    at = size - 64
    w = ((w[0] + ((size - 1) & 63)) & _MASK, w[1])
    v = ((v[0] + w[0]) & _MASK, v[1])
    w = ((w[0] + v[0]) & _MASK, w[1])
    x = _rotate((x + y + v[0] + _word(data, at + 8)) & _MASK, 37) * factor & _MASK
    y = _rotate((y + v[1] + _word(data, at + 48)) & _MASK, 42) * factor & _MASK
    x ^= w[1] * 9 & _MASK
    y = (y + v[0] * 9 + _word(data, at + 40)) & _MASK
    z = _rotate((z + w[0]) & _MASK, 33) * factor & _MASK
    v = _weak(data, at, v[1] * factor & _MASK, (x + w[0]) & _MASK)
    w = _weak(data, at + 32, (z + w[1]) & _MASK, (y + _word(data, at + 16)) & _MASK)
    x, z = z, x
    return _mix(
        (_mix(v[0], w[0], factor) + _fold(y) * _K0 + z) & _MASK,
        (_mix(v[1], w[1], factor) + x) & _MASK,
        factor,
    )


def murmur64(data, seed=0xDECAFCAFFE):
    """MurmurHash64A of `data`.

    Args:
      data: bytes.
      seed: int.

    Returns:
      An int in `[0, 2**64)`.
    """
    factor = 0xC6A4A7935BD1E995
    size = len(data)
    h = (seed ^ size * factor) & _MASK
    whole = size & ~7
    for (k,) in struct.iter_unpack("<Q", data[:whole]):
        k = k * factor & _MASK
        k = (k ^ k >> 47) * factor & _MASK
        h = (h ^ k) * factor & _MASK
    if size > whole:
        h = (h ^ int.from_bytes(data[whole:], "little")) * factor & _MASK
    h = (h ^ h >> 47) * factor & _MASK
    return h ^ h >> 47


def siphash(data, key):
    """SipHash-2-4 of `data` under a secret key.

    Args:
      data: bytes.
      key: two ints, the halves of the key; only their lower 64 bits count.

    Returns:
      An int in `[0, 2**64)`.
    """
    k0, k1 = (k & _MASK for k in key)
    state = [
        k0 ^ 0x736F6D6570736575,
        k1 ^ 0x646F72616E646F6D,
        k0 ^ 0x6C7967656E657261,
        k1 ^ 0x7465646279746573,
    ]
    whole = len(data) & ~7
    last = int.from_bytes(data[whole:], "little") | (len(data) & 0xFF) << 56
    for word in (*(w for (w,) in struct.iter_unpack("<Q", data[:whole])), last):
        state[3] ^= word
        _sip_rounds(state, 2)
        state[0] ^= word
    state[2] ^= 0xFF
    _sip_rounds(state, 4)
    return state[0] ^ state[1] ^ state[2] ^ state[3]


def _sip_rounds(state, count):
    a, b, c, d = state
    for _ in range(count):
        a = (a + b) & _MASK
        c = (c + d) & _MASK
        b = _rotate(b, 51) ^ a
        d = _rotate(d, 48) ^ c
        a = _rotate(a, 32)
        c = (c + b) & _MASK
        a = (a + d) & _MASK
        b = _rotate(b, 47) ^ c
        d = _rotate(d, 43) ^ a
        c = _rotate(c, 32)
    state[:] = a, b, c, d
