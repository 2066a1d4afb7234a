"""CRC-32C, and its masked form: stored checksums are masked so that data may hold checksums."""

import google_crc32c

MASK_DELTA = 0xA282EAD8
_WORD = 0xFFFFFFFF

crc32c = google_crc32c.value
extend = google_crc32c.extend


def mask(crc):
    """The form in which a checksum is stored."""
    return ((crc >> 15 | crc << 17) + MASK_DELTA) & _WORD


def unmask(masked):
    """The checksum of a stored form."""
    rotated = masked - MASK_DELTA & _WORD
    return (rotated >> 17 | rotated << 15) & _WORD


def masked(data):
    """The masked checksum of `data` (bytes)."""
    crc = google_crc32c.value(data)
    return ((crc >> 15 | crc << 17) + MASK_DELTA) & _WORD
