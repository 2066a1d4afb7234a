"""The IDX format of the MNIST files, and nothing about where such files come from.

A file is gzip-compressed: a magic number, the sizes of each dimension (all big-endian 32-bit), then
one unsigned byte per element.  Reading trusts nothing: a corrupt or hostile header must neither
allocate what it claims nor yield an array that is shorter than it says.
"""

import gzip
import zlib
from typing import BinaryIO

import numpy as np

IMAGES_MAGIC = 2051
LABELS_MAGIC = 2049

# Larger than any data set in this format (the largest known, EMNIST, has 0.55 GB of pixels).
_MOST_BYTES = 1 << 32
_CHUNK = 1 << 20


def extract_images(f: BinaryIO) -> np.ndarray:
    """Reads the images of a gzipped IDX file.

    Args:
      f: binary file object of the compressed file; its `name` is used in messages.

    Returns:
      uint8 array of shape `[n, rows, columns, 1]`.

    Raises:
      ValueError: if the file isn't gzip, isn't an IDX image file, or isn't as long as it says.
    """
    print("Extracting", _name(f))
    n, rows, columns = _dimensions(data := _GzipReader(f), IMAGES_MAGIC, 3, "image")
    return _elements(data, n * rows * columns).reshape(n, rows, columns, 1)


def extract_labels(f: BinaryIO, one_hot: bool = False, num_classes: int = 10) -> np.ndarray:
    """Reads the labels of a gzipped IDX file.

    Args:
      f: binary file object of the compressed file; its `name` is used in messages.
      one_hot: whether to give each label as a row with a single one.
      num_classes: length of such a row.

    Returns:
      uint8 array of shape `[n]`, or float64 of shape `[n, num_classes]` if `one_hot`.

    Raises:
      ValueError: if the file isn't gzip, isn't an IDX label file, isn't as long as it says, or
        `one_hot` is asked for and a label is not below `num_classes`.
    """
    print("Extracting", _name(f))
    (n,) = _dimensions(data := _GzipReader(f), LABELS_MAGIC, 1, "label")
    labels = _elements(data, n)
    return dense_to_one_hot(labels, num_classes) if one_hot else labels


def dense_to_one_hot(labels_dense: np.ndarray, num_classes: int) -> np.ndarray:
    """Turns class numbers into rows with a single one.

    Args:
      labels_dense: integer array of shape `[n]`, values in `[0, num_classes)`.
      num_classes: length of a row.

    Returns:
      float64 array of shape `[n, num_classes]`.

    Raises:
      ValueError: if a label is outside `[0, num_classes)`.
    """
    labels = np.asarray(labels_dense).ravel()
    if labels.size and not 0 <= int(labels.min()) <= int(labels.max()) < num_classes:
        raise ValueError(
            f"Labels must lie in [0, {num_classes}), but they range from {labels.min()} to "
            f"{labels.max()}."
        )
    one_hot = np.zeros((labels.size, num_classes))
    one_hot[np.arange(labels.size), labels] = 1
    return one_hot


class _GzipReader:
    """Decompresses `f` in bounded pieces; every fault is a ValueError that names the file."""

    def __init__(self, f: BinaryIO):
        self.name = _name(f)
        self._stream = gzip.GzipFile(fileobj=f)

    def read(self, size: int) -> bytes:
        """Up to `size` bytes; memory grows with what is there, not with what is asked for."""
        pieces = bytearray()
        try:
            while len(pieces) < size:
                piece = self._stream.read(min(_CHUNK, size - len(pieces)))
                if not piece:
                    break
                pieces += piece
        except (OSError, EOFError, zlib.error) as e:
            raise ValueError(f"{self.name} is not a complete gzip file: {e}") from e
        return bytes(pieces)


def _name(f: BinaryIO) -> str:
    return str(getattr(f, "name", "<unnamed file>"))


def _dimensions(data: _GzipReader, magic: int, rank: int, kind: str) -> tuple[int, ...]:
    header = data.read(4 * (1 + rank))
    found = int.from_bytes(header[:4], "big")
    if len(header) < 4 or found != magic:
        raise ValueError(f"Invalid magic number {found} in MNIST {kind} file: {data.name}")
    if len(header) < 4 * (1 + rank):
        raise ValueError(f"{data.name} ends inside its header ({len(header)} bytes).")
    return tuple(int(v) for v in np.frombuffer(header, ">u4")[1:])


def _elements(data: _GzipReader, count: int) -> np.ndarray:
    if count > _MOST_BYTES:
        raise ValueError(
            f"The header of {data.name} claims {count} bytes of data, more than the {_MOST_BYTES} "
            "that are read from one file: it is corrupt."
        )
    content = data.read(count + 1)  # one more, so that a longer file is noticed
    if len(content) != count:
        found = "more" if len(content) > count else f"only {len(content)}"
        raise ValueError(f"The header of {data.name} says {count} bytes of data, but {found} came.")
    return np.frombuffer(content, np.uint8).copy()  # the copy is writable
