"""Text and bytes: the conversions programs do with `tf.compat`, and the number types they test
for."""

import numbers
import os

import numpy as np

bytes_or_text_types = (bytes, str)
complex_types = (numbers.Complex, np.number)
integral_types = (numbers.Integral, np.integer)
real_types = (numbers.Real, np.integer, np.floating)


def as_bytes(bytes_or_text, encoding="utf-8"):
    """A string as bytes.

    Args:
      bytes_or_text: a `str`, `bytes` or `bytearray`.
      encoding: how text is encoded.

    Returns:
      `bytes`.

    Raises:
      TypeError: it is something else.
    """
    if isinstance(bytes_or_text, bytearray):
        return bytes(bytes_or_text)
    if isinstance(bytes_or_text, str):
        return bytes_or_text.encode(encoding)
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


def as_text(bytes_or_text, encoding="utf-8"):
    """A string as `str`.

    Args:
      bytes_or_text: a `str` or `bytes`.
      encoding: how the bytes are encoded.

    Returns:
      `str`.

    Raises:
      TypeError: it is something else.
    """
    if isinstance(bytes_or_text, str):
        return bytes_or_text
    if isinstance(bytes_or_text, bytes):
        return bytes_or_text.decode(encoding)
    raise TypeError(f"Expected binary or unicode string, got {bytes_or_text!r}")


as_str = as_text


def as_str_any(value, encoding="utf-8"):
    """Anything as `str`: bytes are decoded, other objects converted by `str`.

    Args:
      value: any object.
      encoding: how bytes are encoded.
    """
    return as_text(value, encoding) if isinstance(value, bytes) else str(value)


def path_to_str(path):
    """A path object as `str`; anything else as it is.

    Args:
      path: a path object, or anything else.
    """
    return as_str_any(os.fspath(path)) if hasattr(path, "__fspath__") else path
