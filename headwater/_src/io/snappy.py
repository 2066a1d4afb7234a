"""Unpacking of Snappy blocks, which tables written elsewhere may hold."""

from headwater._src.core import errors
from headwater._src.io import varint

LIMIT = 1 << 31


def unpack(data):
    """What a Snappy block holds.

    Args:
      data: bytes.

    Returns:
      bytes.

    Raises:
      DataLossError: the block is damaged.
    """
    size, at = varint.get(data, 0, 5)
    if size > LIMIT or size > 64 * len(data) + 64:
        raise _damaged()
    out = bytearray()
    end = len(data)
    while at < end:
        tag = data[at]
        at += 1
        if tag & 3 == 0:
            length = tag >> 2
            if length >= 60:
                extra = length - 59
                length = int.from_bytes(data[at : at + extra], "little")
                at += extra
            length += 1
            if at + length > end or len(out) + length > size:
                raise _damaged()
            out += data[at : at + length]
            at += length
            continue
        if tag & 3 == 1:
            length, offset = 4 + (tag >> 2 & 7), (tag >> 5) << 8 | int.from_bytes(data[at : at + 1])
            at += 1
        else:
            width = 2 if tag & 3 == 2 else 4
            length, offset = 1 + (tag >> 2), int.from_bytes(data[at : at + width], "little")
            at += width
        if at > end or not 0 < offset <= len(out) or len(out) + length > size:
            raise _damaged()
        start = len(out) - offset
        if offset >= length:
            out += out[start : start + length]
        else:  # a copy that overlaps itself repeats a pattern
            pattern = bytes(out[start:])
            out += (pattern * (length // offset + 1))[:length]
    if len(out) != size:
        raise _damaged()
    return bytes(out)


def _damaged():
    return errors.DataLossError(None, None, "corrupted compressed block contents")
