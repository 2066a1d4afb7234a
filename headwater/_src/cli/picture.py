"""Weights of a digit classifier as a picture, in PNG with nothing but zlib."""

import struct
import zlib

import numpy as np

_ZOOM = 4
_GAP = 4
_COLUMNS = 5


def digit_templates(weights: np.ndarray) -> np.ndarray:
    """Draws what a linear classifier looks for in an image of each digit.

    Args:
      weights: array of shape `[784, 10]`.

    Returns:
      uint8 array of shape `[rows, columns, 3]`: two rows of five templates.  Ink that speaks for
      the digit is blue, ink that speaks against it is red, black is indifferent.
    """
    templates = weights.T.reshape(10, 28, 28)
    scale = np.abs(templates).max(axis=(1, 2), keepdims=True)
    strength = templates / np.where(scale > 0, scale, 1)
    colours = np.zeros((10, 28, 28, 3))
    colours[..., 0] = np.clip(-strength, 0, 1)
    colours[..., 2] = np.clip(strength, 0, 1)
    colours[..., 1] = np.abs(strength) * 0.35  # lightens both, which reads better on black
    tiles = np.rint(255 * colours).astype(np.uint8).repeat(_ZOOM, 1).repeat(_ZOOM, 2)
    framed = np.pad(tiles, [(0, 0), (_GAP, _GAP), (_GAP, _GAP), (0, 0)], constant_values=64)
    rows = [np.concatenate(framed[i : i + _COLUMNS], axis=1) for i in range(0, 10, _COLUMNS)]
    return np.concatenate(rows)


def png(pixels: np.ndarray) -> bytes:
    """Encodes a picture.

    Args:
      pixels: uint8 array of shape `[rows, columns, 3]`, red, green and blue.

    Returns:
      The content of a PNG file.
    """
    rows, columns, _ = pixels.shape
    header = struct.pack(">IIBBBBB", columns, rows, 8, 2, 0, 0, 0)  # 8 bits, true colour
    # Every row of a PNG begins with the number of its filter; 0 is none.
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), pixels.reshape(rows, -1)], axis=1)
    content = zlib.compress(lines.tobytes(), 9)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, data) for kind, data in ((b"IHDR", header), (b"IDAT", content), (b"IEND", b""))
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
