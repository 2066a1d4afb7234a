"""Numbers of varying length, and the codes of checkpoints' keys, which keep the order."""

import re

from headwater._src.core import errors

_SHORT = [bytes((value,)) for value in range(128)]


def put(value):
    """A non-negative number, 7 bits a byte, the low ones first."""
    if value < 1 << 7:
        return _SHORT[value]
    if value < 1 << 14:
        return bytes((value & 127 | 128, value >> 7))
    if value < 1 << 21:
        return bytes((value & 127 | 128, value >> 7 & 127 | 128, value >> 14))
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def get(data, at, limit=10):
    """The number at a position.

    Args:
      data: bytes.
      at: where it begins.
      limit: the most bytes it may have.

    Returns:
      `(number, position after it)`.

    Raises:
      DataLossError: the data end inside of it, or it is too long.
    """
    value = shift = 0
    for i in range(at, min(at + limit, len(data))):
        byte = data[i]
        value |= (byte & 127) << shift
        if byte < 128:
            return value, i + 1
        shift += 7
    raise errors.DataLossError(None, None, f"bad number at byte {at} of {len(data)}")


# --- keys that sort like what they stand for ------------------------------------------------------


def ordered_number(value):
    """A non-negative number: how many bytes it has, then these."""
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return bytes([len(data)]) + data


_ESCAPED = re.compile(b"[\x00\xff]")


def ordered_text(text):
    """A string (bytes) and its end."""
    escaped = _ESCAPED.sub(lambda m: b"\x00\xff" if m[0] == b"\x00" else b"\xff\x00", text)
    return escaped + b"\x00\x01"


def ordered_signed(value):
    """A number of either sign; small ones take one byte."""
    magnitude = ~value if value < 0 else value
    size = 1
    while magnitude >> (7 * size - 1):
        size += 1
    # The leading bits tell the size: as many ones (zeros for negative numbers) as there are bytes.
    bits = value & (1 << 8 * size) - 1
    return (bits ^ ((1 << size) - 1) << (7 * size)).to_bytes(size, "big")


def slice_key(name, extents):
    """The key of a part of a tensor.

    Args:
      name: the tensor's name (bytes).
      extents: list of `(start, length)`; `(0, -1)` for all of a dimension.

    Returns:
      bytes.
    """
    parts = [ordered_number(0), ordered_text(name), ordered_number(len(extents))]
    for start, length in extents:
        parts += [ordered_signed(start), ordered_signed(length)]
    return b"".join(parts)
